//! `GetFunctionConfiguration`: reads a function's configuration.

use super::reading::Wanted;
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::messages::GetFunctionConfigurationRequest;
use crate::store::Store;

/// Returns the configuration of `$LATEST`, of a version, or of what an alias points to.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or qualifier, or two that disagree;
/// `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException`.
pub fn get_function_configuration(
    store: &Store,
    request: &GetFunctionConfigurationRequest,
) -> Result<FunctionConfiguration, Error> {
    let scope = store.scope();
    let wanted = Wanted::parse(scope, &request.function_name, request.qualifier.as_deref())?;
    let found = store
        .read(&wanted.name, |view| wanted.find(view))?
        .flatten();
    wanted.answer(scope, &found.ok_or_else(|| wanted.not_found(store))?)
}
