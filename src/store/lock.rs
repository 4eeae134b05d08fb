//! Exclusive locks: flock(2) through `fs2`, on a file opened for writing.
//!
//! A lock counts only if the locked file is still the one at its path: whoever removes a lock file
//! holds its lock, so a file that was removed meanwhile is noticed.

use std::fs::File;
use std::time::{Duration, Instant};

use fs2::FileExt as _;

use super::durable::{Directory, Stamp};
use super::error::StoreError;
use super::layout::PRIVATE_FILE_MODE;

/// The first pause between two tries, which doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_micros(200);
/// The longest pause: what a lock that is released may cost in idle time.
const LONGEST_PAUSE: Duration = Duration::from_millis(5);
/// After how long a wait the person at the terminal is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// An exclusive lock, released when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Returns the locked file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Takes the lock of a file, made if it is missing, without waiting. `None` if another process
    /// has it, or removed the file meanwhile.
    pub(super) fn try_acquire(
        directory: &Directory,
        name: &str,
    ) -> Result<Option<Self>, StoreError> {
        let opened = directory.open_file_to_write(name, PRIVATE_FILE_MODE)?;
        Self::try_take(opened, directory, name)
    }

    /// Takes the lock of an open file without waiting. `None` if another process has it, or if it is
    /// no more what `path` in a directory leads to.
    pub(super) fn try_take(
        (file, stamp): (File, Stamp),
        directory: &Directory,
        path: &str,
    ) -> Result<Option<Self>, StoreError> {
        match file.try_lock_exclusive() {
            Ok(()) => Ok(directory.is_at(path, stamp)?.then_some(Self { file })),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => Ok(None),
            Err(error) => Err(StoreError::io("lock", &directory.path_of(path))(error)),
        }
    }
}

/// Repeats a try until it succeeds or the time is over; `None` then. `waiting` is called once, if it
/// takes longer than a second.
pub(super) fn wait_for<T>(
    timeout: Duration,
    mut attempt: impl FnMut() -> Result<Option<T>, StoreError>,
    waiting: impl FnOnce(),
) -> Result<Option<T>, StoreError> {
    let start = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    let mut waiting = Some(waiting);
    loop {
        if let Some(found) = attempt()? {
            return Ok(Some(found));
        }
        let waited = start.elapsed();
        if waited >= timeout {
            return Ok(None);
        }
        if waited >= PATIENCE
            && let Some(waiting) = waiting.take()
        {
            waiting();
        }
        std::thread::sleep(pause.min(timeout.saturating_sub(waited)));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_had_once_and_again_after_it_was_dropped() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = Directory::open_path(temporary.path(), None)
            .unwrap()
            .unwrap();
        let lock = Lock::try_acquire(&directory, "l").unwrap();
        assert!(lock.is_some());
        assert!(Lock::try_acquire(&directory, "l").unwrap().is_none());
        drop(lock);
        assert!(Lock::try_acquire(&directory, "l").unwrap().is_some());
    }

    #[test]
    fn waiting_ends_at_its_time_and_zero_tries_once() {
        let mut tries = 0;
        let mut never = || {
            tries += 1;
            Ok(None::<()>)
        };
        assert!(
            wait_for(Duration::ZERO, &mut never, || ())
                .unwrap()
                .is_none()
        );
        assert_eq!(tries, 1);
        assert!(
            wait_for(Duration::from_millis(20), || Ok(None::<()>), || ())
                .unwrap()
                .is_none()
        );
    }
}
