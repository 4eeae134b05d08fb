//! `create-function`.

use serde_json::{Value, json};

use crate::support::{ROLE, Ran, TestStore, code_sha256, sha256_hex, zip_of};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const OPERATION: &str = "CreateFunction";
const INVALID: &str = "InvalidParameterValueException";

/// What `create-function` answers without options, its times and ids taken from the answer.
fn expected(answer: &Value) -> Value {
    let package = zip_of(&[("app.py", b"v0")]);
    json!({
        "FunctionName": "hello",
        "FunctionArn": ARN,
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "app.handler",
        "CodeSize": package.len(),
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": answer["LastModified"],
        "CodeSha256": code_sha256(&package),
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": answer["RevisionId"],
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/hello"},
    })
}

/// Runs `create-function` with nothing but these options.
fn create_with(store: &TestStore, options: &[&str]) -> Ran {
    store.run(&[&["create-function"], options].concat())
}

/// Sees that a create is refused with a message that holds these words, and changes nothing.
#[track_caller]
fn refused(store: &TestStore, options: &[&str], words: &[&str]) {
    let before = store.files();
    let ran = store.create("hello", options);
    let message = ran.failed_with(INVALID, OPERATION);
    for word in words {
        assert!(message.contains(word), "no {word} in: {message}");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_function_has_the_defaults_of_lambda() {
    let store = TestStore::nothing();
    let ran = store.create("hello", &[]);
    let answer = ran.succeeded();
    assert_eq!(answer, expected(&answer));
    assert_eq!(store.get("hello", &[]), ran);
}

#[test]
fn the_files_are_those_of_the_format() {
    let store = TestStore::nothing();
    let ran = store.create("hello", &[]);
    ran.succeeded();
    let found: Vec<String> = store
        .files()
        .into_keys()
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        found,
        [
            "hello",
            "hello/$LATEST",
            "hello/$LATEST/code.zip",
            "hello/$LATEST/config.json",
            "hello/history.jsonl"
        ]
    );
    assert_eq!(
        std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap(),
        zip_of(&[("app.py", b"v0")])
    );
    // The file is the answer without the revision id.
    let without: String = ran
        .stdout
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"RevisionId\""))
        .collect();
    assert_ne!(without, ran.stdout);
    assert_eq!(store.text("hello/$LATEST/config.json"), without);
}

#[test]
fn files_and_directories_have_their_modes() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = TestStore::nothing();
    let package = store.zip("created.zip", b"v0");
    let mut shell = assert_cmd::Command::new("sh");
    shell
        .env_clear()
        .env("LAMBDA_STORE", store.path())
        .args(["-c", "umask 0 && exec \"$@\"", "sh"])
        .arg(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .args(["create-function", "--function-name", "hello", "--publish"])
        .args(["--runtime", "python3.13", "--handler", "app.handler"])
        .args([
            "--role",
            ROLE,
            "--tags",
            "team=blue",
            "--zip-file",
            &package,
        ]);
    crate::support::run(&mut shell).succeeded();
    for (path, mode) in [
        ("hello", 0o750),
        ("hello/$LATEST", 0o750),
        ("hello/$LATEST/code.zip", 0o644),
        ("hello/$LATEST/config.json", 0o640),
        ("hello/function.json", 0o640),
        ("hello/history.jsonl", 0o640),
        ("hello/versions", 0o750),
        ("hello/versions/1", 0o750),
        ("hello/versions/1/code.zip", 0o444),
        ("hello/versions/1/config.json", 0o440),
    ] {
        let metadata = std::fs::metadata(store.join(path)).unwrap();
        let found = metadata.permissions().mode() & 0o7777;
        assert_eq!(found, mode, "{path} has {found:o}");
    }
}

