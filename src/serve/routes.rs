//! The operations as they go over HTTP: methods, paths and statuses of the service model.
//!
//! A test holds the table against the model.

use axum::http::StatusCode;
use axum::routing::MethodFilter;

use super::calls::{self, Called};
use crate::api::request_shape;
use crate::api::shape::Shape;

/// An operation as it goes over HTTP.
pub(super) struct Route {
    /// The operation's name.
    pub(super) operation: &'static str,
    /// Its method.
    pub(super) method: MethodFilter,
    /// Its path, with the names of members in braces.
    pub(super) path: &'static str,
    /// The shape of its request. What is not in the path is in the query of a request without a
    /// body, else in the body.
    pub(super) request: Shape,
    /// The member that holds the deployment package, by its path in the body.
    pub(super) package: Option<&'static [&'static str]>,
    /// The status of a good answer.
    pub(super) status: StatusCode,
    /// Calls the operation.
    pub(super) call: calls::Call,
}

impl Route {
    /// Returns whether its requests have a body.
    pub(super) fn has_body(&self) -> bool {
        [MethodFilter::POST, MethodFilter::PUT].contains(&self.method)
    }

    /// Returns whether its operation changes nothing.
    pub(super) fn only_reads(&self) -> bool {
        self.method == MethodFilter::GET
    }

    /// Returns whether its answer is a list, a page of it.
    pub(super) fn lists(&self) -> bool {
        self.operation.starts_with("List")
    }

    const fn new(
        operation: &'static str,
        (method, path): (MethodFilter, &'static str),
        request: Shape,
        call: fn(&Called<'_>) -> calls::Answer,
    ) -> Self {
        Self {
            operation,
            method,
            path,
            request,
            package: None,
            status: StatusCode::OK,
            call,
        }
    }

    const fn answering(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    const fn with_package(self, member: &'static [&'static str]) -> Self {
        Self {
            package: Some(member),
            ..self
        }
    }
}

const FUNCTIONS: &str = "/2015-03-31/functions";
const FUNCTION: &str = "/2015-03-31/functions/{FunctionName}";
const CODE: &str = "/2015-03-31/functions/{FunctionName}/code";
const CONFIGURATION: &str = "/2015-03-31/functions/{FunctionName}/configuration";
const VERSIONS: &str = "/2015-03-31/functions/{FunctionName}/versions";
const ALIASES: &str = "/2015-03-31/functions/{FunctionName}/aliases";
const ALIAS: &str = "/2015-03-31/functions/{FunctionName}/aliases/{Name}";

/// Every operation that a store has.
pub(super) static ROUTES: [Route; 14] = [
    Route::new(
        "CreateFunction",
        (MethodFilter::POST, FUNCTIONS),
        request_shape::CREATE_FUNCTION,
        calls::create_function,
    )
    .with_package(&["Code", "ZipFile"])
    .answering(StatusCode::CREATED),
    Route::new(
        "UpdateFunctionCode",
        (MethodFilter::PUT, CODE),
        request_shape::UPDATE_FUNCTION_CODE,
        calls::update_function_code,
    )
    .with_package(&["ZipFile"]),
    Route::new(
        "UpdateFunctionConfiguration",
        (MethodFilter::PUT, CONFIGURATION),
        request_shape::UPDATE_FUNCTION_CONFIGURATION,
        calls::update_function_configuration,
    ),
    Route::new(
        "PublishVersion",
        (MethodFilter::POST, VERSIONS),
        request_shape::PUBLISH_VERSION,
        calls::publish_version,
    )
    .answering(StatusCode::CREATED),
    Route::new(
        "GetFunction",
        (MethodFilter::GET, FUNCTION),
        request_shape::FUNCTION_AND_QUALIFIER,
        calls::get_function,
    ),
    Route::new(
        "GetFunctionConfiguration",
        (MethodFilter::GET, CONFIGURATION),
        request_shape::FUNCTION_AND_QUALIFIER,
        calls::get_function_configuration,
    ),
    Route::new(
        "ListFunctions",
        (MethodFilter::GET, FUNCTIONS),
        request_shape::LIST_FUNCTIONS,
        calls::list_functions,
    ),
    Route::new(
        "ListVersionsByFunction",
        (MethodFilter::GET, VERSIONS),
        request_shape::LIST_VERSIONS_BY_FUNCTION,
        calls::list_versions_by_function,
    ),
    Route::new(
        "DeleteFunction",
        (MethodFilter::DELETE, FUNCTION),
        request_shape::FUNCTION_AND_QUALIFIER,
        calls::delete_function,
    )
    .answering(StatusCode::NO_CONTENT),
    Route::new(
        "CreateAlias",
        (MethodFilter::POST, ALIASES),
        request_shape::CREATE_ALIAS,
        calls::create_alias,
    )
    .answering(StatusCode::CREATED),
    Route::new(
        "UpdateAlias",
        (MethodFilter::PUT, ALIAS),
        request_shape::UPDATE_ALIAS,
        calls::update_alias,
    ),
    Route::new(
        "GetAlias",
        (MethodFilter::GET, ALIAS),
        request_shape::FUNCTION_AND_ALIAS,
        calls::get_alias,
    ),
    Route::new(
        "ListAliases",
        (MethodFilter::GET, ALIASES),
        request_shape::LIST_ALIASES,
        calls::list_aliases,
    ),
    Route::new(
        "DeleteAlias",
        (MethodFilter::DELETE, ALIAS),
        request_shape::FUNCTION_AND_ALIAS,
        calls::delete_alias,
    )
    .answering(StatusCode::NO_CONTENT),
];

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn the_table_is_the_models() {
        let model: Json =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        for route in &ROUTES {
            let name = route.operation;
            let operation = &model["operations"][name];
            let method = Method::try_from(operation["method"].as_str().unwrap()).unwrap();
            assert_eq!(
                MethodFilter::try_from(method).unwrap(),
                route.method,
                "{name}"
            );
            assert_eq!(operation["uri"], route.path, "{name}");
            let status = operation.get("observedStatus");
            let status = status.unwrap_or(&operation["status"]);
            assert_eq!(status, route.status.as_u16(), "{name}");
            let input = operation["input"].as_str().unwrap();
            for member in model["shapes"][input]["members"].as_array().unwrap() {
                let member_name = member["name"].as_str().unwrap();
                let location = member["location"].as_str();
                let expected = if route.path.contains(&format!("{{{member_name}}}")) {
                    Some("uri")
                } else if route.has_body() {
                    None
                } else {
                    Some("querystring")
                };
                assert_eq!(location, expected, "{name} {member_name}");
                if location.is_some() {
                    assert_eq!(member["locationName"], member_name, "{name}");
                }
            }
        }
    }
}
