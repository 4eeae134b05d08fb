//! What attackers send, and what they planted in the store that is served.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::Server;
use crate::support::planted::{PLACES, PLANTS, Plant, Planted, prepared};
use crate::support::{ROLE, TestStore, sample, zip_of};

const FUNCTIONS: &str = "/2015-03-31/functions";
/// The most that the server may take at a time, in bytes.
const MEMORY: u64 = 64 * 1024 * 1024;

/// Method, path behind [`FUNCTIONS`] and body: requests of every kind, those that delete last.
fn requests() -> Vec<(&'static str, &'static str, String)> {
    let zip = STANDARD.encode(zip_of(&[("app.py", b"v3")]));
    let create = json!({
        "FunctionName": "new", "Runtime": "python3.13", "Handler": "a.b", "Role": ROLE,
        "Code": {"ZipFile": zip},
    });
    let text = |value: serde_json::Value| value.to_string();
    vec![
        ("GET", "", String::new()),
        ("GET", "/hello", String::new()),
        ("GET", "/hello/configuration?Qualifier=live", String::new()),
        ("GET", "/hello/versions", String::new()),
        ("GET", "/hello/aliases", String::new()),
        ("GET", "/hello/aliases/live", String::new()),
        ("POST", "/hello/versions", text(json!({}))),
        ("PUT", "/hello/code", text(json!({"ZipFile": zip}))),
        ("PUT", "/hello/configuration", text(json!({"Timeout": 9}))),
        ("POST", "", create.to_string()),
        (
            "POST",
            "/hello/aliases",
            text(json!({"Name": "a", "FunctionVersion": "1"})),
        ),
        (
            "PUT",
            "/hello/aliases/live",
            text(json!({"FunctionVersion": "2"})),
        ),
        ("DELETE", "/hello/aliases/live", String::new()),
        ("DELETE", "/hello?Qualifier=2", String::new()),
        ("DELETE", "/hello", String::new()),
    ]
}

#[test]
fn what_is_planted_is_neither_followed_nor_waited_for() {
    let prepared = prepared();
    let requests = requests();
    let mut points: Vec<(&str, Plant)> = Vec::new();
    // A store is not served whose settings nobody can read.
    for place in PLACES.into_iter().filter(|place| *place != "store.json") {
        points.extend(PLANTS.map(|plant| (place, plant)));
    }
    for (place, plant) in sample::of("what is planted in a store that is served", points) {
        let planted = Planted::new(&prepared, place, plant);
        let server = Server::of(&planted.store, &[]);
        for (method, path, body) in &requests {
            let answered = server.send(method, &format!("{FUNCTIONS}{path}"), body.as_bytes());
            assert!(answered.status < 504, "{plant:?} at {place}: {answered:?}");
            planted.is_untouched(&format!(
                "{plant:?} at {place}, {method} {path}: {answered:?}"
            ));
        }
        planted.is_unchanged();
        assert_eq!(server.terminate().0, Some(0));
    }
}

#[test]
fn no_path_leads_out_of_the_store() {
    let planted = Planted::new(&prepared(), "other", Plant::Dangling);
    let server = Server::of(&planted.store, &[]);
    for name in [
        "../outside/aside",
        "..%2foutside%2faside",
        "%2e%2e%2foutside%2faside",
        "%2E%2E/outside/aside",
        "..%5coutside%5caside",
        "..%252foutside%252faside",
        "%c0%ae%c0%ae%c0%afoutside",
        "%ef%bc%8e%ef%bc%8e%ef%bc%8foutside",
        "hello%00",
        "hello%0a",
        "%ff",
        "%",
        "hello%2f%24LATEST",
        "hello:..%2f..%2foutside%2faside",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3A..%2foutside%2faside",
        ".staging",
        "%2estaging",
    ] {
        for line in [
            format!("GET {FUNCTIONS}/{name}"),
            format!("GET {FUNCTIONS}/{name}/configuration"),
            format!("GET {FUNCTIONS}/hello?Qualifier={name}"),
            format!("GET {FUNCTIONS}/hello/aliases/{name}"),
            format!("GET /packages/{name}/code.zip"),
            format!("GET /packages/hello/{name}/code.zip"),
            format!("POST {FUNCTIONS}/{name}/versions"),
            format!("DELETE {FUNCTIONS}/{name}"),
            format!("DELETE {FUNCTIONS}/hello/aliases/{name}"),
        ] {
            let rest =
                "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            let answer = server.send_raw(format!("{line} {rest}").as_bytes());
            let status: u16 = answer[9..12].parse().unwrap();
            let is_gone = status == 204 && line.contains("/hello/aliases/");
            assert!(is_gone || (400..500).contains(&status), "{line}: {answer}");
            planted.is_untouched(&line);
        }
    }
    planted.is_unchanged();
}

