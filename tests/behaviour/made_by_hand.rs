//! Stores, functions and versions that people made or edited by hand.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{ROLE, TestStore, code_sha256, set_modified, zip_of};

const GET: &str = "GetFunctionConfiguration";

fn short_config() -> Value {
    json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE})
}

#[test]
fn a_short_configuration_is_filled_with_defaults_and_left_as_it_is() {
    let store = TestStore::made_by_hand("hello");
    let before = store.files();
    let package = zip_of(&[("app.py", b"v0")]);
    let answer = store.get("hello", &[]).succeeded();
    assert_eq!(
        answer,
        json!({
            "FunctionName": "hello",
            "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
            "Runtime": "python3.13",
            "Role": ROLE,
            "Handler": "app.handler",
            "CodeSize": package.len(),
            "Description": "",
            "Timeout": 3,
            "MemorySize": 128,
            "LastModified": answer["LastModified"],
            "CodeSha256": code_sha256(&package),
            "Version": "$LATEST",
            "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": answer["RevisionId"],
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/hello"},
        })
    );
    assert_eq!(store.files(), before);
    // Without a history the time in the id is 0.
    let id = answer["RevisionId"].as_str().unwrap();
    assert!(id.starts_with("00000000-0000-8"), "{id}");
}

#[test]
fn last_modified_is_the_later_of_the_two_files_times() {
    let store = TestStore::made_by_hand("hello");
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::new(seconds, 123_900_000);
    let package = store.join("hello/$LATEST/code.zip");
    let config = store.join("hello/$LATEST/config.json");
    for (package_time, config_time, expected) in [
        (1_600_000_000, 1_500_000_000, "2020-09-13T12:26:40.123+0000"),
        (1_500_000_000, 1_600_000_000, "2020-09-13T12:26:40.123+0000"),
        (1_500_000_000, 1_500_000_000, "2017-07-14T02:40:00.123+0000"),
    ] {
        set_modified(&package, at(package_time));
        set_modified(&config, at(config_time));
        let answer = store.get("hello", &[]).succeeded();
        assert_eq!(answer["LastModified"], expected);
    }
    // What the file says comes first.
    store.edit_config("hello", |config| {
        config["LastModified"] = json!("2019-01-02T03:04:05.678+0000");
    });
    let answer = store.get("hello", &[]).succeeded();
    assert_eq!(answer["LastModified"], "2019-01-02T03:04:05.678+0000");
}

#[test]
fn answers_tell_the_package_that_is_there_whatever_the_file_says() {
    let store = TestStore::made_by_hand("hello");
    let package = zip_of(&[("app.py", b"v0")]);
    store.edit_config("hello", |config| {
        config["CodeSha256"] = json!(code_sha256(b"something else"));
        config["CodeSize"] = json!(1);
        config["FunctionName"] = json!("somebody");
        config["FunctionArn"] = json!("arn:aws:lambda:eu-west-1:000000000000:function:somebody");
        config["Version"] = json!("7");
        config["RevisionId"] = json!("4b6f0bb0-0000-4000-8000-000000000000");
    });
    let answer = store.get("hello", &[]).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_eq!(answer["CodeSize"], package.len());
    assert_eq!(answer["FunctionName"], "hello");
    assert_eq!(
        answer["FunctionArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:hello"
    );
    assert_eq!(answer["Version"], "$LATEST");
    assert_ne!(answer["RevisionId"], "4b6f0bb0-0000-4000-8000-000000000000");
}

#[test]
fn a_version_placed_by_hand_answers() {
    let store = TestStore::made_by_hand("hello");
    let mut config = short_config();
    config["Description"] = json!("placed");
    store.place_version("hello", 7, b"v7", &config);
    let package = zip_of(&[("app.py", b"v7")]);
    let before = store.files();
    let answer = store.get("hello", &["--qualifier", "7"]).succeeded();
    assert_eq!(
        answer,
        json!({
            "FunctionName": "hello",
            "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello:7",
            "Runtime": "python3.13",
            "Role": ROLE,
            "Handler": "app.handler",
            "CodeSize": package.len(),
            "Description": "placed",
            "Timeout": 3,
            "MemorySize": 128,
            "LastModified": answer["LastModified"],
            "CodeSha256": code_sha256(&package),
            "Version": "7",
            "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": answer["RevisionId"],
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/hello"},
        })
    );
    let id = answer["RevisionId"].as_str().unwrap();
    assert!(id.starts_with("00000000-0000-8"), "{id}");
    assert_eq!(store.files(), before);
    store
        .get("hello", &["--qualifier", "6"])
        .failed_with("ResourceNotFoundException", GET);
}

#[test]
fn a_version_whose_file_has_an_id_answers_with_it() {
    let store = TestStore::made_by_hand("hello");
    let mut config = short_config();
    config["RevisionId"] = json!("0195a3b4-c5d6-8789-8abc-def012345678");
    store.place_version("hello", 1, b"v1", &config);
    let answer = store.get("hello", &["--qualifier", "1"]).succeeded();
    assert_eq!(answer["RevisionId"], config["RevisionId"]);
}

#[test]
fn a_publish_goes_on_from_the_versions_placed_by_hand() {
    let store = TestStore::made_by_hand("hello");
    for (number, content) in [(1, b"v1"), (2, b"v2"), (3, b"v3")] {
        store.place_version("hello", number, content, &short_config());
    }
    let answer = store.publish("hello", &[]).succeeded();
    assert_eq!(answer["Version"], "4");
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line["HighestVersion"], 4);
    assert_eq!(line["LastPublished"]["Version"], 4);
    assert_eq!(line.get("FoundEdited"), None);
}

