//! The quotas of a store: set by `init`, and the bytes of all packages together. Those of a single
//! function or package stand beside what they limit.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::concurrency::at_once;
use crate::support::{Ran, TestStore, says, zip_of};

/// Returns the size of a test's package of this content.
fn size_of(content: &[u8]) -> u64 {
    zip_of(&[("app.py", content)]).len() as u64
}

/// Returns the size of the package that a test's function is created with.
fn created() -> u64 {
    size_of(b"v0")
}

fn allow(store: &TestStore, bytes: u64) {
    store.write_store_json(&json!({"Quotas": {"TotalCodeSize": bytes}}));
}

/// Checks that a command is refused because of the quota, and that it changed nothing.
fn refused(store: &TestStore, operation: &str, numbers: [u64; 3], run: impl Fn() -> Ran) {
    let before = store.files();
    let ran = run();
    let message = ran.failed_with("CodeStorageExceededException", operation);
    says(
        message,
        &numbers
            .map(|number| number.to_string())
            .each_ref()
            .map(String::as_str),
    );
    assert!(store.files() == before, "{operation} changed something");
}

#[test]
fn init_sets_the_quotas_that_are_given_and_no_other() {
    let store = TestStore::nothing();
    let quotas = [
        ("TotalCodeSize", 1_000_000_u64),
        ("CodeSizeZipped", 1000),
        ("CodeSizeUnzipped", 2000),
        ("MemorySize", 10240),
        ("Timeout", 60),
        ("EphemeralStorage", 512),
        ("EnvironmentSize", 100),
        ("Layers", 2),
        ("Tags", 3),
    ];
    for (name, value) in quotas {
        let path = store.beside(name).display().to_string();
        let given = format!("{name}={value}");
        let answer = store
            .run(&["--store", &path, "init", "--quota", &given])
            .succeeded();
        let standard = store
            .beside(&format!("standard-{name}"))
            .display()
            .to_string();
        let mut expected = store.run(&["--store", &standard, "init"]).succeeded();
        assert_ne!(expected["Quotas"][name], json!(value));
        expected["Quotas"][name] = json!(value);
        assert_eq!(answer, expected);
    }
    let given = quotas.map(|(name, value)| format!("--quota={name}={value}"));
    let options = given.each_ref().map(String::as_str);
    store.run(&[&["init"][..], &options].concat()).succeeded();
    let expected: Value = quotas
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    assert_eq!(store.json("store.json")["Quotas"], expected);
}

#[test]
fn a_quota_that_is_none_is_wrong_usage_and_makes_no_store() {
    let store = TestStore::nothing();
    for (given, parts) in [
        ("Memory=1", ["Memory=1", "MemorySize"]),
        ("MemorySize", ["MemorySize", "NAME=VALUE"]),
        ("MemorySize=-1", ["-1", "whole number"]),
        ("MemorySize=1.5", ["1.5", "whole number"]),
        (
            "MemorySize=9223372036854775808",
            ["9223372036854775808", "whole number"],
        ),
    ] {
        let ran = store.run(&["init", "--quota", given]);
        says(ran.failed(252), &parts);
        assert!(!store.path().exists());
    }
}

