//! What `diff` tells people: a line for each thing that differs, texts line by line, and how much.

use super::colour::{Painter, Tone};
use super::differences::table;
use super::visible::visible;
use crate::api::messages::{DiffResponse, DiffSide, DiffState};
use crate::api::package_difference::{
    EntryContent, EntryDifference, EntryKind, EntryState, PackageDifference, TextDifference,
};
use crate::api::qualifier::LATEST;

/// How wide the column of the entries' names gets for the sake of longer ones.
const WIDEST_NAME: usize = 48;

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What differs, and how much.
    All,
    /// How much differs.
    Counts,
}

/// Returns the answer; `given` is how the two sides were named. What was told of texts is let go on the
/// way, as it may be much.
pub(super) fn words(
    diff: DiffResponse,
    given: &[String; 2],
    detail: Detail,
    painter: Painter,
) -> String {
    let labels = [label(&diff.old, &given[0]), label(&diff.new, &given[1])];
    let mut blocks = vec![verdict(&diff, &labels, painter)];
    if detail == Detail::All {
        blocks.extend(configuration(&diff, painter));
        blocks.extend(package(&diff, &labels, painter));
    }
    blocks.extend(counts(&diff));
    let mut words = blocks.join("\n");
    for entry in diff.package.into_iter().flat_map(|package| package.entries) {
        write_text(&entry, painter, &mut words);
    }
    words
}

/// Names a side.
pub(super) fn label(side: &DiffSide, given: &str) -> String {
    match &side.state {
        DiffState::Package => visible(given),
        DiffState::Version { alias, version } => {
            let version = match version.as_str() {
                LATEST => LATEST.to_owned(),
                number => format!("version {number}"),
            };
            match alias {
                Some(alias) => format!("{alias} ({version})"),
                None => version,
            }
        }
    }
}

fn verdict(diff: &DiffResponse, [old, new]: &[String; 2], painter: Painter) -> String {
    let name = painter.paint(Tone::Heading, diff.function_name.as_str());
    if !diff.is_same() {
        return format!("{name}: {old} -> {new}\n");
    }
    let what = match &diff.package {
        None => "are the same",
        Some(_) => "hold the same, packed differently",
    };
    let verdict = painter.paint(Tone::Fine, &format!("{old} and {new} {what}"));
    format!("{name}: {verdict}\n")
}

fn configuration(diff: &DiffResponse, painter: Painter) -> Option<String> {
    let heading = painter.paint(Tone::Heading, "Configuration:");
    match &diff.configuration {
        None => Some(format!("{heading} not compared, a zip file has none\n")),
        Some(differences) if differences.is_empty() => None,
        Some(differences) => Some(format!("{heading}\n{}", table(differences, painter))),
    }
}

fn package(diff: &DiffResponse, labels: &[String; 2], painter: Painter) -> Option<String> {
    let package = diff.package.as_ref()?;
    let pair = |old: &str, new: &str| {
        let (old, new) = (
            painter.paint(Tone::Bad, old),
            painter.paint(Tone::Fine, new),
        );
        format!("{old} -> {new}")
    };
    let (old, new) = (&diff.old.code, &diff.new.code);
    let mut lines = vec![
        painter.paint(Tone::Heading, "Package:"),
        format!(
            "    CodeSha256  {}",
            pair(old.sha256.as_str(), new.sha256.as_str())
        ),
        format!(
            "    CodeSize    {}",
            pair(&old.size.to_string(), &new.size.to_string())
        ),
    ];
    if package.entries.is_empty() {
        let packing = match packing(package)[..] {
            [] => "comments or other details".to_owned(),
            ref found => found.join(", ").to_lowercase(),
        };
        lines.push(format!(
            "    The entries are the same, how they are packed is not: {packing}"
        ));
    }
    let paths: Vec<String> = package.entries.iter().map(path).collect();
    let lengths = paths.iter().map(|path| path.chars().count());
    let width = lengths.max().unwrap_or_default().min(WIDEST_NAME);
    for (entry, path) in package.entries.iter().zip(paths) {
        let (tone, word) = match (&entry.old, &entry.new) {
            (None, _) => (Tone::Fine, "added"),
            (_, None) => (Tone::Bad, "removed"),
            _ => (Tone::Notable, "modified"),
        };
        let line = painter.paint(tone, &format!("{word:<8}  {path:<width$}"));
        lines.push(format!("    {line}  {}", what(entry, labels).join(", ")));
    }
    Some(lines.join("\n") + "\n")
}

/// Returns in what the packing differs of packages whose entries are the same.
pub(super) fn packing(package: &PackageDifference) -> Vec<&'static str> {
    let packing = &package.packing;
    [
        (packing.timestamps, "Timestamps"),
        (packing.compression, "Compression"),
        (packing.order, "Order"),
    ]
    .into_iter()
    .filter_map(|(differs, what)| differs.then_some(what))
    .collect()
}

/// Returns an entry's name, and which of that name it is.
fn path(entry: &EntryDifference) -> String {
    let path = visible(&entry.path);
    match entry.occurrence {
        1 => path,
        number => format!("{path} (no. {number} of this name)"),
    }
}

