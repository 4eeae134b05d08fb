//! What a read looked at, by which it is seen later that it would read the same again.
//!
//! An answer that was made from files is still right while each of them is the very file that it was,
//! with the same size and times, and while what was missing is missing. Times tell a later edit from what
//! was read only if they were old enough by then.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, CWD, FileType, Stat};

use super::durable::Stamp;
use super::latest::SETTLED_MILLISECONDS;
use crate::api::timestamp::Timestamp;

/// How many answers are remembered; then all are forgotten, which is rare and simple.
const MOST: usize = 1000;

/// Told what a read looks at.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<Mutex<Evidence>>);

/// What a read looked at.
#[derive(Debug, Clone, Default)]
struct Evidence {
    looks: Vec<Look>,
    /// Whether the read depends on more than that.
    is_partial: bool,
}

/// One look at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    path: PathBuf,
    /// Whether the path may be a link.
    is_followed: bool,
    found: Found,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    /// A directory; what was looked at in it has a look of its own.
    Directory((u64, u64)),
    File(Stamp),
}

impl Witness {
    /// Notes that the read depends on something that is no file, or on a whole directory.
    pub fn note_more(&self) {
        self.change(|evidence| evidence.is_partial = true);
    }

    /// Notes what stands at a path.
    pub(super) fn note(&self, path: &Path, is_followed: bool, stat: Option<Stat>) {
        let found = Found::of(stat);
        self.change(|evidence| {
            let is_same = |look: &Look| look.found == found && look.path == path;
            if !evidence.looks.iter().any(is_same) {
                evidence.looks.push(Look {
                    path: path.to_owned(),
                    is_followed,
                    found,
                });
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Evidence) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Evidence {
    /// Returns whether edits after this time change what was found.
    fn is_settled(&self, began: Timestamp) -> bool {
        let settled = began.milliseconds().saturating_sub(SETTLED_MILLISECONDS);
        // The first is the store: what is mounted within may be a shared file system.
        let device = self.looks.first().and_then(|look| look.found.device());
        let is_in_store = |found: Found| found.device().is_none_or(|it| Some(it) == device);
        !self.is_partial
            && self.looks.iter().all(|look| match look.found {
                Found::File(stamp) if stamp.changed.milliseconds() >= settled => false,
                found => is_in_store(found),
            })
    }

    /// Looks again.
    fn holds(&self) -> bool {
        self.looks.iter().all(|look| {
            let flags = if look.is_followed {
                AtFlags::empty()
            } else {
                AtFlags::SYMLINK_NOFOLLOW
            };
            let stat = match rustix::fs::statat(CWD, &look.path, flags) {
                Ok(stat) => Some(stat),
                Err(rustix::io::Errno::NOENT) => None,
                Err(_) => return false,
            };
            Found::of(stat) == look.found
        })
    }
}

impl Found {
    fn device(self) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Directory((device, _)) => Some(device),
            Self::File(stamp) => Some(stamp.identity.0),
        }
    }

    fn of(stat: Option<Stat>) -> Self {
        let Some(stat) = stat else {
            return Self::Nothing;
        };
        let stamp = Stamp::from(stat);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Self::Directory(stamp.identity),
            _ => Self::File(stamp),
        }
    }
}

/// Answers that were read, by what was asked.
#[derive(Debug, Default)]
pub struct Remembered<T>(Mutex<HashMap<String, Arc<(Evidence, T)>>>);

impl<T: Clone> Remembered<T> {
    /// Returns what was answered, if the same would be read again.
    pub fn get(&self, asked: &str) -> Option<T> {
        let known = self.change(|known| known.get(asked).cloned())?;
        let (evidence, answer) = &*known;
        evidence.holds().then(|| answer.clone())
    }

    /// Remembers what was answered, if it is seen when that changes; the read began at a time, and
    /// everything that it looked at was noted.
    pub fn put(&self, asked: String, answer: T, (began, witness): (Timestamp, &Witness)) {
        let evidence = witness.change(std::mem::take);
        if evidence.is_settled(began) {
            self.change(|known| {
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(asked, Arc::new((evidence, answer)));
            });
        }
    }

