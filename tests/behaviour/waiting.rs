//! `wait`: what ends it, with which exit code, and that it sees what others do meanwhile.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, Stdio};

use serde_json::{Value, json};

use crate::support::{Ran, TestStore, command, run, says};

/// The waiters of the model.
const WAITERS: [&str; 6] = [
    "function-exists",
    "function-active",
    "function-active-v2",
    "function-updated",
    "function-updated-v2",
    "published-version-active",
];

fn wait(store: &TestStore, waiter: &str, options: &[&str]) -> Ran {
    store.run(&[&["wait", waiter], options].concat())
}

/// A `wait` that goes on.
struct Waiting {
    process: Child,
    said: BufReader<ChildStderr>,
}

impl Waiting {
    /// Begins to wait, and returns once the first look was in vain.
    fn begin(store: &TestStore, waiter: &str) -> Self {
        let mut process = std::process::Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
            .env_clear()
            .env("LAMBDA_STORE", store.path())
            .args(["wait", waiter, "--function-name", "hello", "--debug"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("attempt 1 of") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "it did not wait");
        }
        Self { process, said }
    }

    /// Returns its exit status, stdout, and what it said last.
    fn ended(mut self) -> (std::process::ExitStatus, String, String) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        let output = self.process.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        (output.status, printed, said)
    }
}

#[test]
fn what_is_there_is_not_waited_for() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store.create_alias("live", "1", &[]).succeeded();
    let before = store.files();
    for waiter in WAITERS {
        for options in [
            &["--function-name", "hello"][..],
            &["--function-name", "hello", "--qualifier", "1"],
            &["--function-name=hello:live"],
            &[
                "--function-name",
                "hello",
                "--output",
                "text",
                "--query",
                "X",
            ],
        ] {
            wait(&store, waiter, options).succeeded_silently();
        }
    }
    assert!(store.files() == before);
}

#[test]
fn the_options_of_every_command_stand_anywhere_and_lambda_may_lead() {
    let store = TestStore::with_function("hello");
    for arguments in [
        "lambda wait function-exists --function-name hello",
        "--region us-east-1 wait --no-cli-pager function-exists --function-name hello",
        "--no-verify-ssl lambda --profile p wait --color off function-updated --function-name hello",
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        store.run(&arguments).succeeded_silently();
    }
    let ran = store.run(&["wait", "--region", "eu-west-1", "function-exists"]);
    says(ran.failed(252), &["--function-name"]);
    let name = ["--function-name", "hello"];
    let ran = wait(
        &store,
        "function-exists",
        &[&name[..], &["--region=eu-west-1"]].concat(),
    );
    says(ran.failed(252), &["eu-west-1"]);
    let ran = wait(
        &store,
        "function-exists",
        &[&name[..], &["--query", "["]].concat(),
    );
    says(ran.failed(252), &["--query"]);
}

#[test]
fn a_state_that_says_that_it_failed_ends_the_waiting() {
    let store = TestStore::made_by_hand("hello");
    store.edit_config("hello", |config| {
        config["State"] = json!("Failed");
        config["LastUpdateStatus"] = json!("Failed");
    });
    for (waiter, name, path) in [
        ("function-active", "FunctionActive", "State"),
        (
            "function-active-v2",
            "FunctionActiveV2",
            "Configuration.State",
        ),
        ("function-updated", "FunctionUpdated", "LastUpdateStatus"),
        (
            "function-updated-v2",
            "FunctionUpdatedV2",
            "Configuration.LastUpdateStatus",
        ),
        (
            "published-version-active",
            "PublishedVersionActive",
            "State",
        ),
    ] {
        let ran = wait(&store, waiter, &["--function-name", "hello"]);
        let expected = format!(
            "\nWaiter {name} failed: Waiter encountered a terminal failure state: For expression \
             \"{path}\" we matched expected path: \"Failed\"\n"
        );
        assert_eq!(ran.failed(255), expected);
    }
    wait(&store, "function-exists", &["--function-name", "hello"]).succeeded_silently();
}

#[test]
fn an_error_that_is_not_waited_out_ends_the_waiting() {
    let store = TestStore::with_function("hello");
    for waiter in &WAITERS[1..] {
        let ran = wait(&store, waiter, &["--function-name", "other"]);
        let said = ran.failed(255);
        says(
            said,
            &[
                "\nWaiter ",
                "failed: An error occurred (ResourceNotFoundException): ",
            ],
        );
    }
    for name in ["no/name", "hello:no/alias"] {
        let ran = wait(&store, "function-exists", &["--function-name", name]);
        says(
            ran.failed(255),
            &[
                "Waiter FunctionExists failed",
                "(InvalidParameterValueException)",
            ],
        );
    }
    std::fs::write(store.join("hello/$LATEST/config.json"), "{").unwrap();
    let ran = wait(&store, "function-exists", &["--function-name", "hello"]);
    says(
        ran.failed(255),
        &[
            "Waiter FunctionExists failed",
            "(ServiceException)",
            "config.json",
        ],
    );
}

#[test]
fn where_there_is_no_store_nothing_is_waited_for() {
    let store = TestStore::nothing();
    let ran = wait(&store, "function-exists", &["--function-name", "hello"]);
    says(ran.failed(253), &["not a store"]);
}

