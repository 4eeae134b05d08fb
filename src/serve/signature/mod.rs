//! Signature Version 4: who sent a request, and that it came as it was sent.
//!
//! What can be seen from a request's head is checked before its body is read, the signature itself
//! when the body's hash is known and before any operation is called.

mod canonical;
mod credential;
mod forms;
mod refused;
mod stamp;
#[cfg(test)]
mod vectors;

use axum::http::request::Parts;
use ctutils::CtEq as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub(super) use self::credential::Credential;
use self::forms::Signed;
use self::refused::{incomplete, invalid, unrecognized};
use super::access_keys::{AccessKey, AccessKeys};
use super::refusal::Refusal;
use crate::api::code_sha256::hex;
use crate::api::timestamp::Timestamp;

/// The header in which a request may say what its body hashes to.
const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// A signature that awaits the hash of the body.
pub(super) struct Claim {
    /// Hashes the canonical request, which may be thrice as long as the head; it lacks the hash of the body.
    canonical: Sha256,
    /// What is signed, up to the hash of the canonical request.
    preamble: String,
    /// The body's hash, as the request says it.
    stated_sha256: Option<String>,
    signing_key: [u8; 32],
    signature: [u8; 32],
}

impl Claim {
    /// Reads the signature of a request and checks all that needs no body.
    ///
    /// # Errors
    /// `MissingAuthenticationTokenException` for a request that is not signed,
    /// `IncompleteSignatureException` for what is no signature, `InvalidSignatureException` for one
    /// that is not of this service or of now, `UnrecognizedClientException` for an access key or a
    /// session token that is none of these.
    pub(super) fn of(head: &Parts, keys: &AccessKeys, now: Timestamp) -> Result<Self, Refusal> {
        let signed = forms::read(head)?;
        check_signed_headers(head, &signed.headers)?;
        signed.credential.check(&signed.stamp)?;
        signed.stamp.check(signed.lifetime, now)?;
        let key = keys.get(&signed.credential.access_key_id);
        let key = key.ok_or_else(unrecognized)?;
        check_session_token(key, signed.session_token.as_deref())?;
        Ok(Self::by(head, &signed, key))
    }

    fn by(head: &Parts, signed: &Signed, key: &AccessKey) -> Self {
        let stated = head.headers.get(CONTENT_SHA256);
        let stated = stated.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let scope = signed.credential.scope();
        Self {
            canonical: Sha256::new_with_prefix(canonical(head, &signed.headers)),
            preamble: format!("AWS4-HMAC-SHA256\n{}\n{scope}\n", signed.stamp.text()),
            stated_sha256: stated,
            signing_key: signing_key(&key.secret, &signed.credential),
            signature: signed.signature,
        }
    }

    /// Sees that the signature is that of the request with this body.
    ///
    /// # Errors
    /// `InvalidSignatureException` if it is not.
    pub(super) fn verify(&self, body_sha256: &[u8; 32]) -> Result<(), Refusal> {
        let body_sha256 = hex(body_sha256);
        if let Some(stated) = &self.stated_sha256
            && *stated != body_sha256
        {
            return Err(invalid(format!(
                "{CONTENT_SHA256} must be the SHA-256 of the body, in small hexadecimal digits, and is not; \
                 bodies that are not signed, or signed in pieces, are not taken"
            )));
        }
        let canonical = self.canonical.clone().chain_update(body_sha256).finalize();
        let signed = format!("{}{}", self.preamble, hex(&canonical));
        // Compared in constant time.
        let verified = mac(&self.signing_key, &signed).verify_slice(&self.signature);
        verified.map_err(|_| {
            invalid(
                "The request signature we calculated does not match the signature you provided: the secret access \
                 key is another one, or the request was changed on its way",
            )
        })
    }
}

/// Sees that the headers that must be signed are, and that those that are signed are there.
fn check_signed_headers(head: &Parts, signed: &str) -> Result<(), Refusal> {
    let names: Vec<_> = signed.split(';').collect();
    let is_small = !signed.bytes().any(|letter| letter.is_ascii_uppercase());
    if !is_small || !names.is_sorted_by(|one, next| one < next) {
        return Err(incomplete(
            "SignedHeaders must be names in small letters, each once, in their order, with semicolons between them",
        ));
    }
    if let Some(name) = names.iter().find(|name| !head.headers.contains_key(**name)) {
        return Err(invalid(format!(
            "{name:?} stands in SignedHeaders, but the request has no such header"
        )));
    }
    let must_be_signed = |name: &str| name == "host" || name.starts_with("x-amz-");
    let mut sent = head.headers.keys().map(axum::http::HeaderName::as_str);
    let sent_unsigned = sent.find(|name| must_be_signed(name) && !names.contains(name));
    match sent_unsigned.or((!names.contains(&"host")).then_some("host")) {
        Some(name) => Err(invalid(format!(
            "'{name}' must be a 'SignedHeader' in the request; host and every x-amz-… header must be signed"
        ))),
        None => Ok(()),
    }
}

fn check_session_token(key: &AccessKey, given: Option<&str>) -> Result<(), Refusal> {
    let is_right = match (&key.session_token, given) {
        (None, None) => true,
        (Some(token), Some(given)) => token.as_bytes().ct_eq(given.as_bytes()).to_bool(),
        _ => false,
    };
    is_right.then_some(()).ok_or_else(unrecognized)
}

/// Returns the canonical request up to the hash of the body.
fn canonical(head: &Parts, signed_headers: &str) -> String {
    let headers = signed_headers.split(';').map(|name| {
        let value = canonical::header(&head.headers, name);
        format!("{name}:{value}\n")
    });
    format!(
        "{}\n{}\n{}\n{}\n{signed_headers}\n",
        head.method,
        canonical::path(head.uri.path()),
        canonical::query(head.uri.query().unwrap_or_default()),
        headers.collect::<String>(),
    )
}

/// Derives the key of a day, a region and a service from a secret.
fn signing_key(secret: &str, credential: &Credential) -> [u8; 32] {
    let Credential {
        day,
        region,
        service,
        ..
    } = credential;
    let mut key = mac(format!("AWS4{secret}").as_bytes(), day);
    for part in [region, service, "aws4_request"] {
        key = mac(&key.finalize().into_bytes(), part);
    }
    key.finalize().into_bytes().into()
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.chain_update(text)
}
