//! `history.jsonl`: what changes write, and what is healed or refused.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::support::{Ran, TestStore, code_sha256, says, sha256_hex, zip_of};

/// The token of a writer that was killed.
const KILLED: &str = "k1ll3d00";

fn read_history(store: &TestStore) -> String {
    fs::read_to_string(store.join("hello/history.jsonl")).unwrap()
}

fn write_history(store: &TestStore, content: impl AsRef<[u8]>) {
    fs::write(store.join("hello/history.jsonl"), content).unwrap();
}

/// Puts bytes at the end of the history.
fn append(store: &TestStore, bytes: &[u8]) {
    let mut content = fs::read(store.join("hello/history.jsonl")).unwrap_or_default();
    content.extend_from_slice(bytes);
    write_history(store, content);
}

/// Returns the lines as they stand, and each parsed.
fn lines_of(store: &TestStore) -> Vec<(String, Value)> {
    let parse = |line: &str| (line.to_owned(), serde_json::from_str(line).unwrap());
    read_history(store).lines().map(parse).collect()
}

/// Sees that every line is whole and hangs on the one before it, and that time only goes on.
#[track_caller]
fn check_chain(store: &TestStore) {
    let text = read_history(store);
    assert!(text.ends_with('\n'), "{text}");
    let lines = lines_of(store);
    assert_eq!(lines[0].1.get("Previous"), None);
    for pair in lines.windows(2) {
        let [(before, earlier), (_, later)] = pair else {
            panic!("windows of two are two");
        };
        assert_eq!(later["Previous"], sha256_hex(before.as_bytes()), "{text}");
        assert!(
            later["Time"].as_str().unwrap() > earlier["Time"].as_str().unwrap(),
            "{text}"
        );
    }
}

