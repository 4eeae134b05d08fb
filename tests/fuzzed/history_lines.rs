//! A history that somebody wrote.

use crate::command::{Store, succeeded};

const CONFIG: &[u8] = include_bytes!("../../store-example/slugify/$LATEST/config.json");
const PACKAGE: &[u8] = include_bytes!("../../store-example/slugify/$LATEST/code.zip");
const VERSION: &[u8] = include_bytes!("../../store-example/slugify/versions/1/config.json");
const VERSION_PACKAGE: &[u8] = include_bytes!("../../store-example/slugify/versions/1/code.zip");

/// Places a history of these bytes, and reads and changes the function.
pub fn check(bytes: &[u8]) {
    let store = Store::with(&[
        ("slugify/$LATEST/code.zip", PACKAGE),
        ("slugify/$LATEST/config.json", CONFIG),
        ("slugify/versions/1/code.zip", VERSION_PACKAGE),
        ("slugify/versions/1/config.json", VERSION),
        ("slugify/history.jsonl", bytes),
    ]);
    let name = "--function-name=slugify";
    store.run(&["get-function", name]);
    store.run(&["list-versions-by-function", name]);
    store.run(&["log", "slugify"]);
    store.run(&["log", "slugify", "--output=json"]);
    store.run(&["status", "slugify"]);
    store.run(&["verify"]);
    let published = store.run(&["publish-version", name]);
    let history = std::fs::read(store.path().join("slugify/history.jsonl")).unwrap();
    if published.code == 0 {
        // What stood there before is never rewritten: only a torn end is cut off.
        let kept = bytes
            .iter()
            .zip(&history)
            .take_while(|(old, new)| old == new);
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        assert!(kept.count() >= whole.map_or(0, |end| bytes[..end].trim_ascii_end().len()));
        let number = succeeded(&published)["Version"]
            .as_str()
            .unwrap()
            .to_owned();
        let qualifier = format!("--qualifier={number}");
        let read = store.run(&["get-function-configuration", name, &qualifier]);
        assert_eq!(succeeded(&read), succeeded(&published));
    } else {
        assert!(history == bytes, "a failed command changed the history");
    }
}
