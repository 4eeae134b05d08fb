//! Every request over HTTP that writes to a store such as that of the commands, and some that only read.

use base64::Engine as _;
use serde_json::json;

use crate::support::{ROLE, zip_of};

/// A request over HTTP.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Below that of the functions.
    pub(crate) path: &'static str,
    pub(crate) body: String,
}

impl Request {
    fn new(method: &'static str, path: &'static str, body: String) -> Self {
        Self { method, path, body }
    }

    pub(crate) fn path(&self) -> String {
        format!("/2015-03-31/functions{}", self.path)
    }
}

/// Returns every request that writes, with packages of this size.
pub(crate) fn writing_requests(size: usize) -> Vec<Request> {
    let package = zip_of(&[("app.py", &vec![b'e'; size])]);
    let package = base64::engine::general_purpose::STANDARD.encode(package);
    let create = json!({
        "FunctionName": "other", "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler",
        "Code": {"ZipFile": package},
    });
    let update = json!({"ZipFile": package, "Publish": true});
    let configure = json!({"Description": "changed"});
    let create_alias = json!({"Name": "next", "FunctionVersion": "3"});
    let update_alias = json!({"FunctionVersion": "3"});
    vec![
        Request::new("POST", "", create.to_string()),
        Request::new("PUT", "/hello/code", update.to_string()),
        Request::new("PUT", "/hello/configuration", configure.to_string()),
        Request::new("POST", "/hello/versions", "{}".to_owned()),
        Request::new("POST", "/hello/aliases", create_alias.to_string()),
        Request::new("PUT", "/hello/aliases/live", update_alias.to_string()),
        Request::new("DELETE", "/hello/aliases/live", String::new()),
        Request::new("DELETE", "/hello?Qualifier=3", String::new()),
        Request::new("DELETE", "/hello", String::new()),
    ]
}

/// The paths of requests that only read, below that of the functions.
pub(crate) const READING_REQUESTS: [&str; 6] = [
    "",
    "/hello",
    "/hello/configuration?Qualifier=1",
    "/hello/versions",
    "/hello/aliases",
    "/hello/aliases/live",
];
