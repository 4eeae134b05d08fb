//! What stands in a package: its directory, read entry by entry, and the contents of the entries as
//! streams. The one module that knows what a zip looks like.
//!
//! Nothing is unpacked to disk, and nothing is held in memory but what the directory says of each
//! entry. Names are never followed anywhere: here they are bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use sha2::{Digest as _, Sha256};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, System};

use super::error::StoreError;
use super::progress::Progress;
use crate::api::code_sha256::hex;
use crate::api::limits::Quotas;
use crate::api::package_difference::{EntryContent, EntryKind, MAX_TEXT};

/// How much is read at once.
const READ: u64 = 64 * 1024;
/// The signature of the header that stands before the content of an entry, the length of that
/// header, and where it has the lengths of the name and of the further fields that follow it.
const LOCAL_SIGNATURE: &[u8] = b"PK\x03\x04";
const LOCAL_HEADER: usize = 30;
const LOCAL_LENGTHS: usize = 26;

/// An entry, as the directory of its package tells of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Box<[u8]>,
    /// Which of the entries of its name this is, from 1.
    pub(super) occurrence: u32,
    /// Where it stands in the directory, from 0.
    pub(super) position: u32,
    pub(super) kind: EntryKind,
    pub(super) permissions: Option<u32>,
    /// Bytes once unzipped.
    pub(super) size: u64,
    /// Date and time as MS-DOS has them; all a zip says for sure.
    pub(super) modified: Option<(u16, u16)>,
    pub(super) method: CompressionMethod,
    is_encrypted: bool,
    crc32: u32,
    packed_size: u64,
    header_start: u64,
}

/// A package, opened, and its path for messages.
pub(super) type Package<'a> = (&'a File, &'a Path);

