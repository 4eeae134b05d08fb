//! A reader that a change overtakes, seen from inside of its reading.

use std::cell::Cell;
use std::fs;

use lambda_store::api::function_name::FunctionName;
use lambda_store::store::{Host, Store};

use crate::attempt::succeed;
use crate::model::Model;
use crate::operations::Operation;
use crate::packages::package;
use crate::world::{EARLY, World};

#[test]
fn a_reader_of_a_function_that_is_deleted_meanwhile_finds_none() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    let operation = Operation::create("hello", package(0), true);
    succeed(&world, &mut model, &operation);
    let store = Store::open(&world.path(), Host::new("tester@here".to_owned())).unwrap();
    let is_deleted = Cell::new(false);
    let name = FunctionName::parse("hello").unwrap();
    let read = store.read(&name, |view| {
        if !is_deleted.replace(true) {
            // As a deletion does that is just removing it; the history is still there.
            let trash = world.join(".trash/k1ll3d00.hello");
            fs::create_dir_all(world.join(".trash")).unwrap();
            fs::rename(world.join("hello"), &trash).unwrap();
            fs::remove_file(trash.join("$LATEST/config.json")).unwrap();
        }
        view.latest().map(drop)
    });
    assert_eq!(read.map_err(|error| error.to_string()), Ok(None));
}
