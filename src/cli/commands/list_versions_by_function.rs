//! `list-versions-by-function`

use crate::api::messages::{ListVersionsByFunctionRequest, ListVersionsByFunctionResponse};
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::FUNCTION_NAME;
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "list-versions-by-function",
    operation: "ListVersionsByFunction",
    request: request_shape::LIST_VERSIONS_BY_FUNCTION,
    is_paginated: true,
    about: "Print $LATEST and all published versions, by number",
    details: "A version that is broken is left out and named on stderr.",
    examples: "  lambda-store list-versions-by-function --function-name hello\n  \
    lambda-store list-versions-by-function --function-name hello \\\n    \
    --query 'Versions[].Version' --output text",
    options: &[&[FUNCTION_NAME]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = ListVersionsByFunctionRequest::of_parameters(&call.parameters);
    let (store, failure) = (call.open_store()?, call.failure());
    call.paging
        .list(&call.rendering, "Versions", |marker, max_items| {
            let request = ListVersionsByFunctionRequest {
                marker,
                max_items,
                ..request.clone()
            };
            operations::list_versions_by_function(&store, &request)
                .map(ListVersionsByFunctionResponse::into_page)
                .map_err(&failure)
        })
}
