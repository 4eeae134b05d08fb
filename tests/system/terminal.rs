//! What a person at a terminal is told, and a pipe is not; `script` is the terminal.

use std::process::Command;

use fs2::FileExt as _;
use unicode_width::UnicodeWidthStr as _;

use crate::support::{TestStore, masked, stored, zip_of, zip_with};

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
    assert_eq!(
        on_a_terminal(&store, rollback),
        "live: 1 with 10% to 2 -> 1\n"
    );
    assert_eq!(
        on_a_terminal(&store, rollback),
        "live: 1 -> 1 with 10% to 2\n"
    );
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
    shown_by(store, &format!("{binary} {arguments}"), variables)
}

/// Runs a command line on a terminal, and returns what it shows.
fn shown_by(store: &TestStore, line: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new("script")
        .args(["-qec", line, "/dev/null"])
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
fn an_archive_goes_to_no_terminal_and_comes_from_none() {
    let store = TestStore::with_function("hello");
    let before = store.files();
    for (arguments, refusal) in [
        ("export hello -", "An archive is not written to a terminal"),
        (
            "import - --as copy",
            "An archive is not read from a terminal",
        ),
    ] {
        let binary = env!("CARGO_BIN_EXE_lambda-store");
        let shown = shown_by(&store, &format!("{binary} {arguments} || echo $?"), &[]);
        assert!(shown.starts_with(&format!("\n{refusal}")), "{shown:?}");
        assert!(shown.ends_with("\n252\n"), "{shown:?}");
    }
    assert_eq!(store.files(), before);
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
fn diff_is_coloured_as_git_does_it() {
    let store = TestStore::with_function("hello");
    let code = store.join("hello/$LATEST/code.zip");
    let old = zip_of(&[("app.py", b"v0"), ("gone.py", b"gone\n"), ("mode.sh", b"x")]);
    std::fs::write(&code, old).unwrap();
    store.publish("hello", &[]).succeeded();
    store.configure("hello", &["--timeout", "10"]).succeeded();
    let mode = stored().unix_permissions(0o755);
    let new = zip_with(&[
        ("app.py", b"v1\n", stored()),
        ("mode.sh", b"x", mode),
        ("new.py", b"new\n", stored()),
    ]);
    std::fs::write(code, new).unwrap();
    let plain = store.run(&["diff", "hello", "--text"]).stdout;
    let coloured = shown_on_a_terminal(&store, "diff hello --text || true", &[]);
    assert_eq!(without_escape_codes(&coloured), plain);
    let (red, green, yellow, cyan, bold) = ("31", "32", "33", "36", "1");
    for (code, text) in [
        (bold, "hello"),
        (bold, "Configuration:"),
        (red, "3"),
        (green, "10"),
        (bold, "Package:"),
        (yellow, "modified  app.py "),
        (red, "removed   gone.py"),
        (yellow, "modified  mode.sh"),
        (green, "added     new.py "),
        (bold, "--- a/app.py"),
        (bold, "+++ b/app.py"),
        (cyan, "@@ -1 +1 @@"),
        (red, "-v0"),
        (green, "+v1"),
        (green, "+new"),
    ] {
        let painted = format!("\u{1b}[{code}m{text}\u{1b}[0m");
        assert!(coloured.contains(&painted), "{painted:?}: {coloured:?}");
    }
    let shown = shown_on_a_terminal(&store, "diff hello --text || true", &[("NO_COLOR", "1")]);
    assert_eq!(shown, plain);
}

/// Runs the command on a terminal of so many columns.
fn shown_in_columns(store: &TestStore, columns: usize, arguments: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_lambda-store");
    shown_by(
        store,
        &format!("stty cols {columns}; {binary} {arguments}"),
        &[],
    )
}

/// A function with two versions, aliases and a long description.
fn with_a_past() -> TestStore {
    let store = TestStore::nothing();
    store.create("hello", &["--publish"]).succeeded();
    store.update("hello", b"two", &[]).succeeded();
    let description = "Greets whoever calls, in the language of their country: grüßt, 问候";
    let description = ["--description", description];
    store.publish("hello", &description).succeeded();
    store.edit_config("hello", |config| config["Timeout"] = 10.into());
    let live = serde_json::json!({
        "FunctionVersion": "1",
        "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}
    });
    store.place_alias("live", &live);
    store
}

#[test]
fn a_log_is_coloured_on_a_terminal_unless_somebody_says_no() {
    let store = with_a_past();
    let plain = store.log("hello", &["--all"]).stdout;
    let coloured = shown_in_columns(&store, 300, "log hello --all");
    assert_eq!(without_escape_codes(&coloured), plain);
    let shown = masked(&coloured).replace('\u{1b}', "ESC");
    let host = fancy_regex::Regex::new(r"\([a-z0-9]+@[^)]+\)").unwrap();
    insta::assert_snapshot!(host.replace_all(&shown, "(user@host)"), @"
    ESC[1m$LATESTESC[0m  YYYY-MM-DD hh:mm            113 B  ESC[2mq939SBRrESC[0m  ESC[33mconfiguration since 2, edited by handESC[0m
    ESC[1m2ESC[0m        YYYY-MM-DD hh:mm  ESC[1mESC[36mlive 25%ESC[0m  113 B  ESC[2mq939SBRrESC[0m  code   Greets whoever calls, in the language of their country: grüßt, 问候
             ESC[2mYYYY-MM-DD hh:mmESC[0m  ESC[2mcode updated (user@host)ESC[0m
    ESC[1m1ESC[0m        YYYY-MM-DD hh:mm  ESC[1mESC[36mlive 75%ESC[0m  112 B  ESC[2meyq/JXwHESC[0m  first
             ESC[2mYYYY-MM-DD hh:mmESC[0m  ESC[2mcreated (user@host)ESC[0m
    ");
    for (options, variables) in [
        ("", &[("NO_COLOR", "1")][..]),
        ("", &[("TERM", "dumb")]),
        ("--color off", &[]),
    ] {
        let shown = shown_on_a_terminal(&store, &format!("log hello {options}"), variables);
        assert!(
            !shown.contains('\u{1b}'),
            "{options} {variables:?} {shown:?}"
        );
    }
    // Whom it is shown to makes no difference for who asks for colour in so many words.
    let asked = store.log("hello", &["--all", "--color", "on"]).stdout;
    assert_eq!(asked, coloured);
}

#[test]
fn a_log_is_no_wider_than_the_terminal_and_is_whole_in_a_pipe() {
    let store = with_a_past();
    for number in 0..30 {
        let alias = serde_json::json!({"FunctionVersion": "2"});
        store.place_alias(&format!("stage-{number}"), &alias);
    }
    let whole = store.log("hello", &["--all"]).stdout;
    assert!(whole.contains("country: grüßt, 问候\n"), "{whole}");
    assert!(whole.contains(", stage-9  "), "{whole}");
    for columns in [1, 20, 60, 80, 120, 142] {
        let shown = shown_in_columns(&store, columns, "log hello --all");
        let shown = without_escape_codes(&shown);
        assert_eq!(shown.lines().count(), whole.lines().count());
        for line in shown.lines() {
            assert!(line.width() <= columns, "{columns}: {line}");
        }
    }
    let shown = shown_in_columns(&store, 80, "log hello --color off");
    insta::assert_snapshot!(masked(&shown), @"
    $LATEST  YYYY-MM-DD hh:mm                    113 B  q939SBRr  configuration sin…
    2        YYYY-MM-DD hh:mm  live 25%, stage…  113 B  q939SBRr  code   Greets who…
    1        YYYY-MM-DD hh:mm  live 75%          112 B  eyq/JXwH  first
    ");
    // A document is for scripts, on a terminal too.
    let document = shown_in_columns(&store, 40, "log hello --output json");
    assert_eq!(document, store.log("hello", &["--output", "json"]).stdout);
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

#[test]
fn a_finding_is_coloured_on_a_terminal_unless_somebody_says_no() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let sound = shown_on_a_terminal(&store, "verify", &[]);
    assert!(sound.starts_with("\u{1b}[32msound\u{1b}[0m: "), "{sound:?}");
    store.place_alias("live", &serde_json::json!({"FunctionVersion": "7"}));
    let plain = store.run(&["verify"]).stdout;
    let coloured = shown_on_a_terminal(&store, "verify || true", &[]);
    for word in ["alias-target-missing", "not sound, 1 finding"] {
        let painted = format!("\u{1b}[31m{word}\u{1b}[0m");
        assert!(coloured.contains(&painted), "{coloured:?}");
    }
    assert_eq!(without_escape_codes(&coloured), plain);
    let uncoloured = shown_on_a_terminal(&store, "verify || true", &[("NO_COLOR", "1")]);
    assert_eq!(uncoloured, plain);
}

/// Takes out the sequences that choose how letters look.
fn without_escape_codes(text: &str) -> String {
    let codes = fancy_regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    codes.replace_all(text, "").into_owned()
}
