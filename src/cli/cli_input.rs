//! Requests that stand in a file as a whole: `--cli-input-json`, `--cli-input-yaml`, and the
//! skeletons of them.

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};

use super::exit::Failure;
use super::globals::BinaryFormat;
use super::visible::visible;
use super::{input, python, yaml};
use crate::api::document::{Document, DocumentError, Member, Value};
use crate::api::shape::Shape;
use crate::api::shortened::shortened;
use crate::store::PackageSource;

/// The most bytes of a request in a file: a package of 50 MB in base64, in lines, and some more.
const LONGEST: u64 = 70 * 1024 * 1024;

/// The most values of a request that is longer than any other value may be: what is long is its package.
const MOST_VALUES: usize = 65_536;

/// The options of every command that `aws lambda` has.
#[derive(Args)]
#[command(next_help_heading = "The request in a file")]
pub(super) struct InputArgs {
    /// Take what no other option gives from this request, named as in the API
    #[arg(long, value_name = "JSON|file://PATH")]
    cli_input_json: Option<String>,

    /// The same in YAML
    // `---` may lead it.
    #[arg(long, value_name = "YAML|file://PATH", allow_hyphen_values = true)]
    cli_input_yaml: Option<String>,

    /// Print a request to be filled in, or what the answer looks like, and do nothing else
    #[arg(long, value_name = "FORM", num_args = 0..=1, default_missing_value = "input")]
    pub(super) generate_cli_skeleton: Option<Skeleton>,
}

/// What is printed to be filled in, or to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Skeleton {
    /// A request in JSON.
    Input,
    /// A request in YAML.
    YamlInput,
    /// An answer.
    Output,
}

/// Says whether options that must be given may be left out after all: a file gives them, or nothing
/// is called.
pub(super) fn stands_in_for_options(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let stands_in = |(position, word): (usize, &&str)| {
        let next = words.get(position + 1).copied().unwrap_or_default();
        let (option, value) = word.split_once('=').unwrap_or((word, next));
        match option {
            "--cli-input-json" | "--cli-input-yaml" => true,
            // An answer is shown to a request that could be made.
            "--generate-cli-skeleton" => value != "output",
            _ => false,
        }
    };
    words.iter().enumerate().any(stands_in)
}

impl InputArgs {
    /// Adds the members of the request in a file that no option gives, and returns the package that
    /// is among them.
    ///
    /// # Errors
    /// If the file cannot be read, is no request, or its package is no base64.
    pub(super) fn add_to(
        &self,
        parameters: &mut Document,
        request: Shape,
        format: BinaryFormat,
    ) -> Result<Option<PackageSource>, Failure> {
        let mut reading = Reading {
            format,
            has_tags: self.cli_input_yaml.is_some(),
            package: None,
        };
        let mut members = parameters.members().to_vec();
        for member in self.read()? {
            let name = member.name();
            if parameters.member(name).is_some() {
                continue;
            }
            let known = request.members().iter().find(|(known, _)| *known == name);
            members.push(match known {
                Some((_, shape)) => {
                    Member::new(name, reading.without_package(member.value(), *shape)?)
                }
                None => member,
            });
        }
        *parameters = Document::of_members(&members);
        Ok(reading.package)
    }

    fn read(&self) -> Result<Vec<Member>, Failure> {
        type Parse = fn(&str) -> Result<Value, DocumentError>;
        let (form, word, parse): (_, _, Parse) = match (&self.cli_input_json, &self.cli_input_yaml)
        {
            (Some(json), None) => ("json", json, Value::parse),
            (None, Some(yaml)) => ("yaml", yaml, yaml::parse),
            (None, None) => return Ok(Vec::new()),
            (Some(_), Some(_)) => {
                let problem = "Only one --cli-input- parameter may be specified.";
                return Err(Failure::Usage(problem.to_owned()));
            }
        };
        let option = format!("--cli-input-{form}");
        let text = text(&option, word)?;
        if text.len() as u64 > input::LONGEST_VALUE && values(&text) > MOST_VALUES {
            return Err(Failure::Usage(format!(
                "Error parsing parameter '{option}': more than {MOST_VALUES} values are no request"
            )));
        }
        match parse(&text).map_err(|error| not_read(form, &error))? {
            Value::Object(members) => Ok(members),
            other => Err(Failure::Usage(format!(
                "Error parsing parameter '{option}': Invalid type: expecting map, received <class '{}'>",
                python::class(&other, python::Dictionary::Plain)
            ))),
        }
    }
}

