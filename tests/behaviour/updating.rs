//! `update-function-code`.

use serde_json::{Value, json};

use crate::support::{TestStore, code_sha256, modified, set_modified, zip_of};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const OPERATION: &str = "UpdateFunctionCode";

#[test]
fn an_update_gives_latest_another_package() {
    let store = TestStore::with_function("hello");
    let mut expected = store.get("hello", &[]).succeeded();
    let ran = store.update("hello", b"another", &[]);
    let answer = ran.succeeded();
    let package = zip_of(&[("app.py", b"another")]);
    for moved in ["LastModified", "RevisionId"] {
        assert_ne!(answer[moved], expected[moved]);
        expected[moved] = answer[moved].clone();
    }
    expected["CodeSha256"] = json!(code_sha256(&package));
    expected["CodeSize"] = json!(package.len());
    assert_eq!(answer, expected);
    assert_eq!(store.get("hello", &[]), ran);
    let stored = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(stored, package);
}

#[test]
fn the_first_update_writes_a_short_configuration_out_complete() {
    let store = TestStore::made_by_hand("hello");
    let ran = store.update("hello", b"v1", &[]);
    ran.succeeded();
    let without: String = ran
        .stdout
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"RevisionId\""))
        .collect();
    assert_eq!(store.text("hello/$LATEST/config.json"), without);
}

#[test]
fn last_modified_strictly_increases() {
    let store = TestStore::with_function("hello");
    let time = |answer: &Value| answer["LastModified"].as_str().unwrap().to_owned();
    let mut last = time(&store.get("hello", &[]).succeeded());
    for _ in 0..20 {
        let next = time(&store.update("hello", b"v1", &[]).succeeded());
        assert!(next > last, "{next} after {last}");
        last = next;
    }
    // Also after a time that a person wrote, or that a file came with.
    store.edit_config("hello", |config| {
        config["LastModified"] = json!("2199-01-01T00:00:00.000+0000");
    });
    assert_eq!(
        time(&store.update("hello", b"v2", &[]).succeeded()),
        "2199-01-01T00:00:00.001+0000"
    );
}

#[test]
fn last_modified_increases_after_files_from_the_future() {
    let store = TestStore::made_by_hand("hello");
    let package = store.join("hello/$LATEST/code.zip");
    let day = std::time::Duration::from_secs(86_400);
    set_modified(&package, modified(&package) + day);
    let time = |answer: &Value| answer["LastModified"].as_str().unwrap().to_owned();
    let before = time(&store.get("hello", &[]).succeeded());
    let after = time(&store.update("hello", b"v1", &[]).succeeded());
    assert!(after > before, "{after} after {before}");
}

#[test]
fn an_update_leaves_versions_and_tags_alone() {
    let store = TestStore::nothing();
    store
        .create("hello", &["--publish", "--tags", "team=blue"])
        .succeeded();
    let before = store.files();
    store.update("hello", b"v1", &[]).succeeded();
    let after = store.files();
    for (path, content) in &before {
        let path_text = path.to_str().unwrap();
        let may_change = path_text.contains("$LATEST") || path_text.ends_with("history.jsonl");
        assert_eq!(
            after.get(path) == Some(content),
            !may_change || content.is_empty(),
            "{path_text}"
        );
    }
    assert_eq!(after.len(), before.len());
}

#[test]
fn publish_makes_a_version_of_the_new_code_in_one_change() {
    let store = TestStore::with_function("hello");
    let answer = store.update("hello", b"v1", &["--publish"]).succeeded();
    assert_eq!(answer["Version"], "1");
    assert_eq!(answer["FunctionArn"], format!("{ARN}:1"));
    let package = zip_of(&[("app.py", b"v1")]);
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_eq!(
        store.get("hello", &["--qualifier", "1"]).succeeded(),
        answer
    );
    for place in ["$LATEST", "versions/1"] {
        let path = store.join("hello").join(place).join("code.zip");
        assert_eq!(std::fs::read(path).unwrap(), package);
    }
    let latest = store.get("hello", &[]).succeeded();
    assert_eq!(latest["LastModified"], answer["LastModified"]);
    assert_ne!(latest["RevisionId"], answer["RevisionId"]);
    let history = store.history("hello");
    assert_eq!(history.len(), 2);
    assert_eq!(history[1]["Operation"], OPERATION);
    assert_eq!(history[1]["Made"][0]["Version"], 1);
}

