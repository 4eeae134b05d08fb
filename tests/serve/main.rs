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

mod life;
mod operations;
mod server;
mod wire;
