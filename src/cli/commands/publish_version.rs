//! `publish-version`

use clap::Args;

use super::Run;
use crate::api::messages::{PublishVersionRequest, PublishVersionResponse};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::cli::{input, notices};
use crate::operations;

const OPERATION: &str = "PublishVersion";

/// Make an immutable version of $LATEST
///
/// If neither code nor configuration changed since the last publish, that version is returned as it
/// stands, and none is made.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store publish-version --function-name hello\n  \
    hash=$(lambda-store update-function-code --function-name hello --zip-file fileb://hello.zip \\\n    \
    --dry-run --query CodeSha256 --output text)\n  \
    lambda-store publish-version --function-name hello --code-sha256 \"$hash\" --description v1.2"
)]
pub(super) struct PublishVersionArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Publish only if the package has this SHA-256, in base64
    #[arg(long, alias = "code-sha-256", value_name = "HASH")]
    code_sha256: Option<String>,
    /// Describe the version; without it, it has the description of $LATEST
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Publish only if $LATEST has this revision id
    #[arg(long, value_name = "ID")]
    revision_id: Option<String>,
}

impl Run for PublishVersionArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.into_result()?;
        let request = PublishVersionRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            code_sha256: input::optional_text("--code-sha256", self.code_sha256)?,
            description: input::optional_text("--description", self.description)?,
            revision_id: input::optional_text("--revision-id", self.revision_id)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        let PublishVersionResponse {
            configuration,
            unchanged_since,
        } = operations::publish_version(&store, &request).map_err(Failure::of(OPERATION))?;
        let name = configuration.function_name();
        let answer = configuration.into_value();
        let Some(version) = unchanged_since else {
            return Ok(rendering.changed(&answer));
        };
        let mut outcome = rendering.read(&answer);
        if notices::is_for_a_person() {
            let unchanged = format!("{name} is unchanged since version {version}\n");
            outcome.stderr.push_str(&unchanged);
        }
        Ok(outcome)
    }
}