/// Tells what differs in an entry.
fn what(entry: &EntryDifference, labels: &[String; 2]) -> Vec<String> {
    let mut told = match (&entry.old, &entry.new) {
        (Some(old), Some(new)) => changes(entry, old, new),
        (state, other) => state.iter().chain(other).flat_map(facts).collect(),
    };
    let sides = [&entry.old, &entry.new].into_iter().zip(labels);
    for (state, label) in sides.filter_map(|(state, label)| Some((state.as_ref()?, label))) {
        match &state.content {
            EntryContent::Broken(how) => told.push(visible(&format!("damaged in {label}: {how}"))),
            EntryContent::Packed(why) => {
                told.push(format!("{why} in {label}, compared as it is stored"));
            }
            EntryContent::Sha256(_) => {}
        }
    }
    told
}

/// Tells of an entry that only one side has.
fn facts(state: &EntryState) -> Vec<String> {
    let size = bytes(state.size);
    match state.kind {
        EntryKind::File => vec![size],
        other => vec![kind(other).to_owned(), size],
    }
}

fn changes(entry: &EntryDifference, old: &EntryState, new: &EntryState) -> Vec<String> {
    let mut told = Vec::new();
    if old.kind != new.kind {
        told.push(format!("{} -> {}", kind(old.kind), kind(new.kind)));
    }
    if entry.content_differs {
        let is_read = |state: &EntryState| matches!(state.content, EntryContent::Sha256(_));
        told.push(if old.size != new.size {
            format!("{} -> {}", old.size, bytes(new.size))
        } else if is_read(old) && is_read(new) {
            format!("{}, other content", bytes(new.size))
        } else {
            bytes(new.size)
        });
    }
    if old.permissions != new.permissions {
        let mode = |state: &EntryState| state.permissions.map_or("none".to_owned(), octal);
        told.push(format!("mode {} -> {}", mode(old), mode(new)));
    }
    told
}

fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Directory => "directory",
        EntryKind::Symlink => "symbolic link",
        EntryKind::Special => "special file",
    }
}

/// Writes permissions as `chmod` takes them.
pub(super) fn octal(permissions: u32) -> String {
    format!("{permissions:04o}")
}

fn bytes(count: u64) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}

/// Tells how much differs; `None` where nothing does.
fn counts(diff: &DiffResponse) -> Option<String> {
    let counted = |count: usize, one: &str, more: &str| {
        let noun = if count == 1 { one } else { more };
        format!("{count} {noun}")
    };
    let differences = diff.configuration.as_ref().map_or(0, Vec::len);
    let members = counted(differences, "member", "members");
    let members = (differences > 0).then(|| format!("{members} of the configuration changed"));
    let entries = diff.package.as_ref().map(|package| {
        let (added, removed, modified) = package.counts();
        let changed = match package.entries.len() {
            0 => "no entry changed".to_owned(),
            count => format!(
                "{} changed: {added} added, {removed} removed, {modified} modified",
                counted(count, "entry", "entries")
            ),
        };
        let (old, new) = (package.old_size, bytes(package.new_size));
        let unchanged = package.unchanged;
        format!("{changed}; {unchanged} unchanged; {old} -> {new} unzipped")
    });
    let told: Vec<String> = members.into_iter().chain(entries).collect();
    (!told.is_empty()).then(|| told.join("\n") + "\n")
}

/// Returns the two lines that head a unified diff, as git writes them.
pub(super) fn headers(entry: &EntryDifference) -> [String; 2] {
    let name = |side: &Option<EntryState>, letter: char| match side {
        Some(_) => format!("{letter}/{}", visible(&entry.path)),
        None => "/dev/null".to_owned(),
    };
    let (old, new) = (name(&entry.old, 'a'), name(&entry.new, 'b'));
    [format!("--- {old}"), format!("+++ {new}")]
}

/// Writes how an entry differs line by line, or why that is not told.
fn write_text(entry: &EntryDifference, painter: Painter, words: &mut String) {
    let Some(text) = &entry.text else { return };
    if *text == TextDifference::Hunks(String::new()) {
        return;
    }
    let mut write = |line: &str| {
        words.push_str(line);
        words.push('\n');
    };
    write("");
    for line in headers(entry) {
        write(&painter.paint(Tone::Heading, &line));
    }
    match text {
        TextDifference::Hunks(hunks) => {
            for line in hunks.split_terminator('\n') {
                write(&painted(line, painter));
            }
        }
        TextDifference::Binary => write("not compared as text: binary"),
        TextDifference::TooLarge => {
            write("not compared as text: larger than 1 MB or 100,000 lines");
        }
        TextDifference::Unreadable => write("not compared as text: it cannot be read"),
    }
}

/// Returns a line of a unified diff in its colour; tabs stay, as programs take them for what they are.
fn painted(line: &str, painter: Painter) -> String {
    let cells: Vec<String> = line.split('\t').map(visible).collect();
    let line = cells.join("\t");
    match line.as_bytes().first() {
        Some(b'+') => painter.paint(Tone::Fine, &line),
        Some(b'-') => painter.paint(Tone::Bad, &line),
        Some(b'@') => painter.paint(Tone::Place, &line),
        _ => line,
    }
}
