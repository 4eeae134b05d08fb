//! A request may stand in a file as a whole: `--cli-input-json` and `--cli-input-yaml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, code_sha256, run, says, zip_of};

/// Writes a request beside the store, and returns it as an option takes it.
fn file(store: &TestStore, name: &str, text: &str) -> String {
    let path = store.beside(name);
    std::fs::write(&path, text).unwrap();
    format!("file://{}", path.display())
}

/// Runs `update-function-configuration` with a request in JSON and further options.
fn configure(store: &TestStore, request: &Value, options: &[&str]) -> Ran {
    let request = request.to_string();
    let required = [
        "update-function-configuration",
        "--cli-input-json",
        &request,
    ];
    store.run(&[&required, options].concat())
}

fn package() -> Vec<u8> {
    zip_of(&[("app.py", b"from a request")])
}

fn in_base64() -> String {
    STANDARD.encode(package())
}

#[test]
fn a_whole_request_comes_from_json_inline_or_from_a_file() {
    let store = TestStore::nothing();
    let request = json!({
        "FunctionName": "hello", "Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE,
        "Code": {"ZipFile": in_base64()}, "Tags": {"team": "red"}, "Publish": true,
    });
    let path = file(&store, "request.json", &request.to_string());
    let made = store.run(&["create-function", "--cli-input-json", &path]);
    let made = made.succeeded();
    assert_eq!(made["Version"], "1");
    assert_eq!(made["CodeSha256"], code_sha256(&package()));
    let code = store.join("hello/versions/1/code.zip");
    assert_eq!(std::fs::read(code).unwrap(), package());
    let got = store.run(&[
        "get-function",
        "--cli-input-json={\"FunctionName\": \"hello\"}",
    ]);
    assert_eq!(got.succeeded()["Tags"], json!({"team": "red"}));
    let bytes = path.replace("file://", "fileb://");
    let again = store.run(&["create-function", "--cli-input-json", &bytes]);
    again.failed_with("ResourceConflictException", "CreateFunction");
}

#[test]
fn a_whole_request_comes_from_yaml() {
    let store = TestStore::nothing();
    let request = format!(
        "---\n# Made by hand.\nFunctionName: hello\nRuntime: python3.13\nHandler: app.handler\n\
         Role: {ROLE}\nTimeout: 0x10\nEnvironment:\n  Variables: &variables\n    STAGE: 'yes'\n    \
         LEVEL: on\nTags: *variables\nCode:\n  ZipFile: !!binary |\n    {}\n    {}\n",
        &in_base64()[..40],
        &in_base64()[40..],
    );
    let path = file(&store, "request.yaml", &request);
    let made = store
        .run(&["create-function", "--cli-input-yaml", &path])
        .succeeded();
    assert_eq!(made["CodeSha256"], code_sha256(&package()));
    assert_eq!(made["Timeout"], 16);
    let variables = json!({"STAGE": "yes", "LEVEL": "on"});
    assert_eq!(made["Environment"]["Variables"], variables);
    let got = store.run(&[
        "get-function",
        "--cli-input-yaml",
        "---\nFunctionName: hello",
    ]);
    assert_eq!(got.succeeded()["Tags"], variables);
}

#[test]
fn an_option_replaces_the_whole_member_of_the_file_and_no_other() {
    let store = TestStore::with_function("hello");
    let request = json!({
        "FunctionName": "other", "Timeout": 7, "MemorySize": 256,
        "Environment": {"Variables": {"AA": "1", "BB": "2"}},
    });
    let options = [
        "--function-name",
        "hello",
        "--timeout",
        "9",
        "--environment",
        "Variables={CC=3}",
    ];
    let answer = configure(&store, &request, &options).succeeded();
    assert_eq!(answer["FunctionName"], "hello");
    assert_eq!(
        (&answer["Timeout"], &answer["MemorySize"]),
        (&json!(9), &json!(256))
    );
    assert_eq!(answer["Environment"]["Variables"], json!({"CC": "3"}));
    let zip = store.zip("option.zip", b"from an option");
    let request = json!({"FunctionName": "hello", "Publish": true, "ZipFile": "no base64"});
    let request = request.to_string();
    let arguments = ["update-function-code", "--no-publish", "--zip-file", &zip];
    let ran = store.run(&[&arguments[..], &["--cli-input-json", &request]].concat());
    let answer = ran.succeeded();
    assert_eq!(answer["Version"], "$LATEST");
    assert_eq!(
        answer["CodeSha256"],
        code_sha256(&zip_of(&[("app.py", b"from an option")]))
    );
}

