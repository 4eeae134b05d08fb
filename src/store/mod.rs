//! The store: the only code that touches its files.
//!
//! ```text
//! STORE/
//!   store.json                 optional: account, region, partition, quotas     registry
//!   hello/                     one directory per function                        creation
//!     $LATEST/                 code.zip, config.json                             latest
//!     versions/1/              code.zip, config.json: never written to again     documents
//!     aliases/live.json        what get-alias prints                             aliases
//!     function.json            optional: tags                                    creation
//!     history.jsonl            one line per completed change                     history
//!     .lock                    the writer's lock                                 lock
//!     .staging/                what a change is made of, until it is in place    change
//!   .staging/                  uploads, and functions being made                 staging
//!   .usage                     bytes of all packages: a cache                   usage
//!   .trash/                    functions being deleted                           deletion
//! ```
//!
//! # What is promised
//! - Before or after, never between: [`Change`] stages, commits with one flushed line and applies;
//!   what a crash left half done is finished or thrown away by the next [`Store::lock`].
//! - What was reported is kept: a commit returns after data and directory entries are flushed.
//! - The bytes that were hashed are the bytes in the version, and a version shares no inode with
//!   `$LATEST`.
//! - One writer per function at a time. Readers ([`Store::read`]) take no lock and see one state.
//!
//! # What is not
//! An edit by hand made while a change to the same file is under way may be lost to it. A copy of
//! a store in use must be taken under the function's lock.

mod aliases;
mod apply;
mod archive;
mod change;
mod creation;
mod deletion;
mod documents;
mod draft;
mod durable;
mod error;
mod history;
mod history_lines;
mod host;
mod latest;
mod layout;
mod lock;
mod locked;
mod new_function;
mod opened_package;
mod outlines;
mod package;
mod package_comparison;
mod package_entries;
mod progress;
mod published_latest;
mod registry;
mod staged_version;
mod staging;
mod usage;
mod verification;
mod version_package;
mod versions;
mod view;
mod witness;

pub use archive::{ArchiveFile, Import, Imported, Snapshot};
pub use change::Change;
pub use creation::Creation;
pub use documents::PublishedVersion;
pub use error::StoreError;
pub use history::{AliasChange, LastPublished, LatestFact, Line, Made};
pub use history_lines::{HistoryLine, HistoryLines};
pub use host::{Host, Notice, Notify, Step, StepHook, Work};
pub use latest::Latest;
pub use locked::LockedFunction;
pub use opened_package::OpenedPackage;
pub use outlines::VersionOutline;
pub use package::{NotReceived, PackageSource};
pub use registry::Store;
pub use staged_version::StagedVersion;
pub use staging::Upload;
pub use verification::Verification;
pub use versions::{FoundVersion, Versions};
pub use view::View;
pub use witness::{Remembered, Witness};
