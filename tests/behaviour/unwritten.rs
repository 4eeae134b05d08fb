//! A result that cannot be written: exit 255, and whether the change is done is said on stderr.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{ROLE, TestStore};

/// Runs the command with a stdout that takes nothing, and returns exit code and stderr.
fn run_with_stdout(store: &TestStore, arguments: &[&str], stdout: Stdio) -> (Option<i32>, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .env_clear()
        .env("LAMBDA_STORE", store.path())
        .args(arguments)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

/// A pipe that nobody reads from.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A device that is always full.
#[cfg(target_os = "linux")]
fn full_device() -> Stdio {
    let device = File::options().write(true).open("/dev/full");
    device.unwrap().into()
}

/// A file that is open for reading only.
fn read_only() -> Stdio {
    File::open(env!("CARGO_MANIFEST_DIR")).unwrap().into()
}

/// A stdout that takes nothing, and what the operating system says of it.
type Unwritable = (fn() -> Stdio, &'static str);

fn each_stdout() -> Vec<Unwritable> {
    vec![
        (closed_pipe, "Broken pipe (os error 32)"),
        (read_only, "Bad file descriptor (os error 9)"),
        #[cfg(target_os = "linux")]
        (full_device, "No space left on device (os error 28)"),
    ]
}

const HELLO: [&str; 2] = ["--function-name", "hello"];

#[test]
fn a_result_that_cannot_be_written_is_told_and_the_change_is_done() {
    for (stdout, cause) in each_stdout() {
        let store = TestStore::nothing();
        let [first, second, third] = ["v1", "v2", "v3"]
            .map(|content| store.zip(&format!("{content}.zip"), content.as_bytes()));
        let told = |operation: &str, arguments: &[&str], done: &str| {
            let arguments = [&[operation][..], arguments].concat();
            let (code, stderr) = run_with_stdout(&store, &arguments, stdout());
            let expected = format!(
                "\nthe change is done and kept{done}, but its result could not be written to stdout: {cause}\n"
            );
            assert_eq!((code, stderr), (Some(255), expected), "{arguments:?}");
        };
        told("init", &[], "");
        assert!(store.join("store.json").is_file());

        let create = [
            "--runtime",
            "python3.13",
            "--handler",
            "app.handler",
            "--role",
            ROLE,
        ];
        let create = [&HELLO[..], &create, &["--zip-file", &first]].concat();
        told("create-function", &create, " (version $LATEST of hello)");
        store.get("hello", &[]).succeeded();

        told("publish-version", &HELLO, " (version 1 of hello)");
        store.get("hello", &["--qualifier", "1"]).succeeded();

        let update = [&HELLO[..], &["--zip-file", &second]].concat();
        told(
            "update-function-code",
            &update,
            " (version $LATEST of hello)",
        );
        assert_eq!(store.history("hello").len(), 3);

        // Whatever of the result was asked for.
        let publish = ["--zip-file", &third, "--publish", "--query", "Runtime"];
        let publish = [&HELLO[..], &publish].concat();
        told("update-function-code", &publish, " (version 2 of hello)");
        store.get("hello", &["--qualifier", "2"]).succeeded();

        told("restore", &["hello", "1"], " (version $LATEST of hello)");
        assert_eq!(store.history("hello").pop().unwrap()["Restored"], 1);

        let live = [&HELLO[..], &["--name", "live"]].concat();
        let create = [&live[..], &["--function-version", "1"]].concat();
        told("create-alias", &create, " (alias live to version 1)");
        let update = [&live[..], &["--function-version", "2"]].concat();
        told("update-alias", &update, " (alias live to version 2)");
        assert_eq!(store.get("hello:live", &[]).succeeded()["Version"], "2");
        let rollback = ["hello", "--alias", "live"];
        told("rollback", &rollback, " (alias live to version 1)");
        assert_eq!(store.get("hello:live", &[]).succeeded()["Version"], "1");
        // What prints nothing has nothing that could be lost.
        let delete = [&["delete-alias"][..], &live].concat();
        let (code, stderr) = run_with_stdout(&store, &delete, stdout());
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let query = [&live[..], &["--query", "Name"]].concat();
        told("delete-alias", &query, "");

        store.update("hello", b"v4", &["--publish"]).succeeded();
        told("prune", &["hello", "--keep-last", "1", "--apply"], "");
        assert!(!store.join("hello/versions/1").exists());

        told(
            "delete-function",
            &[&HELLO[..], &["--qualifier", "3"]].concat(),
            "",
        );
        assert!(!store.join("hello/versions/3").exists());
        told("delete-function", &HELLO, "");
        assert!(!store.join("hello").exists());
    }
}

#[test]
fn a_result_that_cannot_be_written_and_changed_nothing_does_not_say_that_it_did() {
    for (stdout, cause) in each_stdout() {
        let store = TestStore::with_function("hello");
        store.publish("hello", &[]).succeeded();
        store.create_alias("live", "1", &[]).succeeded();
        let zip = store.zip("code.zip", b"v1");
        let before = store.files();
        let rollback = ["rollback", "hello", "--alias", "live", "--to", "1"];
        for (arguments, options) in [
            (&["get-function"][..], &HELLO[..]),
            (&["get-function-configuration"], &HELLO),
            (&["list-versions-by-function"], &HELLO),
            (&["list-aliases"], &HELLO),
            (&["get-alias", "--name", "live"], &HELLO),
            (&["publish-version"], &HELLO),
            (
                &["update-function-code", "--dry-run", "--zip-file", &zip],
                &HELLO,
            ),
            (&["restore", "hello", "1"], &["--dry-run"]),
            (&rollback, &["--dry-run"]),
            (&["prune", "hello"], &["--keep-last", "0"]),
            (&["prune", "hello", "--apply"], &["--keep-last", "1"]),
        ] {
            let arguments = [arguments, options].concat();
            let (code, stderr) = run_with_stdout(&store, &arguments, stdout());
            let expected = format!("\nthe result could not be written to stdout: {cause}\n");
            assert_eq!((code, stderr), (Some(255), expected), "{arguments:?}");
        }
        let (code, _) = run_with_stdout(&store, &["--help"], stdout());
        assert_eq!(code, Some(255));
        assert!(store.files() == before);
    }
}

#[test]
fn a_command_that_has_no_result_ends_with_its_own_code_whatever_stdout_is() {
    for (stdout, _) in each_stdout() {
        let store = TestStore::with_function("hello");
        let unknown = ["publish-version", "--function-name", "unknown"];
        let (code, stderr) = run_with_stdout(&store, &unknown, stdout());
        assert_eq!(code, Some(254), "{stderr}");
        let (code, stderr) = run_with_stdout(&store, &["publish-version", "--nonsense"], stdout());
        assert_eq!(code, Some(252), "{stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stderr_that_takes_nothing_does_not_change_the_exit_code() {
    let store = TestStore::with_function("hello");
    for (arguments, expected) in [
        (&["publish-version", "--function-name", "unknown"][..], 254),
        (&["publish-version", "--nonsense"], 252),
        (
            &[
                "--store",
                "/nowhere",
                "get-function",
                "--function-name",
                "a",
            ],
            253,
        ),
    ] {
        let status = Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
            .env_clear()
            .env("LAMBDA_STORE", store.path())
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(full_device())
            .status();
        assert_eq!(status.unwrap().code(), Some(expected), "{arguments:?}");
    }
}

/// Rust opens the null device for a stdout that was closed before it started, so that no file takes
/// its place; nothing tells it from one that the caller chose.
#[test]
fn a_stdout_that_was_closed_is_as_the_null_device_and_the_change_is_done() {
    let store = TestStore::with_function("hello");
    let publish = r#"exec "$0" publish-version --function-name hello >&-"#;
    let output = Command::new("/bin/sh")
        .env_clear()
        .env("LAMBDA_STORE", store.path())
        .args(["-c", publish])
        .arg(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
    store.get("hello", &["--qualifier", "1"]).succeeded();
    assert_eq!(store.history("hello").len(), 2);
}
