//! `publish-version`: what it makes, and what it leaves alone.

use crate::support::TestStore;

#[test]
fn publishing_unchanged_code_returns_the_last_version() {
    let store = TestStore::made_by_hand("hello");
    let first = store
        .publish("hello", &["--description", "first"])
        .succeeded();
    let before = store.files();
    assert_eq!(
        store
            .publish("hello", &["--description", "other"])
            .succeeded(),
        first
    );
    assert_eq!(store.files(), before);
}
