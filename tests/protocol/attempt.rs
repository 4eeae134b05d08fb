//! One operation, done or disturbed, and what must hold afterwards.

use lambda_store::api::Error;
use lambda_store::store::Store;

use crate::checks::{check_files, check_nothing_uploading, expected, see};
use crate::model::Model;
use crate::operations::{Answer, Operation};
use crate::world::{Missed, Plan, World};

/// How an operation ended.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The first step that was not done.
    pub(crate) missed: Option<Missed>,
    pub(crate) result: Result<Answer, Error>,
    /// Whether the store is another than before.
    pub(crate) is_changed: bool,
}

impl Attempt {
    pub(crate) fn is_unknown(&self) -> bool {
        let said = self.result.as_ref().err().map(ToString::to_string);
        said.is_some_and(|said| said.contains("outcome of this change is unknown"))
    }
}

/// Performs an operation under a plan. Where nothing disturbed it, sees that it answered as the
/// model does and left nothing behind; else that it is done or not done, as it said, for a reader
/// who finishes nothing. `interfere` may do something in between. The model follows.
pub(crate) fn attempt(
    world: &World,
    model: &mut Model,
    store: &Store,
    operation: &Operation,
    plan: Plan,
    interfere: impl FnOnce(&Missed),
) -> Attempt {
    let now = world.now(operation.function());
    let mut after = model.clone();
    let foreseen = after.perform(operation, now);
    world.set_plan(plan);
    let result = operation.perform(store, world, model);
    let mut attempt = Attempt {
        missed: world.missed(),
        result,
        is_changed: after != *model,
    };
    let Some(missed) = &attempt.missed else {
        let answered = attempt.result.clone().map_err(|error| error.code());
        assert_eq!(answered, foreseen, "{:?}", attempt.result);
        *model = after;
        if foreseen.is_ok() {
            check_finished(world, model, operation);
        }
        return attempt;
    };
    interfere(missed);
    let seen = see(world);
    let is_before = seen == expected(world, model);
    let is_after = foreseen.is_ok() && seen == expected(world, &after);
    let context = || format!("{attempt:?}, seen {seen:#?}");
    assert!(
        is_before || is_after,
        "neither before nor after: {}",
        context()
    );
    match &attempt.result {
        Ok(answer) => {
            assert!(is_after, "reported and not there: {}", context());
            assert_eq!(Ok(answer.clone()), foreseen);
        }
        Err(_) if attempt.is_unknown() => {}
        Err(_) => assert!(is_before, "failed and there: {}", context()),
    }
    attempt.is_changed &= is_after;
    if is_after {
        *model = after;
    }
    attempt
}

/// Performs an operation that nothing disturbs.
pub(crate) fn succeed(world: &World, model: &mut Model, operation: &Operation) {
    world.set_plan(Plan::Work);
    let store = world.open();
    let attempt = attempt(world, model, &store, operation, Plan::Work, |_| ());
    assert!(attempt.result.is_ok(), "{attempt:?}");
    assert_eq!(see(world), expected(world, model));
}

/// Sees what holds after an operation that nothing disturbed.
fn check_finished(world: &World, model: &Model, operation: &Operation) {
    if operation.is_tried_out() {
        return;
    }
    let name = operation.function();
    check_files(world, name, &model.functions[name]);
    if operation.uploads() {
        check_nothing_uploading(world);
    }
    assert_eq!(world.unfinished(), 0);
}
