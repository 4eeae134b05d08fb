//! `update-function-code`

use clap::Args;

use super::Run;
use crate::api::messages::UpdateFunctionCodeRequest;
use crate::cli::configuration::Given;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "UpdateFunctionCode";

/// Give $LATEST another deployment package
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
#[command(
    after_help = "Examples:\n  lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip\n  \
    lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip --publish\n  \
    lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip --dry-run"
)]
pub(super) struct UpdateFunctionCodeArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Take the package from this file; the path alone does, too
    #[arg(long, value_name = "fileb://PATH")]
    zip_file: String,
    /// Say what the code is made for: `x86_64` or `arm64`
    #[arg(long, value_name = "NAME", num_args = 0.., action = clap::ArgAction::Set)]
    architectures: Option<Vec<String>>,
    /// Publish a version of the new code at once
    #[arg(long, overrides_with = "_no_publish")]
    publish: bool,
    #[arg(long = "no-publish", hide = true)]
    _no_publish: bool,
    /// Check the package and print what its hash and size would be; change nothing
    #[arg(long, overrides_with = "_no_dry_run")]
    dry_run: bool,
    #[arg(long = "no-dry-run", hide = true)]
    _no_dry_run: bool,
    /// Update only if $LATEST has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
}

impl Run for UpdateFunctionCodeArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut given = Given::default();
        given.take("Architectures", "--architectures", self.architectures)?;
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        let configuration = given.checked(parameters)?;
        let package = input::package("--zip-file", &self.zip_file)?;
        let request = UpdateFunctionCodeRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            configuration,
            publish: self.publish,
            dry_run: self.dry_run,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        let answer = operations::update_function_code(&store, &request, &package)
            .map_err(Failure::of(OPERATION))?
            .into_value();
        Ok(if request.dry_run {
            rendering.read(&answer)
        } else {
            rendering.changed(&answer)
        })
    }
}
