//! `list-aliases`

use clap::Args;

use super::Run;
use crate::api::alias::AliasConfiguration;
use crate::api::messages::ListAliasesRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::paging::{Page, PagingArgs};
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "ListAliases";

/// Print the aliases of a function, by name
///
/// An alias that is broken is left out and named on stderr.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store list-aliases --function-name hello\n  \
    lambda-store list-aliases --function-name hello --function-version 3 \\\n    \
    --query 'Aliases[].Name' --output text"
)]
pub(super) struct ListAliasesArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Print only aliases that point to this version; weights do not count
    #[arg(long, value_name = "VERSION")]
    function_version: Option<String>,
    #[command(flatten)]
    paging: PagingArgs,
}

impl Run for ListAliasesArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("FunctionVersion", self.function_version.as_deref());
        let paging = self.paging.check(globals, parameters)?;
        let function_name = input::text("--function-name", &self.function_name)?;
        let function_version = input::optional_text("--function-version", self.function_version)?;
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        paging.list(&rendering, "Aliases", |marker, max_items| {
            let request = ListAliasesRequest {
                function_name: function_name.clone(),
                function_version: function_version.clone(),
                marker,
                max_items,
            };
            operations::list_aliases(&store, &request)
                .map(|response| Page {
                    next_marker: response.next_marker,
                    items: response
                        .aliases
                        .into_iter()
                        .map(AliasConfiguration::into_value)
                        .collect(),
                    broken: response.broken,
                })
                .map_err(Failure::of(OPERATION))
        })
    }
}
