//! Aliases through the commands: made, pointed elsewhere, read as a function, deleted.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::shapes::is_of_shape;
use crate::support::{TestStore, masked, says};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID: &str = "InvalidParameterValueException";

/// Makes a store with versions 1, 2 and 3 of `hello`.
fn with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    for content in [b"v1", b"v2"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store
}

/// Makes the same with `live`, which points to version 1.
fn with_alias() -> TestStore {
    let store = with_versions();
    store.create_alias("live", "1", &[]).succeeded();
    store
}

/// Returns the weights as an option gives them.
fn weights(text: &str) -> String {
    format!("AdditionalVersionWeights={{{text}}}")
}

#[test]
fn an_alias_is_answered_in_the_models_order_and_stands_so_in_its_file() {
    let store = with_versions();
    let routing = weights("3=0.25");
    let made = store.create_alias("live", "2", &["--routing-config", &routing]);
    is_of_shape(&made.stdout, "AliasConfiguration");
    insta::assert_snapshot!(masked(&made.stdout), @r#"
    {
        "AliasArn": "arn:aws:lambda:us-east-1:123456789012:function:hello:live",
        "Name": "live",
        "FunctionVersion": "2",
        "Description": "",
        "RoutingConfig": {
            "AdditionalVersionWeights": {
                "3": 0.25
            }
        },
        "RevisionId": "<revision id>"
    }
    "#);
    assert_eq!(store.text("hello/aliases/live.json"), made.stdout);
    assert_eq!(store.alias("get-alias", "live", &[]), made);
    let updated = store.update_alias("live", &["--description", "what runs"]);
    assert_eq!(store.text("hello/aliases/live.json"), updated.stdout);
    let file = store.join("hello/aliases/live.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_is_left_out_of_a_create_is_empty_or_absent() {
    let store = with_versions();
    for (name, options) in [
        ("plain", &[][..]),
        ("empty", &["--routing-config", "{}"]),
        (
            "cleared",
            &["--routing-config", "AdditionalVersionWeights={}"],
        ),
    ] {
        let made = store.create_alias(name, "1", options).succeeded();
        assert_eq!(made["Description"], "");
        assert_eq!(made.get("RoutingConfig"), None, "{options:?}");
    }
    let made = store.create_alias("told", "1", &["--description", "grüße"]);
    assert_eq!(made.succeeded()["Description"], "grüße");
}

#[test]
fn an_update_keeps_what_it_leaves_out() {
    let store = with_versions();
    let routing = weights("3=0.25");
    let options = ["--routing-config", &routing, "--description", "what runs"];
    let made = store.create_alias("live", "2", &options).succeeded();
    for (option, value, member) in [
        ("--description", "", "Description"),
        ("--description", "other", "Description"),
        ("--function-version", "1", "FunctionVersion"),
    ] {
        let before = store.alias("get-alias", "live", &[]).succeeded();
        let mut after = store.update_alias("live", &[option, value]).succeeded();
        assert_eq!(after[member], value);
        assert_ne!(after["RevisionId"], before["RevisionId"]);
        after[member] = before[member].clone();
        after["RevisionId"] = before["RevisionId"].clone();
        assert_eq!(after, before, "{option} {value}");
    }
    let now = store.alias("get-alias", "live", &[]).succeeded();
    assert_eq!(now["RoutingConfig"], made["RoutingConfig"]);
}

#[test]
fn an_update_of_nothing_gives_a_new_revision_id() {
    let store = with_alias();
    let mut ids = vec![store.alias("get-alias", "live", &[]).succeeded()["RevisionId"].clone()];
    for options in [&[][..], &[], &["--function-version", "1"]] {
        let updated = store.update_alias("live", options).succeeded();
        assert_eq!(updated["FunctionVersion"], "1");
        assert!(!ids.contains(&updated["RevisionId"]), "{ids:?}");
        ids.push(updated["RevisionId"].clone());
    }
}

#[test]
fn weights_are_replaced_and_cleared_in_shorthand_and_in_json() {
    let store = with_versions();
    store.create_alias("live", "1", &[]).succeeded();
    let file = store.beside("routing.json");
    std::fs::write(&file, r#"{"AdditionalVersionWeights": {"2": 0.75}}"#).unwrap();
    let file = format!("file://{}", file.display());
    for (routing, expected) in [
        ("AdditionalVersionWeights={2=0.1}", json!({"2": 0.1})),
        (
            r#"{"AdditionalVersionWeights":{"3":0.02}}"#,
            json!({"3": 0.02}),
        ),
        (&file, json!({"2": 0.75})),
        ("AdditionalVersionWeights={2=0}", json!({"2": 0.0})),
        (r#"{"AdditionalVersionWeights":{"3":1}}"#, json!({"3": 1.0})),
    ] {
        let updated = store.update_alias("live", &["--routing-config", routing]);
        let routing = &updated.succeeded()["RoutingConfig"];
        assert_eq!(routing["AdditionalVersionWeights"], expected);
        // A double is printed as one.
        assert!(updated.stdout.contains('.'), "{}", updated.stdout);
    }
    for cleared in [
        "{}",
        "AdditionalVersionWeights={}",
        r#"{"AdditionalVersionWeights":{}}"#,
    ] {
        let routing = weights("2=0.5");
        let updated = store.update_alias("live", &["--routing-config", &routing]);
        assert_ne!(updated.succeeded().get("RoutingConfig"), None);
        let updated = store.update_alias("live", &["--routing-config", cleared]);
        assert_eq!(updated.succeeded().get("RoutingConfig"), None, "{cleared}");
        assert!(!store.text("hello/aliases/live.json").contains("Routing"));
    }
}

#[test]
fn an_alias_is_a_qualifier_in_every_form_and_never_leads_to_the_weighted_version() {
    let store = with_versions();
    let routing = weights("3=1.0");
    let options = ["--routing-config", &routing];
    store.create_alias("live", "2", &options).succeeded();
    store.create_alias("head", "$LATEST", &[]).succeeded();
    for (alias, target) in [("live", "2"), ("head", "$LATEST")] {
        // All but the ARN is the target's, the revision id included.
        let mut expected = store.get("hello", &["--qualifier", target]).succeeded();
        expected["FunctionArn"] = json!(format!("{ARN}:{alias}"));
        assert_eq!(expected["Version"], target);
        let (in_name, in_arn) = (format!("hello:{alias}"), format!("{ARN}:{alias}"));
        for (name, options) in [
            ("hello", &["--qualifier", alias][..]),
            (&in_name, &[]),
            (&in_arn, &["--qualifier", alias]),
            (&in_arn, &[]),
        ] {
            assert_eq!(store.get(name, options).succeeded(), expected, "{name}");
            let function = store.get_function(name, options).succeeded();
            assert_eq!(function["Configuration"], expected, "{name}");
        }
    }
    store
        .update_alias("live", &["--function-version", "1"])
        .succeeded();
    assert_eq!(store.get("hello:live", &[]).succeeded()["Version"], "1");
}

#[test]
fn what_happens_to_aliases_leaves_the_revision_ids_of_the_function_alone() {
    let store = with_versions();
    let ids = || -> Vec<Value> {
        let qualifiers = ["$LATEST", "1", "2", "3"].into_iter();
        qualifiers
            .map(|qualifier| {
                let answer = store.get("hello", &["--qualifier", qualifier]);
                answer.succeeded()["RevisionId"].clone()
            })
            .collect()
    };
    let before = ids();
    store.create_alias("live", "1", &[]).succeeded();
    store
        .update_alias("live", &["--function-version", "2"])
        .succeeded();
    store
        .alias("delete-alias", "live", &[])
        .succeeded_silently();
    assert_eq!(ids(), before);
    // Nor is there anything new to publish.
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "3");
}

#[test]
fn only_the_aliases_own_revision_id_lets_an_update_pass() {
    let store = with_alias();
    let former = store.alias("get-alias", "live", &[]).succeeded()["RevisionId"].clone();
    let former = former.as_str().unwrap();
    let updated = store.update_alias(
        "live",
        &["--revision-id", former, "--function-version", "2"],
    );
    let present = updated.succeeded()["RevisionId"].clone();
    let before = store.files();
    let latest = store.revision_id("hello");
    for wrong in [former, &latest, "x", ""] {
        let ran = store.update_alias("live", &["--revision-id", wrong, "--description", "x"]);
        let message = ran.failed_with("PreconditionFailedException", "UpdateAlias");
        says(
            message,
            &[
                wrong,
                present.as_str().unwrap(),
                "live of hello",
                "get-alias",
            ],
        );
    }
    assert_eq!(store.files(), before);
    // It comes before what is wrong with the version.
    let options = ["--revision-id", former, "--function-version", "9"];
    let ran = store.update_alias("live", &options);
    ran.failed_with("PreconditionFailedException", "UpdateAlias");
}

#[test]
fn deleting_prints_nothing_and_an_alias_that_is_not_there_is_deleted_already() {
    let store = with_alias();
    let lines = store.history("hello").len();
    store
        .alias("delete-alias", "live", &[])
        .succeeded_silently();
    assert!(!store.join("hello/aliases/live.json").exists());
    let before = store.files();
    for name in ["live", "never"] {
        store.alias("delete-alias", name, &[]).succeeded_silently();
        store
            .alias("get-alias", name, &[])
            .failed_with(NOT_FOUND, "GetAlias");
    }
    assert_eq!(store.files(), before);
    assert_eq!(store.history("hello").len(), lines + 1);
    // The versions stay, and the name is free.
    store.get("hello", &["--qualifier", "1"]).succeeded();
    store.create_alias("live", "2", &[]).succeeded();
}

#[test]
fn a_function_that_is_missing_is_not_found_whatever_is_done_to_its_aliases() {
    let store = with_versions();
    let before = store.files();
    for (command, operation) in [
        ("create-alias", "CreateAlias"),
        ("update-alias", "UpdateAlias"),
        ("get-alias", "GetAlias"),
        ("delete-alias", "DeleteAlias"),
        ("list-aliases", "ListAliases"),
    ] {
        let mut arguments = vec![command, "--function-name", "hallo"];
        if command != "list-aliases" {
            arguments.extend(["--name", "live"]);
        }
        if command == "create-alias" {
            arguments.extend(["--function-version", "1"]);
        }
        let ran = store.run(&arguments);
        let message = ran.failed_with(NOT_FOUND, operation);
        says(message, &["function:hallo", "Did you mean hello?"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn an_alias_that_is_missing_is_not_found_and_the_nearest_are_named() {
    let store = with_alias();
    store.create_alias("staging", "2", &[]).succeeded();
    for (command, operation) in [("get-alias", "GetAlias"), ("update-alias", "UpdateAlias")] {
        let ran = store.alias(command, "Stagin", &[]);
        let message = ran.failed_with(NOT_FOUND, operation);
        says(
            message,
            &[&format!("{ARN}:Stagin"), "Did you mean staging?"],
        );
        let ran = store.alias(command, "other", &[]);
        let message = ran.failed_with(NOT_FOUND, operation);
        assert!(!message.contains("Did you mean"), "{message}");
    }
    for ran in [
        store.get("hello:lives", &[]),
        store.get("hello", &["--qualifier", "lives"]),
    ] {
        let message = ran.failed_with(NOT_FOUND, "GetFunctionConfiguration");
        says(message, &[&format!("{ARN}:lives"), "Did you mean live?"]);
    }
}

#[test]
fn an_alias_whose_version_is_missing_is_told_with_the_version_and_the_way_out() {
    let store = with_alias();
    store.place_alias("gone", &json!({"FunctionVersion": "77"}));
    let parts = [
        &format!("{ARN}:gone"),
        "gone points to version 77, which is not there",
        "update-alias",
    ];
    for (arguments, operation) in [
        (
            ["get-function", "--function-name", "hello:gone"],
            "GetFunction",
        ),
        (["restore", "hello", "gone"], "Restore"),
    ] {
        let ran = store.run(&arguments);
        let message = ran.failed_with(NOT_FOUND, operation);
        says(message, &parts);
        assert!(!message.contains("Did you mean"), "{message}");
    }
}

#[test]
fn a_version_that_an_alias_refers_to_is_not_deleted_until_it_points_elsewhere() {
    let store = with_versions();
    let routing = weights("2=0.5");
    let options = ["--routing-config", &routing];
    store.create_alias("live", "1", &options).succeeded();
    for number in ["1", "2"] {
        let ran = store.delete("hello", &["--qualifier", number]);
        let message = ran.failed_with("ResourceConflictException", "DeleteFunction");
        says(message, &["live"]);
    }
    let options = ["--function-version", "3", "--routing-config", "{}"];
    store.update_alias("live", &options).succeeded();
    for number in ["1", "2"] {
        store.delete("hello", &["--qualifier", number]).succeeded();
    }
    store.delete("hello", &[]).succeeded();
    assert!(!store.join("hello").exists());
}

#[test]
fn the_history_tells_of_every_move() {
    let store = with_versions();
    let known = store.history("hello").len();
    let made = store
        .create_alias("live", "1", &["--description", "first"])
        .succeeded();
    let routing = weights("3=0.1");
    let options = ["--function-version", "2", "--routing-config", &routing];
    let moved = store.update_alias("live", &options).succeeded();
    store
        .alias("delete-alias", "live", &[])
        .succeeded_silently();
    let lines = &store.history("hello")[known..];
    let first = json!({"FunctionVersion": "1", "Description": "first"});
    let second = json!({
        "FunctionVersion": "2", "Description": "first",
        "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}
    });
    let (made, moved) = (&made["RevisionId"], &moved["RevisionId"]);
    for (line, operation, change) in [
        (
            &lines[0],
            "CreateAlias",
            json!({"Name": "live", "To": first, "RevisionId": made}),
        ),
        (
            &lines[1],
            "UpdateAlias",
            json!({"Name": "live", "From": first, "To": second, "RevisionId": moved}),
        ),
        (
            &lines[2],
            "DeleteAlias",
            json!({"Name": "live", "From": second}),
        ),
    ] {
        assert_eq!(line["Operation"], operation);
        assert_eq!(line["Aliases"], json!([change]));
        assert_eq!(line["HighestVersion"], 3);
        assert_eq!(line.get("Made"), None);
    }
    store.check_chain("hello");
}

#[test]
fn the_function_is_named_in_every_form_and_not_by_a_version_or_an_alias() {
    let store = with_alias();
    let run = |command: &str, function: &str, options: &[&str]| {
        let required = [command, "--function-name", function];
        store.run(&[&required, options].concat())
    };
    for name in [
        "function:hello",
        "123456789012:function:hello",
        ARN,
        "hello:$LATEST",
    ] {
        let alias = run("get-alias", name, &["--name", "live"]).succeeded();
        assert_eq!(alias["AliasArn"], format!("{ARN}:live"), "{name}");
        let options = ["--name", "other", "--function-version", "2"];
        let alias = run("create-alias", name, &options).succeeded();
        assert_eq!(alias["AliasArn"], format!("{ARN}:other"), "{name}");
        run("update-alias", name, &["--name", "other"]).succeeded();
        run("delete-alias", name, &["--name", "other"]).succeeded_silently();
        run("list-aliases", name, &[]).succeeded();
    }
    let before = store.files();
    for name in ["hello:1", "hello:live", "hello:missing"] {
        for (command, operation, options) in [
            (
                "create-alias",
                "CreateAlias",
                &["--name", "n", "--function-version", "1"][..],
            ),
            ("update-alias", "UpdateAlias", &["--name", "live"]),
            ("get-alias", "GetAlias", &["--name", "live"]),
            ("delete-alias", "DeleteAlias", &["--name", "live"]),
            ("list-aliases", "ListAliases", &[]),
        ] {
            let ran = run(command, name, options);
            says(ran.failed_with(INVALID, operation), &[name]);
        }
    }
    for elsewhere in ["eu-west-1:hello", "210987654321:function:hello"] {
        let ran = run("get-alias", elsewhere, &["--name", "live"]);
        ran.failed_with(NOT_FOUND, "GetAlias");
    }
    assert_eq!(store.files(), before);
}
