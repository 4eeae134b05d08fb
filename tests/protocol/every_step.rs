//! Each operation, disturbed at each of its steps: stopped, refused by the disk, looked at, raced
//! against and overtaken by an edit.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use lambda_store::store::{Step, Store};

use crate::aliases::AliasOperation;
use crate::attempt::{Attempt, attempt, succeed};
use crate::by_hand::{placed, replace_code};
use crate::checks::{Published, check_files, expected, see};
use crate::model::{Model, Version, short_config};
use crate::operations::{Answer, Operation};
use crate::packages::package;
use crate::support::{files_under, sample};
use crate::world::{EARLY, Plan, World, files_modified, write_config};

/// No operation has as many steps.
pub(crate) const ENDLESS: u64 = 500;

/// A sample is stopped at one in so many steps, and again at one in so many of the next writer's.
const STRIDES: (u64, u64) = (5, 23);

/// A state of a store, and what is done to it.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    prepare: fn(&World, &mut Model),
    pub(crate) operation: Operation,
}

impl Scenario {
    pub(crate) fn prepared(&self) -> (World, Model) {
        let (world, mut model) = (World::new(EARLY), Model::default());
        (self.prepare)(&world, &mut model);
        world.move_clock(1000);
        (world, model)
    }
}

fn nothing(_: &World, _: &mut Model) {}

/// A function with a version, another package since, and a description given by hand.
fn changed(world: &World, model: &mut Model) {
    unchanged(world, model);
    world.move_clock(1000);
    succeed(world, model, &Operation::update("hello", package(1), false));
    describe(world, model);
}

/// The same with an alias of the version.
fn aliased(world: &World, model: &mut Model) {
    changed(world, model);
    succeed(world, model, &AliasOperation::create(1));
}

/// A function that was just published.
fn unchanged(world: &World, model: &mut Model) {
    succeed(world, model, &Operation::create("hello", package(0), true));
}

/// A function with three versions.
fn published(world: &World, model: &mut Model) {
    unchanged(world, model);
    for number in [1, 2] {
        world.move_clock(1000);
        succeed(
            world,
            model,
            &Operation::update("hello", package(number), true),
        );
    }
}

/// A function made by hand, and two versions beside it.
fn placed_with_versions(world: &World, model: &mut Model) {
    placed(world, model);
    for _ in 0..2 {
        place_next_version(world, model);
    }
}

/// Gives the function another description by hand.
fn describe(world: &World, model: &mut Model) {
    let function = model.functions.get_mut("hello").unwrap();
    function.config["Description"] = "edited".into();
    write_config(&world.join("hello/$LATEST"), &function.config);
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    let scenario = |name, prepare, operation| Scenario {
        name,
        prepare,
        operation,
    };
    vec![
        scenario(
            "create in nothing",
            nothing,
            Operation::create("hello", package(0), true),
        ),
        scenario(
            "create beside another",
            changed,
            Operation::create("other", package(2), false),
        ),
        scenario("publish", changed, Operation::publish("hello")),
        scenario("publish unchanged", unchanged, Operation::publish("hello")),
        scenario("publish by hand", placed, Operation::publish("hello")),
        scenario(
            "update",
            changed,
            Operation::update("hello", package(2), false),
        ),
        scenario("configure", changed, Operation::configure("hello")),
        scenario("configure by hand", placed, Operation::configure("hello")),
        scenario(
            "update and publish",
            changed,
            Operation::update("hello", package(2), true),
        ),
        scenario(
            "update and publish by hand",
            placed,
            Operation::update("hello", package(1), true),
        ),
        scenario("create alias", changed, AliasOperation::create(1)),
        scenario("create alias by hand", placed, AliasOperation::create(0)),
        scenario("update alias", aliased, AliasOperation::update(0)),
        scenario("delete alias", aliased, AliasOperation::delete()),
        scenario(
            "update and publish a large one",
            changed,
            Operation::update("hello", package(3), true),
        ),
        scenario("restore", changed, Operation::restore("hello", 1)),
        scenario(
            "restore by hand",
            placed_with_versions,
            Operation::restore("hello", 2),
        ),
        scenario("prune", published, Operation::prune("hello", 1)),
        scenario(
            "prune by hand",
            placed_with_versions,
            Operation::prune("hello", 0),
        ),
    ]
}

/// Attempts an operation as a command of its own does, opening the store included. `None` if not
/// even the store could be opened.
fn command(world: &World, model: &mut Model, operation: &Operation, plan: Plan) -> Option<Attempt> {
    world.set_plan(plan);
    let store = match world.try_open() {
        Ok(store) => store,
        Err(error) => {
            assert!(world.missed().is_some(), "{error}");
            assert_eq!(see(world), expected(world, model));
            return None;
        }
    };
    // What opening took is taken from the plan.
    let taken = world.taken();
    let plan = match plan {
        Plan::Work => plan,
        Plan::StopAfter(steps) => Plan::StopAfter(steps - taken),
        Plan::Fail { at, count } => Plan::Fail {
            at: at - taken,
            count,
        },
    };
    Some(attempt(world, model, &store, operation, plan, |_| ()))
}

