//! The command line: AWS's commands and options, results on stdout, words on stderr, exit codes.
//!
//! A command parses its options into a request, calls one operation and renders the answer. No rule
//! about Lambda lives here.

mod commands;
mod exit;
mod globals;
mod input;
mod notices;
mod output;
mod parameters;
mod refused;
mod shorthand;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use exit::Outcome;

use commands::create_function::CreateFunctionArgs;
use commands::delete_function::DeleteFunctionArgs;
use commands::get_function::GetFunctionArgs;
use commands::get_function_configuration::GetFunctionConfigurationArgs;
use commands::init::InitArgs;
use commands::list_versions_by_function::ListVersionsByFunctionArgs;
use commands::publish_version::PublishVersionArgs;
use commands::update_function_code::UpdateFunctionCodeArgs;
use exit::Failure;
use globals::Globals;

/// AWS Lambda's version control plane on a disk
///
/// Functions, deployment packages, immutable published versions and aliases in a plain directory,
/// with the commands, the JSON and the exit codes of `aws lambda`.
#[derive(Parser)]
#[command(
    name = "lambda-store",
    version,
    args_override_self = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 done, 252 wrong usage, 253 no store, 254 an error of the \
                        API, 255 the result could not be written"
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(InitArgs),
    #[command(flatten)]
    Operation(Operation),
}

#[derive(Subcommand)]
enum Operation {
    CreateFunction(CreateFunctionArgs),
    UpdateFunctionCode(UpdateFunctionCodeArgs),
    PublishVersion(PublishVersionArgs),
    GetFunction(GetFunctionArgs),
    GetFunctionConfiguration(GetFunctionConfigurationArgs),
    ListVersionsByFunction(ListVersionsByFunctionArgs),
    DeleteFunction(DeleteFunctionArgs),
}

/// Runs a command line and returns what is to be printed, and the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let mut command = Cli::command();
    let arguments = without_lambda(&command, arguments.into_iter().collect());
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches))
        .map_err(|error| error.format(&mut command));
    // Its memory serves the command.
    drop(command);
    match parsed {
        Ok(cli) => cli.run().unwrap_or_else(Failure::into_outcome),
        Err(error) => refused::usage_outcome(&error),
    }
}

/// Takes out the word `lambda` where it leads the command, as in scripts written for `aws lambda`.
fn without_lambda(command: &clap::Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    let takes_value = |option: &str| {
        let known = command
            .get_arguments()
            .find(|known| known.get_long() == Some(option));
        known.is_some_and(|known| known.get_action().takes_values())
    };
    let mut position = 1;
    while let Some(argument) = arguments
        .get(position)
        .and_then(|argument| argument.to_str())
    {
        match argument.strip_prefix("--") {
            Some(option) => position += if takes_value(option) { 2 } else { 1 },
            None if argument == "lambda" => {
                arguments.remove(position);
                break;
            }
            None => break,
        }
    }
    arguments
}

impl Cli {
    fn run(self) -> Result<Outcome, Failure> {
        let globals = &self.globals;
        match self.command {
            Command::Init(arguments) => arguments.run(globals),
            Command::Operation(operation) => match operation {
                Operation::CreateFunction(arguments) => arguments.run(globals),
                Operation::UpdateFunctionCode(arguments) => arguments.run(globals),
                Operation::PublishVersion(arguments) => arguments.run(globals),
                Operation::GetFunction(arguments) => arguments.run(globals),
                Operation::GetFunctionConfiguration(arguments) => arguments.run(globals),
                Operation::ListVersionsByFunction(arguments) => arguments.run(globals),
                Operation::DeleteFunction(arguments) => arguments.run(globals),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
