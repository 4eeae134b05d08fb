//! What clients may take: connections, and time for heads, bodies and answers.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_store::serve::{Connections, Limits, Settings};
use lambda_store::store::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinSet;

use crate::server::{BINARY, Server};
use crate::support::{TestStore, zip_of};

const REMOTE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
const SHORT: Duration = Duration::from_millis(50);
const LIST: &[u8] = b"GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Runs a client on a connection that is placed with these limits, and waits until both are over.
fn with_client<F: Future<Output = ()>>(limits: Limits, client: impl FnOnce(DuplexStream) -> F) {
    with_client_of(&TestStore::with_function("hello"), limits, client);
}

/// Does so with a store.
fn with_client_of<F: Future<Output = ()>>(
    store: &TestStore,
    limits: Limits,
    client: impl FnOnce(DuplexStream) -> F,
) {
    with_connections(store, limits, async |connections| {
        let (near, far) = tokio::io::duplex(256);
        tokio::join!(client(near), connections.answer(far, REMOTE));
    });
}

/// Does something with what answers the requests of connections.
fn with_connections(store: &TestStore, limits: Limits, act: impl AsyncFnOnce(Connections)) {
    let settings = Settings {
        store: store.path(),
        host: Host::new("alice@here".to_owned()),
        listen: REMOTE,
        access_keys: None,
        rate: None,
        limits,
        log: Box::new(std::io::sink()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        act(Connections::new(settings, REMOTE.ip()).unwrap()).await;
    });
}

async fn until_closed(mut connection: DuplexStream) -> String {
    let mut said = String::new();
    connection.read_to_string(&mut said).await.unwrap();
    said
}

fn publish(length: usize) -> Vec<u8> {
    let head = "POST /2015-03-31/functions/hello/versions HTTP/1.1\r\nHost: localhost";
    format!("{head}\r\nContent-Length: {length}\r\n\r\n{{").into_bytes()
}

#[track_caller]
fn is_told_as_too_slow(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let answer = answer.to_ascii_lowercase();
    assert!(
        answer.contains("x-amzn-errortype: requesttimeoutexception"),
        "{answer}"
    );
    assert!(answer.contains("connection: close"), "{answer}");
}

#[test]
fn a_head_that_does_not_come_ends_the_connection() {
    let limits = Limits {
        head: SHORT,
        ..Limits::default()
    };
    with_client(limits, async |mut connection| {
        connection
            .write_all(b"GET / HTTP/1.1\r\nHost: local")
            .await
            .unwrap();
        assert_eq!(until_closed(connection).await, "");
    });
}

#[test]
fn an_idle_connection_is_closed() {
    let limits = Limits {
        head: SHORT,
        ..Limits::default()
    };
    with_client(limits, async |mut connection| {
        connection.write_all(LIST).await.unwrap();
        let said = until_closed(connection).await;
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(!said.contains("connection: close"), "{said}");
    });
}

#[test]
fn a_body_that_makes_no_progress_is_refused() {
    let limits = Limits {
        body_stall: SHORT,
        ..Limits::default()
    };
    with_client(limits, async |mut connection| {
        connection.write_all(&publish(1000)).await.unwrap();
        is_told_as_too_slow(&until_closed(connection).await);
    });
}

