//! Lists in pages: `list-functions` and `list-versions-by-function` with the AWS CLI's options.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::shapes::is_of_shape;
use crate::support::{ROLE, Ran, TestStore, says};

const FUNCTIONS: &str = "ListFunctions";
const VERSIONS: &str = "ListVersionsByFunction";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:";
const ALL: [&str; 2] = ["--function-version", "ALL"];

/// A list that can be asked for in pages.
#[derive(Clone, Copy)]
enum List {
    Versions,
    Functions,
    AllVersions,
}

use List::{AllVersions, Functions, Versions};

impl List {
    fn run(self, store: &TestStore, options: &[&str]) -> Ran {
        match self {
            Versions => store.list("hello", options),
            Functions => store.list_functions(options),
            AllVersions => store.list_functions(&[&ALL, options].concat()),
        }
    }

    fn member(self) -> &'static str {
        match self {
            Versions => "Versions",
            Functions | AllVersions => "Functions",
        }
    }

    /// Returns the entries of a list, each as `function:version`.
    #[track_caller]
    fn entries(self, answer: &Value) -> Vec<String> {
        let entries = answer[self.member()].as_array().unwrap();
        let text = |entry: &Value, member: &str| entry[member].as_str().unwrap().to_owned();
        entries
            .iter()
            .map(|entry| text(entry, "FunctionName") + ":" + &text(entry, "Version"))
            .collect()
    }

    /// Lists, goes on from token to token, and returns each page's entries.
    #[track_caller]
    fn pages(self, store: &TestStore, options: &[&str]) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let from: Vec<&str> = match &token {
                Some(token) => vec!["--starting-token", token],
                None => vec![],
            };
            let answer = self.run(store, &[options, &from].concat()).succeeded();
            pages.push(self.entries(&answer));
            match answer.get("NextToken") {
                Some(next) => token = Some(next.as_str().unwrap().to_owned()),
                None => return pages,
            }
        }
    }
}

/// A configuration of a version, as it may be placed by hand.
fn config() -> Value {
    json!({
        "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "CodeSize": 118,
        "CodeSha256": "4ZoiH0uxZBOcLGbMbzTGcuHqK2QxyREjgSMSvIePKiY=",
        "LastModified": "2026-11-23T10:15:00.123+0000"
    })
}

fn place_versions(store: &TestStore, function: &str, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        store.place_version(function, number, b"placed", &config());
    }
}

/// Makes three functions, `hello` among them with a history and seven versions, one without a
/// history, and what is no function.
fn three_functions() -> TestStore {
    let store = TestStore::with_function("hello");
    for number in 1..=7 {
        let content = format!("version {number}");
        store
            .update("hello", content.as_bytes(), &["--publish"])
            .succeeded();
    }
    store.create("Zeta", &["--publish"]).succeeded();
    store.place_function("by-hand");
    place_versions(&store, "by-hand", [2, 10]);
    for name in ["README", "notes.txt"] {
        fs::write(store.join(name), "no function").unwrap();
    }
    fs::create_dir_all(store.join("scripts")).unwrap();
    store
}

/// Returns entries as a test writes them: `hello:$LATEST 1 2` and so on.
fn entries(text: &str) -> Vec<String> {
    let mut function = "";
    let mut entries = Vec::new();
    for word in text.split_whitespace() {
        let version = word.split_once(':').map_or(word, |(name, version)| {
            function = name;
            version
        });
        entries.push(format!("{function}:{version}"));
    }
    entries
}

fn token(json: &str) -> String {
    STANDARD.encode(json)
}

#[test]
fn functions_are_listed_by_name_and_all_their_versions_by_number() {
    let store = three_functions();
    // By name, capital letters first.
    for (list, expected) in [
        (Functions, "Zeta:$LATEST by-hand:$LATEST hello:$LATEST"),
        (
            AllVersions,
            "Zeta:$LATEST 1 by-hand:$LATEST 2 10 hello:$LATEST 1 2 3 4 5 6 7",
        ),
        (Versions, "hello:$LATEST 1 2 3 4 5 6 7"),
    ] {
        let answer = list.run(&store, &[]).succeeded();
        assert_eq!(list.entries(&answer), entries(expected));
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    }
}

