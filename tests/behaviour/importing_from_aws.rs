//! `import --from-aws`: what `aws lambda get-function` printed, and its package.

use serde_json::{Value, json};

use crate::support::{Ran, TestStore, code_sha256, says, zip_of};

/// What AWS tells of a version, with its own account, region and revision id.
fn told(version: &str, package: &[u8]) -> Value {
    let arn = "arn:aws:lambda:eu-west-1:999999999999:function:billing";
    json!({
        "Configuration": {
            "FunctionName": "billing",
            "FunctionArn": format!("{arn}:{version}"),
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::999999999999:role/billing",
            "Handler": "app.handler",
            "CodeSize": package.len(),
            "Description": "from AWS",
            "Timeout": 900,
            "MemorySize": 10240,
            "LastModified": "2024-03-01T10:15:00.123+0000",
            "CodeSha256": code_sha256(package),
            "Version": version,
            "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": "5f2b8d1c-31e5-4a56-9c80-0d4f0c7f7a11",
            "Layers": [{"Arn": "arn:aws:lambda:eu-west-1:999999999999:layer:x:1", "CodeSize": 4711}],
            "State": "Active",
            "LastUpdateStatus": "InProgress",
            "PackageType": "Zip",
            "RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/billing"},
            "Surprise": 1.50
        },
        "Code": {"RepositoryType": "S3", "Location": "https://example.com/x"},
        "Tags": {"team": "one"}
    })
}

fn import(store: &TestStore, told: &Value, package: &[u8], options: &[&str]) -> Ran {
    let zip = store.beside("aws.zip");
    std::fs::write(&zip, package).unwrap();
    let answer = store.beside("aws.json");
    std::fs::write(&answer, told.to_string()).unwrap();
    let zip = format!("fileb://{}", zip.display());
    let required = [
        "import",
        "--from-aws",
        answer.to_str().unwrap(),
        "--zip-file",
        &zip,
    ];
    store.run(&[&required, options].concat())
}

fn package(content: &[u8]) -> Vec<u8> {
    zip_of(&[("app.py", content)])
}

#[test]
fn a_version_comes_under_its_own_number_with_its_members() {
    let store = TestStore::new();
    let zip = package(b"seven");
    let imported = import(&store, &told("7", &zip), &zip, &[]).succeeded();
    assert_eq!(imported["Versions"], json!(["7"]));
    assert_eq!(
        (&imported["Created"], &imported["Latest"]),
        (&json!(true), &json!(true))
    );
    let config = store.json("billing/versions/7/config.json");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:billing:7";
    assert_eq!(config["FunctionArn"], arn);
    for (member, value) in told("7", &zip)["Configuration"].as_object().unwrap() {
        match &**member {
            "FunctionArn" => {}
            "RevisionId" => assert_ne!(config[member], *value),
            "RuntimeVersionConfig" => assert_eq!(config.get(member), None),
            "LastUpdateStatus" => assert_eq!(config[member], "Successful"),
            _ => assert_eq!(config[member], *value, "{member}"),
        }
    }
    assert_eq!(config["EphemeralStorage"], json!({"Size": 512}));
    assert!(
        store
            .text("billing/versions/7/config.json")
            .contains("\"Surprise\": 1.5")
    );
    let line = &store.history("billing")[0];
    assert_eq!(line["Operation"], "Import");
    assert_eq!(line["Made"][0]["Published"], "2024-03-01T10:15:00.123+0000");
    assert_eq!(line["HighestVersion"], 7);
    assert_eq!(
        store.get_function("billing", &[]).succeeded()["Tags"],
        json!({"team": "one"})
    );
    assert_eq!(store.publish("billing", &[]).succeeded()["Version"], "7");
    assert_eq!(
        std::fs::read(store.join("billing/versions/7/code.zip")).unwrap(),
        zip
    );
}

