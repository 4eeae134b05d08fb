//! `STORE/.usage`: the bytes of all deployment packages together, against the quota.
//!
//! The file is a cache. It is read, compared and written in one hold of its own lock, so that two
//! writers together cannot exceed the quota; it is counted anew when it is missing, is no number or has
//! another name, and before anything is refused. What a killed command charged and did not use is thereby
//! found out.
//!
//! What others have charged and not yet stored cannot be counted. So each change holds
//! `STORE/.usage.lock` together with the others from before its charge until that is settled, and
//! whoever counts holds it alone.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use super::durable::{Directory, Stamp, stamp};
use super::error::StoreError;
use super::host::{Notify, Work};
use super::layout::{CODE_ZIP, LATEST, PRIVATE_FILE_MODE, USAGE, USAGE_LOCK, VERSIONS};
use super::lock::{Lock, SharedLock, Waited};
use super::progress::Progress;
use super::registry::Store;
use super::view::View;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::parse_version;

/// How long the cache is waited for at least, whatever a function's lock may take: it is held for an instant,
/// or for as long as counting takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How long is waited to take bytes off. Who counts has the cache until this change is settled, and
/// finds out itself how much is stored.
const SETTLING_PATIENCE: Duration = Duration::from_millis(50);

/// What a change adds to the bytes stored: charged before it happens, given back if it does not.
pub(super) struct Account<'s> {
    store: &'s Store,
    /// Bytes that are taken off at the end.
    owed: u64,
    /// Keeps the bytes from being counted meanwhile.
    in_flight: Option<SharedLock>,
}

impl Store {
    /// Counts bytes that are about to be stored, none for a change that only frees some.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`] if the store would hold more than its quota.
    pub(super) fn charge(&self, bytes: u64) -> Result<Account<'_>, StoreError> {
        let root = self.made_root()?;
        let account = |owed, in_flight| Account {
            store: self,
            owed,
            in_flight,
        };
        if bytes == 0 {
            // Who counts meanwhile may count these bytes still, or no more: then they are not taken
            // off, and are found out like those that a killed command charged.
            let in_flight = SharedLock::try_acquire(root, USAGE_LOCK);
            return Ok(account(0, in_flight.ok().flatten()));
        }
        let patience = self.host().lock_timeout.max(PATIENCE);
        let usage = lock_usage(root, patience)?;
        let mut in_flight = SharedLock::acquire(root, USAGE_LOCK, patience)?;
        let mut stored = read(usage.file(), root)?;
        if !stored.is_some_and(|stored| self.fits(stored, bytes)) {
            in_flight = in_flight.alone(patience)?;
            stored = Some(count(self, root));
            in_flight = in_flight.shared(patience)?;
        }
        let stored = stored.unwrap_or_default();
        self.check_room(stored, bytes)?;
        write(usage.file(), root, stored + bytes)?;
        Ok(account(bytes, Some(in_flight)))
    }

    /// Returns how many bytes of packages are stored, as a change that adds some would find them.
    /// Takes no lock.
    pub fn stored(&self, bytes: u64) -> u64 {
        let Some(root) = self.root() else {
            return 0;
        };
        // What cannot be read is as good as missing: it is a cache.
        let file = root.open_file(USAGE).ok().flatten();
        let file = file.filter(|(_, stamp)| is_own(*stamp));
        let cached = file.and_then(|(file, _)| read(&file, root).ok().flatten());
        cached
            .filter(|stored| self.fits(*stored, bytes))
            .unwrap_or_else(|| count(self, root))
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

    fn fits(&self, stored: u64, bytes: u64) -> bool {
        stored.saturating_add(bytes) <= self.quotas().total_code_size
    }
}

