//! The request that removes versions by rules: the tool's own.

use crate::api::function_name::FunctionName;
use crate::api::pruning::{Candidate, KeepRules, Reason};

/// What `Prune` is asked.
#[derive(Debug, Clone, Default)]
pub struct PruneRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// Which versions stay.
    pub rules: KeepRules,
    /// Remove the others; without it they are only named.
    pub apply: bool,
}

/// What `Prune` answers.
#[derive(Debug, Clone)]
pub struct PruneResponse {
    /// The function's name.
    pub function_name: FunctionName,
    /// Its ARN.
    pub function_arn: String,
    /// Whether those that go were removed.
    pub applied: bool,
    /// All versions that stood, by number.
    pub versions: Vec<PlannedVersion>,
}

/// A version, and what becomes of it.
#[derive(Debug, Clone)]
pub struct PlannedVersion {
    /// The version.
    pub version: Candidate,
    /// Why it stays; it goes without a reason.
    pub reasons: Vec<Reason>,
}

impl PlannedVersion {
    /// Returns whether the version goes.
    pub fn goes(&self) -> bool {
        self.reasons.is_empty()
    }
}
