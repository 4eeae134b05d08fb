//! What a command does to a store when nobody disturbs it, and what must hold when somebody does:
//! readers find the state before or the state after, and the next writers go on as if nothing had
//! happened.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::outcome::{
    ALIAS, Answers, FUNCTION, answers, check_answers, check_empty, check_files, check_history,
    highest, tells_of_latest, without_times,
};
use crate::strace::{Call, Recorded, record};
use crate::support::{ROLE, TestStore, files_under, zip_of};

/// Makes a package of about a kilobyte, copied by one thread.
pub(crate) const SMALL: usize = 900;
/// Makes a package of two mebibytes, copied by a second thread.
pub(crate) const LARGE: usize = 2 * 1024 * 1024;

/// Packages, in a directory that no command changes.
pub(crate) struct Packages(tempfile::TempDir);

impl Packages {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[cfg(feature = "serve")]
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a package of a size; the letter tells packages apart.
    pub(crate) fn package(&self, letter: u8, size: usize) -> String {
        let name = format!("{}-{size}.zip", char::from(letter));
        let path = self.0.path().join(name);
        std::fs::write(&path, zip_of(&[("app.py", &vec![letter; size])])).unwrap();
        format!("fileb://{}", path.display())
    }
}

pub(crate) fn create_arguments<'a>(
    function: &'a str,
    package: &'a str,
    options: &[&'a str],
) -> Vec<&'a str> {
    let required = [
        "create-function",
        "--function-name",
        function,
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

pub(crate) fn update_arguments<'a>(package: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let required = [
        "update-function-code",
        "--function-name",
        FUNCTION,
        "--zip-file",
        package,
    ];
    [&required, options].concat()
}

pub(crate) const PUBLISH: [&str; 3] = ["publish-version", "--function-name", FUNCTION];

/// Sets a member, and removes another if it is there.
pub(crate) const CONFIGURE: [&str; 6] = [
    "update-function-configuration",
    "--function-name",
    FUNCTION,
    "--environment",
    "Variables={LEVEL=debug}",
    "--layers",
];

/// Restores the last version of a function that has three.
pub(crate) const RESTORE: [&str; 3] = ["restore", FUNCTION, "3"];

/// Removes all versions but the last one.
pub(crate) const PRUNE: [&str; 7] = [
    "prune",
    FUNCTION,
    "--keep-last",
    "1",
    "--apply",
    "--output",
    "json",
];

pub(crate) const DELETE: [&str; 3] = ["delete-function", "--function-name", FUNCTION];

/// Deletes the last version of a function that has two.
pub(crate) const DELETE_VERSION: [&str; 5] = [
    "delete-function",
    "--function-name",
    FUNCTION,
    "--qualifier",
    "2",
];

pub(crate) const CREATE_ALIAS: [&str; 9] = [
    "create-alias",
    "--function-name",
    FUNCTION,
    "--name",
    ALIAS,
    "--function-version",
    "1",
    "--description",
    "what runs",
];

/// Points the alias elsewhere, and gives it weights.
pub(crate) const UPDATE_ALIAS: [&str; 9] = [
    "update-alias",
    "--function-name",
    FUNCTION,
    "--name",
    ALIAS,
    "--function-version",
    "2",
    "--routing-config",
    "AdditionalVersionWeights={1=0.1}",
];

/// Points the alias back.
pub(crate) const ROLLBACK: [&str; 4] = ["rollback", FUNCTION, "--alias", ALIAS];

pub(crate) const DELETE_ALIAS: [&str; 5] =
    ["delete-alias", "--function-name", FUNCTION, "--name", ALIAS];

/// Makes a store with a function that has a version, and something new to publish.
pub(crate) fn with_something_to_publish(packages: &Packages, size: usize) -> TestStore {
    let store = TestStore::nothing();
    let first = packages.package(b'a', SMALL);
    store
        .run(&create_arguments(FUNCTION, &first, &["--publish"]))
        .succeeded();
    let second = packages.package(b'b', size);
    store.run(&update_arguments(&second, &[])).succeeded();
    store
}

/// Makes a store with a function that has two versions.
pub(crate) fn with_two_versions(packages: &Packages) -> TestStore {
    let store = with_something_to_publish(packages, SMALL);
    store.run(&PUBLISH).succeeded();
    store
}

/// Makes a store with a function that has a third version besides, of this size, which is no more what
/// `$LATEST` is.
pub(crate) fn with_three_versions(packages: &Packages, size: usize) -> TestStore {
    let store = with_two_versions(packages);
    for (letter, size, options) in [(b'c', size, &["--publish"][..]), (b'd', SMALL, &[])] {
        let package = packages.package(letter, size);
        store.run(&update_arguments(&package, options)).succeeded();
    }
    store
}

/// Makes a store with a function that has two versions, and the alias, which was moved to the second one
/// and has weights.
pub(crate) fn with_moved_alias(packages: &Packages) -> TestStore {
    let store = with_alias(packages);
    store.run(&UPDATE_ALIAS).succeeded();
    store
}

