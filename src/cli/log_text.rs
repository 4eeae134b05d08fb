//! A log for people: a line for each entry, in columns.

use unicode_width::UnicodeWidthStr as _;

use super::colour::{Painter, Tone};
use super::line::{Cell, GAP, Line, shortened};
use super::pointing::{percent, points_to};
use super::visible::visible;
use crate::api::code_sha256::CodeIdentity;
use crate::api::difference::ChangedParts;
use crate::api::messages::{
    AliasMove, AliasShare, Comparison, LogChange, LogEntry, LogResponse, LogVersion, LoggedLatest,
    Origin, VersionContent,
};
use crate::api::qualifier::LATEST;
use crate::api::timestamp::Timestamp;

/// As wide as the column of the aliases gets; more of them are cut on a terminal, and elsewhere move
/// what follows in their line.
const MOST_ALIASES: usize = 32;

/// The least that is left of them on a narrow terminal, where they get a fifth of a line.
const LEAST_ALIASES: usize = 12;

/// How many characters of a hash tell it from others.
const SHORT_HASH: usize = 8;

/// How the lines look.
pub(super) struct Layout {
    /// Gives them colour.
    pub(super) painter: Painter,
    /// How wide they may be; `None` for as wide as they are.
    pub(super) columns: Option<usize>,
    /// Whether they tell less.
    pub(super) is_short: bool,
}

/// An entry, cell by cell.
struct Row {
    version: String,
    when: Cell,
    aliases: String,
    rest: Rest,
}

/// What stands right of the aliases.
enum Rest {
    Content {
        size: String,
        hash: String,
        changed: Cell,
        description: String,
    },
    /// What has no content, in words.
    Words(Cell),
}

/// Where the columns are.
struct Columns {
    when: usize,
    aliases: usize,
    /// Where sizes begin, and where they end.
    sizes: usize,
    size: usize,
    hash: usize,
    changed: usize,
    description: usize,
}

/// Returns the lines, `$LATEST` on top.
pub(super) fn lines(log: &LogResponse, layout: &Layout) -> String {
    let entries = log.entries.iter().map(|entry| match entry {
        LogEntry::Version(version) => version_row(version),
        LogEntry::Change(change) => change_row(change),
    });
    let mut rows: Vec<Row> = [latest_row(log)].into_iter().chain(entries).collect();
    if let Some(columns) = layout.columns {
        let most = (columns / 5).clamp(LEAST_ALIASES, MOST_ALIASES);
        for row in &mut rows {
            row.aliases = shortened(&row.aliases, most);
        }
    }
    let columns = Columns::of(&rows, layout.is_short);
    let line = |row: Row| {
        let line = if layout.is_short {
            short_line(row, &columns)
        } else {
            long_line(row, &columns)
        };
        line.painted(layout.painter, layout.columns)
    };
    rows.into_iter().map(line).collect()
}

fn latest_row(log: &LogResponse) -> Row {
    let (when, rest) = match &log.latest {
        Ok(latest) => {
            let rest = content(&latest.code, verdict(latest), &latest.description);
            (Cell(None, minutes(latest.last_modified)), rest)
        }
        Err(problem) => (Cell::default(), broken(problem)),
    };
    Row {
        version: LATEST.to_owned(),
        when,
        aliases: decorations(&log.latest_aliases),
        rest,
    }
}

fn version_row(version: &LogVersion) -> Row {
    let when = match &version.origin {
        Origin::Published { time, .. } => Cell(None, minutes(*time)),
        Origin::ByHand => Cell(Some(Tone::Notable), "placed by hand".to_owned()),
        Origin::Unknown => Cell(Some(Tone::Bad), "unknown".to_owned()),
    };
    let rest = match &version.content {
        Ok(found) => content(&found.code, since(found), &found.description),
        Err(problem) => broken(problem),
    };
    Row {
        version: version.number.to_string(),
        when,
        aliases: decorations(&version.aliases),
        rest,
    }
}

fn change_row(change: &LogChange) -> Row {
    let words = format!("{} ({})", happened(change), visible(&change.by));
    Row {
        version: String::new(),
        when: Cell(Some(Tone::Aside), minutes(change.time)),
        aliases: String::new(),
        rest: Rest::Words(Cell(Some(Tone::Aside), words)),
    }
}

fn content(code: &CodeIdentity, changed: Cell, description: &str) -> Rest {
    Rest::Content {
        size: size(code.size),
        hash: code.sha256.as_str().chars().take(SHORT_HASH).collect(),
        changed,
        description: visible(description),
    }
}

fn broken(problem: &str) -> Rest {
    let words = format!("broken: {}", visible(problem));
    Rest::Words(Cell(Some(Tone::Bad), words))
}

