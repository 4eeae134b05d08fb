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

mod clock;
mod completions;
// The goals are those of the command as it is installed by default: an HTTP stack takes longer to load.
#[cfg(not(feature = "serve"))]
mod counts;
mod damages;
#[cfg(feature = "serve")]
mod disk_quota;
mod failing;
mod failing_init;
#[cfg(feature = "serve")]
mod failing_serving;
mod format;
mod full_disk;
mod hostile_devices;
mod killed;
mod killed_init;
#[cfg(feature = "serve")]
mod killed_serving;
mod lossy_disk;
mod man_pages;
#[cfg(feature = "serve")]
mod open_files;
mod outcome;
mod power_loss;
mod progress;
#[cfg(feature = "serve")]
mod read_only;
#[cfg(feature = "serve")]
mod readers;
mod reflinks;
#[cfg(feature = "serve")]
mod requests;
#[cfg(feature = "serve")]
mod served;
#[cfg(feature = "serve")]
#[path = "../serve/server.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the tests of the REST API use all of it"
)]
mod server;
mod small_disk;
mod strace;
mod swept;
mod terminal;
mod timestamps;
mod undisturbed;
mod verifying;
mod writers;
#[cfg(feature = "serve")]
mod writing_requests;
