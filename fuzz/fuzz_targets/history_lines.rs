//! Histories: `cargo +nightly fuzz run history_lines` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/history_lines.rs"]
mod history_lines;

fuzz_target!(|bytes: &[u8]| history_lines::check(bytes));
