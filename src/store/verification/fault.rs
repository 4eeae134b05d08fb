//! What is wrong with one file or directory.

use crate::api::finding::FindingName;
use crate::store::error::StoreError;

/// What is wrong with a file or a directory.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) name: FindingName,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn new(name: FindingName, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { name, problem }
    }

    /// Says what keeps a directory from being read.
    pub(super) fn of_directory(error: &StoreError) -> Self {
        match error {
            StoreError::Io { .. } => Self::unreadable(error),
            _ => Self::new(
                FindingName::NotADirectory,
                "a directory belongs here, and something else stands here",
            ),
        }
    }

    /// Says what keeps a file from being opened.
    pub(super) fn of_file(error: &StoreError) -> Self {
        match error {
            StoreError::Io { .. } => Self::unreadable(error),
            _ => Self::not_regular(),
        }
    }

    /// Says what is wrong with the content of a document.
    pub(super) fn of_content(error: &StoreError) -> Self {
        match error {
            StoreError::Damaged { problem, .. } => Self::damaged(problem),
            other => Self::damaged(&other),
        }
    }

    pub(super) fn unreadable(error: &StoreError) -> Self {
        let problem = match error {
            StoreError::Io { action, cause, .. } => format!("cannot {action} it: {cause}"),
            other => other.to_string(),
        };
        Self::new(FindingName::Unreadable, problem)
    }

    pub(super) fn missing() -> Self {
        Self::new(FindingName::FileMissing, "there is no such file")
    }

    pub(super) fn damaged(error: &impl ToString) -> Self {
        Self::new(FindingName::DocumentDamaged, error.to_string())
    }

    pub(super) fn not_regular() -> Self {
        Self::new(
            FindingName::FileMissing,
            "a regular file belongs here, and something else stands here",
        )
    }
}
