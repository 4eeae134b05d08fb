//! Deployment packages: hashed, copied and checked, each from one open file.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::durable::stamp;
use super::error::StoreError;
use super::host::{Notify, Work};
use super::package_entries;
use super::progress::Progress;
use super::registry::Store;
use crate::api::code_sha256::{CodeIdentity, CodeSha256};
use crate::api::limits::Quotas;

/// How much is read at once for hashing; more gains nothing.
const READ: usize = 128 * 1024;
/// How much of an upload is gathered for one write: many uploads may come at once.
const RECEIVED: usize = 16 * 1024;
/// Where the buffer for reading begins, a page: to anywhere else the kernel copies so slowly that
/// hashing takes 6 % longer, and where the heap puts a buffer changes with any line of code.
const PAGE: usize = 4096;
/// How much is copied at once by the kernel; each such piece starts its write-back at once.
const PIECE: usize = 4 * 1024 * 1024;
/// From this size on a second thread copies while the first hashes; below, it only costs.
const PARALLEL: u64 = 1024 * 1024;

/// What the end of a zip's directory begins with.
const DIRECTORY_SIGNATURE: &[u8] = b"PK\x05\x06";
/// Bytes of the end of a zip's directory.
const DIRECTORY_END: u64 = 22;
/// The most bytes of a comment behind it.
const LONGEST_COMMENT: u64 = 65_535;

/// A deployment package that somebody gives: a regular file, opened once, or bytes.
#[derive(Debug)]
pub struct PackageSource {
    file: File,
    /// What it is told by.
    path: PathBuf,
    /// Where the file stands, for errors of the disk.
    place: PathBuf,
}

/// Why a package that came in pieces was not taken in.
#[derive(Debug)]
pub enum NotReceived {
    /// The pieces could not be read.
    Unreadable(io::Error),
    /// It is beyond the quota, or could not be written.
    Store(StoreError),
}

impl Store {
    /// Takes in a package that comes in pieces, under the name that it is told by, into a file
    /// without a name on the store's own disk. One beyond the quota is not read to its end.
    ///
    /// # Errors
    /// See [`NotReceived`].
    pub fn receive(
        &self,
        pieces: &mut impl Read,
        name: &str,
    ) -> Result<PackageSource, NotReceived> {
        let cannot_write =
            |error| NotReceived::Store(StoreError::io("write an upload in", self.path())(error));
        let file = tempfile::tempfile_in(self.path()).map_err(cannot_write)?;
        let source = PackageSource {
            file,
            path: PathBuf::from(name),
            place: self.path().to_owned(),
        };
        let max = self.quotas().code_size_zipped;
        let mut buffer = Vec::with_capacity(RECEIVED);
        let mut size = 0;
        loop {
            buffer.clear();
            let mut piece = pieces.by_ref().take(RECEIVED as u64);
            let count = piece.read_to_end(&mut buffer);
            let count = count.map_err(NotReceived::Unreadable)?;
            if count == 0 {
                break;
            }
            if size + count as u64 > max {
                // How many there are, nobody knows yet.
                let error = source.too_large("too many bytes", max);
                return Err(NotReceived::Store(error));
            }
            let written = source.file.write_all_at(&buffer, size);
            written.map_err(cannot_write)?;
            size += count as u64;
        }
        Ok(source)
    }
}

