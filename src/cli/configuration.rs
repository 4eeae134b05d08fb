//! The options that set members of a function's configuration, for every command that has them.

use clap::Args;

use super::exit::Failure;
use super::parameters::Parameters;
use super::values;
use crate::api::document::Document;
use crate::api::request_shape::CONFIGURATION;
use crate::api::requested_configuration::RequestedConfiguration;
use crate::api::shape::Shape;

/// The options that both a create and an update of the configuration have.
#[derive(Args)]
pub(super) struct ConfigurationArgs {
    /// Choose the runtime, such as python3.13
    #[arg(long, value_name = "RUNTIME")]
    runtime: Option<String>,
    /// Say what the runtime calls, such as app.handler
    #[arg(long, value_name = "HANDLER")]
    handler: Option<String>,
    /// Describe the function
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Let it run for this many seconds
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<String>,
    /// Give it this much memory
    #[arg(long, value_name = "MB", allow_negative_numbers = true)]
    memory_size: Option<String>,
    /// Set its environment, in shorthand, as JSON or from `file://PATH`
    #[arg(long, value_name = "Variables={KEY=VALUE,…}")]
    environment: Option<String>,
    /// Send events that it failed on to this queue or topic
    #[arg(long, value_name = "TargetArn=ARN")]
    dead_letter_config: Option<String>,
    /// Name the key that its environment is encrypted with
    #[arg(long, value_name = "ARN")]
    kms_key_arn: Option<String>,
    /// Use these layers, by the ARNs of their versions; no ARN for none
    #[arg(long, value_name = "ARN", num_args = 0.., action = clap::ArgAction::Set)]
    layers: Option<Vec<String>>,
    /// Trace requests, `Active` or `PassThrough`
    #[arg(long, value_name = "Mode=MODE")]
    tracing_config: Option<String>,
    /// Attach it to a VPC; empty lists detach it
    #[arg(long, value_name = "SubnetIds=ID,…,SecurityGroupIds=ID,…")]
    vpc_config: Option<String>,
    /// Give it this much of /tmp
    #[arg(long, value_name = "Size=MB")]
    ephemeral_storage: Option<String>,
    /// Mount a file system; no value for none
    #[arg(
        long,
        value_name = "Arn=ARN,LocalMountPath=PATH",
        num_args = 0..,
        action = clap::ArgAction::Set
    )]
    file_system_configs: Option<Vec<String>>,
    /// Say how it logs: `LogFormat`, `LogGroup`, `ApplicationLogLevel`, `SystemLogLevel`
    #[arg(long, value_name = "LogFormat=FORMAT,…")]
    logging_config: Option<String>,
    /// Start its versions from a snapshot: `PublishedVersions` or `None`
    #[arg(long, value_name = "ApplyOn=WHEN")]
    snap_start: Option<String>,
}

/// What options give for a configuration, under the names of the API.
#[derive(Default)]
pub(super) struct Given(Document);

impl ConfigurationArgs {
    /// Returns what was given.
    pub(super) fn given(self) -> Result<Given, Failure> {
        let mut given = Given::default();
        for (member, option, value) in [
            ("Runtime", "--runtime", self.runtime),
            ("Handler", "--handler", self.handler),
            ("Description", "--description", self.description),
            ("Timeout", "--timeout", self.timeout),
            ("MemorySize", "--memory-size", self.memory_size),
            ("Environment", "--environment", self.environment),
            ("KMSKeyArn", "--kms-key-arn", self.kms_key_arn),
            (
                "DeadLetterConfig",
                "--dead-letter-config",
                self.dead_letter_config,
            ),
            ("TracingConfig", "--tracing-config", self.tracing_config),
            ("VpcConfig", "--vpc-config", self.vpc_config),
            (
                "EphemeralStorage",
                "--ephemeral-storage",
                self.ephemeral_storage,
            ),
            ("LoggingConfig", "--logging-config", self.logging_config),
            ("SnapStart", "--snap-start", self.snap_start),
        ] {
            given.take(member, option, value.map(|value| vec![value]))?;
        }
        given.take("Layers", "--layers", self.layers)?;
        let file_systems = self.file_system_configs;
        given.take("FileSystemConfigs", "--file-system-configs", file_systems)?;
        Ok(given)
    }
}

impl Given {
    /// Takes the words of an option, if it was given.
    pub(super) fn take(
        &mut self,
        member: &'static str,
        option: &str,
        words: Option<Vec<String>>,
    ) -> Result<(), Failure> {
        if let Some(words) = words {
            let value = values::parse(option, &words, shape_of(member))?;
            self.0.set(member, value);
        }
        Ok(())
    }

    /// Checks what was given, together with the other parameters of the command.
    pub(super) fn checked(
        self,
        mut parameters: Parameters,
    ) -> Result<RequestedConfiguration, Failure> {
        parameters.check_all(&self.0, CONFIGURATION);
        parameters.into_result()?;
        RequestedConfiguration::from_document(self.0)
            .map_err(|error| Failure::Usage(format!("Parameter validation failed:\n{error}")))
    }
}

fn shape_of(member: &str) -> Shape {
    let known = CONFIGURATION.iter().find(|(name, _)| *name == member);
    known.map_or(Shape::String, |(_, shape)| *shape)
}
