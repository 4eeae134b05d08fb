//! `list-functions`

use clap::Args;

use super::Run;
use crate::api::configuration::FunctionConfiguration;
use crate::api::messages::ListFunctionsRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::paging::{Page, PagingArgs};
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "ListFunctions";

/// Print all functions, by name
///
/// A function that is broken is left out and named on stderr.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store list-functions --query 'Functions[].FunctionName' --output text\n  \
    lambda-store list-functions --function-version ALL --max-items 100"
)]
pub(super) struct ListFunctionsArgs {
    /// Print every version of each function, if this is ALL
    #[arg(long, value_name = "ALL")]
    function_version: Option<String>,
    #[command(flatten)]
    paging: PagingArgs,
}

impl Run for ListFunctionsArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let function_version = input::optional_text("--function-version", self.function_version)?;
        let paging = self.paging.check(globals, Parameters::default())?;
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        paging.list(&rendering, "Functions", |marker, max_items| {
            let request = ListFunctionsRequest {
                function_version: function_version.clone(),
                marker,
                max_items,
            };
            operations::list_functions(&store, &request)
                .map(|response| Page {
                    next_marker: response.next_marker,
                    items: response
                        .functions
                        .into_iter()
                        .map(FunctionConfiguration::into_value)
                        .collect(),
                    broken: response.broken,
                })
                .map_err(Failure::of(OPERATION))
        })
    }
}
