//! The AWS CLI's shorthand: `cargo +nightly fuzz run shorthand` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/shorthand.rs"]
mod shorthand;

fuzz_target!(|bytes: &[u8]| shorthand::check(bytes));
