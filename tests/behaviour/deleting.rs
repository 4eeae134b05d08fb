//! `delete-function`: what goes, what stays, and what is refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::shapes::is_of_shape;
use crate::support::{ROLE, TestStore, files_under, names_in, run, says, zip_of};

const DELETE: &str = "DeleteFunction";
const INVALID: &str = "InvalidParameterValueException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const CONFLICT: &str = "ResourceConflictException";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";

/// What current AWS CLIs print.
const DONE: &str = "{\n    \"StatusCode\": 204\n}\n";

/// What a killed command staged or threw away stands under its token.
const KILLED: &str = "k1ll3d00";

/// A store with `hello`, versions 1 to 3 of it, and other code under `$LATEST`.
fn store_with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    for content in [b"v2", b"v3"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    store.update("hello", b"v4", &[]).succeeded();
    store
}

/// A configuration of a version placed by hand.
fn short_config() -> Value {
    json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE})
}

/// Deletes and sees what is printed.
#[track_caller]
fn delete(store: &TestStore, function: &str, options: &[&str]) {
    let ran = store.delete(function, options);
    ran.succeeded();
    assert_eq!(ran.stdout, DONE);
}

#[track_caller]
fn delete_version(store: &TestStore, number: &str) {
    delete(store, "hello", &["--qualifier", number]);
    let version = store.join("hello/versions").join(number);
    assert!(fs::symlink_metadata(version).is_err(), "{number} stands");
    assert_eq!(names_in(&store.join("hello/.staging")), [""; 0]);
}

/// Sees that the function is gone, that nothing is left of it, and that the store is still one.
#[track_caller]
fn is_gone(store: &TestStore, function: &str) {
    assert!(fs::symlink_metadata(store.join(function)).is_err());
    store_wide_places_are_empty(store);
    let missing = "GetFunctionConfiguration";
    store.get(function, &[]).failed_with(NOT_FOUND, missing);
}

#[track_caller]
fn store_wide_places_are_empty(store: &TestStore) {
    for place in [".staging", ".trash"] {
        let path = store.join(place);
        if path.exists() {
            assert_eq!(names_in(&path), [""; 0], "{place}");
        }
    }
}

/// Returns what a line of the history says, without what every change has anew.
fn facts(line: &Value) -> Value {
    let mut facts = line.as_object().unwrap().clone();
    for name in ["Time", "By", "Token", "Previous"] {
        facts.remove(name);
    }
    Value::Object(facts)
}

#[test]
fn a_version_is_deleted_and_nothing_else_is_touched() {
    let store = store_with_versions();
    fs::write(store.join("hello/README.md"), "ours").unwrap();
    fs::write(store.join("hello/versions/.DS_Store"), "somebody's").unwrap();
    store.create("other", &["--publish"]).succeeded();
    let mut expected = store.files();
    let (id, before) = (store.revision_id("hello"), store.history("hello"));
    let others: Vec<_> = ["1", "3"]
        .map(|number| store.get("hello", &["--qualifier", number]))
        .into();

    let ran = store.delete("hello", &["--qualifier", "2"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), DONE, "")
    );
    is_of_shape(&ran.stdout, "DeleteFunctionResponse");

    expected.retain(|path, _| !path.starts_with("hello/versions/2"));
    let history = PathBuf::from("hello/history.jsonl");
    let written = fs::read(store.join("hello/history.jsonl")).unwrap();
    assert!(written.starts_with(&expected[&history]));
    expected.insert(history, written);
    assert_eq!(store.files(), expected);
    assert_eq!(store.history("hello").len(), before.len() + 1);
    assert_eq!(names_in(&store.join("hello/.staging")), [""; 0]);

    assert_eq!(store.revision_id("hello"), id);
    for (number, answer) in ["1", "3"].into_iter().zip(others) {
        assert_eq!(store.get("hello", &["--qualifier", number]), answer);
    }
    let ran = store.get("hello", &["--qualifier", "2"]);
    let message = ran.failed_with(NOT_FOUND, "GetFunctionConfiguration");
    says(message, &[&format!("{ARN}:2")]);
}

