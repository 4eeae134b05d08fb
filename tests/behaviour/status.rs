//! What `status` foretells, and what the publish that follows it does.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, code_sha256, masked, run, says, zip_of};

const SECRET: &str = "hunter2";

/// Returns what `status` answers about `hello` as a document.
#[track_caller]
fn status(store: &TestStore) -> Value {
    store
        .run(&["status", "hello", "--output", "json"])
        .succeeded()
}

/// Runs `status`, then the publish that it foretells, with the hash and the revision id that it
/// names; sees that the publish does what was foretold. Returns what `status` answered.
#[track_caller]
fn foretold(store: &TestStore) -> Value {
    let before = store.files();
    let said = status(store);
    let exit_code = store.run(&["status", "hello", "--exit-code"]).code;
    assert!(store.files() == before, "status changed something");

    let (hash, revision_id) = (&said["CodeSha256"], &said["RevisionId"]);
    let options = ["--code-sha256", hash.as_str().unwrap()];
    let options = [
        &options[..],
        &["--revision-id", revision_id.as_str().unwrap()],
    ];
    let published = store.publish("hello", &options.concat());
    let is_changed = store.files() != before;
    let publish = &said["Publish"];
    match publish["Action"].as_str().unwrap() {
        "Make" => {
            assert_eq!((exit_code, is_changed), (Some(1), true), "{published:?}");
            assert_eq!(published.succeeded()["Version"], publish["Version"]);
            let number = publish["Version"].as_str().unwrap();
            let made = format!("hello/versions/{number}");
            assert!(!before.contains_key(Path::new(&made)), "{number} stood");
            let stored = |said: &Value| said["TotalCodeSize"]["Stored"].as_u64().unwrap();
            let added = said["TotalCodeSize"]["Added"].as_u64().unwrap();
            assert_eq!(stored(&status(store)), stored(&said) + added);
        }
        "Return" => {
            assert_eq!((exit_code, is_changed), (Some(0), false), "{published:?}");
            assert_eq!(published.succeeded()["Version"], publish["Version"]);
            assert_eq!(said["TotalCodeSize"]["Added"], 0);
        }
        "Fail" => {
            assert_eq!((exit_code, is_changed), (Some(254), false), "{published:?}");
            let code = publish["Error"]["Code"].as_str().unwrap();
            let message = published.failed_with(code, "PublishVersion");
            assert_eq!(publish["Error"]["Message"], message);
        }
        other => panic!("{other}"),
    }
    said
}

/// Sees what was foretold: the action and the version of the next publish, and the reason.
#[track_caller]
fn expect(said: &Value, action: &str, version: &str, reason: &str) {
    let publish = json!({"Action": action, "Version": version});
    assert_eq!(
        (&said["Publish"], &said["Reason"]),
        (&publish, &json!(reason))
    );
}

