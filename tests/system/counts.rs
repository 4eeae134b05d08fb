//! How many system calls a change makes: figures that no machine changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::outcome::{FUNCTION, check_history, hex_sha256};
use crate::strace::{Call, record};
use crate::support::{TestStore, zip_of};

/// Makes a package of a kilobyte.
const SMALL: usize = 900;

const PUBLISH: [&str; 3] = ["publish-version", "--function-name", FUNCTION];

/// System calls by name.
type Counts = BTreeMap<String, usize>;

/// Makes a store whose function has this many versions, and another package to publish.
fn with_versions(versions: u64) -> TestStore {
    let store = TestStore::nothing();
    store.create(FUNCTION, &["--publish"]).succeeded();
    store.update(FUNCTION, &[b'x'; SMALL], &[]).succeeded();
    multiply_versions(&store, versions);
    check_history(&store);
    store
}

/// Makes more versions of the first one, and a history that tells of all, as if each had been
/// published with a millisecond in between.
fn multiply_versions(store: &TestStore, versions: u64) {
    let directory = store.join(FUNCTION).join("versions");
    let first = directory.join("1");
    let package = std::fs::read(first.join("code.zip")).unwrap();
    let config = std::fs::read_to_string(first.join("config.json")).unwrap();
    let [created, mut updated]: [Value; 2] = store.history(FUNCTION).try_into().unwrap();
    let mut history = String::new();
    for number in 1..=versions {
        let config = config
            .replace("\"Version\": \"1\"", &format!("\"Version\": \"{number}\""))
            .replace("function:hello:1\"", &format!("function:hello:{number}\""));
        let mut line = created.clone();
        if number > 1 {
            let version = directory.join(number.to_string());
            std::fs::create_dir(&version).unwrap();
            std::fs::write(version.join("code.zip"), &package).unwrap();
            std::fs::write(version.join("config.json"), &config).unwrap();
            line["Operation"] = json!("PublishVersion");
            line["Token"] = json!(format!("{number:08}"));
        }
        let (second, millisecond) = (number / 1000, number % 1000);
        let time = format!("2020-01-01T00:00:{second:02}.{millisecond:03}+0000");
        let hash = hex_sha256(config.as_bytes());
        line["Time"] = json!(time);
        line["Made"] = json!([{"Version": number, "ConfigSha256": hash, "Published": time}]);
        line["HighestVersion"] = json!(number);
        line["LastPublished"]["Version"] = json!(number);
        append(&mut history, line);
    }
    updated["HighestVersion"] = json!(versions);
    updated["LastPublished"]["Version"] = json!(versions);
    append(&mut history, updated);
    std::fs::write(store.join(FUNCTION).join("history.jsonl"), history).unwrap();
}

fn append(history: &mut String, mut line: Value) {
    if let Some(previous) = history.lines().next_back() {
        line["Previous"] = json!(hex_sha256(previous.as_bytes()));
    }
    history.push_str(&line.to_string());
    history.push('\n');
}

/// Replaces the package by hand.
fn replace_package(store: &TestStore) {
    let package = zip_of(&[("app.py", &[b'y'; SMALL])]);
    std::fs::write(store.join(FUNCTION).join("$LATEST/code.zip"), package).unwrap();
}

/// Counts all calls from the first on, so that what the loader does is among them.
fn count(calls: &[Call]) -> Counts {
    let mut counts = Counts::new();
    for call in calls {
        // With debug assertions, std looks at each file descriptor before it closes it.
        if cfg!(debug_assertions) && call.name == "fcntl" && call.text.contains("F_GETFD") {
            continue;
        }
        *counts.entry(call.name.clone()).or_default() += 1;
    }
    counts
}

fn check_goals(what: &str, counts: &Counts) {
    let flushes: usize = ["fsync", "fdatasync", "sync_file_range", "syncfs", "sync"]
        .iter()
        .filter_map(|name| counts.get(*name))
        .sum();
    let all: usize = counts.values().sum();
    println!("{what}: {flushes} flushes, {all} system calls: {counts:?}");
    assert!(flushes <= 8, "{what}: {flushes} flushes: {counts:?}");
    assert!(all <= 140, "{what}: {all} system calls: {counts:?}");
}

/// Sees that a run never read the directory of the versions.
fn check_versions_are_not_listed(calls: &[Call]) {
    let listed = calls
        .iter()
        .find(|call| call.name.starts_with("getdents") && call.text.contains("/versions>"));
    assert!(listed.is_none(), "{listed:?}");
}

