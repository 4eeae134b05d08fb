//! Revision ids that are fingerprints: a change's time and what it made.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::document::Document;
use super::timestamp::Timestamp;

/// Members that follow from where a file stands, or are the fingerprint itself; not covered by it.
const NOT_COVERED: [&str; 5] = [
    "RevisionId",
    "FunctionName",
    "FunctionArn",
    "AliasArn",
    "Version",
];

/// Where a fingerprinted document stands.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// `$LATEST`; its document carries `CodeSha256` and `CodeSize` as the package has them.
    Latest,
    /// A published version.
    Version(u64),
    /// An alias.
    Alias(&'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => formatter.write_str("$LATEST"),
            Self::Version(number) => write!(formatter, "{number}"),
            Self::Alias(name) => write!(formatter, "alias:{name}"),
        }
    }
}

/// A revision id: a UUID of version 8 (RFC 9562) whose first 48 bits are the time of the change
/// that made the state, and whose other bits are cut from a SHA-256 over that time, the place and
/// the document in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RevisionId(String);

impl RevisionId {
    /// Computes the fingerprint of a document.
    pub fn of(time: Timestamp, place: Place<'_>, document: &Document) -> Self {
        let hash = Sha256::new()
            .chain_update(format!("{}\n{place}\n", time.milliseconds()))
            .chain_update(document.canonical_of(|member| !NOT_COVERED.contains(&member.name())))
            .finalize();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&time.milliseconds().to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&hash[..10]);
        Self(Uuid::new_v8(bytes).to_string())
    }

    /// Returns the id as Lambda writes it: lower case, 8-4-4-4-12.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the time that an id begins with; 0 for what is no UUID.
    pub fn time_of(id: &str) -> Timestamp {
        let milliseconds =
            Uuid::parse_str(id).map_or(0, |id| u64::try_from(id.as_u128() >> 80).unwrap_or(0));
        Timestamp::from_milliseconds(milliseconds)
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    /// Computed apart from this code, from the format's text:
    /// `printf '1795515300123\n3\n{"Handler":"a.b","Timeout":3}' | sha256sum`.
    #[test]
    fn the_fingerprint_is_the_formats() {
        let time = Timestamp::from_milliseconds(1_795_515_300_123);
        let id = RevisionId::of(
            time,
            Place::Version(3),
            &document(r#"{"Version": "3", "Timeout": 3, "Handler": "a.b", "RevisionId": "x"}"#),
        );
        assert_eq!(id.as_str(), "01a20d0d-391b-8790-a369-7de88979ea39");
        assert_eq!(RevisionId::time_of(id.as_str()), time);
    }

    #[test]
    fn time_place_and_content_each_make_another_id() {
        let content = document(r#"{"Timeout": 3}"#);
        let id = |time, place| RevisionId::of(Timestamp::from_milliseconds(time), place, &content);
        let first = id(1, Place::Latest);
        assert_ne!(first, id(2, Place::Latest));
        assert_ne!(first, id(1, Place::Version(1)));
        assert_ne!(id(1, Place::Version(1)), id(1, Place::Alias("1")));
        assert_ne!(
            first,
            RevisionId::of(
                Timestamp::from_milliseconds(1),
                Place::Latest,
                &document(r#"{"Timeout": 4}"#)
            )
        );
    }
}
