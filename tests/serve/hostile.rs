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
    let numbers = format!("{{\"Layers\": [1{}]}}", ",1".repeat(131_000));
    let objects = format!("{{\"Own\": [{{}}{}]}}", ",{\"a\":1}".repeat(32_000));
    let zeros = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let zeros = crate::support::zip_with(&[("zeros", &vec![0; 300_000_000], zeros)]);
    for (path, body) in [
        ("configuration", format!("{{\"Description\": \"{large}\"}}")),
        ("configuration", "[".repeat(262_000)),
        ("configuration", "{\"a\":".repeat(52_000)),
        ("configuration", numbers.clone()),
        ("configuration", objects.clone()),
        ("code", numbers),
        ("code", objects),
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

/// The most bytes of a text, and of a small one.
const MAX_TEXT: usize = 262_144;
const SMALL_TEXT: usize = 16 * 1024;

/// Returns a text of so many bytes whose member has a list of this item, so often as there is room for, but
/// with no more than 2,000 values.
fn list_of(member: &str, item: &str, bytes: usize) -> String {
    let around = format!("{{\"{member}\":[],\"Own\":\"\"}}").len();
    let values = 1 + item.matches(':').count();
    let count = ((bytes - around) / (item.len() + 1)).min(2000 / values);
    let list = vec![item; count].join(",");
    let own = "x".repeat(bytes - around - list.len());
    format!("{{\"{member}\":[{list}],\"Own\":\"{own}\"}}")
}

#[test]
fn what_breaks_a_rule_many_times_fills_the_memory_not() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let long = format!("\"{}\"", "x".repeat(60));
    let nested = format!("{{\"{}\":\"\"}}", "x".repeat(50));
    for (path, member) in [
        ("configuration", "Layers"),
        ("configuration", "FileSystemConfigs"),
        ("code", "Architectures"),
    ] {
        let item = if member == "FileSystemConfigs" {
            &nested
        } else {
            &long
        };
        let text = list_of(member, item, MAX_TEXT);
        let answered = server.send("PUT", &format!("{FUNCTIONS}/hello/{path}"), text.as_bytes());
        assert_eq!(answered.status, 400, "{answered:?}");
        let message = answered.json().to_string();
        assert!(message.contains("; and "), "{message}");
        assert!(message.len() < 8192, "{member}: {}", message.len());
    }
    let peak = server.peak_of_memory();
    assert!(peak < MEMORY / 2, "{peak} bytes");
}

/// Sends requests on 250 connections, each but for its last byte, then the rest of all, and counts those that
/// were answered. Who waited too long behind the others may try again.
fn answered_of_many(server: &Server, path: &str, texts: &[String]) -> usize {
    let mut begun: Vec<_> = texts
        .iter()
        .cycle()
        .take(250)
        .map(|text| {
            let head = format!(
                "PUT {FUNCTIONS}/hello/{path} HTTP/1.1\r\nHost: localhost\r\n\
                 Connection: close\r\nContent-Length: {}\r\n\r\n",
                text.len()
            );
            let mut connection = server.connect();
            connection.write_all(head.as_bytes()).unwrap();
            let begin = &text.as_bytes()[..text.len() - 1];
            connection.write_all(begin).unwrap();
            connection
        })
        .collect();
    for connection in &mut begun {
        // It may have been refused already.
        drop(connection.write_all(b"}"));
    }
    let answers = begun.into_iter().map(|mut connection| {
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    });
    let is_answered = |answer: &String| {
        let status = answer.get(..12).unwrap_or_default();
        let is_late = ["HTTP/1.1 429", "HTTP/1.1 408"].contains(&status);
        assert!(
            is_late || ["HTTP/1.1 200", "HTTP/1.1 400"].contains(&status),
            "{answer}"
        );
        !is_late
    };
    answers.filter(is_answered).count()
}

#[test]
fn many_connections_fill_the_memory_no_more_than_one() {
    for path in ["configuration", "code"] {
        for (bytes, item) in [
            (MAX_TEXT, "\"\""),
            (MAX_TEXT, "{\"a\":1}"),
            (SMALL_TEXT, "\"\""),
        ] {
            let store = TestStore::with_function("hello");
            let server = Server::of(&store, &[]);
            let lists = ["Own", "Layers", "Architectures"];
            let mut texts = lists.map(|member| list_of(member, item, bytes)).to_vec();
            // With as many values as there is room for.
            texts.push(format!("{{\"Own\":[1{}]}}", ",1".repeat(bytes / 2 - 6)));
            let answered = answered_of_many(&server, path, &texts);
            assert!(answered > 0);
            let peak = server.peak_of_memory();
            assert!(
                peak < MEMORY,
                "{path}, {bytes} bytes of {item}: {peak} bytes"
            );
        }
    }
}

