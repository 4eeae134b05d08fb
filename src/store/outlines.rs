//! All versions of a function at a glance, without their packages being read.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::{missing_of_version, read_configuration};
use super::durable::Directory;
use super::error::StoreError;
use super::layout::CODE_ZIP;
use super::view::View;
use crate::api::timestamp::Timestamp;

/// A version at a glance.
#[derive(Debug)]
pub struct VersionOutline {
    /// Its number.
    pub number: u64,
    /// When it was published; `None` if no line of the history that can be read made it.
    pub published: Option<Timestamp>,
    /// Its description, or what is wrong with its configuration, or that its package is missing.
    pub description: Result<String, StoreError>,
    /// The size of its package in bytes, 0 if there is none.
    pub code_size: u64,
}

impl View {
    /// Returns all versions, by number. One that has vanished meanwhile is left out.
    ///
    /// # Errors
    /// If the directory of the versions, the history, or what stands in a version cannot be read.
    pub fn outlines(&self) -> Result<Vec<VersionOutline>, StoreError> {
        let numbers = self.version_numbers()?;
        let mut published = self.publish_times(&numbers)?;
        let mut outlines = Vec::new();
        for number in numbers {
            let (code_size, description) = match self.open_version(number).transpose() {
                None => continue,
                Some(Err(error)) => (0, Err(error)),
                Some(Ok(directory)) => glance(&directory, number),
            };
            let description = match description {
                // It was deleted while it was read.
                Err(_) if !self.contains_version(number)? => continue,
                // What cannot be read now may be sound.
                Err(error) if !matches!(error, StoreError::Damaged { .. }) => return Err(error),
                told => told,
            };
            outlines.push(VersionOutline {
                number,
                published: published.remove(&number),
                description,
                code_size,
            });
        }
        Ok(outlines)
    }

    /// Returns when versions that stand were published, as far as the history says it, which is read
    /// from its end until all are known. A line that is damaged says nothing.
    fn publish_times(&self, numbers: &[u64]) -> Result<BTreeMap<u64, Timestamp>, StoreError> {
        let mut unknown: BTreeSet<u64> = numbers.iter().copied().collect();
        let mut published = BTreeMap::new();
        let Some(mut lines) = self.history()? else {
            return Ok(published);
        };
        while !unknown.is_empty() {
            let Some(found) = lines.read_previous()? else {
                break;
            };
            let Ok(line) = found.line else { continue };
            for made in &line.made {
                if unknown.remove(&made.version) {
                    published.insert(made.version, made.published);
                }
            }
            // What stands under a number that was removed was placed by hand since.
            for (first, last) in line.removed {
                unknown.retain(|number| !(first..=last).contains(number));
            }
        }
        Ok(published)
    }
}

/// Returns the size of a version's package, and its description.
fn glance(directory: &Directory, number: u64) -> (u64, Result<String, StoreError>) {
    let package = directory.stamp(CODE_ZIP);
    let code_size = package.as_ref().map_or(0, |package| {
        package.as_ref().map_or(0, |package| package.size)
    });
    let description = || {
        package?.ok_or_else(|| missing_of_version(&directory.path_of(CODE_ZIP), number))?;
        Ok(read_configuration(directory, number)?.0.description())
    };
    (code_size, description())
}
