//! Command lines that are not understood, and options of the AWS CLI that are refused by name.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Outcome;

/// Options that `aws lambda` takes for these commands and a store refuses, with the reason.
const REFUSED: [(&[&str], &str); 8] = [
    (
        &[
            "--s3-bucket",
            "--s3-key",
            "--s3-object-version",
            "--s3-object-storage-mode",
            "--code",
        ],
        "there is no S3 behind a directory; give the package with --zip-file fileb://PATH",
    ),
    (
        &["--image-uri", "--image-config"],
        "there is no container registry behind a directory; give a package with --zip-file fileb://PATH",
    ),
    (
        &[
            "--publish-to",
            "--capacity-provider-config",
            "--tenancy-config",
            "--durable-config",
            "--runtime-config",
            "--accelerator-config",
        ],
        "it belongs to a special kind of function, which a store does not have",
    ),
    (
        &["--master-region"],
        "a store is one region, and has no replicas of functions of another one",
    ),
    (
        &["--code-signing-config-arn", "--source-kms-key-arn"],
        "a store neither signs nor encrypts packages",
    ),
    (
        &["--architectures"],
        "it goes with the code: update-function-code takes it, as create-function does",
    ),
    (
        &["--package-type"],
        "create-function alone takes it; a function never changes its type",
    ),
    (
        &[
            "--cli-input-json",
            "--cli-input-yaml",
            "--generate-cli-skeleton",
            "--cli-auto-prompt",
            "--no-cli-auto-prompt",
            "--cli-error-format",
        ],
        "this version does not take it",
    ),
];

/// Returns what is printed for a command line that clap did not take: help and the version on
/// stdout, anything else on stderr with the AWS CLI's exit code for wrong usage.
pub(super) fn usage_outcome(error: &clap::Error) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Outcome::printed(error.to_string()),
        ErrorKind::MissingRequiredArgument if let Some(outcome) = missing(error) => outcome,
        _ => {
            let stderr = refusal(error).unwrap_or_else(|| error.to_string());
            Outcome {
                stderr,
                code: 252,
                ..Outcome::default()
            }
        }
    }
}

/// Returns what is printed for options that do not go together with what stands around them.
pub(super) fn argument_outcome(usage: &str, problem: &str) -> Outcome {
    Outcome {
        stderr: format!(
            "\n{usage}\n\n{}: error: {problem}\n",
            env!("CARGO_PKG_NAME")
        ),
        code: 252,
        ..Outcome::default()
    }
}

/// Returns the AWS CLI's words for required options that are missing.
fn missing(error: &clap::Error) -> Option<Outcome> {
    let (Some(ContextValue::Strings(missing)), Some(ContextValue::StyledStr(usage))) = (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::Usage),
    ) else {
        return None;
    };
    let is_option = missing.iter().all(|option| option.starts_with("--"));
    let options = missing.iter().filter_map(|option| option.split(' ').next());
    let options = options.collect::<Vec<_>>().join(", ");
    let problem = format!("the following arguments are required: {options}");
    is_option.then(|| argument_outcome(&usage.to_string(), &problem))
}

fn refusal(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let option = argument.split('=').next().unwrap_or_default();
    let (_, reason) = REFUSED
        .iter()
        .find(|(options, _)| options.contains(&option))?;
    Some(format!("\n{option} is refused: {reason}\n"))
}
