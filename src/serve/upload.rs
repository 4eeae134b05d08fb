//! A request that brings a deployment package, taken in as it comes: the package, a string of its
//! JSON in base64, goes to the disk piece by piece, and only the rest of the text is kept.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};
use struson::reader::{JsonReader as _, JsonStreamReader, ReaderSettings, ValueType};
use struson::writer::{JsonStreamWriter, JsonWriter};
use tokio::sync::mpsc;

use super::places::{MAX_TEXT, Places, Text, too_large};
use super::refusal::Refusal;
use crate::api::Error;
use crate::api::document::MAX_DEPTH;
use crate::store::{NotReceived, PackageSource, Store};

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
    /// Has places for texts.
    pub(super) places: &'a Places,
}

/// What a request brought.
#[derive(Debug)]
pub(super) struct Received {
    /// Its JSON, in which a package is an empty string.
    pub(super) json: Vec<u8>,
    /// The deployment package.
    pub(super) package: Option<PackageSource>,
    /// How much text it had.
    pub(super) text: Text,
    /// The SHA-256 of the whole body.
    pub(super) sha256: [u8; 32],
}

impl Upload<'_> {
    /// Reads a request from the pieces of its body; this waits for them.
    ///
    /// # Errors
    /// `SerializationException` for what is no JSON object with a package in base64,
    /// `RequestEntityTooLargeException` for one that is too long, `InvalidParameterValueException` for
    /// a package beyond the quota, `ServiceException` where it cannot be written or the server ends,
    /// `TooManyRequestsException` where others have too much text.
    pub(super) fn read(&self, pieces: mpsc::Receiver<Piece>) -> Result<Received, Refusal> {
        let max = max_request(self.store.quotas().code_size_zipped);
        let state = Rc::new(RefCell::new(State {
            sha256: Sha256::new(),
            total: 0,
            text: Text::new(self.operation),
            is_package: false,
            refusal: None,
        }));
        let source = Pieces {
            received: pieces,
            piece: Bytes::new(),
            state: Rc::clone(&state),
            max,
            operation: self.operation,
            places: self.places,
        };
        let read = self.json(source, &state);
        let mut state = state.borrow_mut();
        if let Some(refusal) = state.refusal.take() {
            return Err(refusal);
        }
        let (json, package) = read?;
        Ok(Received {
            json,
            package,
            text: std::mem::replace(&mut state.text, Text::new(self.operation)),
            sha256: std::mem::take(&mut state.sha256).finalize().into(),
        })
    }

    fn json(
        &self,
        source: Pieces<'_>,
        state: &RefCell<State>,
    ) -> Result<(Vec<u8>, Option<PackageSource>), Refusal> {
        let settings = ReaderSettings {
            max_nesting_depth: u32::try_from(MAX_DEPTH).ok(),
            restrict_number_values: false,
            track_path: false,
            ..ReaderSettings::default()
        };
        let mut reader = JsonStreamReader::new_custom(source, settings);
        let mut json = Vec::new();
        let mut writer = JsonStreamWriter::new(&mut json);
        let mut package = None;
        self.object(&mut reader, &mut writer, self.member, (state, &mut package))?;
        reader.consume_trailing_whitespace().map_err(malformed)?;
        writer.finish_document().map_err(malformed)?;
        Ok((json, package))
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
                    let mut state = state.borrow_mut();
                    state.is_package = false;
                    state.text.goes_on();
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

/// Returns how many bytes a request may have whose package may have so many.
fn max_request(package: u64) -> u64 {
    let base64 = package.saturating_mul(4).div_ceil(3);
    base64.saturating_add(MAX_TEXT)
}

/// How far a body is read.
struct State {
    sha256: Sha256,
    total: u64,
    /// What does not belong to the package.
    text: Text,
    is_package: bool,
    /// Why reading ended, where that is not what the text says.
    refusal: Option<Refusal>,
}

/// A body as what its parser reads.
struct Pieces<'a> {
    received: mpsc::Receiver<Piece>,
    piece: Bytes,
    state: Rc<RefCell<State>>,
    max: u64,
    operation: &'static str,
    places: &'a Places,
}

impl State {
    /// Counts bytes that were read, and waits for what their text needs.
    fn add(&mut self, read: &[u8], pieces: &Pieces<'_>) -> Result<(), Refusal> {
        self.sha256.update(read);
        self.total += read.len() as u64;
        if self.total > pieces.max {
            return Err(too_large(pieces.operation, pieces.max));
        }
        if self.is_package {
            return Ok(());
        }
        if let Some(need) = self.text.add(read.len() as u64)? {
            self.text.put(pieces.places.blocking_wait_for(need)?);
        }
        Ok(())
    }
}