/// Takes the lock of the cache, which is also that of the store as a whole. A cache that has another name
/// is given up, for one that is this store's alone.
pub(super) fn lock_usage(root: &Directory, patience: Duration) -> Result<Lock, StoreError> {
    let path = root.path_of(USAGE);
    loop {
        let (mut file, seen) = root.open_lock(USAGE, PRIVATE_FILE_MODE)?;
        // Nobody gives up what has no other name, so that it need not be looked at again.
        if is_own(seen) {
            match Lock::at_once(file).map_err(StoreError::io("lock", &path))? {
                Ok(lock) => return Ok(lock),
                Err(held) => file = held,
            }
        }
        match Lock::wait((file, seen), root, USAGE, patience, || ())? {
            Waited::Taken(lock) if is_own(stamp(lock.file(), &path)?) => return Ok(lock),
            Waited::Taken(_lock) => root.remove_file(USAGE)?,
            Waited::Removed => {}
            Waited::TimedOut => {
                return Err(StoreError::LockTimeout {
                    path,
                    seconds: patience.as_secs(),
                });
            }
        }
    }
}

impl Account<'_> {
    /// Keeps what was charged: it is stored. Takes off what the change freed.
    pub(super) fn settle(mut self, freed: u64) {
        self.owed = freed;
    }

    /// Takes off what is owed. Where that fails, the cache says too much, which is found out before
    /// anything is refused.
    fn take_off(&self) -> Result<(), StoreError> {
        let root = self.store.made_root()?;
        let usage = lock_usage(root, SETTLING_PATIENCE)?;
        match read(usage.file(), root)? {
            Some(stored) => write(usage.file(), root, stored.saturating_sub(self.owed)),
            None => Ok(()),
        }
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        if self.owed > 0 && self.in_flight.is_some() {
            drop(self.take_off());
        }
    }
}

/// Returns whether the cache is this store's alone: it is written in place, and what has another name, as
/// a copy by links has, would be written there as well.
fn is_own(stamp: Stamp) -> bool {
    stamp.names <= 1
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

/// Writes the number, as long as any, so that nothing of a longer one is left behind it.
fn write(file: &File, root: &Directory, stored: u64) -> Result<(), StoreError> {
    root.write_at(file, USAGE, format!("{stored:020}\n").as_bytes(), 0)
}

/// Adds up the packages of all functions, `$LATEST` and versions. What vanishes meanwhile, or may not
/// be looked at, does not count.
fn count(store: &Store, root: &Directory) -> u64 {
    let progress = Progress::new(&store.host().notify, Work::Count);
    let names = root.names().unwrap_or_default();
    names
        .iter()
        .filter_map(|name| FunctionName::parse(name.to_str()?))
        .map(|name| {
            count_unfinished(store, &name)
                .unwrap_or_else(|| count_packages(root, name.as_str(), &progress))
        })
        .sum()
}

/// Adds up the packages of a function whose last change a killed command left, which stand where
/// they were staged; `None` for any other function.
fn count_unfinished(store: &Store, name: &FunctionName) -> Option<u64> {
    let bytes = |view: &View| {
        view.is_unfinished()
            .then(|| view.stored_bytes())
            .transpose()
    };
    store.read(name, bytes).ok().flatten().flatten()
}

/// Adds up the packages of one function, which stands in a directory.
pub(super) fn count_function(directory: &Directory, function: &str, notify: &Notify) -> u64 {
    count_packages(directory, function, &Progress::new(notify, Work::Count))
}

fn count_packages(directory: &Directory, function: &str, progress: &Progress<'_>) -> u64 {
    let opened = |directory: &Directory, name: &str| directory.open(name).ok().flatten();
    let Some(function) = opened(directory, function) else {
        return 0;
    };
    let size = |directory: &Directory, name: &str| {
        let package = opened(directory, name)?.stamp(CODE_ZIP).ok()??;
        progress.advance(1);
        Some(package.size)
    };
    let latest = size(&function, LATEST).unwrap_or_default();
    let Some(versions) = opened(&function, VERSIONS) else {
        return latest;
    };
    let names = versions.names().unwrap_or_default();
    let numbers = names
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| parse_version(name).is_some());
    latest
        + numbers
            .filter_map(|number| size(&versions, number))
            .sum::<u64>()
}
