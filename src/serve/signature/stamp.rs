//! The time that a request was signed at.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Time, civil};

use super::refused::invalid;
use crate::api::timestamp::Timestamp;
use crate::serve::refusal::Refusal;

/// How far the clocks of a client and of the server may be apart, as at AWS.
const SKEW: Duration = Duration::from_secs(5 * 60);

const FORM: &str = "%Y%m%dT%H%M%SZ";

/// A time in the form `20150830T123600Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    text: String,
    time: Timestamp,
}

impl Stamp {
    /// Parses `20150830T123600Z`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let time = civil::DateTime::strptime(FORM, text).ok()?;
        let time = TimeZone::UTC.to_timestamp(time).ok()?;
        // A program has written it: anything that reads alike is something else.
        Self::of(time).filter(|stamp| stamp.text == text)
    }

    /// Parses what stands in a `Date` header: the same form, or HTTP's own.
    pub(super) fn parse_date(text: &str) -> Option<Self> {
        let http = || Self::of(rfc2822::parse(text).ok()?.timestamp());
        Self::parse(text).or_else(http)
    }

    fn of(time: Time) -> Option<Self> {
        let milliseconds = u64::try_from(time.as_millisecond()).ok()?;
        Some(Self {
            text: time.strftime(FORM).to_string(),
            time: Timestamp::from_milliseconds(milliseconds),
        })
    }

    /// Returns the time as `20150830T123600Z`.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the day as `20150830`.
    pub(super) fn day(&self) -> &str {
        self.text.get(..8).unwrap_or_default()
    }

    /// Sees that a signature of this time is good now; it is so for a while, the clocks' difference
    /// where none is given.
    ///
    /// # Errors
    /// `InvalidSignatureException` before and after.
    pub(super) fn check(&self, lifetime: Option<Duration>, now: Timestamp) -> Result<(), Refusal> {
        let (signed, now_in) = (&self.text, now.milliseconds());
        let in_milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let ends = in_milliseconds(lifetime.unwrap_or(SKEW));
        if now_in > self.time.milliseconds().saturating_add(ends) {
            return Err(invalid(format!(
                "Signature expired: it was made at {signed} for {} seconds, and the time here is {now}; sign \
                 the request anew, and set the clock of the machine that signs",
                ends / 1000
            )));
        }
        if self.time.milliseconds() > now_in.saturating_add(in_milliseconds(SKEW)) {
            return Err(invalid(format!(
                "Signature not yet current: it was made at {signed}, and the time here is {now}, more than {} \
                 seconds before; set the clock of the machine that signs",
                SKEW.as_secs()
            )));
        }
        Ok(())
    }
}
