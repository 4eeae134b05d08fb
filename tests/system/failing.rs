//! Each system call that touches the store, made to fail once: the change is done and that is what
//! is said, or an error is and nothing changed, or the error says that the outcome is unknown.
//!
//! Of the calls a [`sample`] fails, each with one of the errors, in turn; with `PROOFS=full` every
//! call with all of them, and for good.

use crate::outcome::FUNCTION;
use crate::strace::{Call, DisturbedAt, Fault, Recorded, fail};
use crate::support::{Ran, TestStore, sample, says};
use crate::undisturbed::{
    CONFIGURE, CREATE_ALIAS, DELETE, DELETE_ALIAS, DELETE_VERSION, Exported, LARGE, PRUNE, PUBLISH,
    Packages, RESTORE, ROLLBACK, SMALL, State, UPDATE_ALIAS, Undisturbed, copy_of,
    create_arguments, exported, update_arguments, with_alias, with_moved_alias,
    with_something_to_publish, with_three_versions, with_two_versions,
};

/// The errors, and what the operating system says of them.
const ERRORS: [(&str, &str); 3] = [
    ("EIO", "Input/output error (os error 5)"),
    ("ENOSPC", "No space left on device (os error 28)"),
    ("EACCES", "Permission denied (os error 13)"),
];

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Done,
    NothingChanged,
    Unknown,
}

/// Returns the ways in which a call is made to fail that is the one of this index.
pub(crate) fn faults(call: &Call, index: usize) -> Vec<Fault> {
    let once = |(error, _)| Fault {
        error,
        is_lasting: false,
    };
    let lasting = Fault {
        error: "EIO",
        is_lasting: true,
    };
    // Closing a directory would fail, too; see `failing`.
    let lasting = Some(lasting).filter(|_| call.name != "close");
    if sample::number().is_some() {
        return vec![once(ERRORS[index % ERRORS.len()])];
    }
    ERRORS.into_iter().map(once).chain(lasting).collect()
}

/// Returns what a command said of itself, as clearly as it must.
pub(crate) fn verdict(ran: &Ran, operation: &str, store: &TestStore, fault: Fault) -> Verdict {
    if ran.code == Some(0) {
        let said = match operation {
            "Rollback" => ran.stderr.strip_suffix("live: 2 with 10% to 1 -> 1\n"),
            _ => Some(&*ran.stderr),
        };
        let warning = "warning: the change to hello is done";
        let is_expected = said.is_some_and(|said| said.is_empty() || said.starts_with(warning));
        assert!(is_expected, "{ran:?}");
        return Verdict::Done;
    }
    let message = ran.failed_with("ServiceException", operation);
    verdict_of_error(message, store, fault)
}

/// Returns what the message of an error said, as clearly as it must.
pub(crate) fn verdict_of_error(message: &str, store: &TestStore, fault: Fault) -> Verdict {
    let (_, cause) = ERRORS
        .iter()
        .find(|(error, _)| *error == fault.error)
        .unwrap();
    says(message, &[cause]);
    // Where the failures last, they reach what stands elsewhere.
    let place = store.path().parent().unwrap().to_owned();
    assert!(
        fault.is_lasting || message.contains(place.to_str().unwrap()),
        "{message}"
    );
    if message.contains("the outcome of this change is unknown") {
        Verdict::Unknown
    } else {
        Verdict::NothingChanged
    }
}

/// How often each verdict was given.
#[derive(Default)]
pub(crate) struct Verdicts([usize; 3]);

