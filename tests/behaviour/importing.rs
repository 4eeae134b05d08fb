//! `import` of archives that `export` or GNU tar wrote, and of hostile ones.

use std::path::Path;
use std::process::Command as Process;

use serde_json::{Value, json};

use super::exporting::{exported, rich_store};
use crate::support::{Ran, TestStore, entries_of, says, sha256_hex, tar_of, zip_of};

/// Imports an archive of these bytes with further options.
fn import(store: &TestStore, tar: &[u8], options: &[&str]) -> Ran {
    let file = store.beside("imported.tar");
    std::fs::write(&file, tar).unwrap();
    store.run(&[&["import", file.to_str().unwrap()], options].concat())
}

/// Sees that an archive is refused, and that the store is as it was, byte for byte.
#[track_caller]
fn refused(store: &TestStore, tar: &[u8], parts: &[&str]) {
    let before = store.files();
    let ran = import(store, tar, &["--as", "copy"]);
    says(
        ran.failed_with("InvalidParameterValueException", "Import"),
        parts,
    );
    assert_eq!(store.files(), before);
}

/// Answers of both functions, without what follows from their names.
fn answer(store: &TestStore, function: &str, qualifier: &str) -> Value {
    let options = ["--qualifier", qualifier];
    let mut answer = store.get(function, &options).succeeded();
    for name in ["FunctionName", "FunctionArn"] {
        answer.as_object_mut().unwrap().remove(name);
    }
    answer
}

#[test]
fn a_function_comes_back_with_numbers_hashes_revision_ids_and_history() {
    let store = rich_store();
    let tar = exported(&store, "hello");
    let other = TestStore::new();
    let imported = import(&other, &tar, &[]).succeeded();
    assert_eq!(
        imported,
        json!({
            "FunctionName": "hello",
            "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
            "Created": true,
            "Versions": ["1", "3", "4"],
            "Latest": true,
            "History": true
        })
    );
    let (mut before, mut after) = (store.files(), other.files());
    let history = Path::new("hello/history.jsonl");
    let [old, new] = [&mut before, &mut after].map(|files| files.remove(history).unwrap());
    assert_eq!(before, after);
    // The lines are kept, and one is added.
    let added = new.strip_prefix(&*old).unwrap();
    assert_eq!(added.split_inclusive(|byte| *byte == b'\n').count(), 1);
    other.check_chain("hello");
    let (line, last) = (&other.history("hello"), store.history("hello"));
    let (line, last) = (line.last().unwrap(), last.last().unwrap());
    assert_eq!(line["Operation"], "Import");
    assert_eq!(line.get("Made"), None);
    for fact in ["HighestVersion", "LastPublished"] {
        assert_eq!(line[fact], last[fact]);
    }
    assert_eq!(line["Latest"]["RevisionId"], last["Latest"]["RevisionId"]);
    for qualifier in ["$LATEST", "1", "3", "4", "live"] {
        assert_eq!(
            answer(&other, "hello", qualifier),
            answer(&store, "hello", qualifier)
        );
    }
    assert_eq!(other.publish("hello", &[]).succeeded()["Version"], "5");
}

#[test]
fn under_another_name_files_stay_and_answers_tell_the_name() {
    let store = rich_store();
    let tar = exported(&store, "hello");
    import(&store, &tar, &["--as", "copy"]).succeeded();
    let config = "versions/3/config.json";
    assert_eq!(
        store.text(&format!("copy/{config}")),
        store.text(&format!("hello/{config}"))
    );
    for qualifier in ["$LATEST", "1", "3", "4", "live"] {
        assert_eq!(
            answer(&store, "copy", qualifier),
            answer(&store, "hello", qualifier)
        );
    }
    let arn = store.get("copy", &["--qualifier", "3"]).succeeded()["FunctionArn"].clone();
    assert_eq!(arn, "arn:aws:lambda:us-east-1:123456789012:function:copy:3");
    assert_eq!(
        store.get_function("copy", &[]).succeeded()["Tags"],
        json!({"team": "one"})
    );
}

