//! The rules that an alias must keep: names, versions, weights, and what they are together.

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, says};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID: &str = "InvalidParameterValueException";
const WEIGHTS: &str = "RoutingConfig.AdditionalVersionWeights";

/// Makes a store with versions 1, 2 and 3 of `hello`.
fn with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    for content in [b"v1", b"v2"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store
}

/// Returns the option for these weights.
fn routing(weights: &Value) -> String {
    json!({"AdditionalVersionWeights": weights}).to_string()
}

/// Creates an alias, and points another to the same, so that a rule is seen in both.
fn create_and_update(
    store: &TestStore,
    version: &str,
    weights: &Value,
) -> [(&'static str, Ran); 2] {
    let routing = routing(weights);
    let options = ["--routing-config", &routing];
    let created = store.create_alias("made", version, &options);
    let options = ["--function-version", version, "--routing-config", &routing];
    let updated = store.update_alias("there", &options);
    [("CreateAlias", created), ("UpdateAlias", updated)]
}

/// A store with versions, and the alias `there` that points to version 3.
fn with_alias() -> TestStore {
    let store = with_versions();
    store.create_alias("there", "3", &[]).succeeded();
    store
}

#[test]
fn a_name_has_letters_digits_dashes_and_underscores_and_not_digits_alone() {
    let store = with_versions();
    for name in ["2024-01-02", "a", "-", "_", "7x", "Live", &"n".repeat(128)] {
        let made = store.create_alias(name, "1", &[]).succeeded();
        assert_eq!(made["Name"], name);
        store.alias("get-alias", name, &[]).succeeded();
    }
    let before = store.files();
    for name in [
        "7",
        "0123",
        "a b",
        "a.b",
        "a/b",
        "..",
        "$LATEST",
        "é",
        &"n".repeat(129),
    ] {
        for (operation, ran) in [
            ("CreateAlias", store.create_alias(name, "1", &[])),
            ("UpdateAlias", store.update_alias(name, &[])),
            ("GetAlias", store.alias("get-alias", name, &[])),
            ("DeleteAlias", store.alias("delete-alias", name, &[])),
        ] {
            let message = ran.failed_with(INVALID, operation);
            says(
                message,
                &["Name: ", &name.chars().take(80).collect::<String>()],
            );
        }
    }
    assert!(
        store
            .create_alias("", "1", &[])
            .failed(252)
            .contains("parameter Name")
    );
    assert_eq!(store.files(), before);
}

#[test]
fn an_alias_that_exists_is_not_made_again() {
    let store = with_alias();
    // Whatever stands in its file.
    std::fs::write(store.join("hello/aliases/broken.json"), "{").unwrap();
    let before = store.files();
    for name in ["there", "broken"] {
        let ran = store.create_alias(name, "1", &[]);
        let message = ran.failed_with("ResourceConflictException", "CreateAlias");
        says(message, &[name, "hello", "update-alias"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_no_version_is_refused_an_alias_too() {
    let store = with_alias();
    let before = store.files();
    for version in ["there", "+1", "1.0", "$latest", "1 ", &"1".repeat(1025)] {
        for (operation, ran) in create_and_update(&store, version, &json!({})) {
            says(ran.failed_with(INVALID, operation), &["FunctionVersion"]);
        }
        let ran = store.list_aliases(&["--function-version", version]);
        says(
            ran.failed_with(INVALID, "ListAliases"),
            &["FunctionVersion"],
        );
    }
    for ran in [
        store.create_alias("made", "", &[]),
        store.list_aliases(&["--function-version", ""]),
    ] {
        says(ran.failed(252), &["parameter FunctionVersion"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_version_that_is_not_there_is_not_found_as_main_or_as_weighted() {
    let store = with_alias();
    let before = store.files();
    let endless = "9".repeat(1024);
    for version in ["4", "0", "007", "$LATEST.PUBLISHED", &endless] {
        for (operation, ran) in create_and_update(&store, version, &json!({})) {
            says(
                ran.failed_with(NOT_FOUND, operation),
                &[&format!("{ARN}:{version}")],
            );
        }
        if version.starts_with('$') {
            continue;
        }
        for (operation, ran) in create_and_update(&store, "1", &json!({ version: 0.5 })) {
            says(
                ran.failed_with(NOT_FOUND, operation),
                &[&format!("{ARN}:{version}")],
            );
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn latest_is_pointed_to_without_weights_only() {
    let store = with_alias();
    for (_, ran) in create_and_update(&store, "$LATEST", &json!({})) {
        assert_eq!(ran.succeeded()["FunctionVersion"], "$LATEST");
    }
    store
        .alias("delete-alias", "made", &[])
        .succeeded_silently();
    let before = store.files();
    for (operation, ran) in create_and_update(&store, "$LATEST", &json!({"1": 0.5})) {
        says(ran.failed_with(INVALID, operation), &["$LATEST", "weights"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn one_further_version_has_a_weight_at_the_most() {
    let store = with_alias();
    let before = store.files();
    for (operation, ran) in create_and_update(&store, "1", &json!({"2": 0.1, "3": 0.1})) {
        says(ran.failed_with(INVALID, operation), &[WEIGHTS, "at most 1"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_weight_is_from_zero_to_one_both_included() {
    let store = with_alias();
    for weight in [json!(0.0), json!(0), json!(1), json!(1.0), json!(0.02)] {
        for (_, ran) in create_and_update(&store, "1", &json!({ "2": weight })) {
            let routing = ran.succeeded()["RoutingConfig"].clone();
            let given = routing["AdditionalVersionWeights"]["2"].as_f64();
            assert_eq!(given, weight.as_f64());
        }
        store
            .alias("delete-alias", "made", &[])
            .succeeded_silently();
    }
    let before = store.files();
    for weight in ["1.0001", "2", "1e999"] {
        let routing = format!("{{\"AdditionalVersionWeights\": {{\"2\": {weight}}}}}");
        let ran = store.create_alias("made", "1", &["--routing-config", &routing]);
        says(
            ran.failed_with(INVALID, "CreateAlias"),
            &[WEIGHTS, "0.0 to 1.0"],
        );
    }
    // The client checks minima and kinds.
    for routing in [
        "AdditionalVersionWeights={2=-0.1}",
        r#"{"AdditionalVersionWeights": {"2": -1}}"#,
        r#"{"AdditionalVersionWeights": {"2": "0.5"}}"#,
        r#"{"AdditionalVersionWeights": {"2": null}}"#,
        r#"{"AdditionalVersionWeights": null}"#,
        r#"{"AdditionalVersionWeights": [0.5]}"#,
        r#"{"Weights": {}}"#,
        r#"{"AdditionalVersionWeights": {"": 0.5}}"#,
        "2=0.5",
        "",
        "[]",
    ] {
        let ran = store.update_alias("there", &["--routing-config", routing]);
        says(ran.failed(252), &["outing"]);
    }
    // What is no number has another code in the AWS CLI.
    for (weight, said) in [
        ("half", "\ncould not convert string to float: 'half'\n"),
        ("nan", "\nnot a finite number: 'nan'\n"),
    ] {
        let routing = format!("AdditionalVersionWeights={{2={weight}}}");
        let ran = store.update_alias("there", &["--routing-config", &routing]);
        assert_eq!(ran.failed(255), said);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn the_key_of_a_weight_is_a_version_and_not_the_main_one() {
    let store = with_alias();
    let before = store.files();
    for key in ["$LATEST", "there", "-1", "1.0"] {
        for (operation, ran) in create_and_update(&store, "1", &json!({ key: 0.5 })) {
            says(ran.failed_with(INVALID, operation), &[WEIGHTS, key]);
        }
    }
    for (operation, ran) in create_and_update(&store, "2", &json!({"2": 0.5})) {
        says(ran.failed_with(INVALID, operation), &[WEIGHTS, "version 2"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn everything_that_breaks_a_rule_of_its_own_is_told_at_once() {
    let store = with_alias();
    let description = "d".repeat(257);
    let routing = routing(&json!({"x": 2.0}));
    let options = ["--description", &description, "--routing-config", &routing];
    let ran = store.create_alias("7", "there", &options);
    let message = ran.failed_with(INVALID, "CreateAlias");
    says(
        message,
        &[
            "5 values break rules",
            "Name: '7'",
            "FunctionVersion: 'there'",
            "Description: ",
            "'x'",
            "2.0",
        ],
    );
    // 256 characters fit, whatever their bytes.
    let description = "é".repeat(256);
    let options = ["--description", &description];
    store.update_alias("there", &options).succeeded();
}

#[test]
fn an_update_is_checked_with_what_stays() {
    let store = with_versions();
    let routing = routing(&json!({"2": 0.5}));
    let options = ["--routing-config", &routing];
    store.create_alias("live", "1", &options).succeeded();
    let before = store.files();
    for (version, said) in [("2", "version 2"), ("$LATEST", "$LATEST")] {
        let ran = store.update_alias("live", &["--function-version", version]);
        says(ran.failed_with(INVALID, "UpdateAlias"), &[said]);
    }
    assert_eq!(store.files(), before);
    for version in ["2", "$LATEST"] {
        let options = ["--function-version", version, "--routing-config", "{}"];
        store.update_alias("live", &options).succeeded();
    }
    // A version that went is missed, even by an update of the description.
    store.place_alias("dangling", &json!({"FunctionVersion": "9"}));
    let ran = store.update_alias("dangling", &["--description", "x"]);
    ran.failed_with(NOT_FOUND, "UpdateAlias");
}

#[test]
fn two_versions_have_the_same_role_and_the_same_dead_letter_queue() {
    const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:failed";
    let config = |further: Value| {
        let mut config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
        for (name, value) in further.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    };
    let store = TestStore::with_function("hello");
    for (number, further) in [
        (1, json!({})),
        (
            2,
            json!({"DeadLetterConfig": {"TargetArn": ""}, "Timeout": 9}),
        ),
        (3, json!({"Role": "arn:aws:iam::123456789012:role/other"})),
        (4, json!({"DeadLetterConfig": {"TargetArn": QUEUE}})),
        (
            5,
            json!({"DeadLetterConfig": {"TargetArn": QUEUE}, "MemorySize": 256}),
        ),
    ] {
        store.place_version("hello", number, b"placed", &config(further));
    }
    store.create_alias("there", "5", &[]).succeeded();
    for (one, other, differing) in [
        ("1", "2", None),
        ("4", "5", None),
        ("1", "3", Some("Role")),
        ("3", "2", Some("Role")),
        ("1", "4", Some("DeadLetterConfig")),
        ("5", "2", Some("DeadLetterConfig")),
    ] {
        for (operation, ran) in create_and_update(&store, one, &json!({ other: 0.5 })) {
            match differing {
                None => drop(ran.succeeded()),
                Some(differing) => says(
                    ran.failed_with(INVALID, operation),
                    &[differing, one, other],
                ),
            }
        }
        store
            .alias("delete-alias", "made", &[])
            .succeeded_silently();
    }
}

#[test]
fn a_version_that_is_broken_is_not_pointed_to() {
    let store = with_alias();
    std::fs::remove_file(store.join("hello/versions/1/code.zip")).unwrap();
    let config = store.join("hello/versions/2/config.json");
    std::fs::remove_file(&config).unwrap();
    std::fs::write(&config, "{").unwrap();
    let before = store.files();
    for version in ["1", "2"] {
        for (operation, ran) in create_and_update(&store, version, &json!({})) {
            let message = ran.failed_with("ServiceException", operation);
            says(message, &[&format!("hello/versions/{version}/")]);
        }
        for (operation, ran) in create_and_update(&store, "3", &json!({ version: 0.5 })) {
            ran.failed_with("ServiceException", operation);
        }
    }
    assert_eq!(store.files(), before);
}
