//! Places for requests with much text, of which few are read and answered at once: the text of all
//! connections together, and what it is parsed into, then stays small.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::api::Error;

/// The most bytes of text besides a package that a request may have without a place: four times what the
/// environment of a function may have, the largest of what a request sets.
pub(super) const SMALL_TEXT: u64 = 16 * 1024;
/// How many places there are. A text of small values takes some 12 MB when it is parsed.
const AT_ONCE: usize = 2;

/// The places.
#[derive(Clone)]
pub(super) struct LargeTexts {
    places: Arc<Semaphore>,
    patience: Duration,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl LargeTexts {
    /// Makes places for which requests wait so long.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            patience,
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time.
    pub(super) async fn place(&self) -> Result<Place, Refusal> {
        let free = timeout(self.patience, Arc::clone(&self.places).acquire_owned());
        // The places are never closed.
        let permit = free.await.ok().and_then(Result::ok);
        let permit = permit.ok_or_else(|| Error::TooManyRequests {
            message: format!(
                "{AT_ONCE} requests with more than {SMALL_TEXT} bytes besides their packages are under \
                 way, and none ended in {} s; try again",
                self.patience.as_secs_f64()
            ),
        })?;
        Ok(Place { _permit: permit })
    }

    /// Waits for a place on a thread that may wait, of a runtime that may end meanwhile: waiting is left to
    /// a task, which ends with it, for a timer breaks down.
    ///
    /// # Errors
    /// `TooManyRequestsException` if none is free in time, `ServiceException` if the server ends.
    pub(super) fn blocking_place(&self) -> Result<Place, Refusal> {
        let (give, place) = oneshot::channel();
        let places = self.clone();
        Handle::current().spawn(async move { drop(give.send(places.place().await)) });
        let ended = |_| Error::Service {
            message: "the server ends".to_owned(),
        };
        place.blocking_recv().map_err(ended)?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_thread_that_waits_for_a_place_is_told_that_the_server_ends() {
        let runtime = Builder::new_multi_thread().enable_time().build().unwrap();
        let texts = LargeTexts::new(Duration::from_secs(3600));
        let taken = [(); AT_ONCE].map(|()| runtime.block_on(texts.place()).unwrap());
        let (tell_begun, begun) = mpsc::channel();
        let (tell_end, end) = mpsc::channel();
        runtime.spawn_blocking(move || {
            tell_begun.send(()).unwrap();
            tell_end.send(texts.blocking_place()).unwrap();
        });
        begun.recv().unwrap();
        runtime.shutdown_background();
        let refusal = end.recv().unwrap().unwrap_err();
        assert_eq!(refusal.code(), "ServiceException");
        drop(taken);
    }
}