/// Returns a line that a writer could have written behind the last one: the running facts are as
/// they were, unless `members` has others.
fn next_line(store: &TestStore, token: &str, operation: &str, members: &Value) -> String {
    let (last, facts) = lines_of(store).pop().unwrap();
    // Far in the future, so that what comes later has to come after it.
    let common = json!({
        "Format": 1, "Time": "2099-01-01T00:00:00.000+0000", "Operation": operation,
        "By": "alice@build7", "Token": token, "Previous": sha256_hex(last.as_bytes()),
    });
    let mut line = Map::new();
    for name in [
        "Format",
        "Time",
        "Operation",
        "By",
        "Token",
        "Made",
        "Removed",
        "Aliases",
        "Restored",
        "FoundEdited",
        "HighestVersion",
        "LastPublished",
        "Latest",
        "Previous",
    ] {
        let changes = !["Made", "Removed", "Aliases", "Restored", "FoundEdited"].contains(&name);
        let found = members.get(name).or_else(|| common.get(name));
        if let Some(value) = found.or_else(|| facts.get(name).filter(|_| changes)) {
            line.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(line).to_string() + "\n"
}

/// Leaves the mark of an unfinished change.
fn mark(store: &TestStore, token: &str) {
    let staging = store.join("hello/.staging");
    fs::create_dir_all(&staging).unwrap();
    fs::write(staging.join(format!("{token}.change")), "").unwrap();
}

/// Leaves something staged under a token.
fn stage(store: &TestStore, token: &str) {
    let staging = store.join("hello/.staging");
    let version = staging.join(format!("{token}.version-9"));
    fs::create_dir_all(&version).unwrap();
    fs::write(version.join("code.zip"), "half a pack").unwrap();
    fs::write(staging.join(format!("{token}.code.zip")), "half a pack").unwrap();
    fs::write(staging.join(format!("{token}.config.json")), "{\"Runt").unwrap();
}

#[track_caller]
fn staging_is_empty(store: &TestStore) {
    let left: Vec<_> = fs::read_dir(store.join("hello/.staging"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A function with versions 1 and 2, the second made of other code; nothing changed since.
fn with_two_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"v2", &["--publish"]).succeeded();
    store
}

/// Sees that readers go on without a word, and find this.
#[track_caller]
fn reads(store: &TestStore, qualifier: &str, expected: &Value) {
    let before = store.files();
    let found = store.get("hello", &["--qualifier", qualifier]).succeeded();
    assert_eq!(found, *expected);
    assert!(store.files() == before, "a reader changed the store");
}

/// Returns the answer of a reader.
fn answer(store: &TestStore, qualifier: &str) -> Value {
    store.get("hello", &["--qualifier", qualifier]).succeeded()
}

/// Sees that each writer refuses because of the history, says what to do and changes nothing.
#[track_caller]
fn writers_refuse(store: &TestStore, named: &[&str]) {
    let before = store.files();
    let path = store.join("hello/history.jsonl").display().to_string();
    let refuses = |ran: &Ran, operation: &str| {
        let message = ran.failed_with("ServiceException", operation);
        says(message, &[&path]);
        says(message, named);
        assert!(store.files() == before, "{operation} changed the store");
    };
    refuses(&store.publish("hello", &[]), "PublishVersion");
    refuses(&store.update("hello", b"v9", &[]), "UpdateFunctionCode");
    let published = store.update("hello", b"v9", &["--publish"]);
    refuses(&published, "UpdateFunctionCode");
}

/// Canonical JSON of the format; strings here need no other escapes than `serde_json` makes.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, String> = members
                .iter()
                .map(|(name, value)| (name, canonical(value)))
                .collect();
            let members: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{value}", json!(name)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Recomputes `ContentSha256` from a configuration without description, as `create` here makes it.
fn content_sha256(config: &Value) -> String {
    let kept = ["Runtime", "Role", "Handler", "CodeSha256"];
    let mut content = config.as_object().unwrap().clone();
    content.retain(|name, _| kept.contains(&name.as_str()));
    sha256_hex(canonical(&Value::Object(content)).as_bytes())
}

/// Recomputes the revision id of `$LATEST` whose last move was at this time, in milliseconds.
fn latest_revision_id(config: &Value, milliseconds: u64) -> String {
    let mut document = config.as_object().unwrap().clone();
    let left_out = [
        "RevisionId",
        "FunctionName",
        "FunctionArn",
        "AliasArn",
        "Version",
    ];
    document.retain(|name, _| !left_out.contains(&name.as_str()));
    let text = format!(
        "{milliseconds}\n$LATEST\n{}",
        canonical(&Value::Object(document))
    );
    let hash = sha256_hex(text.as_bytes());
    let variant = u8::from_str_radix(&hash[4..5], 16).unwrap() & 0x3 | 0x8;
    let time = format!("{milliseconds:012x}");
    format!(
        "{}-{}-8{}-{variant:x}{}-{}",
        &time[..8],
        &time[8..],
        &hash[1..4],
        &hash[5..8],
        &hash[8..20]
    )
}

/// Returns a time of the history in milliseconds since 1970.
fn milliseconds(time: &Value) -> u64 {
    let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    u64::try_from(time.as_millisecond()).unwrap()
}

/// Sees that the last line is what the format says of this change to hello.
#[track_caller]
fn check_last_line(
    store: &TestStore,
    (operation, members): (&str, &[&str]),
    made: &[u64],
    (highest, last_published): (u64, Value),
    package: &[u8],
) {
    let (raw, line) = lines_of(store).pop().unwrap();
    assert_eq!(line.to_string(), raw, "a line is compact JSON");
    let names: Vec<&str> = line
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, members);
    assert_eq!(
        (&line["Format"], &line["Operation"]),
        (&json!(1), &json!(operation))
    );
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    assert_eq!(line["By"], format!("alice@{host}"));
    let token = line["Token"].as_str().unwrap();
    let is_fit = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    assert!(token.len() == 8 && token.chars().all(is_fit), "{token}");
    let made: Vec<Value> = made
        .iter()
        .map(|version| {
            let config = store.join(&format!("hello/versions/{version}/config.json"));
            let sha256 = sha256_hex(&fs::read(config).unwrap());
            json!({"Version": version, "ConfigSha256": sha256, "Published": line["Time"]})
        })
        .collect();
    assert_eq!(line.get("Made").cloned().unwrap_or(json!([])), json!(made));
    assert_eq!(line["HighestVersion"], highest);
    assert_eq!(
        line.get("LastPublished").cloned().unwrap_or_default(),
        last_published
    );

    let code = store.join("hello/$LATEST/code.zip").metadata().unwrap();
    let config = read_json(&store.join("hello/$LATEST/config.json"));
    assert_eq!(
        line["Latest"],
        json!({
            "RevisionId": latest_revision_id(&config, milliseconds(&line["Time"])),
            "CodeSha256": code_sha256(package),
            "CodeSize": package.len(),
            "CodeModified": format!("{}.{:09}", code.mtime(), code.mtime_nsec()),
        })
    );
    let names: Vec<&str> = line["Latest"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        ["RevisionId", "CodeSha256", "CodeSize", "CodeModified"]
    );
    let answered = answer(store, "$LATEST");
    assert_eq!(answered["RevisionId"], line["Latest"]["RevisionId"]);
    // The times of the packages that the tool writes are those of their changes, to the millisecond.
    assert_eq!(code.mtime_nsec() % 1_000_000, 0);
}

#[test]
fn each_change_writes_one_line_as_the_format_says() {
    const FIRST: [&str; 7] = [
        "Format",
        "Time",
        "Operation",
        "By",
        "Token",
        "HighestVersion",
        "Latest",
    ];
    let store = TestStore::nothing();
    let v0 = zip_of(&[("app.py", b"v0")]);
    store.create("hello", &[]).succeeded();
    check_last_line(
        &store,
        ("CreateFunction", &FIRST),
        &[],
        (0, Value::Null),
        &v0,
    );

    let v1 = zip_of(&[("app.py", b"v1")]);
    store.update("hello", b"v1", &[]).succeeded();
    let members = [&FIRST[..], &["Previous"]].concat();
    check_last_line(
        &store,
        ("UpdateFunctionCode", &members),
        &[],
        (0, Value::Null),
        &v1,
    );

    store
        .publish("hello", &["--description", "first"])
        .succeeded();
    let with_version = [
        "Format",
        "Time",
        "Operation",
        "By",
        "Token",
        "Made",
        "HighestVersion",
        "LastPublished",
        "Latest",
        "Previous",
    ];
    // What the publish saw is $LATEST, without the description that was given to the version.
    let seen = content_sha256(&read_json(&store.join("hello/$LATEST/config.json")));
    let last = json!({"Version": 1, "ContentSha256": seen});
    check_last_line(
        &store,
        ("PublishVersion", &with_version),
        &[1],
        (1, last.clone()),
        &v1,
    );

    // The running facts are repeated where they did not change.
    store.update("hello", b"v2", &[]).succeeded();
    let v2 = zip_of(&[("app.py", b"v2")]);
    let repeated = [
        "Format",
        "Time",
        "Operation",
        "By",
        "Token",
        "HighestVersion",
        "LastPublished",
        "Latest",
        "Previous",
    ];
    check_last_line(
        &store,
        ("UpdateFunctionCode", &repeated),
        &[],
        (1, last),
        &v2,
    );

    store.update("hello", b"v3", &["--publish"]).succeeded();
    let v3 = zip_of(&[("app.py", b"v3")]);
    let seen = content_sha256(&read_json(&store.join("hello/$LATEST/config.json")));
    let last = json!({"Version": 2, "ContentSha256": seen});
    check_last_line(
        &store,
        ("UpdateFunctionCode", &with_version),
        &[2],
        (2, last),
        &v3,
    );

    check_chain(&store);
    assert_eq!(lines_of(&store).len(), 5);
    let mut tokens: Vec<Value> = lines_of(&store)
        .into_iter()
        .map(|(_, line)| line["Token"].clone())
        .collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 5);
}

#[test]
fn create_with_publish_is_one_line() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    let members = [
        "Format",
        "Time",
        "Operation",
        "By",
        "Token",
        "Made",
        "HighestVersion",
        "LastPublished",
        "Latest",
    ];
    let seen = content_sha256(&read_json(&store.join("hello/$LATEST/config.json")));
    let last = json!({"Version": 1, "ContentSha256": seen});
    let package = zip_of(&[("app.py", b"v0")]);
    check_last_line(
        &store,
        ("CreateFunction", &members),
        &[1],
        (1, last),
        &package,
    );
    assert_eq!(lines_of(&store).len(), 1);
}

