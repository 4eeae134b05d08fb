//! Points in time, as Lambda writes them: UTC, milliseconds, `+0000`.

use std::fmt;

use jiff::fmt::strtime;

/// Milliseconds since 1970, never negative.
///
/// The time itself is always passed in; nothing here asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Makes a timestamp from milliseconds since 1970.
    pub fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Returns the milliseconds since 1970.
    pub fn milliseconds(self) -> u64 {
        self.0
    }

    /// Returns the next millisecond.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Parses `2026-11-23T10:15:00.123+0000`, the form of `LastModified`.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?;
        let milliseconds = parsed.to_timestamp().ok()?.as_millisecond();
        u64::try_from(milliseconds).ok().map(Self)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = i64::try_from(self.0)
            .ok()
            .and_then(|milliseconds| jiff::Timestamp::from_millisecond(milliseconds).ok())
            .unwrap_or(jiff::Timestamp::MAX);
        write!(formatter, "{}", time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000"))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Takes exactly what is written above: a program has written it, not a person.
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text)
            .filter(|time| time.to_string() == text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_lambdas_and_reads_back() {
        let time = Timestamp::from_milliseconds(1_795_515_300_123);
        assert_eq!(time.to_string(), "2026-11-24T10:15:00.123+0000");
        assert_eq!(Timestamp::parse("2026-11-24T10:15:00.123+0000"), Some(time));
        assert_eq!(Timestamp::parse("2026-11-24T11:15:00.123+0100"), Some(time));
        assert_eq!(
            Timestamp::from_milliseconds(0).to_string(),
            "1970-01-01T00:00:00.000+0000"
        );
    }

    #[test]
    fn what_a_program_has_written_has_one_form() {
        let read = |text| serde_json::from_value::<Timestamp>(serde_json::json!(text)).ok();
        let time = Timestamp::from_milliseconds(1_795_515_300_120);
        assert_eq!(read("2026-11-24T10:15:00.120+0000"), Some(time));
        for text in [
            "2026-11-24T11:15:00.120+0100",
            "2026-11-24T10:15:00.12+0000",
            "2026-11-24T10:15:00.1200+0000",
            "2026-13-24T10:15:00.120+0000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-11-24",
            "1969-12-31T23:59:59.000+0000",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
