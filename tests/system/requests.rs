//! The writing operations as requests to `lambda-store serve`, each beside the command that asks for the
//! same.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::outcome::{ALIAS, FUNCTION};
use crate::served::From;
use crate::support::{ROLE, TestStore};
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, DELETE_VERSION, LARGE, PUBLISH, Packages, SMALL,
    UPDATE_ALIAS, create_arguments, update_arguments, with_alias, with_something_to_publish,
    with_two_versions,
};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// A request.
pub(crate) struct Request {
    method: &'static str,
    path: String,
    body: String,
    package: Vec<u8>,
}

impl Request {
    fn new(method: &'static str, path: &str, body: &Value) -> Self {
        Self {
            method,
            path: format!("{FUNCTIONS}{path}"),
            body: if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
            package: Vec::new(),
        }
    }

    fn with_package(self, package: &str) -> Self {
        let path = package.strip_prefix("fileb://").unwrap();
        let package = std::fs::read(path).unwrap();
        let encoded = base64::engine::general_purpose::STANDARD.encode(&package);
        Self {
            body: self.body.replace("PACKAGE", &encoded),
            package,
            ..self
        }
    }

    pub(crate) fn package_size(&self) -> u64 {
        self.package.len() as u64
    }

    /// Returns it as it is sent, on a connection that stays.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (method, path, body) = (self.method, &self.path, &self.body);
        let length = body.len();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// An operation on a store that is ready for it.
pub(crate) struct Operation {
    pub(crate) title: &'static str,
    pub(crate) prepared: TestStore,
    pub(crate) request: Request,
    arguments: Vec<String>,
    /// Files that come to be besides those of every function.
    pub(crate) further: &'static [&'static str],
    /// Keeps what the arguments name.
    _packages: Packages,
}

impl Operation {
    fn new(
        title: &'static str,
        (packages, prepared): (Packages, TestStore),
        request: Request,
        arguments: &[&str],
    ) -> Self {
        Self {
            title,
            prepared,
            request,
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
            further: &[],
            _packages: packages,
        }
    }

    /// Returns the arguments of the command that asks for the same.
    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// Returns from when on its calls are counted. A small package comes in one piece; a large one in as
    /// many as there are, taken like that one.
    pub(crate) fn from(&self) -> From {
        if self.request.package_size() < LARGE as u64 {
            From::Beginning
        } else {
            From::Package
        }
    }
}

/// Makes a store and keeps the packages that it was made of.
fn prepared(prepare: impl Fn(&Packages) -> TestStore) -> (Packages, TestStore) {
    let packages = Packages::new();
    let store = prepare(&packages);
    (packages, store)
}

pub(crate) fn create(title: &'static str, size: usize, options: &[&str]) -> Operation {
    let packages = Packages::new();
    let package = packages.package(b'a', size);
    let mut body = json!({
        "Code": {"ZipFile": "PACKAGE"}, "FunctionName": FUNCTION, "Runtime": "python3.13",
        "Role": ROLE, "Handler": "app.handler", "Publish": options.contains(&"--publish"),
    });
    let has_tags = options.contains(&"--tags");
    if has_tags {
        body["Tags"] = json!({"team": "one"});
    }
    let request = Request::new("POST", "", &body).with_package(&package);
    let arguments = create_arguments(FUNCTION, &package, options);
    // The server stands in front of a store, be it an empty one.
    let store = TestStore::nothing();
    std::fs::create_dir_all(store.join(".staging")).unwrap();
    Operation {
        further: &["hello/function.json"][..usize::from(has_tags)],
        ..Operation::new(title, (packages, store), request, &arguments)
    }
}

pub(crate) fn update(title: &'static str, size: usize, options: &[&str]) -> Operation {
    let (packages, store) = prepared(|packages| with_something_to_publish(packages, size));
    let package = packages.package(b'c', size);
    let body = json!({"ZipFile": "PACKAGE", "Publish": options.contains(&"--publish")});
    let request = Request::new("PUT", "/hello/code", &body).with_package(&package);
    let arguments = update_arguments(&package, options);
    Operation::new(title, (packages, store), request, &arguments)
}

pub(crate) fn configure() -> Operation {
    let body = json!({"Environment": {"Variables": {"LEVEL": "debug"}}, "Layers": []});
    Operation::new(
        "update-function-configuration",
        prepared(|packages| with_something_to_publish(packages, SMALL)),
        Request::new("PUT", "/hello/configuration", &body),
        &CONFIGURE,
    )
}

pub(crate) fn publish(title: &'static str, size: usize) -> Operation {
    Operation::new(
        title,
        prepared(|packages| with_something_to_publish(packages, size)),
        Request::new("POST", "/hello/versions", &json!({})),
        &PUBLISH,
    )
}

pub(crate) fn delete_version() -> Operation {
    let request = Request::new("DELETE", "/hello?Qualifier=2", &Value::Null);
    let title = "delete-function of a version";
    Operation::new(title, prepared(with_two_versions), request, &DELETE_VERSION)
}

pub(crate) fn delete() -> Operation {
    let request = Request::new("DELETE", "/hello", &Value::Null);
    let ready = prepared(with_two_versions);
    Operation::new("delete-function", ready, request, &DELETE)
}

pub(crate) fn create_alias() -> Operation {
    let body = json!({"Name": ALIAS, "FunctionVersion": "1", "Description": "what runs"});
    let request = Request::new("POST", "/hello/aliases", &body);
    let ready = prepared(with_two_versions);
    Operation::new("create-alias", ready, request, &CREATE_ALIAS)
}

pub(crate) fn update_alias() -> Operation {
    let weights = json!({"AdditionalVersionWeights": {"1": 0.1}});
    let body = json!({"FunctionVersion": "2", "RoutingConfig": weights});
    let request = Request::new("PUT", "/hello/aliases/live", &body);
    Operation::new("update-alias", prepared(with_alias), request, &UPDATE_ALIAS)
}

pub(crate) fn delete_alias() -> Operation {
    let request = Request::new("DELETE", "/hello/aliases/live", &Value::Null);
    Operation::new("delete-alias", prepared(with_alias), request, &DELETE_ALIAS)
}
