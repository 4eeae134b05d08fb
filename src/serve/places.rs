//! How much the requests under way may hold: places for their texts, besides their packages, for lists, and
//! for answers that nobody has read yet.
//! What is read, parsed and answered then stays small, however many connections there are.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout};

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
/// The most values of a request: four times as many as variables have room in an environment of 4 KB. What is
/// parsed of a text takes up to 300 bytes for each.
const MAX_VALUES: usize = 2048;

/// How many lists are made at once. A page of functions that have all that they may have takes 5 MB until it is
/// a text of 1.3 MB.
const LISTS_AT_ONCE: usize = 4;
/// The most bytes of an answer that needs no place: more than a page of ordinary functions has.
const SMALL_ANSWER: usize = 64 * 1024;
/// How many bytes all larger answers have together that were not read yet: more than all lists that are made at
/// once.
const ANSWERS_AT_ONCE: usize = 8 * 1024 * 1024;

/// The places that there are.
#[derive(Clone)]
pub(super) struct Places {
    large_texts: Arc<Semaphore>,
    /// One for each byte.
    small_texts: Arc<Semaphore>,
    lists: Arc<Semaphore>,
    /// One for each byte.
    answers: Arc<Semaphore>,
    patience: Duration,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    /// How long others wait for one.
    patience: Duration,
}

/// An answer in its place.
struct Placed {
    answer: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

/// What a place is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Need {
    /// A text of so many bytes, all of which have come.
    SmallText(u32),
    /// A larger one, some of which is still to come.
    LargeText,
    /// A list that is made.
    List,
}

/// What has come of a text.
#[derive(Debug)]
pub(super) struct Text {
    operation: &'static str,
    bytes: u64,
    /// What it needs, until the request is answered.
    pub(super) place: Option<Place>,
    /// When the rest of a large one must have come.
    pub(super) end: Option<Instant>,
}

impl Text {
    /// Makes one of which nothing has come, in a request of an operation.
    pub(super) fn new(operation: &'static str) -> Self {
        Self {
            operation,
            bytes: 0,
            place: None,
            end: None,
        }
    }

    /// Puts a large one in its place, in which it may not be for longer than others wait for one.
    pub(super) fn put(&mut self, place: Place) {
        self.place = Some(place);
        self.goes_on();
    }

    /// Notes that the rest of the text comes from now on.
    pub(super) fn goes_on(&mut self) {
        let place = self.place.as_ref();
        self.end = place.map(|place| Instant::now() + place.patience);
    }

    /// Counts bytes that came. Returns what is needed before there may be more.
    ///
    /// # Errors
    /// `RequestEntityTooLargeException`, `RequestTimeoutException`.
    pub(super) fn add(&mut self, bytes: u64) -> Result<Option<Need>, Refusal> {
        self.bytes += bytes;
        if self.bytes > MAX_TEXT {
            return Err(too_large(self.operation, MAX_TEXT));
        }
        if self.end.is_some_and(|end| Instant::now() > end) {
            return Err(Refusal::too_slow());
        }
        let is_large = self.bytes > SMALL_TEXT && self.place.is_none();
        Ok(is_large.then_some(Need::LargeText))
    }

    /// Returns what is needed to parse the text, all of which has come.
    pub(super) fn whole(&self) -> Option<Need> {
        let bytes = u32::try_from(self.bytes).unwrap_or(u32::MAX);
        let needs_place = bytes > 0 && self.place.is_none();
        needs_place.then_some(Need::SmallText(bytes))
    }
}

impl Places {
    /// Makes places for which requests wait so long.
    pub(super) fn new(patience: Duration) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            large_texts: semaphore(LARGE_AT_ONCE),
            small_texts: semaphore(SMALL_AT_ONCE),
            lists: semaphore(LISTS_AT_ONCE),
            answers: semaphore(ANSWERS_AT_ONCE),
            patience,
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time.
    pub(super) async fn wait_for(&self, need: Need) -> Result<Place, Refusal> {
        let (places, permits) = match need {
            Need::SmallText(bytes) => (&self.small_texts, bytes),
            Need::LargeText => (&self.large_texts, 1),
            Need::List => (&self.lists, 1),
        };
        let free = Arc::clone(places).acquire_many_owned(permits);
        // The places are never closed.
        let permit = timeout(self.patience, free).await.ok();
        let permit = permit.and_then(Result::ok);
        let permit = permit.ok_or_else(|| self.too_many(need))?;
        Ok(Place {
            _permit: permit,
            patience: self.patience,
        })
    }