/// The writer that comes next, which changes whatever it finds.
pub(crate) fn next_writer(model: &Model, operation: &Operation) -> Operation {
    let function = operation.function();
    if model.functions.contains_key(function) {
        Operation::update(function, package(1), true)
    } else {
        Operation::create(function, package(1), true)
    }
}

#[test]
fn stopped_after_any_step_a_change_is_there_as_a_whole_or_not_at_all() {
    for scenario in scenarios() {
        let mut outcomes = BTreeMap::new();
        for steps in 0..ENDLESS {
            let (world, mut model) = scenario.prepared();
            let mut published = Published::default();
            published.check(&world, &model);
            let plan = Plan::StopAfter(steps);
            let attempt = command(&world, &mut model, &scenario.operation, plan);
            published.check(&world, &model);
            *outcomes.entry(outcome(attempt.as_ref())).or_insert(0) += 1;
            let writer = next_writer(&model, &scenario.operation);
            succeed(&world, &mut model, &writer);
            published.check(&world, &model);
            if attempt.is_some_and(|attempt| attempt.missed.is_none()) {
                break;
            }
        }
        // What changes nothing may have no step at which it could be stopped.
        let wanted = ["done", "stopped before", "stopped after"];
        let is_changed = scenario.name != "publish unchanged";
        for wanted in &wanted[..if is_changed { 3 } else { 1 }] {
            assert!(
                outcomes.contains_key(wanted),
                "{}: {outcomes:?}",
                scenario.name
            );
        }
    }
}

fn outcome(attempt: Option<&Attempt>) -> &'static str {
    match attempt {
        Some(Attempt { missed: None, .. }) => "done",
        Some(attempt) if attempt.is_changed => "stopped after",
        _ => "stopped before",
    }
}

#[test]
fn stopped_again_while_it_cleans_up_a_writer_still_loses_nothing() {
    // Which steps of the two meet in a sample differs from step to step.
    let sample = sample::number().map(|number| (STRIDES, number));
    let ((stride, again_stride), number) = sample.unwrap_or(((1, 1), 0));
    let mut runs = 0;
    for scenario in scenarios() {
        let is_stopped = |steps: &u64| steps % stride == number % stride;
        'steps: for steps in (0..ENDLESS).filter(is_stopped) {
            let is_met = |again: &u64| again % again_stride == (steps + number) % again_stride;
            for again in (0..ENDLESS).filter(is_met) {
                runs += 1;
                let (world, mut model) = scenario.prepared();
                let plan = Plan::StopAfter(steps);
                let first = command(&world, &mut model, &scenario.operation, plan);
                if first.is_some_and(|attempt| attempt.missed.is_none()) {
                    break 'steps;
                }
                let writer = next_writer(&model, &scenario.operation);
                let plan = if again % 2 == 0 {
                    Plan::StopAfter(again)
                } else {
                    Plan::Fail {
                        at: again,
                        count: 1,
                    }
                };
                let second = command(&world, &mut model, &writer, plan);
                let writer = next_writer(&model, &scenario.operation);
                succeed(&world, &mut model, &writer);
                if second.is_some_and(|attempt| attempt.missed.is_none()) {
                    break;
                }
            }
        }
    }
    let one_in = stride * again_stride;
    println!("stopped twice {runs} times, at one pair of steps in {one_in}; all with PROOFS=full");
}

#[test]
fn a_step_that_fails_leaves_everything_as_it_was_or_is_said_to_be_left_to_the_next_writer() {
    let number = sample::number();
    let mut runs = 0;
    for scenario in scenarios() {
        for count in 1..4 {
            // In a sample each step fails one of the numbers of times.
            let fails = |at: &u64| number.is_none_or(|number| (at + number) % 3 + 1 == count);
            for at in (1..ENDLESS).filter(fails) {
                runs += 1;
                let (world, mut model) = scenario.prepared();
                let before = files(&world);
                let plan = Plan::Fail { at, count };
                let attempt = command(&world, &mut model, &scenario.operation, plan);
                let Some(attempt) = attempt else { continue };
                let Some(missed) = &attempt.missed else { break };
                if attempt.result.is_err() && !attempt.is_unknown() {
                    assert_eq!(files(&world), before, "{}: {attempt:?}", scenario.name);
                }
                // Undoing a line needs another failure to be in doubt.
                assert!(!attempt.is_unknown() || count > 1, "{attempt:?}");
                // Sweeping what others left is nobody's business but the sweeper's.
                let is_of_function = missed.path.starts_with(world.join("hello"))
                    || missed.path.to_string_lossy().contains(".function/");
                let is_told = attempt.result.is_ok() && attempt.is_changed && is_of_function;
                assert_eq!(world.unfinished(), usize::from(is_told), "{attempt:?}");
                let writer = next_writer(&model, &scenario.operation);
                succeed(&world, &mut model, &writer);
            }
        }
    }
    let one_in = if number.is_some() { 3 } else { 1 };
    println!("failed {runs} times, one way in {one_in}; all with PROOFS=full");
}