#[test]
fn a_function_with_a_long_life_is_told_alike_of_its_copy_and_lives_on_there() {
    let store = rich_store();
    let run = |arguments: &[&str]| store.run(arguments);
    let weights = ["--routing-config", "AdditionalVersionWeights={1=0.25}"];
    store.create_alias("next", "3", &weights).succeeded();
    let moved = ["--function-version", "4", "--routing-config", "{}"];
    store.update_alias("next", &moved).succeeded();
    assert_eq!(run(&["rollback", "hello", "--alias", "next"]).code, Some(0));
    store.create_alias("gone", "1", &[]).succeeded();
    store
        .alias("delete-alias", "gone", &[])
        .succeeded_silently();
    run(&["restore", "hello", "1"]).succeeded();
    store.write_code("hello", b"by hand");
    store.publish("hello", &[]).succeeded();
    store.update("hello", b"six", &["--publish"]).succeeded();
    let prune = ["prune", "hello", "--keep-last", "1", "--apply"];
    assert_eq!(run(&prune).code, Some(0));
    store.edit_config("hello", |config| config["Timeout"] = json!(9));
    import(&store, &exported(&store, "hello"), &["--as", "olleh"]).succeeded();
    let told = |function: &str, arguments: &[&str]| {
        let arguments = arguments.join(" ").replace('@', function);
        let ran = run(&arguments.split(' ').collect::<Vec<_>>());
        // The log group is a setting, which stays.
        let text = ran
            .stdout
            .replace("/aws/lambda/hello", "LOGS")
            .replace(function, "@");
        (ran.code, text, ran.stderr.replace(function, "@"))
    };
    for arguments in [
        "get-function --function-name @",
        "get-function --function-name @:6",
        "get-function --function-name @:5",
        "get-function-configuration --function-name @:next",
        "get-alias --function-name @ --name next",
        "list-aliases --function-name @",
        "list-versions-by-function --function-name @",
        "list-aliases --function-name @ --function-version 1",
        "log @",
        "log @ --oneline",
        "log @ --output json",
        "status @ --output json",
        "diff @ next",
        "diff @ 6",
        "prune @ --keep-last 1",
        "rollback @ --alias next --dry-run",
        "restore @ 3 --dry-run --query CodeSha256",
    ] {
        let [of_copy, of_it] = ["olleh", "hello"].map(|function| told(function, &[arguments]));
        assert_eq!(of_copy, of_it, "{arguments}");
    }
    assert_eq!(run(&["verify"]).code, Some(0));
    assert_eq!(store.publish("olleh", &[]).succeeded()["Version"], "7");
    run(&["restore", "olleh", "3"]).succeeded();
    assert_eq!(store.publish("olleh", &[]).succeeded()["Version"], "8");
    let rollback = ["rollback", "olleh", "--alias", "next", "--to", "6"];
    assert_eq!(run(&rollback).code, Some(0));
    let prune = ["prune", "olleh", "--keep-last", "1", "--apply"];
    assert_eq!(run(&prune).code, Some(0));
    let line = store.history("olleh").pop().unwrap();
    assert_eq!(line["HighestVersion"], 8);
    store.check_chain("olleh");
    assert_eq!(run(&["verify"]).code, Some(0));
}

#[test]
fn a_function_made_of_a_version_is_whole_and_has_nothing_to_publish() {
    let store = rich_store();
    let tar = exported(&store, "hello:3");
    let imported = import(&store, &tar, &["--as", "copy"]).succeeded();
    assert_eq!(imported["Versions"], json!(["3"]));
    assert_eq!(imported["History"], false);
    assert_eq!(answer(&store, "copy", "3"), answer(&store, "hello", "3"));
    let history = store.history("copy");
    let published = &store.history("hello")[2]["Made"][0];
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["Operation"], "Import");
    assert_eq!(history[0]["Made"], json!([published]));
    assert_eq!(history[0]["HighestVersion"], 3);
    assert_eq!(store.publish("copy", &[]).succeeded()["Version"], "3");
    store.update("copy", b"new", &[]).succeeded();
    assert_eq!(store.publish("copy", &[]).succeeded()["Version"], "4");
}

