//! The links to packages, followed.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::Server;
use crate::support::{ROLE, TestStore, zip_of};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// Returns the path and the query of the link to a package.
fn link(server: &Server, query: &str) -> String {
    let found = server.send("GET", &format!("{FUNCTIONS}/hello{query}"), b"");
    let found = found.succeeded(200);
    let location = found["Code"]["Location"].as_str().unwrap();
    location.strip_prefix(server.url()).unwrap().to_owned()
}

fn upload(server: &Server, package: &[u8]) {
    let body = json!({"ZipFile": STANDARD.encode(package)}).to_string();
    let path = format!("{FUNCTIONS}/hello/code");
    server.send("PUT", &path, body.as_bytes()).succeeded(200);
}

/// Serves a store with a function, published once.
fn published(store: &TestStore, package: &[u8]) -> Server {
    let server = Server::of(store, &[]);
    let create = json!({
        "FunctionName": "hello",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Role": ROLE,
        "Code": {"ZipFile": STANDARD.encode(package)},
        "Publish": true,
    });
    let created = server.send("POST", FUNCTIONS, create.to_string().as_bytes());
    created.succeeded(201);
    server
}

#[test]
fn a_link_gives_the_bytes_of_its_version_whatever_becomes_of_latest() {
    let store = TestStore::new();
    let (first, second) = (zip_of(&[("app.py", b"v1")]), zip_of(&[("app.py", b"v2")]));
    let server = published(&store, &first);
    let (version, latest) = (link(&server, "?Qualifier=1"), link(&server, ""));
    assert_eq!(server.send("GET", &latest, b"").body, first);
    upload(&server, &second);
    let whole = server.send("GET", &version, b"");
    assert_eq!((whole.status, &whole.body), (200, &first));
    let length = first.len().to_string();
    assert_eq!(whole.header("content-length"), Some(&*length));
    assert_eq!(whole.header("content-type"), Some("application/zip"));
    let head = server.send("HEAD", &version, b"");
    assert_eq!(head.header("content-length"), Some(&*length));
    assert_eq!((head.status, &*head.body), (200, &b""[..]));
    let gone = server.send("GET", &latest, b"");
    gone.failed_with(404, "ResourceNotFoundException");
    assert_eq!(server.send("GET", &link(&server, ""), b"").body, second);
}

#[test]
fn a_link_gives_ranges() {
    let store = TestStore::new();
    let package = zip_of(&[("app.py", b"v1")]);
    let server = published(&store, &package);
    let link = link(&server, "?Qualifier=1");
    let asked = |headers: &[(&str, &str)]| server.send_with("GET", &link, headers, b"");
    let first = asked(&[("range", "bytes=0-0")]);
    assert_eq!((first.status, &*first.body), (206, &package[..1]));
    let size = package.len();
    let part = asked(&[("range", "bytes=3-9")]);
    assert_eq!((part.status, &*part.body), (206, &package[3..10]));
    let told = format!("bytes 3-9/{size}");
    assert_eq!(part.header("content-range"), Some(&*told));
    assert_eq!(part.header("content-length"), Some("7"));
    let end = asked(&[("range", "bytes=-4")]);
    assert_eq!((end.status, &*end.body), (206, &package[size - 4..]));
    let behind = asked(&[("range", &format!("bytes={size}-"))]);
    let told = format!("bytes */{size}");
    let found = (behind.status, behind.header("content-range"));
    assert_eq!(found, (416, Some(&*told)));
    let tag = part.header("etag").unwrap();
    assert_eq!(asked(&[("if-none-match", tag)]).status, 304);
    let range = ("range", "bytes=0-0");
    assert_eq!(asked(&[range, ("if-range", tag)]).status, 206);
    assert_eq!(asked(&[range, ("if-range", "\"other\"")]).status, 200);
    let several = asked(&[("range", "bytes=0-1,4-5")]);
    assert_eq!((several.status, several.body), (200, package));
    let head = server.send_with("HEAD", &link, &[range], b"");
    let length = head.header("content-length");
    assert_eq!((head.status, length), (200, Some(&*size.to_string())));
    assert_eq!(head.header("content-range"), None);
}