#[test]
fn what_changes_nothing_writes_no_line() {
    let store = with_two_versions();
    let before = read_history(&store);
    store.publish("hello", &[]).succeeded();
    store
        .update("hello", b"v3", &["--dry-run", "--publish"])
        .succeeded();
    store.get("hello", &[]).succeeded();
    store
        .update("hello", b"v3", &["--revision-id", "other"])
        .failed(254);
    store
        .publish("hello", &["--code-sha256", "other"])
        .failed(254);
    assert_eq!(read_history(&store), before);
}

#[test]
fn a_line_tells_what_was_found_edited_by_hand_and_nothing_else() {
    let store = TestStore::with_function("hello");
    let config = store.join("hello/$LATEST/config.json");
    let package = store.join("hello/$LATEST/code.zip");
    let edit = || {
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replace("\"Timeout\": 3", "\"Timeout\": 4")).unwrap();
    };
    let found = || {
        lines_of(&store)
            .pop()
            .unwrap()
            .1
            .get("FoundEdited")
            .cloned()
    };
    edit();
    store.publish("hello", &[]).succeeded();
    assert_eq!(found(), Some(json!(["config.json"])));

    fs::write(&package, zip_of(&[("app.py", b"by hand")])).unwrap();
    store.update("hello", b"v1", &[]).succeeded();
    assert_eq!(found(), Some(json!(["code.zip"])));

    // The same bytes again: a difference of times alone is none.
    fs::write(&package, fs::read(&package).unwrap()).unwrap();
    fs::write(&config, fs::read(&config).unwrap()).unwrap();
    store.update("hello", b"v2", &[]).succeeded();
    assert_eq!(found(), None);

    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("\"Timeout\": 4", "\"Timeout\": 5")).unwrap();
    fs::write(&package, zip_of(&[("app.py", b"by hand")])).unwrap();
    store.publish("hello", &[]).succeeded();
    assert_eq!(found(), Some(json!(["code.zip", "config.json"])));
    check_chain(&store);
}

