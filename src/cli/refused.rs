//! Command lines that are not understood, and options of the AWS CLI that are refused by name.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::{Failure, Outcome};
use crate::api::document::{Document, Member, Value};

/// Options that `aws lambda` takes for these commands and a store refuses, the members of requests
/// that they give, with the reason.
const REFUSED: [(&[&str], &[&str], &str); 8] = [
    (
        &[
            "--s3-bucket",
            "--s3-key",
            "--s3-object-version",
            "--s3-object-storage-mode",
            "--code",
        ],
        &[
            "S3Bucket",
            "S3Key",
            "S3ObjectVersion",
            "S3ObjectStorageMode",
        ],
        "there is no S3 behind a directory; give the package with --zip-file fileb://PATH",
    ),
    (
        &["--image-uri", "--image-config"],
        &["ImageUri", "ImageConfig"],
        "there is no container registry behind a directory; give a package with --zip-file fileb://PATH",
    ),
    (
        &[
            "--publish-to",
            "--capacity-provider-config",
            "--tenancy-config",
            "--durable-config",
            "--runtime-config",
            "--accelerator-config",
        ],
        &[
            "PublishTo",
            "CapacityProviderConfig",
            "TenancyConfig",
            "DurableConfig",
            "RuntimeConfig",
            "AcceleratorConfig",
        ],
        "it belongs to a special kind of function, which a store does not have",
    ),
    (
        &["--master-region"],
        &["MasterRegion"],
        "a store is one region, and has no replicas of functions of another one",
    ),
    (
        &["--code-signing-config-arn", "--source-kms-key-arn"],
        &["CodeSigningConfigArn", "SourceKMSKeyArn"],
        "a store neither signs nor encrypts packages",
    ),
    (
        &["--architectures"],
        &[],
        "it goes with the code: update-function-code takes it, as create-function does",
    ),
    (
        &["--package-type"],
        &[],
        "create-function alone takes it; a function never changes its type",
    ),
    (
        &[
            "--cli-auto-prompt",
            "--no-cli-auto-prompt",
            "--cli-error-format",
        ],
        &[],
        "this version does not take it",
    ),
];

/// Returns what is printed for a command line that clap did not take: help and the version on
/// stdout, anything else on stderr with the AWS CLI's exit code for wrong usage.
pub(super) fn usage_outcome(error: &clap::Error) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Outcome::printed(error.to_string()),
        _ => {
            let stderr = refusal(error).unwrap_or_else(|| error.to_string());
            Outcome {
                stderr,
                code: 252,
                ..Outcome::default()
            }
        }
    }
}

fn refusal(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let option = argument.split('=').next().unwrap_or_default();
    let (_, _, reason) = REFUSED
        .iter()
        .find(|(options, ..)| options.contains(&option))?;
    Some(format!("\n{option} is refused: {reason}\n"))
}

/// Returns why a member of a request is refused, by its path; `None` for one that is taken.
pub(super) fn reason(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("Code.").unwrap_or(path);
    let refused = REFUSED
        .iter()
        .find(|(_, members, _)| members.contains(&name))?;
    Some(refused.2)
}

/// Checks that a request has no members that a store refuses.
///
/// # Errors
/// All that it has, a line each, with the reason.
pub(super) fn check(parameters: &Document) -> Result<(), Failure> {
    let names = parameters.members().iter().map(Member::name);
    let code = parameters.get("Code").map(Value::members);
    let code = code.unwrap_or_default().iter();
    let in_code = code.map(|member| format!("Code.{}", member.name()));
    let paths = names.map(str::to_owned).chain(in_code);
    let refusal = |path: String| Some(format!("{path} is refused: {}", reason(&path)?));
    let refused: Vec<String> = paths.filter_map(refusal).collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(refused.join("\n")))
}
