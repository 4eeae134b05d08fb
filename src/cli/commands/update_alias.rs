//! `update-alias`

use clap::Args;

use super::Run;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::UpdateAliasRequest;
use crate::cli::alias::{AliasArgs, routing_config};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "UpdateAlias";

/// Point an alias to another version, or change its weights or its description
///
/// What is left out stays as it is; {} for the routing clears the weights.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store update-alias --function-name hello --name live \\\n    \
    --routing-config AdditionalVersionWeights={3=0.1}\n  \
    lambda-store update-alias --function-name hello --name live \\\n    \
    --function-version 3 --routing-config '{}'"
)]
pub(super) struct UpdateAliasArgs {
    #[command(flatten)]
    alias: AliasArgs,
    /// Point it to this version, or to $LATEST
    #[arg(long, value_name = "VERSION")]
    function_version: Option<String>,
    /// Describe the alias
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Send a share of the invocations, 0 to 1, to another version; {} for none
    #[arg(long, value_name = "AdditionalVersionWeights={VERSION=SHARE}")]
    routing_config: Option<String>,
    /// Update only if the alias has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
}

impl Run for UpdateAliasArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        self.alias.check(&mut parameters);
        parameters.not_empty("FunctionVersion", self.function_version.as_deref());
        let routing_config = routing_config(self.routing_config, &mut parameters)?;
        parameters.into_result()?;
        let (function_name, name) = self.alias.names()?;
        let request = UpdateAliasRequest {
            function_name,
            name,
            function_version: input::optional_text("--function-version", self.function_version)?,
            description: input::optional_text("--description", self.description)?,
            routing_config,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::update_alias(&store, &request)
            .map(AliasConfiguration::into_value)
            .map(|answer| rendering.changed(&answer))
            .map_err(Failure::of(OPERATION))
    }
}
