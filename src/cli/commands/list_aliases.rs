//! `list-aliases`

use crate::api::messages::{ListAliasesRequest, ListAliasesResponse};
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::FUNCTION_NAME;
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "list-aliases",
    operation: "ListAliases",
    request: request_shape::LIST_ALIASES,
    is_paginated: true,
    about: "Print the aliases of a function, by name",
    details: "An alias that is broken is left out and named on stderr.",
    examples: "  lambda-store list-aliases --function-name hello\n  \
    lambda-store list-aliases --function-name hello --function-version 3 \\\n    \
    --query 'Aliases[].Name' --output text",
    options: &[&[
        FUNCTION_NAME,
        ParameterOption::new(
            "function-version",
            "FunctionVersion",
            "VERSION",
            "Print only aliases that point to this version; weights do not count",
        ),
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = ListAliasesRequest::of_parameters(&call.parameters);
    let (store, failure) = (call.open_store()?, call.failure());
    call.paging
        .list(&call.rendering, "Aliases", |marker, max_items| {
            let request = ListAliasesRequest {
                marker,
                max_items,
                ..request.clone()
            };
            operations::list_aliases(&store, &request)
                .map(ListAliasesResponse::into_page)
                .map_err(&failure)
        })
}