#[test]
fn versions_come_into_a_function_above_its_highest_number_alone() {
    let store = rich_store();
    let one = TestStore::new();
    import(&one, &exported(&store, "hello:1"), &[]).succeeded();
    let [three, four] = ["hello:3", "hello:4"].map(|what| entries_of(&exported(&store, what)));
    let imported = import(&one, &tar_of(&[four, three].concat()), &[]).succeeded();
    assert_eq!(imported["Versions"], json!(["3", "4"]));
    assert_eq!(
        (&imported["Created"], &imported["Latest"]),
        (&json!(false), &json!(false))
    );
    one.check_chain("hello");
    for qualifier in ["1", "3", "4"] {
        assert_eq!(
            answer(&one, "hello", qualifier),
            answer(&store, "hello", qualifier)
        );
    }
    let line = one.history("hello").pop().unwrap();
    assert_eq!(
        (
            &line["HighestVersion"],
            line["Made"].as_array().unwrap().len()
        ),
        (&json!(4), 2)
    );
    assert_eq!(line["LastPublished"]["Version"], 4);

    let before = one.files();
    for what in ["hello:4", "hello:3"] {
        let ran = import(&one, &exported(&store, what), &[]);
        let message = ran.failed_with("ResourceConflictException", "Import");
        says(
            message,
            &["up to 4", &format!("version {}", &what[6..]), "--as"],
        );
    }
    let whole = import(&one, &exported(&store, "hello"), &[]);
    let message = whole.failed_with("ResourceConflictException", "Import");
    says(message, &["hello", "--as", "NAME:VERSION"]);
    assert_eq!(one.files(), before);
    assert_eq!(one.publish("hello", &[]).succeeded()["Version"], "5");
}

#[test]
fn a_function_made_by_hand_comes_in_without_a_history() {
    let store = TestStore::new();
    store.place_function("hello");
    let config = json!({"Runtime": "python3.13", "Handler": "a.b", "Role": crate::support::ROLE});
    store.place_version("hello", 7, b"v7", &config);
    import(&store, &exported(&store, "hello"), &["--as", "copy"]).succeeded();
    let line = &store.history("copy")[0];
    assert_eq!(line["Made"][0]["Version"], 7);
    assert_eq!(line["HighestVersion"], 7);
    assert_eq!(
        answer(&store, "copy", "$LATEST")["RevisionId"],
        answer(&store, "hello", "$LATEST")["RevisionId"]
    );
    let id = |function| answer(&store, function, "7")["RevisionId"].clone();
    assert_eq!(id("copy"), id("hello"));
    assert_eq!(store.publish("copy", &[]).succeeded()["Version"], "8");
}

#[test]
fn what_was_edited_by_hand_comes_as_it_is_and_the_next_update_finds_it() {
    let store = rich_store();
    store.write_code("hello", b"by hand");
    store.edit_config("hello", |config| config["Timeout"] = json!(9));
    import(&store, &exported(&store, "hello"), &["--as", "copy"]).succeeded();
    assert_eq!(
        answer(&store, "copy", "$LATEST"),
        answer(&store, "hello", "$LATEST")
    );
    store.configure("copy", &["--timeout", "10"]).succeeded();
    let line = store.history("copy").pop().unwrap();
    assert_eq!(line["FoundEdited"], json!(["code.zip", "config.json"]));
}