#[test]
fn publish_with_the_published_zip_makes_no_version() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    let id = store.revision_id("hello");
    let answer = store.update("hello", b"v0", &["--publish"]).succeeded();
    assert_eq!(answer, first);
    assert_ne!(store.revision_id("hello"), id);
    assert!(!store.join("hello/versions/2").exists());
}

#[test]
fn a_dry_run_says_what_would_be_and_changes_nothing() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        let before = store.files();
        let mut expected = store.get("hello", &[]).succeeded();
        let package = zip_of(&[("app.py", b"tried out")]);
        expected["CodeSha256"] = json!(code_sha256(&package));
        expected["CodeSize"] = json!(package.len());
        for options in [&["--dry-run"][..], &["--dry-run", "--publish"]] {
            let answer = store.update("hello", b"tried out", options).succeeded();
            assert_eq!(answer, expected);
            assert_eq!(store.files(), before);
        }
    }
}

#[test]
fn a_dry_run_tells_the_hash_to_publish_with() {
    let store = TestStore::with_function("hello");
    let tried = store.update("hello", b"v1", &["--dry-run"]).succeeded();
    let hash = tried["CodeSha256"].as_str().unwrap();
    store
        .publish("hello", &["--code-sha256", hash])
        .failed_with("InvalidParameterValueException", "PublishVersion");
    store.update("hello", b"v1", &[]).succeeded();
    let version = store.publish("hello", &["--code-sha256", hash]).succeeded();
    assert_eq!(version["CodeSha256"], hash);
}

#[test]
fn a_bad_package_is_refused_and_changes_nothing() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let bad = store.beside("bad.zip");
    for content in [&b"no zip at all"[..], b"", &zip_of(&[])] {
        std::fs::write(&bad, content).unwrap();
        for option in ["--publish", "--dry-run", "--no-publish"] {
            let ran = store.run(&[
                "update-function-code",
                "--function-name",
                "hello",
                "--zip-file",
                bad.to_str().unwrap(),
                option,
            ]);
            if content.starts_with(b"PK") {
                let message = ran.failed_with("InvalidParameterValueException", OPERATION);
                assert!(message.contains("bad.zip"), "{message}");
            } else {
                ran.failed_as_no_zip();
            }
            assert_eq!(store.files(), before);
        }
    }
}

#[test]
fn a_package_over_a_quota_is_refused_and_changes_nothing() {
    let store = TestStore::with_function("hello");
    store.write_store_json(&json!({"Quotas": {"CodeSizeZipped": 200}}));
    let before = store.files();
    for options in [&[][..], &["--dry-run"]] {
        let ran = store.update("hello", &[b'x'; 300], options);
        let message = ran.failed_with("InvalidParameterValueException", OPERATION);
        assert!(message.contains("200"), "{message}");
        assert_eq!(store.files(), before);
    }
}

#[test]
fn values_edited_by_hand_are_checked_by_an_update() {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| config["Timeout"] = json!(901));
    let before = store.files();
    for options in [&[][..], &["--publish"]] {
        let ran = store.update("hello", b"v1", options);
        let message = ran.failed_with("InvalidParameterValueException", OPERATION);
        assert!(
            message.contains("Timeout") && message.contains("config.json"),
            "{message}"
        );
        assert_eq!(store.files(), before);
    }
}

#[test]
fn a_missing_function_is_not_found() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for options in [&[][..], &["--publish"], &["--dry-run"]] {
        let ran = store.update("other", b"v1", options);
        let message = ran.failed_with("ResourceNotFoundException", OPERATION);
        assert!(message.contains("function:other"), "{message}");
        assert_eq!(store.files(), before);
    }
}

