//! The format, checked without the tool: a script that was written from `store-example/FORMAT.md`
//! alone finds nothing in stores that are sound, and finds each damage by its name.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{ROLE, TestStore, files_under};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format/check_store.py");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/store-example");
pub(crate) const PAGE: &str = include_str!("../../store-example/FORMAT.md");

/// Text that every escape of canonical JSON has a part in.
const DIFFICULT: &str = "é \u{20ac} \u{1f600} \" \\ / \u{8} \u{c} \n \r \t \u{1} \u{1f} \u{7f}";

/// Runs the script.
#[track_caller]
fn check(path: &Path) -> Output {
    let mut command = Command::new("python3");
    command.args(["-B", SCRIPT]).arg(path);
    command
        .output()
        .unwrap_or_else(|error| panic!("python3 checks the format, and must be there: {error}"))
}

/// Runs the script and the command on a store; sees that they come to the same, and returns the
/// findings as `path: NAME`, sorted.
#[track_caller]
pub(crate) fn findings(store: &TestStore) -> Vec<String> {
    let output = check(&store.path());
    let (found, said) = (text(output.stdout), text(output.stderr));
    assert_eq!(said, "", "the script failed, having found {found}");
    let (notes, found): (Vec<&str>, Vec<&str>) =
        found.lines().partition(|line| line.starts_with("note: "));
    let expected = i32::from(!found.is_empty());
    assert_eq!(output.status.code(), Some(expected), "{found:?}");
    let named = |line: &str| {
        let [path, name, _] = line.splitn(3, ": ").collect::<Vec<_>>()[..] else {
            panic!("{line} is no finding");
        };
        format!("{path}: {name}")
    };
    let findings: BTreeSet<String> = found.into_iter().map(named).collect();
    let notes = notes.iter().map(|line| named(&line["note: ".len()..]));

    let ran = store.run(&["verify", "--output", "json", "--lock-timeout", "0"]);
    assert_eq!(ran.code, Some(expected), "{ran:?}");
    // It may be said that a format is newer.
    let is_warning = |line: &str| line.starts_with("warning: ");
    assert!(ran.stderr.lines().all(is_warning), "{ran:?}");
    let verified: Value = serde_json::from_str(&ran.stdout).unwrap();
    let told = |member: &str| -> BTreeSet<String> {
        let list = verified[member].as_array().unwrap().iter();
        let entry = |entry: &Value| {
            let text = |name: &str| entry[name].as_str().unwrap();
            assert!(!text("Problem").is_empty() && !text("Remedy").is_empty());
            format!("{}: {}", text("Path"), text("Name"))
        };
        list.map(entry).collect()
    };
    assert_eq!(told("Findings"), findings, "{}", ran.stdout);
    assert_eq!(told("Notes"), notes.collect(), "{}", ran.stdout);
    findings.into_iter().collect()
}

pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Sees that the script finds nothing.
#[track_caller]
pub(crate) fn is_sound(store: &TestStore) {
    assert_eq!(findings(store), [""; 0]);
}

/// Copies a directory as git does: neither modes nor times, nor directories with nothing in them.
pub(crate) fn clone(from: &Path, to: &Path) {
    for (name, content) in files_under(from) {
        if from.join(&name).is_file() {
            std::fs::create_dir_all(to.join(&name).parent().unwrap()).unwrap();
            std::fs::write(to.join(&name), content).unwrap();
        }
    }
}

/// Makes a store with the example in it.
fn example() -> TestStore {
    let store = TestStore::nothing();
    clone(Path::new(EXAMPLE), &store.path());
    store
}

/// Makes a store by many operations, and by hand in between: versions 1 and 3, 2 was deleted.
pub(crate) fn made() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &[]).succeeded();
    store
        .publish("hello", &["--description", "given at publish"])
        .succeeded();
    store.update("hello", b"v2", &["--publish"]).succeeded();
    store.edit_config("hello", |config| config["Timeout"] = json!(10));
    store.publish("hello", &[]).succeeded();
    let version = ["--function-name", "hello", "--qualifier", "2"];
    store
        .run(&[&["delete-function"][..], &version].concat())
        .succeeded();
    alias(&store, "hello", "live", "3");
    let weights = "AdditionalVersionWeights={1=0.5}";
    let options = ["--routing-config", weights];
    store.create_alias("canary", "3", &options).succeeded();
    store
        .update_alias("canary", &["--description", "made"])
        .succeeded();
    store.create_alias("gone", "$LATEST", &[]).succeeded();
    store
        .alias("delete-alias", "gone", &[])
        .succeeded_silently();
    store
}

/// Makes a store whose last change published version 1.
pub(crate) fn published() -> TestStore {
    let store = TestStore::with_function("hello");
    store
        .publish("hello", &["--description", "given at publish"])
        .succeeded();
    store
}

