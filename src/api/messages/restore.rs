//! The request that sets `$LATEST` to a version: the tool's own.

/// What `Restore` is asked.
#[derive(Debug, Clone, Default)]
pub struct RestoreRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The version's number, or the name of an alias that points to it.
    pub version: String,
    /// The revision id that `$LATEST` must have.
    pub revision_id: Option<String>,
    /// Check everything, and change nothing.
    pub dry_run: bool,
}
