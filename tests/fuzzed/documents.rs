//! JSON files that somebody placed in a store: `config.json` and the others.

use serde_json::Value;

use crate::command::{Store, succeeded};

const SHORT: &[u8] = br#"{"Runtime": "python3.13", "Handler": "app.handler", "Role": "arn:aws:iam::123456789012:role/demo"}"#;
const PACKAGE: &[u8] = include_bytes!("../../store-example/hello/$LATEST/code.zip");

/// Files of a store that hold documents.
const PLACES: [&str; 5] = [
    "hello/$LATEST/config.json",
    "hello/versions/1/config.json",
    "hello/aliases/live.json",
    "hello/function.json",
    "store.json",
];

/// Places what follows the first byte where this byte takes it, and reads and changes the store.
pub fn check(bytes: &[u8]) {
    let Some((place, content)) = bytes.split_first() else {
        return;
    };
    let place = PLACES[usize::from(*place) % PLACES.len()];
    let mut files = vec![
        ("hello/$LATEST/code.zip", PACKAGE),
        ("hello/$LATEST/config.json", SHORT),
        ("hello/versions/1/code.zip", PACKAGE),
        ("hello/versions/1/config.json", SHORT),
    ];
    files.retain(|(path, _)| *path != place);
    files.push((place, content));
    let store = Store::with(&files);
    let name = "--function-name=hello";
    store.run(&["get-function", name]);
    store.run(&["get-function-configuration", name, "--qualifier=1"]);
    store.run(&["list-aliases", name]);
    store.run(&["list-versions-by-function", name, "--output=table"]);
    store.run(&["status", "hello"]);
    store.run(&["diff", "hello", "1", "$LATEST"]);
    let verified = store.run(&["verify"]);
    check_version(&store);
    store.run(&["update-alias", name, "--name=live", "--function-version=1"]);
    let described = store.run(&[
        "update-function-configuration",
        name,
        "--description=another",
    ]);
    if described.code == 0 {
        let answer = succeeded(&store.run(&["get-function-configuration", name]));
        assert_eq!(answer["Description"], "another");
    }
    // What others did to other files is found before and after.
    let again = store.run(&["verify"]);
    assert!(verified.code != 0 || again.code == 0, "{again:?}");
}

/// A version that was reported as published is read as it was reported.
fn check_version(store: &Store) {
    let name = "--function-name=hello";
    let published = store.run(&["publish-version", name]);
    if published.code != 0 {
        return;
    }
    let published: Value = succeeded(&published);
    let number = published["Version"].as_str().unwrap();
    let qualifier = format!("--qualifier={number}");
    let read = store.run(&["get-function-configuration", name, &qualifier]);
    assert_eq!(succeeded(&read), published);
}
