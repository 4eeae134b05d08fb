//! A progress bar for who waits for long at a terminal; `script` is the terminal, and strace makes
//! the disk slow.

use std::process::{Command, Output};

use fancy_regex::Regex;

use crate::support::{TestStore, zip_of};

/// What a bar says of a package, of two, and of counting.
const PACKAGE: &str = r"reading the package \[=* *\] +[0-9]+ % of 34 MB";
const COMPARISON: &str = r"comparing the packages \[=* *\] +[0-9]+ % of 17 MB";
const PACKAGES: &str = r"reading the packages \[=* *\] +[0-9]+ % of 68 MB";
const ARCHIVE: &str = "packages of the archive: [0-9]+ MB";
const COUNT: &str = "counting what is stored: [0-9]+ packages";

/// Each call that reads, copies or looks at a file takes this long, which makes some seconds of the
/// work of these tests.
const SLOW: &str = "inject=pread64:delay_enter=10000";
const SLOW_READ: &str = "inject=read:delay_enter=10000";
const SLOW_SMALL: &str = "inject=pread64:delay_enter=500";
const SLOW_COPY: &str = "inject=copy_file_range:delay_enter=400000";
const SLOW_LOOK: &str = "inject=newfstatat:delay_enter=1000";

const PUBLISH: &str = "publish-version --function-name hello";

/// A store with a package of 32 MiB placed by hand.
fn with_large_package() -> TestStore {
    let store = TestStore::made_by_hand("hello");
    let package = std::fs::File::create(store.join("hello/$LATEST/code.zip")).unwrap();
    package.set_len(32 * 1024 * 1024).unwrap();
    store
}

/// Returns the words of the command on a slow disk.
fn slowly(arguments: &str, slow: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_lambda-store");
    format!("strace -qq -f -o /dev/null -e {slow} {binary} {arguments}")
}

/// Runs a shell's command on a store with stderr on a terminal, and returns what that shows and what
/// stdout gets.
fn on_a_terminal(store: &TestStore, command: &str, terminal: &str) -> (String, String) {
    let result = store.beside("result");
    let output = Command::new("script")
        .args(["-qec", &format!("{command} >{}", result.display())])
        .arg("/dev/null")
        .env("LAMBDA_STORE", store.path())
        .env("TERM", terminal)
        .output()
        .unwrap_or_else(|error| panic!("script, of Debian's package bsdutils: {error}"));
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    (shown, std::fs::read_to_string(result).unwrap())
}

/// Sees that nothing was shown but a bar that moves on, and that it is gone in the end.
#[track_caller]
fn is_a_bar_that_is_removed(shown: &str, pattern: &str) {
    let erase = "\r\u{1b}[2K";
    let drawn: Vec<&str> = shown.split(erase).map(str::trim).collect();
    let (last, bars) = drawn.split_last().unwrap();
    assert_eq!(*last, "", "{shown:?}");
    let pattern = Regex::new(&format!("^{pattern}$")).unwrap();
    let bars: Vec<&&str> = bars.iter().filter(|bar| !bar.is_empty()).collect();
    assert!(bars.len() > 1, "{shown:?}");
    for bar in &bars {
        assert!(pattern.is_match(bar).unwrap(), "{bar:?}");
    }
    assert_ne!(bars.first(), bars.last(), "it does not move");
}

#[test]
fn hashing_that_takes_over_a_second_has_a_bar_on_a_terminal() {
    let store = with_large_package();
    let get = "get-function-configuration --function-name hello --query CodeSize";
    let (shown, result) = on_a_terminal(&store, &slowly(get, SLOW), "xterm");
    is_a_bar_that_is_removed(&shown, PACKAGE);
    assert_eq!(result, "33554432\n");
}

#[test]
fn publishing_that_takes_over_a_second_has_a_bar_on_a_terminal() {
    let store = with_large_package();
    let publish = format!("{PUBLISH} --query Version");
    let (shown, result) = on_a_terminal(&store, &slowly(&publish, SLOW_COPY), "xterm");
    is_a_bar_that_is_removed(&shown, PACKAGE);
    assert_eq!(result, "\"1\"\n");
}

#[test]
fn verifying_that_takes_over_a_second_has_a_bar_on_a_terminal_for_all_packages() {
    let store = with_large_package();
    store.place_version("hello", 1, b"", &serde_json::json!({}));
    let package = std::fs::File::create(store.join("hello/versions/1/code.zip")).unwrap();
    package.set_len(32 * 1024 * 1024).unwrap();
    let (shown, result) = on_a_terminal(&store, &slowly("verify", SLOW), "xterm");
    is_a_bar_that_is_removed(&shown, PACKAGES);
    assert!(result.starts_with("sound: 1 function, 1 version, 2 packages, "));
}

