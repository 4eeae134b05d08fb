//! `list-functions`

use crate::api::messages::{ListFunctionsRequest, ListFunctionsResponse};
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "list-functions",
    operation: "ListFunctions",
    request: request_shape::LIST_FUNCTIONS,
    is_paginated: true,
    about: "Print all functions, by name",
    details: "A function that is broken is left out and named on stderr.",
    examples: "  lambda-store list-functions --query 'Functions[].FunctionName' --output text\n  \
    lambda-store list-functions --function-version ALL --max-items 100",
    options: &[&[ParameterOption::new(
        "function-version",
        "FunctionVersion",
        "ALL",
        "Print every version of each function, if this is ALL",
    )]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = ListFunctionsRequest::of_parameters(&call.parameters);
    let (store, failure) = (call.open_store()?, call.failure());
    call.paging
        .list(&call.rendering, "Functions", |marker, max_items| {
            let request = ListFunctionsRequest {
                marker,
                max_items,
                ..request.clone()
            };
            operations::list_functions(&store, &request)
                .map(ListFunctionsResponse::into_page)
                .map_err(&failure)
        })
}
