//! `GetAlias`: reads an alias.

use super::requests::alias_of;
use crate::api::Error;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::GetAliasRequest;
use crate::api::validation::Violations;
use crate::store::Store;

/// Returns an alias.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException` for a function or
/// alias that is not there; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException`.
pub fn get_alias(store: &Store, request: &GetAliasRequest) -> Result<AliasConfiguration, Error> {
    let (function_name, name) = (&request.function_name, &request.name);
    let alias = alias_of(store.scope(), function_name, name, Violations::default())?;
    let (found, view) = store
        .read(alias.function(), |view| {
            Ok((view.alias(&alias.name)?, view.clone()))
        })?
        .ok_or_else(|| alias.function_not_found(store))?;
    let mut found = found.ok_or_else(|| alias.not_found(store, &view))?;
    found.complete_answer(store.scope(), alias.function(), &alias.name);
    Ok(found)
}
