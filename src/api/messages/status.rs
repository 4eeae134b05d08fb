//! The request about what the next publish would do: the tool's own.

use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::api::difference::Difference;
use crate::api::function_name::FunctionName;
use crate::api::revision_id::RevisionId;

/// What `Status` is asked.
#[derive(Debug, Clone, Default)]
pub struct StatusRequest {
    /// The function's name or ARN.
    pub function_name: String,
}

/// What `Status` answers.
#[derive(Debug, Clone)]
pub struct StatusResponse {
    /// The function's name.
    pub function_name: FunctionName,
    /// Its ARN.
    pub function_arn: String,
    /// What the next `PublishVersion` without options would do, or the error it would end with.
    pub publish: Result<NextPublish, Error>,
    /// How `$LATEST` compares with the last publish; `None` if that cannot be read, which is then
    /// the error of `publish`, too.
    pub comparison: Option<Comparison>,
    /// What was edited by hand since the last change of the tool: `code.zip`, `config.json`.
    pub found_edited: Vec<String>,
    /// The package of `$LATEST`, whose hash may be passed as `CodeSha256`.
    pub code: CodeIdentity,
    /// The revision id of `$LATEST`, which may be passed as `RevisionId`.
    pub revision_id: RevisionId,
    /// Bytes of all packages in the store.
    pub stored: u64,
    /// Bytes that the next publish would add to them, if it makes a version.
    pub added: u64,
    /// Bytes that all packages may have together.
    pub quota: u64,
}

/// What a publish would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPublish {
    /// Make this version.
    Make(u64),
    /// Return this version as it stands, because nothing changed since it was published.
    Return(u64),
}

/// How `$LATEST` compares with the last publish.
#[derive(Debug, Clone)]
pub enum Comparison {
    /// Nothing was published yet.
    NeverPublished,
    /// The version that was published last is there no more.
    Deleted {
        /// The version.
        version: u64,
    },
    /// There is nothing new.
    Unchanged {
        /// The version that was published last.
        version: u64,
    },
    /// There is something new.
    Changed {
        /// The version that was published last.
        version: u64,
        /// What is new, code and configuration.
        differences: Vec<Difference>,
    },
}
