//! The format, checked without the tool: a script that was written from `store-example/FORMAT.md`
//! alone finds nothing in stores that are sound, and finds each damage by its name.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{TestStore, files_under, modified, set_modified};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format/check_store.py");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/store-example");
const PAGE: &str = include_str!("../../store-example/FORMAT.md");

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

/// Runs the script on a store; returns its findings as `path: NAME`.
#[track_caller]
fn findings(store: &Path) -> Vec<String> {
    let output = check(store);
    let (found, said) = (text(output.stdout), text(output.stderr));
    assert_eq!(said, "", "the script failed, having found {found}");
    let expected = i32::from(!found.is_empty());
    assert_eq!(output.status.code(), Some(expected), "{found}");
    found
        .lines()
        .map(|line| {
            let [path, name, _] = line.splitn(3, ": ").collect::<Vec<_>>()[..] else {
                panic!("{line} is no finding");
            };
            format!("{path}: {name}")
        })
        .collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Sees that the script finds nothing.
#[track_caller]
fn is_sound(store: &TestStore) {
    assert_eq!(findings(&store.path()), [""; 0]);
}

/// Copies a directory as git does: neither modes nor times, nor directories with nothing in them.
fn clone(from: &Path, to: &Path) {
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
fn made() -> TestStore {
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
fn published() -> TestStore {
    let store = TestStore::with_function("hello");
    store
        .publish("hello", &["--description", "given at publish"])
        .succeeded();
    store
}

/// Places an alias by hand, with the revision id that it has by the page.
fn alias(store: &TestStore, function: &str, name: &str, version: &str) {
    let milliseconds = 1_795_515_300_123;
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
fn fingerprint(milliseconds: u64, place: &str, canonical: &str) -> String {
    let hash = Sha256::digest(format!("{milliseconds}\n{place}\n{canonical}"));
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&hash[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// Replaces a file, whatever its mode.
fn replace(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Flips a bit in the middle of a file, and sets its time back to what it was.
fn rot(store: &TestStore, path: &str) {
    let path = store.join(path);
    let time = modified(&path);
    let mut content = std::fs::read(&path).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    replace(&path, content);
    set_modified(&path, time);
}

/// Changes the lines of the history of `hello`.
fn edit_history(store: &TestStore, edit: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = store
        .text("hello/history.jsonl")
        .lines()
        .map(|line| format!("{line}\n"))
        .collect();
    edit(&mut lines);
    replace(&store.join("hello/history.jsonl"), lines.concat());
}

/// Changes a line, counted from 0.
fn edit_line(store: &TestStore, at: usize, edit: impl FnOnce(&mut Value)) {
    edit_history(store, |lines| {
        let mut line: Value = serde_json::from_str(&lines[at]).unwrap();
        edit(&mut line);
        lines[at] = format!("{line}\n");
    });
}

/// Changes the last line, which no other line carries the hash of.
fn edit_last(store: &TestStore, edit: impl FnOnce(&mut Value)) {
    let last = store.history("hello").len() - 1;
    edit_line(store, last, edit);
}

/// Makes a mark in the staging directory; returns how its entries begin.
fn mark(store: &TestStore, token: &str) -> String {
    let staging = store.join("hello/.staging");
    std::fs::create_dir_all(&staging).unwrap();
    std::fs::write(staging.join(format!("{token}.change")), "").unwrap();
    format!("hello/.staging/{token}")
}

fn last_token(store: &TestStore) -> String {
    let history = store.history("hello");
    history.last().unwrap()["Token"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What can be done to a store, and the one finding that it comes to.
struct Damage {
    what: &'static str,
    /// Makes the store that is damaged.
    store: fn() -> TestStore,
    inflict: fn(&TestStore),
    /// The path and the name of the finding; TOKEN is that of the last line.
    finding: &'static str,
}

const HISTORY: &str = "hello/history.jsonl";

const DAMAGES: &[Damage] = &[
    Damage {
        what: "a bit of a version's package is flipped",
        store: made,
        inflict: |store| rot(store, "hello/versions/1/code.zip"),
        finding: "hello/versions/1/code.zip: code-differs",
    },
    Damage {
        what: "a bit of a version's configuration is flipped",
        store: made,
        inflict: |store| rot(store, "hello/versions/1/config.json"),
        finding: "hello/versions/1/config.json: config-differs",
    },
    Damage {
        what: "a version's configuration is written again, in other words",
        store: made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let path = store.join("hello/versions/1/config.json");
            replace(&path, config.to_string());
        },
        finding: "hello/versions/1/config.json: config-differs",
    },
    Damage {
        what: "a bit of the package under $LATEST is flipped behind everybody's back",
        store: made,
        inflict: |store| rot(store, "hello/$LATEST/code.zip"),
        finding: "hello/$LATEST/code.zip: code-differs",
    },
    Damage {
        what: "a version is removed by hand",
        store: made,
        inflict: |store| std::fs::remove_dir_all(store.join("hello/versions/1")).unwrap(),
        finding: "hello/versions/1: version-missing",
    },
    Damage {
        what: "a version's package is removed by hand",
        store: made,
        inflict: |store| std::fs::remove_file(store.join("hello/versions/1/code.zip")).unwrap(),
        finding: "hello/versions/1/code.zip: file-missing",
    },
    Damage {
        what: "a deleted version is put back",
        store: made,
        inflict: |store| {
            clone(
                &store.join("hello/versions/1"),
                &store.join("hello/versions/2"),
            );
        },
        finding: "hello/versions/2: removed-version-present",
    },
    Damage {
        what: "an alias is pointed elsewhere under its old revision id",
        store: made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["FunctionVersion"] = json!("1");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        finding: "hello/aliases/live.json: fingerprint-differs",
    },
    Damage {
        what: "an alias has a revision id that is none",
        store: made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["RevisionId"] = json!("live");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        finding: "hello/aliases/live.json: fingerprint-differs",
    },
    Damage {
        what: "a version placed by hand has another version's revision id",
        store: made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let id = &config["RevisionId"];
            store.place_version("hello", 9, b"v9", &json!({"RevisionId": id}));
        },
        finding: "hello/versions/9/config.json: fingerprint-differs",
    },
    Damage {
        what: "a version placed by hand has another package than it says",
        store: made,
        inflict: |store| store.place_version("hello", 9, b"v9", &json!({"CodeSize": 1})),
        finding: "hello/versions/9/code.zip: code-differs",
    },
    Damage {
        what: "a member stands twice in a configuration",
        store: made,
        inflict: |store| {
            let path = store.join("hello/$LATEST/config.json");
            replace(&path, r#"{"Timeout": 3, "T\u0069meout": 3}"#);
        },
        finding: "hello/$LATEST/config.json: document-damaged",
    },
    Damage {
        what: "the lines of the history end in garbage",
        store: made,
        inflict: |store| edit_history(store, |lines| lines.push("garbage\n".to_owned())),
        finding: "hello/history.jsonl: line-damaged",
    },
    Damage {
        what: "the last line was torn, and no change was under way",
        store: made,
        inflict: |store| edit_history(store, |lines| lines.push("{\"Form".to_owned())),
        finding: "hello/history.jsonl: line-damaged",
    },
    Damage {
        what: "the last line has lost its line feed",
        store: made,
        inflict: |store| {
            edit_history(store, |lines| {
                let last = lines.last_mut().unwrap();
                *last = last.trim_end().to_owned();
            });
        },
        finding: "hello/history.jsonl: line-damaged",
    },
    Damage {
        what: "the last line lacks a member",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line.as_object_mut().unwrap().remove("HighestVersion");
            });
        },
        finding: "hello/history.jsonl: line-damaged",
    },
    Damage {
        what: "the last line has the time of the one before",
        store: made,
        inflict: |store| {
            let history = store.history("hello");
            let time = history[history.len() - 2]["Time"].clone();
            edit_last(store, |line| line["Time"] = time);
        },
        finding: "hello/history.jsonl: time-not-increasing",
    },
    Damage {
        what: "the highest version is lowered below the line before",
        store: made,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(2)),
        finding: "hello/history.jsonl: highest-version-too-low",
    },
    Damage {
        what: "the highest version is lowered below the version made",
        store: published,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(0)),
        finding: "hello/history.jsonl: highest-version-too-low",
    },
    Damage {
        what: "a line that published nothing has another content published",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        finding: "hello/history.jsonl: last-published-differs",
    },
    Damage {
        what: "a line that published has another content than $LATEST still has",
        store: published,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        finding: "hello/history.jsonl: last-published-differs",
    },
    Damage {
        what: "a line that moved nothing has another time in the revision id",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line["Latest"]["RevisionId"] = json!(fingerprint(1_000, "$LATEST", "{}"));
            });
        },
        finding: "hello/history.jsonl: latest-id-differs",
    },
    Damage {
        what: "the last line is of a newer format",
        store: made,
        inflict: |store| edit_last(store, |line| line["Format"] = json!(2)),
        finding: "hello/history.jsonl: format-unknown",
    },
    Damage {
        what: "the store is of a newer format",
        store: made,
        inflict: |store| store.write_store_json(&json!({"Format": 2})),
        finding: "store.json: format-unknown",
    },
    Damage {
        what: "a writer died before its line was whole",
        store: made,
        inflict: |store| {
            mark(store, "k3j9x2ab");
            edit_history(store, |lines| lines.push("{\"Form".to_owned()));
        },
        finding: "hello/.staging/k3j9x2ab.change: change-unfinished",
    },
    Damage {
        what: "a writer died before the version it made was in place",
        store: published,
        inflict: |store| {
            let staged = mark(store, &last_token(store));
            let staged = store.join(&format!("{staged}.version-1"));
            std::fs::rename(store.join("hello/versions/1"), staged).unwrap();
        },
        finding: "hello/.staging/TOKEN.change: change-unfinished",
    },
    Damage {
        what: "a writer died before the version it removed was out of the way",
        store: made,
        inflict: |store| {
            mark(store, &last_token(store));
            clone(
                &store.join("hello/versions/1"),
                &store.join("hello/versions/2"),
            );
        },
        finding: "hello/.staging/TOKEN.change: change-unfinished",
    },
];

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
fn each_damage_is_found_by_its_name_and_nothing_else_is() {
    for Damage {
        what,
        store,
        inflict,
        finding,
    } in DAMAGES
    {
        let store = store();
        is_sound(&store);
        let finding = finding.replace("TOKEN", &last_token(&store));
        inflict(&store);
        assert_eq!(findings(&store.path()), [finding], "{what}");
    }
}

#[test]
fn any_line_but_the_last_that_is_removed_or_edited_breaks_the_chain() {
    let goes_on = || {
        let store = made();
        store.update("hello", b"v4", &[]).succeeded();
        store
    };
    let lines = goes_on().history("hello").len();
    for at in 0..lines - 1 {
        let store = goes_on();
        edit_history(&store, |lines| drop(lines.remove(at)));
        let expected = [format!("{HISTORY}: chain-broken")];
        assert_eq!(findings(&store.path()), expected, "without line {at}");
        let store = goes_on();
        edit_line(&store, at, |line| line["By"] = json!("mallory@build7"));
        assert_eq!(findings(&store.path()), expected, "with another line {at}");
    }
}

#[test]
fn every_finding_that_the_page_names_is_shown_here() {
    let table = PAGE.split("| finding | when |").nth(1).unwrap();
    let named: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let shown = DAMAGES.iter().map(|damage| damage.finding);
    let shown: BTreeSet<&str> = shown
        .filter_map(|finding| finding.split(": ").nth(1))
        .chain(["chain-broken"])
        .collect();
    assert_eq!(shown, named);
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
