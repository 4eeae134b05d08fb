//! The command killed at each system call that touches the store, before it is made: readers find
//! the state before or the state after, and the next writers go on as if nothing had happened.
//!
//! Between two such calls nothing changes on the disk, so that these are all the states there are;
//! the write of the result and the exit are added for what was reported. Of calls in a row that only
//! read, the first is taken, and of all those a [`sample`]; every call with `PROOFS=full`.

use crate::outcome::FUNCTION;
use crate::strace::{Call, DisturbedAt, kill, record};
use crate::support::{TestStore, sample};
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, DELETE_VERSION, Exported, LARGE, PRUNE, PUBLISH,
    Packages, RESTORE, ROLLBACK, SMALL, State, UPDATE_ALIAS, Undisturbed, copy_of,
    create_arguments, exported, update_arguments, with_alias, with_moved_alias,
    with_something_to_publish, with_three_versions, with_two_versions,
};

/// Returns the calls to kill a command at. A call that only reads, right behind another one that does,
/// meets the same disk, and is left out of a sample.
fn kill_points<'u>(operation: &str, undisturbed: &'u Undisturbed<'_>) -> Vec<&'u Call> {
    let mut points = undisturbed.points();
    if sample::number().is_some() {
        points.dedup_by(|call, before| call.only_reads() && before.only_reads());
    }
    sample::of(operation, points)
}

/// Kills a command at each call in turn, each time on a fresh copy of the store.
fn killed_at_each_call(operation: &str, undisturbed: &Undisturbed<'_>) {
    let points = kill_points(operation, undisturbed);
    let mut states = [0, 0];
    for point in &points {
        let _told = DisturbedAt(point);
        let store = copy_of(undisturbed.prepared);
        let (arguments, recorded) = (undisturbed.arguments, &undisturbed.recorded);
        let printed = kill(&store, arguments, recorded, point);
        match undisturbed.check(&store, &printed) {
            State::Before => states[0] += 1,
            State::After => states[1] += 1,
        }
    }
    let others = points.iter().filter(|call| call.thread > 0).count();
    println!(
        "{operation}: killed at {} calls ({others} of them in a second thread): {} times \
         the state before, {} times the state after",
        points.len(),
        states[0],
        states[1]
    );
    assert!(states[0] > 0 && states[1] > 0);
}

/// Kills a command right before the first call that fits, on the store itself.
fn leave_unfinished(store: &TestStore, arguments: &[&str], fits: impl Fn(&Call) -> bool) {
    let recorded = record(copy_of(store), arguments);
    let at = recorded.calls.iter().find(|call| fits(call)).unwrap();
    assert_eq!(kill(store, arguments, &recorded, at), "");
}

/// Gives what was left of an upload the first of all tokens. Tokens are swept in their order, and with
/// random ones the calls of two runs would come in two orders.
fn rename_token_first(store: &TestStore) {
    for entry in std::fs::read_dir(store.join(".staging")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, what) = name.split_once('.').unwrap();
        std::fs::rename(&path, path.with_file_name(format!("00000000.{what}"))).unwrap();
    }
}

fn publish_killed(operation: &str, size: usize) {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, size);
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &PUBLISH, &[]));
}

fn create_killed(operation: &str, size: usize, options: &[&str], further: &[&str]) {
    let packages = Packages::new();
    let package = packages.package(b'a', size);
    let arguments = create_arguments(FUNCTION, &package, options);
    let nothing = TestStore::nothing();
    killed_at_each_call(operation, &Undisturbed::run(&nothing, &arguments, further));
}

fn update_killed(operation: &str, size: usize, options: &[&str]) {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, size);
    let package = packages.package(b'c', size);
    let arguments = update_arguments(&package, options);
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &arguments, &[]));
}

/// Kills an update over what an earlier one left that was killed at the call that fits.
fn update_killed_over(operation: &str, fits: impl Fn(&Call) -> bool) {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, SMALL);
    let left = packages.package(b'd', SMALL);
    leave_unfinished(&prepared, &update_arguments(&left, &["--publish"]), fits);
    rename_token_first(&prepared);
    let package = packages.package(b'c', SMALL);
    let arguments = update_arguments(&package, &["--publish"]);
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &arguments, &[]));
}

#[test]
fn publishing_a_small_package_is_killed_anywhere() {
    publish_killed("publish-version, 1 KB", SMALL);
}

#[test]
fn publishing_a_large_package_is_killed_anywhere() {
    publish_killed("publish-version, 2 MiB", LARGE);
}

#[test]
fn publishing_a_function_made_by_hand_is_killed_anywhere() {
    let prepared = TestStore::made_by_hand(FUNCTION);
    let operation = "publish-version of a function made by hand";
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &PUBLISH, &[]));
}

#[test]
fn creating_with_a_small_package_is_killed_anywhere() {
    create_killed("create-function, 1 KB", SMALL, &[], &[]);
}

#[test]
fn creating_with_a_large_package_is_killed_anywhere() {
    create_killed("create-function, 2 MiB", LARGE, &[], &[]);
}

#[test]
fn creating_and_publishing_a_small_package_is_killed_anywhere() {
    create_killed(
        "create-function --publish, 1 KB",
        SMALL,
        &["--publish"],
        &[],
    );
}

