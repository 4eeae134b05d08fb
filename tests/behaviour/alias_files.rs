//! Alias files that people place, edit and break.

use std::fs;

use serde_json::json;

use crate::support::{TestStore, says};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

/// Makes a store with versions 1 and 2 of `hello`, and this file of the alias `live`.
fn with_file(text: &str) -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"v1", &["--publish"]).succeeded();
    fs::create_dir(store.join("hello/aliases")).unwrap();
    fs::write(store.join("hello/aliases/live.json"), text).unwrap();
    store
}

/// Returns the answer's text about `live`.
#[track_caller]
fn live(store: &TestStore) -> String {
    let ran = store.alias("get-alias", "live", &[]);
    ran.succeeded();
    ran.stdout
}

#[test]
fn an_alias_placed_by_hand_is_answered_whole_with_the_id_that_its_content_makes() {
    // The example of FORMAT.md, and its fingerprint there.
    let text =
        r#"{"Name": "live", "FunctionVersion": "1", "Description": "What the web site uses"}"#;
    let store = with_file(&text.replace("\"1\"", "\"4\""));
    insta::assert_snapshot!(live(&store), @r#"
    {
        "AliasArn": "arn:aws:lambda:us-east-1:123456789012:function:hello:live",
        "Name": "live",
        "FunctionVersion": "4",
        "Description": "What the web site uses",
        "RevisionId": "00000000-0000-8291-ab7e-15b5db9fd800"
    }
    "#);
    fs::write(store.join("hello/aliases/live.json"), text).unwrap();
    let answer = store.alias("get-alias", "live", &[]).succeeded();
    let id = answer["RevisionId"].as_str().unwrap();
    let updated = store
        .update_alias("live", &["--revision-id", id])
        .succeeded();
    assert_ne!(updated["RevisionId"], id);
    assert_eq!(updated["Description"], "What the web site uses");
}

#[test]
fn the_id_covers_what_is_stored_and_not_what_a_reader_fills_in() {
    let id = |text: &str| {
        let answer = with_file(text).alias("get-alias", "live", &[]).succeeded();
        answer["RevisionId"].clone()
    };
    let short = id(r#"{"FunctionVersion": "1"}"#);
    assert_eq!(
        short,
        id(r#"{"FunctionVersion": "1", "AliasArn": "elsewhere"}"#)
    );
    for other in [
        r#"{"FunctionVersion": "2"}"#,
        r#"{"FunctionVersion": "1", "Description": ""}"#,
        r#"{"FunctionVersion": "1", "Own": 1}"#,
    ] {
        assert_ne!(short, id(other), "{other}");
    }
}

#[test]
fn what_is_null_or_empty_is_answered_as_if_it_were_left_out() {
    for text in [
        r#"{"FunctionVersion": "1", "Description": null, "RoutingConfig": null}"#,
        r#"{"FunctionVersion": "1", "RoutingConfig": {}}"#,
        r#"{"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {}}}"#,
        r#"{"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": null}}"#,
    ] {
        let answer = with_file(text).alias("get-alias", "live", &[]).succeeded();
        let names: Vec<_> = answer.as_object().unwrap().keys().collect();
        let expected = [
            "AliasArn",
            "Name",
            "FunctionVersion",
            "Description",
            "RevisionId",
        ];
        assert_eq!(names, expected, "{text}");
    }
}

#[test]
fn name_and_arn_are_those_of_where_the_file_stands() {
    let store = with_file(
        r#"{"AliasArn": "arn:aws:lambda:us-east-1:123456789012:function:old:old", "Name": "old", "FunctionVersion": "1"}"#,
    );
    let answer = store.alias("get-alias", "live", &[]).succeeded();
    assert_eq!(answer["Name"], "live");
    assert_eq!(answer["AliasArn"], format!("{ARN}:live"));
    let listed = store.list_aliases(&[]).succeeded();
    assert_eq!(listed["Aliases"], json!([answer]));
    // A mirror under another name has the same revision id.
    fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let arguments = ["get-alias", "--function-name", "bye", "--name", "live"];
    let mirrored = store.run(&arguments).succeeded();
    assert_eq!(mirrored["AliasArn"], ARN.replace("hello", "bye") + ":live");
    assert_eq!(mirrored["RevisionId"], answer["RevisionId"]);
}

#[test]
fn an_edit_by_hand_makes_another_id_with_the_time_of_the_old_one() {
    let store = with_file(r#"{"FunctionVersion": "1"}"#);
    let written = store
        .update_alias("live", &["--description", "first"])
        .succeeded();
    let id = written["RevisionId"].as_str().unwrap();
    let path = store.join("hello/aliases/live.json");
    let edited = store
        .text("hello/aliases/live.json")
        .replace("first", "second");
    fs::write(&path, &edited).unwrap();
    let before = store.files();
    let answer = store.alias("get-alias", "live", &[]).succeeded();
    let now = answer["RevisionId"].as_str().unwrap();
    assert_ne!(now, id);
    assert_eq!(now[..13], id[..13], "the time of the change");
    assert_eq!(
        store.list_aliases(&[]).succeeded()["Aliases"],
        json!([answer])
    );
    let ran = store.update_alias("live", &["--revision-id", id]);
    let message = ran.failed_with("PreconditionFailedException", "UpdateAlias");
    says(message, &[id, now]);
    assert_eq!(store.files(), before);
    // What was found is what the history tells.
    store
        .update_alias("live", &["--revision-id", now, "--function-version", "2"])
        .succeeded();
    let line = store.history("hello").pop().unwrap();
    let from = json!({"FunctionVersion": "1", "Description": "second"});
    assert_eq!(line["Aliases"][0]["From"], from);
}

#[test]
fn what_nobody_changes_stays_byte_for_byte() {
    let store = with_file(
        r#"{"Own": [1.50, {"b": 1e5, "a": "\u00e9"}], "RoutingConfig": {"Mine": 0.10, "AdditionalVersionWeights": {"2": 0.10}}, "FunctionVersion": "1", "Ours": "x"}"#,
    );
    let updated = store.update_alias("live", &["--description", "what runs"]);
    let masked = crate::support::masked(&updated.stdout);
    insta::assert_snapshot!(masked, @r#"
    {
        "AliasArn": "arn:aws:lambda:us-east-1:123456789012:function:hello:live",
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "what runs",
        "RoutingConfig": {
            "AdditionalVersionWeights": {
                "2": 0.10
            },
            "Mine": 0.10
        },
        "RevisionId": "<revision id>",
        "Own": [
            1.50,
            {
                "b": 1e5,
                "a": "\u00e9"
            }
        ],
        "Ours": "x"
    }
    "#);
    assert_eq!(store.text("hello/aliases/live.json"), updated.stdout);
    let cleared = store.update_alias("live", &["--routing-config", "{}"]);
    assert_eq!(cleared.succeeded()["RoutingConfig"], json!({"Mine": 0.1}));
    assert!(
        cleared.stdout.contains("\"Mine\": 0.10\n"),
        "{}",
        cleared.stdout
    );
}

#[test]
fn an_alias_file_that_is_broken_is_named_and_neither_updated_nor_deleted() {
    for (text, said) in [
        ("", "line 1"),
        ("{", "line 1"),
        ("[]", "an object"),
        ("{}", "FunctionVersion"),
        (r#"{"FunctionVersion": "007"}"#, "'007'"),
        (r#"{"FunctionVersion": 1}"#, "a string"),
        (
            r#"{"FunctionVersion": "1", "FunctionVersion": "2"}"#,
            "twice",
        ),
        (
            "{\"FunctionVersion\": \"1\",\n\"RoutingConfig\": {\"AdditionalVersionWeights\": {\"2\": \"0.1\"}}}",
            "line 2",
        ),
        (
            r#"{"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 1e999}}}"#,
            "1e999",
        ),
        (r#"{"FunctionVersion": "1", "RevisionId": 5}"#, "RevisionId"),
    ] {
        let store = with_file(text);
        let before = store.files();
        for (command, operation) in [
            ("get-alias", "GetAlias"),
            ("update-alias", "UpdateAlias"),
            ("delete-alias", "DeleteAlias"),
        ] {
            let ran = store.alias(command, "live", &[]);
            let message = ran.failed_with("ServiceException", operation);
            says(message, &["hello/aliases/live.json", said]);
        }
        assert_eq!(store.files(), before, "{text}");
        // The others are as good as ever.
        store.create_alias("next", "1", &[]).succeeded();
        store
            .alias("delete-alias", "next", &[])
            .succeeded_silently();
    }
}

#[test]
fn bad_values_that_stay_in_a_file_are_named_and_can_be_replaced() {
    let description = "d".repeat(257);
    let store = with_file(
        &json!({
            "FunctionVersion": "1", "Description": description,
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 1.5, "x": 0.1}}
        })
        .to_string(),
    );
    // Readers refuse only what they cannot read.
    store.alias("get-alias", "live", &[]).succeeded();
    let before = store.files();
    let ran = store.update_alias("live", &["--function-version", "2"]);
    let message = ran.failed_with("InvalidParameterValueException", "UpdateAlias");
    says(
        message,
        &[
            "3 values in ",
            "hello/aliases/live.json",
            "1.5",
            "'x'",
            "Description",
        ],
    );
    assert_eq!(store.files(), before);
    let options = ["--routing-config", "{}", "--description", "mended"];
    store.update_alias("live", &options).succeeded();
}

#[test]
fn other_files_beside_the_aliases_are_none_and_stay() {
    let store = with_file(r#"{"FunctionVersion": "1"}"#);
    let others = [
        "7.json",
        "live.json~",
        "README",
        ".DS_Store",
        "a b.json",
        "live.JSON",
    ];
    for other in others {
        fs::write(store.join("hello/aliases").join(other), "{").unwrap();
    }
    fs::create_dir(store.join("hello/aliases/old")).unwrap();
    let listed = store.list_aliases(&[]).succeeded();
    assert_eq!(listed["Aliases"].as_array().unwrap().len(), 1);
    store
        .update_alias("live", &["--function-version", "2"])
        .succeeded();
    store
        .alias("delete-alias", "live", &[])
        .succeeded_silently();
    for other in others {
        assert!(store.join("hello/aliases").join(other).exists(), "{other}");
    }
    // Nor do they keep a version from being deleted.
    store.delete("hello", &["--qualifier", "1"]).succeeded();
}

#[test]
fn a_function_made_by_hand_has_aliases_and_its_edits_are_left_to_the_next_update() {
    let store = TestStore::made_by_hand("hello");
    let id = store.revision_id("hello");
    let config = json!({"Runtime": "python3.13", "Handler": "a.b", "Role": crate::support::ROLE});
    store.place_version("hello", 7, b"placed", &config);
    let made = store.create_alias("live", "7", &[]).succeeded();
    assert_eq!(made["FunctionVersion"], "7");
    let [line] = store.history("hello").try_into().unwrap();
    assert_eq!(line["HighestVersion"], 7);
    assert_eq!(line["Latest"]["RevisionId"], id.as_str());
    assert_eq!(store.revision_id("hello"), id);
    store.edit_config("hello", |config| config["Timeout"] = json!(9));
    store
        .update_alias("live", &["--description", "x"])
        .succeeded();
    store.publish("hello", &[]).succeeded();
    let lines = store.history("hello");
    assert_eq!(lines[1].get("FoundEdited"), None);
    assert_eq!(lines[2]["FoundEdited"], json!(["config.json"]));
    store.check_chain("hello");
}

#[test]
fn the_number_of_a_placed_version_that_an_alias_points_to_is_not_given_out_again() {
    let store = with_file(r#"{"FunctionVersion": "1"}"#);
    let config = store.json("hello/versions/2/config.json");
    store.place_version("hello", 9, b"placed", &config);
    store
        .update_alias("live", &["--function-version", "9"])
        .succeeded();
    assert_eq!(store.history("hello").pop().unwrap()["HighestVersion"], 9);
    fs::remove_dir_all(store.join("hello/versions/9")).unwrap();
    store.update("hello", b"next", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "10");
}
