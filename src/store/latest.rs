//! `$LATEST`: the state of a function that can still change, as it really stands there.

use std::fs::File;
use std::path::PathBuf;

use super::durable::{Directory, FileTime, Stamp, stamp};
use super::error::StoreError;
use super::history::LatestFact;
use super::host::Notify;
use super::layout::{CODE_ZIP, CONFIG_JSON, LATEST};
use super::opened_package::OpenedPackage;
use super::package;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::revision_id::{Place, RevisionId};
use crate::api::timestamp::Timestamp;

/// How old a package placed by hand must be before its times can tell it from a later edit.
pub(super) const SETTLED_MILLISECONDS: u64 = 2000;

/// The two files of `$LATEST`, read together, and what the history knew of them.
pub struct Latest {
    configuration: FunctionConfiguration,
    config_stamp: Stamp,
    config_path: PathBuf,
    package: File,
    package_stamp: Stamp,
    package_path: PathBuf,
    recorded: Option<LatestFact>,
    /// When the files were looked at.
    seen: Timestamp,
    notify: Notify,
}

impl Latest {
    /// Reads the two files, each from the first of some places that has it.
    pub(super) fn read(
        configs: &[(&Directory, String)],
        packages: &[(&Directory, String)],
        recorded: Option<LatestFact>,
        (seen, notify): (Timestamp, Notify),
    ) -> Result<Self, StoreError> {
        let (config_path, (text, config_stamp)) = first(configs, Directory::read, "config.json")?;
        let document = super::documents::parse(&config_path, &text)?;
        let configuration = FunctionConfiguration::from_document(document)
            .map_err(|error| StoreError::damaged(&config_path, error))?;
        let (package_path, (package, package_stamp)) =
            first(packages, Directory::open_file, "code.zip")?;
        Ok(Self {
            configuration,
            config_stamp,
            config_path,
            package,
            package_stamp,
            package_path,
            recorded,
            seen,
            notify,
        })
    }

    /// Returns where the configuration stands, for messages.
    pub fn config_path(&self) -> &std::path::Path {
        &self.config_path
    }

    /// Returns where the package stands.
    pub fn package_path(&self) -> &std::path::Path {
        &self.package_path
    }

    /// Returns the size of the package in bytes.
    pub(super) fn package_size(&self) -> u64 {
        self.package_stamp.size
    }

    /// Returns the package's identity if the history knows it: size and times are as recorded.
    pub fn believed_code(&self) -> Option<CodeIdentity> {
        let recorded = self.recorded.as_ref()?;
        recorded
            .is_believed(self.package_stamp)
            .then(|| recorded.code())
    }

