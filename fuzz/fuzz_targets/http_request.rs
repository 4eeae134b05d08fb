//! Bytes of a connection through the whole way of a request, over a store: `cargo +nightly fuzz run
//! http_request` in the crate's directory, with TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/serve/one_connection.rs"]
mod one_connection;

use one_connection::Example;

static EXAMPLE: OnceLock<Example> = OnceLock::new();

fuzz_target!(|sent: &[u8]| {
    let example = || Example::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../store-example"));
    EXAMPLE.get_or_init(example).answers_well(sent);
});
