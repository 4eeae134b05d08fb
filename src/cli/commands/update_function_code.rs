//! `update-function-code`

use crate::api::messages::UpdateFunctionCodeRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ARCHITECTURES, FUNCTION_NAME, REVISION_ID};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "update-function-code",
    operation: "UpdateFunctionCode",
    request: request_shape::UPDATE_FUNCTION_CODE,
    is_paginated: false,
    about: "Give $LATEST another deployment package",
    details: "",
    examples: "  lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip\n  \
    lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip --publish\n  \
    lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip --dry-run",
    options: &[&[
        FUNCTION_NAME,
        ParameterOption::new(
            "zip-file",
            "ZipFile",
            "fileb://PATH",
            "Take the package from this file; the path alone does, too",
        ),
        ARCHITECTURES,
        ParameterOption::switch(
            "publish",
            "no-publish",
            "Publish",
            "Publish a version of the new code at once",
        ),
        ParameterOption::switch(
            "dry-run",
            "no-dry-run",
            "DryRun",
            "Check the package and print what its hash and size would be; change nothing",
        ),
        REVISION_ID,
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = UpdateFunctionCodeRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    let answer = operations::update_function_code(&store, &request, call.package.as_ref())
        .map_err(call.failure())?
        .into_value();
    Ok(if request.dry_run {
        call.rendering.read(&answer)
    } else {
        call.rendering.changed(&answer)
    })
}
