//! `list-versions-by-function`: which versions, in which order, and what is left out.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::support::shapes::is_of_shape;
use crate::support::{ROLE, Ran, TestStore, make_fifo, says};

const LIST: &str = "ListVersionsByFunction";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

/// What a version placed by hand says about its package, so that nothing has to be hashed.
const SHA256: &str = "4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=";

/// A configuration of a version, as it may be placed by hand.
fn config() -> Value {
    json!({
        "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "CodeSize": 118,
        "CodeSha256": SHA256, "LastModified": "2026-11-23T10:15:00.123+0000"
    })
}

fn place_versions(store: &TestStore, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        store.place_version("hello", number, b"placed", &config());
    }
}

/// Sees that a list is sound, and returns its versions' names.
#[track_caller]
fn versions_in(stdout: &str) -> Vec<String> {
    let answer = is_of_shape(stdout, "ListVersionsByFunctionResponse");
    let versions = answer["Versions"].as_array().unwrap();
    let name = |version: &Value| version["Version"].as_str().unwrap().to_owned();
    versions.iter().map(name).collect()
}

/// Lists without a word on stderr, and returns the versions' names.
#[track_caller]
fn listed(store: &TestStore) -> Vec<String> {
    let ran = store.list("hello", &[]);
    ran.succeeded();
    versions_in(&ran.stdout)
}

/// Returns what a list of these versions names.
fn latest_and(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    let numbers = numbers.into_iter().map(|number| number.to_string());
    ["$LATEST".to_owned()].into_iter().chain(numbers).collect()
}

/// Sees that the list goes on without one version, and says which and why.
#[track_caller]
fn is_left_out(ran: &Ran, path: &str, cause: &str, others: &[String]) {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(versions_in(&ran.stdout), others);
    says(&ran.stderr, &[path, cause]);
}

#[test]
fn latest_comes_first_and_then_the_versions_by_number() {
    let store = TestStore::with_function("hello");
    assert_eq!(listed(&store), ["$LATEST"]);
    for number in 1..=11 {
        let content = format!("version {number}");
        store
            .update("hello", content.as_bytes(), &["--publish"])
            .succeeded();
    }
    assert_eq!(listed(&store), latest_and(1..=11));
    // Names of the function lead there in every form.
    for name in [ARN, "function:hello", "123456789012:function:hello"] {
        assert_eq!(store.list(name, &[]), store.list("hello", &[]));
    }
}

