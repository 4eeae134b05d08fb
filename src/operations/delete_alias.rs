//! `DeleteAlias`: removes an alias.

use super::requests::alias_of;
use crate::api::Error;
use crate::api::messages::DeleteAliasRequest;
use crate::api::validation::Violations;
use crate::store::{AliasChange, Store};

/// Removes an alias. One that is not there is removed already.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException` for a function that
/// is not there; `TooManyRequestsException` if the function's lock is not had in time;
/// `ServiceException`.
pub fn delete_alias(store: &Store, request: &DeleteAliasRequest) -> Result<(), Error> {
    let (function_name, name) = (&request.function_name, &request.name);
    let alias = alias_of(store.scope(), function_name, name, Violations::default())?;
    let locked = store
        .lock(alias.function())?
        .ok_or_else(|| alias.function_not_found(store))?;
    let Some(present) = locked.view().alias(&alias.name)? else {
        return Ok(());
    };
    let (mut change, fact) = locked.change_beside_latest("DeleteAlias")?;
    let line = AliasChange {
        name: alias.name.to_string(),
        from: Some(present.state()),
        to: None,
        revision_id: None,
    };
    change.change_alias(line, None)?;
    Ok(change.commit_beside_latest(fact)?)
}
