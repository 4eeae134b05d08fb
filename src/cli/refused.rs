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

const RUNNING: &str = "it is about running functions, and a store keeps them without running them";

/// The commands of `aws lambda` that are not there, with the reason.
const COMMANDS: &[(&[&str], &str)] = &[
    (
        &["invoke", "invoke-async", "invoke-with-response-stream"],
        "a store keeps functions, and does not run them",
    ),
    (
        &[
            "add-layer-version-permission",
            "delete-layer-version",
            "get-layer-version",
            "get-layer-version-by-arn",
            "get-layer-version-policy",
            "list-layer-versions",
            "list-layers",
            "publish-layer-version",
            "remove-layer-version-permission",
        ],
        "this version keeps no layers; a function names them by their ARNs, with --layers",
    ),
    (
        &["list-tags", "tag-resource", "untag-resource"],
        "this version sets tags with create-function --tags, and get-function prints them",
    ),
    (
        &[
            "add-permission",
            "delete-resource-policy",
            "get-policy",
            "get-resource-policy",
            "put-resource-policy",
            "remove-permission",
        ],
        "this version keeps no policies; who may read and write a directory may use its functions",
    ),
    (
        &["get-account-settings"],
        "the limits of a store stand in its store.json, and status says how much is stored",
    ),
    (
        &[
            "create-code-signing-config",
            "delete-code-signing-config",
            "delete-function-code-signing-config",
            "get-code-signing-config",
            "get-function-code-signing-config",
            "list-code-signing-configs",
            "list-functions-by-code-signing-config",
            "put-function-code-signing-config",
            "update-code-signing-config",
        ],
        "a store does not sign packages",
    ),
    (
        &[
            "checkpoint-durable-execution",
            "delete-durable-execution",
            "get-durable-execution",
            "get-durable-execution-history",
            "get-durable-execution-state",
            "list-durable-executions-by-function",
            "pause-durable-execution",
            "resume-durable-execution",
            "send-durable-execution-callback-failure",
            "send-durable-execution-callback-heartbeat",
            "send-durable-execution-callback-success",
            "stop-durable-execution",
        ],
        RUNNING,
    ),
    (
        &[
            "create-capacity-provider",
            "delete-capacity-provider",
            "get-capacity-provider",
            "list-capacity-providers",
            "list-function-versions-by-capacity-provider",
            "update-capacity-provider",
        ],
        RUNNING,
    ),
    (
        &[
            "create-event-source-mapping",
            "delete-event-source-mapping",
            "get-event-source-mapping",
            "list-event-source-mappings",
            "update-event-source-mapping",
        ],
        RUNNING,
    ),
    (
        &[
            "create-function-url-config",
            "delete-function-url-config",
            "get-function-url-config",
            "list-function-url-configs",
            "update-function-url-config",
        ],
        RUNNING,
    ),
    (
        &[
            "delete-function-event-invoke-config",
            "get-function-event-invoke-config",
            "list-function-event-invoke-configs",
            "put-function-event-invoke-config",
            "update-function-event-invoke-config",
        ],
        RUNNING,
    ),
    (
        &[
            "delete-function-concurrency",
            "delete-provisioned-concurrency-config",
            "get-function-concurrency",
            "get-function-scaling-config",
            "get-provisioned-concurrency-config",
            "list-provisioned-concurrency-configs",
            "put-function-concurrency",
            "put-function-scaling-config",
            "put-provisioned-concurrency-config",
        ],
        RUNNING,
    ),
    (
        &[
            "get-function-recursion-config",
            "get-runtime-management-config",
            "put-function-recursion-config",
            "put-runtime-management-config",
        ],
        RUNNING,
    ),
    (
        &["wizard"],
        "a store has no wizards; create-function asks nothing",
    ),
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
    let row = COMMANDS.iter().find(|(names, _)| names.contains(&name))?;
    Some(row.1)
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
