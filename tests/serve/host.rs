//! Requests that were meant for another server, or that a browser sends for a web page.

use crate::server::Server;
use crate::support::TestStore;

/// Returns the status line and the rest of what a publish with these headers is answered with.
fn published_with(server: &Server, first_line: &str, headers: &str) -> (u16, String) {
    let request = format!(
        "{first_line} HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n{headers}\r\n{{}}"
    );
    let answer = server.send_raw(request.as_bytes());
    let status = answer.strip_prefix("HTTP/1.1 ").unwrap();
    (status[..3].parse().unwrap(), answer)
}

const PUBLISH: &str = "POST /2015-03-31/functions/hello/versions";

#[test]
fn names_of_loopback_are_answered() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    for host in ["localhost", "127.0.0.1:9400", "[::1]:80"] {
        let (status, answer) = published_with(&server, PUBLISH, &format!("Host: {host}\r\n"));
        assert_eq!(status, 201, "{answer}");
    }
}

#[test]
fn a_host_that_is_not_this_servers_is_refused_and_nothing_changes() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let before = store.files();
    for (first_line, host) in [
        (PUBLISH, "evil.example"),
        (PUBLISH, "evil.example:9400"),
        (PUBLISH, "localhost.evil.example"),
        // The first line is what counts, wherever the header points to.
        (
            "POST http://evil.example/2015-03-31/functions/hello/versions",
            "localhost",
        ),
        (
            "POST http://localhost/2015-03-31/functions/hello/versions",
            "evil.example",
        ),
    ] {
        let (status, answer) = published_with(&server, first_line, &format!("Host: {host}\r\n"));
        assert_eq!(status, 403, "{answer}");
        assert!(
            answer.contains("x-amzn-errortype: AccessDeniedException"),
            "{answer}"
        );
        assert!(answer.contains("evil.example"), "{answer}");
        assert!(answer.contains("localhost"), "{answer}");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn a_request_has_one_host() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let before = store.files();
    for headers in [
        "",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host:\r\n",
        "Host: local host\r\n",
        "Host: user@localhost\r\n",
    ] {
        let (status, answer) = published_with(&server, PUBLISH, headers);
        assert_eq!(status, 400, "{headers}: {answer}");
    }
    assert_eq!(store.files(), before);
}

#[test]
fn what_a_browser_sends_for_a_web_page_is_refused() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let before = store.files();
    for header in [
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost:3000",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    ] {
        let headers = format!("Host: localhost\r\nContent-Type: text/plain\r\n{header}\r\n");
        let (status, answer) = published_with(&server, PUBLISH, &headers);
        assert_eq!(status, 403, "{answer}");
        assert!(
            answer.contains("x-amzn-errortype: AccessDeniedException"),
            "{answer}"
        );
    }
    assert_eq!(store.files(), before);
    // What a person typed into a browser is no page's.
    let (status, answer) = published_with(
        &server,
        "GET /2015-03-31/functions",
        "Host: localhost\r\nSec-Fetch-Site: none\r\n",
    );
    assert_eq!(status, 200, "{answer}");
}
