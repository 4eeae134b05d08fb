//! A copy of the crate, built and tested with one edit of its source at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::rules::{Rule, Test};

/// What became of a test.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// It ran, and something that it sees to did not hold.
    Failed,
    /// It could not be built.
    NotBuilt(String),
    /// It did not run to its end.
    NotRun(String),
}

/// The copy, with a directory of its own for what is built, so that each build after the first one
/// compiles this crate alone.
pub(crate) struct Build {
    copy: PathBuf,
    target: PathBuf,
}

/// An edit of the copy, undone when this is dropped.
pub(crate) struct LeftOut {
    path: PathBuf,
    source: String,
}

impl Drop for LeftOut {
    fn drop(&mut self) {
        fs::write(&self.path, &self.source).unwrap();
    }
}

impl Build {
    /// Copies all files that git tracks. The place is the same each time, for cargo builds anew what
    /// stands elsewhere.
    pub(crate) fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("left_out");
        let copy = place.join("crate");
        if copy.exists() {
            fs::remove_dir_all(&copy).unwrap();
        }
        let listed = Command::new("git")
            .current_dir(here)
            .args(["ls-files", "-z"])
            .output();
        let listed = listed.unwrap_or_else(|error| panic!("git, of Debian's package git: {error}"));
        assert!(listed.status.success(), "{listed:?}");
        let files = String::from_utf8(listed.stdout).unwrap();
        for file in files.split_terminator('\0') {
            let (from, to) = (here.join(file), copy.join(file));
            // What is deleted and not yet committed is still listed.
            if from.exists() {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
        Self {
            copy,
            target: place.join("target"),
        }
    }

    /// Leaves a rule out of the copy.
    pub(crate) fn leave_out(&self, rule: &Rule) -> LeftOut {
        let path = self.copy.join(rule.file);
        let source = fs::read_to_string(&path).unwrap();
        fs::write(&path, source.replacen(rule.text, rule.without, 1)).unwrap();
        LeftOut { path, source }
    }

    /// Builds a test, and runs it.
    pub(crate) fn run(&self, (target, test): Test) -> Outcome {
        let selected = match target {
            "lib" => vec!["--lib"],
            target => vec!["--test", target],
        };
        let built = self.cargo(&[&selected[..], &["--no-run"]].concat());
        if !built.status.success() {
            return Outcome::NotBuilt(text(&built));
        }
        let ran = self.cargo(&[&selected[..], &["--", "--exact", test]].concat());
        let told = text(&ran);
        if told.contains("test result: ok. 1 passed") {
            Outcome::Passed
        } else if told.contains("test result: FAILED. 0 passed; 1 failed") {
            Outcome::Failed
        } else {
            Outcome::NotRun(told)
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(std::env::var_os("CARGO").unwrap())
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", &self.target)
            .args(["test", "--quiet"])
            .args(arguments)
            .output()
            .unwrap()
    }
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}