#[test]
fn the_first_line_of_the_history_has_the_members_of_the_format() {
    let store = TestStore::nothing();
    let created = store.create("hello", &[]).succeeded();
    let history = store.history("hello");
    let [line] = history.as_slice() else {
        panic!("{history:?}")
    };
    let names: Vec<&str> = line
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "Format",
            "Time",
            "Operation",
            "By",
            "Token",
            "HighestVersion",
            "Latest"
        ]
    );
    assert_eq!(line["Format"], 1);
    assert_eq!(line["Time"], created["LastModified"]);
    assert_eq!(line["Operation"], "CreateFunction");
    assert!(line["By"].as_str().unwrap().starts_with("alice@"), "{line}");
    let token = line["Token"].as_str().unwrap();
    assert!(
        token.len() == 8
            && token
                .chars()
                .all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()),
        "{token}"
    );
    assert_eq!(line["HighestVersion"], 0);
    let latest = line["Latest"].as_object().unwrap();
    let names: Vec<&str> = latest.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["RevisionId", "CodeSha256", "CodeSize", "CodeModified"]
    );
    for member in ["RevisionId", "CodeSha256", "CodeSize"] {
        assert_eq!(latest[member], created[member]);
    }
    // The package's modification time is the change's, in whole milliseconds.
    let modified = latest["CodeModified"].as_str().unwrap();
    let nanoseconds = crate::support::modified(&store.join("hello/$LATEST/code.zip"))
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    assert_eq!(
        modified,
        format!(
            "{}.{:09}",
            nanoseconds / 1_000_000_000,
            nanoseconds % 1_000_000_000
        )
    );
    assert_eq!(nanoseconds % 1_000_000, 0);
    let time: jiff::Timestamp = line["Time"].as_str().unwrap().parse().unwrap();
    assert_eq!(time.as_nanosecond(), i128::try_from(nanoseconds).unwrap());
}

#[test]
fn publish_makes_version_1_at_once() {
    let store = TestStore::nothing();
    let answer = store
        .create("hello", &["--publish", "--description", "first"])
        .succeeded();
    let mut all = expected(&answer);
    all["Version"] = json!("1");
    all["Description"] = json!("first");
    assert_eq!(answer, all);

    let version = store.get("hello", &["--qualifier", "1"]).succeeded();
    all["FunctionArn"] = json!(format!("{ARN}:1"));
    assert_eq!(version, all);
    let latest = store.get("hello", &[]).succeeded();
    assert_eq!(latest["Version"], "$LATEST");
    assert_ne!(latest["RevisionId"], version["RevisionId"]);
    assert_eq!(latest["LastModified"], version["LastModified"]);

    let history = store.history("hello");
    let [line] = history.as_slice() else {
        panic!("{history:?}")
    };
    let config = std::fs::read(store.join("hello/versions/1/config.json")).unwrap();
    let hash = sha256_hex(&config);
    assert_eq!(
        line["Made"],
        json!([{"Version": 1, "ConfigSha256": hash, "Published": line["Time"]}])
    );
    assert_eq!(line["HighestVersion"], 1);
    assert_eq!(line["LastPublished"]["Version"], 1);
}

#[test]
fn tags_belong_to_the_function_and_to_no_answer() {
    let store = TestStore::nothing();
    let answer = store
        .create(
            "hello",
            &["--publish", "--tags", "team=blue,cost-center=é7"],
        )
        .succeeded();
    assert_eq!(answer.get("Tags"), None);
    assert_eq!(
        store.text("hello/function.json"),
        "{\n    \"Format\": 1,\n    \"Tags\": {\n        \"team\": \"blue\",\n        \
         \"cost-center\": \"é7\"\n    }\n}\n"
    );
    assert_eq!(store.get("hello", &[]).succeeded().get("Tags"), None);
}

#[test]
fn options_set_what_they_name() {
    let store = TestStore::nothing();
    let answer = store
        .create(
            "hello",
            &[
                "--description",
                "says hello, ünder \"quotes\"",
                "--timeout",
                "900",
                "--memory-size",
                "3008",
                "--environment",
                "Variables={STAGE=test,Zone=b,AB='one, two'}",
            ],
        )
        .succeeded();
    let mut all = expected(&answer);
    all["Description"] = json!("says hello, ünder \"quotes\"");
    all["Timeout"] = json!(900);
    all["MemorySize"] = json!(3008);
    all["Environment"] = json!({"Variables": {"STAGE": "test", "Zone": "b", "AB": "one, two"}});
    assert_eq!(answer, all);
    let names: Vec<&String> = answer["Environment"]["Variables"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["STAGE", "Zone", "AB"]);
}

#[test]
fn an_environment_is_given_in_shorthand_as_json_or_in_a_file() {
    let variables = json!({"Variables": {"STAGE": "test", "URL": "https://x/?a=b,c"}});
    let store = TestStore::nothing();
    std::fs::write(store.beside("environment.json"), variables.to_string()).unwrap();
    let file = format!("file://{}", store.beside("environment.json").display());
    let json = variables.to_string();
    for (name, given) in [
        (
            "shorthand",
            r"Variables={STAGE=test,URL='https://x/?a=b,c'}",
        ),
        ("json", &json),
        ("file", &file),
    ] {
        let answer = store.create(name, &["--environment", given]).succeeded();
        assert_eq!(answer["Environment"], variables, "{name}");
    }
    let answer = store
        .create("empty", &["--environment", "Variables={}"])
        .succeeded();
    assert_eq!(answer["Environment"], json!({"Variables": {}}));
    let answer = store.create("none", &[]).succeeded();
    assert_eq!(answer.get("Environment"), None);
}

