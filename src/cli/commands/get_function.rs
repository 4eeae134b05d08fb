//! `get-function`

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::Run;
use crate::api::document::Value;
use crate::api::messages::{GetFunctionRequest, GetFunctionResponse};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;

const OPERATION: &str = "GetFunction";

/// What stands in a path of a URL as it is (RFC 3986, unreserved characters and `/`).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Print a function's configuration, where its package is, and its tags
///
/// Code.Location is a file:// URL of the very package of that state.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store get-function --function-name hello\n  \
    lambda-store get-function --function-name hello:3 --query Code.Location --output text"
)]
pub(super) struct GetFunctionArgs {
    /// Name the function, by name or ARN
    #[arg(long, value_name = "NAME")]
    function_name: String,
    /// Name a version or an alias
    #[arg(long, value_name = "QUALIFIER")]
    qualifier: Option<String>,
}

impl Run for GetFunctionArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.not_empty("Qualifier", self.qualifier.as_deref());
        parameters.into_result()?;
        let request = GetFunctionRequest {
            function_name: input::text("--function-name", &self.function_name)?,
            qualifier: input::optional_text("--qualifier", self.qualifier)?,
        };
        let rendering = globals.rendering()?;
        let store = globals.open_store(OPERATION)?;
        operations::get_function(&store, &request)
            .map(|response| rendering.read(&answer(response)))
            .map_err(Failure::of(OPERATION))
    }
}

fn answer(response: GetFunctionResponse) -> Value {
    let code = Value::object([
        ("RepositoryType", Value::string("S3")),
        ("Location", Value::string(&file_url(&response.package_path))),
    ]);
    let tags = response
        .tags
        .iter()
        .map(|(key, value)| (key.as_str(), Value::string(value)));
    let tags = Some(("Tags", Value::object(tags))).filter(|_| !response.tags.is_empty());
    let members = [
        ("Configuration", response.configuration.into_value()),
        ("Code", code),
    ];
    Value::object(members.into_iter().chain(tags))
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