#[test]
fn parameters_of_a_file_are_checked_as_those_of_options_are() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let request = json!({
        "Timeout": 0, "Nonsense": 1, "MemorySize": "128", "Layers": [""], "Handler": null,
    });
    let ran = configure(&store, &request, &[]);
    let said = ran.failed(252);
    assert!(
        said.starts_with("\nParameter validation failed:\n"),
        "{said}"
    );
    says(
        said,
        &[
            "\nMissing required parameter in input: \"FunctionName\"\n",
            "\nInvalid value for parameter Timeout, value: 0, valid min value: 1\n",
            "\nUnknown parameter in input: \"Nonsense\", must be one of: FunctionName, Role, ",
            "\nInvalid type for parameter MemorySize, ",
            "\nInvalid length for parameter Layers[0], value: 0, valid min length: 1\n",
            "\nInvalid type for parameter Handler, ",
        ],
    );
    assert!(store.files() == before);
}

#[test]
fn a_path_within_a_file_is_text() {
    let store = TestStore::with_function("hello");
    let path = file(&store, "text", "what stands in it");
    let request = json!({"FunctionName": "hello", "Description": path});
    let answer = configure(&store, &request, &[]).succeeded();
    assert_eq!(answer["Description"], path.as_str());
}

#[test]
fn what_is_no_request_is_told_in_the_words_of_the_aws_cli() {
    let store = TestStore::with_function("hello");
    let invalid = |option: &str, form: &str| {
        format!("Error parsing parameter 'cli-input-{option}': Invalid {form} received.\n")
    };
    let kind = |option: &str, kind: &str| {
        format!(
            "Error parsing parameter '--cli-input-{option}': Invalid type: expecting map, \
             received <class '{kind}'>\n"
        )
    };
    for (option, text, message) in [
        ("json", "{\"FunctionName\": ", invalid("json", "JSON")),
        ("json", "", invalid("json", "JSON")),
        ("json", "{\"a\": 1, \"a\": 2}", invalid("json", "JSON")),
        ("json", "[1]", kind("json", "list")),
        ("json", "1", kind("json", "int")),
        ("json", "1.5", kind("json", "float")),
        ("json", "true", kind("json", "bool")),
        ("json", "\"a\"", kind("json", "str")),
        ("json", "null", kind("json", "NoneType")),
        ("yaml", "a: [1", invalid("yaml", "YAML")),
        ("yaml", "a: 1\na: 2", invalid("yaml", "YAML")),
        ("yaml", "", kind("yaml", "NoneType")),
        ("yaml", "FunctionName", kind("yaml", "str")),
        ("yaml", "- a", kind("yaml", "list")),
    ] {
        let ran = store.run(&["get-function", &format!("--cli-input-{option}"), text]);
        let said = ran.failed(252);
        assert!(said.starts_with(&format!("\n{message}")), "{text}: {said}");
    }
    let ran = store.run(&[
        "get-function",
        "--cli-input-json",
        "{\n\"a\": 1,\n\"a\": 2}",
    ]);
    says(ran.failed(252), &["line 3: a stands here twice"]);
    let ran = store.run(&[
        "get-function",
        "--cli-input-json",
        "file:///nowhere/request.json",
    ]);
    let start = "\nError parsing parameter '--cli-input-json': Unable to load paramfile \
                 file:///nowhere/request.json: ";
    assert!(ran.failed(252).starts_with(start), "{}", ran.stderr);
    let both = [
        "get-function",
        "--cli-input-json",
        "{}",
        "--cli-input-yaml",
        "{}",
    ];
    let expected = "\nOnly one --cli-input- parameter may be specified.\n";
    assert_eq!(store.run(&both).failed(252), expected);
}

