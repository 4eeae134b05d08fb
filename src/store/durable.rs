//! The few things the store does to the disk: make, write, flush, rename, remove.
//!
//! All of it goes through an open [`Directory`], by names relative to it. A symbolic link is never
//! followed, so nothing outside the store is reached, and a function that was deleted and made
//! anew meanwhile is not mistaken for the old one. Before each call that changes something the
//! [`StepHook`] is asked: tests stop a command there as a crash would.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, Timespec, Timestamps};

use super::error::StoreError;
use super::host::{Step, StepHook};
use super::witness::Witness;

type Result<T> = std::result::Result<T, StoreError>;

/// The mode of directories, before the umask.
const DIRECTORY_MODE: u32 = 0o750;

/// How large a document may be, as it stands and as it is written: far more than any configuration, and
/// so little that what is made of it stays small, whatever stands in it.
pub(super) const MAX_DOCUMENT: u64 = 1024 * 1024;

/// How deep directories may stand in one that is removed, each of which is held open meanwhile: far
/// deeper than in any function.
const MAX_DEPTH: usize = 128;

/// Which file it is, its size and times: what shows that somebody touched or replaced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Device and inode, which mean something as long as the file is held open on this host.
    pub(super) identity: (u64, u64),
    /// Bytes.
    pub(super) size: u64,
    /// When the content was last modified.
    pub(super) modified: FileTime,
    /// When content or metadata last changed.
    pub(super) changed: FileTime,
    /// How many names it has.
    pub(super) names: u64,
}

/// A file's time, seconds and nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileTime {
    seconds: i64,
    nanoseconds: u32,
}

impl FileTime {
    /// The widths of a `Stat`'s members differ between platforms.
    fn new(seconds: impl TryInto<i64>, nanoseconds: impl TryInto<u32>) -> Self {
        Self {
            seconds: seconds.try_into().unwrap_or_default(),
            nanoseconds: nanoseconds.try_into().unwrap_or_default(),
        }
    }

    /// Returns whole milliseconds as a file's time.
    pub(super) fn from_milliseconds(milliseconds: u64) -> Self {
        let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
        let nanoseconds = u32::try_from(milliseconds % 1000 * 1_000_000).unwrap_or_default();
        Self {
            seconds,
            nanoseconds,
        }
    }

    /// Returns the whole seconds since 1970, 0 for times before.
    pub(super) fn whole_seconds(self) -> u64 {
        u64::try_from(self.seconds).unwrap_or_default()
    }

    /// Returns the milliseconds since 1970, 0 for times before.
    pub(super) fn milliseconds(self) -> u64 {
        let seconds = u64::try_from(self.seconds).unwrap_or_default();
        let fraction = u64::from(self.nanoseconds) / 1_000_000;
        seconds.saturating_mul(1000).saturating_add(fraction)
    }
}

impl std::fmt::Display for FileTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}

impl From<Stat> for Stamp {
    fn from(stat: Stat) -> Self {
        Self {
            identity: (widened(stat.st_dev), widened(stat.st_ino)),
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: FileTime::new(stat.st_mtime, stat.st_mtime_nsec),
            changed: FileTime::new(stat.st_ctime, stat.st_ctime_nsec),
            names: widened(stat.st_nlink),
        }
    }
}

/// The widths of a `Stat`'s members differ between platforms.
fn widened(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or_default()
}

/// A directory that is held open.
#[derive(Clone)]
pub(super) struct Directory {
    handle: std::sync::Arc<File>,
    path: PathBuf,
    before_step: Option<StepHook>,
    /// Told what is looked at here.
    witness: Option<Witness>,
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Directory")
            .field(&self.path)
            .finish()
    }
}

