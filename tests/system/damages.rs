//! Each damage to a store is found by its name, by the script and by `verify` alike.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::format::{PAGE, clone, findings, fingerprint, is_sound, made, published, replace};
use crate::support::{TestStore, make_fifo, modified, set_modified};
use crate::undisturbed::copy_of;

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

/// A store, as [`made`] or [`published`] makes it.
#[derive(Clone, Copy)]
enum Prepared {
    Made,
    Published,
}

/// What can be done to a store, and the findings that it comes to.
struct Damage {
    what: &'static str,
    /// The store that is damaged.
    store: Prepared,
    inflict: fn(&TestStore),
    /// The paths and the names of the findings, sorted; TOKEN is that of the last line.
    findings: &'static [&'static str],
}

/// Places an alias of `hello` by hand.
fn place_alias(store: &TestStore, text: &str) {
    std::fs::write(store.join("hello/aliases/other.json"), text).unwrap();
}

/// Puts a file in the place of a directory.
fn replace_directory(store: &TestStore, path: &str) {
    std::fs::remove_dir_all(store.join(path)).unwrap();
    std::fs::write(store.join(path), "").unwrap();
}

const HISTORY: &str = "hello/history.jsonl";

const DAMAGES: &[Damage] = &[
    Damage {
        what: "a bit of a version's package is flipped",
        store: Prepared::Made,
        inflict: |store| rot(store, "hello/versions/1/code.zip"),
        findings: &["hello/versions/1/code.zip: code-differs"],
    },
    Damage {
        what: "a bit of a version's configuration is flipped",
        store: Prepared::Made,
        inflict: |store| rot(store, "hello/versions/1/config.json"),
        findings: &["hello/versions/1/config.json: config-differs"],
    },
    Damage {
        what: "a version's configuration is written again, in other words",
        store: Prepared::Made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let path = store.join("hello/versions/1/config.json");
            replace(&path, config.to_string());
        },
        findings: &["hello/versions/1/config.json: config-differs"],
    },
    Damage {
        what: "a bit of the package under $LATEST is flipped behind everybody's back",
        store: Prepared::Made,
        inflict: |store| rot(store, "hello/$LATEST/code.zip"),
        findings: &["hello/$LATEST/code.zip: code-differs"],
    },
    Damage {
        what: "a version is removed by hand",
        store: Prepared::Made,
        inflict: |store| std::fs::remove_dir_all(store.join("hello/versions/1")).unwrap(),
        findings: &[
            "hello/aliases/canary.json: alias-target-missing",
            "hello/versions/1: version-missing",
        ],
    },
    Damage {
        what: "a version's package is removed by hand",
        store: Prepared::Made,
        inflict: |store| std::fs::remove_file(store.join("hello/versions/1/code.zip")).unwrap(),
        findings: &["hello/versions/1/code.zip: file-missing"],
    },
    Damage {
        what: "a deleted version is put back",
        store: Prepared::Made,
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
        store: Prepared::Made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["FunctionVersion"] = json!("1");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        findings: &["hello/aliases/live.json: fingerprint-differs"],
    },
    Damage {
        what: "an alias has a revision id that is none",
        store: Prepared::Made,
        inflict: |store| {
            let mut alias = store.json("hello/aliases/live.json");
            alias["RevisionId"] = json!("live");
            replace(&store.join("hello/aliases/live.json"), alias.to_string());
        },
        findings: &["hello/aliases/live.json: fingerprint-differs"],
    },
    Damage {
        what: "a version placed by hand has another version's revision id",
        store: Prepared::Made,
        inflict: |store| {
            let config = store.json("hello/versions/1/config.json");
            let id = &config["RevisionId"];
            store.place_version("hello", 9, b"v9", &json!({"RevisionId": id}));
        },
        findings: &["hello/versions/9/config.json: fingerprint-differs"],
    },
    Damage {
        what: "a version placed by hand has another package than it says",
        store: Prepared::Made,
        inflict: |store| store.place_version("hello", 9, b"v9", &json!({"CodeSize": 1})),
        findings: &["hello/versions/9/code.zip: code-differs"],
    },
    Damage {
        what: "a member stands twice in a configuration",
        store: Prepared::Made,
        inflict: |store| {
            let path = store.join("hello/$LATEST/config.json");
            replace(&path, r#"{"Timeout": 3, "T\u0069meout": 3}"#);
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "the lines of the history end in garbage",
        store: Prepared::Made,
        inflict: |store| edit_history(store, |lines| lines.push("garbage\n".to_owned())),
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line was torn, and no change was under way",
        store: Prepared::Made,
        inflict: |store| edit_history(store, |lines| lines.push("{\"Form".to_owned())),
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line has lost its line feed",
        store: Prepared::Made,
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
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                line.as_object_mut().unwrap().remove("HighestVersion");
            });
        },
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line has the time of the one before",
        store: Prepared::Made,
        inflict: |store| {
            let history = store.history("hello");
            let time = history[history.len() - 2]["Time"].clone();
            edit_last(store, |line| line["Time"] = time);
        },
        findings: &["hello/history.jsonl: time-not-increasing"],
    },
    Damage {
        what: "the highest version is lowered below the line before",
        store: Prepared::Made,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(2)),
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "the highest version is lowered below the version made",
        store: Prepared::Published,
        inflict: |store| edit_last(store, |line| line["HighestVersion"] = json!(0)),
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "a version above the highest is said to be restored",
        store: Prepared::Published,
        inflict: |store| edit_last(store, |line| line["Restored"] = json!(2)),
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "an alias is said to be pointed above the highest version",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                let weights = json!({"AdditionalVersionWeights": {"2": 0.5}});
                let to = json!({"FunctionVersion": "1", "RoutingConfig": weights});
                line["Aliases"] = json!([{"Name": "live", "To": to}]);
            });
        },
        findings: &["hello/history.jsonl: highest-version-too-low"],
    },
    Damage {
        what: "a line that published nothing has another content published",
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        findings: &["hello/history.jsonl: last-published-differs"],
    },
    Damage {
        what: "a line that published has another content than $LATEST still has",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                line["LastPublished"]["ContentSha256"] = json!("07");
            });
        },
        findings: &["hello/history.jsonl: last-published-differs"],
    },
    Damage {
        what: "a line that moved nothing has another time in the revision id",
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                line["Latest"]["RevisionId"] = json!(fingerprint(1_000, "$LATEST", "{}"));
            });
        },
        findings: &["hello/history.jsonl: latest-id-differs"],
    },
    Damage {
        what: "a line that moved nothing has another revision id of the same time",
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                let id = line["Latest"]["RevisionId"].as_str().unwrap();
                line["Latest"]["RevisionId"] = json!(format!("{}0000", &id[..32]));
            });
        },
        findings: &["hello/history.jsonl: latest-id-differs"],
    },
    Damage {
        what: "a line that moved nothing has another size of the package",
        store: Prepared::Made,
        inflict: |store| edit_last(store, |line| line["Latest"]["CodeSize"] = json!(7)),
        findings: &["hello/history.jsonl: latest-id-differs"],
    },
    Damage {
        what: "a line that published has another size of the package",
        store: Prepared::Published,
        inflict: |store| edit_last(store, |line| line["Latest"]["CodeSize"] = json!(7)),
        findings: &["hello/history.jsonl: latest-id-differs"],
    },
    Damage {
        what: "a line that published has another hash of the package, which readers believe",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                line["Latest"]["CodeSha256"] =
                    json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
            });
        },
        findings: &[
            "hello/$LATEST/code.zip: code-differs",
            "hello/history.jsonl: latest-id-differs",
        ],
    },
    Damage {
        what: "a version was published at a time that is not UTC",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                let published = line["Made"][0]["Published"].as_str().unwrap();
                line["Made"][0]["Published"] = json!(published.replace("+0000", "+0100"));
            });
        },
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "a version was published in a month that no year has",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                let published = line["Made"][0]["Published"].as_str().unwrap();
                let month = format!("{}-13-{}", &published[..4], &published[8..]);
                line["Made"][0]["Published"] = json!(month);
            });
        },
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "the last line is of a newer format",
        store: Prepared::Made,
        inflict: |store| edit_last(store, |line| line["Format"] = json!(2)),
        findings: &["hello/history.jsonl: format-unknown"],
    },
    Damage {
        what: "the store is of a newer format",
        store: Prepared::Made,
        inflict: |store| store.write_store_json(&json!({"Format": 2})),
        findings: &["store.json: format-unknown"],
    },
    Damage {
        what: "a writer died before its line was whole",
        store: Prepared::Made,
        inflict: |store| {
            mark(store, "k3j9x2ab");
            edit_history(store, |lines| lines.push("{\"Form".to_owned()));
        },
        findings: &["hello/.staging/k3j9x2ab.change: change-unfinished"],
    },
    Damage {
        what: "a writer died before the version it made was in place",
        store: Prepared::Published,
        inflict: |store| {
            let staged = mark(store, &last_token(store));
            let staged = store.join(&format!("{staged}.version-1"));
            std::fs::rename(store.join("hello/versions/1"), staged).unwrap();
        },
        findings: &["hello/.staging/TOKEN.change: change-unfinished"],
    },
    Damage {
        what: "a writer died before the version it removed was out of the way",
        store: Prepared::Made,
        inflict: |store| {
            mark(store, &last_token(store));
            clone(
                &store.join("hello/versions/1"),
                &store.join("hello/versions/2"),
            );
        },
        findings: &["hello/.staging/TOKEN.change: change-unfinished"],
    },
    Damage {
        what: "the packages of two versions are swapped",
        store: Prepared::Made,
        inflict: |store| {
            let path = |number| store.join(&format!("hello/versions/{number}/code.zip"));
            std::fs::rename(path(1), store.beside("code.zip")).unwrap();
            std::fs::rename(path(3), path(1)).unwrap();
            std::fs::rename(store.beside("code.zip"), path(3)).unwrap();
        },
        findings: &[
            "hello/versions/1/code.zip: code-differs",
            "hello/versions/3/code.zip: code-differs",
        ],
    },
    Damage {
        what: "two versions are swapped",
        store: Prepared::Made,
        inflict: |store| {
            let path = |number| store.join(&format!("hello/versions/{number}"));
            std::fs::rename(path(1), store.beside("version")).unwrap();
            std::fs::rename(path(3), path(1)).unwrap();
            std::fs::rename(store.beside("version"), path(3)).unwrap();
        },
        findings: &[
            "hello/versions/1/config.json: config-differs",
            "hello/versions/3/config.json: config-differs",
        ],
    },
    Damage {
        what: "the package of a version is cut short",
        store: Prepared::Made,
        inflict: |store| {
            let content = std::fs::read(store.join("hello/versions/1/code.zip")).unwrap();
            replace(&store.join("hello/versions/1/code.zip"), &content[1..]);
        },
        findings: &["hello/versions/1/code.zip: code-differs"],
    },
    Damage {
        what: "the version that an alias points to is removed by hand",
        store: Prepared::Made,
        inflict: |store| std::fs::remove_dir_all(store.join("hello/versions/3")).unwrap(),
        findings: &[
            "hello/aliases/canary.json: alias-target-missing",
            "hello/aliases/live.json: alias-target-missing",
            "hello/versions/3: version-missing",
        ],
    },
    Damage {
        what: "an alias has a weight for a version that was deleted",
        store: Prepared::Made,
        inflict: |store| {
            place_alias(
                store,
                r#"{"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}}}"#,
            );
        },
        findings: &["hello/aliases/other.json: alias-target-missing"],
    },
    Damage {
        what: "an alias points to an alias",
        store: Prepared::Made,
        inflict: |store| place_alias(store, r#"{"FunctionVersion": "live"}"#),
        findings: &["hello/aliases/other.json: document-damaged"],
    },
    Damage {
        what: "an alias is not JSON",
        store: Prepared::Made,
        inflict: |store| place_alias(store, "{"),
        findings: &["hello/aliases/other.json: document-damaged"],
    },
    Damage {
        what: "an alias has a member of a wrong type",
        store: Prepared::Made,
        inflict: |store| place_alias(store, r#"{"FunctionVersion": "1", "Description": 1}"#),
        findings: &["hello/aliases/other.json: document-damaged"],
    },
    Damage {
        what: "a directory stands where an alias belongs",
        store: Prepared::Made,
        inflict: |store| std::fs::create_dir(store.join("hello/aliases/other.json")).unwrap(),
        findings: &["hello/aliases/other.json: file-missing"],
    },
    Damage {
        what: "a configuration has a member of a wrong type, deep in it",
        store: Prepared::Made,
        inflict: |store| {
            replace(
                &store.join("hello/$LATEST/config.json"),
                r#"{"Environment": {"Variables": {"LEVEL": 1}}}"#,
            );
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "a configuration is not UTF-8",
        store: Prepared::Made,
        inflict: |store| {
            replace(
                &store.join("hello/$LATEST/config.json"),
                b"{\"Description\": \"\xff\"}",
            );
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "a configuration is a list",
        store: Prepared::Made,
        inflict: |store| replace(&store.join("hello/$LATEST/config.json"), "[]"),
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "a configuration is nested too deep",
        store: Prepared::Made,
        inflict: |store| {
            let deep = format!("{{\"Own\": {}{}}}", "[".repeat(200), "]".repeat(200));
            replace(&store.join("hello/$LATEST/config.json"), deep);
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "a configuration is longer than a document can be",
        store: Prepared::Made,
        inflict: |store| {
            let long = format!("{{\"Own\": \"{}\"}}", "x".repeat(1 << 24));
            replace(&store.join("hello/$LATEST/config.json"), long);
        },
        findings: &["hello/$LATEST/config.json: document-damaged"],
    },
    Damage {
        what: "$LATEST is removed by hand",
        store: Prepared::Made,
        inflict: |store| std::fs::remove_dir_all(store.join("hello/$LATEST")).unwrap(),
        findings: &[
            "hello/$LATEST/code.zip: file-missing",
            "hello/$LATEST/config.json: file-missing",
        ],
    },
    Damage {
        what: "a FIFO stands where the package of $LATEST belongs",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::remove_file(store.join("hello/$LATEST/code.zip")).unwrap();
            make_fifo(&store.join("hello/$LATEST/code.zip"));
        },
        findings: &["hello/$LATEST/code.zip: file-missing"],
    },
    Damage {
        what: "a link stands where the configuration of a version belongs",
        store: Prepared::Made,
        inflict: |store| {
            let config = store.join("hello/versions/1/config.json");
            std::fs::rename(&config, store.beside("config.json")).unwrap();
            std::os::unix::fs::symlink(store.beside("config.json"), config).unwrap();
        },
        findings: &["hello/versions/1/config.json: file-missing"],
    },
    Damage {
        what: "a link stands where a version belongs",
        store: Prepared::Made,
        inflict: |store| {
            let version = store.join("hello/versions/1");
            std::fs::rename(&version, store.beside("1")).unwrap();
            std::os::unix::fs::symlink(store.beside("1"), version).unwrap();
        },
        findings: &["hello/versions/1: not-a-directory"],
    },
    Damage {
        what: "a link stands where versions belongs",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::rename(store.join("hello/versions"), store.beside("moved")).unwrap();
            std::os::unix::fs::symlink(store.beside("moved"), store.join("hello/versions"))
                .unwrap();
        },
        findings: &["hello/versions: not-a-directory"],
    },
    Damage {
        what: "a link stands where $LATEST belongs",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::rename(store.join("hello/$LATEST"), store.beside("moved")).unwrap();
            std::os::unix::fs::symlink(store.beside("moved"), store.join("hello/$LATEST")).unwrap();
        },
        findings: &["hello/$LATEST: not-a-directory"],
    },
    Damage {
        what: "a link stands where aliases belongs",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::rename(store.join("hello/aliases"), store.beside("moved")).unwrap();
            std::os::unix::fs::symlink(store.beside("moved"), store.join("hello/aliases")).unwrap();
        },
        findings: &["hello/aliases: not-a-directory"],
    },
    Damage {
        what: "a file stands where .staging belongs",
        store: Prepared::Made,
        inflict: |store| replace_directory(store, "hello/.staging"),
        findings: &["hello/.staging: not-a-directory"],
    },
    Damage {
        what: "a directory stands where the lock belongs",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::remove_file(store.join("hello/.lock")).unwrap();
            std::fs::create_dir(store.join("hello/.lock")).unwrap();
        },
        findings: &["hello/.lock: file-missing"],
    },
    Damage {
        what: "a FIFO stands where store.json belongs",
        store: Prepared::Made,
        inflict: |store| make_fifo(&store.join("store.json")),
        findings: &["store.json: file-missing"],
    },
    Damage {
        what: "store.json is not JSON",
        store: Prepared::Made,
        inflict: |store| std::fs::write(store.join("store.json"), "{").unwrap(),
        findings: &["store.json: document-damaged"],
    },
    Damage {
        what: "a quota in store.json is text",
        store: Prepared::Made,
        inflict: |store| store.write_store_json(&json!({"Quotas": {"Timeout": "900"}})),
        findings: &["store.json: document-damaged"],
    },
    Damage {
        what: "function.json has tags that are no text",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::write(
                store.join("hello/function.json"),
                r#"{"Format": 1, "Tags": {"team": 1}}"#,
            )
            .unwrap();
        },
        findings: &["hello/function.json: document-damaged"],
    },
    Damage {
        what: "function.json is of a newer format",
        store: Prepared::Made,
        inflict: |store| {
            std::fs::write(
                store.join("hello/function.json"),
                r#"{"Format": 2, "Tags": []}"#,
            )
            .unwrap();
        },
        findings: &["hello/function.json: format-unknown"],
    },
    Damage {
        what: "the last line, which published, is taken out",
        store: Prepared::Published,
        inflict: |store| edit_history(store, |lines| drop(lines.pop())),
        findings: &["hello/history.jsonl: history-cut-short"],
    },
    Damage {
        what: "the last line, which removed versions, is taken out",
        store: Prepared::Published,
        inflict: |store| {
            for content in [b"v2", b"v3"] {
                store.update("hello", content, &["--publish"]).succeeded();
            }
            let prune = ["prune", "hello", "--keep-last", "1", "--apply"];
            assert_eq!(store.run(&prune).code, Some(0));
            edit_history(store, |lines| drop(lines.pop()));
        },
        findings: &[
            "hello/versions/1: version-missing",
            "hello/versions/2: version-missing",
        ],
    },
    Damage {
        what: "the last line, which moved an alias, is taken out",
        store: Prepared::Published,
        inflict: |store| {
            store.create_alias("live", "1", &[]).succeeded();
            let to_latest = ["--function-version", "$LATEST"];
            store.update_alias("live", &to_latest).succeeded();
            let rollback = ["rollback", "hello", "--alias", "live"];
            assert_eq!(store.run(&rollback).code, Some(0));
            edit_history(store, |lines| drop(lines.pop()));
        },
        findings: &["hello/history.jsonl: history-cut-short"],
    },
    Damage {
        what: "a blank line stands between two lines",
        store: Prepared::Made,
        inflict: |store| edit_history(store, |lines| lines.insert(1, "\n".to_owned())),
        findings: &[
            "hello/history.jsonl: chain-broken",
            "hello/history.jsonl: line-damaged",
        ],
    },
    Damage {
        what: "a member of a line is of a wrong type",
        store: Prepared::Made,
        inflict: |store| edit_last(store, |line| line["By"] = json!(5)),
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "an unknown member stands twice in a line",
        store: Prepared::Made,
        inflict: |store| {
            edit_history(store, |lines| {
                let last = lines.last_mut().unwrap();
                *last = last.replacen('{', r#"{"Own":1,"Own":1,"#, 1);
            });
        },
        findings: &["hello/history.jsonl: line-damaged"],
    },
    Damage {
        what: "a line made a version that is not there",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                let mut made = line["Made"][0].clone();
                made["Version"] = json!(2);
                line["HighestVersion"] = json!(2);
                line["Made"].as_array_mut().unwrap().push(made);
            });
        },
        findings: &["hello/versions/2: version-missing"],
    },
    Damage {
        what: "a line that published names another version than it made",
        store: Prepared::Published,
        inflict: |store| {
            edit_last(store, |line| {
                line["HighestVersion"] = json!(2);
                line["LastPublished"]["Version"] = json!(2);
            });
        },
        findings: &["hello/history.jsonl: last-published-differs"],
    },
    Damage {
        what: "a writer died before the alias that it moved was in place",
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                let from = json!({"FunctionVersion": "3"});
                line["Aliases"] =
                    json!([{"Name": "live", "From": from, "To": from, "RevisionId": "x"}]);
            });
            let staged = mark(store, &last_token(store));
            let alias = r#"{"FunctionVersion": "9"}"#;
            std::fs::write(store.join(&format!("{staged}.alias-live.json")), alias).unwrap();
        },
        findings: &[
            "hello/.staging/TOKEN.alias-live.json: alias-target-missing",
            "hello/.staging/TOKEN.change: change-unfinished",
        ],
    },
    Damage {
        what: "a writer died before the alias that it deleted was out of the way",
        store: Prepared::Made,
        inflict: |store| {
            edit_last(store, |line| {
                line["Aliases"] = json!([{"Name": "other", "From": {"FunctionVersion": "2"}}]);
            });
            place_alias(store, r#"{"FunctionVersion": "2"}"#);
            mark(store, &last_token(store));
        },
        findings: &["hello/.staging/TOKEN.change: change-unfinished"],
    },
];

#[test]
fn each_damage_is_found_by_its_name_and_nothing_else_is() {
    let stores = [made(), published()];
    stores.iter().for_each(is_sound);
    // Many processes are started, so all processors are used.
    let part = DAMAGES.len().div_ceil(4);
    std::thread::scope(|scope| {
        for damages in DAMAGES.chunks(part) {
            let stores = &stores;
            scope.spawn(move || damages.iter().for_each(|damage| is_found(damage, stores)));
        }
    });
}

#[track_caller]
fn is_found(damage: &Damage, stores: &[TestStore; 2]) {
    let store = copy_of(&stores[damage.store as usize]);
    let token = last_token(&store);
    let expected = damage.findings.iter();
    let expected: Vec<String> = expected
        .map(|finding| finding.replace("TOKEN", &token))
        .collect();
    (damage.inflict)(&store);
    assert_eq!(findings(&store), expected, "{}", damage.what);
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
