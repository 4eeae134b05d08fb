//! `get-alias`

use clap::Args;

use super::Run;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::GetAliasRequest;
use crate::cli::alias::AliasArgs;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "GetAlias";

/// Print what an alias points to
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store get-alias --function-name hello --name live\n  \
    lambda-store get-alias --function-name hello --name live \\\n    \
    --query FunctionVersion --output text"
)]
pub(super) struct GetAliasArgs {
    #[command(flatten)]
    alias: AliasArgs,
}

impl Run for GetAliasArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        self.alias.check(&mut parameters);
        parameters.into_result()?;
        let (function_name, name) = self.alias.names()?;
        let request = GetAliasRequest {
            function_name,
            name,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::get_alias(&store, &request)
            .map(AliasConfiguration::into_value)
            .map(|answer| rendering.read(&answer))
            .map_err(Failure::of(OPERATION))
    }
}
