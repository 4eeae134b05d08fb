//! A store that somebody prepared: what is planted in it is never followed, waited for, or written
//! through, whichever command meets it.

use crate::support::planted::{
    PLACES, PLANTS, Plant, Planted, WRITERS, meets_every_command, prepared,
};
use crate::support::{files_under, run, sample, says};

#[test]
fn what_is_planted_is_neither_followed_nor_waited_for() {
    let prepared = prepared();
    let mut points: Vec<(&str, Plant)> = Vec::new();
    for place in PLACES {
        points.extend(PLANTS.map(|plant| (place, plant)));
    }
    for (place, plant) in sample::of_met("what is planted in a store", points) {
        meets_every_command(&prepared, place, plant);
    }
}

/// Files whose content every change that touches them makes anew, and the cache, which is not written
/// where it has another name.
const NOT_WRITTEN_TO: [&str; 7] = [
    ".usage",
    "hello/$LATEST/code.zip",
    "hello/$LATEST/config.json",
    "hello/versions/1/code.zip",
    "hello/versions/1/config.json",
    "hello/aliases/live.json",
    "hello/function.json",
];

#[test]
fn a_file_with_another_name_outside_is_not_written_to() {
    let prepared = prepared();
    let mut points = Vec::new();
    for place in NOT_WRITTEN_TO {
        points.extend(WRITERS.map(|writer| (place, writer)));
    }
    for (place, writer) in sample::of("files with another name outside", points) {
        let planted = Planted::new(&prepared, place, Plant::HardLink);
        let mut command = planted.store.command(writer);
        let ran = run(command.current_dir(planted.store.beside("")));
        assert!(ran.code.is_some_and(|code| code < 255), "{place}: {ran:?}");
        planted.is_unchanged();
    }
}

#[test]
fn a_history_with_another_name_outside_is_not_added_to() {
    let prepared = prepared();
    for writer in [WRITERS[0], WRITERS[2], WRITERS[4], WRITERS[6], WRITERS[10]] {
        let planted = Planted::new(&prepared, "hello/history.jsonl", Plant::HardLink);
        let function = planted.store.join("hello");
        let files = files_under(&function);
        let mut command = planted.store.command(writer);
        let ran = run(command.current_dir(planted.store.beside("")));
        says(ran.failed(254), &["history.jsonl", "another name"]);
        planted.is_unchanged();
        assert!(files_under(&function) == files, "{writer:?}");
    }
}
