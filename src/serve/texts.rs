//! How much text the requests under way may have, besides their packages: what it is read and parsed into
//! then stays small, however many connections there are.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::api::Error;
use crate::api::document::Document;

/// The most bytes of a text: what AWS allows, 70,167,211 bytes for a request whose package may have
/// 52,428,800.
pub(super) const MAX_TEXT: u64 = 262_144;
/// The most bytes of a text that is small: four times what the environment of a function may have, the
/// largest of what a request sets.
const SMALL_TEXT: u64 = 16 * 1024;
/// How many large texts are read, parsed and answered at once.
const LARGE_AT_ONCE: usize = 2;
/// How many bytes all small texts have together that are parsed and answered at once: a kilobyte for each
/// connection. One of small values takes up to fifty times its bytes.
const SMALL_AT_ONCE: usize = 256 * 1024;
/// The most values of a request: three times as many as variables have room in an environment. What is
/// parsed of a text takes up to 300 bytes for each.
const MAX_VALUES: usize = 4096;

/// The places that texts have.
#[derive(Clone)]
pub(super) struct Texts {
    large: Arc<Semaphore>,
    small: Arc<Semaphore>,
    patience: Duration,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// What place a text needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Size {
    /// Of so many bytes, all of which have come.
    Small(u32),
    /// Of more, some of which are still to come.
    Large,
}

/// What has come of a text.
#[derive(Debug)]
pub(super) struct Text {
    operation: &'static str,
    bytes: u64,
    /// What it needs, until the request is answered.
    pub(super) place: Option<Place>,
}

impl Text {
    /// Makes one of which nothing has come, in a request of an operation.
    pub(super) fn new(operation: &'static str) -> Self {
        Self {
            operation,
            bytes: 0,
            place: None,
        }
    }

    /// Counts bytes that came. Returns what is needed before there may be more.
    ///
    /// # Errors
    /// `RequestEntityTooLargeException`.
    pub(super) fn add(&mut self, bytes: u64) -> Result<Option<Size>, Refusal> {
        self.bytes += bytes;
        if self.bytes > MAX_TEXT {
            return Err(too_large(self.operation, MAX_TEXT));
        }
        let is_large = self.bytes > SMALL_TEXT && self.place.is_none();
        Ok(is_large.then_some(Size::Large))
    }

    /// Returns what is needed to parse the text, all of which has come.
    pub(super) fn whole(&self) -> Option<Size> {
        let bytes = u32::try_from(self.bytes).unwrap_or(u32::MAX);
        let needs_place = bytes > 0 && self.place.is_none();
        needs_place.then_some(Size::Small(bytes))
    }
}

impl Texts {
    /// Makes places for which requests wait so long.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
            small: Arc::new(Semaphore::new(SMALL_AT_ONCE)),
            patience,
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time.
    pub(super) async fn place(&self, size: Size) -> Result<Place, Refusal> {
        let (places, permits) = match size {
            Size::Small(bytes) => (&self.small, bytes),
            Size::Large => (&self.large, 1),
        };
        let free = timeout(
            self.patience,
            Arc::clone(places).acquire_many_owned(permits),
        );
        // The places are never closed.
        let permit = free.await.ok().and_then(Result::ok);
        let permit = permit.ok_or_else(|| self.too_many(size))?;
        Ok(Place { _permit: permit })
    }

    fn too_many(&self, size: Size) -> Error {
        let taken = match size {
            Size::Small(_) => format!("Requests with {SMALL_AT_ONCE} bytes together"),
            Size::Large => format!("{LARGE_AT_ONCE} requests with more than {SMALL_TEXT} bytes"),
        };
        Error::TooManyRequests {
            message: format!(
                "{taken}, besides their packages, are under way, and too few ended in {} s; try again",
                self.patience.as_secs_f64()
            ),
        }
    }

    /// Waits for a place on a thread that may wait, of a runtime that may end meanwhile: waiting is left to
    /// a task, which ends with it, for a timer breaks down.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time, `ServiceException` if the server ends.
    pub(super) fn blocking_place(&self, size: Size) -> Result<Place, Refusal> {
        let (give, place) = oneshot::channel();
        let places = self.clone();
        Handle::current().spawn(async move { drop(give.send(places.place(size).await)) });
        let ended = |_| Error::Service {
            message: "the server ends".to_owned(),
        };
        place.blocking_recv().map_err(ended)?
    }
}

/// Parses the text of a request.
///
/// # Errors
/// `SerializationException` for what is no JSON object, or has more values than any request needs.
pub(super) fn parse(text: &[u8]) -> Result<Document, Refusal> {
    let text = std::str::from_utf8(text);
    let text = text.map_err(|error| Refusal::serialization(error.to_string()))?;
    let document = Document::parse_at_most(text, MAX_VALUES);
    document.map_err(|error| Refusal::serialization(error.to_string()))
}

/// Refuses a request that has more bytes than it may have.
pub(super) fn too_large(operation: &str, max: u64) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLargeException",
        format!("a request of {operation} has more than {max} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_thread_that_waits_for_a_place_is_told_that_the_server_ends() {
        let runtime = Builder::new_multi_thread().enable_time().build().unwrap();
        let texts = Texts::new(Duration::from_secs(3600));
        let taken =
            [(); LARGE_AT_ONCE].map(|()| runtime.block_on(texts.place(Size::Large)).unwrap());
        let (tell_begun, begun) = mpsc::channel();
        let (tell_end, end) = mpsc::channel();
        runtime.spawn_blocking(move || {
            tell_begun.send(()).unwrap();
            tell_end.send(texts.blocking_place(Size::Large)).unwrap();
        });
        begun.recv().unwrap();
        runtime.shutdown_background();
        let refusal = end.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(refusal.unwrap_err().code(), "ServiceException");
        drop(taken);
    }

    #[test]
    fn a_text_has_no_more_values_than_a_request_needs() {
        let object = |count: usize| format!("{{\"A\": [1{}]}}", ",1".repeat(count - 2));
        parse(object(MAX_VALUES).as_bytes()).unwrap();
        let refusal = parse(object(MAX_VALUES + 1).as_bytes()).unwrap_err();
        assert_eq!(refusal.code(), "SerializationException");
    }
}
