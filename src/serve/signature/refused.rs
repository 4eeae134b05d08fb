//! The errors of requests that are signed wrong, or not at all.
//!
//! Codes and statuses are those that the reference of Lambda lists as common errors.

use axum::http::StatusCode;

use crate::serve::refusal::Refusal;

/// The request is not signed.
pub(super) fn missing() -> Refusal {
    forbidden(
        "MissingAuthenticationTokenException",
        "Missing Authentication Token: the request is not signed; sign it with an access key of this server",
    )
}

/// What should be a signature is none.
pub(super) fn incomplete(message: impl Into<String>) -> Refusal {
    forbidden("IncompleteSignatureException", message)
}

/// The access key, or the session token that belongs to it, is not known here.
pub(super) fn unrecognized() -> Refusal {
    forbidden(
        "UnrecognizedClientException",
        "The security token included in the request is invalid: the access key, with its session token if it has \
         one, is none of this server's",
    )
}

/// The signature is not good, or not here, or not now.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    forbidden("InvalidSignatureException", message)
}

fn forbidden(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}
