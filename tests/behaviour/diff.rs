//! `diff` of two states of a function: what may be named, the configuration, the exit code, the
//! document for scripts.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{Ran, TestStore, code_sha256, masked, run, says, zip_of};

const SECRET: &str = "hunter2";

/// A store with `hello` and its versions 1 and 2, whose packages hold `v1` and `v2`; `$LATEST` is as
/// version 2, `live` is 1.
fn with_versions() -> TestStore {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    store
}

fn diff(store: &TestStore, arguments: &[&str]) -> Ran {
    store.run(&[&["diff", "hello"], arguments].concat())
}

/// Runs `diff`, sees the exit code and that nothing is said on stderr, and returns stdout.
#[track_caller]
fn said(store: &TestStore, arguments: &[&str], code: i32) -> String {
    let ran = diff(store, arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{ran:?}");
    ran.stdout
}

/// Returns the document for scripts.
#[track_caller]
fn document(store: &TestStore, arguments: &[&str], code: i32) -> Value {
    let text = said(store, &[arguments, &["--output", "json"]].concat(), code);
    serde_json::from_str(&text).unwrap()
}

/// Masks the hashes of packages.
fn without_hashes(text: &str) -> String {
    let hash = fancy_regex::Regex::new("[A-Za-z0-9+/]{43}=").unwrap();
    hash.replace_all(text, "<hash>").into_owned()
}

#[test]
fn what_is_the_same_is_said_to_be() {
    let store = with_versions();
    for (arguments, words) in [
        (
            &["1", "1"][..],
            "hello: version 1 and version 1 are the same\n",
        ),
        (
            &["1", "live"],
            "hello: version 1 and live (version 1) are the same\n",
        ),
        (&["2"], "hello: version 2 and $LATEST are the same\n"),
        (&[], "hello: version 2 and $LATEST are the same\n"),
        (
            &["$LATEST", "2", "--text"],
            "hello: $LATEST and version 2 are the same\n",
        ),
        (&["--stat"], "hello: version 2 and $LATEST are the same\n"),
    ] {
        assert_eq!(said(&store, arguments, 0), words, "{arguments:?}");
    }
}

#[test]
fn versions_aliases_and_latest_stand_on_either_side() {
    let store = with_versions();
    for (arguments, heading) in [
        (["1", "2"], "hello: version 1 -> version 2\n"),
        (["2", "live"], "hello: version 2 -> live (version 1)\n"),
        (["live", "$LATEST"], "hello: live (version 1) -> $LATEST\n"),
    ] {
        let words = said(&store, &arguments, 1);
        assert!(words.starts_with(heading), "{words}");
        assert!(
            words.contains("modified  app.py  2 bytes, other content\n"),
            "{words}"
        );
    }
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:hello";
    let by_arn = store.run(&["diff", arn, "1", "2"]);
    assert_eq!(by_arn, diff(&store, &["1", "2"]));
}

#[test]
fn left_out_are_the_last_published_version_and_latest() {
    let store = with_versions();
    store.update("hello", b"v3", &[]).succeeded();
    let expected = said(&store, &["2", "$LATEST"], 1);
    assert_eq!(said(&store, &["2"], 1), expected);
    assert_eq!(said(&store, &[], 1), expected);
    // The one published last is not the highest one.
    store.place_version("hello", 7, b"v7", &json!({"Runtime": "python3.13"}));
    assert_eq!(said(&store, &[], 1), expected);
    store.delete("hello", &["--qualifier", "2"]);
    let message = diff(&store, &[]);
    says(
        message.failed_with("ResourceNotFoundException", "Diff"),
        &[
            "version 2 of hello",
            "published last",
            "deleted",
            "name what is compared",
        ],
    );

    let unpublished = TestStore::with_function("hello");
    let message = diff(&unpublished, &[]);
    says(
        message.failed_with("ResourceNotFoundException", "Diff"),
        &["hello has no published version", "publish-version"],
    );
}

#[test]
fn a_function_made_by_hand_is_compared_with_its_highest_version() {
    let store = TestStore::made_by_hand("hello");
    let config = json!({"Runtime": "python3.13", "Timeout": 7});
    for (number, content) in [(1, b"v1"), (10, b"v2"), (9, b"v3")] {
        store.place_version("hello", number, content, &config);
    }
    store.write_code("hello", b"v2");
    let found = document(&store, &[], 1);
    assert_eq!(found["Old"]["Version"], "10");
    assert_eq!(found["SameBytes"], true);
    // What is left out there has its default.
    let timeout = json!({"Path": "Timeout", "Change": "Modified", "Old": 7, "New": 3});
    let changes = found["Changes"].as_array().unwrap();
    assert!(changes.contains(&timeout), "{found}");
}

#[test]
fn what_is_no_qualifier_is_the_path_of_a_zip() {
    let store = with_versions();
    std::fs::create_dir(store.beside("build")).unwrap();
    for name in ["new.zip", "build/new", "live"] {
        std::fs::write(store.beside(name), zip_of(&[("app.py", b"v2")])).unwrap();
    }
    let absolute = store.beside("new.zip").display().to_string();
    let url = format!("fileb://{absolute}");
    for path in [
        "new.zip",
        "./new.zip",
        "build/new",
        "./live",
        "fileb://new.zip",
        &absolute,
        &url,
    ] {
        let mut command = store.command(&["diff", "hello", "2", path]);
        let ran = run(command.current_dir(store.beside("")));
        assert_eq!(
            (ran.code, ran.stdout),
            (
                Some(0),
                format!(
                    "hello: version 2 and {path} are the same\n\nConfiguration: not compared, a zip file \
                     has none\n"
                )
            )
        );
    }
    // What can be an alias's name is one, whatever stands there.
    let mut command = store.command(&["diff", "hello", "1", "live"]);
    let ran = run(command.current_dir(store.beside("")));
    assert_eq!(
        ran.stdout,
        "hello: version 1 and live (version 1) are the same\n"
    );
}

#[test]
fn a_zip_that_cannot_be_opened_is_wrong_usage() {
    let store = with_versions();
    for (path, parts) in [
        ("missing.zip", ["'B'", "missing.zip", "looked for in"]),
        (
            "fileb:///no/such/new.zip",
            ["'B'", "/no/such/new.zip", "No such file"],
        ),
        ("file://new.zip", ["B takes", "fileb://new.zip", ""]),
        ("/", ["'B'", "Is a directory", ""]),
        ("", ["'B'", "No such file", ""]),
    ] {
        says(diff(&store, &["1", path]).failed(252), &parts);
    }
    says(diff(&store, &["missing.zip"]).failed(252), &["'A'"]);
}

#[test]
fn what_is_not_there_is_not_found() {
    let store = with_versions();
    for (arguments, missing) in [
        (["9", "1"], ":hello:9"),
        (["1", "9"], ":hello:9"),
        (["1", "beta"], ":hello:beta"),
        (["$latest", "1"], ":hello:$latest"),
    ] {
        let ran = diff(&store, &arguments);
        says(
            ran.failed_with("ResourceNotFoundException", "Diff"),
            &[missing],
        );
    }
    let zip = store.zip("new.zip", b"v2");
    let ran = store.run(&["diff", "helo", &zip, &zip]);
    says(
        ran.failed_with("ResourceNotFoundException", "Diff"),
        &[":helo", "Did you mean hello"],
    );
    let nothing = TestStore::nothing();
    nothing.run(&["diff", "hello", "1", "2"]).failed(253);
}

#[test]
fn wrong_arguments_are_refused() {
    let store = with_versions();
    let ran = store.run(&["diff", "hello:1", "2"]);
    says(
        ran.failed_with("InvalidParameterValueException", "Diff"),
        &["hello:1", "hello 1"],
    );
    let ran = store.run(&["diff", "he*llo", "1", "2"]);
    says(
        ran.failed_with("InvalidParameterValueException", "Diff"),
        &["he*llo"],
    );
    diff(&store, &["1", "2", "--stat", "--text"]).failed(252);
    diff(&store, &["1", "2", "3"]).failed(252);
    store.run(&["diff"]).failed(252);
    diff(&store, &["1", "2", "--query", "a["]).failed(252);
}

#[test]
fn a_release_is_told_member_by_member_and_entry_by_entry() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store
        .configure("hello", &["--timeout", "10", "--description", "slow"])
        .succeeded();
    store.update("hello", b"longer", &["--publish"]).succeeded();
    insta::assert_snapshot!(without_hashes(&said(&store, &["1", "2"], 1)), @r#"
    hello: version 1 -> version 2

    Configuration:
        Description  "" -> "slow"
        Timeout      3 -> 10

    Package:
        CodeSha256  <hash> -> <hash>
        CodeSize    112 -> 116
        modified  app.py  2 -> 6 bytes

    2 members of the configuration changed
    1 entry changed: 0 added, 0 removed, 1 modified; 0 unchanged; 2 -> 6 bytes unzipped
    "#);
    insta::assert_snapshot!(said(&store, &["1", "2", "--stat"], 1), @"
    hello: version 1 -> version 2

    2 members of the configuration changed
    1 entry changed: 0 added, 0 removed, 1 modified; 0 unchanged; 2 -> 6 bytes unzipped
    ");
}

#[test]
fn a_configuration_alone_may_differ() {
    let store = with_versions();
    store.configure("hello", &["--timeout", "10"]).succeeded();
    let found = document(&store, &[], 1);
    assert_eq!(
        found["Changes"],
        json!([{"Path": "Timeout", "Change": "Modified", "Old": 3, "New": 10}])
    );
    assert_eq!(
        (&found["Same"], &found["SameBytes"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(found["Entries"], json!([]));
    assert_eq!(
        said(&store, &[], 1),
        "hello: version 2 -> $LATEST\n\nConfiguration:\n    Timeout  3 -> 10\n\n1 member of the \
         configuration changed\n"
    );
    // What no publish compares is no difference: the versions differ in it.
    store.configure("hello", &["--timeout", "3"]).succeeded();
    said(&store, &[], 0);
}

#[test]
fn values_of_the_environment_are_never_shown() {
    let store = TestStore::with_function("hello");
    let variables = |value: &str| format!("Variables={{PASSWORD={value},OLD={value}}}");
    store
        .configure("hello", &["--environment", &variables(SECRET)])
        .succeeded();
    store.publish("hello", &[]).succeeded();
    let changed = format!("Variables={{PASSWORD={SECRET}2,NEW={SECRET}}}");
    store
        .configure("hello", &["--environment", &changed])
        .succeeded();
    let words = said(&store, &[], 1);
    says(
        &words,
        &[
            "Environment.Variables.PASSWORD",
            "Environment.Variables.NEW",
            "Environment.Variables.OLD",
        ],
    );
    for shown in [
        words,
        document(&store, &["--text"], 1).to_string(),
        said(&store, &["--output", "text"], 1),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn latest_is_compared_as_it_really_stands() {
    let store = with_versions();
    store.write_code("hello", b"edited by hand");
    store.edit_config("hello", |config| {
        config["Timeout"] = json!(7);
        config["CodeSha256"] = json!("nonsense");
        config["CodeSize"] = json!(1);
    });
    let found = document(&store, &["2"], 1);
    let package = zip_of(&[("app.py", b"edited by hand")]);
    let code = (&found["New"]["CodeSha256"], &found["New"]["CodeSize"]);
    assert_eq!(code, (&json!(code_sha256(&package)), &json!(package.len())));
    assert_eq!(found["Changes"][0]["Path"], "Timeout", "{found}");
    assert_eq!(found["Changes"][1], Value::Null, "{found}");
    assert_eq!(found["Entries"][0]["Path"], "app.py");
}

#[test]
fn a_version_whose_package_was_changed_is_compared_as_it_is_and_warned_of() {
    let store = with_versions();
    let path = store.join("hello/versions/1/code.zip");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(path, zip_of(&[("app.py", b"v2")])).unwrap();
    let ran = diff(&store, &["1", "2"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "hello: version 1 and version 2 are the same\n")
    );
    let hash = code_sha256(&zip_of(&[("app.py", b"v2")]));
    says(
        &ran.stderr,
        &[
            "warning",
            "the package of version 1 is not the one",
            &hash,
            "lambda-store verify hello",
        ],
    );
    let ran = diff(&store, &["1", "1"]);
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
}

#[test]
fn what_cannot_be_read_is_an_error_that_names_it() {
    let store = with_versions();
    for (spoiled, parts) in [
        ("versions/1/code.zip", ["versions/1/code.zip", "missing"]),
        (
            "versions/1/config.json",
            ["versions/1/config.json", "missing"],
        ),
    ] {
        let path = store.join("hello").join(spoiled);
        let content = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let ran = diff(&store, &["1", "2"]);
        says(ran.failed_with("ServiceException", "Diff"), &parts);
        std::fs::write(&path, content).unwrap();
    }
    let path = store.join("hello/$LATEST/code.zip");
    std::fs::write(path, "no zip").unwrap();
    let ran = diff(&store, &[]);
    says(
        ran.failed_with("ServiceException", "Diff"),
        &["$LATEST/code.zip", "no zip file", "put it back"],
    );
    let given = store.beside("new.zip");
    std::fs::write(&given, "no zip").unwrap();
    let ran = diff(&store, &["2", given.to_str().unwrap()]);
    says(
        ran.failed_with("InvalidParameterValueException", "Diff"),
        &["new.zip", "no zip file"],
    );
}

#[test]
fn nothing_is_changed_and_no_lock_is_waited_for() {
    let store = with_versions();
    store.update("hello", b"v3", &[]).succeeded();
    let before = store.files();
    let _held = store.hold_lock("hello");
    said(&store, &["--lock-timeout", "0", "--text"], 1);
    assert!(store.files() == before);
}

#[test]
fn both_sides_are_of_one_state_while_versions_come_and_go() {
    // At any time $LATEST is what was published last, and that version stands.
    let store = with_versions();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut ran = vec![diff(&store, &["--lock-timeout", "600"])];
            while !is_done.load(Ordering::SeqCst) {
                ran.push(diff(&store, &["--lock-timeout", "600"]));
            }
            ran
        });
        let written: Vec<Ran> = (2..32_u8)
            .flat_map(|number| {
                let version = number.to_string();
                let arguments = ["delete-function", "--function-name", "hello"];
                [
                    store.update("hello", &[number], &["--publish"]),
                    store.run(&[&arguments[..], &["--qualifier", &version]].concat()),
                ]
            })
            .collect();
        is_done.store(true, Ordering::SeqCst);
        for ran in reader.join().unwrap() {
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        }
        for ran in written {
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
    });
}

#[test]
fn a_change_that_is_committed_and_not_yet_in_place_is_seen() {
    let store = with_versions();
    let old = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    store.update("hello", b"v3", &["--publish"]).succeeded();
    // As a command leaves it that is killed right after its line was flushed.
    let token = store.history("hello").last().unwrap()["Token"].clone();
    let staged = |name: &str| {
        store.join(&format!(
            "hello/.staging/{}.{name}",
            token.as_str().unwrap()
        ))
    };
    std::fs::write(staged("change"), "").unwrap();
    std::fs::rename(store.join("hello/$LATEST/code.zip"), staged("code.zip")).unwrap();
    std::fs::write(store.join("hello/$LATEST/code.zip"), old).unwrap();
    std::fs::rename(store.join("hello/versions/3"), staged("version-3")).unwrap();
    said(&store, &[], 0);
    said(&store, &["3", "$LATEST"], 0);
    said(&store, &["2", "3"], 1);
}

#[test]
fn the_document_has_every_member() {
    let store = with_versions();
    let found = document(&store, &["live", "2"], 1);
    let [old, new] = [&b"v1"[..], b"v2"].map(|content| zip_of(&[("app.py", content)]));
    let entry = |content: &[u8]| {
        json!({
            "Type": "File", "Mode": "0644", "Size": 2,
            "Sha256": crate::support::sha256_hex(content),
        })
    };
    assert_eq!(
        found,
        json!({
            "FunctionName": "hello",
            "Same": false,
            "SameBytes": false,
            "Old": {
                "Alias": "live", "Version": "1",
                "CodeSha256": code_sha256(&old), "CodeSize": old.len(),
            },
            "New": {"Version": "2", "CodeSha256": code_sha256(&new), "CodeSize": new.len()},
            "Summary": {
                "Changes": 0, "Added": 0, "Removed": 0, "Modified": 1, "Unchanged": 0,
                "OldSize": 2, "NewSize": 2,
            },
            "Changes": [],
            "Entries": [{
                "Path": "app.py", "Occurrence": 1, "Change": "Modified", "ContentDiffers": true,
                "Old": entry(b"v1"), "New": entry(b"v2"),
            }],
        })
    );
    let counts = document(&store, &["live", "2", "--stat"], 1);
    assert_eq!(counts["Summary"], found["Summary"]);
    assert_eq!((counts.get("Entries"), counts.get("Changes")), (None, None));

    let zip = store.zip("new.zip", b"v2");
    let found = document(&store, &["2", &zip], 0);
    assert_eq!(found["New"]["Path"], zip);
    assert_eq!((found.get("Changes"), &found["Same"]), (None, &json!(true)));
    assert_eq!(
        found["Summary"],
        json!({"Added": 0, "Removed": 0, "Modified": 0})
    );
    assert_eq!(
        said(
            &store,
            &["1", "2", "--query", "Entries[].Path", "--output", "text"],
            1
        ),
        "app.py\n"
    );
    // A result that cannot be printed keeps its own code.
    let ran = diff(&store, &["1", "2", "--query", "abs(FunctionName)"]);
    assert_eq!((ran.code, masked(&ran.stdout)), (Some(255), String::new()));
}
