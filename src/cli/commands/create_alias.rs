//! `create-alias`

use clap::Args;

use super::Run;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::CreateAliasRequest;
use crate::cli::alias::{AliasArgs, routing_config};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "CreateAlias";

/// Give a version a name that can be pointed elsewhere
///
/// An alias may send a share of the invocations to a second version.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store create-alias --function-name hello --name live --function-version 3\n  \
    lambda-store create-alias --function-name hello --name canary --function-version 2 \\\n    \
    --routing-config AdditionalVersionWeights={3=0.1}"
)]
pub(super) struct CreateAliasArgs {
    #[command(flatten)]
    alias: AliasArgs,
    /// Point it to this version, or to $LATEST
    #[arg(long, value_name = "VERSION")]
    function_version: String,
    /// Describe the alias
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Send a share of the invocations, 0 to 1, to another version
    #[arg(long, value_name = "AdditionalVersionWeights={VERSION=SHARE}")]
    routing_config: Option<String>,
}

impl Run for CreateAliasArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        self.alias.check(&mut parameters);
        parameters.not_empty("FunctionVersion", Some(&self.function_version));
        let routing_config = routing_config(self.routing_config, &mut parameters)?;
        parameters.into_result()?;
        let (function_name, name) = self.alias.names()?;
        let request = CreateAliasRequest {
            function_name,
            name,
            function_version: input::text("--function-version", &self.function_version)?,
            description: input::optional_text("--description", self.description)?,
            routing_config,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::create_alias(&store, &request)
            .map(AliasConfiguration::into_value)
            .map(|answer| rendering.changed(&answer))
            .map_err(Failure::of(OPERATION))
    }
}
