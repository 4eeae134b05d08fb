//! The README is right: its commands run, and print what it shows.
//!
//! # The convention
//! A block that is fenced as `console` is a session: a line that begins with `$ ` is a command, the
//! lines up to the next one are what it prints, on stdout and stderr alike. A line that is only `…`
//! stands for any lines. All blocks run in order in one directory, which at first holds a copy of
//! `store-example` and nothing else, each command in a shell of its own, and each must succeed.
//! A block with a name behind its language, such as `make Makefile`, is a file of that name there.
//! `cargo run --release --` stands for the command that was built with this test, which is also
//! what `lambda-store` is found to be.
//!
//! What differs from run to run is masked on both sides: revision ids, times, `user@host`, tokens,
//! and the hashes that cover those. Blocks fenced as `sh` are commands that cannot run inside of a
//! test, and are named here one by one; `text` is for people.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise, and make the files that the README shows"
)]

mod support;

use std::path::Path;
use std::process::Command;

use fancy_regex::Regex;

const README: &str = include_str!("../README.md");

/// The commands that set up a machine, and would do so in the middle of a test, those that need an
/// account, and those that need a server.
const NOT_RUN: [&str; 11] = [
    "cargo test",
    "cargo install --path .",
    "RUSTFLAGS=-Ctarget-feature=+crt-static cargo install --path . --target x86_64-unknown-linux-gnu",
    "mkdir -p ~/.local/share/bash-completion/completions && lambda-store completions bash > ~/.local/share/bash-completion/completions/lambda-store",
    "mkdir -p ~/.config/fish/completions && lambda-store completions fish > ~/.config/fish/completions/lambda-store.fish",
    "mkdir -p ~/.zfunc && lambda-store completions zsh > ~/.zfunc/_lambda-store",
    "lambda-store man-pages ~/.cargo/share/man/man1",
    "aws lambda get-account-settings --query AccountLimit",
    "aws service-quotas list-service-quotas --service-code lambda --query 'Quotas[].[QuotaName, Value]' --output text",
    "lambda-store serve",
    "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=us-east-1 aws lambda list-functions --endpoint-url http://127.0.0.1:9400",
];

/// A fenced block.
struct Block {
    /// The language, or the language and the name of a file.
    kind: String,
    lines: Vec<String>,
}

impl Block {
    /// Returns the name of the file that the block is.
    fn file(&self) -> Option<&str> {
        self.kind.split_once(' ').map(|(_, name)| name)
    }
}

