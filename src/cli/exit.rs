//! Outcomes of a command and their exit codes, those of the AWS CLI, version 2.

use std::io::{self, Write};

use super::visible::visible;
use crate::api;
use crate::store::StoreError;

/// What a command line comes to: what is printed, and the exit code.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The result, and nothing else.
    pub stdout: String,
    /// Words for people.
    pub stderr: String,
    /// The exit code.
    pub code: u8,
    /// What says that the store was changed, and to what: for the case that the result cannot be
    /// written. `None` if nothing was changed.
    pub done: Option<String>,
    /// Whether the result is for a person, who may have seen enough before its end.
    pub may_be_cut: bool,
}

/// Standard output as it is; std's own keeps silent where it is not open for writing.
pub(super) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Outcome {
    /// Prints the result.
    ///
    /// # Errors
    /// If it cannot be written; not if it is for a person and nobody reads it to its end, as under
    /// `head` or in a pager that was left.
    pub fn print(&self) -> io::Result<()> {
        match Stdout.write_all(self.stdout.as_bytes()) {
            Err(error) if self.may_be_cut && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    }

    /// Adds a warning for people.
    pub(super) fn warn(&mut self, warning: &str) {
        self.stderr.push_str("warning: ");
        self.stderr.push_str(warning);
        self.stderr.push('\n');
    }

    /// Returns the outcome of a command that prints many lines for a person.
    pub(super) fn lines(stdout: String) -> Self {
        Self {
            stdout,
            may_be_cut: true,
            ..Self::default()
        }
    }

    /// Returns the outcome of a command that prints a text as it is.
    pub(super) fn printed(stdout: String) -> Self {
        Self {
            stdout,
            ..Self::default()
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line is wrong; the text is printed as it is.
    Usage(String),
    /// A value cannot be made what its parameter is, such as a number; the text is printed as it is.
    /// The AWS CLI 2 has another exit code for it than for wrong usage.
    Conversion(String),
    /// There is no store.
    NoStore(String),
    /// The operation answered with an error of the API.
    Operation {
        /// The operation's name, as AWS writes it.
        operation: &'static str,
        /// The error.
        error: api::Error,
    },
}

impl Failure {
    /// Returns a conversion for errors of an operation.
    pub(super) fn of(operation: &'static str) -> impl Fn(api::Error) -> Self {
        move |error| Self::Operation { operation, error }
    }

    /// Returns a conversion for errors of opening the store for an operation.
    pub(super) fn of_store(operation: &'static str) -> impl Fn(StoreError) -> Self {
        move |error| match error {
            StoreError::NotAStore { .. } => Self::NoStore(error.to_string()),
            other => Self::Operation {
                operation,
                error: other.into(),
            },
        }
    }

    /// Returns what is printed, and the exit code.
    pub(super) fn into_outcome(self) -> Outcome {
        let (stderr, code) = match self {
            Self::Usage(message) => (format!("\n{message}\n"), 252),
            Self::Conversion(message) => (format!("\n{message}\n"), 255),
            Self::NoStore(message) => (format!("\n{message}\n"), 253),
            Self::Operation { operation, error } => {
                let code = error.code();
                // What it tells of may come from a file.
                let error = visible(&error.to_string());
                let line = format!(
                    "\nAn error occurred ({code}) when calling the {operation} operation: {error}\n"
                );
                (line, 254)
            }
        };
        Outcome {
            stderr,
            code,
            ..Outcome::default()
        }
    }
}