#[test]
fn what_is_sent_to_fill_the_memory_fills_it_not() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let before = store.files();
    let large = "x".repeat(10 * 1024 * 1024);
    let numbers = format!("{{\"Layers\": [1{}]}}", ",1".repeat(900_000));
    let objects = format!("{{\"Own\": [{{}}{}]}}", ",{\"a\":1}".repeat(200_000));
    let zeros = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let zeros = crate::support::zip_with(&[("zeros", &vec![0; 300_000_000], zeros)]);
    for (path, body) in [
        ("configuration", format!("{{\"Description\": \"{large}\"}}")),
        ("configuration", "[".repeat(1_900_000)),
        ("configuration", "{\"a\":".repeat(300_000)),
        ("configuration", numbers),
        ("configuration", objects),
        ("code", format!("{{\"ZipFile\": \"{large}\"}}")),
        (
            "code",
            format!("{{\"ZipFile\": \"{}\"}}", STANDARD.encode(zeros)),
        ),
    ] {
        let answered = server.send("PUT", &format!("{FUNCTIONS}/hello/{path}"), body.as_bytes());
        assert!(
            (400..500).contains(&answered.status),
            "{path}: {answered:?}"
        );
        let peak = server.peak_of_memory();
        assert!(peak < MEMORY, "{path} {body:.20}: {peak} bytes");
    }
    // Headers without end.
    let mut connection = server.connect();
    drop(connection.write_all(format!("GET {FUNCTIONS} HTTP/1.1\r\n").as_bytes()));
    for number in 0..100_000 {
        if connection
            .write_all(format!("X-{number}: x\r\n").as_bytes())
            .is_err()
        {
            break;
        }
    }
    let peak = server.peak_of_memory();
    assert!(peak < MEMORY, "headers: {peak} bytes");
    assert!(store.files() == before);
}

#[test]
fn many_connections_fill_the_memory_no_more_than_one() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let mut begun: Vec<_> = (0..250)
        .map(|number| {
            // Some become many values.
            let text = if number % 25 == 0 {
                format!("[{}1]", "1,".repeat(131_060))
            } else {
                format!("\"{}\"", "x".repeat(262_120))
            };
            let head = format!(
                "PUT {FUNCTIONS}/hello/configuration HTTP/1.1\r\nHost: localhost\r\n\
                 Connection: close\r\nContent-Length: {}\r\n\r\n{{\"Own\": {text}",
                text.len() + 9
            );
            let mut connection = server.connect();
            connection.write_all(head.as_bytes()).unwrap();
            connection
        })
        .collect();
    for connection in &mut begun {
        connection.write_all(b"}").unwrap();
    }
    let answers = begun.into_iter().map(|mut connection| {
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    });
    let (mut done, mut refused) = (0, 0);
    for answer in answers {
        match &answer[..12] {
            // A member that the model does not have is passed over.
            "HTTP/1.1 200" => done += 1,
            // Who waited too long behind the others may try again.
            "HTTP/1.1 429" => refused += 1,
            _ => panic!("{answer}"),
        }
    }
    assert!(done > 0, "{refused} refused");
    let peak = server.peak_of_memory();
    assert!(peak < MEMORY, "{peak} bytes");
}
