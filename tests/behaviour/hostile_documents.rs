//! Documents and histories that are made to fill the memory: read in 64 MB, or refused.

use std::io::{Seek as _, SeekFrom, Write as _};

use serde_json::Value;

use crate::support::{ROLE, TestStore, run_with_little_memory, sample, says};

const READERS: [&[&str]; 6] = [
    &["get-function", "--function-name", "hello"],
    &["list-functions"],
    &["status", "hello"],
    &["verify"],
    &["diff", "hello", "1", "$LATEST"],
    &["log", "hello", "--all"],
];
const WRITERS: [&[&str]; 3] = [
    &["publish-version", "--function-name", "hello"],
    &[
        "update-function-configuration",
        "--function-name",
        "hello",
        "--timeout",
        "9",
    ],
    &["restore", "hello", "1"],
];

fn published() -> TestStore {
    let store = TestStore::new();
    store
        .create("hello", &["--publish", "--tags", "team=blue"])
        .succeeded();
    store.create_alias("live", "1", &[]).succeeded();
    store
}

/// Returns a good configuration with these members besides.
fn config_with(members: &str) -> String {
    format!(
        "{{\"Runtime\":\"python3.13\",\"Handler\":\"app.handler\",\"Role\":\"{ROLE}\",{members}}}"
    )
}

fn list_of(item: &str, count: usize) -> String {
    format!("[{}]", vec![item; count].join(","))
}

#[test]
fn a_document_that_would_fill_the_memory_is_refused() {
    const READ: [&str; 4] = ["get-function", "--function-name", "hello", "--qualifier"];
    let deep = format!(
        "{}{}{}",
        "[".repeat(100),
        list_of("1", 9000),
        "]".repeat(100)
    );
    let values = [
        format!("\"{}\"", "x".repeat(10 * 1024 * 1024)),
        format!("\"{}\"", "x".repeat(17 * 1024 * 1024)),
        list_of("1", 200_000),
        deep,
    ];
    let places = [
        ("store.json", &[READERS[0], READERS[1], WRITERS[0]][..]),
        (
            "hello/$LATEST/config.json",
            &[READERS[0], READERS[2], WRITERS[0], WRITERS[1]],
        ),
        (
            "hello/function.json",
            &[READERS[0], &["export", "hello", "out.tar"]],
        ),
        (
            "hello/versions/1/config.json",
            &[&[READ[0], READ[1], READ[2], READ[3], "1"][..], WRITERS[2]],
        ),
        (
            "hello/aliases/live.json",
            &[&[READ[0], READ[1], READ[2], READ[3], "live"][..]],
        ),
    ];
    let mut points = Vec::new();
    for own in &values {
        points.extend(places.map(|(place, commands)| (own, place, commands)));
    }
    for (own, place, commands) in sample::of("documents too large", points) {
        let store = published();
        let path = store.join(place);
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = text.trim_end().strip_suffix('}').unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, format!("{whole},\"Own\":{own}}}")).unwrap();
        let before = store.files();
        for arguments in commands {
            let ran = run_with_little_memory(&store, arguments);
            says(&ran.stderr, &[place, "more than a document can have"]);
        }
        assert_eq!(run_with_little_memory(&store, &["verify"]).code, Some(1));
        assert!(store.files() == before, "{place}");
    }
}

#[test]
fn whatever_stands_in_a_document_that_can_be_read_stays_small() {
    let members: Vec<String> = (0..40_000).map(|n| format!("\"{n:x}\":1")).collect();
    let documents = [
        format!("\"Layers\":{}", list_of("{\"Arn\":\"x\"}", 22_000)),
        format!("\"Own\":{}", list_of("[]", 80_000)),
        format!("\"Own\":{{{}}}", members.join(",")),
        format!("\"Description\":\"{}\"", "x".repeat(1_000_000)),
    ];
    let mut points = Vec::new();
    for members in &documents {
        points.extend(READERS.map(|command| (members, command)));
        points.extend(WRITERS.map(|command| (members, command)));
    }
    for (members, arguments) in sample::of("large documents", points) {
        let store = published();
        let config = config_with(members);
        std::fs::write(store.join("hello/$LATEST/config.json"), config).unwrap();
        let ran = run_with_little_memory(&store, arguments);
        assert!(!ran.stderr.contains("document can have"), "{}", ran.stderr);
    }
}

#[test]
fn a_version_that_nobody_could_read_is_not_made() {
    let store = published();
    let config = config_with(&format!("\"Own\":\"{}\"", "x".repeat(1024 * 1024 - 250)));
    std::fs::write(store.join("hello/$LATEST/config.json"), config).unwrap();
    let before = store.files();
    let refused = store.publish("hello", &[]);
    let message = refused.failed_with("ServiceException", "PublishVersion");
    says(message, &["config.json", "a document has at most"]);
    assert!(store.files() == before);
    store.get("hello", &[]).succeeded();
}

#[test]
fn a_history_without_lines_is_not_read_on_and_on() {
    let line = |filling: String| format!("{{\"Format\":1,\"A\":{filling}}}\n");
    let histories = vec![
        "{}\n".repeat(1_000_000),
        line(list_of("1", 1_000_000)),
        line(format!("\"{}\"", "x".repeat(17 * 1024 * 1024))),
        format!("{}{}\n", "[".repeat(1_000_000), "]".repeat(1_000_000)),
    ];
    for history in sample::of("histories without lines", histories) {
        let store = published();
        std::fs::write(store.join("hello/history.jsonl"), &history).unwrap();
        let before = store.files();
        for arguments in [READERS[0], READERS[2], READERS[5], WRITERS[0], WRITERS[1]] {
            let ran = run_with_little_memory(&store, arguments);
            says(ran.failed(254), &["history.jsonl", "damaged"]);
        }
        let verified = run_with_little_memory(&store, &["verify", "--output", "json"]);
        let found: Value = serde_json::from_str(&verified.stdout).unwrap();
        let count = found["Findings"].as_array().unwrap().len();
        assert!((1..=1100).contains(&count), "{count}");
        assert!(store.files() == before);
    }
}

#[test]
fn of_a_long_history_the_end_is_read() {
    let store = published();
    let path = store.join("hello/history.jsonl");
    let lines = std::fs::read(&path).unwrap();
    let mut file = std::fs::File::create(&path).unwrap();
    // A hole before the lines, which costs no room.
    file.seek(SeekFrom::Start(8 << 30)).unwrap();
    file.write_all(&[b"\n", &lines[..]].concat()).unwrap();
    for arguments in [READERS[0], READERS[1], READERS[2], WRITERS[1]] {
        let ran = run_with_little_memory(&store, arguments);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
    assert_eq!(run_with_little_memory(&store, &["verify"]).code, Some(1));
}
