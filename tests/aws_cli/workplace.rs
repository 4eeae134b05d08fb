//! A directory in which a command line is run by both programs, one after the other, each on the same
//! store and among the same files.

use std::fmt::{self, Display, Formatter, Write as _};
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::aws::Aws;
use crate::bridge::Bridge;
use crate::fixture::{FIXTURE, copy};
use crate::support::{self, Ran};
use crate::vectors::{Variables, Vector};
use crate::wire::Call;

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
    /// The store afterwards, if it may have been changed.
    pub store: String,
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
            bridge: Bridge::to(directory.path().join("place/store")),
            directory,
            aws,
            is_fresh: false,
        }
    }

    /// Runs a command line with the AWS CLI and with `lambda-store`.
    pub fn run(&mut self, vector: &Vector) -> (Came, Came) {
        let (variables, words) = vector.words();
        let writes = vector.writes();
        self.make_fresh();
        self.is_fresh = !writes;
        let (ran, calls) = self.run_aws(&words, &variables);
        let aws = self.came(ran, calls, writes);
        self.make_fresh();
        let (ran, calls) = self.run_own(&words, &variables);
        let own = self.came(ran, calls, writes);
        (aws, own)
    }

    /// Returns where everything is.
    fn place(&self) -> PathBuf {
        self.directory.path().join("place")
    }

    /// Puts the store and the files as they were. The function of many versions stays: no command line
    /// changes it, and copying it takes longer than all else.
    fn make_fresh(&self) {
        if self.is_fresh {
            return;
        }
        let (place, kept) = (self.place(), self.directory.path().join("many"));
        let many = place.join("store/many");
        if place.exists() {
            std::fs::rename(&many, &kept).unwrap();
            std::fs::remove_dir_all(&place).unwrap();
        } else {
            copy(&FIXTURE.path().join("many"), &kept);
        }
        copy(&FIXTURE.path().join("place"), &place);
        std::fs::rename(&kept, &many).unwrap();
    }

    fn run_aws(&mut self, words: &[String], variables: &Variables) -> (Ran, Vec<Call>) {
        let endpoint = ["--endpoint-url", self.bridge.url(), "lambda"].map(str::to_owned);
        let arguments = [&endpoint, words].concat();
        let ran = self.aws.run(&arguments, variables, &self.place());
        (ran, self.bridge.take_calls())
    }

    fn run_own(&self, words: &[String], variables: &Variables) -> (Ran, Vec<Call>) {
        let mut command = support::command();
        command
            .env("LAMBDA_STORE", self.place().join("store"))
            .envs(variables)
            .args(["--debug", "lambda"])
            .args(words)
            .current_dir(self.place());
        let mut ran = support::run(&mut command);
        let lines = ran.stderr.split_inclusive('\n');
        let (told, said): (Vec<&str>, Vec<&str>) =
            lines.partition(|line| line.starts_with("debug: "));
        let calls = told.into_iter().map(|line| self.told(line)).collect();
        ran.stderr = said.concat();
        (ran, calls)
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

    /// Returns the content of a package that is named by its path, as base64; in a file of a request it
    /// stands as that.
    fn content(&self, given: &Value) -> Value {
        use base64::Engine as _;
        let given = given.as_str().unwrap();
        let path = given.strip_prefix("fileb://").unwrap_or(given);
        match std::fs::read(self.place().join(path)) {
            Ok(content) => base64::engine::general_purpose::STANDARD
                .encode(content)
                .into(),
            Err(_) => given.into(),
        }
    }

    fn came(&self, ran: Ran, calls: Vec<Call>, is_written: bool) -> Came {
        let calls = calls.into_iter().map(without_values).collect();
        let store = if is_written {
            self.files()
        } else {
            String::new()
        };
        Came { ran, calls, store }
    }

    /// Returns the files of the store, one after another.
    fn files(&self) -> String {
        let mut all = String::new();
        for (path, content) in support::files_under(&self.place().join("store")) {
            // Each line of a history holds hashes of times.
            let content = if path.ends_with("history.jsonl") {
                Vec::new()
            } else {
                content
            };
            let text = String::from_utf8(content)
                .unwrap_or_else(|error| support::sha256_hex(error.as_bytes()));
            writeln!(all, "{}:\n{text}", path.display()).unwrap();
        }
        all
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
