//! `publish-version`: what it makes, and what it leaves alone.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{ROLE, TestStore, code_sha256, modified, run, set_modified, zip_of};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

/// Returns what a write to a file or another file in its place would change.
fn stamps(directory: &Path) -> BTreeMap<PathBuf, (u64, i64, i64)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            found.append(&mut stamps(&path));
        } else {
            let stamp = (metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
            found.insert(path, stamp);
        }
    }
    found.retain(|path, _| !path.ends_with(".lock"));
    found
}

#[test]
fn the_first_publish_of_a_function_made_by_hand_makes_version_1() {
    let store = TestStore::made_by_hand("hello");
    let latest = store.get("hello", &[]).succeeded();
    let package = zip_of(&[("app.py", b"v0")]);

    let ran = store.publish("hello", &[]);
    let answer = ran.succeeded();
    assert_eq!(
        answer,
        json!({
            "FunctionName": "hello",
            "FunctionArn": format!("{ARN}:1"),
            "Runtime": "python3.13",
            "Role": ROLE,
            "Handler": "app.handler",
            "CodeSize": package.len(),
            "Description": "",
            "Timeout": 3,
            "MemorySize": 128,
            "LastModified": latest["LastModified"],
            "CodeSha256": code_sha256(&package),
            "Version": "1",
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
    // The file is the answer, to the byte.
    assert_eq!(store.text("hello/versions/1/config.json"), ran.stdout);
    assert_eq!(store.get("hello", &["--qualifier", "1"]), ran);
}

#[test]
fn every_change_of_code_gets_the_next_number() {
    let store = TestStore::with_function("hello");
    for number in 1..=12 {
        let content = format!("version {number}");
        store.update("hello", content.as_bytes(), &[]).succeeded();
        let answer = store.publish("hello", &[]).succeeded();
        assert_eq!(answer["Version"], number.to_string());
        assert_eq!(answer["FunctionArn"], format!("{ARN}:{number}"));
    }
}

#[test]
fn publishing_unchanged_code_returns_the_last_version() {
    let store = TestStore::made_by_hand("hello");
    let first = store
        .publish("hello", &["--description", "first"])
        .succeeded();
    let (before, id) = (store.files(), store.revision_id("hello"));
    let touched = stamps(&store.path());
    assert_eq!(
        store
            .publish("hello", &["--description", "other"])
            .succeeded(),
        first
    );
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
    assert_eq!(store.files(), before);
    assert_eq!(stamps(&store.path()), touched);
    assert_eq!(store.revision_id("hello"), id);
}

#[test]
fn making_a_version_moves_the_revision_id_of_latest_and_nothing_else_there() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        let mut before = store.get("hello", &[]).succeeded();
        let files = stamps(&store.join("hello/$LATEST"));
        let version = store.publish("hello", &[]).succeeded();
        let after = store.get("hello", &[]).succeeded();
        assert_ne!(after["RevisionId"], before["RevisionId"]);
        assert_ne!(after["RevisionId"], version["RevisionId"]);
        before["RevisionId"] = after["RevisionId"].clone();
        assert_eq!(after, before);
        assert_eq!(stamps(&store.join("hello/$LATEST")), files);
    }
}

#[test]
fn a_version_has_the_description_given_or_that_of_latest() {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| {
        config["Description"] = json!("of $LATEST");
    });
    for (content, options, expected) in [
        ("one", &[][..], "of $LATEST"),
        ("two", &["--description", "given"], "given"),
        ("three", &["--description", ""], ""),
    ] {
        store.update("hello", content.as_bytes(), &[]).succeeded();
        let answer = store.publish("hello", options).succeeded();
        assert_eq!(answer["Description"], expected);
        let latest = store.get("hello", &[]).succeeded();
        assert_eq!(latest["Description"], "of $LATEST");
    }
}

