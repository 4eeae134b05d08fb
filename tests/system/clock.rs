//! A clock that jumps: time in the store goes on all the same, no revision id comes twice, and what
//! was replaced while the clock stood wrong is seen.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::outcome::{FUNCTION, check_history};
use crate::support::{Ran, TestStore, code_sha256, zip_of};
use crate::undisturbed::{
    CREATE_ALIAS, PUBLISH, Packages, ROLLBACK, SMALL, UPDATE_ALIAS, create_arguments,
    update_arguments,
};

const BINARY: &str = env!("CARGO_BIN_EXE_lambda-store");

/// Runs a command at a time, in UTC.
fn run_at(time: &str, store: &TestStore, arguments: &[&str]) -> Ran {
    let output = Command::new("faketime")
        .args([time, BINARY])
        .args(arguments)
        .env_clear()
        .envs([("USER", "alice"), ("TZ", "UTC"), ("PATH", "/usr/bin:/bin")])
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap_or_else(|error| panic!("faketime, of Debian's package faketime: {error}"));
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap()
}

fn last_time(store: &TestStore) -> String {
    let history = store.history(FUNCTION);
    text(history.last().unwrap(), "Time").to_owned()
}

/// What the clock shows, one after the other: noon, and then hours earlier, the last second of 1969,
/// the last hours of 2099, and noon again.
const TIMES: [&str; 6] = [
    "2026-11-26 12:00:00",
    "2026-11-26 08:00:00",
    "1969-12-31 23:59:59",
    "1970-01-01 00:00:01",
    "2099-12-31 12:00:00",
    "2026-11-26 12:00:00",
];

#[test]
fn times_go_on_and_revision_ids_differ_whatever_the_clock_shows() {
    let (store, packages) = (TestStore::nothing(), Packages::new());
    let first = packages.package(b'a', SMALL);
    let create = create_arguments(FUNCTION, &first, &["--publish"]);
    let created = run_at(TIMES[0], &store, &create).succeeded();
    assert!(text(&created, "LastModified").starts_with("2026-11-26T12:00:0"));
    run_at(TIMES[0], &store, &CREATE_ALIAS).succeeded();
    let mut ids = BTreeSet::new();
    let mut modified = text(&created, "LastModified").to_owned();
    for (time, letter) in TIMES.into_iter().zip(b'b'..) {
        let package = packages.package(letter, SMALL);
        let highest = store.history(FUNCTION).last().unwrap()["HighestVersion"].clone();
        for arguments in [
            &update_arguments(&package, &[])[..],
            &PUBLISH,
            &UPDATE_ALIAS,
            &ROLLBACK,
            &["restore", FUNCTION, "1"],
        ] {
            let before = last_time(&store);
            let ran = run_at(time, &store, arguments);
            assert_eq!(ran.code, Some(0), "{time}: {ran:?}");
            assert!(last_time(&store) > before, "{time}: {arguments:?}");
            let history = store.history(FUNCTION);
            let line = history.last().unwrap();
            let alias = line["Aliases"][0].get("RevisionId");
            let id = alias.unwrap_or(&line["Latest"]["RevisionId"]);
            assert!(ids.insert(id.to_string()), "{time}: {id} came twice");
            if ["update-function-code", "restore"].contains(&arguments[0]) {
                let latest = store.get(FUNCTION, &[]).succeeded();
                assert!(text(&latest, "LastModified") > &*modified, "{time}");
                text(&latest, "LastModified").clone_into(&mut modified);
            }
        }
        let last = store.history(FUNCTION).last().unwrap()["HighestVersion"].clone();
        assert_eq!(last.as_u64(), highest.as_u64().map(|highest| highest + 1));
    }
    // The clock was really seen.
    assert!(modified.starts_with("2099-12-31T12:"), "{modified}");
    check_history(&store);
    let verified = store.run(&["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[test]
fn a_package_that_was_replaced_while_the_clock_stood_wrong_is_seen() {
    for time in TIMES {
        let (store, packages) = (TestStore::nothing(), Packages::new());
        let first = packages.package(b'a', SMALL);
        run_at(time, &store, &create_arguments(FUNCTION, &first, &[])).succeeded();
        for letter in *b"bcd" {
            store.write_code(FUNCTION, &[letter; SMALL]);
            let expected = code_sha256(&zip_of(&[("app.py", &[letter; SMALL])]));
            let get = ["get-function-configuration", "--function-name", FUNCTION];
            let answer = run_at(time, &store, &get).succeeded();
            assert_eq!(answer["CodeSha256"], expected, "{time}");
            let published = run_at(time, &store, &PUBLISH).succeeded();
            assert_eq!(published["CodeSha256"], expected, "{time}");
            // What a publish recorded of a file that somebody had just written.
            store.write_code(FUNCTION, &[letter.to_ascii_uppercase(); SMALL]);
            let answer = run_at(time, &store, &get).succeeded();
            assert_ne!(answer["CodeSha256"], expected, "{time}");
        }
        check_history(&store);
        let verified = store.run(&["verify"]);
        assert_eq!(verified.code, Some(0), "{time}: {verified:?}");
    }
}
