//! Too few files may be open: a command says so and changes nothing, from the least with which it
//! starts up to what it needs; a server refuses, and goes on afterwards.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::outcome::{check_empty, check_history};
use crate::readers::readers;
use crate::server::{BINARY, Server};
use crate::support::{Ran, TestStore, sample, says};
use crate::undisturbed::{LARGE, PUBLISH, Packages, SMALL, copy_of};
use crate::writers::{prepare, writers};

const SHORT_OF_FILES: &str = "Too many open files (os error 24)";
const WAY_OUT: &str = "Too many files are open at once; raise the limit (ulimit -n) and try again";

/// What the loader ends with where there is no room for the libraries.
const NOT_STARTED: i32 = 127;

/// More than any command needs.
const PLENTY: u64 = 64;

fn run_with(files: u64, store: &TestStore, arguments: &[&str]) -> Ran {
    let output = Command::new("prlimit")
        .args([&format!("--nofile={files}"), BINARY])
        .args(arguments)
        .env_clear()
        .env("USER", "alice")
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap_or_else(|error| panic!("prlimit, of Debian's package util-linux: {error}"));
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns whether a list tells of what it leaves out, or `status` of what would fail.
fn answers_in_part(ran: &Ran) -> bool {
    ran.stderr.contains("warning: left out of the list") || ran.stdout.contains("would fail")
}

/// Lets a command open one file more each time, until it succeeds. Returns that, and how often it
/// failed before.
fn run_with_more_and_more(
    store: &TestStore,
    arguments: &[&str],
    check_failure: impl Fn(&Ran),
) -> (Ran, usize) {
    let mut failed = 0;
    for files in 3..PLENTY {
        let ran = run_with(files, store, arguments);
        match ran.code {
            Some(0) if !answers_in_part(&ran) => return (ran, failed),
            Some(NOT_STARTED) => {}
            _ => {
                check_failure(&ran);
                failed += 1;
            }
        }
    }
    panic!("{arguments:?} needs more than {PLENTY} files")
}

/// Returns the files of a store but for what stands in staging directories: who may open no files cannot
/// even clear what was staged, and leaves that to the next writer.
fn files_in_place(store: &TestStore) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = store.files();
    files.retain(|path, _| !path.iter().any(|name| name == ".staging"));
    files
}

/// Sees that a command said clearly that it may open too few files.
fn check_words(ran: &Ran) {
    match ran.code {
        Some(0) => says(&format!("{ran:?}"), &[SHORT_OF_FILES, WAY_OUT]),
        Some(254) => says(
            &ran.stderr,
            &["(ServiceException)", SHORT_OF_FILES, WAY_OUT],
        ),
        // A file that is given cannot be read.
        Some(252) => says(&ran.stderr, &["Cannot read", SHORT_OF_FILES]),
        // What verify tells of what it could not open.
        Some(1) => says(&ran.stdout, &["unreadable", SHORT_OF_FILES]),
        _ => panic!("{ran:?}"),
    }
}

#[test]
fn commands_that_write_change_nothing_where_they_may_open_too_few_files() {
    for size in [SMALL, LARGE] {
        let packages = Packages::new();
        let prepared = TestStore::nothing();
        prepare(&prepared, &packages, size);
        let before = files_in_place(&prepared);
        let (mut failures, mut commands) = (0, 0);
        let title = format!("too few open files, packages of {size} bytes");
        for writer in sample::of(&title, writers(&packages, size)) {
            let store = copy_of(&prepared);
            let (ran, failed) = run_with_more_and_more(&store, &writer.arguments(), |ran| {
                check_words(ran);
                assert!(
                    files_in_place(&store) == before,
                    "{:?}: {ran:?}",
                    writer.arguments
                );
            });
            assert!(failed > 0, "{:?}", writer.arguments);
            assert!(files_in_place(&store) != before, "{:?}", writer.arguments);
            if store.join("hello").exists() {
                if ran.stderr.contains("warning: ") {
                    says(
                        &ran.stderr,
                        &["warning: the change to hello is done", SHORT_OF_FILES],
                    );
                    store.configure("hello", &["--timeout", "7"]).succeeded();
                }
                check_empty(&store.join("hello/.staging"));
                check_history(&store);
                assert_eq!(store.run(&["verify"]).code, Some(0));
            }
            failures += failed;
            commands += 1;
        }
        println!("{commands} commands failed {failures} times in all, and changed nothing");
    }
}

#[test]
fn commands_that_read_say_that_they_may_open_too_few_files() {
    let store = TestStore::nothing();
    prepare(&store, &Packages::new(), SMALL);
    let before = store.files();
    for arguments in sample::of("reading with too few open files", readers()) {
        let (ran, failed) = run_with_more_and_more(&store, &arguments, check_words);
        assert!(failed > 0, "{arguments:?}");
        assert_eq!(ran, store.run(&arguments));
    }
    assert!(store.files() == before);
}

#[test]
fn a_server_that_may_open_no_more_files_refuses_and_goes_on_afterwards() {
    let store = TestStore::nothing();
    prepare(&store, &Packages::new(), SMALL);
    let mut serve = Command::new("prlimit");
    serve.args(["--nofile=40", BINARY, "serve", "--listen", "127.0.0.1:0"]);
    let mut server = Server::started(&store, &mut serve);
    let hello = "/2015-03-31/functions/hello";
    let versions = format!("{hello}/versions");
    // The connection stays open for what follows.
    server.send("GET", hello, b"").succeeded(200);
    let before = store.files();
    let connections: Vec<_> = (0..60).map(|_| server.connect()).collect();
    server.line_where(|line| line.to_string().contains("NotAccepting"));
    let refused = server.send("POST", &versions, b"{}");
    let message = refused.failed_with(500, "ServiceException");
    says(&message, &[SHORT_OF_FILES, WAY_OUT]);
    assert!(store.files() == before);
    drop(connections);
    let soon = Instant::now() + Duration::from_secs(60);
    let published = std::iter::repeat_with(|| server.send("POST", &versions, b"{}"))
        .find(|answered| answered.status == 201 || Instant::now() > soon);
    assert_eq!(published.unwrap().succeeded(201)["Version"], "5");
    assert_eq!(store.run(&PUBLISH).succeeded()["Version"], "5");
    check_history(&store);
}
