//! The request to check a store: the tool's own.

use crate::api::finding::Finding;

/// What `Verify` is asked.
#[derive(Debug, Clone, Default)]
pub struct VerifyRequest {
    /// The functions, each by its name or ARN; none for all.
    pub function_names: Vec<String>,
}

/// What `Verify` answers.
#[derive(Debug, Clone, Default)]
pub struct VerifyResponse {
    /// What is wrong, by function and path. A store without any is sound.
    pub findings: Vec<Finding>,
    /// What is no damage, and worth knowing.
    pub notes: Vec<Finding>,
    /// How many functions were checked.
    pub functions: u64,
    /// How many versions they have.
    pub versions: u64,
    /// How many packages were hashed, those of versions and of `$LATEST`.
    pub packages: u64,
    /// How many bytes these have.
    pub bytes: u64,
}

impl VerifyResponse {
    /// Returns whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}