/// Reads the directory of a package. The entries are sorted by name; those of one name stay in
/// their order.
///
/// # Errors
/// What [`unreadable`] makes of a package that is no zip.
pub(super) fn read(
    (file, path): Package<'_>,
    no_zip: impl Fn(String) -> StoreError,
) -> Result<Vec<Entry>, StoreError> {
    let unreadable = |error| unreadable(error, path, &no_zip);
    let mut archive = open(file, path, &no_zip)?;
    let mut entries = Vec::new();
    for (position, entry) in (0..).zip(archive.files().map_err(unreadable)?) {
        let entry = entry.map_err(unreadable)?;
        let mode = mode(entry.system(), entry.external_attributes());
        entries.push(Entry {
            name: entry.name_raw().into(),
            occurrence: 1,
            position,
            kind: kind(entry.name_raw(), mode),
            permissions: mode.map(|mode| mode & 0o7777),
            size: entry.size(),
            modified: entry
                .last_modified()
                .map(|time| (time.datepart(), time.timepart())),
            method: entry.compression(),
            is_encrypted: entry.encrypted(),
            crc32: entry.crc32(),
            packed_size: entry.compressed_size(),
            header_start: entry.header_start(),
        });
    }
    if is_overlapping(&entries) {
        return Err(no_zip(
            "has entries that overlap: a few bytes that would be unpacked again and again".into(),
        ));
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    for index in 1..entries.len() {
        if entries[index].name == entries[index - 1].name {
            entries[index].occurrence = entries[index - 1].occurrence + 1;
        }
    }
    Ok(entries)
}

/// Returns whether an entry begins before the one in front of it ends.
fn is_overlapping(entries: &[Entry]) -> bool {
    let mut places: Vec<(u64, u64)> = entries
        .iter()
        .map(|entry| (entry.header_start, entry.packed_size))
        .collect();
    places.sort_unstable();
    places.windows(2).any(|pair| {
        let (start, packed_size) = pair[0];
        let length = packed_size.saturating_add(LOCAL_HEADER as u64);
        start.saturating_add(length) > pair[1].0
    })
}

/// Returns the Unix mode that an entry states; MS-DOS states none.
fn mode(system: System, external_attributes: u32) -> Option<u32> {
    let mode = external_attributes >> 16;
    (system != System::Dos && mode != 0).then_some(mode)
}

fn kind(name: &[u8], mode: Option<u32>) -> EntryKind {
    match mode.unwrap_or_default() & 0o170_000 {
        0o040_000 => EntryKind::Directory,
        0o120_000 => EntryKind::Symlink,
        // Many tools state permissions alone.
        0 | 0o100_000 if name.ends_with(b"/") => EntryKind::Directory,
        0 | 0o100_000 => EntryKind::File,
        _ => EntryKind::Special,
    }
}

/// What a content is as text.
pub(super) enum Text {
    /// It may be text, of these bytes.
    Bytes(Vec<u8>),
    /// It has a NUL.
    Binary,
    /// It is larger than [`MAX_TEXT`].
    TooLarge,
    /// It cannot be read.
    Unreadable,
    /// Nobody asked.
    Unwanted,
}

impl Text {
    fn add(&mut self, bytes: &[u8]) {
        let Self::Bytes(kept) = self else { return };
        if bytes.contains(&0) {
            *self = Self::Binary;
        } else if kept.len() + bytes.len() > MAX_TEXT {
            *self = Self::TooLarge;
        } else {
            kept.extend_from_slice(bytes);
        }
    }
}

impl Entry {
    /// Returns why the content cannot be unpacked, if it cannot.
    fn why_packed(&self) -> Option<String> {
        if self.is_encrypted {
            return Some("encrypted".to_owned());
        }
        let is_known =
            [CompressionMethod::Stored, CompressionMethod::Deflated].contains(&self.method);
        (!is_known).then(|| format!("compressed with {}", self.method))
    }

    /// Returns the content as it is stored.
    fn packed<'a>(&self, file: &'a File) -> io::Result<Section<'a>> {
        let mut header = [0; LOCAL_HEADER];
        let mut section = Section {
            file,
            offset: self.header_start,
            end: u64::MAX,
        };
        let is_whole = section.fill(&mut header)? == LOCAL_HEADER;
        if !is_whole || !header.starts_with(LOCAL_SIGNATURE) {
            return Err(invalid("its header is not where the directory says"));
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let names = length(LOCAL_LENGTHS) + length(LOCAL_LENGTHS + 2);
        let offset = section.offset.saturating_add(names);
        Ok(Section {
            file,
            offset,
            end: offset.saturating_add(self.packed_size),
        })
    }

    /// Reads the content to its end, and keeps it only as far as it is wanted as text. What is wrong
    /// with it is what it is.
    pub(super) fn content(
        &self,
        (file, path): Package<'_>,
        is_text_wanted: bool,
        progress: &mut Progress<'_>,
    ) -> Result<(EntryContent, Text), StoreError> {
        if let Some(why) = self.why_packed() {
            return Ok((EntryContent::Packed(why), Text::Unreadable));
        }
        let mut text = if is_text_wanted {
            Text::Bytes(Vec::new())
        } else {
            Text::Unwanted
        };
        match self.unpack(file, &mut text, progress) {
            Ok(sha256) => Ok((EntryContent::Sha256(sha256), text)),
            Err(cause) if cause.raw_os_error().is_some() => {
                Err(StoreError::io("read", path)(cause))
            }
            Err(problem) => Ok((EntryContent::Broken(problem.to_string()), Text::Unreadable)),
        }
    }

    /// Unpacks the content, returns its hash in hexadecimal, and checks it as the directory allows.
    fn unpack(
        &self,
        file: &File,
        text: &mut Text,
        progress: &mut Progress<'_>,
    ) -> io::Result<String> {
        let packed = self.packed(file)?;
        let mut content: Box<dyn Read> = if self.method == CompressionMethod::Stored {
            Box::new(packed)
        } else {
            Box::new(DeflateDecoder::new(packed))
        };
        let (mut sha256, mut crc32, mut size) = (Sha256::new(), Crc::new(), 0);
        let mut buffer = buffer(self.size.saturating_add(1));
        loop {
            let count = content.read(&mut buffer)?;
            size += count as u64;
            // A few bytes may unpack to more than any disk holds.
            if size > self.size {
                return Err(invalid(&format!(
                    "it has more than the {} bytes that the directory says",
                    self.size
                )));
            }
            if count == 0 {
                break;
            }
            sha256.update(&buffer[..count]);
            crc32.update(&buffer[..count]);
            text.add(&buffer[..count]);
            progress.advance(count as u64);
        }
        if size < self.size {
            return Err(invalid(&format!(
                "it ends after {size} bytes, and the directory says {}",
                self.size
            )));
        }
        if crc32.sum() != self.crc32 {
            return Err(invalid(&format!(
                "its CRC-32 is {:08x}, and the directory says {:08x}",
                crc32.sum(),
                self.crc32
            )));
        }
        Ok(hex(&sha256.finalize()))
    }

    /// Returns whether the contents of two entries are certainly the same, because they are stored
    /// as the same bytes. A CRC-32 alone proves nothing.
    pub(super) fn is_stored_like(
        &self,
        package: Package<'_>,
        (other, other_package): (&Self, Package<'_>),
    ) -> Result<bool, StoreError> {
        let facts = |entry: &Self| {
            let sizes = (entry.size, entry.packed_size);
            (sizes, entry.crc32, entry.method, entry.is_encrypted)
        };
        if facts(self) != facts(other) {
            return Ok(false);
        }
        let (Some(mut mine), Some(mut others)) = (
            found(self.packed(package.0), package)?,
            found(other.packed(other_package.0), other_package)?,
        ) else {
            return Ok(false);
        };
        let (mut buffer, mut other_buffer) = (buffer(self.packed_size), buffer(self.packed_size));
        loop {
            let (Some(count), Some(other_count)) = (
                found(mine.fill(&mut buffer), package)?,
                found(others.fill(&mut other_buffer), other_package)?,
            ) else {
                return Ok(false);
            };
            if buffer[..count] != other_buffer[..other_count] {
                return Ok(false);
            }
            if count < buffer.len() || count == 0 {
                return Ok(mine.offset == mine.end);
            }
        }
    }
}

/// Tells what the operating system refuses from what is wrong with a package, `None`.
fn found<T>(result: io::Result<T>, (_, path): Package<'_>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(cause) if cause.raw_os_error().is_some() => Err(StoreError::io("read", path)(cause)),
        Err(_) => Ok(None),
    }
}

