//! `publish-version`

use crate::api::messages::{PublishVersionRequest, PublishVersionResponse};
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call, ParameterOption};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::notices;
use crate::cli::parameter_options::FUNCTION_NAME;
use crate::operations;

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "publish-version",
    operation: "PublishVersion",
    request: request_shape::PUBLISH_VERSION,
    is_paginated: false,
    about: "Make an immutable version of $LATEST",
    details: "If neither code nor configuration changed since the last publish, that version is \
        returned as it stands, and none is made.",
    examples: "  lambda-store publish-version --function-name hello\n  \
    hash=$(lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip \\\n    \
    --dry-run --query CodeSha256 --output text)\n  \
    lambda-store publish-version --function-name hello --code-sha256 \"$hash\" --description v1.2",
    options: &[&[
        FUNCTION_NAME,
        ParameterOption::new(
            "code-sha256",
            "CodeSha256",
            "HASH",
            "Publish only if the package has this SHA-256, in base64",
        )
        .or("code-sha-256"),
        ParameterOption::new(
            "description",
            "Description",
            "TEXT",
            "Describe the version; without it, it has the description of $LATEST",
        ),
        ParameterOption::new(
            "revision-id",
            "RevisionId",
            "ID",
            "Publish only if $LATEST has this revision id",
        ),
    ]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    let request = PublishVersionRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    let PublishVersionResponse {
        configuration,
        unchanged_since,
    } = operations::publish_version(&store, &request).map_err(call.failure())?;
    let name = configuration.function_name();
    let answer = configuration.into_value();
    let Some(version) = unchanged_since else {
        return Ok(call.rendering.changed(&answer));
    };
    let mut outcome = call.rendering.read(&answer);
    if notices::is_for_a_person() {
        let unchanged = format!("{name} is unchanged since version {version}\n");
        outcome.stderr.push_str(&unchanged);
    }
    Ok(outcome)
}
