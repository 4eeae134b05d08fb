//! Bytes from somebody else, whatever they are: what must hold of the answer. The fuzz targets under
//! `fuzz/` include these modules; here, what they found worth keeping is replayed on stable Rust.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    unreachable_pub,
    reason = "tests stop at the first surprise, place files by hand, and tell what they replayed"
)]

mod archives;
mod command;
mod documents;
mod history_lines;
mod names;
mod queries;
mod shorthand;
mod zip_directories;

use std::path::Path;

/// Replays the corpus of a target.
fn replay(target: &str, check: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
        let path = entry.unwrap().path();
        let told = Replayed(&path);
        check(&std::fs::read(&path).unwrap());
        std::mem::forget(told);
        count += 1;
    }
    println!("{target}: {count} inputs replayed");
    assert!(count >= 20, "{count}");
}

/// Tells which file of the corpus fails the test.
struct Replayed<'a>(&'a Path);

impl Drop for Replayed<'_> {
    fn drop(&mut self) {
        println!("replayed {}", self.0.display());
    }
}

#[test]
fn names_and_arns_are_answered_well() {
    replay("names", names::check);
}

#[test]
fn documents_are_answered_well() {
    replay("documents", documents::check);
}

#[test]
fn shorthand_is_answered_well() {
    replay("shorthand", shorthand::check);
}

#[test]
fn zip_directories_are_answered_well() {
    replay("zip_directories", zip_directories::check);
}

#[test]
fn queries_are_answered_well() {
    replay("queries", queries::check);
}

#[test]
fn history_lines_are_answered_well() {
    replay("history_lines", history_lines::check);
}

#[test]
fn archives_are_answered_well() {
    replay("archives", archives::check);
}