/// Publishes, and counts the calls.
fn publish(store: TestStore, version: u64) -> Counts {
    let recorded = record(store, &PUBLISH);
    let answer: Value = serde_json::from_str(&recorded.stdout).unwrap();
    assert_eq!(answer["Version"], version.to_string());
    check_versions_are_not_listed(&recorded.calls);
    count(&recorded.calls)
}

#[test]
fn a_publish_makes_the_same_few_calls_with_one_version_and_with_ten_thousand() {
    let one = publish(with_versions(1), 2);
    check_goals("publish-version at 1 version", &one);
    let many = publish(with_versions(10_000), 10_001);
    check_goals("publish-version at 10,000 versions", &many);
    assert_eq!(one, many);
}

#[test]
fn reading_makes_the_same_calls_with_one_version_and_with_ten_thousand() {
    let read = |versions: u64| {
        let mut store = with_versions(versions);
        let highest = versions.to_string();
        ["$LATEST", &highest].map(|qualifier| {
            let arguments = [
                "get-function-configuration",
                "--function-name",
                FUNCTION,
                "--qualifier",
                qualifier,
            ];
            let recorded = record(
                std::mem::replace(&mut store, TestStore::nothing()),
                &arguments,
            );
            check_versions_are_not_listed(&recorded.calls);
            store = recorded.store;
            count(&recorded.calls)
        })
    };
    let (one, many) = (read(1), read(10_000));
    let calls: [usize; 2] = [0, 1].map(|index| one[index].values().sum());
    println!("get-function-configuration: {calls:?} system calls");
    assert_eq!(one, many);
}

#[test]
fn a_page_makes_the_same_calls_out_of_a_hundred_versions_and_out_of_ten_thousand() {
    let page = |versions: u64| {
        let mut store = with_versions(versions);
        // The first page, and one in the middle, as each marker and token leads to.
        [
            &["--max-items", "50"][..],
            &["--no-paginate", "--marker", "20"],
        ]
        .map(|options| {
            let list = ["list-versions-by-function", "--function-name", FUNCTION];
            let recorded = record(
                std::mem::replace(&mut store, TestStore::nothing()),
                &[&list, options].concat(),
            );
            let answer: Value = serde_json::from_str(&recorded.stdout).unwrap();
            assert_eq!(answer["Versions"].as_array().unwrap().len(), 50);
            check_versions_are_not_listed(&recorded.calls);
            store = recorded.store;
            let mut counts = count(&recorded.calls);
            // How much memory is asked for at once depends on nothing but the length of numbers.
            counts.remove("brk");
            counts
        })
    };
    let (hundred, many) = (page(100), page(10_000));
    let calls: [usize; 2] = [0, 1].map(|index| hundred[index].values().sum());
    println!("list-versions-by-function, a page of 50: {calls:?} system calls");
    assert_eq!(hundred, many);
}

#[test]
fn the_newest_of_a_log_makes_the_same_calls_out_of_a_hundred_versions_and_out_of_ten_thousand() {
    let newest = |versions: u64| {
        let mut store = with_versions(versions);
        [&[][..], &["--all"]].map(|options| {
            let log = ["log", FUNCTION, "--max-items", "20", "--output", "json"];
            let recorded = record(
                std::mem::replace(&mut store, TestStore::nothing()),
                &[&log, options].concat(),
            );
            let answer: Value = serde_json::from_str(&recorded.stdout).unwrap();
            let entries = answer["Entries"].as_array().unwrap();
            assert_eq!(entries.len(), 20);
            assert!(
                entries
                    .iter()
                    .all(|entry| entry.get("PlacedByHand").is_none())
            );
            check_versions_are_not_listed(&recorded.calls);
            store = recorded.store;
            let mut counts = count(&recorded.calls);
            // How much memory is asked for at once depends on nothing but the length of numbers.
            counts.remove("brk");
            counts
        })
    };
    let (hundred, many) = (newest(100), newest(10_000));
    let calls: [usize; 2] = [0, 1].map(|index| hundred[index].values().sum());
    println!("log --max-items 20: {calls:?} system calls");
    assert_eq!(hundred, many);
}

#[test]
fn a_whole_list_reads_the_directory_of_the_versions_once() {
    let store = with_versions(300);
    let list = ["list-versions-by-function", "--function-name", FUNCTION];
    let recorded = record(store, &list);
    let answer: Value = serde_json::from_str(&recorded.stdout).unwrap();
    assert_eq!(answer["Versions"].as_array().unwrap().len(), 301);
    let of_versions = |call: &&Call| call.text.contains("/versions>");
    let calls = || recorded.calls.iter().filter(of_versions);
    // A directory is read to its end: the last call says that nothing is left.
    let listed =
        calls().filter(|call| call.name.starts_with("getdents") && call.text.ends_with("= 0"));
    assert_eq!(listed.count(), 1);
}

