//! Differences between two deployment packages, entry by entry.

use similar::TextDiff;

/// Bytes of an entry that is compared line by line at the most: larger ones are no text that people
/// read, and comparing takes many times the memory of what is compared.
pub const MAX_TEXT: usize = 1024 * 1024;

/// Lines of an entry that is compared line by line at the most: each takes memory of its own, however
/// short it is.
pub const MAX_LINES: usize = 100_000;

/// How two packages differ that are not the same bytes.
#[derive(Debug, Clone)]
pub struct PackageDifference {
    /// The entries that differ, by name, those of one name in the order of the package. Empty where
    /// the packages differ in nothing that would be deployed.
    pub entries: Vec<EntryDifference>,
    /// How many entries are the same on both sides.
    pub unchanged: usize,
    /// Bytes of all entries of the earlier package once unzipped, as its directory says.
    pub old_size: u64,
    /// Bytes of all entries of the later package once unzipped, as its directory says.
    pub new_size: u64,
    /// In what the packing of entries differs that are the same.
    pub packing: PackingDifference,
}

/// In what the packing of entries differs: nothing of it would be deployed. Comments and further
/// fields of a zip are not looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PackingDifference {
    /// The times of modification.
    pub timestamps: bool,
    /// How entries are compressed.
    pub compression: bool,
    /// The order of the entries.
    pub order: bool,
}

/// An entry that differs.
#[derive(Debug, Clone)]
pub struct EntryDifference {
    /// The entry's name; bytes that are not UTF-8 as `\xNN`.
    pub path: String,
    /// Which of the entries of that name this is, from 1: a zip may have several.
    pub occurrence: usize,
    /// The entry in the earlier package, if it is there.
    pub old: Option<EntryState>,
    /// The entry in the later package, if it is there.
    pub new: Option<EntryState>,
    /// Whether the contents differ, or cannot be told to be the same.
    pub content_differs: bool,
    /// How they differ line by line, if that was asked for and they do.
    pub text: Option<TextDifference>,
}

/// An entry of a package.
#[derive(Debug, Clone)]
pub struct EntryState {
    /// What it is.
    pub kind: EntryKind,
    /// The permissions that it states, such as 0o755; `None` if it states none.
    pub permissions: Option<u32>,
    /// Bytes once unzipped, as the package's directory says.
    pub size: u64,
    /// What its content was found to be.
    pub content: EntryContent,
}

/// What an entry is once unzipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, whose content is where it leads.
    Symlink,
    /// Anything else that a mode can state, such as a device.
    Special,
}

/// What the content of an entry was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryContent {
    /// It was read; its SHA-256, in hexadecimal.
    Sha256(String),
    /// It was compared as it is stored, because it cannot be unpacked: why.
    Packed(String),
    /// It is damaged: how.
    Broken(String),
}

/// How the contents of an entry differ, read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextDifference {
    /// The hunks of a unified diff, with their headers and without one for the whole.
    Hunks(String),
    /// One of them is no text: it has a NUL or is not UTF-8.
    Binary,
    /// One of them is larger than [`MAX_TEXT`] or has more lines than [`MAX_LINES`].
    TooLarge,
    /// One of them cannot be read.
    Unreadable,
}

impl EntryContent {
    /// Returns whether it was read and is the same as another one that was read.
    pub fn is_certainly(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Sha256(sha256), Self::Sha256(other)) if sha256 == other)
    }
}

impl PackageDifference {
    /// Returns how many entries only the later package has, how many only the earlier one, and how
    /// many both have.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |old, new| {
            let is_such =
                |entry: &&EntryDifference| (entry.old.is_some(), entry.new.is_some()) == (old, new);
            self.entries.iter().filter(is_such).count()
        };
        (count(false, true), count(true, false), count(true, true))
    }
}

/// Compares two contents line by line.
pub fn text_difference(old: Vec<u8>, new: Vec<u8>) -> TextDifference {
    let (Ok(old), Ok(new)) = (String::from_utf8(old), String::from_utf8(new)) else {
        return TextDifference::Binary;
    };
    let has_too_many_lines = |text: &str| text.lines().count() > MAX_LINES;
    if has_too_many_lines(&old) || has_too_many_lines(&new) {
        return TextDifference::TooLarge;
    }
    TextDifference::Hunks(hunks(&old, &new))
}

/// Returns the hunks of a unified diff of two texts, with three lines around each change. It depends
/// on nothing but the texts: the search is bounded by their size, not by time.
fn hunks(old: &str, new: &str) -> String {
    // Lines end where git and diff(1) see them end: a carriage return alone ends none.
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old, new) = (lines(old), lines(new));
    let difference = TextDiff::configure().diff_slices(&old, &new);
    let mut found = String::new();
    for hunk in difference.unified_diff().iter_hunks() {
        found.push_str(&hunk.header().to_string());
        found.push('\n');
        for change in hunk.iter_changes() {
            found.push_str(&change.tag().to_string());
            found.push_str(change.value());
            if !change.value().ends_with('\n') {
                found.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    found
}

/// Returns the name of an entry as text: what is UTF-8 as it is, other bytes as `\xNN`.
pub fn path_of(name: &[u8]) -> String {
    let mut path = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        path.push_str(chunk.valid());
        for byte in chunk.invalid() {
            path.extend(std::ascii::escape_default(*byte).map(char::from));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_those_of_a_unified_diff() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\n";
        assert_eq!(
            hunks(old, new),
            "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n"
        );
        assert_eq!(hunks("", "x\ny\n"), "@@ -0,0 +1,2 @@\n+x\n+y\n");
        assert_eq!(hunks("x\n", ""), "@@ -1 +0,0 @@\n-x\n");
        assert_eq!(hunks("x\n", "x\n"), "");
    }

    #[test]
    fn a_missing_newline_is_told_as_diff_tells_it() {
        assert_eq!(
            hunks("x", "x\n"),
            "@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n"
        );
        assert_eq!(
            hunks("a\rb\r", "a\rc\r"),
            "@@ -1 +1 @@\n-a\rb\r\n\\ No newline at end of file\n+a\rc\r\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn texts_that_have_nothing_in_common_take_no_time() {
        let lines = |seed: usize| {
            let lines = (0..100_000).map(|line| (line * 7919 % 65_537 * seed).to_string());
            lines.collect::<Vec<_>>().join("\n")
        };
        let (old, new) = (lines(2), lines(3));
        assert!(hunks(&old, &new).starts_with("@@ -1"));
    }

    #[test]
    fn a_name_that_is_not_utf_8_shows_its_bytes() {
        assert_eq!(path_of("grüße.txt".as_bytes()), "grüße.txt");
        assert_eq!(path_of(b"caf\x82\xff.txt"), "caf\\x82\\xff.txt");
    }
}
