//! The power goes between two changes that the command makes to the disk, and what was not flushed is
//! lost or not, each thing by itself: readers find the state before or the state after, what was
//! reported is there, and the next writers go on as if nothing had happened.

use std::collections::BTreeMap;

use crate::lossy_disk::{Played, Tree, write};
use crate::outcome::FUNCTION;
use crate::strace::record_bytes;
use crate::support::{TestStore, sample};
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, DELETE_VERSION, LARGE, PRUNE, PUBLISH, Packages,
    RESTORE, ROLLBACK, SMALL, UPDATE_ALIAS, Undisturbed, copy_of, create_arguments, exported,
    update_arguments, with_alias, with_moved_alias, with_something_to_publish, with_three_versions,
    with_two_versions,
};

/// How many states of each operation a sample has besides the last ones.
const SAMPLE: usize = 3;

/// Opens each state that a loss of power may leave.
fn lost_anywhere(operation: &str, prepared: &TestStore, arguments: &[&str], further: &[&str]) {
    let undisturbed = Undisturbed::run(prepared, arguments, further);
    let recorded = record_bytes(copy_of(prepared), arguments);
    let played = Played::of(prepared, &recorded);
    let (states, built) = states_of(&played, &recorded.stdout);
    let distinct = states.len();
    let mut states: Vec<(Tree, &str)> = states.into_iter().collect();
    if sample::number().is_some() {
        let step = (distinct / SAMPLE).max(1);
        states = states.into_iter().step_by(step).collect();
    }
    for (tree, printed) in &states {
        undisturbed.check(&write(tree), printed);
    }
    println!(
        "{operation}: {} points, {built} states built, {distinct} distinct, {} opened, 0 bad",
        played.points(),
        states.len()
    );
}

/// Returns the distinct states with what had been reported by then, and how many were built.
fn states_of<'r>(played: &Played, stdout: &'r str) -> (BTreeMap<Tree, &'r str>, usize) {
    let (mut all, mut built) = (BTreeMap::new(), 0);
    for point in 0..played.points() {
        let (trees, count) = played.states(point);
        built += count;
        // All that was changed was changed before the result was printed.
        let printed = if point + 1 == played.points() {
            stdout
        } else {
            ""
        };
        all.extend(trees.into_iter().map(|tree| (tree, printed)));
    }
    (all, built)
}

#[test]
fn power_is_lost_while_publishing() {
    for (operation, size) in [
        ("publish-version, 1 KB", SMALL),
        ("publish-version, 2 MiB", LARGE),
    ] {
        let prepared = with_something_to_publish(&Packages::new(), size);
        lost_anywhere(operation, &prepared, &PUBLISH, &[]);
    }
}

#[test]
fn power_is_lost_while_publishing_a_function_made_by_hand() {
    let prepared = TestStore::made_by_hand(FUNCTION);
    lost_anywhere("publish-version, made by hand", &prepared, &PUBLISH, &[]);
}

#[test]
fn power_is_lost_while_creating() {
    let packages = Packages::new();
    let package = packages.package(b'a', SMALL);
    for (options, further) in [
        (&[][..], &[][..]),
        (&["--publish"], &[]),
        (
            &["--publish", "--tags", "team=one"],
            &["hello/function.json"],
        ),
    ] {
        let arguments = create_arguments(FUNCTION, &package, options);
        let operation = format!("create-function {}", options.join(" "));
        lost_anywhere(&operation, &TestStore::nothing(), &arguments, further);
    }
}

#[test]
fn power_is_lost_while_updating() {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, SMALL);
    let package = packages.package(b'c', SMALL);
    for options in [&[][..], &["--publish"]] {
        let operation = format!("update-function-code {}", options.join(" "));
        let arguments = update_arguments(&package, options);
        lost_anywhere(&operation, &prepared, &arguments, &[]);
    }
    lost_anywhere("update-function-configuration", &prepared, &CONFIGURE, &[]);
}

#[test]
fn power_is_lost_while_restoring_and_pruning() {
    let prepared = with_three_versions(&Packages::new(), SMALL);
    lost_anywhere("restore", &prepared, &RESTORE, &[]);
    lost_anywhere("prune --apply", &prepared, &PRUNE, &[]);
}

#[test]
fn power_is_lost_while_deleting() {
    let prepared = with_two_versions(&Packages::new());
    lost_anywhere(
        "delete-function of a version",
        &prepared,
        &DELETE_VERSION,
        &[],
    );
    lost_anywhere("delete-function", &prepared, &DELETE, &[]);
}

#[test]
fn power_is_lost_while_changing_an_alias() {
    let packages = Packages::new();
    let prepared = with_two_versions(&packages);
    lost_anywhere("create-alias", &prepared, &CREATE_ALIAS, &[]);
    let prepared = with_alias(&packages);
    lost_anywhere("update-alias", &prepared, &UPDATE_ALIAS, &[]);
    lost_anywhere("delete-alias", &prepared, &DELETE_ALIAS, &[]);
    lost_anywhere("rollback", &with_moved_alias(&packages), &ROLLBACK, &[]);
}

#[test]
fn power_is_lost_while_importing() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let arguments = ["import", &archives.function];
    lost_anywhere(
        "import of a function",
        &TestStore::new(),
        &arguments,
        &["store.json"],
    );
    let prepared = with_something_to_publish(&packages, SMALL);
    let arguments = ["import", &archives.version];
    lost_anywhere("import into a function", &prepared, &arguments, &[]);
}

/// A proof that finds nothing must find what is wrong where a flush is left out.
#[test]
fn the_flush_of_the_line_is_missed() {
    let prepared = with_something_to_publish(&Packages::new(), SMALL);
    let undisturbed = Undisturbed::run(&prepared, &PUBLISH, &[]);
    let recorded = record_bytes(copy_of(&prepared), &PUBLISH);
    let played = Played::of(&prepared, &recorded);
    let mut missed = 0;
    for flush in played.flushes() {
        let (without, path) = played.without(flush);
        if !path.ends_with("history.jsonl") {
            continue;
        }
        let (states, _) = states_of(&without, &recorded.stdout);
        let is_bad = |(tree, printed): (&Tree, &&str)| {
            let opened = || undisturbed.check(&write(tree), printed);
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(opened)).is_err()
        };
        let at_the_end = states.iter().filter(|(_, printed)| !printed.is_empty());
        assert!({ at_the_end }.any(is_bad), "{}", path.display());
        missed += 1;
    }
    assert_eq!(missed, 1);
}