#[test]
fn deleting_a_version_writes_one_line_that_names_it_and_keeps_the_facts() {
    for number in [2, 3] {
        let store = store_with_versions();
        let before = store.history("hello").pop().unwrap();
        delete_version(&store, &number.to_string());
        store.check_chain("hello");
        let line = store.history("hello").pop().unwrap();
        let members: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            [
                "Format",
                "Time",
                "Operation",
                "By",
                "Token",
                "Removed",
                "HighestVersion",
                "LastPublished",
                "Latest",
                "Previous"
            ]
        );
        assert_eq!(
            facts(&line),
            json!({
                "Format": 1,
                "Operation": DELETE,
                "Removed": [[number, number]],
                "HighestVersion": 3,
                "LastPublished": before["LastPublished"],
                "Latest": before["Latest"],
            })
        );
        assert!(line["By"].as_str().unwrap().starts_with("alice@"));
        assert_ne!(line["Token"], before["Token"]);
    }
}

#[test]
fn the_number_of_a_deleted_version_is_never_given_out_again() {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    let second = store.update("hello", b"v2", &["--publish"]).succeeded();
    // While the version published last stands, there is nothing to publish.
    delete_version(&store, "1");
    assert_eq!(store.publish("hello", &[]).succeeded(), second);
    // Once it is gone, unchanged code makes a version too, under a new number.
    delete_version(&store, "2");
    let third = store.publish("hello", &[]).succeeded();
    assert_eq!(third["Version"], "3");
    assert_eq!(third["CodeSha256"], second["CodeSha256"]);
    delete_version(&store, "3");
    let fourth = store.update("hello", b"v4", &["--publish"]).succeeded();
    assert_eq!(fourth["FunctionArn"], format!("{ARN}:4"));
    assert_eq!(names_in(&store.join("hello/versions")), ["4"]);
    store.check_chain("hello");
}

#[test]
fn a_version_that_is_not_there_is_deleted_already() {
    let store = store_with_versions();
    delete_version(&store, "2");
    let before = store.files();
    for number in ["2", "4", "99999999999999999999999999"] {
        delete(&store, "hello", &["--qualifier", number]);
        delete(&store, &format!("{ARN}:{number}"), &[]);
    }
    assert_eq!(store.files(), before);
    // Nor is a function made by hand written to.
    store.place_function("bare");
    let before = store.files();
    delete(&store, "bare", &["--qualifier", "1"]);
    assert_eq!(store.files(), before);
}

#[test]
fn a_version_that_is_not_there_is_deleted_already_even_where_an_alias_names_it() {
    let store = store_with_versions();
    store.place_alias("dangling", &json!({"FunctionVersion": "9"}));
    let before = store.files();
    delete(&store, "hello", &["--qualifier", "9"]);
    assert_eq!(store.files(), before);
}

#[test]
fn a_version_that_an_alias_refers_to_stays() {
    let store = store_with_versions();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    store.place_alias(
        "canary",
        &json!({
            "FunctionVersion": "2",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}
        }),
    );
    store.place_alias("head", &json!({"FunctionVersion": "$LATEST"}));
    let before = store.files();
    for (number, referring, others) in [
        ("1", &["live", "canary"][..], &["head"][..]),
        ("2", &["canary"], &["live", "head"]),
    ] {
        for ran in [
            store.delete("hello", &["--qualifier", number]),
            store.delete(&format!("hello:{number}"), &[]),
        ] {
            let message = ran.failed_with(CONFLICT, DELETE);
            says(message, referring);
            for other in others {
                assert!(!message.contains(other), "{message}");
            }
        }
    }
    assert_eq!(store.files(), before);
    delete_version(&store, "3");
    // As the weighted version alone, too; and no longer than it is referred to.
    fs::remove_file(store.join("hello/aliases/live.json")).unwrap();
    let ran = store.delete("hello", &["--qualifier", "1"]);
    says(ran.failed_with(CONFLICT, DELETE), &["canary"]);
    store.place_alias("canary", &json!({"FunctionVersion": "2"}));
    delete_version(&store, "1");
}

#[test]
fn a_version_stays_while_an_alias_cannot_be_read() {
    let store = store_with_versions();
    store.place_alias("live", &json!({"FunctionVersion": 1}));
    let before = store.files();
    let ran = store.delete("hello", &["--qualifier", "1"]);
    let path = store.join("hello/aliases/live.json").display().to_string();
    says(ran.failed_with("ServiceException", DELETE), &[&path]);
    assert_eq!(store.files(), before);
}

