//! Where the tests happen: a store in a directory of its own, a clock, a disk that can be stopped,
//! and people who edit files.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lambda_store::api::timestamp::Timestamp;
use lambda_store::store::{Host, Notice, Step, StepHook, Store, StoreError};
use tempfile::TempDir;

use crate::model::{Members, Now, Package};

/// Clocks far from the file system's: by the early one, no file placed by hand is ever old enough
/// for its times to be recorded, by the late one each is.
pub(crate) const EARLY: u64 = 1_000_000_000_000;
pub(crate) const LATE: u64 = 4_100_000_000_000;

/// What happens to the steps of a command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plan {
    /// All are done.
    Work,
    /// So many are done and none after them, as when the command is killed.
    StopAfter(u64),
    /// Some in a row fail, all others are done, as when the disk refuses something.
    Fail { at: u64, count: u64 },
}

/// The step at which a plan came to pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missed {
    pub(crate) action: &'static str,
    pub(crate) path: PathBuf,
}

#[derive(Debug)]
struct Progress {
    plan: Plan,
    taken: u64,
    missed: Option<Missed>,
}

pub(crate) struct World {
    directory: TempDir,
    clock: Arc<AtomicU64>,
    progress: Arc<Mutex<Progress>>,
    unfinished: Arc<AtomicUsize>,
}

impl World {
    /// Makes an empty place, whose clock shows a time.
    pub(crate) fn new(clock: u64) -> Self {
        // Flushes cost nothing in memory, and what they are for is not seen here.
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        Self {
            directory: directory.unwrap(),
            clock: Arc::new(AtomicU64::new(clock)),
            progress: Arc::new(Mutex::new(Progress {
                plan: Plan::Work,
                taken: 0,
                missed: None,
            })),
            unfinished: Arc::default(),
        }
    }

