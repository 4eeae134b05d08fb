//! The store and the files that command lines are run among.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{ROLE, TestStore, zip_of};

/// A directory with a store and files beside it, in `place`, and a function of more versions than a page
/// holds, `many`, which belongs into that store. Copied by who uses it.
pub static FIXTURE: LazyLock<TempDir> = LazyLock::new(make);

/// Returns a copy of the whole store, with the files beside it.
pub fn store() -> TestStore {
    let store = TestStore::nothing();
    copy(&FIXTURE.path().join("place/."), &store.beside(""));
    copy(&FIXTURE.path().join("many"), &store.join("many"));
    store
}

/// Copies a directory, with the times of its files.
pub fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(status.unwrap().success());
}

fn make() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let store = TestStore::nothing();
    functions(&store);
    for (from, to) in [
        (store.join("many"), directory.path().join("many")),
        (store.path(), place.join("store")),
    ] {
        let moved = Command::new("mv").args([from, to]).status();
        assert!(moved.unwrap().success());
    }
    for (name, content) in FILES {
        std::fs::write(place.join(name), content).unwrap();
    }
    let code = zip_of(&[("app.py", b"new code")]);
    let request = json!({"FunctionName": "hello", "ZipFile": STANDARD.encode(&code)});
    std::fs::write(place.join("package.json"), request.to_string()).unwrap();
    std::fs::write(place.join("code.zip"), code).unwrap();
    directory
}

/// Files that options name.
const FILES: [(&str, &str); 12] = [
    (
        "description.txt",
        "from a file, with a newline at its end\n",
    ),
    ("unicode.txt", "Grüße 🚀"),
    ("empty.txt", ""),
    ("latin-1.txt", "not-utf-8"),
    ("not-a.zip", "this is no zip"),
    (
        "environment.json",
        r#"{"Variables": {"FROM": "a file", "LANG": "en_US.UTF-8"}}"#,
    ),
    ("environment.txt", "Variables={FROM=a file}"),
    (
        "routing.json",
        r#"{"AdditionalVersionWeights": {"2": 0.25}}"#,
    ),
    (
        "request.json",
        r#"{"FunctionName": "hello", "Description": "from a request", "Timeout": 7}"#,
    ),
    (
        "request.yaml",
        "FunctionName: hello\nDescription: from a request\nTimeout: 7\n",
    ),
    ("wrong.json", r#"{"FunctionName": "hello", "#),
    (
        "unknown.json",
        r#"{"FunctionName": "hello", "Nonsense": 1}"#,
    ),
];

fn functions(store: &TestStore) {
    // `hello` has versions and aliases, `bare` nothing, `full` every member, `many` more versions than a
    // page holds.
    store
        .create("hello", &["--description", "Greets"])
        .succeeded();
    store
        .publish("hello", &["--description", "the first"])
        .succeeded();
    store.update("hello", b"second", &["--publish"]).succeeded();
    store.update("hello", b"third", &["--publish"]).succeeded();
    store
        .create_alias("live", "2", &["--description", "what is live: Grüße"])
        .succeeded();
    store
        .create_alias(
            "beta",
            "3",
            &["--routing-config", "AdditionalVersionWeights={2=0.05}"],
        )
        .succeeded();
    store.create("bare", &[]).succeeded();
    store.create("full", &FULL).succeeded();
    store.publish("full", &[]).succeeded();
    store.place_function("many");
    for number in 1..=55 {
        let config = json!({
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": ROLE,
            "LastModified": "2026-11-23T10:15:00.123+0000",
            "RevisionId": "019ab062-8a1b-832c-9e41-5e17db597a6f",
            "CodeSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "CodeSize": 0,
        });
        store.place_version("many", number, b"v", &config);
    }
}

const FULL: [&str; 30] = [
    "--description",
    "All of it: Grüße, 日本語, 🚀 and \"quotes\"\twith a tab",
    "--timeout",
    "900",
    "--memory-size",
    "1024",
    "--environment",
    r#"{"Variables": {"FIRST": "1", "EMPTY": "", "URL": "https://example.com/?a=b&c=d", "TEXT": "é: # 'x'"}}"#,
    "--dead-letter-config",
    "TargetArn=arn:aws:sqs:us-east-1:123456789012:failed",
    "--kms-key-arn",
    "arn:aws:kms:us-east-1:123456789012:key/0",
    "--layers",
    "arn:aws:lambda:us-east-1:123456789012:layer:one:1",
    "arn:aws:lambda:us-east-1:123456789012:layer:two:2",
    "--tracing-config",
    "Mode=Active",
    "--vpc-config",
    "SubnetIds=subnet-1,subnet-2,SecurityGroupIds=[]",
    "--ephemeral-storage",
    "Size=1024",
    "--file-system-configs",
    "Arn=arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0,LocalMountPath=/mnt/data",
    "--logging-config",
    "LogFormat=JSON,LogGroup=/own/group,ApplicationLogLevel=INFO,SystemLogLevel=WARN",
    "--snap-start",
    "ApplyOn=PublishedVersions",
    "--tags",
    r#"{"team": "green", "cost center": "42"}"#,
    "--publish",
];