/// A command, and what the README says that it prints.
struct Example {
    command: String,
    shown: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(kind), None) => {
                let kind = kind.to_owned();
                let lines = Vec::new();
                open = Some(Block { kind, lines });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

fn examples(block: &Block) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    if block.kind != "console" {
        return examples;
    }
    assert!(
        block.lines[0].starts_with("$ "),
        "a session begins with a command"
    );
    for line in &block.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            examples.push(Example {
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else {
            examples.last_mut().unwrap().shown.push(line.clone());
        }
    }
    examples
}

/// Masks what differs from run to run.
fn masked(line: &str) -> String {
    let mut line = support::masked(line);
    for (pattern, mask) in [
        (r#""By":"[^"@]+@[^"]+""#, r#""By":"<user@host>""#),
        (r"\([^()@ ]+@[^()]+\)$", "(<user@host>)"),
        (r#""Token":"[a-z0-9]{8}""#, r#""Token":"<token>""#),
        (
            r#""(ConfigSha256|Previous)":"[0-9a-f]{64}""#,
            r#""$1":"<hash>""#,
        ),
        // Recorded only of a package that is two seconds old.
        (r#","Code(Modified|Changed)":"\d+\.\d{9}""#, ""),
    ] {
        let pattern = Regex::new(pattern).unwrap();
        line = pattern.replace_all(&line, mask).into_owned();
    }
    line
}

/// Returns whether lines are as shown; `…` stands for any lines.
fn are_as_shown(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=printed.len()).any(|skipped| are_as_shown(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed.first() == Some(first) && are_as_shown(rest, &printed[1..]),
    }
}

/// Runs the examples of a text in a directory; returns the first that is not as shown.
fn first_wrong_example(text: &str, directory: &Path) -> Option<String> {
    for block in blocks(text) {
        if let Some(name) = block.file() {
            std::fs::write(directory.join(name), block.lines.join("\n") + "\n").unwrap();
        }
        let wrong = |example: Example| wrong_example(&example, directory);
        if let Some(wrong) = examples(&block).into_iter().find_map(wrong) {
            return Some(wrong);
        }
    }
    None
}

/// Runs an example; returns what it prints unless that is as shown.
fn wrong_example(Example { command, shown }: &Example, directory: &Path) -> Option<String> {
    let binary = assert_cmd::cargo::cargo_bin!("lambda-store");
    let inherited = std::env::var("PATH").unwrap();
    let path = format!("{}:{inherited}", binary.parent().unwrap().display());
    let runnable = command.replace("cargo run --release --", "lambda-store");
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{runnable}")])
        .current_dir(directory)
        .env_clear()
        .env("PATH", &path)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown: Vec<String> = shown.iter().map(|line| masked(line)).collect();
    let lines: Vec<String> = printed.lines().map(masked).collect();
    if output.status.success() && are_as_shown(&shown, &lines) {
        return None;
    }
    Some(format!(
        "$ {command}\n{}\n--- shown:\n{}\n--- printed:\n{}",
        output.status,
        shown.join("\n"),
        lines.join("\n")
    ))
}

/// Makes a directory as a fresh clone has it, as far as the README's commands need it.
fn fresh_clone() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let status = Command::new("cp")
        .args(["-R", concat!(env!("CARGO_MANIFEST_DIR"), "/store-example")])
        .arg(directory.path())
        .status();
    assert!(status.unwrap().success());
    directory
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_command_prints_what_the_readme_shows() {
    let clone = fresh_clone();
    assert!(
        examples(&blocks(README)[0])[0]
            .command
            .contains("cargo run --release -- publish-version")
    );
    if let Some(wrong) = first_wrong_example(README, clone.path()) {
        panic!("{wrong}");
    }
}

#[test]
fn the_first_command_may_be_repeated() {
    let clone = fresh_clone();
    let session = README.split("```").nth(1).unwrap();
    let session = format!("```{session}```\n");
    assert_eq!(examples(&blocks(&session)[0]).len(), 1);
    for _ in 0..2 {
        assert_eq!(first_wrong_example(&session, clone.path()), None);
    }
    assert_eq!(names_in(&clone.path().join("store/hello/versions")), ["1"]);
    assert_eq!(
        names_in(&clone.path().join("store")),
        [
            ".gitattributes",
            ".usage",
            ".usage.lock",
            "FORMAT.md",
            "hello",
            "slugify"
        ]
    );
}

#[test]
fn the_commands_leave_a_clone_clean() {
    let clone = fresh_clone();
    let before = support::files_under(&clone.path().join("store-example"));
    assert_eq!(first_wrong_example(README, clone.path()), None);
    let own_project = [
        "Makefile",
        "hello.zip",
        "hello.zip.sha256",
        "mirror",
        "release.sh",
        "slugify.tar",
    ];
    let mut names = names_in(clone.path());
    names.retain(|name| !own_project.contains(&name.as_str()));
    assert_eq!(names, ["store", "store-example"]);
    assert_eq!(
        support::files_under(&clone.path().join("store-example")),
        before
    );
    let ignored = include_str!("../.gitignore");
    assert!(ignored.lines().any(|line| line == "/store"));
    assert!(ignored.lines().any(|line| line == "/target"));
}

#[test]
fn a_readme_that_shows_something_else_is_found_out() {
    for (is_wrong, text) in [
        (false, "```console\n$ echo a; echo b\na\nb\n```"),
        (false, "```console\n$ echo a; echo b; echo c\na\n…\nc\n```"),
        (false, "```console\n$ echo a; echo b >&2\na\n  …\nb\n```"),
        (true, "```console\n$ echo a; echo b\na\n```"),
        (true, "```console\n$ echo a\na\nb\n```"),
        (true, "```console\n$ echo a; echo b\na\n…\nc\n```"),
        (true, "```console\n$ echo a\nb\n```"),
        (true, "```console\n$ false\n```"),
        (
            true,
            "```console\n$ cat 'store-example/hello/$LATEST/config.json'\n{\n}\n```",
        ),
        (true, "```console\n$ lambda-store no-such-command\n…\n```"),
    ] {
        let found = first_wrong_example(text, fresh_clone().path());
        assert_eq!(found.is_some(), is_wrong, "{text}: {found:?}");
    }
}

#[test]
fn only_named_commands_of_the_readme_are_not_run() {
    for block in blocks(README) {
        match block.kind.as_str() {
            "console" | "text" => {}
            _ if block.file().is_some() => {}
            "sh" => {
                for line in block.lines {
                    assert!(NOT_RUN.contains(&line.as_str()), "{line} is never run");
                }
            }
            other => panic!("a block of {other} is not checked by anything"),
        }
    }
}

#[test]
fn the_readme_names_every_command_and_no_other() {
    let mut real = support::listed_commands();
    let table = README.split("| command | what it does |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let mut named: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    real.sort_unstable();
    named.sort_unstable();
    assert_eq!(named, real);
}

#[test]
fn the_readme_names_every_option_of_a_configuration_and_no_other() {
    let options_of = |text: &str| -> std::collections::BTreeSet<String> {
        let option = Regex::new("--[a-z][a-z-]+").unwrap();
        let found = option.find_iter(text);
        found
            .map(|found| found.unwrap().as_str().to_owned())
            .collect()
    };
    let help_of = |arguments: &[&str]| {
        let help = support::run(support::command().args(arguments).arg("--help")).stdout;
        help.split("Examples:").next().unwrap().to_owned()
    };
    let mut real = options_of(&help_of(&["update-function-configuration"]));
    // Those of every command, and those of every command about a function.
    let others = [&[][..], &["get-function-configuration"]];
    for other in others.iter().flat_map(|other| options_of(&help_of(other))) {
        real.remove(&other);
    }
    let chapter = README.split("## Change a configuration\n").nth(1).unwrap();
    let list = chapter.split("It takes, ").nth(1).unwrap();
    let list = list.split("`--architectures`").next().unwrap();
    assert_eq!(options_of(list), real);
}

#[test]
fn the_readme_names_every_quota_with_its_default() {
    let store = support::TestStore::nothing();
    let made = store.run(&["init"]).succeeded();
    let mut quotas = Vec::new();
    for (name, value) in made["Quotas"].as_object().unwrap() {
        quotas.push(format!("| `{name}` | {value} |"));
    }
    let table = README
        .split("| quota | default | unit | of what |\n")
        .nth(1);
    let table = table.unwrap().split("\n\n").next().unwrap();
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(rows.len(), quotas.len(), "{table}");
    for (row, quota) in rows.iter().zip(&quotas) {
        assert!(row.starts_with(quota), "{row} is not {quota}");
    }
}

#[test]
fn the_example_is_one_function_made_by_hand_and_one_with_versions_and_a_history() {
    let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/store-example"));
    for (directory, names) in [
        ("", vec![".gitattributes", "FORMAT.md", "hello", "slugify"]),
        ("hello", vec!["$LATEST"]),
        ("hello/$LATEST", vec!["code.zip", "config.json"]),
        (
            "slugify",
            vec!["$LATEST", "aliases", "history.jsonl", "versions"],
        ),
        ("slugify/versions", vec!["1", "3", "4"]),
        ("slugify/versions/4", vec!["code.zip", "config.json"]),
    ] {
        assert_eq!(names_in(&example.join(directory)), names, "{directory}");
    }
    for (package, file, handler) in [
        (
            "hello/$LATEST",
            "app.py",
            "def handler(event, context):\n    name",
        ),
        (
            "slugify/versions/4",
            "index.mjs",
            "export const handler = async (",
        ),
    ] {
        let package = std::fs::File::open(example.join(package).join("code.zip")).unwrap();
        let mut archive = zip::ZipArchive::new(package).unwrap();
        let entry = archive.by_name(file).unwrap();
        let code = std::io::read_to_string(entry).unwrap();
        assert!(code.contains(handler), "{code}");
    }
}