/// Makes a store with a function that has two versions, and the alias, which points to the first one.
pub(crate) fn with_alias(packages: &Packages) -> TestStore {
    let store = with_two_versions(packages);
    store.run(&CREATE_ALIAS).succeeded();
    store
}

/// Archives and an answer of AWS, of hello with two versions.
pub(crate) struct Exported {
    /// The whole function.
    pub(crate) function: String,
    /// Version 2 alone.
    pub(crate) version: String,
    /// What get-function prints of version 2, and of `$LATEST`.
    pub(crate) answers: [String; 2],
    /// The package that both have.
    pub(crate) package: String,
}

/// Exports a function with two versions to the directory of the packages.
pub(crate) fn exported(packages: &Packages) -> Exported {
    let store = with_two_versions(packages);
    let path = |name: &str| packages.0.path().join(name).display().to_string();
    let export = |what: &str, name: &str| {
        let ran = store.run(&["export", what, &path(name)]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        path(name)
    };
    let answer = |qualifier: &str, name: &str| {
        let ran = store.get_function(FUNCTION, &["--qualifier", qualifier]);
        ran.succeeded();
        std::fs::write(path(name), ran.stdout).unwrap();
        path(name)
    };
    Exported {
        function: export(FUNCTION, "function.tar"),
        version: export("hello:2", "version.tar"),
        answers: [answer("2", "2.json"), answer("$LATEST", "latest.json")],
        package: packages.package(b'b', SMALL),
    }
}

/// Makes a copy of a store, times and modes included.
pub(crate) fn copy_of(store: &TestStore) -> TestStore {
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

/// What a command does to a store when nobody disturbs it.
pub(crate) struct Undisturbed<'a> {
    pub(crate) prepared: &'a TestStore,
    pub(crate) arguments: &'a [&'a str],
    before: Answers,
    after: Answers,
    pub(crate) recorded: Recorded,
    /// The highest version that the test ever asks for.
    up_to: u64,
    /// Whether `$LATEST` was edited by hand since the last change before.
    is_edited: bool,
    /// The highest number that was given out before.
    given_out: u64,
    /// Files at the end besides those that every function has.
    further: BTreeSet<PathBuf>,
    packages: Packages,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Before,
    After,
}

impl<'a> Undisturbed<'a> {
    pub(crate) fn run(prepared: &'a TestStore, arguments: &'a [&'a str], further: &[&str]) -> Self {
        let recorded = record(copy_of(prepared), arguments);
        Self::of(prepared, arguments, recorded, further)
    }

    /// Takes what a run did that was recorded, of the command with these arguments or of a request that
    /// asks for the same.
    pub(crate) fn of(
        prepared: &'a TestStore,
        arguments: &'a [&'a str],
        recorded: Recorded,
        further: &[&str],
    ) -> Self {
        let store = &recorded.store;
        let highest = [prepared, store].map(|store| highest(&answers(store, 5)));
        let up_to = highest[0].max(highest[1]) + 1;
        let before = answers(prepared, up_to);
        Self {
            prepared,
            arguments,
            is_edited: !tells_of_latest(prepared, &before),
            before,
            after: answers(store, up_to),
            recorded,
            up_to,
            given_out: highest[0],
            further: further.iter().map(PathBuf::from).collect(),
            packages: Packages::new(),
        }
    }

    /// Says up to which number versions had been given out, those that are deleted included.
    pub(crate) fn having_given_out(mut self, number: u64) -> Self {
        self.given_out = number;
        self
    }

    /// Returns the highest number that was given out by a state.
    pub(crate) fn given_out(&self, state: State) -> u64 {
        let (is_there, made) = match state {
            State::Before => (&self.before, 0),
            State::After => (&self.after, highest(&self.after)),
        };
        // Deleting the function ends its life.
        if is_there["$LATEST"].is_null() {
            return 0;
        }
        self.given_out.max(made)
    }

    /// Returns the calls between which nothing changes on the disk, and those that report.
    pub(crate) fn points(&self) -> Vec<&Call> {
        let Recorded { store, calls, .. } = &self.recorded;
        let is_point = |call: &&Call| call.touches(store) || call.reports();
        calls.iter().filter(is_point).collect()
    }

    /// Sees that readers find one of the two states, whole, and what was reported in it; that the
    /// next writers go on from there; and that no version changes.
    pub(crate) fn check(&self, store: &TestStore, printed: &str) -> State {
        let seen = answers(store, self.up_to);
        check_answers(store, &seen);
        let state = self.state_of(&seen);
        assert!(tells_of_latest(store, &seen) || state == State::Before && self.is_edited);
        self.check_versions(store, state);
        if state == State::After {
            self.check_further(store);
        }
        if !printed.is_empty() {
            assert_eq!(state, State::After, "what was reported is not there");
            check_reported(&serde_json::from_str(printed).unwrap(), &seen);
        }
        self.check_next_writers(store, state, &seen);
        if !seen["$LATEST"].is_null() {
            self.check_versions(store, state);
        }
        state
    }

