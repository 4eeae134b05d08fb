//! Packages that are uploaded, good ones and bad ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::{Answered, Server};
use crate::support::{ROLE, TestStore, code_sha256, names_in, says, zip_of};

const FUNCTIONS: &str = "/2015-03-31/functions";

fn create(server: &Server, package: &str) -> Answered {
    let body = json!({
        "Code": {"ZipFile": package},
        "FunctionName": "hello",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Role": ROLE,
    });
    server.send("POST", FUNCTIONS, body.to_string().as_bytes())
}

fn update(server: &Server, body: &str) -> Answered {
    let path = format!("{FUNCTIONS}/hello/code");
    server.send("PUT", &path, body.as_bytes())
}

#[test]
fn a_package_beyond_the_quota_is_refused_once_its_sender_has_sent_it() {
    let store = TestStore::new();
    store.write_store_json(&json!({ "Format": 1, "Quotas": { "CodeSizeZipped": 400_000 } }));
    let server = Server::of(&store, &[]);
    let before = names_in(&store.path());
    let refused = create(&server, &STANDARD.encode(vec![b'x'; 400_001]));
    let told = refused.failed_with(400, "InvalidParameterValueException");
    says(&told, &["400000", "CodeSizeZipped"]);
    assert_eq!(names_in(&store.path()), before);
    // As many bytes in longer words.
    let package = "\\u0041".repeat(400_000);
    let body = format!(r#"{{"FunctionName": "hello", "Code": {{"ZipFile": "{package}"}}}}"#);
    let refused = server.send("POST", FUNCTIONS, body.as_bytes());
    refused.failed_with(413, "RequestEntityTooLargeException");
}

#[test]
fn what_is_no_package_in_base64_is_refused_and_changes_nothing() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    let package = zip_of(&[("app.py", b"v1")]);
    let text = STANDARD.encode(&package);
    let created = create(&server, &text).succeeded(201);
    assert_eq!(created["CodeSha256"], code_sha256(&package));
    for body in [
        r#"{"ZipFile": "no base64!"}"#.to_owned(),
        r#"{"ZipFile": 7}"#.to_owned(),
        r#"{"ZipFile": ["UEs="]}"#.to_owned(),
        format!(r#"{{"ZipFile": "{text}", "ZipFile": "{text}"}}"#),
        format!(r#"{{"ZipFile": "{text}"}} more"#),
        format!(r#"{{"ZipFile": "{text}""#),
        format!(r#"{{"ZipFile": "{text}", "Publish": "yes"}}"#),
        format!(
            r#"{{"ZipFile": "{text}", "More": {}}}"#,
            "[".repeat(100_000)
        ),
        r#"["ZipFile"]"#.to_owned(),
    ] {
        update(&server, &body).failed_with(400, "SerializationException");
    }
    let large = format!(r#"{{"More": "{}"}}"#, "x".repeat(2 * 1024 * 1024));
    update(&server, &large).failed_with(413, "RequestEntityTooLargeException");
    for body in ["{}", r#"{"ZipFile": null}"#, ""] {
        update(&server, body).failed_with(400, "InvalidParameterValueException");
    }
    let read = server.send("GET", &format!("{FUNCTIONS}/hello/configuration"), b"");
    assert_eq!(read.succeeded(200), created);
    let escaped = text.replace('A', "\\u0041");
    let updated = update(&server, &format!(r#"{{"ZipFile": "{escaped}"}}"#));
    assert_eq!(updated.succeeded(200)["CodeSha256"], code_sha256(&package));
}
