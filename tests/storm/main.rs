//! Everything at once over one store, through both doors, with kills at random: nothing is lost, repeated
//! or torn.

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

mod chance;
mod checker;
mod doors;
mod keeper;
mod log;
mod made_up;
mod passerby;
mod storm;
mod worker;