#[test]
fn time_goes_on_even_if_the_last_line_is_of_the_future() {
    let store = TestStore::with_function("hello");
    let line = next_line(&store, "f0000000", "TagResource", &json!({}));
    append(&store, line.as_bytes());
    store.publish("hello", &[]).succeeded();
    let (_, last) = lines_of(&store).pop().unwrap();
    assert_eq!(last["Time"], "2099-01-01T00:00:00.001+0000");
    check_chain(&store);
}

/// What a writer that was killed while it appended a line may have left of it.
const TORN: [&[u8]; 4] = [
    b"{\"Format\":1,\"Time\":\"2026-11-23T10:1",
    b"{",
    b"\0\0\0\0\0\0",
    b"{\"Format\":1,\0\0\0\n",
];

#[test]
fn a_torn_last_line_is_passed_over_by_readers_and_healed_by_the_next_writer() {
    for torn in TORN {
        for writer in ["publish-unchanged", "update", "update-publish"] {
            let store = with_two_versions();
            let whole = read_history(&store);
            let (latest, second) = (answer(&store, "$LATEST"), answer(&store, "2"));
            append(&store, torn);
            mark(&store, KILLED);
            stage(&store, KILLED);
            reads(&store, "$LATEST", &latest);
            reads(&store, "2", &second);
            store
                .get("hello", &["--qualifier", "9"])
                .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");

            match writer {
                "publish-unchanged" => {
                    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
                    assert_eq!(read_history(&store), whole);
                }
                "update" => {
                    store.update("hello", b"v3", &[]).succeeded();
                }
                _ => {
                    let made = store.update("hello", b"v3", &["--publish"]).succeeded();
                    assert_eq!(made["Version"], "3");
                }
            }
            assert!(read_history(&store).starts_with(&whole));
            check_chain(&store);
            staging_is_empty(&store);
        }
    }
}

#[test]
fn a_torn_first_line_is_no_history() {
    for torn in TORN {
        let store = TestStore::made_by_hand("hello");
        let latest = answer(&store, "$LATEST");
        append(&store, torn);
        mark(&store, KILLED);
        stage(&store, KILLED);
        reads(&store, "$LATEST", &latest);
        assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "1");
        assert_eq!(lines_of(&store).len(), 1);
        check_chain(&store);
        staging_is_empty(&store);
    }
}

#[test]
fn a_torn_end_that_no_unfinished_change_explains_is_damage() {
    for torn in TORN {
        // The mark of the last whole line's own change explains nothing behind that line.
        for own_mark in [false, true] {
            let store = with_two_versions();
            let latest = answer(&store, "$LATEST");
            if own_mark {
                let token = lines_of(&store).pop().unwrap().1["Token"].clone();
                mark(&store, token.as_str().unwrap());
            }
            append(&store, torn);
            writers_refuse(&store, &["move it away"]);
            let path = store.join("hello/history.jsonl");
            let ran = store.get("hello", &[]);
            let message = ran.failed_with("ServiceException", "GetFunctionConfiguration");
            says(message, &[&path.display().to_string(), "move it away"]);

            // The way out that the message names.
            fs::rename(&path, store.beside("history.jsonl")).unwrap();
            let found = answer(&store, "$LATEST");
            assert_eq!(found["CodeSha256"], latest["CodeSha256"]);
            assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
            let made = store.update("hello", b"v3", &["--publish"]).succeeded();
            assert_eq!(made["Version"], "3");
            check_chain(&store);
            staging_is_empty(&store);
        }
    }
}