#[test]
fn a_whole_list_reads_the_directory_of_the_functions_once_whatever_the_page_size() {
    for options in [&[][..], &["--page-size", "1"]] {
        let store = TestStore::nothing();
        for function in ["one", "two", "three", "four"] {
            store.create(function, &[]).succeeded();
        }
        let root = format!("{}>", store.path().display());
        let recorded = record(store, &[&["list-functions"], options].concat());
        let answer: Value = serde_json::from_str(&recorded.stdout).unwrap();
        assert_eq!(answer["Functions"].as_array().unwrap().len(), 4);
        let listed = recorded.calls.iter().filter(|call| {
            call.name.starts_with("getdents")
                && call.text.contains(&root)
                && call.text.ends_with("= 0")
        });
        assert_eq!(listed.count(), 1, "{options:?}");
    }
}

#[test]
fn the_first_publish_of_a_function_keeps_to_the_goals() {
    let store = TestStore::nothing();
    store.create(FUNCTION, &[]).succeeded();
    store.update(FUNCTION, &[b'x'; SMALL], &[]).succeeded();
    check_goals("the first publish-version", &publish(store, 1));
}

#[test]
fn a_publish_of_a_package_replaced_by_hand_keeps_to_the_goals() {
    let store = TestStore::nothing();
    store.create(FUNCTION, &["--publish"]).succeeded();
    replace_package(&store);
    let counts = publish(store, 2);
    check_goals("publish-version of a package replaced by hand", &counts);
}

#[test]
fn an_update_of_the_configuration_keeps_to_the_goals_and_never_reads_the_package() {
    let configure = [
        "update-function-configuration",
        "--function-name",
        FUNCTION,
        "--timeout",
        "9",
    ];
    let recorded = record(with_versions(10_000), &configure);
    check_versions_are_not_listed(&recorded.calls);
    let reads = ["read", "pread", "copy_file_range", "mmap", "sendfile"];
    let read = recorded.calls.iter().find(|call| {
        reads.iter().any(|name| call.name.starts_with(name)) && call.text.contains("code.zip>")
    });
    assert!(read.is_none(), "{read:?}");
    check_goals("update-function-configuration", &count(&recorded.calls));
}

#[test]
fn a_publish_makes_the_same_calls_whatever_the_number_of_functions() {
    // Only functions say that this is a store: there is no store.json.
    let publish_among = |functions: u64| {
        let store = TestStore::made_by_hand(FUNCTION);
        for number in 1..functions {
            store.place_function(&format!("other-{number}"));
        }
        // The first one finds no count of the bytes stored, and may go through all of them.
        store.publish(FUNCTION, &[]).succeeded();
        replace_package(&store);
        publish(store, 2)
    };
    assert_eq!(publish_among(1), publish_among(1_000));
}

/// Places aliases by hand, the first of which is `live`.
fn place_aliases(store: &TestStore, count: usize) {
    for index in 0..count {
        let name = match index {
            0 => "live".to_owned(),
            other => format!("alias-{other}"),
        };
        store.place_alias(&name, &json!({"Name": name, "FunctionVersion": "1"}));
    }
}

#[test]
fn what_is_done_with_an_alias_makes_the_same_calls_whatever_the_number_of_aliases_and_versions() {
    let alias = |command: &'static str, options: &[&'static str]| {
        let required = [command, "--function-name", FUNCTION];
        [&required, options].concat()
    };
    let routing = "AdditionalVersionWeights={1=0.1}";
    let commands = [
        alias("get-alias", &["--name", "live"]),
        alias("get-function", &["--qualifier", "live"]),
        alias(
            "create-alias",
            &["--name", "next", "--function-version", "1"],
        ),
        alias(
            "update-alias",
            &[
                "--name",
                "live",
                "--function-version",
                "2",
                "--routing-config",
                routing,
            ],
        ),
        alias("delete-alias", &["--name", "live"]),
    ];
    let counts_with = |versions: u64, aliases: usize| {
        let mut store = with_versions(versions);
        place_aliases(&store, aliases);
        commands.clone().map(|arguments| {
            let recorded = record(
                std::mem::replace(&mut store, TestStore::nothing()),
                &arguments,
            );
            let listed = |call: &&Call| {
                let is_many = call.text.contains("/versions>") || call.text.contains("/aliases>");
                call.name.starts_with("getdents") && is_many
            };
            assert_eq!(
                recorded.calls.iter().find(listed).map(|call| &call.text),
                None
            );
            store = recorded.store;
            let counts = count(&recorded.calls);
            check_goals(arguments[0], &counts);
            counts
        })
    };
    assert_eq!(counts_with(2, 1), counts_with(3_000, 2_000));
}
