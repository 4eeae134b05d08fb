//! What must hold of the files in an archive, each by itself. A problem is told in words, to be put
//! behind the file's path.

use crate::api::alias::AliasConfiguration;
use crate::api::code_sha256::{CodeIdentity, hex};
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Value;
use crate::api::qualifier::AliasName;
use crate::api::revision_id::{Place, RevisionId};
use crate::api::timestamp::Timestamp;
use crate::store::documents::{check_format, document, tags_of};

use sha2::{Digest as _, Sha256};

/// What a version's configuration says.
#[derive(Debug, Clone)]
pub(super) struct VersionFacts {
    /// The SHA-256 of the file, in hexadecimal.
    pub(super) config_sha256: String,
    /// The time in its revision id, at which it was made; `None` without one.
    pub(super) made: Option<Timestamp>,
    code_sha256: Option<String>,
    code_size: Option<i64>,
    /// When it was published: the time in its own revision id, which proves it, or what it says of
    /// its last modification.
    pub(super) published: Option<Timestamp>,
}

impl VersionFacts {
    /// Takes the file of a version, whose revision id must be the fingerprint of it.
    pub(super) fn of(number: u64, bytes: &[u8]) -> Result<Self, String> {
        let configuration = configuration(bytes)?;
        let document = configuration.document();
        let mut published = configuration.last_modified();
        let mut made = None;
        if let Some(id) = configuration.recorded_revision_id() {
            let time = RevisionId::time_of(&id);
            let right = configuration.revision_id(time, Place::Version(number));
            if id != right.as_str() {
                return Err(format!(
                    "its RevisionId, {id}, is not the fingerprint of this version, which with that time is \
                     {right}: the file was edited, or belongs to another version"
                ));
            }
            made = Some(time);
            published = made.filter(|time| time.milliseconds() > 0).or(published);
        }
        Ok(Self {
            config_sha256: hex(&Sha256::digest(bytes)),
            made,
            code_sha256: document.string("CodeSha256"),
            code_size: document.get("CodeSize").and_then(Value::as_integer),
            published,
        })
    }

    /// Checks that a package is the one that the configuration describes, as far as it does.
    pub(super) fn check_package(&self, code: &CodeIdentity) -> Result<(), String> {
        if let Some(sha256) = &self.code_sha256
            && sha256 != code.sha256.as_str()
        {
            return Err(format!(
                "its SHA-256 is {}, and the configuration says {sha256}",
                code.sha256
            ));
        }
        match self.code_size {
            Some(size) if u64::try_from(size) != Ok(code.size) => Err(format!(
                "it has {} bytes, and the configuration says {size}",
                code.size
            )),
            _ => Ok(()),
        }
    }
}

/// Takes the bytes of a configuration.
pub(super) fn configuration(bytes: &[u8]) -> Result<FunctionConfiguration, String> {
    FunctionConfiguration::from_document(document(bytes)?).map_err(|error| error.to_string())
}

/// Takes the bytes of an alias, whose revision id must be the fingerprint of it, and returns the time
/// in that. The versions that it refers to must be there.
pub(super) fn check_alias(
    name: &AliasName,
    bytes: &[u8],
    has_version: impl Fn(u64) -> bool,
) -> Result<Option<Timestamp>, String> {
    let alias = AliasConfiguration::from_document(document(bytes)?);
    let alias = alias.map_err(|error| error.to_string())?;
    let id = alias.document().string("RevisionId");
    if let Some(id) = &id {
        let right = alias.revision_id(name);
        if **id != *right.as_str() {
            return Err(format!(
                "its RevisionId, {id}, is not the fingerprint of the alias {name}, which with that time is \
                 {right}: the file was edited, or belongs to another alias; if the edit was meant, take its \
                 RevisionId out"
            ));
        }
    }
    match alias
        .versions()
        .into_iter()
        .find(|number| !has_version(*number))
    {
        Some(missing) => Err(format!(
            "the alias {name} refers to version {missing}, which is not there"
        )),
        None => Ok(id.as_deref().map(RevisionId::time_of)),
    }
}

/// Takes the bytes of a `function.json`.
pub(super) fn check_tags(bytes: &[u8]) -> Result<(), String> {
    let document = document(bytes)?;
    check_format(&document)?;
    tags_of(&document)
        .map(drop)
        .map_err(|error| error.to_string())
}
