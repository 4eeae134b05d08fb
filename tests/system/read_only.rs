//! A store that may be read and not written to: every command that writes says so and changes nothing,
//! and every one that reads answers, also beside a change that a killed command left.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::outcome::FUNCTION;
use crate::readers::readers;
use crate::server::{BINARY, Server};
use crate::small_disk::{FileSystem, SmallDisk};
use crate::strace::{kill, record};
use crate::support::{Ran, TestStore, says};
use crate::undisturbed::{PUBLISH, Packages, SMALL, copy_of};
use crate::writers::{prepare, writers};
use crate::writing_requests::{READING_REQUESTS, writing_requests};

/// What the system says of a disk that is mounted read-only, and of files that are somebody else's.
const READ_ONLY: &str = "Read-only file system (os error 30)";
const DENIED: &str = "Permission denied (os error 13)";

/// Nobody, who owns nothing.
const NOBODY: u32 = 65_534;

/// What every command that reads answers while the store may be written to.
fn answers(store: &TestStore) -> Vec<Ran> {
    let readers = readers().into_iter();
    readers.map(|arguments| store.run(&arguments)).collect()
}

/// Runs every command by `run`: those that read answer as before, those that write, with packages
/// that everybody can read, fail for this cause.
fn check_commands(
    store: &TestStore,
    answers: &[Ran],
    packages: &Packages,
    cause: &str,
    run: impl Fn(&[&str]) -> Ran,
) {
    let before = store.files();
    for (arguments, answer) in readers().iter().zip(answers) {
        assert_eq!(run(arguments), *answer, "{arguments:?}");
    }
    let writers = writers(packages, SMALL);
    open_to_readers(packages.path());
    for writer in writers {
        let ran = run(&writer.arguments());
        let message = ran.failed_with("ServiceException", writer.operation);
        says(message, &[store.path().to_str().unwrap(), cause]);
        assert!(store.files() == before, "{message}");
    }
}

#[track_caller]
fn check_success(answers: &[Ran]) {
    for ran in answers {
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

/// Sends every request: those that read are answered, those that write fail for this cause.
fn check_requests(store: &TestStore, server: &Server, cause: &str) {
    let before = store.files();
    for path in READING_REQUESTS {
        let path = format!("/2015-03-31/functions{path}");
        server.send("GET", &path, b"").succeeded(200);
    }
    for request in writing_requests(SMALL) {
        let answered = server.send(request.method, &request.path(), request.body.as_bytes());
        let message = answered.failed_with(500, "ServiceException");
        says(&message, &[cause]);
        assert!(store.files() == before, "{message}");
    }
}

/// Copies a store to a disk.
fn copy_to(disk: &SmallDisk, store: &TestStore) -> TestStore {
    let copy = TestStore::nothing_in(&disk.path());
    let mut command = Command::new("cp");
    command.arg("-a").args([store.path(), copy.path()]);
    assert!(command.status().unwrap().success());
    copy
}

/// A disk that is read-only while this lives.
struct ReadOnly<'a>(&'a SmallDisk);

impl<'a> ReadOnly<'a> {
    fn make(disk: &'a SmallDisk) -> Self {
        disk.forbid_writing();
        Self(disk)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        self.0.allow_writing();
    }
}

fn prepared() -> TestStore {
    let store = TestStore::nothing();
    prepare(&store, &Packages::new(), SMALL);
    store
}

#[test]
fn a_store_on_a_read_only_disk_is_read_and_not_written_to() {
    let disk = SmallDisk::new(FileSystem::Tmpfs);
    let store = copy_to(&disk, &prepared());
    let answers = answers(&store);
    check_success(&answers);
    let _read_only = ReadOnly::make(&disk);
    check_commands(&store, &answers, &Packages::new(), READ_ONLY, |arguments| {
        store.run(arguments)
    });
    let server = Server::of(&store, &[]);
    check_requests(&store, &server, READ_ONLY);
}

#[test]
fn a_server_writes_again_once_its_disk_may_be_written_to() {
    let disk = SmallDisk::new(FileSystem::Tmpfs);
    let store = copy_to(&disk, &prepared());
    let server = Server::of(&store, &[]);
    let publish = || server.send("POST", "/2015-03-31/functions/hello/versions", b"{}");
    let read_only = ReadOnly::make(&disk);
    publish().failed_with(500, "ServiceException");
    drop(read_only);
    assert_eq!(publish().succeeded(201)["Version"], "5");
}

/// A publish that was killed wherever its change is left for others to see is read on a disk that
/// nobody can write to.
#[test]
fn a_change_that_a_killed_command_left_is_read_on_a_read_only_disk() {
    let prepared = prepared();
    let recorded = record(copy_of(&prepared), &PUBLISH);
    let touching = recorded.calls.iter();
    let renames: Vec<_> = touching
        .filter(|call| call.name.starts_with("rename") && call.touches(&recorded.store))
        .collect();
    assert!(!renames.is_empty());
    for rename in renames {
        let killed = copy_of(&prepared);
        kill(&killed, &PUBLISH, &recorded, rename);
        let staged = std::fs::read_dir(killed.join("hello/.staging")).unwrap();
        assert_ne!(staged.count(), 0);
        let disk = SmallDisk::new(FileSystem::Tmpfs);
        let store = copy_to(&disk, &killed);
        let answers = answers(&store);
        let (verified, others) = answers.split_last().unwrap();
        check_success(others);
        let findings = verified.stdout.matches("1 finding:").count();
        assert_eq!((verified.code, findings), (Some(1), 1), "{verified:?}");
        says(&verified.stdout, &["change-unfinished"]);
        let read_only = ReadOnly::make(&disk);
        check_commands(&store, &answers, &Packages::new(), READ_ONLY, |arguments| {
            store.run(arguments)
        });
        let published = store.get(FUNCTION, &["--qualifier", "5"]).succeeded();
        drop(read_only);
        assert_eq!(store.run(&PUBLISH).succeeded(), published);
    }
}

/// Lets everybody read what stands in a directory.
fn open_to_readers(path: &Path) {
    let mut chmod = Command::new("chmod");
    let status = chmod.args(["-R", "go+rX"]).arg(path).status();
    assert!(status.unwrap().success());
}

/// Returns the program where everybody can run it, and a command of nobody's.
fn as_nobody() -> (tempfile::TempDir, impl Fn() -> Command) {
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("lambda-store");
    std::fs::copy(BINARY, &program).unwrap();
    open_to_readers(place.path());
    let command = move || {
        let mut command = Command::new(&program);
        command.uid(NOBODY).gid(NOBODY);
        command
    };
    (place, command)
}

#[test]
fn a_store_of_somebody_else_is_read_and_not_written_to() {
    assert!(
        rustix::process::geteuid().is_root(),
        "this takes root, who can become somebody else"
    );
    let store = prepared();
    open_to_readers(&store.beside(""));
    let answers = answers(&store);
    check_success(&answers);
    let (_place, command) = as_nobody();
    check_commands(&store, &answers, &Packages::new(), DENIED, |arguments| {
        let mut command = command();
        command.env_clear().env("USER", "nobody").args(arguments);
        let output = command.env("LAMBDA_STORE", store.path()).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    });
    let mut serve = command();
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    check_requests(&store, &Server::started(&store, &mut serve), DENIED);
}
