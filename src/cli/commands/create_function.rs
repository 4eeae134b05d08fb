//! `create-function`

use crate::api::messages::CreateFunctionRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{ARCHITECTURES, CONFIGURATION, ROLE};
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "create-function",
    operation: "CreateFunction",
    request: request_shape::CREATE_FUNCTION,
    is_paginated: false,
    about: "Make a function of a configuration and a deployment package",
    details: "Where there is no store yet, it is made.",
    examples: "  lambda-store create-function --function-name hello --runtime python3.13 \\\n    \
    --handler app.handler --role arn:aws:iam::123456789012:role/demo --zip-file fileb://hello.zip\n  \
    lambda-store create-function --function-name site --runtime nodejs22.x --handler index.handler \\\n    \
    --role arn:aws:iam::123456789012:role/demo --zip-file fileb://hello.zip \\\n    \
    --environment 'Variables={STAGE=test}' --memory-size 512 --timeout 30 --publish",
    options: &[
        &[
            ParameterOption::new(
                "function-name",
                "FunctionName",
                "NAME",
                "Name the function: letters, digits, - and _, at most 64",
            ),
            ROLE,
            ParameterOption::new(
                "zip-file",
                "Code.ZipFile",
                "fileb://PATH",
                "Take the package from this file; the path alone does, too",
            ),
        ],
        CONFIGURATION,
        &[
            ARCHITECTURES,
            ParameterOption::new(
                "package-type",
                "PackageType",
                "TYPE",
                "Say what the package is; a store has Zip alone",
            ),
            ParameterOption::new(
                "tags",
                "Tags",
                "KEY=VALUE,…",
                "Tag it, in shorthand, as JSON or from file://PATH",
            ),
            ParameterOption::switch(
                "publish",
                "no-publish",
                "Publish",
                "Publish version 1 at once",
            ),
        ],
    ],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = CreateFunctionRequest::of_parameters(&call.parameters);
    let store = call.open_or_make_store()?;
    operations::create_function(&store, &request, call.package.as_ref())
        .map(|configuration| call.rendering.changed(&configuration.into_value()))
        .map_err(call.failure())
}
