//! Errors as they go over the wire.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::document::Value;
use crate::api::error::{Error, Fault};

/// The header that names an error.
pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer that tells an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    /// Whose fault it is; not said by errors that are no operation's.
    fault: Option<Fault>,
    message: String,
}

impl Refusal {
    /// Makes one that tells an error that is no operation's.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            fault: None,
            message: message.into(),
        }
    }

    /// Makes the one for a body that is no JSON, or JSON of other kinds than the model's.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SerializationException", message)
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
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: error.code(),
            fault: Some(error.fault()),
            message: error.to_string(),
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
        let message = (self.message_member(), Value::string(&self.message));
        let body = Value::object(members.into_iter().chain([message])).compact();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(self.code));
        headers.insert(header::CONTENT_TYPE, super::door::JSON);
        response
    }
}
