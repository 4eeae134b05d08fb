//! What is said about a command line that clap did not take.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::commands::{COMMANDS, Command};
use super::exit::Outcome;
use super::refused;

const MORE: &str = "For more information, try '--help'.";

/// Adds to an error what clap leaves out: the usage, the other options and words that nothing
/// takes, and the commands that there are.
pub(super) fn explained(
    definition: &mut clap::Command,
    arguments: Vec<OsString>,
    mut error: clap::Error,
) -> clap::Error {
    if error.get(ContextKind::Usage).is_none() {
        let word = arguments.get(1).and_then(|word| word.to_str());
        let usage = match word.and_then(|word| definition.find_subcommand_mut(word)) {
            Some(command) => command.render_usage(),
            None => definition.render_usage(),
        };
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    }
    match error.kind() {
        ErrorKind::UnknownArgument => add_unknown(definition, arguments, &mut error),
        ErrorKind::InvalidSubcommand => {
            let commands = definition.get_subcommands().map(clap::Command::get_name);
            let commands = commands.map(str::to_owned).collect();
            error.insert(
                ContextKind::ValidSubcommand,
                ContextValue::Strings(commands),
            );
        }
        _ => {}
    }
    error.format(definition)
}

/// Takes away what is not known and tries again, as clap tells of the first alone.
fn add_unknown(
    definition: &mut clap::Command,
    mut arguments: Vec<OsString>,
    error: &mut clap::Error,
) {
    let mut unknown = texts(error, ContextKind::InvalidArg);
    let mut nearest = texts(error, ContextKind::SuggestedArg);
    while let Some(given) = unknown.last() {
        let is_given = |argument: &OsString| {
            let argument = argument.to_string_lossy();
            argument.split('=').next() == given.split('=').next()
        };
        let Some(position) = arguments.iter().position(is_given) else {
            break;
        };
        arguments.remove(position);
        match definition.try_get_matches_from_mut(&arguments) {
            Err(next) if next.kind() == ErrorKind::UnknownArgument => {
                unknown.extend(texts(&next, ContextKind::InvalidArg));
                nearest.extend(texts(&next, ContextKind::SuggestedArg));
            }
            _ => break,
        }
    }
    if unknown.len() > 1 {
        error.insert(ContextKind::InvalidArg, ContextValue::Strings(unknown));
        error.insert(ContextKind::SuggestedArg, ContextValue::Strings(nearest));
    }
}

/// Returns what is printed for a command line that clap did not take: help and the version on
/// stdout, anything else on stderr with the AWS CLI's exit code for wrong usage.
pub(super) fn usage_outcome(error: &clap::Error) -> Outcome {
    let stderr = match error.kind() {
        ErrorKind::DisplayHelp => return Outcome::printed(error.to_string()),
        // The same behind any command.
        ErrorKind::DisplayVersion => {
            let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
            return Outcome::printed(format!("{name} {version}\n"));
        }
        ErrorKind::UnknownArgument => unknown_options(error),
        ErrorKind::InvalidSubcommand => unknown_command(error),
        ErrorKind::MissingRequiredArgument if let Some(outcome) = missing(error) => return outcome,
        _ => error.to_string(),
    };
    Outcome {
        stderr,
        code: 252,
        ..Outcome::default()
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
    let missing = texts(error, ContextKind::InvalidArg);
    let is_option = missing.iter().all(|option| option.starts_with("--"));
    let options = missing.iter().filter_map(|option| option.split(' ').next());
    let options = options.collect::<Vec<_>>().join(", ");
    let problem = format!("the following arguments are required: {options}");
    let usage = texts(error, ContextKind::Usage).join("\n");
    is_option.then(|| argument_outcome(&usage, &problem))
}

/// Returns whether what a command did not take is the word `help`, which in the AWS CLI asks for the
/// help of any command.
pub(super) fn is_the_word_help(error: &clap::Error) -> bool {
    let is_not_taken = |kind| texts(error, kind).iter().any(|word| word == "help");
    match error.kind() {
        ErrorKind::UnknownArgument => is_not_taken(ContextKind::InvalidArg),
        ErrorKind::InvalidSubcommand => is_not_taken(ContextKind::InvalidSubcommand),
        _ => false,
    }
}

fn unknown_options(error: &clap::Error) -> String {
    let unknown = texts(error, ContextKind::InvalidArg).join(", ");
    let nearest = texts(error, ContextKind::SuggestedArg);
    let tips = nearest.iter().map(|nearest| tip("option", nearest));
    let others = texts(error, ContextKind::InvalidArg);
    let others = others.iter().filter_map(|option| taken_elsewhere(option));
    let tips: String = tips.chain(others).collect();
    let usage = texts(error, ContextKind::Usage).join("\n");
    format!("error: Unknown options: {unknown}\n{tips}\n{usage}\n\n{MORE}\n")
}

fn unknown_command(error: &clap::Error) -> String {
    let given = texts(error, ContextKind::InvalidSubcommand).join(" ");
    // The nearest stands last.
    let nearest = texts(error, ContextKind::SuggestedSubcommand);
    let tip = nearest.last().map(|nearest| tip("command", nearest));
    let tip = tip.unwrap_or_default();
    let (problem, tip) = match refused::reason_of_command(&given) {
        Some(reason) => (
            crate::api::refused::refusal(&given, reason) + "; there are",
            String::new(),
        ),
        None => (format!("Invalid choice: '{given}', valid choices are"), tip),
    };
    let choices = texts(error, ContextKind::ValidSubcommand).join("\n  ");
    let usage = texts(error, ContextKind::Usage).join("\n");
    format!("error: {problem}:\n  {choices}\n{tip}\n{usage}\n\n{MORE}\n")
}

/// Names the commands that take an option which another one does not.
fn taken_elsewhere(option: &str) -> Option<String> {
    let name = option.split('=').next()?.strip_prefix("--")?;
    let commands = COMMANDS.iter().filter(|command| command.takes(name));
    let names: Vec<&str> = commands.map(Command::name).collect();
    (!names.is_empty()).then(|| format!("\n  tip: '--{name}' belongs to {}\n", names.join(", ")))
}

fn tip(what: &str, nearest: &str) -> String {
    format!("\n  tip: a similar {what} exists: '{nearest}'\n")
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}
