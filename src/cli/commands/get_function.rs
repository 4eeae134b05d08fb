//! `get-function`

use crate::api::document::Value;
use crate::api::messages::GetFunctionRequest;
use crate::api::request_shape;
use crate::cli::api_command::{ApiCommand, Call};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::parameter_options::{FUNCTION_NAME, QUALIFIER};
use crate::operations;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// What stands in a path of a URL as it is (RFC 3986, unreserved characters and `/`).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The command.
pub(super) static COMMAND: ApiCommand = ApiCommand {
    name: "get-function",
    operation: "GetFunction",
    request: request_shape::FUNCTION_AND_QUALIFIER,
    is_paginated: false,
    about: "Print a function's configuration, where its package is, and its tags",
    details: "Code.Location is a file:// URL of the very package of that state.",
    examples: "  lambda-store get-function --function-name hello\n  \
    lambda-store get-function --function-name hello:3 --query Code.Location --output text",
    options: &[&[FUNCTION_NAME, QUALIFIER]],
    run,
};

fn run(call: &Call<'_>) -> Result<Outcome, Failure> {
    answer(call).map(|answer| call.rendering.read(&answer))
}

/// Asks the operation, and returns what is printed of it.
pub(super) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    let request = GetFunctionRequest::of_parameters(&call.parameters);
    let store = call.open_store()?;
    operations::get_function(&store, &request)
        .map(|response| {
            let location = file_url(&response.package_path);
            response.into_value(&location)
        })
        .map_err(call.failure())
}

fn file_url(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    format!(
        "file://{}",
        percent_encode(absolute.as_os_str().as_bytes(), ENCODED)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_an_absolute_percent_encoded_url() {
        let url = file_url(Path::new("/a store/hello/$LATEST/é%.zip"));
        assert_eq!(url, "file:///a%20store/hello/%24LATEST/%C3%A9%25.zip");
        assert!(file_url(Path::new("store")).starts_with("file:///"));
    }
}
