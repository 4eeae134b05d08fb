//! What is told of each request: one line of JSON on stderr, without anything secret.

use std::io::Write as _;

use serde::Serialize;

/// A line about a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogLine<'a> {
    /// When it was answered.
    pub(super) time: String,
    /// The id that its answer has.
    pub(super) request_id: &'a str,
    /// Who sent it.
    pub(super) remote: String,
    /// Its method.
    pub(super) method: &'a str,
    /// Its path; the query may hold a signature.
    pub(super) path: &'a str,
    /// The access key's id that it names, if it must be signed; a refused one may have made it up.
    pub(super) access_key_id: Option<String>,
    /// The operation that it called.
    pub(super) operation: Option<&'static str>,
    /// The status of the answer.
    pub(super) status: u16,
    /// The code of the error that was answered.
    pub(super) error: Option<&'static str>,
    /// How long it took until the answer was known.
    pub(super) milliseconds: u128,
}

impl LogLine<'_> {
    /// Writes the line.
    pub(super) fn write(&self) {
        let Ok(mut line) = serde_json::to_vec(self) else {
            return;
        };
        line.push(b'\n');
        // Where stderr is closed there is nobody to tell.
        drop(std::io::stderr().write_all(&line));
    }
}
