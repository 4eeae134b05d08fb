//! The command line: AWS's commands and options, results on stdout, words on stderr, exit codes.
//!
//! A command parses its options into a request, calls one operation and renders the answer. No rule
//! about Lambda lives here.

mod api_command;
mod arguments;
mod cli_input;
mod coercion;
mod colour;
mod commands;
mod diff_words;
mod differences;
mod exit;
mod globals;
mod input;
mod json_problem;
mod line;
mod log_text;
mod man_page;
mod notices;
mod output;
mod paging;
mod parameter_options;
mod parameters;
mod pointing;
mod progress;
mod python;
mod query;
mod refused;
mod shorthand;
mod skeleton;
mod terminal;
mod usage;
mod values;
mod visible;
mod yaml;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};

pub use exit::Outcome;

use commands::{COMMANDS, Command};
use exit::{EXIT_CODES, Failure};
use globals::Globals;

/// The most columns that help takes: longer lines are hard to read.
const HELP_WIDTH: usize = 100;

/// AWS Lambda's version control plane on a disk
///
/// Functions, deployment packages, immutable published versions and aliases in a plain directory,
/// with the commands, the JSON and the exit codes of `aws lambda`.
#[derive(Parser)]
#[command(
    name = "lambda-store",
    version,
    max_term_width = HELP_WIDTH,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
}

/// Runs a command line and returns what is to be printed, and the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    let cli = Cli::command();
    let mut word = first_word(&cli, &arguments);
    if word.is_some_and(|position| arguments[position] == "lambda") {
        // It leads the command in scripts written for `aws lambda`.
        word.map(|position| arguments.remove(position));
        word = first_word(&cli, &arguments);
    }
    let called = word.and_then(|position| {
        let named = |command: &&Command| arguments[position] == command.name();
        Some((position, COMMANDS.iter().find(named)?))
    });
    let Some((position, command)) = called else {
        return without_command(cli, arguments);
    };
    // What stands before the command is as good behind it.
    arguments.remove(position);
    if let Command::Group(_) = command
        && let Some(position) = first_word(&cli, &arguments)
    {
        // Its command likewise.
        arguments[1..=position].rotate_right(1);
    }
    match command.parse(arguments) {
        Ok((globals, action)) => globals
            .check()
            .and_then(|()| action(&globals))
            .unwrap_or_else(Failure::into_outcome),
        Err(outcome) => outcome,
    }
}

/// Returns what `--help` prints behind these words.
fn help_of(words: &[OsString]) -> Outcome {
    let [tool, help] = [env!("CARGO_PKG_NAME"), "--help"].map(OsString::from);
    run([&[tool], words, &[help]].concat())
}

/// Returns the help that is asked for, or what is wrong with arguments that name no command.
fn without_command(mut cli: clap::Command, arguments: Vec<OsString>) -> Outcome {
    let options = cli.try_get_matches_from_mut(&arguments);
    if let Err(error) = options
        && error.kind() == ErrorKind::DisplayVersion
    {
        return usage::usage_outcome(&error);
    }
    // Only now, because that takes longer than all else of a start.
    let mut cli = whole_definition();
    let error = match cli.try_get_matches_from_mut(&arguments) {
        Ok(_) => cli.error(ErrorKind::MissingSubcommand, "a command must be given"),
        Err(error) => usage::explained(&mut cli, arguments, error),
    };
    usage::usage_outcome(&error)
}

/// Returns the definition of the tool with all its commands.
fn whole_definition() -> clap::Command {
    let codes = EXIT_CODES.map(|(code, meaning)| format!("{code} {meaning}"));
    Cli::command()
        .after_help(format!("Exit codes: {}", codes.join(", ")))
        .subcommands(COMMANDS.iter().map(Command::definition))
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
        whole_definition().debug_assert();
    }
}
