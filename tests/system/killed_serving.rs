//! `lambda-store serve` killed with a request under way, at each system call that touches the store,
//! before it is made, and before it answers; see [`killed`](crate::killed).

use crate::outcome::{FUNCTION, check_empty, check_history};
use crate::requests::{
    Operation, configure, create, create_alias, delete, delete_alias, delete_version, publish,
    update, update_alias,
};
use crate::served::{kill, record, to_be_met};
use crate::server::Server;
use crate::strace::{Call, DisturbedAt};
use crate::support::sample;
use crate::undisturbed::{LARGE, SMALL, State, Undisturbed, copy_of};

/// Returns the calls to kill a server at: in a sample, none that meets the same disk as the one before.
fn kill_points<'u>(title: &str, undisturbed: &'u Undisturbed<'_>) -> Vec<&'u Call> {
    let points = undisturbed.points();
    let mut points = to_be_met(title, &undisturbed.recorded, points);
    if sample::number().is_some() {
        points.dedup_by(|call, before| call.only_reads() && before.only_reads());
    }
    sample::of_served(&format!("{title}, serving"), points)
}

/// Kills a server at each call in turn, each time on a fresh copy of the store.
fn killed_at_each_call(operation: &Operation) {
    let (title, request, from) = (operation.title, &operation.request, operation.from());
    let arguments = operation.arguments();
    let copy = || copy_of(&operation.prepared);
    let recorded = record(copy, request, from);
    let undisturbed = Undisturbed::of(&operation.prepared, &arguments, recorded, operation.further);
    let points = kill_points(title, &undisturbed);
    let mut states = [0, 0];
    for point in &points {
        let _told = DisturbedAt(point);
        let (store, reported) = kill(copy, request, from, (&undisturbed.recorded, point));
        match undisturbed.check(&store, &reported) {
            State::Before => states[0] += 1,
            State::After => states[1] += 1,
        }
    }
    let ([before, after], count) = (states, points.len());
    println!(
        "{title}, serving: killed at {count} calls: {before} times the state before, {after} times \
         the state after, torn 0"
    );
    assert!(before > 0 && after > 0);
}

#[test]
fn creating_is_killed_anywhere() {
    killed_at_each_call(&create("create-function, 1 KB", SMALL, &[]));
}

#[test]
fn creating_with_a_large_package_is_killed_anywhere() {
    killed_at_each_call(&create("create-function, 2 MiB", LARGE, &[]));
}

#[test]
fn creating_and_publishing_is_killed_anywhere() {
    let options = ["--publish", "--tags", "team=one"];
    let title = "create-function --publish --tags";
    killed_at_each_call(&create(title, SMALL, &options));
}

#[test]
fn updating_is_killed_anywhere() {
    killed_at_each_call(&update("update-function-code", SMALL, &[]));
}

#[test]
fn updating_and_publishing_is_killed_anywhere() {
    let title = "update-function-code --publish, 1 KB";
    killed_at_each_call(&update(title, SMALL, &["--publish"]));
}

#[test]
fn updating_and_publishing_a_large_package_is_killed_anywhere() {
    let title = "update-function-code --publish, 2 MiB";
    killed_at_each_call(&update(title, LARGE, &["--publish"]));
}

#[test]
fn updating_a_configuration_is_killed_anywhere() {
    killed_at_each_call(&configure());
}

#[test]
fn publishing_a_small_package_is_killed_anywhere() {
    killed_at_each_call(&publish("publish-version, 1 KB", SMALL));
}

#[test]
fn publishing_a_large_package_is_killed_anywhere() {
    killed_at_each_call(&publish("publish-version, 2 MiB", LARGE));
}

#[test]
fn deleting_a_version_is_killed_anywhere() {
    killed_at_each_call(&delete_version());
}

#[test]
fn deleting_a_function_is_killed_anywhere() {
    killed_at_each_call(&delete());
}

#[test]
fn creating_an_alias_is_killed_anywhere() {
    killed_at_each_call(&create_alias());
}

#[test]
fn updating_an_alias_is_killed_anywhere() {
    killed_at_each_call(&update_alias());
}

#[test]
fn deleting_an_alias_is_killed_anywhere() {
    killed_at_each_call(&delete_alias());
}

/// A new server takes a killed one's place, and its clients find what the command's users do.
#[test]
fn a_new_server_goes_on_where_one_was_killed() {
    let operation = publish("publish-version, and then a new server", SMALL);
    let (from, request) = (operation.from(), &operation.request);
    let copy = || copy_of(&operation.prepared);
    let recorded = record(copy, request, from);
    let arguments = operation.arguments();
    let undisturbed = Undisturbed::of(&operation.prepared, &arguments, recorded, &[]);
    let points = kill_points(operation.title, &undisturbed);
    for point in points {
        let _told = DisturbedAt(point);
        let (store, reported) = kill(copy, request, from, (&undisturbed.recorded, point));
        let server = Server::of(&store, &[]);
        let path = format!("/2015-03-31/functions/{FUNCTION}/versions");
        let published = server.send("POST", &path, b"{}").succeeded(201);
        // Version 1 was there before, and what was published is not published twice.
        assert_eq!(published["Version"], "2");
        if !reported.is_empty() {
            let reported: serde_json::Value = serde_json::from_str(&reported).unwrap();
            assert_eq!(published, reported);
        }
        let listed = server.send("GET", &path, b"").succeeded(200);
        assert_eq!(listed["Versions"].as_array().unwrap().len(), 3);
        check_history(&store);
        check_empty(&store.join(FUNCTION).join(".staging"));
    }
}
