//! Where a server listens, and what it says of that.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::server::{BINARY, Server};
use crate::support::TestStore;

fn listening(store: &TestStore, listen: &str) -> Server {
    Server::started(
        store,
        Command::new(BINARY).args(["serve", "--listen", listen]),
    )
}

#[test]
fn names_and_addresses_of_both_kinds_are_listened_on() {
    let store = TestStore::new();
    for (listen, start) in [
        ("localhost:0", "http://127.0.0.1:"),
        ("127.0.0.2:0", "http://127.0.0.2:"),
        ("[::1]:0", "http://[::1]:"),
    ] {
        let server = listening(&store, listen);
        let port = server.url().strip_prefix(start).unwrap();
        assert_ne!(port.parse::<u16>().unwrap(), 0);
        server
            .send("GET", "/2015-03-31/functions", b"")
            .succeeded(200);
    }
}

#[test]
fn a_port_in_use_is_told_with_the_way_out() {
    let store = TestStore::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = store.run(&["serve", "--listen", &address]);
    let said = ran.failed(255);
    assert!(said.contains(&address), "{said}");
    assert!(said.contains("in use"), "{said}");
    assert!(said.contains("--listen"), "{said}");
}

#[test]
fn what_is_no_address_with_a_port_is_wrong_usage() {
    let store = TestStore::new();
    for listen in [
        "",
        "9400",
        "localhost",
        "127.0.0.1",
        ":9400",
        "::1:9400",
        "[::1]",
        "localhost:x",
    ] {
        let ran = store.run(&["serve", "--listen", listen]);
        assert!(ran.failed(252).contains("--listen"), "{ran:?}");
    }
    let keys = store.beside("keys");
    let key = "[me]\naws_access_key_id = A\naws_secret_access_key = B\n";
    std::fs::write(&keys, key).unwrap();
    let keys = ["--access-keys", keys.to_str().unwrap()];
    let options = ["serve", "--listen", "192.0.2.1:0"];
    let elsewhere = store.run(&[&options[..], &keys].concat());
    assert!(elsewhere.failed(255).contains("192.0.2.1"), "{elsewhere:?}");
    let unknown = store.run(&["serve", "--listen", "no-such-host.invalid:0"]);
    assert!(
        unknown.failed(255).contains("no-such-host.invalid"),
        "{unknown:?}"
    );
}

#[test]
fn a_server_whose_url_cannot_be_told_does_not_stay() {
    let store = TestStore::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = Command::new(BINARY);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command.env("LAMBDA_STORE", store.path());
    let ran = command.stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(ran.status.code(), Some(255));
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(said.contains("stdout"), "{said}");
}
