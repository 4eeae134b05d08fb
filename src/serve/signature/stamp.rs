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

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: &str = "20150830T123600Z";

    #[test]
    fn only_the_one_form_is_a_stamp_and_a_date_has_https_form_too() {
        let stamp = Stamp::parse(STAMP).unwrap();
        assert_eq!((stamp.text(), stamp.day()), (STAMP, "20150830"));
        assert_eq!(
            Stamp::parse_date("Sun, 30 Aug 2015 12:36:00 GMT"),
            Some(stamp.clone())
        );
        assert_eq!(Stamp::parse_date(STAMP), Some(stamp));
        for wrong in [
            "",
            "20150830",
            "2015-08-30T12:36:00Z",
            "20150830T123600",
            "20150830T123600Z ",
            "20150831T126000Z",
            "20150230T123600Z",
            "+20150830T123600Z",
            "19691231T235959Z",
        ] {
            assert_eq!(Stamp::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_good_for_five_minutes_around_or_until_it_expires() {
        let stamp = Stamp::parse(STAMP).unwrap();
        let at = |seconds: i64| {
            let signed = i64::try_from(stamp.time.milliseconds()).unwrap();
            Timestamp::from_milliseconds(u64::try_from(signed + seconds * 1000).unwrap())
        };
        let hour = Some(Duration::from_secs(3600));
        for (lifetime, seconds, is_good) in [
            (None, -301, false),
            (None, -300, true),
            (None, 0, true),
            (None, 300, true),
            (None, 301, false),
            (hour, -301, false),
            (hour, -300, true),
            (hour, 3600, true),
            (hour, 3601, false),
        ] {
            let checked = stamp.check(lifetime, at(seconds));
            assert_eq!(checked.is_ok(), is_good, "{lifetime:?} {seconds}");
        }
    }
}
