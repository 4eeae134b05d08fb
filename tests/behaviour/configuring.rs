//! `update-function-configuration` as a change: what it writes, what it leaves alone, and what the
//! next publish makes of it.

use serde_json::{Value, json};

use crate::support::{TestStore, code_sha256, modified, set_modified, zip_of};

const OPERATION: &str = "UpdateFunctionConfiguration";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

#[test]
fn an_update_is_one_line_of_the_history_and_replaces_the_configuration_alone() {
    let store = TestStore::nothing();
    store
        .create("hello", &["--publish", "--tags", "team=blue"])
        .succeeded();
    let before = store.files();
    let package = store.join("hello/$LATEST/code.zip");
    let was_modified = modified(&package);
    let answer = store.configure("hello", &["--timeout", "9"]).succeeded();
    let mut after = store.files();
    for (path, content) in &before {
        let path_text = path.to_str().unwrap();
        let changes = path_text.ends_with("$LATEST/config.json") && !path_text.contains("versions")
            || path_text.ends_with("history.jsonl");
        assert_eq!(
            after.remove(path).as_ref() != Some(content),
            changes,
            "{path_text}"
        );
    }
    assert_eq!(after.len(), 0, "{:?}", after.keys());
    assert_eq!(modified(&package), was_modified);

    let history = store.history("hello");
    assert_eq!(history.len(), 2);
    let line = &history[1];
    assert_eq!(line["Operation"], OPERATION);
    for absent in ["Made", "Removed", "Aliases", "FoundEdited"] {
        assert_eq!(line.get(absent), None);
    }
    assert_eq!(line["HighestVersion"], 1);
    assert_eq!(line["LastPublished"], history[0]["LastPublished"]);
    assert_eq!(line["Latest"]["RevisionId"], answer["RevisionId"]);
    for same in ["CodeSha256", "CodeSize", "CodeModified"] {
        assert_eq!(line["Latest"][same], history[0]["Latest"][same]);
    }
    store.check_chain("hello");
    for staging in [".staging", "hello/.staging"] {
        assert_eq!(std::fs::read_dir(store.join(staging)).unwrap().count(), 0);
    }
}

#[test]
fn an_update_does_not_hash_a_package_that_the_history_knows() {
    let store = TestStore::with_function("hello");
    let package = store.join("hello/$LATEST/code.zip");
    let known = zip_of(&[("app.py", b"v0")]);
    // Bytes of the same size and time: whoever hashes tells them, whoever believes does not.
    let time = modified(&package);
    std::fs::write(&package, zip_of(&[("app.py", b"xx")])).unwrap();
    set_modified(&package, time);
    let answer = store.configure("hello", &["--timeout", "9"]).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&known));
}

#[test]
fn a_package_placed_by_hand_is_told_as_it_is() {
    let store = TestStore::with_function("hello");
    store.write_code("hello", b"by hand");
    let answer = store.configure("hello", &["--timeout", "9"]).succeeded();
    let package = zip_of(&[("app.py", b"by hand")]);
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_eq!(answer["CodeSize"], package.len());
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line["FoundEdited"], json!(["code.zip"]));
    assert_eq!(line["Latest"]["CodeSha256"], code_sha256(&package));
}

#[test]
fn the_first_update_writes_a_function_made_by_hand_out_complete() {
    let store = TestStore::made_by_hand("hello");
    let ran = store.configure("hello", &["--description", "by command"]);
    assert_eq!(ran.succeeded()["Description"], "by command");
    let without: String = ran
        .stdout
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"RevisionId\""))
        .collect();
    assert_eq!(store.text("hello/$LATEST/config.json"), without);
    assert_eq!(store.history("hello").len(), 1);
}

#[test]
fn an_edit_by_hand_is_kept_and_told_in_the_line() {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| config["MemorySize"] = json!(256));
    let answer = store.configure("hello", &["--timeout", "9"]).succeeded();
    assert_eq!(
        (&answer["MemorySize"], &answer["Timeout"]),
        (&json!(256), &json!(9))
    );
    let found = |store: &TestStore| store.history("hello").pop().unwrap()["FoundEdited"].clone();
    assert_eq!(found(&store), json!(["config.json"]));
    store.configure("hello", &["--timeout", "10"]).succeeded();
    assert_eq!(found(&store), Value::Null);
}