#[test]
fn versions_placed_by_hand_beside_a_history_are_in_the_line_of_the_import() {
    let store = rich_store();
    let config = json!({"Runtime": "python3.13", "Handler": "a.b", "Role": crate::support::ROLE});
    store.place_version("hello", 9, b"v9", &config);
    import(&store, &exported(&store, "hello"), &["--as", "copy"]).succeeded();
    let line = store.history("copy").pop().unwrap();
    assert_eq!(line["Made"][0]["Version"], 9);
    assert_eq!(line["HighestVersion"], 9);
    assert_eq!(line["LastPublished"]["Version"], 4);
    store.check_chain("copy");
}

#[test]
fn gnu_tars_archive_of_the_directory_comes_in_whatever_its_order() {
    let store = rich_store();
    let file = store.beside("gnu.tar");
    for options in [
        &["--format=gnu"][..],
        &["--format=pax"],
        &["--format=ustar"],
    ] {
        let mut tar = Process::new("tar");
        tar.args(options)
            .arg("-C")
            .arg(store.path())
            .arg("-cf")
            .arg(&file);
        assert!(tar.arg("./hello").status().unwrap().success());
        let other = TestStore::new();
        let ran = other.run(&["import", file.to_str().unwrap()]);
        assert_eq!(
            ran.succeeded()["Versions"],
            json!(["1", "3", "4"]),
            "{options:?}"
        );
        assert_eq!(answer(&other, "hello", "3"), answer(&store, "hello", "3"));
    }
    let mut entries = entries_of(&exported(&store, "hello"));
    entries.reverse();
    import(&store, &tar_of(&entries), &["--as", "copy"]).succeeded();
}

