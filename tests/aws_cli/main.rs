//! The real AWS CLI, version 2, and `lambda-store` come to the same.
//!
//! A command line is run by both. The AWS CLI asks a server of this test, which has the answer from
//! `lambda-store` on the same store; so both have the same to print. What they print, their exit codes,
//! what they ask for, and what stands in the store afterwards must be equal. Where they differ on purpose,
//! the README says so in a table that this test reads.
//!
//! The same AWS CLI comes to the same with `lambda-store serve` for a server, see `parity`.
//!
//! Needs Debian's package `awscli`, and the network and pip for today's service model.
//! `VECTORS='list-functions --output table' cargo test --features serve --test aws_cli same -- --nocapture` shows what both
//! come to for command lines of one's own, a line each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise"
)]

mod aws;
mod boto3;
mod bridge;
mod comparing;
mod fixture;
mod http;
mod parity;
mod readme;
mod served;
mod served_life;
#[allow(dead_code, reason = "the tests of the REST API use the rest of it")]
#[path = "../serve/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;
mod vectors;
mod wire;
mod workplace;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;

use aws::{Aws, Driver, Program};
use comparing::differences;
use support::Ran;
use vectors::Vector;
use workplace::Workplace;

/// Returns what is wrong with how the programs compare, a text for each vector.
fn wrong(vectors: &Mutex<VecDeque<Vector>>, aws: &mut dyn Aws) -> Vec<String> {
    let mut workplace = Workplace::new(aws);
    let mut wrong = Vec::new();
    while let Some(vector) = next(vectors) {
        let (aws, own) = workplace.run(&vector);
        if own_vectors().is_some() {
            println!("=== {}\n--- aws: {aws}--- own: {own}", vector.line);
        }
        let found = differences(&vector, &aws, &own);
        let (row, allowed) = vector.difference.unwrap_or_default();
        let mut told: Vec<String> = found
            .iter()
            .filter(|(part, _)| !allowed.contains(part))
            .map(|(part, difference)| format!("{part:?}:\n{difference}"))
            .collect();
        if found.is_empty() && !allowed.is_empty() {
            told.push(format!("they do not differ, and are said to: {row}"));
        }
        if row == "usage" && !(is_usage(&aws.ran) && is_usage(&own.ran)) {
            told.push(format!("it is not told as wrong usage:\n{aws}{own}"));
        }
        if !told.is_empty() {
            wrong.push(format!("=== {}\n{}\n", vector.line, told.join("\n")));
        }
    }
    wrong
}

/// Returns whether a command line is told to be wrong, before anything is done.
fn is_usage(ran: &Ran) -> bool {
    let says = |words: &str| ran.stderr.contains(words);
    ran.code == Some(252) && (says("usage: aws ") || says("lambda-store"))
}

/// Returns the command lines that somebody tries.
fn own_vectors() -> Option<String> {
    std::env::var("VECTORS").ok()
}

fn next(vectors: &Mutex<VecDeque<Vector>>) -> Option<Vector> {
    vectors.lock().unwrap().pop_front()
}

#[test]
fn the_same_command_line_comes_to_the_same() {
    let vectors: VecDeque<Vector> = match own_vectors() {
        Some(lines) => lines.lines().map(Vector::of_ones_own).collect(),
        None => vectors::all().copied().collect(),
    };
    let count = vectors.len();
    let vectors = Mutex::new(vectors);
    let threads = std::thread::available_parallelism().unwrap().get();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| wrong(&vectors, &mut Driver::start())))
            .collect();
        let ended = started
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        ended.collect()
    });
    assert!(
        wrong.is_empty(),
        "{}{} of {count} command lines",
        wrong.concat(),
        wrong.len()
    );
}

#[test]
fn a_program_that_is_started_comes_to_the_same_as_one_that_is_not() {
    let (mut loaded, mut program) = (Driver::start(), Program);
    let mut by_driver = Workplace::new(&mut loaded);
    let mut by_program = Workplace::new(&mut program);
    for line in [
        "list-aliases --function-name hello --output table",
        "AWS_DEFAULT_OUTPUT=yaml get-alias --function-name hello --name live",
        "get-alias --function-name 'Grüße' --name live",
        "update-function-configuration --function-name hello --timeout 0",
        "update-function-configuration --cli-input-yaml file://request.yaml --query Timeout",
        "publish-version",
    ] {
        let vector = Vector::of_ones_own(line);
        let (run_by_driver, _) = by_driver.run(&vector);
        let (run_by_program, _) = by_program.run(&vector);
        assert_eq!(run_by_driver.ran, run_by_program.ran, "{line}");
    }
}

#[test]
fn the_readme_names_every_difference_and_no_other() {
    let told: BTreeSet<&str> = readme::differences().into_iter().collect();
    let seen: BTreeSet<&str> = vectors::all()
        .filter_map(|vector| Some(vector.difference?.0))
        .collect();
    assert_eq!(told, seen);
}

#[test]
fn at_least_100_command_lines_are_compared_and_each_command_in_some() {
    let lines: BTreeSet<&str> = vectors::all().map(|vector| vector.line).collect();
    assert_eq!(lines.len(), vectors::all().count(), "one is there twice");
    assert!(lines.len() >= 100, "{}", lines.len());
    for command in wire::commands() {
        let is_run = vectors::all().any(|vector| {
            let is_same = vector.difference.is_none();
            is_same && vector.words().1.first().is_some_and(|word| word == command)
        });
        let is_here = support::command()
            .args([command, "--help"])
            .output()
            .is_ok_and(|output| output.status.success());
        assert_eq!(is_run, is_here, "{command}");
    }
}

#[test]
fn the_aws_cli_is_version_2() {
    let version = aws::version();
    assert!(version.starts_with("aws-cli/2."), "{version}");
}
