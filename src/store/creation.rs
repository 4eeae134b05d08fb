//! A function that is being made: staged whole, committed by one rename.

use super::durable::Directory;
use super::error::StoreError;
use super::history::{Draft, LatestFact};
use super::host::Notice;
use super::latest::record_written;
use super::layout::{
    CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST, LOCK, PRIVATE_FILE_MODE, STAGING,
    VERSIONS,
};
use super::lock::Lock;
use super::registry::Store;
use super::staged_version::StagedVersion;
use super::staging::Upload;
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::document::Value;
use crate::api::function_name::FunctionName;
use crate::api::timestamp::Timestamp;

/// A function in `STORE/.staging`. Dropped before its commit, it leaves nothing behind.
pub struct Creation<'s> {
    store: &'s Store,
    name: FunctionName,
    upload: Upload,
    directory: Directory,
    draft: Draft,
    /// The new function's own lock, held from before it can be seen.
    _lock: Lock,
}

impl Store {
    /// Begins a function that will have an uploaded package.
    ///
    /// # Errors
    /// If it cannot be staged.
    pub fn creation(&self, name: FunctionName, upload: Upload) -> Result<Creation<'_>, StoreError> {
        let directory = upload.area().directory().make(&staged_name(&upload))?;
        let lock = Lock::try_acquire(&directory, LOCK)?.ok_or_else(|| {
            let path = directory.path_of(LOCK);
            StoreError::LockTimeout { path, seconds: 0 }
        })?;
        let (time, by) = (self.host().now(), self.host().by.clone());
        let draft = Draft::new("CreateFunction", time, by, 0, None);
        Ok(Creation {
            store: self,
            name,
            upload,
            directory,
            draft,
            _lock: lock,
        })
    }
}

impl Creation<'_> {
    /// Returns the time of the change, which is its name in every fingerprint that it makes.
    pub fn time(&self) -> Timestamp {
        self.draft.time
    }

    /// Publishes version 1 with the function.
    ///
    /// # Errors
    /// If it cannot be written and flushed.
    pub fn publish(
        &mut self,
        configuration: &FunctionConfiguration,
        seen: ContentSha256,
    ) -> Result<(), StoreError> {
        let versions = self.directory.make(VERSIONS)?;
        let version = StagedVersion::make(&versions, "1", 1)?;
        version.copy_upload(&self.upload)?;
        version.finish(&mut self.draft, configuration, seen)?;
        versions.flush()
    }

    /// Writes the tags of the function.
    ///
    /// # Errors
    /// If they cannot be written and flushed.
    pub fn tag(&self, tags: &[(String, String)]) -> Result<(), StoreError> {
        let tags = tags
            .iter()
            .map(|(key, value)| (key.as_str(), Value::string(value)));
        let content = Value::object([("Format", Value::integer(1)), ("Tags", Value::object(tags))]);
        let text = content.render() + "\n";
        self.directory
            .write_file(FUNCTION_JSON, PRIVATE_FILE_MODE, text.as_bytes())
    }

    /// Makes the function appear, with this configuration under `$LATEST`.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if something stands under its name, [`StoreError::Io`] if the
    /// disk refuses: nothing is changed then. [`StoreError::OutcomeUnknown`] if that could not be
    /// made sure.
    pub fn commit(self, configuration: &FunctionConfiguration) -> Result<(), StoreError> {
        let packages = if self.draft.made().next().is_some() {
            2
        } else {
            1
        };
        let account = self.store.charge(self.upload.code().size * packages)?;
        let fact = self.stage_latest(configuration)?;
        let staging = self.directory.make(STAGING)?;
        let token = self.upload.area().token();
        let line = self.draft.line(token, Vec::new(), fact, None);
        let bytes = line.to_bytes(&self.directory.path_of(HISTORY))?;
        self.directory
            .write_file(HISTORY, PRIVATE_FILE_MODE, &bytes)?;
        staging.create_empty_file(&token.change(), PRIVATE_FILE_MODE)?;
        staging.flush()?;
        self.directory.flush()?;
        self.appear()?;
        account.settle(0);
        let finished = staging
            .remove_file(&token.change())
            .and_then(|()| staging.flush());
        if let Err(cause) = finished {
            (self.store.host().notify)(&Notice::ChangeUnfinished {
                function: &self.name,
                cause: &cause,
            });
        }
        Ok(())
    }

    fn stage_latest(
        &self,
        configuration: &FunctionConfiguration,
    ) -> Result<LatestFact, StoreError> {
        let latest = self.directory.make(LATEST)?;
        self.upload
            .area()
            .directory()
            .rename(&self.upload.name(), &latest, CODE_ZIP)?;
        let fact = record_written(
            &latest,
            CODE_ZIP,
            (self.upload.file(), self.upload.code()),
            configuration,
            self.draft.time,
        )?;
        let text = configuration.document().render();
        latest.write_file(CONFIG_JSON, PRIVATE_FILE_MODE, text.as_bytes())?;
        latest.flush()?;
        Ok(fact)
    }

    /// Renames the function to its place, and back if that cannot be flushed.
    fn appear(&self) -> Result<(), StoreError> {
        let (root, area) = (self.store.made_root()?, self.upload.area().directory());
        let (name, staged) = (self.name.as_str(), staged_name(&self.upload));
        // A rename would silently replace an empty directory.
        if root.contains(name)? {
            return Err(StoreError::AlreadyExists {
                path: root.path_of(name),
            });
        }
        if let Err(error) = area.rename(&staged, root, name) {
            let is_taken = root.contains(name)?;
            let path = root.path_of(name);
            return Err(if is_taken {
                StoreError::AlreadyExists { path }
            } else {
                error
            });
        }
        let Err(failure) = root.flush() else {
            return Ok(());
        };
        let undone = || -> Result<(), StoreError> {
            root.rename(name, area, &staged)?;
            area.flush()?;
            root.flush()
        };
        Err(match undone() {
            Ok(()) => failure,
            Err(unknown) => {
                self.upload.area().keep();
                unknown.with_unknown_outcome()
            }
        })
    }
}

/// Returns the name of a function's directory while it is staged.
fn staged_name(upload: &Upload) -> String {
    upload.area().token().entry("function")
}
