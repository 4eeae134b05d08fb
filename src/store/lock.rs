//! Locks: flock(2) through `fs2`, on a file opened for writing.
//!
//! The lock of a file that may be removed counts only if the locked file is still the one at its
//! path: whoever removes it holds its lock, so a file that was removed meanwhile is noticed.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use fs2::FileExt as _;

use super::durable::{Directory, Stamp};
use super::error::StoreError;
use super::layout::PRIVATE_FILE_MODE;

/// After how long a wait the person at the terminal is told.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many threads of this process wait for locks at most: one whose time is over still waits until the lock
/// is free, and a server has many whose time is over while somebody keeps a lock.
const MOST_WAITERS: usize = 64;
/// How long those rest between two tries for whom there is no thread.
const PAUSE: Duration = Duration::from_millis(10);

/// How many threads wait.
static WAITERS: AtomicUsize = AtomicUsize::new(0);

/// An exclusive lock, released when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// A lock's file, opened for writing, and what it was when it was opened.
pub(super) type LockFile = (File, Stamp);

/// What waiting for a lock came to.
pub(super) enum Waited {
    /// It is had.
    Taken(Lock),
    /// The file is no more what the path leads to.
    Removed,
    /// Another process has had it all the time.
    TimedOut,
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
        match Self::wait(opened, directory, name, Duration::ZERO, || ())? {
            Waited::Taken(lock) => Ok(Some(lock)),
            Waited::Removed | Waited::TimedOut => Ok(None),
        }
    }

    /// Takes the lock of an open file, if nobody has it; gives the file back otherwise.
    pub(super) fn at_once(file: File) -> std::io::Result<Result<Self, File>> {
        match Hold::Alone.try_lock(&file) {
            Ok(()) => Ok(Ok(Self { file })),
            Err(error) if is_contended(&error) => Ok(Err(file)),
            Err(error) => Err(error),
        }
    }

    /// Takes the lock of an open file, which `path` in a directory led to, waiting for at most
    /// `timeout`. `waiting` is called once, if it takes longer than a second.
    pub(super) fn wait(
        (file, stamp): LockFile,
        directory: &Directory,
        path: &str,
        timeout: Duration,
        waiting: impl FnOnce(),
    ) -> Result<Waited, StoreError> {
        match lock_within(file, Hold::Alone, timeout, waiting) {
            Ok(Some(file)) if directory.is_at(path, stamp)? => Ok(Waited::Taken(Self { file })),
            Ok(Some(_)) => Ok(Waited::Removed),
            Ok(None) => Ok(Waited::TimedOut),
            Err(error) => Err(StoreError::io("lock", &directory.path_of(path))(error)),
        }
    }
}

/// A lock that many hold together, or one alone; released when dropped. Its file is never removed.
pub(super) struct SharedLock {
    file: File,
    path: PathBuf,
}

impl SharedLock {
    /// Takes the lock of a file, made if it is missing, together with others. Waits for whoever has
    /// it alone, for at most `timeout`.
    pub(super) fn acquire(
        directory: &Directory,
        name: &str,
        timeout: Duration,
    ) -> Result<Self, StoreError> {
        let (file, _) = directory.open_lock(name, PRIVATE_FILE_MODE)?;
        let path = directory.path_of(name);
        Self { file, path }.shared(timeout)
    }