/// Says whether and how `$LATEST` differs from what was published last.
fn verdict(latest: &LoggedLatest) -> Cell {
    let (tone, mut words) = match &latest.comparison {
        None => (Tone::Bad, "cannot be compared".to_owned()),
        Some(Comparison::NeverPublished) => (Tone::Notable, "nothing published".to_owned()),
        Some(Comparison::Deleted { version }) => (Tone::Notable, format!("{version} was deleted")),
        Some(Comparison::Unchanged { version }) => (Tone::Fine, format!("same as {version}")),
        Some(Comparison::Changed {
            version,
            differences,
        }) => {
            let parts = part_names(ChangedParts::of(differences));
            (Tone::Notable, format!("{parts} since {version}"))
        }
    };
    if !latest.found_edited.is_empty() {
        words += ", edited by hand";
    }
    Cell(Some(tone), words)
}

fn since(content: &VersionContent) -> Cell {
    let words = match content.since {
        None => "first",
        Some((_, parts)) if parts.is_empty() => "same",
        Some((_, parts)) => part_names(parts),
    };
    Cell(None, words.to_owned())
}

fn part_names(parts: ChangedParts) -> &'static str {
    match (parts.code, parts.configuration) {
        (true, true) => "both",
        (true, false) => "code",
        (false, true) => "configuration",
        // The description is often given anew, and stands in the line.
        (false, false) => "description",
    }
}

/// Returns the aliases of a version, with their weights where they have others besides.
fn decorations(aliases: &[AliasShare]) -> String {
    let decoration = |alias: &AliasShare| {
        let name = &alias.name;
        if alias.is_shared {
            format!("{name} {}", percent(alias.weight))
        } else {
            name.to_string()
        }
    };
    let decorations: Vec<String> = aliases.iter().map(decoration).collect();
    decorations.join(", ")
}

/// Says what a change did.
fn happened(change: &LogChange) -> String {
    let made = versions(change.made.iter().map(|version| (*version, *version)));
    let removed = versions(change.removed.iter().copied());
    let mut words = Vec::new();
    match &*change.operation {
        "CreateFunction" => words.push("created".to_owned()),
        "UpdateFunctionCode" => words.push("code updated".to_owned()),
        "UpdateFunctionConfiguration" => words.push("configuration updated".to_owned()),
        "TagResource" => words.push("tags set".to_owned()),
        "UntagResource" => words.push("tags removed".to_owned()),
        "Rollback" => words.push("rolled back".to_owned()),
        "Import" if made.is_empty() => words.push("imported".to_owned()),
        "Import" => words.push(format!("imported {made}")),
        // What they did is told below.
        "PublishVersion" | "DeleteFunction" | "Prune" | "Restore" | "CreateAlias"
        | "UpdateAlias" | "DeleteAlias" => {}
        other => words.push(visible(other)),
    }
    if !change.gone.is_empty() {
        let gone = versions(change.gone.iter().map(|version| (*version, *version)));
        let published = match &*change.operation {
            "Import" => "",
            _ => " published,",
        };
        words.push(format!("{gone}{published} deleted since"));
    }
    match &*change.operation {
        _ if removed.is_empty() => {}
        "Prune" => words.push(format!("{removed} pruned")),
        _ => words.push(format!("{removed} deleted")),
    }
    words.extend(
        change
            .restored
            .map(|version| format!("{LATEST} restored to version {version}")),
    );
    words.extend(change.aliases.iter().map(moved));
    if !change.found_edited.is_empty() {
        let files = change.found_edited.join(", ");
        words.push(format!("found edited by hand: {}", visible(&files)));
    }
    if words.is_empty() {
        words.push(visible(&change.operation));
    }
    words.join("; ")
}

/// Says what became of an alias.
fn moved(change: &AliasMove) -> String {
    let name = visible(&change.name);
    match (
        change.from.as_ref().map(points_to),
        change.to.as_ref().map(points_to),
    ) {
        (None, Some(to)) => format!("{name} made, on {to}"),
        (Some(from), None) => format!("{name} deleted, was on {from}"),
        (Some(from), Some(to)) if from != to => format!("{name}: {from} -> {to}"),
        _ if change.from == change.to => format!("{name}: unchanged"),
        _ => format!("{name}: description changed"),
    }
}

/// Names versions, those in a row as a range; nothing of none.
fn versions(numbers: impl Iterator<Item = (u64, u64)>) -> String {
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (first, last) in numbers {
        match joined.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(first) => *end = last,
            _ => joined.push((first, last)),
        }
    }
    let written: Vec<String> = joined
        .iter()
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    match (joined.as_slice(), written.join(", ")) {
        ([], none) => none,
        ([(first, last)], one) if first == last => format!("version {one}"),
        (_, many) => format!("versions {many}"),
    }
}

