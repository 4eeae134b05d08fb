//! Functions and packages placed by hand, and what the random tests meet too rarely.

use crate::attempt::{attempt, succeed};
use crate::checks::{check_recorded_times, expected, see};
use crate::model::{CodeTime, Function, Model, short_config};
use crate::operations::Operation;
use crate::packages::package;
use crate::world::{EARLY, LATE, Plan, World, write_config};

/// Places a function by hand.
pub(crate) fn placed(world: &World, model: &mut Model) {
    let latest = world.join("hello/$LATEST");
    std::fs::create_dir_all(&latest).unwrap();
    let config = short_config("by hand");
    write_config(&latest, &config);
    std::fs::write(latest.join("code.zip"), &package(0).bytes).unwrap();
    let function = Function::by_hand(config, package(0));
    model.functions.insert("hello", function);
}

/// Replaces the package of `$LATEST` by hand.
pub(crate) fn replace_code(world: &World, model: &mut Model) {
    let function = model.functions.get_mut("hello").unwrap();
    world.replace_code(&world.join("hello/$LATEST/code.zip"), &package(3), false);
    function.code = package(3);
    function.code_time = CodeTime::ByHand;
}

#[test]
fn a_package_replaced_by_one_of_its_size_and_time_is_noticed() {
    let (world, mut model) = (World::new(LATE), Model::default());
    placed(&world, &mut model);
    succeed(&world, &mut model, &Operation::publish("hello"));
    check_recorded_times(&world, "hello", &model.functions["hello"], true);

    let function = model.functions.get_mut("hello").unwrap();
    assert_eq!(package(1).bytes.len(), function.code.bytes.len());
    world.replace_code(&world.join("hello/$LATEST/code.zip"), &package(1), true);
    function.code = package(1);
    assert_eq!(see(&world), expected(&world, &model));
    succeed(&world, &mut model, &Operation::publish("hello"));
}

#[test]
fn a_store_opened_before_it_was_made_shows_what_others_made_in_it() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let store = world.open();
    let operation = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &operation);
    let operation = Operation::update("hello", package(1), true);
    let attempt = attempt(&world, &mut model, &store, &operation, Plan::Work, |_| ());
    assert!(attempt.result.is_ok(), "{attempt:?}");
}
