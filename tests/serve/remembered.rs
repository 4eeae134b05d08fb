//! Answers that the server remembers: whatever is done to the store's files shows in the next one.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_store::api::timestamp::Timestamp;
use lambda_store::serve::{Connections, Limits, Settings};
use lambda_store::store::Host;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::TestStore;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A path that is read, and what is done to its answer.
type Edit<'a> = (&'a str, &'a dyn Fn());

/// A server whose clock is an hour ahead, so that it takes every file for one that nobody has touched
/// for long.
fn server(store: PathBuf) -> Connections {
    let hour = Duration::from_secs(3600);
    let clock = move || {
        let now = SystemTime::now() + hour;
        let milliseconds = now.duration_since(UNIX_EPOCH).unwrap().as_millis();
        Timestamp::from_milliseconds(milliseconds.try_into().unwrap())
    };
    let settings = Settings {
        store,
        host: Host {
            clock: Arc::new(clock),
            lock_timeout: Duration::ZERO,
            ..Host::new("alice@build7".to_owned())
        },
        listen: SocketAddr::new(LOOPBACK, 9400),
        access_keys: None,
        rate: None,
        limits: Limits::default(),
        log: Box::new(std::io::sink()),
    };
    Connections::new(settings, LOOPBACK).unwrap()
}

/// Returns the status and the body of an answer.
async fn get(server: &Connections, path: &str) -> (String, String) {
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let remote = SocketAddr::new(LOOPBACK, 1);
    let (read, ()) = tokio::join!(near.read_to_string(&mut answer), server.answer(far, remote));
    read.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[tokio::test]
async fn every_edit_shows_in_the_next_answer() {
    let store = TestStore::with_function("hello");
    let change = |arguments: &str| {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let ran = store.run(&arguments);
        if arguments[0] == "delete-alias" {
            ran.succeeded_silently();
        } else {
            ran.succeeded();
        }
    };
    change("publish-version --function-name hello");
    change("create-alias --function-name hello --name live --function-version 1");
    let function = store.path().join("hello");
    let replace = |file: &str, old: &str, new: &str| {
        let path = function.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{text}");
        // A version's file is read-only, and a person replaces it.
        fs::remove_file(&path).unwrap();
        fs::write(&path, text.replace(old, new)).unwrap();
    };
    let latest = "/2015-03-31/functions/hello/configuration";
    let live = "/2015-03-31/functions/hello/configuration?Qualifier=live";
    let alias = "/2015-03-31/functions/hello/aliases/live";
    let edits: [Edit<'_>; 9] = [
        (latest, &|| replace("$LATEST/config.json", "128", "256")),
        (latest, &|| {
            fs::write(function.join("$LATEST/code.zip"), "other").unwrap();
        }),
        (latest, &|| {
            change("update-function-configuration --function-name hello --timeout 9");
        }),
        (live, &|| replace("versions/1/config.json", "128", "512")),
        (live, &|| {
            replace("aliases/live.json", "\"1\"", "\"$LATEST\"");
        }),
        (alias, &|| {
            change("update-alias --function-name hello --name live --description new");
        }),
        (alias, &|| {
            let settings = r#"{"Format": 1, "Region": "eu-west-1"}"#;
            fs::write(store.path().join("store.json"), settings).unwrap();
        }),
        (alias, &|| {
            change("delete-alias --function-name hello --name live");
        }),
        (latest, &|| change("delete-function --function-name hello")),
    ];
    let server_that_remembers = server(store.path());
    for (number, (path, edit)) in edits.iter().enumerate() {
        let before = get(&server_that_remembers, path).await;
        assert_eq!(get(&server_that_remembers, path).await, before);
        edit();
        let after = get(&server_that_remembers, path).await;
        assert_ne!(after, before, "{number}");
        assert_eq!(after, get(&server(store.path()), path).await, "{number}");
    }
}
