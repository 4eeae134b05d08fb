//! A copy of the crate, built and tested with one edit of its source at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use walkdir::WalkDir;

use crate::rules::{Rule, Test};

/// The directory of what cargo builds to test.
const PROFILE: &str = "debug";

/// Nobody debugs what is built here, and it takes a third of the time.
const WITHOUT_DEBUG_INFORMATION: &str = "profile.dev.package.lambda-store.debug=0";

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

/// The copy, with a directory of its own for what is built, so that no program without a rule comes to
/// stand where other tests find theirs. The crates that this one needs are taken from there, where they
/// are built already, so that each build compiles this crate alone.
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
        let target = place.join("target");
        if !target.exists() {
            link_needed_crates(&target.join(PROFILE));
        }
        Self { copy, target }
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
            // A sample of a test may not meet what is wrong.
            .env("PROOFS", "full")
            .args(["test", "--quiet", "--config", WITHOUT_DEBUG_INFORMATION])
            .args(arguments)
            .output()
            .unwrap()
    }
}

/// Gives the crates that this one needs, as far as they are built, names in another directory, too.
fn link_needed_crates(to: &Path) {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(PROFILE);
    for part in ["deps", "build", ".fingerprint"] {
        for entry in WalkDir::new(built.join(part))
            .into_iter()
            .filter_map(Result::ok)
        {
            let path = entry.path().strip_prefix(&built).unwrap();
            if entry.file_type().is_file() && !is_of_this_crate(path) {
                let link = to.join(path);
                fs::create_dir_all(link.parent().unwrap()).unwrap();
                // What another build has replaced meanwhile is built anew.
                fs::hard_link(entry.path(), link).ok();
            }
        }
    }
}

/// Returns whether something in a directory of what is built is of this crate: a library, or what is no
/// library, as its programs and tests.
fn is_of_this_crate(path: &Path) -> bool {
    let name = path.iter().nth(1).unwrap().to_str().unwrap();
    let is_named = ["liblambda_store-", "lambda_store-", "lambda-store-"];
    let is_program = path.starts_with("deps") && path.extension().is_none();
    is_program || is_named.iter().any(|beginning| name.starts_with(beginning))
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}
