//! The versions of a log: each with what changed since the one before it.

use std::collections::VecDeque;

use crate::api::difference::ChangedParts;
use crate::api::messages::VersionContent;
use crate::store::{FoundVersion, PublishedVersion, StoreError, Versions};

/// A version's number, and what it holds or what is wrong with it.
pub(super) type ReadVersion = (u64, Result<VersionContent, String>);

/// Versions, descending, read ahead as far as they are compared.
pub(super) struct LoggedVersions {
    versions: Versions,
    ahead: VecDeque<FoundVersion>,
}

impl LoggedVersions {
    pub(super) fn new(versions: Versions) -> Self {
        Self {
            versions,
            ahead: VecDeque::new(),
        }
    }

    /// Reads the next lower version; `None` below the lowest.
    pub(super) fn read_next(&mut self) -> Result<Option<ReadVersion>, StoreError> {
        let found = match self.ahead.pop_front() {
            Some(found) => Some(found),
            None => self.versions.read_next()?,
        };
        let Some(FoundVersion { number, content }) = found else {
            return Ok(None);
        };
        let content = match content {
            Ok(version) => self.compared(&version)?,
            Err(error) => Err(error.to_string()),
        };
        Ok(Some((number, content)))
    }

    /// Compares a version with the one before it that can be read.
    fn compared(
        &mut self,
        version: &PublishedVersion,
    ) -> Result<Result<VersionContent, String>, StoreError> {
        let later = &version.configuration;
        let Some(code) = later.code() else {
            return Ok(Err("its configuration does not say its package".to_owned()));
        };
        let earlier = self.next_sound()?;
        let since = earlier.map(|earlier| {
            let parts = ChangedParts::between(&earlier.configuration, later);
            (earlier.number, parts)
        });
        let description = later.description();
        Ok(Ok(VersionContent {
            code,
            description,
            since,
        }))
    }

    /// Reads ahead to the next version that is not broken.
    fn next_sound(&mut self) -> Result<Option<&PublishedVersion>, StoreError> {
        while self.ahead.iter().all(|found| found.content.is_err()) {
            match self.versions.read_next()? {
                Some(found) => self.ahead.push_back(found),
                None => return Ok(None),
            }
        }
        Ok(self
            .ahead
            .iter()
            .find_map(|found| found.content.as_ref().ok()))
    }
}