/// Sees that a publish that fails was foretold; returns the message.
#[track_caller]
fn expect_failure(said: &Value, code: &str) -> String {
    assert_eq!(said["Publish"]["Action"], "Fail", "{said}");
    assert_eq!(said["Publish"]["Error"]["Code"], code, "{said}");
    said["Publish"]["Error"]["Message"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Returns the paths of what changed.
fn paths(said: &Value) -> Vec<&str> {
    let changes = said["Changes"].as_array().unwrap().iter();
    changes
        .map(|change| change["Path"].as_str().unwrap())
        .collect()
}

fn published(store: &TestStore) {
    store.publish("hello", &[]).succeeded();
}

#[test]
fn a_function_that_was_never_published_gets_version_1() {
    for store in [
        TestStore::with_function("hello"),
        TestStore::made_by_hand("hello"),
    ] {
        let said = foretold(&store);
        expect(&said, "Make", "1", "NeverPublished");
        for member in ["LastPublished", "Changes", "CodeChanged"] {
            assert_eq!(said.get(member), None, "{said}");
        }
        expect(&foretold(&store), "Return", "1", "Unchanged");
    }
}

#[test]
fn what_is_unchanged_is_returned() {
    let store = TestStore::with_function("hello");
    published(&store);
    let said = foretold(&store);
    expect(&said, "Return", "1", "Unchanged");
    assert_eq!(said["LastPublished"], "1");
    assert_eq!(
        (&said["CodeChanged"], &said["Changes"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(said["FoundEdited"], json!([]));

    // The same again, uploaded or by hand, is nothing new.
    store.update("hello", b"v0", &[]).succeeded();
    expect(&foretold(&store), "Return", "1", "Unchanged");
    store.write_code("hello", b"v0");
    let said = foretold(&store);
    expect(&said, "Return", "1", "Unchanged");
    assert_eq!(
        said["FoundEdited"],
        json!([]),
        "it was not changed, only touched"
    );
}

#[test]
fn a_description_given_at_publish_is_nothing_new() {
    let store = TestStore::with_function("hello");
    store
        .publish("hello", &["--description", "first release"])
        .succeeded();
    expect(&foretold(&store), "Return", "1", "Unchanged");

    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    let said = status(&store);
    assert_eq!(
        said["Changes"],
        json!([{"Path": "Timeout", "Change": "Modified", "Old": 3, "New": 10}])
    );
    expect(&foretold(&store), "Make", "2", "Changed");
}

#[test]
fn another_package_is_told_with_hash_and_size() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.update("hello", b"version one", &[]).succeeded();
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    let [old, new] = [&b"v0"[..], b"version one"].map(|content| zip_of(&[("app.py", content)]));
    assert_eq!(said["CodeChanged"], true);
    assert_eq!(
        said["Changes"],
        json!([
            {
                "Path": "CodeSha256", "Change": "Modified",
                "Old": code_sha256(&old), "New": code_sha256(&new),
            },
            {"Path": "CodeSize", "Change": "Modified", "Old": old.len(), "New": new.len()},
        ])
    );
    assert_eq!(said["CodeSha256"], code_sha256(&new));
    assert_eq!(said["CodeSize"], new.len());
    assert_eq!(said["FoundEdited"], json!([]));
}

#[test]
fn another_configuration_is_told_member_by_member() {
    let store = TestStore::with_function("hello");
    store.edit_config("hello", |config| {
        config["VpcConfig"] = json!({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]});
        config["DeadLetterConfig"] = json!({"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dlq"});
    });
    published(&store);
    store.edit_config("hello", |config| {
        config["Timeout"] = json!(10);
        config["VpcConfig"]["SubnetIds"] = json!(["subnet-1", "subnet-2"]);
        config["Custom"] = json!({"Team": "red"});
        let members = config.as_object_mut().unwrap();
        // Left out, it has its default.
        members.remove("MemorySize");
        members.remove("DeadLetterConfig");
    });
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    assert_eq!(said["CodeChanged"], false);
    assert_eq!(said["FoundEdited"], json!(["config.json"]));
    assert_eq!(
        said["Changes"],
        json!([
            {"Path": "Timeout", "Change": "Modified", "Old": 3, "New": 10},
            {
                "Path": "VpcConfig.SubnetIds", "Change": "Modified",
                "Old": ["subnet-1"], "New": ["subnet-1", "subnet-2"],
            },
            {"Path": "Custom.Team", "Change": "Added", "New": "red"},
            {
                "Path": "DeadLetterConfig.TargetArn", "Change": "Removed",
                "Old": "arn:aws:sqs:us-east-1:123456789012:dlq",
            },
        ])
    );
}

#[test]
fn what_only_the_comparison_sees_is_told_as_well() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.edit_config("hello", |config| config["Layers"] = Value::Null);
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    assert_eq!(
        said["Changes"],
        json!([{"Path": "Layers", "Change": "Added", "New": null}])
    );
}

#[test]
fn what_was_edited_by_hand_is_named_until_a_change_takes_it() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.write_code("hello", b"v1");
    assert_eq!(status(&store)["FoundEdited"], json!(["code.zip"]));
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    assert_eq!(said["FoundEdited"], json!(["code.zip", "config.json"]));
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line["FoundEdited"], said["FoundEdited"]);
    assert_eq!(status(&store)["FoundEdited"], json!([]));
}

#[test]
fn a_package_that_looks_the_same_is_hashed_as_a_publish_hashes_it() {
    let store = TestStore::with_function("hello");
    published(&store);
    let path = store.join("hello/$LATEST/code.zip");
    let modified = crate::support::modified(&path);
    store.write_code("hello", b"v1");
    crate::support::set_modified(&path, modified);
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    assert_eq!(said["FoundEdited"], json!(["code.zip"]));
}