#[test]
fn an_archive_comes_from_stdin() {
    let store = rich_store();
    let mut command = store.command(&["import", "-", "--as", "copy", "--query", "Versions"]);
    let output = command
        .write_stdin(exported(&store, "hello"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(store.join("copy").exists());
}

/// An archive of hello with one entry done something to.
fn altered(store: &TestStore, path: &str, alter: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut entries = entries_of(&exported(store, "hello"));
    let entry = entries.iter_mut().find(|(found, _)| found == path);
    alter(&mut entry.unwrap().1);
    tar_of(&entries)
}

#[test]
fn what_is_off_in_the_files_is_refused() {
    let store = rich_store();
    store.create_alias("made", "3", &[]).succeeded();
    let another = zip_of(&[("app.py", b"another")]);
    for (path, from, to, parts) in [
        (
            "versions/3/code.zip",
            "",
            "",
            ["versions/3/code.zip", "SHA-256"],
        ),
        (
            "versions/3/config.json",
            "app.handler",
            "app.other",
            ["versions/3/config.json", "RevisionId"],
        ),
        (
            "versions/3/config.json",
            "{",
            "[",
            ["versions/3/config.json", "not JSON"],
        ),
        (
            "$LATEST/config.json",
            "\"Timeout\": 3",
            "\"Timeout\": \"3\"",
            ["$LATEST/config.json", "Timeout"],
        ),
        (
            "aliases/live.json",
            "\"3\"",
            "\"2\"",
            ["aliases/live.json", "version 2"],
        ),
        (
            "aliases/live.json",
            "FunctionVersion",
            "x",
            ["aliases/live.json", "FunctionVersion"],
        ),
        (
            "aliases/made.json",
            "\"3\"",
            "\"4\"",
            ["aliases/made.json", "RevisionId"],
        ),
        ("function.json", "\"one\"", "1", ["function.json", "Tags"]),
        (
            "function.json",
            "\"Format\": 1",
            "\"Format\": 2",
            ["function.json", "format 2"],
        ),
        (
            "history.jsonl",
            "alice",
            "carol",
            ["history.jsonl", "line 2"],
        ),
        (
            "history.jsonl",
            "\"Format\":1",
            "\"Format\":2",
            ["history.jsonl", "format 2"],
        ),
        ("history.jsonl", "\n", "\n\n", ["history.jsonl", "blank"]),
    ] {
        let path = format!("hello/{path}");
        let tar = altered(&store, &path, |content| {
            *content = match from {
                "" => another.clone(),
                from => {
                    let text = String::from_utf8(content.clone()).unwrap();
                    let changed = text.replacen(from, to, 1);
                    assert_ne!(text, changed, "{path} {from}");
                    changed.into_bytes()
                }
            };
        });
        refused(&store, &tar, &parts);
    }
    let torn = altered(&store, "hello/history.jsonl", |content| {
        content.pop();
    });
    refused(&store, &torn, &["history.jsonl", "does not end"]);
}

#[test]
fn what_is_missing_beside_the_rest_is_refused() {
    let store = rich_store();
    let entries = entries_of(&exported(&store, "hello"));
    for (without, parts) in [
        (
            "$LATEST/config.json",
            "$LATEST/config.json: the file is missing",
        ),
        ("$LATEST/code.zip", "$LATEST/code.zip: the file is missing"),
        (
            "versions/3/config.json",
            "versions/3/config.json: the file is missing",
        ),
        (
            "versions/3/code.zip",
            "versions/3/code.zip: the file is missing",
        ),
        ("versions/4", "version 4 was made and not removed"),
    ] {
        let prefix = format!("hello/{without}");
        let mut kept = entries.clone();
        kept.retain(|(path, _)| !path.starts_with(&prefix));
        refused(&store, &tar_of(&kept), &[parts]);
    }
    refused(&store, &tar_of(&[]), &["no function"]);
    refused(&store, b"", &["ends in the middle"]);
    refused(&store, &[b'x'; 2048], &["no tar archive"]);
}

#[test]
fn a_history_that_does_not_fit_the_versions_is_refused() {
    let store = rich_store();
    let lines = |edit: &dyn Fn(&mut Vec<Value>)| {
        let mut lines = store.history("hello");
        edit(&mut lines);
        let mut text = String::new();
        for mut line in lines {
            if let Some(before) = text.lines().last() {
                line["Previous"] = json!(sha256_hex(before.as_bytes()));
            }
            text += &line.to_string();
            text.push('\n');
        }
        altered(&store, "hello/history.jsonl", |content| {
            *content = text.clone().into_bytes();
        })
    };
    // Chained anew and unchanged it is taken.
    import(&store, &lines(&|_| ()), &["--as", "unchanged"]).succeeded();
    for (edit, part) in [
        (
            Box::new(|lines: &mut Vec<Value>| lines[1]["Removed"] = json!([[1, 1]]))
                as Box<dyn Fn(&mut Vec<Value>)>,
            "version 1 was removed, and is there",
        ),
        (
            Box::new(|lines| lines[2]["Made"][0]["ConfigSha256"] = json!("00")),
            "configuration of version 3",
        ),
        (
            Box::new(|lines| lines[4]["HighestVersion"] = json!(3)),
            "line 5: its HighestVersion",
        ),
        (
            Box::new(|lines| lines[2]["Time"] = lines[1]["Time"].clone()),
            "line 3: its Time",
        ),
        (
            Box::new(|lines| lines[4]["LastPublished"]["Version"] = json!(1)),
            "line 5: it changed LastPublished",
        ),
        (
            Box::new(|lines| {
                lines[3]["Made"] = lines[2]["Made"].clone();
                lines[3]["LastPublished"]["Version"] = json!(3);
            }),
            "version 3 was made twice",
        ),
        (Box::new(|lines| lines[1]["Token"] = json!(7)), "line 2"),
        (
            Box::new(|lines| {
                lines.truncate(3);
                lines[2]["Removed"] = json!([[2, 2]]);
            }),
            "no line tells of",
        ),
    ] {
        refused(&store, &lines(&*edit), &["history.jsonl", part]);
    }
}

#[test]
fn a_publish_that_says_to_have_seen_another_latest_is_refused() {
    let store = TestStore::new();
    store.create("hello", &["--publish"]).succeeded();
    let line = &store.history("hello")[0];
    let seen = line["LastPublished"]["ContentSha256"].as_str().unwrap();
    let tar = altered(&store, "hello/history.jsonl", |content| {
        let text = String::from_utf8(content.clone()).unwrap();
        *content = text.replace(seen, &"0".repeat(64)).into_bytes();
    });
    refused(&store, &tar, &["history.jsonl", "ContentSha256"]);
}

#[test]
fn a_last_line_that_tells_of_another_package_is_refused() {
    let store = TestStore::new();
    store.create("hello", &["--publish"]).succeeded();
    let line = &store.history("hello")[0];
    let recorded = line["Latest"]["CodeSha256"].as_str().unwrap();
    // The hash of no bytes at all.
    let other = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let tar = altered(&store, "hello/history.jsonl", |content| {
        let text = String::from_utf8(content.clone()).unwrap();
        *content = text.replace(recorded, other).into_bytes();
    });
    refused(&store, &tar, &["history.jsonl", "its package has the hash"]);
}

#[test]
fn a_line_that_kept_the_revision_id_and_tells_of_another_package_is_refused() {
    let store = TestStore::new();
    store.create("hello", &["--publish"]).succeeded();
    let alias = ["--function-version", "1"];
    store.alias("create-alias", "live", &alias).succeeded();
    let tar = altered(&store, "hello/history.jsonl", |content| {
        let text = String::from_utf8(content.clone()).unwrap();
        let (first, last) = text.split_once('\n').unwrap();
        let mut first: Value = serde_json::from_str(first).unwrap();
        first["Latest"]["CodeSize"] = json!(1);
        let mut last: Value = serde_json::from_str(last).unwrap();
        last["Previous"] = json!(sha256_hex(first.to_string().as_bytes()));
        *content = format!("{first}\n{last}\n").into_bytes();
    });
    refused(&store, &tar, &["history.jsonl", "line 2"]);
}

/// Makes an archive of one entry as it stands, which the library would not write.
fn raw_entry(path: &[u8], kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path);
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    let padding = vec![0; content.len().next_multiple_of(512) - content.len()];
    [&header.as_bytes()[..], content, &padding].concat()
}

#[test]
fn hostile_entries_are_refused_wherever_they_stand() {
    use tar::EntryType as Kind;
    let store = rich_store();
    let whole = exported(&store, "hello");
    let body = &whole[..whole.len() - 1024];
    for (path, kind, part) in [
        ("hello/../evil/function.json", Kind::Regular, "leads out"),
        ("../hello/function.json", Kind::Regular, "leads out"),
        ("/hello/function.json", Kind::Regular, "leads out"),
        (
            "hello/versions/../../x/code.zip",
            Kind::Regular,
            "leads out",
        ),
        ("hello/aliases/a.json", Kind::Symlink, "a link"),
        ("hello/aliases/a.json", Kind::Link, "a link"),
        ("hello/aliases/a.json", Kind::Fifo, "a link, a device"),
        ("hello/aliases/a.json", Kind::Char, "a link, a device"),
        ("hello/aliases/a.json", Kind::Block, "a link, a device"),
        ("hello/aliases/a.json", Kind::GNUSparse, "no tar archive"),
        ("hello/aliases", Kind::Symlink, "a link"),
        ("hello", Kind::Symlink, "a link"),
        ("hello/aliases", Kind::Regular, "is not the path"),
        ("hello/function.json", Kind::Directory, "is not the path"),
        ("hello/README", Kind::Regular, "is not the path"),
        (
            "hello/versions/03/code.zip",
            Kind::Regular,
            "is not the path",
        ),
        ("hello/versions/3/extra", Kind::Regular, "is not the path"),
        ("hello/$LATEST/./code.zip", Kind::Regular, "is not the path"),
        ("hello//function.json", Kind::Regular, "is not the path"),
        ("hello\\function.json", Kind::Regular, "is not the path"),
        ("store.json", Kind::Regular, "is not the path"),
        (".staging/abcdefgh.change", Kind::Regular, "is not the path"),
        ("hello/.staging/abcdefgh.change", Kind::Regular, "under way"),
        ("other/function.json", Kind::Regular, "two functions"),
        ("hello/function.json", Kind::Regular, "twice"),
        ("hello/versions/3/code.zip", Kind::Regular, "twice"),
        ("hello/a\u{1b}[2J", Kind::Regular, "\\u{1b}"),
    ] {
        let entry = raw_entry(path.as_bytes(), kind, b"{}");
        for tar in [
            [&entry, body, &[0; 1024]].concat(),
            [body, &entry, &[0; 1024]].concat(),
        ] {
            let parts: &[&str] = if part.contains("two") {
                &["two functions"]
            } else {
                &[part]
            };
            refused(&store, &tar, parts);
        }
    }
    let raw = raw_entry(b"hello/\xff\xfe", Kind::Regular, b"");
    refused(
        &store,
        &[body, &raw, &[0; 1024]].concat(),
        &["is not the path"],
    );
}

#[test]
fn what_stands_in_an_archive_moves_no_terminal() {
    let store = rich_store();
    let tars = [
        [&[0x1b; 512][..], &[b'x'; 4096]].concat(),
        altered(&store, "hello/versions/3/config.json", |content| {
            let text = String::from_utf8(content.clone()).unwrap();
            let mut config: Value = serde_json::from_str(&text).unwrap();
            config["RevisionId"] = json!("\u{1b}[2J\n");
            *content = config.to_string().into_bytes();
        }),
        altered(&store, "hello/aliases/live.json", |content| {
            let alias = json!({"FunctionVersion": "3", "RevisionId": "\u{1b}[2J\n"});
            *content = alias.to_string().into_bytes();
        }),
    ];
    for tar in tars {
        let ran = import(&store, &tar, &["--as", "copy"]);
        let said = ran.failed_with("InvalidParameterValueException", "Import");
        let said = said.trim_matches('\n');
        assert!(!said.contains(char::is_control), "{said:?}");
        assert!(said.len() < 1000, "{said}");
    }
}

#[test]
fn zeros_without_end_are_refused() {
    let store = rich_store();
    let whole = exported(&store, "hello");
    let zeros = |count: usize| [&whole[..], &vec![0; count]].concat();
    refused(&store, &zeros(17 * 1024 * 1024), &["without end"]);
    import(&store, &zeros(1024 * 1024), &["--as", "copy"]).succeeded();
    let endless = store.run(&["import", "/dev/zero", "--as", "other"]);
    endless.failed_with("InvalidParameterValueException", "Import");
}

#[test]
fn headers_and_documents_that_would_fill_the_memory_are_refused() {
    let store = rich_store();
    let whole = exported(&store, "hello");
    let long = vec![b'a'; 2 * 1024 * 1024];
    for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
        let tar = [raw_entry(b"././@LongLink", kind, &long), whole.clone()].concat();
        refused(&store, &tar, &["too long"]);
    }
    let text = format!("{{\"A\": \"{}\"}}", "x".repeat(17 * 1024 * 1024));
    let tar = altered(&store, "hello/$LATEST/config.json", |content| {
        *content = text.clone().into_bytes();
    });
    refused(
        &store,
        &tar,
        &["$LATEST/config.json", "more than a document"],
    );
    // A size that no disk has is not tried.
    let mut header = tar::Header::new_gnu();
    header.set_path("hello/$LATEST/code.zip").unwrap();
    header.set_size(1 << 50);
    header.set_cksum();
    let before = store.files();
    let ran = import(&store, header.as_bytes(), &["--as", "copy"]);
    ran.failed_with("CodeStorageExceededException", "Import");
    assert_eq!(store.files(), before);
}

