//! `delete-function`

use crate::api::document::Value;
use crate::api::messages::DeleteFunctionRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::FUNCTION_NAME;
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "delete-function",
    operation: "DeleteFunction",
    request: request_shape::FUNCTION_AND_QUALIFIER,
    is_paginated: false,
    about: "Delete a function with all its versions, or one version",
    details: "A version that an alias refers to is not deleted. Numbers of deleted versions are \
        not given out again, unless the function itself is deleted.",
    examples: "  lambda-store delete-function --function-name hello --qualifier 3\n  \
    lambda-store delete-function --function-name hello",
    options: &[&[
        FUNCTION_NAME,
        ParameterOption::new(
            "qualifier",
            "Qualifier",
            "VERSION",
            "Name the version to delete; without it, the whole function goes",
        ),
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = DeleteFunctionRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    // Current AWS CLIs print the status that the model binds to a member.
    let answer = Value::object([("StatusCode", Value::integer(204))]);
    operations::delete_function(&store, &request)
        .map(|()| call.rendering.changed(&answer))
        .map_err(call.failure())
}
