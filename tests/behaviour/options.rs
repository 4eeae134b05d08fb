//! Every option of the AWS CLI is honoured or refused by name with the reason, never dropped; what
//! nobody knows is named, with what is near.

use serde_json::Value;

use crate::support::{TestStore, command, run, says};

const GET: [&str; 3] = ["get-function-configuration", "--function-name", "hello"];

/// The operations that a store has.
const OPERATIONS: [&str; 14] = [
    "CreateFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PublishVersion",
    "GetFunction",
    "GetFunctionConfiguration",
    "ListFunctions",
    "ListVersionsByFunction",
    "DeleteFunction",
    "CreateAlias",
    "UpdateAlias",
    "GetAlias",
    "ListAliases",
    "DeleteAlias",
];

fn model() -> Value {
    serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap()
}

/// A value that passes the checks before a call.
fn value_for<'a>(option: &Value, zip: &'a str) -> &'a str {
    match option["option"].as_str().unwrap() {
        "--zip-file" => return zip,
        "--starting-token" => return "eyJNYXJrZXIiOiAieCJ9",
        "--ephemeral-storage" => return "Size=512",
        "--file-system-configs" => return "Arn=a,LocalMountPath=b",
        _ => {}
    }
    match option["type"].as_str().unwrap() {
        "integer" => "1000",
        "structure" | "map" => "{}",
        _ => "xyz",
    }
}

/// Returns what a command must have besides an option.
fn required_besides<'a>(options: &'a [Value], option: &str, zip: &'a str) -> Vec<&'a str> {
    let is_required = |other: &&Value| {
        let name = &other["option"];
        name != option && (other["required"] == true || name == "--zip-file")
    };
    let required = options.iter().filter(is_required);
    required
        .flat_map(|other| [other["option"].as_str().unwrap(), value_for(other, zip)])
        .collect()
}

/// Options that nothing takes from a request to the service.
fn is_about_paging(option: &str) -> bool {
    ["--starting-token", "--page-size", "--max-items"].contains(&option)
}

#[test]
fn every_option_of_every_operation_is_taken_or_refused_with_the_reason() {
    let model = model();
    let (mut taken, mut refused) = (0, 0);
    for operation in OPERATIONS {
        let name = model["cli"][operation]["command"].as_str().unwrap();
        let options = model["cli"][operation]["options"].as_array().unwrap();
        for option in options {
            let store = TestStore::made_by_hand("hello");
            let zip = store.zip("code.zip", b"v1");
            let given = option["option"].as_str().unwrap();
            let before = [
                &[name, "--debug"],
                &required_besides(options, given, &zip)[..],
            ]
            .concat();
            let value = value_for(option, &zip);
            let assigned = format!("{given}={value}");
            let other = option["negation"].as_str();
            let forms: Vec<Vec<&str>> = if option["type"] == "boolean" {
                vec![vec![given], vec![other.unwrap()]]
            } else {
                let alias = option["hidden_alias"].as_str().unwrap_or(given);
                vec![vec![given, value], vec![&assigned], vec![alias, value]]
            };
            for form in forms {
                let ran = store.run(&[&before[..], &form[..]].concat());
                let is_refused = ran.stderr.contains(&format!("{given} is refused: "));
                if is_refused {
                    refused += 1;
                    assert_eq!((ran.code, ran.stdout.as_str()), (Some(252), ""));
                    let (_, reason) = ran.stderr.split_once("is refused: ").unwrap();
                    assert!(reason.trim().len() > 20, "no reason: {}", ran.stderr);
                } else if is_about_paging(given) {
                    taken += 1;
                    assert_ne!(ran.code, Some(252), "{form:?}: {ran:?}");
                } else {
                    taken += 1;
                    let member = option["member"].as_str().unwrap();
                    let member = member.rsplit('.').next().unwrap();
                    let expected = match (&option["type"], Some(form[0]) == other) {
                        (kind, false) if kind == "boolean" => format!("\"{member}\":true"),
                        (kind, true) if kind == "boolean" => format!("\"{member}\":false"),
                        _ => format!("\"{member}\":"),
                    };
                    says(&ran.stderr, &[&format!("debug: {operation} {{"), &expected]);
                }
            }
        }
    }
    assert!(
        taken > 150 && refused > 60,
        "{taken} taken, {refused} refused"
    );
}

