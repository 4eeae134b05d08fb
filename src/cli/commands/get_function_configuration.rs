//! `get-function-configuration`

use clap::Args;

use super::Run;
use crate::api::messages::GetFunctionConfigurationRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "GetFunctionConfiguration";

/// Print the configuration of $LATEST, of a version, or of what an alias points to
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store get-function-configuration --function-name hello\n  \
    lambda-store get-function-configuration --function-name hello --qualifier 3\n  \
    lambda-store get-function-configuration --function-name hello:live"
)]
pub(super) struct GetFunctionConfigurationArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name a version or an alias
    #[arg(long, value_name = "QUALIFIER")]
    qualifier: Option<String>,
}

impl Run for GetFunctionConfigurationArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Qualifier", self.qualifier.as_deref());
        parameters.into_result()?;
        let request = GetFunctionConfigurationRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            qualifier: input::optional_text("--qualifier", self.qualifier)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::get_function_configuration(&store, &request)
            .map(|configuration| rendering.read(&configuration.into_value()))
            .map_err(Failure::of(OPERATION))
    }
}
