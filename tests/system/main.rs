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
// The goals are those of the command as it is installed by default: an HTTP stack takes longer to load.
#[cfg(not(feature = "serve"))]
mod counts;
mod damages;
mod failing;
mod failing_init;
mod format;
mod full_disk;
mod killed;
mod killed_init;
mod lossy_disk;
mod man_pages;
mod outcome;
mod power_loss;
mod progress;
mod strace;
mod swept;
mod terminal;
mod undisturbed;
mod verifying;
