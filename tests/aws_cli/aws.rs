//! The real AWS CLI, version 2, with today's service model.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::support::Ran;
use crate::vectors::Variables;

const PROGRAM: &str = "/usr/bin/aws";

/// The interpreter that the program is installed for.
const PYTHON: &str = "/usr/bin/python3";

/// Where the service model is.
static MODEL: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-cli");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws_cli/make_model.py");
    let made = Command::new("python3").arg(script).arg(&directory).status();
    assert!(made.unwrap().success(), "the model could not be made");
    directory
});

/// One way to start the AWS CLI.
pub trait Aws {
    /// Runs it in a directory, with these variables beside those that it needs.
    fn run(&mut self, arguments: &[String], variables: &Variables, directory: &Path) -> Ran;
}

/// The program as people start it.
pub struct Program;

/// A process that has the AWS CLI loaded, and runs it without starting it.
pub struct Driver {
    process: Child,
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What the AWS CLI needs to ask a server for anything, and nothing of this machine's.
fn environment(variables: &Variables) -> Variables {
    let own = [
        ("AWS_DATA_PATH", MODEL.to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_PAGER", ""),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("LC_ALL", "C.UTF-8"),
        ("PATH", "/usr/bin:/bin"),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.into_iter().chain(variables.clone()).collect()
}

impl Aws for Program {
    fn run(&mut self, arguments: &[String], variables: &Variables, directory: &Path) -> Ran {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .envs(environment(variables))
            .current_dir(directory);
        crate::support::run(&mut command)
    }
}

impl Driver {
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws_cli/driver.py");
        let mut process = Command::new(PYTHON)
            .arg(script)
            .env_clear()
            .envs(environment(&Variables::new()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            calls: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }
}

impl Aws for Driver {
    fn run(&mut self, arguments: &[String], variables: &Variables, directory: &Path) -> Ran {
        let call = json!({
            "arguments": arguments,
            "environment": environment(variables),
            "directory": directory,
        });
        writeln!(self.calls, "{call}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Ran {
            code: Some(i32::try_from(answer["code"].as_i64().unwrap()).unwrap()),
            stdout: text("stdout"),
            stderr: text("stderr"),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Returns what the program says that its version is.
pub fn version() -> String {
    Program
        .run(&["--version".to_owned()], &Variables::new(), Path::new("/"))
        .stdout
}