/// Asks on 250 connections, of which nothing but the status of the answer is read, and returns the statuses.
fn statuses_of_unread(server: &Server, request: &[u8]) -> Vec<String> {
    let mut asked: Vec<_> = (0..250)
        .map(|_| {
            let mut connection = server.connect_from_afar();
            connection.write_all(request).unwrap();
            connection
        })
        .collect();
    let statuses = asked.iter_mut().map(|connection| {
        let mut status = [0; 12];
        connection.read_exact(&mut status).unwrap();
        String::from_utf8_lossy(&status[9..]).into_owned()
    });
    statuses.collect()
}

#[test]
fn lists_that_nobody_reads_fill_the_memory_not() {
    let store = TestStore::with_function("hello");
    let environment = json!({"Variables": {"LONG": "x".repeat(4000)}});
    let subnets = vec![format!("subnet-{}", "0".repeat(1000)); 16];
    for number in 0..50 {
        let function = format!("placed-{number}");
        store.place_function(&function);
        store.edit_config(&function, |config| {
            config["Environment"] = environment.clone();
            config["VpcConfig"] = json!({"SubnetIds": subnets});
        });
    }
    let server = Server::of(&store, &[]);
    let request = format!("GET {FUNCTIONS}?MaxItems=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let statuses = statuses_of_unread(&server, request.as_bytes());
    // Some find no room, and may try again.
    for status in ["200", "429"] {
        assert!(statuses.iter().any(|found| found == status), "{statuses:?}");
    }
    assert!(
        statuses
            .iter()
            .all(|found| ["200", "429"].contains(&&**found))
    );
    let peak = server.peak_of_memory();
    assert!(peak < MEMORY, "{peak} bytes");
    // Once it sees that they have gone, others are answered.
    let path = format!("{FUNCTIONS}?MaxItems=10000");
    let statuses = std::iter::repeat_with(|| server.send("GET", &path, b"").status);
    let answered = statuses.take(1000).find(|status| *status != 429);
    assert_eq!(answered, Some(200));
}

#[test]
fn downloads_that_nobody_reads_fill_the_memory_not() {
    let store = TestStore::with_function("hello");
    std::fs::write(store.join("hello/$LATEST/code.zip"), vec![b'x'; 10_000_000]).unwrap();
    let server = Server::of(&store, &[]);
    let found = server
        .send("GET", &format!("{FUNCTIONS}/hello"), b"")
        .succeeded(200);
    let link = found["Code"]["Location"].as_str().unwrap();
    let (_, path) = link.split_once("://").unwrap().1.split_once('/').unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let statuses = statuses_of_unread(&server, request.as_bytes());
    assert!(
        statuses.iter().all(|status| status == "200"),
        "{statuses:?}"
    );
    let peak = server.peak_of_memory();
    assert!(peak < MEMORY, "{peak} bytes");
}

#[test]
fn what_an_error_repeats_is_short() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let long = "x".repeat(120_000);
    let (configuration, versions, aliases) =
        ("/hello/configuration", "/hello/versions", "/hello/aliases");
    let routing = json!({
        "Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {&*long: "x"}},
    });
    for (method, path, text, status) in [
        (
            "PUT",
            configuration,
            json!({"RevisionId": long}).to_string(),
            412,
        ),
        (
            "PUT",
            configuration,
            json!({"Environment": {"Variables": {&*long: 1}}}).to_string(),
            400,
        ),
        (
            "PUT",
            configuration,
            json!({"Environment": {"Variables": {format!("{long}-"): ""}}}).to_string(),
            400,
        ),
        (
            "PUT",
            configuration,
            format!("{{\"{long}\":1,\"{long}\":1}}"),
            400,
        ),
        (
            "PUT",
            configuration,
            format!("{{\"Timeout\":{}}}", "9".repeat(250_000)),
            400,
        ),
        (
            "POST",
            versions,
            json!({"CodeSha256": long}).to_string(),
            400,
        ),
        (
            "POST",
            versions,
            json!({"RevisionId": long}).to_string(),
            412,
        ),
        (
            "POST",
            aliases,
            json!({"Name": long, "FunctionVersion": "1"}).to_string(),
            400,
        ),
        (
            "POST",
            aliases,
            json!({"Name": "a", "FunctionVersion": long}).to_string(),
            400,
        ),
        ("POST", aliases, routing.to_string(), 400),
    ] {
        let answered = server.send(method, &format!("{FUNCTIONS}{path}"), text.as_bytes());
        assert_eq!(answered.status, status, "{text:.60}: {answered:?}");
        let message = answered.json().to_string();
        assert!(message.contains('…'), "{text:.60}: {message:.200}");
        assert!(
            message.len() < 10_000,
            "{text:.60}: {} bytes",
            message.len()
        );
    }
}
