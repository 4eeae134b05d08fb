//! A directory in which a command line is run by both programs, one after the other, each on the same
//! store and among the same files.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::aws::Aws;
use crate::bridge::Bridge;
use crate::fixture;
use crate::support::{self, Ran};
use crate::vectors::Vector;
use crate::wire::Call;

/// What both come among; copied for each.
static FIXTURE: LazyLock<TempDir> = LazyLock::new(fixture::make);

/// A directory with a store, a server in front of it, and the AWS CLI.
pub struct Workplace<'a> {
    directory: TempDir,
    bridge: Bridge,
    aws: &'a mut dyn Aws,
    is_fresh: bool,
}

/// What a command line came to.
#[derive(Debug)]
pub struct Came {
    pub ran: Ran,
    /// What was asked for.
    pub calls: Vec<Call>,
    /// The store afterwards.
    pub store: BTreeMap<PathBuf, String>,
}

impl Display for Came {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Ran {
            code,
            stdout,
            stderr,
        } = &self.ran;
        writeln!(out, "exit {}", code.unwrap())?;
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                writeln!(out, "{name}:\n{text}")?;
            }
        }
        for Call {
            operation,
            parameters,
        } in &self.calls
        {
            writeln!(out, "asked: {operation} {}", json!(parameters))?;
        }
        Ok(())
    }
}

impl<'a> Workplace<'a> {
    pub fn new(aws: &'a mut dyn Aws) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            bridge: Bridge::to(directory.path().join("store")),
            directory,
            aws,
            is_fresh: false,
        }
    }

    /// Runs a command line with the AWS CLI and with `lambda-store`.
    pub fn run(&mut self, vector: &Vector) -> (Came, Came) {
        let (variables, words) = vector.words();
        self.make_fresh();
        self.is_fresh = !vector.writes();
        let aws = self.run_aws(&words, &variables);
        self.make_fresh();
        self.is_fresh = !vector.writes();
        let own = self.run_own(&words, &variables);
        (aws, own)
    }

    fn make_fresh(&self) {
        if self.is_fresh {
            return;
        }
        let path = self.directory.path();
        for name in support::names_in(path) {
            let status = Command::new("rm").arg("-rf").arg(path.join(name)).status();
            assert!(status.unwrap().success());
        }
        let all = FIXTURE.path().join(".");
        let status = Command::new("cp").arg("-a").arg(all).arg(path).status();
        assert!(status.unwrap().success());
    }

    fn run_aws(&mut self, words: &[String], variables: &BTreeMap<String, String>) -> Came {
        let endpoint = ["--endpoint-url", self.bridge.url(), "lambda"].map(str::to_owned);
        let arguments = [&endpoint, words].concat();
        let ran = self.aws.run(&arguments, variables, self.directory.path());
        let calls = self.bridge.take_calls();
        self.came(ran, calls)
    }

    fn run_own(&self, words: &[String], variables: &BTreeMap<String, String>) -> Came {
        let mut command = support::command();
        command
            .env("LAMBDA_STORE", self.directory.path().join("store"))
            .envs(variables)
            .args(["--debug", "lambda"])
            .args(words)
            .current_dir(self.directory.path());
        let mut ran = support::run(&mut command);
        let is_told = |line: &&str| line.starts_with("debug: ");
        let told: Vec<&str> = ran.stderr.split_inclusive('\n').filter(is_told).collect();
        let calls = told.into_iter().map(|line| self.told(line)).collect();
        ran.stderr = ran
            .stderr
            .split_inclusive('\n')
            .filter(|line| !is_told(line))
            .collect();
        self.came(ran, calls)
    }

    /// Returns the call that a line of `--debug` tells of.
    fn told(&self, line: &str) -> Call {
        let (operation, parameters) = line["debug: ".len()..].split_once(' ').unwrap();
        let mut parameters: Map<String, Value> = serde_json::from_str(parameters).unwrap();
        for (name, value) in &mut parameters {
            if name == "ZipFile" {
                *value = self.content(value);
            } else if let Some(value) = value.get_mut("ZipFile") {
                *value = self.content(value);
            }
        }
        Call {
            operation: operation.to_owned(),
            parameters,
        }
    }

    /// Returns the content of a package that is named by its path, as base64.
    fn content(&self, named: &Value) -> Value {
        use base64::Engine as _;
        let named = named.as_str().unwrap();
        let path = named.strip_prefix("fileb://").unwrap_or(named);
        let content = std::fs::read(self.directory.path().join(path)).unwrap();
        base64::engine::general_purpose::STANDARD
            .encode(content)
            .into()
    }

    fn came(&self, ran: Ran, calls: Vec<Call>) -> Came {
        let calls = calls.into_iter().map(without_values).collect();
        let mut store = support::files_under(&self.directory.path().join("store"));
        // Each line holds hashes of times.
        store.retain(|path, _| !path.ends_with("history.jsonl"));
        let masked = |content: Vec<u8>| match String::from_utf8(content) {
            Ok(text) => support::masked(&text),
            Err(error) => support::sha256_hex(error.as_bytes()),
        };
        Came {
            ran,
            calls,
            store: store
                .into_iter()
                .map(|(path, content)| (path, masked(content)))
                .collect(),
        }
    }
}

/// Hides the values of environment variables, which are never told.
fn without_values(mut call: Call) -> Call {
    let variables = call
        .parameters
        .get_mut("Environment")
        .and_then(|environment| environment.get_mut("Variables"))
        .and_then(Value::as_object_mut);
    for value in variables.into_iter().flat_map(Map::values_mut) {
        *value = json!("***");
    }
    call
}