#[test]
fn a_description_given_at_publish_is_no_change() {
    let store = TestStore::with_function("hello");
    let first = store
        .publish("hello", &["--description", "given"])
        .succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
    // Nor is $LATEST a change when it comes to equal the version that the publish made.
    store.edit_config("hello", |config| config["Description"] = json!("given"));
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
    store.edit_config("hello", |config| config["Description"] = json!("another"));
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
}

#[test]
fn a_version_was_last_modified_when_latest_was() {
    let by_hand = TestStore::made_by_hand("hello");
    let hour = std::time::Duration::from_secs(3600);
    for file in ["code.zip", "config.json"] {
        let path = by_hand.join("hello/$LATEST").join(file);
        set_modified(&path, modified(&path) - hour);
    }
    for store in [by_hand, TestStore::with_function("hello")] {
        let latest = store.get("hello", &[]).succeeded();
        let version = store.publish("hello", &[]).succeeded();
        assert_eq!(version["LastModified"], latest["LastModified"]);
        assert_eq!(
            store.json("hello/versions/1/config.json")["LastModified"],
            latest["LastModified"]
        );
    }
}

#[test]
fn a_version_is_a_read_only_copy_of_its_own() {
    for (umask, directory, config, code) in [
        ("0022", 0o750, 0o440, 0o444),
        ("0077", 0o700, 0o400, 0o400),
        ("0000", 0o750, 0o440, 0o444),
    ] {
        let store = TestStore::made_by_hand("hello");
        let mut shell = assert_cmd::Command::new("sh");
        shell
            .env_clear()
            .env("LAMBDA_STORE", store.path())
            .args(["-c", "umask $0 && exec \"$@\"", umask])
            .arg(assert_cmd::cargo::cargo_bin!("lambda-store"))
            .args(["publish-version", "--function-name", "hello"]);
        run(&mut shell).succeeded();

        let mode = |path: &str| {
            let metadata = std::fs::metadata(store.join(path)).unwrap();
            metadata.permissions().mode() & 0o7777
        };
        assert_eq!(mode("hello/versions"), directory, "umask {umask}");
        assert_eq!(mode("hello/versions/1"), directory, "umask {umask}");
        assert_eq!(
            mode("hello/versions/1/config.json"),
            config,
            "umask {umask}"
        );
        assert_eq!(mode("hello/versions/1/code.zip"), code, "umask {umask}");
        let inode = |path: &str| std::fs::metadata(store.join(path)).unwrap().ino();
        for file in ["code.zip", "config.json"] {
            assert_ne!(
                inode(&format!("hello/$LATEST/{file}")),
                inode(&format!("hello/versions/1/{file}"))
            );
        }
        assert_eq!(
            std::fs::read(store.join("hello/versions/1/code.zip")).unwrap(),
            std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap()
        );
    }
}

#[test]
fn a_package_of_some_megabytes_is_copied_byte_for_byte() {
    let store = TestStore::made_by_hand("hello");
    let mut state = 1_u64;
    let content: Vec<u8> = (0..5 << 20)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect();
    store.write_code("hello", &content);
    let package = zip_of(&[("app.py", &content)]);
    let answer = store.publish("hello", &[]).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_eq!(answer["CodeSize"], package.len());
    let copy = std::fs::read(store.join("hello/versions/1/code.zip")).unwrap();
    assert!(copy == package, "the copy differs");
}

#[test]
fn a_package_placed_by_hand_is_published_as_it_is() {
    let store = TestStore::made_by_hand("hello");
    for (number, package) in [b"no zip at all".as_slice(), b""].into_iter().enumerate() {
        std::fs::write(store.join("hello/$LATEST/code.zip"), package).unwrap();
        let answer = store.publish("hello", &[]).succeeded();
        assert_eq!(answer["Version"], (number + 1).to_string());
        assert_eq!(answer["CodeSize"], package.len());
        assert_eq!(answer["CodeSha256"], code_sha256(package));
    }
}

