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

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

pub use exit::Outcome;

use commands::{Action, COMMANDS};
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
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 done, 252 wrong usage, 253 no store, 254 an error of the \
                        API, 255 the result could not be written"
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
}

/// Runs a command line and returns what is to be printed, and the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let mut command = Cli::command();
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    let mut word = first_word(&command, &arguments);
    if word.is_some_and(|position| arguments[position] == "lambda") {
        // It leads the command in scripts written for `aws lambda`.
        word.map(|position| arguments.remove(position));
        word = first_word(&command, &arguments);
    }
    let name = word.and_then(|position| arguments[position].to_str());
    command = with_commands(command, name);
    match parse(&mut command, arguments) {
        Ok((globals, action)) => action(&globals).unwrap_or_else(Failure::into_outcome),
        Err(error) => refused::usage_outcome(&error.format(&mut command)),
    }
}

/// Adds the definition of the command that is called; of all, if it is none. Those of the others
/// would cost a third of the instructions of a publish.
fn with_commands(cli: clap::Command, name: Option<&str>) -> clap::Command {
    match COMMANDS.iter().find(|command| Some(command.name) == name) {
        Some(command) => cli.subcommand(command.definition()),
        None => cli.subcommands(COMMANDS.iter().map(commands::Command::definition)),
    }
}

fn parse(
    command: &mut clap::Command,
    arguments: Vec<OsString>,
) -> Result<(Globals, Action), clap::Error> {
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    let globals = Cli::from_arg_matches_mut(&mut matches)?.globals;
    let called = matches.remove_subcommand();
    let action = called.and_then(|(name, mut matches)| {
        let command = COMMANDS.iter().find(|command| command.name == name)?;
        Some(command.action(&mut matches))
    });
    match action {
        Some(action) => Ok((globals, action?)),
        None => Err(command.error(ErrorKind::MissingSubcommand, "a command must be given")),
    }
}

/// Returns where the first word stands that is neither an option nor an option's value.
fn first_word(command: &clap::Command, arguments: &[OsString]) -> Option<usize> {
    let takes_value = |option: &str| {
        let known = command
            .get_arguments()
            .find(|known| known.get_long() == Some(option));
        known.is_some_and(|known| known.get_action().takes_values())
    };
    let mut position = 1;
    while let Some(argument) = arguments.get(position) {
        match argument
            .to_str()
            .and_then(|argument| argument.strip_prefix("--"))
        {
            Some(option) => position += if takes_value(option) { 2 } else { 1 },
            None => return Some(position),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        with_commands(Cli::command(), None).debug_assert();
    }
}
