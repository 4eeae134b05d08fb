//! `create-alias`

use crate::api::alias::AliasConfiguration;
use crate::api::messages::CreateAliasRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ALIAS_NAME, FUNCTION_NAME};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "create-alias",
    operation: "CreateAlias",
    request: request_shape::CREATE_ALIAS,
    is_paginated: false,
    about: "Give a version a name that can be pointed elsewhere",
    details: "An alias may send a share of the invocations to a second version.",
    examples: "  lambda-store create-alias --function-name hello --name live --function-version 3\n  \
    lambda-store create-alias --function-name hello --name canary --function-version 2 \\\n    \
    --routing-config AdditionalVersionWeights={3=0.1}\n  \
    lambda-store create-alias --generate-cli-skeleton yaml-input > alias.yaml",
    options: &[&[
        FUNCTION_NAME,
        ALIAS_NAME,
        ParameterOption::new(
            "function-version",
            "FunctionVersion",
            "VERSION",
            "Point it to this version, or to $LATEST",
        ),
        ParameterOption::new("description", "Description", "TEXT", "Describe the alias"),
        ParameterOption::new(
            "routing-config",
            "RoutingConfig",
            "AdditionalVersionWeights={VERSION=SHARE}",
            "Send a share of the invocations, 0 to 1, to another version",
        ),
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = CreateAliasRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::create_alias(&store, &request)
        .map(AliasConfiguration::into_value)
        .map(|answer| call.rendering.changed(&answer))
        .map_err(call.failure())
}
