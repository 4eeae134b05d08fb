//! Comparing two packages entry by entry, in memory that depends on how many entries there are and
//! not on what they hold.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::error::StoreError;
use super::host::Work;
use super::opened_package::OpenedPackage;
use super::package_entries::{Entry, Text};
use super::progress::Progress;
use crate::api::package_difference::{
    EntryDifference, EntryState, PackageDifference, PackingDifference, TextDifference, path_of,
    text_difference,
};

impl OpenedPackage {
    /// Compares this package, as the earlier one, with a later one. An entry that differs is read to
    /// its end on both sides, so that damage is found; of one that is stored as the same bytes on both
    /// sides nothing is unpacked.
    ///
    /// # Errors
    /// If a package cannot be read or has no directory. Entries that are damaged are none.
    pub fn compare(
        &self,
        later: &Self,
        is_text_wanted: bool,
    ) -> Result<PackageDifference, StoreError> {
        let (old, new) = (self.entries()?, later.entries()?);
        let size = |entries: &[Entry]| {
            let sizes = entries.iter().map(|entry| entry.size);
            sizes.fold(0, u64::saturating_add)
        };
        let (old_size, new_size) = (size(&old), size(&new));
        let work = Work::Comparison {
            size: old_size.saturating_add(new_size),
        };
        let mut comparison = Comparison {
            old: self,
            new: later,
            is_text_wanted,
            progress: Progress::new(self.notify(), work),
            found: PackageDifference {
                entries: Vec::new(),
                unchanged: 0,
                old_size,
                new_size,
                packing: PackingDifference::default(),
            },
        };
        for (old, new) in Pairs::new(old, new) {
            comparison.compare(old.as_ref(), new.as_ref())?;
        }
        Ok(comparison.found)
    }
}

/// A comparison under way.
struct Comparison<'a> {
    old: &'a OpenedPackage,
    new: &'a OpenedPackage,
    is_text_wanted: bool,
    progress: Progress<'a>,
    found: PackageDifference,
}

/// An entry that was read.
struct Read {
    state: EntryState,
    text: Text,
}

impl Comparison<'_> {
    /// Compares what the two packages have of one name.
    fn compare(&mut self, old: Option<&Entry>, new: Option<&Entry>) -> Result<(), StoreError> {
        let mut is_stored_alike = false;
        if let (Some(old), Some(new)) = (old, new) {
            is_stored_alike = old.is_stored_like(self.old.file(), (new, self.new.file()))?;
            if is_stored_alike && is_alike(old, new) {
                self.progress.advance(old.size.saturating_add(new.size));
                self.note_packing(old, new, false);
                return Ok(());
            }
        }
        let old_read = self.read(self.old, old)?;
        let new_read = self.read(self.new, new)?;
        let content_differs = match (&old_read, &new_read) {
            (Some(old), Some(new)) => {
                !is_stored_alike && !old.state.content.is_certainly(&new.state.content)
            }
            _ => true,
        };
        if let (Some(old), Some(new)) = (old, new)
            && !content_differs
            && is_alike(old, new)
        {
            self.note_packing(old, new, true);
            return Ok(());
        }
        let (old_state, old_text) = parts(old_read);
        let (new_state, new_text) = parts(new_read);
        let text = content_differs
            .then(|| compared_texts(old_text, new_text))
            .flatten();
        if let Some(entry) = old.or(new) {
            self.found.entries.push(EntryDifference {
                path: path_of(&entry.name),
                occurrence: entry.occurrence as usize,
                old: old_state,
                new: new_state,
                content_differs,
                text,
            });
        }
        Ok(())
    }

    fn read(
        &mut self,
        package: &OpenedPackage,
        entry: Option<&Entry>,
    ) -> Result<Option<Read>, StoreError> {
        let Some(entry) = entry else { return Ok(None) };
        let (content, text) =
            entry.content(package.file(), self.is_text_wanted, &mut self.progress)?;
        let state = EntryState {
            kind: entry.kind,
            permissions: entry.permissions,
            size: entry.size,
            content,
        };
        Ok(Some(Read { state, text }))
    }

    /// Notes an entry that is the same on both sides, and in what its packing differs.
    fn note_packing(&mut self, old: &Entry, new: &Entry, is_packed_otherwise: bool) {
        self.found.unchanged += 1;
        let packing = &mut self.found.packing;
        packing.timestamps |= old.modified != new.modified;
        packing.compression |= is_packed_otherwise;
        packing.order |= old.position != new.position;
    }
}

/// Returns whether two entries are the same but for their contents and how they are packed.
fn is_alike(old: &Entry, new: &Entry) -> bool {
    old.kind == new.kind && old.permissions == new.permissions
}

/// Takes apart what was read; an entry that is not there is an empty text.
fn parts(read: Option<Read>) -> (Option<EntryState>, Text) {
    match read {
        Some(Read { state, text }) => (Some(state), text),
        None => (None, Text::Bytes(Vec::new())),
    }
}

/// Compares two contents as texts, if that was asked for.
fn compared_texts(old: Text, new: Text) -> Option<TextDifference> {
    Some(match (old, new) {
        (Text::Unwanted, _) | (_, Text::Unwanted) => return None,
        (Text::Unreadable, _) | (_, Text::Unreadable) => TextDifference::Unreadable,
        (Text::Binary, _) | (_, Text::Binary) => TextDifference::Binary,
        (Text::TooLarge, _) | (_, Text::TooLarge) => TextDifference::TooLarge,
        (Text::Bytes(old), Text::Bytes(new)) => text_difference(old, new),
    })
}

/// The entries of two packages, sorted, those of the same name and occurrence together.
struct Pairs {
    old: Peekable<IntoIter<Entry>>,
    new: Peekable<IntoIter<Entry>>,
}

impl Pairs {
    fn new(old: Vec<Entry>, new: Vec<Entry>) -> Self {
        Self {
            old: old.into_iter().peekable(),
            new: new.into_iter().peekable(),
        }
    }
}

impl Iterator for Pairs {
    type Item = (Option<Entry>, Option<Entry>);

    fn next(&mut self) -> Option<Self::Item> {
        fn key(entry: &Entry) -> (&[u8], u32) {
            (&entry.name, entry.occurrence)
        }
        let order = match (self.old.peek(), self.new.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => key(old).cmp(&key(new)),
        };
        let old = self.old.next_if(|_| order != Ordering::Greater);
        let new = self.new.next_if(|_| order != Ordering::Less);
        Some((old, new))
    }
}