#[test]
fn an_entry_of_a_function_is_its_configuration_without_the_states() {
    let store = three_functions();
    for (options, qualify) in [(&[][..], false), (&ALL, true)] {
        let ran = store.list_functions(options);
        ran.succeeded();
        let answer = is_of_shape(&ran.stdout, "ListFunctionsResponse");
        for entry in answer["Functions"].as_array().unwrap() {
            let (name, version) = (&entry["FunctionName"], &entry["Version"]);
            let (name, version) = (name.as_str().unwrap(), version.as_str().unwrap());
            let qualifier = ["--qualifier", version];
            let qualifier = if qualify { &qualifier[..] } else { &[] };
            let mut expected = store.get(name, qualifier).succeeded();
            for left_out in ["State", "LastUpdateStatus"] {
                expected.as_object_mut().unwrap().remove(left_out).unwrap();
            }
            // Members are compared in any order here, and `is_of_shape` has looked at that.
            assert_eq!(entry, &expected);
            let arn = if qualify {
                format!("{ARN}{name}:{version}")
            } else {
                format!("{ARN}{name}")
            };
            assert_eq!(entry["FunctionArn"], arn);
        }
    }
}

#[test]
fn pages_put_together_are_the_whole_list() {
    let store = three_functions();
    for list in [Versions, Functions, AllVersions] {
        let whole = list.entries(&list.run(&store, &[]).succeeded());
        for size in 1..=whole.len() + 1 {
            let number = size.to_string();
            let pages = list.pages(&store, &["--max-items", &number]);
            let expected: Vec<&[String]> = whole.chunks(size).collect();
            assert_eq!(pages, expected, "--max-items {number}");
            // What is read at a time changes nothing, as long as it is one list.
            let answer = list.run(&store, &["--page-size", &number]).succeeded();
            assert_eq!(list.entries(&answer), whole, "--page-size {number}");
            let both = list.pages(&store, &["--max-items", &number, "--page-size", "2"]);
            assert_eq!(both, expected);
        }
    }
}

#[test]
fn pages_lead_across_gaps_and_to_versions_placed_above_the_highest() {
    let store = TestStore::made_by_hand("hello");
    // A gap that is read across, and wider ones, within what the history knows and above it.
    place_versions(&store, "hello", [1, 100, 1000, 1001]);
    store.publish("hello", &[]).succeeded();
    place_versions(&store, "hello", [2000, 50_000]);
    let whole = entries("hello:$LATEST 1 100 1000 1001 1002 2000 50000");
    for size in ["1", "2", "3", "5"] {
        let pages = Versions.pages(&store, &["--max-items", size]);
        assert_eq!(pages.concat(), whole, "--max-items {size}");
    }
    fs::remove_file(store.join("hello/history.jsonl")).unwrap();
    assert_eq!(
        Versions.pages(&store, &["--max-items", "3"]).concat(),
        whole
    );
}

