//! The request about a function's past: the tool's own.

use super::Comparison;
use crate::api::alias::AliasState;
use crate::api::code_sha256::CodeIdentity;
use crate::api::difference::ChangedParts;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::AliasName;
use crate::api::revision_id::RevisionId;
use crate::api::timestamp::Timestamp;

/// What `Log` is asked.
#[derive(Debug, Clone, Default)]
pub struct LogRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// Whether all that happened is told, or the versions alone.
    pub all: bool,
    /// How many entries are wanted at the most; all without it.
    pub max_items: Option<usize>,
}

/// What `Log` answers.
#[derive(Debug, Clone)]
pub struct LogResponse {
    /// The function's name.
    pub function_name: FunctionName,
    /// Its ARN.
    pub function_arn: String,
    /// `$LATEST`, or what is wrong with it.
    pub latest: Result<LoggedLatest, String>,
    /// The aliases that point to `$LATEST`.
    pub latest_aliases: Vec<AliasShare>,
    /// The versions, and what else happened where that is asked for, newest first.
    pub entries: Vec<LogEntry>,
    /// What else is wrong, so that something may be missing in the entries.
    pub problems: Vec<String>,
}

/// `$LATEST` as a log tells it.
#[derive(Debug, Clone)]
pub struct LoggedLatest {
    /// How it compares with what was published last; `None` if that cannot be read.
    pub comparison: Option<Comparison>,
    /// What was edited by hand since the last change: `code.zip`, `config.json`.
    pub found_edited: Vec<String>,
    /// When its code or configuration was last modified.
    pub last_modified: Timestamp,
    /// Its package.
    pub code: CodeIdentity,
    /// Its revision id.
    pub revision_id: RevisionId,
    /// Its description, empty where there is none.
    pub description: String,
}

/// An entry of a log.
#[derive(Debug, Clone)]
pub enum LogEntry {
    /// A version that stands in the store.
    Version(LogVersion),
    /// Something that happened.
    Change(LogChange),
}

/// A version as a log tells it.
#[derive(Debug, Clone)]
pub struct LogVersion {
    /// Its number.
    pub number: u64,
    /// Where it comes from.
    pub origin: Origin,
    /// The aliases that point to it.
    pub aliases: Vec<AliasShare>,
    /// What it holds, or what is wrong with it.
    pub content: Result<VersionContent, String>,
}

/// Where a version comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A change made it, which the history tells.
    Published {
        /// When it was published, for an imported one where it was first.
        time: Timestamp,
        /// Who made the change.
        by: String,
    },
    /// No line of the history tells of it: somebody placed it by hand.
    ByHand,
    /// A line that cannot be read may tell of it.
    Unknown,
}

/// What a version holds.
#[derive(Debug, Clone)]
pub struct VersionContent {
    /// Its package.
    pub code: CodeIdentity,
    /// Its description, empty where there is none.
    pub description: String,
    /// The version before it that is there and can be read, and what changed since; `None` for the
    /// first.
    pub since: Option<(u64, ChangedParts)>,
}

/// An alias, and what share of the invocations it sends to a version, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasShare {
    /// The alias.
    pub name: AliasName,
    /// The share.
    pub weight: f64,
    /// Whether the alias sends invocations to more than one version.
    pub is_shared: bool,
}

/// A change, as far as the history tells it.
#[derive(Debug, Clone)]
pub struct LogChange {
    /// When it was made.
    pub time: Timestamp,
    /// AWS's name of the operation, or one of this tool's own.
    pub operation: String,
    /// Who made it.
    pub by: String,
    /// The versions that it made.
    pub made: Vec<u64>,
    /// Those of them that are not there any more.
    pub gone: Vec<u64>,
    /// The versions that it removed, as ranges with both ends.
    pub removed: Vec<(u64, u64)>,
    /// What it did to aliases.
    pub aliases: Vec<AliasMove>,
    /// The version that `$LATEST` was set to.
    pub restored: Option<u64>,
    /// The files of `$LATEST` that it found edited by hand.
    pub found_edited: Vec<String>,
}

/// What a change did to an alias.
#[derive(Debug, Clone)]
pub struct AliasMove {
    /// The alias's name.
    pub name: String,
    /// How it was before; `None` for one that was made.
    pub from: Option<AliasState>,
    /// How it is since; `None` for one that was deleted.
    pub to: Option<AliasState>,
}