#[test]
fn numbers_go_on_from_the_highest_not_into_a_gap() {
    let store = TestStore::made_by_hand("hello");
    for number in [2, 10] {
        store.place_version("hello", number, b"placed", &short_config());
    }
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "11");
}

#[test]
fn the_last_version_placed_by_hand_is_returned_if_nothing_changed() {
    let store = TestStore::made_by_hand("hello");
    for (number, content) in [(1, b"v0"), (2, b"v2"), (3, b"v0")] {
        store.place_version("hello", number, content, &short_config());
    }
    let before = store.files();
    let answer = store.publish("hello", &[]).succeeded();
    assert_eq!(answer["Version"], "3");
    assert_eq!(
        answer,
        store.get("hello", &["--qualifier", "3"]).succeeded()
    );
    assert_eq!(store.files(), before);
}

#[test]
fn a_description_of_the_last_version_placed_by_hand_is_left_out_of_the_comparison() {
    let store = TestStore::made_by_hand("hello");
    let mut config = short_config();
    config["Description"] = json!("given at publish, perhaps");
    store.place_version("hello", 1, b"v0", &config);
    let before = store.files();
    let answer = store.publish("hello", &[]).succeeded();
    assert_eq!(answer["Version"], "1");
    assert_eq!(answer["Description"], "given at publish, perhaps");
    assert_eq!(store.files(), before);
    // Any other member is compared.
    config["Timeout"] = json!(4);
    store.place_version("hello", 1, b"v0", &config);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
}

#[test]
fn a_function_whose_history_was_removed_goes_on_with_what_its_directories_show() {
    let store = TestStore::with_function("hello");
    store
        .publish("hello", &["--description", "one"])
        .succeeded();
    let second = store.update("hello", b"v1", &["--publish"]).succeeded();
    std::fs::remove_file(store.join("hello/history.jsonl")).unwrap();
    assert_eq!(store.publish("hello", &[]).succeeded(), second);
    store.update("hello", b"v2", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "3");
}

#[test]
fn an_empty_history_is_none() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 4, b"v4", &short_config());
    std::fs::write(store.join("hello/history.jsonl"), "").unwrap();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "5");
    assert_eq!(store.history("hello").len(), 1);
}

#[test]
fn what_people_and_editors_drop_in_beside_is_left_alone() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 1, b"v1", &short_config());
    std::fs::create_dir_all(store.join("hello/aliases")).unwrap();
    let mut foreign = Vec::new();
    for path in [
        ".DS_Store",
        "README.md",
        ".git/HEAD",
        "hello/.DS_Store",
        "hello/README",
        "hello/notes/today.txt",
        "hello/$LATEST/config.json~",
        "hello/$LATEST/.code.zip.swp",
        "hello/$LATEST/src/app.py",
        "hello/versions/.DS_Store",
        "hello/versions/latest",
        "hello/versions/007/config.json",
        "hello/versions/1/config.json.orig",
        "hello/aliases/live.json~",
    ] {
        let file = store.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, path).unwrap();
        foreign.push(path);
    }
    store.get("hello", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
    let updated = store.update("hello", b"v2", &["--publish"]).succeeded();
    assert_eq!(updated["Version"], "3");
    store.create("other", &["--publish"]).succeeded();
    for path in foreign {
        assert_eq!(store.text(path), path);
    }
}

#[test]
fn the_store_says_account_region_and_partition() {
    let store = TestStore::nothing();
    store.write_store_json(&json!({
        "AccountId": "111122223333", "Region": "cn-north-1", "Partition": "aws-cn"
    }));
    store.place_function("hello");
    let arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:hello";
    assert_eq!(store.get("hello", &[]).succeeded()["FunctionArn"], arn);
    let version = store.publish(arn, &[]).succeeded();
    assert_eq!(version["FunctionArn"], format!("{arn}:1"));
    store
        .publish("123456789012:function:hello", &[])
        .failed_with("ResourceNotFoundException", "PublishVersion");

    // A mirror of the store answers as the store that it is now.
    store.write_store_json(&json!({"AccountId": "444455556666"}));
    let answer = store.get("hello", &["--qualifier", "1"]).succeeded();
    assert_eq!(
        answer["FunctionArn"],
        "arn:aws:lambda:us-east-1:444455556666:function:hello:1"
    );
    assert_eq!(answer["RevisionId"], version["RevisionId"]);
}