#[test]
fn the_packages_of_a_store_take_no_more_than_its_quota_together() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, size - 1);
    refused(&store, "CreateFunction", [0, size, size - 1], || {
        store.create("hello", &[])
    });
    refused(&store, "CreateFunction", [0, 2 * size, size - 1], || {
        store.create("hello", &["--publish"])
    });
    allow(&store, size);
    store.create("hello", &[]).succeeded();

    allow(&store, 2 * size - 1);
    refused(&store, "PublishVersion", [size, size, 2 * size - 1], || {
        store.publish("hello", &[])
    });
    allow(&store, 2 * size);
    store.publish("hello", &[]).succeeded();
    // What makes no version needs no room.
    store.publish("hello", &[]).succeeded();

    let larger = b"a longer package than the first one";
    let new = size_of(larger);
    // The package that goes makes room for the one that comes.
    let room = size + new - 1;
    allow(&store, room);
    refused(
        &store,
        "UpdateFunctionCode",
        [2 * size, new - size, room],
        || store.update("hello", larger, &[]),
    );
    store.update("hello", larger, &["--dry-run"]).succeeded();
    let room = size + 2 * new - 1;
    allow(&store, room);
    refused(
        &store,
        "UpdateFunctionCode",
        [2 * size, 2 * new - size, room],
        || store.update("hello", larger, &["--publish"]),
    );
    allow(&store, room + 1);
    store.update("hello", larger, &["--publish"]).succeeded();
    refused(&store, "CreateFunction", [room + 1, size, room + 1], || {
        store.create("other", &[])
    });
}

#[test]
fn what_is_deleted_makes_room() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 2 * size);
    store.create("hello", &["--publish"]).succeeded();
    refused(&store, "CreateFunction", [2 * size, size, 2 * size], || {
        store.create("other", &[])
    });
    store.delete("hello", &["--qualifier", "1"]).succeeded();
    store.create("other", &[]).succeeded();
    refused(&store, "PublishVersion", [2 * size, size, 2 * size], || {
        store.publish("hello", &[])
    });
    store.delete("other", &[]).succeeded();
    store.publish("hello", &[]).succeeded();
}

#[test]
fn what_a_change_frees_is_taken_off() {
    let store = TestStore::nothing();
    let size = created();
    let status = ["status", "hello", "--output", "json"];
    let stored = || store.run(&status).succeeded()["TotalCodeSize"]["Stored"].clone();
    store.create("hello", &["--publish"]).succeeded();
    store.create("other", &["--publish"]).succeeded();
    assert_eq!(stored(), 4 * size);
    store.delete("hello", &["--qualifier", "1"]).succeeded();
    assert_eq!(stored(), 3 * size);
    store.delete("other", &[]).succeeded();
    assert_eq!(stored(), size);
    let larger = b"a longer package than the first one";
    store.update("hello", larger, &[]).succeeded();
    assert_eq!(stored(), size_of(larger));
    store.update("hello", b"v0", &[]).succeeded();
    assert_eq!(stored(), size);
}

#[test]
fn a_cache_of_the_bytes_that_is_missing_or_wrong_refuses_nothing_that_fits() {
    let size = created();
    for cache in [
        None,
        Some("99999999999999999999\n"),
        Some("7"),
        Some("many\n"),
        Some(""),
    ] {
        let store = TestStore::nothing();
        allow(&store, 2 * size);
        store.create("hello", &[]).succeeded();
        match cache {
            None => std::fs::remove_file(store.join(".usage")).unwrap(),
            Some(text) => std::fs::write(store.join(".usage"), text).unwrap(),
        }
        store.publish("hello", &[]).succeeded();
        refused(&store, "CreateFunction", [2 * size, size, 2 * size], || {
            store.create("other", &[])
        });
    }
}

#[test]
fn a_cache_with_another_name_elsewhere_is_given_up() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 2 * size);
    store.create("hello", &[]).succeeded();
    let (cache, elsewhere) = (store.join(".usage"), store.beside("elsewhere"));
    std::fs::write(&cache, "00000000000000000000\n").unwrap();
    std::fs::hard_link(&cache, &elsewhere).unwrap();
    store.publish("hello", &[]).succeeded();
    assert_eq!(store.text(".usage"), format!("{:020}\n", 2 * size));
    let text = std::fs::read_to_string(elsewhere).unwrap();
    assert_eq!(text, "00000000000000000000\n");
    refused(&store, "CreateFunction", [2 * size, size, 2 * size], || {
        store.create("other", &[])
    });
}

