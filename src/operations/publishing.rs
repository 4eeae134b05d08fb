//! What counts as unchanged since the last publish, for every operation that publishes.

use crate::api::Error;
use crate::api::configuration::ContentSha256;
use crate::store::{Latest, LockedFunction, PublishedVersion};

/// The last publish: the version that it made, and what it saw.
pub(super) struct LastPublish {
    pub(super) version: PublishedVersion,
    seen: ContentSha256,
    made: ContentSha256,
}

impl LastPublish {
    /// Reads the last publish of a function; `None` if there is none, or its version was deleted: a
    /// deleted version is not repeated.
    pub(super) fn read(
        function: &LockedFunction<'_>,
        latest: &Latest,
    ) -> Result<Option<Self>, Error> {
        let Some(last) = function.last_published(latest)? else {
            return Ok(None);
        };
        let Some(version) = function.version(last.version)? else {
            return Ok(None);
        };
        let made = version.configuration.content_sha256();
        Ok(Some(Self {
            version,
            seen: last.content_sha256,
            made,
        }))
    }

    /// Returns whether a publish of this content would repeat the last one: it is what that saw,
    /// or is that of the version it made, whose description may have been given.
    pub(super) fn is_repeated_by(&self, content: &ContentSha256) -> bool {
        *content == self.seen || *content == self.made
    }
}
