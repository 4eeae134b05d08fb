//! What `aws lambda` has and a store does not: members of requests, by their path in the request.

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
        "there is neither S3 nor a container registry behind a directory; give the package with \
         --zip-file fileb://PATH",
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