    /// Takes the lock of a file, made if it is missing, together with others, without waiting. `None`
    /// if another process has it alone.
    pub(super) fn try_acquire(
        directory: &Directory,
        name: &str,
    ) -> Result<Option<Self>, StoreError> {
        match Self::acquire(directory, name, Duration::ZERO) {
            Ok(lock) => Ok(Some(lock)),
            Err(StoreError::LockTimeout { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps the lock together with others from now on. Waits for whoever has it alone, for at most
    /// `timeout`.
    pub(super) fn shared(self, timeout: Duration) -> Result<Self, StoreError> {
        self.held(Hold::Together, timeout)
    }

    /// Has the lock alone from now on, waiting for those who have it, for at most `timeout`.
    pub(super) fn alone(self, timeout: Duration) -> Result<Self, StoreError> {
        self.held(Hold::Alone, timeout)
    }

    fn held(self, hold: Hold, timeout: Duration) -> Result<Self, StoreError> {
        let Self { file, path } = self;
        let locked = lock_within(file, hold, timeout, || ());
        match locked.map_err(StoreError::io("lock", &path))? {
            Some(file) => Ok(Self { file, path }),
            None => Err(StoreError::LockTimeout {
                path,
                seconds: timeout.as_secs(),
            }),
        }
    }
}

/// How a lock is held.
#[derive(Debug, Clone, Copy)]
enum Hold {
    Alone,
    Together,
}

impl Hold {
    fn try_lock(self, file: &File) -> std::io::Result<()> {
        match self {
            Self::Alone => file.try_lock_exclusive(),
            Self::Together => fs2::FileExt::try_lock_shared(file),
        }
    }

    fn lock(self, file: &File) -> std::io::Result<()> {
        match self {
            Self::Alone => file.lock_exclusive(),
            Self::Together => fs2::FileExt::lock_shared(file),
        }
    }
}

fn is_contended(error: &std::io::Error) -> bool {
    error.kind() == fs2::lock_contended_error().kind()
}

/// Locks a file; `None` if the time is over first.
///
/// A thread does the waiting, because flock(2) knows no time limit: the kernel then hands the lock
/// on at once and in turn, where tries with pauses between them left it idle for 10 % of the time
/// that 64 writers took. A lock that comes too late is released as it comes. Where too many threads wait
/// already, tries with pauses must do.
fn lock_within(
    file: File,
    hold: Hold,
    timeout: Duration,
    waiting: impl FnOnce(),
) -> std::io::Result<Option<File>> {
    match hold.try_lock(&file) {
        Ok(()) => return Ok(Some(file)),
        Err(error) if !is_contended(&error) => return Err(error),
        Err(_) if timeout.is_zero() => return Ok(None),
        Err(_) => {}
    }
    let mut waiter = Waiter::begin(file, hold)?;
    let mut locked = waiter.wait(timeout.min(PATIENCE));
    if locked.is_none() && timeout > PATIENCE {
        waiting();
        locked = waiter.wait(timeout.saturating_sub(PATIENCE));
    }
    locked.transpose()
}

/// Who waits for a lock.
enum Waiter {
    /// A thread, which sends it.
    Thread(mpsc::Receiver<std::io::Result<File>>),
    /// Nobody: the file is tried.
    Tries(Option<File>, Hold),
}

impl Waiter {
    fn begin(file: File, hold: Hold) -> std::io::Result<Self> {
        let Some(turn) = Turn::take() else {
            return Ok(Self::Tries(Some(file), hold));
        };
        let (sender, receiver) = mpsc::channel();
        let wait = move || {
            let locked = hold.lock(&file).map(|()| file);
            drop(turn);
            drop(sender.send(locked));
        };
        std::thread::Builder::new().spawn(wait)?;
        Ok(Self::Thread(receiver))
    }

    /// Waits for so long; `None` if the time is over first.
    fn wait(&mut self, time: Duration) -> Option<std::io::Result<File>> {
        match self {
            Self::Thread(locked) => locked.recv_timeout(time).ok(),
            Self::Tries(file, hold) => {
                let began = Instant::now();
                loop {
                    match hold.try_lock(file.as_ref()?) {
                        Ok(()) => return file.take().map(Ok),
                        Err(error) if !is_contended(&error) => return Some(Err(error)),
                        Err(_) if began.elapsed() >= time => return None,
                        Err(_) => std::thread::sleep(PAUSE),
                    }
                }
            }
        }
    }
}

/// One of the threads that may wait.
struct Turn;

impl Turn {
    fn take() -> Option<Self> {
        let one_more = |waiters| (waiters < MOST_WAITERS).then_some(waiters + 1);
        let taken = WAITERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok().then_some(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        WAITERS.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a directory, which is removed when the first of these is dropped.
    fn directory() -> (tempfile::TempDir, Directory) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = Directory::open_path(temporary.path(), None).unwrap();
        (temporary, directory.unwrap())
    }

    #[test]
    fn a_lock_is_had_once_and_again_after_it_was_dropped() {
        let (_temporary, directory) = directory();
        let lock = Lock::try_acquire(&directory, "l").unwrap();
        assert!(lock.is_some());
        assert!(Lock::try_acquire(&directory, "l").unwrap().is_none());
        drop(lock);
        assert!(Lock::try_acquire(&directory, "l").unwrap().is_some());
    }

    #[test]
    fn a_lock_that_is_held_is_waited_for_no_longer_than_it_may_take() {
        let (_temporary, directory) = directory();
        let wait = |timeout| {
            let opened = directory.open_file_to_write("l", 0o600).unwrap();
            Lock::wait(opened, &directory, "l", timeout, || ()).unwrap()
        };
        let held = Lock::try_acquire(&directory, "l").unwrap();
        assert!(matches!(wait(Duration::ZERO), Waited::TimedOut));
        assert!(matches!(wait(Duration::from_millis(20)), Waited::TimedOut));
        let (ready, begun) = mpsc::channel();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                ready.send(()).unwrap();
                wait(Duration::from_secs(60))
            });
            begun.recv().unwrap();
            drop(held);
            assert!(matches!(waiter.join().unwrap(), Waited::Taken(_)));
        });
    }

    #[test]
    fn the_lock_of_a_file_that_was_removed_meanwhile_is_not_had() {
        let (_temporary, directory) = directory();
        let opened = directory.open_file_to_write("l", 0o600).unwrap();
        directory.remove_file("l").unwrap();
        let waited = Lock::wait(opened, &directory, "l", Duration::ZERO, || ()).unwrap();
        assert!(matches!(waited, Waited::Removed));
    }

    #[test]
    fn a_lock_that_one_has_alone_is_waited_for_by_others_no_longer_than_it_may_take() {
        let (_temporary, directory) = directory();
        let shared = |timeout| SharedLock::acquire(&directory, "l", timeout);
        let (first, second) = (shared(Duration::ZERO), shared(Duration::ZERO));
        drop(first.unwrap());
        let alone = second.unwrap().alone(Duration::ZERO).unwrap();
        let late = shared(Duration::from_millis(10)).err().unwrap();
        assert!(matches!(late, StoreError::LockTimeout { .. }), "{late}");
        assert!(SharedLock::try_acquire(&directory, "l").unwrap().is_none());
        let together = alone.shared(Duration::ZERO).unwrap();
        assert!(SharedLock::try_acquire(&directory, "l").unwrap().is_some());
        drop(together);
    }

    #[test]
    fn few_threads_wait_for_a_lock_though_the_time_of_many_is_over() {
        let (_temporary, directory) = directory();
        let wait = |timeout| {
            let opened = directory.open_file_to_write("l", 0o600).unwrap();
            Lock::wait(opened, &directory, "l", timeout, || ()).unwrap()
        };
        let held = Lock::try_acquire(&directory, "l").unwrap();
        for _ in 0..2 * MOST_WAITERS {
            assert!(matches!(wait(Duration::from_millis(1)), Waited::TimedOut));
        }
        // Their time is over, and they wait still, but for those that had no thread.
        let waiters = WAITERS.load(Ordering::Relaxed);
        assert!((1..=MOST_WAITERS).contains(&waiters), "{waiters}");
        drop(held);
    }

    #[test]
    fn who_has_no_thread_to_wait_gets_the_lock_once_it_is_free() {
        let (_temporary, directory) = directory();
        let held = Lock::try_acquire(&directory, "l").unwrap();
        let (file, _) = directory.open_lock("l", 0o600).unwrap();
        let mut waiter = Waiter::Tries(Some(file), Hold::Alone);
        assert!(waiter.wait(Duration::from_millis(1)).is_none());
        let (ready, begun) = mpsc::channel();
        std::thread::scope(|scope| {
            let late = scope.spawn(|| {
                ready.send(()).unwrap();
                waiter.wait(Duration::from_secs(60))
            });
            begun.recv().unwrap();
            drop(held);
            late.join().unwrap().unwrap().unwrap();
        });
    }
}