/// Makes a buffer for so many bytes, which are read in pieces if there are many.
fn buffer(size: u64) -> Vec<u8> {
    vec![0; usize::try_from(size.min(READ)).unwrap_or_default()]
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// A part of a file, read from front to back by offset.
struct Section<'a> {
    file: &'a File,
    offset: u64,
    end: u64,
}

impl Section<'_> {
    /// Reads until the buffer is full or the section ends, or the file does before it.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        // What a directory says may lie where no file can have anything, which is no reason for the
        // operating system to be asked.
        if i64::try_from(self.offset.saturating_add(room as u64)).is_err() {
            return Ok(0);
        }
        let count = self.file.read_at(&mut buffer[..room], self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// Checks that a file is a readable, non-empty zip that stays within its quota when unzipped. Its
/// directory is read entry by entry: the memory does not depend on how many there are, and entries
/// of one name all count. `given` is what the file was given as, where it is a copy.
pub(super) fn check(
    file: &File,
    path: &Path,
    given: &Path,
    quotas: &Quotas,
) -> Result<(), StoreError> {
    let invalid = |problem: String| StoreError::InvalidPackage {
        problem: format!("{} {problem}", given.display()),
    };
    let unreadable = |error| unreadable(error, path, invalid);
    let mut archive = open(file, path, invalid)?.enforce_header_consistency(true);
    if archive.is_empty() {
        return Err(invalid(
            "is a zip file without entries; a deployment package has at least one".into(),
        ));
    }
    let mut unzipped = 0_u64;
    for entry in archive.files().map_err(unreadable)? {
        unzipped = unzipped.saturating_add(entry.map_err(unreadable)?.size());
    }
    let max = quotas.code_size_unzipped;
    if unzipped > max {
        return Err(invalid(format!(
            "has {unzipped} bytes once unzipped, more than the quota CodeSizeUnzipped of {max}"
        )));
    }
    Ok(())
}

/// Finds the directory of a package.
fn open<'a>(
    file: &'a File,
    path: &Path,
    no_zip: impl Fn(String) -> StoreError,
) -> Result<ZipIterable<BufReader<&'a File>>, StoreError> {
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(StoreError::io("read", path))?;
    ZipIterable::try_new(reader, zip::read::Config::default())
        .map_err(|error| unreadable(error, path, no_zip))
}

/// Says why a directory cannot be read: what is no zip is told in words of `no_zip`, and what the
/// operating system refuses says nothing of the package.
fn unreadable(error: ZipError, path: &Path, no_zip: impl Fn(String) -> StoreError) -> StoreError {
    match error {
        ZipError::Io(cause) if cause.raw_os_error().is_some() => {
            StoreError::io("read", path)(cause)
        }
        error => no_zip(format!(
            "is no zip file that can be read ({error}); a deployment package is a zip file"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_behind_the_end_of_a_file_however_far() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"bytes", 0).unwrap();
        let last = u64::try_from(i64::MAX).unwrap();
        for offset in [5, 1000, last - 30, last - 29, last, last + 1, u64::MAX - 1] {
            let end = u64::MAX;
            let file = &file;
            let mut section = Section { file, offset, end };
            assert_eq!(section.fill(&mut [0; 30]).unwrap(), 0, "{offset}");
        }
    }
}
