//! Values that options name instead of holding them: `file://`, `fileb://`.

use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::store::PackageSource;

/// Opens the deployment package that an option names, as `fileb://PATH` or by its path alone.
pub(super) fn package(option: &str, value: &str) -> Result<PackageSource, Failure> {
    let path = match value.strip_prefix("file://") {
        // The AWS CLI would read it as text; a zip is none.
        Some(path) => {
            return Err(Failure::Usage(format!(
                "{option} takes the bytes of a file: write fileb://{path}"
            )));
        }
        None => value.strip_prefix("fileb://").unwrap_or(value),
    };
    let path = located(path);
    PackageSource::open(&path).map_err(|cause| unreadable(option, value, &path, &cause))
}

/// Returns an option's text: the content of `file://PATH`, else the value itself.
pub(super) fn text(option: &str, value: &str) -> Result<String, Failure> {
    match value.strip_prefix("file://") {
        Some(path) => {
            let path = located(path);
            std::fs::read_to_string(&path).map_err(|cause| unreadable(option, value, &path, &cause))
        }
        None => Ok(value.to_owned()),
    }
}

/// Returns the text of an option that may be left out, see [`text`].
pub(super) fn optional_text(
    option: &str,
    value: Option<String>,
) -> Result<Option<String>, Failure> {
    value.map(|value| text(option, &value)).transpose()
}

/// Puts the home directory in for `~`, as the AWS CLI does: a shell leaves one alone that does not
/// begin the word.
fn located(path: &str) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match path.strip_prefix("~/").zip(home) {
        Some((path, home)) => Path::new(&home).join(path),
        None => PathBuf::from(path),
    }
}

fn unreadable(option: &str, value: &str, path: &Path, cause: &std::io::Error) -> Failure {
    let folder = std::env::current_dir().unwrap_or_default();
    let hint = match cause.kind() {
        std::io::ErrorKind::NotFound if path.is_relative() => {
            format!(" (looked for in {})", folder.display())
        }
        _ => String::new(),
    };
    Failure::Usage(format!(
        "Error parsing parameter '{option}': Unable to load paramfile {value}: {cause}{hint}"
    ))
}
