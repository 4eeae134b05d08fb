//! Names and ARNs: `cargo +nightly fuzz run names` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/names.rs"]
mod names;

fuzz_target!(|bytes: &[u8]| names::check(bytes));
