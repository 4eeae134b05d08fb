//! Which words are options and which are values, and what they are taken for: as the AWS CLI does it.

use serde_json::json;

use crate::support::{Ran, TestStore};

const UPDATE: [&str; 3] = ["update-function-configuration", "--function-name", "hello"];

fn update(store: &TestStore, words: &[&str]) -> Ran {
    store.run(&[&UPDATE[..], words].concat())
}

#[test]
fn options_may_be_abbreviated_and_values_may_begin_with_a_dash() {
    let store = TestStore::with_function("hello");
    for (words, description) in [
        (&["--desc", "short"][..], "short"),
        (&["--desc=-x"], "-x"),
        (&["--description", "- x"], "- x"),
        (&["--description", "--not an option"], "--not an option"),
        (&["--description", "-1.5"], "-1.5"),
        (&["--description", "-"], "-"),
        (&["--description="], ""),
        (&["--description", "a", "--description", "b"], "b"),
        (&["--description", "--no-paginate", "after"], "after"),
    ] {
        let answer = update(&store, words).succeeded();
        assert_eq!(answer["Description"], description, "{words:?}");
    }
    let layer = "arn:aws:lambda:us-east-1:123456789012:layer:one:1";
    let words = ["--layers", "x", "--layers", "--region", "us-east-1", layer];
    let answer = update(&store, &words).succeeded();
    assert_eq!(answer["Layers"][0]["Arn"], layer);
    assert_eq!(answer["Layers"].as_array().unwrap().len(), 1);
    assert!(
        update(&store, &["--layers", "x", "--layers"])
            .succeeded()
            .get("Layers")
            .is_none()
    );
}

#[test]
fn words_that_do_not_go_together_are_told_as_argparse_tells_them() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for (words, said) in [
        (
            &["--description"][..],
            "argument --description: expected one argument",
        ),
        (
            &["--description", "-x"],
            "argument --description: expected one argument",
        ),
        (&["--region"], "argument --region: expected one argument"),
        (
            &["--debug=yes"],
            "argument --debug: ignored explicit argument 'yes'",
        ),
        (
            &["--t", "3"],
            "ambiguous option: --t could match --timeout, --tracing-config",
        ),
    ] {
        let ran = update(&store, words);
        let line = format!("lambda-store: error: {said}");
        assert_eq!(ran.failed(252).trim_end().lines().last(), Some(&*line));
    }
    for (words, said) in [
        (&["create-function"][..], "--function-name, --role"),
        (
            &["create-alias", "--name", "a"],
            "--function-name, --function-version",
        ),
        (&["get-alias"], "--function-name, --name"),
    ] {
        let line = format!("lambda-store: error: the following arguments are required: {said}");
        let ran = store.run(words);
        assert_eq!(ran.failed(252).trim_end().lines().last(), Some(&*line));
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_is_no_shorthand_and_no_json_is_shown_with_the_place() {
    let store = TestStore::with_function("hello");
    for (option, value, said) in [
        (
            "--tracing-config",
            "Mode",
            "Expected: '=', received: 'EOF' for input:\nMode\n    ^",
        ),
        (
            "--tracing-config",
            "{Mode: x}",
            "Invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n\
             JSON received: {Mode: x}",
        ),
        ("--tracing-config", "[1]", "Invalid JSON:\n[1]"),
        (
            "--environment",
            "Variables={A=s3cr3t",
            "Expected: ',', received: 'EOF' for input:\n*** (at character 20 of 19)",
        ),
        (
            "--environment",
            "{\"Variables\": {\"A\": \"s3cr3t\"}",
            "Invalid JSON: Expecting ',' delimiter: line 1 column 30 (char 29)\nJSON received: ***",
        ),
    ] {
        let ran = update(&store, &[option, value]);
        let said = format!("\nError parsing parameter '{option}': {said}\n");
        assert_eq!(ran.failed(252), said);
    }
}

#[test]
fn values_of_a_wrong_type_are_shown_as_python_shows_them() {
    let store = TestStore::with_function("hello");
    let file = store.beside("bytes");
    std::fs::write(&file, b"it's\n\xff").unwrap();
    let bytes = format!("fileb://{}", file.display());
    for (option, value, said) in [
        (
            "--vpc-config",
            "{\"X\": 1, \"SubnetIds\": {\"a\": [1.0, null, true]}}",
            "Unknown parameter in VpcConfig: \"X\", must be one of: SubnetIds, SecurityGroupIds, \
             Ipv6AllowedForDualStack\n\
             Invalid type for parameter VpcConfig.SubnetIds, value: OrderedDict([('a', [1.0, None, \
             True])]), type: <class 'collections.OrderedDict'>, valid types: <class 'list'>, <class \
             'tuple'>",
        ),
        (
            "--vpc-config",
            "SubnetIds={a=b}",
            "Invalid type for parameter VpcConfig.SubnetIds[0], value: {'a': 'b'}, type: <class \
             'dict'>, valid types: <class 'str'>",
        ),
        (
            "--description",
            &bytes,
            "Invalid type for parameter Description, value: b\"it's\\n\\xff\", type: <class \
             'bytes'>, valid types: <class 'str'>",
        ),
    ] {
        let ran = update(&store, &[option, value]);
        let said = format!("\nParameter validation failed:\n{said}\n");
        assert_eq!(ran.failed(252), said);
    }
}

#[test]
fn files_are_named_with_variables_and_their_lines_end_in_one_way() {
    let store = TestStore::with_function("hello");
    std::fs::write(store.beside("lines.txt"), "a\r\nb\rc\n").unwrap();
    std::fs::write(
        store.beside("tracing.json"),
        json!({"Mode": "Active"}).to_string(),
    )
    .unwrap();
    let words = [
        "--description",
        "file://${HERE}/lines.txt",
        "--tracing-config",
        "fileb://$HERE/tracing.json",
    ];
    let mut command = store.command(&[&UPDATE[..], &words].concat());
    let ran = crate::support::run(command.env("HERE", store.beside("")));
    let answer = ran.succeeded();
    assert_eq!(answer["Description"], "a\nb\nc\n");
    assert_eq!(answer["TracingConfig"]["Mode"], "Active");
}