/// Places an alias by hand, with the revision id that it has by the page.
pub(crate) fn alias(store: &TestStore, function: &str, name: &str, version: &str) {
    // Long before any change of a test.
    let milliseconds = 1_000_000_000_123;
    let canonical =
        format!(r#"{{"Description":"by hand","FunctionVersion":"{version}","Name":"{name}"}}"#);
    let alias = json!({
        "AliasArn": "not covered",
        "Name": name,
        "FunctionVersion": version,
        "Description": "by hand",
        "RevisionId": fingerprint(milliseconds, &format!("alias:{name}"), &canonical),
    });
    let aliases = store.join(function).join("aliases");
    std::fs::create_dir_all(&aliases).unwrap();
    std::fs::write(aliases.join(format!("{name}.json")), alias.to_string()).unwrap();
}

/// Computes a revision id as the page says it.
pub(crate) fn fingerprint(milliseconds: u64, place: &str, canonical: &str) -> String {
    let hash = Sha256::digest(format!("{milliseconds}\n{place}\n{canonical}"));
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&hash[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// Replaces a file, whatever its mode.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, content).unwrap();
}

#[test]
fn the_example_is_sound_in_a_fresh_clone_and_goes_on_sound() {
    let store = example();
    is_sound(&store);
    for function in ["hello", "slugify"] {
        store.publish(function, &[]).succeeded();
        store.update(function, b"next", &["--publish"]).succeeded();
        is_sound(&store);
    }
    let versions = |function: &str| {
        let listed = store.run(&[
            "list-versions-by-function",
            "--function-name",
            function,
            "--query",
            "Versions[].Version",
        ]);
        listed.succeeded()
    };
    assert_eq!(versions("hello"), json!(["$LATEST", "1", "2"]));
    // The last publish of the example was of what still stands there.
    assert_eq!(versions("slugify"), json!(["$LATEST", "1", "3", "4", "5"]));
}

#[test]
fn the_history_of_the_example_tells_of_an_edit_by_hand_and_of_a_deleted_version() {
    let history = example().history("slugify");
    assert!(
        history
            .iter()
            .any(|line| line["FoundEdited"] == json!(["config.json"]))
    );
    assert!(
        history
            .iter()
            .any(|line| line["Removed"] == json!([[2, 2]]))
    );
    assert!(history.iter().all(|line| line["By"] == "alice@build7"));
}

#[test]
fn stores_that_the_tool_made_are_sound() {
    is_sound(&TestStore::new());
    is_sound(&made());
    is_sound(&published());
    let store = TestStore::nothing();
    let environment = json!({"Variables": {"DIFFICULT": DIFFICULT, "EMPTY": ""}}).to_string();
    let options = [
        "--publish",
        "--environment",
        &environment,
        "--tags",
        "team=web",
    ];
    store.create("difficult", &options).succeeded();
    is_sound(&store);
    store
        .publish("difficult", &["--description", "é \"\\"])
        .succeeded();
    store.update("difficult", b"v2", &[]).succeeded();
    is_sound(&store);
    store.publish("difficult", &[]).succeeded();
    is_sound(&store);
}

/// A step of whoever works with the function `hello`.
enum Step {
    Run(&'static [&'static str]),
    ByHand(fn(&TestStore)),
}

/// Every command that writes, and edits by hand that the next ones meet. In this order each succeeds,
/// beginning with version 1 published.
const STEPS: &[Step] = &[
    Step::Run(&["create-alias", "--name", "live", "--function-version", "1"]),
    Step::ByHand(|store| store.write_code("hello", b"by hand")),
    Step::Run(&["publish-version"]),
    Step::Run(&[
        "update-alias",
        "--name",
        "live",
        "--function-version",
        "2",
        "--routing-config",
        "AdditionalVersionWeights={1=0.25}",
    ]),
    Step::Run(&["rollback", "--alias", "live"]),
    Step::Run(&["restore", "1"]),
    Step::Run(&["publish-version", "--description", "as it was"]),
    Step::ByHand(|store| {
        let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
        store.place_version("hello", 7, b"placed", &config);
    }),
    Step::Run(&[
        "create-alias",
        "--name",
        "placed",
        "--function-version",
        "7",
    ]),
    Step::ByHand(|store| {
        store.place_alias("placed", &json!({"FunctionVersion": "$LATEST"}));
        store.edit_config("hello", |config| config["Timeout"] = json!(11));
    }),
    Step::Run(&["rollback", "--alias", "placed"]),
    Step::Run(&["restore", "placed"]),
    Step::Run(&["update-function-configuration", "--timeout", "12"]),
    Step::Run(&["publish-version"]),
    Step::Run(&["rollback", "--alias", "placed", "--to", "8"]),
    Step::Run(&["delete-function", "--qualifier", "7"]),
    Step::Run(&["delete-alias", "--name", "live"]),
    Step::Run(&["prune", "--keep-last", "1", "--apply"]),
    Step::Run(&["delete-alias", "--name", "placed"]),
];

/// Does a step, and returns the exit code of a command.
fn take(step: &Step, store: &TestStore) -> i32 {
    match step {
        Step::ByHand(edit) => {
            edit(store);
            0
        }
        Step::Run(words) => {
            let own = ["rollback", "restore", "prune"];
            let function =
                ["hello", "--function-name=hello"][usize::from(!own.contains(&words[0]))];
            let ran = store.run(&[&words[..1], &[function], &words[1..]].concat());
            ran.code.unwrap()
        }
    }
}

#[test]
fn every_command_leaves_a_sound_store_in_any_order() {
    let begin = || {
        let store = TestStore::nothing();
        store.create("hello", &["--publish"]).succeeded();
        store
    };
    let store = begin();
    for (at, step) in STEPS.iter().enumerate() {
        assert_eq!(take(step, &store), 0, "step {at}");
        is_sound(&store);
    }
    let operations = store.history("hello").into_iter();
    let operations: BTreeSet<String> = operations
        .map(|line| line["Operation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(operations.len(), 10, "{operations:?}");

    // In other orders, the last one backwards, some are refused, as of an alias that is not there.
    let count = STEPS.len();
    for stride in [3, 7, 12, count - 1] {
        let store = begin();
        for at in 0..count {
            let code = take(&STEPS[(at + 1) * stride % count], &store);
            assert!([0, 254].contains(&code), "stride {stride}, step {at}");
        }
        is_sound(&store);
        store.publish("hello", &[]).succeeded();
        is_sound(&store);
    }
}

#[test]
fn what_a_person_may_do_is_no_damage() {
    let store = TestStore::made_by_hand("by-hand");
    is_sound(&store);
    alias(&store, "by-hand", "live", "1");
    store.publish("by-hand", &[]).succeeded();
    is_sound(&store);

    store.write_code("by-hand", b"edited");
    let config = r#"{"Runtime": "python3.13", "Handler": "app.handler", "Unknown": [1.50, 2e+3, {"\u00e9\u002f": null}],
        "Role": "arn:aws:iam::123456789012:role/demo", "Description": "\u0041\/ \ud83d\ude00"}"#;
    replace(&store.join("by-hand/$LATEST/config.json"), config);
    is_sound(&store);
    store.publish("by-hand", &[]).succeeded();
    let history = store.history("by-hand");
    assert_eq!(
        history[1]["FoundEdited"],
        json!(["code.zip", "config.json"])
    );
    is_sound(&store);

    store.place_version("by-hand", 7, b"v7", &json!({"Runtime": "python3.13"}));
    std::fs::write(store.join("by-hand/notes.txt"), "notes").unwrap();
    std::fs::write(store.join("by-hand/versions/README"), "notes").unwrap();
    is_sound(&store);
    let options = ["--function-name", "by-hand", "--qualifier", "7"];
    let delete = [&["delete-function"][..], &options].concat();
    store.run(&delete).succeeded();
    assert_eq!(store.history("by-hand")[2]["HighestVersion"], 7);
    is_sound(&store);

    std::fs::rename(store.join("by-hand"), store.join("renamed")).unwrap();
    is_sound(&store);
    store.update("renamed", b"v8", &["--publish"]).succeeded();
    is_sound(&store);

    std::fs::remove_file(store.join("renamed/history.jsonl")).unwrap();
    is_sound(&store);
    store.update("renamed", b"v9", &[]).succeeded();
    is_sound(&store);
}

#[test]
fn a_first_change_that_moves_nothing_leaves_a_sound_store() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 1, b"v1", &json!({"Runtime": "python3.13"}));
    let options = ["--function-name", "hello", "--qualifier", "1"];
    store
        .run(&[&["delete-function"][..], &options].concat())
        .succeeded();
    is_sound(&store);
}

#[test]
fn the_example_of_the_page_is_right() {
    let document =
        r#"{"Description":"What the web site uses","FunctionVersion":"4","Name":"live"}"#;
    assert!(PAGE.contains(&format!("    0\n    alias:live\n    {document}\n")));
    let id = fingerprint(0, "alias:live", document);
    assert!(PAGE.contains(&format!("gives `{id}`")), "{id}");
    let store = example();
    let mut alias = store.json("slugify/aliases/live.json");
    assert_eq!(alias, serde_json::from_str::<Value>(document).unwrap());
    alias["RevisionId"] = json!(id);
    replace(&store.join("slugify/aliases/live.json"), alias.to_string());
    is_sound(&store);
}

#[test]
fn the_script_is_short_and_refuses_what_is_no_directory() {
    let script = std::fs::read_to_string(SCRIPT).unwrap();
    assert!(script.lines().count() <= 120);
    let output = check(Path::new(SCRIPT));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(output.stderr), "usage: check_store.py STORE\n");
}
