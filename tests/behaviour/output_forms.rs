//! The forms of `--output`, and which one is taken unless it is given.

use crate::support::{Ran, TestStore, run, says};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello:";
const NAMES: [&str; 2] = ["--query", "Aliases[].{Name: Name, At: FunctionVersion}"];

/// A store with a version and the aliases a, b and c.
fn store_with_aliases() -> TestStore {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    for name in ["a", "b", "c"] {
        store.create_alias(name, "1", &[]).succeeded();
    }
    store
}

/// Runs a command with variables in its environment.
fn run_with(store: &TestStore, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    run(store.command(arguments).envs(variables.iter().copied()))
}

#[track_caller]
fn printed(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    &ran.stdout
}

#[test]
fn every_form_prints_the_same_answer_in_its_way() {
    let store = store_with_aliases();
    let query = ["--query", "{Name: Name, At: FunctionVersion}"];
    for (form, expected) in [
        ("json", "{\n    \"Name\": \"a\",\n    \"At\": \"1\"\n}\n"),
        ("text", "1\ta\n"),
        ("yaml", "At: '1'\nName: a\n"),
        ("yaml-stream", "- At: '1'\n  Name: a\n"),
        (
            "table",
            "----------------\n|   GetAlias   |\n+-----+--------+\n| At  | Name   |\n\
             +-----+--------+\n|  1  |  a     |\n+-----+--------+\n",
        ),
        ("off", ""),
    ] {
        let options = [&query[..], &["--output", form]].concat();
        let ran = store.alias("get-alias", "a", &options);
        assert_eq!(printed(&ran), expected, "{form}");
    }
}

#[test]
fn a_list_is_one_table_and_one_document_but_a_stream_has_each_page() {
    let store = store_with_aliases();
    let pages = ["--page-size", "2"];
    let list = |form| store.list_aliases(&[&NAMES[..], &pages, &["--output", form]].concat());
    let item = |name| format!("- At: '1'\n  Name: {name}\n");
    let all = item("a") + &item("b") + &item("c");
    assert_eq!(printed(&list("yaml")), all);
    assert_eq!(
        printed(&list("yaml-stream")),
        "- - At: '1'\n    Name: a\n  - At: '1'\n    Name: b\n- - At: '1'\n    Name: c\n"
    );
    assert_eq!(printed(&list("table")).matches("ListAliases").count(), 1);
}

#[test]
fn a_stream_shows_where_each_page_goes_on() {
    let store = store_with_aliases();
    let keys = ["--query", "keys(@)", "--output", "yaml-stream"];
    let ran = store.list_aliases(&[&keys[..], &["--page-size", "2"]].concat());
    assert_eq!(printed(&ran), "- - NextMarker\n  - Aliases\n- - Aliases\n");
    let names = ["--query", "Aliases[].Name", "--output", "yaml-stream"];
    let ran = store.list_aliases(&[&names[..], &["--page-size", "2", "--max-items", "1"]].concat());
    assert_eq!(printed(&ran), "- - a\n");
}

#[test]
fn a_table_that_is_wider_than_a_terminal_has_a_line_for_each_member() {
    let store = store_with_aliases();
    let ran = store.alias("get-alias", "a", &["--output", "table"]);
    let table = printed(&ran);
    let names: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("|  ")?.split([' ', '|']).next())
        .filter(|name| !name.is_empty())
        .collect();
    let members = [
        "AliasArn",
        "Description",
        "FunctionVersion",
        "Name",
        "RevisionId",
    ];
    assert_eq!(names, members, "{table}");
    assert!(table.contains(&format!("|  {ARN}a  ")), "{table}");
}

#[test]
fn a_table_is_coloured_where_it_is_asked_for() {
    let store = store_with_aliases();
    for (color, is_coloured) in [("on", true), ("off", false), ("auto", false)] {
        let options = ["--output", "table", "--color", color];
        let ran = store.alias("get-alias", "a", &options);
        assert_eq!(printed(&ran).contains("\x1b["), is_coloured, "{color}");
    }
}

#[test]
fn the_form_is_the_options_then_our_variables_then_awss() {
    let store = store_with_aliases();
    let get = [
        "get-alias",
        "--function-name",
        "hello",
        "--name",
        "a",
        "--query",
        "[FunctionVersion, Name]",
    ];
    let (json, text, yaml) = ("[\n    \"1\",\n    \"a\"\n]\n", "1\ta\n", "- '1'\n- a\n");
    let (ours, theirs) = ("LAMBDA_STORE_OUTPUT", "AWS_DEFAULT_OUTPUT");
    for (variables, option, expected) in [
        (&[][..], None, json),
        (&[(theirs, "text")], None, text),
        (&[(theirs, "text"), (ours, "yaml")], None, yaml),
        (&[(theirs, "bogus"), (ours, "yaml")], None, yaml),
        (&[(theirs, "text"), (ours, "")], None, text),
        (&[(theirs, "text"), (ours, "yaml")], Some("json"), json),
        (&[(theirs, "bogus")], Some("text"), text),
    ] {
        let option: Vec<&str> = option.map_or(vec![], |form| vec!["--output", form]);
        let ran = run_with(&store, variables, &[&get[..], &option].concat());
        assert_eq!(printed(&ran), expected, "{variables:?} {option:?}");
    }
}

