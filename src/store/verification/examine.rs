//! Reading the files of a function, each for itself: what it says, or what keeps it from being read.
//!
//! Every path is one from the store's directory on, as findings name it.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::fault::Fault;
use crate::api::alias::AliasConfiguration;
use crate::api::code_sha256::{CodeIdentity, hex};
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::{Document, Value};
use crate::api::finding::FindingName;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::{AliasName, LATEST};
use crate::api::revision_id::{Place, RevisionId};
use crate::api::scope::Scope;
use crate::api::timestamp::Timestamp;
use crate::store::documents::{self, parse, tags_of};
use crate::store::durable::{Directory, Stamp};
use crate::store::error::StoreError;
use crate::store::layout::{CODE_ZIP, CONFIG_JSON};
use crate::store::package::hash_as_part;
use crate::store::progress::Progress;

/// A file that was looked at.
#[derive(Debug)]
pub(super) struct Looked<T> {
    /// What shows that it is touched; `None` where nothing can be looked at.
    pub(super) stamp: Option<Stamp>,
    pub(super) found: Result<T, Fault>,
}

/// A published version.
#[derive(Debug)]
pub(super) struct VersionFiles {
    pub(super) config: Looked<VersionConfig>,
    pub(super) package: Looked<CodeIdentity>,
}

/// The configuration of a version.
#[derive(Debug)]
pub(super) struct VersionConfig {
    /// The hash of the file's bytes, in hexadecimal.
    pub(super) sha256: String,
    pub(super) said: Result<VersionSaid, Fault>,
}

/// What the configuration of a version says that can be held against something.
#[derive(Debug)]
pub(super) struct VersionSaid {
    pub(super) code_sha256: Option<String>,
    /// As it stands there.
    pub(super) code_size: Option<String>,
    pub(super) id: RecordedId,
    pub(super) misplaced: Vec<String>,
}

/// An alias.
#[derive(Debug)]
pub(super) struct AliasSaid {
    /// All versions that it refers to.
    pub(super) versions: Vec<u64>,
    pub(super) id: RecordedId,
    pub(super) misplaced: Vec<String>,
}

/// `$LATEST`.
#[derive(Debug)]
pub(super) struct LatestFiles {
    pub(super) config_path: String,
    pub(super) config: Looked<LatestSaid>,
    pub(super) package_path: String,
    pub(super) package: Looked<CodeIdentity>,
}

/// The configuration of `$LATEST`.
#[derive(Debug)]
pub(super) struct LatestSaid {
    pub(super) configuration: FunctionConfiguration,
    pub(super) misplaced: Vec<String>,
}

/// The revision id that a file records.
#[derive(Debug)]
pub(super) enum RecordedId {
    /// None.
    Absent,
    /// Its fingerprint, of this time.
    Right(Timestamp),
    /// Another one than this fingerprint.
    Wrong { recorded: String, right: RevisionId },
}

/// Hashes that were computed, by path, each of the file of that stamp.
pub(super) type Hashes = HashMap<String, (Stamp, CodeIdentity)>;

/// Reads files of a store.
pub(super) struct Examiner<'a> {
    pub(super) root: &'a Directory,
    pub(super) scope: &'a Scope,
    /// What need not be hashed again.
    pub(super) known: &'a Hashes,
    pub(super) progress: &'a Progress<'a>,
}

impl<T> Looked<T> {
    /// Is what is found where a file must be, and there is none.
    pub(super) fn missing() -> Self {
        Self {
            stamp: None,
            found: Err(Fault::missing()),
        }
    }
}

