//! What takes other programs to see: strace the command killed at each of its system calls, and how
//! many it makes; shells what they complete; groff what the man pages say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise, place files by hand, and tell what they counted"
)]

#[path = "../support/mod.rs"]
mod support;

mod completions;
mod counts;
mod damages;
mod failing;
mod failing_init;
mod format;
mod full_disk;
mod hostile_devices;
mod killed;
mod killed_init;
mod man_pages;
mod outcome;
mod progress;
mod strace;
mod swept;
mod terminal;
mod undisturbed;
mod verifying;