impl PackageSource {
    /// Opens the file at a path.
    ///
    /// # Errors
    /// If it cannot be opened, or is not a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a FIFO must not wait for its other end.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Errno::ISDIR.into());
        }
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            place: path.to_owned(),
        })
    }

    /// Takes a package that stands in no file, under the name that it is told by. It is put into a
    /// temporary file, which is gone with the source.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn of_bytes(bytes: &[u8], name: &str) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        file.write_all_at(bytes, 0)?;
        Ok(Self {
            file,
            path: PathBuf::from(name),
            place: std::env::temp_dir(),
        })
    }

    /// Looks whether the file ends as a zip does, with the end of its directory; whether what that
    /// tells of is there, is not looked at.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn has_directory(&self) -> io::Result<bool> {
        let size = self.file.metadata()?.len();
        let length = size.min(DIRECTORY_END + LONGEST_COMMENT);
        let mut end = vec![0; usize::try_from(length).unwrap_or_default()];
        self.file.read_exact_at(&mut end, size - length)?;
        let mut places = end.windows(DIRECTORY_SIGNATURE.len());
        let last = places.rposition(|place| place == DIRECTORY_SIGNATURE);
        Ok(last.is_some_and(|last| length - last as u64 >= DIRECTORY_END))
    }

    /// Gives the file and its path away.
    pub(super) fn into_file(self) -> (File, PathBuf) {
        (self.file, self.path)
    }

    /// Checks the package as an upload and hashes it, and copies nothing.
    ///
    /// # Errors
    /// [`StoreError::InvalidPackage`] for what is no package within the quotas.
    pub(super) fn inspect(
        &self,
        quotas: &Quotas,
        notify: &Notify,
    ) -> Result<CodeIdentity, StoreError> {
        let size = self.check_zipped_size(quotas)?;
        package_entries::check(&self.file, &self.place, &self.path, quotas)?;
        hash((&self.file, &self.place), size, notify)
    }

    /// Copies the package into an empty file and checks the copy.
    pub(super) fn copy_checked(
        &self,
        target: &File,
        target_path: &Path,
        quotas: &Quotas,
        notify: &Notify,
    ) -> Result<CodeIdentity, StoreError> {
        let size = self.check_zipped_size(quotas)?;
        let source = (&self.file, &*self.place);
        let identity = copy(source, size, (target, target_path), notify)?;
        self.check_size(identity.size, quotas)?;
        package_entries::check(target, target_path, &self.path, quotas)?;
        Ok(identity)
    }

    /// Copies the package into an empty file.
    pub(super) fn copy_as_it_is(
        &self,
        target: &File,
        target_path: &Path,
        notify: &Notify,
    ) -> Result<CodeIdentity, StoreError> {
        let size = stamp(&self.file, &self.place)?.size;
        copy(
            (&self.file, &self.place),
            size,
            (target, target_path),
            notify,
        )
    }

    fn check_zipped_size(&self, quotas: &Quotas) -> Result<u64, StoreError> {
        let size = stamp(&self.file, &self.place)?.size;
        self.check_size(size, quotas)?;
        Ok(size)
    }

    fn check_size(&self, size: u64, quotas: &Quotas) -> Result<(), StoreError> {
        let max = quotas.code_size_zipped;
        if size > max {
            return Err(self.too_large(&format!("{size} bytes"), max));
        }
        Ok(())
    }

    fn too_large(&self, size: &str, max: u64) -> StoreError {
        let path = self.path.display();
        let problem = format!(
            "{path} has {size}, more than the quota CodeSizeZipped of {max} for an upload; a larger \
             package can be placed by hand as $LATEST/code.zip"
        );
        StoreError::InvalidPackage { problem }
    }
}

/// Hashes a whole file that was seen to have this size.
pub(super) fn hash(
    source: (&File, &Path),
    size: u64,
    notify: &Notify,
) -> Result<CodeIdentity, StoreError> {
    hash_as_part(source, size, &Progress::new(notify, Work::Package { size }))
}

/// Hashes a whole file that was seen to have this size, as a part of larger work.
pub(super) fn hash_as_part(
    (file, path): (&File, &Path),
    size: u64,
    progress: &Progress<'_>,
) -> Result<CodeIdentity, StoreError> {
    let mut hasher = Hasher::new(file, path, size, progress);
    while !hasher.is_at_end {
        hasher.read_on(u64::MAX)?;
    }
    Ok(hasher.finish())
}

/// Copies a file into an empty one and hashes the very bytes of the copy. The copy is not flushed.
/// `size` is what the source was seen to have; it only decides how.
pub(super) fn copy(
    source: (&File, &Path),
    size: u64,
    target: (&File, &Path),
    notify: &Notify,
) -> Result<CodeIdentity, StoreError> {
    if size < PARALLEL {
        copy_small(source, size, target, notify)
    } else {
        copy_large(source, size, target, notify)
    }
}

/// Copies, and then reads and hashes the copy.
fn copy_small(
    source: (&File, &Path),
    size: u64,
    target: (&File, &Path),
    notify: &Notify,
) -> Result<CodeIdentity, StoreError> {
    let mut copier = Copier::new(source, target);
    // The kernel is asked for far more than so small a package has: where it stops, there is no more.
    while copier.copy_piece()? > 0 && !(copier.by_kernel && copier.offset == size) {}
    hash(target, size, notify)
}

