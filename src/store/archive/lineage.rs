//! A whole history, checked line by line against itself and against the versions that it tells of.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use super::checks::VersionFacts;
use crate::api::configuration::FunctionConfiguration;
use crate::api::revision_id::RevisionId;
use crate::api::timestamp::Timestamp;
use crate::store::error::StoreError;
use crate::store::history::{FORMAT, LONGEST_LINE, LastLine, Line, parse_line};
use crate::store::published_latest::PublishedLatest;

/// What a history comes to.
#[derive(Default)]
pub(super) struct Lineage {
    /// The last line; `None` without any.
    pub(super) last: Option<LastLine>,
    /// What the last publish said of `$LATEST`.
    publisher: Option<PublishedLatest>,
    /// The hashes of the configurations of the versions that lines made and did not remove.
    made: BTreeMap<u64, String>,
    /// The standing versions that a line removed.
    removed: BTreeSet<u64>,
}

/// Why a history is not taken.
pub(super) enum LineageError {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// What is wrong with it.
    Wrong(String),
}

impl LineageError {
    /// Makes the error to be told; `wrong` makes it of what is wrong with the history.
    pub(super) fn told(self, path: &Path, wrong: impl FnOnce(String) -> StoreError) -> StoreError {
        match self {
            Self::Unreadable(cause) => StoreError::io("read", path)(cause),
            Self::Wrong(problem) => wrong(problem),
        }
    }
}

impl Lineage {
    /// Reads a history from front to end. What is wrong is told with the number of
    /// the line. `aliases_made` is the latest time at which an alias was made.
    pub(super) fn read(
        history: impl Read,
        path: &Path,
        versions: &BTreeMap<u64, VersionFacts>,
        aliases_made: Option<Timestamp>,
    ) -> Result<Self, LineageError> {
        let mut lineage = Self::default();
        let mut reader = BufReader::new(history);
        let (mut offset, mut blank) = (0, false);
        for number in 1_u64.. {
            let mut bytes = Vec::new();
            let mut line = reader.by_ref().take(LONGEST_LINE);
            line.read_until(b'\n', &mut bytes)
                .map_err(LineageError::Unreadable)?;
            let at = |problem: String| LineageError::Wrong(format!("line {number}: {problem}"));
            if bytes.is_empty() {
                break;
            }
            let length = bytes.len() as u64;
            if bytes.trim_ascii().is_empty() {
                blank = true;
            } else if blank {
                return Err(at("a blank line stands before it".to_owned()));
            } else {
                let whole = bytes.strip_suffix(b"\n");
                let whole = whole.ok_or_else(|| at("it does not end".to_owned()))?;
                let line = parse_line(whole, path).map_err(|error| at(error.to_string()))?;
                lineage.add(&line, versions).map_err(at)?;
                let bytes = whole.to_vec();
                lineage.last = Some(LastLine {
                    line,
                    bytes,
                    offset,
                });
            }
            offset += length;
        }
        lineage
            .check_versions(versions)
            .and_then(|()| lineage.check_last(versions, aliases_made))
            .map_err(LineageError::Wrong)?;
        Ok(lineage)
    }

