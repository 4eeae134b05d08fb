//! A function under its lock: the only thing that can commit a change.

use std::fs::File;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Instant;

use super::apply::{Finished, finish_last_change};
use super::change::Change;
use super::documents::alias_file;
use super::draft::Draft;
use super::durable::{Directory, Stamp};
use super::error::StoreError;
use super::history::{LastPublished, LatestFact, Tail};
use super::host::Notice;
use super::latest::Latest;
use super::layout::{ALIASES, HISTORY, LOCK, PRIVATE_FILE_MODE, STAGING};
use super::lock::{Lock, LockFile, Waited};
use super::registry::Store;
use super::view::{View, is_function};
use crate::api::alias::AliasConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::AliasName;
use crate::api::timestamp::Timestamp;

/// A function that no other process can change meanwhile. Its last change is finished.
pub struct LockedFunction<'s> {
    store: &'s Store,
    name: FunctionName,
    view: View,
    tail: Tail,
    history: Option<(Arc<File>, Stamp)>,
    staging: Option<Directory>,
    _lock: Lock,
}

impl Store {
    /// Takes a function's lock, waiting for at most the host's `lock_timeout`, and finishes what
    /// the last writer left; `None` if there is no such function.
    ///
    /// # Errors
    /// [`StoreError::LockTimeout`], and what keeps the last change from being finished.
    pub fn lock(&self, name: &FunctionName) -> Result<Option<LockedFunction<'_>>, StoreError> {
        self.check_writable()?;
        let Some(root) = self.root() else {
            return Ok(None);
        };
        let host = self.host();
        let (started, timeout) = (Instant::now(), host.lock_timeout);
        let (directory, lock) = loop {
            let Some((directory, lock)) = open_function(root, name)? else {
                return Ok(None);
            };
            let path = format!("{name}/{LOCK}");
            let left = timeout.saturating_sub(started.elapsed());
            let waiting = || (host.notify)(&Notice::WaitingForLock(name));
            match Lock::wait(lock, root, &path, left, waiting)? {
                Waited::Taken(lock) => break (directory, lock),
                // A function that was deleted meanwhile is not locked by its old directory.
                Waited::Removed => {}
                Waited::TimedOut => {
                    let path = root.path_of(name.as_str());
                    let seconds = timeout.as_secs();
                    return Err(StoreError::LockTimeout { path, seconds });
                }
            }
        };
        let Finished {
            tail,
            history,
            staging,
        } = finish_last_change(self, &directory)?;
        let view = View::settled(directory, tail.last.clone(), host);
        Ok(Some(LockedFunction {
            store: self,
            name: name.clone(),
            view,
            tail,
            history,
            staging,
            _lock: lock,
        }))
    }
}

/// Opens a function and its lock, made if it is missing; `None` if there is no such function: nothing
/// is made there.
fn open_function(
    root: &Directory,
    name: &FunctionName,
) -> Result<Option<(Directory, LockFile)>, StoreError> {
    let Some(directory) = root.open(name.as_str())? else {
        return Ok(None);
    };
    if let Some(lock) = directory.open_file_to_change(LOCK)? {
        return Ok(Some((directory, lock)));
    }
    if !is_function(&directory)? {
        return Ok(None);
    }
    match directory.open_file_to_write(LOCK, PRIVATE_FILE_MODE) {
        Ok(lock) => Ok(Some((directory, lock))),
        // It was deleted meanwhile.
        Err(StoreError::Io { cause, .. }) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl LockedFunction<'_> {
    /// Returns the state that was read under the lock.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Reads `$LATEST`.
    ///
    /// # Errors
    /// If one of its files is missing, or is not what it must be.
    pub fn latest(&self) -> Result<Latest, StoreError> {
        self.view.latest()
    }

    /// Returns the time of a change that begins now, strictly after the last one.
    fn next_time(&self) -> Timestamp {
        let now = self.store.host().now();
        self.view
            .last_line()
            .map_or(now, |line| now.max(line.time.next()))
    }

    /// Begins a change. `operation` is its name in the history, AWS's where AWS has one.
    ///
    /// # Errors
    /// If the staging directory cannot be made.
    pub fn change(
        &self,
        operation: &'static str,
        latest: &Latest,
    ) -> Result<Change<'_>, StoreError> {
        let (highest, last) = (
            self.view.highest_version()?,
            self.view.last_published(latest)?,
        );
        Change::begin(self, self.draft(operation, highest, last))
    }

    /// Reads all aliases.
    ///
    /// # Errors
    /// If one of their files is not what it must be.
    pub fn aliases(&self) -> Result<Vec<(AliasName, AliasConfiguration)>, StoreError> {
        self.view.aliases()
    }

    /// Returns whether an alias's file stands, sound or not.
    ///
    /// # Errors
    /// If it cannot be looked for.
    pub fn contains_alias(&self, name: &AliasName) -> Result<bool, StoreError> {
        match self.directory().open(ALIASES)? {
            Some(aliases) => aliases.contains(&alias_file(name)),
            None => Ok(false),
        }
    }

    /// Returns whether a version's directory stands, sound or not.
    ///
    /// # Errors
    /// If it cannot be looked for.
    pub fn contains_version(&self, number: u64) -> Result<bool, StoreError> {
        self.view.contains_version(number)
    }

    /// Begins a change that leaves `$LATEST` as it is and does not look at it, unless there is no
    /// history to say what it is. Returned with it is what its line records of `$LATEST`.
    ///
    /// # Errors
    /// If the staging directory cannot be made.
    pub fn change_beside_latest(
        &self,
        operation: &'static str,
    ) -> Result<(Change<'_>, LatestFact), StoreError> {
        let (draft, fact) = if let Some(line) = self.view.last_line() {
            let last = line.last_published.clone();
            (
                self.draft(operation, line.highest_version, last),
                line.latest.clone(),
            )
        } else {
            let latest = self.latest()?;
            let code = latest.code()?;
            let highest = self.view.highest_version()?;
            let last = match self.view.last_published(&latest) {
                // The highest version may be broken, and be what is to be removed.
                Err(StoreError::Damaged { .. }) => None,
                last => last?,
            };
            let fact = latest.fact(&code, latest.revision_id(&code));
            (self.draft(operation, highest, last), fact)
        };
        Ok((Change::begin(self, draft)?, fact))
    }

    fn draft(&self, operation: &'static str, highest: u64, last: Option<LastPublished>) -> Draft {
        let by = self.store.host().by.clone();
        Draft::new(operation, self.next_time(), by, highest, last)
    }

    pub(super) fn directory(&self) -> &Directory {
        self.view.directory()
    }

    /// Opens the staging directory, made if it is missing.
    pub(super) fn staging(&self) -> Result<Directory, StoreError> {
        match &self.staging {
            Some(staging) => Ok(staging.clone()),
            None => self.directory().ensure(STAGING),
        }
    }

    /// Opens the history for writing, made if it is missing.
    pub(super) fn history(&self) -> Result<(Arc<File>, Stamp), StoreError> {
        if let Some((history, stamp)) = &self.history {
            return Ok((Arc::clone(history), *stamp));
        }
        let opened = self
            .directory()
            .open_file_to_write(HISTORY, PRIVATE_FILE_MODE)?;
        Ok((Arc::new(opened.0), opened.1))
    }

    /// Returns the directory of the versions; `None` if there is none yet.
    pub(super) fn versions(&self) -> Result<Option<&Directory>, StoreError> {
        self.view.versions()
    }

    pub(super) fn store(&self) -> &Store {
        self.store
    }

    pub(super) fn name(&self) -> &FunctionName {
        &self.name
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }
}