#[test]
fn latest_and_aliases_are_refused_before_anything_is_looked_for() {
    let store = store_with_versions();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    let before = store.files();
    for function in ["hello", "missing"] {
        for qualifier in ["$LATEST", "live", "nothing", "2024-06"] {
            for ran in [
                store.delete(function, &["--qualifier", qualifier]),
                store.delete(&format!("{function}:{qualifier}"), &[]),
            ] {
                says(ran.failed_with(INVALID, DELETE), &[qualifier]);
            }
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_function_that_is_missing_is_not_found_under_its_unqualified_arn() {
    let store = store_with_versions();
    let before = store.files();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:missing";
    for ran in [
        store.delete("missing", &[]),
        store.delete(arn, &[]),
        store.delete("missing", &["--qualifier", "1"]),
        store.delete("missing:1", &[]),
        store.delete(&format!("{arn}:1"), &["--qualifier", "1"]),
    ] {
        let message = ran.failed_with(NOT_FOUND, DELETE);
        assert!(message.contains(arn), "{message}");
        assert!(!message.contains("missing:"), "{message}");
    }
    // Names with a dot are the store's own, whatever stands there.
    for name in ["hello.old", ".staging", "store.json", ".", ".."] {
        store.delete(name, &[]).failed_with(NOT_FOUND, DELETE);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_qualifier_that_fits_the_pattern_and_is_none_is_not_found() {
    let store = store_with_versions();
    let before = store.files();
    let ran = store.delete("hello", &["--qualifier", "$latest"]);
    ran.failed_with(NOT_FOUND, DELETE);
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_in_another_account_or_region_is_not_deleted() {
    let store = store_with_versions();
    let before = store.files();
    for (name, said) in [
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:hello",
            "eu-west-1",
        ),
        ("210987654321:function:hello", "210987654321"),
    ] {
        for qualified in [name.to_owned(), format!("{name}:2")] {
            let ran = store.delete(&qualified, &[]);
            says(ran.failed_with(NOT_FOUND, DELETE), &[said]);
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn the_version_may_stand_in_the_name() {
    let store = store_with_versions();
    delete(&store, "hello:1", &[]);
    delete(&store, &format!("{ARN}:2"), &[]);
    // Said twice is fine.
    let partial = "123456789012:function:hello:3";
    delete(&store, partial, &["--qualifier", "3"]);
    assert_eq!(names_in(&store.join("hello/versions")), [""; 0]);
    store.get("hello", &[]).succeeded();
}

#[test]
fn qualifiers_that_disagree_are_refused_before_anything_is_looked_for() {
    let store = store_with_versions();
    let before = store.files();
    for name in ["hello:1", "missing:1", "hello:$LATEST"] {
        let ran = store.delete(name, &["--qualifier", "2"]);
        says(ran.failed_with(INVALID, DELETE), &["2"]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_no_name_or_qualifier_is_refused() {
    let store = store_with_versions();
    let before = store.files();
    for name in ["two words", "hello/versions", "../hello", "hello:1:2"] {
        let ran = store.delete(name, &[]);
        says(ran.failed_with(INVALID, DELETE), &["FunctionName"]);
    }
    for qualifier in ["a/b", "..", "1.bak", &"1".repeat(129)] {
        let ran = store.delete("hello", &["--qualifier", qualifier]);
        says(ran.failed_with(INVALID, DELETE), &["Qualifier"]);
    }
    let ran = store.delete("two words", &["--qualifier", "a/b"]);
    let message = ran.failed_with(INVALID, DELETE);
    says(message, &["FunctionName", "Qualifier"]);
    // A qualifier that a script left empty must not come to the whole function.
    says(
        store.delete("hello", &["--qualifier", ""]).failed(252),
        &["Qualifier"],
    );
    says(store.delete("", &[]).failed(252), &["FunctionName"]);
    assert_eq!(store.files(), before);
}

#[test]
fn the_deletion_of_a_version_begins_the_history_of_a_function_made_by_hand() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 3, b"v3", &short_config());
    store.place_version("hello", 5, b"v5", &short_config());
    let (id, latest) = (
        store.revision_id("hello"),
        files_under(&store.join("hello/$LATEST")),
    );
    delete_version(&store, "5");
    store.check_chain("hello");
    let [line] = &store.history("hello")[..] else {
        panic!("a deletion is one line");
    };
    assert_eq!(line["Operation"], DELETE);
    assert_eq!(line["Removed"], json!([[5, 5]]));
    assert_eq!(line["HighestVersion"], 5);
    assert_eq!(line["LastPublished"]["Version"], 5);
    assert_eq!(line["Latest"]["RevisionId"], id);
    assert_eq!(store.revision_id("hello"), id);
    assert_eq!(files_under(&store.join("hello/$LATEST")), latest);
    assert_eq!(names_in(&store.join("hello/versions")), ["3"]);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "6");
}

#[test]
fn what_was_edited_by_hand_is_left_for_the_next_publish_to_tell() {
    let store = store_with_versions();
    store.write_code("hello", b"by hand");
    let (id, before) = (
        store.revision_id("hello"),
        store.history("hello").pop().unwrap(),
    );
    delete_version(&store, "2");
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line["Latest"], before["Latest"]);
    assert_eq!(store.revision_id("hello"), id);
    store.publish("hello", &[]).succeeded();
    let line = store.history("hello").pop().unwrap();
    assert_eq!(line["FoundEdited"], json!(["code.zip"]));
}

#[test]
fn a_broken_version_can_be_deleted() {
    let store = store_with_versions();
    fs::remove_file(store.join("hello/versions/1/config.json")).unwrap();
    fs::remove_dir_all(store.join("hello/versions/2")).unwrap();
    fs::create_dir(store.join("hello/versions/2")).unwrap();
    let config = store.join("hello/versions/3/config.json");
    fs::remove_file(&config).unwrap();
    fs::write(&config, "{\"Runt").unwrap();
    for number in ["1", "2", "3"] {
        delete_version(&store, number);
    }
    store.check_chain("hello");
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "4");
}

#[test]
fn a_broken_version_of_a_function_made_by_hand_can_be_deleted() {
    let store = TestStore::made_by_hand("hello");
    store.place_version("hello", 1, b"v1", &short_config());
    store.place_version("hello", 2, b"v2", &short_config());
    fs::remove_file(store.join("hello/versions/2/config.json")).unwrap();
    delete_version(&store, "2");
    assert_eq!(store.history("hello")[0]["HighestVersion"], 2);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "3");
}

#[test]
fn a_link_in_place_of_a_version_is_deleted_and_not_followed() {
    let store = store_with_versions();
    let outside = store.beside("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("kept"), "ours").unwrap();
    symlink(&outside, store.join("hello/versions/4")).unwrap();
    delete_version(&store, "4");
    is_untouched(&outside);
}

#[test]
fn a_link_to_nothing_in_place_of_a_version_is_deleted() {
    let store = store_with_versions();
    symlink("nowhere", store.join("hello/versions/4")).unwrap();
    delete_version(&store, "4");
}

#[test]
fn a_file_in_place_of_a_version_is_deleted() {
    let store = store_with_versions();
    fs::write(store.join("hello/versions/6"), "a file").unwrap();
    delete_version(&store, "6");
    store.check_chain("hello");
    // What was removed had a number, by whomever it was placed.
    assert_eq!(store.history("hello").pop().unwrap()["HighestVersion"], 6);
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "7");
}

/// Puts into a directory what people, editors and other tools may leave there, and returns a
/// directory outside of the store to which a symbolic link in it leads.
fn litter(store: &TestStore, directory: &Path) -> PathBuf {
    let outside = store.beside("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("kept"), "ours").unwrap();
    let deep = directory.join("notes/of/ours");
    fs::create_dir_all(&deep).unwrap();
    fs::write(directory.join("config.json~"), "before").unwrap();
    fs::write(deep.join("read only"), "x").unwrap();
    fs::set_permissions(deep.join("read only"), fs::Permissions::from_mode(0o400)).unwrap();
    symlink(&outside, directory.join("a directory")).unwrap();
    symlink(outside.join("kept"), deep.join("a file")).unwrap();
    symlink("nowhere", deep.join("nothing")).unwrap();
    crate::support::make_fifo(&directory.join("fifo"));
    outside
}

#[track_caller]
fn is_untouched(outside: &Path) {
    let expected = [(PathBuf::from("kept"), b"ours".to_vec())];
    assert_eq!(files_under(outside), expected.into());
}

#[test]
fn what_others_put_into_a_version_goes_with_it() {
    let store = store_with_versions();
    let outside = litter(&store, &store.join("hello/versions/2"));
    delete_version(&store, "2");
    is_untouched(&outside);
    store_wide_places_are_empty(&store);
}

#[test]
fn a_function_is_deleted_with_all_that_is_in_it() {
    let store = store_with_versions();
    store.create("other", &["--publish"]).succeeded();
    store.place_alias("live", &json!({"FunctionVersion": "1"}));
    let outside = litter(&store, &store.join("hello"));
    let others = files_under(&store.join("other"));

    let ran = store.delete("hello", &[]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), DONE, "")
    );
    is_gone(&store, "hello");
    is_untouched(&outside);
    assert_eq!(files_under(&store.join("other")), others);
    store.get("other", &["--qualifier", "1"]).succeeded();
    store.delete("hello", &[]).failed_with(NOT_FOUND, DELETE);
}

#[test]
fn the_name_of_a_deleted_function_is_free_and_starts_at_1() {
    let store = store_with_versions();
    delete(&store, "hello", &[]);
    store.create("hello", &[]).succeeded();
    let [line] = &store.history("hello")[..] else {
        panic!("a function begins with one line");
    };
    assert_eq!(line["Operation"], "CreateFunction");
    assert_eq!(line["HighestVersion"], 0);
    let version = store.publish("hello", &[]).succeeded();
    assert_eq!(version["Version"], "1");
    store.check_chain("hello");
}

#[test]
fn a_store_that_lost_its_last_function_is_still_one() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        assert!(!store.join("store.json").exists());
        delete(&store, "hello", &[]);
        is_gone(&store, "hello");
        // Any command that makes no store says so where there is none.
        store
            .list("hello", &[])
            .failed_with(NOT_FOUND, "ListVersionsByFunction");
        store.delete("hello", &[]).failed_with(NOT_FOUND, DELETE);
        store.create("hello", &["--publish"]).succeeded();
    }
}

#[test]
fn a_function_named_by_its_arn_is_deleted() {
    for name in [ARN, "123456789012:function:hello", "function:hello"] {
        let store = TestStore::with_function("hello");
        delete(&store, name, &[]);
        is_gone(&store, "hello");
    }
}

#[test]
fn a_function_that_another_command_changes_is_not_deleted() {
    let store = store_with_versions();
    store.create("other", &[]).succeeded();
    let before = store.files();
    let lock = store.hold_lock("hello");
    let path = store.join("hello").display().to_string();
    for options in [&[][..], &["--qualifier", "2"]] {
        let options = [options, &["--lock-timeout", "0"]].concat();
        let ran = store.delete("hello", &options);
        says(
            ran.failed_with("TooManyRequestsException", DELETE),
            &[&path],
        );
    }
    assert_eq!(store.files(), before);
    delete(&store, "other", &["--lock-timeout", "0"]);
    drop(lock);
    delete(
        &store,
        "hello",
        &["--qualifier", "2", "--lock-timeout", "0"],
    );
    delete(&store, "hello", &["--lock-timeout", "0"]);
    is_gone(&store, "hello");
}

#[test]
fn deleting_does_not_wait_for_who_counts_the_bytes_stored() {
    let store = store_with_versions();
    // Whoever counts has this lock alone. A change that frees bytes leaves the cache to the count.
    let counting = fs::File::create(store.join(".usage.lock")).unwrap();
    fs2::FileExt::lock_exclusive(&counting).unwrap();
    let before = store.text(".usage");
    for arguments in [&["--qualifier", "2"][..], &[]] {
        let mut command = store.command(&["delete-function", "--function-name", "hello"]);
        let ran = run(command.args(arguments).timeout(Duration::from_secs(60)));
        assert_eq!(ran.succeeded(), json!({"StatusCode": 204}));
    }
    assert_eq!(store.text(".usage"), before);
    fs2::FileExt::unlock(&counting).unwrap();
}

#[test]
fn nothing_is_deleted_from_a_store_of_a_newer_format() {
    let store = store_with_versions();
    store.write_store_json(&json!({"Format": 2}));
    let before = store.files();
    let path = store.join("store.json").display().to_string();
    for options in [&[][..], &["--qualifier", "2"]] {
        let ran = store.delete("hello", options);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(254), ""));
        says(&ran.stderr, &["ServiceException", DELETE, &path]);
    }
    assert_eq!(store.files(), before);
}

