//! The versions of a function in their order, without reading the directory where they stand.
//!
//! A page of a list costs the same whatever the number of versions: their numbers are probed one by
//! one, up to the highest that the history knows. The directory is read once where that does not
//! lead on: behind the highest number, where versions may have been placed by hand, after a wide gap,
//! and without a history.

use super::documents::PublishedVersion;
use super::error::StoreError;
use super::view::View;

/// How many numbers in a row may be missing before the directory is read.
const WIDEST_GAP: u32 = 256;

/// The versions above a number, ascending, each read when it is asked for.
///
/// Versions never change, so they may be read after the state of the function was: one that has
/// vanished meanwhile is left out.
pub struct Versions<'v> {
    view: &'v View,
    /// The number that was looked at last.
    last: u64,
    /// How many numbers before it were missing, in a row.
    missing: u32,
    /// The numbers that are left, once the directory was read.
    listed: Option<std::vec::IntoIter<u64>>,
}

impl View {
    /// Returns the versions above a number.
    pub fn versions_above(&self, number: u64) -> Versions<'_> {
        Versions {
            view: self,
            last: number,
            missing: 0,
            listed: None,
        }
    }
}

impl Versions<'_> {
    /// Reads the next version, or says what is wrong with it; `None` behind the last one.
    ///
    /// # Errors
    /// If the directory of the versions cannot be read.
    pub fn read_next(
        &mut self,
    ) -> Result<Option<Result<PublishedVersion, StoreError>>, StoreError> {
        while let Some(number) = self.next_number()? {
            match self.view.whole_version(number).transpose() {
                None => self.missing += 1,
                // It was deleted while it was read.
                Some(Err(_)) if matches!(self.view.contains_version(number), Ok(false)) => {
                    self.missing += 1;
                }
                Some(found) => {
                    self.missing = 0;
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// Returns whether any version follows, sound or not.
    ///
    /// # Errors
    /// If the directory of the versions cannot be read.
    pub fn any_left(mut self) -> Result<bool, StoreError> {
        while let Some(number) = self.next_number()? {
            if !matches!(self.view.open_version(number), Ok(None)) {
                return Ok(true);
            }
            self.missing += 1;
        }
        Ok(false)
    }

    /// Returns the next number at which a version may stand.
    fn next_number(&mut self) -> Result<Option<u64>, StoreError> {
        let highest = self.view.last_line().map_or(0, |line| line.highest_version);
        if self.listed.is_none() && self.last < highest && self.missing < WIDEST_GAP {
            self.last += 1;
            return Ok(Some(self.last));
        }
        if self.listed.is_none() {
            let mut numbers = self.view.version_numbers()?;
            numbers.retain(|number| *number > self.last);
            self.listed = Some(numbers.into_iter());
        }
        Ok(self.listed.as_mut().and_then(Iterator::next))
    }
}
