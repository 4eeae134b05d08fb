//! The canonical form of a request, which its signature is made over.

use axum::http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The parameter that holds the signature itself.
const SIGNATURE: &str = "X-Amz-Signature";

const ENCODED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const ENCODED_IN_PATH: AsciiSet = ENCODED.remove(b'/');

/// Returns the canonical form of a path as it was sent: without empty and dot segments, and encoded
/// once more (services but S3 encode twice).
pub(super) fn path(sent: &str) -> String {
    let mut segments = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let end = if sent.ends_with('/') && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    let path = format!("/{}{end}", segments.join("/"));
    utf8_percent_encode(&path, &ENCODED_IN_PATH).to_string()
}

/// Returns the canonical form of a query as it was sent: all but the signature, encoded alike and in
/// the order of what is encoded.
pub(super) fn query(sent: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, &ENCODED).to_string();
    let signed = form_urlencoded::parse(sent.as_bytes()).filter(|(name, _)| name != SIGNATURE);
    let mut pairs: Vec<_> = signed
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort();
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns the canonical form of a header's values, in the order in which they were sent.
pub(super) fn header(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|value| {
        let value = String::from_utf8_lossy(value.as_bytes());
        value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    });
    values.collect::<Vec<_>>().join(",")
}