#[test]
fn a_body_that_goes_on_for_too_long_is_refused() {
    let limits = Limits {
        body: SHORT,
        rest: SHORT,
        ..Limits::default()
    };
    with_client(limits, async |connection| {
        let (mut answer, mut body) = tokio::io::split(connection);
        body.write_all(&publish(200_000)).await.unwrap();
        let dripping = async {
            // A byte at a time, as long as they are taken.
            while body.write_all(b" ").await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        let mut said = String::new();
        let (read, ()) = tokio::join!(answer.read_to_string(&mut said), dripping);
        read.unwrap();
        is_told_as_too_slow(&said);
    });
}

/// Bytes of a text that is large, and of the longest that is small.
const LARGE_TEXT: usize = 200_000;
const SMALL_TEXT: usize = 16 * 1024;

/// Returns the end of a connection on which requests are answered.
fn connected(connections: &Connections) -> DuplexStream {
    // A whole answer has room in it.
    let (near, far) = tokio::io::duplex(4096);
    let connections = connections.clone();
    tokio::spawn(async move { connections.answer(far, REMOTE).await });
    near
}

/// Sends a request that changes a function, with a text of so many bytes, and returns the answer.
async fn answer_to_text(connections: Connections, path: &'static str, bytes: usize) -> String {
    let package = STANDARD.encode(zip_of(&[("app.py", b"new")]));
    let members = match path {
        "code" => format!("\"ZipFile\":\"{package}\","),
        _ => String::new(),
    };
    let around = "{\"Own\":\"\"}".len() + members.len();
    let of_package = if members.is_empty() { 0 } else { package.len() };
    let own = "x".repeat(bytes + of_package - around);
    let text = format!("{{{members}\"Own\":\"{own}\"}}");
    let head = format!(
        "PUT /2015-03-31/functions/hello/{path} HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    let mut connection = connected(&connections);
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(text.as_bytes()).await.unwrap();
    until_closed(connection).await
}

/// Sends one more request with so much text at once than there may be under way, while the function cannot
/// be changed: one is refused, and the others are answered once it can.
async fn all_but_one_wait(
    store: &TestStore,
    connections: &Connections,
    requests: &[&'static str],
    bytes: usize,
) {
    let lock = store.hold_lock("hello");
    let mut answers = JoinSet::new();
    for path in requests {
        answers.spawn(answer_to_text(connections.clone(), path, bytes));
    }
    let refused = answers.join_next().await.unwrap().unwrap();
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    let message = "besides their packages, are under way, and too few ended in 1 s; try again";
    assert!(refused.contains(message), "{refused}");
    // Others are answered.
    let mut list = connected(connections);
    list.write_all(LIST).await.unwrap();
    list.shutdown().await.unwrap();
    let said = until_closed(list).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    drop(lock);
    for answer in answers.join_all().await {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn requests_with_much_text_have_their_places_until_they_are_answered() {
    let limits = Limits {
        // In which a text must come, too.
        place: Duration::from_secs(1),
        ..Limits::default()
    };
    let store = TestStore::with_function("hello");
    with_connections(&store, limits, async |connections| {
        for paths in [
            ["configuration"; 3],
            ["code"; 3],
            ["code"; 3],
            ["configuration"; 3],
        ] {
            all_but_one_wait(&store, &connections, &paths, LARGE_TEXT).await;
        }
        for _ in 0..2 {
            // All but one have 256 KiB together.
            let paths = ["configuration"; 17];
            all_but_one_wait(&store, &connections, &paths, SMALL_TEXT).await;
        }
    });
}

#[test]
fn a_text_that_is_said_to_be_too_large_is_not_waited_for() {
    with_client(Limits::default(), async |mut connection| {
        connection.write_all(&publish(262_145)).await.unwrap();
        let mut status = [0; 12];
        connection.read_exact(&mut status).await.unwrap();
        assert_eq!(status, *b"HTTP/1.1 413");
    });
}

#[test]
fn a_large_text_that_has_its_place_must_come() {
    let limits = Limits {
        place: SHORT,
        rest: SHORT,
        ..Limits::default()
    };
    for (method, path) in [("POST", "hello/versions"), ("PUT", "hello/code")] {
        with_client(limits, async |connection| {
            let (mut answer, mut body) = tokio::io::split(connection);
            let head = format!(
                "{method} /2015-03-31/functions/{path} HTTP/1.1\r\nHost: localhost\r\n\
                 Content-Length: {LARGE_TEXT}\r\n\r\n{{{}",
                " ".repeat(SMALL_TEXT)
            );
            body.write_all(head.as_bytes()).await.unwrap();
            let dripping = async {
                // A byte at a time, as long as they are taken.
                while body.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let mut said = String::new();
            let (read, ()) = tokio::join!(answer.read_to_string(&mut said), dripping);
            read.unwrap();
            is_told_as_too_slow(&said);
        });
    }
}

#[test]
fn an_answer_that_is_not_read_ends_the_connection() {
    let limits = Limits {
        answer_stall: SHORT,
        ..Limits::default()
    };
    with_client(limits, async |mut connection| {
        connection.write_all(LIST).await.unwrap();
        let mut start = [0; 12];
        connection.read_exact(&mut start).await.unwrap();
        assert_eq!(start, *b"HTTP/1.1 200");
        // Nothing more is read; that the connection ends all the same is what is awaited.
        std::mem::forget(connection);
    });
}

#[test]
fn a_download_that_is_not_read_ends_the_connection() {
    let limits = Limits {
        answer_stall: SHORT,
        ..Limits::default()
    };
    let store = TestStore::with_function("hello");
    let package = vec![b'x'; 1_000_000];
    std::fs::write(store.join("hello/$LATEST/code.zip"), package).unwrap();
    with_client_of(&store, limits, async |mut connection| {
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let found = get("/2015-03-31/functions/hello");
        connection.write_all(found.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // The answer ends with the object that it is.
        while !answer.ends_with('}') || answer.matches('{').count() != answer.matches('}').count() {
            answer.push(char::from(connection.read_u8().await.unwrap()));
        }
        let (_, link) = answer.split_once("http://localhost").unwrap();
        let (link, _) = link.split_once('"').unwrap();
        connection.write_all(get(link).as_bytes()).await.unwrap();
        let mut start = [0; 12];
        connection.read_exact(&mut start).await.unwrap();
        assert_eq!(start, *b"HTTP/1.1 200");
        // Nothing more is read; that the connection ends all the same is what is awaited.
        std::mem::forget(connection);
    });
}

#[test]
fn a_refusal_is_read_by_who_is_still_sending() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let mut request = b"PUT /2015-03-31/functions/hello/code HTTP/1.1\r\nHost: evil.example\r\n\
                        Content-Length: 30000000\r\n\r\n"
        .to_vec();
    request.resize(request.len() + 30_000_000, b' ');
    let answer = server.send_raw(&request);
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[test]
fn a_head_is_bounded() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    let request = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(1_000_000)
    );
    let mut connection = server.connect();
    // It may be closed before all was sent.
    drop(connection.write_all(request.as_bytes()));
    let mut status = [0; 12];
    connection.read_exact(&mut status).unwrap();
    assert_eq!(status, *b"HTTP/1.1 431");
}

#[test]
fn more_than_256_connections_wait_for_a_place() {
    let store = TestStore::new();
    let server = Server::of(&store, &[]);
    let mut places: Vec<_> = std::iter::repeat_with(|| server.connect())
        .take(256)
        .collect();
    let mut waiting = server.connect();
    waiting.write_all(LIST).unwrap();
    waiting
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut status = [0; 12];
    let not_yet = waiting.read_exact(&mut status).unwrap_err();
    assert!(matches!(
        not_yet.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    places.pop();
    waiting.set_read_timeout(None).unwrap();
    waiting.read_exact(&mut status).unwrap();
    assert_eq!(status, *b"HTTP/1.1 200");
}

#[test]
fn without_files_connections_wait_and_the_server_rests() {
    let store = TestStore::with_function("hello");
    let script = format!("ulimit -n 40; exec '{BINARY}' serve --listen 127.0.0.1:0");
    let mut shell = Command::new("/bin/sh");
    let mut server = Server::started(&store, shell.args(["-c", &script]));
    let open: Vec<_> = std::iter::repeat_with(|| server.connect())
        .take(60)
        .collect();
    let line = server.line_where(|line| line["event"] == "NotAccepting");
    assert!(
        line["message"].as_str().unwrap().contains("files"),
        "{line}"
    );
    drop(open);
    server
        .send("GET", "/2015-03-31/functions", b"")
        .succeeded(200);
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0));
    // It tries again some times a second, and tells of the first of many failures.
    assert!(said.matches("NotAccepting").count() < 20, "{said}");
}
