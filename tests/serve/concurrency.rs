//! Clients of the server and the command line, writing to one function at once.

use std::collections::BTreeMap;
use std::sync::Barrier;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::server::Server;
use crate::support::{TestStore, code_sha256, zip_of};

/// How many clients of the server write at once.
const CLIENTS: usize = 16;

/// How many commands write at once with them.
const COMMANDS: usize = 4;

/// How often each of them writes.
const TIMES: usize = 3;

/// Returns what a writer sends at one time: no two packages are the same.
fn content_of(writer: usize, time: usize) -> Vec<u8> {
    format!("# {writer} {time}\n")
        .repeat(writer + 1)
        .into_bytes()
}

fn publish_by_server(server: &Server, package: &[u8]) -> Value {
    let request = json!({"ZipFile": STANDARD.encode(package), "Publish": true});
    let path = "/2015-03-31/functions/hello/code";
    let answered = server.send("PUT", path, request.to_string().as_bytes());
    answered.succeeded(200)
}

fn publish_by_command(store: &TestStore, zip: &str) -> Value {
    let update = ["update-function-code", "--function-name", "hello"];
    let options = ["--publish", "--zip-file", zip, "--lock-timeout", "600"];
    store.run(&[&update[..], &options].concat()).succeeded()
}

/// Lets one writer publish its packages one after the other, and returns each with its answer.
fn publish_all(store: &TestStore, server: &Server, writer: usize) -> Vec<(Vec<u8>, Value)> {
    let publish = |time| {
        let content = content_of(writer, time);
        let package = zip_of(&[("app.py", &content)]);
        let answer = if writer < CLIENTS {
            publish_by_server(server, &package)
        } else {
            let zip = store.zip(&format!("{writer}-{time}.zip"), &content);
            publish_by_command(store, &zip)
        };
        (package, answer)
    };
    (0..TIMES).map(publish).collect()
}

#[test]
fn sixteen_clients_and_the_command_line_publish_consecutive_whole_versions() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    let start = Barrier::new(CLIENTS + COMMANDS);
    let written: Vec<(Vec<u8>, Value)> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..CLIENTS + COMMANDS)
            .map(|writer| {
                let (store, server, start) = (&store, &server, &start);
                scope.spawn(move || {
                    start.wait();
                    publish_all(store, server, writer)
                })
            })
            .collect();
        let ended = writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap());
        ended.collect()
    });

    let mut versions = BTreeMap::new();
    for (package, answer) in &written {
        assert_eq!(answer["CodeSha256"], code_sha256(package));
        let number: usize = answer["Version"].as_str().unwrap().parse().unwrap();
        assert_eq!(versions.insert(number, package), None, "version {number}");
    }
    let count = (CLIENTS + COMMANDS) * TIMES;
    assert!(versions.keys().copied().eq(1..=count), "{versions:?}");
    for (number, package) in &versions {
        let kept = store.join(&format!("hello/versions/{number}/code.zip"));
        assert_eq!(&&std::fs::read(kept).unwrap(), package, "version {number}");
    }
    let latest = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(&latest, versions[&count]);
    assert_eq!(store.history("hello").len(), 1 + count);
    store.check_chain("hello");
    let verified = store.run(&["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
