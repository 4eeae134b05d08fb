//! The command that writes the man pages. What stands in them is read in tests/system.

use serde_json::Value;

use crate::support::{Ran, TestStore, command, listed_commands, names_in, run, says};

fn write_pages(store: &TestStore, directory: &str) -> Ran {
    let mut command = command();
    command.current_dir(store.beside(""));
    run(command.args(["man-pages", directory]))
}

#[track_caller]
fn are_written(ran: &Ran) {
    let came_to = (ran.code, ran.stdout.as_str(), ran.stderr.as_str());
    assert_eq!(came_to, (Some(0), "", ""));
}

/// Returns the pages of the commands behind `wait`.
fn waiters() -> Vec<String> {
    let shapes: Value = serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap();
    let waiters = shapes["waiters"].as_object().unwrap().values();
    waiters
        .map(|waiter| waiter["cli"].as_str().unwrap().replace(' ', "-"))
        .map(|name| format!("lambda-store-{name}.1"))
        .collect()
}

#[test]
fn there_is_a_page_for_every_command_and_one_for_all() {
    let store = TestStore::nothing();
    are_written(&write_pages(&store, "share/man/man1"));
    let commands = listed_commands().into_iter();
    let mut expected: Vec<String> = commands
        .map(|name| format!("lambda-store-{name}.1"))
        .chain(waiters())
        .chain(["lambda-store.1".to_owned()])
        .collect();
    expected.sort();
    assert_eq!(names_in(&store.beside("share/man/man1")), expected);
    assert_eq!(names_in(&store.beside("")), ["share"], "no store is made");
}

#[test]
fn pages_are_replaced_and_those_of_others_left_alone() {
    let store = TestStore::nothing();
    are_written(&write_pages(&store, "man1"));
    let page = store.beside("man1/lambda-store-status.1");
    let new = std::fs::read(&page).unwrap();
    std::fs::write(&page, "of an older one").unwrap();
    std::fs::write(store.beside("man1/ls.1"), "of another").unwrap();
    are_written(&write_pages(&store, "man1"));
    assert_eq!(std::fs::read(&page).unwrap(), new);
    let other = std::fs::read_to_string(store.beside("man1/ls.1"));
    assert_eq!(other.unwrap(), "of another");
}

#[test]
fn a_page_that_cannot_be_written_is_told() {
    let store = TestStore::nothing();
    std::fs::write(store.beside("file"), "").unwrap();
    std::fs::create_dir_all(store.beside("man1/lambda-store-log.1")).unwrap();
    for (directory, path) in [
        ("file/man1", "file/man1: "),
        ("man1", "lambda-store-log.1: "),
    ] {
        let ran = write_pages(&store, directory);
        says(ran.failed(255), &["man pages could not be written", path]);
    }
}