#[test]
fn a_token_has_the_form_that_the_aws_cli_gives_it() {
    let store = three_functions();
    for (list, marker) in [
        (Versions, r#"{"Marker": "1"}"#),
        (Functions, r#"{"Marker": "by-hand"}"#),
        (AllVersions, r#"{"Marker": "Zeta:1"}"#),
    ] {
        let ran = list.run(&store, &["--max-items", "2"]);
        let answer = ran.succeeded();
        let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(members, [list.member(), "NextToken"]);
        assert_eq!(answer["NextToken"], token(marker));
    }
    // The marker of the first entry.
    let answer = Versions.run(&store, &["--max-items", "1"]).succeeded();
    assert_eq!(answer["NextToken"], token(r#"{"Marker": "$LATEST"}"#));
}

#[test]
fn a_token_of_the_aws_cli_may_point_into_a_page() {
    let store = three_functions();
    for (json, expected) in [
        (
            r#"{"Marker": null, "boto_truncate_amount": 2}"#,
            "hello:2 3 4",
        ),
        (r#"{"Marker":"2","boto_truncate_amount":1}"#, "hello:4 5 6"),
        (r#"{"Marker": "6", "boto_truncate_amount": 0}"#, "hello:7"),
        (r#"{"Marker": "6", "boto_truncate_amount": 9}"#, ""),
        (r#"{"Marker": null}"#, "hello:$LATEST 1 2"),
        ("{}", "hello:$LATEST 1 2"),
    ] {
        let options = ["--starting-token", &token(json), "--max-items", "3"];
        let answer = Versions.run(&store, &options).succeeded();
        assert_eq!(Versions.entries(&answer), entries(expected), "{json}");
    }
}

#[test]
fn a_token_stays_valid_while_versions_come_and_go() {
    let store = three_functions();
    let answer = Versions.run(&store, &["--max-items", "4"]).succeeded();
    let next = answer["NextToken"].as_str().unwrap();
    let rest = |expected: &str| {
        let answer = Versions
            .run(&store, &["--starting-token", next])
            .succeeded();
        assert_eq!(Versions.entries(&answer), entries(expected));
    };
    rest("hello:4 5 6 7");
    // One of those given is gone, then the very last of them, then the next one.
    for (deleted, left) in [
        ("1", "hello:4 5 6 7"),
        ("3", "hello:4 5 6 7"),
        ("4", "hello:5 6 7"),
    ] {
        store.delete("hello", &["--qualifier", deleted]).succeeded();
        rest(left);
    }
    store
        .update("hello", b"version 8", &["--publish"])
        .succeeded();
    rest("hello:5 6 7 8");
    place_versions(&store, "hello", [20]);
    rest("hello:5 6 7 8 20");
    for deleted in ["5", "6", "7", "8", "20"] {
        store.delete("hello", &["--qualifier", deleted]).succeeded();
    }
    rest("");
}

#[test]
fn a_token_stays_valid_while_functions_come_and_go() {
    let store = three_functions();
    let next = |list: List, count: &str| {
        let answer = list.run(&store, &["--max-items", count]).succeeded();
        answer["NextToken"].as_str().unwrap().to_owned()
    };
    let rest = |list: List, token: &str| {
        let answer = list.run(&store, &["--starting-token", token]).succeeded();
        list.entries(&answer)
    };
    let (functions, all) = (next(Functions, "2"), next(AllVersions, "4"));
    assert_eq!(rest(Functions, &functions), entries("hello:$LATEST"));
    let of_hello = "hello:$LATEST 1 2 3 4 5 6 7";
    let expected = format!("by-hand:10 {of_hello}");
    assert_eq!(rest(AllVersions, &all), entries(&expected));
    // The function that was given last is deleted, and others come before and behind it.
    store.delete("by-hand", &[]).succeeded();
    store.place_function("aaa");
    store.place_function("by-night");
    assert_eq!(
        rest(Functions, &functions),
        entries("by-night:$LATEST hello:$LATEST")
    );
    let expected = format!("by-night:$LATEST {of_hello}");
    assert_eq!(rest(AllVersions, &all), entries(&expected));
}

#[test]
fn one_page_is_printed_as_it_is_answered() {
    let store = TestStore::with_function("hello");
    place_versions(&store, "hello", 1..=60);
    for number in 1..=51 {
        store.place_function(&format!("f{number:02}"));
    }
    for (list, first, next_marker) in [
        (Versions, "hello:$LATEST", "49"),
        (Functions, "f01:$LATEST", "f50"),
        (AllVersions, "f01:$LATEST", "f50:$LATEST"),
    ] {
        let shape = match list {
            Versions => "ListVersionsByFunctionResponse",
            Functions | AllVersions => "ListFunctionsResponse",
        };
        let ran = list.run(&store, &["--no-paginate"]);
        ran.succeeded();
        let answer = is_of_shape(&ran.stdout, shape);
        let listed = list.entries(&answer);
        assert_eq!((listed.len(), listed[0].as_str()), (50, first));
        assert_eq!(answer["NextMarker"], next_marker);
        // A marker turns paging off, and what is listed goes on behind it.
        let behind = list.run(&store, &["--marker", next_marker]);
        let behind = is_of_shape(&behind.stdout, shape);
        let merged = list.entries(&list.run(&store, &[]).succeeded());
        let length = (merged.len() - 50).min(50);
        assert_eq!(list.entries(&behind), merged[50..50 + length]);
        let is_last = merged.len() == 50 + length;
        assert_eq!(behind.get("NextMarker").is_none(), is_last);
        // The number of items is then that of the page.
        let few = list.run(&store, &["--no-paginate", "--max-items", "3"]);
        let few = few.succeeded();
        assert_eq!(list.entries(&few), merged[..3]);
        assert!(few.get("NextMarker").is_some());
        let many = list.run(&store, &["--no-paginate", "--max-items", "10000"]);
        let many = many.succeeded();
        assert_eq!(list.entries(&many), merged);
        assert_eq!(many.get("NextMarker"), None);
    }
}

#[test]
fn a_list_that_ends_with_its_page_has_no_marker_and_no_token() {
    let store = three_functions();
    for list in [Versions, Functions, AllVersions] {
        let count = list.entries(&list.run(&store, &[]).succeeded()).len();
        let exactly = count.to_string();
        for options in [&[][..], &["--no-paginate"], &["--page-size", "1"]] {
            let ran = list.run(&store, &[&["--max-items", &exactly], options].concat());
            let answer = ran.succeeded();
            assert_eq!(list.entries(&answer).len(), count);
            assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        }
    }
}

#[test]
fn a_number_of_items_is_at_least_one_and_at_most_ten_thousand() {
    let store = three_functions();
    for (list, operation) in [(Versions, VERSIONS), (Functions, FUNCTIONS)] {
        for number in ["0", "-1"] {
            for option in ["--max-items", "--page-size"] {
                let ran = list.run(&store, &[option, number]);
                let line = format!(
                    "\nParameter validation failed:\nInvalid value for parameter MaxItems, value: \
                     {number}, valid min value: 1\n"
                );
                assert_eq!(ran.failed(252), line);
            }
            let ran = list.run(&store, &["--no-paginate", "--max-items", number]);
            says(ran.failed(252), &["MaxItems", number]);
        }
        for options in [
            &["--page-size", "10001"][..],
            &["--no-paginate", "--max-items", "10001"],
        ] {
            let ran = list.run(&store, options);
            let message = ran.failed_with("InvalidParameterValueException", operation);
            says(message, &["MaxItems", "10001", "1 to 10000"]);
        }
        // In all, there may be as many as one likes.
        list.run(&store, &["--max-items", "1000000"]).succeeded();
        list.run(&store, &["--page-size", "10000"]).succeeded();
        for (option, number) in [("--max-items", "few"), ("--page-size", "1.0")] {
            let said = format!("error: argument {option}: invalid int value: '{number}'");
            says(list.run(&store, &[option, number]).failed(252), &[&said]);
        }
        list.run(&store, &["--max-items", " 1_0"]).succeeded();
    }
}

#[test]
fn one_page_goes_with_no_option_of_many() {
    let store = three_functions();
    let next = token(r#"{"Marker": "1"}"#);
    for once in [&["--no-paginate"][..], &["--marker", "1"]] {
        for (given, named) in [
            (&["--page-size", "3"][..], "--page-size"),
            (&["--starting-token", &next], "--starting-token"),
            (
                &["--page-size", "3", "--starting-token", &next],
                "--starting-token, --page-size",
            ),
        ] {
            let ran = store.list("hello", &[once, given].concat());
            let said = format!(
                "\nCannot specify --no-paginate along with pagination arguments: {named}\n"
            );
            assert_eq!(ran.failed(252), said);
        }
    }
    // As with the AWS CLI, the option is one of every command, and may stand before it.
    let ran = store.get("hello", &["--no-paginate"]);
    assert_eq!(ran, store.get("hello", &[]));
    let before = [
        "--no-paginate",
        "lambda",
        "list-functions",
        "--max-items",
        "1",
    ];
    let behind = store.list_functions(&["--max-items", "1", "--no-paginate"]);
    assert_eq!(store.run(&before), behind);
}

#[test]
fn what_is_no_token_or_marker_of_the_list_is_refused() {
    let store = three_functions();
    for wrong in [
        &token("1"),
        &token(r#"{"Marker": 1}"#),
        &token(r#"{"Marker": "1", "Other": "2"}"#),
        &token(r#"{"Marker": "1", "boto_truncate_amount": -1}"#),
        &token(r#"{"Marker": "1", "boto_truncate_amount": "1"}"#),
    ] {
        let ran = store.list("hello", &["--starting-token", wrong]);
        assert_eq!(ran.failed(252), format!("\nBad starting token: {wrong}\n"));
    }
    // What is no token at all is the service's marker, as in the AWS CLI.
    assert_eq!(
        store.list("hello", &["--starting-token", "1"]).succeeded(),
        store
            .list("hello", &["--starting-token", &token(r#"{"Marker": "1"}"#)])
            .succeeded()
    );
    for marker in [
        "hello",
        "eyJNYXJrZXIiOiAiMSJ",
        &token("[]"),
        &token(r#"{"Marker": "1""#),
    ] {
        let ran = store.list("hello", &["--starting-token", marker]);
        says(
            ran.failed_with("InvalidParameterValueException", VERSIONS),
            &[marker],
        );
    }
    for (list, operation, wrong) in [
        (
            Versions,
            VERSIONS,
            &["live", "0", "01", "+1", "", "hello:1"][..],
        ),
        (Functions, FUNCTIONS, &["hello:1", "a.b", "", "two words"]),
        (
            AllVersions,
            FUNCTIONS,
            &[
                "hello",
                "hello:live",
                "hello:01",
                ":1",
                "a.b:1",
                "hello:1:2",
            ],
        ),
    ] {
        for marker in wrong {
            let in_token = token(&json!({"Marker": marker}).to_string());
            for options in [["--marker", marker], ["--starting-token", &in_token]] {
                let ran = list.run(&store, &options);
                let message = ran.failed_with("InvalidParameterValueException", operation);
                says(message, &["Marker", &format!("'{marker}'")]);
            }
        }
    }
}

#[test]
fn everything_wrong_with_a_request_is_told_at_once() {
    let store = three_functions();
    let wrong = ["--no-paginate", "--max-items", "10001", "--marker", "live"];
    let ran = store.list("two words", &wrong);
    let message = ran.failed_with("InvalidParameterValueException", VERSIONS);
    says(message, &["3 values", "FunctionName", "MaxItems", "Marker"]);
    let ran = store.list_functions(&[&wrong[..], &["--function-version", "3"]].concat());
    let message = ran.failed_with("InvalidParameterValueException", FUNCTIONS);
    says(
        message,
        &["3 values", "FunctionVersion", "'3'", "ALL", "MaxItems"],
    );
    let ran = store.list_functions(&["--master-region", "us-east-1"]);
    says(ran.failed(252), &["--master-region", "refused"]);
}

#[test]
fn text_is_printed_page_by_page_and_ends_with_the_token() {
    let store = three_functions();
    let text = |list: List, options: &[&str]| {
        let ran = list.run(&store, &[&["--output", "text"], options].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        ran.stdout
    };
    let next = token(r#"{"Marker": "2"}"#);
    let cut = text(Versions, &["--max-items", "3"]);
    let lines: Vec<&str> = cut.lines().collect();
    let of_list = |line: &&&str| line.starts_with("VERSIONS\t");
    assert_eq!(lines.iter().filter(of_list).count(), 3);
    assert_eq!(*lines.last().unwrap(), format!("NEXTTOKEN\t{next}"));
    // Without a cut there is no such line.
    assert!(!text(Versions, &[]).contains("NEXTTOKEN"));

    // A query is asked of each page, and of the token, which stands on a page of its own.
    let names = ["--query", "Versions[].Version"];
    assert_eq!(text(Versions, &names), "$LATEST\t1\t2\t3\t4\t5\t6\t7\n");
    let sized = [&names[..], &["--page-size", "3"]].concat();
    assert_eq!(text(Versions, &sized), "$LATEST\t1\t2\n3\t4\t5\n6\t7\n");
    let cut = [&names[..], &["--max-items", "3"]].concat();
    assert_eq!(text(Versions, &cut), "$LATEST\t1\t2\nNone\n");
    let of_token = ["--query", "NextToken.NextToken", "--max-items", "3"];
    assert_eq!(text(Versions, &of_token), format!("None\n{next}\n"));

    // One page is one answer: its marker is a value like others.
    let once = ["--no-paginate", "--max-items", "2", "--query"];
    let marker = [&once[..], &["[NextMarker, Versions[].Version]"]].concat();
    assert_eq!(text(Versions, &marker), "1\n$LATEST\t1\n");
}

#[test]
fn text_has_fifty_items_on_a_page() {
    let store = TestStore::with_function("hello");
    place_versions(&store, "hello", 1..=120);
    let options = ["--output", "text", "--query", "length(Versions)"];
    assert_eq!(store.list("hello", &options).stdout, "50\n50\n21\n");
    assert_eq!(store.list("hello", &options[2..]).succeeded(), json!(121));
}

#[test]
fn a_query_is_asked_of_the_merged_list_in_json() {
    let store = three_functions();
    let options = ["--page-size", "2", "--max-items", "5", "--query"];
    let query = ["[length(Versions), Versions[-1].Version, NextToken]"];
    let answer = store.list("hello", &[&options[..], &query].concat());
    let next = token(r#"{"Marker": "4"}"#);
    assert_eq!(answer.succeeded(), json!([5, "4", next]));
}

#[test]
fn a_store_without_functions_lists_none() {
    let store = TestStore::new();
    fs::write(store.join("README"), "nothing here").unwrap();
    for options in [&[][..], &ALL, &["--no-paginate"], &["--max-items", "3"]] {
        let ran = store.list_functions(options);
        assert_eq!(ran.succeeded(), json!({"Functions": []}));
        let text = store.list_functions(&[options, &["--output", "text"]].concat());
        assert_eq!((text.code, text.stdout.as_str()), (Some(0), ""));
    }
    let ran = TestStore::nothing().list_functions(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(253), ""));
}

/// Sees that the other functions are listed, and the one that is broken is named with the reason.
#[track_caller]
fn is_named_and_others_are_listed(store: &TestStore, path: &str, cause: &str) {
    let path = store.join(path).display().to_string();
    for (list, others) in [
        (Functions, "aaa:$LATEST zzz:$LATEST"),
        (AllVersions, "aaa:$LATEST zzz:$LATEST 1"),
    ] {
        let ran = list.run(store, &[]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(list.entries(&answer), entries(others));
        says(&ran.stderr, &["warning", &path, cause]);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        // It takes no place on a page; told is what comes before the page's last item.
        let first = list.run(store, &["--max-items", "1"]);
        let answer = first.succeeded();
        assert_eq!(list.entries(&answer), entries("aaa:$LATEST"));
        let next = answer["NextToken"].as_str().unwrap();
        let rest = list.run(store, &["--starting-token", next]);
        says(&rest.stderr, &[&path, cause]);
        let answer: Value = serde_json::from_str(&rest.stdout).unwrap();
        assert_eq!(list.entries(&answer), entries(others)[1..]);
    }
}

fn with_a_function_in_between() -> TestStore {
    let store = TestStore::with_function("broken");
    store.place_function("aaa");
    store.create("zzz", &["--publish"]).succeeded();
    store
}

#[test]
fn a_function_that_is_broken_is_left_out_and_named() {
    for (file, content, cause) in [
        (
            "broken/$LATEST/config.json",
            &b"{\"Timeout\": "[..],
            "not JSON",
        ),
        (
            "broken/$LATEST/config.json",
            b"{\"Timeout\": \"3\"}",
            "Timeout",
        ),
        ("broken/history.jsonl", b"no line\n", "history.jsonl"),
    ] {
        let store = with_a_function_in_between();
        fs::write(store.join(file), content).unwrap();
        is_named_and_others_are_listed(&store, file, cause);
    }
    for file in ["broken/$LATEST/config.json", "broken/$LATEST/code.zip"] {
        let store = with_a_function_in_between();
        fs::remove_file(store.join(file)).unwrap();
        is_named_and_others_are_listed(&store, file, "missing");
    }
    let store = with_a_function_in_between();
    fs::remove_dir_all(store.join("broken/$LATEST")).unwrap();
    is_named_and_others_are_listed(&store, "broken/$LATEST", "missing");
    // Directories and files that are no functions are nobody's business.
    fs::remove_dir_all(store.join("broken")).unwrap();
    fs::create_dir(store.join("broken")).unwrap();
    store.list_functions(&[]).succeeded();
    fs::remove_dir(store.join("broken")).unwrap();
    std::os::unix::fs::symlink("zzz", store.join("broken")).unwrap();
    let answer = Functions.run(&store, &[]).succeeded();
    assert_eq!(
        Functions.entries(&answer),
        entries("aaa:$LATEST zzz:$LATEST")
    );
}

#[test]
fn a_broken_version_takes_no_place_on_a_page() {
    let store = three_functions();
    for number in [2, 3, 7] {
        let config = format!("hello/versions/{number}/config.json");
        fs::remove_file(store.join(&config)).unwrap();
    }
    let page = |options: &[&str], expected: &str, named: &[u64]| {
        let ran = store.list("hello", options);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(Versions.entries(&answer), entries(expected));
        assert_eq!(ran.stderr.lines().count(), named.len(), "{}", ran.stderr);
        for number in named {
            says(&ran.stderr, &[&format!("hello/versions/{number}/")]);
        }
        answer.get("NextToken").cloned()
    };
    page(&[], "hello:$LATEST 1 4 5 6", &[2, 3, 7]);
    let next = page(&["--max-items", "3"], "hello:$LATEST 1 4", &[2, 3]).unwrap();
    let from = ["--starting-token", next.as_str().unwrap()];
    // Something follows the last sound version, so there is a page that says what.
    let next = page(
        &[&from[..], &["--max-items", "2"]].concat(),
        "hello:5 6",
        &[],
    )
    .unwrap();
    let from = ["--starting-token", next.as_str().unwrap()];
    assert_eq!(page(&from, "", &[7]), None);
}

#[test]
fn a_list_of_functions_is_a_look_and_nothing_more() {
    let store = three_functions();
    let before = store.files();
    let lock = store.hold_lock("hello");
    for options in [&[][..], &ALL] {
        store
            .list_functions(&[options, &["--lock-timeout", "0"]].concat())
            .succeeded();
    }
    drop(lock);
    assert_eq!(store.files(), before);
}
