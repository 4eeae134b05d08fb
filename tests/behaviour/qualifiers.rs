//! Names, ARNs and qualifiers: which state of which function is meant.

use serde_json::{Value, json};

use crate::support::{Ran, TestStore};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const GET: &str = "GetFunctionConfiguration";
const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID: &str = "InvalidParameterValueException";

/// Every accepted spelling of `hello` in its store.
const SPELLINGS: [&str; 7] = [
    "hello",
    "function:hello",
    "123456789012:hello",
    "us-east-1:hello",
    "123456789012:function:hello",
    "arn:aws:lambda:us-east-1:123456789012:function:hello",
    "arn:aws:lambda:hello",
];

/// A store with `hello`, versions 1 and 2 of it, and other code under `$LATEST`.
fn store_with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"v1", &["--publish"]).succeeded();
    store.update("hello", b"v2", &[]).succeeded();
    store
}

fn place_alias(store: &TestStore, name: &str, alias: &Value) {
    std::fs::create_dir_all(store.join("hello/aliases")).unwrap();
    let path = store.join(&format!("hello/aliases/{name}.json"));
    std::fs::write(path, alias.to_string()).unwrap();
}

/// Runs the three operations that change something, in a way that succeeds if the name does.
fn change_with(store: &TestStore, name: &str) -> [(&'static str, Ran); 3] {
    [
        ("CreateFunction", store.create(name, &[])),
        ("UpdateFunctionCode", store.update(name, b"changed", &[])),
        ("PublishVersion", store.publish(name, &[])),
    ]
}

#[test]
fn a_function_is_named_in_every_accepted_form() {
    let store = TestStore::made_by_hand("hello");
    let plain = store.get("hello", &[]).succeeded();
    for name in SPELLINGS {
        assert_eq!(store.get(name, &[]).succeeded(), plain, "{name}");
    }
    for (index, name) in SPELLINGS.into_iter().enumerate() {
        let content = format!("by {name}");
        let updated = store.update(name, content.as_bytes(), &[]).succeeded();
        assert_eq!(updated["FunctionArn"], ARN, "{name}");
        let version = store.publish(name, &[]).succeeded();
        let number = index + 1;
        assert_eq!(version["FunctionName"], "hello", "{name}");
        assert_eq!(version["FunctionArn"], format!("{ARN}:{number}"), "{name}");
    }
}

#[test]
fn latest_in_the_name_is_what_publish_and_update_mean_anyway() {
    let store = TestStore::made_by_hand("hello");
    let mut number = 0;
    for name in SPELLINGS {
        let content = format!("by {name}");
        let name = format!("{name}:$LATEST");
        let updated = store.update(&name, content.as_bytes(), &[]).succeeded();
        assert_eq!(updated["Version"], "$LATEST");
        assert_eq!(updated["FunctionArn"], ARN);
        number += 1;
        let version = store.publish(&name, &[]).succeeded();
        assert_eq!(version["FunctionArn"], format!("{ARN}:{number}"));
    }
}

#[test]
fn versions_and_aliases_are_neither_published_nor_updated() {
    let store = store_with_versions();
    place_alias(
        &store,
        "live",
        &json!({"Name": "live", "FunctionVersion": "1"}),
    );
    let before = store.files();
    for name in SPELLINGS {
        for qualifier in ["1", "live", "99", "missing"] {
            let name = format!("{name}:{qualifier}");
            let message = store.publish(&name, &[]);
            let message = message.failed_with(INVALID, "PublishVersion");
            assert!(message.contains(qualifier), "{message}");
            for options in [&[][..], &["--publish"], &["--dry-run"]] {
                store
                    .update(&name, b"v9", options)
                    .failed_with(INVALID, "UpdateFunctionCode");
            }
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_in_another_account_or_region_is_not_found() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for (name, said) in [
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:hello",
            "eu-west-1",
        ),
        (
            "arn:aws:lambda:us-east-1:210987654321:function:hello",
            "210987654321",
        ),
        ("210987654321:function:hello", "210987654321"),
        ("eu-west-1:hello", "eu-west-1"),
    ] {
        for (operation, ran) in change_with(&store, name) {
            let message = ran.failed_with(NOT_FOUND, operation);
            assert!(message.contains(said), "{message}");
        }
        let message = store.get(name, &[]);
        let message = message.failed_with(NOT_FOUND, GET);
        assert!(message.contains(said), "{message}");
        // The place is decided before the qualifier.
        let qualified = format!("{name}:1");
        store
            .publish(&qualified, &[])
            .failed_with(NOT_FOUND, "PublishVersion");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_no_name_is_refused() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let long_arn = format!(
        "arn:aws:lambda:us-east-1:123456789012:function:{}",
        "a".repeat(94)
    );
    for name in [
        "two words",
        "he*lo",
        "hello/world",
        "../hello",
        "héllo",
        "hello:1:2",
        "hello:",
        ":hello",
        "hello:$LATES",
        "hello:$latest",
        "12345:function:hello",
        "arn:aws:s3:::bucket",
        "arn:aws:lambda:us-east:123456789012:function:hello",
        "arn:aws:lambda:us-east-1:1234:function:hello",
        &long_arn,
    ] {
        for (operation, ran) in change_with(&store, name) {
            let message = ran.failed_with(INVALID, operation);
            assert!(message.contains("FunctionName"), "{message}");
        }
    }
    for name in [
        "two words",
        "hello/world",
        "../hello",
        "hello:1:2",
        "hello:$LATES",
    ] {
        store.get(name, &[]).failed_with(INVALID, GET);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn an_empty_name_is_the_clients_to_refuse() {
    let store = TestStore::with_function("hello");
    for (_, ran) in change_with(&store, "") {
        assert!(ran.failed(252).contains("FunctionName"));
    }
    assert!(store.get("", &[]).failed(252).contains("FunctionName"));
    let ran = store.get("hello", &["--qualifier", ""]);
    assert!(ran.failed(252).contains("Qualifier"));
}

#[test]
fn a_bare_name_has_at_most_64_characters() {
    let store = TestStore::new();
    let (fits, beyond) = ("a".repeat(64), "a".repeat(65));
    let before = store.files();
    for (operation, ran) in change_with(&store, &beyond) {
        let message = ran.failed_with(INVALID, operation);
        assert!(message.contains("64"), "{message}");
    }
    // A reader's pattern lets it pass.
    store.get(&beyond, &[]).failed_with(NOT_FOUND, GET);
    let longest = "a".repeat(256);
    store.get(&longest, &[]).failed_with(NOT_FOUND, GET);
    store.get(&"a".repeat(257), &[]).failed_with(INVALID, GET);
    assert_eq!(store.files(), before);
    for (_, ran) in change_with(&store, &fits) {
        ran.succeeded();
    }
    store.get(&fits, &[]).succeeded();
}

#[test]
fn a_name_with_a_dot_is_nobodys() {
    let store = TestStore::with_function("hello");
    // Even where a whole function stands under it.
    let copied = std::process::Command::new("cp")
        .args(["-R", "hello", "hello.old"])
        .current_dir(store.path())
        .status()
        .unwrap();
    assert!(copied.success());
    let before = store.files();
    for name in ["hello.old", "store.json", ".staging", ".", "..", ".git"] {
        store.get(name, &[]).failed_with(NOT_FOUND, GET);
        for (operation, ran) in change_with(&store, name) {
            ran.failed_with(INVALID, operation);
        }
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_qualifier_leads_to_latest_or_a_version() {
    let store = store_with_versions();
    let expect = |name: &str, options: &[&str], arn: &str, version: &str| {
        let answer = store.get(name, options).succeeded();
        assert_eq!(answer["FunctionName"], "hello");
        assert_eq!(answer["FunctionArn"], arn, "{name} {options:?}");
        assert_eq!(answer["Version"], version, "{name} {options:?}");
        answer
    };
    let latest = expect("hello", &[], ARN, "$LATEST");
    let qualified = expect(
        "hello",
        &["--qualifier", "$LATEST"],
        &format!("{ARN}:$LATEST"),
        "$LATEST",
    );
    assert_eq!(qualified["RevisionId"], latest["RevisionId"]);
    assert_eq!(qualified["CodeSha256"], latest["CodeSha256"]);
    for number in ["1", "2"] {
        let arn = format!("{ARN}:{number}");
        let beside = expect("hello", &["--qualifier", number], &arn, number);
        let file = store.json(&format!("hello/versions/{number}/config.json"));
        assert_eq!(beside, file);
        assert_ne!(beside["CodeSha256"], latest["CodeSha256"]);
        for spelling in SPELLINGS {
            let name = format!("{spelling}:{number}");
            assert_eq!(expect(&name, &[], &arn, number), beside);
            // Said twice is fine.
            assert_eq!(
                expect(&name, &["--qualifier", number], &arn, number),
                beside
            );
        }
    }
}

#[test]
fn an_alias_leads_to_what_it_points_to() {
    let store = store_with_versions();
    place_alias(
        &store,
        "live",
        &json!({
            "AliasArn": format!("{ARN}:live"), "Name": "live", "FunctionVersion": "1",
            "Description": "what runs", "RevisionId": "0195a3b4-c5d6-8789-8abc-def012345678"
        }),
    );
    place_alias(&store, "2024-06", &json!({"FunctionVersion": "2"}));
    place_alias(&store, "next", &json!({"FunctionVersion": "$LATEST"}));
    for (alias, target) in [("live", "1"), ("2024-06", "2"), ("next", "$LATEST")] {
        // All but the ARN is the target's, the revision id included.
        let mut expected = store.get("hello", &["--qualifier", target]).succeeded();
        expected["FunctionArn"] = json!(format!("{ARN}:{alias}"));
        assert_eq!(expected["Version"], target);
        let answer = store.get("hello", &["--qualifier", alias]).succeeded();
        assert_eq!(answer, expected);
        let in_name = store.get(&format!("hello:{alias}"), &[]).succeeded();
        assert_eq!(in_name, expected);
        let in_arn = store.get(&format!("{ARN}:{alias}"), &["--qualifier", alias]);
        assert_eq!(in_arn.succeeded(), expected);
    }
}

#[test]
fn a_renamed_function_takes_its_aliases_along() {
    let store = store_with_versions();
    let alias = json!({
        "AliasArn": format!("{ARN}:live"), "Name": "live", "FunctionVersion": "1", "Description": ""
    });
    place_alias(&store, "live", &alias);
    std::fs::rename(store.join("hello"), store.join("bye")).unwrap();
    let answer = store.get("bye:live", &[]).succeeded();
    assert_eq!(
        answer["FunctionArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:bye:live"
    );
    assert_eq!(answer["FunctionName"], "bye");
}

#[test]
fn what_is_missing_is_not_found_under_the_arn_that_was_asked_for() {
    let store = store_with_versions();
    place_alias(&store, "dangling", &json!({"FunctionVersion": "9"}));
    for qualifier in ["3", "missing", "dangling", "99999999999999999999999999"] {
        let ran = store.get("hello", &["--qualifier", qualifier]);
        let message = ran.failed_with(NOT_FOUND, GET);
        assert!(message.contains(ARN), "{message}");
        let in_name = store.get(&format!("hello:{qualifier}"), &[]);
        in_name.failed_with(NOT_FOUND, GET);
    }
    let ran = store.get("hello", &["--qualifier", "missing"]);
    let message = ran.failed_with(NOT_FOUND, GET);
    assert!(message.contains(&format!("{ARN}:missing")), "{message}");
    let ran = store.get("other", &["--qualifier", "1"]);
    let message = ran.failed_with(NOT_FOUND, GET);
    assert!(message.contains("function:other:1"), "{message}");
    let ran = store.get("other", &[]);
    let message = ran.failed_with(NOT_FOUND, GET);
    assert!(
        message.contains("function:other") && !message.contains("other:"),
        "{message}"
    );
}

#[test]
fn qualifiers_that_pass_the_pattern_but_name_nothing_are_not_found() {
    let store = store_with_versions();
    for qualifier in ["$latest", "$LATEST.PUBLISHED", "$", "0", "007", "01", "$1"] {
        store
            .get("hello", &["--qualifier", qualifier])
            .failed_with(NOT_FOUND, GET);
    }
    // 128 characters fit, whether or not there is such an alias.
    store
        .get("hello", &["--qualifier", &"q".repeat(128)])
        .failed_with(NOT_FOUND, GET);
}

#[test]
fn what_is_no_qualifier_is_refused() {
    let store = store_with_versions();
    for qualifier in ["two words", "a/b", "..", "é", "live.json", &"q".repeat(129)] {
        let ran = store.get("hello", &["--qualifier", qualifier]);
        let message = ran.failed_with(INVALID, GET);
        assert!(message.contains("Qualifier"), "{message}");
    }
    // All violations together.
    let ran = store.get("two words", &["--qualifier", "a/b"]);
    let message = ran.failed_with(INVALID, GET);
    assert!(
        message.contains("FunctionName") && message.contains("Qualifier"),
        "{message}"
    );
}

#[test]
fn qualifiers_that_disagree_are_refused_before_anything_is_looked_for() {
    let store = store_with_versions();
    for name in ["hello:1", "missing:1", "hello:live"] {
        for qualifier in ["2", "$LATEST", "other"] {
            let ran = store.get(name, &["--qualifier", qualifier]);
            let message = ran.failed_with(INVALID, GET);
            assert!(message.contains(qualifier), "{message}");
        }
    }
    // But after the region and the account.
    store
        .get("eu-west-1:hello:1", &["--qualifier", "2"])
        .failed_with(NOT_FOUND, GET);
}
