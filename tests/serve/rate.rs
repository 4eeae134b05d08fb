//! What is too much: `--rate`, and locks that are not had in time.

use crate::server::{Answered, Server};
use crate::support::TestStore;

const CONFIGURATION: &str = "/2015-03-31/functions/hello/configuration";

#[track_caller]
fn is_throttled(answered: &Answered) -> String {
    let message = answered.failed_with(429, "TooManyRequestsException");
    let seconds: u64 = answered.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds >= 1);
    let body = answered.json();
    assert_eq!(body["Reason"], "CallerRateLimitExceeded");
    assert_eq!(body["Type"], "User");
    message
}

#[test]
fn more_requests_than_the_rate_are_refused_until_a_second_has_passed() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &["--rate", "1"]);
    let send = || server.send("GET", CONFIGURATION, b"");
    // Two in a second, however slow the machine is.
    let refused = std::iter::repeat_with(send).take(50);
    let refused = refused
        .skip(1)
        .find(|answered| answered.status != 200)
        .unwrap();
    let message = is_throttled(&refused);
    assert!(message.contains("GetFunctionConfiguration"), "{message}");
    assert!(message.contains("--rate"), "{message}");
    let other = server.send("GET", "/2015-03-31/functions", b"");
    other.succeeded(200);
    let answered = std::iter::repeat_with(send).find(|answered| answered.status != 429);
    answered.unwrap().succeeded(200);
}

#[test]
fn without_a_rate_nothing_is_refused() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &[]);
    for _ in 0..50 {
        server.send("GET", CONFIGURATION, b"").succeeded(200);
    }
}

#[test]
fn a_rate_is_at_least_one() {
    let store = TestStore::new();
    for rate in ["0", "-1", "many", "1.5"] {
        let ran = store.run(&["serve", "--listen", "127.0.0.1:0", "--rate", rate]);
        assert!(ran.failed(252).contains("--rate"), "{ran:?}");
    }
}

#[test]
fn a_lock_not_had_in_time_says_when_to_try_again() {
    let store = TestStore::with_function("hello");
    let server = Server::of(&store, &["--lock-timeout", "0"]);
    let versions = "/2015-03-31/functions/hello/versions";
    let lock = store.hold_lock("hello");
    is_throttled(&server.send("POST", versions, b"{}"));
    drop(lock);
    let published = server.send("POST", versions, b"{}");
    assert_eq!(published.succeeded(201)["Version"], "1");
}
