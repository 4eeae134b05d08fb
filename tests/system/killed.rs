//! The command killed at each system call that touches the store, before it is made: readers find
//! the state before or the state after, and the next writers go on as if nothing had happened.
//!
//! Between two such calls nothing changes on the disk, so that these are all the states there are;
//! the write of the result and the exit are added for what was reported.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::outcome::{
    Answers, FUNCTION, answers, check_answers, check_empty, check_files, check_history, highest,
    without_times,
};
use crate::strace::{Call, KilledAt, Recorded, kill, record};
use crate::support::{ROLE, TestStore, zip_of};

/// Makes a package of about a kilobyte, copied by one thread.
const SMALL: usize = 900;
/// Makes a package of two mebibytes, copied by a second thread.
const LARGE: usize = 2 * 1024 * 1024;

/// Packages, in a directory that no command changes.
struct Packages(tempfile::TempDir);

impl Packages {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Makes a package of a size; the letter tells packages apart.
    fn package(&self, letter: u8, size: usize) -> String {
        let name = format!("{}-{size}.zip", char::from(letter));
        let path = self.0.path().join(name);
        std::fs::write(&path, zip_of(&[("app.py", &vec![letter; size])])).unwrap();
        format!("fileb://{}", path.display())
    }
}

fn create_arguments<'a>(package: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let required = [
        "create-function",
        "--function-name",
        FUNCTION,
        "--runtime",
        "python3.13",
        "--role",
        ROLE,
        "--handler",
        "app.handler",
        "--zip-file",
        package,
    ];
    [&required, options].concat()
}

fn update_arguments<'a>(package: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let required = [
        "update-function-code",
        "--function-name",
        FUNCTION,
        "--zip-file",
        package,
    ];
    [&required, options].concat()
}

const PUBLISH: [&str; 3] = ["publish-version", "--function-name", FUNCTION];

/// Makes a store with a function that has a version, and something new to publish.
fn with_something_to_publish(packages: &Packages, size: usize) -> TestStore {
    let store = TestStore::nothing();
    let first = packages.package(b'a', SMALL);
    store
        .run(&create_arguments(&first, &["--publish"]))
        .succeeded();
    let second = packages.package(b'b', size);
    store.run(&update_arguments(&second, &[])).succeeded();
    store
}

/// Makes a copy of a store, times and modes included.
fn copy_of(store: &TestStore) -> TestStore {
    let copy = TestStore::nothing();
    if store.path().exists() {
        let status = Command::new("cp")
            .arg("-a")
            .args([store.path(), copy.path()])
            .status();
        assert!(status.unwrap().success());
    }
    copy
}

/// What a command does to a store when nobody kills it.
struct Uninjured<'a> {
    prepared: &'a TestStore,
    arguments: &'a [&'a str],
    before: Answers,
    after: Answers,
    recorded: Recorded,
    /// The highest version that the test ever asks for.
    up_to: u64,
    /// Files at the end besides those that every function has.
    further: BTreeSet<PathBuf>,
    packages: Packages,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    After,
}

