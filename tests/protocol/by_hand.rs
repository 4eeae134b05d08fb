//! Functions and packages placed by hand, and what the random tests meet too rarely.

use std::fs::File;
use std::sync::Arc;

use lambda_store::store::Step;

use crate::aliases::AliasOperation;
use crate::attempt::{attempt, succeed};
use crate::checks::{check_recorded_times, expected, see};
use crate::every_step::place_next_version;
use crate::model::{CodeTime, Function, Model, Package, short_config};
use crate::operations::Operation;
use crate::packages::package;
use crate::world::{EARLY, LATE, Plan, World, names_in, overwrite_code, write_config};

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

/// Overwrites a package in place by one of its size, and gives it the time that it had.
fn overwrite_keeping_the_time(world: &World, package: &Package) {
    let path = world.join("hello/$LATEST/code.zip");
    let modified = path.metadata().unwrap().modified().unwrap();
    overwrite_code(&path, package);
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
}

/// Performs an operation, which an edit right before its commit stops. Returns the error's code.
fn stop_by(
    world: &Arc<World>,
    model: &Model,
    operation: &Operation,
    edit: fn(&World),
) -> &'static str {
    let hook = {
        let world = Arc::clone(world);
        move |step: Step<'_>| {
            let is_mark = step.path.to_string_lossy().ends_with(".change");
            if is_mark && step.action == "make" {
                edit(&world);
            }
            Ok(())
        }
    };
    let store = world.open_with(Arc::new(hook));
    operation.perform(&store, world, model).unwrap_err().code()
}

#[test]
fn an_edit_that_leaves_only_another_time_of_change_stops_a_commit() {
    let (world, mut model) = (Arc::new(World::new(EARLY)), Model::default());
    placed(&world, &mut model);
    let publish = Operation::publish("hello");
    let code = stop_by(&world, &model, &publish, |world| {
        overwrite_keeping_the_time(world, &package(1));
    });
    assert_eq!(code, "ServiceException");
    model.functions.get_mut("hello").unwrap().code = package(1);
    assert_eq!(see(&world), expected(&world, &model));
}

#[test]
fn a_publish_hashes_a_package_whose_size_and_time_are_as_recorded() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    overwrite_keeping_the_time(&world, &package(1));
    let publish = Operation::publish("hello");
    let answer = publish.perform(&world.open(), &world, &model).unwrap();
    assert_eq!(answer.configuration["Version"], "2");
    assert_eq!(answer.configuration["CodeSha256"], *package(1).sha256);
}

#[test]
fn an_alias_that_is_placed_before_a_commit_is_not_replaced() {
    let (world, mut model) = (Arc::new(World::new(EARLY)), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    let alias = AliasOperation::create(1);
    let code = stop_by(&world, &model, &alias, |world| {
        std::fs::write(world.join("hello/aliases/live.json"), "placed").unwrap();
    });
    assert_eq!(code, "ResourceConflictException");
    let found = std::fs::read_to_string(world.join("hello/aliases/live.json"));
    assert_eq!(found.unwrap(), "placed");
}

#[test]
fn an_empty_directory_that_is_placed_before_a_creation_appears_is_not_replaced() {
    let (world, model) = (Arc::new(World::new(EARLY)), Model::default());
    let create = Operation::create("hello", package(0), true);
    let code = stop_by(&world, &model, &create, |world| {
        std::fs::create_dir(world.join("hello")).unwrap();
    });
    assert_eq!(code, "ResourceConflictException");
    assert_eq!(names_in(&world.join("hello")), [""; 0]);
}

#[test]
fn a_history_that_is_moved_away_before_a_commit_stops_it() {
    let (world, mut model) = (Arc::new(World::new(EARLY)), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    let history = world.join("hello/history.jsonl");
    let text = std::fs::read(&history).unwrap();
    let update = Operation::update("hello", package(1), false);
    let code = stop_by(&world, &model, &update, |world| {
        std::fs::rename(world.join("hello/history.jsonl"), world.join("away.jsonl")).unwrap();
    });
    assert_eq!(code, "ServiceException");
    assert!(!history.exists());
    assert_eq!(std::fs::read(world.join("away.jsonl")).unwrap(), text);
}

#[test]
fn a_package_placed_right_now_is_not_recorded() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    placed(&world, &mut model);
    succeed(&world, &mut model, &Operation::publish("hello"));
    check_recorded_times(&world, "hello", &model.functions["hello"], false);
}

#[test]
fn a_package_overwritten_by_one_of_its_size_is_noticed() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), false);
    succeed(&world, &mut model, &create);
    overwrite_code(&world.join("hello/$LATEST/code.zip"), &package(1));
    model.functions.get_mut("hello").unwrap().code = package(1);
    assert_eq!(see(&world), expected(&world, &model));
}

#[test]
fn a_package_replaced_by_one_of_another_size_and_its_time_is_noticed() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), false);
    succeed(&world, &mut model, &create);
    overwrite_keeping_the_time(&world, &package(2));
    model.functions.get_mut("hello").unwrap().code = package(2);
    assert_eq!(see(&world), expected(&world, &model));
}

#[test]
fn the_number_of_a_version_placed_by_hand_that_was_removed_is_not_given_out_again() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    place_next_version(&world, &mut model);
    succeed(&world, &mut model, &Operation::prune("hello", 0));
    let update = Operation::update("hello", package(1), true);
    succeed(&world, &mut model, &update);
    assert_eq!(model.functions["hello"].versions.keys().max(), Some(&3));
}
