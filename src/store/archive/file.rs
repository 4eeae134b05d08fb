//! The file that an archive is written to: there as a whole, or as it was before.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::store::durable::Directory;
use crate::store::error::StoreError;
use crate::store::layout::{PRIVATE_FILE_MODE, Token};

/// A file that is being written. A regular one is written beside its place, and dropped before it is
/// finished, it leaves nothing behind. What is no regular file, such as a FIFO, is written to as it is.
pub struct ArchiveFile {
    file: File,
    place: Option<Place>,
}

/// Where the file will be, and what it is called until then.
struct Place {
    directory: Directory,
    name: String,
    staged: String,
}

impl ArchiveFile {
    /// Begins to write the file at a path.
    ///
    /// # Errors
    /// If it cannot be made, or a directory stands there.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let (file, place) = match std::fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                let opened = File::options().write(true).open(path);
                (opened.map_err(StoreError::io("write", path))?, None)
            }
            // What a link leads to is replaced, and not the link.
            Ok(_) => stage(&path.canonicalize().map_err(StoreError::io("find", path))?)?,
            Err(_) => stage(path)?,
        };
        Ok(Self { file, place })
    }

    /// Puts the file in its place, flushed.
    ///
    /// # Errors
    /// If the disk refuses: what stood there before stands there still.
    pub fn finish(mut self) -> Result<(), StoreError> {
        let Some(place) = &self.place else {
            return Ok(());
        };
        place.directory.flush_file(&self.file, &place.staged)?;
        place
            .directory
            .rename(&place.staged, &place.directory, &place.name)?;
        let flushed = place.directory.flush();
        self.place = None;
        flushed
    }
}

fn stage(path: &Path) -> Result<(File, Option<Place>), StoreError> {
    let cannot = |why: &str| StoreError::io("write", path)(io::Error::other(why));
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(cannot("there is no such directory"));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| cannot("it is no name of a file"))?;
    let above = match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    let directory = Directory::open_path(above, None)?.ok_or_else(|| {
        let above = above.display();
        cannot(&format!("there is no directory {above}"))
    })?;
    let staged = format!(".{}", Token::random().entry("tar.part"));
    let file = directory.create_file(&staged, PRIVATE_FILE_MODE)?;
    let place = Place {
        directory,
        name: name.to_owned(),
        staged,
    };
    Ok((file, Some(place)))
}

impl Write for ArchiveFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ArchiveFile {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            // What cannot be removed now has a name that says what it is.
            drop(place.directory.remove_file(&place.staged));
        }
    }
}