#[test]
fn packages_that_were_placed_and_removed_by_hand_are_counted_before_anything_is_refused() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 2 * size);
    store.create("hello", &["--publish"]).succeeded();
    std::fs::remove_dir_all(store.join("hello/versions/1")).unwrap();
    store.create("other", &[]).succeeded();
    store.place_function("placed");
    refused(&store, "CreateFunction", [3 * size, size, 2 * size], || {
        store.create("fourth", &[])
    });
}

#[test]
fn what_is_no_function_and_no_version_takes_no_room() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 3 * size);
    store.create("hello", &["--publish"]).succeeded();
    let package = store.join("hello/versions/1/code.zip");
    for place in [
        "hello.bak/$LATEST",
        "hello.bak/versions/1",
        "hello/versions/1.bak",
        "hello/versions/01",
    ] {
        std::fs::create_dir_all(store.join(place)).unwrap();
        std::fs::copy(&package, store.join(place).join("code.zip")).unwrap();
    }
    std::fs::remove_file(store.join(".usage")).unwrap();
    store.create("other", &[]).succeeded();
    refused(&store, "CreateFunction", [3 * size, size, 3 * size], || {
        store.create("third", &[])
    });
}

/// Returns the paths at which the last change of hello staged things, by their names.
fn staging_of_last(store: &TestStore) -> impl Fn(&str) -> PathBuf {
    let token = store.history("hello").pop().unwrap()["Token"].clone();
    let staging = store.join("hello/.staging");
    move |name| staging.join(format!("{}.{name}", token.as_str().unwrap()))
}

/// What a publish leaves that is killed between its line and its rename.
#[test]
fn a_version_that_a_killed_command_left_in_staging_is_counted() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 3 * size - 1);
    store.create("hello", &[]).succeeded();
    store.publish("hello", &[]).succeeded();
    let staged = staging_of_last(&store);
    std::fs::rename(store.join("hello/versions/1"), staged("version-1")).unwrap();
    std::fs::write(staged("change"), "").unwrap();
    std::fs::remove_file(store.join(".usage")).unwrap();
    let numbers = [2 * size, size, 3 * size - 1];
    refused(&store, "CreateFunction", numbers, || {
        store.create("other", &[])
    });
    // The package of $LATEST that is still staged counts, and the one that it replaces does not.
    let larger = b"a longer package than the first one";
    let more = size_of(larger) - size;
    store.delete("hello", &[]).succeeded();
    allow(&store, 2 * size + more - 1);
    store.create("hello", &[]).succeeded();
    let old = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    store.update("hello", larger, &[]).succeeded();
    let staged = staging_of_last(&store);
    std::fs::rename(store.join("hello/$LATEST/code.zip"), staged("code.zip")).unwrap();
    std::fs::write(store.join("hello/$LATEST/code.zip"), old).unwrap();
    std::fs::write(staged("change"), "").unwrap();
    std::fs::remove_file(store.join(".usage")).unwrap();
    let numbers = [size + more, size, 2 * size + more - 1];
    refused(&store, "CreateFunction", numbers, || {
        store.create("other", &[])
    });
}

#[test]
fn those_that_create_at_once_do_not_exceed_the_quota_together() {
    let store = TestStore::nothing();
    let size = created();
    allow(&store, 5 * size);
    let zip = store.zip("created.zip", b"v0");
    let ran = at_once(16, |index| {
        let name = format!("f{index}");
        store.run(&[
            "create-function",
            "--function-name",
            &name,
            "--runtime",
            "python3.13",
            "--role",
            crate::support::ROLE,
            "--handler",
            "app.handler",
            "--zip-file",
            &zip,
        ])
    });
    let made = ran.iter().filter(|ran| ran.code == Some(0)).count();
    assert_eq!(made, 5);
    for refused in ran.iter().filter(|ran| ran.code != Some(0)) {
        refused.failed_with("CodeStorageExceededException", "CreateFunction");
    }
}