#[test]
fn verifying_in_a_pipe_has_no_bar() {
    let store = with_large_package();
    let Output { status, stderr, .. } = Command::new("sh")
        .args(["-c", &slowly("verify", SLOW)])
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap();
    assert!(status.success());
    assert_eq!(String::from_utf8(stderr).unwrap(), "");
}

#[test]
fn counting_that_takes_over_a_second_is_shown_on_a_terminal() {
    let store = TestStore::made_by_hand("hello");
    let versions = store.join("other/versions");
    for number in 1..=4_000 {
        let version = versions.join(number.to_string());
        std::fs::create_dir_all(&version).unwrap();
        std::fs::write(version.join("code.zip"), "").unwrap();
    }
    let (shown, _) = on_a_terminal(&store, &slowly(PUBLISH, SLOW_LOOK), "xterm");
    is_a_bar_that_is_removed(&shown, COUNT);
}

#[test]
fn comparing_that_takes_over_a_second_has_a_bar_on_a_terminal() {
    let store = TestStore::made_by_hand("hello");
    let package = |byte| zip_of(&[("large", &vec![byte; 8 * 1024 * 1024])]);
    for (name, byte) in [("old.zip", b'a'), ("new.zip", b'b')] {
        std::fs::write(store.beside(name), package(byte)).unwrap();
    }
    let paths = ["old.zip", "new.zip"].map(|name| store.beside(name).display().to_string());
    let diff = format!("diff hello {} --query Same", paths.join(" "));
    let slow = format!("({} || true)", slowly(&diff, SLOW));
    let (shown, result) = on_a_terminal(&store, &slow, "xterm");
    is_a_bar_that_is_removed(&shown, COMPARISON);
    assert_eq!(result, "false\n");
}

#[test]
fn exporting_and_importing_that_take_over_a_second_show_how_far_they_are_on_a_terminal() {
    let store = with_large_package();
    let archive = store.beside("hello.tar").display().to_string();
    let export = slowly(&format!("export hello {archive}"), SLOW_SMALL);
    let (shown, result) = on_a_terminal(&store, &export, "xterm");
    is_a_bar_that_is_removed(&shown, ARCHIVE);
    assert_eq!(result, "");
    let import = format!("import {archive} --as copy --query Latest");
    let (shown, result) = on_a_terminal(&store, &slowly(&import, SLOW_READ), "xterm");
    let (bar, said) = shown.rsplit_once("\r\u{1b}[2K").unwrap();
    is_a_bar_that_is_removed(&format!("{bar}\r\u{1b}[2K"), ARCHIVE);
    assert_eq!(said.trim(), "imported $LATEST of copy, a new function");
    assert_eq!(result, "true\n");
}

#[test]
fn what_is_quick_has_no_bar() {
    let store = TestStore::made_by_hand("hello");
    let package = std::fs::File::create(store.join("hello/$LATEST/code.zip")).unwrap();
    package.set_len(2 * 1024 * 1024).unwrap();
    let binary = env!("CARGO_BIN_EXE_lambda-store");
    let (shown, _) = on_a_terminal(&store, &format!("{binary} {PUBLISH}"), "xterm");
    assert_eq!(shown, "");
}

#[test]
fn a_pipe_and_a_terminal_that_cannot_move_back_see_no_bar() {
    let slow_publish = slowly(PUBLISH, SLOW_COPY);
    let store = with_large_package();
    let (shown, _) = on_a_terminal(&store, &slow_publish, "dumb");
    assert_eq!(shown, "");
    let store = with_large_package();
    let Output { status, stderr, .. } = Command::new("sh")
        .args(["-c", &slow_publish])
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap();
    assert!(status.success());
    assert_eq!(String::from_utf8(stderr).unwrap(), "");
}

#[test]
fn a_failure_stands_where_the_bar_was() {
    let store = with_large_package();
    let refused = "--code-sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let publish = format!("{} || true", slowly(&format!("{PUBLISH} {refused}"), SLOW));
    let (shown, _) = on_a_terminal(&store, &format!("({publish})"), "xterm");
    let (bar, message) = shown.rsplit_once("\r\u{1b}[2K").unwrap();
    assert!(bar.contains("reading the package"), "{shown:?}");
    assert!(message.contains("CodeSha256"), "{shown:?}");
    assert!(!message.contains("reading the package"), "{shown:?}");
}