#[test]
fn the_next_line_says_what_was_edited_by_hand() {
    let found = |store: &TestStore| store.history("hello").pop().unwrap()["FoundEdited"].clone();
    let store = TestStore::with_function("hello");
    let package = store.join("hello/$LATEST/code.zip");
    let config = store.join("hello/$LATEST/config.json");

    store.update("hello", b"v1", &[]).succeeded();
    assert_eq!(found(&store), Value::Null);
    // Times alone are no edit.
    for path in [&package, &config] {
        set_modified(path, modified(path) + std::time::Duration::from_secs(60));
    }
    store.update("hello", b"v2", &[]).succeeded();
    assert_eq!(found(&store), Value::Null);

    store.write_code("hello", b"by hand");
    store.update("hello", b"v3", &[]).succeeded();
    assert_eq!(found(&store), json!(["code.zip"]));

    store.edit_config("hello", |config| config["Timeout"] = json!(9));
    store.update("hello", b"v4", &[]).succeeded();
    assert_eq!(found(&store), json!(["config.json"]));

    store.write_code("hello", b"by hand");
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    store.publish("hello", &[]).succeeded();
    assert_eq!(found(&store), json!(["code.zip", "config.json"]));

    // It is said once.
    store.update("hello", b"v5", &["--publish"]).succeeded();
    assert_eq!(found(&store), Value::Null);
}

#[test]
fn an_edit_that_means_the_same_is_none() {
    let store = TestStore::with_function("hello");
    let config = store.join("hello/$LATEST/config.json");
    let compact = store.json("hello/$LATEST/config.json").to_string();
    std::fs::write(config, compact).unwrap();
    let id = store.revision_id("hello");
    assert_eq!(store.history("hello")[0]["Latest"]["RevisionId"], id);
    store.update("hello", b"v1", &[]).succeeded();
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line.get("FoundEdited"), None);
}

#[test]
fn a_renamed_function_answers_by_its_new_name() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    std::fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:bye";

    let latest = store.get("bye", &[]).succeeded();
    assert_eq!(latest["FunctionName"], "bye");
    assert_eq!(latest["FunctionArn"], arn);
    let version = store.get("bye", &["--qualifier", "1"]).succeeded();
    assert_eq!(version["FunctionName"], "bye");
    assert_eq!(version["FunctionArn"], format!("{arn}:1"));
    // A version keeps its id, and its file.
    assert_eq!(version["RevisionId"], first["RevisionId"]);
    store
        .get("hello", &[])
        .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");

    // The new name alone is nothing to publish.
    assert_eq!(store.publish("bye", &[]).succeeded(), version);
    let updated = store.update("bye", b"v0", &[]).succeeded();
    assert_eq!(
        updated["LoggingConfig"],
        json!({"LogFormat": "Text", "LogGroup": "/aws/lambda/bye"})
    );
    let file = store.json("bye/$LATEST/config.json");
    assert_eq!(file["FunctionName"], "bye");
    assert_eq!(file["FunctionArn"], arn);
    assert_eq!(file["LoggingConfig"]["LogGroup"], "/aws/lambda/bye");
    assert_eq!(store.publish("bye", &[]).succeeded(), version);
}

#[test]
fn a_renamed_function_keeps_a_log_group_of_its_own() {
    let store = TestStore::with_function("hello");
    let logging = json!({"LogFormat": "Text", "LogGroup": "/our/logs"});
    store.edit_config("hello", |config| config["LoggingConfig"] = logging.clone());
    std::fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let updated = store.update("bye", b"v1", &[]).succeeded();
    assert_eq!(updated["LoggingConfig"], logging);
}

#[test]
fn an_update_leaves_nothing_behind() {
    let store = TestStore::with_function("hello");
    store.update("hello", b"v1", &["--publish"]).succeeded();
    for staging in [".staging", "hello/.staging"] {
        let left = std::fs::read_dir(store.join(staging)).unwrap().count();
        assert_eq!(left, 0, "{staging}");
    }
}
