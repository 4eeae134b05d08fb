//! What counts as unchanged since the last publish, for every operation that publishes.

use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::store::{LastPublished, LockedFunction, PublishedVersion};

/// Returns the last published version, if a publish of this configuration would repeat it: its
/// content is what the last publish saw, or is that of the version it made (whose description may
/// have been given then). A last version that was deleted is not repeated.
pub(super) fn repeated_version(
    function: &LockedFunction<'_>,
    last: Option<&LastPublished>,
    configuration: &FunctionConfiguration,
) -> Result<Option<PublishedVersion>, Error> {
    let Some(last) = last else { return Ok(None) };
    let Some(version) = function.version(last.version)? else {
        return Ok(None);
    };
    let content = configuration.content_sha256();
    let is_repeated =
        content == last.content_sha256 || content == version.configuration.content_sha256();
    Ok(is_repeated.then_some(version))
}