/// Leaves in the store-wide places what killed commands leave there.
fn leave_garbage(store: &TestStore) -> PathBuf {
    let trash = store.join(".trash");
    let dead = trash.join(format!("{KILLED}.dead"));
    fs::create_dir_all(dead.join("$LATEST")).unwrap();
    fs::write(dead.join("$LATEST/code.zip"), zip_of(&[("app.py", b"v0")])).unwrap();
    fs::create_dir_all(dead.join("versions/1")).unwrap();
    // All in there is garbage, however it is called.
    fs::write(trash.join("half removed"), "x").unwrap();
    let staging = store.join(".staging");
    fs::create_dir_all(staging.join(format!("{KILLED}.function/$LATEST"))).unwrap();
    for entry in ["lock", "code.zip"] {
        fs::write(staging.join(format!("{KILLED}.{entry}")), "").unwrap();
    }
    let outside = litter(store, &dead);
    symlink(&outside, trash.join("a directory")).unwrap();
    symlink(&outside, staging.join(format!("{KILLED}.link"))).unwrap();
    outside
}

#[test]
fn what_a_killed_command_left_is_gone_after_the_next_delete_create_or_upload() {
    for next in ["delete", "create", "upload"] {
        let store = TestStore::with_function("hello");
        let outside = leave_garbage(&store);
        // Readers are not led astray by it, and leave it alone.
        let before = store.files();
        store.get("hello", &[]).succeeded();
        store
            .get("dead", &[])
            .failed_with(NOT_FOUND, "GetFunctionConfiguration");
        assert_eq!(store.files(), before);
        match next {
            "delete" => delete(&store, "hello", &[]),
            "create" => drop(store.create("other", &[]).succeeded()),
            _ => drop(store.update("hello", b"v1", &[]).succeeded()),
        }
        store_wide_places_are_empty(&store);
        is_untouched(&outside);
    }
}

