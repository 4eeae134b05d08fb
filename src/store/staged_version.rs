//! A version's directory while it is staged, before its change is committed.

use std::fs::File;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::draft::Draft;
use super::durable::Directory;
use super::error::StoreError;
use super::history::Made;
use super::latest::Latest;
use super::layout::{CODE_ZIP, CONFIG_JSON, VERSION_CONFIG_MODE, VERSION_PACKAGE_MODE};
use super::staging::Upload;
use crate::api::code_sha256::{CodeIdentity, hex};
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::timestamp::Timestamp;

/// A version's directory while it is staged.
pub struct StagedVersion {
    directory: Directory,
    number: u64,
}

impl StagedVersion {
    /// Makes the directory.
    pub(super) fn make(parent: &Directory, name: &str, number: u64) -> Result<Self, StoreError> {
        Ok(Self {
            directory: parent.make(name)?,
            number,
        })
    }

    /// Returns the version's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Copies the package of `$LATEST` into the version, flushed, and hashes the copy.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy_latest(&self, latest: &Latest) -> Result<CodeIdentity, StoreError> {
        self.copy_with(|target, path| latest.copy_code(target, path))
    }

    /// Copies an uploaded package into the version, flushed, and sees that it has the same bytes.
    ///
    /// # Errors
    /// If it cannot be copied, or comes out different.
    pub fn copy_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let copied = self.copy_with(|target, path| upload.copy_code(target, path))?;
        if copied == *upload.code() {
            return Ok(());
        }
        let path = self.directory.path_of(CODE_ZIP);
        Err(StoreError::damaged(
            &path,
            "the copy differs from the package that was uploaded; check the disk",
        ))
    }

    fn copy_with(
        &self,
        copy: impl FnOnce(&File, &Path) -> Result<CodeIdentity, StoreError>,
    ) -> Result<CodeIdentity, StoreError> {
        let target = self.directory.create_file(CODE_ZIP, VERSION_PACKAGE_MODE)?;
        let code = copy(&target, &self.directory.path_of(CODE_ZIP))?;
        self.directory.flush_file(&target, CODE_ZIP)?;
        Ok(code)
    }

    /// Writes the configuration, and notes the version in the draft of the line that publishes it.
    pub(super) fn finish(
        &self,
        draft: &mut Draft,
        configuration: &FunctionConfiguration,
        seen: ContentSha256,
    ) -> Result<(), StoreError> {
        let text = self.write_configuration(configuration)?;
        draft.publishes(self.number, text.as_bytes(), seen);
        Ok(())
    }

    /// Writes the configuration, and notes the version in the draft of the line that imports it.
    pub(super) fn finish_imported(
        &self,
        draft: &mut Draft,
        configuration: &FunctionConfiguration,
        published: Timestamp,
    ) -> Result<(), StoreError> {
        let text = self.write_configuration(configuration)?;
        let config_sha256 = hex(&Sha256::digest(text));
        draft.imports(Made {
            version: self.number,
            config_sha256,
            published,
        });
        draft.publishes_last(self.number, configuration.content_sha256());
        Ok(())
    }

    fn write_configuration(
        &self,
        configuration: &FunctionConfiguration,
    ) -> Result<String, StoreError> {
        let text = configuration.document().render();
        self.directory
            .write_document(CONFIG_JSON, VERSION_CONFIG_MODE, &text)?;
        self.directory.flush()?;
        Ok(text)
    }
}
