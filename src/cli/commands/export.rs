//! `export`: the tool's own command that writes a function as a tar file.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use clap::Args;

use super::Run;
use crate::api::messages::ExportRequest;
use crate::cli::exit::{Failure, Outcome, Stdout};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;
use crate::store::ArchiveFile;

const OPERATION: &str = "Export";

/// Write a function, or one version of it, as a tar file
///
/// A whole function goes with its versions, aliases, tags and history, as they are at one moment, also
/// while others change it. Every package is hashed on the way; what is damaged is not exported.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store export hello hello.tar\n  \
    lambda-store export hello:live live.tar\n  \
    lambda-store export hello - > backup.tar")]
pub(super) struct ExportArgs {
    /// Name the function, by name or ARN; with a version or an alias, that version alone
    #[arg(value_name = "NAME[:QUALIFIER]")]
    function_name: String,
    /// Write to this file, which is there as a whole or not at all; - is stdout
    #[arg(value_name = "FILE.tar")]
    file: String,
}

impl Run for ExportArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("FILE.tar", Some(&self.file));
        parameters.into_result()?;
        let request = ExportRequest {
            function_name: input::text("NAME", &self.function_name)?,
        };
        let store = globals.open_store(OPERATION)?;
        if self.file == "-" {
            return export_to_stdout(|output| {
                operations::export(&store, &request, (output, Path::new("standard output")))
            });
        }
        let path = Path::new(&self.file);
        let mut file =
            ArchiveFile::create(path).map_err(|error| Failure::Usage(error.to_string()))?;
        operations::export(&store, &request, (&mut file, path))
            .and_then(|()| Ok(file.finish()?))
            .map_err(Failure::of(OPERATION))?;
        Ok(Outcome::default())
    }
}

/// A failure of stdout is told as that of any other result is.
fn export_to_stdout(
    export: impl FnOnce(&mut dyn Write) -> Result<(), crate::api::Error>,
) -> Result<Outcome, Failure> {
    if io::stdout().is_terminal() {
        let refusal = "An archive is not written to a terminal: name a file, or pipe it somewhere";
        return Err(Failure::Usage(refusal.to_owned()));
    }
    let mut output = Watched {
        inner: Stdout,
        failure: None,
    };
    let exported = export(&mut output);
    match output.failure {
        Some(cause) => Ok(Outcome {
            stderr: format!("\nthe result could not be written to stdout: {cause}\n"),
            code: 255,
            ..Outcome::default()
        }),
        None => exported
            .map(|()| Outcome::default())
            .map_err(Failure::of(OPERATION)),
    }
}

/// An output that remembers why it took nothing more.
struct Watched<W> {
    inner: W,
    failure: Option<io::Error>,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).inspect_err(|error| {
            self.failure = Some(io::Error::other(error.to_string()));
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
