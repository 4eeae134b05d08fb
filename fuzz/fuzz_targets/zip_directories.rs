//! Deployment packages: `cargo +nightly fuzz run zip_directories` in the crate's directory, with
//! TMPDIR in memory (`/dev/shm`) to be fast.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzzed/command.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod command;
#[path = "../../tests/fuzzed/zip_directories.rs"]
mod zip_directories;

fuzz_target!(|bytes: &[u8]| zip_directories::check(bytes));
