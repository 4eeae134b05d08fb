//! A package that is looked into: one file, opened once, so that all that is said of it is true of
//! the same bytes, whatever happens at its path meanwhile.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::documents::missing_of_version;
use super::durable::stamp;
use super::error::StoreError;
use super::host::Notify;
use super::layout::{CODE_ZIP, VERSIONS};
use super::package::{self, PackageSource};
use super::package_entries::{self, Entry};
use super::registry::Store;
use super::view::View;
use crate::api::code_sha256::CodeIdentity;

/// A deployment package, of the store or given, opened to be read.
pub struct OpenedPackage {
    file: File,
    path: PathBuf,
    notify: Notify,
    /// What a package that is no zip is: damage where it stands in a store.
    no_zip: fn(&Path, String) -> StoreError,
}

impl Store {
    /// Takes a package that somebody gives.
    pub fn open_package(&self, source: PackageSource) -> OpenedPackage {
        let (file, path) = source.into_file();
        let no_zip = |path: &Path, problem| StoreError::InvalidPackage {
            problem: format!("{} {problem}", path.display()),
        };
        let notify = self.host().notify.clone();
        OpenedPackage {
            file,
            path,
            notify,
            no_zip,
        }
    }
}

impl View {
    /// Opens the package of a published version that was read.
    ///
    /// # Errors
    /// If it does not stand there, or cannot be opened.
    pub fn open_package(&self, number: u64) -> Result<OpenedPackage, StoreError> {
        if let Some(directory) = self.open_version(number)?
            && let Some((file, _)) = directory.open_file(CODE_ZIP)?
        {
            let path = directory.path_of(CODE_ZIP);
            return Ok(OpenedPackage::in_store(file, path, self.notify()));
        }
        let path = format!("{VERSIONS}/{number}/{CODE_ZIP}");
        Err(missing_of_version(&self.directory().path_of(&path), number))
    }
}

impl OpenedPackage {
    /// Takes an open file of the store.
    pub(super) fn in_store(file: File, path: PathBuf, notify: &Notify) -> Self {
        Self {
            file,
            path,
            notify: notify.clone(),
            no_zip: |path, problem| {
                let remedy = "put it back from a copy of the store";
                StoreError::damaged(path, format!("it {problem}; {remedy}"))
            },
        }
    }

    /// Hashes the package.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn identity(&self) -> Result<CodeIdentity, StoreError> {
        let (file, path) = self.file();
        package::hash((file, path), stamp(file, path)?.size, &self.notify)
    }

    /// Returns the path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how many bytes it has.
    ///
    /// # Errors
    /// If it cannot be looked at.
    pub fn size(&self) -> Result<u64, StoreError> {
        Ok(stamp(&self.file, &self.path)?.size)
    }

    /// Gives the open file away, to be sent.
    pub fn into_file(self) -> File {
        self.file
    }

    /// Returns the file and its path.
    pub(super) fn file(&self) -> (&File, &Path) {
        (&self.file, &self.path)
    }

    /// Returns who is told how far work with it is.
    pub(super) fn notify(&self) -> &Notify {
        &self.notify
    }

    /// Reads its directory.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        package_entries::read(self.file(), |problem| (self.no_zip)(&self.path, problem))
    }
}
