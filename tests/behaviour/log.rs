//! `log`: the versions of a function and what happened to it, newest first.

use std::fs;

use lambda_store::api::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::support::{ROLE, TestStore, masked, says, sha256_hex};

const OPERATION: &str = "Log";

/// A configuration of a version, as it may be placed by hand.
fn config() -> Value {
    json!({
        "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "CodeSize": 118,
        "CodeSha256": "4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=",
        "LastModified": "2026-11-23T10:15:00.123+0000"
    })
}

fn place_versions(store: &TestStore, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        store.place_version("hello", number, b"placed", &config());
    }
}

/// Writes a history of changes, each with the members that it has beside those of every line, an hour
/// apart; all versions of the function that it made stand there, unless it removed them.
fn write_history(store: &TestStore, changes: &[Value]) {
    let mut facts = store.history("hello").pop().unwrap();
    let mut highest = 0;
    let mut text = String::new();
    for (hour, change) in changes.iter().enumerate() {
        let time = Timestamp::from_milliseconds(1_795_515_300_123 + hour as u64 * 3_600_000);
        let time = time.to_string();
        let mut line = json!({
            "Format": 1, "Time": time, "By": "alice@build7", "Token": format!("{hour:08}"),
            "Latest": facts["Latest"].take(),
        });
        facts["Latest"] = line["Latest"].clone();
        for (name, value) in change.as_object().unwrap() {
            line[name] = value.clone();
        }
        for made in line["Made"].as_array_mut().into_iter().flatten() {
            let number = made.as_u64().unwrap();
            highest = highest.max(number);
            *made = json!({"Version": number, "ConfigSha256": "00", "Published": time});
        }
        line["HighestVersion"] = change
            .get("HighestVersion")
            .cloned()
            .unwrap_or(json!(highest));
        let last = text.lines().next_back();
        if let Some(previous) = last.map(|line: &str| sha256_hex(line.as_bytes())) {
            line["Previous"] = json!(previous);
        }
        line.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        text += &(line.to_string() + "\n");
    }
    fs::write(store.join("hello/history.jsonl"), text).unwrap();
}

/// Returns the document of a log.
#[track_caller]
fn document(store: &TestStore, options: &[&str]) -> Value {
    let json = ["--output", "json"];
    store.log("hello", &[&json, options].concat()).succeeded()
}

#[track_caller]
fn entries(store: &TestStore, options: &[&str]) -> Vec<Value> {
    let document = document(store, options);
    document["Entries"].as_array().unwrap().clone()
}

/// Returns the numbers of the versions that are told.
#[track_caller]
fn numbers(store: &TestStore, options: &[&str]) -> Vec<u64> {
    let number = |entry: &Value| entry["Version"].as_str()?.parse().ok();
    entries(store, options).iter().filter_map(number).collect()
}

/// Sees that a log of so many lines is the beginning of the whole one, for every number of lines.
#[track_caller]
fn check_beginnings(store: &TestStore, options: &[&str]) {
    let whole = entries(store, options);
    for count in 1..=whole.len() + 1 {
        let number = count.to_string();
        let some = entries(store, &[options, &["--max-items", &number]].concat());
        assert_eq!(
            some,
            whole[..count.min(whole.len())],
            "--max-items {number}"
        );
    }
}

/// A function with four versions, of which the second was deleted, and aliases; `$LATEST` has other
/// code.
fn with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"two", &["--publish"]).succeeded();
    store.configure("hello", &["--timeout", "9"]).succeeded();
    store
        .publish("hello", &["--description", "Waits longer"])
        .succeeded();
    store.delete("hello", &["--qualifier", "2"]);
    store.configure("hello", &["--timeout", "10"]).succeeded();
    store.update("hello", b"four", &["--publish"]).succeeded();
    store.update("hello", b"five", &[]).succeeded();
    store.place_alias("beta", &json!({"FunctionVersion": "4"}));
    store.place_alias("dev", &json!({"FunctionVersion": "$LATEST"}));
    store.place_alias(
        "live",
        &json!({
            "FunctionVersion": "3",
            "RoutingConfig": {"AdditionalVersionWeights": {"4": 0.1}}
        }),
    );
    store
}

