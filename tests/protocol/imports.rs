//! An import of a function with a history, stopped after each of its steps.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use lambda_store::api::function_name::FunctionReference;
use lambda_store::api::messages::{ExportRequest, ImportRequest, PublishVersionRequest};
use lambda_store::operations;
use lambda_store::store::{Step, Store, View};

use crate::attempt::succeed;
use crate::model::Model;
use crate::operations::Operation;
use crate::packages::package;
use crate::support::files_under;
use crate::world::{EARLY, Plan, World};

/// Exports a function that was published once.
fn exported() -> Vec<u8> {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    let request = ExportRequest {
        function_name: "hello".to_owned(),
    };
    let mut tar = Vec::new();
    operations::export(&world.open(), &request, (&mut tar, Path::new("x.tar"))).unwrap();
    tar
}

fn publish(store: &Store) {
    let request = PublishVersionRequest {
        function_name: "hello".to_owned(),
        ..Default::default()
    };
    operations::publish_version(store, &request).unwrap();
}

/// A writer finishes the import that was left, as it must: the rename by which the function appeared
/// is flushed before the mark goes.
fn check_finishing(world: &World) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&taken);
    let hook = move |step: Step<'_>| {
        let step = (step.action, step.path.to_owned());
        listener.lock().unwrap().push(step);
        Ok(())
    };
    publish(&world.open_with(Arc::new(hook)));
    let taken = taken.lock().unwrap();
    let is_mark = |path: &Path| path.extension().is_some_and(|end| end == "change");
    let flushed = taken
        .iter()
        .position(|(action, path)| *action == "flush" && *path == world.path());
    let removed = taken
        .iter()
        .position(|(action, path)| *action == "remove" && is_mark(path));
    assert!(flushed.unwrap() < removed.unwrap(), "{taken:?}");
    assert_eq!(world.staged("hello"), [""; 0]);
}

#[test]
fn an_import_stopped_after_any_step_is_there_as_a_whole_or_not_at_all() {
    let tar = exported();
    let (mut before, mut unfinished) = (0, 0);
    let mut finished = false;
    for steps in 0.. {
        let world = World::new(EARLY);
        std::fs::create_dir_all(world.path()).unwrap();
        std::fs::write(world.join("store.json"), "{}").unwrap();
        let store = world.open();
        world.set_plan(Plan::StopAfter(steps));
        let imported = operations::import(&store, &ImportRequest::default(), (&mut &*tar, "x.tar"));
        finished = world.missed().is_none();
        world.set_plan(Plan::Work);
        if world.join("hello").exists() {
            // What was reported is there; what is there is whole.
            let history = std::fs::read_to_string(world.join("hello/history.jsonl")).unwrap();
            assert_eq!(history.lines().count(), 2);
            if world.pending("hello").is_some() {
                unfinished += 1;
                check_finishing(&world);
            } else {
                publish(&world.open());
            }
        } else {
            before += 1;
            assert!(imported.is_err());
            let again = operations::import(
                &world.open(),
                &ImportRequest::default(),
                (&mut &*tar, "x.tar"),
            );
            assert_eq!(again.unwrap().versions, [1]);
            assert_eq!(files_under(&world.join(".staging")).len(), 0);
        }
        if finished {
            break;
        }
    }
    assert!(
        finished && before > 20 && unfinished > 0,
        "{before} {unfinished}"
    );
}

#[test]
fn what_a_change_replaces_meanwhile_is_exported_as_it_was() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let create = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &create);
    let store = world.open();
    let name = FunctionReference::parse("hello").unwrap();
    let name = name.resolve(store.scope(), None).unwrap();
    let snapshot = store.read(&name, View::snapshot).unwrap().unwrap();
    // It takes the name from the package that the snapshot holds open.
    let update = Operation::update("hello", package(1), true);
    succeed(&world, &mut model, &update);
    let mut tar = Vec::new();
    let output = (&mut tar as &mut dyn Write, Path::new("x.tar"));
    store.export(&name, &snapshot, output).unwrap();
    let imported = operations::import(
        &World::new(EARLY).open(),
        &ImportRequest::default(),
        (&mut &*tar, "x.tar"),
    );
    assert_eq!(imported.unwrap().versions, [1]);
}