impl Directory {
    /// Opens the directory at a path; here alone links are followed, for it is the caller's path.
    pub(super) fn open_path(path: &Path, before_step: Option<StepHook>) -> Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
            Ok(handle) => {
                let handle = std::sync::Arc::new(File::from(handle));
                Ok(Some(Self {
                    handle,
                    path: path.to_owned(),
                    before_step,
                    witness: None,
                }))
            }
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(errno) => Err(StoreError::io("open", path)(errno.into())),
        }
    }

    /// Has a witness told what is looked at here from now on, and that this was opened.
    pub(super) fn witnessed(self, witness: Option<Witness>) -> Result<Self> {
        if let Some(witness) = &witness {
            witness.note(&self.path, true, Some(status(&self.handle, &self.path)?));
            if !is_local(&self.handle) {
                witness.note_more();
            }
        }
        Ok(Self { witness, ..self })
    }

    /// Makes the directory at a path, unless it is there.
    pub(super) fn make_path(path: &Path, before_step: Option<&StepHook>) -> Result<()> {
        step(before_step, "make the directory", path)?;
        match rustix::fs::mkdirat(CWD, path, Mode::from_raw_mode(DIRECTORY_MODE)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
            Err(errno) => Err(StoreError::io("make the directory", path)(errno.into())),
        }
    }

    /// Returns the path that the directory was opened by, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of an entry, for messages.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a directory in this one.
    pub(super) fn open(&self, name: &str) -> Result<Option<Self>> {
        let path = self.path_of(name);
        let handle = self.open_handle(name)?.map(File::from);
        if let Some(witness) = &self.witness {
            let stat = handle.as_ref().map(|handle| status(handle, &path));
            witness.note(&path, false, stat.transpose()?);
        }
        Ok(handle.map(|handle| self.holding(handle, &path)))
    }

    /// Returns the directory that was opened in this one.
    fn holding(&self, handle: File, path: &Path) -> Self {
        Self {
            handle: std::sync::Arc::new(handle),
            path: path.to_owned(),
            before_step: self.before_step.clone(),
            witness: self.witness.clone(),
        }
    }

    fn open_handle(&self, name: &str) -> Result<Option<OwnedFd>> {
        let path = self.path_of(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&*self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Some(handle)),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP) => Err(StoreError::damaged(
                &path,
                "a directory belongs here, and something else stands here; move it away",
            )),
            Err(errno) => Err(StoreError::io("open", &path)(errno.into())),
        }
    }

    /// Opens a directory in this one, made if it is missing. The caller flushes this one.
    pub(super) fn ensure(&self, name: &str) -> Result<Self> {
        if let Some(found) = self.open(name)? {
            return Ok(found);
        }
        match self.make(name) {
            Err(StoreError::Io { cause, .. }) if cause.kind() == io::ErrorKind::AlreadyExists => {
                self.open(name)?
                    .ok_or_else(|| vanished(&self.path_of(name)))
            }
            made => made,
        }
    }

    /// Makes a directory in this one. The caller flushes this one.
    pub(super) fn make(&self, name: &str) -> Result<Self> {
        let path = self.path_of(name);
        self.step("make the directory", &path)?;
        rustix::fs::mkdirat(&*self.handle, name, Mode::from_raw_mode(DIRECTORY_MODE))
            .map_err(|errno| StoreError::io("make the directory", &path)(errno.into()))?;
        self.open(name)?.ok_or_else(|| vanished(&path))
    }

    /// Opens a regular file for reading; a link, a FIFO or a directory in its place is an error.
    pub(super) fn open_file(&self, name: &str) -> Result<Option<(File, Stamp)>> {
        self.open_regular(name, OFlags::RDONLY, 0)
    }

    /// Opens a regular file for writing and reading, if it is there.
    pub(super) fn open_file_to_change(&self, name: &str) -> Result<Option<(File, Stamp)>> {
        self.open_regular(name, OFlags::RDWR, 0)
    }

    /// Opens a regular file for writing and reading, made if it is missing.
    pub(super) fn open_file_to_write(&self, name: &str, mode: u32) -> Result<(File, Stamp)> {
        self.open_or_make("open for writing", name, mode)
    }

    /// Opens a file of the tool's own to lock it, made if it is missing.
    pub(super) fn open_lock(&self, name: &str, mode: u32) -> Result<(File, Stamp)> {
        self.open_or_make("open for locking", name, mode)
    }

    fn open_or_make(&self, step: &'static str, name: &str, mode: u32) -> Result<(File, Stamp)> {
        let path = self.path_of(name);
        self.step(step, &path)?;
        let opened = self.open_regular(name, OFlags::RDWR | OFlags::CREATE, mode)?;
        opened.ok_or_else(|| vanished(&path))
    }

    fn open_regular(&self, name: &str, access: OFlags, mode: u32) -> Result<Option<(File, Stamp)>> {
        let path = self.path_of(name);
        let not_a_file = || {
            StoreError::damaged(
                &path,
                "a regular file belongs here, and something else stands here; move it away",
            )
        };
        // Opening a FIFO must not wait for its other end.
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&*self.handle, name, flags, Mode::from_raw_mode(mode)) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::NOENT) => {
                self.note(name, None);
                return Ok(None);
            }
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO | rustix::io::Errno::ISDIR) => {
                return Err(not_a_file());
            }
            Err(errno) => return Err(StoreError::io("open", &path)(errno.into())),
        };
        let stat = status(&file, &path)?;
        self.note(name, Some(stat));
        if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
            Ok(Some((file, stat.into())))
        } else {
            Err(not_a_file())
        }
    }

    /// Reads a whole file and its stamp.
    pub(super) fn read(&self, name: &str) -> Result<Option<(Vec<u8>, Stamp)>> {
        let path = self.path_of(name);
        let Some((file, stamp)) = self.open_file(name)? else {
            return Ok(None);
        };
        if stamp.size > MAX_DOCUMENT {
            let problem = format!("{} bytes are more than a document can have", stamp.size);
            return Err(StoreError::damaged(&path, problem));
        }
        let size = usize::try_from(stamp.size).unwrap_or_default();
        let mut bytes = vec![0; size + 1];
        let mut filled = 0;
        loop {
            let count = file
                .read_at(&mut bytes[filled..], filled as u64)
                .map_err(StoreError::io("read", &path))?;
            filled += count;
            if filled > size {
                // It grew meanwhile.
                return self.read(name);
            }
            if count == 0 || filled == size {
                bytes.truncate(filled);
                return Ok(Some((bytes, stamp)));
            }
        }
    }

    /// Makes a file that must not be there yet.
    pub(super) fn create_file(&self, name: &str, mode: u32) -> Result<File> {
        let path = self.path_of(name);
        self.step("make", &path)?;
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&*self.handle, name, flags, Mode::from_raw_mode(mode))
            .map(File::from)
            .map_err(|errno| StoreError::io("make", &path)(errno.into()))
    }

    /// Makes an empty file that must not be there yet.
    #[cfg(not(target_vendor = "apple"))]
    pub(super) fn create_empty_file(&self, name: &str, mode: u32) -> Result<()> {
        let path = self.path_of(name);
        self.step("make", &path)?;
        let mode = Mode::from_raw_mode(mode);
        rustix::fs::mknodat(&*self.handle, name, FileType::RegularFile, mode, 0)
            .map_err(|errno| StoreError::io("make", &path)(errno.into()))
    }

    /// Makes an empty file that must not be there yet.
    #[cfg(target_vendor = "apple")]
    pub(super) fn create_empty_file(&self, name: &str, mode: u32) -> Result<()> {
        self.create_file(name, mode).map(drop)
    }

    /// Gives a file of this directory one more name, in another one.
    pub(super) fn link(&self, name: &str, target: &Self, new_name: &str) -> Result<()> {
        let path = target.path_of(new_name);
        target.step("link", &path)?;
        let flags = AtFlags::empty();
        rustix::fs::linkat(&*self.handle, name, &*target.handle, new_name, flags)
            .map_err(|errno| StoreError::io("link", &path)(errno.into()))
    }

    /// Makes a file with a content, flushed.
    pub(super) fn write_file(&self, name: &str, mode: u32, content: &[u8]) -> Result<()> {
        let file = self.create_file(name, mode)?;
        self.write_at(&file, name, content, 0)?;
        self.flush_file(&file, name)
    }

    /// Makes a file of a document, flushed. What nobody could read afterwards is not written.
    pub(super) fn write_document(&self, name: &str, mode: u32, text: &str) -> Result<()> {
        let size = text.len() as u64;
        if size > MAX_DOCUMENT {
            let problem = format!(
                "it would have {size} bytes, and a document has at most {MAX_DOCUMENT}; make it smaller"
            );
            return Err(StoreError::damaged(&self.path_of(name), problem));
        }
        self.write_file(name, mode, text.as_bytes())
    }

    /// Writes into an open file of this directory.
    pub(super) fn write_at(
        &self,
        file: &File,
        name: &str,
        content: &[u8],
        offset: u64,
    ) -> Result<()> {
        let path = self.path_of(name);
        self.step("write", &path)?;
        file.write_all_at(content, offset)
            .map_err(StoreError::io("write", &path))
    }

    /// Has the disk keep some room behind what is written at the end of an open file of this
    /// directory, where the file system can. The file's size stays.
    #[cfg(target_os = "linux")]
    pub(super) fn keep_room(&self, file: &File, name: &str, end: u64, bytes: u64) -> Result<()> {
        self.step("keep room behind", &self.path_of(name))?;
        // A full disk, or one that cannot: what was written stands all the same.
        let flags = rustix::fs::FallocateFlags::KEEP_SIZE;
        rustix::fs::fallocate(file, flags, end, bytes).ok();
        Ok(())
    }

    /// Elsewhere no room is kept.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn keep_room(&self, _: &File, _: &str, _: u64, _: u64) -> Result<()> {
        Ok(())
    }

    /// Cuts an open file of this directory off.
    pub(super) fn truncate(&self, file: &File, name: &str, length: u64) -> Result<()> {
        let path = self.path_of(name);
        self.step("cut off", &path)?;
        file.set_len(length)
            .map_err(StoreError::io("cut off", &path))
    }

    /// Flushes an open file of this directory to the disk.
    pub(super) fn flush_file(&self, file: &File, name: &str) -> Result<()> {
        let path = self.path_of(name);
        self.step("flush", &path)?;
        file.sync_all().map_err(StoreError::io("flush", &path))
    }

    /// Flushes the entries of this directory to the disk.
    pub(super) fn flush(&self) -> Result<()> {
        self.step("flush", &self.path)?;
        self.handle
            .sync_all()
            .map_err(StoreError::io("flush", &self.path))
    }

    /// Sets a file's modification time.
    pub(super) fn set_modified(&self, file: &File, name: &str, time: FileTime) -> Result<()> {
        let path = self.path_of(name);
        self.step("set the time of", &path)?;
        let time = Timespec {
            tv_sec: time.seconds,
            tv_nsec: time.nanoseconds.into(),
        };
        rustix::fs::futimens(
            file,
            &Timestamps {
                last_access: time,
                last_modification: time,
            },
        )
        .map_err(|errno| StoreError::io("set the time of", &path)(errno.into()))
    }

    /// Renames an entry into a directory, over a file of that name.
    pub(super) fn rename(&self, name: &str, target: &Self, new_name: &str) -> Result<()> {
        if self.rename_if_there(name, target, new_name)? {
            return Ok(());
        }
        let missing = io::ErrorKind::NotFound.into();
        Err(StoreError::io("rename", &self.path_of(name))(missing))
    }

    /// Renames an entry into a directory, over a file of that name. Returns whether it was there.
    pub(super) fn rename_if_there(
        &self,
        name: &str,
        target: &Self,
        new_name: &str,
    ) -> Result<bool> {
        let path = target.path_of(new_name);
        self.step("rename to", &path)?;
        match rustix::fs::renameat(&*self.handle, name, &*target.handle, new_name) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(errno) => Err(StoreError::io("rename to", &path)(errno.into())),
        }
    }

    /// Removes a file, if it is there.
    pub(super) fn remove_file(&self, name: &str) -> Result<()> {
        let path = self.path_of(name);
        self.step("remove", &path)?;
        match rustix::fs::unlinkat(&*self.handle, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(errno) => Err(StoreError::io("remove", &path)(errno.into())),
        }
    }

    /// Removes a file, or a directory with everything in it, if it is there. Links are removed, not
    /// followed.
    pub(super) fn remove_all(&self, name: &OsStr) -> Result<()> {
        self.remove_tree(name, MAX_DEPTH)
    }

    /// Removes an entry in which directories stand at most so deep.
    fn remove_tree(&self, name: &OsStr, depth: usize) -> Result<()> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let kind = match rustix::fs::openat(&*self.handle, name, flags, Mode::empty()) {
            Ok(handle) => {
                self.holding(File::from(handle), &path).empty(depth)?;
                AtFlags::REMOVEDIR
            }
            Err(rustix::io::Errno::NOENT) => return Ok(()),
            Err(rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP) => AtFlags::empty(),
            Err(errno) => return Err(StoreError::io("remove", &path)(errno.into())),
        };
        self.step("remove", &path)?;
        match rustix::fs::unlinkat(&*self.handle, name, kind) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(errno) => Err(StoreError::io("remove", &path)(errno.into())),
        }
    }

    /// Removes all that stands in this directory.
    fn empty(&self, depth: usize) -> Result<()> {
        let Some(depth) = depth.checked_sub(1) else {
            let problem = "it stands too deep in directories; remove it by hand";
            return Err(StoreError::damaged(&self.path, problem));
        };
        names_in(&self.handle, &self.path)?
            .iter()
            .try_for_each(|name| self.remove_tree(name, depth))
    }

    /// Returns the names of the entries, in no order.
    pub(super) fn names(&self) -> Result<Vec<OsString>> {
        let mut names = Vec::new();
        self.find(|name| {
            names.push(name.to_owned());
            false
        })?;
        Ok(names)
    }

    /// Returns the first entry that a condition holds for, in no order; reads no further.
    pub(super) fn find(&self, fits: impl FnMut(&OsStr) -> bool) -> Result<Option<OsString>> {
        if let Some(witness) = &self.witness {
            witness.note_more();
        }
        find_in(rustix::fs::Dir::read_from(&*self.handle), &self.path, fits)
    }

    /// Returns the names of the entries of a directory in this one, none if it is missing.
    pub(super) fn names_of(&self, name: &str) -> Result<Vec<OsString>> {
        Ok(self
            .open_listed(name)?
            .map_or_else(Vec::new, |(_, names)| names))
    }

    /// Opens a directory in this one, and lists its entries, in no order.
    pub(super) fn open_listed(&self, name: &str) -> Result<Option<(Self, Vec<OsString>)>> {
        if let Some(witness) = &self.witness {
            witness.note_more();
        }
        let Some(directory) = self.open(name)? else {
            return Ok(None);
        };
        let names = names_in(&directory.handle, &directory.path)?;
        Ok(Some((directory, names)))
    }

    /// Returns whether anything stands under a name.
    pub(super) fn contains(&self, name: &str) -> Result<bool> {
        Ok(self.stat(name)?.is_some())
    }

    /// Returns whether a regular file stands under a name, or a path in this directory.
    pub(super) fn contains_file(&self, name: &str) -> Result<bool> {
        let is_file = |stat: Stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        Ok(self.stat(name)?.is_some_and(is_file))
    }

    /// Returns a file's stamp.
    pub(super) fn stamp(&self, name: &str) -> Result<Option<Stamp>> {
        Ok(self.stat(name)?.map(Stamp::from))
    }

    /// Returns whether a name, or a path in this directory, stands for the very file that was
    /// opened with this stamp and is held open.
    pub(super) fn is_at(&self, name: &str, held: Stamp) -> Result<bool> {
        let found = self.stamp(name)?;
        Ok(found.is_some_and(|found| found.identity == held.identity))
    }

    fn stat(&self, name: &str) -> Result<Option<Stat>> {
        match rustix::fs::statat(&*self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                self.note(name, Some(stat));
                Ok(Some(stat))
            }
            Err(rustix::io::Errno::NOENT) => {
                self.note(name, None);
                Ok(None)
            }
            Err(errno) => Err(StoreError::io("look at", &self.path_of(name))(errno.into())),
        }
    }

    /// Tells the witness what stands under a name.
    fn note(&self, name: &str, stat: Option<Stat>) {
        if let Some(witness) = &self.witness {
            witness.note(&self.path_of(name), false, stat);
        }
    }

    fn step(&self, action: &'static str, path: &Path) -> Result<()> {
        step(self.before_step.as_ref(), action, path)
    }
}

