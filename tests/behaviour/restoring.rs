//! `restore`: `$LATEST` becomes what a version is.

use std::os::unix::fs::MetadataExt as _;

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, code_sha256, says, zip_of};

const OPERATION: &str = "Restore";

/// Makes a store with `hello`, published as 1 with a member of somebody's own and described, and as 2
/// with other code and another configuration; `$LATEST` has changed since.
fn two_versions() -> TestStore {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| {
        config["Description"] = json!("the first");
        config["Timeout"] = json!(9);
        config["X-Owner"] = json!({"Team": "red"});
    });
    store.publish("hello", &[]).succeeded();
    store.edit_config("hello", |config| {
        config.as_object_mut().unwrap().remove("X-Owner");
    });
    store
        .configure("hello", &["--description", "the second", "--timeout", "3"])
        .succeeded();
    store.update("hello", b"v2", &["--publish"]).succeeded();
    store.update("hello", b"v3", &[]).succeeded();
    store
}

fn restore(store: &TestStore, version: &str, options: &[&str]) -> Ran {
    store.run(&[&["restore", "hello", version], options].concat())
}

/// Checks that a restore is refused with a message that names these, and that it changed nothing.
#[track_caller]
fn refused(store: &TestStore, version: &str, options: &[&str], code: &str, parts: &[&str]) {
    let before = store.files();
    for options in [options.to_vec(), [options, &["--dry-run"]].concat()] {
        let ran = restore(store, version, &options);
        says(ran.failed_with(code, OPERATION), parts);
        assert!(store.files() == before, "{ran:?}");
    }
}

#[test]
fn a_restore_makes_latest_what_the_version_is() {
    let store = two_versions();
    let before = store.get("hello", &[]).succeeded();
    let mut expected = store.get("hello", &["--qualifier", "1"]).succeeded();
    let ran = restore(&store, "1", &[]);
    let answer = ran.succeeded();
    assert_eq!(store.get("hello", &[]), ran);
    for moved in ["LastModified", "RevisionId"] {
        assert_ne!(answer[moved], before[moved]);
        assert_ne!(answer[moved], expected[moved]);
        expected[moved] = answer[moved].clone();
    }
    let time = |answer: &Value| answer["LastModified"].as_str().unwrap().to_owned();
    assert!(time(&answer) > time(&before));
    expected["Version"] = json!("$LATEST");
    expected["FunctionArn"] = before["FunctionArn"].clone();
    assert_eq!(answer, expected);
    assert_eq!(answer["X-Owner"], json!({"Team": "red"}));

    let mut written = answer;
    written.as_object_mut().unwrap().shift_remove("RevisionId");
    assert_eq!(store.json("hello/$LATEST/config.json"), written);
    let package = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(package, zip_of(&[("app.py", b"v0")]));
}

#[test]
fn a_restored_package_is_a_copy_that_may_be_edited_in_place() {
    let store = two_versions();
    restore(&store, "1", &[]).succeeded();
    let [latest, version] = ["$LATEST", "versions/1"]
        .map(|place| std::fs::metadata(store.join(&format!("hello/{place}/code.zip"))).unwrap());
    assert_ne!(latest.ino(), version.ino());
    assert_eq!((latest.mode() & 0o777, latest.nlink()), (0o644, 1));
    store.write_code("hello", b"edited");
    let package = std::fs::read(store.join("hello/versions/1/code.zip")).unwrap();
    assert_eq!(package, zip_of(&[("app.py", b"v0")]));
}

#[test]
fn a_restore_is_one_line_that_names_the_version() {
    let store = two_versions();
    let lines = store.history("hello").len();
    let answer = restore(&store, "1", &[]).succeeded();
    let history = store.history("hello");
    assert_eq!(history.len(), lines + 1);
    let line = &history[lines];
    assert_eq!(line["Operation"], "Restore");
    assert_eq!(line["Restored"], 1);
    assert_eq!(line["Latest"]["RevisionId"], answer["RevisionId"]);
    assert_eq!(line["Latest"]["CodeSha256"], answer["CodeSha256"]);
    assert_eq!(line["LastPublished"], history[lines - 1]["LastPublished"]);
    for absent in ["Made", "Removed", "Aliases", "FoundEdited"] {
        assert_eq!(line.get(absent), None, "{absent}");
    }
    store.check_chain("hello");
}

