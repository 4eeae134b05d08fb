//! Checking a store against its format: every file is read and every package hashed, on all
//! processors, and nothing is written and no lock taken.
//!
//! So a store may be changed meanwhile. What seems wrong with a function is therefore only a
//! [suspicion](judge::Suspicion) at first: the function is looked at again, until nothing seems wrong,
//! or the same does while its history and the file are the same. A package that is the same is not
//! hashed again.

mod examine;
mod fault;
mod history;
mod judge;
mod lines;
mod subject;
mod unique;
mod work;

use std::time::{Duration, Instant};

use examine::{Examiner, Hashes, check_format, document, look};
use fault::Fault;
use judge::{Facts, Judgement, Suspicion, judge};
use subject::{Job, State, Subject};
use work::in_parallel;

use super::durable::Directory;
use super::error::StoreError;
use super::host::Work;
use super::layout::STORE_JSON;
use super::progress::Progress;
use super::registry::{Store, check_settings};
use crate::api::finding::{Finding, FindingName};
use crate::api::function_name::FunctionName;

/// How long nothing of an unfinished change must move for its writer to be taken for dead. A writer
/// that lives flushes and renames all the time.
const STILL: Duration = Duration::from_secs(5);
/// The first pause before a function is looked at again, which doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How often a function may change from one look to the next until what was seen twice is told.
const MOST_CHANGES: u32 = 10;

/// What checking came to.
#[derive(Debug, Default)]
pub struct Verification {
    /// What is wrong, by function and path. A store without any is sound.
    pub findings: Vec<Finding>,
    /// What is no damage, and worth knowing.
    pub notes: Vec<Finding>,
    /// How many functions were checked.
    pub functions: u64,
    /// How many versions.
    pub versions: u64,
    /// How many packages were hashed.
    pub packages: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

/// One look at a function.
struct Look {
    name: FunctionName,
    judgement: Judgement,
    state: State,
    has_marks: bool,
    hashes: Hashes,
    versions: u64,
    packages: u64,
    bytes: u64,
}

impl Store {
    /// Checks some functions, or all, and `store.json`.
    ///
    /// # Errors
    /// If the directory of the store cannot be read.
    pub fn verify(&self, functions: Option<&[FunctionName]>) -> Result<Verification, StoreError> {
        let Some(root) = self.root() else {
            return Ok(Verification::default());
        };
        let functions = match functions {
            Some(functions) => functions.to_vec(),
            None => self.possible_functions()?,
        };
        let mut verification = Verification::default();
        let began = Instant::now();
        verification.findings.extend(check_store_json(root));
        let is_known = verification.findings.is_empty();
        for look in self.look_at(root, &functions, &Hashes::new()) {
            // It may be gone by now.
            let Some(look) = self.settle(root, look, began) else {
                continue;
            };
            verification.functions += 1;
            verification.versions += look.versions;
            verification.packages += look.packages;
            verification.bytes += look.bytes;
            let judgement = look.judgement;
            let findings = judgement.suspicions.into_iter();
            verification
                .findings
                .extend(findings.map(|suspicion| suspicion.finding));
            // Without it nobody knows how an ARN should begin.
            if is_known {
                verification.notes.extend(judgement.notes);
            }
        }
        Ok(verification)
    }

    /// Looks at functions once, the largest packages first.
    fn look_at(&self, root: &Directory, names: &[FunctionName], known: &Hashes) -> Vec<Look> {
        let subjects = names.iter().filter_map(|name| Subject::open(root, name));
        let subjects: Vec<Subject> = subjects.collect();
        let mut jobs: Vec<(u64, usize, Job)> = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let of_subject = subject.jobs().into_iter();
            jobs.extend(of_subject.map(|(weight, job)| (weight, index, job)));
        }
        jobs.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
        let size = subjects.iter().map(Subject::size).sum();
        let progress = Progress::new(&self.host().notify, Work::Packages { size });
        let examiner = Examiner {
            root,
            scope: self.scope(),
            known,
            progress: &progress,
        };
        let parts = in_parallel(&jobs, |(_, index, job)| {
            (*index, subjects[*index].run(*job, &examiner))
        });
        let mut facts: Vec<Facts> = subjects.iter().map(|_| Facts::default()).collect();
        for (index, part) in parts {
            facts[index].add(part);
        }
        let both = subjects.iter().zip(&facts);
        both.map(|(subject, facts)| Look::new(subject, facts))
            .collect()
    }

    /// Looks at a function again for as long as something seems wrong, and that is not sure. `began`
    /// is when it was looked at first. Returns what was seen last; `None` if the function is gone.
    fn settle(&self, root: &Directory, first: Look, began: Instant) -> Option<Look> {
        let timeout = self.host().lock_timeout;
        let started = Instant::now();
        let (mut still_since, mut pause, mut changes) = (began, Duration::ZERO, 0);
        let mut before = first;
        while !before.judgement.suspicions.is_empty() {
            std::thread::sleep(pause);
            pause = (pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            let name = std::slice::from_ref(&before.name);
            let again = self.look_at(root, name, &before.hashes).pop()?;
            let is_same = again.state == before.state
                && again.judgement.suspicions == before.judgement.suspicions;
            if !is_same {
                still_since = Instant::now();
                changes += 1;
            }
            let is_moving = again.has_marks && still_since.elapsed() < STILL.min(timeout);
            if is_same && !is_moving {
                return Some(again);
            }
            if changes == MOST_CHANGES || started.elapsed() >= timeout {
                return Some(again.sure_after(&before.judgement.suspicions, is_moving));
            }
            before = again;
        }
        Some(before)
    }
}

impl Look {
    fn new(subject: &Subject, facts: &Facts) -> Self {
        let judgement = judge(subject, facts);
        let (mut packages, mut bytes) = (0, 0);
        let mut hashes = Hashes::new();
        for (path, stamp, code) in facts.packages() {
            packages += 1;
            bytes += code.size;
            if !judgement.suspicions.is_empty() {
                hashes.insert(path, (stamp, code.clone()));
            }
        }
        Self {
            name: subject.name.clone(),
            judgement,
            state: subject.state,
            has_marks: !subject.marks.is_empty(),
            hashes,
            versions: facts.versions.len() as u64,
            packages,
            bytes,
        }
    }

    /// Keeps what was seen before, too: of a function that is changed all the time that is as sure as
    /// it gets, for no two changes come to the same line or the same file.
    fn sure_after(mut self, before: &[Suspicion], is_moving: bool) -> Self {
        self.judgement.suspicions.retain(|suspicion| {
            let is_at_work = is_moving && suspicion.finding.name == FindingName::ChangeUnfinished;
            before.iter().any(|other| other.is_seen_again(suspicion)) && !is_at_work
        });
        self
    }
}

/// Checks `store.json`, which need not be there.
fn check_store_json(root: &Directory) -> Option<Finding> {
    let looked = look(root, STORE_JSON, |bytes| {
        check_format(&document(bytes)?)?;
        check_settings(STORE_JSON.as_ref(), bytes).map_err(|error| Fault::of_content(&error))
    });
    let fault = looked?.found.err()?;
    Some(Finding {
        function: None,
        path: STORE_JSON.to_owned(),
        line: None,
        name: fault.name,
        problem: fault.problem,
    })
}