impl Verdicts {
    pub(crate) fn count(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    pub(crate) fn print(&self, operation: &str, calls: usize) {
        let [done, nothing, unknown] = self.0;
        println!(
            "{operation}: {calls} calls failed, {} failures: {done} times done, {nothing} times \
             an error with nothing changed, {unknown} times unknown",
            done + nothing + unknown
        );
        assert!(done > 0 && nothing > 0);
    }
}

/// Returns the calls that touch the store. Closing a directory is left out: Linux does not ask the
/// file system, and the standard library takes a failure for a bug and panics. So is closing what was
/// opened before the record begins.
pub(crate) fn failing(recorded: &Recorded) -> Vec<&Call> {
    let calls = recorded.calls.iter().enumerate();
    calls
        .filter(|(_, call)| call.touches(&recorded.store))
        .filter(|(index, call)| !closes_a_directory(call, &recorded.calls[..*index]))
        .map(|(_, call)| call)
        .collect()
}

fn closes_a_directory(call: &Call, earlier: &[Call]) -> bool {
    let Some(rest) = call.text.strip_prefix("close(") else {
        return false;
    };
    let descriptor = rest.split('<').next().unwrap();
    let opening = format!("= {descriptor}<");
    let opened = earlier.iter().rfind(|call| call.text.contains(&opening));
    opened.is_none_or(|call| call.text.contains("O_DIRECTORY"))
}

/// Lets each call of a command fail in turn, each time on a fresh copy of the store.
fn fails_at_each_call(title: &str, operation: &str, undisturbed: &Undisturbed<'_>) {
    let (arguments, recorded) = (undisturbed.arguments, &undisturbed.recorded);
    let mut verdicts = Verdicts::default();
    let points = sample::of(title, failing(recorded));
    for (index, point) in points.iter().enumerate() {
        for fault in faults(point, index) {
            let _told = DisturbedAt(point);
            let store = copy_of(undisturbed.prepared);
            let ran = fail(&store, arguments, recorded, point, fault);
            let verdict = verdict(&ran, operation, &store, fault);
            let state = undisturbed.check(&store, &ran.stdout);
            match verdict {
                Verdict::Done => assert_eq!(state, State::After, "{ran:?}"),
                Verdict::NothingChanged => assert_eq!(state, State::Before, "{ran:?}"),
                Verdict::Unknown => {}
            }
            verdicts.count(verdict);
        }
    }
    verdicts.print(title, points.len());
}

fn create_fails(title: &str, size: usize, options: &[&str]) {
    let packages = Packages::new();
    let package = packages.package(b'a', size);
    let arguments = create_arguments(FUNCTION, &package, options);
    let nothing = TestStore::nothing();
    let undisturbed = Undisturbed::run(&nothing, &arguments, &[]);
    fails_at_each_call(title, "CreateFunction", &undisturbed);
}

fn update_fails(title: &str, options: &[&str]) {
    let packages = Packages::new();
    let prepared = with_something_to_publish(&packages, SMALL);
    let package = packages.package(b'c', SMALL);
    let arguments = update_arguments(&package, options);
    let undisturbed = Undisturbed::run(&prepared, &arguments, &[]);
    fails_at_each_call(title, "UpdateFunctionCode", &undisturbed);
}

fn publish_fails(title: &str, prepared: &TestStore) {
    let undisturbed = Undisturbed::run(prepared, &PUBLISH, &[]);
    fails_at_each_call(title, "PublishVersion", &undisturbed);
}

fn restore_fails(title: &str, size: usize) {
    let prepared = with_three_versions(&Packages::new(), size);
    let undisturbed = Undisturbed::run(&prepared, &RESTORE, &[]);
    fails_at_each_call(title, "Restore", &undisturbed);
}

fn delete_fails(title: &str, arguments: &[&str]) {
    let prepared = with_two_versions(&Packages::new());
    let undisturbed = Undisturbed::run(&prepared, arguments, &[]);
    fails_at_each_call(title, "DeleteFunction", &undisturbed);
}

#[test]
fn creating_fails_anywhere() {
    create_fails("create-function, 1 KB", SMALL, &[]);
}

#[test]
fn creating_with_a_large_package_fails_anywhere() {
    create_fails("create-function, 2 MiB", LARGE, &[]);
}

#[test]
fn creating_and_publishing_fails_anywhere() {
    create_fails("create-function --publish", SMALL, &["--publish"]);
}

#[test]
fn updating_fails_anywhere() {
    update_fails("update-function-code", &[]);
}

#[test]
fn updating_and_publishing_fails_anywhere() {
    update_fails("update-function-code --publish", &["--publish"]);
}

#[test]
fn updating_a_configuration_fails_anywhere() {
    let prepared = with_something_to_publish(&Packages::new(), SMALL);
    let undisturbed = Undisturbed::run(&prepared, &CONFIGURE, &[]);
    let operation = "UpdateFunctionConfiguration";
    fails_at_each_call("update-function-configuration", operation, &undisturbed);
}

#[test]
fn updating_the_configuration_of_a_function_made_by_hand_fails_anywhere() {
    let prepared = TestStore::made_by_hand(FUNCTION);
    let undisturbed = Undisturbed::run(&prepared, &CONFIGURE, &[]);
    let title = "update-function-configuration of a function made by hand";
    fails_at_each_call(title, "UpdateFunctionConfiguration", &undisturbed);
}

#[test]
fn restoring_fails_anywhere() {
    restore_fails("restore, 1 KB", SMALL);
}

#[test]
fn restoring_a_large_package_fails_anywhere() {
    restore_fails("restore, 2 MiB", LARGE);
}

#[test]
fn pruning_fails_anywhere() {
    let prepared = with_three_versions(&Packages::new(), SMALL);
    let undisturbed = Undisturbed::run(&prepared, &PRUNE, &[]);
    fails_at_each_call("prune --apply", "Prune", &undisturbed);
}

#[test]
fn publishing_a_small_package_fails_anywhere() {
    let prepared = with_something_to_publish(&Packages::new(), SMALL);
    publish_fails("publish-version, 1 KB", &prepared);
}

#[test]
fn publishing_a_large_package_fails_anywhere() {
    let prepared = with_something_to_publish(&Packages::new(), LARGE);
    publish_fails("publish-version, 2 MiB", &prepared);
}

#[test]
fn publishing_a_function_made_by_hand_fails_anywhere() {
    let prepared = TestStore::made_by_hand(FUNCTION);
    publish_fails("publish-version of a function made by hand", &prepared);
}

#[test]
fn deleting_a_version_fails_anywhere() {
    delete_fails("delete-function of a version", &DELETE_VERSION);
}

#[test]
fn deleting_a_function_fails_anywhere() {
    delete_fails("delete-function", &DELETE);
}

fn alias_fails(operation: &str, prepared: &TestStore, arguments: &[&str]) {
    let undisturbed = Undisturbed::run(prepared, arguments, &[]);
    fails_at_each_call(arguments[0], operation, &undisturbed);
}

#[test]
fn creating_an_alias_fails_anywhere() {
    let prepared = with_two_versions(&Packages::new());
    alias_fails("CreateAlias", &prepared, &CREATE_ALIAS);
}

#[test]
fn updating_an_alias_fails_anywhere() {
    let prepared = with_alias(&Packages::new());
    alias_fails("UpdateAlias", &prepared, &UPDATE_ALIAS);
}

#[test]
fn rolling_an_alias_back_fails_anywhere() {
    let prepared = with_moved_alias(&Packages::new());
    alias_fails("Rollback", &prepared, &ROLLBACK);
}

#[test]
fn deleting_an_alias_fails_anywhere() {
    let prepared = with_alias(&Packages::new());
    alias_fails("DeleteAlias", &prepared, &DELETE_ALIAS);
}

fn import_fails(title: &str, prepared: &TestStore, arguments: &[&str]) {
    let further = ["store.json"];
    let further = &further[..usize::from(prepared.join("store.json").exists())];
    let undisturbed = Undisturbed::run(prepared, arguments, further);
    fails_at_each_call(title, "Import", &undisturbed);
}

#[test]
fn importing_a_new_function_fails_anywhere() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let arguments = ["import", &archives.function];
    import_fails("import of a function", &TestStore::new(), &arguments);
    let arguments = ["import", &archives.version];
    import_fails("import of a version alone", &TestStore::new(), &arguments);
}

#[test]
fn importing_a_version_into_a_function_fails_anywhere() {
    let packages = Packages::new();
    let archives = exported(&packages);
    let prepared = with_something_to_publish(&packages, SMALL);
    let arguments = ["import", &archives.version];
    import_fails("import into a function", &prepared, &arguments);
}

#[test]
fn importing_from_aws_fails_anywhere() {
    let packages = Packages::new();
    let Exported {
        answers, package, ..
    } = exported(&packages);
    for answer in &answers {
        let arguments = ["import", "--from-aws", answer, "--zip-file", &package];
        import_fails("import --from-aws, new", &TestStore::new(), &arguments);
        let prepared = with_something_to_publish(&packages, SMALL);
        import_fails("import --from-aws into a function", &prepared, &arguments);
    }
}
