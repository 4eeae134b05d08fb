//! `delete-alias`

use crate::api::document::Value;
use crate::api::messages::DeleteAliasRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ALIAS_NAME, FUNCTION_NAME};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "delete-alias",
    operation: "DeleteAlias",
    request: request_shape::FUNCTION_AND_ALIAS,
    is_paginated: false,
    about: "Delete an alias",
    details: "The versions that it points to stay. An alias that is not there counts as \
        deleted. Nothing is printed.",
    examples: "  lambda-store delete-alias --function-name hello --name live",
    options: &[&[FUNCTION_NAME, ALIAS_NAME]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = DeleteAliasRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    // The model has no output for it.
    let answer = Value::object([]);
    operations::delete_alias(&store, &request)
        .map(|()| call.rendering.changed(&answer))
        .map_err(call.failure())
}