#[test]
fn creating_and_publishing_a_large_package_is_killed_anywhere() {
    let options = ["--publish"];
    create_killed("create-function --publish, 2 MiB", LARGE, &options, &[]);
}

#[test]
fn creating_with_tags_is_killed_anywhere() {
    let options = ["--publish", "--tags", "team=one"];
    let further = ["hello/function.json"];
    create_killed(
        "create-function --publish --tags",
        SMALL,
        &options,
        &further,
    );
}

#[test]
fn updating_is_killed_anywhere() {
    update_killed("update-function-code", SMALL, &[]);
}

#[test]
fn updating_and_publishing_a_small_package_is_killed_anywhere() {
    let publish = ["--publish"];
    update_killed("update-function-code --publish, 1 KB", SMALL, &publish);
}

#[test]
fn updating_and_publishing_a_large_package_is_killed_anywhere() {
    let publish = ["--publish"];
    update_killed("update-function-code --publish, 2 MiB", LARGE, &publish);
}

#[test]
fn updating_a_configuration_is_killed_anywhere() {
    let prepared = with_something_to_publish(&Packages::new(), SMALL);
    let undisturbed = Undisturbed::run(&prepared, &CONFIGURE, &[]);
    killed_at_each_call("update-function-configuration", &undisturbed);
}

#[test]
fn updating_the_configuration_of_a_function_made_by_hand_is_killed_anywhere() {
    let prepared = TestStore::made_by_hand(FUNCTION);
    let operation = "update-function-configuration of a function made by hand";
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &CONFIGURE, &[]));
}

#[test]
fn throwing_away_what_a_killed_update_left_is_killed_anywhere() {
    let line = |call: &Call| call.name == "pwrite64" && call.text.contains("history.jsonl>");
    update_killed_over("update over an update killed before its commit", line);
}

#[test]
fn finishing_what_a_killed_update_left_is_killed_anywhere() {
    let apply = |call: &Call| call.name == "renameat" && call.text.contains("/versions>");
    update_killed_over("update over an update killed after its commit", apply);
}

fn restore_killed(operation: &str, size: usize) {
    let prepared = with_three_versions(&Packages::new(), size);
    killed_at_each_call(operation, &Undisturbed::run(&prepared, &RESTORE, &[]));
}

#[test]
fn restoring_a_small_package_is_killed_anywhere() {
    restore_killed("restore, 1 KB", SMALL);
}

#[test]
fn restoring_a_large_package_is_killed_anywhere() {
    restore_killed("restore, 2 MiB", LARGE);
}

#[test]
fn pruning_is_killed_anywhere() {
    let prepared = with_three_versions(&Packages::new(), SMALL);
    let undisturbed = Undisturbed::run(&prepared, &PRUNE, &[]);
    killed_at_each_call("prune --apply", &undisturbed);
}

#[test]
fn deleting_a_version_is_killed_anywhere() {
    let prepared = with_two_versions(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &DELETE_VERSION, &[]);
    killed_at_each_call("delete-function of a version", &undisturbed);
}

#[test]
fn deleting_a_function_is_killed_anywhere() {
    let prepared = with_two_versions(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &DELETE, &[]);
    killed_at_each_call("delete-function", &undisturbed);
}

#[test]
fn creating_an_alias_is_killed_anywhere() {
    let prepared = with_two_versions(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &CREATE_ALIAS, &[]);
    killed_at_each_call("create-alias", &undisturbed);
}

#[test]
fn updating_an_alias_is_killed_anywhere() {
    let prepared = with_alias(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &UPDATE_ALIAS, &[]);
    killed_at_each_call("update-alias", &undisturbed);
}

#[test]
fn rolling_an_alias_back_is_killed_anywhere() {
    let prepared = with_moved_alias(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &ROLLBACK, &[]);
    killed_at_each_call("rollback", &undisturbed);
}

#[test]
fn deleting_an_alias_is_killed_anywhere() {
    let prepared = with_alias(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, &DELETE_ALIAS, &[]);
    killed_at_each_call("delete-alias", &undisturbed);
}

fn import_killed(operation: &str, prepared: &TestStore, arguments: &[&str]) {
    let further = ["store.json"];
    let further = &further[..usize::from(prepared.join("store.json").exists())];
    killed_at_each_call(operation, &Undisturbed::run(prepared, arguments, further));
}

#[test]
fn importing_a_new_function_is_killed_anywhere() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let arguments = ["import", &archives.function];
    import_killed("import of a function", &TestStore::new(), &arguments);
}

#[test]
fn importing_a_version_as_a_function_is_killed_anywhere() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let arguments = ["import", &archives.version];
    import_killed("import of a version alone", &TestStore::new(), &arguments);
}

#[test]
fn importing_a_version_into_a_function_is_killed_anywhere() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let prepared = with_something_to_publish(&packages, SMALL);
    let arguments = ["import", &archives.version];
    import_killed("import into a function", &prepared, &arguments);
}

#[test]
fn importing_from_aws_is_killed_anywhere() {
    let packages = Packages::new();
    let Exported {
        answers, package, ..
    } = exported(&packages);
    for answer in &answers {
        let arguments = ["import", "--from-aws", answer, "--zip-file", &package];
        import_killed("import --from-aws, new", &TestStore::new(), &arguments);
        let prepared = with_something_to_publish(&packages, SMALL);
        import_killed("import --from-aws into a function", &prepared, &arguments);
    }
}
