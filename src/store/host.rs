//! What the store is told about the machine and its caller: the time, who asks, how long to wait.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::witness::Witness;
use crate::api::function_name::FunctionName;
use crate::api::timestamp::Timestamp;

/// Something that the person at the terminal may want to know while a command runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'a> {
    /// Another process has held the function's lock for a second.
    WaitingForLock(&'a FunctionName),
    /// A change is done, and stays done; putting it in place failed and is left to the next writer.
    ChangeUnfinished {
        /// The function that was changed.
        function: &'a FunctionName,
        /// What failed.
        cause: &'a super::StoreError,
    },
    /// A file has a newer format than this tool writes; it was read as well as possible.
    NewerFormat {
        /// The file.
        path: &'a Path,
        /// The format it states.
        format: u64,
    },
    /// A large piece of work goes on; told every megabyte, or every thousand packages.
    Working {
        /// What is done.
        work: Work,
        /// How much of it: bytes of a package, of entries or of an archive, or packages counted.
        done: u64,
    },
    /// What was last told to go on is over, well or not.
    WorkEnded,
}

/// In words for people; progress has none.
impl fmt::Display for Notice<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WaitingForLock(function) => {
                write!(
                    formatter,
                    "waiting for another command that is changing {function} …"
                )
            }
            Self::ChangeUnfinished { function, cause } => write!(
                formatter,
                "the change to {function} is done and kept, but could not be put in place ({cause}); the next \
                 command that changes {function} finishes it"
            ),
            Self::NewerFormat { path, format } => write!(
                formatter,
                "{} has format {format}, newer than this lambda-store writes; it is read as well as possible",
                path.display()
            ),
            Self::Working { .. } | Self::WorkEnded => Ok(()),
        }
    }
}

/// Work that takes long where there is much of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Work {
    /// A package is copied or hashed.
    Package {
        /// Its size in bytes, as it was when this began.
        size: u64,
    },
    /// Two packages are compared entry by entry.
    Comparison {
        /// Bytes of all their entries once unzipped, as their directories say.
        size: u64,
    },
    /// Many packages are hashed.
    Packages {
        /// Their size in bytes, all together, as it was when this began.
        size: u64,
    },
    /// All packages are counted, nobody knows how many.
    Count,
    /// An archive is written or read; its size is not known before.
    Archive,
}

/// Told what happens while a command runs.
pub type Notify = Arc<dyn Fn(&Notice<'_>) + Send + Sync>;

/// A call that changes the disk, about to be made.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// What is about to be done, such as `rename` or `flush`.
    pub action: &'static str,
    /// The path that it is done to.
    pub path: &'a Path,
}

/// Asked before each [`Step`]; an error stops the step, as a crash would.
pub type StepHook = Arc<dyn Fn(Step<'_>) -> io::Result<()> + Send + Sync>;

/// The machine and the caller, passed in so that tests can be both.
#[derive(Clone)]
pub struct Host {
    /// Says what time it is.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Who makes changes, as `user@host`, for the history.
    pub by: String,
    /// How long to wait for a function's lock, or for a quiet moment to read.
    pub lock_timeout: Duration,
    /// Told what happens while a command runs.
    pub notify: Notify,
    /// Asked before each step that changes the disk.
    pub before_step: Option<StepHook>,
    /// Told what is looked at, by who remembers answers.
    pub witness: Option<Witness>,
}

impl Host {
    /// Returns this machine, with the clock it has and nobody to be told anything.
    pub fn new(by: String) -> Self {
        Self {
            clock: Arc::new(system_time),
            by,
            lock_timeout: Duration::from_secs(30),
            notify: Arc::new(|_| ()),
            before_step: None,
            witness: None,
        }
    }

    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Host")
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one clock, which everything else is passed"
)]
fn system_time() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let milliseconds = since.map_or(0, |since| since.as_millis());
    Timestamp::from_milliseconds(u64::try_from(milliseconds).unwrap_or(u64::MAX))
}
