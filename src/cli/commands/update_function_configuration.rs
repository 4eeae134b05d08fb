//! `update-function-configuration`

use crate::api::messages::UpdateFunctionConfigurationRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{CONFIGURATION, FUNCTION_NAME, REVISION_ID, ROLE};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "update-function-configuration",
    operation: "UpdateFunctionConfiguration",
    request: request_shape::UPDATE_FUNCTION_CONFIGURATION,
    is_paginated: false,
    about: "Change the configuration of $LATEST",
    details: "What is left out stays as it is; an environment and a list are replaced as a whole.",
    examples: "  lambda-store update-function-configuration --function-name hello --timeout 10\n  \
    lambda-store update-function-configuration --function-name hello \\\n    \
    --environment 'Variables={LEVEL=debug}'\n  \
    lambda-store update-function-configuration --function-name hello \\\n    \
    --cli-input-json '{\"Timeout\": 20, \"MemorySize\": 256}'",
    options: &[&[FUNCTION_NAME, ROLE], CONFIGURATION, &[REVISION_ID]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = UpdateFunctionConfigurationRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::update_function_configuration(&store, &request)
        .map(|configuration| call.rendering.changed(&configuration.into_value()))
        .map_err(call.failure())
}