fn step(hook: Option<&StepHook>, action: &'static str, path: &Path) -> Result<()> {
    match hook {
        Some(hook) => hook(Step { action, path }).map_err(StoreError::io(action, path)),
        None => Ok(()),
    }
}

/// Returns the stamp of an open file.
pub(super) fn stamp(file: &File, path: &Path) -> Result<Stamp> {
    status(file, path).map(Stamp::from)
}

fn status(file: &File, path: &Path) -> Result<Stat> {
    rustix::fs::fstat(file).map_err(|errno| StoreError::io("look at", path)(errno.into()))
}

/// Returns whether a directory is on a disk of this machine: what another one did on a shared file
/// system may be hidden for a minute from who only looks at files, and does not open them.
#[cfg(target_os = "linux")]
fn is_local(directory: &File) -> bool {
    /// ext4, xfs, btrfs, zfs, f2fs, tmpfs and overlayfs, by their magic numbers (statfs(2)).
    const LOCAL: [u64; 7] = [
        0xEF53,
        0x5846_5342,
        0x9123_683E,
        0x2FC1_2FC1,
        0xF2F5_2010,
        0x0102_1994,
        0x794C_7630,
    ];
    rustix::fs::fstatfs(directory).is_ok_and(|found| LOCAL.contains(&widened(found.f_type)))
}

