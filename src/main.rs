//! The command `lambda-store`: parses, runs, prints, and exits with the AWS CLI's codes.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use lambda_store::cli::{self, Outcome};

fn main() -> ExitCode {
    let outcome = cli::run(std::env::args_os());
    match print(&outcome) {
        Ok(()) => ExitCode::from(outcome.code),
        Err(error) => {
            // Where stderr is closed too, the exit code is all that is left to tell.
            drop(writeln!(std::io::stderr(), "\n{error:#}"));
            ExitCode::from(255)
        }
    }
}

fn print(outcome: &Outcome) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(outcome.stdout.as_bytes())
        .and_then(|()| stdout.flush())
        .context(if outcome.changed {
            "the change is done and kept, but its result could not be written to stdout"
        } else {
            "the result could not be written to stdout"
        })?;
    let stderr = std::io::stderr().write_all(outcome.stderr.as_bytes());
    stderr.context("cannot write to stderr")
}
