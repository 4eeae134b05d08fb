//! A store that answers as AWS does: what the AWS CLI asks for is asked of `lambda-store`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::Value;

use crate::http::{self, Request, Response};
use crate::support::{self, Ran};
use crate::wire::Call;

/// A server in front of a store.
pub struct Bridge {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Bridge {
    /// Serves the store at a path, whatever stands there when it is asked.
    pub fn to(store: PathBuf) -> Self {
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let seen = Arc::clone(&calls);
        let url = http::serve(move |request| answer(request, &store, &seen));
        Self { url, calls }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns what it was asked since it was asked this last.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

fn answer(request: &Request, store: &Path, seen: &Mutex<Vec<Call>>) -> Response {
    let Some(call) = Call::of(request) else {
        return Response {
            status: 400,
            error: Some("SerializationException".to_owned()),
            body: "{}".to_owned(),
        };
    };
    seen.lock().unwrap().push(call.clone());
    call.response(&ask(&call, store))
}

/// Runs the command of an operation with its parameters.
fn ask(call: &Call, store: &Path) -> Ran {
    let line = call.command_line();
    let package = tempfile::NamedTempFile::new().unwrap();
    let mut arguments = vec![line["command"].as_str().unwrap().to_owned()];
    for (name, value) in &call.parameters {
        let zip = value.get("ZipFile").unwrap_or(value);
        if name == "ZipFile" || value.get("ZipFile").is_some() {
            std::fs::write(&package, bytes_of(zip)).unwrap();
            arguments.push(format!("--zip-file=fileb://{}", package.path().display()));
        } else {
            arguments.push(argument(line, name, value));
        }
    }
    let mut command = support::command();
    command
        .args(arguments)
        .args(["--output", "json", "--no-paginate", "--store"])
        .arg(store);
    support::run(&mut command)
}

/// Returns the option for a parameter, with its value.
fn argument(line: &Value, name: &str, value: &Value) -> String {
    let mut options = line["options"].as_array().unwrap().iter();
    let option = options
        .find(|option| option["member"] == name)
        .unwrap_or_else(|| panic!("no option of {line} is for {name}"));
    match value {
        Value::Bool(false) => option["negation"].as_str().unwrap().to_owned(),
        Value::Bool(true) => option["option"].as_str().unwrap().to_owned(),
        Value::String(text) => format!("{}={text}", option["option"].as_str().unwrap()),
        other => format!("{}={other}", option["option"].as_str().unwrap()),
    }
}

/// Returns the bytes that stand as base64 in a request.
pub fn bytes_of(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}