    /// Returns the path of the store.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// Returns the path of something in the store.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// Opens the store, or makes one, as a command does whose steps go by the plan.
    pub(crate) fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Store, StoreError> {
        let progress = Arc::clone(&self.progress);
        let hook = move |step: Step<'_>| {
            let mut progress = progress.lock().unwrap();
            progress.taken += 1;
            let is_missed = match progress.plan {
                Plan::Work => false,
                Plan::StopAfter(steps) => progress.taken > steps,
                Plan::Fail { at, count } => (at..at + count).contains(&progress.taken),
            };
            if !is_missed {
                return Ok(());
            }
            progress.missed.get_or_insert_with(|| Missed {
                action: step.action,
                path: step.path.to_owned(),
            });
            Err(std::io::Error::other("stopped by the test"))
        };
        Store::open_or_make(&self.path(), self.host_with(Arc::new(hook)))
    }

    /// Opens the store with a hook of the caller's.
    pub(crate) fn open_with(&self, hook: StepHook) -> Store {
        Store::open_or_make(&self.path(), self.host_with(hook)).unwrap()
    }

    fn host_with(&self, hook: StepHook) -> Host {
        Host {
            before_step: Some(hook),
            ..self.host()
        }
    }

    /// Opens the store to read; `None` where there is none yet.
    pub(crate) fn reader(&self) -> Option<Store> {
        Store::open(&self.path(), self.host()).ok()
    }

    fn host(&self) -> Host {
        let (clock, unfinished) = (Arc::clone(&self.clock), Arc::clone(&self.unfinished));
        Host {
            clock: Arc::new(move || Timestamp::from_milliseconds(clock.load(Ordering::SeqCst))),
            by: "tester@here".to_owned(),
            // Nobody holds a lock for longer than a command: waiting would hide one that is left.
            lock_timeout: Duration::ZERO,
            notify: Arc::new(move |notice| {
                if matches!(notice, Notice::ChangeUnfinished { .. }) {
                    unfinished.fetch_add(1, Ordering::SeqCst);
                }
            }),
            before_step: None,
            witness: None,
        }
    }

    /// Says what happens to the steps from now on.
    pub(crate) fn set_plan(&self, plan: Plan) {
        *self.progress.lock().unwrap() = Progress {
            plan,
            taken: 0,
            missed: None,
        };
        self.unfinished.store(0, Ordering::SeqCst);
    }

    /// Returns at which step the plan came to pass, if it did.
    pub(crate) fn missed(&self) -> Option<Missed> {
        self.progress.lock().unwrap().missed.clone()
    }

    /// Returns how many steps came since the plan was made.
    pub(crate) fn taken(&self) -> u64 {
        self.progress.lock().unwrap().taken
    }

    /// Returns how often it was said that a change is done, but not finished.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::SeqCst)
    }

    /// Moves the clock, also back.
    pub(crate) fn move_clock(&self, milliseconds: i64) {
        let time = self.clock.load(Ordering::SeqCst);
        self.clock
            .store(time.saturating_add_signed(milliseconds), Ordering::SeqCst);
    }

    /// Returns what an operation on a function would find now.
    pub(crate) fn now(&self, function: &str) -> Now {
        let latest = self.join(function).join("$LATEST");
        Now {
            clock: self.clock.load(Ordering::SeqCst),
            files_modified: files_modified(&latest),
        }
    }

    /// Returns a file with a package, as a caller has it.
    pub(crate) fn package_file(&self, package: &Package) -> PathBuf {
        let name = package.sha256.replace('/', "_") + ".zip";
        let path = self.directory.path().join(name);
        if !path.exists() {
            std::fs::write(&path, &package.bytes).unwrap();
        }
        path
    }

    /// Replaces a package by hand, by renaming another file over it; with the times of the old one
    /// if that is asked for, as copying tools can.
    pub(crate) fn replace_code(&self, path: &Path, package: &Package, keep_times: bool) {
        let modified = path.metadata().ok().map(|found| found.modified().unwrap());
        at_a_later_tick(path, || {
            let beside = self.directory.path().join("beside.zip");
            std::fs::write(&beside, &package.bytes).unwrap();
            if let Some(modified) = modified.filter(|_| keep_times) {
                let file = std::fs::File::options().write(true).open(&beside).unwrap();
                file.set_modified(modified).unwrap();
            }
            std::fs::rename(&beside, path).unwrap();
        });
    }

    /// Returns the names in a function's staging directory.
    pub(crate) fn staged(&self, function: &str) -> Vec<String> {
        names_in(&self.join(function).join(".staging"))
    }

    /// Returns the token of the last line while its change is unfinished.
    pub(crate) fn pending(&self, function: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.join(function).join("history.jsonl")).ok()?;
        let mut lines = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let last: serde_json::Value = serde_json::from_str(lines.next_back()?).ok()?;
        let token = last["Token"].as_str().unwrap().to_owned();
        let is_unfinished = self.staged(function).contains(&format!("{token}.change"));
        is_unfinished.then_some(token)
    }

    /// Returns whether an unfinished change will replace a file of `$LATEST`: an edit of it by
    /// hand is lost then.
    pub(crate) fn is_replaced(&self, function: &str, file: &str) -> bool {
        let staged = self.staged(function);
        let pending = self.pending(function);
        pending.is_some_and(|token| staged.contains(&format!("{token}.{file}")))
    }
}

/// Writes a configuration by hand, in place.
pub(crate) fn write_config(directory: &Path, config: &Members) {
    let text = serde_json::to_string_pretty(config).unwrap();
    std::fs::write(directory.join("config.json"), text).unwrap();
}

/// Overwrites a package by hand, in place.
pub(crate) fn overwrite_code(path: &Path, package: &Package) {
    at_a_later_tick(path, || std::fs::write(path, &package.bytes).unwrap());
}

/// Gives a package the time of now, with the same bytes.
pub(crate) fn touch_code(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    at_a_later_tick(path, || std::fs::write(path, &bytes).unwrap());
}

/// Returns the names in a directory, sorted; none where there is no directory.
pub(crate) fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Returns the later of the times of code.zip and config.json in a directory, in milliseconds.
pub(crate) fn files_modified(directory: &Path) -> u64 {
    let modified = |name: &str| {
        let found = std::fs::metadata(directory.join(name)).ok()?;
        let nanoseconds =
            i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
        u64::try_from(nanoseconds / 1_000_000).ok()
    };
    modified("code.zip")
        .max(modified("config.json"))
        .unwrap_or(0)
}

/// Repeats an edit until the file's time of change differs from the one before it: a person is
/// never as fast as the file system's clock is coarse.
fn at_a_later_tick(path: &Path, edit: impl Fn()) {
    let changed = || {
        let found = std::fs::metadata(path).ok();
        found.map(|found| (found.ctime(), found.ctime_nsec()))
    };
    let before = changed();
    edit();
    while changed() == before {
        edit();
    }
}
