//! One file per command: its options, and the call of its operation.

mod completions;
mod create_alias;
mod create_function;
mod delete_alias;
mod delete_function;
mod diff;
mod export;
mod get_alias;
mod get_function;
mod get_function_configuration;
mod help;
mod import;
mod init;
mod list_aliases;
mod list_functions;
mod list_versions_by_function;
mod log;
mod man_pages;
mod prune;
mod publish_version;
mod restore;
mod rollback;
mod serve;
mod status;
mod update_alias;
mod update_function_code;
mod update_function_configuration;
mod verify;
mod wait;

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches as _};

use super::api_command::ApiCommand;
use super::cli_input::{self, InputArgs};
use super::exit::{Failure, Outcome};
use super::globals::Globals;
use super::{HELP_WIDTH, arguments, help_of, usage};

/// Every command, in the order of the help.
pub(super) static COMMANDS: [Command; 29] = [
    Command::own::<init::InitArgs>("init"),
    Command::own::<status::StatusArgs>("status"),
    Command::own::<log::LogArgs>("log"),
    Command::own::<diff::DiffArgs>("diff"),
    Command::own::<verify::VerifyArgs>("verify"),
    Command::Api(&create_function::COMMAND),
    Command::Api(&update_function_code::COMMAND),
    Command::Api(&update_function_configuration::COMMAND),
    Command::Api(&publish_version::COMMAND),
    Command::Api(&get_function::COMMAND),
    Command::Api(&get_function_configuration::COMMAND),
    Command::Group(&wait::GROUP),
    Command::Api(&list_functions::COMMAND),
    Command::Api(&list_versions_by_function::COMMAND),
    Command::own::<restore::RestoreArgs>("restore"),
    Command::Api(&delete_function::COMMAND),
    Command::Api(&create_alias::COMMAND),
    Command::Api(&update_alias::COMMAND),
    Command::Api(&get_alias::COMMAND),
    Command::Api(&list_aliases::COMMAND),
    Command::Api(&delete_alias::COMMAND),
    Command::own::<rollback::RollbackArgs>("rollback"),
    Command::own::<prune::PruneArgs>("prune"),
    Command::own::<export::ExportArgs>("export"),
    Command::own::<import::ImportArgs>("import"),
    Command::own::<serve::ServeArgs>("serve"),
    Command::own::<completions::CompletionsArgs>("completions"),
    Command::own::<man_pages::ManPagesArgs>("man-pages"),
    Command::own::<help::HelpArgs>("help"),
];

/// A command's options, which it can run with.
trait Run: Args {
    /// Does what the options say.
    fn run(self, globals: &Globals) -> Result<Outcome, Failure>;
}

/// What a command does, its options given.
pub(super) type Action = Box<dyn FnOnce(&Globals) -> Result<Outcome, Failure>>;