#[test]
fn a_last_line_whose_change_was_not_applied_holds_for_readers_and_is_applied_by_the_next_writer() {
    const ENTRIES: [(&str, &str); 3] = [
        ("code.zip", "$LATEST/code.zip"),
        ("config.json", "$LATEST/config.json"),
        ("version-2", "versions/2"),
    ];
    // Wherever applying it was stopped: each entry is staged still, or in place.
    for applied in 0..1 << ENTRIES.len() {
        let store = TestStore::nothing();
        store.create("hello", &["--publish"]).succeeded();
        let old = ["code.zip", "config.json"].map(|name| {
            let path = store.join("hello/$LATEST").join(name);
            (path.clone(), fs::read(&path).unwrap())
        });
        store.update("hello", b"v2", &["--publish"]).succeeded();
        let (latest, second) = (answer(&store, "$LATEST"), answer(&store, "2"));
        let done = store.files();

        let (_, line) = lines_of(&store).pop().unwrap();
        let token = line["Token"].as_str().unwrap();
        mark(&store, token);
        for (number, (entry, place)) in ENTRIES.iter().enumerate() {
            if applied & 1 << number == 0 {
                let staged = store.join(&format!("hello/.staging/{token}.{entry}"));
                fs::rename(store.join("hello").join(place), staged).unwrap();
            }
        }
        for (path, content) in &old {
            if !path.exists() {
                fs::write(path, content).unwrap();
            }
        }
        reads(&store, "$LATEST", &latest);
        reads(&store, "2", &second);

        assert_eq!(store.publish("hello", &[]).succeeded(), second);
        assert!(store.files() == done, "{applied:03b}");
        staging_is_empty(&store);
    }
}

#[test]
fn a_first_line_whose_change_was_not_finished_is_finished() {
    let store = TestStore::with_function("hello");
    let latest = answer(&store, "$LATEST");
    let token = lines_of(&store)[0].1["Token"].clone();
    mark(&store, token.as_str().unwrap());
    reads(&store, "$LATEST", &latest);
    store.publish("hello", &[]).succeeded();
    staging_is_empty(&store);
    check_chain(&store);
}

#[test]
fn what_a_change_without_a_line_staged_is_thrown_away() {
    for marked in [true, false] {
        let store = with_two_versions();
        let (latest, done) = (answer(&store, "$LATEST"), store.files());
        stage(&store, KILLED);
        fs::write(store.join("hello/.staging/whatever"), "dropped in").unwrap();
        fs::create_dir_all(store.join("hello/.staging/.hidden/deep")).unwrap();
        if marked {
            mark(&store, KILLED);
        }
        reads(&store, "$LATEST", &latest);
        assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
        staging_is_empty(&store);
        assert!(store.files() == done);
    }
}

#[test]
fn garbage_is_not_put_in_place_of_the_last_change() {
    // Entries of the last line's own token, but no mark: that change is finished.
    let store = with_two_versions();
    let (latest, done) = (answer(&store, "$LATEST"), store.files());
    let token = lines_of(&store).pop().unwrap().1["Token"].clone();
    stage(&store, token.as_str().unwrap());
    reads(&store, "$LATEST", &latest);
    store.publish("hello", &[]).succeeded();
    staging_is_empty(&store);
    assert!(store.files() == done);
}

#[test]
fn damage_in_the_line_before_the_last_is_refused_by_writers() {
    for damage in [
        |lines: &mut Vec<String>| lines[1] = lines[1].replacen("alice", "carol", 1),
        |lines: &mut Vec<String>| lines[1] = "garbage".to_owned(),
        |lines: &mut Vec<String>| lines[1].truncate(40),
        |lines: &mut Vec<String>| drop(lines.remove(1)),
        |lines: &mut Vec<String>| lines.insert(2, "{}".to_owned()),
    ] {
        let store = with_two_versions();
        store.update("hello", b"v3", &[]).succeeded();
        let latest = answer(&store, "$LATEST");
        let mut lines: Vec<String> = read_history(&store).lines().map(str::to_owned).collect();
        damage(&mut lines);
        write_history(&store, lines.join("\n") + "\n");
        // Readers need the last line only.
        reads(&store, "$LATEST", &latest);
        writers_refuse(&store, &["move it away"]);

        fs::remove_file(store.join("hello/history.jsonl")).unwrap();
        assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "3");
        check_chain(&store);
    }
}

