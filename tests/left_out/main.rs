//! Every step and rule of the protocol is needed: the crate is built once without each of them, and a
//! test must fail.
//!
//! This takes a build for each rule, some ten minutes together. A sample leaves one rule out, another
//! one for each number, and sees that all others still can be: the text of each stands in its file once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests stop at the first surprise, and tell what they built"
)]

mod build;
mod rules;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use build::{Build, Outcome};
use rules::{RULES, Rule};
use support::sample;

#[test]
fn every_rule_stands_where_it_can_be_left_out() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for rule in RULES {
        let source = std::fs::read_to_string(here.join(rule.file)).unwrap();
        let count = source.matches(rule.text).count();
        assert_eq!(count, 1, "{}, in {}", rule.is, rule.file);
        assert_ne!(rule.text, rule.without, "{}", rule.is);
    }
}

#[test]
fn every_rule_left_out_is_found() {
    let build = Build::new();
    if let Some(number) = sample::number() {
        let rule = &RULES[usize::try_from(number).unwrap() % RULES.len()];
        println!(
            "rules left out: 1 of {} built; all with PROOFS=full cargo test --test left_out -- --show-output",
            RULES.len()
        );
        miss(&build, rule).unwrap();
        return;
    }
    let tests: BTreeSet<_> = RULES.iter().map(|rule| rule.found_by).collect();
    for test in &tests {
        let outcome = build.run(*test);
        assert_eq!(outcome, Outcome::Passed, "{test:?}");
    }
    let missed: Vec<String> = RULES
        .iter()
        .filter_map(|rule| miss(&build, rule).err())
        .collect();
    println!(
        "rules left out: {} built, {} found, by {} tests",
        RULES.len(),
        RULES.len() - missed.len(),
        tests.len()
    );
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Leaves a rule out, and tells how it was found, or that it was not.
fn miss(build: &Build, rule: &Rule) -> Result<(), String> {
    let began = Instant::now();
    let left_out = build.leave_out(rule);
    let outcome = build.run(rule.found_by);
    drop(left_out);
    let (target, test) = rule.found_by;
    let seconds = began.elapsed().as_secs();
    if outcome == Outcome::Failed {
        println!("{} | {target} {test} | {seconds} s", rule.is);
        return Ok(());
    }
    println!("{} | NOT FOUND by {target} {test} | {seconds} s", rule.is);
    Err(format!("{}: {outcome:?}", rule.is))
}
