//! `history.jsonl`: one line per completed change, chained by hash.
//!
//! The last line is the commit record of the last change and repeats the running facts, so that one
//! look at it suffices: only the end of the file is ever read here, whatever its length.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::durable::{FileTime, Stamp};
use super::error::StoreError;
use crate::api::alias::AliasState;
use crate::api::code_sha256::{CodeIdentity, CodeSha256, hex};
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::revision_id::{Place, RevisionId};
use crate::api::timestamp::Timestamp;

/// The format of lines that this tool writes.
pub(super) const FORMAT: u64 = 1;

/// How much of the end of the file is read at first: several lines, one call.
const WINDOW: u64 = 4096;

/// Longer than the line of any change; what is longer is not read into the memory.
pub(super) const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// The operation of the line that an import adds.
pub(super) const IMPORT: &str = "Import";

/// What to do about a history that cannot be trusted.
const REMEDY: &str = "restore the file from a copy; or move it away, and the function goes on \
                      without its history, with the facts that its directories show";

/// A line of the history; the members, their order and their meaning are the format's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Line {
    /// The format of the line.
    pub format: u64,
    /// When the change was made: its name.
    pub time: Timestamp,
    /// AWS's name of the operation, or one of this tool's own.
    pub operation: String,
    /// Who made it, as `user@host`.
    pub by: String,
    /// The token that its staged entries had.
    pub token: String,
    /// The versions that it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// The versions that it removed, as ranges with both ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<(u64, u64)>,
    /// What it did to aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AliasChange>,
    /// The version that `$LATEST` was set to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<u64>,
    /// The files of `$LATEST` that it found edited by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_edited: Vec<String>,
    /// The highest number ever given out, placed, imported or removed.
    pub highest_version: u64,
    /// What the last publish made and saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_published: Option<LastPublished>,
    /// What is known of `$LATEST`.
    pub latest: LatestFact,
    /// The SHA-256 of the line before, in hexadecimal; `None` in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// A version that a change made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Made {
    /// Its number.
    pub version: u64,
    /// The SHA-256 of its configuration's file, in hexadecimal.
    pub config_sha256: String,
    /// When it was published, which for an imported one was earlier than the change.
    pub published: Timestamp,
}

/// What a change did to an alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasChange {
    /// The alias's name.
    pub name: String,
    /// How it was before; `None` for one that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AliasState>,
    /// How it is since; `None` for one that was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AliasState>,
    /// The revision id that it got; `None` for one that was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

/// The version that the last publish made, and the content that it saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LastPublished {
    /// The version's number.
    pub version: u64,
    /// The content of `$LATEST` when it was published.
    pub content_sha256: ContentSha256,
}

/// What the last change knew of `$LATEST`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LatestFact {
    pub(super) revision_id: RevisionId,
    pub(super) code_sha256: CodeSha256,
    pub(super) code_size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code_modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code_changed: Option<String>,
}

impl LatestFact {
    /// Returns what shows the record to be wrong: `$LATEST` is as it was left, by its revision id, which covers
    /// the package, and that is not the one recorded. The configuration names the package that is there.
    pub(super) fn refutation(&self, configuration: &FunctionConfiguration) -> Option<String> {
        let time = RevisionId::time_of(self.revision_id.as_str());
        let is_as_left = configuration.revision_id(time, Place::Latest) == self.revision_id;
        let code = configuration.code().filter(|code| *code != self.code())?;
        is_as_left.then(|| {
            format!(
                "$LATEST is as the last line left it, and its package has the hash {} with {} bytes, not \
                 {} with {}",
                code.sha256, code.size, self.code_sha256, self.code_size
            )
        })
    }

    /// Returns the package that was recorded.
    pub(super) fn code(&self) -> CodeIdentity {
        CodeIdentity {
            sha256: self.code_sha256.clone(),
            size: self.code_size,
        }
    }

    /// Returns whether another line says the same of `$LATEST`, but for the package's times.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.revision_id == other.revision_id && self.code() == other.code()
    }

    /// Returns whether a package with this stamp is the one recorded, by size and times.
    pub(super) fn is_believed(&self, stamp: Stamp) -> bool {
        let is = |recorded: &Option<String>, time: FileTime| {
            recorded
                .as_ref()
                .is_some_and(|recorded| *recorded == time.to_string())
        };
        self.code_size == stamp.size
            && is(&self.code_modified, stamp.modified)
            && (self.code_changed.is_none() || is(&self.code_changed, stamp.changed))
    }
}

