//! The bytes of an archive that somebody gives.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};

/// How much may be read between two entries: headers, long names and what further is said of one.
const HEADERS: u64 = 1024 * 1024;
/// How long the mark of an archive's end is, and what of it the library reads.
const END: u64 = 1024;
const END_READ: u64 = 512;
/// How many zeros may follow it, which fill up the last record: more than any record has.
const FILLING: u64 = 16 * 1024 * 1024;
/// What is said of an archive that ends too early.
pub(super) const NOT_WHOLE: &str = "it ends in the middle: it is not a whole tar archive";

/// The bytes of an archive, of which no more is read than is expected.
pub(super) struct Input<'i> {
    inner: RefCell<&'i mut dyn Read>,
    left: Cell<u64>,
    is_at_end: Cell<bool>,
    failure: RefCell<Option<io::Error>>,
}

impl Read for &Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a header is too long"));
        }
        let room = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = loop {
            match self.inner.borrow_mut().read(&mut buffer[..room]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.failure.replace(Some(error));
                    return Err(kind.into());
                }
                Ok(count) => break count,
            }
        };
        self.is_at_end.set(count == 0 && room > 0);
        self.left.set(left - count as u64);
        Ok(count)
    }
}

impl<'i> Input<'i> {
    /// Begins with a header.
    pub(super) fn new(input: &'i mut dyn Read) -> Self {
        Self {
            inner: RefCell::new(input),
            left: Cell::new(HEADERS),
            is_at_end: Cell::new(false),
            failure: RefCell::new(None),
        }
    }

    /// Lets no more be read than a header takes: it is held in the memory.
    pub(super) fn expect_header(&self) {
        self.left.set(HEADERS);
    }

    /// Lets as much be read as an entry has.
    pub(super) fn expect_content(&self) {
        self.left.set(u64::MAX);
    }

    /// Returns whether there was nothing more to read.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end.get()
    }

    /// Returns why nothing more could be read.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Reads what follows the last entry: zeros, and nothing else.
    pub(super) fn check_end(mut self: &Self) -> Result<(), String> {
        // The library takes the end of the input for that of the archive.
        let mut zeros = if self.is_at_end() { 0 } else { END_READ };
        let mut buffer = [0; 4096];
        loop {
            self.expect_content();
            let count = self.read(&mut buffer).map_err(|error| error.to_string())?;
            if count == 0 {
                break;
            }
            if buffer[..count].iter().any(|byte| *byte != 0) {
                return Err("something stands behind its end".to_owned());
            }
            zeros += count as u64;
            if zeros > FILLING {
                return Err("zeros without end stand behind its end".to_owned());
            }
        }
        if zeros < END {
            return Err(NOT_WHOLE.to_owned());
        }
        Ok(())
    }
}