#[test]
fn a_variable_that_names_no_form_is_told_before_anything_is_done() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for wrong in ["bogus", "JSON", "yaml_stream"] {
        let variables = [("AWS_DEFAULT_OUTPUT", wrong)];
        let publish = ["publish-version", "--function-name", "hello"];
        let ran = run_with(&store, &variables, &publish);
        says(ran.failed(255), &["Unknown output type", wrong]);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_variable_turns_no_words_into_a_document_but_says_what_form_one_has() {
    let store = store_with_aliases();
    let words = store.run(&["status", "hello"]);
    for form in ["json", "yaml", "off"] {
        let ran = run_with(
            &store,
            &[("AWS_DEFAULT_OUTPUT", form)],
            &["status", "hello"],
        );
        assert_eq!(printed(&ran), words.stdout, "{form}");
    }
    let query = ["status", "hello", "--query", "[FunctionName]"];
    let ran = run_with(&store, &[("AWS_DEFAULT_OUTPUT", "yaml")], &query);
    assert_eq!(printed(&ran), "- hello\n");
}

#[test]
fn a_query_compares_strings_keeps_whole_numbers_whole_and_its_own_order() {
    let store = store_with_aliases();
    for (query, expected) in [
        ("Aliases[?Name > 'a'].Name", "[\n    \"b\",\n    \"c\"\n]\n"),
        ("Aliases[?Name <= 'a'] | length(@)", "1\n"),
        ("sum([`1`, `2`])", "3\n"),
        ("abs(`-3`)", "3\n"),
        ("ceil(`1.5`)", "2\n"),
        ("avg([`1`, `2`])", "1.5\n"),
        ("avg(`[]`)", "null\n"),
        ("to_number('true')", "null\n"),
        ("to_number('12')", "12\n"),
        (
            "to_string({b: `1`, a: '\u{fc}'})",
            "\"{\\\"b\\\":1,\\\"a\\\":\\\"\\\\u00fc\\\"}\"\n",
        ),
        (
            "Aliases[0].{Z: Name, A: Name} | keys(@)",
            "[\n    \"Z\",\n    \"A\"\n]\n",
        ),
        ("sort_by(Aliases, &Name)[::-1] | [0].Name", "\"c\"\n"),
    ] {
        let ran = store.list_aliases(&["--query", query]);
        assert_eq!(printed(&ran), expected, "{query}");
    }
    for wrong in [
        "Aliases[0].Name < `1`",
        "nothing(@)",
        "length(Nothing)",
        "&Aliases",
    ] {
        let ran = store.list_aliases(&["--query", wrong]);
        ran.failed(255);
    }
}

#[test]
fn a_query_may_be_long_but_a_deep_one_is_refused_before_anything_is_done() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let times = |text: &str, count| text.repeat(count);
    for deep in [
        times("(", 501) + "a" + &times(")", 501),
        times("!", 60_000) + "a",
        times("a.", 60_000) + "a",
        times("a|", 60_000) + "a",
        times("a||", 40_000) + "a",
        times("a<=", 40_000) + "a",
        "a".to_owned() + &times("[]", 60_000),
        times("[", 60_000) + "a" + &times("]", 60_000),
        times("{a: ", 501) + "a" + &times("}", 501),
        times("to_array(", 501) + "a" + &times(")", 501),
    ] {
        let ran = store.publish("hello", &["--query", &deep]);
        assert_eq!(ran.code, Some(252));
        says(&ran.stderr, &["more than 500 operators"]);
    }
    assert_eq!(store.files(), before);
    for fine in [
        times("Layers[].", 150) + "Arn",
        times("!", 500) + "Version",
        "Layers".to_owned() + &times("[]", 500),
        times("to_array(", 500) + "Version" + &times(")", 500),
        "Layers[?Arn=='1'".to_owned() + &times(" || Arn=='!!(['", 240) + "]",
        "[Version".to_owned() + &times(", Layers[?Arn == `1`].Arn", 4_000) + "]",
        "{A: Version".to_owned() + &times(", A: length(Layers[0].Arn || '')", 2_000) + "}",
    ] {
        for form in ["json", "text", "table", "yaml"] {
            let options = ["--query", fine.as_str(), "--output", form];
            let ran = store.publish("hello", &options);
            assert_eq!(ran.code, Some(0), "{form} {fine}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_query_whose_list_lacks_a_comma_is_wrong_usage() {
    let store = store_with_aliases();
    for (wrong, rest) in [
        ("[Name FunctionVersion]", "FunctionVersion]"),
        ("[Name 'x']", "'x']"),
    ] {
        let ran = store.alias("get-alias", "a", &["--query", wrong]);
        says(ran.failed(252), &["comma", "missing before", rest]);
    }
}
