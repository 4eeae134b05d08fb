//! What can go wrong with the store's files.

use std::io;
use std::path::{Path, PathBuf};

use crate::api;

/// An error of the store: what was being done, to which path, and why it failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The directory named is no store.
    #[error("{} is not a store: {why}", path.display())]
    NotAStore {
        /// The directory that was named.
        path: PathBuf,
        /// What it is instead, and what to do.
        why: String,
    },
    /// The operating system refused something.
    #[error("cannot {action} {}: {cause}{}", path.display(), way_out(cause))]
    Io {
        /// What was being done.
        action: &'static str,
        /// The path it was done to.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },
    /// A file is not what the format says.
    #[error("{}: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A file was written by a newer version of this tool.
    #[error(
        "{} has format {format}, and this lambda-store writes format 1: it can be read, but not \
         written to; use a newer lambda-store",
        path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format it states.
        format: u64,
    },
    /// What is to be made is there already.
    #[error("{} is there already", path.display())]
    AlreadyExists {
        /// What stands in the way.
        path: PathBuf,
    },
    /// Another process holds the function's lock.
    #[error(
        "another command is changing {}, and did not finish within {seconds} seconds; try again, \
         or wait longer with --lock-timeout",
        path.display()
    )]
    LockTimeout {
        /// The function's directory.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Writers were faster than this reader, all the time that it had.
    #[error(
        "{} changed each time it was read, for {seconds} seconds; try again, or wait longer with \
         --lock-timeout",
        path.display()
    )]
    Overtaken {
        /// The function's directory.
        path: PathBuf,
        /// How long it was tried.
        seconds: u64,
    },
    /// A file was edited by hand while a change to its function was under way.
    #[error("{} was edited while the change was under way; nothing was changed, try again", path.display())]
    EditedMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// The packages of the store would be larger, all together, than its quota.
    #[error(
        "{} holds {stored} bytes of packages, and {bytes} more would exceed its quota TotalCodeSize of \
         {quota}; delete versions that are not needed, or raise the quota in store.json",
        path.display()
    )]
    QuotaExceeded {
        /// The store.
        path: PathBuf,
        /// Bytes stored now.
        stored: u64,
        /// Bytes that the change would add.
        bytes: u64,
        /// Bytes allowed.
        quota: u64,
    },
    /// Neither doing nor undoing a change could be made sure.
    #[error(
        "the outcome of this change is unknown: cannot {action} {}: {cause}. {way_out}",
        path.display()
    )]
    OutcomeUnknown {
        /// What was being done.
        action: &'static str,
        /// The history whose last line is in doubt, or the directory whose entries are.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
        /// What shows the outcome, and what will come of it.
        way_out: &'static str,
    },
    /// The last change of a function is done but not in place, and cannot be put there.
    #[error(
        "the change before this one ({operation} in {}) could not be put in place, and no other can begin \
         until it is: {cause}",
        path.display()
    )]
    Unfinished {
        /// The function's history, whose last line is that change.
        path: PathBuf,
        /// The operation that made it, as the line names it.
        operation: String,
        /// What is in the way.
        cause: Box<Self>,
    },
    /// An archive that was given is not what an import takes.
    #[error("{archive}: {problem}; nothing was imported")]
    InvalidArchive {
        /// The archive, as it was named.
        archive: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A deployment package that was given breaks a rule.
    #[error("{problem}")]
    InvalidPackage {
        /// What is wrong with it, and what to do.
        problem: String,
    },
}

impl StoreError {
    /// Makes an error of the operating system's.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Io {
            action,
            path: path.to_owned(),
            cause,
        }
    }

    /// Returns whether the operating system refused what no other command explains: that something is
    /// gone, or shorter than it was, may be another one's doing.
    pub(super) fn is_refusal(&self) -> bool {
        use io::ErrorKind::{NotFound, StaleNetworkFileHandle, UnexpectedEof};
        matches!(self, Self::Io { cause, .. }
            if !matches!(cause.kind(), NotFound | StaleNetworkFileHandle | UnexpectedEof))
    }

    /// Returns whether there is no room: for bytes, for another file, or left of a quota.
    pub(super) fn is_want_of_room(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io { cause, .. } if matches!(cause.kind(), StorageFull | QuotaExceeded))
    }

    /// Turns the error that kept the change of a function from being undone into one that says what
    /// that means.
    pub(super) fn with_unknown_outcome(self) -> Self {
        self.with_unknown_outcome_but(
            "The next command that changes the function finishes or undoes it; \
             get-function-configuration shows the outcome",
        )
    }

    /// Turns the error that kept a change from being undone into one that says what to do about it.
    pub(super) fn with_unknown_outcome_but(self, way_out: &'static str) -> Self {
        match self {
            Self::Io {
                action,
                path,
                cause,
            } => Self::OutcomeUnknown {
                action,
                path,
                cause,
                way_out,
            },
            other => other,
        }
    }

    /// Makes an error about a file's content.
    pub(super) fn damaged(path: &Path, problem: impl std::fmt::Display) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// Returns what to do about a refusal of the operating system's, where that is known.
fn way_out(cause: &io::Error) -> &'static str {
    if is_short_of_files(cause) {
        return ". Too many files are open at once; raise the limit (ulimit -n) and try again";
    }
    match cause.kind() {
        io::ErrorKind::StorageFull => {
            ". The disk is full; make room, for example by deleting versions that are not needed, and \
             try again"
        }
        io::ErrorKind::QuotaExceeded => {
            ". The disk's quota is used up; make room, for example by deleting versions that are not \
             needed, or have the quota raised, and try again"
        }
        _ => "",
    }
}

/// The standard library has no kind for it.
fn is_short_of_files(cause: &io::Error) -> bool {
    let errno = rustix::io::Errno::from_io_error(cause);
    matches!(
        errno,
        Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE)
    )
}

/// The one place that says which of AWS's codes a failure of the store gets.
impl From<StoreError> for api::Error {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotAStore { .. }
            | StoreError::Io { .. }
            | StoreError::Damaged { .. }
            | StoreError::NewerFormat { .. }
            | StoreError::EditedMeanwhile { .. }
            | StoreError::OutcomeUnknown { .. }
            | StoreError::Unfinished { .. } => Self::Service { message },
            StoreError::AlreadyExists { .. } => Self::ResourceConflict { message },
            StoreError::LockTimeout { .. } | StoreError::Overtaken { .. } => {
                Self::TooManyRequests { message }
            }
            StoreError::QuotaExceeded { .. } => Self::CodeStorageExceeded { message },
            StoreError::InvalidArchive { .. } | StoreError::InvalidPackage { .. } => {
                Self::InvalidParameterValue { message }
            }
        }
    }
}
