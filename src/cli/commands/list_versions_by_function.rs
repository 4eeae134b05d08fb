//! `list-versions-by-function`

use clap::Args;

use super::Run;
use crate::api::configuration::FunctionConfiguration;
use crate::api::messages::ListVersionsByFunctionRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::paging::{Page, PagingArgs};
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "ListVersionsByFunction";

/// Print $LATEST and all published versions, by number
///
/// A version that is broken is left out and named on stderr.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store list-versions-by-function --function-name hello\n  \
    lambda-store list-versions-by-function --function-name hello \\\n    \
    --query 'Versions[].Version' --output text"
)]
pub(super) struct ListVersionsByFunctionArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    #[command(flatten)]
    paging: PagingArgs,
}

impl Run for ListVersionsByFunctionArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        let paging = self.paging.check(globals, parameters)?;
        let function_name = input::text("--function-name", &self.function_name)?;
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        paging.list(&rendering, "Versions", |marker, max_items| {
            let request = ListVersionsByFunctionRequest {
                function_name: function_name.clone(),
                marker,
                max_items,
            };
            operations::list_versions_by_function(&store, &request)
                .map(|response| Page {
                    next_marker: response.next_marker,
                    items: response
                        .versions
                        .into_iter()
                        .map(FunctionConfiguration::into_value)
                        .collect(),
                    broken: response.broken,
                })
                .map_err(Failure::of(OPERATION))
        })
    }
}
