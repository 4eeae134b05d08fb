//! A command line, run in this process over a store, and what must hold of its end whatever it met.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lambda_store::cli::{self, Outcome};
use tempfile::TempDir;

/// A store of its own in a directory of its own, and nothing beside it.
pub struct Store {
    directory: TempDir,
}

impl Store {
    /// Makes one with these files.
    pub fn with(files: &[(&str, &[u8])]) -> Self {
        let store = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(store.path()).unwrap();
        for (path, content) in files {
            let path = store.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        store
    }

    /// Returns its path.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// Runs a command over it.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let outcome = run(&self.path(), arguments);
        let beside = std::fs::read_dir(self.directory.path()).unwrap().count();
        assert_eq!(beside, 1, "{arguments:?} made something beside the store");
        // What a file says does not move the cursor of who is told of it.
        let is_shown = |letter: char| !letter.is_control() || letter == '\n' || letter == '\t';
        assert!(outcome.stderr.chars().all(is_shown), "{outcome:?}");
        outcome
    }
}

/// Returns the path of a store that is only read.
pub fn example() -> PathBuf {
    // The fuzz targets' own directory is one below.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = here.join("store-example");
    let above = || here.join("../store-example");
    if example.exists() { example } else { above() }
}

/// Runs a command over a store, and sees that it ends in one of the ways in which commands end.
pub fn run(store: &Path, arguments: &[&str]) -> Outcome {
    let options = ["--lock-timeout=0", "--store"].map(OsString::from);
    let arguments = std::iter::once(&"lambda-store").chain(arguments);
    let line = arguments.map(OsString::from).chain(options);
    let outcome = cli::run(line.chain([store.into()]));
    let Outcome {
        stdout,
        stderr,
        code,
        ..
    } = &outcome;
    match code {
        0 | 1 => {}
        252 | 253 | 255 => assert!(!stderr.trim().is_empty(), "{outcome:?}"),
        254 => assert!(stderr.contains("An error occurred ("), "{outcome:?}"),
        _ => panic!("{outcome:?}"),
    }
    assert!(*code < 2 || stdout.is_empty(), "{outcome:?}");
    outcome
}

/// Sees that a command has done what it was told, and returns the JSON that it printed.
pub fn succeeded(outcome: &Outcome) -> serde_json::Value {
    assert_eq!(outcome.code, 0, "{outcome:?}");
    serde_json::from_str(&outcome.stdout).unwrap()
}