    fn too_many(&self, need: Need) -> Error {
        let besides = "besides their packages";
        let taken = match need {
            Need::SmallText(_) => {
                format!("Requests with {SMALL_AT_ONCE} bytes together, {besides},")
            }
            Need::LargeText => {
                format!("{LARGE_AT_ONCE} requests with more than {SMALL_TEXT} bytes, {besides},")
            }
            Need::List => format!("{LISTS_AT_ONCE} lists"),
        };
        let patience = self.patience.as_secs_f64();
        Error::TooManyRequests {
            message: format!("{taken} are under way, and too few ended in {patience} s; try again"),
        }
    }

    /// Puts an answer that is large in a place, which it has until the client has read it, or has gone. It is not
    /// waited for one: clients may take as long to read as they like.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free.
    pub(super) fn placed(&self, answer: Bytes) -> Result<Bytes, Refusal> {
        if answer.len() <= SMALL_ANSWER {
            return Ok(answer);
        }
        let bytes = u32::try_from(answer.len().min(ANSWERS_AT_ONCE)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.answers).try_acquire_many_owned(bytes);
        let permit = permit.map_err(|_| Error::TooManyRequests {
            message: format!(
                "Answers of more than {SMALL_ANSWER} bytes, {ANSWERS_AT_ONCE} together, were not read yet; try \
                 again, or ask for fewer items"
            ),
        })?;
        Ok(Bytes::from_owner(Placed {
            answer,
            _permit: permit,
        }))
    }

    /// Waits for a place on a thread that may wait, of a runtime that may end meanwhile: waiting is left to
    /// a task, which ends with it, for a timer breaks down.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time, `ServiceException` if the server ends.
    pub(super) fn blocking_wait_for(&self, need: Need) -> Result<Place, Refusal> {
        let (give, place) = oneshot::channel();
        let places = self.clone();
        Handle::current().spawn(async move { drop(give.send(places.wait_for(need).await)) });
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
        let places = Places::new(Duration::from_secs(3600));
        let taken = [(); LARGE_AT_ONCE]
            .map(|()| runtime.block_on(places.wait_for(Need::LargeText)).unwrap());
        let (tell_begun, begun) = mpsc::channel();
        let (tell_end, end) = mpsc::channel();
        runtime.spawn_blocking(move || {
            tell_begun.send(()).unwrap();
            tell_end
                .send(places.blocking_wait_for(Need::LargeText))
                .unwrap();
        });
        begun.recv().unwrap();
        runtime.shutdown_background();
        let refusal = end.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(refusal.unwrap_err().code(), "ServiceException");
        drop(taken);
    }

    #[test]
    fn a_large_answer_has_its_place_until_nobody_needs_it_any_more() {
        let places = Places::new(Duration::ZERO);
        let answer = |bytes| places.placed(vec![b'x'; bytes].into());
        let large = answer(ANSWERS_AT_ONCE).unwrap();
        assert_eq!(large.len(), ANSWERS_AT_ONCE);
        assert_eq!(answer(SMALL_ANSWER).unwrap().len(), SMALL_ANSWER);
        let refused = answer(SMALL_ANSWER + 1).unwrap_err();
        assert_eq!(refused.code(), "TooManyRequestsException");
        let rest = large.slice(10..);
        drop(large);
        assert!(answer(SMALL_ANSWER + 1).is_err());
        drop(rest);
        assert!(answer(2 * ANSWERS_AT_ONCE).is_ok());
    }

    #[test]
    fn a_text_has_no_more_values_than_a_request_needs() {
        let object = |count: usize| format!("{{\"A\": [1{}]}}", ",1".repeat(count - 2));
        parse(object(MAX_VALUES).as_bytes()).unwrap();
        let refusal = parse(object(MAX_VALUES + 1).as_bytes()).unwrap_err();
        assert_eq!(refusal.code(), "SerializationException");
    }
}
