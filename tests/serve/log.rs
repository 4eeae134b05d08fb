//! The log: one line of JSON for each request and event, with nothing secret.

use std::process::Command;

use serde_json::{Value, json};

use crate::server::{BINARY, Server};
use crate::support::TestStore;

const FUNCTIONS: &str = "/2015-03-31/functions";

fn is_request(line: &Value) -> bool {
    line.get("event").is_none()
}

#[test]
fn a_request_is_told_in_one_line() {
    let store = TestStore::with_function("hello");
    let mut server = Server::of(&store, &[]);
    let versions = format!("{FUNCTIONS}/hello/versions");
    let answered = server.send("POST", &versions, br#"{"Description": "x"}"#);
    answered.succeeded(201);
    let line = server.line_where(is_request);
    assert_eq!(
        line["requestId"],
        answered.header("x-amzn-requestid").unwrap()
    );
    assert_eq!(line["operation"], "PublishVersion");
    assert_eq!(line["method"], "POST");
    assert_eq!(line["path"], versions);
    assert_eq!(line["status"], 201);
    assert_eq!(line["error"], Value::Null);
    assert_eq!(line["bytesReceived"], 20);
    assert_eq!(line["bytesAnswered"], answered.body.len());
    assert!(line["remote"].as_str().unwrap().starts_with("127.0.0.1:"));
    server.send("GET", &format!("{FUNCTIONS}/none"), b"");
    let line = server.line_where(is_request);
    assert_eq!(line["error"], "ResourceNotFoundException");
    assert_eq!(line["status"], 404);
}

#[test]
fn a_download_is_told_with_its_bytes_and_without_its_signature() {
    let store = TestStore::with_function("hello");
    let mut server = Server::of(&store, &[]);
    let found = server.send("GET", &format!("{FUNCTIONS}/hello"), b"");
    let location = found.succeeded(200)["Code"]["Location"].clone();
    let path = location.as_str().unwrap().strip_prefix(server.url());
    let package = server.send("GET", path.unwrap(), b"").body;
    server.line_where(is_request);
    let line = server.line_where(is_request);
    assert_eq!(line["path"], "/packages/hello/%24LATEST/code.zip");
    assert_eq!(line["bytesAnswered"], package.len());
    server.send_with("GET", path.unwrap(), &[("range", "bytes=1-4")], b"");
    assert_eq!(server.line_where(is_request)["bytesAnswered"], 4);
    server.send("HEAD", path.unwrap(), b"");
    assert_eq!(server.line_where(is_request)["bytesAnswered"], 0);
}

#[test]
fn no_query_header_or_body_is_told() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let headers = [
        ("authorization", "SECRET"),
        ("x-amz-security-token", "SECRET"),
    ];
    let path = format!("{FUNCTIONS}/hello/configuration");
    let body = json!({"Environment": {"Variables": {"KEY": "SECRET"}}}).to_string();
    let query = format!("{path}?X-Amz-Signature=SECRET");
    let sent = server.send_with("PUT", &query, &headers, body.as_bytes());
    sent.succeeded(200);
    server.send_with("PUT", &path, &headers, br#"{"Environment": "SECRET""#);
    server.send_raw(b"SECRET\r\n\r\n");
    server.send_raw(b"GET / HTTP/1.1\r\nHost: SECRET\r\nConnection: close\r\n\r\n");
    let (_, said) = server.terminate();
    assert_eq!(said.lines().count(), 4, "{said}");
    assert!(!said.contains("SECRET"), "{said}");
}

#[test]
fn a_path_stays_in_its_line() {
    let store = TestStore::new();
    let mut server = Server::of(&store, &[]);
    server.send("GET", &format!("{FUNCTIONS}/a%0A%1B%5B31m"), b"");
    let line = server.line_where(is_request);
    assert_eq!(line["path"], format!("{FUNCTIONS}/a%0A%1B%5B31m"));
    // A long one by its beginning.
    server.send("GET", &format!("/{}", "x".repeat(10_000)), b"");
    let line = server.line_where(is_request);
    assert_eq!(line["path"], format!("/{}…", "x".repeat(1023)));
}

#[test]
fn refused_and_broken_requests_are_told() {
    let store = TestStore::new();
    let mut server = Server::of(&store, &[]);
    server.send_raw(b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    let line = server.line_where(is_request);
    assert_eq!(
        (&line["status"], &line["error"]),
        (&json!(403), &json!("AccessDeniedException"))
    );
    let answer = server.send_raw(b"no HTTP at all\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let line = server.line_where(|line| line["event"] == "ConnectionEnded");
    assert!(
        line["message"].as_str().unwrap().contains("127.0.0.1:"),
        "{line}"
    );
}

#[test]
fn what_the_store_says_while_it_answers_is_told_with_the_requests_id() {
    let store = TestStore::with_function("hello");
    store.place_function("broken");
    std::fs::write(store.join("broken/$LATEST/config.json"), "no JSON").unwrap();
    store.write_store_json(&json!({"Format": 99}));
    let mut server = Server::of(&store, &[]);
    let answered = server.send("GET", FUNCTIONS, b"");
    let functions = &answered.succeeded(200)["Functions"];
    assert_eq!(functions.as_array().unwrap().len(), 1);
    let id = answered.header("x-amzn-requestid").unwrap();
    let newer = server.line_where(|line| line["requestId"] == id);
    assert_eq!(newer["event"], "NewerFormat");
    assert!(
        newer["message"].as_str().unwrap().contains("store.json"),
        "{newer}"
    );
    let left_out = server.line_where(|line| line["requestId"] == id);
    assert_eq!(left_out["event"], "LeftOut");
    assert!(
        left_out["message"].as_str().unwrap().contains("broken"),
        "{left_out}"
    );
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    fill_log(&server);
    let (code, said) = server.terminate();
    assert_eq!((code, said.lines().count()), (Some(0), TOLD));
}

#[test]
fn a_server_whose_log_nobody_reads_ends() {
    let store = TestStore::new();
    // One that does not end is killed; what `timeout` is sent it passes on.
    let mut bounded = Command::new("timeout");
    bounded.args(["--kill-after=20", "600", BINARY]);
    let server = Server::started(&store, bounded.args(["serve", "--listen", "127.0.0.1:0"]));
    fill_log(&server);
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.ended_unread(), Some(0));
}

/// How many requests are told of: far more than the 64 KB that a pipe holds.
const TOLD: usize = 150;

/// Has them told.
fn fill_log(server: &Server) {
    let path = format!("/{}", "x".repeat(1000));
    for _ in 0..TOLD {
        server
            .send("GET", &path, b"")
            .failed_with(403, "AccessDeniedException");
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let store = TestStore::with_function("hello");
    let script = format!("exec '{BINARY}' serve --listen 127.0.0.1:0 2>&-");
    let mut shell = Command::new("/bin/sh");
    let server = Server::started(&store, shell.args(["-c", &script]));
    for _ in 0..3 {
        server.send("GET", FUNCTIONS, b"").succeeded(200);
    }
    assert_eq!(server.terminate().0, Some(0));
}
