//! `rollback`: the tool's own command that points an alias back.

use clap::Args;

use super::Run;
use crate::api::messages::{RollbackRequest, RollbackResponse};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::cli::pointing::points_to;
use crate::operations;

const OPERATION: &str = "Rollback";

/// Point an alias back to what it pointed to before
///
/// What that was is read from the history; a change by hand counts, too. A second rollback points it
/// forth again, as cd - does. Weights come back with the version, but none for the version that is
/// left; the description stays. Prints the alias as update-alias does, and on stderr from where to
/// where it was moved.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store rollback hello --alias live\n  \
    lambda-store rollback hello --alias live --to 1\n  \
    lambda-store rollback hello --alias live --dry-run --query FunctionVersion"
)]
pub(super) struct RollbackArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Name the alias
    #[arg(long, value_name = "ALIAS")]
    alias: String,
    /// Point it to this version, without weights, whatever it pointed to before
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Roll back only if the alias has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
    /// Check everything and print what the alias would be; change nothing
    #[arg(long, overrides_with = "_no_dry_run")]
    dry_run: bool,
    #[arg(long = "no-dry-run", hide = true)]
    _no_dry_run: bool,
}

impl Run for RollbackArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Alias", Some(&self.alias));
        parameters.not_empty("To", self.to.as_deref());
        parameters.into_result()?;
        let request = RollbackRequest {
            function_name: input::text("NAME", &self.function_name)?,
            alias: input::text("--alias", &self.alias)?,
            to: input::optional_text("--to", self.to)?,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
            dry_run: self.dry_run,
        };
        let rendering = globals.rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let RollbackResponse { alias, from, to } =
            operations::rollback(&store, &request).map_err(Failure::of(OPERATION))?;
        let answer = alias.into_value();
        let mut outcome = if request.dry_run {
            rendering.read(&answer)
        } else {
            rendering.changed(&answer)
        };
        let moved = format!(
            "{}: {} -> {}\n",
            request.alias,
            points_to(&from),
            points_to(&to)
        );
        outcome.stderr.push_str(&moved);
        Ok(outcome)
    }
}
