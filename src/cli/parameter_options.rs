//! The options that several commands of `aws lambda` have.

use super::api_command::ParameterOption;

/// Names the function.
pub(super) const FUNCTION_NAME: ParameterOption = ParameterOption::new(
    "function-name",
    "FunctionName",
    "NAME",
    "Name the function, by name or ARN",
);

/// Names an alias.
pub(super) const ALIAS_NAME: ParameterOption =
    ParameterOption::new("name", "Name", "ALIAS", "Name the alias");

/// Names a state of the function.
pub(super) const QUALIFIER: ParameterOption = ParameterOption::new(
    "qualifier",
    "Qualifier",
    "QUALIFIER",
    "Name a version or an alias",
);

/// Names what the function may do.
pub(super) const ROLE: ParameterOption =
    ParameterOption::new("role", "Role", "ARN", "Name the execution role by its ARN");

/// Goes with the code.
pub(super) const ARCHITECTURES: ParameterOption = ParameterOption::new(
    "architectures",
    "Architectures",
    "NAME",
    "Say what the code is made for: x86_64 or arm64",
);

/// Guards an update.
pub(super) const REVISION_ID: ParameterOption = ParameterOption::new(
    "revision-id",
    "RevisionId",
    "ID",
    "Update only if $LATEST has this revision id",
);

/// The options that both a create and an update of the configuration have.
pub(super) const CONFIGURATION: &[ParameterOption] = &[
    ParameterOption::new(
        "runtime",
        "Runtime",
        "RUNTIME",
        "Choose the runtime, such as python3.13",
    ),
    ParameterOption::new(
        "handler",
        "Handler",
        "HANDLER",
        "Say what the runtime calls, such as app.handler",
    ),
    ParameterOption::new(
        "description",
        "Description",
        "TEXT",
        "Describe the function",
    ),
    ParameterOption::new(
        "timeout",
        "Timeout",
        "SECONDS",
        "Let it run for this many seconds",
    ),
    ParameterOption::new(
        "memory-size",
        "MemorySize",
        "MB",
        "Give it this much memory",
    ),
    ParameterOption::new(
        "environment",
        "Environment",
        "Variables={KEY=VALUE,…}",
        "Set its environment, in shorthand, as JSON or from file://PATH",
    ),
    ParameterOption::new(
        "dead-letter-config",
        "DeadLetterConfig",
        "TargetArn=ARN",
        "Send events that it failed on to this queue or topic",
    ),
    ParameterOption::new(
        "kms-key-arn",
        "KMSKeyArn",
        "ARN",
        "Name the key that its environment is encrypted with",
    ),
    ParameterOption::new(
        "layers",
        "Layers",
        "ARN",
        "Use these layers, by the ARNs of their versions; no ARN for none",
    ),
    ParameterOption::new(
        "tracing-config",
        "TracingConfig",
        "Mode=MODE",
        "Trace requests, Active or PassThrough",
    ),
    ParameterOption::new(
        "vpc-config",
        "VpcConfig",
        "SubnetIds=ID,…,SecurityGroupIds=ID,…",
        "Attach it to a VPC; empty lists detach it",
    ),
    ParameterOption::new(
        "ephemeral-storage",
        "EphemeralStorage",
        "Size=MB",
        "Give it this much of /tmp",
    ),
    ParameterOption::new(
        "file-system-configs",
        "FileSystemConfigs",
        "Arn=ARN,LocalMountPath=PATH",
        "Mount a file system; no value for none",
    ),
    ParameterOption::new(
        "logging-config",
        "LoggingConfig",
        "LogFormat=FORMAT,…",
        "Say how it logs: LogFormat, LogGroup, ApplicationLogLevel, SystemLogLevel",
    ),
    ParameterOption::new(
        "snap-start",
        "SnapStart",
        "ApplyOn=WHEN",
        "Start its versions from a snapshot: PublishedVersions or None",
    ),
];
