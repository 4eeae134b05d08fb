//! What `verify` does to the system: it only reads, and tells what the system refuses to read.

use std::process::Command;

use crate::format::{findings, is_sound, made};
use crate::strace::{Call, kill, record};
use crate::undisturbed::{PUBLISH, Packages, SMALL, copy_of, with_something_to_publish};

/// The calls that look at files and change nothing.
const LOOKING: [&str; 9] = [
    "openat",
    "read",
    "pread64",
    "fstat",
    "newfstatat",
    "statx",
    "getdents64",
    "fcntl",
    "close",
];

#[test]
fn verify_opens_files_for_reading_alone_and_takes_no_lock() {
    let recorded = record(made(), &["verify"]);
    let calls = recorded.calls.iter();
    let calls: Vec<_> = calls.filter(|call| call.touches(&recorded.store)).collect();
    assert!(calls.len() > 20, "{calls:?}");
    for call in calls {
        assert!(LOOKING.contains(&&*call.name), "{call:?}");
        let is_open = call.name == "openat";
        assert!(!is_open || call.text.contains("O_RDONLY"), "{call:?}");
        assert!(!call.text.contains("O_CREAT"), "{call:?}");
    }
    assert!(recorded.calls.iter().all(|call| call.name != "flock"));
}

#[test]
fn what_the_disk_does_not_give_is_told_and_the_rest_is_checked() {
    let store = made();
    std::fs::remove_dir_all(store.join("hello/versions/3")).unwrap();
    let package = store.join("hello/versions/1/code.zip");
    let output = Command::new("strace")
        .args(["-qq", "-f", "-o", "/dev/null"])
        .args(["-e", "inject=pread64:error=EIO", "-P"])
        .arg(&package)
        .args([env!("CARGO_BIN_EXE_lambda-store"), "verify", "--query"])
        .args(["Findings[].[Path, Name, Problem]", "--output", "text"])
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let found = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines.len(), 4, "{found}");
    assert!(lines[0].starts_with("hello/aliases/canary.json\talias-target-missing\t"));
    assert!(lines[1].starts_with("hello/aliases/live.json\talias-target-missing\t"));
    assert!(lines[2].starts_with("hello/versions/1/code.zip\tunreadable\t"));
    assert!(lines[2].contains("Input/output error"), "{found}");
    assert!(lines[3].starts_with("hello/versions/3\tversion-missing\t"));
}

#[test]
fn a_change_that_a_killed_writer_left_is_told_until_the_next_writer_comes() {
    let packages = Packages::new();
    for (name, path) in [("pwrite64", "history.jsonl>"), ("renameat", "/versions>")] {
        let prepared = with_something_to_publish(&packages, SMALL);
        let earlier = record(copy_of(&prepared), &PUBLISH);
        let fits = |call: &&Call| call.name == name && call.text.contains(path);
        let at = earlier.calls.iter().find(fits).unwrap();
        kill(&prepared, &PUBLISH, &earlier, at);
        let found = findings(&prepared);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with(".change: change-unfinished"),
            "{found:?}"
        );
        prepared.run(&PUBLISH).succeeded();
        is_sound(&prepared);
    }
}
