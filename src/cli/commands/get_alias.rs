//! `get-alias`

use crate::api::alias::AliasConfiguration;
use crate::api::messages::GetAliasRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ALIAS_NAME, FUNCTION_NAME};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "get-alias",
    operation: "GetAlias",
    request: request_shape::FUNCTION_AND_ALIAS,
    is_paginated: false,
    about: "Print what an alias points to",
    details: "",
    examples: "  lambda-store get-alias --function-name hello --name live\n  \
    lambda-store get-alias --function-name hello --name live \\\n    \
    --query FunctionVersion --output text",
    options: &[&[FUNCTION_NAME, ALIAS_NAME]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = GetAliasRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::get_alias(&store, &request)
        .map(AliasConfiguration::into_value)
        .map(|answer| call.rendering.read(&answer))
        .map_err(call.failure())
}
