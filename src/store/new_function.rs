//! A function's directory in `STORE/.staging`, which appears in the store by one rename.

use super::durable::Directory;
use super::error::StoreError;
use super::host::Notice;
use super::layout::{LOCK, PRIVATE_FILE_MODE, STAGING};
use super::lock::Lock;
use super::registry::Store;
use super::staging::StagingArea;
use super::usage::Account;
use crate::api::function_name::FunctionName;

/// A function that stands in a staging area, which removes it unless it appears.
pub(super) struct NewFunction<'s> {
    store: &'s Store,
    directory: Directory,
    /// The new function's own lock, held from before it can be seen.
    _lock: Lock,
}

impl<'s> NewFunction<'s> {
    /// Makes the directory.
    pub(super) fn stage(store: &'s Store, area: &StagingArea) -> Result<Self, StoreError> {
        let directory = area.directory().make(&staged_name(area))?;
        let lock = Lock::try_acquire(&directory, LOCK)?.ok_or_else(|| {
            let path = directory.path_of(LOCK);
            StoreError::LockTimeout { path, seconds: 0 }
        })?;
        Ok(Self {
            store,
            directory,
            _lock: lock,
        })
    }

    /// Returns the directory.
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Makes the function appear under a name. The last line of its history is that of this change,
    /// whose token is the area's; all in its directories is flushed, but for its own entries.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if something stands under its name, [`StoreError::Io`] if the
    /// disk refuses: nothing is changed then. [`StoreError::OutcomeUnknown`] if that could not be
    /// made sure.
    pub(super) fn appear(
        &self,
        area: &StagingArea,
        name: &FunctionName,
        account: Account<'_>,
    ) -> Result<(), StoreError> {
        let staging = self.directory.make(STAGING)?;
        let mark = area.token().change();
        staging.create_empty_file(&mark, PRIVATE_FILE_MODE)?;
        staging.flush()?;
        self.directory.flush()?;
        self.rename_into_place(area, name)?;
        account.settle(0);
        let finished = staging.remove_file(&mark).and_then(|()| staging.flush());
        if let Err(cause) = finished {
            (self.store.host().notify)(&Notice::ChangeUnfinished {
                function: name,
                cause: &cause,
            });
        }
        Ok(())
    }

    /// Renames the function to its place, and back if that cannot be flushed.
    fn rename_into_place(&self, area: &StagingArea, name: &FunctionName) -> Result<(), StoreError> {
        let (root, from) = (self.store.made_root()?, area.directory());
        let (name, staged) = (name.as_str(), staged_name(area));
        // A rename would silently replace an empty directory.
        if root.contains(name)? {
            return Err(StoreError::AlreadyExists {
                path: root.path_of(name),
            });
        }
        if let Err(error) = from.rename(&staged, root, name) {
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
            root.rename(name, from, &staged)?;
            from.flush()?;
            root.flush()
        };
        Err(match undone() {
            Ok(()) => failure,
            Err(unknown) => {
                area.keep();
                unknown.with_unknown_outcome()
            }
        })
    }
}

/// Returns the name of a function's directory while it is staged.
fn staged_name(area: &StagingArea) -> String {
    area.token().entry("function")
}
