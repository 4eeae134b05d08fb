//! What a person at a terminal is told, and a pipe is not; `script` is the terminal.

use std::process::Command;

use fs2::FileExt as _;

use crate::support::TestStore;

/// Runs the command on a store with stderr on a terminal and stdout thrown away.
fn on_a_terminal(store: &TestStore, arguments: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_lambda-store");
    let output = Command::new("script")
        .args([
            "-qec",
            &format!("{binary} {arguments} >/dev/null"),
            "/dev/null",
        ])
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap_or_else(|error| panic!("script, of Debian's package bsdutils: {error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn a_person_is_told_that_nothing_changed_and_a_pipe_is_not() {
    let store = TestStore::with_function("hello");
    let publish = "publish-version --function-name hello";
    assert_eq!(on_a_terminal(&store, publish), "");
    assert_eq!(
        on_a_terminal(&store, publish),
        "hello is unchanged since version 1\n"
    );
    store.publish("hello", &[]).succeeded();
}

#[test]
fn a_person_is_told_from_where_to_where_an_alias_is_rolled_back() {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    let live = ["--function-name", "hello", "--name", "live"];
    for options in [
        &["create-alias", "--function-version", "1"][..],
        &[
            "update-alias",
            "--routing-config",
            "AdditionalVersionWeights={2=0.1}",
        ],
        &[
            "update-alias",
            "--function-version",
            "2",
            "--routing-config",
            "{}",
        ],
    ] {
        store.run(&[options, &live].concat()).succeeded();
    }
    let rollback = "rollback hello --alias live";
    let told = [
        ("--dry-run", "live: 2 -> 1\n"),
        ("", "live: 2 -> 1\n"),
        ("", "live: 1 -> 2\n"),
        ("--to 1", "live: 2 -> 1\n"),
    ];
    for (options, said) in told {
        assert_eq!(
            on_a_terminal(&store, &format!("{rollback} {options}")),
            said
        );
    }
    let weights = ["--routing-config", "AdditionalVersionWeights={2=0.1}"];
    store
        .run(&[&["update-alias"], &live[..], &weights].concat())
        .succeeded();
    assert_eq!(on_a_terminal(&store, rollback), "live: 1 {2=0.1} -> 1\n");
    assert_eq!(on_a_terminal(&store, rollback), "live: 1 -> 1 {2=0.1}\n");
}

#[test]
fn a_person_is_told_who_is_waited_for_after_a_second() {
    let store = TestStore::with_function("hello");
    let lock = std::fs::File::open(store.join("hello/.lock")).unwrap();
    lock.lock_exclusive().unwrap();
    let waiting = "waiting for another command that is changing hello";
    std::thread::scope(|scope| {
        let said = scope.spawn(|| {
            on_a_terminal(
                &store,
                "publish-version --function-name hello --lock-timeout 60",
            )
        });
        // It is told once, after a second of waiting: time is what this is about.
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert!(!said.is_finished(), "it did not wait");
        fs2::FileExt::unlock(&lock).unwrap();
        let said = said.join().unwrap();
        assert_eq!(said.matches(waiting).count(), 1, "{said}");
    });
}

/// Runs the command on a store with stdout on a terminal, and returns what it shows.
fn shown_on_a_terminal(store: &TestStore, arguments: &str, variables: &[(&str, &str)]) -> String {
    let binary = env!("CARGO_BIN_EXE_lambda-store");
    let output = Command::new("script")
        .args(["-qec", &format!("{binary} {arguments}"), "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("TERM", "xterm")
        .envs(variables.iter().copied())
        .env("LAMBDA_STORE", store.path())
        .output()
        .unwrap_or_else(|error| panic!("script, of Debian's package bsdutils: {error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn status_is_coloured_on_a_terminal_unless_somebody_says_no() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    store.edit_config("hello", |config| config["Timeout"] = 10.into());
    let plain = store.run(&["status", "hello"]).stdout;
    let coloured = shown_on_a_terminal(&store, "status hello", &[]);
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    assert_eq!(without_escape_codes(&coloured), plain);
    for (options, variables) in [
        ("", &[("NO_COLOR", "1")][..]),
        ("", &[("TERM", "dumb")]),
        ("--color auto", &[("NO_COLOR", "1")]),
        ("--color off", &[]),
    ] {
        let shown = shown_on_a_terminal(&store, &format!("status hello {options}"), variables);
        assert_eq!(shown, plain, "{options} {variables:?}");
    }
    // Who asks for colour in so many words gets it.
    let shown = shown_on_a_terminal(&store, "status hello --color on", &[("NO_COLOR", "1")]);
    assert_eq!(shown, coloured);
    // A document is for scripts, on a terminal too.
    let document = shown_on_a_terminal(&store, "status hello --output json", &[]);
    let expected = store.run(&["status", "hello", "--output", "json"]);
    assert_eq!(document, expected.stdout);
}

#[test]
fn a_prune_is_coloured_on_a_terminal_unless_somebody_says_no() {
    let store = TestStore::with_function("hello");
    for content in [b"v1", b"v2"] {
        store.update("hello", content, &["--publish"]).succeeded();
    }
    let plain = store.run(&["prune", "hello", "--keep-last", "1"]).stdout;
    let prune = "prune hello --keep-last 1";
    let coloured = shown_on_a_terminal(&store, prune, &[]);
    for word in ["\u{1b}[31mremove\u{1b}[0m", "\u{1b}[32mkeep  \u{1b}[0m"] {
        assert!(coloured.contains(word), "{coloured:?}");
    }
    assert_eq!(without_escape_codes(&coloured), plain);
    let uncoloured = shown_on_a_terminal(&store, prune, &[("NO_COLOR", "1")]);
    assert_eq!(uncoloured, plain);
}

/// Takes out the sequences that choose how letters look.
fn without_escape_codes(text: &str) -> String {
    let codes = fancy_regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    codes.replace_all(text, "").into_owned()
}