/// Returns the text that an option gives or names.
fn text(option: &str, word: &str) -> Result<String, Failure> {
    match word.strip_prefix("fileb://") {
        Some(path) => input::text_up_to(LONGEST, option, &format!("file://{path}")),
        None => input::text_up_to(LONGEST, option, word),
    }
}

/// Returns how many values a text may have, of either form: as many as there is of what stands before a
/// value. In base64 none of it stands.
fn values(text: &str) -> usize {
    let begins_value = |byte: &u8| matches!(byte, b'[' | b'{' | b',' | b':' | b'-' | b'?');
    text.bytes().filter(|byte| begins_value(byte)).count()
}

/// Says in the AWS CLI's words that a text is not of a form, and below them why.
fn not_read(form: &str, error: &DocumentError) -> Failure {
    Failure::Usage(format!(
        "Error parsing parameter 'cli-input-{form}': Invalid {} received.\n{}",
        form.to_uppercase(),
        visible(&error.to_string())
    ))
}

/// What is taken out of a request while it is read.
struct Reading {
    /// How bytes are written that have no tag.
    format: BinaryFormat,
    /// Whether a tag may say that text is bytes.
    has_tags: bool,
    package: Option<PackageSource>,
}

impl Reading {
    /// Puts the package in a value aside, and its size in its place.
    fn without_package(&mut self, value: &Value, shape: Shape) -> Result<Value, Failure> {
        match shape.kind() {
            Shape::Blob => {
                let Some(bytes) = self.bytes(value)? else {
                    return Ok(value.clone());
                };
                let source = PackageSource::of_bytes(&bytes, "ZipFile");
                self.package = Some(source.map_err(|error| not_put_aside(&error))?);
                Ok(Value::string(&format!("{} bytes", bytes.len())))
            }
            kind if !kind.members().is_empty() && matches!(value, Value::Object(_)) => {
                let without = |member: &Member| {
                    let name = member.name();
                    let known = kind.members().iter().find(|(known, _)| *known == name);
                    let value = known.map_or_else(
                        || Ok(member.value().clone()),
                        |(_, shape)| self.without_package(member.value(), *shape),
                    )?;
                    Ok(Member::new(name, value))
                };
                let members = value.members().iter().map(without);
                members.collect::<Result<_, _>>().map(Value::Object)
            }
            _ => Ok(value.clone()),
        }
    }

    /// Returns the bytes that a value writes as text; `None` if it is something else.
    fn bytes(&self, value: &Value) -> Result<Option<Vec<u8>>, Failure> {
        let tagged = value.get(yaml::BINARY).filter(|_| self.has_tags);
        let (text, format) = match tagged {
            Some(tagged) => (tagged.as_str(), BinaryFormat::Base64),
            None => (value.as_str(), self.format),
        };
        let Some(text) = text else { return Ok(None) };
        if format == BinaryFormat::Raw {
            return Ok(Some(text.into_bytes()));
        }
        // It is wrapped by what writes it.
        let base64: String = text.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(base64);
        bytes.map(Some).map_err(|_| no_base64(&text))
    }
}

fn not_put_aside(error: &std::io::Error) -> Failure {
    Failure::Other(format!(
        "the package in the request cannot be put into a temporary file in {}: {error}; \
         set TMPDIR to a directory with room for it",
        std::env::temp_dir().display()
    ))
}

/// Says in the AWS CLI's words that a text is no base64, of which only the beginning is shown.
fn no_base64(text: &str) -> Failure {
    let shown = shortened(text, 80);
    Failure::Other(format!("Invalid base64: \"{shown}\""))
}
