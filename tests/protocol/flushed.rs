//! What is flushed before what, on a disk that tells what it has for sure: wherever a command is
//! stopped or a step fails, nothing staged is touched while the last line may be lost, and no change
//! is marked as finished, or reported, while a name that it gave may be lost, or reported while it may
//! be finished once more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lambda_store::store::{Step, StepHook};

use crate::every_step::{ENDLESS, Scenario, next_writer, scenarios};
use crate::model::Model;
use crate::operations::Operation;
use crate::support::sample;
use crate::world::{Plan, World};

/// A sample is disturbed at one in so many steps.
const ONE_IN: u64 = 5;

/// The disk under one function.
struct Disk {
    function: PathBuf,
    plan: Plan,
    taken: u64,
    /// How many flushes of the history fail.
    failing: u64,
    /// Whether a step was not done.
    was_met: bool,
    /// Whether the history was written to, and the kernel knows that it must still be flushed.
    is_written: bool,
    /// Whether the history is on the disk as it reads. A failed flush leaves that open, and after it
    /// the kernel may take what was written for flushed.
    is_sure: bool,
    /// The directories that got names since they were flushed.
    named: BTreeSet<PathBuf>,
    /// The directory in which the mark of the last line, which was removed, may stand again.
    may_be_marked: Option<PathBuf>,
    /// What was done too early.
    wrong: Option<String>,
}

impl Disk {
    fn new(world: &World, function: &str) -> Self {
        Self {
            function: world.join(function),
            plan: Plan::Work,
            taken: 0,
            failing: 0,
            was_met: false,
            is_written: false,
            is_sure: true,
            named: BTreeSet::new(),
            may_be_marked: None,
            wrong: None,
        }
    }

    fn take(&mut self, step: Step<'_>) -> std::io::Result<()> {
        self.taken += 1;
        let (fails, is_dead) = match self.plan {
            Plan::Work => (false, false),
            Plan::StopAfter(steps) => (false, self.taken > steps),
            Plan::Fail { at, count } => ((at..at + count).contains(&self.taken), false),
        };
        let is_refused = self.failing > 0 && step.action == "flush" && is_history(step.path);
        self.failing -= u64::from(is_refused);
        let fails = fails || is_refused;
        if !is_dead {
            self.check(step);
            self.follow(step, fails);
        }
        self.was_met |= fails || is_dead;
        if fails || is_dead {
            return Err(std::io::Error::other("stopped by the test"));
        }
        Ok(())
    }

    /// Sees that a step does not come too early.
    fn check(&mut self, step: Step<'_>) {
        let is_of_change = step.path.starts_with(self.function.join(".staging"))
            || step.action == "rename to" && step.path.starts_with(&self.function);
        let wrong = if is_of_change && !self.is_sure {
            "the last line may be lost".to_owned()
        } else if step.action == "remove" && self.is_mark_of_last_line(step.path) {
            let Some(lost) = self.named.first() else {
                return;
            };
            format!("names in {} may be lost", lost.display())
        } else {
            return;
        };
        self.wrong.get_or_insert(format!("{step:?}: {wrong}"));
    }

    fn is_mark_of_last_line(&self, path: &Path) -> bool {
        let history = std::fs::read_to_string(self.function.join("history.jsonl"));
        let history = history.unwrap_or_default();
        let token = path.file_name().unwrap().to_str().unwrap();
        let token = token.strip_suffix(".change");
        token.is_some_and(|token| {
            let last = history.lines().last().unwrap_or_default();
            last.contains(&format!("\"Token\":\"{token}\""))
        })
    }

    /// Does what the step does to the disk.
    fn follow(&mut self, step: Step<'_>, fails: bool) {
        let is_history = is_history(step.path);
        match step.action {
            "write" | "cut off" if is_history && !fails => {
                self.is_sure = false;
                self.is_written = true;
            }
            "flush" if is_history => {
                self.is_sure |= self.is_written && !fails;
                self.is_written = false;
            }
            "flush" if !fails => {
                self.named.remove(step.path);
                self.may_be_marked
                    .take_if(|directory| directory == step.path);
            }
            "remove" if !fails && self.is_mark_of_last_line(step.path) => {
                self.may_be_marked = step.path.parent().map(Path::to_owned);
            }
            "make" | "make the directory" | "rename to" => self.name(step.path),
            "open for writing" if is_history && !step.path.exists() => self.name(step.path),
            _ => {}
        }
    }

