//! `delete-function`

use clap::Args;

use super::Run;
use crate::api::document::Value;
use crate::api::messages::DeleteFunctionRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "DeleteFunction";

/// Delete a function with all its versions, or one version
///
/// A version that an alias refers to is not deleted. Numbers of deleted versions are not given out
/// again, unless the function itself is deleted.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store delete-function --function-name hello --qualifier 3\n  \
    lambda-store delete-function --function-name hello"
)]
pub(super) struct DeleteFunctionArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name the version to delete; without it, the whole function goes
    #[arg(long, value_name = "VERSION")]
    qualifier: Option<String>,
}

impl Run for DeleteFunctionArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Qualifier", self.qualifier.as_deref());
        parameters.into_result()?;
        let request = DeleteFunctionRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            qualifier: input::optional_text("--qualifier", self.qualifier)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        // Current AWS CLIs print the status that the model binds to a member.
        let answer = Value::object([("StatusCode", Value::integer(204))]);
        operations::delete_function(&store, &request)
            .map(|()| rendering.changed(&answer))
            .map_err(Failure::of(OPERATION))
    }
}
