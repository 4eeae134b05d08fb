//! The two doors to the store, and what comes back through them: the command, which may be killed, and
//! a server, which is killed and started anew.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::TestStore;

const BINARY: &str = env!("CARGO_BIN_EXE_lambda-store");

/// Longer than any answer takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a look at a history takes to be worth another one.
const BETWEEN_LOOKS: Duration = Duration::from_micros(50);

/// What is asked for, as a command and as a request, if the API has it.
pub(crate) struct Question {
    pub(crate) arguments: Vec<String>,
    pub(crate) request: Option<Request>,
}

/// A request to the server.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum Answer {
    Done(Value),
    Refused(Refusal),
    /// It was killed, or the server was.
    Unknown,
}

/// An error of the API.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The server, as long as it runs.
pub(crate) struct Serving {
    pub(crate) user: String,
    url: String,
    agent: ureq::Agent,
    process: Mutex<Child>,
}

/// When a command is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kill {
    /// After so long.
    After(Duration),
    /// When a line is added to this function's history: then its change is not in place yet, if it is
    /// this command's.
    AtChangeOf(&'static str),
}

/// Both doors.
pub(crate) struct Doors<'a> {
    store: &'a TestStore,
    serving: Mutex<Arc<Serving>>,
}

impl<'a> Doors<'a> {
    pub(crate) fn new(store: &'a TestStore) -> Self {
        Self {
            store,
            serving: Mutex::new(Arc::new(Serving::start(store, 0))),
        }
    }

    /// Returns the server of now.
    pub(crate) fn serving(&self) -> Arc<Serving> {
        Arc::clone(&self.serving.lock().unwrap())
    }

    /// Kills the server, and starts the next one.
    pub(crate) fn restart(&self, number: usize) {
        self.serving().kill();
        *self.serving.lock().unwrap() = Arc::new(Serving::start(self.store, number));
    }

    /// Runs a command as this user; kills it, if it is not over by then.
    pub(crate) fn run(&self, arguments: &[String], user: &str, kill: Option<Kill>) -> Answer {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .env_clear()
            .env("USER", user)
            .env("LAMBDA_STORE", self.store.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        match kill {
            None => {}
            Some(Kill::After(time)) => std::thread::sleep(time),
            Some(Kill::AtChangeOf(function)) => {
                wait_for_change(self.store, function, || child.try_wait().unwrap().is_some());
            }
        }
        if kill.is_some() {
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            None => Answer::Unknown,
            Some(0) if output.stdout.is_empty() => Answer::Done(Value::Null),
            // `verify` found something.
            Some(0 | 1) => Answer::Done(serde_json::from_slice(&output.stdout).unwrap()),
            Some(254) => Answer::Refused(Refusal {
                code: code_in(&said).to_owned(),
                message: said,
            }),
            Some(code) => panic!("{arguments:?} exited with {code}: {said}"),
        }
    }
}

impl Drop for Doors<'_> {
    fn drop(&mut self) {
        self.serving().kill();
    }
}

impl Serving {
    fn start(store: &TestStore, number: usize) -> Self {
        let user = format!("server-{number}");
        let log = File::create(said_by_server(store, number)).unwrap();
        let mut process = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env_clear()
            .env("USER", &user)
            .env("LAMBDA_STORE", store.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self {
            user,
            url: url.trim_end().to_owned(),
            agent,
            process: Mutex::new(process),
        }
    }

    /// Sends a request, on a connection that is kept.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        let body = match &request.body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let sent = ureq::http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.url, request.path))
            .body(body)
            .unwrap();
        let mut response = match self.agent.run(sent) {
            Err(error @ ureq::Error::Timeout(_)) => panic!("{}: {error}", request.path),
            Err(_) => return Answer::Unknown,
            Ok(response) => response,
        };
        let status = response.status().as_u16();
        let error = response.headers().get("x-amzn-errortype");
        let error = error.map(|code| code.to_str().unwrap().to_owned());
        let Ok(body) = response.body_mut().read_to_vec() else {
            return Answer::Unknown;
        };
        match (status, error) {
            (200..300, None) if body.is_empty() => Answer::Done(Value::Null),
            (200..300, None) => Answer::Done(serde_json::from_slice(&body).unwrap()),
            (400.., Some(code)) => {
                let message = String::from_utf8(body).unwrap();
                Answer::Refused(Refusal { code, message })
            }
            (status, error) => panic!("{}: {status} {error:?}", request.path),
        }
    }

