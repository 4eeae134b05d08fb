//! `rollback`: an alias points back to what it pointed to before.

use serde_json::{Value, json};

use crate::support::{Ran, TestStore, says};

const OPERATION: &str = "Rollback";

/// Makes a store with `hello`, published as 1, 2, … up to a number.
fn with_versions(count: u64) -> TestStore {
    let store = TestStore::with_function("hello");
    for number in 1..=count {
        let content = format!("v{number}");
        store
            .update("hello", content.as_bytes(), &["--publish"])
            .succeeded();
    }
    store
}

/// Runs `create-alias` or `update-alias` on `live` of `hello`.
fn alias(store: &TestStore, command: &str, options: &[&str]) -> Value {
    let live = [command, "--function-name", "hello", "--name", "live"];
    store.run(&[&live, options].concat()).succeeded()
}

/// Points `live` to a version, with a share for another one where weights are given.
fn point(store: &TestStore, version: &str, weights: Option<&str>) {
    let routing = weights.map_or_else(
        || "{}".to_owned(),
        |weights| format!("AdditionalVersionWeights={{{weights}}}"),
    );
    let options = ["--function-version", version, "--routing-config", &routing];
    let is_there = store.join("hello/aliases/live.json").exists();
    let command = if is_there {
        "update-alias"
    } else {
        "create-alias"
    };
    alias(store, command, &options);
}

/// Makes a store whose `live` pointed to each of these in turn.
fn pointed_to(versions: &[&str]) -> TestStore {
    let store = with_versions(3);
    for version in versions {
        point(&store, version, None);
    }
    store
}

fn rollback(store: &TestStore, options: &[&str]) -> Ran {
    store.run(&[&["rollback", "hello", "--alias", "live"], options].concat())
}

/// Sees that a rollback succeeds and says from where to where, and returns the alias.
#[track_caller]
fn rolled_back(store: &TestStore, options: &[&str]) -> Value {
    let from = routed(&alias(store, "get-alias", &[]));
    let mut ran = rollback(store, options);
    let said = std::mem::take(&mut ran.stderr);
    let answer = ran.succeeded();
    assert_eq!(said, format!("live: {from} -> {}\n", routed(&answer)));
    answer
}

/// Returns what an alias points to and its weights, as they are said.
fn routed(alias: &Value) -> String {
    let version = alias["FunctionVersion"].as_str().unwrap();
    let Some(weights) = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object() else {
        return version.to_owned();
    };
    let weights = weights.iter().map(|(version, weight)| {
        let percent = weight.as_f64().unwrap() * 100.0;
        format!(" with {percent}% to {version}")
    });
    version.to_owned() + &weights.collect::<String>()
}

/// Returns what `live` points to, with its weights.
fn points_to(store: &TestStore) -> Value {
    let answer = alias(store, "get-alias", &[]);
    match answer.get("RoutingConfig") {
        Some(routing) => json!([
            answer["FunctionVersion"],
            routing["AdditionalVersionWeights"]
        ]),
        None => answer["FunctionVersion"].clone(),
    }
}

/// Checks that a rollback is refused with a message that names these, and that it changed nothing.
#[track_caller]
fn refused(store: &TestStore, options: &[&str], code: &str, parts: &[&str]) {
    let before = store.files();
    for options in [options.to_vec(), [options, &["--dry-run"]].concat()] {
        let ran = rollback(store, &options);
        says(ran.failed_with(code, OPERATION), parts);
        assert!(store.files() == before, "{ran:?}");
    }
}

#[test]
fn a_rollback_points_the_alias_to_what_it_pointed_to_before_and_a_second_one_forth_again() {
    let store = pointed_to(&["1", "2", "3"]);
    for expected in ["2", "3", "2", "3"] {
        let answer = rolled_back(&store, &[]);
        assert_eq!(answer["FunctionVersion"], expected);
        assert_eq!(answer, alias(&store, "get-alias", &[]));
    }
}

#[test]
fn a_rollback_is_one_line_that_tells_from_where_to_where() {
    let store = pointed_to(&["1", "2"]);
    alias(&store, "update-alias", &["--description", "what users get"]);
    let before = alias(&store, "get-alias", &[]);
    let history = store.history("hello");
    let answer = rolled_back(&store, &[]);
    assert_eq!(answer["Description"], "what users get");
    assert_ne!(answer["RevisionId"], before["RevisionId"]);
    assert_eq!(store.json("hello/aliases/live.json"), answer);
    let lines = store.history("hello");
    assert_eq!(lines.len(), history.len() + 1);
    let (last, line) = (&lines[history.len() - 1], &lines[history.len()]);
    assert_eq!(line["Operation"], "Rollback");
    let state =
        |version: &str| json!({"FunctionVersion": version, "Description": "what users get"});
    let change = json!([{
        "Name": "live", "From": state("2"), "To": state("1"), "RevisionId": answer["RevisionId"],
    }]);
    assert_eq!(line["Aliases"], change);
    for same in ["HighestVersion", "LastPublished", "Latest"] {
        assert_eq!(line[same], last[same], "{same}");
    }
    store.check_chain("hello");
}

