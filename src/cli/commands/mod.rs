//! One file per command: its options, and the call of its operation.

mod create_function;
mod delete_function;
mod get_function;
mod get_function_configuration;
mod init;
mod list_versions_by_function;
mod publish_version;
mod update_function_code;

use clap::{ArgMatches, Args};

use super::exit::{Failure, Outcome};
use super::globals::Globals;

/// Every command, in the order of the help.
pub(super) const COMMANDS: [Command; 8] = [
    Command::of::<init::InitArgs>("init"),
    Command::of::<create_function::CreateFunctionArgs>("create-function"),
    Command::of::<update_function_code::UpdateFunctionCodeArgs>("update-function-code"),
    Command::of::<publish_version::PublishVersionArgs>("publish-version"),
    Command::of::<get_function::GetFunctionArgs>("get-function"),
    Command::of::<get_function_configuration::GetFunctionConfigurationArgs>(
        "get-function-configuration",
    ),
    Command::of::<list_versions_by_function::ListVersionsByFunctionArgs>(
        "list-versions-by-function",
    ),
    Command::of::<delete_function::DeleteFunctionArgs>("delete-function"),
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
        (self.add_options)(clap::Command::new(self.name))
    }

    /// Returns what it does with the options that were given.
    pub(super) fn action(&self, matches: &mut ArgMatches) -> Result<Action, clap::Error> {
        (self.action)(matches)
    }
}
