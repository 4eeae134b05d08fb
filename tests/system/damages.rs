//! Each damage to a store is found by its name, by the script and by `verify` alike.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::format::{PAGE, clone, findings, fingerprint, is_sound, made, published, replace};
use crate::support::{TestStore, make_fifo, modified, set_modified};

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

/// What can be done to a store, and the findings that it comes to.
struct Damage {
    what: &'static str,
    /// Makes the store that is damaged.
    store: fn() -> TestStore,
    inflict: fn(&TestStore),
    /// The paths and the names of the findings, sorted; TOKEN is that of the last line.
    findings: &'static [&'static str],
}

const HISTORY: &str = "hello/history.jsonl";

const DAMAGES: &[Damage] = &[
    Damage {
        what: "a bit of a version's package is flipped",
        store: made,
        inflict: |store| rot(store, "hello/versions/1/code.zip"),
        findings: &["hello/versions/1/code.zip: code-differs"],
    },
    Damage {
        what: "a bit of a version's configuration is flipped",
        store: made,
        inflict: |store| rot(store, "hello/versions/1/config.json"),
        findings: &["hello/versions/1/config.json: config-differs"],
    },
    Damage {
        what: "a version's configuration is written again, in other words",
        store: made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let path = store.join("hello/versions/1/config.json");
            replace(&path, config.to_string());
        },
        findings: &["hello/versions/1/config.json: config-differs"],
    },
    Damage {
        what: "a bit of the package under $LATEST is flipped behind everybody's back",
        store: made,
        inflict: |store| rot(store, "hello/$LATEST/code.zip"),
        findings: &["hello/$LATEST/code.zip: code-differs"],
    },
    Damage {
        what: "a version is removed by hand",
        store: made,
        inflict: |store| std::fs::remove_dir_all(store.join("hello/versions/1")).unwrap(),
        findings: &["hello/versions/1: version-missing"],
    },
    Damage {
        what: "a version's package is removed by hand",
        store: made,
        inflict: |store| std::fs::remove_file(store.join("hello/versions/1/code.zip")).unwrap(),
        findings: &["hello/versions/1/code.zip: file-missing"],
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
        findings: &["hello/versions/2: removed-version-present"],
    },
    Damage {
        what: "an alias is pointed elsewhere under its old revision id",
        store: made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["FunctionVersion"] = json!("1");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        findings: &["hello/aliases/live.json: fingerprint-differs"],
    },
    Damage {
        what: "an alias has a revision id that is none",
        store: made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["RevisionId"] = json!("live");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        findings: &["hello/aliases/live.json: fingerprint-differs"],
    },
    Damage {
        what: "a version placed by hand has another version's revision id",
        store: made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let id = &config["RevisionId"];
            store.place_version("hello", 9, b"v9", &json!({"RevisionId": id}));
        },
        findings: &["hello/versions/9/config.json: fingerprint-differs"],
    },
    Damage {
        what: "a version placed by hand has another package than it says",
        store: made,
        inflict: |store| store.place_version("hello", 9, b"v9", &json!({"CodeSize": 1})),
        findings: &["hello/versions/9/code.zip: code-differs"],
    },
    Damage {
        what: "a member stands twice in a configuration",
        store: made,
        inflict: |store| {
            let path = store.join("hello/$LATEST/config.json");
            replace(&path, r#"{"Timeout": 3, "T\u0069meout": 3}"#);
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "the lines of the history end in garbage",
        store: made,
        inflict: |store| edit_history(store, |lines| lines.push("garbage\n".to_owned())),
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line was torn, and no change was under way",
        store: made,
        inflict: |store| edit_history(store, |lines| lines.push("{\"Form".to_owned())),
        findings: &["hello/history.jsonl: line-damaged"],
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
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line lacks a member",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line.as_object_mut().unwrap().remove("HighestVersion");
            });
        },
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line has the time of the one before",
        store: made,
        inflict: |store| {
            let history = store.history("hello");
            let time = history[history.len() - 2]["Time"].clone();
            edit_last(store, |line| line["Time"] = time);
        },
        findings: &["hello/history.jsonl: time-not-increasing"],
    },
    Damage {
        what: "the highest version is lowered below the line before",
        store: made,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(2)),
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "the highest version is lowered below the version made",
        store: published,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(0)),
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "a line that published nothing has another content published",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        findings: &["hello/history.jsonl: last-published-differs"],
    },
    Damage {
        what: "a line that published has another content than $LATEST still has",
        store: published,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        findings: &["hello/history.jsonl: last-published-differs"],
    },
    Damage {
        what: "a line that moved nothing has another time in the revision id",
        store: made,
        inflict: |store| {
            edit_last(store, |line| {
                line["Latest"]["RevisionId"] = json!(fingerprint(1_000, "$LATEST", "{}"));
            });
        },
        findings: &["hello/history.jsonl: latest-id-differs"],
    },
    Damage {
        what: "the last line is of a newer format",
        store: made,
        inflict: |store| edit_last(store, |line| line["Format"] = json!(2)),
        findings: &["hello/history.jsonl: format-unknown"],
    },
    Damage {
        what: "the store is of a newer format",
        store: made,
        inflict: |store| store.write_store_json(&json!({"Format": 2})),
        findings: &["store.json: format-unknown"],
    },
    Damage {
        what: "a writer died before its line was whole",
        store: made,
        inflict: |store| {
            mark(store, "k3j9x2ab");
            edit_history(store, |lines| lines.push("{\"Form".to_owned()));
        },
        findings: &["hello/.staging/k3j9x2ab.change: change-unfinished"],
    },
    Damage {
        what: "a writer died before the version it made was in place",
        store: published,
        inflict: |store| {
            let staged = mark(store, &last_token(store));
            let staged = store.join(&format!("{staged}.version-1"));
            std::fs::rename(store.join("hello/versions/1"), staged).unwrap();
        },
        findings: &["hello/.staging/TOKEN.change: change-unfinished"],
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
        findings: &["hello/.staging/TOKEN.change: change-unfinished"],
    },
];

#[test]
fn each_damage_is_found_by_its_name_and_nothing_else_is() {
    for Damage {
        what,
        store,
        inflict,
        findings: expected,
    } in DAMAGES
    {
        let store = store();
        is_sound(&store);
        let token = last_token(&store);
        let expected = expected.iter();
        let expected: Vec<String> = expected
            .map(|finding| finding.replace("TOKEN", &token))
            .collect();
        inflict(&store);
        assert_eq!(findings(&store), expected, "{what}");
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
        assert_eq!(findings(&store), expected, "without line {at}");
        let store = goes_on();
        edit_line(&store, at, |line| line["By"] = json!("mallory@build7"));
        assert_eq!(findings(&store), expected, "with another line {at}");
    }
}

#[test]
fn every_finding_that_the_page_names_is_shown_here() {
    let table = PAGE.split("| finding | when |").nth(1).unwrap();
    let named: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let shown = DAMAGES.iter().flat_map(|damage| damage.findings);
    let shown: BTreeSet<&str> = shown
        .filter_map(|finding| finding.split(": ").nth(1))
        .chain(["chain-broken", "unreadable"])
        .collect();
    assert_eq!(shown, named);
}