#[test]
fn members_that_the_tool_does_not_know_keep_their_place_and_their_bytes() {
    let store = TestStore::made_by_hand("hello");
    let text = store.text("hello/$LATEST/config.json");
    let owned = text.replacen(
        '{',
        "{\"Cost\": 1.50, \"Big\": 123456789012345678901, \"N\": null,",
        1,
    );
    std::fs::write(store.join("hello/$LATEST/config.json"), owned).unwrap();
    let ran = store.configure("hello", &["--timeout", "9"]);
    ran.succeeded();
    let members = "\"Cost\": 1.50,\n    \"Big\": 123456789012345678901,\n    \"N\": null\n}\n";
    for text in [&ran.stdout, &store.text("hello/$LATEST/config.json")] {
        assert!(text.ends_with(members), "{text}");
    }
}

#[test]
fn an_update_of_nothing_moves_the_revision_id_and_the_time() {
    let store = TestStore::with_function("hello");
    let mut last = store.get("hello", &[]).succeeded();
    for options in [&[][..], &["--timeout", "3"], &["--description", ""]] {
        let next = store.configure("hello", options).succeeded();
        let time = |answer: &Value| answer["LastModified"].as_str().unwrap().to_owned();
        assert!(time(&next) > time(&last));
        assert_ne!(next["RevisionId"], last["RevisionId"]);
        last["LastModified"] = next["LastModified"].clone();
        last["RevisionId"] = next["RevisionId"].clone();
        assert_eq!(next, last);
    }
    assert_eq!(store.history("hello").len(), 4);
}

#[test]
fn an_update_wants_the_revision_id_that_latest_has() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let id = store.revision_id("hello");
    let other = "00000000-0000-8000-8000-000000000000";
    let ran = store.configure("hello", &["--timeout", "9", "--revision-id", other]);
    let message = ran.failed_with("PreconditionFailedException", OPERATION);
    assert!(
        message.contains(other) && message.contains(&id),
        "{message}"
    );
    assert_eq!(store.files(), before);

    let options = ["--timeout", "9", "--revision-id", &id];
    let answer = store.configure("hello", &options).succeeded();
    assert_eq!(answer["Timeout"], 9);
    store
        .configure("hello", &options)
        .failed_with("PreconditionFailedException", OPERATION);
    // An edit by hand moves it as well.
    let id = store.revision_id("hello");
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    store
        .configure("hello", &["--timeout", "11", "--revision-id", &id])
        .failed_with("PreconditionFailedException", OPERATION);
}

#[test]
fn latest_alone_is_updated_whatever_form_its_name_has() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.place_alias("live", &json!({"Name": "live", "FunctionVersion": "1"}));
    for name in ["hello", "hello:$LATEST", "123456789012:function:hello", ARN] {
        let answer = store.configure(name, &["--timeout", "9"]).succeeded();
        assert_eq!(answer["FunctionArn"], ARN);
        assert_eq!(answer["Version"], "$LATEST");
    }
    let before = store.files();
    for name in ["hello:1", "hello:live", &format!("{ARN}:1")] {
        let ran = store.configure(name, &["--timeout", "9"]);
        let message = ran.failed_with("InvalidParameterValueException", OPERATION);
        assert!(message.contains("$LATEST"), "{message}");
    }
    for name in [
        "other",
        "arn:aws:lambda:eu-west-1:123456789012:function:hello",
    ] {
        let ran = store.configure(name, &["--timeout", "9"]);
        ran.failed_with("ResourceNotFoundException", OPERATION);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_changed_configuration_publishes_a_new_version_and_an_unchanged_one_does_not() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    let publish = || store.publish("hello", &[]).succeeded()["Version"].clone();
    for (options, version) in [
        (&["--timeout", "3"][..], "1"),
        (&[], "1"),
        (&["--timeout", "4"], "2"),
        (&["--timeout", "4"], "2"),
        (&["--description", "new"], "3"),
        (&["--environment", "Variables={AB=1,CD=2}"], "4"),
        // Another order is the same environment.
        (&["--environment", "Variables={CD=2,AB=1}"], "4"),
        (&["--layers"], "4"),
        (&["--tracing-config", "Mode=PassThrough"], "4"),
        (&["--logging-config", "LogFormat=JSON"], "5"),
        // Only what was published last counts, not what was published once.
        (&["--timeout", "3"], "6"),
    ] {
        store.configure("hello", options).succeeded();
        assert_eq!(publish(), version, "{options:?}");
    }
    // There and back again between two publishes.
    store.configure("hello", &["--timeout", "5"]).succeeded();
    store.configure("hello", &["--timeout", "3"]).succeeded();
    assert_eq!(publish(), "6");
}

