//! `update-alias`

use crate::api::alias::AliasConfiguration;
use crate::api::messages::UpdateAliasRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ALIAS_NAME, FUNCTION_NAME};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "update-alias",
    operation: "UpdateAlias",
    request: request_shape::UPDATE_ALIAS,
    is_paginated: false,
    about: "Point an alias to another version, or change its weights or its description",
    details: "What is left out stays as it is; {} for the routing clears the weights.",
    examples: "  lambda-store update-alias --function-name hello --name live \\\n    \
    --routing-config AdditionalVersionWeights={3=0.1}\n  \
    lambda-store update-alias --function-name hello --name live \\\n    \
    --function-version 3 --routing-config '{}'",
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
            "Send a share of the invocations, 0 to 1, to another version; {} for none",
        ),
        ParameterOption::new(
            "revision-id",
            "RevisionId",
            "ID",
            "Update only if the alias has this revision id",
        ),
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = UpdateAliasRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::update_alias(&store, &request)
        .map(AliasConfiguration::into_value)
        .map(|answer| call.rendering.changed(&answer))
        .map_err(call.failure())
}
