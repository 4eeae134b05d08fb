//! The protocol of every change, against a plain model in memory: whatever is done, wherever it is
//! stopped, whoever edits files in between, the store answers as the model does, and a stopped
//! change is there as a whole or not at all.
//!
//! A command is stopped at the store's own [`StepHook`](lambda_store::store::StepHook): before a
//! step that changes the disk, and before every later one. So all that was done until then is on
//! the disk; flushes that are left out cannot be seen here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise, place files by hand as people do, and tell what they ran"
)]

#[path = "../support/mod.rs"]
mod support;

mod aliases;
mod attempt;
mod by_hand;
mod checks;
mod configuration;
mod every_step;
mod flushed;
mod imports;
mod model;
mod operations;
mod own_operations;
mod packages;
mod quota;
mod random;
mod readers;
mod world;