/// Copies in one thread while this one reads and hashes the copy behind it.
fn copy_large(
    source: (&File, &Path),
    size: u64,
    target: (&File, &Path),
    notify: &Notify,
) -> Result<CodeIdentity, StoreError> {
    let (done, arrived) = mpsc::channel();
    let progress = Progress::new(notify, Work::Package { size });
    thread::scope(|scope| {
        let copier = scope.spawn(move || copy_in_pieces(source, target, &done));
        let mut hasher = Hasher::new(target.0, target.1, size, &progress);
        for end in arrived {
            while hasher.offset < end && !hasher.read_on(end)?.is_empty() {}
        }
        match copier.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(hasher.finish())
    })
}

/// Copies a whole file, telling after each piece how far it is.
fn copy_in_pieces(
    source: (&File, &Path),
    target: (&File, &Path),
    progress: &mpsc::Sender<u64>,
) -> Result<(), StoreError> {
    let mut copier = Copier::new(source, target);
    loop {
        let from = copier.offset;
        let count = copier.copy_piece()?;
        if count == 0 {
            return Ok(());
        }
        start_write_back(target.0, from, count).map_err(StoreError::io("write", target.1))?;
        // The receiver is gone only if hashing failed, which is told there.
        if progress.send(copier.offset).is_err() {
            return Ok(());
        }
    }
}

/// Copies piece by piece, by the kernel where it can (which shares blocks where the file system
/// can), else by reading and writing.
struct Copier<'a> {
    source: (&'a File, &'a Path),
    target: (&'a File, &'a Path),
    offset: u64,
    by_kernel: bool,
}

impl<'a> Copier<'a> {
    fn new(source: (&'a File, &'a Path), target: (&'a File, &'a Path)) -> Self {
        Self {
            source,
            target,
            offset: 0,
            by_kernel: true,
        }
    }

    fn copy_piece(&mut self) -> Result<usize, StoreError> {
        let ((source, source_path), (target, target_path)) = (self.source, self.target);
        if self.by_kernel {
            if let Ok(count) = kernel_copy(source, target, self.offset) {
                self.offset += count as u64;
                return Ok(count);
            }
            // Old kernels and some file systems cannot. Where the disk is the reason, reading or
            // writing fails as well, and tells which of the two.
            self.by_kernel = false;
        }
        let mut buffer = vec![0; READ];
        let count = source
            .read_at(&mut buffer, self.offset)
            .map_err(StoreError::io("read", source_path))?;
        target
            .write_all_at(&buffer[..count], self.offset)
            .map_err(StoreError::io("write", target_path))?;
        self.offset += count as u64;
        Ok(count)
    }
}

#[cfg(target_os = "linux")]
fn kernel_copy(source: &File, target: &File, offset: u64) -> io::Result<usize> {
    let (mut from, mut to) = (offset, offset);
    Ok(rustix::fs::copy_file_range(
        source,
        Some(&mut from),
        target,
        Some(&mut to),
        PIECE,
    )?)
}

#[cfg(not(target_os = "linux"))]
fn kernel_copy(_: &File, _: &File, _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Lets the disk begin with a piece now, so that the flush at the end waits for little.
#[cfg(target_os = "linux")]
fn start_write_back(target: &File, offset: u64, count: usize) -> io::Result<()> {
    let length = std::num::NonZeroU64::new(count as u64);
    Ok(rustix::fs::fadvise(
        target,
        offset,
        length,
        rustix::fs::Advice::DontNeed,
    )?)
}

#[cfg(not(target_os = "linux"))]
fn start_write_back(_: &File, _: u64, _: usize) -> io::Result<()> {
    Ok(())
}

/// Reads a file from front to back, by offset, and hashes what it reads.
struct Hasher<'a> {
    file: &'a File,
    path: &'a Path,
    state: Sha256,
    buffer: Vec<u8>,
    /// The part of the buffer that is read into: it begins with a page.
    window: Range<usize>,
    offset: u64,
    expected: u64,
    is_at_end: bool,
    progress: &'a Progress<'a>,
}

impl<'a> Hasher<'a> {
    fn new(file: &'a File, path: &'a Path, expected: u64, progress: &'a Progress<'a>) -> Self {
        let room = usize::try_from(expected).map_or(READ, |size| READ.min(size + 1));
        let buffer = vec![0; room + PAGE];
        let start = buffer.as_ptr().align_offset(PAGE).min(PAGE);
        Self {
            window: start..start + room,
            file,
            path,
            state: Sha256::new(),
            buffer,
            offset: 0,
            expected,
            is_at_end: false,
            progress,
        }
    }