#[test]
fn a_link_that_was_changed_is_not_followed() {
    let store = TestStore::new();
    let server = published(&store, &zip_of(&[("app.py", b"v1")]));
    let link = link(&server, "?Qualifier=1");
    let (path, _) = link.split_once('?').unwrap();
    assert_eq!(server.send("GET", &link, b"").status, 200);
    for changed in [
        path,
        &link.replace("/hello/", "/other/"),
        &link.replace("/1/", "/%24LATEST/"),
        &link.replace("Expires=", "Expires=1"),
        &link.replace("CodeSha256=", "CodeSha256=A"),
        &link.replace("&Signature=", "&Signature=0"),
        &format!("{link}0"),
        &format!("{path}?Expires=1&CodeSha256=&Signature="),
    ] {
        assert_ne!(*changed, link);
        let refused = server.send("GET", changed, b"");
        refused.failed_with(403, "AccessDeniedException");
    }
}

#[test]
fn a_link_of_an_alias_is_its_versions_until_that_is_deleted() {
    let store = TestStore::new();
    let first = zip_of(&[("app.py", b"v1")]);
    let server = published(&store, &first);
    upload(&server, &zip_of(&[("app.py", b"v2")]));
    let call = |method: &str, path: &str, body: &str| {
        let path = format!("{FUNCTIONS}/hello{path}");
        server.send(method, &path, body.as_bytes()).status
    };
    assert_eq!(call("POST", "/versions", ""), 201);
    let alias = r#"{"Name": "live", "FunctionVersion": "1"}"#;
    assert_eq!(call("POST", "/aliases", alias), 201);
    let link = link(&server, "?Qualifier=live");
    let moved = r#"{"FunctionVersion": "2"}"#;
    assert_eq!(call("PUT", "/aliases/live", moved), 200);
    assert_eq!(server.send("GET", &link, b"").body, first);
    assert_eq!(call("DELETE", "?Qualifier=1", ""), 204);
    let gone = server.send("GET", &link, b"");
    gone.failed_with(404, "ResourceNotFoundException");
}

#[test]
fn a_link_is_followed_however_its_path_is_encoded() {
    let store = TestStore::with_function("my-function_1");
    let server = Server::of(&store, &[]);
    let found = server.send("GET", &format!("{FUNCTIONS}/my-function_1"), b"");
    let location = found.succeeded(200)["Code"]["Location"].clone();
    let link = location.as_str().unwrap().strip_prefix(server.url());
    let (_, query) = link.unwrap().split_once('?').unwrap();
    let package = std::fs::read(store.join("my-function_1/$LATEST/code.zip")).unwrap();
    for path in [
        "my-function_1/$LATEST",
        "my%2Dfunction%5F1/%24LATEST",
        "%6dy-function_1/%24%4CATEST",
    ] {
        let path = format!("/packages/{path}/code.zip?{query}");
        assert_eq!(server.send("GET", &path, b"").body, package, "{path}");
    }
}

#[test]
fn a_package_larger_than_memory_should_be_is_sent() {
    const SIZE: u64 = 64 * 1024 * 1024;
    let store = TestStore::with_function("hello");
    let code = store.join("hello/$LATEST/code.zip");
    File::create(code).unwrap().set_len(SIZE).unwrap();
    let server = Server::of(&store, &[]);
    let link = link(&server, "");
    let mut connection = server.connect();
    write!(
        connection,
        "GET {link} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = BufReader::new(connection);
    let mut header = String::new();
    while header != "\r\n" {
        header.clear();
        answer.read_line(&mut header).unwrap();
    }
    assert_eq!(
        std::io::copy(&mut answer, &mut std::io::sink()).unwrap(),
        SIZE
    );
    let peak = server.peak_of_memory();
    assert!(peak < SIZE / 2, "{peak}");
}
