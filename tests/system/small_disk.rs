//! Small disks of a test's own, of several file systems, each in a mount namespace of its own: however
//! the test ends, the disk is gone with it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

/// What a file takes room by.
pub(crate) const PAGE: u64 = 4096;

/// How much is asked for first when a disk is filled.
const LARGEST_PIECE: u64 = 64 * 1024 * 1024;

/// What a disk is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// In memory, a mebibyte.
    Tmpfs,
    /// With a journal, as most disks are.
    Ext4,
    /// With inodes so small that its times are whole seconds.
    Ext4OfSeconds,
    /// Shares blocks between files, and never writes over any.
    Btrfs,
    /// Shares blocks between files.
    Xfs,
}

impl FileSystem {
    pub(crate) const ALL: [Self; 5] = [
        Self::Tmpfs,
        Self::Ext4,
        Self::Ext4OfSeconds,
        Self::Btrfs,
        Self::Xfs,
    ];

    /// Those on which files can share blocks.
    pub(crate) const SHARING: [Self; 2] = [Self::Btrfs, Self::Xfs];

    /// Returns how large the disk's image is, little more than the least that can be made; nothing
    /// where there is none.
    fn image_size(self) -> Option<u64> {
        let mebibytes = match self {
            Self::Tmpfs => return None,
            Self::Ext4 | Self::Ext4OfSeconds => 16,
            Self::Btrfs => 128,
            Self::Xfs => 320,
        };
        Some(mebibytes * 1024 * 1024)
    }

    /// Returns the command that makes it in an image, and the Debian package that has the command.
    fn maker(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Tmpfs => (&[], ""),
            Self::Ext4 => (
                &["mkfs.ext4", "-q", "-b", "4096", "-m", "0", "-I", "256"],
                "e2fsprogs",
            ),
            Self::Ext4OfSeconds => (
                &["mkfs.ext4", "-q", "-b", "4096", "-m", "0", "-I", "128"],
                "e2fsprogs",
            ),
            Self::Btrfs => (&["mkfs.btrfs", "-q"], "btrfs-progs"),
            Self::Xfs => (&["mkfs.xfs", "-q", "-m", "reflink=1"], "xfsprogs"),
        }
    }
}

/// A disk; gone when this is dropped.
pub(crate) struct SmallDisk {
    /// Holds the namespace, and ends with its stdin.
    holder: Child,
    /// Has the place where the disk is mounted in there, and its image.
    workplace: tempfile::TempDir,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        self.holder.wait().unwrap();
    }
}

impl SmallDisk {
    /// Makes and mounts it: as root, or a tmpfs as somebody who is root in a user namespace of their
    /// own.
    pub(crate) fn new(file_system: FileSystem) -> Self {
        let size = file_system.image_size();
        Self::of_size(file_system, size.unwrap_or(1024 * 1024))
    }

    /// Makes and mounts one of so many bytes.
    pub(crate) fn of_size(file_system: FileSystem, size: u64) -> Self {
        if file_system == FileSystem::Tmpfs {
            let script = format!("mount -t tmpfs -o size={size} tmpfs");
            let attempts = ["-m", "-Urm"].map(|namespaces| Self::mount(namespaces, &script, None));
            let [as_root, as_user] = attempts;
            return as_root.or(as_user).unwrap_or_else(|error| {
                panic!("no tmpfs can be mounted, neither as root nor in a user namespace: {error}")
            });
        }
        let disk = Self::mount("-m", "mount -o loop image", Some((file_system, size)));
        disk.unwrap_or_else(|error| {
            panic!("a {file_system:?} can be mounted by root only, with loop devices: {error}")
        })
    }