#[test]
fn version_by_version_and_then_latest_a_function_is_brought_over() {
    let store = TestStore::nothing();
    store.write_store_json(&json!({"Quotas": {"MemorySize": 10240}}));
    for version in ["3", "8"] {
        let zip = package(version.as_bytes());
        import(&store, &told(version, &zip), &zip, &[]).succeeded();
    }
    let zip = package(b"latest");
    let imported = import(&store, &told("$LATEST", &zip), &zip, &[]).succeeded();
    assert_eq!(imported["Versions"], json!([]));
    assert_eq!(
        (&imported["Created"], &imported["Latest"]),
        (&json!(false), &json!(true))
    );
    store.check_chain("billing");
    let operations: Vec<Value> = store
        .history("billing")
        .iter()
        .map(|line| line["Operation"].clone())
        .collect();
    assert_eq!(operations, ["Import", "Import", "Import"]);
    let latest = store.get("billing", &[]).succeeded();
    assert_eq!(latest["CodeSha256"], code_sha256(&zip));
    let before = store.files();
    let zip = package(b"5");
    let late = import(&store, &told("5", &zip), &zip, &[]);
    says(
        late.failed_with("ResourceConflictException", "Import"),
        &["up to 8", "version 5"],
    );
    assert_eq!(store.files(), before);
    assert_eq!(store.publish("billing", &[]).succeeded()["Version"], "9");
}

#[test]
fn latest_makes_a_function_and_the_configuration_alone_will_do() {
    let store = TestStore::new();
    let zip = package(b"latest");
    let told = told("$LATEST", &zip)["Configuration"].clone();
    let imported = import(&store, &told, &zip, &["--as", "other"]).succeeded();
    assert_eq!(
        (&imported["Created"], &imported["FunctionName"]),
        (&json!(true), &json!("other"))
    );
    let config = store.json("other/$LATEST/config.json");
    assert_eq!(config.get("RevisionId"), None);
    assert_eq!(config["LastModified"], "2024-03-01T10:15:00.123+0000");
    assert_eq!(config["LoggingConfig"]["LogGroup"], "/aws/lambda/other");
    // The quotas count with the next publish, and not before.
    let published = store.publish("other", &[]);
    let message = published.failed_with("InvalidParameterValueException", "PublishVersion");
    says(message, &["MemorySize"]);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let store = TestStore::new();
    let zip = package(b"seven");
    let before = store.files();
    let with = |member: &str, value: Value| {
        let mut told = told("7", &zip);
        told["Configuration"][member] = value;
        told
    };
    for (told, part) in [
        (
            with("CodeSha256", json!(code_sha256(b"other"))),
            "that of another version",
        ),
        (
            with("CodeSize", json!(zip.len() + 1)),
            "that of another version",
        ),
        (with("CodeSha256", Value::Null), "CodeSha256"),
        (with("PackageType", json!("Image")), "container image"),
        (with("Version", json!("live")), "Version: 'live'"),
        (with("Version", Value::Null), "Version: must be there"),
        (
            with(
                "Environment",
                json!({"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}),
            ),
            "could not read the variables",
        ),
        (with("LastModified", Value::Null), "LastModified"),
        (with("FunctionName", json!("../x")), "FunctionName"),
        (with("Timeout", json!("9")), "Timeout"),
        (json!([1]), "get-function"),
    ] {
        let ran = import(&store, &told, &zip, &[]);
        says(
            ran.failed_with("InvalidParameterValueException", "Import"),
            &[part],
        );
        assert_eq!(store.files(), before);
    }
    std::fs::write(store.beside("bad.json"), "{").unwrap();
    let zip_path = store.zip("x.zip", b"x");
    let bad = store.beside("bad.json");
    let arguments = [
        "import",
        "--from-aws",
        bad.to_str().unwrap(),
        "--zip-file",
        &zip_path,
    ];
    says(store.run(&arguments).failed(252), &["--from-aws", "line 1"]);
    assert_eq!(store.files(), before);
}