#[test]
fn what_another_process_makes_meanwhile_ends_the_waiting() {
    let store = TestStore::new();
    let waiting = Waiting::begin(&store, "function-exists");
    store.create("hello", &[]).succeeded();
    let (status, printed, said) = waiting.ended();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""), "{said}");
}

#[test]
fn a_state_that_an_editor_changes_meanwhile_ends_the_waiting() {
    let store = TestStore::made_by_hand("hello");
    let set = |name: &'static str, value: &'static str| {
        store.edit_config("hello", |config: &mut Value| config[name] = json!(value));
    };
    set("State", "Pending");
    let waiting = Waiting::begin(&store, "function-active-v2");
    // Nobody is kept waiting by one that waits.
    store
        .configure("hello", &["--timeout", "7", "--lock-timeout", "0"])
        .succeeded();
    set("State", "Active");
    let (status, printed, said) = waiting.ended();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""), "{said}");

    set("LastUpdateStatus", "InProgress");
    let waiting = Waiting::begin(&store, "function-updated-v2");
    set("LastUpdateStatus", "Failed");
    let (status, printed, said) = waiting.ended();
    assert_eq!((status.code(), printed.as_str()), (Some(255), ""), "{said}");
    says(&said, &["Waiter FunctionUpdatedV2 failed", "\"Failed\""]);
}

#[test]
fn a_waiting_that_is_interrupted_ends_at_once() {
    let store = TestStore::new();
    let waiting = Waiting::begin(&store, "function-exists");
    let id = i32::try_from(waiting.process.id()).unwrap();
    let process = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    // What a shell calls 130.
    let (status, printed, _) = waiting.ended();
    assert_eq!((status.signal(), printed.as_str()), (Some(2), ""));
}

#[test]
fn without_a_name_or_with_a_wrong_one_the_usage_names_all() {
    let store = TestStore::with_function("hello");
    for arguments in [
        &["wait"][..],
        &["wait", "--no-paginate"],
        &["wait", "nonsense"],
        &["wait", "nonsense", "--function-name", "hello"],
        &["lambda", "wait", "--function-name", "hello"],
    ] {
        let ran = store.run(arguments);
        let said = ran.failed(252);
        says(said, &["Usage: lambda-store wait"]);
        says(said, &WAITERS);
    }
    for (given, nearest) in [
        ("function-exist", "'function-exists'"),
        ("function-update-v2", "'function-updated-v2'"),
        ("publish-version-active", "'published-version-active'"),
    ] {
        says(store.run(&["wait", given]).failed(252), &[given, nearest]);
    }
    for wrong in [&["--qualifer", "1"][..], &["more"], &["--zip-file", "x"]] {
        let options = [&["--function-name", "hello"], wrong].concat();
        says(
            wait(&store, "function-exists", &options).failed(252),
            &[wrong[0], "Usage"],
        );
    }
    says(
        wait(&store, "function-exists", &[]).failed(252),
        &["Usage", "--function-name"],
    );
    let usage = "Usage: lambda-store wait function-exists";
    for (wrong, problem) in [
        (
            &["--function-name"][..],
            "argument --function-name: expected one argument",
        ),
        (&["--function-name=x", "--output=y"], "for '--output"),
    ] {
        let ran = wait(&store, "function-exists", wrong);
        says(ran.failed(252), &[problem, usage]);
    }
    let ran = wait(&store, "function-exists", &["--function-name="]);
    let expected = "\nParameter validation failed:\nInvalid length for parameter FunctionName, \
                    value: 0, valid min length: 1\n";
    assert_eq!(ran.failed(252), expected);
}

#[test]
fn the_help_of_wait_lists_its_commands() {
    for arguments in [
        &["wait", "--help"][..],
        &["wait", "help"],
        &["lambda", "wait", "-h"],
    ] {
        let ran = run(command().args(arguments));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        says(&ran.stdout, &["Usage: lambda-store wait", "Examples:"]);
        says(&ran.stdout, &WAITERS);
    }
}

#[test]
fn the_examples_of_each_waiter_run_as_they_stand() {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2", b"v3"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    for waiter in WAITERS {
        let ran = run(command().args(["wait", waiter, "--help"]));
        let (_, examples) = ran.stdout.split_once("\nExamples:\n").unwrap();
        let lines: Vec<&str> = examples.trim_end().lines().collect();
        assert!(!lines.is_empty());
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words[..3], ["lambda-store", "wait", waiter]);
            store.run(&words[1..]).succeeded_silently();
        }
    }
}

#[test]
fn the_help_of_each_waiter_says_how_often_and_how_long_it_looks() {
    let shapes: Value = serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap();
    for waiter in shapes["waiters"].as_object().unwrap().values() {
        let words: Vec<&str> = waiter["cli"].as_str().unwrap().split(' ').collect();
        let ran = run(command().args(words).arg("--help"));
        let often = match waiter["delay"].as_u64().unwrap() {
            1 => "every second".to_owned(),
            seconds => format!("every {seconds} seconds"),
        };
        let long = format!("{} times at the most", waiter["maxAttempts"]);
        says(&ran.stdout, &[&often, &long]);
    }
}
