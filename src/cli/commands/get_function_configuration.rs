//! `get-function-configuration`

use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Value;
use crate::api::messages::GetFunctionConfigurationRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{FUNCTION_NAME, QUALIFIER};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "get-function-configuration",
    operation: "GetFunctionConfiguration",
    request: request_shape::FUNCTION_AND_QUALIFIER,
    is_paginated: false,
    about: "Print the configuration of $LATEST, of a version, or of what an alias points to",
    details: "",
    examples: "  lambda-store get-function-configuration --function-name hello\n  \
    lambda-store get-function-configuration --function-name hello --qualifier 3\n  \
    lambda-store get-function-configuration --function-name hello:live",
    options: &[&[FUNCTION_NAME, QUALIFIER]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    answer(call).map(|answer| call.rendering.read(&answer))
}

/// Asks the operation, and returns what is printed of it.
pub(super) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    let request = GetFunctionConfigurationRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::get_function_configuration(&store, &request)
        .map(FunctionConfiguration::into_value)
        .map_err(call.failure())
}
