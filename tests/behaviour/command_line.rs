//! Options, output and exit codes.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, command, run, says, zip_of};

const GET: [&str; 3] = ["get-function-configuration", "--function-name", "hello"];

/// A store in a region of its own, so that answers tell which store they come from.
fn store_in(store: &TestStore, name: &str, region: &str) {
    let path = store.beside(name);
    let path = path.to_str().unwrap();
    let init = ["--store", path, "init", "--region", region];
    run(command().args(init)).succeeded();
    let latest = store.beside(name).join("hello/$LATEST");
    std::fs::create_dir_all(&latest).unwrap();
    std::fs::write(latest.join("code.zip"), zip_of(&[("app.py", b"v0")])).unwrap();
    let config = json!({"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE});
    std::fs::write(latest.join("config.json"), config.to_string()).unwrap();
}

#[track_caller]
fn region_of(ran: &Ran) -> String {
    let arn = ran.succeeded()["FunctionArn"].as_str().unwrap().to_owned();
    arn.split(':').nth(3).unwrap().to_owned()
}

/// Returns the number of versions in the function hello.
fn versions(store: &TestStore) -> usize {
    std::fs::read_dir(store.join("hello/versions")).map_or(0, Iterator::count)
}

#[test]
fn the_store_is_the_option_else_the_variable_else_the_directory_store() {
    let store = TestStore::nothing();
    store_in(&store, "by-option", "eu-west-1");
    store_in(&store, "by-variable", "eu-west-2");
    store_in(&store, "store", "eu-west-3");
    let here = store.beside("");
    let bare = || {
        let mut command = command();
        command.current_dir(&here);
        command
    };
    assert_eq!(region_of(&run(bare().args(GET))), "eu-west-3");
    let with_variable = || {
        let mut command = bare();
        command.env("LAMBDA_STORE", "by-variable");
        command
    };
    assert_eq!(region_of(&run(with_variable().args(GET))), "eu-west-2");
    let ran = run(bare().env("LAMBDA_STORE", "").args(GET));
    assert_eq!(region_of(&ran), "eu-west-3", "an empty one is none");
    let usage = run(with_variable().arg("get-function"));
    assert!(!usage.failed(252).contains("--store"), "{usage:?}");
    let before = ["--store", "by-option"];
    let ran = run(with_variable().args(before).args(GET));
    assert_eq!(region_of(&ran), "eu-west-1");
    let ran = run(with_variable().args(GET).args(["--store=by-option"]));
    assert_eq!(region_of(&ran), "eu-west-1");
    let ran = run(bare()
        .args(before)
        .args(GET)
        .args(["--store", "by-variable"]));
    assert_eq!(region_of(&ran), "eu-west-2", "the last one wins");
}

#[test]
fn regions_in_the_environment_are_not_looked_at() {
    let store = TestStore::made_by_hand("hello");
    let mut command = store.command(&GET);
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"] {
        command.env(name, "eu-west-1");
    }
    assert_eq!(region_of(&run(&mut command)), "us-east-1");
}

#[test]
fn the_word_lambda_may_lead() {
    let store = TestStore::made_by_hand("hello");
    let expected = store.get("hello", &[]);
    let path = store.path();
    let path = path.to_str().unwrap();
    for before in [
        &["lambda"][..],
        &["--region", "us-east-1", "lambda"],
        &["lambda", "--region", "us-east-1"],
        &["--no-cli-pager", "lambda", "--no-verify-ssl"],
        &["--profile", "lambda", "lambda"],
        &["--store", path, "lambda"],
        &["lambda", "--store", path],
    ] {
        let ran = store.run(&[before, &GET[..]].concat());
        assert_eq!(ran, expected, "{before:?}");
    }
    let published = store.run(&["lambda", "publish-version", "--function-name", "hello"]);
    assert_eq!(published.succeeded()["Version"], "1");
    // It is a word, no command, so it stands once, and something follows it.
    for wrong in [
        &["lambda"][..],
        &["lambda", "lambda"],
        &["lambda", "nonsense"],
    ] {
        assert_ne!(store.run(&[wrong, &[]].concat()).failed(252), "");
    }
    store
        .run(&[&["lambda", "lambda"], &GET[..]].concat())
        .failed(252);
    let help = store.run(&["lambda", "publish-version", "--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_function_may_be_called_lambda() {
    let store = TestStore::made_by_hand("lambda");
    let arguments = ["publish-version", "--function-name", "lambda"];
    assert_eq!(store.run(&arguments).succeeded()["FunctionName"], "lambda");
}

#[test]
fn options_about_connections_are_accepted_ignored_and_listed_as_such() {
    let store = TestStore::made_by_hand("hello");
    let expected = store.get("hello", &[]);
    let (help, _) = help_of("get-function-configuration");
    let listed = help.find("accepted and ignored").unwrap();
    for option in [
        &["--profile", "p"][..],
        &["--endpoint-url", "http://localhost:1"],
        &["--no-verify-ssl"],
        &["--ca-bundle", "/nowhere/ca.pem"],
        &["--cli-read-timeout", "0"],
        &["--cli-connect-timeout", "0"],
        &["--no-sign-request"],
        &["--no-cli-pager"],
    ] {
        assert_eq!(store.run(&[option, &GET].concat()), expected, "{option:?}");
        assert_eq!(store.run(&[&GET, option].concat()), expected, "{option:?}");
        let twice = [option, &GET, option].concat();
        assert_eq!(store.run(&twice), expected, "{option:?}");
        assert!(help[listed..].contains(option[0]), "{option:?}");
    }
}

#[test]
fn debug_says_what_is_called_and_hides_the_values_of_variables() {
    let store = TestStore::made_by_hand("hello");
    let ran = store.run(&[
        "update-function-configuration",
        "--function-name=hello",
        "--debug",
        "--timeout",
        "7",
        "--environment",
        "Variables={TOKEN=secret,STAGE=test}",
    ]);
    let line = r#"debug: UpdateFunctionConfiguration {"FunctionName":"hello","Timeout":7,"Environment":{"Variables":{"TOKEN":"***","STAGE":"***"}}}"#;
    assert_eq!((ran.code, ran.stderr.trim_end()), (Some(0), line));
}

/// Returns a command's help, and the options it lists.
fn help_of(name: &str) -> (String, Vec<String>) {
    let ran = run(command().args([name, "--help"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let options = ran
        .stdout
        .split(|letter: char| letter.is_whitespace() || "[],=<>`".contains(letter))
        .filter(|word| word.starts_with("--"))
        .map(str::to_owned)
        .collect();
    (ran.stdout, options)
}

/// Returns the command line with all that a command must have.
fn complete<'a>(name: &'a str, zip: &'a str) -> Vec<&'a str> {
    let mut arguments = vec![name];
    if name != "list-functions" {
        arguments.extend(["--function-name", "hello"]);
    }
    if name.ends_with("-alias") {
        arguments.extend(["--name", "live"]);
    }
    if name == "create-alias" {
        arguments.extend(["--function-version", "1"]);
    }
    if name == "create-function" {
        arguments.extend(["--runtime", "python3.13", "--role", ROLE]);
        arguments.extend(["--handler", "app.handler"]);
    }
    if ["create-function", "update-function-code"].contains(&name) {
        arguments.extend(["--zip-file", zip]);
    }
    arguments
}

const COMMANDS: [(&str, &str); 12] = [
    ("CreateFunction", "create-function"),
    ("UpdateFunctionCode", "update-function-code"),
    (
        "UpdateFunctionConfiguration",
        "update-function-configuration",
    ),
    ("PublishVersion", "publish-version"),
    ("GetFunctionConfiguration", "get-function-configuration"),
    ("ListFunctions", "list-functions"),
    ("ListVersionsByFunction", "list-versions-by-function"),
    ("CreateAlias", "create-alias"),
    ("UpdateAlias", "update-alias"),
    ("GetAlias", "get-alias"),
    ("ListAliases", "list-aliases"),
    ("DeleteAlias", "delete-alias"),
];

#[test]
fn an_unknown_option_or_command_names_the_nearest() {
    let store = TestStore::made_by_hand("hello");
    for (arguments, given, nearest) in [
        (
            &["publish-version", "--fuction-name", "hello"][..],
            "--fuction-name",
            "--function-name",
        ),
        (
            &[
                "publish-version",
                "--function-name",
                "hello",
                "--descripton",
                "x",
            ],
            "--descripton",
            "--description",
        ),
        (
            &["publish-verson", "--function-name", "hello"],
            "publish-verson",
            "publish-version",
        ),
        (
            &["lambda", "publish-verson", "--function-name", "hello"],
            "publish-verson",
            "publish-version",
        ),
        (&["--stor", "x", "publish-version"], "--stor", "--store"),
        (
            &["create-function", "--runtme", "python3.13"],
            "--runtme",
            "--runtime",
        ),
        (&["publsh-version"], "publsh-version", "publish-version"),
        (
            &["status", "hello", "--exitcode"],
            "--exitcode",
            "--exit-code",
        ),
        (&["publish-version", "--output", "jsn"], "jsn", "'json'"),
        (&["status", "hello", "--color", "atuo"], "atuo", "'auto'"),
        (
            &["init", "--quota", "MemorySze=512"],
            "MemorySze",
            "MemorySize",
        ),
    ] {
        says(store.run(arguments).failed(252), &[given, nearest]);
    }
    says(
        store
            .run(&["publish-version", "--function-name", "hello", "--xyzzy"])
            .failed(252),
        &["--xyzzy", "Usage"],
    );
    assert_eq!(versions(&store), 0);
}

#[test]
fn a_missing_option_or_command_prints_the_usage_on_stderr() {
    let store = TestStore::made_by_hand("hello");
    for (_, name) in COMMANDS {
        if name != "list-functions" {
            says(
                store.run(&[name]).failed(252),
                &["Usage", "--function-name"],
            );
        }
    }
    // The code may come from elsewhere, so that it must be given is for the service to tell.
    let without_code = store.run(&["update-function-code", "--function-name", "hello"]);
    says(without_code.failed(254), &["ZipFile", "must be given"]);
    says(
        store
            .run(&[
                "create-function",
                "--function-name",
                "hello",
                "--zip-file",
                "x.zip",
            ])
            .failed(252),
        &["Usage", "--role"],
    );
    says(store.run(&[]).failed(252), &["Usage"]);
    // A value that is missing, one too many.
    store
        .run(&["publish-version", "--function-name"])
        .failed(252);
    store.run(&[&GET[..], &["more"]].concat()).failed(252);
    store
        .update("hello", b"v1", &["--publish", "true"])
        .failed(252);
    store
        .update("hello", b"v1", &["--publish=true"])
        .failed(252);
    assert_eq!(versions(&store), 0);
}

#[test]
fn the_region_must_be_the_stores() {
    let store = TestStore::nothing();
    store.run(&["init", "--region", "eu-west-1"]).succeeded();
    store.place_function("hello");
    let zip = store.zip("code.zip", b"v1");
    let before = store.files();
    for (_, name) in COMMANDS {
        let arguments = complete(name, &zip);
        let ran = store.run(&[&arguments[..], &["--region", "us-east-1"]].concat());
        says(ran.failed(252), &["--region", "us-east-1", "eu-west-1"]);
        let ran = store.run(&[&["--region", "us-east-1"], &arguments[..]].concat());
        says(ran.failed(252), &["--region", "us-east-1", "eu-west-1"]);
    }
    assert!(store.files() == before);
    assert_eq!(
        region_of(&store.get("hello", &["--region", "eu-west-1"])),
        "eu-west-1"
    );
    // The last one wins, on whichever side of the command it stands.
    let twice = [
        &["--region", "us-east-1"],
        &GET[..],
        &["--region", "eu-west-1"],
    ]
    .concat();
    assert_eq!(region_of(&store.run(&twice)), "eu-west-1");
}

#[test]
fn the_last_one_of_a_repeated_option_wins() {
    let store = TestStore::made_by_hand("hello");
    let repeated = ["--description", "a", "--description=b"];
    assert_eq!(
        store.publish("hello", &repeated).succeeded()["Description"],
        "b"
    );
    let found = store.get("nobody", &["--function-name", "hello"]);
    assert_eq!(found.succeeded()["FunctionName"], "hello");

    for (options, made) in [
        (&["--publish", "--no-publish"][..], false),
        (&["--no-publish"], false),
        (&["--no-publish", "--publish"], true),
        (&["--publish", "--no-publish", "--publish"], true),
        (&["--no-publish", "--publish", "--no-publish"], false),
    ] {
        let before = versions(&store);
        let content = options.concat();
        store
            .update("hello", content.as_bytes(), options)
            .succeeded();
        assert_eq!(versions(&store) > before, made, "{options:?}");
        let name = content.replace("--", "_");
        let version = store.create(&name, options).succeeded()["Version"].clone();
        assert_eq!(version, if made { "1" } else { "$LATEST" }, "{options:?}");
    }
    for (options, changes) in [
        (&["--dry-run"][..], false),
        (&["--dry-run", "--no-dry-run"], true),
        (&["--no-dry-run"], true),
        (&["--no-dry-run", "--dry-run"], false),
    ] {
        let before = store.files();
        store
            .update("hello", options.concat().as_bytes(), options)
            .succeeded();
        assert_eq!(store.files() != before, changes, "{options:?}");
    }
}

#[test]
fn the_hidden_spelling_of_the_hash_is_understood() {
    let store = TestStore::made_by_hand("hello");
    store
        .publish("hello", &["--code-sha-256", "other"])
        .failed(254);
    let hash = store.get("hello", &[]).succeeded()["CodeSha256"].clone();
    let hash = hash.as_str().unwrap();
    store
        .publish("hello", &["--code-sha-256", hash])
        .succeeded();
}

/// Sees that the client's checks refuse a command line with these lines, and make nothing.
#[track_caller]
fn invalid(store: &TestStore, ran: &Ran, lines: &[&str]) {
    let text = ran.failed(252);
    let found: Vec<&str> = text.trim().lines().collect();
    assert_eq!(found[0], "Parameter validation failed:", "{text}");
    assert_eq!(&found[1..], lines);
    assert!(!store.path().exists(), "a failed command changes nothing");
}

#[test]
fn what_the_client_checks_is_refused_as_the_aws_cli_refuses_it() {
    let store = TestStore::nothing();
    let length = "Invalid length for parameter FunctionName, value: 0, valid min length: 1";
    invalid(&store, &store.create("", &[]), &[length]);
    invalid(&store, &store.publish("", &[]), &[length]);
    invalid(&store, &store.get("", &[]), &[length]);
    invalid(&store, &store.update("", b"v1", &[]), &[length]);
    let qualifier = "Invalid length for parameter Qualifier, value: 0, valid min length: 1";
    invalid(
        &store,
        &store.get("hello", &["--qualifier", ""]),
        &[qualifier],
    );

    for (options, lines) in [
        (
            &["--timeout", "0"][..],
            &["Invalid value for parameter Timeout, value: 0, valid min value: 1"][..],
        ),
        (
            &["--timeout", "-5", "--memory-size", "127"],
            &[
                "Invalid value for parameter Timeout, value: -5, valid min value: 1",
                "Invalid value for parameter MemorySize, value: 127, valid min value: 128",
            ],
        ),
    ] {
        invalid(&store, &store.create("hello", options), lines);
    }
    // Maxima, patterns and enumerations are the service's to check.
    for options in [
        ["--timeout", "901"],
        ["--memory-size", "3009"],
        ["--runtime", "python0.9"],
        ["--role", "demo"],
    ] {
        store
            .create("hello", &options)
            .failed_with("InvalidParameterValueException", "CreateFunction");
    }
    for (option, number) in [
        ("--timeout", "abc"),
        ("--memory-size", "1.5"),
        ("--timeout", ""),
    ] {
        let said = format!("\ninvalid literal for int() with base 10: '{number}'\n");
        let ran = store.create("hello", &[option, number]);
        assert_eq!(ran.failed(255), said);
    }
    let options = ["--lock-timeout", "soon"];
    says(store.create("hello", &options).failed(252), &options);
}

#[test]
fn wrong_kinds_in_structures_are_named_and_their_values_kept_back() {
    let store = TestStore::nothing();
    for (environment, named) in [
        (
            r#"{"Variables": {"TOKEN": 5}}"#,
            &[
                "Environment.Variables.TOKEN, value: ***, type: <class 'int'>, valid types: <class 'str'>",
            ][..],
        ),
        (
            r#"{"Variables": {"TOKEN": ["s3cr3t"]}}"#,
            &["Environment.Variables.TOKEN"],
        ),
        (r#"{"Variables": "s3cr3t"}"#, &["Environment.Variables"]),
        (
            r#"{"Vars": {"TOKEN": "s3cr3t"}}"#,
            &["Vars", "must be one of: Variables"],
        ),
        (
            "Vars={TOKEN=s3cr3t}",
            &["Vars", "must be one of: Variables"],
        ),
        ("TOKEN=s3cr3t", &["TOKEN", "must be one of: Variables"]),
    ] {
        let ran = store.create("hello", &["--environment", environment]);
        let text = ran.failed(252);
        says(text, &["Parameter validation failed:\n"]);
        says(text, named);
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    let ran = store.create("hello", &["--tags", r#"{"team": 5}"#]);
    says(
        ran.failed(252),
        &[
            "Parameter validation failed:\n",
            "Invalid type for parameter Tags.team, value: 5, type: <class 'int'>, valid types: <class \
             'str'>",
        ],
    );
    assert!(!store.path().exists());
}

#[test]
fn a_structure_that_cannot_be_parsed_is_wrong_usage_and_its_values_are_kept_back() {
    let store = TestStore::nothing();
    for environment in [
        "s3cr3t",
        "Variables={TOKEN=s3cr3t",
        "Variables={TOKEN='s3cr3t}",
        "Variables={TOKEN='x' s3cr3t}",
        "Variables={TOKEN=x,s3cr3t}",
        "Variables={TOKEN=x} s3cr3t",
        "Variables={TOKEN=s3cr3t,TOKEN=s3cr3t}",
        r#"{"Variables": {"TOKEN": s3cr3t}}"#,
        r#"{"Variables": {"TOKEN": "s3cr3t", "TOKEN": "s3cr3t"}}"#,
        r#"{"Variables": {"TOKEN": "s3cr3t"}"#,
        r#"["s3cr3t"]"#,
    ] {
        let ran = store.create("hello", &["--environment", environment]);
        let text = ran.failed(252);
        says(text, &["Error parsing parameter '--environment': "]);
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    let ran = store.create("hello", &["--environment", "file://nowhere/env.json"]);
    says(
        ran.failed(252),
        &["--environment", "file://nowhere/env.json", "No such file"],
    );
    assert!(!store.path().exists());
}

#[test]
fn the_package_is_named_by_fileb_or_by_its_path_alone() {
    let store = TestStore::with_function("hello");
    let here = store.beside("");
    let expected = store.get("hello", &[]).succeeded()["CodeSha256"].clone();
    let absolute = store.beside("created.zip").display().to_string();
    let with_prefix = format!("fileb://{absolute}");
    for zip_file in [
        &absolute,
        &with_prefix,
        "created.zip",
        "fileb://created.zip",
    ] {
        let arguments = [
            "update-function-code",
            "--function-name",
            "hello",
            "--dry-run",
        ];
        let mut command = store.command(&arguments);
        let ran = run(command.current_dir(&here).args(["--zip-file", zip_file]));
        assert_eq!(ran.succeeded()["CodeSha256"], expected, "{zip_file}");
    }
    let before = store.files();
    let ran = store.update("hello", b"v1", &["--zip-file", "file://created.zip"]);
    assert_eq!(
        ran.failed(252).lines().nth(1),
        Some(
            "Error parsing parameter '--zip-file': Unable to load paramfile file://created.zip: \
             [Errno 2] No such file or directory: 'created.zip'"
        )
    );
    let package = format!("file://{}", store.beside("created.zip").display());
    let ran = store.update("hello", b"v1", &["--zip-file", &package]);
    says(ran.failed(252), &["could not be decoded", "fileb://"]);
    let ran = store.update("hello", b"v1", &["--zip-file", ""]);
    says(ran.failed(252), &["--zip-file"]);
    // A relative path that leads nowhere: from where it was looked for is said.
    let mut command = store.command(&["update-function-code", "--function-name", "hello"]);
    let ran = run(command
        .current_dir(&here)
        .args(["--zip-file", "missing.zip"]));
    let here = here.canonicalize().unwrap().display().to_string();
    says(ran.failed(252), &["missing.zip", "No such file", &here]);
    assert!(store.files() == before);
}

#[test]
fn a_file_is_found_in_the_home_directory() {
    // A shell leaves the ~ alone where it does not begin a word; the AWS CLI puts the home in.
    let store = TestStore::with_function("hello");
    let home = store.beside("");
    std::fs::write(store.beside("env.json"), "Variables={LEVEL=debug}").unwrap();
    let in_home = |arguments: &[&str]| run(store.command(arguments).env("HOME", &home));
    let hello = ["--function-name", "hello"];
    let environment = ["--environment", "file://~/env.json"];
    let ran = in_home(&[&["update-function-configuration"], &hello[..], &environment].concat());
    let expected = json!({"Variables": {"LEVEL": "debug"}});
    assert_eq!(ran.succeeded()["Environment"], expected);
    let inside = ["--environment", "Variables={LEVEL@=file://~/env.json}"];
    let ran = in_home(&[&["update-function-configuration"], &hello[..], &inside].concat());
    let expected = json!({"Variables": {"LEVEL": "Variables={LEVEL=debug}"}});
    assert_eq!(ran.succeeded()["Environment"], expected);
    for zip_file in ["fileb://~/created.zip", "~/created.zip"] {
        let update = ["update-function-code", "--zip-file", zip_file];
        in_home(&[&update, &hello[..]].concat()).succeeded();
    }
    // Of other homes nothing is known, and without one the ~ stands for itself.
    for (ran, named) in [
        (
            in_home(
                &[
                    &["update-function-code", "--zip-file", "~bob/x.zip"],
                    &hello[..],
                ]
                .concat(),
            ),
            "~bob/x.zip",
        ),
        (
            store.run(
                &[
                    &["update-function-code", "--zip-file", "~/x.zip"],
                    &hello[..],
                ]
                .concat(),
            ),
            "~/x.zip",
        ),
    ] {
        says(ran.failed(252), &[named, "No such file"]);
    }
}

#[test]
fn errors_are_printed_as_the_aws_cli_prints_them() {
    let store = TestStore::new();
    let said = |ran: &Ran| ran.failed(254).to_owned();
    let not_found = |operation: &str, qualifier: &str| {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:hello{qualifier}");
        format!(
            "\nAn error occurred (ResourceNotFoundException) when calling the {operation} operation: \
             Function not found: {arn}\n"
        )
    };
    assert_eq!(
        said(&store.publish("hello", &[])),
        not_found("PublishVersion", "")
    );
    assert_eq!(
        said(&store.update("hello", b"v1", &[])),
        not_found("UpdateFunctionCode", "")
    );
    let get = "GetFunctionConfiguration";
    assert_eq!(said(&store.get("hello", &[])), not_found(get, ""));
    store.create("hello", &[]).succeeded();
    assert_eq!(
        said(&store.get("hello", &["--qualifier", "7"])),
        not_found(get, ":7")
    );
    store
        .create("hello", &[])
        .failed_with("ResourceConflictException", "CreateFunction");
}

#[test]
fn answers_are_json_with_four_spaces_and_letters_as_they_are() {
    let store = TestStore::nothing();
    let description = "größer ☃ 日本 🎉 \u{7f} \"quoted\" back\\slash tab\t";
    let created = store.create("hello", &["--description", description]);
    let published = store.publish("hello", &[]);
    for ran in [&created, &published, &store.get("hello", &[])] {
        let answer = ran.succeeded();
        assert_eq!(answer["Description"], description);
        let mut expected = Vec::new();
        let four_spaces = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut expected, four_spaces);
        serde::Serialize::serialize(&answer, &mut serializer).unwrap();
        assert_eq!(ran.stdout, String::from_utf8(expected).unwrap() + "\n");
        assert!(ran.stdout.contains("größer ☃ 日本 🎉"), "{}", ran.stdout);
    }
}

#[test]
fn an_answer_is_cut_down_by_a_query_and_printed_as_text() {
    let store = TestStore::made_by_hand("hello");
    let text = ["--query", "Version", "--output", "text"];
    assert_eq!(store.publish("hello", &text).stdout, "1\n");
    for (options, printed) in [
        (&["--query", "Version"][..], "\"$LATEST\"\n"),
        (&["--query", "Timeout", "--output", "json"], "3\n"),
        (&["--query", "Nothing"], "null\n"),
        (&["--query", "Nothing", "--output", "text"], "None\n"),
        (
            &["--query", "[Version, Handler, Timeout]", "--output", "text"],
            "$LATEST\tapp.handler\t3\n",
        ),
        (
            &["--query", "{A: Timeout, B: Handler}"],
            "{\n    \"A\": 3,\n    \"B\": \"app.handler\"\n}\n",
        ),
        (
            &["--output", "text", "--output", "json", "--query", "Version"],
            "\"$LATEST\"\n",
        ),
    ] {
        let ran = store.get("hello", options);
        let expected = (Some(0), printed, "");
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            expected,
            "{options:?}"
        );
    }
    // What is wrong with a query or a format is found before anything is changed.
    let before = store.files();
    for options in [
        ["--query", "[Version"],
        ["--query", ""],
        ["--output", "paper"],
    ] {
        let ran = store.update("hello", b"v1", &[&options[..], &["--publish"]].concat());
        says(ran.failed(252), &[options[0]]);
    }
    assert!(store.files() == before);
}

#[test]
fn help_and_version_are_results() {
    let commands = [
        "init",
        "create-function",
        "update-function-code",
        "publish-version",
    ];
    for name in commands.into_iter().chain(["get-function-configuration"]) {
        let (help, options) = help_of(name);
        says(&help, &["Usage", "--store", "--lock-timeout", "--region"]);
        assert!(options.len() > 5);
    }
    for arguments in [&["--help"][..], &["-h"], &["help"], &["lambda", "--help"]] {
        let ran = run(command().args(arguments));
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        says(&ran.stdout, &commands);
        says(&ran.stdout, &["get-function-configuration", "Exit codes"]);
    }
    let ran = run(command().arg("--version"));
    let expected = format!("lambda-store {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (ran.code, ran.stdout, ran.stderr),
        (Some(0), expected, String::new())
    );
}

#[test]
fn nothing_is_printed_on_stdout_when_a_command_fails() {
    // `failed` sees that stdout is empty; here for a failure of each kind.
    let store = TestStore::nothing();
    store.publish("hello", &[]).failed(253);
    store.create("hello", &[]).succeeded();
    store.publish("hello", &["--nonsense"]).failed(252);
    store
        .publish("hello", &["--region", "eu-west-1"])
        .failed(252);
    store
        .publish("hello", &["--revision-id", "other"])
        .failed(254);
    store
        .update("hello", b"v1", &["--zip-file", "missing.zip"])
        .failed(252);
}

#[test]
fn a_function_that_another_command_changes_is_waited_for_no_longer_than_asked() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let lock = store.hold_lock("hello");
    let path = store.join("hello").display().to_string();
    for seconds in ["0", "1"] {
        let options = ["--lock-timeout", seconds];
        for (ran, operation) in [
            (store.publish("hello", &options), "PublishVersion"),
            (store.update("hello", b"v1", &options), "UpdateFunctionCode"),
        ] {
            let message = ran.failed_with("TooManyRequestsException", operation);
            says(
                message,
                &[&path, "--lock-timeout", &format!("{seconds} seconds")],
            );
        }
    }
    let start = Instant::now();
    store.publish("hello", &["--lock-timeout", "1"]).failed(254);
    assert!(start.elapsed() >= Duration::from_secs(1), "it did not wait");
    assert!(store.files() == before);

    // Readers take no lock, and other functions have locks of their own.
    store.get("hello", &["--lock-timeout", "0"]).succeeded();
    store
        .update("hello", b"v1", &["--dry-run", "--lock-timeout", "0"])
        .succeeded();
    store.create("other", &["--lock-timeout", "0"]).succeeded();
    store.publish("other", &["--lock-timeout", "0"]).succeeded();
    drop(lock);
    store.publish("hello", &["--lock-timeout", "0"]).succeeded();
}

#[test]
fn a_command_goes_on_once_the_lock_is_released() {
    let store = TestStore::with_function("hello");
    let lock = store.hold_lock("hello");
    let mut waiting = std::process::Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .env_clear()
        .env("LAMBDA_STORE", store.path())
        .args(["publish-version", "--function-name", "hello"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // While it is held, this one cannot end well.
    assert_eq!(waiting.try_wait().unwrap(), None);
    store.publish("hello", &["--lock-timeout", "1"]).failed(254);
    assert_eq!(waiting.try_wait().unwrap(), None);
    drop(lock);
    let mut stdout = String::new();
    waiting
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    assert!(waiting.wait().unwrap().success());
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["Version"], "1");
}
