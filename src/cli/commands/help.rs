//! `help`: the tool's own command that prints the help of the others.

use std::ffi::OsString;

use clap::Args;

use super::{COMMANDS, Run};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::help_of;

/// Print the help of a command, with examples, or the list of all commands
///
/// It is what --help prints behind the command. The word help does the same there, as in the AWS CLI,
/// where the command takes no words but options.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store help\n  lambda-store help publish-version\n  \
    lambda-store lambda publish-version help"
)]
pub(super) struct HelpArgs {
    /// Name the command
    #[arg(value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Run for HelpArgs {
    fn run(self, _: &Globals) -> Result<Outcome, Failure> {
        if let [command, _, ..] = &self.command[..]
            && !COMMANDS.iter().any(|known| known.is_group(command))
        {
            let name = command.to_string_lossy();
            return Err(Failure::Usage(format!(
                "no command stands behind {name}\n\nUsage: lambda-store help {name}"
            )));
        }
        Ok(help_of(&self.command))
    }
}
