//! A line of the history while its change is being staged: what it will tell, and the running facts.

use sha2::{Digest as _, Sha256};

use super::history::{AliasChange, FORMAT, LastLine, LastPublished, LatestFact, Line, Made};
use super::layout::Token;
use crate::api::alias::AliasState;
use crate::api::code_sha256::hex;
use crate::api::configuration::ContentSha256;
use crate::api::timestamp::Timestamp;

/// A line while its change is being staged.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) time: Timestamp,
    pub(super) operation: &'static str,
    pub(super) by: String,
    pub(super) highest_version: u64,
    pub(super) last_published: Option<LastPublished>,
    restored: Option<u64>,
    made: Vec<Made>,
    removed: Vec<(u64, u64)>,
    aliases: Vec<AliasChange>,
}

impl Draft {
    /// Begins a line with the running facts as they are.
    pub(super) fn new(
        operation: &'static str,
        time: Timestamp,
        by: String,
        highest_version: u64,
        last_published: Option<LastPublished>,
    ) -> Self {
        Self {
            time,
            operation,
            by,
            highest_version,
            last_published,
            restored: None,
            made: Vec::new(),
            removed: Vec::new(),
            aliases: Vec::new(),
        }
    }

    /// Notes a version that the change publishes, its file and the content of `$LATEST` it was
    /// made of.
    pub(super) fn publishes(&mut self, version: u64, config: &[u8], seen: ContentSha256) {
        let config_sha256 = hex(&Sha256::digest(config));
        self.imports(Made {
            version,
            config_sha256,
            published: self.time,
        });
        self.publishes_last(version, seen);
    }

    /// Notes a version that was published elsewhere, and earlier.
    pub(super) fn imports(&mut self, made: Made) {
        self.highest_version = self.highest_version.max(made.version);
        self.made.push(made);
    }

    /// Notes what counts as the last publish from now on.
    pub(super) fn publishes_last(&mut self, version: u64, content_sha256: ContentSha256) {
        self.last_published = Some(LastPublished {
            version,
            content_sha256,
        });
    }

    /// Notes what the change does to an alias. A version that it points to was given out: one placed
    /// by hand, too, whose number no other may get.
    pub(super) fn changes_alias(&mut self, change: AliasChange) {
        let highest = change.to.iter().flat_map(AliasState::versions).max();
        self.highest_version = self.highest_version.max(highest.unwrap_or(0));
        self.aliases.push(change);
    }

    /// Returns the names of the aliases that the change makes.
    pub(super) fn aliases_made(&self) -> impl Iterator<Item = &str> {
        let made = self.aliases.iter().filter(|change| change.from.is_none());
        made.map(|change| change.name.as_str())
    }

    /// Notes the version that `$LATEST` is set to: one placed by hand, too, whose number no other may
    /// get.
    pub(super) fn restores(&mut self, version: u64) {
        self.restored = Some(version);
        self.highest_version = self.highest_version.max(version);
    }

    /// Notes a version that the change removes; ascending ones are recorded as ranges.
    pub(super) fn removes(&mut self, version: u64) {
        match self.removed.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(version) => *last = version,
            _ => self.removed.push((version, version)),
        }
        self.highest_version = self.highest_version.max(version);
    }

    /// Returns the numbers of the versions that the change makes.
    pub(super) fn made(&self) -> impl Iterator<Item = u64> {
        self.made.iter().map(|made| made.version)
    }

    /// Completes the line.
    pub(super) fn line(
        &self,
        token: &Token,
        found_edited: Vec<String>,
        latest: LatestFact,
        previous: Option<&LastLine>,
    ) -> Line {
        Line {
            format: FORMAT,
            time: self.time,
            operation: self.operation.to_owned(),
            by: self.by.clone(),
            token: token.as_str().to_owned(),
            made: self.made.clone(),
            removed: self.removed.clone(),
            aliases: self.aliases.clone(),
            restored: self.restored,
            found_edited,
            highest_version: self.highest_version,
            last_published: self.last_published.clone(),
            latest,
            previous: previous.map(LastLine::sha256),
        }
    }
}
