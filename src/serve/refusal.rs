//! Errors as they go over the wire.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::document::Value;
use crate::api::error::{Error, Fault};
use crate::api::shortened::shortened;

/// The header that names an error. AWS spells it `x-amzn-ErrorType`; names of headers are compared
/// without regard to case, and the server's are all small.
pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Why a request is too much. Of the model's reasons the one about callers, as all others are about
/// invocations and snapshots; it is as true of those who wait for one another's locks and places.
const REASON: &str = "CallerRateLimitExceeded";

/// After how many seconds to try again where nobody knows when a lock or a place is given back.
const RETRY_AFTER: u64 = 1;

/// The most characters of a message, which may repeat what was sent.
const MAX_MESSAGE: usize = 8000;

/// An answer that tells an error.
///
/// Those of operations are as the service model has them: `Type`, and the text under the spelling of
/// the error's own shape. The others are in no model, and have the text alone, as AWS's have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    /// Whose fault it is; not said by errors that are no operation's.
    fault: Option<Fault>,
    message: String,
    /// After how many seconds to try again, of what is too much now.
    retry_after: Option<u64>,
}

impl Refusal {
    /// Makes one that tells an error that is no operation's.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            fault: None,
            message: message.into(),
            retry_after: None,
        }
    }

    /// Makes the one for a body that is no JSON, or JSON of other kinds than the model's.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    /// Makes the one for a request that took too long to come.
    pub(super) fn too_slow() -> Self {
        let code = "RequestTimeoutException";
        let message = "The body of the request made no progress, or took too long; send it again";
        Self::new(StatusCode::REQUEST_TIMEOUT, code, message)
    }

    /// Says after how many seconds to try again.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// Returns the error's code.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the member that the message has: each shape of the model spells it its own way.
    fn message_member(&self) -> &'static str {
        match self.code {
            "ResourceNotFoundException"
            | "ServiceException"
            | "SerializationException"
            | "AccessDeniedException" => "Message",
            _ => "message",
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.http_status());
        let is_too_much = matches!(error, Error::TooManyRequests { .. });
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: error.code(),
            fault: Some(error.fault()),
            message: error.to_string(),
            retry_after: is_too_much.then_some(RETRY_AFTER),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let fault = self.fault.map(|fault| match fault {
            Fault::User => "User",
            Fault::Service => "Service",
        });
        let members = fault.map(|fault| ("Type", Value::string(fault)));
        let message = shortened(&self.message, MAX_MESSAGE);
        let message = (self.message_member(), Value::string(&message));
        let reason = self.retry_after.map(|_| ("Reason", Value::string(REASON)));
        let body = Value::object(members.into_iter().chain([message]).chain(reason)).compact();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(self.code));
        headers.insert(header::CONTENT_TYPE, super::door::JSON);
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn the_text_is_spelt_as_in_each_shape_of_the_model() {
        let model: Json =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let message = String::new;
        for error in [
            Error::CodeStorageExceeded { message: message() },
            Error::invalid(""),
            Error::ResourceConflict { message: message() },
            Error::ResourceNotFound { message: message() },
            Error::Service { message: message() },
            Error::TooManyRequests { message: message() },
        ] {
            let refusal = Refusal::from(error);
            let shape = &model["shapes"][refusal.code];
            assert_eq!(
                shape["httpStatus"],
                refusal.status.as_u16(),
                "{}",
                refusal.code
            );
            let members = shape["members"].as_array().unwrap().iter();
            let names: Vec<_> = members.map(|member| &member["name"]).collect();
            assert!(names.iter().any(|name| **name == "Type"), "{names:?}");
            let spelling = refusal.message_member();
            assert!(names.iter().any(|name| **name == spelling), "{names:?}");
        }
    }
}