#[test]
fn an_archive_that_is_cut_off_anywhere_is_refused() {
    let store = rich_store();
    let whole = exported(&store, "hello");
    let before = store.files();
    let cuts = (0..whole.len())
        .step_by(512)
        .chain([1, 700, whole.len() - 1]);
    for cut in cuts {
        let ran = import(&store, &whole[..cut], &["--as", "copy"]);
        ran.failed_with("InvalidParameterValueException", "Import");
        assert_eq!(store.files(), before, "{cut}");
    }
    refused(&store, &[&whole[..], b"x"].concat(), &["behind its end"]);
    // GNU tar fills up its last record with zeros.
    let filled = [&whole[..], &[0; 9 * 512]].concat();
    import(&store, &filled, &["--as", "copy"]).succeeded();
}

#[test]
fn long_names_of_aliases_come_through() {
    let store = rich_store();
    let name = "a".repeat(128);
    store.place_alias(&name, &json!({"FunctionVersion": "3"}));
    let long = "n".repeat(64);
    import(&store, &exported(&store, "hello"), &["--as", &long]).succeeded();
    import(&store, &exported(&store, &long), &["--as", "copy"]).succeeded();
    assert!(store.join(&format!("copy/aliases/{name}.json")).exists());
}

#[test]
fn the_quota_of_all_packages_is_the_only_one_that_counts() {
    let store = rich_store();
    let tar = exported(&store, "hello");
    let other = TestStore::nothing();
    other.write_store_json(
        &json!({"Quotas": {"CodeSizeZipped": 1, "CodeSizeUnzipped": 1, "Timeout": 1}}),
    );
    import(&other, &tar, &[]).succeeded();
    let full = TestStore::nothing();
    full.write_store_json(&json!({"Quotas": {"TotalCodeSize": 300}}));
    let before = full.files();
    import(&full, &tar, &[]).failed_with("CodeStorageExceededException", "Import");
    assert_eq!(full.files(), before);
}

