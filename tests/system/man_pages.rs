//! The man pages, as groff sets them for a terminal.

use std::path::Path;
use std::process::Command;

use fancy_regex::Regex;

use crate::support::{TestStore, command, listed_commands, run, says};

/// Writes the pages and returns where they stand.
fn written() -> TestStore {
    let place = TestStore::nothing();
    let ran = run(command().arg("man-pages").arg(place.beside("man1")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place
}

/// Returns a page as it is read, on a wide terminal; groff must have nothing to warn of.
#[track_caller]
fn set(page: &Path) -> String {
    let output = Command::new("groff")
        // Every warning, and a text without bold and underlined.
        .args(["-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", "-rLL=300n"])
        .arg(page)
        .output()
        .unwrap_or_else(|error| panic!("groff, of Debian's package groff-base: {error}"));
    let warnings = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && warnings.is_empty(), "{warnings}");
    String::from_utf8(output.stdout).unwrap()
}

fn help_of(arguments: &[&str]) -> String {
    run(command().args(arguments)).stdout
}

/// Sees that a page says all that the help says: usage, options, exit codes.
#[track_caller]
fn says_what_the_help_says(page: &str, help: &str) {
    let usage = Regex::new("(?m)^Usage: (.*)").unwrap();
    let usage = usage.captures(help).unwrap().unwrap();
    says(page, &["NAME\n", "SYNOPSIS\n", &usage[1], "DESCRIPTION\n"]);
    let option = Regex::new("(?m)^  (?:-[a-zA-Z], |    )(--.*)").unwrap();
    for option in option.captures_iter(help) {
        let option = option.unwrap()[1].replace(" [default", "  [default");
        let option = option.split("  ").next().unwrap().to_owned();
        assert!(page.contains(&option), "{option} is missing in {page}");
    }
    let readme = include_str!("../../README.md");
    let (_, codes) = readme.split_once("| exit | meaning |\n").unwrap();
    let (_, status) = page.split_once("EXIT STATUS\n").unwrap();
    for row in codes.lines().skip(1).take_while(|row| row.starts_with('|')) {
        let code = row.split('|').nth(1).unwrap().trim();
        says(status, &[&format!("       {code} ")]);
    }
}

#[test]
fn the_page_of_a_command_says_what_its_help_says_and_shows_its_examples() {
    let place = written();
    for name in listed_commands() {
        let page = set(&place.beside(&format!("man1/lambda-store-{name}.1")));
        let short = help_of(&[&name, "-h"]);
        says_what_the_help_says(&page, &short);
        let about = short.lines().next().unwrap();
        says(&page, &[&format!("lambda-store-{name} - {about}")]);
        let (_, examples) = short.split_once("\nExamples:\n").unwrap();
        let examples = examples.trim_end().replace('\n', "\n     ");
        says(
            &page,
            &[
                &format!("EXAMPLES\n     {examples}\n"),
                "SEE ALSO\n       lambda-store(1)\n",
            ],
        );
    }
}

#[test]
fn the_page_of_the_tool_names_every_command() {
    let page = set(&written().beside("man1/lambda-store.1"));
    says_what_the_help_says(&page, &help_of(&["-h"]));
    for name in listed_commands() {
        says(&page, &[&format!("\n       lambda-store-{name}(1)\n")]);
    }
}
