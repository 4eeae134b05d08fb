//! `verify`: what it prints, of which functions, and that it is right about a store in use. That each
//! damage is found by its name is shown beside the script that was written from the format
//! (tests/system/damages.rs).

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::concurrency::at_once;
use crate::support::{ROLE, Ran, TestStore, code_sha256, says, sha256_hex, zip_of};

/// A store with the function `hello`, of which versions 1 and 3 are there, and `other`.
fn two_functions() -> TestStore {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2", b"v3"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    let version = ["--qualifier", "2"];
    assert_eq!(store.delete("hello", &version).code, Some(0));
    store.create("other", &["--publish"]).succeeded();
    store
}

/// Puts another byte into a package.
fn damage(store: &TestStore, path: &str) {
    let path = store.join(path);
    let mut package = std::fs::read(&path).unwrap();
    package[0] ^= 1;
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, package).unwrap();
}

fn verify(store: &TestStore, options: &[&str]) -> Ran {
    store.run(&[&["verify"], options].concat())
}

/// Returns the document of a store in which something is wrong.
#[track_caller]
fn found(store: &TestStore, options: &[&str]) -> Value {
    let ran = verify(store, &[options, &["--output", "json"]].concat());
    assert_eq!((ran.code, &*ran.stderr), (Some(1), ""), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Sees that nothing is wrong with a store, and returns the document.
#[track_caller]
fn is_sound(store: &TestStore) -> Value {
    let answer = verify(store, &["--output", "json"]).succeeded();
    assert_eq!(answer["Sound"], true, "{answer}");
    assert_eq!(answer["Findings"], json!([]));
    answer
}

#[test]
fn a_sound_store_is_called_so_and_counted_and_nothing_is_written() {
    let store = two_functions();
    let before = store.files();
    let ran = verify(&store, &[]);
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let package = zip_of(&[("app.py", b"v0")]).len();
    assert_eq!(
        ran.stdout,
        format!(
            "sound: 2 functions, 3 versions, 5 packages, {} bytes read\n",
            5 * package
        )
    );
    assert_eq!(store.files(), before);
}

#[test]
fn a_finding_is_a_line_that_says_where_what_and_what_to_do() {
    let store = two_functions();
    let package = zip_of(&[("app.py", b"v1")]);
    damage(&store, "hello/versions/1/code.zip");
    let ran = verify(&store, &[]);
    assert_eq!((ran.code, &*ran.stderr), (Some(1), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    assert!(lines[0].starts_with("hello/versions/1/code.zip: code-differs: "));
    says(lines[0], &[&code_sha256(&package), "put the version back"]);
    assert!(lines[1].starts_with("not sound, 1 finding: 2 functions, 3 versions, 5 packages, "));
}

#[test]
fn a_finding_in_the_history_names_its_line() {
    let store = two_functions();
    let history = store.text("hello/history.jsonl");
    let edited = history.replacen("alice@", "carol@", 1);
    std::fs::write(store.join("hello/history.jsonl"), edited).unwrap();
    let ran = verify(&store, &[]);
    let line = ran.stdout.lines().next().unwrap();
    assert!(line.starts_with("hello/history.jsonl: chain-broken: line 2: "));
    says(line, &["move it away"]);
    let findings = found(&store, &[])["Findings"].clone();
    assert_eq!(findings[0]["Line"], 2);
}

#[test]
fn the_document_has_the_findings_by_function_and_path() {
    let store = two_functions();
    damage(&store, "other/versions/1/code.zip");
    damage(&store, "hello/versions/3/code.zip");
    std::fs::remove_file(store.join("hello/versions/1/config.json")).unwrap();
    let alias = json!({"FunctionVersion": "9"});
    store.place_alias("live", &alias);
    let answer = found(&store, &[]);
    let names: Vec<&str> = answer.as_object().unwrap().keys().map(|k| &**k).collect();
    assert_eq!(
        names,
        [
            "Sound",
            "Functions",
            "Versions",
            "Packages",
            "Bytes",
            "Findings",
            "Notes"
        ]
    );
    assert_eq!(answer["Sound"], false);
    let first = answer["Findings"][0].as_object().unwrap();
    let names: Vec<&str> = first.keys().map(|name| &**name).collect();
    assert_eq!(names, ["Function", "Path", "Name", "Problem", "Remedy"]);
    let query = "Findings[].[Function, Path, Name]";
    let ran = verify(&store, &["--query", query, "--output", "text"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.stdout,
        "hello\thello/aliases/live.json\talias-target-missing\n\
         hello\thello/versions/1/config.json\tfile-missing\n\
         hello\thello/versions/3/code.zip\tcode-differs\n\
         other\tother/versions/1/code.zip\tcode-differs\n"
    );
}

#[test]
fn functions_that_are_named_are_checked_alone() {
    let store = two_functions();
    damage(&store, "other/versions/1/code.zip");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:hello";
    for names in [&["hello"][..], &[arn, "hello"]] {
        let ran = verify(&store, names);
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
        assert!(ran.stdout.starts_with("sound: 1 function, 2 versions, "));
    }
    let ran = verify(&store, &["other", "hello"]);
    assert_eq!(ran.code, Some(1));
    says(&ran.stdout, &["other/versions/1", "2 functions"]);
}

#[test]
fn what_is_not_there_cannot_be_verified() {
    let store = two_functions();
    let ran = verify(&store, &["hello", "helo"]);
    let message = ran.failed_with("ResourceNotFoundException", "Verify");
    says(message, &["helo", "hello"]);
    let ran = verify(&store, &["hello:1"]);
    ran.failed_with("InvalidParameterValueException", "Verify");
    verify(&store, &[""]).failed(252);
    verify(&store, &["--query", "["]).failed(252);
    verify(&TestStore::nothing(), &[]).failed(253);
    let function = store.join("hello").display().to_string();
    verify(&store, &["--store", &function]).failed(253);
}

#[test]
fn a_store_that_is_empty_is_sound() {
    let ran = verify(&TestStore::new(), &[]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stdout,
        "sound: 0 functions, 0 versions, 0 packages, 0 bytes read\n"
    );
}

#[test]
fn a_store_whose_store_json_is_damaged_is_checked_all_the_same() {
    let store = two_functions();
    std::fs::write(store.join("store.json"), "{\"Region\": 1}").unwrap();
    damage(&store, "other/versions/1/code.zip");
    let answer = found(&store, &[]);
    assert_eq!(answer["Findings"][0]["Path"], "store.json");
    assert_eq!(answer["Findings"][0]["Name"], "document-damaged");
    assert_eq!(answer["Findings"][0].get("Function"), None);
    assert_eq!(answer["Findings"][1]["Path"], "other/versions/1/code.zip");
}

#[test]
fn what_was_made_by_hand_is_sound() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 7, b"v7", &json!({"Runtime": "python3.13"}));
    store.place_alias("live", &json!({"FunctionVersion": "7"}));
    std::fs::write(store.join("hello/versions/README"), "notes").unwrap();
    std::fs::write(store.join("README"), "notes").unwrap();
    std::fs::create_dir_all(store.join("none/versions/1")).unwrap();
    let answer = is_sound(&store);
    assert_eq!(
        (&answer["Functions"], &answer["Versions"]),
        (&json!(1), &json!(1))
    );
    store.publish("hello", &[]).succeeded();
    store.write_code("hello", b"edited");
    is_sound(&store);
}

#[test]
fn a_function_that_was_renamed_is_sound_and_the_files_that_disagree_are_noted() {
    let store = two_functions();
    std::fs::rename(store.join("hello"), store.join("renamed")).unwrap();
    let answer = is_sound(&store);
    let notes = answer["Notes"].as_array().unwrap();
    let paths: Vec<&Value> = notes.iter().map(|note| &note["Path"]).collect();
    assert_eq!(
        paths,
        [
            "renamed/$LATEST/config.json",
            "renamed/versions/1/config.json",
            "renamed/versions/3/config.json"
        ]
    );
    assert_eq!(notes[0]["Name"], "place-differs");
    let problem = notes[1]["Problem"].as_str().unwrap();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:hello:1";
    says(problem, &["FunctionName says \"hello\"", arn]);
    let ran = verify(&store, &[]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 4));

    for content in [b"v4", b"v5", b"v6", b"v7"] {
        store.update("renamed", content, &["--publish"]).succeeded();
    }
    std::fs::rename(store.join("renamed"), store.join("again")).unwrap();
    let ran = verify(&store, &[]);
    says(
        &ran.stdout,
        &["\n2 more files say that they belong elsewhere"],
    );
}

#[test]
fn nothing_that_a_file_says_moves_the_cursor_and_no_secret_is_shown() {
    let store = two_functions();
    let alias = json!({"FunctionVersion": "1", "Name": "a\u{1b}[2Jb", "RevisionId": "\u{1b}[2J"});
    store.place_alias("live", &alias);
    store.edit_config("other", |config| {
        config["Environment"] = json!({"Variables": {"KEY": ["hunter2"]}});
    });
    let ran = verify(&store, &[]);
    says(
        &ran.stdout,
        &[
            "fingerprint-differs",
            "place-differs",
            "Environment.Variables.KEY",
        ],
    );
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
}

#[test]
fn colour_is_given_where_it_is_asked_for() {
    let store = two_functions();
    let ran = verify(&store, &["--color", "on"]);
    assert!(ran.stdout.starts_with("\u{1b}[32msound\u{1b}[0m: "));
    damage(&store, "other/versions/1/code.zip");
    let ran = verify(&store, &["--color", "on"]);
    says(
        &ran.stdout,
        &["\u{1b}[31mcode-differs\u{1b}[0m", "\u{1b}[31mnot sound"],
    );
}

/// Places ten thousand versions as if each had been imported, and the history of that.
fn with_ten_thousand_versions() -> TestStore {
    // To make twenty thousand files on a disk takes longer than all else here.
    let memory = Path::new("/dev/shm");
    let store = if memory.is_dir() {
        TestStore::nothing_in(memory)
    } else {
        TestStore::nothing()
    };
    store.create("hello", &[]).succeeded();
    let mut text = store.text("hello/history.jsonl");
    let first = store.history("hello").remove(0);
    let package = zip_of(&[("app.py", b"v0")]);
    let config = json!({"Role": ROLE, "CodeSha256": code_sha256(&package)}).to_string();
    let mut previous = sha256_hex(text.trim_end().as_bytes());
    for number in 1..=10_000 {
        let version = store.join(&format!("hello/versions/{number}"));
        std::fs::create_dir_all(&version).unwrap();
        std::fs::write(version.join("code.zip"), &package).unwrap();
        std::fs::write(version.join("config.json"), &config).unwrap();
        let seconds = number % 60;
        let time = format!(
            "2199-01-01T{:02}:{:02}:{seconds:02}.000+0000",
            number / 3600,
            number / 60 % 60
        );
        let line = json!({
            "Format": 1, "Time": time, "Operation": "Import", "By": "alice@build7",
            "Token": "k3j9x2ab",
            "Made": [{"Version": number, "ConfigSha256": sha256_hex(config.as_bytes()), "Published": time}],
            "HighestVersion": number,
            "Latest": first["Latest"], "Previous": previous,
        })
        .to_string();
        previous = sha256_hex(line.as_bytes());
        writeln!(text, "{line}").unwrap();
    }
    std::fs::write(store.join("hello/history.jsonl"), text).unwrap();
    store
}

#[test]
fn ten_thousand_versions_are_checked_each() {
    let store = with_ten_thousand_versions();
    assert_eq!(is_sound(&store)["Packages"], 10_001);
    damage(&store, "hello/versions/5000/code.zip");
    std::fs::remove_dir_all(store.join("hello/versions/9999")).unwrap();
    let findings = found(&store, &["--query", "Findings[].Path"]);
    assert_eq!(
        findings,
        json!(["hello/versions/5000/code.zip", "hello/versions/9999"])
    );
}

#[test]
fn a_store_in_use_is_sound_at_every_moment() {
    let store = two_functions();
    let done = AtomicBool::new(false);
    let go_on = || !done.load(Ordering::Relaxed);
    let publish = |store: &TestStore| {
        let zip = store.beside("published.zip");
        let mut number = 3;
        while go_on() {
            number += 1;
            std::fs::write(&zip, zip_of(&[("app.py", format!("v{number}").as_bytes())])).unwrap();
            let zip_file = format!("fileb://{}", zip.display());
            let update = [
                "update-function-code",
                "--publish",
                "--function-name",
                "hello",
            ];
            store
                .run(&[&update[..], &["--zip-file", &zip_file]].concat())
                .succeeded();
            let old = (number - 2).to_string();
            assert_eq!(store.delete("hello", &["--qualifier", &old]).code, Some(0));
        }
        assert!(number > 5, "nothing went on meanwhile");
    };
    let replace = |store: &TestStore| {
        while go_on() {
            assert_eq!(store.delete("other", &[]).code, Some(0));
            store.create("other", &["--publish"]).succeeded();
        }
    };
    let look = |store: &TestStore| {
        for _ in 0..40 {
            let ran = verify(store, &[]);
            if ran.code != Some(0) {
                done.store(true, Ordering::Relaxed);
            }
            assert_eq!((ran.code, &*ran.stderr), (Some(0), ""), "{ran:?}");
        }
        done.store(true, Ordering::Relaxed);
    };
    at_once(3, |index| match index {
        0 => publish(&store),
        1 => replace(&store),
        _ => look(&store),
    });
    is_sound(&store);
}

#[test]
fn a_line_that_is_damaged_is_found_while_others_are_added() {
    let store = two_functions();
    // Writers look at the last lines alone.
    for _ in 0..30 {
        store.configure("hello", &[]).succeeded();
    }
    let history = store.join("hello/history.jsonl");
    let text = std::fs::read_to_string(&history).unwrap();
    std::fs::write(
        &history,
        text.replacen("CreateFunction", "createFunction", 1),
    )
    .unwrap();
    let done = AtomicBool::new(false);
    let update = |store: &TestStore| {
        while !done.load(Ordering::Relaxed) {
            store.configure("hello", &[]).succeeded();
        }
    };
    let look = |store: &TestStore| {
        let looks: Vec<Ran> = (0..2).map(|_| verify(store, &[])).collect();
        done.store(true, Ordering::Relaxed);
        for ran in looks {
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(
                ran.stdout
                    .contains("hello/history.jsonl: chain-broken: line 2: "),
                "{ran:?}"
            );
        }
    };
    at_once(2, |index| match index {
        0 => update(&store),
        _ => look(&store),
    });
}