#[test]
fn a_last_line_that_is_json_but_no_line_is_refused() {
    for last in ["{}", "[]", "7", "{\"Format\":1}"] {
        let store = with_two_versions();
        append(&store, format!("{last}\n").as_bytes());
        writers_refuse(&store, &["move it away"]);
        let ran = store.get("hello", &[]);
        let message = ran.failed_with("ServiceException", "GetFunctionConfiguration");
        says(message, &["history.jsonl", "move it away"]);
    }
}

#[test]
fn blank_lines_at_the_end_are_ignored() {
    for blank in ["\n", "\n\n\n", "  \n\t\n"] {
        let store = with_two_versions();
        let latest = answer(&store, "$LATEST");
        let whole = read_history(&store);
        append(&store, blank.as_bytes());
        reads(&store, "$LATEST", &latest);
        assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "2");
        let made = store.update("hello", b"v3", &["--publish"]).succeeded();
        assert_eq!(made["Version"], "3");
        // Only at the end are they ignored.
        assert!(read_history(&store).starts_with(&whole));
        check_chain(&store);
    }
}

#[test]
fn a_line_of_a_newer_format_is_read_with_a_warning_and_never_added_to() {
    let store = with_two_versions();
    let latest = answer(&store, "$LATEST");
    let line = next_line(&store, "n3w00000", "Hibernate", &json!({"Format": 2}));
    append(
        &store,
        line.replacen("\"Operation\"", "\"Surprise\":{\"A\":[1]},\"Operation\"", 1)
            .as_bytes(),
    );
    let ran = store.get("hello", &["--qualifier", "$LATEST"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found, latest);
    let path = store.join("hello/history.jsonl").display().to_string();
    says(&ran.stderr, &["warning", &path, "format 2"]);
    assert_eq!(ran.stderr.lines().count(), 1, "said once: {}", ran.stderr);
    writers_refuse(&store, &["format 2", "newer"]);
    // Nor is what the newer tool may have staged touched.
    mark(&store, "n3w00000");
    stage(&store, "n3w00000");
    writers_refuse(&store, &["format 2", "newer"]);
}

#[test]
fn without_a_history_the_directories_tell_the_facts() {
    for empty in [None, Some(""), Some("\n"), Some(" \n\n")] {
        let store = with_two_versions();
        let second = answer(&store, "2");
        match empty {
            None => fs::remove_file(store.join("hello/history.jsonl")).unwrap(),
            Some(text) => write_history(&store, text),
        }
        // Without a history, the revision id's time is 0.
        let config = read_json(&store.join("hello/$LATEST/config.json"));
        let found = answer(&store, "$LATEST");
        assert_eq!(found["RevisionId"], latest_revision_id(&config, 0));
        // Nothing changed since version 2, which the directories show.
        assert_eq!(store.publish("hello", &[]).succeeded(), second);
        let made = store.update("hello", b"v3", &["--publish"]).succeeded();
        assert_eq!(made["Version"], "3");
        let lines = lines_of(&store);
        assert_eq!((lines.len(), &lines[0].1["HighestVersion"]), (1, &json!(3)));
        check_chain(&store);
    }
}

/// Appends a line that removes something, its change unfinished.
fn append_unfinished(store: &TestStore, operation: &str, members: &Value) {
    let line = next_line(store, KILLED, operation, members);
    append(store, line.as_bytes());
    mark(store, KILLED);
}

#[test]
fn a_version_that_the_last_line_removes_is_gone_and_the_next_writer_removes_it() {
    // Where applying it was stopped: not begun; moved away, with the deletion begun or not.
    for moved in [None, Some(true), Some(false)] {
        let store = with_two_versions();
        let second = answer(&store, "2");
        append_unfinished(&store, "Prune", &json!({"Removed": [[1, 1]]}));
        let version = store.join("hello/versions/1");
        if let Some(whole) = moved {
            let staged = store.join(&format!("hello/.staging/{KILLED}.removed-version-1"));
            fs::rename(&version, &staged).unwrap();
            if !whole {
                fs::remove_file(staged.join("code.zip")).unwrap();
            }
        }
        store
            .get("hello", &["--qualifier", "1"])
            .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
        reads(&store, "2", &second);
        assert_eq!(store.publish("hello", &[]).succeeded(), second);
        assert!(!version.exists());
        staging_is_empty(&store);
        check_chain(&store);
    }
}

#[test]
fn a_range_of_removed_versions_is_removed_and_no_number_is_given_again() {
    let store = with_two_versions();
    store.update("hello", b"v3", &["--publish"]).succeeded();
    append_unfinished(&store, "Prune", &json!({"Removed": [[1, 2], [3, 3]]}));
    for gone in ["1", "2", "3"] {
        store
            .get("hello", &["--qualifier", gone])
            .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
    }
    // The last published version was removed, so a publish makes a new one.
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "4");
    let left: Vec<_> = fs::read_dir(store.join("hello/versions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["4"]);
    staging_is_empty(&store);
    check_chain(&store);
}

#[test]
fn a_line_whose_change_is_finished_is_never_replayed() {
    let store = with_two_versions();
    let line = next_line(&store, KILLED, "Prune", &json!({"Removed": [[1, 1]]}));
    append(&store, line.as_bytes());
    // A version of that number, placed by hand after it was removed.
    let first = answer(&store, "1");
    store.update("hello", b"v3", &["--publish"]).succeeded();
    assert_eq!(answer(&store, "1"), first);
}

/// Places an alias by hand.
fn place_alias(store: &TestStore, version: &str) {
    fs::create_dir_all(store.join("hello/aliases")).unwrap();
    let alias = json!({"Name": "live", "FunctionVersion": version});
    fs::write(store.join("hello/aliases/live.json"), alias.to_string()).unwrap();
}

#[test]
fn an_alias_that_the_last_line_removes_is_gone_and_the_next_writer_removes_it() {
    for both_names in [false, true] {
        let store = with_two_versions();
        place_alias(&store, "1");
        let alias = store.join("hello/aliases/live.json");
        let members = json!({"Aliases": [{"Name": "live", "From": {"FunctionVersion": "1"}}]});
        append_unfinished(&store, "DeleteAlias", &members);
        if both_names {
            // After a power loss a renamed file may stand under both names.
            let staged = store.join(&format!("hello/.staging/{KILLED}.removed-alias-live.json"));
            fs::hard_link(&alias, staged).unwrap();
        }
        store
            .get("hello", &["--qualifier", "live"])
            .failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
        store.publish("hello", &[]).succeeded();
        assert!(!alias.exists());
        staging_is_empty(&store);
    }
}

#[test]
fn an_alias_that_the_last_line_moves_is_read_where_it_is_staged_and_put_in_place() {
    let store = with_two_versions();
    place_alias(&store, "1");
    let members = json!({"Aliases": [{
        "Name": "live", "From": {"FunctionVersion": "1"}, "To": {"FunctionVersion": "2"},
        "RevisionId": "00000000-0000-8000-8000-000000000000"
    }]});
    append_unfinished(&store, "UpdateAlias", &members);
    let staged = store.join(&format!("hello/.staging/{KILLED}.alias-live.json"));
    let text = json!({"Name": "live", "FunctionVersion": "2"}).to_string();
    fs::write(staged, &text).unwrap();
    assert_eq!(answer(&store, "live")["Version"], "2");
    store.publish("hello", &[]).succeeded();
    let alias = store.join("hello/aliases/live.json");
    assert_eq!(fs::read_to_string(alias).unwrap(), text);
    assert_eq!(answer(&store, "live")["Version"], "2");
    staging_is_empty(&store);
}

#[test]
fn the_tags_that_the_last_line_sets_are_put_in_place() {
    let store = with_two_versions();
    append_unfinished(&store, "TagResource", &json!({}));
    let text = json!({"Format": 1, "Tags": {"team": "store"}}).to_string();
    let staged = store.join(&format!("hello/.staging/{KILLED}.function.json"));
    fs::write(staged, &text).unwrap();
    store.publish("hello", &[]).succeeded();
    let found = fs::read_to_string(store.join("hello/function.json")).unwrap();
    assert_eq!(found, text);
    staging_is_empty(&store);
}
