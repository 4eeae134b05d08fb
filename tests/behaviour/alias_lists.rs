//! `list-aliases`: by name, by version, in pages.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::shapes::is_of_shape;
use crate::support::{TestStore, says};

const LIST: &str = "ListAliases";
const INVALID: &str = "InvalidParameterValueException";

/// Makes a store with versions 1 and 2 of `hello`.
fn with_versions() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"v1", &["--publish"]).succeeded();
    store
}

/// Places so many aliases by hand, `a000` and so on, of versions 1 and 2 in turn.
fn place_aliases(store: &TestStore, count: usize) {
    fs::create_dir_all(store.join("hello/aliases")).unwrap();
    for index in 0..count {
        let path = store.join(&format!("hello/aliases/a{index:03}.json"));
        let version = (index % 2 + 1).to_string();
        fs::write(path, json!({"FunctionVersion": version}).to_string()).unwrap();
    }
}

/// Returns the names in an answer.
#[track_caller]
fn names(answer: &Value) -> Vec<&str> {
    let aliases = answer["Aliases"].as_array().unwrap().iter();
    aliases
        .map(|alias| alias["Name"].as_str().unwrap())
        .collect()
}

fn name_of(index: usize) -> String {
    format!("a{index:03}")
}

#[test]
fn aliases_are_listed_by_name_as_get_alias_prints_them() {
    let store = with_versions();
    let empty = store.list_aliases(&[]);
    assert_eq!(empty.succeeded(), json!({"Aliases": []}));
    for (name, version) in [
        ("live", "1"),
        ("Beta", "2"),
        ("2024-01", "$LATEST"),
        ("_x", "1"),
    ] {
        store.create_alias(name, version, &[]).succeeded();
    }
    let listed = store.list_aliases(&[]);
    let listed = is_of_shape(&listed.stdout, "ListAliasesResponse");
    assert_eq!(names(&listed), ["2024-01", "Beta", "_x", "live"]);
    for alias in listed["Aliases"].as_array().unwrap() {
        let name = alias["Name"].as_str().unwrap();
        assert_eq!(store.alias("get-alias", name, &[]).succeeded(), *alias);
    }
}

#[test]
fn a_version_leaves_only_the_aliases_whose_main_version_it_is() {
    let store = with_versions();
    let routing = ["--routing-config", "AdditionalVersionWeights={2=0.5}"];
    store.create_alias("one", "1", &routing).succeeded();
    store.create_alias("two", "2", &[]).succeeded();
    store.create_alias("head", "$LATEST", &[]).succeeded();
    for (version, expected) in [
        ("1", &["one"][..]),
        ("2", &["two"]),
        ("$LATEST", &["head"]),
        ("9", &[]),
        ("01", &[]),
    ] {
        let listed = store.list_aliases(&["--function-version", version]);
        assert_eq!(names(&listed.succeeded()), expected, "{version}");
    }
}

