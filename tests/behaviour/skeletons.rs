//! `--generate-cli-skeleton` prints a request to be filled in, or what an answer looks like.

use serde_json::{Map, Value, json};

use crate::support::{ROLE, TestStore, command, run, says};

/// The operations that `aws lambda` has a command for, and options that each must have.
const OPERATIONS: [(&str, &str, &[&str]); 14] = [
    (
        "CreateFunction",
        "create-function",
        &["--function-name", "f", "--role", ROLE],
    ),
    ("UpdateFunctionCode", "update-function-code", FUNCTION),
    (
        "UpdateFunctionConfiguration",
        "update-function-configuration",
        FUNCTION,
    ),
    ("PublishVersion", "publish-version", FUNCTION),
    ("GetFunction", "get-function", FUNCTION),
    (
        "GetFunctionConfiguration",
        "get-function-configuration",
        FUNCTION,
    ),
    ("DeleteFunction", "delete-function", FUNCTION),
    ("ListFunctions", "list-functions", &[]),
    (
        "ListVersionsByFunction",
        "list-versions-by-function",
        FUNCTION,
    ),
    (
        "CreateAlias",
        "create-alias",
        &[
            "--function-name",
            "f",
            "--name",
            "a",
            "--function-version",
            "1",
        ],
    ),
    ("UpdateAlias", "update-alias", ALIAS),
    ("GetAlias", "get-alias", ALIAS),
    ("ListAliases", "list-aliases", FUNCTION),
    ("DeleteAlias", "delete-alias", ALIAS),
];

const FUNCTION: &[&str] = &["--function-name", "f"];
const ALIAS: &[&str] = &["--function-name", "f", "--name", "a"];

/// Returns the service model.
fn model() -> Value {
    serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap()
}

