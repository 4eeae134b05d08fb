//! What a publish said of `$LATEST`, to be held against what stands there.

use super::history::Line;
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::revision_id::{Place, RevisionId};

/// How the last publish left `$LATEST`.
#[derive(Debug, Clone)]
pub(super) struct PublishedLatest {
    revision_id: RevisionId,
    /// The content that it saw.
    content: Option<ContentSha256>,
}

impl PublishedLatest {
    /// Takes it from the line of a publish.
    pub(super) fn of(line: &Line) -> Self {
        let published = line.last_published.as_ref();
        Self {
            revision_id: line.latest.revision_id.clone(),
            content: published.map(|published| published.content_sha256.clone()),
        }
    }

    /// Returns whether `$LATEST` is as the publish left it, and has another content than it saw.
    /// `recorded` is the revision id in the last line; the configuration names the package that is there.
    pub(super) fn is_refuted_by(
        &self,
        recorded: &RevisionId,
        configuration: &FunctionConfiguration,
    ) -> bool {
        let time = RevisionId::time_of(recorded.as_str());
        let is_as_left = configuration.revision_id(time, Place::Latest) == self.revision_id;
        is_as_left && self.content.as_ref() != Some(&configuration.content_sha256())
    }
}