#[test]
fn a_version_keeps_the_configuration_that_it_was_published_with() {
    let store = TestStore::with_function("hello");
    let options = ["--timeout", "9", "--environment", "Variables={AB=1}"];
    store.configure("hello", &options).succeeded();
    let version = store.publish("hello", &[]).succeeded();
    assert_eq!(version["Timeout"], 9);
    assert_eq!(version["Environment"], json!({"Variables": {"AB": "1"}}));
    let before = store.get("hello", &["--qualifier", "1"]);
    store
        .configure(
            "hello",
            &["--timeout", "10", "--environment", "Variables={}"],
        )
        .succeeded();
    assert_eq!(store.get("hello", &["--qualifier", "1"]), before);
}

#[test]
fn a_version_of_a_function_with_snap_start_is_optimized_and_active_at_once() {
    let store = TestStore::with_function("hello");
    let status = |answer: &Value| answer["SnapStart"]["OptimizationStatus"].clone();
    let latest = store
        .configure("hello", &["--snap-start", "ApplyOn=PublishedVersions"])
        .succeeded();
    assert_eq!(status(&latest), "Off");
    let version = store.publish("hello", &[]).succeeded();
    assert_eq!(status(&version), "On");
    assert_eq!(version["State"], "Active");
    assert_eq!(version["LastUpdateStatus"], "Successful");
    assert_eq!(
        store.get("hello", &["--qualifier", "1"]).succeeded(),
        version
    );
    assert_eq!(status(&store.get("hello", &[]).succeeded()), "Off");
    // The status is no content.
    assert_eq!(store.publish("hello", &[]).succeeded(), version);
    // One published without it has none.
    store
        .configure("hello", &["--snap-start", "ApplyOn=None"])
        .succeeded();
    let version = store.publish("hello", &[]).succeeded();
    assert_eq!(
        (status(&version), &version["Version"]),
        (json!("Off"), &json!("2"))
    );
}

#[test]
fn values_of_an_environment_stand_in_config_json_and_nowhere_else() {
    let store = TestStore::with_function("hello");
    let secret = "s3cr3t";
    let variables = format!("Variables={{TOKEN={secret}}}");
    store
        .configure("hello", &["--environment", &variables])
        .succeeded();
    store.publish("hello", &[]).succeeded();
    for (path, content) in store.files() {
        let has = String::from_utf8_lossy(&content).contains(secret);
        assert_eq!(has, path.ends_with("config.json"), "{}", path.display());
    }
    for bad in [
        format!("Variables={{TOKEN={secret},AWS_REGION={secret}}}"),
        format!("Variables={{TOKEN={secret},TOKEN={secret}}}"),
        format!("Variables={{TOKEN='{secret}}}"),
        format!("{{\"Variables\": {{\"TOKEN\": [\"{secret}\"]}}}}"),
        format!("{{\"Variables\": {{\"TOKEN\": \"{secret}\"}}"),
    ] {
        let ran = store.configure("hello", &["--environment", &bad]);
        assert!([Some(252), Some(254)].contains(&ran.code), "{ran:?}");
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
}

#[test]
fn a_held_function_is_waited_for_and_then_given_up() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let held = store.hold_lock("hello");
    store
        .configure("hello", &["--timeout", "9", "--lock-timeout", "0"])
        .failed_with("TooManyRequestsException", OPERATION);
    drop(held);
    assert_eq!(store.files(), before);
    store.configure("hello", &["--timeout", "9"]).succeeded();
}
