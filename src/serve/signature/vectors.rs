//! AWS's published test vectors, of which `tests/serve/signature-vectors.json` says the origin.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use serde_json::Value as Json;

use super::*;

/// A request of the suite: some have paths that no HTTP library takes, as they are not encoded.
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Sent {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        // Lines that continue the one before were abolished; what still took them made them one.
        let head = head.replace("\n ", " ");
        let mut lines = head.lines();
        let first = lines.next().unwrap();
        let (method, rest) = first.split_once(' ').unwrap();
        let target = rest.strip_suffix(" HTTP/1.1").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value.trim()).unwrap());
        }
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: body.trim_end_matches('\n').to_owned(),
        }
    }

    fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.body).into()
    }

    /// The head without the path, which is not always one of HTTP.
    fn head(&self) -> Parts {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(format!("/?{}", encoded(&self.query)))
            .body(Body::empty())
            .unwrap();
        *request.headers_mut() = self.headers.clone();
        request.into_parts().0
    }
}

/// Encodes what may not stand in a request as bytes, as every client does.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}

fn vectors() -> Vec<Json> {
    let text = include_str!("../../../tests/serve/signature-vectors.json");
    let document: Json = serde_json::from_str(text).unwrap();
    document["vectors"].as_array().unwrap().clone()
}

/// Takes the vectors that apply, in both forms; only S3 leaves paths as they are.
fn each(mut check: impl FnMut(&str, &Json, &Json, &Sent)) -> usize {
    let mut checked = 0;
    for vector in vectors() {
        let context = &vector["context"];
        if context["normalize"] == false {
            continue;
        }
        for form in ["header", "query"] {
            let name = format!("{} {form}", vector["name"].as_str().unwrap());
            let sent = Sent::parse(vector[form]["signedRequest"].as_str().unwrap());
            check(&name, context, &vector[form], &sent);
            checked += 1;
        }
    }
    checked
}

fn text<'a>(value: &'a Json, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

#[test]
fn canonical_requests_strings_to_sign_and_signatures_are_those_of_the_suite() {
    let checked = each(|name, context, expected, sent| {
        let mut head = sent.head();
        let signed = forms::read(&head).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(
            hex(&signed.signature),
            text(expected, "signature"),
            "{name}"
        );
        let mut sent_query = sent.query.as_str();
        if context["omit_session_token"] == true && name.ends_with("query") {
            // It was added when all was signed.
            let (before, token) = sent_query.split_once("&X-Amz-Security-Token=").unwrap();
            sent_query = before;
            assert!(token.contains("&X-Amz-Signature="));
        }
        head.uri = format!("/?{}", encoded(sent_query)).parse().unwrap();
        let found = canonical(&head, &signed.headers);
        let rest = found
            .split_once('\n')
            .unwrap()
            .1
            .split_once('\n')
            .unwrap()
            .1;
        let path = canonical::path(&sent.path);
        let canonical = format!("{}\n{path}\n{rest}{}", sent.method, hex(&sent.sha256()));
        assert_eq!(canonical, text(expected, "canonicalRequest"), "{name}");

        let secret = text(&context["credentials"], "secret_access_key");
        let key = AccessKey {
            secret: secret.to_owned(),
            session_token: None,
        };
        let mut claim = Claim::by(&head, &signed, &key);
        let to_sign = format!("{}{}", claim.preamble, hex(&Sha256::digest(&canonical)));
        assert_eq!(to_sign, text(expected, "stringToSign"), "{name}");
        claim.canonical = Sha256::new_with_prefix(format!("{}\n{path}\n{rest}", sent.method));
        assert_eq!(claim.verify(&sent.sha256()), Ok(()), "{name}");
        let error = claim.verify(&[0; 32]).unwrap_err();
        assert_eq!(error.code(), "InvalidSignatureException", "{name}");
        claim.signature[31] ^= 1;
        let error = claim.verify(&sent.sha256()).unwrap_err();
        assert_eq!(error.code(), "InvalidSignatureException", "{name}");
    });
    // All of the suite but those of S3.
    assert_eq!(checked, 2 * 31);
}

#[test]
fn a_session_token_in_a_header_must_be_signed() {
    each(|name, context, _, sent| {
        let signed = forms::read(&sent.head()).unwrap();
        let is_unsigned = context["omit_session_token"] == true && name.ends_with("header");
        let checked = check_signed_headers(&sent.head(), &signed.headers);
        assert_eq!(checked.is_err(), is_unsigned, "{name}");
        let token = context["credentials"]["token"].as_str();
        assert_eq!(signed.session_token.as_deref(), token, "{name}");
    });
}
