//! Revision ids, hashes: what must hold before something is changed.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::support::{Ran, TestStore, code_sha256, modified, set_modified, sha256_hex, zip_of};

/// A well-formed id that no state has.
const OTHER_ID: &str = "00000000-0000-8000-8000-000000000000";

/// Replaces a file's bytes so that its size and its modification time stay.
fn edit_unseen(path: &std::path::Path, content: &[u8]) {
    let (time, size) = (modified(path), std::fs::metadata(path).unwrap().len());
    assert_eq!(size, content.len() as u64);
    std::fs::write(path, content).unwrap();
    set_modified(path, time);
}

#[track_caller]
fn sees_precondition_fail(ran: &Ran, operation: &str, given: &str, actual: &str) {
    let message = ran.failed_with("PreconditionFailedException", operation);
    assert!(
        message.contains(given) && message.contains(actual),
        "{message}"
    );
}

#[test]
fn a_publish_wants_the_revision_id_that_latest_has() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        let (before, id) = (store.files(), store.revision_id("hello"));
        let ran = store.publish("hello", &["--revision-id", OTHER_ID]);
        sees_precondition_fail(&ran, "PublishVersion", OTHER_ID, &id);
        assert_eq!(store.files(), before);
        let version = store.publish("hello", &["--revision-id", &id]).succeeded();
        assert_eq!(version["Version"], "1");
        // The publish moved it, so that the old one holds no more.
        let now = store.revision_id("hello");
        let ran = store.publish("hello", &["--revision-id", &id]);
        sees_precondition_fail(&ran, "PublishVersion", &id, &now);
    }
}

#[test]
fn a_publish_wants_the_hash_that_the_package_has() {
    let store = TestStore::with_function("hello");
    let package = zip_of(&[("app.py", b"v0")]);
    let (right, wrong) = (code_sha256(&package), code_sha256(b"another"));
    let before = store.files();
    let ran = store.publish("hello", &["--code-sha256", &wrong]);
    let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
    assert!(
        message.contains(&wrong) && message.contains(&right),
        "{message}"
    );
    // It is compared letter by letter.
    let lower = right.to_lowercase();
    store
        .publish("hello", &["--code-sha256", &lower])
        .failed_with("InvalidParameterValueException", "PublishVersion");
    assert_eq!(store.files(), before);
    let version = store
        .publish("hello", &["--code-sha256", &right])
        .succeeded();
    assert_eq!(version["Version"], "1");
}

#[test]
fn a_hash_in_hexadecimal_is_answered_with_its_base64_form() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let package = zip_of(&[("app.py", b"v0")]);
    for (given, base64) in [
        (sha256_hex(&package), code_sha256(&package)),
        (sha256_hex(&package).to_uppercase(), code_sha256(&package)),
        (sha256_hex(b"another"), code_sha256(b"another")),
    ] {
        let ran = store.publish("hello", &["--code-sha256", &given]);
        let message = ran.failed_with("InvalidParameterValueException", "PublishVersion");
        assert!(message.contains(&base64), "{message}");
        assert!(message.contains("hexadecimal"), "{message}");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn an_empty_hash_is_no_check() {
    let store = TestStore::with_function("hello");
    let version = store.publish("hello", &["--code-sha256", ""]).succeeded();
    assert_eq!(version["Version"], "1");
}

#[test]
fn the_revision_id_is_checked_before_the_hash() {
    let store = TestStore::with_function("hello");
    let id = store.revision_id("hello");
    let wrong = code_sha256(b"another");
    store
        .publish(
            "hello",
            &["--code-sha256", &wrong, "--revision-id", OTHER_ID],
        )
        .failed_with("PreconditionFailedException", "PublishVersion");
    store
        .publish("hello", &["--code-sha256", &wrong, "--revision-id", &id])
        .failed_with("InvalidParameterValueException", "PublishVersion");
}

#[test]
fn both_are_checked_even_where_nothing_new_would_be_published() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        let first = store.publish("hello", &[]).succeeded();
        let (before, id) = (store.files(), store.revision_id("hello"));
        let hash = first["CodeSha256"].as_str().unwrap();
        let wrong = code_sha256(b"another");
        let ran = store.publish("hello", &["--revision-id", OTHER_ID]);
        sees_precondition_fail(&ran, "PublishVersion", OTHER_ID, &id);
        // The id of the version is not that of $LATEST.
        let of_version = first["RevisionId"].as_str().unwrap();
        let ran = store.publish("hello", &["--revision-id", of_version]);
        sees_precondition_fail(&ran, "PublishVersion", of_version, &id);
        store
            .publish("hello", &["--code-sha256", &wrong])
            .failed_with("InvalidParameterValueException", "PublishVersion");
        let answer = store
            .publish("hello", &["--code-sha256", hash, "--revision-id", &id])
            .succeeded();
        assert_eq!(answer, first);
        assert_eq!(store.files(), before);
    }
}

#[test]
fn an_update_wants_the_revision_id_that_latest_has() {
    let store = TestStore::with_function("hello");
    let (before, id) = (store.files(), store.revision_id("hello"));
    for options in [
        &["--revision-id", OTHER_ID][..],
        &["--revision-id", OTHER_ID, "--publish"],
        &["--revision-id", OTHER_ID, "--dry-run"],
    ] {
        let ran = store.update("hello", b"v1", options);
        sees_precondition_fail(&ran, "UpdateFunctionCode", OTHER_ID, &id);
        assert_eq!(store.files(), before);
    }
    let updated = store
        .update("hello", b"v1", &["--revision-id", &id])
        .succeeded();
    assert_eq!(updated["RevisionId"], store.revision_id("hello"));
    let ran = store.update("hello", b"v2", &["--revision-id", &id]);
    let now = updated["RevisionId"].as_str().unwrap();
    sees_precondition_fail(&ran, "UpdateFunctionCode", &id, now);
}

