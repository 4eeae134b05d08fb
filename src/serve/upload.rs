//! A request that brings a deployment package, taken in as it comes: the package, a string of its
//! JSON in base64, goes to the disk piece by piece, and only the rest of the text is kept.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use axum::http::StatusCode;
use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};
use struson::reader::{JsonReader as _, JsonStreamReader, ReaderSettings, ValueType};
use struson::writer::{JsonStreamWriter, JsonWriter};
use tokio::sync::mpsc;

use super::body::{Given, MAX_TEXT};
use super::refusal::Refusal;
use crate::api::Error;
use crate::api::document::{Document, MAX_DEPTH};
use crate::store::{NotReceived, PackageSource, Store};

/// The most bytes of a request beside its package in base64: what AWS allows, 70,167,211 bytes for the
/// whole where a package may have 52,428,800.
const BESIDE_PACKAGE: u64 = 262_144;

/// A piece of a body, or why there are no more of them.
pub(super) type Piece = Result<Bytes, Refusal>;

/// What a request is and what it is read with.
pub(super) struct Upload<'a> {
    /// The operation, for messages.
    pub(super) operation: &'static str,
    /// The member that holds the package, by its path.
    pub(super) member: &'static [&'static str],
    /// Takes the package in, and has the quotas.
    pub(super) store: &'a Store,
}

impl Upload<'_> {
    /// Reads a request from the pieces of its body; this waits for them.
    ///
    /// # Errors
    /// `SerializationException` for what is no JSON object with a package in base64,
    /// `RequestEntityTooLargeException` for one that is too long, `InvalidParameterValueException` for
    /// a package beyond the quota, `ServiceException` where it cannot be written.
    pub(super) fn read(&self, pieces: mpsc::Receiver<Piece>) -> Result<Given, Refusal> {
        let max = self.max_request();
        let state = Rc::new(RefCell::new(State {
            sha256: Sha256::new(),
            total: 0,
            text: 0,
            is_package: false,
            refusal: None,
        }));
        let source = Pieces {
            received: pieces,
            piece: Bytes::new(),
            state: Rc::clone(&state),
            max,
            operation: self.operation,
        };
        let read = self.document(source, &state);
        let mut state = state.borrow_mut();
        if let Some(refusal) = state.refusal.take() {
            return Err(refusal);
        }
        let (document, package) = read?;
        Ok(Given {
            document,
            package,
            sha256: std::mem::take(&mut state.sha256).finalize().into(),
        })
    }

    /// A request may be as large as its package may.
    fn max_request(&self) -> u64 {
        let package = self.store.quotas().code_size_zipped;
        package.saturating_mul(4) / 3 + BESIDE_PACKAGE
    }

    fn document(
        &self,
        source: Pieces,
        state: &RefCell<State>,
    ) -> Result<(Document, Option<PackageSource>), Refusal> {
        let settings = ReaderSettings {
            max_nesting_depth: u32::try_from(MAX_DEPTH).ok(),
            restrict_number_values: false,
            track_path: false,
            ..ReaderSettings::default()
        };
        let mut reader = JsonStreamReader::new_custom(source, settings);
        let mut text = Vec::new();
        let mut writer = JsonStreamWriter::new(&mut text);
        let mut package = None;
        self.object(&mut reader, &mut writer, self.member, (state, &mut package))?;
        reader.consume_trailing_whitespace().map_err(malformed)?;
        writer.finish_document().map_err(malformed)?;
        let text = String::from_utf8(text).map_err(malformed)?;
        let document = Document::parse(&text).map_err(malformed)?;
        Ok((document, package))
    }

    /// Copies an object, but for the package that stands at `member` in it.
    fn object<R: Read>(
        &self,
        reader: &mut JsonStreamReader<R>,
        writer: &mut impl JsonWriter,
        member: &[&str],
        (state, package): (&RefCell<State>, &mut Option<PackageSource>),
    ) -> Result<(), Refusal> {
        reader.begin_object().map_err(malformed)?;
        writer.begin_object().map_err(malformed)?;
        while reader.has_next().map_err(malformed)? {
            let name = reader.next_name_owned().map_err(malformed)?;
            writer.name(&name).map_err(malformed)?;
            let kind = reader.peek().map_err(malformed)?;
            match member {
                [first] if *first == name && kind == ValueType::String => {
                    if package.is_some() {
                        return Err(malformed(format!("{name} is given twice")));
                    }
                    state.borrow_mut().is_package = true;
                    *package = Some(self.package(reader, &name)?);
                    state.borrow_mut().is_package = false;
                    // Of the package the document has only that it was a string.
                    writer.string_value("").map_err(malformed)?;
                }
                [first, rest @ ..]
                    if *first == name && !rest.is_empty() && kind == ValueType::Object =>
                {
                    self.object(reader, writer, rest, (state, package))?;
                }
                _ => reader.transfer_to(writer).map_err(malformed)?,
            }
        }
        reader.end_object().map_err(malformed)?;
        writer.end_object().map_err(malformed)
    }

    fn package<R: Read>(
        &self,
        reader: &mut JsonStreamReader<R>,
        name: &str,
    ) -> Result<PackageSource, Refusal> {
        let string = reader.next_string_reader().map_err(malformed)?;
        let mut bytes = DecoderReader::new(string, &STANDARD);
        let received = self.store.receive(&mut bytes, name);
        received.map_err(|error| match error {
            NotReceived::Unreadable(error) => malformed(format!("{name}: {error}")),
            NotReceived::Store(error) => Error::from(error).into(),
        })
    }
}

/// How far a body is read.
struct State {
    sha256: Sha256,
    total: u64,
    /// Bytes that do not belong to the package.
    text: u64,
    is_package: bool,
    /// Why reading ended, where that is not what the text says.
    refusal: Option<Refusal>,
}

/// A body as what its parser reads.
struct Pieces {
    received: mpsc::Receiver<Piece>,
    piece: Bytes,
    state: Rc<RefCell<State>>,
    max: u64,
    operation: &'static str,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.borrow_mut();
        while self.piece.is_empty() {
            match self.received.blocking_recv() {
                None => return Ok(0),
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(refusal)) => {
                    state.refusal = Some(refusal);
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        let count = buffer.len().min(self.piece.len());
        let read = self.piece.split_to(count);
        buffer[..count].copy_from_slice(&read);
        state.sha256.update(&read);
        state.total += count as u64;
        if !state.is_package {
            state.text += count as u64;
        }
        if state.total > self.max || state.text > MAX_TEXT {
            let max = if state.total > self.max {
                self.max
            } else {
                MAX_TEXT
            };
            state.refusal = Some(too_large(self.operation, max));
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(count)
    }
}

/// Makes the error for a request that is too long.
pub(super) fn too_large(operation: &str, max: u64) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLargeException",
        format!("a request of {operation} has more than {max} bytes"),
    )
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err passes")]
fn malformed(error: impl ToString) -> Refusal {
    Refusal::serialization(error.to_string())
}