/// Writes a time in UTC, short and sortable: `2026-11-23 10:15`.
fn minutes(time: Timestamp) -> String {
    let time = time.to_string().replace('T', " ");
    time.chars().take("2026-11-23 10:15".len()).collect()
}

/// Writes a size with a unit of 1000, two digits at the least: `319 B`, `2.1 kB`, `48 MB`.
fn size(bytes: u64) -> String {
    let (mut tenths, mut unit) = (u128::from(bytes) * 10, "B");
    for larger in ["kB", "MB", "GB"] {
        // What rounds to a thousand is one of the next unit.
        if tenths < 9995 {
            break;
        }
        (tenths, unit) = ((tenths + 500) / 1000, larger);
    }
    match (tenths / 10, tenths % 10) {
        (whole, tenth) if whole < 10 && unit != "B" => format!("{whole}.{tenth} {unit}"),
        _ => format!("{} {unit}", (tenths + 5) / 10),
    }
}

impl Rest {
    /// Returns how wide the size is, and what is said of the change.
    fn widths(&self) -> (usize, usize) {
        match self {
            Self::Content { size, changed, .. } => (size.width(), changed.1.width()),
            Self::Words(_) => (0, 0),
        }
    }
}

impl Columns {
    fn of(rows: &[Row], is_short: bool) -> Self {
        let widest = |width: fn(&Row) -> usize| rows.iter().map(width).max().unwrap_or_default();
        let after = |start: usize, width: usize| match width {
            0 => start,
            width => start + width + GAP,
        };
        let when = after(0, widest(|row| row.version.width()));
        let times = if is_short {
            0
        } else {
            widest(|row| row.when.1.width())
        };
        let aliases = after(when, times);
        let sizes = after(aliases, widest(|row| row.aliases.width().min(MOST_ALIASES)));
        let size = sizes + widest(|row| row.rest.widths().0);
        let hash = size + GAP;
        let changed = after(hash, SHORT_HASH);
        // What is said of $LATEST is longer than what is said of versions, and moves its own line.
        let of_versions = rows.iter().skip(1).map(|row| row.rest.widths().1).max();
        Self {
            when,
            aliases,
            sizes,
            size,
            hash,
            changed,
            description: after(changed, of_versions.unwrap_or_default()),
        }
    }

    /// Returns where words stand: what happened has no aliases before it.
    fn of_words(&self, row: &Row) -> usize {
        if row.version.is_empty() {
            self.aliases
        } else {
            self.sizes
        }
    }
}

fn long_line(row: Row, columns: &Columns) -> Line {
    let words_column = columns.of_words(&row);
    let mut line = Line::default();
    line.put(0, Cell(Some(Tone::Heading), row.version));
    line.put(columns.when, row.when);
    line.put(columns.aliases, Cell(Some(Tone::Name), row.aliases));
    match row.rest {
        Rest::Content {
            size,
            hash,
            changed,
            description,
        } => {
            line.put(columns.size - size.width(), Cell(None, size));
            line.put(columns.hash, Cell(Some(Tone::Aside), hash));
            line.put(columns.changed, changed);
            line.put(columns.description, Cell(None, description));
        }
        Rest::Words(words) => line.put(words_column, words),
    }
    line
}

fn short_line(row: Row, columns: &Columns) -> Line {
    let is_latest = row.version == LATEST;
    let words_column = columns.of_words(&row);
    let mut line = Line::default();
    line.put(0, Cell(Some(Tone::Heading), row.version));
    line.put(columns.aliases, Cell(Some(Tone::Name), row.aliases));
    match row.rest {
        Rest::Content { changed, .. } if is_latest => line.put(columns.sizes, changed),
        Rest::Content { description, .. } => line.put(columns.sizes, Cell(None, description)),
        Rest::Words(words) => line.put(words_column, words),
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_digits_at_the_least_and_a_unit_of_a_thousand() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (2149, "2.1 kB"),
            (9999, "10 kB"),
            (48_200, "48 kB"),
            (48_500, "49 kB"),
            (999_400, "999 kB"),
            (999_999, "1.0 MB"),
            (250_000_000, "250 MB"),
            (80_530_636_800, "81 GB"),
            (u64::MAX, "18446744074 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn numbers_in_a_row_are_ranges() {
        let written = |numbers: &[(u64, u64)]| versions(numbers.iter().copied());
        assert_eq!(
            written(&[(1, 1), (2, 2), (3, 3), (5, 5)]),
            "versions 1-3, 5"
        );
        assert_eq!(written(&[(1, 3), (4, 9), (11, 12)]), "versions 1-9, 11-12");
        assert_eq!(written(&[(7, 7)]), "version 7");
        assert_eq!(written(&[]), "");
    }
}