#[test]
fn a_package_is_base64_unless_it_is_said_to_be_raw() {
    let store = TestStore::with_function("hello");
    let upload = |text: &str, options: &[&str]| {
        let request = json!({"FunctionName": "hello", "ZipFile": text}).to_string();
        let arguments = ["update-function-code", "--cli-input-json", &request];
        store.run(&[&arguments, options].concat())
    };
    let wrapped = format!("{}\n{}\n", &in_base64()[..20], &in_base64()[20..]);
    for text in [&in_base64(), &wrapped] {
        let answer = upload(text, &["--cli-binary-format", "base64"]).succeeded();
        assert_eq!(answer["CodeSha256"], code_sha256(&package()), "{text}");
    }
    let before = store.files();
    let ran = upload("YWJ", &[]);
    assert_eq!(ran.failed(255), "\nInvalid base64: \"YWJ\"\n");
    // The bytes are those of the text, and text is no zip.
    let ran = upload(&in_base64(), &["--cli-binary-format", "raw-in-base64-out"]);
    let message = ran.failed_with("InvalidParameterValueException", "UpdateFunctionCode");
    says(message, &["ZipFile", "no zip file"]);
    let ran = upload(&in_base64(), &["--cli-binary-format", "hex"]);
    says(ran.failed(252), &["hex", "base64", "raw-in-base64-out"]);
    assert!(store.files() == before);
    // What is tagged as binary is base64 in any case.
    let request = format!("FunctionName: hello\nZipFile: !!binary {}", in_base64());
    let arguments = ["update-function-code", "--cli-input-yaml", &request];
    let raw = ["--cli-binary-format", "raw-in-base64-out", "--dry-run"];
    let answer = store.run(&[&arguments[..], &raw].concat()).succeeded();
    assert_eq!(answer["CodeSha256"], code_sha256(&package()));
}

#[test]
fn a_package_is_text_and_never_an_object_that_looks_like_a_tag() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let package = json!({"!!binary": in_base64(), "S3Key": "other.zip"});
    let request = json!({"FunctionName": "hello", "ZipFile": package}).to_string();
    let ran = store.run(&["update-function-code", "--cli-input-json", &request]);
    says(
        ran.failed(252),
        &["Invalid type for parameter ZipFile", "type: <class 'dict'>"],
    );
    let ran = store.run(&["update-function-code", "--cli-input-yaml", &request]);
    says(ran.failed(252), &["line 1: !!binary is a tag, and no name"]);
    assert!(store.files() == before);
}

#[test]
fn a_package_that_finds_no_room_is_told_with_the_directory_and_the_way_out() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let request = json!({"FunctionName": "hello", "ZipFile": in_base64()}).to_string();
    let arguments = ["update-function-code", "--cli-input-json", &request];
    let nowhere = store.join("no-such-directory");
    let ran = run(store.command(&arguments).env("TMPDIR", &nowhere));
    says(
        ran.failed(255),
        &[
            &nowhere.display().to_string(),
            "No such file",
            "set TMPDIR to",
        ],
    );
    assert!(store.files() == before);
}

#[test]
fn the_bytes_of_a_package_are_not_shown_by_debug() {
    let store = TestStore::with_function("hello");
    let request = json!({"FunctionName": "hello", "ZipFile": in_base64()}).to_string();
    let ran = store.run(&[
        "update-function-code",
        "--cli-input-json",
        &request,
        "--debug",
    ]);
    let size = package().len();
    let line = format!(
        "debug: UpdateFunctionCode {{\"FunctionName\":\"hello\",\"ZipFile\":\"{size} bytes\"}}\n"
    );
    assert_eq!((ran.code, ran.stderr), (Some(0), line));
}