/// The files of the store without those that belong to writers, and without the cache of the bytes
/// stored; an empty history is none.
fn files(world: &World) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = files_under(&world.path());
    files.retain(|path, content| {
        let is_writers = path.components().any(|part| part.as_os_str() == ".staging");
        let is_nothing = content.is_empty()
            && ["history.jsonl", "versions", "aliases"]
                .iter()
                .any(|name| path.ends_with(name));
        !is_writers && !is_nothing && !path.ends_with(".usage")
    });
    files
}

#[test]
fn between_any_two_steps_readers_see_before_or_after_and_writers_wait() {
    for scenario in scenarios() {
        let (world, mut model) = scenario.prepared();
        let world = Arc::new(world);
        let name = scenario.operation.function();
        let now = world.now(name);
        let mut after = model.clone();
        let answer = after.perform(&scenario.operation, now);
        let states = [expected(&world, &model), expected(&world, &after)];
        let seen = Arc::new(Mutex::new(Vec::new()));
        let hook = {
            let (world, seen, states) = (Arc::clone(&world), Arc::clone(&seen), states.clone());
            let other_writer = Operation::publish(name);
            let model = model.clone();
            move |step: Step<'_>| {
                let found = see(&world);
                let state = states.iter().position(|state| *state == found);
                // Told at the end: the writer must not be disturbed.
                let state = state.ok_or_else(|| format!("before {step:?}: {found:#?}"));
                seen.lock().unwrap().push(state);
                let is_of_function = step.path.starts_with(world.join(name))
                    || step.path.to_string_lossy().contains(".function/");
                let is_locked =
                    is_of_function && !step.path.ends_with(".lock") && world.join(name).exists();
                if is_locked {
                    let store = world.reader().unwrap();
                    let refused = other_writer.perform(&store, &world, &model);
                    let code = refused.map_err(|error| error.code());
                    if code != Err("TooManyRequestsException") {
                        let state = Err(format!("{code:?} before {step:?}"));
                        seen.lock().unwrap().push(state);
                    }
                }
                Ok(())
            }
        };
        let store = world.open_with(Arc::new(hook));
        assert_eq!(
            scenario
                .operation
                .perform(&store, &world, &model)
                .map_err(|error| error.code()),
            answer
        );
        model = after;
        check_files(&world, name, &model.functions[name]);
        let seen = seen.lock().unwrap().clone();
        let seen: Result<Vec<usize>, String> = seen.into_iter().collect();
        let seen = seen.unwrap_or_else(|wrong| panic!("{}: {wrong}", scenario.name));
        assert!(seen.is_sorted(), "{}: {seen:?}", scenario.name);
        let is_changed = states[0] != states[1];
        assert_eq!(seen.contains(&1), is_changed, "{}: {seen:?}", scenario.name);
    }
}

/// Performs an operation; before one of its steps, once, something else happens. The cache of the
/// bytes stored has a lock that everybody waits for: nothing happens while it is held.
fn with_interruption(
    world: &World,
    model: &Model,
    operation: &Operation,
    at: u64,
    interrupt: impl Fn() + Send + Sync + 'static,
) -> Interrupted {
    let taken = Arc::new(AtomicU64::new(0));
    let (was_met, was_committed) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let hook = {
        let (taken, was_met) = (Arc::clone(&taken), Arc::clone(&was_met));
        let was_committed = Arc::clone(&was_committed);
        move |step: Step<'_>| {
            let commits = step.action == "write" && step.path.ends_with("history.jsonl");
            // Others wait while one has the cache.
            let is_cache = step.path.ends_with(".usage") || step.path.ends_with(".usage.lock");
            if !is_cache && taken.fetch_add(1, Ordering::SeqCst) + 1 == at {
                was_met.store(true, Ordering::SeqCst);
                was_committed.store(commits, Ordering::SeqCst);
                interrupt();
            }
            Ok(())
        }
    };
    let store = world.open_with(Arc::new(hook));
    let result = operation.perform(&store, world, model);
    Interrupted {
        result: result.map_err(|error| error.code()),
        was_met: was_met.load(Ordering::SeqCst),
        was_committed: was_committed.load(Ordering::SeqCst),
    }
}

