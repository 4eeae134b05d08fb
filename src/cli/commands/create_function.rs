//! `create-function`

use clap::Args;

use super::Run;
use crate::api::document::{Document, Member};
use crate::api::messages::CreateFunctionRequest;
use crate::api::shape::Shape;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::cli::{input, shorthand};
use crate::operations;

const OPERATION: &str = "CreateFunction";

/// `Environment` of the model, as a request has it.
const ENVIRONMENT: &[(&str, Shape)] = &[("Variables", Shape::Map(&Shape::String))];

/// Make a function of a configuration and a deployment package
///
/// Where there is no store yet, it is made.
#[derive(Args)]
#[command(
    after_help = "Example:\n  lambda-store create-function --function-name hello --runtime python3.13 \\\n    \
    --handler app.handler --role arn:aws:iam::123456789012:role/demo --zip-file fileb://hello.zip"
)]
pub(super) struct CreateFunctionArgs {
    /// Name the function: letters, digits, - and _, at most 64
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Choose the runtime, such as python3.13
    #[arg(long, value_name = "RUNTIME")]
    runtime: Option<String>,
    /// Name the execution role by its ARN
    #[arg(long, value_name = "ARN")]
    role: String,
    /// Say what the runtime calls, such as app.handler
    #[arg(long, value_name = "HANDLER")]
    handler: Option<String>,
    /// Take the package from this file; the path alone does, too
    #[arg(long, value_name = "fileb://PATH")]
    zip_file: String,
    /// Describe the function
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Let it run for this many seconds
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Give it this much memory
    #[arg(long, value_name = "MB", allow_negative_numbers = true)]
    memory_size: Option<i64>,
    /// Set its environment, in shorthand, as JSON or from `file://PATH`
    #[arg(long, value_name = "Variables={KEY=VALUE,…}")]
    environment: Option<String>,
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
        let structure = |option: &str, value: &Option<String>| {
            value
                .as_deref()
                .map(|value| shorthand::structure(option, value))
                .transpose()
        };
        let environment = structure("--environment", &self.environment)?;
        let tags = structure("--tags", &self.tags)?.unwrap_or_default();
        self.check(environment.as_ref(), &tags)?;
        let package = input::package(&self.zip_file)?;
        let tag_of = |member: &Member| {
            (
                member.name().to_owned(),
                member.value().as_str().unwrap_or_default(),
            )
        };
        let request = CreateFunctionRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            runtime: input::optional_text("--runtime", self.runtime)?,
            role: input::text("--role", &self.role)?,
            handler: input::optional_text("--handler", self.handler)?,
            description: input::optional_text("--description", self.description)?,
            timeout: self.timeout,
            memory_size: self.memory_size,
            environment: environment.map(Document::into_value),
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

impl CreateFunctionArgs {
    fn check(&self, environment: Option<&Document>, tags: &Document) -> Result<(), Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.numbers(self.timeout, self.memory_size);
        if let Some(environment) = environment {
            parameters.structure("Environment", environment, ENVIRONMENT);
        }
        for tag in tags.members() {
            parameters.string(&format!("Tags.{}", tag.name()), tag.value());
        }
        parameters.into_result()
    }
}
