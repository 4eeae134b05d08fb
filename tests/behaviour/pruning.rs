//! `prune`: which versions stay and which go, and why; and that they go.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use lambda_store::api::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::concurrency::at_once;
use crate::support::{Ran, TestStore, masked, names_in, says, sha256_hex, zip_of};

const OPERATION: &str = "Prune";
const DAY: u64 = 86_400_000;

/// A version of a fixture: its number, how many days ago it was published, its description.
type Published<'a> = (u64, u64, &'a str);

/// The size of each package of a fixture.
const SIZE: u64 = 90;

/// Makes a store whose `hello` has published these versions, by files and a history as the tool
/// writes them, but that versions alike share their files, or many would take their time.
fn published(versions: &[Published<'_>]) -> TestStore {
    let store = TestStore::with_function("hello");
    let config = store.json("hello/$LATEST/config.json");
    let [created]: [Value; 1] = store.history("hello").try_into().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = u64::try_from(now.unwrap().as_millis()).unwrap();
    let mut history = String::new();
    let mut line = created;
    let mut previous = Value::Null;
    // Some time before all versions.
    let mut append = |line: &mut Value, time: u64| {
        line["Time"] = json!(Timestamp::from_milliseconds(time).to_string());
        let members = line.as_object_mut().unwrap();
        members.shift_remove("Previous");
        if !previous.is_null() {
            members.insert("Previous".to_owned(), previous.clone());
        }
        let text = line.to_string();
        previous = json!(sha256_hex(text.as_bytes()));
        writeln!(history, "{text}").unwrap();
    };
    append(&mut line, now - 4000 * DAY);
    fs::create_dir(store.join("hello/versions")).unwrap();
    for (number, days, description) in versions {
        let (files, config_sha256) = files_of(&store, &config, description);
        let directory = store.join(&format!("hello/versions/{number}"));
        fs::create_dir(&directory).unwrap();
        for file in ["config.json", "code.zip"] {
            fs::hard_link(files.join(file), directory.join(file)).unwrap();
        }
        let time = now - days * DAY + number;
        let published = Timestamp::from_milliseconds(time).to_string();
        line["Operation"] = json!("PublishVersion");
        line["Token"] = json!(format!("{number:08}"));
        line["Made"] = json!([{
            "Version": number, "ConfigSha256": config_sha256, "Published": published,
        }]);
        line["HighestVersion"] = json!(number);
        append(&mut line, time);
    }
    fs::write(store.join("hello/history.jsonl"), history).unwrap();
    store
}

/// Makes the files of versions with a description, once, and returns where they are, and the hash of
/// the configuration.
fn files_of(store: &TestStore, latest: &Value, description: &str) -> (PathBuf, String) {
    let mut config = latest.clone();
    config["Description"] = json!(description);
    config["CodeSize"] = json!(SIZE);
    let text = config.to_string();
    let hash = sha256_hex(text.as_bytes());
    let files = store.beside(&hash);
    if !files.exists() {
        fs::create_dir(&files).unwrap();
        fs::write(files.join("config.json"), &text).unwrap();
        let package = fs::File::create(files.join("code.zip")).unwrap();
        package.set_len(SIZE).unwrap();
    }
    (files, hash)
}

fn prune(store: &TestStore, options: &[&str]) -> Ran {
    store.run(&[&["prune", "hello"], options].concat())
}

/// Returns the plan as a document.
#[track_caller]
fn plan(store: &TestStore, options: &[&str]) -> Value {
    prune(store, &[options, &["--output", "json"]].concat()).succeeded()
}

/// Returns the numbers of the versions that a plan says go.
fn going(plan: &Value) -> Vec<u64> {
    let versions = plan["Versions"].as_array().unwrap();
    let going = versions
        .iter()
        .filter(|version| version["Action"] == "Remove");
    going
        .map(|version| version["Version"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Returns why a version stays.
fn reasons(plan: &Value, number: u64) -> Value {
    let versions = plan["Versions"].as_array().unwrap();
    let version = versions
        .iter()
        .find(|version| version["Version"] == *number.to_string());
    version.unwrap()["Reasons"].clone()
}

/// Returns the numbers of the versions that stand.
fn standing(store: &TestStore) -> Vec<u64> {
    let names = names_in(&store.join("hello/versions"));
    let mut numbers: Vec<u64> = names.iter().map(|name| name.parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

/// Makes versions with gaps, aliases with weights, a broken configuration, a missing package and one
/// placed by hand.
fn all_kinds() -> TestStore {
    let store = published(&[
        (1, 400, ""),
        (2, 300, "release-1"),
        (4, 200, "a try"),
        (5, 100, "\u{1b}[2Jrelease-2"),
        (8, 90, "broken"),
        (9, 80, "without a package"),
        (10, 20, ""),
        (12, 10, ""),
        (13, 1, ""),
    ]);
    let by_hand = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": "r"});
    store.place_version("hello", 7, b"placed", &by_hand);
    fs::write(store.join("hello/versions/8/config.json"), "{\"Timeout\": ").unwrap();
    fs::remove_file(store.join("hello/versions/9/code.zip")).unwrap();
    store.place_alias("live", &json!({"FunctionVersion": "12"}));
    let weights = json!({"AdditionalVersionWeights": {"1": 0.25}});
    store.place_alias(
        "canary",
        &json!({"FunctionVersion": "12", "RoutingConfig": weights}),
    );
    store.place_alias("next", &json!({"FunctionVersion": "$LATEST"}));
    store
}

#[test]
fn a_plan_tells_each_version_and_why_it_stays_or_goes_and_changes_nothing() {
    let store = all_kinds();
    let files = store.files();
    let rules = [
        "--keep-last",
        "2",
        "--keep-within",
        "30d",
        "--keep-matching",
        "release-*",
    ];
    let ran = prune(&store, &rules);
    assert!(store.files() == files);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let path = store.path().display().to_string();
    let text = masked(&ran.stdout).replace(&path, "STORE");
    insta::assert_snapshot!(text, @r"
    keep     1  <time>   90 bytes  alias canary
    keep     2  <time>   90 bytes  its description matches release-*
    remove   4  <time>   90 bytes  not among the last 2, older than 30d, its description matches no pattern
    remove   5  <time>   90 bytes  not among the last 2, older than 30d, its description matches no pattern
    keep     7  unknown                       116 bytes  of unknown age
    keep     8  <time>   90 bytes  broken: STORE/hello/versions/8/config.json: line 1: not JSON: EOF while parsing a value (column 12)
    keep     9  <time>    0 bytes  broken: STORE/hello/versions/9/code.zip: the file is missing; put it back from a copy, or delete the version with delete-function --qualifier 9
    keep    10  <time>   90 bytes  published within 30d
    keep    12  <time>   90 bytes  aliases canary live, among the last 2, published within 30d
    keep    13  <time>   90 bytes  among the last 2, published within 30d
    hello: --apply would remove 2 versions and free 180 bytes; 8 versions kept
    ");
}

#[test]
fn a_plan_is_a_document_for_scripts() {
    let store = all_kinds();
    let rules = [
        "--keep-last",
        "2",
        "--keep-within",
        "30d",
        "--keep-matching",
        "release-*",
    ];
    let plan = plan(&store, &rules);
    assert_eq!(plan["FunctionName"], "hello");
    assert_eq!(
        plan["FunctionArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:hello"
    );
    assert_eq!(plan["Applied"], false);
    assert_eq!(going(&plan), [4, 5]);
    assert_eq!(
        plan["Totals"],
        json!({"Kept": 8, "Removed": 2, "BytesFreed": 2 * SIZE})
    );
    let aliases = |names: &[&str]| json!({"Reason": "Aliases", "Names": names});
    let last = json!({"Reason": "KeepLast"});
    let within = json!({"Reason": "KeepWithin"});
    assert_eq!(reasons(&plan, 1), json!([aliases(&["canary"])]));
    assert_eq!(
        reasons(&plan, 2),
        json!([{"Reason": "KeepMatching", "Pattern": "release-*"}])
    );
    assert_eq!(reasons(&plan, 4), json!([]));
    assert_eq!(reasons(&plan, 7), json!([{"Reason": "UnknownAge"}]));
    for (number, file) in [(8, "config.json"), (9, "code.zip")] {
        let reasons = reasons(&plan, number);
        assert_eq!(reasons[0]["Reason"], "Broken");
        says(reasons[0]["Problem"].as_str().unwrap(), &[file]);
    }
    assert_eq!(reasons(&plan, 10), json!([within]));
    assert_eq!(
        reasons(&plan, 12),
        json!([aliases(&["canary", "live"]), last, within])
    );
    assert_eq!(reasons(&plan, 13), json!([last, within]));
    let fourth = &plan["Versions"][2];
    assert_eq!(fourth["Description"], "a try");
    assert_eq!(fourth["CodeSize"], SIZE);
    let made = &store.history("hello")[3]["Made"][0];
    assert_eq!(fourth["Published"], made["Published"]);
    let versions = plan["Versions"].as_array().unwrap();
    let placed = versions.iter().find(|version| version["Version"] == "7");
    assert_eq!(placed.unwrap().get("Published"), None);

    let query = [
        "--query",
        "Versions[?Action=='Remove'].Version",
        "--output",
        "text",
    ];
    let ran = prune(&store, &[&rules[..], &query].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "4\t5\n"));
}

#[test]
fn applied_it_removes_what_the_plan_says_in_one_change() {
    let store = all_kinds();
    let rules = [
        "--keep-last",
        "2",
        "--keep-within",
        "30d",
        "--keep-matching",
        "a *",
    ];
    let planned = plan(&store, &rules);
    assert_eq!(going(&planned), [2, 5]);
    let mut expected = store.files();
    let history = store.history("hello");
    let applied = plan(&store, &[&rules[..], &["--apply"]].concat());
    let mut done = planned;
    done["Applied"] = json!(true);
    assert_eq!(applied, done);

    expected.retain(|path, _| {
        let mut parts = path.iter().skip(1);
        let is_version = parts.next().is_some_and(|part| part == "versions");
        !(is_version && parts.next().is_some_and(|part| part == "2" || part == "5"))
    });
    let mut files = store.files();
    for files in [&mut expected, &mut files] {
        files.remove(std::path::Path::new("hello/history.jsonl"));
    }
    assert!(files == expected);
    let lines = store.history("hello");
    assert_eq!(lines.len(), history.len() + 1);
    let (before, line) = (&history[history.len() - 1], &lines[history.len()]);
    assert_eq!(line["Operation"], "Prune");
    assert_eq!(line["Removed"], json!([[2, 2], [5, 5]]));
    for same in ["HighestVersion", "LastPublished", "Latest"] {
        assert_eq!(line[same], before[same], "{same}");
    }
    store.check_chain("hello");
    let again = prune(&store, &[&rules[..], &["--apply"]].concat());
    assert_eq!(again.code, Some(0));
    says(&again.stdout, &["nothing to remove", "8 versions kept"]);
    assert_eq!(store.history("hello"), lines);
}

#[test]
fn what_was_removed_is_told_in_the_layout_of_the_plan() {
    let store = published(&[(1, 3, ""), (2, 2, ""), (3, 1, "")]);
    let text = |options: &[&str]| {
        let ran = prune(&store, options);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        masked(&ran.stdout)
    };
    insta::assert_snapshot!(text(&["--keep-last", "1"]), @r"
    remove  1  <time>  90 bytes  not among the last 1
    remove  2  <time>  90 bytes  not among the last 1
    keep    3  <time>  90 bytes  among the last 1
    hello: --apply would remove 2 versions and free 180 bytes; 1 version kept
    ");
    insta::assert_snapshot!(text(&["--keep-last", "1", "--apply"]), @r"
    removed  1  <time>  90 bytes  not among the last 1
    removed  2  <time>  90 bytes  not among the last 1
    kept     3  <time>  90 bytes  among the last 1
    hello: 2 versions removed, 180 bytes freed; 1 version kept
    ");
    insta::assert_snapshot!(text(&["--keep-last", "1", "--apply"]), @r"
    kept     3  <time>  90 bytes  among the last 1
    hello: nothing to remove; 1 version kept
    ");
}

#[test]
fn colours_are_for_those_who_want_them() {
    let store = published(&[(1, 3, ""), (2, 2, "")]);
    let plain = prune(&store, &["--keep-last", "1"]).stdout;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = prune(&store, &["--keep-last", "1", "--color", "on"]).stdout;
    for (code, word) in [("32", "keep  "), ("31", "remove"), ("1", "hello")] {
        says(&coloured, &[&format!("\u{1b}[{code}m{word}\u{1b}[0m")]);
    }
    let stripped = fancy_regex::Regex::new("\u{1b}\\[[0-9]*m").unwrap();
    assert_eq!(stripped.replace_all(&coloured, ""), plain);
}

#[test]
fn a_version_stays_that_matches_one_of_many_patterns() {
    let store = published(&[(1, 1, "release-1"), (2, 1, "a try"), (3, 1, "hotfix 2")]);
    let rules = [
        "--keep-matching",
        "release-*",
        "--keep-matching",
        "hotfix ?",
    ];
    assert_eq!(going(&plan(&store, &rules)), [2]);
}

#[test]
fn numbers_are_not_given_out_again() {
    let store = published(&[(1, 3, ""), (2, 2, ""), (3, 1, "")]);
    prune(&store, &["--keep-last", "0", "--apply"]);
    assert_eq!(standing(&store), [0; 0]);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "4");
}

#[test]
fn ranges_are_as_wide_as_there_are_no_versions_that_stay_between() {
    let store = published(&[1, 2, 3, 5, 6, 8, 9].map(|number| (number, 1, "")));
    store.place_alias("live", &json!({"FunctionVersion": "3"}));
    prune(&store, &["--keep-last", "1", "--apply"]);
    assert_eq!(standing(&store), [3, 9]);
    let line = store.history("hello").pop().unwrap();
    let removed: Vec<u64> = line["Removed"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|range| range[0].as_u64().unwrap()..=range[1].as_u64().unwrap())
        .collect();
    assert!(
        [1, 2, 5, 6, 8]
            .iter()
            .all(|number| removed.contains(number))
    );
    assert!(!removed.contains(&3) && !removed.contains(&9), "{line}");
}

#[test]
fn at_least_one_rule_must_be_given_and_each_makes_sense() {
    let store = published(&[(1, 1, "")]);
    let files = store.files();
    for (options, parts) in [
        (
            &[][..],
            &["--keep-last", "--keep-within", "--keep-matching"][..],
        ),
        (&["--apply"], &["--keep-last"]),
        (&["--keep-last", "many"], &["'many'", "--keep-last"]),
        (&["--keep-last", "-1"], &["-1"]),
        (&["--keep-within", "30"], &["'30'", "30d"]),
        (&["--keep-within", "0d"], &["'0d'", "longer than nothing"]),
        (
            &["--keep-within", "30d ago"],
            &["'30d ago'", "longer than nothing"],
        ),
        (&["--keep-matching", "[a"], &["'[a'", "--keep-matching"]),
        (&["--keep-last", "1", "--query", "a["], &["--query a["]),
    ] {
        let ran = prune(&store, &[options, &["--apply"]].concat());
        says(ran.failed(252), parts);
        assert!(store.files() == files, "{options:?}");
    }
    for (function, code, part) in [
        ("nobody", "ResourceNotFoundException", "function:nobody"),
        ("hello:1", "InvalidParameterValueException", "hello:1"),
        ("a b", "InvalidParameterValueException", "'a b'"),
    ] {
        for options in [&["--keep-last", "1"][..], &["--keep-last", "1", "--apply"]] {
            let ran = store.run(&[&["prune", function], options].concat());
            says(ran.failed_with(code, OPERATION), &[part]);
        }
    }
}

#[test]
fn an_alias_that_cannot_be_read_refuses_the_prune() {
    for text in ["{", "{}", r#"{"FunctionVersion": "live"}"#] {
        let store = published(&[(1, 3, ""), (2, 2, "")]);
        store.place_alias("live", &json!({}));
        fs::write(store.join("hello/aliases/live.json"), text).unwrap();
        let files = store.files();
        for options in [&["--keep-last", "1"][..], &["--keep-last", "1", "--apply"]] {
            let message = prune(&store, options);
            let message = message.failed_with("ServiceException", OPERATION);
            says(message, &["hello/aliases/live.json"]);
            assert!(store.files() == files, "{text}");
        }
    }
}

#[test]
fn without_a_history_every_age_is_unknown() {
    let store = TestStore::made_by_hand("hello");
    for number in [3, 4, 9] {
        let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": "r"});
        store.place_version("hello", number, b"placed", &config);
    }
    let within = plan(&store, &["--keep-within", "1h"]);
    assert_eq!(going(&within), [0; 0]);
    assert_eq!(reasons(&within, 3), json!([{"Reason": "UnknownAge"}]));
    says(
        &prune(&store, &["--keep-within", "1h"]).stdout,
        &["of unknown age"],
    );
    plan(&store, &["--keep-last", "1", "--apply"]);
    assert_eq!(standing(&store), [9]);
    let [line]: [Value; 1] = store.history("hello").try_into().unwrap();
    assert_eq!(line["HighestVersion"], 9);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "10");
}

#[test]
fn what_was_placed_under_a_number_that_was_removed_is_of_unknown_age() {
    let store = published(&[(1, 30, ""), (2, 20, ""), (3, 10, "")]);
    store.delete("hello", &["--qualifier", "2"]).succeeded();
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": "r"});
    store.place_version("hello", 2, b"placed", &config);
    let plan = plan(&store, &["--keep-within", "1d"]);
    assert_eq!(going(&plan), [1, 3]);
    assert_eq!(reasons(&plan, 2), json!([{"Reason": "UnknownAge"}]));
}

#[test]
fn a_damaged_line_makes_its_version_one_of_unknown_age() {
    let store = published(&[(1, 30, ""), (2, 20, ""), (3, 10, "")]);
    // Far enough from the end for a writer not to look at it.
    for _ in 0..20 {
        store.configure("hello", &["--timeout", "5"]).succeeded();
    }
    let history = store.text("hello/history.jsonl");
    let damaged = history.replacen("\"Version\":2,", "\"Version\":\"2\",", 1);
    assert_ne!(damaged, history);
    fs::write(store.join("hello/history.jsonl"), damaged).unwrap();
    let plan = plan(&store, &["--keep-within", "1d", "--apply"]);
    assert_eq!(going(&plan), [1, 3]);
    assert_eq!(reasons(&plan, 2), json!([{"Reason": "UnknownAge"}]));
    assert_eq!(standing(&store), [2]);
}

#[test]
fn the_version_published_last_may_go_and_the_next_publish_makes_a_new_one() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let within = plan(&store, &["--keep-within", "1h"]);
    assert_eq!(reasons(&within, 1), json!([{"Reason": "KeepWithin"}]));
    plan(&store, &["--keep-matching", "nothing", "--apply"]);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
}

#[test]
fn what_is_freed_is_taken_off_the_bytes_stored() {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2", b"v3"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    let usage = || -> u64 { store.text(".usage").trim().parse().unwrap() };
    let package = zip_of(&[("app.py", b"v1")]).len() as u64;
    assert_eq!(usage(), 4 * package);
    let done = plan(&store, &["--keep-last", "1", "--apply"]);
    assert_eq!(done["Totals"]["BytesFreed"], 2 * package);
    assert_eq!(usage(), 2 * package);
}

#[test]
fn ten_thousand_versions_are_one_command_and_one_line() {
    let versions: Vec<Published<'_>> = (1..=10_000)
        .map(|number| {
            let description = if number % 10 == 7 { "keep" } else { "" };
            (number, 20 - number / 1000, description)
        })
        .collect();
    let store = published(&versions);
    store.place_alias("live", &json!({"FunctionVersion": "5000"}));
    let lines = store.history("hello").len();
    let started = Instant::now();
    let rules = ["--keep-last", "100", "--keep-matching", "keep", "--apply"];
    let done = plan(&store, &rules);
    // Far from what it takes, and far from what a page at a time would.
    assert!(started.elapsed() < Duration::from_secs(60));
    let kept = |number: &u64| number % 10 == 7 || *number > 9900 || *number == 5000;
    let expected: Vec<u64> = (1..=10_000).filter(kept).collect();
    assert_eq!(standing(&store), expected);
    assert_eq!(done["Totals"]["Removed"], 10_000 - expected.len());
    let history = store.history("hello");
    assert_eq!(history.len(), lines + 1);
    assert_eq!(history[lines]["Removed"][0], json!([1, 6]));
    assert_eq!(names_in(&store.join("hello/.staging")), [""; 0]);
    let next = store.update("hello", b"next", &["--publish"]).succeeded();
    assert_eq!(next["Version"], "10001");
}

/// An option by which nobody gives up, however slow the disk.
const PATIENT: [&str; 2] = ["--lock-timeout", "600"];

/// Counts a writer off when it is dropped.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Publishes a version and points an alias of its own to it, which may be too late. Returns the
/// version's number.
fn publish_and_point(store: &TestStore, writer: usize, round: usize) -> u64 {
    let zip = store.zip(
        &format!("{writer}.zip"),
        format!("{writer} {round}").as_bytes(),
    );
    let name = ["--function-name", "hello"];
    let update = ["update-function-code", "--publish", "--zip-file", &zip];
    let ran = store.run(&[&update[..], &name, &PATIENT].concat());
    let version = ran.succeeded()["Version"].as_str().unwrap().to_owned();
    let alias = format!("writer-{writer}");
    let to = ["--name", &alias, "--function-version", &version];
    let mut pointed = false;
    for command in ["create-alias", "update-alias"] {
        let ran = store.run(&[&[command], &name[..], &to, &PATIENT].concat());
        pointed |= ran.code == Some(0);
    }
    let found = store.get("hello", &["--qualifier", &alias]);
    if pointed {
        assert_eq!(found.succeeded()["Version"], *version);
    }
    version.parse().unwrap()
}

#[test]
fn nothing_is_removed_that_an_alias_got_while_others_publish() {
    const WRITERS: usize = 4;
    const PRUNERS: usize = 2;
    const ROUNDS: usize = 8;
    let store = TestStore::with_function("hello");
    let writing = AtomicUsize::new(WRITERS);
    let published = at_once(WRITERS + PRUNERS, |index| {
        let mut published = Vec::new();
        if index < WRITERS {
            // Also where a check fails, or the others would go on for ever.
            let _done = Done(&writing);
            for round in 0..ROUNDS {
                published.push(publish_and_point(&store, index, round));
            }
        }
        while index >= WRITERS && writing.load(Ordering::SeqCst) > 0 {
            let ran = prune(
                &store,
                &["--keep-last", "1", "--apply", PATIENT[0], PATIENT[1]],
            );
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        }
        published
    });
    let mut published = published.concat();
    published.sort_unstable();
    let all: Vec<u64> = (1..).take(WRITERS * ROUNDS).collect();
    assert_eq!(published, all, "numbers are distinct and consecutive");
    store.check_chain("hello");

    let mut pointed_at: BTreeMap<String, String> = BTreeMap::new();
    let mut pruned = 0;
    for line in store.history("hello") {
        for change in line["Aliases"].as_array().into_iter().flatten() {
            let version = change["To"]["FunctionVersion"].as_str().unwrap();
            pointed_at.insert(change["Name"].to_string(), version.to_owned());
        }
        for range in line["Removed"].as_array().into_iter().flatten() {
            pruned += 1;
            let range = range[0].as_u64().unwrap()..=range[1].as_u64().unwrap();
            let is_removed = |version: &String| range.contains(&version.parse().unwrap());
            assert!(!pointed_at.values().any(is_removed), "{line}");
        }
    }
    assert!(pruned > 0, "nobody pruned while others published");
    let standing = standing(&store);
    for version in pointed_at.values() {
        assert!(standing.contains(&version.parse().unwrap()), "{version}");
    }
}
