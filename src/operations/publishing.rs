//! What counts as unchanged since the last publish, for every operation that publishes.

use super::requests::check_values;
use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::difference::differences;
use crate::api::function_name::FunctionName;
use crate::api::messages::Comparison;
use crate::store::{Latest, PublishedVersion, Store, StoreError, View};

/// The last publish: the version that it made, and what it saw.
pub(super) struct LastPublish {
    pub(super) version: PublishedVersion,
    seen: ContentSha256,
    made: ContentSha256,
}

impl LastPublish {
    /// Reads the last publish of a function; `None` if there is none, or its version was deleted: a
    /// deleted version is not repeated.
    pub(super) fn read(view: &View, latest: &Latest) -> Result<Option<Self>, StoreError> {
        let Some(last) = view.last_published(latest)? else {
            return Ok(None);
        };
        let Some(version) = view.version(last.version)? else {
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

    /// Returns the configuration that the last publish saw, as far as that is known: the version's,
    /// without a description that was given when it was published.
    pub(super) fn seen_configuration(&self, latest: &Latest) -> FunctionConfiguration {
        let mut configuration = self.version.configuration.clone();
        configuration.set_description(&latest.stored_configuration().description());
        if configuration.content_sha256() == self.seen {
            configuration
        } else {
            self.version.configuration.clone()
        }
    }
}

/// What became of the last publish.
pub(super) enum Last {
    Never,
    Deleted(u64),
    Standing(Box<LastPublish>),
}

impl Last {
    /// Reads it.
    pub(super) fn read(view: &View, latest: &Latest) -> Result<Self, StoreError> {
        if let Some(last) = LastPublish::read(view, latest)? {
            return Ok(Self::Standing(Box::new(last)));
        }
        let last = view.last_published(latest)?;
        Ok(last.map_or(Self::Never, |last| Self::Deleted(last.version)))
    }

    /// Compares `$LATEST` with what the last publish saw.
    pub(super) fn compare(
        &self,
        function: &FunctionName,
        latest: &Latest,
        snapshot: &Snapshot,
    ) -> Comparison {
        let last = match self {
            Self::Never => return Comparison::NeverPublished,
            Self::Deleted(version) => return Comparison::Deleted { version: *version },
            Self::Standing(last) => last,
        };
        let version = last.version.number;
        if last.is_repeated_by(&snapshot.content) {
            return Comparison::Unchanged { version };
        }
        let seen = last.seen_configuration(latest);
        Comparison::Changed {
            version,
            differences: differences(function, &seen, &snapshot.configuration),
        }
    }
}

/// `$LATEST` with a package that it has, or is believed to have.
pub(super) struct Snapshot {
    pub(super) code: CodeIdentity,
    pub(super) configuration: FunctionConfiguration,
    pub(super) content: ContentSha256,
}

impl Snapshot {
    /// Puts the configuration and a package together.
    pub(super) fn new(latest: &Latest, code: CodeIdentity) -> Self {
        let configuration = latest.configuration(&code);
        let content = configuration.content_sha256();
        Self {
            code,
            configuration,
            content,
        }
    }
}

/// Decides what a publish comes to: the last one again, if there is nothing new; else `None`, for a
/// new version.
///
/// # Errors
/// `InvalidParameterValueException` if no version may be made of the values in
/// `$LATEST/config.json`.
pub(super) fn repeated<'l>(
    store: &Store,
    latest: &Latest,
    last: Option<&'l LastPublish>,
    content: &ContentSha256,
) -> Result<Option<&'l LastPublish>, Error> {
    let repeated = last.filter(|last| last.is_repeated_by(content));
    if repeated.is_none() {
        check_values(store, latest)?;
    }
    Ok(repeated)
}
