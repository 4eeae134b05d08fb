//! `restore`: the tool's own command that makes `$LATEST` what a version is.

use clap::Args;

use super::Run;
use crate::api::messages::RestoreRequest;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "Restore";

/// Make $LATEST what a version is, code and configuration
///
/// Prints the configuration of $LATEST. The next publish-version makes a new version of it, or returns
/// the one that was published last if it is that one which was restored.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store restore hello 1\n  \
    lambda-store restore hello 1 --dry-run --query CodeSha256 --output text")]
pub(super) struct RestoreArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Name the version, by its number or an alias that points to it
    // Not `version`, which the option --version has.
    #[arg(id = "number", value_name = "VERSION")]
    version: String,
    /// Restore only if $LATEST has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
    /// Check everything and print what $LATEST would be; change nothing
    #[arg(long, overrides_with = "_no_dry_run")]
    dry_run: bool,
    #[arg(long = "no-dry-run", hide = true)]
    _no_dry_run: bool,
}

impl Run for RestoreArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Version", Some(&self.version));
        parameters.into_result()?;
        let request = RestoreRequest {
            function_name: input::text("NAME", &self.function_name)?,
            version: input::text("VERSION", &self.version)?,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
            dry_run: self.dry_run,
        };
        let rendering = globals.rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let answer = operations::restore(&store, &request)
            .map_err(Failure::of(OPERATION))?
            .into_value();
        Ok(if request.dry_run {
            rendering.read(&answer)
        } else {
            rendering.changed(&answer)
        })
    }
}
