//! A function that is being made of an uploaded package: staged whole, committed by one rename.

use super::draft::Draft;
use super::durable::Directory;
use super::error::StoreError;
use super::history::LatestFact;
use super::latest::record_written;
use super::layout::{
    CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST, PRIVATE_FILE_MODE, ROOM_FOR_LINES,
    VERSIONS,
};
use super::new_function::NewFunction;
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
    function: NewFunction<'s>,
    draft: Draft,
}

impl Store {
    /// Begins a function that will have an uploaded package. `operation` is the name of the change
    /// in the history.
    ///
    /// # Errors
    /// If it cannot be staged.
    pub fn creation(
        &self,
        operation: &'static str,
        name: FunctionName,
        upload: Upload,
    ) -> Result<Creation<'_>, StoreError> {
        let function = NewFunction::stage(self, upload.area())?;
        let (time, by) = (self.host().now(), self.host().by.clone());
        Ok(Creation {
            store: self,
            name,
            upload,
            function,
            draft: Draft::new(operation, time, by, 0, None),
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
        let (versions, version) = self.stage_version(1)?;
        version.finish(&mut self.draft, configuration, seen)?;
        versions.flush()
    }

    /// Makes a version that was published elsewhere, under the number that it has there.
    ///
    /// # Errors
    /// If it cannot be written and flushed.
    pub fn import_version(
        &mut self,
        number: u64,
        configuration: &FunctionConfiguration,
        published: Timestamp,
    ) -> Result<(), StoreError> {
        let (versions, version) = self.stage_version(number)?;
        version.finish_imported(&mut self.draft, configuration, published)?;
        versions.flush()
    }

    fn stage_version(&self, number: u64) -> Result<(Directory, StagedVersion), StoreError> {
        let versions = self.function.directory().make(VERSIONS)?;
        let version = StagedVersion::make(&versions, &number.to_string(), number)?;
        version.copy_upload(&self.upload)?;
        Ok((versions, version))
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
        self.function
            .directory()
            .write_document(FUNCTION_JSON, PRIVATE_FILE_MODE, &text)
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
        let directory = self.function.directory();
        let token = self.upload.area().token();
        let line = self.draft.line(token, Vec::new(), fact, None);
        let bytes = line.to_bytes(&directory.path_of(HISTORY))?;
        let history = directory.create_file(HISTORY, PRIVATE_FILE_MODE)?;
        directory.write_at(&history, HISTORY, &bytes, 0)?;
        directory.keep_room(&history, HISTORY, bytes.len() as u64, ROOM_FOR_LINES)?;
        directory.flush_file(&history, HISTORY)?;
        self.function
            .appear(self.upload.area(), &self.name, account)
    }

    fn stage_latest(
        &self,
        configuration: &FunctionConfiguration,
    ) -> Result<LatestFact, StoreError> {
        let latest = self.function.directory().make(LATEST)?;
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
        latest.write_document(CONFIG_JSON, PRIVATE_FILE_MODE, &text)?;
        latest.flush()?;
        Ok(fact)
    }
}
