//! `config.json` and the other documents of a store: `cargo +nightly fuzz run documents` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/documents.rs"]
mod documents;

fuzz_target!(|bytes: &[u8]| documents::check(bytes));
