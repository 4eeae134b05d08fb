//! The lines of a history, each held against the one before it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::unique::Unique;
use crate::api::code_sha256::hex;
use crate::api::finding::FindingName;
use crate::api::revision_id::RevisionId;
use crate::api::timestamp::Timestamp;
use crate::api::version_ranges::VersionRanges;
use crate::store::history::{LastPublished, LatestFact, Line};
use crate::store::layout::Token;
use crate::store::published_latest::PublishedLatest;

/// How many things are told that are wrong with one history; behind them it is not read on.
const MAX_FAULTS: usize = 1000;

/// What is wrong with a line.
#[derive(Debug)]
pub(super) struct LineFault {
    /// Its number, from 1.
    pub(super) line: u64,
    pub(super) name: FindingName,
    pub(super) problem: String,
}

/// What the lines of a history come to.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) faults: Vec<LineFault>,
    /// The last line that could be read.
    pub(super) last: Option<Line>,
    /// What the last publish said of `$LATEST`.
    pub(super) publisher: Option<PublishedLatest>,
    /// The versions that were made and not removed since, each with the hash of its configuration.
    pub(super) made: BTreeMap<u64, String>,
    /// The versions that were removed, some of which were made again.
    removed: VersionRanges,
    /// What the line before said; `None` where it could not be read.
    before: Option<Facts>,
    /// The hash of the line before.
    previous: Option<String>,
    /// How many lines there were.
    count: u64,
}

/// What a line repeats or goes on from.
#[derive(Debug)]
struct Facts {
    /// `None` before the first line.
    time: Option<Timestamp>,
    highest: u64,
    /// `None` before the first line.
    latest: Option<LatestFact>,
    published: Option<LastPublished>,
}

/// A line as it stands in its file.
pub(super) struct RawLine<'a> {
    /// Without its line feed.
    pub(super) bytes: &'a [u8],
    /// Whether it has one.
    pub(super) ends: bool,
    /// Whether nothing but blank lines follows.
    pub(super) is_last: bool,
}

impl Lines {
    /// Begins before the first line.
    pub(super) fn new() -> Self {
        let before = Facts {
            time: None,
            highest: 0,
            latest: None,
            published: None,
        };
        Self {
            before: Some(before),
            ..Self::default()
        }
    }

    /// Takes the next line. `marks` are those of unfinished changes, which explain a last line that
    /// is not whole.
    pub(super) fn take(&mut self, raw: &RawLine<'_>, marks: &[Token]) {
        self.count += 1;
        let previous = self.previous.replace(hex(&Sha256::digest(raw.bytes)));
        let before = self.before.take();
        let format = match format_of(raw) {
            Ok(format) => format,
            Err(_) if raw.is_last && self.is_torn(marks) => return,
            Err(problem) => return self.tell(FindingName::LineDamaged, problem),
        };
        match format.map(RawValue::get) {
            Some("1") => {}
            Some(format) => {
                let problem = format!("it has format {format}, and 1 is known here");
                return self.tell(FindingName::FormatUnknown, problem);
            }
            None => {
                let problem = "it has no Format".to_owned();
                return self.tell(FindingName::LineDamaged, problem);
            }
        }
        match serde_json::from_slice::<Line>(raw.bytes) {
            Ok(line) => self.check(line, before.as_ref(), previous.as_deref()),
            Err(error) => self.tell(FindingName::LineDamaged, error.to_string()),
        }
    }

    /// Takes blank lines that another line follows.
    pub(super) fn take_blank(&mut self, count: u64) {
        if count > 0 {
            self.count += 1;
            self.previous = Some(hex(&Sha256::digest(b"")));
            self.before = None;
            self.tell(FindingName::LineDamaged, "it is blank".to_owned());
            self.count += count - 1;
        }
    }

    /// Returns whether so much is wrong that nothing more is to be learnt; it is noted then.
    pub(super) fn is_hopeless(&mut self) -> bool {
        let is_hopeless = self.faults.len() >= MAX_FAULTS;
        if is_hopeless {
            let problem = "too much is wrong before it, and it is not read on";
            self.tell(FindingName::LineDamaged, problem.to_owned());
        }
        is_hopeless
    }

    /// Notes what is too long to be a line.
    pub(super) fn take_too_long(&mut self) {
        self.count += 1;
        self.tell(FindingName::LineDamaged, "it does not end".to_owned());
    }

    /// Returns whether all that the history says of versions is known.
    pub(super) fn is_certain(&self) -> bool {
        let is_gap = |fault: &LineFault| {
            let gaps = [
                FindingName::LineDamaged,
                FindingName::FormatUnknown,
                FindingName::ChainBroken,
            ];
            gaps.contains(&fault.name)
        };
        !self.faults.iter().any(is_gap)
    }

    /// Returns whether a version was removed, and not made since.
    pub(super) fn has_removed(&self, number: u64) -> bool {
        !self.made.contains_key(&number) && self.removed.contains(number)
    }

