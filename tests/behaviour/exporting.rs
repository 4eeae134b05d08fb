//! `export`: a function, or one of its versions, as a tar file.

use std::process::Command as Process;

use serde_json::json;

use super::concurrency::at_once;
use crate::support::{TestStore, entries_of, modified, says, set_modified};

/// Makes hello with versions 1, 3 and 4, an alias, tags and something unpublished.
pub(crate) fn rich_store() -> TestStore {
    let store = TestStore::new();
    store
        .create("hello", &["--publish", "--tags", "team=one"])
        .succeeded();
    for content in [b"v1", b"v2", b"v3"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store.delete("hello", &["--qualifier", "2"]).succeeded();
    store.place_alias("live", &json!({"FunctionVersion": "3"}));
    store.update("hello", b"v4", &[]).succeeded();
    store
}

/// Exports something of the store to a file beside it, and returns the file's bytes.
#[track_caller]
pub(crate) fn exported(store: &TestStore, what: &str) -> Vec<u8> {
    let file = store.beside("exported.tar");
    let ran = store.run(&["export", what, file.to_str().unwrap()]);
    assert_eq!(
        (ran.code, &*ran.stdout, &*ran.stderr),
        (Some(0), "", ""),
        "{ran:?}"
    );
    std::fs::read(file).unwrap()
}

fn paths(tar: &[u8]) -> Vec<String> {
    entries_of(tar).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn a_whole_function_goes_in_the_stores_own_paths_byte_for_byte() {
    let store = rich_store();
    let entries = entries_of(&exported(&store, "hello"));
    for (path, content) in &entries {
        assert!(
            std::fs::read(store.join(path)).unwrap() == *content,
            "{path}"
        );
    }
    let names: Vec<&str> = entries.iter().map(|(path, _)| &**path).collect();
    assert_eq!(
        names,
        [
            "hello/$LATEST/config.json",
            "hello/$LATEST/code.zip",
            "hello/versions/1/config.json",
            "hello/versions/1/code.zip",
            "hello/versions/3/config.json",
            "hello/versions/3/code.zip",
            "hello/versions/4/config.json",
            "hello/versions/4/code.zip",
            "hello/aliases/live.json",
            "hello/function.json",
            "hello/history.jsonl",
        ]
    );
}

#[test]
fn a_version_goes_alone_by_its_number_or_by_an_alias() {
    let store = rich_store();
    let version = ["hello/versions/3/config.json", "hello/versions/3/code.zip"];
    for what in ["hello:3", "hello:live"] {
        assert_eq!(paths(&exported(&store, what)), version, "{what}");
    }
}

#[test]
fn the_same_state_gives_the_same_bytes_to_a_file_and_to_stdout() {
    let store = rich_store();
    let first = exported(&store, "hello");
    assert!(first == exported(&store, "hello"));
    let output = store.command(&["export", "hello", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(first == output.stdout);
}

#[test]
fn what_cannot_be_exported_is_refused_and_leaves_the_file_as_it_was() {
    let store = rich_store();
    store.place_alias("next", &json!({"FunctionVersion": "$LATEST"}));
    let file = store.beside("kept.tar");
    std::fs::write(&file, "kept").unwrap();
    let path = file.to_str().unwrap();
    let before = store.files();
    for (what, code) in [
        ("hello:$LATEST", "InvalidParameterValueException"),
        ("hello:next", "InvalidParameterValueException"),
        ("hello:2", "ResourceNotFoundException"),
        ("hello:none", "ResourceNotFoundException"),
        ("none", "ResourceNotFoundException"),
    ] {
        store
            .run(&["export", what, path])
            .failed_with(code, "Export");
        assert_eq!(std::fs::read(&file).unwrap(), b"kept");
    }
    assert_eq!(store.files(), before);
    let nowhere = store.run(&["export", "hello", "/nowhere/at/all.tar"]);
    says(
        nowhere.failed(252),
        &["/nowhere/at/all.tar", "no directory"],
    );
    let directory = store.beside("");
    store
        .run(&["export", "hello", directory.to_str().unwrap()])
        .failed(252);
    let missing = store.beside("missing/");
    let ran = store.run(&["export", "hello", missing.to_str().unwrap()]);
    says(ran.failed(252), &["missing/", "no such directory"]);
    assert!(!store.beside("missing").exists());
    let beside = crate::support::names_in(&store.beside(""));
    assert!(
        beside.iter().all(|name| !name.contains("part")),
        "{beside:?}"
    );
}

#[test]
fn what_is_damaged_is_not_exported_and_the_message_names_it() {
    for (damage, parts) in [
        (
            Box::new(|store: &TestStore| {
                let path = store.join("hello/versions/3/code.zip");
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, "another").unwrap();
            }) as Box<dyn Fn(&TestStore)>,
            ["versions/3/code.zip", "verify hello"],
        ),
        (
            Box::new(|store: &TestStore| {
                let path = store.join("hello/versions/3/config.json");
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, text.replace("app.handler", "app.other")).unwrap();
            }),
            ["versions/3/config.json", "RevisionId"],
        ),
        (
            Box::new(|store: &TestStore| {
                std::fs::remove_dir_all(store.join("hello/versions/4")).unwrap();
            }),
            ["history.jsonl", "version 4"],
        ),
        (
            Box::new(|store: &TestStore| {
                let alias = json!({"FunctionVersion": "9"});
                store.place_alias("lost", &alias);
            }),
            ["aliases/lost.json", "version 9"],
        ),
        (
            Box::new(|store: &TestStore| {
                let text = store
                    .text("hello/history.jsonl")
                    .replacen("alice", "carol", 1);
                std::fs::write(store.join("hello/history.jsonl"), text).unwrap();
            }),
            ["history.jsonl", "line 2"],
        ),
        (
            // The last line is lost, which published version 5.
            Box::new(|store: &TestStore| {
                store.publish("hello", &[]).succeeded();
                let mut lines = store.text("hello/history.jsonl");
                lines.truncate(lines.trim_end().rfind('\n').unwrap() + 1);
                std::fs::write(store.join("hello/history.jsonl"), lines).unwrap();
            }),
            ["history.jsonl", "no line tells of"],
        ),
        (
            Box::new(|store: &TestStore| {
                store.create_alias("made", "3", &[]).succeeded();
                let path = store.join("hello/aliases/made.json");
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, text.replace("\"3\"", "\"4\"")).unwrap();
            }),
            ["aliases/made.json", "RevisionId"],
        ),
        (
            Box::new(|store: &TestStore| {
                let path = store.join("hello/$LATEST/code.zip");
                let (mut package, time) = (std::fs::read(&path).unwrap(), modified(&path));
                *package.last_mut().unwrap() ^= 1;
                std::fs::write(&path, package).unwrap();
                set_modified(&path, time);
            }),
            ["$LATEST/code.zip", "the hash"],
        ),
        (
            Box::new(|store: &TestStore| {
                let path = store.join("hello/function.json");
                let text = std::fs::read_to_string(&path).unwrap();
                let newer = text.replace("\"Format\": 1", "\"Format\": 2");
                std::fs::write(&path, newer).unwrap();
            }),
            ["function.json", "format 2"],
        ),
    ] {
        let store = rich_store();
        damage(&store);
        assert_eq!(store.run(&["verify"]).code, Some(1));
        let file = store.beside("damaged.tar");
        let ran = store.run(&["export", "hello", file.to_str().unwrap()]);
        says(ran.failed_with("ServiceException", "Export"), &parts);
        assert!(!file.exists());
        // What went to stdout before it was noticed is no archive.
        let output = store.command(&["export", "hello", "-"]).output().unwrap();
        let mut import = store.command(&["import", "-", "--as", "copy"]);
        let refused = import.write_stdin(output.stdout).output().unwrap();
        assert_eq!(refused.status.code(), Some(254));
        assert!(!store.join("copy").exists());
    }
}

#[test]
fn a_closed_stdout_is_told_as_of_any_result() {
    let store = rich_store();
    let zip = store.beside("large.zip");
    std::fs::write(&zip, crate::support::zip_of(&[("a", &vec![7; 300_000])])).unwrap();
    std::fs::copy(&zip, store.join("hello/$LATEST/code.zip")).unwrap();
    let script = "\"$0\" export hello - | head -c 1 >/dev/null";
    let mut shell = Process::new("/bin/bash");
    let output = shell
        .args(["-c", &format!("set -o pipefail; {script}")])
        .arg(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(255), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    says(&said, &["could not be written to stdout", "Broken pipe"]);
}

#[test]
fn gnu_tar_reads_it_and_unpacks_it_into_a_store() {
    let store = rich_store();
    exported(&store, "hello");
    let other = TestStore::new();
    let tar = |arguments: &[&str]| {
        let file = store.beside("exported.tar");
        let mut tar = Process::new("tar");
        let output = tar.args(arguments).arg("-f").arg(file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(tar(&["-t"]).lines().count(), 11);
    tar(&["-C", other.path().to_str().unwrap(), "-x"]);
    for qualifier in ["$LATEST", "1", "3", "4", "live"] {
        let options = ["--qualifier", qualifier];
        assert_eq!(
            other.get("hello", &options).succeeded(),
            store.get("hello", &options).succeeded()
        );
    }
    assert_eq!(other.publish("hello", &[]).succeeded()["Version"], "5");
}

#[test]
fn every_export_beside_publishers_can_be_imported() {
    const EXPORTS: usize = 6;
    let store = rich_store();
    at_once(4, |job| {
        for round in 0..EXPORTS {
            if job < 2 {
                let package = store.beside(&format!("{job}-{round}.zip"));
                let content = format!("{job} {round}");
                let zip = crate::support::zip_of(&[("app.py", content.as_bytes())]);
                std::fs::write(&package, zip).unwrap();
                let package = format!("fileb://{}", package.display());
                let update = ["update-function-code", "--function-name", "hello"];
                let options = ["--zip-file", &package, "--publish"];
                store.run(&[&update[..], &options].concat()).succeeded();
            } else {
                let file = store.beside(&format!("{job}-{round}.tar"));
                let file = file.to_str().unwrap();
                let exported = store.run(&["export", "hello", file]);
                assert_eq!(exported.code, Some(0), "{exported:?}");
                let copy = format!("copy-{job}-{round}");
                let imported = store.run(&["import", file, "--as", &copy]).succeeded();
                assert_eq!(imported["History"], true);
                store.check_chain(&copy);
            }
        }
    });
}
