//! What was attempted and seen in the storm, in the order in which it began and ended.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use lambda_store::api::timestamp::Timestamp;

/// When something began and ended, in numbers that order all that begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) begun: u64,
    pub(crate) ended: u64,
}

/// A change that was attempted.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) function: &'static str,
    /// The user whom the line names: of a command its own, of a request that of the server.
    pub(crate) by: String,
    pub(crate) span: Span,
    /// The times of the clock at its begin and its end.
    pub(crate) clock: (Timestamp, Timestamp),
    pub(crate) action: Action,
    /// The revision id that it was made conditional on.
    pub(crate) condition: Option<String>,
    pub(crate) outcome: Outcome,
}

/// What an attempt is to do, with what its line is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Create { code: String },
    UpdateCode { code: String },
    Configure,
    Publish,
    SetAlias(Pointing),
    DeleteAlias { name: &'static str },
    DeleteVersion { number: u64 },
    Prune,
    Restore,
}

/// How an alias is pointed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointing {
    /// `CreateAlias`, `UpdateAlias` or `Rollback`.
    pub(crate) operation: &'static str,
    pub(crate) name: &'static str,
    /// The description that it is given, if it is.
    pub(crate) description: Option<String>,
}

/// What is known of how an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was reported as done.
    Done(Effect),
    /// It was reported as failed.
    Refused,
    /// It was killed, or what it said did not arrive.
    Unknown,
}

/// What an attempt reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// `$LATEST` has this revision id.
    Latest(String),
    /// This version has a configuration of this hash.
    Version { number: u64, config: String },
    /// The alias has this revision id.
    Alias(String),
    /// These versions are gone.
    Removed(Vec<u64>),
    /// The alias is gone.
    AliasGone,
}

/// What can be looked at in a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Latest,
    Version(u64),
    Alias(String),
}

/// What was seen of a subject. Its states are told by [`crate::checker`]'s `…_state` functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Is(String),
    Nothing,
    /// It is there, and nothing else is known.
    Something,
    /// Its state begins otherwise, or it is not there.
    NotBeginning(String),
}

/// A look at a subject.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) function: &'static str,
    pub(crate) span: Span,
    pub(crate) subject: Subject,
    pub(crate) seen: Seen,
}

/// A list of all versions or all aliases of a function.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub(crate) function: &'static str,
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    pub(crate) found: BTreeMap<Subject, String>,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Versions,
    Aliases,
}

/// An edit by hand that replaced a file of `$LATEST`.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) function: &'static str,
    pub(crate) span: Span,
    pub(crate) file: &'static str,
    /// The hash of the package that it wrote.
    pub(crate) code: Option<String>,
}

/// A function from its creation to its deletion, or to the end of the storm.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) function: &'static str,
    /// Its history, as it is at the end.
    pub(crate) history: String,
    /// When the attempt that deleted it began and ended.
    pub(crate) deleted: Option<Span>,
}

/// All that was attempted and seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) sights: Vec<Sight>,
    pub(crate) listings: Vec<Listing>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) lives: Vec<Life>,
}

/// The records while all write them.
#[derive(Default)]
pub(crate) struct Log {
    moments: AtomicU64,
    records: Mutex<Records>,
}

/// When something began that has not ended yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    number: u64,
    time: Timestamp,
}

impl Log {
    pub(crate) fn begin(&self) -> Begun {
        Begun {
            number: self.moment(),
            time: now(),
        }
    }

    /// Returns from when to now something went on.
    pub(crate) fn since(&self, begun: Begun) -> Span {
        Span {
            begun: begun.number,
            ended: self.moment(),
        }
    }

    pub(crate) fn write(&self, record: impl FnOnce(&mut Records)) {
        record(&mut self.records.lock().unwrap());
    }

    pub(crate) fn into_records(self) -> Records {
        self.records.into_inner().unwrap()
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Begun {
    /// Returns the times of the clock from then to now.
    pub(crate) fn clock(self) -> (Timestamp, Timestamp) {
        (self.time, now())
    }
}

impl Action {
    /// Returns the name that the history has for it.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CreateFunction",
            Self::UpdateCode { .. } => "UpdateFunctionCode",
            Self::Configure => "UpdateFunctionConfiguration",
            Self::Publish => "PublishVersion",
            Self::SetAlias(pointing) => pointing.operation,
            Self::DeleteAlias { .. } => "DeleteAlias",
            Self::DeleteVersion { .. } => "DeleteFunction",
            Self::Prune => "Prune",
            Self::Restore => "Restore",
        }
    }
}

impl Seen {
    /// Returns whether it is what a subject in this state looks like.
    pub(crate) fn fits(&self, state: Option<&str>) -> bool {
        match self {
            Self::Is(seen) => state == Some(seen),
            Self::Nothing => state.is_none(),
            Self::Something => state.is_some(),
            Self::NotBeginning(start) => !state.is_some_and(|state| state.starts_with(start)),
        }
    }
}

fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let milliseconds = u64::try_from(elapsed.unwrap().as_millis()).unwrap();
    Timestamp::from_milliseconds(milliseconds)
}
