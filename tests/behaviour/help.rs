//! Every command's help ends with examples, and they run as they stand.

use std::process::{Command as Process, Output};

use crate::support::{TestStore, command, run, zip_of};

/// Commands that make what the examples of the others find.
const MAKERS: [&str; 2] = ["init", "create-function"];

/// Returns the names of all commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = run(command().arg("--help")).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    list.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

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
    for name in commands() {
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
        .env("PATH", binary.parent().unwrap())
        .output()
        .unwrap()
}

#[test]
fn the_examples_of_every_command_run_as_they_stand() {
    for name in commands() {
        let script = examples(&name).join("\n");
        let output = shell(&directory_for(&name), &script);
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = match &*name {
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
