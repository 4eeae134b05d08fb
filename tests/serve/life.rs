//! A function's life over HTTP, and what the command line sees of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::Server;
use crate::support::{ROLE, TestStore, code_sha256, zip_of};

#[test]
fn a_function_is_made_published_named_and_deleted() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    assert!(server.url().starts_with("http://127.0.0.1:"));
    let package = zip_of(&[("app.py", b"v1")]);
    let create = json!({
        "FunctionName": "hello",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Role": ROLE,
        "Code": {"ZipFile": STANDARD.encode(&package)},
    });
    let functions = "/2015-03-31/functions";
    let created = server.send("POST", functions, create.to_string().as_bytes());
    let created = created.succeeded(201);
    assert_eq!(created["CodeSha256"], code_sha256(&package));
    let hello = format!("{functions}/hello");
    let published = server.send("POST", &format!("{hello}/versions"), b"{}");
    assert_eq!(published.succeeded(201)["Version"], "1");
    let alias = json!({"Name": "live", "FunctionVersion": "1"}).to_string();
    let made = server.send("POST", &format!("{hello}/aliases"), alias.as_bytes());
    assert_eq!(made.succeeded(201)["FunctionVersion"], "1");
    let read = server.send("GET", &format!("{hello}/configuration?Qualifier=live"), b"");
    let options = ["get-function-configuration", "--function-name", "hello"];
    let ran = store.run(&[&options[..], &["--qualifier", "live"]].concat());
    assert_eq!(read.succeeded(200), ran.succeeded());
    let deleted = server.send("DELETE", &hello, b"");
    assert_eq!((deleted.status, deleted.body.as_slice()), (204, &b""[..]));
    let gone = server.send("GET", &hello, b"");
    gone.failed_with(404, "ResourceNotFoundException");
    let (code, _) = server.terminate();
    assert_eq!(code, Some(0));
}