impl Examiner<'_> {
    /// Reads a version; `None` if nothing stands there.
    pub(super) fn version(
        &self,
        function: &FunctionName,
        number: u64,
        path: &str,
    ) -> Result<Option<VersionFiles>, Fault> {
        let opened = self.root.open(path);
        let Some(directory) = opened.map_err(|error| Fault::of_directory(&error))? else {
            return Ok(None);
        };
        let config = look(&directory, CONFIG_JSON, |bytes| {
            let said = self.version_said(function, number, bytes);
            let sha256 = hex(&Sha256::digest(bytes));
            Ok(VersionConfig { sha256, said })
        });
        let package = self.package(&directory, CODE_ZIP, &format!("{path}/{CODE_ZIP}"));
        Ok(Some(VersionFiles {
            config: config.unwrap_or_else(Looked::missing),
            package: package.unwrap_or_else(Looked::missing),
        }))
    }

    fn version_said(
        &self,
        function: &FunctionName,
        number: u64,
        bytes: &[u8],
    ) -> Result<VersionSaid, Fault> {
        let configuration = configuration(bytes)?;
        let document = configuration.document();
        let arn = self.scope.function_arn(function, Some(&number.to_string()));
        let said = |name: &str| document.get(name).and_then(Value::as_str);
        Ok(VersionSaid {
            code_sha256: said("CodeSha256"),
            code_size: document.get("CodeSize").map(Value::compact),
            id: RecordedId::of(document, Place::Version(number)),
            misplaced: misplaced(
                document,
                &[
                    ("FunctionName", &[function.as_str()]),
                    ("FunctionArn", &[&arn]),
                    ("Version", &[&number.to_string()]),
                ],
            ),
        })
    }

    /// Reads `$LATEST`, each of its files from the path given.
    pub(super) fn latest(
        &self,
        function: &FunctionName,
        config_path: String,
        package_path: String,
    ) -> LatestFiles {
        let arns = [None, Some(LATEST)].map(|end| self.scope.function_arn(function, end));
        let config = look(self.root, &config_path, |bytes| {
            let configuration = configuration(bytes)?;
            let misplaced = misplaced(
                configuration.document(),
                &[
                    ("FunctionName", &[function.as_str()]),
                    ("FunctionArn", &[&arns[0], &arns[1]]),
                    ("Version", &[LATEST]),
                ],
            );
            Ok(LatestSaid {
                configuration,
                misplaced,
            })
        });
        let package = self.package(self.root, &package_path, &package_path);
        LatestFiles {
            config: config.unwrap_or_else(Looked::missing),
            package: package.unwrap_or_else(Looked::missing),
            config_path,
            package_path,
        }
    }

    /// Reads an alias; `None` if nothing stands there.
    pub(super) fn alias(
        &self,
        function: &FunctionName,
        alias: &AliasName,
        path: &str,
    ) -> Option<Looked<AliasSaid>> {
        let arn = self.scope.function_arn(function, Some(alias.as_str()));
        look(self.root, path, |bytes| {
            let found = AliasConfiguration::from_document(document(bytes)?)
                .map_err(|error| Fault::damaged(&error))?;
            let places: [(&str, &[&str]); 2] = [("Name", &[alias.as_str()]), ("AliasArn", &[&arn])];
            Ok(AliasSaid {
                versions: found.versions(),
                id: RecordedId::of(found.document(), Place::Alias(alias.as_str())),
                misplaced: misplaced(found.document(), &places),
            })
        })
    }

    /// Reads a `function.json`; `None` if nothing stands there.
    pub(super) fn function_json(&self, path: &str) -> Option<Looked<()>> {
        look(self.root, path, |bytes| {
            let document = document(bytes)?;
            check_format(&document)?;
            tags_of(&document)
                .map(drop)
                .map_err(|error| Fault::damaged(&error))
        })
    }

    /// Sees that a file of which only the place is checked is a regular one.
    pub(super) fn is_file(&self, path: &str) -> Option<Looked<()>> {
        match self.root.contains(path) {
            Ok(false) => None,
            Ok(true) if self.root.contains_file(path).unwrap_or(true) => None,
            Ok(true) => Some(Looked {
                stamp: self.root.stamp(path).ok().flatten(),
                found: Err(Fault::not_regular()),
            }),
            Err(error) => Some(Looked {
                stamp: None,
                found: Err(Fault::unreadable(&error)),
            }),
        }
    }

    /// Hashes a package, unless that was done; `None` if nothing stands there.
    fn package(
        &self,
        directory: &Directory,
        name: &str,
        path: &str,
    ) -> Option<Looked<CodeIdentity>> {
        let (file, stamp) = match directory.open_file(name) {
            Ok(opened) => opened?,
            Err(error) => return Some(faulty(directory, name, &error)),
        };
        let known = self.known.get(path);
        let found = match known.filter(|(known, _)| *known == stamp) {
            Some((_, identity)) => Ok(identity.clone()),
            None => hash_as_part((&file, &directory.path_of(name)), stamp.size, self.progress)
                .map_err(|error| Fault::unreadable(&error)),
        };
        Some(Looked {
            stamp: Some(stamp),
            found,
        })
    }
}

impl RecordedId {
    fn of(document: &Document, place: Place<'_>) -> Self {
        let Some(recorded) = document.string("RevisionId") else {
            return Self::Absent;
        };
        let time = RevisionId::time_of(&recorded);
        let right = RevisionId::of(time, place, document);
        if right.as_str() == recorded {
            Self::Right(time)
        } else {
            Self::Wrong { recorded, right }
        }
    }
}

/// Reads a document at a path; `None` if nothing stands there.
pub(super) fn look<T>(
    directory: &Directory,
    name: &str,
    take: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Option<Looked<T>> {
    match directory.read(name) {
        Ok(found) => found.map(|(bytes, stamp)| Looked {
            stamp: Some(stamp),
            found: take(&bytes),
        }),
        Err(error) => Some(faulty(directory, name, &error)),
    }
}

/// Says why a file could not be read.
fn faulty<T>(directory: &Directory, name: &str, error: &StoreError) -> Looked<T> {
    let fault = match error {
        StoreError::Damaged { problem, .. } if directory.contains_file(name).unwrap_or(false) => {
            Fault::damaged(problem)
        }
        StoreError::Damaged { .. } => Fault::not_regular(),
        other => Fault::unreadable(other),
    };
    Looked {
        stamp: directory.stamp(name).ok().flatten(),
        found: Err(fault),
    }
}

fn configuration(bytes: &[u8]) -> Result<FunctionConfiguration, Fault> {
    FunctionConfiguration::from_document(document(bytes)?).map_err(|error| Fault::damaged(&error))
}

/// Takes bytes as a document.
pub(super) fn document(bytes: &[u8]) -> Result<Document, Fault> {
    parse("".as_ref(), bytes).map_err(|error| Fault::of_content(&error))
}

/// Checks the `Format` of a document.
pub(super) fn check_format(document: &Document) -> Result<(), Fault> {
    documents::check_format(document)
        .map_err(|problem| Fault::new(FindingName::FormatUnknown, problem))
}

/// Returns what members say that follows from where the document stands, and is something else.
fn misplaced(document: &Document, places: &[(&str, &[&str])]) -> Vec<String> {
    let differs = |(name, right): &(&str, &[&str])| {
        let said = document.string(name)?;
        (!right.contains(&&*said)).then(|| {
            let said = Value::string(&said).compact();
            format!("{name} says {said}")
        })
    };
    places.iter().filter_map(differs).collect()
}