#[test]
fn changing_any_setting_by_hand_makes_a_new_version() {
    let store = TestStore::with_function("hello");
    let code = store.publish("hello", &[]).succeeded()["CodeSha256"].clone();
    for (index, (member, value)) in [
        ("Description", json!("only this")),
        ("Timeout", json!(30)),
        ("MemorySize", json!(256)),
        ("Handler", json!("app.other")),
        ("Runtime", json!("python3.12")),
        ("Role", json!("arn:aws:iam::123456789012:role/other")),
        ("Environment", json!({"Variables": {"STAGE": "test"}})),
        ("Environment", json!({"Variables": {"STAGE": "live"}})),
        ("TracingConfig", json!({"Mode": "Active"})),
        ("Architectures", json!(["arm64"])),
        ("EphemeralStorage", json!({"Size": 1024})),
        ("SnapStart", json!({"ApplyOn": "PublishedVersions"})),
        (
            "LoggingConfig",
            json!({"LogFormat": "Text", "LogGroup": "/elsewhere"}),
        ),
        ("NotKnown", json!([1])),
    ]
    .into_iter()
    .enumerate()
    {
        store.edit_config("hello", |config| config[member] = value.clone());
        let answer = store.publish("hello", &[]).succeeded();
        assert_eq!(answer["Version"], (index + 2).to_string(), "{member}");
        assert_eq!(answer["CodeSha256"], code, "{member}");
        if member != "SnapStart" {
            assert_eq!(answer[member], value, "{member}");
        }
    }
}

#[test]
fn setting_a_value_to_its_default_makes_no_version() {
    let store = TestStore::made_by_hand("hello");
    let first = store.publish("hello", &[]).succeeded();
    for (member, value) in [
        ("Description", json!("")),
        ("Timeout", json!(3)),
        ("MemorySize", json!(128)),
        ("PackageType", json!("Zip")),
        ("TracingConfig", json!({"Mode": "PassThrough"})),
        ("Architectures", json!(["x86_64"])),
        ("EphemeralStorage", json!({"Size": 512})),
        ("SnapStart", json!({"ApplyOn": "None"})),
        (
            "SnapStart",
            json!({"ApplyOn": "None", "OptimizationStatus": "Off"}),
        ),
        ("FunctionName", json!("hello")),
        (
            "LoggingConfig",
            json!({"LogGroup": "/aws/lambda/hello", "LogFormat": "Text"}),
        ),
    ] {
        store.edit_config("hello", |config| config[member] = value);
        assert_eq!(store.publish("hello", &[]).succeeded(), first, "{member}");
    }
}

#[test]
fn leaving_defaults_out_makes_no_version() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    store.write_config("hello", &config);
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
}

#[test]
fn what_is_no_content_makes_no_version() {
    let store = TestStore::made_by_hand("hello");
    let first = store.publish("hello", &[]).succeeded();
    for (member, value) in [
        ("Version", json!("77")),
        ("LastModified", json!("2020-01-01T00:00:00.000+0000")),
        ("RevisionId", json!("4b6f0bb0-0000-4000-8000-000000000000")),
        ("CodeSize", json!(7)),
        ("CodeSha256", json!("wrong by hand")),
        ("State", json!("Failed")),
        ("StateReason", json!("no reason")),
        ("StateReasonCode", json!("Idle")),
        ("LastUpdateStatus", json!("Failed")),
        ("LastUpdateStatusReason", json!("no reason")),
        ("LastUpdateStatusReasonCode", json!("InternalError")),
        (
            "RuntimeVersionConfig",
            json!({"RuntimeVersionArn": "arn:aws:lambda:us-east-1::runtime:0123"}),
        ),
        ("FunctionArn", json!(ARN)),
        ("MasterArn", json!(ARN)),
    ] {
        store.edit_config("hello", |config| config[member] = value);
        assert_eq!(store.publish("hello", &[]).succeeded(), first, "{member}");
    }
}