    /// Notes that a name is made: that of the function, or one in it that is not just staged.
    fn name(&mut self, path: &Path) {
        let is_staged = path
            .parent()
            .unwrap()
            .starts_with(self.function.join(".staging"));
        if path.starts_with(&self.function) && !is_staged {
            self.named.insert(path.parent().unwrap().to_owned());
        }
    }
}

fn is_history(path: &Path) -> bool {
    path.ends_with("history.jsonl")
}

/// Performs an operation as a command of its own, under a plan. Returns whether a step was not done.
fn perform(
    world: &World,
    model: &Model,
    disk: &Arc<Mutex<Disk>>,
    (operation, plan): (&Operation, Plan),
) -> bool {
    {
        let mut disk = disk.lock().unwrap();
        (disk.plan, disk.taken, disk.was_met) = (plan, 0, false);
    }
    let hook: StepHook = {
        let disk = Arc::clone(disk);
        Arc::new(move |step| disk.lock().unwrap().take(step))
    };
    let result = operation.perform(&world.open_with(hook), world, model);
    let disk = disk.lock().unwrap();
    assert!(result.is_ok() || disk.was_met, "{operation:?}: {result:?}");
    if let Some(wrong) = &disk.wrong {
        panic!("{plan:?}, {operation:?}: {wrong}");
    }
    assert!(
        result.is_err() || disk.is_sure,
        "{plan:?}, {operation:?}: reported, and the line may be lost"
    );
    if result.is_ok() && !disk.was_met {
        let named = &disk.named;
        assert!(
            named.is_empty(),
            "{plan:?}, {operation:?}: reported, and names in {named:?} may be lost"
        );
        // Finished again, it would remove what was placed by hand since under a name that it had freed.
        assert!(
            disk.may_be_marked.is_none(),
            "{plan:?}, {operation:?}: reported, and may be finished again"
        );
    }
    disk.was_met
}

/// Disturbs an operation by a plan and by flushes of the history that fail, and lets the next writer
/// come.
fn disturb(scenario: &Scenario, plan: Plan, failing: u64) -> bool {
    let (world, mut model) = scenario.prepared();
    let operation = &scenario.operation;
    let disk = Arc::new(Mutex::new(Disk::new(&world, operation.function())));
    disk.lock().unwrap().failing = failing;
    let was_met = perform(&world, &model, &disk, (operation, plan));
    disk.lock().unwrap().failing = 0;
    if !world.join(operation.function()).exists() {
        model.functions.remove(operation.function());
    } else if !model.functions.contains_key(operation.function()) {
        let now = world.now(operation.function());
        model.perform(operation, now).unwrap();
    }
    let writer = match (next_writer(&model, operation), operation) {
        // One that uploads sweeps, too, and so flushes more.
        (Operation::Update { function, .. }, Operation::Create { .. }) => {
            Operation::configure(function)
        }
        (writer, _) => writer,
    };
    perform(&world, &model, &disk, (&writer, Plan::Work));
    was_met
}

#[test]
fn nothing_is_touched_or_finished_before_what_it_needs_is_on_the_disk() {
    let (one_in, number) = sample::number().map_or((1, 0), |number| (ONE_IN, number));
    let mut runs = 0;
    for scenario in scenarios() {
        let plans: [fn(u64) -> Plan; 4] = [
            Plan::StopAfter,
            |at| Plan::Fail { at, count: 1 },
            |at| Plan::Fail { at, count: 2 },
            |at| Plan::Fail { at, count: 3 },
        ];
        for (plan, kind) in plans.into_iter().zip(number..) {
            for step in (1..ENDLESS).filter(|step| (step + kind) % one_in == 0) {
                runs += 1;
                if !disturb(&scenario, plan(step), 0) {
                    break;
                }
            }
        }
    }
    println!("disturbed {runs} times, at one step in {one_in}; all with PROOFS=full");
}

#[test]
fn a_line_whose_flushes_fail_is_made_sure_before_anything_staged_is_touched() {
    for scenario in scenarios() {
        for failing in 1..4 {
            let was_met = disturb(&scenario, Plan::Work, failing);
            assert_eq!(was_met, scenario.name != "publish unchanged");
        }
    }
}