#[test]
fn an_entry_is_the_configuration_under_its_qualifier_without_the_states() {
    let store = TestStore::nothing();
    let options = [
        "--publish",
        "--description",
        "größer",
        "--environment",
        "Variables={Zone=b,STAGE=test}",
    ];
    store.create("hello", &options).succeeded();
    store.update("hello", b"v1", &[]).succeeded();
    let mut with_states = config();
    for (member, value) in [
        ("State", json!("Inactive")),
        ("StateReason", json!("slept")),
        ("StateReasonCode", json!("Idle")),
        ("LastUpdateStatus", json!("Failed")),
        ("LastUpdateStatusReason", json!("no luck")),
        ("LastUpdateStatusReasonCode", json!("InternalError")),
        (
            "RuntimeVersionConfig",
            json!({"RuntimeVersionArn": "arn:aws:lambda:us-east-1::runtime:0123"}),
        ),
    ] {
        with_states[member] = value;
    }
    store.place_version("hello", 7, b"placed", &with_states);

    let ran = store.list("hello", &[]);
    assert_eq!(versions_in(&ran.stdout), latest_and([1, 7]));
    let entries = ran.succeeded()["Versions"].clone();
    for entry in entries.as_array().unwrap() {
        let qualifier = entry["Version"].as_str().unwrap();
        let answer = store.get("hello", &["--qualifier", qualifier]).succeeded();
        let mut expected = answer.as_object().unwrap().clone();
        let left_out = ["State", "LastUpdateStatus", "RuntimeVersionConfig"];
        expected.retain(|name, _| !left_out.iter().any(|start| name.starts_with(start)));
        assert_eq!(entry, &Value::Object(expected));
        assert_eq!(entry["FunctionArn"], format!("{ARN}:{qualifier}"));
        assert_eq!(entry["FunctionName"], "hello");
    }
    assert!(!ran.stdout.contains("State"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("RuntimeVersion"), "{}", ran.stdout);
}

#[test]
fn versions_placed_by_hand_are_listed() {
    let store = TestStore::made_by_hand("hello");
    assert_eq!(listed(&store), ["$LATEST"]);
    place_versions(&store, [10, 9, 100]);
    // A short configuration is completed from the package beside it.
    let short = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    store.place_version("hello", 2, b"short", &short);
    assert_eq!(listed(&store), latest_and([2, 9, 10, 100]));
    // Nothing was written by that, and a history changes nothing about it.
    assert!(!store.join("hello/history.jsonl").exists());
    store.publish("hello", &[]).succeeded();
    assert_eq!(listed(&store), latest_and([2, 9, 10, 100, 101]));
    place_versions(&store, [3, 300]);
    assert_eq!(listed(&store), latest_and([2, 3, 9, 10, 100, 101, 300]));
}

#[test]
fn the_name_may_stand_in_a_file() {
    let store = TestStore::made_by_hand("hello");
    let path = store.beside("name");
    fs::write(&path, "hello").unwrap();
    let named = store.list(&format!("file://{}", path.display()), &[]);
    named.succeeded();
    assert_eq!(versions_in(&named.stdout), ["$LATEST"]);
}

#[test]
fn gaps_stay() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    for content in [b"v2", b"v3", b"v4"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store.delete("hello", &["--qualifier", "2"]).succeeded();
    fs::remove_dir_all(store.join("hello/versions/3")).unwrap();
    assert_eq!(listed(&store), latest_and([1, 4]));
    store.delete("hello", &["--qualifier", "4"]).succeeded();
    assert_eq!(listed(&store), latest_and([1]));
    store.publish("hello", &[]).succeeded();
    assert_eq!(listed(&store), latest_and([1, 5]));
}

#[test]
fn hundreds_of_versions_are_one_list() {
    let store = TestStore::with_function("hello");
    place_versions(&store, 1..=300);
    assert_eq!(listed(&store), latest_and(1..=300));
    // However wide the gap: there may be no history that says where to look.
    place_versions(&store, [100_000]);
    assert_eq!(listed(&store), latest_and((1..=300).chain([100_000])));
}

#[test]
fn a_version_without_a_configuration_is_left_out_and_named() {
    let store = TestStore::with_function("hello");
    place_versions(&store, 1..=3);
    fs::remove_file(store.join("hello/versions/2/config.json")).unwrap();
    let path = store.join("hello/versions/2").display().to_string();
    let ran = store.list("hello", &[]);
    is_left_out(&ran, &path, "missing", &latest_and([1, 3]));
}

#[test]
fn a_version_without_a_package_is_left_out_and_named() {
    for is_directory in [false, true] {
        let store = TestStore::with_function("hello");
        place_versions(&store, [1]);
        store.publish("hello", &[]).succeeded();
        let package = store.join("hello/versions/2/code.zip");
        fs::remove_file(&package).unwrap();
        if is_directory {
            fs::create_dir(&package).unwrap();
        }
        let ran = store.list("hello", &[]);
        is_left_out(
            &ran,
            &package.display().to_string(),
            "a copy",
            &latest_and([1]),
        );
    }
}

#[test]
fn how_a_version_with_a_file_missing_is_put_right_is_said() {
    for file in ["config.json", "code.zip"] {
        let store = TestStore::with_function("hello");
        place_versions(&store, 1..=3);
        fs::remove_file(store.join("hello/versions/2").join(file)).unwrap();
        let ran = store.list("hello", &[]);
        // What was published is not written anew.
        says(&ran.stderr, &[file, "a copy", "--qualifier 2"]);
        store.delete("hello", &["--qualifier", "2"]).succeeded();
        assert_eq!(listed(&store), latest_and([1, 3]));
    }
}

#[test]
fn a_version_whose_configuration_is_no_json_is_left_out_and_named() {
    for (content, cause) in [
        (&b"{\n\"Runtime\": python"[..], "line 2"),
        (b"", "config.json"),
        (b"[]", "object"),
        (b"{\"Timeout\": \"3\"}", "Timeout"),
        (b"{\"Timeout\": 3, \"Timeout\": 3}", "Timeout"),
        (b"{\"Description\": \"\xff\"}", "UTF-8"),
    ] {
        let store = TestStore::with_function("hello");
        place_versions(&store, 1..=3);
        let path = store.join("hello/versions/2/config.json");
        fs::write(&path, content).unwrap();
        let ran = store.list("hello", &[]);
        let path = path.display().to_string();
        is_left_out(&ran, &path, cause, &latest_and([1, 3]));
    }
}

#[test]
fn what_stands_in_place_of_a_version_is_left_out_and_named() {
    let store = TestStore::with_function("hello");
    place_versions(&store, [1, 3]);
    let outside = store.beside("outside");
    fs::rename(store.join("hello/versions/3"), &outside).unwrap();
    let place = store.join("hello/versions/2");
    let path = place.display().to_string();

    fs::write(&place, "a file").unwrap();
    let ran = store.list("hello", &[]);
    is_left_out(&ran, &path, "directory", &latest_and([1]));

    // Even where a whole version stands behind it: the store's bytes are in the store.
    fs::remove_file(&place).unwrap();
    symlink(&outside, &place).unwrap();
    let ran = store.list("hello", &[]);
    is_left_out(&ran, &path, "directory", &latest_and([1]));
    assert!(outside.join("config.json").exists());

    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    make_fifo(&place.join("config.json"));
    let ran = store.list("hello", &[]);
    is_left_out(&ran, &path, "config.json", &latest_and([1]));
}

#[test]
fn each_broken_version_is_named() {
    let store = TestStore::with_function("hello");
    place_versions(&store, 1..=5);
    for number in [1, 3, 5] {
        let config = format!("hello/versions/{number}/config.json");
        fs::write(store.join(&config), "{").unwrap();
    }
    let ran = store.list("hello", &[]);
    for number in [1, 3, 5] {
        let path = store.join(&format!("hello/versions/{number}"));
        let path = path.display().to_string();
        is_left_out(&ran, &path, "config.json", &latest_and([2, 4]));
    }
    let named = ran.stderr.lines().collect::<BTreeSet<_>>().len();
    assert_eq!(named, 3, "{}", ran.stderr);
    // The same in every form.
    let query = ["--query", "Versions[].Version", "--output", "text"];
    let cut = store.list("hello", &query);
    assert_eq!(
        (cut.code, cut.stdout, cut.stderr),
        (Some(0), "$LATEST\t2\t4\n".to_owned(), ran.stderr)
    );
}

#[test]
fn what_is_no_version_is_ignored() {
    let store = TestStore::with_function("hello");
    place_versions(&store, [1, 2]);
    let versions = store.join("hello/versions");
    for name in [".DS_Store", "README", "2~", "0", "01", "+1", "-1", "3.bak"] {
        fs::write(versions.join(name), "junk").unwrap();
    }
    for name in ["3 copy", "live", "1e3", "²", "$LATEST", "٣"] {
        fs::create_dir(versions.join(name)).unwrap();
        fs::write(versions.join(name).join("config.json"), "{").unwrap();
    }
    symlink("1", versions.join("newest")).unwrap();
    assert_eq!(listed(&store), latest_and([1, 2]));
}

#[test]
fn a_renamed_function_lists_under_its_new_name() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let answer = store.list("bye", &["--query", "Versions[].FunctionArn"]);
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:bye";
    assert_eq!(
        answer.succeeded(),
        json!([format!("{arn}:$LATEST"), format!("{arn}:1")])
    );
}

#[test]
fn a_list_is_a_look_and_nothing_more() {
    let store = TestStore::made_by_hand("hello");
    place_versions(&store, 1..=2);
    let before = store.files();
    let lock = store.hold_lock("hello");
    let ran = store.list("hello", &["--lock-timeout", "0"]);
    assert_eq!(versions_in(&ran.stdout), latest_and([1, 2]));
    drop(lock);
    assert_eq!(store.files(), before);
}

#[test]
fn a_function_that_is_missing_is_not_found() {
    let store = TestStore::with_function("hello");
    let ran = store.list("missing", &[]);
    let message = ran.failed_with("ResourceNotFoundException", LIST);
    says(
        message,
        &["arn:aws:lambda:us-east-1:123456789012:function:missing"],
    );
    for name in [
        "hello.old",
        "..",
        "eu-west-1:hello",
        "210987654321:function:hello",
    ] {
        let ran = store.list(name, &[]);
        ran.failed_with("ResourceNotFoundException", LIST);
    }
    let ran = store.list("two words", &[]);
    let message = ran.failed_with("InvalidParameterValueException", LIST);
    says(message, &["FunctionName"]);
    says(store.list("", &[]).failed(252), &["FunctionName"]);
}
