//! The two forms in which a request is signed: in its Authorization header, or in its query.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, DATE};
use axum::http::request::Parts;

use super::credential::Credential;
use super::refused::{incomplete, missing};
use super::stamp::Stamp;
use crate::serve::refusal::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How long a query may stay good at most, in seconds: seven days.
const LONGEST: u64 = 7 * 24 * 60 * 60;

/// What a request says of its signature.
pub(super) struct Signed {
    pub(super) credential: Credential,
    /// The names of the signed headers, as they were sent.
    pub(super) headers: String,
    pub(super) signature: [u8; 32],
    pub(super) stamp: Stamp,
    /// How long the signature is good, where it says so.
    pub(super) lifetime: Option<Duration>,
    pub(super) session_token: Option<String>,
}

/// Reads what a request says of its signature.
///
/// # Errors
/// `MissingAuthenticationTokenException` where it says nothing; `IncompleteSignatureException` where
/// something is missing, twice there, or not of its form.
pub(super) fn read(head: &Parts) -> Result<Signed, Refusal> {
    let query = head.uri.query().unwrap_or_default();
    let in_query: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name.starts_with("X-Amz-"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let is_in_query = in_query.iter().any(|(name, _)| {
        ["X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Credential"].contains(&&**name)
    });
    match (head.headers.contains_key(AUTHORIZATION), is_in_query) {
        (false, false) => Err(missing()),
        (true, false) => of_header(head),
        (false, true) => of_query(&in_query),
        (true, true) => Err(incomplete(
            "The request is signed in its Authorization header and in its query; sign it once",
        )),
    }
}

fn of_header(head: &Parts) -> Result<Signed, Refusal> {
    let text = only_header(head, AUTHORIZATION.as_str())?.ok_or_else(missing)?;
    let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
    check_algorithm(algorithm)?;
    let mut parts = Vec::new();
    for part in rest.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or_else(|| {
            incomplete(
                "The Authorization header has a part that is no name=value; write it as SDKs do",
            )
        })?;
        parts.push((name.to_owned(), value.to_owned()));
    }
    let known = ["Credential", "SignedHeaders", "Signature"];
    if let Some((unknown, _)) = parts.iter().find(|(name, _)| !known.contains(&&**name)) {
        return Err(incomplete(format!(
            "The Authorization header has {unknown:?}; it takes {}",
            known.join(", ")
        )));
    }
    let part = |name| required(&parts, name, "The Authorization header");
    Ok(Signed {
        credential: Credential::parse(part("Credential")?)?,
        headers: part("SignedHeaders")?.to_owned(),
        signature: signature(part("Signature")?)?,
        stamp: stamp_of_header(head)?,
        lifetime: None,
        session_token: only_header(head, "x-amz-security-token")?.map(str::to_owned),
    })
}

fn stamp_of_header(head: &Parts) -> Result<Stamp, Refusal> {
    let stamp = match only_header(head, "x-amz-date")? {
        Some(text) => Stamp::parse(text),
        None => only_header(head, DATE.as_str())?.and_then(Stamp::parse_date),
    };
    stamp.ok_or_else(|| {
        incomplete("The request says not when it was signed; it must have X-Amz-Date: YYYYMMDDTHHMMSSZ, or a Date")
    })
}

fn of_query(parameters: &[(String, String)]) -> Result<Signed, Refusal> {
    let parameter = |name| required(parameters, name, "The query");
    check_algorithm(parameter("X-Amz-Algorithm")?)?;
    let stamp = Stamp::parse(parameter("X-Amz-Date")?);
    let stamp =
        stamp.ok_or_else(|| incomplete("X-Amz-Date must be of the form YYYYMMDDTHHMMSSZ"))?;
    let expires = parameter("X-Amz-Expires")?.parse::<u64>().ok();
    let expires = expires.filter(|seconds| (1..=LONGEST).contains(seconds));
    let expires = expires.ok_or_else(|| {
        incomplete(format!(
            "X-Amz-Expires must be a number of seconds from 1 to {LONGEST}, seven days"
        ))
    })?;
    Ok(Signed {
        credential: Credential::parse(parameter("X-Amz-Credential")?)?,
        headers: parameter("X-Amz-SignedHeaders")?.to_owned(),
        signature: signature(parameter("X-Amz-Signature")?)?,
        stamp,
        lifetime: Some(Duration::from_secs(expires)),
        session_token: only(parameters, "X-Amz-Security-Token")?.map(str::to_owned),
    })
}

fn check_algorithm(given: &str) -> Result<(), Refusal> {
    if given == ALGORITHM {
        return Ok(());
    }
    Err(incomplete(format!(
        "The request is signed with an algorithm that is not known here; sign it with {ALGORITHM}"
    )))
}

fn signature(text: &str) -> Result<[u8; 32], Refusal> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes().chunks_exact(2);
    let is_one = text.len() == 64
        && text
            .bytes()
            .all(|digit| b"0123456789abcdef".contains(&digit));
    if !is_one {
        return Err(incomplete(
            "Signature must be 64 hexadecimal digits, in small letters",
        ));
    }
    for (byte, digits) in bytes.iter_mut().zip(digits) {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
    }
    Ok(bytes)
}

/// Returns the value of a header that may be there once.
fn only_header<'a>(head: &'a Parts, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = head.headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(incomplete(format!(
            "The request has the header {name} twice; send it once"
        )));
    }
    let text = first.map(|value| value.to_str()).transpose();
    text.map_err(|_| {
        incomplete(format!(
            "The header {name} has letters that are not ASCII's"
        ))
    })
}

/// Returns the value of a name that may be there once.
fn only<'a>(pairs: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = pairs.iter().filter(|(known, _)| known == name);
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(incomplete(format!(
            "The request has {name} twice; send it once"
        )));
    }
    Ok(first.map(|(_, value)| value.as_str()))
}

fn required<'a>(
    pairs: &'a [(String, String)],
    name: &str,
    place: &str,
) -> Result<&'a str, Refusal> {
    let value = only(pairs, name)?.filter(|value| !value.is_empty());
    value.ok_or_else(|| incomplete(format!("{place} requires {name}")))
}
