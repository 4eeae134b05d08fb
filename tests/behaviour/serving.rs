//! `serve` in a build that does not have it.

use crate::support::TestStore;

#[test]
fn serve_is_refused_with_the_way_to_a_build_that_has_it() {
    let store = TestStore::new();
    let ran = store.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(252), ""), "{ran:?}");
    let wanted = "cargo install --path . --features serve";
    assert!(ran.stderr.contains(wanted), "{ran:?}");
}
