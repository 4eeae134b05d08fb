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

use super::HELP_WIDTH;
use super::exit::{Failure, Outcome};
use super::globals::Globals;

/// Every command, in the order of the help.
pub(super) const COMMANDS: [Command; 24] = [
    Command::of::<init::InitArgs>("init"),
    Command::of::<status::StatusArgs>("status"),
    Command::of::<log::LogArgs>("log"),
    Command::of::<diff::DiffArgs>("diff"),
    Command::of::<verify::VerifyArgs>("verify"),
    Command::of::<create_function::CreateFunctionArgs>("create-function"),
    Command::of::<update_function_code::UpdateFunctionCodeArgs>("update-function-code"),
    Command::of::<update_function_configuration::UpdateFunctionConfigurationArgs>(
        "update-function-configuration",
    ),
    Command::of::<publish_version::PublishVersionArgs>("publish-version"),
    Command::of::<get_function::GetFunctionArgs>("get-function"),
    Command::of::<get_function_configuration::GetFunctionConfigurationArgs>(
        "get-function-configuration",
    ),
    Command::of::<list_functions::ListFunctionsArgs>("list-functions"),
    Command::of::<list_versions_by_function::ListVersionsByFunctionArgs>(
        "list-versions-by-function",
    ),
    Command::of::<restore::RestoreArgs>("restore"),
    Command::of::<delete_function::DeleteFunctionArgs>("delete-function"),
    Command::of::<create_alias::CreateAliasArgs>("create-alias"),
    Command::of::<update_alias::UpdateAliasArgs>("update-alias"),
    Command::of::<get_alias::GetAliasArgs>("get-alias"),
    Command::of::<list_aliases::ListAliasesArgs>("list-aliases"),
    Command::of::<delete_alias::DeleteAliasArgs>("delete-alias"),
    Command::of::<rollback::RollbackArgs>("rollback"),
    Command::of::<prune::PruneArgs>("prune"),
    Command::of::<export::ExportArgs>("export"),
    Command::of::<import::ImportArgs>("import"),
];

/// A command's options, which it can run with.
trait Run: Args {
    /// Does what the options say.
    fn run(self, globals: &Globals) -> Result<Outcome, Failure>;
}

/// What a command does, its options given.
pub(super) type Action = Box<dyn FnOnce(&Globals) -> Result<Outcome, Failure>>;

/// A command as it is listed.
pub(super) struct Command {
    /// Its name, which is AWS's where AWS has it.
    pub(super) name: &'static str,
    add_options: fn(clap::Command) -> clap::Command,
    action: fn(&mut ArgMatches) -> Result<Action, clap::Error>,
}

impl Command {
    const fn of<A: Run + 'static>(name: &'static str) -> Self {
        Self {
            name,
            add_options: A::augment_args,
            action: |matches| {
                let options = A::from_arg_matches_mut(matches)?;
                Ok(Box::new(|globals| options.run(globals)))
            },
        }
    }

    /// Returns its definition, with all its options.
    pub(super) fn definition(&self) -> clap::Command {
        let command = clap::Command::new(self.name)
            .args_override_self(true)
            .max_term_width(HELP_WIDTH);
        // The last that are added describe the command, so the common options come first, and are
        // shown last, under a heading of their own.
        (self.add_options)(Globals::augment_args(command).next_help_heading(None))
    }

    /// Parses its options and those of every command.
    ///
    /// The command is parsed by itself: as one of many under a command of commands, defining the
    /// others, and copying the common options to each, took a quarter of the instructions of a
    /// publish.
    pub(super) fn parse(&self, arguments: Vec<OsString>) -> Result<(Globals, Action), clap::Error> {
        let name = format!("{} {}", env!("CARGO_PKG_NAME"), self.name);
        let mut definition = self.definition().bin_name(name);
        definition
            .try_get_matches_from_mut(arguments)
            .and_then(|mut matches| {
                let mut globals = Globals::from_arg_matches_mut(&mut matches)?;
                globals.command = self.name;
                Ok((globals, (self.action)(&mut matches)?))
            })
            .map_err(|error| error.format(&mut definition))
    }
}