impl Read for Pieces<'_> {
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
        if let Err(refusal) = state.add(&read, self) {
            state.refusal = Some(refusal);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(count)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err passes")]
fn malformed(error: impl ToString) -> Refusal {
    Refusal::serialization(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::api::document::Document;
    use crate::serve::places::parse;
    use crate::store::Host;

    const MEMBER: &[&str] = &["Code", "ZipFile"];

    /// Reads a request that comes in these pieces.
    fn read(pieces: Vec<Bytes>) -> Result<(Received, Vec<u8>), Refusal> {
        let directory = tempfile::tempdir().unwrap();
        let host = Host::new("alice@here".to_owned());
        let store = Store::open_or_make(directory.path(), host).unwrap();
        let (sender, received) = mpsc::channel(pieces.len() + 1);
        for piece in pieces {
            sender.try_send(Ok(piece)).unwrap();
        }
        drop(sender);
        let upload = Upload {
            operation: "CreateFunction",
            member: MEMBER,
            store: &store,
            places: &Places::new(Duration::ZERO),
        };
        let mut received = upload.read(received)?;
        let mut package = Vec::new();
        if let Some(source) = received.package.take() {
            let mut file = store.open_package(source).into_file();
            file.read_to_end(&mut package).unwrap();
        }
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
        Ok((received, package))
    }

    /// Cuts a text anywhere, between the bytes of a character too.
    fn cut(text: &str, places: &[Index]) -> Vec<Bytes> {
        let mut places: Vec<_> = places.iter().map(|at| at.index(text.len())).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let pieces = places
            .windows(2)
            .map(|range| &text.as_bytes()[range[0]..range[1]]);
        pieces.map(Bytes::copy_from_slice).collect()
    }

    /// Writes base64 as a string of JSON may hold it: plain, or with escapes where `escaped` says.
    fn written(package: &[u8], escaped: &[bool]) -> String {
        let base64 = STANDARD.encode(package);
        let characters = base64.chars().zip(escaped.iter().cycle());
        let written = characters.map(|(character, escaped)| match (character, escaped) {
            ('/', true) => "\\/".to_owned(),
            (_, true) => format!("\\u{:04x}", u32::from(character)),
            (_, false) => character.to_string(),
        });
        format!("\"{}\"", written.collect::<String>())
    }

    /// Members of which none is the package, whatever they are called.
    const OTHERS: [&str; 7] = [
        r#""FunctionName": "hello""#,
        r#""Description": "\u00e9 é \"\\\/ \ud83d\ude00""#,
        r#""ZipFile": "no base64!""#,
        r#""Environment": {"Code": {"ZipFile": "none either"}, "ZipFile": [["x"]]}"#,
        r#""Layers": [{"Code": {"ZipFile": "nor this"}}, null, true]"#,
        r#""Numbers": [1e400, -0.10, 123456789012345678901234567890]"#,
        r#""code": {"ZipFile": "x"}"#,
    ];
    const BESIDE: [&str; 2] = [r#""S3Key": "k""#, r#""Code": {"ZipFile": "nor here"}"#];

    fn object(members: &[String], blank: &str) -> String {
        format!(
            "{blank}{{{blank}{}{blank}}}{blank}",
            members.join(&format!("{blank},{blank}"))
        )
    }

    prop_compose! {
        /// A request: its package, the text with it, and the text with an empty string instead.
        fn request()(
            package in vec(any::<u8>(), 0..400),
            escaped in vec(any::<bool>(), 1..9),
            blank in "[ \t\r\n]{0,3}",
            others in proptest::sample::subsequence(OTHERS.to_vec(), 0..=OTHERS.len()),
            beside in proptest::sample::subsequence(BESIDE.to_vec(), 0..=BESIDE.len()),
            at in any::<[Index; 2]>(),
        ) -> (Vec<u8>, String, String) {
            let text = |zip_file: &str| {
                let with = |others: &[&str], member: String, at: Index| {
                    let mut members: Vec<_> = others.iter().map(ToString::to_string).collect();
                    members.insert(at.index(others.len() + 1), member);
                    object(&members, &blank)
                };
                let code = with(&beside, format!("\"ZipFile\":{blank}{zip_file}"), at[0]);
                with(&others, format!("\"Code\":{code}"), at[1])
            };
            let whole = text(&written(&package, &escaped));
            (package, whole, text("\"\""))
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_request_is_the_same_however_it_comes(
            (package, text, without) in request(),
            places in vec(any::<Index>(), 0..12),
        ) {
            let (received, taken) = read(cut(&text, &places)).unwrap();
            prop_assert_eq!(taken, package);
            let document = Document::parse(&without).unwrap();
            let expected = document.into_value().canonical();
            let document = parse(&received.json).unwrap();
            prop_assert_eq!(document.into_value().canonical(), expected);
            prop_assert_eq!(&received.sha256[..], &Sha256::digest(&text)[..]);
        }

        #[test]
        fn a_request_that_ends_early_is_refused((_, text, _) in request(), end in any::<Index>()) {
            let text = text.trim_end();
            let end = end.index(text.len());
            prop_assert!(read(vec![Bytes::copy_from_slice(&text.as_bytes()[..end])]).is_err());
        }
    }

    #[test]
    fn a_request_may_have_what_aws_allows() {
        assert_eq!(max_request(52_428_800), 70_167_211);
    }
}