#[test]
fn versions_are_told_newest_first_a_line_each() {
    let store = with_versions();
    let ran = store.log("hello", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(masked(&ran.stdout), @"
    $LATEST  YYYY-MM-DD hh:mm  dev             114 B  h23CYM+B  code since 4
    4        YYYY-MM-DD hh:mm  beta, live 10%  114 B  G+8Zkoja  both
    3        YYYY-MM-DD hh:mm  live 90%        113 B  q939SBRr  both   Waits longer
    1        YYYY-MM-DD hh:mm                  112 B  eyq/JXwH  first
    ");
    let ran = store.log("hello", &["--oneline"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @"
    $LATEST  dev             code since 4
    4        beta, live 10%
    3        live 90%        Waits longer
    1
    ");
    let whole = store.log("hello", &[]).stdout;
    let some = store.log("hello", &["--max-items", "1"]).stdout;
    assert_eq!(some.lines().count(), 2);
    says(&some, &["$LATEST", "\n4  "]);
    assert_eq!(whole.lines().count(), 4);
}

#[test]
fn what_happened_in_between_is_told_on_request() {
    let store = with_versions();
    store.edit_config("hello", |config| config["Timeout"] = json!(11));
    store.publish("hello", &[]).succeeded();
    let ran = store.log("hello", &["--all"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let host = fancy_regex::Regex::new(r"\(alice@[^)]+\)").unwrap();
    let shown = host.replace_all(&ran.stdout, "(alice@host)");
    insta::assert_snapshot!(masked(&shown), @"
    $LATEST  YYYY-MM-DD hh:mm  dev             114 B  h23CYM+B  same as 5
    5        YYYY-MM-DD hh:mm                  114 B  h23CYM+B  both
             YYYY-MM-DD hh:mm  found edited by hand: config.json (alice@host)
             YYYY-MM-DD hh:mm  code updated (alice@host)
    4        YYYY-MM-DD hh:mm  beta, live 10%  114 B  G+8Zkoja  both
             YYYY-MM-DD hh:mm  configuration updated (alice@host)
             YYYY-MM-DD hh:mm  version 2 deleted (alice@host)
    3        YYYY-MM-DD hh:mm  live 90%        113 B  q939SBRr  both   Waits longer
             YYYY-MM-DD hh:mm  configuration updated (alice@host)
             YYYY-MM-DD hh:mm  code updated; version 2 published, deleted since (alice@host)
    1        YYYY-MM-DD hh:mm                  112 B  eyq/JXwH  first
             YYYY-MM-DD hh:mm  created (alice@host)
    ");
    check_beginnings(&store, &["--all"]);
}

#[test]
fn what_each_command_did_is_told() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    for content in [b"two", b"333"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    let weights = ["--routing-config", "AdditionalVersionWeights={2=0.25}"];
    store.create_alias("live", "1", &weights).succeeded();
    let to_three = ["--function-version", "3", "--routing-config", "{}"];
    store.update_alias("live", &to_three).succeeded();
    let live = ["rollback", "hello", "--alias", "live"];
    assert_eq!(store.run(&live).code, Some(0));
    let back = [&live[..], &["--to", "3"]].concat();
    assert_eq!(store.run(&back).code, Some(0));
    store.write_code("hello", b"by hand");
    store.run(&["restore", "hello", "1"]).succeeded();
    store.publish("hello", &[]).succeeded();
    let prune = ["prune", "hello", "--keep-last", "1", "--apply"];
    assert_eq!(store.run(&prune).code, Some(0));
    store
        .alias("delete-alias", "live", &[])
        .succeeded_silently();
    store.delete("hello", &["--qualifier", "3"]).succeeded();
    let ran = store.log("hello", &["--all"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let host = fancy_regex::Regex::new(r"\(alice@[^)]+\)").unwrap();
    let shown = host.replace_all(&ran.stdout, "(alice@host)");
    insta::assert_snapshot!(masked(&shown), @"
    $LATEST  YYYY-MM-DD hh:mm  112 B  eyq/JXwH  same as 4
             YYYY-MM-DD hh:mm  version 3 deleted (alice@host)
             YYYY-MM-DD hh:mm  live deleted, was on 3 (alice@host)
             YYYY-MM-DD hh:mm  versions 1-2 pruned (alice@host)
    4        YYYY-MM-DD hh:mm  112 B  eyq/JXwH  first
             YYYY-MM-DD hh:mm  $LATEST restored to version 1; found edited by hand: code.zip (alice@host)
             YYYY-MM-DD hh:mm  rolled back; live: 1 with 25% to 2 -> 3 (alice@host)
             YYYY-MM-DD hh:mm  rolled back; live: 3 -> 1 with 25% to 2 (alice@host)
             YYYY-MM-DD hh:mm  live: 1 with 25% to 2 -> 3 (alice@host)
             YYYY-MM-DD hh:mm  live made, on 1 with 25% to 2 (alice@host)
             YYYY-MM-DD hh:mm  code updated; version 3 published, deleted since (alice@host)
             YYYY-MM-DD hh:mm  code updated; version 2 published, deleted since (alice@host)
             YYYY-MM-DD hh:mm  created; version 1 published, deleted since (alice@host)
    ");
    check_beginnings(&store, &["--all"]);
}

/// Returns the change of an alias; null stands for nothing.
fn moved(operation: &str, from: &Value, to: &Value) -> Value {
    let mut alias = json!({"Name": "live", "From": from, "To": to, "RevisionId": "x"});
    let is_gone = to.is_null();
    let members = alias.as_object_mut().unwrap();
    members.retain(|name, value| !(value.is_null() || is_gone && name == "RevisionId"));
    json!({"Operation": operation, "Aliases": [alias]})
}

/// Returns a change of every kind that a history has, in the form that the format gives it.
fn every_kind_of_change() -> Vec<Value> {
    let [five, six] = ["5", "6"].map(|version| json!({"FunctionVersion": version}));
    let weights = json!({"AdditionalVersionWeights": {"6": 0.125}});
    let shared = json!({"FunctionVersion": "5", "RoutingConfig": weights});
    let described = json!({"FunctionVersion": "6", "Description": "new"});
    let edited = ["config.json", "code.zip"];
    vec![
        json!({"Operation": "CreateFunction", "Made": [1]}),
        json!({"Operation": "UpdateFunctionConfiguration", "FoundEdited": edited}),
        json!({"Operation": "Import", "Made": [2, 3, 4, 5, 6]}),
        moved("CreateAlias", &json!(null), &five),
        moved("UpdateAlias", &five, &shared),
        moved("UpdateAlias", &shared, &six),
        moved("UpdateAlias", &six, &described),
        moved("UpdateAlias", &described, &described),
        json!({"Operation": "UpdateFunctionCode"}),
        json!({"Operation": "UpdateFunctionCode", "Made": [7]}),
        json!({"Operation": "PublishVersion", "Made": [8], "FoundEdited": ["code.zip"]}),
        moved("Rollback", &six, &five),
        json!({"Operation": "Restore", "Restored": 6}),
        json!({"Operation": "TagResource"}),
        json!({"Operation": "UntagResource"}),
        json!({"Operation": "DeleteFunction", "Removed": [[8, 8]]}),
        json!({"Operation": "Prune", "Removed": [[1, 3], [5, 5]]}),
        moved("DeleteAlias", &six, &json!(null)),
        json!({"Operation": "PublishVersion", "Made": [9]}),
        json!({"Operation": "Paint\u{1b}[31mRed"}),
    ]
}

#[test]
fn each_kind_of_change_is_told_in_words() {
    let store = TestStore::with_function("hello");
    place_versions(&store, [6, 7, 9]);
    write_history(&store, &every_kind_of_change());
    let ran = store.log("hello", &["--all"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let (_, below_latest) = ran.stdout.split_once('\n').unwrap();
    insta::assert_snapshot!(below_latest, @r#"
             2026-11-25 05:15  Paint\u{1b}[31mRed (alice@build7)
    9        2026-11-25 04:15  118 B  4ZoiH0ux  same
             2026-11-25 03:15  live deleted, was on 6 (alice@build7)
             2026-11-25 02:15  versions 1-3, 5 pruned (alice@build7)
             2026-11-25 01:15  version 8 deleted (alice@build7)
             2026-11-25 00:15  tags removed (alice@build7)
             2026-11-24 23:15  tags set (alice@build7)
             2026-11-24 22:15  $LATEST restored to version 6 (alice@build7)
             2026-11-24 21:15  rolled back; live: 6 -> 5 (alice@build7)
             2026-11-24 20:15  version 8 published, deleted since; found edited by hand: code.zip (alice@build7)
    7        2026-11-24 19:15  118 B  4ZoiH0ux  same
             2026-11-24 18:15  code updated (alice@build7)
             2026-11-24 17:15  live: unchanged (alice@build7)
             2026-11-24 16:15  live: description changed (alice@build7)
             2026-11-24 15:15  live: 5 with 12.5% to 6 -> 6 (alice@build7)
             2026-11-24 14:15  live: 5 -> 5 with 12.5% to 6 (alice@build7)
             2026-11-24 13:15  live made, on 5 (alice@build7)
    6        2026-11-24 12:15  118 B  4ZoiH0ux  first
             2026-11-24 12:15  imported versions 2-6; versions 2-5 deleted since (alice@build7)
             2026-11-24 11:15  configuration updated; found edited by hand: config.json, code.zip (alice@build7)
             2026-11-24 10:15  created; version 1 published, deleted since (alice@build7)
    "#);
    check_beginnings(&store, &["--all"]);
}

#[test]
fn each_kind_of_change_is_told_to_scripts() {
    let store = TestStore::with_function("hello");
    place_versions(&store, [6, 7, 9]);
    write_history(&store, &every_kind_of_change());
    let told = "Gone || Removed || Restored || Aliases[?From.RoutingConfig]";
    let query = format!("Entries[?Type=='Change'] | [?{told}]");
    let told = store
        .log("hello", &["--all", "--query", &query])
        .succeeded();
    let told = told.as_array().unwrap().iter().map(Value::to_string);
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    {"Type":"Change","Time":"2026-11-25T02:15:00.123+0000","Operation":"Prune","By":"alice@build7","Removed":[["1","3"],["5","5"]]}
    {"Type":"Change","Time":"2026-11-25T01:15:00.123+0000","Operation":"DeleteFunction","By":"alice@build7","Removed":[["8","8"]]}
    {"Type":"Change","Time":"2026-11-24T22:15:00.123+0000","Operation":"Restore","By":"alice@build7","Restored":"6"}
    {"Type":"Change","Time":"2026-11-24T20:15:00.123+0000","Operation":"PublishVersion","By":"alice@build7","Made":["8"],"Gone":["8"],"FoundEdited":["code.zip"]}
    {"Type":"Change","Time":"2026-11-24T15:15:00.123+0000","Operation":"UpdateAlias","By":"alice@build7","Aliases":[{"Name":"live","From":{"FunctionVersion":"5","RoutingConfig":{"AdditionalVersionWeights":{"6":0.125}}},"To":{"FunctionVersion":"6"}}]}
    {"Type":"Change","Time":"2026-11-24T12:15:00.123+0000","Operation":"Import","By":"alice@build7","Made":["2","3","4","5","6"],"Gone":["2","3","4","5"]}
    {"Type":"Change","Time":"2026-11-24T10:15:00.123+0000","Operation":"CreateFunction","By":"alice@build7","Made":["1"],"Gone":["1"]}
    "#);
}

#[test]
fn a_script_reads_a_document() {
    let store = with_versions();
    let ran = store.log("hello", &["--output", "json", "--max-items", "1"]);
    let host = fancy_regex::Regex::new("alice@[^\"]+").unwrap();
    let shown = host.replace_all(&ran.stdout, "alice@host");
    insta::assert_snapshot!(masked(&shown), @r#"
    {
        "FunctionName": "hello",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
        "Latest": {
            "Reason": "Changed",
            "LastPublished": "4",
            "Changed": [
                "Code"
            ],
            "FoundEdited": [],
            "LastModified": "<time>",
            "CodeSha256": "h23CYM+BQg/1Dfh9HVtl+yg4z+JbUQ8lS3KcRbswyfA=",
            "CodeSize": 114,
            "Description": "",
            "RevisionId": "<revision id>",
            "Aliases": [
                {
                    "Name": "dev",
                    "Weight": 1
                }
            ]
        },
        "Entries": [
            {
                "Type": "Version",
                "Version": "4",
                "Published": "<time>",
                "By": "alice@host",
                "Aliases": [
                    {
                        "Name": "beta",
                        "Weight": 1
                    },
                    {
                        "Name": "live",
                        "Weight": 0.1
                    }
                ],
                "CodeSha256": "G+8ZkojaJ3JMGkqy/i8q29g5WlaHqlt0i6tu3X5uLMc=",
                "CodeSize": 114,
                "ComparedWith": "3",
                "Changed": [
                    "Code",
                    "Configuration",
                    "Description"
                ],
                "Description": ""
            }
        ]
    }
    "#);
    let ran = store.log(
        "hello",
        &[
            "--query",
            "Entries[].[Version, Changed[0]]",
            "--output",
            "text",
        ],
    );
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "4\tCode\n3\tCode\n1\tNone\n")
    );
}

/// Returns what the line of `$LATEST` says of what was published last.
#[track_caller]
fn verdict(store: &TestStore) -> (String, Value) {
    let lines = store.log("hello", &["--oneline"]).stdout;
    let (_, verdict) = lines.lines().next().unwrap().split_once("  ").unwrap();
    (verdict.to_owned(), document(store, &[])["Latest"].take())
}

#[test]
fn latest_says_whether_and_how_it_differs_from_what_was_published_last() {
    let store = TestStore::with_function("hello");
    let check = |words: &str, reason: &str, changed: Option<Value>| {
        let (said, latest) = verdict(&store);
        assert_eq!(said, words);
        assert_eq!(latest["Reason"], reason);
        assert_eq!(latest.get("Changed"), changed.as_ref());
        // `status` compares alike.
        let status = store
            .run(&["status", "hello", "--output", "json"])
            .succeeded();
        assert_eq!(status["Reason"], reason);
    };
    let parts = |parts: &[&str]| Some(json!(parts));
    check("nothing published", "NeverPublished", None);
    // A description given to the version is no change of `$LATEST`.
    store
        .publish("hello", &["--description", "first"])
        .succeeded();
    check("same as 1", "Unchanged", parts(&[]));
    store.update("hello", b"other", &[]).succeeded();
    check("code since 1", "Changed", parts(&["Code"]));
    store.configure("hello", &["--timeout", "9"]).succeeded();
    check("both since 1", "Changed", parts(&["Code", "Configuration"]));
    store.update("hello", b"v0", &[]).succeeded();
    check(
        "configuration since 1",
        "Changed",
        parts(&["Configuration"]),
    );
    store
        .configure("hello", &["--timeout", "3", "--description", "new"])
        .succeeded();
    check("description since 1", "Changed", parts(&["Description"]));
    store.write_code("hello", b"by hand");
    check(
        "code since 1, edited by hand",
        "Changed",
        parts(&["Code", "Description"]),
    );
    store.publish("hello", &[]).succeeded();
    check("same as 2", "Unchanged", parts(&[]));
    store.delete("hello", &["--qualifier", "2"]);
    check("2 was deleted", "LastPublishedDeleted", None);
}

#[test]
fn a_function_without_versions_has_one_line() {
    let store = TestStore::with_function("hello");
    for options in [&[][..], &["--max-items", "5"]] {
        assert_eq!(store.log("hello", options).stdout.lines().count(), 1);
        assert_eq!(entries(&store, options), [json!(null); 0]);
    }
    let made = entries(&store, &["--all"]);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["Operation"], "CreateFunction");
}

#[test]
fn a_version_is_compared_with_the_one_before_it_that_is_there() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"two", &["--publish"]).succeeded();
    store.configure("hello", &["--timeout", "9"]).succeeded();
    store.update("hello", b"v0", &["--publish"]).succeeded();
    store
        .configure("hello", &["--description", "new"])
        .succeeded();
    store.publish("hello", &[]).succeeded();
    let told = || {
        let members = "[Version, ComparedWith, join(',', Changed || `[]`)]";
        let query = format!("Entries[].{members}");
        store.log("hello", &["--query", &query]).succeeded()
    };
    assert_eq!(
        told(),
        json!([
            ["4", "3", "Description"],
            ["3", "2", "Code,Configuration"],
            ["2", "1", "Code"],
            ["1", null, ""]
        ])
    );
    store.delete("hello", &["--qualifier", "2"]);
    assert_eq!(told()[1], json!(["3", "1", "Configuration"]));
    // One that is broken cannot be compared with.
    fs::remove_file(store.join("hello/versions/3/config.json")).unwrap();
    assert_eq!(told()[0], json!(["4", "1", "Configuration,Description"]));
    store.delete("hello", &["--qualifier", "3"]);
    store
        .configure("hello", &["--timeout", "3", "--description", ""])
        .succeeded();
    store.publish("hello", &[]).succeeded();
    store.delete("hello", &["--qualifier", "4"]);
    assert_eq!(told(), json!([["5", "1", ""], ["1", null, ""]]));
    says(&store.log("hello", &[]).stdout, &["  same\n"]);
}

#[test]
fn a_log_leads_across_gaps_and_to_versions_placed_above_the_highest() {
    let store = TestStore::made_by_hand("hello");
    place_versions(&store, [1, 100, 1000, 1001]);
    store.publish("hello", &[]).succeeded();
    place_versions(&store, [1003, 1100, 1300]);
    let whole = [1300, 1100, 1003, 1002, 1001, 1000, 100, 1];
    assert_eq!(numbers(&store, &[]), whole);
    check_beginnings(&store, &[]);
    check_beginnings(&store, &["--all"]);
    // Above a wide gap, only who reads the whole log finds it.
    place_versions(&store, [50_000, u64::MAX]);
    assert_eq!(numbers(&store, &[])[..3], [u64::MAX, 50_000, 1300]);
    assert_eq!(numbers(&store, &["--max-items", "2"]), [1300, 1100]);
    fs::remove_file(store.join("hello/history.jsonl")).unwrap();
    assert_eq!(numbers(&store, &["--max-items", "2"]), [u64::MAX, 50_000]);
    check_beginnings(&store, &[]);
}

#[test]
fn a_version_that_no_line_tells_of_was_placed_by_hand() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    place_versions(&store, [2]);
    store.update("hello", b"three", &["--publish"]).succeeded();
    place_versions(&store, [4]);
    let by_hand = |store: &TestStore| {
        let query = "Entries[].[Version, PlacedByHand, Published != null]";
        store.log("hello", &["--query", query]).succeeded()
    };
    assert_eq!(
        by_hand(&store),
        json!([
            ["4", true, false],
            ["3", null, true],
            ["2", true, false],
            ["1", null, true]
        ])
    );
    let shown = masked(&store.log("hello", &[]).stdout);
    says(
        &shown,
        &["\n4        placed by hand ", "\n3        YYYY-MM-DD hh:mm "],
    );
    // In time order they stand where the versions around them do.
    let all = entries(
        &store,
        &[
            "--all",
            "--query",
            "{Entries: Entries[].[Version, Operation]}",
        ],
    );
    assert_eq!(
        json!(all),
        json!([
            ["4", null],
            ["3", null],
            ["2", null],
            ["1", null],
            [null, "CreateFunction"]
        ])
    );
    check_beginnings(&store, &["--all"]);
    fs::remove_file(store.join("hello/history.jsonl")).unwrap();
    let all = by_hand(&store);
    let all = all.as_array().unwrap();
    assert!(
        all.len() == 4 && all.iter().all(|entry| entry[1] == true),
        "{all:?}"
    );
    assert_eq!(entries(&store, &["--all"]).len(), 4);
}

#[test]
fn a_version_placed_under_a_number_that_was_removed_is_not_the_one_that_was_published() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"two", &["--publish"]).succeeded();
    store.update("hello", b"three", &["--publish"]).succeeded();
    store.delete("hello", &["--qualifier", "2"]);
    store.update("hello", b"four", &["--publish"]).succeeded();
    place_versions(&store, [2]);
    let told = |options: &[&str]| -> Vec<Value> {
        let told = entries(&store, options).into_iter();
        told.map(|entry| {
            json!([
                entry["Version"],
                entry["PlacedByHand"],
                !entry["Published"].is_null(),
                entry["Gone"]
            ])
        })
        .collect()
    };
    let version = |number: &str| json!([number, null, true, null]);
    let by_hand = json!(["2", true, false, null]);
    assert_eq!(
        told(&[]),
        [version("4"), version("3"), by_hand.clone(), version("1")]
    );
    // What became of the one that was published is told even so.
    let gone = json!([null, null, false, ["2"]]);
    let change = json!([null, null, false, null]);
    assert_eq!(
        told(&["--all"]),
        [
            version("4"),
            change.clone(),
            version("3"),
            by_hand,
            gone,
            version("1"),
            change
        ]
    );
    check_beginnings(&store, &["--all"]);
}

#[test]
fn what_is_broken_is_told_in_its_line_and_the_rest_is_told() {
    let store = with_versions();
    place_versions(&store, [5, 6]);
    fs::write(store.join("hello/versions/5/config.json"), "{\"Runt").unwrap();
    fs::remove_file(store.join("hello/versions/3/code.zip")).unwrap();
    let ran = store.log("hello", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let shown = masked(&ran.stdout).replace(&store.path().display().to_string(), "STORE");
    insta::assert_snapshot!(shown, @"
    $LATEST  YYYY-MM-DD hh:mm  dev             114 B  h23CYM+B  code since 4
    6        placed by hand                    118 B  4ZoiH0ux  both
    5        placed by hand                    broken: STORE/hello/versions/5/config.json: line 1: not JSON: EOF while parsing a string (column 6)
    4        YYYY-MM-DD hh:mm  beta, live 10%  114 B  G+8Zkoja  both
    3        YYYY-MM-DD hh:mm  live 90%        broken: STORE/hello/versions/3/code.zip: the file is missing; put it back from a copy, or delete the version with delete-function --qualifier 3
    1        YYYY-MM-DD hh:mm                  112 B  eyq/JXwH  first
    ");
    check_beginnings(&store, &[]);
    let broken = entries(&store, &["--query", "{Entries: Entries[?Problem].Version}"]);
    assert_eq!(broken, ["5", "3"]);

    // The version published last, and `$LATEST` itself.
    fs::remove_file(store.join("hello/versions/4/config.json")).unwrap();
    let ran = store.log("hello", &["--oneline"]);
    assert_eq!(ran.code, Some(0));
    says(
        &ran.stdout,
        &["$LATEST  dev             cannot be compared\n"],
    );
    says(
        &ran.stderr,
        &[
            "warning: ",
            "versions/4/config.json",
            "lambda-store verify hello",
        ],
    );
    fs::remove_file(store.join("hello/$LATEST/code.zip")).unwrap();
    let ran = store.log("hello", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    says(
        &ran.stdout,
        &["broken: ", "$LATEST/code.zip", "\n6  ", "\n1  "],
    );
    let latest = document(&store, &[])["Latest"].take();
    says(latest["Problem"].as_str().unwrap(), &["$LATEST/code.zip"]);
}

#[test]
fn a_damaged_line_is_told_and_the_rest_is_told() {
    let store = with_versions();
    let text = store.text("hello/history.jsonl");
    let damaged: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.contains(r#""Version":3,"Config"#) {
                "{\"Format\":1,"
            } else {
                line
            }
        })
        .collect();
    fs::write(store.join("hello/history.jsonl"), damaged.join("\n") + "\n").unwrap();
    let ran = store.log("hello", &[]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    says(
        &ran.stderr,
        &[
            "warning: ",
            "hello/history.jsonl",
            "damaged",
            "lambda-store verify hello",
        ],
    );
    let shown = masked(&ran.stdout);
    says(
        &shown,
        &["\n4        YYYY", "\n3        unknown  ", "\n1        YYYY"],
    );
    // Further up than is looked for, it is not met.
    let ran = store.log("hello", &["--max-items", "1"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let published = store.log(
        "hello",
        &[
            "--query",
            "Entries[].[Version, Published != null, PlacedByHand]",
        ],
    );
    let published: Value = serde_json::from_str(&published.stdout).unwrap();
    assert_eq!(
        published,
        json!([["4", true, null], ["3", false, null], ["1", true, null]])
    );
}

#[test]
fn aliases_that_cannot_be_shown_are_told_on_stderr() {
    let store = with_versions();
    store.place_alias("lost", &json!({"FunctionVersion": "2"}));
    let ran = store.log("hello", &["--max-items", "1"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stderr,
        "warning: the alias lost points to version 2, which is not there; `lambda-store verify \
         hello` says all that is wrong\n"
    );
    fs::write(store.join("hello/aliases/lost.json"), "{}").unwrap();
    store.place_alias("sound", &json!({"FunctionVersion": "1"}));
    let ran = store.log("hello", &["--oneline"]);
    assert_eq!(ran.code, Some(0));
    says(
        &ran.stderr,
        &[
            "warning: the alias lost is not shown: ",
            "hello/aliases/lost.json",
        ],
    );
    assert_eq!(ran.stdout.lines().count(), 4);
    assert!(ran.stdout.ends_with("\n1        sound\n"), "{}", ran.stdout);
}

#[test]
fn many_aliases_stand_in_their_line_and_move_no_other() {
    let store = with_versions();
    for number in 0..100 {
        let name = format!("stage-{number:02}");
        store.place_alias(&name, &json!({"FunctionVersion": "1"}));
    }
    let shown = store.log("hello", &[]).stdout;
    let lines: Vec<&str> = shown.lines().collect();
    says(lines[3], &["  stage-00, stage-01, ", ", stage-99  112 B  "]);
    assert!(lines[..3].iter().all(|line| line.len() < 120), "{shown}");
    let aliases = entries(&store, &[]).pop().unwrap()["Aliases"].take();
    assert_eq!(aliases.as_array().unwrap().len(), 100);
    assert_eq!(aliases[99], json!({"Name": "stage-99", "Weight": 1}));
}

#[test]
fn shares_of_an_alias_are_told_on_each_of_its_versions() {
    let store = with_versions();
    let query = "[Latest.Aliases, Entries[].Aliases]";
    let [latest, versions]: [Value; 2] =
        serde_json::from_value(store.log("hello", &["--query", query]).succeeded()).unwrap();
    assert_eq!(latest, json!([{"Name": "dev", "Weight": 1}]));
    assert_eq!(
        versions,
        json!([
            [{"Name": "beta", "Weight": 1}, {"Name": "live", "Weight": 0.1}],
            [{"Name": "live", "Weight": 0.9}],
            []
        ])
    );
}

/// A change whose line is flushed is done, though its files still lie in `.staging`.
#[test]
fn a_change_that_is_not_in_place_yet_is_told_as_done() {
    let store = with_versions();
    let mut line = store.history("hello").pop().unwrap();
    let on = |version: &str| json!({"FunctionVersion": version});
    line["Time"] = json!("2099-01-01T00:00:00.000+0000");
    line["Operation"] = json!("Prune");
    line["Token"] = json!("k3j9x2ab");
    line["Removed"] = json!([[1, 1]]);
    line["Aliases"] = json!([
        {"Name": "live", "From": on("3"), "To": on("4"), "RevisionId": "x"},
        {"Name": "beta", "From": on("4")},
        {"Name": "new", "To": on("3"), "RevisionId": "x"},
    ]);
    let text = store.text("hello/history.jsonl");
    line["Previous"] = json!(sha256_hex(text.lines().next_back().unwrap().as_bytes()));
    fs::write(store.join("hello/history.jsonl"), format!("{text}{line}\n")).unwrap();
    let stage = |name: &str, content: &Value| {
        let path = format!("hello/.staging/k3j9x2ab.{name}");
        fs::write(store.join(&path), content.to_string()).unwrap();
    };
    fs::write(store.join("hello/.staging/k3j9x2ab.change"), "").unwrap();
    stage("alias-live.json", &on("4"));
    stage("alias-new.json", &on("3"));
    let shown = store.log("hello", &["--oneline", "--all", "--max-items", "3"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    says(
        &shown.stdout,
        &["version 1 pruned; live: 3 -> 4; beta deleted, was on 4; new made, on 3"],
    );
    says(&shown.stdout, &["\n4        live\n"]);
    assert_eq!(numbers(&store, &[]), [4, 3]);
    let aliases = "[].Aliases[].Name";
    let aliases = store
        .log("hello", &["--query", &format!("Entries{aliases}")])
        .succeeded();
    assert_eq!(aliases, json!(["live", "new"]));
}

#[test]
fn a_log_during_publishes_tells_one_state() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 2..=30 {
                let content = format!("version {number}");
                store
                    .update("hello", content.as_bytes(), &["--publish"])
                    .succeeded();
            }
            is_over.store(true, Ordering::SeqCst);
        });
        let readers = [&[][..], &["--max-items", "40"]].map(|options| {
            let (store, is_over) = (&store, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    let log = document(store, options);
                    let entries = log["Entries"].as_array().unwrap();
                    // What was made after the state was read does not belong to it.
                    assert_eq!(
                        log["Latest"]["LastPublished"], entries[0]["Version"],
                        "{log}"
                    );
                    assert_eq!(log["Latest"]["Reason"], "Unchanged", "{log}");
                    for (entry, number) in entries.iter().rev().zip(1..) {
                        assert_eq!(entry["Version"], number.to_string());
                        assert!(entry["Published"].is_string(), "{log}");
                    }
                }
            })
        });
        for reader in readers {
            reader.join().unwrap();
        }
    });
    assert_eq!(entries(&store, &[]).len(), 30);
}

#[test]
fn who_has_seen_enough_hears_of_no_error() {
    use std::process::{Command, Stdio};
    let store = with_versions();
    let run = |options: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
            .env_clear()
            .env("LAMBDA_STORE", store.path())
            .args([&["log", "hello"], options].concat())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for options in [&[][..], &["--all"], &["--oneline"]] {
        assert_eq!(run(options), (Some(0), String::new()), "{options:?}");
    }
    // A script needs all of a document.
    assert_eq!(run(&["--output", "json"]).0, Some(255));
}

#[test]
fn texts_of_files_cannot_move_the_cursor_and_secrets_are_not_told() {
    let store = with_versions();
    let mut config = config();
    config["Description"] = json!("red \u{1b}[31m\nnext line");
    config["Environment"] = json!({"Variables": {"TOKEN": "hunter2"}});
    store.place_version("hello", 5, b"placed", &config);
    let ran = store.log("hello", &[]);
    says(&ran.stdout, &[r"red \u{1b}[31m\u{a}next line"]);
    assert_eq!(ran.stdout.lines().count(), 5);
    for options in [&[][..], &["--all"], &["--output", "json", "--all"]] {
        let ran = store.log("hello", options);
        assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
    }
    let coloured = store.log("hello", &["--color", "on"]).stdout;
    assert!(
        coloured.contains("\u{1b}[1m") && !coloured.contains("\u{1b}[31m\n"),
        "{coloured:?}"
    );
}

#[test]
fn a_log_of_ten_thousand_versions_is_whole() {
    let store = TestStore::with_function("hello");
    place_versions(&store, [1]);
    let first = store.join("hello/versions/1");
    for number in 2..=10_000 {
        let version = store.join(&format!("hello/versions/{number}"));
        fs::create_dir(&version).unwrap();
        // Names for one file are made in half the time that files are.
        for file in ["code.zip", "config.json"] {
            fs::hard_link(first.join(file), version.join(file)).unwrap();
        }
    }
    let published = |number: u64| json!({"Operation": "PublishVersion", "Made": [number]});
    let changes: Vec<Value> = (1..=10_000).map(published).collect();
    write_history(&store, &changes);
    let ran = store.log("hello", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 10_001);
    for (line, number) in lines[1..].iter().zip((1..=10_000).rev()) {
        assert!(line.starts_with(&format!("{number:<7}  20")), "{line}");
    }
    let newest: Vec<u64> = (9981..=10_000).rev().collect();
    assert_eq!(numbers(&store, &["--max-items", "20"]), newest);
}

#[test]
fn wrong_usage_and_unknown_functions_are_refused() {
    let store = with_versions();
    for options in [
        &["--max-items", "0"][..],
        &["--max-items", "x"],
        &["--page-size", "5"],
    ] {
        store.log("hello", options).failed(252);
    }
    store.log("", &[]).failed(252);
    let message = store.log("helo", &[]);
    says(
        message.failed_with("ResourceNotFoundException", OPERATION),
        &["hello"],
    );
    for name in ["hello:live", "hello:3"] {
        let ran = store.log(name, &[]);
        says(
            ran.failed_with("InvalidParameterValueException", OPERATION),
            &[name],
        );
    }
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:hello";
    assert_eq!(store.log(arn, &[]), store.log("hello", &[]));
    assert_eq!(
        store.log("hello", &["--max-items", "999999999999"]),
        store.log("hello", &[])
    );
}

#[test]
fn a_log_is_a_look_and_nothing_more() {
    let store = with_versions();
    let before = store.files();
    let lock = store.hold_lock("hello");
    for options in [&[][..], &["--all"], &["--max-items", "1"]] {
        let ran = store.log("hello", &[&["--lock-timeout", "0"], options].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    }
    drop(lock);
    assert_eq!(store.files(), before);
}