    fn change<R>(&self, change: impl FnOnce(&mut HashMap<String, Arc<(Evidence, T)>>) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests place and edit files as people do"
)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::store::durable::Directory;

    fn later() -> Timestamp {
        Timestamp::from_milliseconds(u64::MAX)
    }

    /// Reads `file` and looks for `missing` in `inner`, and remembers it.
    fn remembered(path: &Path, began: Timestamp) -> Remembered<()> {
        let witness = Witness::default();
        let root = Directory::open_path(path, None).unwrap().unwrap();
        let root = root.witnessed(Some(witness.clone())).unwrap();
        let inner = root.open("inner").unwrap().unwrap();
        assert!(inner.read("file").unwrap().is_some());
        assert!(!inner.contains("missing").unwrap());
        let remembered = Remembered::default();
        remembered.put("it".to_owned(), (), (began, &witness));
        remembered
    }

    fn made() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("inner")).unwrap();
        fs::write(directory.path().join("inner/file"), "1").unwrap();
        directory
    }

    #[test]
    fn what_nobody_touched_is_remembered() {
        let directory = made();
        let remembered = remembered(directory.path(), later());
        fs::write(directory.path().join("inner/other"), "").unwrap();
        assert_eq!(remembered.get("it"), Some(()));
        assert_eq!(remembered.get("else"), None);
    }

    #[test]
    fn every_edit_of_what_was_looked_at_is_seen() {
        type Edit = fn(&Path);
        let edits: [(&str, Edit); 7] = [
            ("the same size and time", |path| {
                let file = path.join("inner/file");
                let modified = fs::metadata(&file).unwrap().modified().unwrap();
                fs::write(&file, "2").unwrap();
                let file = fs::File::options().write(true).open(&file).unwrap();
                file.set_modified(modified).unwrap();
            }),
            ("another file", |path| {
                fs::copy(path.join("inner/file"), path.join("inner/new")).unwrap();
                fs::rename(path.join("inner/new"), path.join("inner/file")).unwrap();
            }),
            ("no file", |path| {
                fs::remove_file(path.join("inner/file")).unwrap();
            }),
            ("what was missing", |path| {
                fs::write(path.join("inner/missing"), "").unwrap();
            }),
            ("a link to the directory", |path| {
                fs::rename(path.join("inner"), path.join("moved")).unwrap();
                symlink("moved", path.join("inner")).unwrap();
            }),
            ("another directory with the same files", |path| {
                fs::rename(path.join("inner"), path.join("moved")).unwrap();
                fs::create_dir(path.join("inner")).unwrap();
                fs::hard_link(path.join("moved/file"), path.join("inner/file")).unwrap();
            }),
            ("nothing at all", |path| fs::remove_dir_all(path).unwrap()),
        ];
        for (what, edit) in edits {
            let directory = made();
            let path = directory.path().join("copy");
            fs::create_dir(&path).unwrap();
            fs::rename(directory.path().join("inner"), path.join("inner")).unwrap();
            let remembered = remembered(&path, later());
            assert_eq!(remembered.get("it"), Some(()), "{what}");
            edit(&path);
            assert_eq!(remembered.get("it"), None, "{what}");
        }
    }

    #[test]
    fn what_an_edit_might_leave_with_the_same_times_is_not_remembered() {
        let directory = made();
        let file = Directory::open_path(directory.path(), None).unwrap();
        let stamp = file.unwrap().stamp("inner/file").unwrap().unwrap();
        for (age, is_remembered) in [(0, false), (1999, false), (2001, true)] {
            let began = Timestamp::from_milliseconds(stamp.changed.milliseconds() + age);
            let remembered = remembered(directory.path(), began);
            assert_eq!(remembered.get("it").is_some(), is_remembered, "{age}");
        }
    }

    #[test]
    fn what_depends_on_more_than_files_is_not_remembered() {
        let directory = made();
        let witness = Witness::default();
        let root = Directory::open_path(directory.path(), None).unwrap();
        let root = root.unwrap().witnessed(Some(witness.clone())).unwrap();
        assert_eq!(root.names().unwrap(), ["inner"]);
        let remembered = Remembered::default();
        remembered.put("it".to_owned(), (), (later(), &witness));
        assert_eq!(remembered.get("it"), None);
    }
}