/// The last whole line of a history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LastLine {
    pub(super) line: Line,
    /// The line as it stands, without its line feed.
    pub(super) bytes: Vec<u8>,
    /// Where it begins in the file.
    pub(super) offset: u64,
}

/// The end of a history.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tail {
    /// The last whole line; `None` for no history.
    pub(super) last: Option<LastLine>,
    /// Where the next line goes: behind the last whole one.
    pub(super) end: u64,
    /// What stands behind the last whole line and is no line: torn, or damage. Blank lines do not
    /// count.
    pub(super) torn: Vec<u8>,
    /// The whole lines before the last one that were read with it, oldest first.
    before: Vec<u8>,
    /// How long the file is.
    pub(super) length: u64,
}

impl Tail {
    /// Reads the end of a history of this length.
    pub(super) fn read(file: &File, length: u64, path: &Path) -> Result<Self, StoreError> {
        let mut window = WINDOW.min(length);
        loop {
            let start = length - window;
            let mut bytes = vec![0; usize::try_from(window).unwrap_or_default()];
            file.read_exact_at(&mut bytes, start)
                .map_err(StoreError::io("read", path))?;
            match Self::parse(&bytes, start, path)? {
                Some(tail) => return Ok(Self { length, ..tail }),
                None if window < LONGEST_LINE => window = (window * 4).min(length),
                None => return Err(Self::damaged_end(path)),
            }
        }
    }

    /// Takes the end of a history apart; `None` if the last whole line begins before it.
    fn parse(bytes: &[u8], start: u64, path: &Path) -> Result<Option<Self>, StoreError> {
        let mut lines: Vec<(usize, &[u8])> = Vec::new();
        let mut position = 0;
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            if !line.trim_ascii().is_empty() {
                lines.push((position, line));
            }
            position += line.len();
        }
        let mut torn = Vec::new();
        if let Some((_, line)) = lines.last().filter(|(_, line)| !is_whole(line)) {
            torn = line.to_vec();
            lines.pop();
        }
        // The first line in the window may have begun before it.
        if start > 0 && lines.len() < 2 {
            return Ok(None);
        }
        let offset_of = |position: usize| start + u64::try_from(position).unwrap_or_default();
        let Some((position, line)) = lines.pop() else {
            return Ok(Some(Self {
                torn,
                ..Self::default()
            }));
        };
        let end = offset_of(position + line.len());
        let line = without_line_feed(line);
        let last = LastLine {
            line: parse_line(line, path)?,
            bytes: line.to_vec(),
            offset: offset_of(position),
        };
        let first = lines
            .get(usize::from(start > 0))
            .map_or(position, |(first, _)| *first);
        Ok(Some(Self {
            last: Some(last),
            end,
            torn,
            before: bytes[first..position].to_vec(),
            length: 0,
        }))
    }

    /// Checks that the lines read hang together, each by the hash of the one before it. A writer
    /// does, so that damage near the end is told before more is written behind it; to look further
    /// up would cost more with every line.
    pub(super) fn check_chain(&self, path: &Path) -> Result<(), StoreError> {
        let Some(last) = &self.last else {
            return Ok(());
        };
        let mut previous = last.line.previous.clone();
        let mut time = last.line.time;
        let lines = self.before.split(|&byte| byte == b'\n').rev();
        for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
            if previous.as_deref() != Some(&hex(&Sha256::digest(line))) {
                let problem = format!(
                    "the line before that of {time} is not the one that stood there; {REMEDY}"
                );
                return Err(StoreError::damaged(path, problem));
            }
            let link = parse_line(line, path)?;
            (previous, time) = (link.previous, link.time);
        }
        Ok(())
    }

    /// Returns the error for what is too long to be a line.
    pub(super) fn damaged_line(path: &Path) -> StoreError {
        StoreError::damaged(path, format!("a line is damaged; {REMEDY}"))
    }

    /// Returns the error for a last line that is not whole and that no unfinished change explains.
    pub(super) fn damaged_end(path: &Path) -> StoreError {
        StoreError::damaged(path, format!("the last line is damaged; {REMEDY}"))
    }
}