#[test]
fn a_refused_option_changes_nothing_and_is_refused_wherever_it_stands() {
    let store = TestStore::with_function("hello");
    let zip = store.zip("code.zip", b"v1");
    let before = store.files();
    for (option, reason) in [
        ("--s3-bucket", "S3"),
        ("--s3-key", "S3"),
        ("--s3-object-version", "S3"),
        ("--image-uri", "registry"),
        ("--source-kms-key-arn", "encrypt"),
        ("--publish-to", "kind of function"),
    ] {
        let command = ["update-function-code", "--function-name", "hello"];
        let package = ["--zip-file", &zip];
        for arguments in [
            [&command[..], &[option, "x"], &package].concat(),
            [&command[..], &package, &[option]].concat(),
            [&command[..], &package, &[option, "x", "--publish"]].concat(),
            [&command[..1], &[option, "x"], &command[1..]].concat(),
        ] {
            says(
                store.run(&arguments).failed(252),
                &[option, "is refused", reason],
            );
        }
    }
    for code in ["S3Bucket=b,S3Key=k", "ImageUri=u", "ZipFile=x", "{}"] {
        let ran = store.create("other", &["--code", code]);
        says(ran.failed(252), &["--code is refused", "--zip-file"]);
    }
    // Each is named, with its own reason.
    let many = [
        "--s3-bucket",
        "b",
        "--s3-key=k",
        "--publish-to",
        "LATEST_PUBLISHED",
    ];
    let ran = store.update("hello", b"v1", &many);
    let lines: Vec<&str> = ran.failed(252).trim().lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for option in ["--s3-bucket", "--s3-key", "--publish-to"] {
        let line = format!("{option} is refused: ");
        assert!(
            lines.iter().any(|said| said.starts_with(&line)),
            "{lines:?}"
        );
    }
    assert!(store.files() == before);
}

#[test]
fn an_option_that_aws_does_not_have_there_is_unknown_and_its_commands_are_named() {
    let store = TestStore::with_function("hello");
    for (option, commands) in [
        ("--architectures", "create-function, update-function-code"),
        ("--package-type", "create-function"),
        ("--dry-run", "update-function-code"),
    ] {
        let ran = store.configure("hello", &[option, "x"]);
        let belongs = format!("'{option}' belongs to {commands}");
        says(
            ran.failed(252),
            &[&format!("Unknown options: {option}, x"), &belongs, "Usage"],
        );
    }
    let ran = store.publish("hello", &["--s3-bucket", "x"]);
    let said = ran.failed(252);
    says(said, &["Unknown options: --s3-bucket, x", "Usage"]);
    assert!(!said.contains("refused"), "{said}");
}

#[test]
fn all_unknown_options_and_words_are_named_with_what_is_near() {
    let store = TestStore::with_function("hello");
    for (options, unknown) in [
        (&["--bogus"][..], "--bogus"),
        (&["--bogus", "y", "z"], "--bogus, y, z"),
        (
            &["--bogus=1", "--more", "--description", "x", "y"],
            "--bogus, --more, y",
        ),
        (&["more"], "more"),
        (&["-x"], "-x"),
        (&["--bogus", "--bogus"], "--bogus, --bogus"),
    ] {
        let ran = store.publish("hello", options);
        says(
            ran.failed(252),
            &[
                &format!("Unknown options: {unknown}\n"),
                "Usage: lambda-store publish-version",
            ],
        );
    }
    let ran = store.publish("hello", &["--descripton", "x", "--revison-id=y"]);
    let near = ["'--description'", "'--revision-id'"];
    says(
        ran.failed(252),
        &[
            "Unknown options: --descripton, x, --revison-id",
            near[0],
            near[1],
        ],
    );
    let ran = store.run(&["status", "hello", "--jsn", "more"]);
    says(
        ran.failed(252),
        &["Unknown options: --jsn, more", "Usage: lambda-store status"],
    );
    assert!(!store.join("hello/versions").exists());
}

#[test]
fn a_value_that_is_no_choice_is_answered_with_the_choices_and_the_usage() {
    let store = TestStore::made_by_hand("hello");
    for (option, value, nearest) in [
        ("--output", "jsn", "'json'"),
        ("--color", "atuo", "'auto'"),
        ("--cli-error-format", "lgacy", "'legacy'"),
    ] {
        let ran = store.run(&[&GET[..], &[option, value]].concat());
        says(
            ran.failed(252),
            &[option, value, nearest, "possible values", "Usage"],
        );
    }
    for (option, value) in [
        ("--cli-read-timeout", "x"),
        ("--cli-connect-timeout", "1.5"),
        ("--endpoint-url", "nothing"),
        ("--endpoint-url", ""),
    ] {
        let given = format!("{option}={value}");
        let ran = store.run(&[&GET[..], &[&given]].concat());
        says(ran.failed(252), &[option, value, "Usage"]);
    }
}

#[test]
fn options_of_the_aws_cli_itself_are_honoured_ignored_or_refused() {
    let store = TestStore::made_by_hand("hello");
    let expected = store.get("hello", &[]);
    let help = run(command().args([GET[0], "--help"])).stdout;
    for option in [
        &["--no-cli-auto-prompt"][..],
        &["--cli-error-format", "legacy"],
        &["--cli-error-format=legacy"],
        &["--cli-read-timeout", "-1"],
        &["--endpoint-url=https://lambda.us-east-1.amazonaws.com"],
    ] {
        assert_eq!(store.run(&[option, &GET].concat()), expected, "{option:?}");
        assert_eq!(store.run(&[&GET, option].concat()), expected, "{option:?}");
        let name = option[0].split('=').next().unwrap();
        assert!(help.contains(name), "{name}");
    }
    let mut refused = vec![vec!["--cli-auto-prompt"]];
    for format in ["enhanced", "json", "yaml", "text", "table"] {
        refused.push(vec!["--cli-error-format", format]);
    }
    for option in refused {
        let line = format!("\n{} is refused: ", option[0]);
        for arguments in [[&option, &GET[..]].concat(), [&GET[..], &option].concat()] {
            says(store.run(&arguments).failed(252), &[&line]);
        }
        let status = [&["status", "hello"], &option[..]].concat();
        says(store.run(&status).failed(252), &[&line]);
    }
}