    fn is_torn(&self, marks: &[Token]) -> bool {
        let last = self.last.as_ref().map(|line| line.token.as_str());
        marks.iter().any(|mark| Some(mark.as_str()) != last)
    }

    fn check(&mut self, line: Line, before: Option<&Facts>, previous: Option<&str>) {
        let is_chained = line.previous.as_deref() == previous;
        if !is_chained {
            self.tell(
                FindingName::ChainBroken,
                broken_chain(&line, previous).to_owned(),
            );
        }
        let named = line.highest_named();
        let least = named.max(before.map_or(0, |before| before.highest));
        if line.highest_version < least {
            let problem = format!(
                "HighestVersion is {}, and {least} was reached",
                line.highest_version
            );
            self.tell(FindingName::HighestVersionTooLow, problem);
        }
        if let Some(before) = before {
            if let Some(time) = before.time.filter(|time| line.time <= *time) {
                let problem = format!("its Time, {}, is not later than {time}", line.time);
                self.tell(FindingName::TimeNotIncreasing, problem);
            }
            if is_chained {
                self.check_latest(&line, before.latest.as_ref());
            }
        }
        self.check_publish(&line, before, is_chained && previous.is_some());
        self.count_versions(&line);
        self.before = Some(Facts {
            time: Some(line.time),
            highest: line.highest_version,
            latest: Some(line.latest.clone()),
            published: line.last_published.clone(),
        });
        self.last = Some(line);
    }

    /// Checks what a line says of `$LATEST`: where it did not move the revision id, it repeats what
    /// the line before says.
    fn check_latest(&mut self, line: &Line, before: Option<&LatestFact>) {
        let time_of = |fact: &LatestFact| RevisionId::time_of(fact.revision_id.as_str());
        let moved = time_of(&line.latest);
        let id = &line.latest.revision_id;
        if moved == line.time {
            return;
        }
        if moved != before.map(time_of).unwrap_or_default() {
            let problem = format!(
                "the revision id of $LATEST, {id}, is of {moved}, neither the line's Time nor that of the \
                 id before"
            );
            self.tell(FindingName::LatestIdDiffers, problem);
        } else if before.is_some_and(|before| !before.is_alike(&line.latest)) {
            let problem = format!(
                "it did not move the revision id of $LATEST, {id}, and does not repeat what the line \
                 before says of it"
            );
            self.tell(FindingName::LatestIdDiffers, problem);
        }
    }

    /// Checks what a line says of the last publish.
    fn check_publish(&mut self, line: &Line, before: Option<&Facts>, repeats: bool) {
        let last = line.last_published.as_ref();
        let publishes = line.publishes();
        let version = last.map(|last| last.version);
        if publishes && !line.made.iter().any(|made| Some(made.version) == version) {
            let problem = "LastPublished names none of the versions that it made";
            self.tell(FindingName::LastPublishedDiffers, problem.to_owned());
        }
        let changed = before.is_some_and(|before| before.published.as_ref() != last);
        if repeats && line.made.is_empty() && changed {
            let problem = "LastPublished changed, and it published nothing";
            self.tell(FindingName::LastPublishedDiffers, problem.to_owned());
        }
        if publishes {
            self.publisher = Some(PublishedLatest::of(line));
        }
    }

    fn count_versions(&mut self, line: &Line) {
        for made in &line.made {
            self.made.insert(made.version, made.config_sha256.clone());
        }
        for (low, high) in line.removed.iter().filter(|(low, high)| low <= high) {
            let gone: Vec<u64> = self
                .made
                .range(low..=high)
                .map(|(number, _)| *number)
                .collect();
            for number in gone {
                self.made.remove(&number);
            }
            self.removed.add(*low, *high);
        }
    }

    fn tell(&mut self, name: FindingName, problem: String) {
        self.faults.push(LineFault {
            line: self.count,
            name,
            problem,
        });
    }
}

/// Reads the format of a line, and nothing else into memory: a line may be long.
fn format_of<'l>(raw: &RawLine<'l>) -> Result<Option<&'l RawValue>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Stated<'l> {
        #[serde(borrow)]
        format: Option<&'l RawValue>,
    }
    if !raw.ends {
        return Err("it does not end".to_owned());
    }
    let text = std::str::from_utf8(raw.bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    // A list of the values would be read, too.
    if !text.trim_start().starts_with('{') {
        return Err("expected an object".to_owned());
    }
    let invalid = |error: serde_json::Error| error.to_string();
    let Unique = serde_json::from_str(text).map_err(invalid)?;
    let stated: Stated<'_> = serde_json::from_str(text).map_err(invalid)?;
    Ok(stated.format)
}

fn broken_chain(line: &Line, previous: Option<&str>) -> &'static str {
    match (&line.previous, previous) {
        (Some(_), None) => {
            "it names a line before it, and is the first: lines before it were taken out"
        }
        (None, _) => "it names no line before it, as only the first one does",
        (Some(_), Some(_)) => {
            "Previous is not the hash of the line before: a line was taken out, put in or edited there"
        }
    }
}
