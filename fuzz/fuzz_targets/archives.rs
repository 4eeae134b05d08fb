//! Archives to import: `cargo +nightly fuzz run archives` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/archives.rs"]
mod archives;

fuzz_target!(|bytes: &[u8]| archives::check(bytes));
