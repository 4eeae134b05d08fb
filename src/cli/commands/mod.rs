//! One file per command: its options, and the call of its operation.

mod create_alias;
mod create_function;
mod delete_alias;
mod delete_function;
mod diff;
mod export;
mod get_alias;
mod get_function;
mod get_function_configuration;
mod import;
mod init;
mod list_aliases;
mod list_functions;
mod list_versions_by_function;
mod log;
mod prune;
mod publish_version;
mod restore;
mod rollback;
mod status;
mod update_alias;
mod update_function_code;
mod update_function_configuration;
mod verify;

use std::ffi::OsString;

use clap::{ArgMatches, Args, FromArgMatches as _};

use super::api_command::ApiCommand;
use super::exit::{Failure, Outcome};
use super::globals::Globals;
use super::{HELP_WIDTH, arguments, refused};

/// Every command, in the order of the help.
pub(super) static COMMANDS: [Command; 24] = [
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
    /// One of our own.
    Own(OwnCommand),
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
            Self::Own(command) => command.name,
        }
    }

    /// Returns its definition, with all its options.
    pub(super) fn definition(&self) -> clap::Command {
        let command = clap::Command::new(self.name())
            .args_override_self(true)
            .max_term_width(HELP_WIDTH);
        // The last that are added describe the command, so the common options come first, and are
        // shown last, under a heading of their own.
        let command = Globals::augment_args(command).next_help_heading(None);
        match self {
            Self::Api(own) => own.describe(command),
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
        let arguments = match self {
            Self::Api(_) => arguments::settled(&definition, arguments).map_err(|problem| {
                refused::argument_outcome(&definition.render_usage().to_string(), &problem)
            })?,
            Self::Own(_) => arguments,
        };
        definition
            .try_get_matches_from_mut(arguments)
            .and_then(|mut matches| {
                let globals = Globals::from_arg_matches_mut(&mut matches)?;
                let action = match self {
                    Self::Api(command) => command.action(&mut matches)?,
                    Self::Own(command) => (command.action)(&mut matches)?,
                };
                Ok((globals, action))
            })
            .map_err(|error| refused::usage_outcome(&error.format(&mut definition)))
    }
}