#[test]
fn uploading_the_same_zip_again_makes_no_version() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    let before = store.get("hello", &[]).succeeded();
    let updated = store.update("hello", b"v0", &[]).succeeded();
    assert_eq!(updated["CodeSha256"], before["CodeSha256"]);
    assert_ne!(updated["RevisionId"], before["RevisionId"]);
    assert_ne!(updated["LastModified"], before["LastModified"]);
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
}

#[test]
fn only_the_version_published_last_is_compared() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    // There and back again before a publish: nothing changed.
    store.update("hello", b"v1", &[]).succeeded();
    store.update("hello", b"v0", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
    // An older version is no reason not to make a new one.
    store.update("hello", b"v1", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
    store.update("hello", b"v0", &[]).succeeded();
    let third = store.publish("hello", &[]).succeeded();
    assert_eq!(third["Version"], "3");
    assert_eq!(third["CodeSha256"], first["CodeSha256"]);
}

#[test]
fn a_number_is_never_given_out_again() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store.update("hello", b"v1", &["--publish"]).succeeded();
    std::fs::remove_dir_all(store.join("hello/versions/2")).unwrap();
    // The last published version is gone, so that even unchanged code makes one.
    let third = store.publish("hello", &[]).succeeded();
    assert_eq!(third["Version"], "3");
    std::fs::remove_dir_all(store.join("hello/versions")).unwrap();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "4");
    let left: Vec<_> = std::fs::read_dir(store.join("hello/versions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["4"]);
}

#[test]
fn a_number_placed_by_hand_is_skipped() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let config = json!({"Runtime": "python3.13", "Handler": "app.placed", "Role": ROLE});
    store.place_version("hello", 2, b"placed", &config);
    store.place_version("hello", 3, b"placed", &config);
    store.place_version("hello", 5, b"placed", &config);
    let placed = store.files();
    for (content, number) in [(b"v1", "4"), (b"v2", "6")] {
        store.update("hello", content, &[]).succeeded();
        assert_eq!(store.publish("hello", &[]).succeeded()["Version"], number);
    }
    let after = store.files();
    for number in [2, 3, 5] {
        for file in ["code.zip", "config.json"] {
            let path = PathBuf::from(format!("hello/versions/{number}/{file}"));
            assert_eq!(after[&path], placed[&path]);
        }
    }
    let highest = &store.history("hello").pop().unwrap()["HighestVersion"];
    assert_eq!(*highest, 6);
}

#[test]
fn members_that_are_not_known_survive_byte_for_byte() {
    let store = TestStore::made_by_hand("hello");
    // Numbers and escapes that a parse into values would lose.
    let lines = [
        r#""Cost": 1.50e3,"#,
        r#""Big": 123456789012345678901234567890,"#,
        r#""Tiny": -0.0,"#,
        r#""\u0045scaped": "\u00e9\/ é \ud83d\ude00","#,
        r#""Nothing": null"#,
    ];
    let text = format!(
        "{{\n    {}\n    {}\n    \"Runtime\": \"python3.13\", \"Handler\": \"app.handler\",\n    \
         \"Role\": \"{ROLE}\", \"Owner\": {{\"Deep\": [1.0, {{\"Rate\": 2.50}}]}},\n    {}\n    {}\n    {}\n}}",
        lines[0], lines[1], lines[2], lines[3], lines[4]
    );
    std::fs::write(store.join("hello/$LATEST/config.json"), text).unwrap();
    let unknown = |text: &str| {
        let known = text.find("    \"LoggingConfig\"").unwrap();
        let end = known + text[known..].find("    },\n").unwrap() + "    },\n".len();
        text[end..].to_owned()
    };
    let expected = format!(
        "    {}\n    {}\n    \"Owner\": {{\n        \"Deep\": [\n            1.0,\n            {{\n                \
         \"Rate\": 2.50\n            }}\n        ]\n    }},\n    {}\n    {}\n    {}\n}}\n",
        lines[0], lines[1], lines[2], lines[3], lines[4]
    );
    let published = store.publish("hello", &[]);
    published.succeeded();
    let version = store.text("hello/versions/1/config.json");
    let latest = store.get("hello", &[]);
    for text in [&published.stdout, &version, &latest.stdout] {
        assert_eq!(unknown(text), expected);
    }
    // What an update writes out complete keeps them, too.
    let updated = store.update("hello", b"v1", &[]);
    updated.succeeded();
    assert_eq!(unknown(&updated.stdout), expected);
    assert_eq!(unknown(&store.text("hello/$LATEST/config.json")), expected);
}

