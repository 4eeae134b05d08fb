//! What a killed create, upload or delete leaves in the store-wide places is gone after the next
//! create, upload or delete. A [`sample`] of the calls is killed at; all of them with `PROOFS=full`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fancy_regex::Regex;

use crate::outcome::check_empty;
use crate::strace::{DisturbedAt, kill, record};
use crate::support::{TestStore, files_under, sample};
use crate::undisturbed::{
    DELETE, Packages, SMALL, copy_of, create_arguments, update_arguments, with_two_versions,
};

/// Another function than the one that was changed, there before.
const OTHER: &str = "other";
/// A function that nobody made yet.
const NEW: &str = "new";

/// The two places.
const PLACES: [&str; 2] = [".staging", ".trash"];

/// Returns what stands in the store-wide places, without tokens; [`files_under`] leaves locks out.
fn left_in(store: &TestStore) -> BTreeSet<String> {
    let token = Regex::new("^[a-z0-9]{8}").unwrap();
    let mut found = BTreeSet::new();
    for place in PLACES {
        let entries = std::fs::read_dir(store.join(place)).into_iter().flatten();
        let entries = entries.map(|entry| PathBuf::from(entry.unwrap().file_name()));
        for name in entries.chain(files_under(&store.join(place)).into_keys()) {
            let name = token.replace(name.to_str().unwrap(), "TOKEN").into_owned();
            found.insert(format!("{place}/{name}"));
        }
    }
    found
}

/// Kills a command at each call, and returns a store for each different thing that it left.
fn leftovers(
    operation: &str,
    prepared: &TestStore,
    arguments: &[&str],
) -> BTreeMap<BTreeSet<String>, TestStore> {
    let recorded = record(copy_of(prepared), arguments);
    let mut found = BTreeMap::new();
    let calls = recorded.calls.iter();
    let points = calls.filter(|call| call.touches(&recorded.store)).collect();
    for point in sample::of(operation, points) {
        let _told = DisturbedAt(point);
        let store = copy_of(prepared);
        kill(&store, arguments, &recorded, point);
        let left = left_in(&store);
        if !left.is_empty() {
            found.entry(left).or_insert(store);
        }
    }
    found
}

/// Kills a command wherever it leaves something else in the store-wide places, and sees that each
/// kind of command that clears them does.
fn is_swept(operation: &str, place: &str, killed: impl FnOnce(&Packages) -> Vec<String>) {
    let packages = Packages::new();
    let prepared = with_two_versions(&packages);
    let package = packages.package(b'o', SMALL);
    let other = create_arguments(OTHER, &package, &[]);
    prepared.run(&other).succeeded();

    let arguments = killed(&packages);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = leftovers(operation, &prepared, &arguments);
    println!("{operation}: {} different things left", found.len());
    assert!(found.len() > 1, "{:?}", found.keys());
    assert!(
        found.keys().flatten().any(|name| name.starts_with(place)),
        "{:?}",
        found.keys()
    );

    let package = packages.package(b'n', SMALL);
    let mut update = update_arguments(&package, &[]);
    update[2] = OTHER;
    let next = [
        create_arguments(NEW, &package, &[]),
        update,
        vec!["delete-function", "--function-name", OTHER],
    ];
    for (left, store) in &found {
        for next in &next {
            let store = copy_of(store);
            store.run(next).succeeded();
            for place in PLACES {
                println!("{operation} left {left:?}; next came {}", next[0]);
                check_empty(&store.join(place));
            }
        }
    }
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn what_a_killed_create_leaves_is_gone_after_the_next_of_each_kind() {
    is_swept("create-function --publish", ".staging/", |packages| {
        let package = packages.package(b'k', SMALL);
        owned(&create_arguments(
            "killed",
            &package,
            &["--publish", "--tags", "a=b"],
        ))
    });
}

#[test]
fn what_a_killed_upload_leaves_is_gone_after_the_next_of_each_kind() {
    is_swept("update-function-code", ".staging/", |packages| {
        let package = packages.package(b'k', SMALL);
        owned(&update_arguments(&package, &[]))
    });
}

#[test]
fn what_a_killed_delete_leaves_is_gone_after_the_next_of_each_kind() {
    is_swept("delete-function", ".trash/", |_| owned(&DELETE));
}

#[test]
fn what_a_killed_init_leaves_is_gone_after_the_next_of_each_kind() {
    // init refuses a store that has a store.json, and this one has none yet.
    is_swept("init", ".staging/", |_| owned(&["init"]));
}