#[test]
fn two_changes_never_yield_one_id() {
    let store = TestStore::with_function("hello");
    let mut seen = vec![store.revision_id("hello")];
    for content in [b"v0", b"v1", b"v0", b"v1", b"v0"] {
        store.update("hello", content, &[]).succeeded();
        seen.push(store.revision_id("hello"));
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn an_edit_of_the_configuration_changes_the_id() {
    for store in [
        TestStore::made_by_hand("hello"),
        TestStore::with_function("hello"),
    ] {
        let id = store.revision_id("hello");
        let path = store.join("hello/$LATEST/config.json");
        let text = store.text("hello/$LATEST/config.json");
        // Neither size nor modification time shows it.
        let edited = text.replace("app.handler", "app.hendler");
        edit_unseen(&path, edited.as_bytes());
        let now = store.revision_id("hello");
        assert_ne!(now, id);
        let ran = store.publish("hello", &["--revision-id", &id]);
        sees_precondition_fail(&ran, "PublishVersion", &id, &now);
        let ran = store.update("hello", b"v1", &["--revision-id", &id]);
        sees_precondition_fail(&ran, "UpdateFunctionCode", &id, &now);
        // Undone by hand it is the state that it was.
        edit_unseen(&path, text.as_bytes());
        assert_eq!(store.revision_id("hello"), id);
        store
            .publish("hello", &["--revision-id", &now])
            .failed_with("PreconditionFailedException", "PublishVersion");
        store.publish("hello", &["--revision-id", &id]).succeeded();
    }
}

#[test]
fn an_edit_of_the_package_changes_the_id_and_the_hash() {
    let store = TestStore::with_function("hello");
    let before = store.get("hello", &[]).succeeded();
    let id = before["RevisionId"].as_str().unwrap();
    let hash = before["CodeSha256"].as_str().unwrap();
    // Right after the tool wrote it, and of the same size.
    let package = zip_of(&[("app.py", b"v9")]);
    std::fs::write(store.join("hello/$LATEST/code.zip"), &package).unwrap();
    let after = store.get("hello", &[]).succeeded();
    assert_eq!(after["CodeSize"], before["CodeSize"]);
    assert_eq!(after["CodeSha256"], code_sha256(&package));
    assert_ne!(after["RevisionId"], id);
    let now = after["RevisionId"].as_str().unwrap();
    let ran = store.publish("hello", &["--revision-id", id]);
    sees_precondition_fail(&ran, "PublishVersion", id, now);
    store
        .publish("hello", &["--code-sha256", hash])
        .failed_with("InvalidParameterValueException", "PublishVersion");
    let version = store
        .publish(
            "hello",
            &[
                "--revision-id",
                now,
                "--code-sha256",
                &code_sha256(&package),
            ],
        )
        .succeeded();
    assert_eq!(version["CodeSha256"], code_sha256(&package));
}

#[test]
fn a_publish_hashes_the_package_whatever_its_times_say() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]).succeeded();
    let hash = first["CodeSha256"].as_str().unwrap();
    let package = zip_of(&[("app.py", b"v9")]);
    edit_unseen(&store.join("hello/$LATEST/code.zip"), &package);
    store
        .publish("hello", &["--code-sha256", hash])
        .failed_with("InvalidParameterValueException", "PublishVersion");
    let second = store.publish("hello", &[]).succeeded();
    assert_eq!(second["Version"], "2");
    assert_eq!(second["CodeSha256"], code_sha256(&package));
    let copy = std::fs::read(store.join("hello/versions/2/code.zip")).unwrap();
    assert_eq!(copy, package);
    // Now that it was hashed, every answer tells it.
    let latest = store.get("hello", &[]).succeeded();
    assert_eq!(latest["CodeSha256"], code_sha256(&package));
}

#[test]
fn a_package_placed_by_hand_just_now_is_believed_by_its_bytes_alone() {
    let store = TestStore::made_by_hand("hello");
    store.publish("hello", &[]).succeeded();
    let latest = &store.history("hello")[0]["Latest"];
    assert_eq!(latest["CodeModified"], json!(null), "{latest}");
    let id = store.revision_id("hello");
    let package = zip_of(&[("app.py", b"v9")]);
    edit_unseen(&store.join("hello/$LATEST/code.zip"), &package);
    let answer = store.get("hello", &[]).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_ne!(answer["RevisionId"], id);
}

#[test]
fn an_edit_of_a_package_placed_by_hand_shows_even_where_its_times_were_set_back() {
    let store = TestStore::made_by_hand("hello");
    let path = store.join("hello/$LATEST/code.zip");
    // Age is what is tested: only a package two seconds old is recorded with its times.
    let young = Duration::from_millis(2100);
    while SystemTime::now().duration_since(modified(&path)).unwrap() < young {
        std::thread::sleep(Duration::from_millis(20));
    }
    store.publish("hello", &[]).succeeded();
    let latest = &store.history("hello")[0]["Latest"];
    assert!(latest["CodeModified"].is_string(), "{latest}");
    assert!(latest["CodeChanged"].is_string(), "{latest}");
    let id = store.revision_id("hello");
    let package = zip_of(&[("app.py", b"v9")]);
    edit_unseen(&path, &package);
    let answer = store.get("hello", &[]).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&package));
    assert_ne!(answer["RevisionId"], id);
}
