//! How many requests of an operation are answered in a second, so that a client's retries can be tried.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time in which so many requests are answered, and no more.
const WINDOW: Duration = Duration::from_secs(1);

/// A limit for each operation by itself: within any second, at most so many of its requests are
/// answered. What is refused does not count, so that a client which keeps on asking is answered
/// again a second later.
pub(super) struct Rate {
    limit: usize,
    /// When the requests of the last second were let in, the oldest first.
    admitted: Mutex<HashMap<&'static str, VecDeque<Instant>>>,
}

impl Rate {
    /// Makes a limit of so many requests a second and operation.
    pub(super) fn new(limit: NonZeroU32) -> Self {
        Self {
            limit: usize::try_from(limit.get()).unwrap_or(usize::MAX),
            admitted: Mutex::default(),
        }
    }

    /// Returns how many requests of each operation are answered in a second.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Lets a request in, or returns in how many whole seconds, at least 1, one is let in again.
    pub(super) fn admit(&self, operation: &'static str, now: Instant) -> Result<(), u64> {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let times = admitted.entry(operation).or_default();
        let is_over = |time: &Instant| now.saturating_duration_since(*time) >= WINDOW;
        while times.front().is_some_and(is_over) {
            times.pop_front();
        }
        if times.len() < self.limit {
            times.push_back(now);
            return Ok(());
        }
        // The oldest one leaves the window within it, and clients wait whole seconds.
        Err(WINDOW.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(limit: u32) -> Rate {
        Rate::new(NonZeroU32::new(limit).unwrap())
    }

    #[test]
    fn no_second_has_more_than_the_limit() {
        let rate = rate(2);
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(rate.admit("GetFunction", at(0)), Ok(()));
        assert_eq!(rate.admit("GetFunction", at(900)), Ok(()));
        assert_eq!(rate.admit("GetFunction", at(999)), Err(1));
        // The first has left the window, the second has not: no bucket that fills at once.
        assert_eq!(rate.admit("GetFunction", at(1000)), Ok(()));
        assert_eq!(rate.admit("GetFunction", at(1001)), Err(1));
        assert_eq!(rate.admit("GetFunction", at(1899)), Err(1));
        assert_eq!(rate.admit("GetFunction", at(1900)), Ok(()));
    }

    #[test]
    fn each_operation_has_its_own_limit() {
        let rate = rate(1);
        let now = Instant::now();
        assert_eq!(rate.admit("GetFunction", now), Ok(()));
        assert_eq!(rate.admit("GetFunction", now), Err(1));
        assert_eq!(rate.admit("ListFunctions", now), Ok(()));
    }

    #[test]
    fn what_was_refused_does_not_keep_others_out() {
        let rate = rate(1);
        let start = Instant::now();
        assert_eq!(rate.admit("GetFunction", start), Ok(()));
        for milliseconds in (10..1000).step_by(10) {
            let now = start + Duration::from_millis(milliseconds);
            assert_eq!(rate.admit("GetFunction", now), Err(1));
        }
        assert_eq!(rate.admit("GetFunction", start + WINDOW), Ok(()));
    }
}