#[test]
fn a_restore_says_in_its_line_what_was_edited_by_hand() {
    let store = two_versions();
    store.edit_config("hello", |config| config["Timeout"] = json!(77));
    store.write_code("hello", b"by hand");
    restore(&store, "1", &[]).succeeded();
    let history = store.history("hello");
    assert_eq!(
        history.last().unwrap()["FoundEdited"],
        json!(["code.zip", "config.json"])
    );
}

#[test]
fn a_publish_after_restoring_the_last_published_version_makes_none() {
    let store = two_versions();
    restore(&store, "2", &[]).succeeded();
    let published = store.publish("hello", &[]);
    assert_eq!(published.code, Some(0), "{published:?}");
    let second = store.get("hello", &["--qualifier", "2"]).succeeded();
    assert_eq!(
        serde_json::from_str::<Value>(&published.stdout).unwrap(),
        second
    );
    assert!(!store.join("hello/versions/3").exists());
}

#[test]
fn a_publish_after_restoring_another_version_makes_a_new_one() {
    let store = two_versions();
    restore(&store, "1", &[]).succeeded();
    let third = store.publish("hello", &[]).succeeded();
    let first = store.get("hello", &["--qualifier", "1"]).succeeded();
    assert_eq!(third["Version"], "3");
    for same in ["CodeSha256", "Description", "Timeout", "X-Owner"] {
        assert_eq!(third[same], first[same], "{same}");
    }
}

#[test]
fn an_alias_names_the_version_that_it_points_to() {
    let store = two_versions();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    let answer = restore(&store, "live", &[]).succeeded();
    assert_eq!(answer["Description"], "the first");
    assert_eq!(store.history("hello").last().unwrap()["Restored"], 1);
}

#[test]
fn what_is_no_version_is_refused() {
    let store = two_versions();
    store.place_alias("next", &json!({"FunctionVersion": "$LATEST"}));
    let invalid = "InvalidParameterValueException";
    refused(&store, "$LATEST", &[], invalid, &["Version: $LATEST"]);
    refused(&store, "next", &[], invalid, &["Version: next", "$LATEST"]);
    refused(&store, "a b", &[], invalid, &["'a b'"]);
    for missing in ["7", "007", "live"] {
        let arn = format!("function:hello:{missing}");
        refused(&store, missing, &[], "ResourceNotFoundException", &[&arn]);
    }
    let ran = store.run(&["restore", "helo", "1"]);
    let message = ran.failed_with("ResourceNotFoundException", OPERATION);
    says(message, &["Did you mean hello?"]);
    store.run(&["restore", "hello"]).failed(252);
}

#[test]
fn a_restore_is_bound_to_the_revision_id_of_latest() {
    let store = two_versions();
    let first = store.get("hello", &["--qualifier", "1"]).succeeded();
    let id = first["RevisionId"].as_str().unwrap();
    let present = store.revision_id("hello");
    let option = ["--revision-id", id];
    let code = "PreconditionFailedException";
    refused(&store, "1", &option, code, &[id, &present]);
    restore(&store, "1", &["--revision-id", &present]).succeeded();
}

#[test]
fn a_dry_run_says_what_latest_would_be_and_changes_nothing() {
    let store = two_versions();
    let (files, before) = (store.files(), store.get("hello", &[]).succeeded());
    let present = store.revision_id("hello");
    let options = ["--dry-run", "--revision-id", &present];
    let answer = restore(&store, "1", &options).succeeded();
    assert!(store.files() == files);
    assert_eq!(answer["RevisionId"], before["RevisionId"]);
    assert_eq!(answer["LastModified"], before["LastModified"]);
    let mut done = restore(&store, "1", &[]).succeeded();
    for moved in ["LastModified", "RevisionId"] {
        done[moved] = before[moved].clone();
    }
    assert_eq!(answer, done);
}

#[test]
fn a_version_whose_package_is_not_the_published_one_is_not_restored() {
    let store = two_versions();
    let package = store.join("hello/versions/1/code.zip");
    std::fs::remove_file(&package).unwrap();
    let path = package.display().to_string();
    let code = "ServiceException";
    refused(&store, "1", &[], code, &[&path, "missing", "from a copy"]);
    // Of the same size, so that only its hash tells.
    let other = zip_of(&[("app.py", b"vX")]);
    std::fs::write(&package, &other).unwrap();
    let hashes = [other, zip_of(&[("app.py", b"v0")])].map(|bytes| code_sha256(&bytes));
    let parts = [path.as_str(), &hashes[0], &hashes[1]];
    refused(&store, "1", &[], code, &parts);
    std::fs::write(store.join("hello/$LATEST/code.zip"), "no matter").unwrap();
    restore(&store, "2", &[]).succeeded();
}

