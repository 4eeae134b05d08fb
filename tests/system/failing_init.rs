//! `init` with each system call that touches the store failing, see [`failing`](crate::failing).

use crate::failing::{Verdict, Verdicts, failing, faults, verdict};
use crate::outcome::check_empty;
use crate::strace::{DisturbedAt, fail, record};
use crate::support::{TestStore, sample};

#[test]
fn making_a_store_fails_anywhere() {
    let recorded = record(TestStore::nothing(), &["init"]);
    let text = &recorded.stdout;
    let points = sample::of("init", failing(&recorded));
    let mut verdicts = Verdicts::default();
    for (index, point) in points.iter().enumerate() {
        for fault in faults(point, index) {
            let _told = DisturbedAt(point);
            let store = TestStore::nothing();
            let ran = fail(&store, &["init"], &recorded, point, fault);
            let verdict = verdict(&ran, "Init", &store, fault);
            let found = std::fs::read_to_string(store.join("store.json")).ok();
            match verdict {
                Verdict::Done => assert_eq!((&ran.stdout, found.as_ref()), (text, Some(text))),
                Verdict::NothingChanged => assert_eq!(found, None, "{ran:?}"),
                Verdict::Unknown => {}
            }
            verdicts.count(verdict);

            let again = store.run(&["init"]);
            if found.is_some() {
                // It is never overwritten.
                again.failed_with("ResourceConflictException", "Init");
            } else {
                again.succeeded();
            }
            let file = std::fs::read_to_string(store.join("store.json"));
            assert_eq!(file.unwrap(), *text);
            store.create("hello", &[]).succeeded();
            check_empty(&store.join(".staging"));
        }
    }
    verdicts.print("init", points.len());
}
