//! Signals: what runs is finished, what is new is refused.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::server::Server;
use crate::support::{HeldLock, TestStore};

/// A server in which a publish waits for a lock that is held.
struct Waiting {
    server: Server,
    store: TestStore,
    lock: HeldLock,
    publish: TcpStream,
}

fn waiting() -> Waiting {
    let store = TestStore::with_function("hello");
    let lock = store.hold_lock("hello");
    let mut server = Server::of(&store, &[]);
    let mut publish = server.connect();
    let request = b"POST /2015-03-31/functions/hello/versions HTTP/1.1\r\n\
                    Host: localhost\r\nContent-Length: 2\r\n\r\n{}";
    publish.write_all(request).unwrap();
    server.line_where(|line| line["event"] == "WaitingForLock");
    Waiting {
        server,
        store,
        lock,
        publish,
    }
}

/// Waits until nothing listens any more.
fn until_refused(server: &Server) {
    while server.try_connect().is_ok() {
        std::thread::yield_now();
    }
}

/// Waits until a connection on which nothing was sent is closed. Where it was never accepted, because the
/// server was asked to end before, it is reset.
fn until_closed(mut connection: TcpStream) {
    let length = connection.read(&mut [0]).unwrap_or_else(|error| {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        0
    });
    assert_eq!(length, 0);
}

fn rest_of(mut connection: TcpStream) -> String {
    let mut rest = String::new();
    connection.read_to_string(&mut rest).unwrap();
    rest
}

#[test]
fn sigterm_finishes_what_runs_and_refuses_what_is_new() {
    let Waiting {
        server,
        store,
        lock,
        publish,
    } = waiting();
    let mut idle = server.connect();
    idle.write_all(b"GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).unwrap();
    assert_eq!(start, *b"HTTP/1.1 200");
    let silent = server.connect();
    server.signal(Signal::TERM);
    until_refused(&server);
    // Closed at once, while the other request is still waited for.
    rest_of(idle);
    until_closed(silent);
    drop(lock);
    let answer = rest_of(publish);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("CutOff"), "{said}");
    assert_eq!(store.json("hello/versions/1/config.json")["Version"], "1");
}

#[test]
fn what_a_client_began_that_has_gone_is_finished_too() {
    let Waiting {
        server,
        store,
        lock,
        publish,
    } = waiting();
    drop(publish);
    server.signal(Signal::TERM);
    until_refused(&server);
    drop(lock);
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("PublishVersion"))
        .unwrap();
    assert!(line.contains(r#""status":201"#), "{line}");
    assert_eq!(store.json("hello/versions/1/config.json")["Version"], "1");
}

#[test]
fn a_second_signal_cuts_off_what_still_runs() {
    let Waiting {
        server,
        store,
        lock,
        publish,
    } = waiting();
    server.signal(Signal::TERM);
    until_refused(&server);
    server.signal(Signal::TERM);
    let (code, said) = server.ended();
    assert_eq!(code, Some(0));
    assert!(said.contains("CutOff"), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("/hello/versions"))
        .unwrap();
    assert!(line.contains(r#""status":null"#), "{line}");
    drop((lock, publish));
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "1");
}

#[test]
fn sigint_ends_a_server_as_interrupted() {
    let store = TestStore::new();
    let server = Server::of(&store, &["--lock-timeout", &u64::MAX.to_string()]);
    server.signal(Signal::INT);
    let (code, said) = server.ended();
    assert_eq!((code, said.as_str()), (Some(130), ""));
}