/// Elsewhere it is not known.
#[cfg(not(target_os = "linux"))]
fn is_local(_: &File) -> bool {
    false
}

fn find_in(
    listed: rustix::io::Result<rustix::fs::Dir>,
    path: &Path,
    mut fits: impl FnMut(&OsStr) -> bool,
) -> Result<Option<OsString>> {
    for entry in listed.map_err(unlisted(path))? {
        let entry = entry.map_err(unlisted(path))?;
        let name = entry_name(entry.file_name());
        if let Some(name) = name.filter(|name| fits(name)) {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

/// Lists a directory of which nothing was read yet, through the handle itself: each change begins
/// with this.
#[cfg(target_os = "linux")]
fn names_in(handle: &File, path: &Path) -> Result<Vec<OsString>> {
    let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
    let mut entries = rustix::fs::RawDir::new(handle, &mut buffer);
    let mut names = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            // It was removed meanwhile, and has no more.
            Err(rustix::io::Errno::NOENT) => break,
            entry => entry.map_err(unlisted(path))?,
        };
        names.extend(entry_name(entry.file_name()).map(ToOwned::to_owned));
    }
    Ok(names)
}

#[cfg(not(target_os = "linux"))]
fn names_in(handle: &File, path: &Path) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    find_in(rustix::fs::Dir::read_from(handle), path, |name| {
        names.push(name.to_owned());
        false
    })?;
    Ok(names)
}

