//! What may be found wrong in a store: the names of the format's table, which do not change.

use super::function_name::FunctionName;

/// The name of a finding, see "Checking a store" in `store-example/FORMAT.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingName {
    /// A file that must be there is not, or is no regular file.
    FileMissing,
    /// Where a directory belongs stands something else.
    NotADirectory,
    /// The system refuses to read a file or a directory.
    Unreadable,
    /// A document is not JSON, has a member twice, or one of a wrong type.
    DocumentDamaged,
    /// A `Format` is not 1.
    FormatUnknown,
    /// A line of the history is none.
    LineDamaged,
    /// A line does not name the hash of the line before.
    ChainBroken,
    /// A line is not later than the line before.
    TimeNotIncreasing,
    /// A line's highest version is too low.
    HighestVersionTooLow,
    /// What a line says of the last publish is wrong.
    LastPublishedDiffers,
    /// What a line says of `$LATEST` is wrong: the time in its revision id, or the package.
    LatestIdDiffers,
    /// A version or an alias was made by a change that is later than the last line.
    HistoryCutShort,
    /// A version that a line made is not there.
    VersionMissing,
    /// A version that a line removed is there.
    RemovedVersionPresent,
    /// A version's configuration is not the one that was made.
    ConfigDiffers,
    /// A package is another one than is said of it.
    CodeDiffers,
    /// A revision id is not the fingerprint of its document.
    FingerprintDiffers,
    /// An alias points to a version that is not there.
    AliasTargetMissing,
    /// A change is not in place yet.
    ChangeUnfinished,
    /// A note, no damage: a document says that it belongs elsewhere.
    PlaceDiffers,
}

/// One thing that was found, about one file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The function that it belongs to; `None` for the store itself.
    pub function: Option<FunctionName>,
    /// The file or directory, as seen from the store's directory.
    pub path: String,
    /// The line of the history that is meant, from 1.
    pub line: Option<u64>,
    /// The name of what was found.
    pub name: FindingName,
    /// What is wrong.
    pub problem: String,
}

impl FindingName {
    /// Returns the name as the format writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FileMissing => "file-missing",
            Self::NotADirectory => "not-a-directory",
            Self::Unreadable => "unreadable",
            Self::DocumentDamaged => "document-damaged",
            Self::FormatUnknown => "format-unknown",
            Self::LineDamaged => "line-damaged",
            Self::ChainBroken => "chain-broken",
            Self::TimeNotIncreasing => "time-not-increasing",
            Self::HighestVersionTooLow => "highest-version-too-low",
            Self::LastPublishedDiffers => "last-published-differs",
            Self::LatestIdDiffers => "latest-id-differs",
            Self::HistoryCutShort => "history-cut-short",
            Self::VersionMissing => "version-missing",
            Self::RemovedVersionPresent => "removed-version-present",
            Self::ConfigDiffers => "config-differs",
            Self::CodeDiffers => "code-differs",
            Self::FingerprintDiffers => "fingerprint-differs",
            Self::AliasTargetMissing => "alias-target-missing",
            Self::ChangeUnfinished => "change-unfinished",
            Self::PlaceDiffers => "place-differs",
        }
    }
}

impl Finding {
    /// Returns what to do about it.
    pub fn remedy(&self) -> &'static str {
        let is_of_version = self.path.contains("/versions/");
        match self.name {
            FindingName::FileMissing if is_of_version => {
                "put the file back from a copy of the store, or delete the version with delete-function \
                 --qualifier"
            }
            FindingName::FileMissing => {
                "put the file back from a copy, and move away what else stands there"
            }
            FindingName::NotADirectory => "move away what stands there",
            FindingName::Unreadable => "see to its permissions, or to the disk",
            FindingName::DocumentDamaged
            | FindingName::FingerprintDiffers
            | FindingName::ConfigDiffers
            | FindingName::CodeDiffers
                if is_of_version =>
            {
                "put the version back from a copy of the store; it is not to be edited"
            }
            FindingName::DocumentDamaged => "mend the file, or put it back from a copy",
            FindingName::FormatUnknown => "use a lambda-store that knows this format",
            FindingName::LineDamaged
            | FindingName::ChainBroken
            | FindingName::TimeNotIncreasing
            | FindingName::HighestVersionTooLow
            | FindingName::LastPublishedDiffers
            | FindingName::LatestIdDiffers => {
                "put the history back from a copy of the store; or move it away, and the function goes on \
                 with the facts that its directories show"
            }
            FindingName::HistoryCutShort => {
                "put the missing lines back from a copy of the store; or if the file was put here from \
                 another store, go on: the next change of the function settles it"
            }
            FindingName::VersionMissing => {
                "put the version back from a copy of the store; if it is lost, make an empty directory there \
                 and delete the version with delete-function --qualifier, so that the history tells it"
            }
            FindingName::RemovedVersionPresent => {
                "delete the version with delete-function --qualifier, or move it away"
            }
            FindingName::ConfigDiffers => "put the file back from a copy",
            FindingName::CodeDiffers => {
                "put the package back from a copy, or upload one with update-function-code"
            }
            FindingName::FingerprintDiffers => {
                "put the file back from a copy; or if the edit was meant, take its RevisionId out"
            }
            FindingName::AliasTargetMissing => {
                "point the alias to a version that is there, or put the version back from a copy"
            }
            FindingName::ChangeUnfinished => {
                "wait for the command that makes the change; if none runs, the next one that changes the \
                 function finishes or undoes it"
            }
            FindingName::PlaceDiffers => {
                "nothing must be done: answers go by where the file stands"
            }
        }
    }
}
