//! The package of a published version, against what the version's configuration names.

use std::fs::File;
use std::path::Path;

use super::documents::PublishedVersion;
use super::durable::stamp;
use super::error::StoreError;
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
        let package = self.open_package(version.number)?;
        checked(version, package.identity()?, package.path())
    }

    /// Copies the package of a version into an empty file, see [`Self::check_code`].
    pub(super) fn copy_code(
        &self,
        version: &PublishedVersion,
        target: (&File, &Path),
    ) -> Result<CodeIdentity, StoreError> {
        let package = self.open_package(version.number)?;
        let (file, path) = package.file();
        let size = stamp(file, path)?.size;
        let code = package::copy((file, path), size, target, self.notify())?;
        checked(version, code, path)
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
