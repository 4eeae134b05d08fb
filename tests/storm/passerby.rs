//! Edits `$LATEST` by hand without any lock, and looks whether the store is sound.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use serde_json::Value;

use crate::checker::SCRIBBLED;
use crate::doors::{Answer, Question};
use crate::log::Edit;
use crate::support::code_sha256;
use crate::worker::{Worker, package_of};

/// Milliseconds between two edits, at the most.
const PAUSE: u64 = 120;

/// How many edits there are for one look at the whole store.
const EDITS: u64 = 5;

/// Edits and looks until the storm is over.
pub(crate) fn pass_by(worker: &mut Worker<'_>) {
    while worker.is_on() {
        std::thread::sleep(Duration::from_millis(worker.chance.below(PAUSE)));
        match worker.chance.below(3) {
            0 => replace_code(worker),
            1 => replace_config(worker),
            _ => scribble(worker),
        }
        if worker.chance.once_in(EDITS) {
            verify(worker);
        }
    }
}

/// Puts another package in place by a rename.
fn replace_code(worker: &mut Worker<'_>) {
    let package = worker.package();
    let code = Some(package.code);
    edit(worker, "edited", "code.zip", code, |latest| {
        std::fs::write(latest.join("code.zip~"), &package.bytes).unwrap();
        std::fs::rename(latest.join("code.zip~"), latest.join("code.zip")).unwrap();
    });
}

/// Puts the configuration with another description in place by a rename.
fn replace_config(worker: &mut Worker<'_>) {
    let mark = worker.next_mark();
    edit(worker, "edited", "config.json", None, |latest| {
        let text = std::fs::read_to_string(latest.join("config.json")).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        config["Description"] = mark.into();
        let text = serde_json::to_string_pretty(&config).unwrap();
        std::fs::write(latest.join("config.json~"), text).unwrap();
        std::fs::rename(latest.join("config.json~"), latest.join("config.json")).unwrap();
    });
}

/// Writes another package of the same size into the file, piece by piece.
fn scribble(worker: &mut Worker<'_>) {
    let bytes = package_of(&worker.next_mark());
    let code = Some(code_sha256(&bytes));
    edit(worker, SCRIBBLED, "code.zip", code, |latest| {
        let file = File::options().write(true).open(latest.join("code.zip"));
        let file = file.unwrap();
        let mut offset = 0;
        for piece in bytes.chunks(10_000) {
            file.write_all_at(piece, offset).unwrap();
            offset += piece.len() as u64;
        }
    });
}

fn edit(
    worker: &Worker<'_>,
    function: &'static str,
    file: &'static str,
    code: Option<String>,
    by_hand: impl FnOnce(&std::path::Path),
) {
    let storm = worker.storm;
    let begun = storm.log.begin();
    by_hand(&storm.store.join(function).join("$LATEST"));
    let span = storm.log.since(begun);
    let edit = Edit {
        function,
        span,
        file,
        code,
    };
    storm.log.write(|records| records.edits.push(edit));
}

/// Sees that nothing is found wrong, but for a change that is under way or whose writer was killed.
fn verify(worker: &mut Worker<'_>) {
    let question = Question::command(&["verify", "--output", "json"]);
    let (_, Answer::Done(verified)) = worker.ask(&question, None) else {
        panic!("verify failed");
    };
    let findings = verified["Findings"].as_array().unwrap().iter();
    let wrong: Vec<&Value> = findings
        .filter(|finding| finding["Name"] != "change-unfinished")
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
