//! `lambda-store serve` with each system call that touches the store failing once while a request is
//! under way; see [`failing`](crate::failing). The server goes on and answers the next one.

use crate::failing::{Verdict, Verdicts, failing, faults, verdict_of_error};
use crate::outcome::FUNCTION;
use crate::requests::{
    Operation, configure, create, create_alias, delete, delete_alias, delete_version, publish,
    update, update_alias,
};
use crate::served::{Answer, fail, record, to_be_met};
use crate::server::Server;
use crate::strace::{DisturbedAt, Fault};
use crate::support::{TestStore, sample};
use crate::undisturbed::{LARGE, SMALL, State, Undisturbed, copy_of};

/// Returns what a client was told, as clearly as it must be.
fn verdict(answer: &Answer, store: &TestStore, fault: Fault) -> Verdict {
    if answer.status < 300 {
        return Verdict::Done;
    }
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(answer.is_service_exception, "{answer:?}");
    verdict_of_error(&answer.message(), store, fault)
}

/// Sees that a server answers as the command does, and ends in good order; returns of what it told in
/// its log.
fn check_goes_on(server: Server, store: &TestStore) -> Vec<String> {
    let path = format!("/2015-03-31/functions/{FUNCTION}/configuration");
    let answered = server.send("GET", &path, b"");
    let ran = store.get(FUNCTION, &[]);
    if ran.code == Some(0) {
        assert_eq!(answered.succeeded(200), ran.succeeded());
    } else {
        answered.failed_with(404, "ResourceNotFoundException");
    }
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    let lines = log.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["event"].as_str().map(str::to_owned)
    });
    lines.flatten().collect()
}

/// Lets each call of a request fail in turn, each time on a fresh copy of the store.
fn fails_at_each_call(operation: &Operation) {
    let (request, from) = (&operation.request, operation.from());
    let title = format!("{}, serving", operation.title);
    let arguments = operation.arguments();
    let copy = || copy_of(&operation.prepared);
    let recorded = record(copy, request, from);
    let undisturbed = Undisturbed::of(&operation.prepared, &arguments, recorded, operation.further);
    let recorded = &undisturbed.recorded;
    let points = to_be_met(&title, recorded, failing(recorded));
    let points = sample::of_served(&title, points);
    let mut verdicts = Verdicts::default();
    for (index, point) in points.iter().enumerate() {
        for fault in faults(point, index) {
            let _told = DisturbedAt(point);
            let (store, server, answer) = fail(copy, request, from, (recorded, point, fault));
            let verdict = verdict(&answer, &store, fault);
            let told = check_goes_on(server, &store);
            // What the command would warn of stands in the log, and nothing else does.
            let may_tell = verdict == Verdict::Done;
            assert!(
                { told.iter() }.all(|event| may_tell && event == "ChangeUnfinished"),
                "{told:?}, {answer:?}"
            );
            let state = undisturbed.check(&store, &answer.reported());
            match verdict {
                Verdict::Done => assert_eq!(state, State::After, "{answer:?}"),
                Verdict::NothingChanged => assert_eq!(state, State::Before, "{answer:?}"),
                Verdict::Unknown => {}
            }
            verdicts.count(verdict);
        }
    }
    verdicts.print(&title, points.len());
}

#[test]
fn creating_fails_anywhere() {
    fails_at_each_call(&create("create-function, 1 KB", SMALL, &[]));
}

#[test]
fn creating_with_a_large_package_fails_anywhere() {
    fails_at_each_call(&create("create-function, 2 MiB", LARGE, &[]));
}

#[test]
fn creating_and_publishing_fails_anywhere() {
    let options = ["--publish", "--tags", "team=one"];
    let title = "create-function --publish --tags";
    fails_at_each_call(&create(title, SMALL, &options));
}

#[test]
fn updating_fails_anywhere() {
    fails_at_each_call(&update("update-function-code", SMALL, &[]));
}

#[test]
fn updating_and_publishing_fails_anywhere() {
    let title = "update-function-code --publish, 1 KB";
    fails_at_each_call(&update(title, SMALL, &["--publish"]));
}

#[test]
fn updating_and_publishing_a_large_package_fails_anywhere() {
    let title = "update-function-code --publish, 2 MiB";
    fails_at_each_call(&update(title, LARGE, &["--publish"]));
}

#[test]
fn updating_a_configuration_fails_anywhere() {
    fails_at_each_call(&configure());
}

#[test]
fn publishing_a_small_package_fails_anywhere() {
    fails_at_each_call(&publish("publish-version, 1 KB", SMALL));
}

#[test]
fn publishing_a_large_package_fails_anywhere() {
    fails_at_each_call(&publish("publish-version, 2 MiB", LARGE));
}

#[test]
fn deleting_a_version_fails_anywhere() {
    fails_at_each_call(&delete_version());
}

#[test]
fn deleting_a_function_fails_anywhere() {
    fails_at_each_call(&delete());
}

#[test]
fn creating_an_alias_fails_anywhere() {
    fails_at_each_call(&create_alias());
}

#[test]
fn updating_an_alias_fails_anywhere() {
    fails_at_each_call(&update_alias());
}

#[test]
fn deleting_an_alias_fails_anywhere() {
    fails_at_each_call(&delete_alias());
}