#[test]
fn what_a_store_refuses_is_refused_in_a_file_by_name_with_the_reason() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for (command, request, refusals) in [
        (
            "create-function",
            json!({"FunctionName": "x", "Role": ROLE, "Code": {"S3Bucket": "bucket", "S3Key": "k"}}),
            &[
                ("Code.S3Bucket", "neither S3"),
                ("Code.S3Key", "neither S3"),
            ][..],
        ),
        (
            "create-function",
            json!({"FunctionName": "x", "Role": ROLE, "Code": {"ImageUri": "i", "SourceKMSKeyArn": "k"},
                   "CodeSigningConfigArn": "c", "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}),
            &[
                ("Code.ImageUri", "registry"),
                ("Code.SourceKMSKeyArn", "encrypts"),
                ("CodeSigningConfigArn", "signs"),
                ("TenancyConfig", "special kind of function"),
            ],
        ),
        (
            "update-function-code",
            json!({"FunctionName": "hello", "ZipFile": in_base64(), "S3ObjectVersion": "v"}),
            &[("S3ObjectVersion", "neither S3")],
        ),
        (
            "update-function-configuration",
            json!({"FunctionName": "hello", "ImageConfig": {}, "DurableConfig": {}, "Timeout": 9}),
            &[
                ("ImageConfig", "registry"),
                ("DurableConfig", "special kind of function"),
            ],
        ),
        (
            "publish-version",
            json!({"FunctionName": "hello", "PublishTo": "LATEST_PUBLISHED"}),
            &[("PublishTo", "special kind of function")],
        ),
        (
            "list-functions",
            json!({"MasterRegion": "us-east-1"}),
            &[("MasterRegion", "one region")],
        ),
    ] {
        let ran = store.run(&[command, "--cli-input-json", &request.to_string()]);
        let said = ran.failed(252).to_owned();
        assert_eq!(said.lines().count(), refusals.len() + 1, "{said}");
        for (member, reason) in refusals {
            let refusal = format!("\n{member} is refused: ");
            let (_, line) = said
                .split_once(&refusal)
                .unwrap_or_else(|| panic!("{member}: {said}"));
            says(line.lines().next().unwrap(), &[reason]);
        }
    }
    assert!(store.files() == before);
}

#[test]
fn a_page_asked_for_in_a_file_is_one_page() {
    let store = TestStore::nothing();
    for name in ["a", "b", "c"] {
        store.create(name, &[]).succeeded();
    }
    let list = |request: &str, options: &[&str]| {
        store.run(&[&["list-functions", "--cli-input-json", request], options].concat())
    };
    let names = |answer: &Value| -> Vec<String> {
        let functions = answer["Functions"].as_array().unwrap().iter();
        functions
            .map(|function| function["FunctionName"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = list("{\"MaxItems\": 2}", &[]).succeeded();
    assert_eq!(names(&first), ["a", "b"]);
    let request = json!({"Marker": first["NextMarker"]}).to_string();
    let rest = list(&request, &[]).succeeded();
    assert_eq!(
        (names(&rest), rest.get("NextMarker")),
        (vec!["c".to_owned()], None)
    );
    let one = list("{\"MaxItems\": 2}", &["--max-items", "1"]).succeeded();
    assert_eq!(names(&one), ["a"]);
    let ran = list("{\"MaxItems\": 2}", &["--page-size", "1"]);
    says(
        ran.failed(252),
        &["Cannot specify --no-paginate", "--page-size"],
    );
}

#[test]
fn no_value_of_the_environment_is_shown_of_a_request_that_is_wrong() {
    let store = TestStore::with_function("hello");
    for value in [
        "!s3cr3t",
        "!!s3cr3t",
        "!s3cr3t!x y",
        "*s3cr3t",
        "&s3cr3t",
        "\"s3cr3t",
        "[s3cr3t]",
        "s3cr3t: s3cr3t",
        "%s3cr3t: [",
        "@s3cr3t",
    ] {
        let request =
            format!("FunctionName: hello\nEnvironment:\n  Variables:\n    TOKEN: {value}\n");
        let arguments = [
            "update-function-configuration",
            "--cli-input-yaml",
            &request,
        ];
        let ran = store.run(&arguments);
        assert!(!ran.stderr.contains("s3cr3t"), "{value}: {}", ran.stderr);
    }
}

#[test]
fn commands_of_our_own_have_no_requests() {
    let store = TestStore::with_function("hello");
    for option in [
        "--cli-input-json",
        "--cli-input-yaml",
        "--generate-cli-skeleton",
    ] {
        let ran = store.run(&["status", "hello", option, "{}"]);
        says(ran.failed(252), &["Unknown options", option]);
    }
}