#[test]
fn versions_made_by_hand_count_without_a_history() {
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    let described = json!({
        "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "Description": "released",
    });
    for (content, config, action, version, reason) in [
        (b"v0", &config, "Return", "7", "Unchanged"),
        // It may have been given at publish.
        (b"v0", &described, "Return", "7", "Unchanged"),
        (b"v1", &described, "Make", "8", "Changed"),
    ] {
        let store = TestStore::made_by_hand("hello");
        store.place_version("hello", 2, b"v2", config);
        store.place_version("hello", 7, content, config);
        let said = foretold(&store);
        expect(&said, action, version, reason);
        assert_eq!(said["LastPublished"], "7");
        if action == "Make" {
            assert_eq!(paths(&said), ["CodeSha256"], "{said}");
        }
    }
}

#[test]
fn a_number_that_was_taken_by_hand_is_passed_over() {
    let store = TestStore::with_function("hello");
    published(&store);
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    store.place_version("hello", 2, b"v2", &config);
    expect(&foretold(&store), "Return", "1", "Unchanged");
    store.update("hello", b"v1", &[]).succeeded();
    expect(&foretold(&store), "Make", "3", "Changed");
}

#[test]
fn a_last_version_that_was_deleted_is_made_again_under_a_new_number() {
    for by_hand in [false, true] {
        let store = TestStore::with_function("hello");
        published(&store);
        store.update("hello", b"v1", &["--publish"]).succeeded();
        if by_hand {
            std::fs::remove_dir_all(store.join("hello/versions/2")).unwrap();
        } else {
            let ran = store.delete("hello", &["--qualifier", "2"]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
        let words = store.run(&["status", "hello"]).stdout;
        says(
            &words,
            &["version 3", "version 2, published last, was deleted"],
        );
        let said = foretold(&store);
        expect(&said, "Make", "3", "LastPublishedDeleted");
        assert_eq!(said["LastPublished"], "2");
        assert_eq!(said.get("Changes"), None);
    }
}

#[test]
fn a_renamed_function_keeps_what_it_published() {
    let store = TestStore::with_function("greet");
    store.publish("greet", &[]).succeeded();
    std::fs::rename(store.join("greet"), store.join("hello")).unwrap();
    expect(&foretold(&store), "Return", "1", "Unchanged");
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    let said = foretold(&store);
    expect(&said, "Make", "2", "Changed");
    assert_eq!(paths(&said), ["Timeout"]);
}

#[test]
fn a_broken_last_version_is_told_as_the_publish_tells_it() {
    for (with_history, content) in [(true, Some("{")), (true, None), (false, Some("[]"))] {
        let store = TestStore::with_function("hello");
        published(&store);
        if !with_history {
            std::fs::remove_file(store.join("hello/history.jsonl")).unwrap();
        }
        let path = store.join("hello/versions/1/config.json");
        std::fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let said = foretold(&store);
        let message = expect_failure(&said, "ServiceException");
        says(&message, &[&path.display().to_string()]);
        assert_eq!(said.get("Reason"), None, "it cannot be compared");
        // What can be told is told.
        assert_eq!(
            said["CodeSha256"],
            code_sha256(&zip_of(&[("app.py", b"v0")]))
        );
    }
}

#[test]
fn values_that_no_version_may_have_are_told_as_the_publish_tells_them() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.edit_config("hello", |config| config["Timeout"] = json!(901));
    let said = foretold(&store);
    let message = expect_failure(&said, "InvalidParameterValueException");
    says(&message, &["Timeout", "901"]);
    assert_eq!(said["Reason"], "Changed");
    assert_eq!(paths(&said), ["Timeout"]);
}

#[test]
fn a_quota_that_is_used_up_is_told_as_the_publish_tells_it() {
    let size = zip_of(&[("app.py", b"v0")]).len();
    for (quota, code) in [
        (2 * size, None),
        (2 * size - 1, Some("CodeStorageExceededException")),
    ] {
        let store = TestStore::with_function("hello");
        store.write_store_json(&json!({"Quotas": {"TotalCodeSize": quota}}));
        let total = json!({"Stored": size, "Added": size, "Quota": quota});
        assert_eq!(status(&store)["TotalCodeSize"], total);
        let said = foretold(&store);
        if let Some(code) = code {
            let message = expect_failure(&said, code);
            says(&message, &[&quota.to_string()]);
        } else {
            expect(&said, "Make", "1", "NeverPublished");
            // A version that is returned needs no room.
            expect(&foretold(&store), "Return", "1", "Unchanged");
        }
    }
}

#[test]
fn a_count_of_bytes_that_is_wrong_is_found_out_before_a_failure_is_foretold() {
    let store = TestStore::with_function("hello");
    for count in ["99999999999999999999\n", "80530636800\n", "no number", ""] {
        std::fs::write(store.join(".usage"), count).unwrap();
        let size = zip_of(&[("app.py", b"v0")]).len();
        assert_eq!(status(&store)["TotalCodeSize"]["Stored"], size, "{count}");
    }
    std::fs::remove_file(store.join(".usage")).unwrap();
    expect(&foretold(&store), "Make", "1", "NeverPublished");
}

#[test]
fn a_history_that_no_writer_goes_on_with_is_told_as_the_publish_tells_it() {
    let store = TestStore::with_function("hello");
    published(&store);
    let history = store.text("hello/history.jsonl");
    let damaged = history.replacen("alice", "alicf", 1);
    assert_ne!(damaged, history);
    std::fs::write(store.join("hello/history.jsonl"), damaged).unwrap();
    let message = expect_failure(&foretold(&store), "ServiceException");
    says(&message, &["history.jsonl"]);
}

#[test]
fn a_newer_format_is_told_as_the_publish_tells_it() {
    let newer_line = |store: &TestStore| {
        let text = store.text("hello/history.jsonl");
        let newer = text.replacen("{\"Format\":1,", "{\"Format\":2,", 1);
        std::fs::write(store.join("hello/history.jsonl"), newer).unwrap();
    };
    let newer_store = |store: &TestStore| store.write_store_json(&json!({"Format": 2}));
    let changes: [&dyn Fn(&TestStore); 2] = [&newer_line, &newer_store];
    for change in changes {
        let store = TestStore::with_function("hello");
        change(&store);
        let ran = store.run(&["status", "hello", "--output", "json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        says(&ran.stderr, &["has format 2"]);
        let said: Value = serde_json::from_str(&ran.stdout).unwrap();
        let message = expect_failure(&said, "ServiceException");
        let refused = store.publish("hello", &[]);
        assert_eq!(refused.code, Some(254));
        says(&refused.stderr, &[&message]);
    }
}

#[test]
fn a_function_is_named_as_a_publish_names_it() {
    let store = TestStore::with_function("hello");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:hello";
    for name in ["hello", arn, "123456789012:function:hello", "hello:$LATEST"] {
        let said = store.run(&["status", name, "--output", "json"]).succeeded();
        assert_eq!(
            (&said["FunctionName"], &said["FunctionArn"]),
            (&json!("hello"), &json!(arn))
        );
    }
    for name in ["hello:1", "hello:live", "hell o", "absent", "hello.x"] {
        let same = |ran: &Ran| ran.failed(254).replace("PublishVersion", "Status");
        assert_eq!(
            store.run(&["status", name, "--exit-code"]).failed(254),
            same(&store.publish(name, &[]))
        );
    }
    store.run(&["status", ""]).failed(252);
    store.run(&["status"]).failed(252);
    let ran = run(store
        .command(&["status", "hello"])
        .env("LAMBDA_STORE", "absent"));
    ran.failed(253);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let store = TestStore::with_function("hello");
    std::fs::write(store.join("hello/$LATEST/config.json"), "{").unwrap();
    let ran = store.run(&["status", "hello", "--exit-code"]);
    let message = ran.failed_with("ServiceException", "Status");
    let refused = store.publish("hello", &[]);
    assert_eq!(
        refused.failed_with("ServiceException", "PublishVersion"),
        message
    );
}

#[test]
fn no_lock_is_taken() {
    let store = TestStore::with_function("hello");
    let _held = store.hold_lock("hello");
    let said = store.run(&["status", "hello", "--lock-timeout", "0", "--output", "json"]);
    expect(&said.succeeded(), "Make", "1", "NeverPublished");
}

#[test]
fn without_exit_code_the_exit_code_is_0_in_any_case() {
    let store = TestStore::with_function("hello");
    let mut codes = Vec::new();
    let mut look = || {
        assert_eq!(store.run(&["status", "hello"]).code, Some(0));
        let ran = store.run(&["status", "hello", "--exit-code"]);
        assert_ne!(ran.stdout, "");
        codes.push((ran.code, ran.stderr));
    };
    look();
    published(&store);
    look();
    store.edit_config("hello", |config| config["Timeout"] = json!(901));
    look();
    let said = store.publish("hello", &[]).failed(254).to_owned();
    let expected = [(1, String::new()), (0, String::new()), (254, said)];
    assert_eq!(codes, expected.map(|(code, said)| (Some(code), said)));
}

#[test]
fn variables_are_told_by_name_and_their_values_never() {
    let store = TestStore::with_function("hello");
    let variables = |values: Value| json!({"Variables": values});
    let set = |environment: Value| {
        store.edit_config("hello", |config| config["Environment"] = environment);
    };
    set(variables(
        json!({"KEPT": SECRET, "TOKEN": SECRET, "GONE": SECRET}),
    ));
    published(&store);
    set(variables(
        json!({"KEPT": SECRET, "TOKEN": "hunter2-new", "NEW": SECRET}),
    ));
    let said = status(&store);
    assert_eq!(
        said["Changes"],
        json!([
            {"Path": "Environment.Variables.TOKEN", "Change": "Modified"},
            {"Path": "Environment.Variables.NEW", "Change": "Added"},
            {"Path": "Environment.Variables.GONE", "Change": "Removed"},
        ])
    );
    let never_told = || {
        for options in [
            &[][..],
            &["--output", "json"],
            &["--output", "text"],
            &["--exit-code"],
        ] {
            let ran = store.run(&[&["status", "hello"], options].concat());
            assert!(!format!("{ran:?}").contains(SECRET), "{ran:?}");
        }
    };
    never_told();
    // Nor what no publish takes, what stands in the wrong place, or what is gone as a whole.
    for environment in [
        variables(json!({"AWS_REGION": SECRET, "not a name": SECRET})),
        variables(json!({"LONG": SECRET.repeat(1000)})),
        json!({"Variable": {"TOKEN": SECRET}}),
        json!({"Variable": [SECRET]}),
        json!({"Variable": SECRET}),
        json!({}),
        Value::Null,
        variables(json!({"TOKEN": 1, "OTHER": SECRET})),
        json!({"Variables": SECRET}),
        json!(SECRET),
    ] {
        set(environment);
        never_told();
    }
}

#[test]
fn a_person_reads_words() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.edit_config("hello", |config| {
        config["Timeout"] = json!(10);
        config["Layers"] = json!([{"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:tools:3"}]);
        config["Environment"] = json!({"Variables": {"TOKEN": SECRET}});
    });
    store.write_code("hello", b"other");
    let ran = store.run(&["status", "hello"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(masked(&ran.stdout), @r#"
    hello: publish-version would make version 2

    Changed since version 1:
        CodeSha256                   "eyq/JXwH0zeut6dBnE8lmvtBkje8y/q+iPqey1k3IBU=" -> "+mO/KhxRdq+t//d4kqeVb1GV31HX+FaEak2P7nwjbns="
        CodeSize                     112 -> 115
        Timeout                      3 -> 10
        Environment.Variables.TOKEN  added
        Layers                       added [{"Arn":"arn:aws:lambda:us-east-1:123456789012:layer:tools:3","CodeSize":0}]

    Edited by hand since the last change: code.zip, config.json

    To publish this state and no other:
        --code-sha256 +mO/KhxRdq+t//d4kqeVb1GV31HX+FaEak2P7nwjbns=
        --revision-id <revision id>

    Packages: 224 bytes stored of 80530636800, 80530636576 left; the next publish adds 115
    "#);
    published(&store);
    insta::assert_snapshot!(masked(&store.run(&["status", "hello"]).stdout), @"
    hello: nothing to publish, unchanged since version 2

    To publish this state and no other:
        --code-sha256 +mO/KhxRdq+t//d4kqeVb1GV31HX+FaEak2P7nwjbns=
        --revision-id <revision id>

    Packages: 339 bytes stored of 80530636800, 80530636461 left; the next publish adds 0
    ");
    store.edit_config("hello", |config| config["Timeout"] = json!(901));
    insta::assert_snapshot!(
        masked(&store.run(&["status", "hello"]).stdout)
            .replace(&store.path().display().to_string(), "STORE"),
        @"
        hello: publish-version would fail: InvalidParameterValueException: 1 value in STORE/hello/$LATEST/config.json breaks a rule: line 9: Timeout: 901 is not within 1 to 900 seconds

        Changed since version 2:
            Timeout  10 -> 901

        Edited by hand since the last change: config.json

        To publish this state and no other:
            --code-sha256 +mO/KhxRdq+t//d4kqeVb1GV31HX+FaEak2P7nwjbns=
            --revision-id <revision id>

        Packages: 339 bytes stored of 80530636800, 80530636461 left; the next publish adds 115
        "
    );
}

#[test]
fn a_script_reads_a_document() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    let document = store.run(&["status", "hello", "--output", "json"]).stdout;
    insta::assert_snapshot!(masked(&document), @r#"
    {
        "FunctionName": "hello",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
        "Publish": {
            "Action": "Make",
            "Version": "2"
        },
        "Reason": "Changed",
        "LastPublished": "1",
        "CodeChanged": false,
        "Changes": [
            {
                "Path": "Timeout",
                "Change": "Modified",
                "Old": 3,
                "New": 10
            }
        ],
        "FoundEdited": [
            "config.json"
        ],
        "CodeSha256": "eyq/JXwH0zeut6dBnE8lmvtBkje8y/q+iPqey1k3IBU=",
        "CodeSize": 112,
        "RevisionId": "<revision id>",
        "TotalCodeSize": {
            "Stored": 224,
            "Added": 112,
            "Quota": 80530636800
        }
    }
    "#);
    let query = |options: &[&str]| store.run(&[&["status", "hello"], options].concat()).stdout;
    assert_eq!(query(&["--query", "Publish.Version"]), "\"2\"\n");
    assert_eq!(
        query(&["--query", "Changes[].[Path, Old, New]", "--output", "text"]),
        "Timeout\t3\t10\n"
    );
    let revision_id = store.revision_id("hello");
    assert_eq!(
        query(&["--query", "RevisionId", "--output", "text"]),
        revision_id + "\n"
    );
}

#[test]
fn a_query_that_fails_keeps_its_exit_code() {
    let store = TestStore::with_function("hello");
    let ran = store.run(&[
        "status",
        "hello",
        "--exit-code",
        "--query",
        "length(CodeSize)",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(255), ""));
    let ran = store.run(&["status", "hello", "--exit-code", "--query", "["]);
    ran.failed(252);
}

#[test]
fn a_pipe_gets_no_escape_codes_unless_they_are_asked_for() {
    let store = TestStore::with_function("hello");
    published(&store);
    store.edit_config("hello", |config| {
        config["Description"] = json!("\u{1b}[2J");
        config["\u{1b}]0;title\u{7}"] = json!("\u{9b}1m\u{7f}");
    });
    let is_plain = |text: &str| {
        text.chars()
            .all(|letter| letter == '\n' || !letter.is_control())
    };
    for options in [
        &[][..],
        &["--color", "auto"],
        &["--color", "off"],
        &["--output", "text"],
    ] {
        let ran = store.run(&[&["status", "hello"], options].concat());
        assert_eq!(ran.code, Some(0));
        if !options.contains(&"text") {
            assert!(is_plain(&ran.stdout), "{ran:?}");
        }
        assert!(!ran.stdout.contains("\u{1b}[0m"), "{ran:?}");
    }
    let coloured = store.run(&["status", "hello", "--color", "on"]).stdout;
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    assert!(!coloured.contains("\u{1b}[2J"), "{coloured:?}");
    // A document is never coloured.
    let document = store.run(&["status", "hello", "--color", "on", "--query", "Publish"]);
    assert_eq!(
        document.succeeded(),
        json!({"Action": "Make", "Version": "2"})
    );
    store
        .run(&["status", "hello", "--color", "always"])
        .failed(252);
}