#[test]
fn what_is_wrong_with_the_command_line_is_told_before_anything_is_read() {
    let store = rich_store();
    let tar = exported(&store, "hello");
    let ran = import(&store, &tar, &["--as", "a name"]);
    ran.failed_with("InvalidParameterValueException", "Import");
    store.run(&["import"]).failed(252);
    says(
        store.run(&["import", "none.tar"]).failed(252),
        &["none.tar"],
    );
    store
        .run(&["import", "a.tar", "--zip-file", "b.zip"])
        .failed(252);
    store.run(&["import", "--from-aws", "a.json"]).failed(252);
    std::fs::create_dir(store.join("taken")).unwrap();
    let taken = import(&store, &tar, &["--as", "taken"]);
    taken.failed_with("ResourceConflictException", "Import");
    TestStore::nothing().run(&["import", "-"]).failed(253);
}

#[test]
fn ten_thousand_versions_come_in_as_one_change() {
    const VERSIONS: u64 = 10_000;
    // Flushes of so many files cost nothing in memory.
    let memory = Path::new("/dev/shm");
    let store = if memory.is_dir() {
        TestStore::nothing_in(memory)
    } else {
        TestStore::nothing()
    };
    store.run(&["init"]).succeeded();
    let package = zip_of(&[("app.py", b"v")]);
    let config = json!({"Runtime": "python3.13", "Handler": "a.b", "Role": crate::support::ROLE});
    let entries: Vec<(String, Vec<u8>)> = (1..=VERSIONS)
        .flat_map(|number| {
            let path = |file: &str| format!("hello/versions/{number}/{file}");
            [
                (path("config.json"), config.to_string().into_bytes()),
                (path("code.zip"), package.clone()),
            ]
        })
        .collect();
    import(&store, &tar_of(&entries), &[]).succeeded();
    assert_eq!(store.history("hello").len(), 1);
    let again = exported(&store, "hello");
    assert_eq!(entries_of(&again).len(), entries.len() + 3);
    store.update("hello", b"new", &[]).succeeded();
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "10001");
}
