//! Deployment packages, of which the tool reads the directory, and the entries to compare them.

use crate::command::{Store, succeeded};

const SHORT: &[u8] = br#"{"Runtime": "python3.13", "Handler": "app.handler", "Role": "arn:aws:iam::123456789012:role/demo"}"#;
const PACKAGE: &[u8] = include_bytes!("../../store-example/hello/$LATEST/code.zip");

/// Places a package of these bytes beside another one, compares them, and uploads it.
pub fn check(bytes: &[u8]) {
    let store = Store::with(&[
        ("hello/$LATEST/code.zip", bytes),
        ("hello/$LATEST/config.json", SHORT),
        ("hello/versions/1/code.zip", PACKAGE),
        ("hello/versions/1/config.json", SHORT),
    ]);
    let name = "--function-name=hello";
    store.run(&["diff", "hello", "1", "$LATEST"]);
    store.run(&["diff", "hello", "$LATEST", "1", "--text", "--output=json"]);
    store.run(&["status", "hello"]);
    // What was placed by hand is published as it is.
    let published = succeeded(&store.run(&["publish-version", name]));
    assert_eq!(published["CodeSize"], bytes.len());
    // It may be what version 1 is.
    let number = published["Version"].as_str().unwrap();
    let package = format!("hello/versions/{number}/code.zip");
    let package = store.path().join(package);
    assert!(std::fs::read(&package).unwrap() == bytes);

    let file = format!("--zip-file=fileb://{}", package.display());
    let update = ["update-function-code", name, &file, "--publish"];
    let history = || std::fs::read(store.path().join("hello/history.jsonl")).ok();
    let before = history();
    let updated = store.run(&update);
    if updated.code == 0 {
        assert_eq!(succeeded(&updated)["CodeSize"], bytes.len());
    } else {
        assert!(history() == before, "a failed command changed the history");
    }
}