impl LastLine {
    /// Returns where it ends in the file, its line feed included.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64 + 1
    }

    /// Returns the hash that the next line carries.
    pub(super) fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

impl Line {
    /// Returns whether it is the line of a publish, and not of an import of what was published.
    pub(super) fn publishes(&self) -> bool {
        !self.made.is_empty() && self.operation != IMPORT
    }

    /// Returns the highest number that it names, 0 where it names none.
    pub(super) fn highest_named(&self) -> u64 {
        let made = self.made.iter().map(|made| made.version);
        let removed = self.removed.iter().map(|(_, high)| *high);
        let published = self.last_published.iter();
        let published = published.map(|published| published.version);
        let pointed_to = self.aliases.iter().filter_map(|change| change.to.as_ref());
        let pointed_to = pointed_to.flat_map(AliasState::versions);
        let named = made.chain(removed).chain(published).chain(self.restored);
        named.chain(pointed_to).max().unwrap_or(0)
    }

    /// Renders the line, line feed included.
    pub(super) fn to_bytes(&self, path: &Path) -> Result<Vec<u8>, StoreError> {
        let mut bytes = serde_json::to_vec(self)
            .map_err(|error| StoreError::io("write", path)(error.into()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn without_line_feed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// A line is whole if it ends, and is JSON.
fn is_whole(line: &[u8]) -> bool {
    line.ends_with(b"\n") && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// Reads a line.
pub(super) fn parse_line(line: &[u8], path: &Path) -> Result<Line, StoreError> {
    serde_json::from_slice(line).map_err(|error| {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Stated {
            format: u64,
        }
        match serde_json::from_slice(line) {
            Ok(Stated { format }) if format > FORMAT => StoreError::NewerFormat {
                path: path.to_owned(),
                format,
            },
            _ => StoreError::damaged(path, format!("a line is damaged ({error}); {REMEDY}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::document::Document;
    use crate::store::draft::Draft;
    use crate::store::layout::Token;

    fn draft(number: u64) -> Draft {
        let time = Timestamp::from_milliseconds(1_795_515_300_000 + number);
        Draft::new(
            "PublishVersion",
            time,
            "alice@build7".to_owned(),
            number,
            None,
        )
    }

    fn line(draft: &Draft, previous: Option<&LastLine>) -> Line {
        let latest = LatestFact {
            revision_id: RevisionId::of(draft.time, Place::Latest, &Document::default()),
            code_sha256: CodeSha256::from_digest(&[0; 32]),
            code_size: 1024,
            code_modified: None,
            code_changed: None,
        };
        draft.line(&Token::recorded("k3j9x2ab"), Vec::new(), latest, previous)
    }

    fn bytes(line: &Line) -> Vec<u8> {
        line.to_bytes(Path::new("history.jsonl")).unwrap()
    }

    fn read(content: &[u8]) -> Result<Tail, StoreError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all_at(content, 0).unwrap();
        Tail::read(
            file.as_file(),
            content.len() as u64,
            Path::new("history.jsonl"),
        )
    }

    fn history(lines: u64) -> Vec<u8> {
        let mut content = Vec::new();
        let mut last = None;
        for number in 1..=lines {
            content.extend(bytes(&line(&draft(number), last.as_ref())));
            last = read(&content).unwrap().last;
        }
        content
    }

    #[test]
    fn a_line_is_written_as_the_format_says() {
        let seen: ContentSha256 = serde_json::from_str("\"07\"").unwrap();
        let mut draft = draft(6);
        draft.publishes(7, b"{}", seen);
        let mut written = line(&draft, None);
        written.removed = vec![(1, 3), (5, 5)];
        written.latest.code_modified = Some("1795515300.123000000".to_owned());
        let text = String::from_utf8(bytes(&written)).unwrap();
        let sha256 = hex(&Sha256::digest("{}"));
        let id = written.latest.revision_id.as_str();
        assert_eq!(
            text,
            format!(
                "{{\"Format\":1,\"Time\":\"2026-11-24T10:15:00.006+0000\",\
                 \"Operation\":\"PublishVersion\",\"By\":\"alice@build7\",\"Token\":\"k3j9x2ab\",\
                 \"Made\":[{{\"Version\":7,\"ConfigSha256\":\"{sha256}\",\
                 \"Published\":\"2026-11-24T10:15:00.006+0000\"}}],\
                 \"Removed\":[[1,3],[5,5]],\"HighestVersion\":7,\
                 \"LastPublished\":{{\"Version\":7,\"ContentSha256\":\"07\"}},\
                 \"Latest\":{{\"RevisionId\":\"{id}\",\
                 \"CodeSha256\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\
                 \"CodeSize\":1024,\"CodeModified\":\"1795515300.123000000\"}}}}\n"
            )
        );
        assert_eq!(read(text.as_bytes()).unwrap().last.unwrap().line, written);
    }

    #[test]
    fn the_last_line_is_found_whatever_the_length() {
        for lines in [0, 1, 2, 40, 200] {
            let content = history(lines);
            let tail = read(&content).unwrap();
            assert_eq!(
                tail.last
                    .as_ref()
                    .map_or(0, |last| last.line.highest_version),
                lines
            );
            assert_eq!(tail.end, content.len() as u64);
            assert_eq!(tail.torn, b"");
            tail.check_chain(Path::new("h")).unwrap();
        }
    }

    #[test]
    fn blank_lines_at_the_end_are_ignored() {
        let mut content = history(2);
        let end = content.len() as u64;
        content.extend_from_slice(b"\n  \n\n");
        let tail = read(&content).unwrap();
        assert_eq!((tail.end, tail.torn.as_slice()), (end, &b""[..]));
        assert_eq!(tail.length, content.len() as u64);
        assert_eq!(read(b"\n\n").unwrap().last, None);
    }

    #[test]
    fn a_line_that_an_editor_ended_otherwise_is_a_line_up_to_its_end() {
        for end in ["\r\n", " \n"] {
            let content = String::from_utf8(history(1)).unwrap().replace('\n', end);
            let tail = read(content.as_bytes()).unwrap();
            assert_eq!(tail.end, content.len() as u64);
            assert_eq!(
                tail.last.unwrap().bytes,
                content.trim_end_matches('\n').as_bytes()
            );
        }
    }

    #[test]
    fn what_has_no_line_in_a_long_stretch_is_damage_not_read_on_and_on() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(8 << 30).unwrap();
        let read = Tail::read(file.as_file(), 8 << 30, Path::new("history.jsonl"));
        assert!(matches!(read, Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn what_is_not_whole_at_the_end_is_told_apart_from_the_last_line() {
        let whole = history(3);
        let torn_after = |rest: &[u8]| read(&[&whole, rest].concat()).unwrap();
        for rest in [&b"{\"Format\":1"[..], b"\0\0\0\0", b"{}", b"garbage\n"] {
            let tail = torn_after(rest);
            assert_eq!(tail.torn, rest);
            assert_eq!(tail.last.unwrap().line.highest_version, 3);
            assert_eq!(tail.end, whole.len() as u64);
        }
        let only = read(b"{\"For").unwrap();
        assert_eq!((only.last, only.torn.as_slice()), (None, &b"{\"For"[..]));
    }

    #[test]
    fn damage_near_the_end_breaks_the_chain() {
        let content = String::from_utf8(history(4)).unwrap();
        for damaged in [content.replacen("alice", "carol", 1), {
            let mut lines: Vec<&str> = content.lines().collect();
            lines.remove(1);
            lines.join("\n") + "\n"
        }] {
            let error = read(damaged.as_bytes())
                .unwrap()
                .check_chain(Path::new("h"))
                .unwrap_err();
            assert!(error.to_string().contains("move it away"), "{error}");
        }
    }

    #[test]
    fn a_line_of_a_newer_format_is_known_as_one() {
        let newer = b"{\"Format\":2,\"Surprise\":true}\n";
        assert!(matches!(
            read(newer),
            Err(StoreError::NewerFormat { format: 2, .. })
        ));
        assert!(matches!(
            read(b"{\"Format\":1}\n"),
            Err(StoreError::Damaged { .. })
        ));
    }
}
