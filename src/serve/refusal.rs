//! Errors as they go over the wire.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::document::Value;
use crate::api::error::{Error, Fault};

/// The header that names an error. AWS spells it `x-amzn-ErrorType`; names of headers are compared
/// without regard to case, and the server's are all small.
pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

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