    fn mount(
        namespaces: &str,
        mount: &str,
        image: Option<(FileSystem, u64)>,
    ) -> Result<Self, String> {
        // In memory where that can be: what is looked at is the file system, and not the disk below.
        let workplace = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let workplace = workplace.unwrap();
        std::fs::create_dir(workplace.path().join("disk")).unwrap();
        if let Some((file_system, size)) = image {
            make_image(&workplace.path().join("image"), file_system, size);
        }
        let script = format!("{mount} disk && echo mounted && exec cat");
        let mut holder = Command::new("unshare")
            .args([namespaces, "sh", "-c", &script])
            .current_dir(workplace.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("unshare, of Debian's package util-linux: {error}"))?;
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        if line == "mounted\n" {
            return Ok(Self { holder, workplace });
        }
        let mut error = String::new();
        let mut stderr = holder.stderr.take().unwrap();
        stderr.read_to_string(&mut error).unwrap();
        holder.wait().unwrap();
        Err(error)
    }

    /// Returns a path by which everybody reaches the disk.
    pub(crate) fn path(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.mounted_at().strip_prefix("/").unwrap())
    }

    /// Returns where it is mounted in its namespace.
    fn mounted_at(&self) -> PathBuf {
        self.workplace.path().join("disk")
    }

    /// Makes it read-only, for everybody.
    #[cfg(feature = "serve")]
    pub(crate) fn forbid_writing(&self) {
        self.remount("remount,bind,ro");
    }

    /// Makes it as it was.
    #[cfg(feature = "serve")]
    pub(crate) fn allow_writing(&self) {
        self.remount("remount,bind,rw");
    }

    #[cfg(feature = "serve")]
    fn remount(&self, options: &str) {
        let holder = self.holder.id().to_string();
        let mut command = Command::new("nsenter");
        command.args(["-m", "-t", &holder, "mount", "-o", options]);
        succeeded(command.arg(self.mounted_at()), "util-linux");
    }

    /// Fills it to the last page.
    pub(crate) fn fill(&self) {
        let ballast = File::create(self.ballast()).unwrap();
        let (mut size, mut piece) = (0, LARGEST_PIECE);
        while piece >= PAGE {
            match rustix::fs::fallocate(&ballast, FallocateFlags::empty(), size, piece) {
                Ok(()) => size += piece,
                Err(Errno::NOSPC) => piece /= 2,
                Err(errno) => panic!("the disk cannot be filled: {errno}"),
            }
        }
        ballast.set_len(size).unwrap();
        self.fill_what_is_left();
        ballast.sync_all().unwrap();
        self.fill_what_is_left();
    }

    /// Fills it page by page: what is freed late is had late.
    fn fill_what_is_left(&self) {
        let mut ballast = File::options().append(true).open(self.ballast()).unwrap();
        let page = vec![0; usize::try_from(PAGE).unwrap()];
        let full = std::iter::repeat_with(|| ballast.write_all(&page)).find_map(Result::err);
        assert_eq!(full.unwrap().kind(), std::io::ErrorKind::StorageFull);
    }

    /// Makes files until there is no room for another one, whatever room there is for bytes.
    pub(crate) fn fill_with_files(&self) {
        let made = (0..).map(|number| File::create(self.path().join(format!("file-{number}"))));
        let full = made.into_iter().find_map(Result::err);
        assert_eq!(full.unwrap().kind(), std::io::ErrorKind::StorageFull);
    }

    /// Makes room for so many pages.
    pub(crate) fn make_room(&self, pages: u64) {
        let ballast = File::options().write(true).open(self.ballast()).unwrap();
        let size = ballast.metadata().unwrap().len();
        ballast.set_len(size - pages * PAGE).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

fn make_image(path: &Path, file_system: FileSystem, size: u64) {
    File::create(path).unwrap().set_len(size).unwrap();
    let (command, package) = file_system.maker();
    let mut maker = Command::new(command[0]);
    // Root has it there, and others not in their PATH.
    maker.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin");
    succeeded(maker.args(&command[1..]).arg(path), package);
}

/// Runs a command of a Debian package to its end, and sees that it succeeds.
pub(crate) fn succeeded(command: &mut Command, package: &str) -> Output {
    let output = command.output();
    let output =
        output.unwrap_or_else(|error| panic!("{command:?}, of Debian's {package}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}
