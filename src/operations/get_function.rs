//! `GetFunction`: reads a function's configuration, where its package is, and its tags.

use super::reading::{Found, Wanted};
use crate::api::Error;
use crate::api::messages::{GetFunctionRequest, GetFunctionResponse};
use crate::store::Store;

/// Returns `$LATEST`, a version, or what an alias points to. The package must be there.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or qualifier, or two that disagree;
/// `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException`.
pub fn get_function(
    store: &Store,
    request: &GetFunctionRequest,
) -> Result<GetFunctionResponse, Error> {
    let scope = store.scope();
    let wanted = Wanted::parse(scope, &request.function_name, request.qualifier.as_deref())?;
    let read = store.read(&wanted.name, |view| {
        let found = wanted.find(view)?;
        if let Some(Found::Version(version)) = &found {
            view.check_package(version.number)?;
        }
        Ok((found, view.tags()?))
    })?;
    match read {
        Some((Some(found), tags)) => Ok(GetFunctionResponse {
            configuration: wanted.answer(scope, &found)?,
            package_path: found.package_path().to_owned(),
            tags,
        }),
        _ => Err(wanted.not_found(store)),
    }
}
