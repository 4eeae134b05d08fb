//! What `aws lambda` has and a store does not: members of requests and their options, and commands.

use super::exit::Failure;
use crate::api::document::Document;
use crate::api::refused;

/// The options that give the members of requests that a store refuses, by the member's path.
const OPTIONS: &[(&str, &str)] = &[
    ("S3Bucket", "s3-bucket"),
    ("S3Key", "s3-key"),
    ("S3ObjectVersion", "s3-object-version"),
    ("S3ObjectStorageMode", "s3-object-storage-mode"),
    ("ImageUri", "image-uri"),
    ("Code.S3Bucket", "code"),
    ("Code.S3Key", "code"),
    ("Code.S3ObjectVersion", "code"),
    ("Code.S3ObjectStorageMode", "code"),
    ("Code.ImageUri", "code"),
    ("ImageConfig", "image-config"),
    ("SourceKMSKeyArn", "source-kms-key-arn"),
    ("Code.SourceKMSKeyArn", "code"),
    ("CodeSigningConfigArn", "code-signing-config-arn"),
    ("PublishTo", "publish-to"),
    ("CapacityProviderConfig", "capacity-provider-config"),
    ("TenancyConfig", "tenancy-config"),
    ("DurableConfig", "durable-config"),
    ("RuntimeConfig", "runtime-config"),
    ("AcceleratorConfig", "accelerator-config"),
    ("MasterRegion", "master-region"),
];

/// Returns the options of a member and of what stands within it that are refused, and why.
pub(super) fn options_of(
    member: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    let is_within = move |path: &str| path.split('.').next() == Some(member);
    let options = OPTIONS.iter().filter(move |(path, _)| is_within(path));
    options.filter_map(|(path, option)| Some((*option, refused::reason(path)?)))
}

/// Returns why a command of `aws lambda` is not there; `None` for one that AWS does not have.
pub(super) fn reason_of_command(name: &str) -> Option<&'static str> {
    if name == "wizard" {
        return Some("a store has no wizards; create-function asks nothing");
    }
    refused::OPERATIONS.iter().find_map(|(operations, reason)| {
        let is_this = |operation: &&str| command_of(operation) == name;
        operations.iter().any(is_this).then_some(*reason)
    })
}

/// Returns the command that calls an operation: its name in kebab case.
fn command_of(operation: &str) -> String {
    let mut command = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !command.is_empty() {
            command.push('-');
        }
        command.push(letter.to_ascii_lowercase());
    }
    command
}

/// Refuses options, each with its reason; `Ok` if there are none.
pub(super) fn refuse(options: &[(&str, &str)]) -> Result<(), Failure> {
    if options.is_empty() {
        return Ok(());
    }
    let lines = options
        .iter()
        .map(|(option, reason)| refused::refusal(&format!("--{option}"), reason));
    Err(Failure::Usage(lines.collect::<Vec<_>>().join("\n")))
}

/// Checks that a request has no members that a store refuses.
///
/// # Errors
/// All that it has, a line each, with the reason.
pub(super) fn check(parameters: &Document) -> Result<(), Failure> {
    let given = refused::given(parameters);
    if given.is_empty() {
        return Ok(());
    }
    let lines = given
        .iter()
        .map(|(path, reason)| refused::refusal(path, reason));
    Err(Failure::Usage(lines.collect::<Vec<_>>().join("\n")))
}
