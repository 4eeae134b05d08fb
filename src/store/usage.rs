//! `STORE/.usage`: the bytes of all deployment packages together, against the quota.
//!
//! The file is a cache. It is read, compared and written in one hold of its own lock, so that two
//! writers together cannot exceed the quota; it is counted anew when it is missing or is no number,
//! and before anything is refused. What a killed command charged and did not use is thereby
//! found out.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use walkdir::WalkDir;

use super::durable::Directory;
use super::error::StoreError;
use super::layout::{CODE_ZIP, LATEST, PRIVATE_FILE_MODE, USAGE, VERSIONS};
use super::lock::{Lock, Waited};
use super::registry::Store;

/// How long the cache is waited for: it is held for an instant, or for as long as counting takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that were counted as stored before they are; given back unless they are kept.
pub(super) struct Charge<'s> {
    store: &'s Store,
    bytes: u64,
}

impl Store {
    /// Counts bytes that are about to be stored.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`] if the store would hold more than its quota.
    pub(super) fn charge(&self, bytes: u64) -> Result<Charge<'_>, StoreError> {
        if bytes == 0 {
            return Ok(Charge { store: self, bytes });
        }
        let root = self.made_root()?;
        let usage = lock_usage(root)?;
        let stored = self.counted(root, usage.read(root)?, bytes);
        self.check_room(stored, bytes)?;
        usage.write(root, stored + bytes)?;
        Ok(Charge { store: self, bytes })
    }

    /// Returns how many bytes of packages are stored, as a change that adds some would find them.
    /// Takes no lock.
    pub fn stored(&self, bytes: u64) -> u64 {
        let Some(root) = self.root() else {
            return 0;
        };
        // What cannot be read is as good as missing: it is a cache.
        let file = root.open_file(USAGE).ok().flatten();
        let cached = file.and_then(|(file, _)| read(&file, root).ok().flatten());
        self.counted(root, cached, bytes)
    }

    /// Checks that the store's quota has room for some bytes beside those that are stored.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`].
    pub fn check_room(&self, stored: u64, bytes: u64) -> Result<(), StoreError> {
        if bytes == 0 || self.fits(stored, bytes) {
            return Ok(());
        }
        Err(StoreError::QuotaExceeded {
            path: self.path().to_owned(),
            stored,
            bytes,
            quota: self.quotas().total_code_size,
        })
    }

    /// Returns what the cache says, counted anew where it says nothing or too much for more bytes.
    fn counted(&self, root: &Directory, cached: Option<u64>, bytes: u64) -> u64 {
        cached
            .filter(|stored| self.fits(*stored, bytes))
            .unwrap_or_else(|| count(root))
    }

    fn fits(&self, stored: u64, bytes: u64) -> bool {
        stored.saturating_add(bytes) <= self.quotas().total_code_size
    }

    /// Takes bytes off that are stored no more. Where that fails, the cache says too much, which is
    /// found out before anything is refused.
    pub(super) fn refund(&self, bytes: u64) {
        let refunded = || -> Result<(), StoreError> {
            let root = self.made_root()?;
            let usage = lock_usage(root)?;
            match usage.read(root)? {
                Some(stored) => usage.write(root, stored.saturating_sub(bytes)),
                None => Ok(()),
            }
        };
        if bytes > 0 {
            drop(refunded());
        }
    }
}

/// Takes the lock of the cache, which is also that of the store as a whole.
pub(super) fn lock_usage(root: &Directory) -> Result<Usage, StoreError> {
    loop {
        let opened = root.open_file_to_write(USAGE, PRIVATE_FILE_MODE)?;
        match Lock::wait(opened, root, USAGE, PATIENCE, || ())? {
            Waited::Taken(lock) => return Ok(Usage { lock }),
            Waited::Removed => {}
            Waited::TimedOut => {
                return Err(StoreError::LockTimeout {
                    path: root.path_of(USAGE),
                    seconds: PATIENCE.as_secs(),
                });
            }
        }
    }
}

impl Charge<'_> {
    /// Keeps the bytes counted: they are stored.
    pub(super) fn keep(mut self) {
        self.bytes = 0;
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        self.store.refund(self.bytes);
    }
}

/// The file, locked.
pub(super) struct Usage {
    lock: Lock,
}

impl Usage {
    fn read(&self, root: &Directory) -> Result<Option<u64>, StoreError> {
        read(self.file(), root)
    }

    /// Writes the number, as long as any, so that nothing of a longer one is left behind it.
    fn write(&self, root: &Directory, stored: u64) -> Result<(), StoreError> {
        root.write_at(self.file(), USAGE, format!("{stored:020}\n").as_bytes(), 0)
    }

    fn file(&self) -> &File {
        self.lock.file()
    }
}

/// Reads the number; `None` if there is none.
fn read(file: &File, root: &Directory) -> Result<Option<u64>, StoreError> {
    let mut text = [0; 32];
    let count = file
        .read_at(&mut text, 0)
        .map_err(StoreError::io("read", &root.path_of(USAGE)))?;
    let text = std::str::from_utf8(&text[..count]).unwrap_or_default();
    Ok(text
        .strip_suffix('\n')
        .and_then(|number| number.parse().ok()))
}

/// Adds up the packages of all functions, `$LATEST` and versions. What vanishes meanwhile, or may not
/// be looked at, does not count.
fn count(root: &Directory) -> u64 {
    let functions = WalkDir::new(root.path())
        .min_depth(1)
        .max_depth(1)
        .into_iter();
    let names = functions
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path);
    names.map(|function| count_function(&function)).sum()
}

/// Adds up the packages of one function.
pub(super) fn count_function(function: &Path) -> u64 {
    let is_package = |entry: &walkdir::DirEntry| {
        let place: Vec<_> = entry
            .path()
            .strip_prefix(function)
            .into_iter()
            .flatten()
            .collect();
        match place[..] {
            [directory, file] => directory == LATEST && file == CODE_ZIP,
            [directory, _, file] => directory == VERSIONS && file == CODE_ZIP,
            _ => false,
        }
    };
    WalkDir::new(function)
        .follow_root_links(false)
        .max_depth(3)
        .into_iter()
        .filter_map(Result::ok)
        .filter(is_package)
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}
