//! The versions of a function in their order, without reading the directory where they stand.
//!
//! A page of a list, and the newest part of a log, cost the same whatever the number of versions:
//! their numbers are probed one by one, up to the highest that the history knows, or down from it.
//! The directory is read once where that does not lead on: above the highest number, where versions
//! may have been placed by hand, after a wide gap, and without a history.

use super::documents::PublishedVersion;
use super::error::StoreError;
use super::view::View;

/// How many numbers in a row may be missing before the directory is read.
const WIDEST_GAP: u32 = 256;

/// Versions of a function, each read when it is asked for.
///
/// Versions never change, so they may be read after the state of the function was: one that has
/// vanished meanwhile is left out.
pub struct Versions {
    view: View,
    order: Order,
    /// The number that is looked at next; `None` behind the last one.
    next: Option<u64>,
    /// The highest number that is probed; above it, only the directory leads on.
    highest: u64,
    /// How many numbers before the next one were missing, in a row.
    missing: u32,
    /// The numbers that are left, once the directory was read.
    listed: Option<std::vec::IntoIter<u64>>,
}

#[derive(Clone, Copy)]
enum Order {
    Ascending,
    Descending,
}

/// A version that stands in a store.
pub struct FoundVersion {
    /// Its number.
    pub number: u64,
    /// What it holds, or what is wrong with it.
    pub content: Result<PublishedVersion, StoreError>,
}

impl View {
    /// Returns the versions above a number, ascending.
    pub fn versions_above(&self, number: u64) -> Versions {
        let highest = self.last_line().map_or(0, |line| line.highest_version);
        Versions {
            view: self.clone(),
            order: Order::Ascending,
            next: number.checked_add(1),
            highest,
            missing: 0,
            listed: None,
        }
    }

    /// Returns all versions of the state that is seen here, descending. The directory is read at once.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn versions_descending(&self) -> Result<Versions, StoreError> {
        let mut numbers = self.version_numbers()?;
        numbers.reverse();
        Ok(Versions {
            listed: Some(numbers.into_iter()),
            ..self.versions_up_to(0)
        })
    }

    /// Returns the newest versions of the state that is seen here, descending, for who wants no more
    /// than some of them: where there is a history, the directory is not read. So one placed by hand
    /// is not among them if there is a wide gap between it and the numbers that the history knows.
    ///
    /// # Errors
    /// If the versions cannot be looked at.
    pub fn newest_versions(&self) -> Result<Versions, StoreError> {
        match self.last_line() {
            None => self.versions_descending(),
            Some(line) => {
                let highest = self.highest_standing_above(line.highest_version)?;
                Ok(self.versions_up_to(highest))
            }
        }
    }

    /// Returns the versions up to a number, descending.
    fn versions_up_to(&self, highest: u64) -> Versions {
        Versions {
            view: self.clone(),
            order: Order::Descending,
            next: Some(highest).filter(|number| *number > 0),
            highest,
            missing: 0,
            listed: None,
        }
    }

    /// Returns the highest number at which something stands above a known one, with no wide gap in
    /// between; the known one if nothing does.
    fn highest_standing_above(&self, known: u64) -> Result<u64, StoreError> {
        let (mut highest, mut missing) = (known, 0);
        let Some(versions) = self.versions()? else {
            return Ok(highest);
        };
        for number in known.saturating_add(1)..=u64::MAX {
            if missing == WIDEST_GAP {
                break;
            }
            if versions.contains(&number.to_string())? {
                (highest, missing) = (number, 0);
            } else {
                missing += 1;
            }
        }
        Ok(highest)
    }
}

impl Versions {
    /// Reads the next version; `None` behind the last one.
    ///
    /// # Errors
    /// If the directory of the versions cannot be read.
    pub fn read_next(&mut self) -> Result<Option<FoundVersion>, StoreError> {
        while let Some(number) = self.next_number()? {
            match self.view.whole_version(number).transpose() {
                None => self.missing += 1,
                // It was deleted while it was read.
                Some(Err(_)) if matches!(self.view.contains_version(number), Ok(false)) => {
                    self.missing += 1;
                }
                Some(content) => {
                    self.missing = 0;
                    return Ok(Some(FoundVersion { number, content }));
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
        if let Some(listed) = &mut self.listed {
            return Ok(listed.next());
        }
        let Some(number) = self.next else {
            return Ok(None);
        };
        if number <= self.highest && self.missing < WIDEST_GAP {
            self.next = match self.order {
                Order::Ascending => number.checked_add(1),
                Order::Descending => number.checked_sub(1).filter(|next| *next > 0),
            };
            return Ok(Some(number));
        }
        let mut numbers = self.view.version_numbers()?;
        match self.order {
            Order::Ascending => numbers.retain(|listed| *listed >= number),
            Order::Descending => {
                numbers.retain(|listed| *listed <= number);
                numbers.reverse();
            }
        }
        Ok(self.listed.insert(numbers.into_iter()).next())
    }
}
