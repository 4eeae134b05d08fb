//! `update-function-configuration`

use clap::Args;

use super::Run;
use crate::api::messages::UpdateFunctionConfigurationRequest;
use crate::cli::configuration::ConfigurationArgs;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "UpdateFunctionConfiguration";

/// Change the configuration of $LATEST
///
/// What is left out stays as it is; an environment and a list are replaced as a whole.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store update-function-configuration --function-name hello --timeout 10\n  \
    lambda-store update-function-configuration --function-name hello \\\n    \
    --environment 'Variables={LEVEL=debug}'"
)]
pub(super) struct UpdateFunctionConfigurationArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name the execution role by its ARN
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    #[command(flatten)]
    configuration: ConfigurationArgs,
    /// Update only if $LATEST has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
}

impl Run for UpdateFunctionConfigurationArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut given = self.configuration.given()?;
        given.take("Role", "--role", self.role.map(|role| vec![role]))?;
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        let request = UpdateFunctionConfigurationRequest {
            configuration: given.checked(parameters)?,
            function_name: input::text("--function-name", &self.function_name)?,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::update_function_configuration(&store, &request)
            .map(|configuration| rendering.changed(&configuration.into_value()))
            .map_err(Failure::of(OPERATION))
    }
}