/// Returns the name of an entry, but not those of the directory itself and of the one that it is in.
fn entry_name(name: &CStr) -> Option<&OsStr> {
    Some(OsStr::from_bytes(name.to_bytes())).filter(|name| *name != "." && *name != "..")
}

fn unlisted(path: &Path) -> impl Fn(rustix::io::Errno) -> StoreError {
    move |errno| StoreError::io("list", path)(errno.into())
}

fn vanished(path: &Path) -> StoreError {
    StoreError::io("open", path)(io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> (tempfile::TempDir, Directory) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = Directory::open_path(temporary.path(), None)
            .unwrap()
            .unwrap();
        (temporary, directory)
    }

    #[test]
    fn what_is_no_regular_file_is_never_opened() {
        let (temporary, directory) = directory();
        std::os::unix::fs::symlink("/etc/passwd", temporary.path().join("link")).unwrap();
        std::fs::create_dir(temporary.path().join("directory")).unwrap();
        rustix::fs::mknodat(
            CWD,
            temporary.path().join("fifo"),
            FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .unwrap();
        for name in ["link", "directory", "fifo"] {
            assert!(
                matches!(directory.open_file(name), Err(StoreError::Damaged { .. })),
                "{name}"
            );
            let to_write = directory.open_file_to_write(name, 0o640);
            assert!(
                matches!(to_write, Err(StoreError::Damaged { .. })),
                "{name}"
            );
        }
        assert!(matches!(
            directory.open("link"),
            Err(StoreError::Damaged { .. })
        ));
    }

    #[test]
    fn removing_never_follows_a_link() {
        let (temporary, directory) = directory();
        let outside = tempfile::tempdir().unwrap();
        let kept = outside.path().join("kept");
        File::create(&kept).unwrap();
        std::fs::create_dir(temporary.path().join("tree")).unwrap();
        std::os::unix::fs::symlink(outside.path(), temporary.path().join("tree/link")).unwrap();
        std::os::unix::fs::symlink(outside.path(), temporary.path().join("root")).unwrap();
        directory.remove_all(OsStr::new("root")).unwrap();
        assert!(!directory.contains("root").unwrap());
        directory.remove_all(OsStr::new("tree")).unwrap();
        assert!(kept.exists() && !directory.contains("tree").unwrap());
    }

    #[test]
    fn removing_stays_within_a_directory_that_becomes_a_link_meanwhile() {
        let temporary = tempfile::tempdir().unwrap();
        let (inner, aside) = (
            temporary.path().join("tree/inner"),
            temporary.path().join("aside"),
        );
        let outside = temporary.path().join("outside");
        for directory in [&inner, &outside] {
            std::fs::create_dir_all(directory).unwrap();
            File::create(directory.join("file")).unwrap();
        }
        let swap = {
            let (inner, outside) = (inner.clone(), outside.clone());
            move |step: Step<'_>| {
                if step.path == inner.join("file") {
                    rustix::fs::rename(&inner, &aside)?;
                    std::os::unix::fs::symlink(&outside, &inner)?;
                }
                Ok(())
            }
        };
        let hook: StepHook = std::sync::Arc::new(swap);
        let directory = Directory::open_path(temporary.path(), Some(hook));
        let directory = directory.unwrap().unwrap();
        assert!(directory.remove_all(OsStr::new("tree")).is_err());
        assert!(inner.is_symlink() && outside.join("file").exists());
        // The next one finds a link, and removes it.
        directory.remove_all(OsStr::new("tree")).unwrap();
        assert!(!directory.contains("tree").unwrap() && outside.join("file").exists());
    }

    #[test]
    fn what_stands_very_deep_is_not_removed_with_ever_more_open_files() {
        let (temporary, directory) = directory();
        let tree = |depth: usize| vec!["d"; depth].join("/");
        std::fs::create_dir_all(temporary.path().join(tree(MAX_DEPTH))).unwrap();
        directory.remove_all(OsStr::new("d")).unwrap();
        assert!(!directory.contains("d").unwrap());
        std::fs::create_dir_all(temporary.path().join(tree(MAX_DEPTH + 1))).unwrap();
        let refused = directory
            .remove_all(OsStr::new("d"))
            .unwrap_err()
            .to_string();
        assert!(refused.contains("remove it by hand"), "{refused}");
    }

    #[test]
    fn a_files_time_survives_the_way_to_the_disk_and_back() {
        let (_temporary, directory) = directory();
        let file = directory.create_file("f", 0o640).unwrap();
        let time = FileTime::from_milliseconds(1_795_515_300_123);
        directory.set_modified(&file, "f", time).unwrap();
        let stamp = directory.stamp("f").unwrap().unwrap();
        assert_eq!(stamp.modified, time);
        assert_eq!(stamp.modified.to_string(), "1795515300.123000000");
        assert_eq!(stamp.modified.milliseconds(), 1_795_515_300_123);
    }
}