    /// Kills it, and waits until it is gone.
    fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

/// Waits until something is added to a function's history, or it is no use any more.
pub(crate) fn wait_for_change(
    store: &TestStore,
    function: &str,
    mut is_useless: impl FnMut() -> bool,
) {
    let history = store.join(function).join("history.jsonl");
    let length = || {
        std::fs::metadata(&history)
            .map(|metadata| metadata.len())
            .ok()
    };
    let before = length();
    while length() == before && !is_useless() {
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// Returns where a server's stderr goes.
pub(crate) fn said_by_server(store: &TestStore, number: usize) -> PathBuf {
    store.beside(&format!("server-{number}.log"))
}

fn code_in(said: &str) -> &str {
    let code = said
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    code.unwrap_or_else(|| panic!("no error of the API: {said}"))
        .0
}

impl Question {
    /// Asks with a command alone.
    pub(crate) fn command(arguments: &[&str]) -> Self {
        Self {
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            request: None,
        }
    }

    /// Adds options, each with the member of the request's body that is the same.
    fn with(mut self, options: &[(&str, &str, &str)]) -> Self {
        for (option, member, value) in options {
            self.arguments.push((*option).to_owned());
            self.arguments.push((*value).to_owned());
            if let Some(request) = &mut self.request {
                request.body[*member] = json!(value);
            }
        }
        self
    }

    /// Makes it conditional on a revision id.
    pub(crate) fn on_condition(self, condition: Option<&String>) -> Self {
        match condition {
            Some(id) => self.with(&[("--revision-id", "RevisionId", id)]),
            None => self,
        }
    }

    fn of_function(
        command: &str,
        function: &str,
        (method, rest): (&'static str, &str),
        body: Value,
    ) -> Self {
        let arguments = [command, "--function-name", function];
        let path = format!("/2015-03-31/functions/{function}{rest}");
        Self {
            request: Some(Request { method, path, body }),
            ..Self::command(&arguments)
        }
    }

    pub(crate) fn create(function: &str, package: &Package, role: &str) -> Self {
        let mut question = Self::of_function("create-function", function, ("POST", ""), json!({}))
            .with(&[
                ("--runtime", "Runtime", "python3.13"),
                ("--handler", "Handler", "app.handler"),
                ("--role", "Role", role),
            ]);
        let code = json!({"ZipFile": STANDARD.encode(&package.bytes)});
        let body = question.with_package(package);
        body["Code"] = code;
        body["FunctionName"] = json!(function);
        if let Some(request) = &mut question.request {
            "/2015-03-31/functions".clone_into(&mut request.path);
        }
        question
    }

    pub(crate) fn update_code(function: &str, package: &Package, publish: bool) -> Self {
        let rest = ("PUT", "/code");
        let mut question = Self::of_function("update-function-code", function, rest, json!({}));
        let body = question.with_package(package);
        body["ZipFile"] = json!(STANDARD.encode(&package.bytes));
        body["Publish"] = json!(publish);
        if publish {
            question.arguments.push("--publish".to_owned());
        }
        question
    }

    /// Names the package's file, and returns the request's body.
    fn with_package(&mut self, package: &Package) -> &mut Value {
        let zip = format!("fileb://{}", package.path.display());
        self.arguments.extend(["--zip-file".to_owned(), zip]);
        &mut self.request.as_mut().unwrap().body
    }

    pub(crate) fn configure(function: &str, description: &str) -> Self {
        let rest = ("PUT", "/configuration");
        Self::of_function("update-function-configuration", function, rest, json!({})).with(&[(
            "--description",
            "Description",
            description,
        )])
    }

    pub(crate) fn publish(function: &str, description: &str) -> Self {
        let rest = ("POST", "/versions");
        Self::of_function("publish-version", function, rest, json!({})).with(&[(
            "--description",
            "Description",
            description,
        )])
    }

    pub(crate) fn create_alias(function: &str, name: &str, version: &str, mark: &str) -> Self {
        let rest = ("POST", "/aliases");
        Self::of_function("create-alias", function, rest, json!({})).with(&[
            ("--name", "Name", name),
            ("--function-version", "FunctionVersion", version),
            ("--description", "Description", mark),
        ])
    }

    pub(crate) fn update_alias(function: &str, name: &str, version: &str, mark: &str) -> Self {
        let path = format!("/aliases/{name}");
        Self::about_alias("update-alias", function, name, ("PUT", &path), json!({})).with(&[
            ("--function-version", "FunctionVersion", version),
            ("--description", "Description", mark),
        ])
    }

    pub(crate) fn delete_alias(function: &str, name: &str) -> Self {
        let path = format!("/aliases/{name}");
        Self::about_alias(
            "delete-alias",
            function,
            name,
            ("DELETE", &path),
            Value::Null,
        )
    }

    pub(crate) fn get_alias(function: &str, name: &str) -> Self {
        let path = format!("/aliases/{name}");
        Self::about_alias("get-alias", function, name, ("GET", &path), Value::Null)
    }

    fn about_alias(
        command: &str,
        function: &str,
        name: &str,
        rest: (&'static str, &str),
        body: Value,
    ) -> Self {
        let mut question = Self::of_function(command, function, rest, body);
        let named = ["--name", name].map(str::to_owned);
        question.arguments.extend(named);
        question
    }

    pub(crate) fn delete(function: &str) -> Self {
        Self::of_function("delete-function", function, ("DELETE", ""), Value::Null)
    }

    pub(crate) fn delete_version(function: &str, number: u64) -> Self {
        Self::about_version("delete-function", function, ("DELETE", ""), number)
    }

    pub(crate) fn get(function: &str) -> Self {
        let rest = ("GET", "/configuration");
        Self::of_function("get-function-configuration", function, rest, Value::Null)
    }

    pub(crate) fn get_version(function: &str, number: u64) -> Self {
        let rest = ("GET", "/configuration");
        Self::about_version("get-function-configuration", function, rest, number)
    }

    fn about_version(
        command: &str,
        function: &str,
        (method, rest): (&'static str, &str),
        number: u64,
    ) -> Self {
        let rest = format!("{rest}?Qualifier={number}");
        let mut question = Self::of_function(command, function, (method, &rest), Value::Null);
        let qualifier = ["--qualifier".to_owned(), number.to_string()];
        question.arguments.extend(qualifier);
        question
    }

    pub(crate) fn list_versions(function: &str) -> Self {
        let rest = ("GET", "/versions?MaxItems=10000");
        Self::of_function("list-versions-by-function", function, rest, Value::Null)
    }

    pub(crate) fn list_aliases(function: &str) -> Self {
        let rest = ("GET", "/aliases?MaxItems=10000");
        Self::of_function("list-aliases", function, rest, Value::Null)
    }
}

/// A deployment package, and the file that it stands in.
pub(crate) struct Package {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    pub(crate) code: String,
}
