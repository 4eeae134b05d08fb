//! Documents in a store: reading each kind, and saying what is wrong with one.

use std::path::{Path, PathBuf};

use super::durable::{Directory, MAX_DOCUMENT, Stamp};
use super::error::StoreError;
use super::host::Notify;
use super::layout::{CODE_ZIP, CONFIG_JSON, alias_json};
use super::package;
use crate::api::alias::AliasConfiguration;
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::{Document, DocumentError, Member, Value};
use crate::api::qualifier::AliasName;
use crate::api::revision_id::Place;
use crate::api::shape::{self, Members, Shape};
use crate::api::timestamp::Timestamp;

/// A published version as it stands in a store.
#[derive(Debug, Clone)]
pub struct PublishedVersion {
    /// The version's number.
    pub number: u64,
    /// Its configuration; what a version placed by hand leaves out about its package is filled in.
    pub configuration: FunctionConfiguration,
    /// Where its package stands.
    pub package_path: PathBuf,
    /// The id in its file, or for one placed by hand without an id the one that its file makes.
    pub revision_id: String,
}

impl PublishedVersion {
    /// Reads a version from its directory.
    pub(super) fn read(
        directory: &Directory,
        number: u64,
        notify: &Notify,
    ) -> Result<Self, StoreError> {
        let (mut configuration, config) = read_configuration(directory, number)?;
        let revision_id = configuration.recorded_revision_id().unwrap_or_else(|| {
            configuration
                .revision_id(Timestamp::default(), Place::Version(number))
                .to_string()
        });
        if configuration.code().is_none() || configuration.last_modified().is_none() {
            let path = directory.path_of(CODE_ZIP);
            let (file, package) = directory
                .open_file(CODE_ZIP)?
                .ok_or_else(|| missing_of_version(&path, number))?;
            let modified = package.modified.max(config.modified);
            let modified = Timestamp::from_milliseconds(modified.milliseconds());
            configuration.set_default_last_modified(modified);
            if configuration.code().is_none() {
                configuration.set_code(&package::hash((&file, &path), package.size, notify)?);
            }
        }
        Ok(Self {
            number,
            configuration,
            package_path: directory.path_of(CODE_ZIP),
            revision_id,
        })
    }
}

/// Reads the configuration of a version from its directory.
pub(super) fn read_configuration(
    directory: &Directory,
    number: u64,
) -> Result<(FunctionConfiguration, Stamp), StoreError> {
    let path = directory.path_of(CONFIG_JSON);
    let (text, stamp) = directory
        .read(CONFIG_JSON)?
        .ok_or_else(|| missing_of_version(&path, number))?;
    let configuration = FunctionConfiguration::from_document(parse(&path, &text)?)
        .map_err(|error| StoreError::damaged(&path, error))?;
    Ok((configuration, stamp))
}

/// Reads an alias from its file.
pub(super) fn read_alias(
    directory: &Directory,
    name: &str,
) -> Result<Option<AliasConfiguration>, StoreError> {
    let Some((text, _)) = directory.read(name)? else {
        return Ok(None);
    };
    let path = directory.path_of(name);
    AliasConfiguration::from_document(parse(&path, &text)?)
        .map(Some)
        .map_err(|error| StoreError::damaged(&path, error))
}

/// The members of `function.json` and their kinds.
const FUNCTION_JSON_MEMBERS: Members = &[
    ("Format", Shape::Integer),
    ("Tags", Shape::Map(&Shape::String)),
];

/// Reads the tags from a `function.json`.
pub(super) fn read_tags(
    directory: &Directory,
    name: &str,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let Some((text, _)) = directory.read(name)? else {
        return Ok(None);
    };
    let path = directory.path_of(name);
    tags_of(&parse(&path, &text)?)
        .map(Some)
        .map_err(|error| StoreError::damaged(&path, error))
}

/// Checks the `Format` of a document, which is 1 where it says nothing.
pub(super) fn check_format(document: &Document) -> Result<(), String> {
    match document.get("Format").map(Value::compact).as_deref() {
        None | Some("1") => Ok(()),
        Some(format) => Err(format!("it has format {format}, and 1 is known here")),
    }
}

/// Returns the tags in the document of a `function.json`.
pub(super) fn tags_of(document: &Document) -> Result<Vec<(String, String)>, DocumentError> {
    shape::check(document, FUNCTION_JSON_MEMBERS)?;
    let tags = document.get("Tags").map(Value::members).unwrap_or_default();
    let pair = |tag: &Member| {
        (
            tag.name().to_owned(),
            tag.value().as_str().unwrap_or_default(),
        )
    };
    Ok(tags.iter().map(pair).collect())
}

/// Returns the name of an alias's file, and the names it is staged and taken away under.
pub(super) fn alias_file(name: &AliasName) -> String {
    alias_json(name.as_str())
}

/// Takes a file's bytes as a document.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Document, StoreError> {
    document(bytes).map_err(|problem| StoreError::damaged(path, problem))
}

/// Takes bytes as a document, or says what keeps them from being one.
pub(super) fn document(bytes: &[u8]) -> Result<Document, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let size = document.rendered_length() as u64;
    if size > MAX_DOCUMENT {
        return Err(format!(
            "written with a line for each value it would have {size} bytes, more than a document can have"
        ));
    }
    Ok(document)
}

/// Makes the error for a file that a version must have: it is not written anew.
pub(super) fn missing_of_version(path: &Path, number: u64) -> StoreError {
    let problem = format!(
        "the file is missing; put it back from a copy, or delete the version with delete-function \
         --qualifier {number}"
    );
    StoreError::damaged(path, problem)
}

/// Makes the error for a file that must be there.
pub(super) fn missing(path: &Path, what: &str) -> StoreError {
    let remedy = match what {
        "code.zip" => "put the deployment package there",
        _ => "put the configuration there, at least {\"Runtime\": …, \"Handler\": …, \"Role\": …}",
    };
    StoreError::damaged(path, format!("the file is missing; {remedy}"))
}