    /// Sees that readers found what was before or what is after, whole.
    fn state_of(&self, seen: &Answers) -> State {
        if *seen == self.before {
            return State::Before;
        }
        assert_eq!(without_times(seen), without_times(&self.after));
        // A change of `$LATEST` is told by its revision id, even if all else is the same.
        let id = |answers: &Answers| answers["$LATEST"]["RevisionId"].clone();
        let (before, after) = (id(&self.before), id(&self.after));
        assert_eq!(id(seen) == before, after == before);
        for (qualifier, answer) in &self.before {
            let is_version = !["$LATEST", ALIAS].contains(&qualifier.as_str());
            if is_version && !self.after[qualifier].is_null() && !answer.is_null() {
                assert_eq!(seen[qualifier], *answer);
            }
        }
        State::After
    }

    /// Sees that the files of the versions that were there are, byte for byte.
    fn check_versions(&self, store: &TestStore, state: State) {
        let versions = Path::new(FUNCTION).join("versions");
        for (name, bytes) in files_under(&self.prepared.path().join(&versions)) {
            let number = name.iter().next().unwrap().to_str().unwrap();
            let is_deleted = |answers: &Answers| answers[number].is_null();
            let is_deleted =
                is_deleted(&self.before) || state == State::After && is_deleted(&self.after);
            let path = store.path().join(&versions).join(&name);
            if path.is_dir() || is_deleted {
                continue;
            }
            let found = std::fs::read(&path);
            assert!(found.unwrap() == bytes, "{} changed", path.display());
        }
    }

    /// Sees that the files besides those that every function has are as they were written.
    fn check_further(&self, store: &TestStore) {
        let place = self.recorded.store.path();
        for path in &self.further {
            let [found, written] =
                [&store.path(), &place].map(|place| std::fs::read(place.join(path)).unwrap());
            assert!(found == written, "{} is another", path.display());
        }
    }

    fn check_next_writers(&self, store: &TestStore, state: State, seen: &Answers) {
        let package = self.packages.package(b'y', SMALL);
        let create = match self.arguments[0] {
            "create-function" => self.arguments.to_vec(),
            _ => create_arguments(FUNCTION, &package, &["--publish"]),
        };
        let (mut seen, mut given_out) = (seen.clone(), self.given_out(state));
        if seen["$LATEST"].is_null() {
            store.run(&create).succeeded();
            check_empty(&store.join(".staging"));
            check_empty(&store.join(".trash"));
            seen = answers(store, self.up_to);
            given_out = highest(&seen);
        } else if state == State::After && self.arguments[0] == "create-function" {
            let again = store.run(&create);
            again.failed_with("ResourceConflictException", "CreateFunction");
        }

        let published = store.run(&PUBLISH).succeeded();
        check_empty(&store.join(FUNCTION).join(".staging"));
        check_history(store);
        let mut number = number_of(&published);
        if seen
            .get(&number.to_string())
            .is_some_and(|seen| !seen.is_null())
        {
            assert_eq!(published, seen[&number.to_string()]);
            number = given_out;
        } else {
            assert_eq!(number, given_out + 1);
        }

        let package = self.packages.package(b'z', SMALL);
        let next = store
            .run(&update_arguments(&package, &["--publish"]))
            .succeeded();
        assert_eq!(number_of(&next), number + 1, "after version {number}");
        check_history(store);
        let end = answers(store, number + 1);
        check_files(store, &end, &self.further);
        check_answers(store, &end);
        assert!(tells_of_latest(store, &end));
        for (qualifier, answer) in seen {
            if qualifier != "$LATEST" && !answer.is_null() {
                assert_eq!(end[&qualifier], answer, "a version or the alias changed");
            }
        }
    }
}

/// Sees that readers answer what a disturbed command had reported.
fn check_reported(reported: &Value, seen: &Answers) {
    for told in reported["Versions"].as_array().into_iter().flatten() {
        // An import names the versions that came, a prune tells of each whether it went.
        let (number, is_there) = match told.as_str() {
            Some(number) => (number, true),
            None => (
                told["Version"].as_str().unwrap(),
                told["Action"] != "Remove",
            ),
        };
        assert_eq!(!seen[number].is_null(), is_there, "{reported}");
    }
    if reported["Applied"] == true || reported["Created"].is_boolean() {
        return;
    }
    if reported["Name"] == ALIAS {
        return assert_eq!(*reported, seen[ALIAS]);
    }
    // What delete-function prints tells nothing of the function.
    let Some(version) = reported["Version"].as_str() else {
        return assert_eq!(*reported, serde_json::json!({"StatusCode": 204}));
    };
    let mut answer = seen[version].clone();
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
