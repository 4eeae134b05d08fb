//! Values that options name instead of holding them: `file://`, `fileb://`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::python;
use super::values::invalid;
use crate::store::PackageSource;

/// The most bytes of a file that holds the value of an option: far more than any value can have.
pub(super) const LONGEST_VALUE: u64 = 1024 * 1024;

/// What a file holds that an option names.
pub(super) enum Named {
    /// The text of `file://PATH`.
    Text(String),
    /// The bytes of `fileb://PATH`.
    Bytes(Vec<u8>),
}

impl Named {
    /// Returns the text, also of bytes.
    pub(super) fn into_text(self, option: &str) -> Result<String, Failure> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Bytes(bytes) => String::from_utf8(bytes)
                .map_err(|_| invalid(option, "the file holds bytes that are no UTF-8 text")),
        }
    }
}

/// Reads the file that a value names; `None` if it names none.
pub(super) fn named(option: &str, value: &str) -> Result<Option<Named>, Failure> {
    named_up_to(LONGEST_VALUE, option, value)
}

/// Reads the file that a value names, of so many bytes at the most; `None` if it names none.
fn named_up_to(longest: u64, option: &str, value: &str) -> Result<Option<Named>, Failure> {
    let (path, is_text) = match (
        value.strip_prefix("file://"),
        value.strip_prefix("fileb://"),
    ) {
        (Some(path), _) => (located(path), true),
        (None, Some(path)) => (located(path), false),
        (None, None) => return Ok(None),
    };
    let bytes = File::open(&path).and_then(|file| read_up_to(longest, &file));
    let bytes = bytes.map_err(|cause| unreadable(option, value, &path, &cause))?;
    if !is_text {
        return Ok(Some(Named::Bytes(bytes)));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| undecodable(option, &path))?;
    // The line endings of other systems are read as one newline.
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    Ok(Some(Named::Text(text)))
}

/// Reads a file to its end, unless it has more bytes than these; one without an end, too.
pub(super) fn read_up_to(longest: u64, file: &File) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::other(format!("it has more than {longest} bytes"));
    let size = file.metadata()?.len();
    if size > longest {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return Err(too_long());
    }
    Ok(bytes)
}

/// Opens the deployment package that an option names, as `fileb://PATH` or by its path alone.
pub(super) fn package(option: &str, value: &str) -> Result<PackageSource, Failure> {
    if let Some(path) = value.strip_prefix("file://") {
        let problem = format!("{option} takes the bytes of a file: write fileb://{path}");
        return Err(Failure::Usage(problem));
    }
    let path = located(value.strip_prefix("fileb://").unwrap_or(value));
    PackageSource::open(&path).map_err(|cause| unreadable(option, value, &path, &cause))
}

/// Opens a deployment package as [`package`] does, which must be a zip.
pub(super) fn zip_package(option: &str, value: &str) -> Result<PackageSource, Failure> {
    if value.starts_with("file://") {
        // It is read as text, which no zip is.
        drop(named(option, value)?);
        return Err(no_zip());
    }
    let package = package(option, value)?;
    match package.has_directory() {
        Ok(true) => Ok(package),
        Ok(false) => Err(no_zip()),
        Err(cause) => Err(unreadable(option, value, Path::new(value), &cause)),
    }
}

fn no_zip() -> Failure {
    Failure::Usage(
        "--zip-file must be a zip file with the fileb:// prefix.\n\
         Example usage:  --zip-file fileb://path/to/file.zip"
            .to_owned(),
    )
}

/// Returns an option's text: the content of a file that it names, else the value itself.
pub(super) fn text(option: &str, value: &str) -> Result<String, Failure> {
    text_up_to(LONGEST_VALUE, option, value)
}

/// Returns an option's text as [`text`] does, where a file may have so many bytes.
pub(super) fn text_up_to(longest: u64, option: &str, value: &str) -> Result<String, Failure> {
    match named_up_to(longest, option, value)? {
        Some(file) => file.into_text(option),
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

/// Puts the home directory in for `~` and values for variables, as the AWS CLI does: a shell leaves
/// them alone that do not begin the word, or stand in single quotes.
fn located(path: &str) -> PathBuf {
    let home = std::env::var("HOME").ok().filter(|home| !home.is_empty());
    let path = match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            format!("{}{rest}", home.trim_end_matches('/'))
        }
        _ => path.to_owned(),
    };
    PathBuf::from(with_variables(&path))
}

/// Puts in the values of `$NAME` and `${NAME}` that are set.
fn with_variables(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let braced = behind
            .strip_prefix('{')
            .and_then(|name| name.split_once('}'));
        let (name, after) = braced.unwrap_or_else(|| {
            let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let end = behind.find(|letter| !is_of_name(letter));
            behind.split_at(end.unwrap_or(behind.len()))
        });
        if let Ok(value) = std::env::var(name) {
            out.push_str(&value);
            rest = after;
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

fn unreadable(option: &str, value: &str, path: &Path, cause: &io::Error) -> Failure {
    let problem = match cause.raw_os_error() {
        Some(number) => {
            let words = cause.to_string();
            let words = words.split(" (os error").next().unwrap_or_default();
            format!("[Errno {number}] {words}")
        }
        None => cause.to_string(),
    };
    let shown = python::quoted(&path.display().to_string());
    let folder = std::env::current_dir().unwrap_or_default();
    let hint = match cause.kind() {
        io::ErrorKind::NotFound if path.is_relative() => {
            format!("\nlooked for in {}", folder.display())
        }
        _ => String::new(),
    };
    let problem = format!("Unable to load paramfile {value}: {problem}: {shown}{hint}");
    invalid(option, problem)
}

fn undecodable(option: &str, path: &Path) -> Failure {
    let problem = format!(
        "Unable to load paramfile ({}), text contents could not be decoded.  If this is a binary file, \
         please use the fileb:// prefix instead of the file:// prefix.",
        path.display()
    );
    invalid(option, problem)
}