#[test]
fn weights_come_back_but_none_for_the_version_that_is_left() {
    let store = with_versions(3);
    point(&store, "1", None);
    point(&store, "1", Some("2=0.1"));
    point(&store, "2", None);
    // A canary that was released and failed.
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "1");
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "2");
    // One that failed as a canary, and one that goes on.
    point(&store, "2", Some("3=0.25"));
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "2");
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), json!(["2", {"3": 0.25}]));
    point(&store, "1", None);
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), json!(["2", {"3": 0.25}]));
}

#[test]
fn other_changes_of_the_alias_and_of_the_function_are_passed_over() {
    let store = pointed_to(&["1", "2"]);
    alias(&store, "update-alias", &["--description", "live"]);
    alias(&store, "update-alias", &[]);
    let other = [
        "create-alias",
        "--function-name",
        "hello",
        "--name",
        "other",
    ];
    store
        .run(&[&other[..], &["--function-version", "3"]].concat())
        .succeeded();
    store.update("hello", b"v4", &["--publish"]).succeeded();
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "1");
}

#[test]
fn an_edit_by_hand_is_a_move_that_is_rolled_back() {
    let edit = |store: &TestStore, version: &str| {
        let mut file = store.json("hello/aliases/live.json");
        file["FunctionVersion"] = json!(version);
        store.place_alias("live", &file);
    };
    let store = pointed_to(&["1", "2"]);
    edit(&store, "3");
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "2");
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "3");
    // The first move of all may have been by hand.
    let store = pointed_to(&["1"]);
    edit(&store, "2");
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "1");
    // What changes its description alone moves nothing.
    let mut file = store.json("hello/aliases/live.json");
    file["Description"] = json!("by hand");
    store.place_alias("live", &file);
    let answer = rolled_back(&store, &[]);
    assert_eq!(answer["FunctionVersion"], "2");
    assert_eq!(answer["Description"], "by hand");
}

#[test]
fn members_that_nobody_knows_stay() {
    let store = pointed_to(&["1", "2"]);
    let mut file = store.json("hello/aliases/live.json");
    file["X-Owner"] = json!("red");
    store.place_alias("live", &file);
    assert_eq!(rolled_back(&store, &[])["X-Owner"], "red");
}

#[test]
fn to_names_the_version_and_leaves_no_weights() {
    let store = with_versions(3);
    point(&store, "1", Some("2=0.5"));
    for version in ["3", "$LATEST", "1"] {
        let answer = rolled_back(&store, &["--to", version]);
        assert_eq!(answer["FunctionVersion"], version);
        assert_eq!(answer.get("RoutingConfig"), None);
    }
    assert_eq!(
        store.history("hello").pop().unwrap()["Operation"],
        "Rollback"
    );
}

#[test]
fn without_an_earlier_state_the_error_names_the_way_out() {
    let missing = "ResourceNotFoundException";
    let store = pointed_to(&["1"]);
    refused(&store, &[], missing, &["live", "before 1", "--to"]);
    alias(&store, "update-alias", &["--description", "no move"]);
    refused(&store, &[], missing, &["live", "before 1", "--to"]);
    // Placed by hand, without a history.
    let store = TestStore::made_by_hand("hello");
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": "r"});
    for number in [1, 2] {
        store.place_version("hello", number, b"placed", &config);
    }
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    refused(&store, &[], missing, &["live", "before 1", "--to"]);
    rolled_back(&store, &["--to", "2"]);
    rolled_back(&store, &[]);
    assert_eq!(points_to(&store), "1");
}

#[test]
fn a_deletion_of_the_alias_is_never_crossed() {
    let store = pointed_to(&["1", "2"]);
    let delete = ["delete-alias", "--function-name", "hello", "--name", "live"];
    let delete = || assert_eq!(store.run(&delete).code, Some(0));
    let missing = "ResourceNotFoundException";
    delete();
    refused(&store, &[], missing, &["live"]);
    point(&store, "3", None);
    refused(&store, &[], missing, &["before 3", "--to"]);
    delete();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    refused(&store, &[], missing, &["before 1", "--to"]);
}

