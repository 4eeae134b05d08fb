//! The request that points an alias back: the tool's own.

use crate::api::alias::{AliasConfiguration, AliasState};

/// What `Rollback` is asked.
#[derive(Debug, Clone, Default)]
pub struct RollbackRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The alias's name.
    pub alias: String,
    /// What it is to point to, without weights; what it pointed to before if left out.
    pub to: Option<String>,
    /// The revision id that the alias must have.
    pub revision_id: Option<String>,
    /// Check everything, and change nothing.
    pub dry_run: bool,
}

/// What `Rollback` answers.
#[derive(Debug, Clone)]
pub struct RollbackResponse {
    /// The alias as it is now, or would be.
    pub alias: AliasConfiguration,
    /// What it said before.
    pub from: AliasState,
    /// What it says now, or would say.
    pub to: AliasState,
}
