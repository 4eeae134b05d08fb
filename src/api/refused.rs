//! What Lambda has and a store does not: operations, by their names, and members of requests, by
//! their path in the request. The reasons are read by people on the command line and by those of
//! SDKs: where they say how it is given, they say it in the words of both.

use super::document::{Document, Member, Value};

/// The members of requests that a store refuses, with the reason.
const MEMBERS: &[(&[&str], &str)] = &[
    (
        &[
            "S3Bucket",
            "S3Key",
            "S3ObjectVersion",
            "S3ObjectStorageMode",
            "ImageUri",
            "Code.S3Bucket",
            "Code.S3Key",
            "Code.S3ObjectVersion",
            "Code.S3ObjectStorageMode",
            "Code.ImageUri",
        ],
        "there is neither S3 nor a container registry behind a directory; give the package \
         itself, as ZipFile (--zip-file fileb://PATH)",
    ),
    (
        &["ImageConfig"],
        "there is no container registry behind a directory, and no image to configure",
    ),
    (
        &[
            "SourceKMSKeyArn",
            "Code.SourceKMSKeyArn",
            "CodeSigningConfigArn",
        ],
        "a store neither signs nor encrypts packages",
    ),
    (
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
        &["MasterRegion"],
        "a store is one region, and has no replicas of functions of another one",
    ),
];

const RUNNING: &str = "it is about running functions, and a store keeps them without running them";

/// The operations of the model that a store does not have, with the reason.
pub const OPERATIONS: &[(&[&str], &str)] = &[
    (
        &["Invoke", "InvokeAsync", "InvokeWithResponseStream"],
        "a store keeps functions, and does not run them",
    ),
    (
        &[
            "AddLayerVersionPermission",
            "DeleteLayerVersion",
            "GetLayerVersion",
            "GetLayerVersionByArn",
            "GetLayerVersionPolicy",
            "ListLayerVersions",
            "ListLayers",
            "PublishLayerVersion",
            "RemoveLayerVersionPermission",
        ],
        "this version keeps no layers; a function names them by their ARNs, as Layers (--layers)",
    ),
    (
        &["ListTags", "TagResource", "UntagResource"],
        "this version sets tags when a function is made (create-function --tags), and get-function \
         shows them",
    ),
    (
        &[
            "AddPermission",
            "DeleteResourcePolicy",
            "GetPolicy",
            "GetResourcePolicy",
            "PutResourcePolicy",
            "RemovePermission",
        ],
        "this version keeps no policies; who may read and write a directory may use its functions",
    ),
    (
        &["GetAccountSettings"],
        "the limits of a store stand in its store.json, and lambda-store status says how much is \
         stored",
    ),
    (
        &[
            "CreateCodeSigningConfig",
            "DeleteCodeSigningConfig",
            "DeleteFunctionCodeSigningConfig",
            "GetCodeSigningConfig",
            "GetFunctionCodeSigningConfig",
            "ListCodeSigningConfigs",
            "ListFunctionsByCodeSigningConfig",
            "PutFunctionCodeSigningConfig",
            "UpdateCodeSigningConfig",
        ],
        "a store does not sign packages",
    ),
    (
        &[
            "CheckpointDurableExecution",
            "DeleteDurableExecution",
            "GetDurableExecution",
            "GetDurableExecutionHistory",
            "GetDurableExecutionState",
            "ListDurableExecutionsByFunction",
            "PauseDurableExecution",
            "ResumeDurableExecution",
            "SendDurableExecutionCallbackFailure",
            "SendDurableExecutionCallbackHeartbeat",
            "SendDurableExecutionCallbackSuccess",
            "StopDurableExecution",
        ],
        RUNNING,
    ),
    (
        &[
            "CreateCapacityProvider",
            "DeleteCapacityProvider",
            "GetCapacityProvider",
            "ListCapacityProviders",
            "ListFunctionVersionsByCapacityProvider",
            "UpdateCapacityProvider",
        ],
        RUNNING,
    ),
    (
        &[
            "CreateEventSourceMapping",
            "DeleteEventSourceMapping",
            "GetEventSourceMapping",
            "ListEventSourceMappings",
            "UpdateEventSourceMapping",
        ],
        RUNNING,
    ),
    (
        &[
            "CreateFunctionUrlConfig",
            "DeleteFunctionUrlConfig",
            "GetFunctionUrlConfig",
            "ListFunctionUrlConfigs",
            "UpdateFunctionUrlConfig",
        ],
        RUNNING,
    ),
    (
        &[
            "DeleteFunctionEventInvokeConfig",
            "GetFunctionEventInvokeConfig",
            "ListFunctionEventInvokeConfigs",
            "PutFunctionEventInvokeConfig",
            "UpdateFunctionEventInvokeConfig",
        ],
        RUNNING,
    ),
    (
        &[
            "DeleteFunctionConcurrency",
            "DeleteProvisionedConcurrencyConfig",
            "GetFunctionConcurrency",
            "GetFunctionScalingConfig",
            "GetProvisionedConcurrencyConfig",
            "ListProvisionedConcurrencyConfigs",
            "PutFunctionConcurrency",
            "PutFunctionScalingConfig",
            "PutProvisionedConcurrencyConfig",
        ],
        RUNNING,
    ),
    (
        &[
            "GetFunctionRecursionConfig",
            "GetRuntimeManagementConfig",
            "PutFunctionRecursionConfig",
            "PutRuntimeManagementConfig",
        ],
        RUNNING,
    ),
];

/// Returns why the store does not have an operation of the model; `None` for one that it has, and
/// for what is none.
pub fn reason_of_operation(name: &str) -> Option<&'static str> {
    let row = OPERATIONS.iter().find(|(names, _)| names.contains(&name))?;
    Some(row.1)
}

/// Returns why a member of a request is refused, by its path; `None` for one that is taken.
pub fn reason(path: &str) -> Option<&'static str> {
    let row = MEMBERS
        .iter()
        .find(|(members, _)| members.contains(&path))?;
    Some(row.1)
}

/// Returns the members of a request that a store refuses, each with the reason.
pub fn given(parameters: &Document) -> Vec<(String, &'static str)> {
    let names = parameters.members().iter().map(Member::name);
    let code = parameters.get("Code").map(Value::members);
    let code = code.unwrap_or_default().iter();
    let in_code = code.map(|member| format!("Code.{}", member.name()));
    let paths = names.map(str::to_owned).chain(in_code);
    paths
        .filter_map(|path| {
            let reason = reason(&path)?;
            Some((path, reason))
        })
        .collect()
}

/// Says that something is refused, and why.
pub fn refusal(name: &str, reason: &str) -> String {
    format!("{name} is refused: {reason}")
}