#[test]
fn the_version_is_asked_for_anywhere() {
    let store = TestStore::made_by_hand("hello");
    let expected = store.run(&["--version"]);
    assert!(expected.stdout.starts_with("lambda-store "), "{expected:?}");
    for arguments in [
        &["publish-version", "--version"][..],
        &[
            "lambda",
            "publish-version",
            "--function-name",
            "hello",
            "--version",
        ],
        &[
            "lambda",
            "--version",
            "publish-version",
            "--function-name",
            "hello",
        ],
        &["status", "--version"],
        &["wait", "function-exists", "--version"],
    ] {
        assert_eq!(store.run(arguments), expected, "{arguments:?}");
    }
    assert!(!store.join("hello/versions").exists());
}

/// The commands of `aws lambda` for the operations of the current model that are not in
/// lambda-shapes.json, and the wizard.
const FURTHER_COMMANDS: &str = "add-layer-version-permission checkpoint-durable-execution \
    create-capacity-provider create-code-signing-config create-event-source-mapping \
    create-function-url-config delete-capacity-provider delete-code-signing-config \
    delete-durable-execution delete-event-source-mapping delete-function-code-signing-config \
    delete-function-event-invoke-config delete-function-url-config \
    delete-provisioned-concurrency-config delete-resource-policy get-capacity-provider \
    get-code-signing-config get-durable-execution get-durable-execution-history \
    get-durable-execution-state get-event-source-mapping get-function-code-signing-config \
    get-function-event-invoke-config get-function-recursion-config get-function-scaling-config \
    get-function-url-config get-layer-version-policy get-provisioned-concurrency-config \
    get-resource-policy get-runtime-management-config invoke invoke-async \
    invoke-with-response-stream list-capacity-providers list-code-signing-configs \
    list-durable-executions-by-function list-event-source-mappings \
    list-function-event-invoke-configs list-function-url-configs \
    list-function-versions-by-capacity-provider list-functions-by-code-signing-config \
    list-provisioned-concurrency-configs pause-durable-execution \
    put-function-code-signing-config put-function-event-invoke-config \
    put-function-recursion-config put-function-scaling-config \
    put-provisioned-concurrency-config put-resource-policy put-runtime-management-config \
    remove-layer-version-permission resume-durable-execution \
    send-durable-execution-callback-failure send-durable-execution-callback-heartbeat \
    send-durable-execution-callback-success stop-durable-execution update-capacity-provider \
    update-code-signing-config update-event-source-mapping update-function-event-invoke-config \
    update-function-url-config wizard";

#[test]
fn every_other_command_of_aws_lambda_is_refused_by_name_with_the_reason() {
    let store = TestStore::made_by_hand("hello");
    let model = model();
    let of_the_model = model["cli"].as_object().unwrap();
    let of_the_model = of_the_model
        .iter()
        .filter(|(operation, _)| !OPERATIONS.contains(&operation.as_str()))
        .map(|(_, cli)| cli["command"].as_str().unwrap());
    let names: Vec<&str> = of_the_model
        .chain(FURTHER_COMMANDS.split_whitespace())
        .collect();
    assert!(names.len() > 70);
    for name in names {
        let ran = store.run(&["lambda", name, "--function-name", "hello"]);
        let said = ran.failed(252);
        says(
            said,
            &[&format!("{name} is refused: "), "Usage", "publish-version"],
        );
        assert!(!said.contains("similar"), "{said}");
    }
    let said = store.run(&["invok"]);
    says(
        said.failed(252),
        &["'invok'", "valid choices are", "publish-version", "Usage"],
    );
}

#[test]
fn what_the_environment_says_about_connections_pagers_and_prompts_is_not_looked_at() {
    let store = TestStore::made_by_hand("hello");
    let expected = store.get("hello", &[]);
    let mut command = store.command(&GET);
    for (name, value) in [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_PROFILE", "nobody"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1"),
        ("AWS_CONFIG_FILE", "/nowhere"),
        ("AWS_PAGER", "false"),
        ("PAGER", "false"),
        ("AWS_CLI_AUTO_PROMPT", "on"),
        ("AWS_CLI_ERROR_FORMAT", "json"),
        ("AWS_CA_BUNDLE", "/nowhere"),
    ] {
        command.env(name, value);
    }
    assert_eq!(run(&mut command), expected);
}