    /// Reads and hashes the next bytes, none at or behind `end`.
    fn read_on(&mut self, end: u64) -> Result<&[u8], StoreError> {
        let room = usize::try_from(end - self.offset).unwrap_or(usize::MAX);
        let buffer = &mut self.buffer[self.window.clone()];
        let room = room.min(buffer.len());
        let count = self
            .file
            .read_at(&mut buffer[..room], self.offset)
            .map_err(StoreError::io("read", self.path))?;
        self.state.update(&buffer[..count]);
        self.offset += count as u64;
        self.progress.advance(count as u64);
        // Where there was room for more behind the last byte expected, there is no more.
        self.is_at_end = count == 0 || count < room && self.offset == self.expected;
        Ok(&buffer[..count])
    }

    fn finish(self) -> CodeIdentity {
        let sha256 = CodeSha256::from_digest(&self.state.finalize());
        CodeIdentity {
            sha256,
            size: self.offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn nobody() -> Notify {
        std::sync::Arc::new(|_| ())
    }

    fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_copy_of_any_size_has_the_bytes_and_the_hash_of_its_source() {
        for size in [
            0,
            1,
            READ,
            READ + 1,
            1024 * 1024 - 1,
            1024 * 1024,
            9 * 1024 * 1024 + 7,
        ] {
            let content: Vec<u8> = (0..=250).cycle().take(size).collect();
            let (source, target) = (file(&content), file(b""));
            let from = (source.as_file(), source.path());
            let to = (target.as_file(), target.path());
            let identity = copy(from, size as u64, to, &nobody()).unwrap();
            assert_eq!(std::fs::read(target.path()).unwrap(), content, "{size}");
            assert_eq!(identity.size, size as u64);
            assert_eq!(
                identity.sha256,
                CodeSha256::from_digest(&Sha256::digest(&content))
            );
            assert_eq!(hash(from, 0, &nobody()).unwrap(), identity);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_bytes_that_are_hashed_are_those_of_the_copy() {
        // Each time it is read, it has other bytes.
        let path = Path::new("/proc/sys/kernel/random/uuid");
        let source = File::open(path).unwrap();
        let target = tempfile::tempfile().unwrap();
        for size in [0, 37, PARALLEL] {
            target.set_len(0).unwrap();
            let copied = copy((&source, path), size, (&target, path), &nobody()).unwrap();
            assert_eq!(copied.size, 37);
            let found = hash((&target, path), 37, &nobody()).unwrap();
            assert_eq!(copied, found, "{size}");
        }
    }

    #[test]
    fn copying_by_hand_does_what_the_kernel_does() {
        let (source, target) = (file(b"some bytes"), file(b""));
        let mut copier = Copier {
            source: (source.as_file(), source.path()),
            target: (target.as_file(), target.path()),
            offset: 0,
            by_kernel: false,
        };
        while copier.copy_piece().unwrap() > 0 {}
        assert_eq!(std::fs::read(target.path()).unwrap(), b"some bytes");
    }

    #[test]
    fn what_is_no_deployment_package_is_refused_with_the_reason() {
        let small = Quotas {
            code_size_zipped: 1000,
            code_size_unzipped: 50,
            ..Quotas::default()
        };
        let refusal = |content: &[u8]| {
            let source = PackageSource::open(file(content).path()).unwrap();
            source.inspect(&small, &nobody()).unwrap_err().to_string()
        };
        assert!(refusal(b"no zip").contains("is no zip file"));
        assert!(refusal(b"").contains("is no zip file"));
        assert!(refusal(&zip_of(&[])).contains("without entries"));
        assert!(refusal(&zip_of(&[("a", &[b'x'; 51])])).contains("51 bytes once unzipped"));
        assert!(refusal(&[0; 1001]).contains("CodeSizeZipped of 1000"));
        let fine = file(&zip_of(&[("a", b"x"), ("b", b"")]));
        let source = PackageSource::open(fine.path()).unwrap();
        assert_eq!(
            source.inspect(&small, &nobody()).unwrap(),
            hash((fine.as_file(), fine.path()), 5, &nobody()).unwrap()
        );
    }

    #[test]
    fn a_source_is_a_regular_file() {
        let temporary = tempfile::tempdir().unwrap();
        assert!(PackageSource::open(temporary.path()).is_err());
        assert!(PackageSource::open(&temporary.path().join("missing")).is_err());
    }
}