#[test]
fn the_spelling_of_a_number_counts_and_that_of_a_string_does_not() {
    let store = TestStore::made_by_hand("hello");
    let write = |member: &str| {
        let text = format!(
            r#"{{"Runtime": "python3.13", "Handler": "app.handler", "Role": "{ROLE}", {member}}}"#
        );
        std::fs::write(store.join("hello/$LATEST/config.json"), text).unwrap();
        let answer: Value = store.publish("hello", &[]).succeeded();
        answer["Version"].as_str().unwrap().to_owned()
    };
    assert_eq!(write(r#""Own": [1.5, "é/"]"#), "1");
    assert_eq!(write(r#""\u004fwn": [1.5, "\u00e9\/"]"#), "1");
    assert_eq!(write(r#""Own":[1.5,"é/"]"#), "1");
    assert_eq!(write(r#""Own": [1.50, "é/"]"#), "2");
}

#[test]
fn touching_the_package_makes_no_version() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    let (before, id) = (store.files(), store.revision_id("hello"));
    let package = store.join("hello/$LATEST/code.zip");
    let later = modified(&package) + std::time::Duration::from_secs(5);
    set_modified(&package, later);
    assert_eq!(store.publish("hello", &[]).succeeded(), first);
    assert_eq!(store.files(), before);
    assert_eq!(store.revision_id("hello"), id);
}

#[test]
fn a_publish_after_a_publishing_update_returns_its_version() {
    let store = TestStore::with_function("hello");
    let updated = store.update("hello", b"v1", &["--publish"]).succeeded();
    assert_eq!(updated["Version"], "1");
    assert_eq!(store.publish("hello", &[]).succeeded(), updated);
    let created = TestStore::nothing();
    created.create("hello", &["--publish"]).succeeded();
    assert_eq!(
        created.publish("hello", &[]).stdout,
        created.text("hello/versions/1/config.json")
    );
}

#[test]
fn a_publish_keeps_every_earlier_version_as_it_is() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let first = stamps(&store.join("hello/versions/1"));
    store.update("hello", b"v1", &["--publish"]).succeeded();
    store.edit_config("hello", |config| config["Timeout"] = json!(9));
    store.publish("hello", &[]).succeeded();
    assert_eq!(stamps(&store.join("hello/versions/1")), first);
}

#[test]
fn a_version_of_a_function_with_snap_start_is_optimized() {
    let store = TestStore::with_function("hello");
    let snap_start =
        |status: &str| json!({"ApplyOn": "PublishedVersions", "OptimizationStatus": status});
    store.edit_config("hello", |config| config["SnapStart"] = snap_start("Off"));
    let version = store.publish("hello", &[]).succeeded();
    assert_eq!(version["SnapStart"], snap_start("On"));
    assert_eq!(
        store.get("hello", &[]).succeeded()["SnapStart"],
        snap_start("Off")
    );
    assert_eq!(store.publish("hello", &[]).succeeded(), version);
}

#[test]
fn a_missing_function_is_not_found() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let ran = store.publish("other", &[]);
    let message = ran.failed_with("ResourceNotFoundException", "PublishVersion");
    assert!(message.contains("function:other"), "{message}");
    assert_eq!(store.files(), before);
}
