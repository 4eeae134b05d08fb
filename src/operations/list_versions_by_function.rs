//! `ListVersionsByFunction`: reads `$LATEST` and every published version.

use super::answers;
use super::reading::Wanted;
use crate::api::Error;
use crate::api::messages::{ListVersionsByFunctionRequest, ListVersionsByFunctionResponse};
use crate::api::qualifier::LATEST;
use crate::store::{PublishedVersion, Store, StoreError, View};

/// Returns `$LATEST` and all versions, by number. A version that is broken is left out, and named
/// beside the list.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException`;
/// `TooManyRequestsException` if the function changed all the time; `ServiceException`.
pub fn list_versions_by_function(
    store: &Store,
    request: &ListVersionsByFunctionRequest,
) -> Result<ListVersionsByFunctionResponse, Error> {
    let scope = store.scope();
    let wanted = Wanted::parse(scope, &request.function_name, None)?;
    let name = &wanted.name;
    let (latest, view) = store
        .read(name, |view| Ok((view.latest()?, view.clone())))?
        .ok_or_else(|| wanted.not_found(store))?;
    let first = answers::latest(scope, name, &latest, &latest.code()?, Some(LATEST));
    let mut response = ListVersionsByFunctionResponse {
        versions: vec![first],
        broken: Vec::new(),
    };
    // Versions never change, so they are read after the state was; one that has vanished is left
    // out.
    for number in view.version_numbers()? {
        match whole_version(&view, number) {
            Ok(Some(version)) => {
                response
                    .versions
                    .push(answers::published(scope, name, &version));
            }
            Ok(None) => {}
            // It may have been deleted while it was read.
            Err(_) if matches!(view.contains_version(number), Ok(false)) => {}
            Err(error) => response.broken.push(error.to_string()),
        }
    }
    for version in &mut response.versions {
        version.leave_out_states();
    }
    Ok(response)
}

/// Reads a version, and sees that its package is there.
fn whole_version(view: &View, number: u64) -> Result<Option<PublishedVersion>, StoreError> {
    let version = view.version(number)?;
    if version.is_some() {
        view.check_package(number)?;
    }
    Ok(version)
}
