//! `init` killed at each system call that touches the store.

use crate::outcome::check_empty;
use crate::strace::{Call, DisturbedAt, kill, record};
use crate::support::{TestStore, sample};

#[test]
fn making_a_store_is_killed_anywhere() {
    let recorded = record(TestStore::nothing(), &["init"]);
    let text = &recorded.stdout;
    let is_point = |call: &&Call| call.touches(&recorded.store) || call.reports();
    let points: Vec<&Call> = recorded.calls.iter().filter(is_point).collect();
    let points = sample::of("init", points);
    let mut made = 0;
    for point in &points {
        let _told = DisturbedAt(point);
        let store = TestStore::nothing();
        let printed = kill(&store, &["init"], &recorded, point);
        let found = std::fs::read_to_string(store.join("store.json")).ok();
        let again = store.run(&["init"]);
        if let Some(found) = found {
            made += 1;
            assert_eq!(found, *text);
            // It is never overwritten.
            assert_ne!(again.code, Some(0), "{again:?}");
        } else {
            assert_eq!(printed, "");
            again.succeeded();
            assert_eq!(again.stdout, *text);
        }
        assert!(printed.is_empty() || printed == *text, "{printed}");
        let file = std::fs::read_to_string(store.join("store.json"));
        assert_eq!(file.unwrap(), *text);
        store.create("hello", &[]).succeeded();
        check_empty(&store.join(".staging"));
    }
    println!("init: killed at {} calls: {made} times made", points.len());
    assert!(made > 0 && made < points.len());
}