#[test]
fn a_link_to_nothing_is_cleared_like_all_else() {
    let store = TestStore::with_function("hello");
    leave_garbage(&store);
    symlink("nowhere", store.join(".trash/nothing")).unwrap();
    symlink(
        "nowhere",
        store.join(".staging").join(format!("{KILLED}.nothing")),
    )
    .unwrap();
    delete(&store, "hello", &[]);
    store_wide_places_are_empty(&store);
}

#[test]
fn what_another_command_is_staging_is_left_to_it() {
    let store = TestStore::with_function("hello");
    let staging = store.join(".staging");
    fs::create_dir_all(&staging).unwrap();
    let lock = fs::File::create(staging.join(format!("{KILLED}.lock"))).unwrap();
    fs2::FileExt::lock_exclusive(&lock).unwrap();
    fs::write(staging.join(format!("{KILLED}.code.zip")), "half a pack").unwrap();
    let names = names_in(&staging);
    delete(&store, "hello", &[]);
    assert_eq!(names_in(&staging), names);
    fs2::FileExt::unlock(&lock).unwrap();
}

#[test]
fn a_deletion_that_was_cut_off_is_done_for_readers_and_finished_by_the_next_writer() {
    let store = store_with_versions();
    let version = store.join("hello/versions/2");
    let kept: Vec<_> = ["code.zip", "config.json"]
        .map(|file| (file, fs::read(version.join(file)).unwrap()))
        .into();
    delete_version(&store, "2");
    let after = store.files();
    // As it is right after the commit: the line is there, and the version still stands.
    let token = store.history("hello").pop().unwrap()["Token"].clone();
    let mark = format!("hello/.staging/{}.change", token.as_str().unwrap());
    fs::write(store.join(&mark), "").unwrap();
    fs::create_dir(&version).unwrap();
    for (file, content) in kept {
        fs::write(version.join(file), content).unwrap();
    }

    store
        .get("hello", &["--qualifier", "2"])
        .failed_with(NOT_FOUND, "GetFunctionConfiguration");
    let listed = store.list("hello", &["--query", "Versions[].Version"]);
    assert_eq!(listed.succeeded(), json!(["$LATEST", "1", "3"]));
    // Deleting what is gone finishes the deletion, and is no change itself.
    delete_version(&store, "2");
    assert_eq!(store.files(), after);
}
