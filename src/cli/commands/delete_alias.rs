//! `delete-alias`

use clap::Args;

use super::Run;
use crate::api::document::Value;
use crate::api::messages::DeleteAliasRequest;
use crate::cli::alias::AliasArgs;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "DeleteAlias";

/// Delete an alias
///
/// The versions that it points to stay. An alias that is not there counts as deleted. Nothing is
/// printed.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store delete-alias --function-name hello --name live")]
pub(super) struct DeleteAliasArgs {
    #[command(flatten)]
    alias: AliasArgs,
}

impl Run for DeleteAliasArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        self.alias.check(&mut parameters);
        parameters.into_result()?;
        let (function_name, name) = self.alias.names()?;
        let request = DeleteAliasRequest {
            function_name,
            name,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        // The model has no output for it.
        let answer = Value::object([]);
        operations::delete_alias(&store, &request)
            .map(|()| rendering.changed(&answer))
            .map_err(Failure::of(OPERATION))
    }
}
