//! The REST API, as clients meet it: over HTTP, in front of a real store.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    unreachable_pub,
    missing_docs,
    reason = "tests stop at the first surprise, and place files by hand as people do"
)]

#[path = "../support/mod.rs"]
mod support;

mod concurrency;
mod corpus;
mod downloads;
mod host;
#[cfg(target_os = "linux")]
mod hostile;
mod life;
mod limits;
mod listen;
mod log;
mod one_connection;
mod operations;
mod rate;
mod remembered;
mod server;
mod shutdown;
mod signatures;
mod signer;
mod uploads;
mod wire;