#[test]
fn a_version_that_was_deleted_is_told_with_the_way_out() {
    let store = pointed_to(&["1", "2"]);
    store.delete("hello", &["--qualifier", "1"]).succeeded();
    let missing = "ResourceNotFoundException";
    let parts = ["live", "version 1", "was deleted", "--to"];
    refused(&store, &[], missing, &parts);
    let arn = "function:hello:1";
    refused(&store, &["--to", "1"], missing, &[arn]);
    // While the deletion is unfinished, too.
    let before = store.files();
    let token = store.history("hello").pop().unwrap()["Token"].clone();
    let mark = format!("hello/.staging/{}.change", token.as_str().unwrap());
    std::fs::write(store.join(&mark), "").unwrap();
    let config = store.json("hello/versions/2/config.json");
    store.place_version("hello", 1, b"going", &config);
    let ran = rollback(&store, &["--dry-run"]);
    says(ran.failed_with(missing, OPERATION), &parts);
    std::fs::remove_file(store.join(&mark)).unwrap();
    std::fs::remove_dir_all(store.join("hello/versions/1")).unwrap();
    assert!(store.files() == before);
    rolled_back(&store, &["--to", "3"]);
    // One of its weights.
    point(&store, "3", Some("2=0.5"));
    let alone = ["--function-version", "3", "--routing-config", "{}"];
    alias(&store, "update-alias", &alone);
    store.delete("hello", &["--qualifier", "2"]).succeeded();
    let parts = ["live", "version 2", "was deleted", "--to"];
    refused(&store, &[], missing, &parts);
}

#[test]
fn the_checks_are_those_of_update_alias() {
    let store = pointed_to(&["1", "2"]);
    let before = alias(&store, "get-alias", &[]);
    let id = before["RevisionId"].as_str().unwrap();
    let latest = store.revision_id("hello");
    let option = ["--revision-id", &latest];
    let failed = "PreconditionFailedException";
    refused(&store, &option, failed, &[&latest, id, "get-alias"]);
    let invalid = "InvalidParameterValueException";
    refused(&store, &["--to", "live"], invalid, &["'live'"]);
    rolled_back(&store, &["--revision-id", id]);
    // Two versions that one alias refers to have one role.
    point(&store, "1", Some("2=0.5"));
    point(&store, "3", None);
    let path = store.join("hello/versions/2/config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, text.replace("role/demo", "role/other")).unwrap();
    refused(&store, &[], invalid, &["versions 1 and 2", "Role"]);
}

#[test]
fn what_is_not_there_is_told() {
    let store = pointed_to(&["1", "2"]);
    let missing = "ResourceNotFoundException";
    for (arguments, part) in [
        (["rollback", "nobody", "--alias", "live"], "function:nobody"),
        (
            ["rollback", "hello", "--alias", "prod"],
            "function:hello:prod",
        ),
    ] {
        for option in [&[][..], &["--dry-run"]] {
            let ran = store.run(&[&arguments, option].concat());
            says(ran.failed_with(missing, OPERATION), &[part]);
        }
    }
    let ran = store.run(&["rollback", "hello", "--alias", "1"]);
    ran.failed_with("InvalidParameterValueException", OPERATION);
    store.run(&["rollback", "hello"]).failed(252);
    store.run(&["rollback", "--alias", "live"]).failed(252);
    store.run(&["rollback", "hello", "--alias", ""]).failed(252);
}

#[test]
fn a_dry_run_says_what_the_alias_would_be_and_changes_nothing() {
    let store = with_versions(2);
    point(&store, "1", Some("2=0.1"));
    point(&store, "2", None);
    let (files, before) = (store.files(), alias(&store, "get-alias", &[]));
    let id = before["RevisionId"].as_str().unwrap();
    let options = ["--dry-run", "--revision-id", id];
    let answer = rolled_back(&store, &options);
    assert!(store.files() == files);
    let mut expected = before.clone();
    expected["FunctionVersion"] = json!("1");
    assert_eq!(answer, expected);
    let options = ["--dry-run", "--to", "1"];
    assert_eq!(rolled_back(&store, &options), expected);
}

#[test]
fn a_history_that_is_damaged_is_not_guessed_over() {
    let store = pointed_to(&["1", "2"]);
    for _ in 0..20 {
        store.configure("hello", &["--timeout", "5"]).succeeded();
    }
    let history = store.text("hello/history.jsonl");
    let damaged = history.replacen("\"UpdateAlias\"", "7", 1);
    assert_ne!(damaged, history);
    std::fs::write(store.join("hello/history.jsonl"), damaged).unwrap();
    let parts = ["history.jsonl", "damaged"];
    refused(&store, &[], "ServiceException", &parts);
    rolled_back(&store, &["--to", "1"]);
}

#[test]
fn the_answer_is_picked_from_and_printed_as_text_beside_from_where_to_where() {
    let store = pointed_to(&["1", "2"]);
    let options = ["--query", "[Name, FunctionVersion]", "--output", "text"];
    let ran = rollback(&store, &options);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "live\t1\n", "live: 2 -> 1\n")
    );
}
