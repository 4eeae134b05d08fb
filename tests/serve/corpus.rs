//! What the fuzz target found worth keeping, replayed.

use std::path::Path;

use crate::one_connection::Example;

#[test]
fn every_connection_of_the_corpus_is_answered_well() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = Example::read(&crate_directory.join("store-example"));
    let corpus = crate_directory.join("fuzz/corpus/http_request");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let sent = std::fs::read(entry.unwrap().path()).unwrap();
        example.answers_well(&sent);
        count += 1;
    }
    assert!(count >= 30, "{count}");
}