#[test]
fn environment_values_stand_in_config_json_and_nowhere_else() {
    let store = TestStore::nothing();
    store
        .create(
            "hello",
            &["--publish", "--environment", "Variables={KEY=s3cr3t-value}"],
        )
        .succeeded();
    for (path, content) in store.files() {
        let holds = content
            .windows(b"s3cr3t-value".len())
            .any(|window| window == b"s3cr3t-value");
        assert_eq!(holds, path.ends_with("config.json"), "{}", path.display());
    }
    // Nor in a message about them.
    let ran = store.create(
        "other",
        &["--environment", "Variables={AWS_REGION=s3cr3t-value}"],
    );
    assert!(!ran.failed_with(INVALID, OPERATION).contains("s3cr3t"));
}

#[test]
fn a_function_that_exists_is_a_conflict() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    let ran = store.create("hello", &["--description", "other"]);
    let message = ran.failed_with("ResourceConflictException", OPERATION);
    assert!(message.contains("hello"), "{message}");
    assert_eq!(store.files(), before);
}

#[test]
fn whatever_stands_under_the_name_is_a_conflict() {
    let store = TestStore::new();
    std::fs::write(store.join("file"), "a file").unwrap();
    std::fs::create_dir(store.join("empty")).unwrap();
    std::fs::create_dir_all(store.join("full/inside")).unwrap();
    std::os::unix::fs::symlink("nowhere", store.join("link")).unwrap();
    let before = store.files();
    for name in ["file", "empty", "full", "link"] {
        store
            .create(name, &[])
            .failed_with("ResourceConflictException", OPERATION);
        assert_eq!(store.files(), before, "{name}");
    }
}