#[test]
fn tokens_lead_through_all_aliases_whatever_the_size_of_a_page() {
    let store = with_versions();
    place_aliases(&store, 23);
    let all: Vec<String> = (0..23).map(name_of).collect();
    let of_one: Vec<String> = (0..23).step_by(2).map(name_of).collect();
    for (filter, expected) in [(&[][..], &all), (&["--function-version", "1"], &of_one)] {
        for size in ["1", "5", "12", "23", "24", "10001"] {
            let mut found: Vec<String> = Vec::new();
            let mut token: Option<String> = None;
            loop {
                let from = token.iter().flat_map(|token| ["--starting-token", token]);
                let options: Vec<&str> = ["--max-items", size].into_iter().chain(from).collect();
                let page = store.list_aliases(&[filter, &options].concat()).succeeded();
                let there = names(&page);
                assert!(!there.is_empty() && there.len() <= size.parse().unwrap());
                found.extend(there.into_iter().map(str::to_owned));
                token = page
                    .get("NextToken")
                    .map(|token| token.as_str().unwrap().to_owned());
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(found, *expected, "{size}");
        }
    }
}

#[test]
fn without_paging_a_page_has_fifty_aliases_and_a_marker_where_more_follow() {
    let store = with_versions();
    place_aliases(&store, 103);
    assert_eq!(names(&store.list_aliases(&[]).succeeded()).len(), 103);
    let page = store.list_aliases(&["--no-paginate"]);
    let page = is_of_shape(&page.stdout, "ListAliasesResponse");
    assert_eq!(names(&page).len(), 50);
    assert_eq!(page["NextMarker"], "a049");
    let page = store.list_aliases(&["--marker", "a049"]).succeeded();
    assert_eq!((names(&page)[0], names(&page).len()), ("a050", 50));
    let page = store.list_aliases(&["--marker", "a099"]).succeeded();
    assert_eq!(names(&page), ["a100", "a101", "a102"]);
    assert_eq!(page.get("NextMarker"), None);
    let page = store.list_aliases(&["--no-paginate", "--max-items", "3"]);
    assert_eq!(page.succeeded()["NextMarker"], "a002");
    // The alias that a marker names may be gone.
    fs::remove_file(store.join("hello/aliases/a049.json")).unwrap();
    let page = store.list_aliases(&["--marker", "a049"]).succeeded();
    assert_eq!(names(&page)[0], "a050");
    // No marker follows where nothing that is listed does.
    let options = [
        "--no-paginate",
        "--max-items",
        "52",
        "--function-version",
        "1",
    ];
    let page = store.list_aliases(&options).succeeded();
    assert_eq!((names(&page).len(), page.get("NextMarker")), (52, None));
}

#[test]
fn text_is_printed_page_by_page() {
    let store = with_versions();
    place_aliases(&store, 3);
    let options = [
        "--page-size",
        "2",
        "--output",
        "text",
        "--query",
        "length(Aliases)",
    ];
    assert_eq!(store.list_aliases(&options).stdout, "2\n1\n");
    let options = ["--output", "text", "--query", "Aliases[].Name"];
    assert_eq!(store.list_aliases(&options).stdout, "a000\ta001\ta002\n");
}

#[test]
fn bad_markers_tokens_and_sizes_are_refused() {
    let store = with_versions();
    place_aliases(&store, 3);
    for marker in ["7", "a b", "$LATEST", "hello:live"] {
        let ran = store.list_aliases(&["--marker", marker]);
        says(ran.failed_with(INVALID, LIST), &["Marker", marker]);
        let token = STANDARD.encode(json!({ "Marker": marker }).to_string());
        let ran = store.list_aliases(&["--starting-token", &token]);
        says(ran.failed_with(INVALID, LIST), &["Marker"]);
    }
    for option in ["--max-items", "--page-size"] {
        says(
            store.list_aliases(&[option, "0"]).failed(252),
            &["MaxItems"],
        );
    }
    // What is no token is a marker, as in the AWS CLI.
    let ran = store.list_aliases(&["--starting-token", "$LATEST"]);
    says(ran.failed_with(INVALID, LIST), &["Marker", "$LATEST"]);
    let ran = store.list_aliases(&["--no-paginate", "--max-items", "10001"]);
    says(ran.failed_with(INVALID, LIST), &["MaxItems", "10000"]);
}

#[test]
fn a_broken_alias_is_left_out_and_named() {
    let store = with_versions();
    place_aliases(&store, 4);
    fs::write(store.join("hello/aliases/a001.json"), "{").unwrap();
    fs::write(store.join("hello/aliases/a003.json"), "{}").unwrap();
    fs::create_dir(store.join("hello/aliases/a004.json")).unwrap();
    for options in [&[][..], &["--page-size", "1"], &["--no-paginate"]] {
        let ran = store.list_aliases(options);
        assert_eq!(ran.code, Some(0));
        let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(names(&listed), ["a000", "a002"]);
        let warnings: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!(warnings.len(), 3, "{}", ran.stderr);
        for (warning, file) in warnings.iter().zip(["a001", "a003", "a004"]) {
            let path = format!("hello/aliases/{file}.json");
            says(warning, &["warning: left out of the list: ", &path]);
        }
    }
}

#[test]
fn a_thousand_aliases_are_listed_on_one_page_of_their_own() {
    let store = with_versions();
    place_aliases(&store, 1000);
    let listed = store
        .list_aliases(&["--no-paginate", "--max-items", "1000"])
        .succeeded();
    assert_eq!(names(&listed).len(), 1000);
    assert_eq!(listed.get("NextMarker"), None);
}
