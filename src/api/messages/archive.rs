//! Requests about archives: the tool's own.

use crate::api::document::Value;
use crate::api::function_name::FunctionName;

/// What `Export` is asked.
#[derive(Debug, Clone, Default)]
pub struct ExportRequest {
    /// The function's name or ARN; with a version or an alias, that version alone.
    pub function_name: String,
}

/// What `Import` is asked.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// The name that the function has in the store; as in the archive if left out.
    pub function_name: Option<String>,
}

/// What `Import` is asked about a function that lives in AWS.
#[derive(Debug, Clone)]
pub struct ImportFromAwsRequest {
    /// The name that the function has in the store; as in AWS if left out.
    pub function_name: Option<String>,
    /// What `get-function` answered there, or `get-function-configuration`.
    pub answer: Value,
}

/// What `Import` answers.
#[derive(Debug, Clone)]
pub struct ImportResponse {
    /// The function's name in the store.
    pub function_name: FunctionName,
    /// Its ARN.
    pub function_arn: String,
    /// Whether the function was made.
    pub is_new: bool,
    /// The versions that came in.
    pub versions: Vec<u64>,
    /// Whether `$LATEST` was set.
    pub has_latest: bool,
    /// Whether a history came with it.
    pub has_history: bool,
}