/// A command as it is listed.
pub(super) enum Command {
    /// One that `aws lambda` has.
    Api(&'static ApiCommand),
    /// A word that leads commands that `aws lambda` has.
    Group(&'static CommandGroup),
    /// One of our own.
    Own(OwnCommand),
}

/// Commands under a common word.
pub(super) struct CommandGroup {
    /// The word.
    name: &'static str,
    /// What they do, in a line.
    about: &'static str,
    /// What is to be known besides.
    details: &'static str,
    /// Command lines as examples, which a test runs.
    examples: &'static str,
    commands: &'static [ApiCommand],
}

/// A command that AWS does not have.
pub(super) struct OwnCommand {
    name: &'static str,
    add_options: fn(clap::Command) -> clap::Command,
    action: fn(&mut ArgMatches) -> Result<Action, clap::Error>,
}

impl Command {
    const fn own<A: Run + 'static>(name: &'static str) -> Self {
        Self::Own(OwnCommand {
            name,
            add_options: A::augment_args,
            action: |matches| {
                let options = A::from_arg_matches_mut(matches)?;
                Ok(Box::new(|globals| options.run(globals)))
            },
        })
    }

    /// Returns its name.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Api(command) => command.name,
            Self::Group(group) => group.name,
            Self::Own(command) => command.name,
        }
    }

    /// Returns whether it has the option of this name for a member of a request.
    pub(super) fn takes(&self, option: &str) -> bool {
        matches!(self, Self::Api(command) if command.takes(option))
    }

    /// Returns whether this is the name of commands that stand behind one word.
    fn is_group(&self, name: &OsStr) -> bool {
        matches!(self, Self::Group(group) if name == group.name)
    }

    /// Returns its definition, with all its options.
    pub(super) fn definition(&self) -> clap::Command {
        let command = match self {
            Self::Api(_) => with_input(self.name()),
            _ => with_globals(clap::Command::new(self.name())),
        };
        match self {
            Self::Api(own) => own.describe(command),
            Self::Group(group) => group.describe(command),
            Self::Own(own) => (own.add_options)(command),
        }
    }

    /// Parses its options and those of every command.
    ///
    /// The command is parsed by itself: as one of many under a command of commands, defining the
    /// others, and copying the common options to each, took a quarter of the instructions of a
    /// publish.
    pub(super) fn parse(
        &'static self,
        arguments: Vec<OsString>,
    ) -> Result<(Globals, Action), Outcome> {
        let name = format!("{} {}", env!("CARGO_PKG_NAME"), self.name());
        let mut definition = self.definition().bin_name(name);
        let topic = self.topic(&arguments);
        let arguments = self.settled(&mut definition, arguments)?;
        definition
            .try_get_matches_from_mut(&arguments)
            .and_then(|mut matches| {
                let globals = Globals::from_arg_matches_mut(&mut matches)?;
                let action = match self {
                    Self::Api(command) => command.action(&mut matches)?,
                    Self::Group(group) => return group.action(&mut matches),
                    Self::Own(command) => (command.action)(&mut matches)?,
                };
                Ok((globals, action))
            })
            .map_err(|error| {
                if usage::is_the_word_help(&error) {
                    return help_of(&topic);
                }
                usage::usage_outcome(&usage::explained(&mut definition, arguments, error))
            })
    }

    /// Returns the words that its help stands behind.
    fn topic(&self, arguments: &[OsString]) -> Vec<OsString> {
        let within = match self {
            Self::Group(_) => arguments.get(1).filter(|word| *word != "help"),
            _ => None,
        };
        let name = OsString::from(self.name());
        [name].into_iter().chain(within.cloned()).collect()
    }

    /// Writes out the options of a command of `aws lambda`. Those that must be given may be left out
    /// where a file stands in for them.
    fn settled(
        &self,
        definition: &mut clap::Command,
        mut arguments: Vec<OsString>,
    ) -> Result<Vec<OsString>, Outcome> {
        let (before, called) = match self {
            Self::Own(_) => return Ok(arguments),
            Self::Api(_) => (0, definition),
            Self::Group(_) => {
                // Gives those within their whole names.
                definition.build();
                let name = arguments.get(1);
                match name.and_then(|name| definition.find_subcommand_mut(name)) {
                    Some(called) => (1, called),
                    None => return Ok(arguments),
                }
            }
        };
        let settled =
            arguments::settled(called, arguments.split_off(before)).map_err(|problem| {
                usage::argument_outcome(&called.render_usage().to_string(), &problem)
            })?;
        if cli_input::stands_in_for_options(&settled) {
            *called = std::mem::take(called).mut_args(|argument| argument.required(false));
        }
        arguments.extend(settled);
        Ok(arguments)
    }
}

impl CommandGroup {
    /// Adds its description and its commands to a definition.
    fn describe(&self, command: clap::Command) -> clap::Command {
        let commands = self.commands.iter();
        command
            .about(self.about)
            .long_about(format!("{}\n\n{}", self.about, self.details))
            .after_help(format!("Examples:\n{}", self.examples))
            .subcommand_required(true)
            .disable_help_subcommand(true)
            .subcommands(commands.map(|one| one.describe(with_input(one.name))))
    }

    /// Takes the options of the command that is given.
    fn action(&self, matches: &mut ArgMatches) -> Result<(Globals, Action), clap::Error> {
        let given = matches.remove_subcommand();
        let known = given.and_then(|(name, matches)| {
            let command = self.commands.iter().find(|one| one.name == name)?;
            Some((command, matches))
        });
        let Some((command, mut matches)) = known else {
            return Err(clap::Error::new(ErrorKind::MissingSubcommand));
        };
        let globals = Globals::from_arg_matches_mut(&mut matches)?;
        Ok((globals, command.action(&mut matches)?))
    }
}

/// Begins the definition of a command that `aws lambda` has, with the options that it has besides
/// its own.
fn with_input(name: &'static str) -> clap::Command {
    with_globals(InputArgs::augment_args(clap::Command::new(name)))
}

/// Adds the options of every command to a definition.
fn with_globals(command: clap::Command) -> clap::Command {
    let command = command
        .version(env!("CARGO_PKG_VERSION"))
        .args_override_self(true)
        .max_term_width(HELP_WIDTH);
    // The last that are added describe the command, so the common options come first, and are shown
    // last, under a heading of their own.
    Globals::augment_args(command).next_help_heading(None)
}
