//! The package of a published version, against what the version's configuration names.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::documents::{PublishedVersion, missing_of_version};
use super::durable::Stamp;
use super::error::StoreError;
use super::layout::CODE_ZIP;
use super::package;
use super::view::View;
use crate::api::code_sha256::CodeIdentity;

impl View {
    /// Reads the whole package of a version and returns what it is, which is what the version's
    /// configuration names.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is missing or another one.
    pub fn check_code(&self, version: &PublishedVersion) -> Result<CodeIdentity, StoreError> {
        let (file, stamp, path) = self.open_package(version)?;
        let code = package::hash((&file, &path), stamp.size, self.notify())?;
        checked(version, code, &path)
    }

    /// Copies the package of a version into an empty file, see [`Self::check_code`].
    pub(super) fn copy_code(
        &self,
        version: &PublishedVersion,
        target: (&File, &Path),
    ) -> Result<CodeIdentity, StoreError> {
        let (file, stamp, path) = self.open_package(version)?;
        let code = package::copy((&file, &path), stamp.size, target, self.notify())?;
        checked(version, code, &path)
    }

    fn open_package(
        &self,
        version: &PublishedVersion,
    ) -> Result<(File, Stamp, PathBuf), StoreError> {
        let directory = self.open_version(version.number)?;
        let opened = directory.map(|directory| directory.open_file(CODE_ZIP));
        let (file, stamp) = opened
            .transpose()?
            .flatten()
            .ok_or_else(|| missing_of_version(&version.package_path, version.number))?;
        Ok((file, stamp, version.package_path.clone()))
    }
}

fn checked(
    version: &PublishedVersion,
    code: CodeIdentity,
    path: &Path,
) -> Result<CodeIdentity, StoreError> {
    match version.configuration.code() {
        Some(named) if named == code => Ok(code),
        named => Err(StoreError::damaged(
            path,
            problem(version.number, named, &code),
        )),
    }
}

fn problem(number: u64, named: Option<CodeIdentity>, found: &CodeIdentity) -> String {
    let named = named.map_or_else(
        || "no package".to_owned(),
        |code| format!("{} of {} bytes", code.sha256, code.size),
    );
    format!(
        "the package has the hash {} and {} bytes, and the version's config.json names {named}; put it \
         back from a copy, or delete the version with delete-function --qualifier {number}",
        found.sha256, found.size
    )
}