#[test]
fn all_violations_are_told_in_one_message() {
    let store = TestStore::new();
    let before = store.files();
    let (zip, long) = (store.zip("created.zip", b"v0"), "x".repeat(257));
    let ran = create_with(
        &store,
        &[
            "--function-name",
            "not a name",
            "--runtime",
            "cobol85",
            "--role",
            "nobody",
            "--handler",
            "two words",
            "--description",
            &long,
            "--timeout",
            "901",
            "--memory-size",
            "3009",
            "--environment",
            "Variables={AWS_REGION=x,A=y,1B=z}",
            "--zip-file",
            &zip,
        ],
    );
    let message = ran.failed_with(INVALID, OPERATION);
    for word in [
        "FunctionName",
        "Runtime",
        "cobol85",
        "Role",
        "nobody",
        "Handler",
        "two words",
        "Description",
        "256",
        "Timeout",
        "901",
        "MemorySize",
        "3009",
        "AWS_REGION",
        "1B",
    ] {
        assert!(message.contains(word), "no {word} in: {message}");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn values_at_a_limit_pass_and_beyond_it_fail() {
    let store = TestStore::new();
    let long = |count: usize| "é".repeat(count);
    let handler = |count: usize| "h".repeat(count);
    for (index, (option, fits, beyond, member)) in [
        ("--description", long(256), long(257), "Description"),
        ("--handler", handler(128), handler(129), "Handler"),
        ("--memory-size", "3008".into(), "3009".into(), "MemorySize"),
        ("--timeout", "900".into(), "901".into(), "Timeout"),
    ]
    .into_iter()
    .enumerate()
    {
        refused(&store, &[option, &beyond], &[member]);
        let answer = store
            .create(&format!("fits-{index}"), &[option, &fits])
            .succeeded();
        let found = match &answer[member] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(found, fits);
    }
    for (index, (option, fits)) in [("--memory-size", "128"), ("--timeout", "1")]
        .into_iter()
        .enumerate()
    {
        store
            .create(&format!("least-{index}"), &[option, fits])
            .succeeded();
    }
    // Any whole number of megabytes will do.
    store.create("odd", &["--memory-size", "129"]).succeeded();
}

#[test]
fn the_clients_checks_come_first() {
    let store = TestStore::new();
    let before = store.files();
    for (options, word) in [
        (["--memory-size", "127"], "MemorySize"),
        (["--timeout", "0"], "Timeout"),
        (["--timeout", "-1"], "Timeout"),
        (["--environment", "Varables={AB=b}"], "Varables"),
        (["--environment", "Variables={AB=b,AB=c}"], "AB"),
        (["--environment", "{\"Variables\": {\"AB\": 1}}"], "AB"),
        (["--environment", "{\"Variables\": "], "environment"),
        (["--environment", "file:///nowhere.json"], "/nowhere.json"),
        (["--tags", "{\"a\": [1]}"], "Tags"),
        (["--zip-file", "fileb:///nowhere.zip"], "/nowhere.zip"),
    ] {
        let ran = store.create("hello", &options);
        let said = ran.failed(252);
        assert!(said.contains(word), "{options:?}: {said}");
        assert_eq!(store.files(), before, "{options:?}");
    }
}

#[test]
fn an_environment_has_4096_bytes_as_compact_json() {
    let store = TestStore::new();
    // Braces, quotes, colon and name take 9 bytes, an é takes two.
    let environment = |bytes: usize| {
        let value = format!("é{}", "x".repeat(bytes - 9 - 2));
        json!({"Variables": {"AB": value}}).to_string()
    };
    let compact = r#"{"AB":""}"#;
    assert_eq!(compact.len(), 9);
    refused(
        &store,
        &["--environment", &environment(4097)],
        &["Environment", "4097", "4096"],
    );
    store
        .create("hello", &["--environment", &environment(4096)])
        .succeeded();
}

#[test]
fn names_of_variables_follow_the_model() {
    let store = TestStore::new();
    for name in ["A", "1A", "_A", "A-B", "A.B", "Ä1", ""] {
        let environment = json!({"Variables": {name: "x"}}).to_string();
        refused(&store, &["--environment", &environment], &["Environment"]);
    }
    for name in [
        "AWS_REGION",
        "AWS_LAMBDA_FUNCTION_NAME",
        "LAMBDA_TASK_ROOT",
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
    ] {
        let environment = json!({"Variables": {"FINE": "x", name: "x"}}).to_string();
        refused(&store, &["--environment", &environment], &[name]);
    }
    let environment = json!({"Variables": {"A1": "", "aws_region": "x"}}).to_string();
    store
        .create("hello", &["--environment", &environment])
        .succeeded();
}

#[test]
fn runtimes_are_the_references_and_todays() {
    let store = TestStore::new();
    for (index, runtime) in [
        "nodejs8.10",
        "python2.7",
        "dotnetcore2.1",
        "nodejs4.3-edge",
        "provided",
        "nodejs24.x",
        "python3.14",
        "java25",
        "dotnet10",
        "ruby3.4",
        "provided.al2023",
    ]
    .into_iter()
    .enumerate()
    {
        let answer = store
            .create(&format!("f{index}"), &["--runtime", runtime])
            .succeeded();
        assert_eq!(answer["Runtime"], runtime);
    }
    for runtime in ["Python3.13", "python", "python3.13 ", "cobol85"] {
        refused(&store, &["--runtime", runtime], &["Runtime"]);
    }
    refused(&store, &["--runtime", ""], &["Runtime"]);
}

#[test]
fn a_role_is_the_arn_of_a_role() {
    let store = TestStore::new();
    for role in [
        "demo",
        "arn:aws:iam::12345:role/demo",
        "arn:aws:iam::123456789012:user/demo",
        "arn:aws:iam::123456789012:role",
        "arn:aws:iam::123456789012:role/with blank",
    ] {
        refused(&store, &["--role", role], &["Role"]);
    }
    for (index, role) in [
        "arn:aws:iam::999999999999:role/service-role/Other+=,.@-_1",
        "arn:aws-cn:iam::123456789012:role/demo",
        "arn:aws:iam::123456789012:roledemo",
    ]
    .into_iter()
    .enumerate()
    {
        store
            .create(&format!("f{index}"), &["--role", role])
            .succeeded();
    }
}

#[test]
fn runtime_and_handler_are_needed_for_a_zip() {
    let store = TestStore::new();
    let before = store.files();
    let zip = store.zip("created.zip", b"v0");
    let ran = create_with(
        &store,
        &[
            "--function-name",
            "hello",
            "--role",
            ROLE,
            "--zip-file",
            &zip,
        ],
    );
    let message = ran.failed_with(INVALID, OPERATION);
    assert!(
        message.contains("Runtime") && message.contains("Handler"),
        "{message}"
    );
    for missing in [
        &["--role", ROLE, "--zip-file", &zip][..],
        &["--function-name", "hello", "--zip-file", &zip],
        &["--function-name", "hello", "--role", ROLE],
    ] {
        create_with(&store, missing).failed(252);
    }
    assert_eq!(store.files(), before);
}

#[test]
fn tags_have_limits() {
    let store = TestStore::new();
    let tags = |count: usize| {
        let tags: serde_json::Map<_, _> = (0..count)
            .map(|index| (format!("key{index}"), json!("value")))
            .collect();
        Value::Object(tags).to_string()
    };
    refused(&store, &["--tags", &tags(51)], &["Tags", "50"]);
    for (key, value) in [("k".repeat(129), "v".into()), ("k".into(), "v".repeat(257))] {
        refused(
            &store,
            &["--tags", &json!({key: value}).to_string()],
            &["Tags"],
        );
    }
    store.create("hello", &["--tags", &tags(50)]).succeeded();
    let most = json!({"k".repeat(128): "v".repeat(256)}).to_string();
    store.create("most", &["--tags", &most]).succeeded();
}

#[test]
fn a_package_must_be_a_readable_zip_with_something_in_it() {
    let store = TestStore::new();
    let whole = zip_of(&[("app.py", b"v0")]);
    let path = format!("fileb://{}", store.beside("bad.zip").display());
    let refused = |content: &[u8]| {
        std::fs::write(store.beside("bad.zip"), content).unwrap();
        refused(&store, &["--zip-file", &path], &["bad.zip"]);
    };
    // What does not even end as a zip, the client tells.
    let half = whole.len() / 2;
    for content in [
        b"no zip at all",
        &b""[..],
        &whole[..whole.len() - 1],
        &whole[..half],
    ] {
        std::fs::write(store.beside("bad.zip"), content).unwrap();
        store
            .create("hello", &["--zip-file", &path])
            .failed_as_no_zip();
    }
    refused(&zip_of(&[]));
    // A directory that points behind the file's end.
    let mut broken = whole.clone();
    let start = broken.len() - 22 + 16;
    broken[start..start + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
    refused(&broken);
    // A bare path is as good as fileb://.
    std::fs::write(store.beside("good.zip"), &whole).unwrap();
    let path = store.beside("good.zip").display().to_string();
    store.create("hello", &["--zip-file", &path]).succeeded();
}

#[test]
fn a_package_is_within_the_quotas_of_the_store() {
    let store = TestStore::nothing();
    let zip = |name: &str, size: usize| {
        let path = store.beside(name);
        std::fs::write(&path, deflated(size)).unwrap();
        format!("fileb://{}", path.display())
    };
    let size = zip_of(&[("app.py", b"v0")]).len();
    store.write_store_json(&json!({"Quotas": {"CodeSizeZipped": size - 1}}));
    refused(&store, &[], &[&size.to_string(), &(size - 1).to_string()]);
    store.write_store_json(&json!({"Quotas": {"CodeSizeZipped": size}}));
    store.create("zipped", &[]).succeeded();

    store.write_store_json(&json!({"Quotas": {"CodeSizeUnzipped": 4999}}));
    refused(&store, &["--zip-file", &zip("big.zip", 5000)], &["4999"]);
    store.write_store_json(&json!({"Quotas": {"CodeSizeUnzipped": 5000}}));
    store
        .create("unzipped", &["--zip-file", &zip("fits.zip", 5000)])
        .succeeded();
}

/// Makes a zip that is much smaller than what is in it, two files of one size together.
fn deflated(size: usize) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, size) in [("a", size / 2), ("b", size - size / 2)] {
        writer.start_file(name, options).unwrap();
        writer.write_all(&vec![b'x'; size]).unwrap();
    }
    let zip = writer.finish().unwrap().into_inner();
    assert!(zip.len() < size / 2);
    zip
}

#[test]
fn a_function_is_created_under_its_bare_name_whatever_form_names_it() {
    let store = TestStore::new();
    for (form, name) in [
        ("123456789012:function:partial", "partial"),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:full",
            "full",
        ),
        ("function:short", "short"),
        ("latest:$LATEST", "latest"),
    ] {
        let answer = store.create(form, &[]).succeeded();
        assert_eq!(answer["FunctionName"], name);
        assert_eq!(
            answer["FunctionArn"],
            format!("arn:aws:lambda:us-east-1:123456789012:function:{name}")
        );
        assert!(store.join(name).join("$LATEST/code.zip").exists());
    }
}
