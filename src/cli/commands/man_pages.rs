//! `man-pages`: the tool's own command that writes the pages of the manual.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;

use super::Run;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::man_page::man_pages;

/// Write the man pages into a directory
///
/// They are lambda-store.1 and a page for every command, such as lambda-store-status.1. The directory
/// is made if need be, and pages that stand there are replaced. man looks for share/man/man1 beside
/// each directory of the PATH: ~/.cargo/share/man/man1 goes with ~/.cargo/bin. Then man lambda-store
/// tells of all commands, and man lambda-store status of one.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store man-pages ~/.cargo/share/man/man1")]
pub(super) struct ManPagesArgs {
    /// Name the directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Run for ManPagesArgs {
    fn run(self, _: &Globals) -> Result<Outcome, Failure> {
        let written = write_pages(&self.directory);
        Ok(written.map_or_else(|problem| unwritten(&problem), |()| Outcome::default()))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "pages are no files of a store, and are made again at will"
)]
fn write_pages(directory: &Path) -> Result<(), String> {
    let at = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(directory).map_err(|error| at(directory, error))?;
    for page in man_pages().map_err(|error| error.to_string())? {
        let path = directory.join(page.file_name);
        fs::write(&path, page.text).map_err(|error| at(&path, error))?;
    }
    Ok(())
}

fn unwritten(problem: &str) -> Outcome {
    Outcome {
        stderr: format!("\nthe man pages could not be written: {problem}\n"),
        code: 255,
        ..Outcome::default()
    }
}