#[test]
fn the_quotas_of_the_store_hold_for_what_is_published() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| {
        config["MemorySize"] = json!(4096);
        config["Timeout"] = json!(60);
    });
    let before = store.files();
    let ran = store.publish("hello", &[]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    assert!(
        message.contains("MemorySize") && message.contains("3008"),
        "{message}"
    );
    assert_eq!(store.files(), before);
    store.write_store_json(&json!({"Quotas": {"MemorySize": 10240}}));
    assert_eq!(store.publish("hello", &[]).succeeded()["MemorySize"], 4096);

    store.edit_config("hello", |config| {
        config["Environment"] = json!({"Variables": {"AB": "12345678"}});
    });
    store.write_store_json(&json!({"Quotas": {"MemorySize": 10240, "Timeout": 59}}));
    let ran = store.publish("hello", &[]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    assert!(message.contains("Timeout"), "{message}");
    store.write_store_json(&json!({"Quotas": {"MemorySize": 10240, "EnvironmentSize": 16}}));
    let ran = store.publish("hello", &[]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    assert!(message.contains("Environment"), "{message}");
    store.write_store_json(&json!({"Quotas": {"MemorySize": 10240, "EnvironmentSize": 17}}));
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
}

#[test]
fn a_lowered_quota_makes_nothing_stored_unreadable() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| config["Timeout"] = json!(60));
    let version = store.publish("hello", &[]).succeeded();
    store.write_store_json(
        &json!({"Quotas": {"Timeout": 5, "CodeSizeZipped": 1, "MemorySize": 128}}),
    );
    assert_eq!(store.get("hello", &[]).succeeded()["Timeout"], 60);
    assert_eq!(
        store.get("hello", &["--qualifier", "1"]).succeeded(),
        version
    );
}

#[test]
fn every_value_is_checked_when_it_is_published_and_told_with_its_line() {
    let store = TestStore::made_by_hand("hello");
    let text = format!(
        "{{\n  \"Runtime\": \"cobol85\",\n  \"Handler\": \"two words\",\n  \"Role\": \"{ROLE}\",\n  \
         \"Timeout\": 0,\n  \"Description\": \"{}\",\n  \"Environment\": {{\"Variables\": {{\"AWS_REGION\": \"x\"}}}},\n  \
         \"Layers\": [{{\"Arn\": \"no layer\"}}]\n}}",
        "é".repeat(257)
    );
    std::fs::write(store.join("hello/$LATEST/config.json"), text).unwrap();
    let before = store.files();
    let ran = store.publish("hello", &[]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    for words in [
        "hello/$LATEST/config.json",
        "line 2: Runtime",
        "line 3: Handler",
        "line 5: Timeout",
        "line 6: Description",
        "line 7: Environment",
        "line 8: Layers",
        "AWS_REGION",
    ] {
        assert!(message.contains(words), "no {words} in: {message}");
    }
    assert_eq!(store.files(), before);
    // A reader refuses only what it can't read.
    store.get("hello", &[]).succeeded();
}

#[test]
fn a_description_given_at_publish_is_checked() {
    let store = TestStore::made_by_hand("hello");
    let before = store.files();
    let ran = store.publish("hello", &["--description", &"é".repeat(257)]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    assert!(message.contains("Description"), "{message}");
    assert_eq!(store.files(), before);
    let given = "é".repeat(256);
    let version = store
        .publish("hello", &["--description", &given])
        .succeeded();
    assert_eq!(version["Description"], given);
}

#[test]
fn a_function_put_into_a_store_by_hand_needs_nothing_else() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store.place_function("by-hand");
    assert_eq!(store.publish("by-hand", &[]).succeeded()["Version"], "1");
    // A copy of a function is a function of its own.
    let copied = std::process::Command::new("cp")
        .args(["-R", "hello", "copy"])
        .current_dir(store.path())
        .status()
        .unwrap();
    assert!(copied.success());
    let answer = store.publish("copy", &[]).succeeded();
    assert_eq!(answer["Version"], "1");
    assert_eq!(
        answer["FunctionArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:copy:1"
    );
    let updated = store.update("copy", b"v1", &["--publish"]).succeeded();
    assert_eq!(updated["Version"], "2");
    assert!(!store.join("hello/versions/2").exists());
}

#[test]
fn the_times_of_the_package_do_not_decide_whether_values_are_checked() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store.write_store_json(&json!({"Quotas": {"Timeout": 2}}));
    let recorded = store.publish("hello", &[]);
    let package = store.join("hello/$LATEST/code.zip");
    set_modified(
        &package,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000),
    );
    assert_eq!(store.publish("hello", &[]), recorded);
}
