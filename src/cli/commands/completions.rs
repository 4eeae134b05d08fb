//! `completions`: the tool's own command that prints what a shell completes its commands with.

use clap::builder::{PossibleValuesParser, Resettable};
use clap::{Args, CommandFactory as _, ValueEnum};

use super::{COMMANDS, Command, Run};
use crate::cli::Cli;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;

/// Print a script that lets a shell complete commands and options
///
/// bash reads it from ~/.local/share/bash-completion/completions/lambda-store, fish from
/// ~/.config/fish/completions/lambda-store.fish, and zsh from a directory of $fpath, where it is named
/// _lambda-store. After the leading word of `aws lambda` scripts they complete as well.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store completions bash > lambda-store.bash\n  \
    lambda-store completions zsh > _lambda-store\n  \
    lambda-store completions fish > lambda-store.fish"
)]
pub(super) struct CompletionsArgs {
    /// Name the shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Run for CompletionsArgs {
    fn run(self, _: &Globals) -> Result<Outcome, Failure> {
        let shell = match self.shell {
            Shell::Bash => clap_complete::Shell::Bash,
            Shell::Zsh => clap_complete::Shell::Zsh,
            Shell::Fish => clap_complete::Shell::Fish,
        };
        let commands = COMMANDS.each_ref().map(|command| {
            let definition = match command.name() {
                "help" => naming_a_command(command.definition()),
                _ => command.definition(),
            };
            listed(command.name(), &definition)
        });
        let leading = clap::Command::new("lambda")
            .about("Lead the command, as after aws")
            .disable_help_subcommand(true);
        let tool = env!("CARGO_PKG_NAME");
        let mut definition = listed(tool, &Cli::command())
            .version(env!("CARGO_PKG_VERSION"))
            .subcommands(commands.clone())
            .subcommand(leading.subcommands(commands));
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut definition, tool, &mut script);
        let script = String::from_utf8_lossy(&script);
        // In bash the parts of a name with a hyphen do not fit together (clap-rs/clap, issue 6421).
        let script = script.replace("lambda__subcmd__store__subcmd__", "lambda__store__subcmd__");
        Ok(Outcome::printed(script))
    }
}

/// Has the names of all commands completed behind `help`, which takes any word.
fn naming_a_command(help: clap::Command) -> clap::Command {
    let names = PossibleValuesParser::new(COMMANDS.each_ref().map(Command::name));
    help.mut_arg("command", |argument| argument.value_parser(names))
}

/// Returns a definition with what its help lists only: `clap_complete` offers hidden options, too.
fn listed(name: &'static str, definition: &clap::Command) -> clap::Command {
    let options = definition
        .get_arguments()
        .filter(|option| !option.is_hide_set())
        // What an option overrides may be hidden.
        .map(|option| option.clone().overrides_with(Resettable::Reset));
    clap::Command::new(name)
        .about(definition.get_about().cloned().unwrap_or_default())
        .disable_help_subcommand(true)
        .args(options)
        .subcommands(definition.get_subcommands().cloned())
}
