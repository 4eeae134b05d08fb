//! `STORE/.staging`: what is on its way in, before it belongs to a function.
//!
//! Each upload and each function being made has a token, and holds the lock of `TOKEN.lock` for as
//! long as it lives. Whoever can take that lock may remove the rest of the token, the lock's file
//! last; so what a killed command left is removed by the next one that stages here.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use super::durable::Directory;
use super::error::StoreError;
use super::host::Notify;
use super::layout::{CODE_ZIP, PACKAGE_MODE, STAGING, TRASH, Token};
use super::lock::Lock;
use super::package::{self, PackageSource};
use super::registry::Store;
use crate::api::code_sha256::CodeIdentity;

/// A token of the store's staging directory, held by its lock; dropped, all of it is removed.
pub(super) struct StagingArea {
    directory: Directory,
    token: Token,
    /// Whether what stands there must stay for somebody to judge.
    keep: Cell<bool>,
    /// Released last, after the lock's file was removed.
    _lock: Lock,
}

impl StagingArea {
    /// Takes a fresh token, and sweeps what others left.
    pub(super) fn new(store: &Store) -> Result<Self, StoreError> {
        let root = store.made_root()?;
        let directory = root.ensure(STAGING)?;
        loop {
            let token = Token::random();
            // A sweeper may have been faster than this lock: then the token is given up.
            if let Some(lock) = lock_token(&directory, &token)? {
                sweep(root);
                return Ok(Self {
                    directory,
                    token,
                    keep: Cell::new(false),
                    _lock: lock,
                });
            }
        }
    }

    /// Returns the staging directory.
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Leaves everything where it is.
    pub(super) fn keep(&self) {
        self.keep.set(true);
    }

    /// Returns the token.
    pub(super) fn token(&self) -> &Token {
        &self.token
    }
}

impl Drop for StagingArea {
    fn drop(&mut self) {
        if !self.keep.get() {
            remove_token(&self.directory, &self.token);
        }
    }
}

fn lock_token(directory: &Directory, token: &Token) -> Result<Option<Lock>, StoreError> {
    Lock::try_acquire(directory, &token.entry("lock"))
}

/// Removes all entries of a token, its lock's file last.
fn remove_token(directory: &Directory, token: &Token) {
    let lock = token.entry("lock");
    let names = directory.names().unwrap_or_default();
    let is_of_token = |name: &&std::ffi::OsString| Token::of_entry(name).as_ref() == Some(token);
    let others = names
        .iter()
        .filter(is_of_token)
        .filter(|name| ***name != *lock);
    if others
        .map(|name| directory.remove_all(name))
        .all(|removed| removed.is_ok())
    {
        // If this fails, the next sweep removes it.
        drop(directory.remove_file(&lock));
    }
}

/// Removes what killed commands left in the store-wide places. What cannot be removed now is left to
/// the next command that comes here: it is in nobody's way.
pub(super) fn sweep(root: &Directory) {
    drop(sweep_staging(root));
    drop(sweep_trash(root));
}

/// Removes the entries of every token whose lock nobody holds. A function that was renamed back to
/// here may still stand in its place on the disk: that is flushed first.
fn sweep_staging(root: &Directory) -> Result<(), StoreError> {
    let Some((staging, names)) = root.open_listed(STAGING)? else {
        return Ok(());
    };
    let tokens: BTreeSet<Token> = names
        .iter()
        .filter_map(|name| Token::of_entry(name))
        .collect();
    let left: Vec<(Token, Lock)> = tokens
        .into_iter()
        .filter_map(|token| Some((lock_token(&staging, &token).ok()??, token)))
        .map(|(lock, token)| (token, lock))
        .collect();
    if !left.is_empty() {
        staging.flush()?;
        root.flush()?;
    }
    for (token, _lock) in &left {
        remove_token(&staging, token);
    }
    Ok(())
}

/// Removes what deleted functions left. All in there is garbage, once its renaming is flushed.
fn sweep_trash(root: &Directory) -> Result<(), StoreError> {
    let Some(trash) = root.open(TRASH)? else {
        return Ok(());
    };
    let names = trash.names()?;
    if !names.is_empty() {
        trash.flush()?;
        root.flush()?;
    }
    for name in names {
        drop(trash.remove_all(&name));
    }
    Ok(())
}

/// A deployment package that was uploaded: copied into the store, checked, hashed and flushed.
pub struct Upload {
    area: StagingArea,
    file: File,
    code: CodeIdentity,
    notify: Notify,
}

impl Store {
    /// Checks a package as [`Self::upload`] does and hashes it, and copies nothing.
    ///
    /// # Errors
    /// [`StoreError::InvalidPackage`] for what is no package within the quotas.
    pub fn inspect(&self, source: &PackageSource) -> Result<CodeIdentity, StoreError> {
        source.inspect(self.quotas(), &self.host().notify)
    }

    /// Copies a package into the store's staging directory. No lock of a function is needed, so
    /// uploads overlap.
    ///
    /// # Errors
    /// [`StoreError::InvalidPackage`] for what is no package within the quotas.
    pub fn upload(&self, source: &PackageSource) -> Result<Upload, StoreError> {
        self.check_writable()?;
        if self.is_new() {
            // What fails makes no store.
            self.inspect(source)?;
            self.make()?;
        }
        let (quotas, notify) = (self.quotas(), &self.host().notify);
        self.stage_package(|file, path| source.copy_checked(file, path, quotas, notify))
    }

    /// Copies a package into the store's staging directory as it is: the quotas of an upload do not
    /// count.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn take_in(&self, source: &PackageSource) -> Result<Upload, StoreError> {
        self.check_writable()?;
        let notify = &self.host().notify;
        self.stage_package(|file, path| source.copy_as_it_is(file, path, notify))
    }

    fn stage_package(
        &self,
        copy: impl FnOnce(&File, &Path) -> Result<CodeIdentity, StoreError>,
    ) -> Result<Upload, StoreError> {
        let area = StagingArea::new(self)?;
        let name = area.token.entry(CODE_ZIP);
        let file = area.directory.create_file(&name, PACKAGE_MODE)?;
        let code = copy(&file, &area.directory.path_of(&name))?;
        area.directory.flush_file(&file, &name)?;
        Ok(Upload {
            area,
            file,
            code,
            notify: self.host().notify.clone(),
        })
    }
}

impl Upload {
    /// Returns what was uploaded.
    pub fn code(&self) -> &CodeIdentity {
        &self.code
    }

    /// Returns the file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Copies it into an empty file and hashes the copy.
    pub(super) fn copy_code(&self, target: &File, path: &Path) -> Result<CodeIdentity, StoreError> {
        let own_path = self.area.directory.path_of(&self.name());
        let source = (&self.file, &*own_path);
        package::copy(source, self.code.size, (target, path), &self.notify)
    }

    /// Returns where it is staged.
    pub(super) fn area(&self) -> &StagingArea {
        &self.area
    }

    /// Returns its name in the staging directory.
    pub(super) fn name(&self) -> String {
        self.area.token.entry(CODE_ZIP)
    }
}