#[test]
fn a_version_whose_configuration_is_broken_is_not_restored() {
    let store = two_versions();
    let config = store.join("hello/versions/1/config.json");
    std::fs::remove_file(&config).unwrap();
    std::fs::write(&config, "{\"Timeout\": ").unwrap();
    let path = config.display().to_string();
    refused(&store, "1", &[], "ServiceException", &[&path]);
}

#[test]
fn a_version_placed_by_hand_is_restored_complete() {
    let store = TestStore::made_by_hand("hello");
    let config = json!({"Runtime": "python3.12", "Handler": "old.handler", "Role": "r"});
    store.place_version("hello", 4, b"placed", &config);
    let text = r#"{"Handler": "old.handler", "Runtime": "python3.12", "Role": "r", "Own": 1.50}"#;
    std::fs::write(store.join("hello/versions/4/config.json"), text).unwrap();
    let answer = restore(&store, "4", &[]).succeeded();
    assert_eq!(answer["Handler"], "old.handler");
    assert_eq!(answer["Own"], 1.5);
    assert_eq!(answer["MemorySize"], 128);
    let package = zip_of(&[("app.py", b"placed")]);
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert!(store.text("hello/$LATEST/config.json").contains("1.50"));
    assert_eq!(store.history("hello")[0]["HighestVersion"], 4);
}

#[test]
fn the_number_of_a_placed_version_that_was_restored_is_not_given_out_again() {
    let store = two_versions();
    let config = json!({"Runtime": "python3.12", "Handler": "old.handler", "Role": ROLE});
    store.place_version("hello", 9, b"placed", &config);
    restore(&store, "9", &[]).succeeded();
    assert_eq!(store.history("hello").pop().unwrap()["HighestVersion"], 9);
    std::fs::remove_dir_all(store.join("hello/versions/9")).unwrap();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "10");
}

#[test]
fn what_was_published_once_is_restored_whatever_the_quotas_of_values_are_now() {
    let store = two_versions();
    store.write_store_json(&json!({"Quotas": {"Timeout": 5}}));
    let answer = restore(&store, "1", &[]).succeeded();
    assert_eq!(answer["Timeout"], 9);
}

#[test]
fn a_restore_adds_to_the_bytes_stored_what_the_package_is_larger() {
    let store = TestStore::nothing();
    store.create("hello", &[]).succeeded();
    store
        .update("hello", &[b'l'; 5000], &["--publish"])
        .succeeded();
    store.update("hello", b"small", &[]).succeeded();
    let size = |content: &[u8]| zip_of(&[("app.py", content)]).len() as u64;
    let (large, small) = (size(&[b'l'; 5000]), size(b"small"));
    let quota = |bytes: u64| {
        store.write_store_json(&json!({"Quotas": {"TotalCodeSize": bytes}}));
    };
    quota(2 * large - 1);
    let numbers = [large + small, large - small, 2 * large - 1].map(|number| number.to_string());
    let code = "CodeStorageExceededException";
    let parts = numbers.each_ref().map(String::as_str);
    refused(&store, "1", &[], code, &parts);
    quota(2 * large);
    restore(&store, "1", &["--dry-run"]).succeeded();
    restore(&store, "1", &[]).succeeded();
    let usage = || -> u64 { store.text(".usage").trim().parse().unwrap() };
    assert_eq!(usage(), 2 * large);
    // And takes off what it is smaller.
    store.update("hello", b"small", &[]).succeeded();
    quota(2 * large + small);
    store.publish("hello", &[]).succeeded();
    restore(&store, "1", &[]).succeeded();
    restore(&store, "2", &[]).succeeded();
    assert_eq!(usage(), large + 2 * small);
}

#[test]
fn the_answer_is_picked_from_and_printed_as_text() {
    let store = two_versions();
    let options = ["--query", "[Version, Description]", "--output", "text"];
    let ran = restore(&store, "1", &options);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "$LATEST\tthe first\n")
    );
}
