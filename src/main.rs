//! The command `lambda-store`: parses, runs, prints, and exits with the AWS CLI's codes.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use lambda_store::cli::{self, Outcome};

fn main() -> ExitCode {
    let outcome = cli::run(std::env::args_os());
    let (words, code) = match print(&outcome) {
        Ok(()) => (outcome.stderr, outcome.code),
        Err(error) => (format!("\n{error:#}\n"), 255),
    };
    // Who has nothing to say does not wait for stderr either: a log that nobody reads may hold it.
    if !words.is_empty() {
        // Where stderr takes nothing, the exit code is all that is left to tell.
        drop(std::io::stderr().write_all(words.as_bytes()));
    }
    ExitCode::from(code)
}

fn print(outcome: &Outcome) -> anyhow::Result<()> {
    outcome.print().with_context(|| match &outcome.done {
        Some(done) => format!("{done}, but its result could not be written to stdout"),
        None => "the result could not be written to stdout".to_owned(),
    })
}
