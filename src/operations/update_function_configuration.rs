//! `UpdateFunctionConfiguration`: changes the configuration of `$LATEST`.

use super::requests::{LatestOf, check_requested, check_revision_id, check_values_of, latest_of};
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionReference;
use crate::api::messages::UpdateFunctionConfigurationRequest;
use crate::api::validation::Violations;
use crate::store::Store;

/// Sets members of the configuration of `$LATEST`; its package stays untouched.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter, or a bad value that stays in
/// `$LATEST/config.json`; `ResourceNotFoundException`; `PreconditionFailedException` for another
/// revision id; `TooManyRequestsException` if the function's lock is not had in time;
/// `ServiceException`.
pub fn update_function_configuration(
    store: &Store,
    request: &UpdateFunctionConfigurationRequest,
) -> Result<FunctionConfiguration, Error> {
    let target = validate(store, request)?;
    let name = &target.name;
    let function = store.lock(name)?.ok_or_else(|| target.not_found(store))?;
    let latest = function.latest()?;
    let code = latest.code()?;
    check_revision_id(name, request.revision_id.as_deref(), || {
        latest.revision_id(&code)
    })?;
    let mut configuration = latest.configuration(&code);
    request.configuration.apply(&mut configuration, name);
    check_values_of(store, &latest, &configuration)?;

    let mut change = function.change("UpdateFunctionConfiguration", &latest)?;
    configuration.set_last_modified(change.time().max(latest.last_modified().next()));
    configuration.complete_latest(store.scope(), name);
    let (fact, revision_id) = change.stage_configuration(&latest, &code, &configuration)?;
    change.commit((&latest, &code), fact)?;
    configuration.set_revision_id(revision_id.as_str());
    configuration.complete_answer(name);
    Ok(configuration)
}

fn validate(
    store: &Store,
    request: &UpdateFunctionConfigurationRequest,
) -> Result<LatestOf, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    check_requested(store, &request.configuration, &mut violations);
    latest_of(store.scope(), reference, violations)
}
