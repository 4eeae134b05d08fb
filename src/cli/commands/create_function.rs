//! `create-function`

use clap::Args;

use super::Run;
use crate::api::document::{Member, Value};
use crate::api::messages::CreateFunctionRequest;
use crate::api::request_shape::TAGS;
use crate::cli::configuration::ConfigurationArgs;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::cli::{input, values};
use crate::operations;

const OPERATION: &str = "CreateFunction";

/// Make a function of a configuration and a deployment package
///
/// Where there is no store yet, it is made.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store create-function --function-name hello --runtime python3.13 \\\n    \
    --handler app.handler --role arn:aws:iam::123456789012:role/demo --zip-file fileb://hello.zip\n  \
    lambda-store create-function --function-name site --runtime nodejs22.x --handler index.handler \\\n    \
    --role arn:aws:iam::123456789012:role/demo --zip-file fileb://hello.zip \\\n    \
    --environment 'Variables={STAGE=test}' --memory-size 512 --timeout 30 --publish"
)]
pub(super) struct CreateFunctionArgs {
    /// Name the function: letters, digits, - and _, at most 64
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name the execution role by its ARN
    #[arg(long, value_name = "ARN")]
    role: String,
    /// Take the package from this file; the path alone does, too
    #[arg(long, value_name = "fileb://PATH")]
    zip_file: String,
    #[command(flatten)]
    configuration: ConfigurationArgs,
    /// Say what the code is made for: `x86_64` or `arm64`
    #[arg(long, value_name = "NAME", num_args = 0.., action = clap::ArgAction::Set)]
    architectures: Option<Vec<String>>,
    /// Say what the package is; a store has `Zip` alone
    #[arg(long, value_name = "TYPE")]
    package_type: Option<String>,
    /// Tag it, in shorthand, as JSON or from `file://PATH`
    #[arg(long, value_name = "KEY=VALUE,…")]
    tags: Option<String>,
    /// Publish version 1 at once
    #[arg(long, overrides_with = "_no_publish")]
    publish: bool,
    #[arg(long = "no-publish", hide = true)]
    _no_publish: bool,
}

impl Run for CreateFunctionArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut given = self.configuration.given()?;
        given.take("Role", "--role", Some(vec![self.role]))?;
        let package_type = self.package_type.map(|value| vec![value]);
        given.take("PackageType", "--package-type", package_type)?;
        given.take("Architectures", "--architectures", self.architectures)?;
        let tags = self.tags.map(|tags| values::parse("--tags", &[tags], TAGS));
        let tags = tags.transpose()?.unwrap_or_else(|| Value::object([]));
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.check("Tags", &tags, TAGS);
        let configuration = given.checked(parameters)?;
        let package = input::package("--zip-file", &self.zip_file)?;
        let tag_of = |member: &Member| {
            (
                member.name().to_owned(),
                member.value().as_str().unwrap_or_default(),
            )
        };
        let request = CreateFunctionRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            configuration,
            tags: tags.members().iter().map(tag_of).collect(),
            publish: self.publish,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_or_make_store(OPERATION)?;
        operations::create_function(&store, &request, &package)
            .map(|configuration| rendering.changed(&configuration.into_value()))
            .map_err(Failure::of(OPERATION))
    }
}
