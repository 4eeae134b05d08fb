//! Help: every way to ask for it, and the examples that it ends with, which run as they stand.

use std::process::{Command as Process, Output};

use crate::support::{TestStore, command, listed_commands, run, says, zip_of};

/// Commands that make what the examples of the others find.
const MAKERS: [&str; 2] = ["init", "create-function"];

/// Returns the lines of the examples that a command's help ends with.
#[track_caller]
fn examples(name: &str) -> Vec<String> {
    let ran = run(command().args([name, "--help"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
    let (_, examples) = ran.stdout.split_once("\nExamples:\n").unwrap_or_default();
    let lines = examples.trim_end().lines();
    lines
        .map(|line| {
            let line = line.strip_prefix("  ");
            line.unwrap_or_else(|| panic!("{name}: something stands behind the examples"))
                .to_owned()
        })
        .collect()
}

/// Makes a directory with the package hello.zip and, for a command that needs it, a store: in it
/// hello with that package, and other ones published as 1, 2 and 3; live was 1 and is 2,
/// unless it is made.
fn directory_for(name: &str) -> TestStore {
    let store = TestStore::nothing();
    if !MAKERS.contains(&name) {
        store.create("hello", &["--publish"]).succeeded();
        for content in [b"v1", b"v2"] {
            store.update("hello", content, &["--publish"]).succeeded();
        }
        store.update("hello", b"v3", &[]).succeeded();
        if name != "create-alias" {
            for (command, version) in [("create-alias", "1"), ("update-alias", "2")] {
                let alias = ["--function-name", "hello", "--name", "live"];
                let arguments = [&[command][..], &alias, &["--function-version", version]];
                store.run(&arguments.concat()).succeeded();
            }
        }
    }
    let package = zip_of(&[("app.py", b"v3")]);
    std::fs::write(store.beside("hello.zip"), package).unwrap();
    store
}

#[test]
fn every_command_has_examples_of_itself() {
    for name in listed_commands() {
        let examples = examples(&name);
        let called = format!("lambda-store {name}");
        let own = examples.iter().filter(|line| line.contains(&called));
        assert!(own.count() > 0, "{name} has no examples: {examples:?}");
        for line in &examples {
            assert!(line.chars().count() <= 98, "{name}: too wide: {line}");
        }
    }
}

/// Runs a script in the directory of a store, with the command on its path.
fn shell(store: &TestStore, script: &str) -> Output {
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    Process::new("/bin/sh")
        .args(["-euc", script])
        .current_dir(store.beside(""))
        .env_clear()
        .env("HOME", store.beside(""))
        .env("PATH", binary.parent().unwrap())
        .output()
        .unwrap()
}

#[test]
fn the_examples_of_every_command_run_as_they_stand() {
    // `serve` is an own feature; its examples are run with it.
    for name in listed_commands().iter().filter(|name| *name != "serve") {
        let script = examples(name).join("\n");
        let output = shell(&directory_for(name), &script);
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = match name.as_str() {
            "rollback" => "live: 2 -> 1\nlive: 1 -> 1\nlive: 1 -> 2\n",
            _ => "",
        };
        let (code, said) = (output.status.code(), &*said);
        assert_eq!((code, said), (Some(0), expected), "{script}");
    }
}

#[test]
fn the_gate_among_the_examples_refuses_another_package() {
    let store = directory_for("publish-version");
    store.update("hello", b"another", &[]).succeeded();
    let script = examples("publish-version").join("\n");
    let (_, gate) = script.split_once("hash=").unwrap();
    let output = shell(&store, &format!("hash={gate}"));
    assert_eq!(output.status.code(), Some(254), "{output:?}");
    assert!(!store.join("hello/versions/4").exists());
}

/// Runs a command line and returns the help that it prints.
#[track_caller]
fn help_by(arguments: &[&str]) -> String {
    let ran = run(command().args(arguments));
    let came_to = (ran.code, ran.stderr.as_str());
    assert_eq!(came_to, (Some(0), ""), "{arguments:?}");
    ran.stdout
}

#[test]
fn the_help_of_a_command_is_one_text_however_it_is_asked_for() {
    for name in listed_commands() {
        let expected = help_by(&[&name, "--help"]);
        says(&expected, &["Usage:", "Examples:", &name]);
        for asked in [
            &["help", &name][..],
            &["lambda", "help", &name],
            &["lambda", &name, "--help"],
            &["--region", "us-east-1", "help", &name],
            &["help", &name, "--region", "us-east-1"],
        ] {
            assert_eq!(help_by(asked), expected, "{asked:?}");
        }
    }
    let expected = help_by(&["--help"]);
    for asked in [&["help"][..], &["lambda", "help"], &["lambda", "--help"]] {
        assert_eq!(help_by(asked), expected, "{asked:?}");
    }
}

#[test]
fn the_word_help_behind_a_command_of_aws_asks_for_its_help() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for name in [
        "create-function",
        "update-function-code",
        "update-function-configuration",
        "publish-version",
        "get-function",
        "get-function-configuration",
        "list-functions",
        "list-versions-by-function",
        "delete-function",
        "create-alias",
        "update-alias",
        "get-alias",
        "list-aliases",
        "delete-alias",
    ] {
        let expected = help_by(&[name, "--help"]);
        for asked in [
            &[name, "help"][..],
            &["lambda", name, "help"],
            &["lambda", "--region", "eu-west-1", name, "help"],
        ] {
            let ran = store.run(asked);
            assert_eq!(ran.code, Some(0), "{asked:?}");
            assert_eq!((ran.stdout, ran.stderr), (expected.clone(), String::new()));
        }
    }
    for asked in [
        ["delete-function", "--function-name", "hello", "help"],
        ["delete-function", "help", "--function-name", "hello"],
    ] {
        assert_eq!(help_by(&asked), help_by(&["delete-function", "--help"]));
        assert_eq!(store.run(&asked).code, Some(0));
    }
    assert!(store.files() == before);
}

#[test]
fn a_function_may_be_called_help() {
    let store = TestStore::made_by_hand("help");
    let ran = store.run(&["publish-version", "--function-name", "help"]);
    assert_eq!(ran.succeeded()["FunctionName"], "help");
    let status = store.run(&["status", "help"]);
    assert!(status.stdout.starts_with("help: "), "{status:?}");
}

#[test]
fn what_is_no_command_and_no_choice_is_told_with_the_usage_and_the_nearest() {
    for (arguments, given, nearest) in [
        (
            &["publis-version"][..],
            "'publis-version'",
            "'publish-version'",
        ),
        (
            &["lambda", "publis-version"],
            "'publis-version'",
            "'publish-version'",
        ),
        (
            &["publis-version", "help"],
            "'publis-version'",
            "'publish-version'",
        ),
        (&["hlep"], "'hlep'", "'help'"),
        (
            &["help", "publis-version"],
            "'publis-version'",
            "'publish-version'",
        ),
        (&["help", "stauts"], "'stauts'", "'status'"),
        (&["completions", "bsh"], "'bsh'", "'bash'"),
        (&["publish-version", "--output", "jsn"], "'jsn'", "'json'"),
    ] {
        let ran = run(command().args(arguments));
        says(ran.failed(252), &["Usage: lambda-store", given, nearest]);
    }
    for arguments in [
        &["nonsense"][..],
        &["help", "nonsense"],
        &["help", "status", "log"],
        &["completions"],
        &["completions", "nonsense"],
        &["man-pages"],
    ] {
        let ran = run(command().args(arguments));
        says(ran.failed(252), &["Usage: lambda-store"]);
    }
}
