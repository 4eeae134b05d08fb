//! `UpdateAlias`: points an alias elsewhere, or changes what it says.

use super::pointing::{set_alias, target_of};
use super::requests::alias_of;
use crate::api::Error;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::UpdateAliasRequest;
use crate::api::validation::Violations;
use crate::store::Store;

/// Sets members of an alias; what is left out stays. Even without any, it gets a new revision id.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter, or versions that one alias cannot refer to,
/// those that stay among them; `ResourceNotFoundException` for a function, alias or version that is
/// not there; `PreconditionFailedException` for another revision id; `TooManyRequestsException` if
/// the function's lock is not had in time; `ServiceException`.
pub fn update_alias(
    store: &Store,
    request: &UpdateAliasRequest,
) -> Result<AliasConfiguration, Error> {
    let mut violations = Violations::default();
    if let Some(version) = &request.function_version {
        violations.check_function_version(version);
    }
    if let Some(description) = &request.description {
        violations.check_description(description);
    }
    if let Some(routing) = &request.routing_config {
        violations.check_routing_config(routing);
    }
    let (function_name, name) = (&request.function_name, &request.name);
    let alias = alias_of(store.scope(), function_name, name, violations)?;
    let locked = store
        .lock(alias.function())?
        .ok_or_else(|| alias.function_not_found(store))?;
    let present = locked.view().alias(&alias.name)?;
    let present = present.ok_or_else(|| alias.not_found(store, locked.view()))?;
    alias.check_revision_id(request.revision_id.as_deref(), &present)?;
    let mut wanted = present.clone();
    if let Some(version) = &request.function_version {
        wanted.set_target(target_of(store, &alias, version)?);
    }
    if let Some(description) = &request.description {
        wanted.set_description(description);
    }
    if let Some(routing) = &request.routing_config {
        wanted.set_routing_config(routing);
    }
    set_alias(
        store,
        &locked,
        "UpdateAlias",
        &alias,
        Some(&present),
        wanted,
    )
}
