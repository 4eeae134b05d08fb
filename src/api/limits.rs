//! Lengths, ranges, lists and quotas, each with its source.
//!
//! "Reference" is the `PublishVersion` and `CreateFunction` page of the API reference; "model" is
//! Lambda's service model of API version 2015-03-31; "developer guide" is AWS's *Lambda quotas*
//! and *Defined runtime environment variables* pages.

use serde::{Deserialize, Serialize};

/// Characters of a description (reference).
pub const MAX_DESCRIPTION: usize = 256;
/// Characters of a handler (reference).
pub const MAX_HANDLER: usize = 128;
/// Seconds a function may run, at the least (reference).
pub const MIN_TIMEOUT: i64 = 1;
/// Megabytes of memory at the least (reference).
pub const MIN_MEMORY_SIZE: i64 = 128;
/// Megabytes of `/tmp` at the least (model).
pub const MIN_EPHEMERAL_STORAGE: i64 = 512;
/// Characters of the ARN of a role, a key, a queue or a topic (model).
pub const MAX_ARN: usize = 10_000;
/// Characters of the ARN of a layer's version (model).
pub const MAX_LAYER_VERSION_ARN: usize = 2048;
/// Characters of the id of a subnet or a security group (model).
pub const MAX_VPC_ID: usize = 1024;
/// Subnets of a function (model).
pub const MAX_SUBNETS: usize = 16;
/// Security groups of a function (model).
pub const MAX_SECURITY_GROUPS: usize = 5;
/// File systems of a function (model).
pub const MAX_FILE_SYSTEMS: usize = 1;
/// Characters of the version of an alias (model).
pub const MAX_VERSION: usize = 1024;
/// Further versions that an alias may have weights for (`CreateAlias` reference page).
pub const MAX_WEIGHTED_VERSIONS: usize = 1;
/// Characters of a tag's key (model).
pub const MAX_TAG_KEY: usize = 128;
/// Characters of a tag's value (model).
pub const MAX_TAG_VALUE: usize = 256;
/// Characters of a log group's name (model).
pub const MAX_LOG_GROUP: usize = 512;
/// Items on a page of a list, unless the request says how many (`ListFunctions` reference page).
pub const DEFAULT_PAGE: usize = 50;
/// Items on a page of a list (model, `MaxListItems`).
pub const MAX_PAGE: usize = 10_000;

/// Names of environment variables that Lambda sets itself (developer guide).
pub const RESERVED_VARIABLES: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// Identifiers of runtimes: the model's list, which holds the reference's too. Deprecated ones
/// stay, because functions that use them are kept for years.
pub const RUNTIMES: [&str; 52] = [
    "nodejs",
    "nodejs4.3",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "java8",
    "java8.al2",
    "java11",
    "java17",
    "java21",
    "java25",
    "python2.7",
    "python3.6",
    "python3.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "dotnet6",
    "dotnet8",
    "dotnet10",
    "nodejs4.3-edge",
    "go1.x",
    "ruby2.5",
    "ruby2.7",
    "ruby3.2",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
    "provided",
    "provided.al2",
    "provided.al2023",
    "nodejs26.x",
    "python3.15",
    "java8.al2023",
    "java11.al2023",
    "java17.al2023",
    "custom",
];

/// What an account may use. A store states its own in `store.json`; a member left out has the
/// value that AWS grants at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Quotas {
    /// Bytes of all deployment packages together, `$LATEST` and versions (developer guide).
    pub total_code_size: u64,
    /// Bytes of an uploaded deployment package (developer guide).
    pub code_size_zipped: u64,
    /// Bytes of a deployment package once unzipped, by its directory (developer guide).
    pub code_size_unzipped: u64,
    /// Megabytes of memory of a function (reference).
    pub memory_size: i64,
    /// Seconds that a function may run (reference).
    pub timeout: i64,
    /// Megabytes of a function's `/tmp` (developer guide).
    pub ephemeral_storage: i64,
    /// Bytes of a function's environment, measured as compact JSON (developer guide).
    pub environment_size: usize,
    /// Layers of a function (developer guide).
    pub layers: usize,
    /// Tags of a function (developer guide).
    pub tags: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            total_code_size: 80_530_636_800,
            code_size_zipped: 52_428_800,
            code_size_unzipped: 262_144_000,
            memory_size: 3008,
            timeout: 900,
            ephemeral_storage: 10_240,
            environment_size: 4096,
            layers: 5,
            tags: 50,
        }
    }
}

impl Quotas {
    /// Sets a quota by the name that it has in `store.json`.
    ///
    /// # Errors
    /// Words that say which quotas there are, or that no quota can be so high.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), String> {
        let mut quotas = serde_json::to_value(&*self).map_err(|error| error.to_string())?;
        let Some(quota) = quotas.get_mut(name) else {
            let known = quotas.as_object().into_iter().flatten();
            let names: Vec<_> = known.map(|(name, _)| name.as_str()).collect();
            return Err(format!(
                "there is no such quota; there are {}",
                names.join(", ")
            ));
        };
        *quota = value.into();
        *self = serde_json::from_value(quotas).map_err(|error| error.to_string())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_are_the_models() {
        let shapes: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let model: Vec<&str> = shapes["shapes"]["Runtime"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|runtime| runtime.as_str().unwrap())
            .collect();
        assert_eq!(RUNTIMES[..], model[..]);
    }
}