    /// Hashes the package.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn hash_code(&self) -> Result<CodeIdentity, StoreError> {
        let package = (&self.package, &*self.package_path);
        package::hash(package, self.package_stamp.size, &self.notify)
    }

    /// Opens the package to look into it: the very file that was opened with the configuration.
    ///
    /// # Errors
    /// If it cannot be held open once more.
    pub fn open_package(&self) -> Result<OpenedPackage, StoreError> {
        let path = &self.package_path;
        let file = self.package.try_clone();
        let file = file.map_err(StoreError::io("open", path))?;
        Ok(OpenedPackage::in_store(file, path.clone(), &self.notify))
    }

    /// Returns the package's identity: what the history knows, else by hashing it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn code(&self) -> Result<CodeIdentity, StoreError> {
        self.believed_code().map_or_else(|| self.hash_code(), Ok)
    }

    /// Copies the package into an empty file and hashes the copy.
    pub(super) fn copy_code(
        &self,
        target: &File,
        path: &std::path::Path,
    ) -> Result<CodeIdentity, StoreError> {
        let source = (&self.package, &*self.package_path);
        let size = self.package_stamp.size;
        package::copy(source, size, (target, path), &self.notify)
    }

    /// Returns the configuration as it stands, with the package that is really there.
    pub fn configuration(&self, code: &CodeIdentity) -> FunctionConfiguration {
        let mut configuration = self.configuration.clone();
        configuration.set_code(code);
        configuration
    }

    /// Returns the configuration as the file says it.
    pub fn stored_configuration(&self) -> &FunctionConfiguration {
        &self.configuration
    }

    /// Returns when code or configuration was last modified: what the configuration says, or for a
    /// function made by hand the later of the two files' times.
    pub fn last_modified(&self) -> Timestamp {
        self.configuration.last_modified().unwrap_or_else(|| {
            let later = self.config_stamp.modified.max(self.package_stamp.modified);
            Timestamp::from_milliseconds(later.milliseconds())
        })
    }

    /// Returns the revision id of what is really there.
    pub fn revision_id(&self, code: &CodeIdentity) -> RevisionId {
        self.configuration(code)
            .revision_id(self.moved(), Place::Latest)
    }

    /// Returns when a change last moved the revision id, 0 without a history.
    fn moved(&self) -> Timestamp {
        self.recorded
            .as_ref()
            .map_or_else(Timestamp::default, |fact| {
                RevisionId::time_of(fact.revision_id.as_str())
            })
    }

    /// Returns which of the two files differ from what the last change left, by their content.
    pub fn found_edited(&self, code: &CodeIdentity) -> Vec<String> {
        let Some(recorded) = &self.recorded else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if recorded.code() != *code {
            found.push(CODE_ZIP.to_owned());
        }
        if recorded.revision_id != self.revision_id(&recorded.code()) {
            found.push(CONFIG_JSON.to_owned());
        }
        found
    }

    /// Returns what the next line records of a package that stays as it is.
    pub(super) fn fact(&self, code: &CodeIdentity, revision_id: RevisionId) -> LatestFact {
        if let Some(recorded) = &self.recorded
            && recorded.is_believed(self.package_stamp)
            && recorded.code() == *code
        {
            return LatestFact {
                revision_id,
                ..recorded.clone()
            };
        }
        // Put there by hand: its times are believed only once an edit would have to change them.
        let Stamp {
            modified, changed, ..
        } = self.package_stamp;
        let settled = self
            .seen
            .milliseconds()
            .saturating_sub(SETTLED_MILLISECONDS);
        let is_settled = modified.max(changed).milliseconds() <= settled;
        LatestFact {
            revision_id,
            code_sha256: code.sha256.clone(),
            code_size: code.size,
            code_modified: is_settled.then(|| modified.to_string()),
            code_changed: is_settled.then(|| changed.to_string()),
        }
    }

    /// Checks that the two files of a function are still the ones that were read.
    pub(super) fn check_untouched(&self, function: &Directory) -> Result<(), StoreError> {
        let files = [
            (CONFIG_JSON, self.config_stamp),
            (CODE_ZIP, self.package_stamp),
        ];
        for (name, stamp) in files {
            let path = format!("{LATEST}/{name}");
            if function.stamp(&path)? != Some(stamp) {
                let path = function.path_of(&path);
                return Err(StoreError::EditedMeanwhile { path });
            }
        }
        Ok(())
    }
}

/// Gives a package that this tool wrote the time of its change, and returns what to record. Its
/// time is recorded only where the file system kept it: then no later edit can look the same.
pub(super) fn record_written(
    directory: &Directory,
    name: &str,
    (package, code): (&File, &CodeIdentity),
    configuration: &FunctionConfiguration,
    time: Timestamp,
) -> Result<LatestFact, StoreError> {
    let milliseconds = time.milliseconds();
    let modified = FileTime::from_milliseconds(milliseconds);
    let keeps = |time| -> Result<bool, StoreError> {
        directory.set_modified(package, name, time)?;
        Ok(stamp(package, &directory.path_of(name))?.modified == time)
    };
    // A whole second is kept by file systems, too, that keep no more.
    let keeps_milliseconds =
        !milliseconds.is_multiple_of(1000) || keeps(FileTime::from_milliseconds(milliseconds + 1))?;
    let kept = keeps(modified)? && keeps_milliseconds;
    Ok(LatestFact {
        revision_id: configuration.revision_id(time, Place::Latest),
        code_sha256: code.sha256.clone(),
        code_size: code.size,
        code_modified: kept.then(|| modified.to_string()),
        code_changed: None,
    })
}

/// Opens what is found first; the last place is the one that is named if there is nothing.
fn first<T>(
    places: &[(&Directory, String)],
    open: impl Fn(&Directory, &str) -> Result<Option<T>, StoreError>,
    what: &str,
) -> Result<(PathBuf, T), StoreError> {
    for (directory, name) in places {
        if let Some(found) = open(directory, name)? {
            return Ok((directory.path_of(name), found));
        }
    }
    let path = places
        .last()
        .map(|(directory, name)| directory.path_of(name))
        .unwrap_or_default();
    Err(super::documents::missing(&path, what))
}