/// Makes the sample of a shape of the model, as the AWS CLI does: in a request, text is empty or the
/// first choice; in an answer it is the name of what holds it.
fn sample(shapes: &Value, name: &str, text: Option<&str>) -> Value {
    let shape = &shapes[name];
    match shape["type"].as_str().unwrap() {
        "string" => match text {
            Some(text) => json!(text),
            None => shape["enum"].get(0).cloned().unwrap_or(json!("")),
        },
        "integer" | "long" => json!(0),
        "double" => json!(0.0),
        "boolean" => json!(true),
        "blob" => Value::Null,
        "list" => {
            let item = shape["member"].as_str().unwrap();
            json!([sample(shapes, item, text.map(|_| item))])
        }
        "map" => {
            let value = shape["value"].as_str().unwrap();
            json!({"KeyName": sample(shapes, value, text.map(|_| ""))})
        }
        "structure" => {
            let members = shape["members"].as_array().unwrap().iter().map(|member| {
                let (name, shape) = (member["name"].as_str().unwrap(), &member["shape"]);
                let value = sample(shapes, shape.as_str().unwrap(), text.map(|_| name));
                (name.to_owned(), value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => panic!("{other}"),
    }
}

/// Renders as the AWS CLI prints.
fn rendered(value: &Value) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    serde::Serialize::serialize(value, &mut serializer).unwrap();
    String::from_utf8(out).unwrap() + "\n"
}

#[test]
fn a_request_to_be_filled_in_has_every_member_of_the_model() {
    let model = model();
    for (operation, name, _) in OPERATIONS {
        let input = model["operations"][operation]["input"].as_str().unwrap();
        let expected = rendered(&sample(&model["shapes"], input, None));
        for option in [
            &["--generate-cli-skeleton"][..],
            &["--generate-cli-skeleton", "input"],
        ] {
            let ran = run(command().arg(name).args(option));
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
            assert_eq!(ran.stdout, expected, "{name}");
        }
    }
}

#[test]
fn an_answer_shows_the_names_of_the_model_and_is_printed_as_any() {
    let model = model();
    for (operation, name, required) in OPERATIONS {
        let output = model["operations"][operation]["output"].as_str();
        let expected = output.map_or_else(String::new, |output| {
            rendered(&sample(&model["shapes"], output, Some("")))
        });
        let package = ["--cli-input-json", "{\"Code\": {\"ZipFile\": \"\"}}"];
        let package: &[&str] = if name == "create-function" {
            &package
        } else {
            &[]
        };
        let mut command = command();
        command.arg(name).args(required).args(package);
        let ran = run(command.args(["--generate-cli-skeleton", "output"]));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
        assert_eq!(ran.stdout, expected, "{name}");
    }
    let picked = [
        "get-alias",
        "--generate-cli-skeleton",
        "output",
        "--query",
        "[Name, RevisionId]",
    ];
    let ran = run(command()
        .args(picked)
        .args(ALIAS)
        .args(["--output", "text"]));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "Name\tRevisionId\n")
    );
    let page = [
        "list-functions",
        "--generate-cli-skeleton",
        "output",
        "--query",
        "NextMarker",
    ];
    assert_eq!(run(command().args(page)).stdout, "\"NextMarker\"\n");
}

#[test]
fn an_answer_needs_a_request_that_could_be_made() {
    let ran = run(command().args(["get-function", "--generate-cli-skeleton", "output"]));
    says(ran.failed(252), &["required", "--function-name"]);
    let empty = [
        "get-function",
        "--function-name",
        "",
        "--generate-cli-skeleton=output",
    ];
    let said = run(command().args(empty));
    says(
        said.failed(252),
        &["Parameter validation failed:\nInvalid length for parameter FunctionName"],
    );
    let other = ["get-function", "--generate-cli-skeleton", "json"];
    let ran = run(command().args(other));
    says(ran.failed(252), &["json", "input", "yaml-input", "output"]);
}

#[test]
fn nothing_is_called_and_no_store_is_needed() {
    let store = TestStore::nothing();
    for form in ["input", "yaml-input", "output"] {
        let zip = store.zip("code.zip", b"v1");
        let required = [
            "create-function",
            "--function-name",
            "hello",
            "--role",
            ROLE,
        ];
        let options = ["--zip-file", &zip, "--generate-cli-skeleton", form];
        let ran = store.run(&[&required[..], &options].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{form}");
        assert!(!store.path().exists());
    }
}

#[test]
fn yaml_says_of_each_member_what_it_is() {
    let ran = run(command().args(["create-alias", "--generate-cli-skeleton", "yaml-input"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @r"
    FunctionName: '' # [REQUIRED] Name the function.
    Name: '' # [REQUIRED] Name the alias.
    FunctionVersion: '' # [REQUIRED] Point it to this version.
    Description: '' # Describe the alias.
    RoutingConfig: # Send a share of the invocations.
      AdditionalVersionWeights:
        KeyName: 0.0
    ");
    let ran = run(command().args(["create-function", "--generate-cli-skeleton", "yaml-input"]));
    says(
        &ran.stdout,
        &[
            "\nCode: # [REQUIRED]\n  ZipFile: !!binary ''",
            "\n  S3Bucket: '' # Refused: there is neither S3",
            "\nPackageType: Zip # Say what the package is. Valid values are: Zip, Image.\n",
            "\nFileSystemConfigs: # Mount a file system.\n- Arn: '' # [REQUIRED]\n  LocalMountPath: '' # [REQUIRED]\n",
            "\n    KeyName: ''\n",
        ],
    );
}

#[test]
fn a_skeleton_that_is_filled_in_is_a_request_and_one_that_is_not_says_what_is_missing() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    for (form, option) in [
        ("input", "--cli-input-json"),
        ("yaml-input", "--cli-input-yaml"),
    ] {
        let ran = store.run(&["create-alias", "--generate-cli-skeleton", form]);
        let path = store.beside(form);
        std::fs::write(&path, &ran.stdout).unwrap();
        let file = format!("file://{}", path.display());
        let ran = store.run(&["create-alias", option, &file, "--function-name", "hello"]);
        let expected = "\nParameter validation failed:\n\
             Invalid length for parameter Name, value: 0, valid min length: 1\n\
             Invalid length for parameter FunctionVersion, value: 0, valid min length: 1\n";
        assert_eq!(ran.failed(252), expected);
        let filled = [
            "--name",
            form,
            "--function-version",
            "1",
            "--routing-config",
            "{}",
        ];
        let arguments = ["create-alias", option, &file, "--function-name", "hello"];
        let made = store.run(&[&arguments[..], &filled].concat()).succeeded();
        assert_eq!(
            (&made["Name"], &made["FunctionVersion"]),
            (&json!(form), &json!("1"))
        );
    }
}
