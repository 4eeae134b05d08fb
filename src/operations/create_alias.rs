//! `CreateAlias`: gives a version a name.

use super::pointing::{exists, set_alias, target_of};
use super::requests::alias_of;
use crate::api::Error;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::CreateAliasRequest;
use crate::api::validation::Violations;
use crate::store::Store;

/// Makes an alias that points to a version or to `$LATEST`.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter, or versions that one alias cannot refer to;
/// `ResourceNotFoundException` for a function or version that is not there;
/// `ResourceConflictException` for an alias that stands already; `TooManyRequestsException` if the
/// function's lock is not had in time; `ServiceException`.
pub fn create_alias(
    store: &Store,
    request: &CreateAliasRequest,
) -> Result<AliasConfiguration, Error> {
    let mut violations = Violations::default();
    violations.check_function_version(&request.function_version);
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
    if locked.contains_alias(&alias.name)? {
        return Err(exists(&alias));
    }
    let target = target_of(store, &alias, &request.function_version)?;
    let mut wanted = AliasConfiguration::pointing_to(target);
    if let Some(description) = &request.description {
        wanted.set_description(description);
    }
    if let Some(routing) = &request.routing_config {
        wanted.set_routing_config(routing);
    }
    set_alias(store, &locked, "CreateAlias", &alias, None, wanted)
}