struct Interrupted {
    result: Result<Answer, &'static str>,
    /// Whether there was such a step.
    was_met: bool,
    /// Whether the change was past its last look at the files.
    was_committed: bool,
}

#[test]
fn an_edit_by_hand_before_the_commit_is_taken_or_stops_it_and_is_never_lost() {
    type Edit = fn(&World, &mut Model);
    // A version that is placed is in the way of those alone that make one.
    let to_latest: &[Edit] = &[describe, replace_code];
    let all: &[Edit] = &[describe, replace_code, place_next_version];
    let operations = [
        (Operation::publish("hello"), all),
        (Operation::update("hello", package(2), false), to_latest),
        (Operation::configure("hello"), to_latest),
        (Operation::update("hello", package(2), true), all),
        (Operation::restore("hello", 1), to_latest),
    ];
    for (operation, edit) in operations
        .iter()
        .flat_map(|(operation, edits)| edits.iter().map(move |edit| (operation, *edit)))
    {
        // There must be something to restore.
        let by_hand = match operation {
            Operation::Restore { .. } => placed_with_versions,
            _ => placed,
        };
        for prepare in [by_hand, changed] {
            let (mut taken, mut stopped) = (0, 0);
            for at in 1..ENDLESS {
                let scenario = Scenario {
                    name: "edited",
                    prepare,
                    operation: operation.clone(),
                };
                let (world, model) = scenario.prepared();
                let world = Arc::new(world);
                let edited = Arc::new(Mutex::new((model.clone(), world.now("hello"))));
                let interrupt = {
                    let (world, edited) = (Arc::clone(&world), Arc::clone(&edited));
                    move || {
                        let mut edited = edited.lock().unwrap();
                        edit(&world, &mut edited.0);
                        edited.1 = world.now("hello");
                    }
                };
                let ended = with_interruption(&world, &model, operation, at, interrupt);
                if !ended.was_met || ended.was_committed {
                    break;
                }
                let (mut edited, now) = edited.lock().unwrap().clone();
                if ended.result.is_ok() {
                    assert_eq!(ended.result, edited.perform(operation, now));
                    taken += 1;
                } else {
                    stopped += 1;
                }
                assert_eq!(see(&world), expected(&world, &edited), "step {at}");
                succeed(
                    &world,
                    &mut edited,
                    &Operation::update("hello", package(3), true),
                );
            }
            // Before it reads the function, an update uploads; a publish does nothing to the disk.
            assert!(
                (taken > 0 || !operation.uploads()) && stopped > 0,
                "{operation:?}: taken {taken}, stopped {stopped}"
            );
        }
    }
}

pub(crate) fn place_next_version(world: &World, model: &mut Model) {
    let function = model.functions.get_mut("hello").unwrap();
    let number = function.highest() + 1;
    let version = world.join("hello/versions").join(number.to_string());
    std::fs::create_dir_all(&version).unwrap();
    let config = short_config("placed");
    write_config(&version, &config);
    std::fs::write(version.join("code.zip"), &package(0).bytes).unwrap();
    let placed = Version {
        config,
        code: package(0),
        files_modified: files_modified(&version),
    };
    function.versions.insert(number, placed);
}

#[test]
fn of_two_who_create_one_function_at_once_one_wins_and_the_other_is_told() {
    let mut winners = [0, 0];
    for at in 1..ENDLESS {
        let (world, model) = (Arc::new(World::new(EARLY)), Model::default());
        let operation = Operation::create("hello", package(0), true);
        let rival = Operation::create("hello", package(1), false);
        let rivals = Arc::new(Mutex::new(None));
        let interrupt = {
            let (world, rival, rivals) = (Arc::clone(&world), rival.clone(), Arc::clone(&rivals));
            move || {
                let store: Store = world.open_with(Arc::new(|_| Ok(())));
                let result = rival.perform(&store, &world, &Model::default());
                *rivals.lock().unwrap() = Some(result.map_err(|error| error.code()));
            }
        };
        let ended = with_interruption(&world, &model, &operation, at, interrupt);
        if !ended.was_met {
            break;
        }
        let rivals = rivals.lock().unwrap().clone().unwrap();
        let refused = Err("ResourceConflictException");
        let (won, results) = if rivals.is_ok() {
            winners[1] += 1;
            (&rival, (ended.result, rivals))
        } else {
            winners[0] += 1;
            (&operation, (rivals, ended.result))
        };
        assert_eq!(results.0, refused, "step {at}");
        let mut model = model;
        assert_eq!(results.1, model.perform(won, world.now("hello")));
        assert_eq!(see(&world), expected(&world, &model));
        succeed(
            &world,
            &mut model,
            &Operation::update("hello", package(2), true),
        );
    }
    assert!(winners.iter().all(|won| *won > 0), "{winners:?}");
}