    /// Checks that a line hangs on the one before it, and goes on with its facts.
    fn add(&mut self, line: &Line, versions: &BTreeMap<u64, VersionFacts>) -> Result<(), String> {
        if line.format > FORMAT {
            return Err(format!(
                "it has format {}, newer than this lambda-store writes; use a newer one",
                line.format
            ));
        }
        let before = self.last.as_ref();
        if line.previous != before.map(LastLine::sha256) {
            return Err("its Previous is not the hash of the line before it".to_owned());
        }
        let earlier = before.map(|before| &before.line);
        if earlier.is_some_and(|earlier| line.time <= earlier.time) {
            return Err("its Time is not later than that of the line before it".to_owned());
        }
        let highest_before = earlier.map_or(0, |line| line.highest_version);
        if line.highest_named().max(highest_before) > line.highest_version {
            return Err(format!(
                "its HighestVersion, {}, is too low",
                line.highest_version
            ));
        }
        let moved = |line: &Line| RevisionId::time_of(line.latest.revision_id.as_str());
        if let Some(earlier) = earlier {
            if ![line.time, moved(earlier)].contains(&moved(line)) {
                return Err("it neither moved the revision id of $LATEST nor kept it".to_owned());
            }
            if moved(line) != line.time && !line.latest.is_alike(&earlier.latest) {
                return Err(
                    "it did not move the revision id of $LATEST, and says something else of it than \
                     the line before"
                        .to_owned(),
                );
            }
            if line.made.is_empty() && line.last_published != earlier.last_published {
                return Err("it changed LastPublished and published nothing".to_owned());
            }
        }
        let published = line.last_published.as_ref().map_or(0, |last| last.version);
        let is_made = |number| line.made.iter().any(|made| made.version == number);
        if line.publishes() && !is_made(published) {
            return Err("its LastPublished is not what it published".to_owned());
        }
        if line.publishes() {
            self.publisher = Some(PublishedLatest::of(line));
        }
        for made in &line.made {
            let before = self.made.insert(made.version, made.config_sha256.clone());
            if before.is_some() || self.removed.contains(&made.version) {
                return Err(format!("version {} was made twice", made.version));
            }
        }
        for (first, last) in line.removed.iter().filter(|(first, last)| first <= last) {
            self.made
                .retain(|number, _| !(first..=last).contains(&number));
            let standing = versions.range(*first..=*last);
            self.removed.extend(standing.map(|(number, _)| *number));
        }
        Ok(())
    }

    /// Checks that the versions are those that the lines made and did not remove; others, which were
    /// placed by hand, may stand beside them.
    fn check_versions(&self, versions: &BTreeMap<u64, VersionFacts>) -> Result<(), String> {
        for (number, config_sha256) in &self.made {
            match versions.get(number) {
                None => {
                    return Err(format!(
                        "version {number} was made and not removed, and is not there"
                    ));
                }
                Some(facts) if facts.config_sha256 != *config_sha256 => {
                    return Err(format!(
                        "the configuration of version {number} is not the one that was made"
                    ));
                }
                Some(_) => {}
            }
        }
        match self.removed.first() {
            Some(number) => Err(format!("version {number} was removed, and is there")),
            None => Ok(()),
        }
    }

    /// Checks that nothing was made after the last line.
    fn check_last(
        &self,
        versions: &BTreeMap<u64, VersionFacts>,
        aliases_made: Option<Timestamp>,
    ) -> Result<(), String> {
        let unnamed = versions.iter().filter(|(number, _)| !self.knows(**number));
        let made = unnamed.filter_map(|(_, facts)| facts.made);
        match (&self.last, made.chain(aliases_made).max()) {
            (Some(last), Some(made)) if made > last.line.time => Err(format!(
                "its last line is of {}, and a change at {made} that no line tells of made a version or an \
                 alias",
                last.line.time
            )),
            _ => Ok(()),
        }
    }

    /// Checks `$LATEST` against what the last line and the last publish said of it. The configuration names the
    /// package.
    pub(super) fn check_latest(&self, configuration: &FunctionConfiguration) -> Result<(), String> {
        let last = self.last.as_ref().map(|last| &last.line.latest);
        if let Some(problem) = last.and_then(|latest| latest.refutation(configuration)) {
            return Err(problem);
        }
        match (&self.publisher, &self.last) {
            (Some(publisher), Some(last))
                if publisher.is_refuted_by(&last.line.latest.revision_id, configuration) =>
            {
                Err(
                    "$LATEST is as the last publish left it, and has another ContentSha256 than \
                     LastPublished"
                        .to_owned(),
                )
            }
            _ => Ok(()),
        }
    }

    /// Returns whether a line made a version.
    pub(super) fn knows(&self, version: u64) -> bool {
        self.made.contains_key(&version)
    }

    /// Returns where the last line ends in the file.
    pub(super) fn end(&self) -> u64 {
        self.last.as_ref().map_or(0, LastLine::end)
    }
}