impl<'a> Uninjured<'a> {
    fn run(prepared: &'a TestStore, arguments: &'a [&'a str], further: &[&str]) -> Self {
        let recorded = record(copy_of(prepared), arguments);
        let store = &recorded.store;
        let up_to = highest(&answers(store, 5)) + 1;
        Self {
            prepared,
            arguments,
            before: answers(prepared, up_to),
            after: answers(store, up_to),
            recorded,
            up_to,
            further: further.iter().map(PathBuf::from).collect(),
            packages: Packages::new(),
        }
    }

    /// Kills the command at each call in turn, each time on a fresh copy of the store.
    fn killed_at_each_call(&self, operation: &str) {
        let Recorded { store, calls, .. } = &self.recorded;
        let is_point = |call: &&Call| call.touches(store) || call.reports();
        let points: Vec<&Call> = calls.iter().filter(is_point).collect();
        let mut states = [0, 0];
        for point in &points {
            match self.killed_at(point) {
                State::Before => states[0] += 1,
                State::After => states[1] += 1,
            }
        }
        let others = points.iter().filter(|call| call.thread > 0).count();
        println!(
            "{operation}: killed at each of {} calls ({others} of them in a second thread): {} times \
             the state before, {} times the state after",
            points.len(),
            states[0],
            states[1]
        );
        assert!(states[0] > 0 && states[1] > 0);
    }

    fn killed_at(&self, point: &Call) -> State {
        let _told = KilledAt(point);
        let store = copy_of(self.prepared);
        let printed = kill(&store, self.arguments, &self.recorded, point);

        let seen = answers(&store, self.up_to);
        check_answers(&store, &seen);
        let state = self.state_of(&seen);
        if !printed.is_empty() {
            assert_eq!(state, State::After, "what was reported is not there");
            check_reported(&serde_json::from_str(&printed).unwrap(), &seen);
        }
        self.check_next_writers(&store, state, &seen);
        state
    }

    /// Sees that readers found what was before or what is after, whole.
    fn state_of(&self, seen: &Answers) -> State {
        if *seen == self.before {
            return State::Before;
        }
        assert_eq!(without_times(seen), without_times(&self.after));
        // What the command changes is told apart by its revision id, even if all else is the same.
        let id = |answers: &Answers| answers["$LATEST"]["RevisionId"].clone();
        assert_ne!(id(seen), id(&self.before));
        for (qualifier, answer) in &self.before {
            if qualifier != "$LATEST" && !answer.is_null() {
                assert_eq!(seen[qualifier], *answer);
            }
        }
        State::After
    }

    fn check_next_writers(&self, store: &TestStore, state: State, seen: &Answers) {
        if self.arguments[0] == "create-function" {
            let again = store.run(self.arguments);
            match state {
                State::Before => {
                    again.succeeded();
                    check_empty(&store.join(".staging"));
                }
                State::After => {
                    again.failed_with("ResourceConflictException", "CreateFunction");
                }
            }
        }
        let seen = match seen["$LATEST"] {
            Value::Null => answers(store, self.up_to),
            _ => seen.clone(),
        };

        let published = store.run(&PUBLISH).succeeded();
        check_empty(&store.join(FUNCTION).join(".staging"));
        check_history(store);
        let number = number_of(&published);
        let known = highest(&seen);
        if number == known {
            assert_eq!(published, seen[&number.to_string()]);
        } else {
            assert_eq!(number, known + 1);
        }

        let package = self.packages.package(b'z', SMALL);
        let next = store
            .run(&update_arguments(&package, &["--publish"]))
            .succeeded();
        assert_eq!(number_of(&next), number + 1, "after version {number}");
        check_history(store);
        check_files(store, number + 1, &self.further);
        let end = answers(store, number + 1);
        check_answers(store, &end);
        for (qualifier, answer) in seen {
            if qualifier != "$LATEST" && !answer.is_null() {
                assert_eq!(end[&qualifier], answer, "a version changed");
            }
        }
    }
}

/// Sees that readers answer what a killed command had reported.
fn check_reported(reported: &Value, seen: &Answers) {
    let mut answer = seen[reported["Version"].as_str().unwrap()].clone();
    let arn = reported["FunctionArn"].as_str().unwrap();
    // create-function answers with version 1 under the function's own ARN, as AWS does.
    if let Some(own) = answer["FunctionArn"].as_str().unwrap().strip_suffix(":1")
        && own == arn
    {
        answer["FunctionArn"] = arn.into();
    }
    assert_eq!(*reported, answer);
}

fn number_of(version: &Value) -> u64 {
    version["Version"].as_str().unwrap().parse().unwrap()
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
    Uninjured::run(&prepared, &PUBLISH, &[]).killed_at_each_call(operation);
}

fn create_killed(operation: &str, size: usize, options: &[&str], further: &[&str]) {
    let packages = Packages::new();
    let package = packages.package(b'a', size);
    let arguments = create_arguments(&package, options);
    Uninjured::run(&TestStore::nothing(), &arguments, further).killed_at_each_call(operation);
}

fn update_killed(operation: &str, size: usize) {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, size);
    let package = packages.package(b'c', size);
    let arguments = update_arguments(&package, &["--publish"]);
    Uninjured::run(&prepared, &arguments, &[]).killed_at_each_call(operation);
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
    Uninjured::run(&prepared, &arguments, &[]).killed_at_each_call(operation);
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
    Uninjured::run(&prepared, &PUBLISH, &[])
        .killed_at_each_call("publish-version of a function made by hand");
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
fn updating_and_publishing_a_small_package_is_killed_anywhere() {
    update_killed("update-function-code --publish, 1 KB", SMALL);
}

#[test]
fn updating_and_publishing_a_large_package_is_killed_anywhere() {
    update_killed("update-function-code --publish, 2 MiB", LARGE);
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
