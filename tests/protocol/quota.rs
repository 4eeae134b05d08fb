//! The bytes stored, against the quota: who may look at them, and when.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::{Arc, Mutex};

use lambda_store::store::{Step, StepHook};

use crate::attempt::succeed;
use crate::model::Model;
use crate::operations::Operation;
use crate::packages::package;
use crate::world::{EARLY, World};

/// Returns whether nobody has the lock of a file, neither alone nor together with others.
fn is_free(path: &Path) -> bool {
    match File::options().write(true).open(path).unwrap().try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => panic!("{error}"),
    }
}

#[test]
fn the_bytes_are_added_under_the_lock_and_not_counted_by_others_until_they_are_stored() {
    let (world, mut model) = (World::new(EARLY), Model::default());
    succeed(
        &world,
        &mut model,
        &Operation::create("hello", package(0), false),
    );
    let (cache, in_flight) = (world.join(".usage"), world.join(".usage.lock"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook: StepHook = {
        let seen = Arc::clone(&seen);
        Arc::new(move |step: Step<'_>| {
            if step.action == "write" && step.path.ends_with(".usage") {
                seen.lock().unwrap().push(("added", is_free(&cache)));
            } else if step.action == "write" && step.path.ends_with("history.jsonl") {
                seen.lock().unwrap().push(("stored", is_free(&in_flight)));
            }
            Ok(())
        })
    };
    let operation = Operation::update("hello", package(2), true);
    operation
        .perform(&world.open_with(hook), &world, &model)
        .unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [("added", false), ("stored", false)]);
}

#[cfg(target_os = "linux")]
#[test]
fn who_counts_waits_for_those_that_have_added_bytes_and_not_yet_stored_them() {
    let world = Arc::new(World::new(EARLY));
    let mut model = Model::default();
    succeed(
        &world,
        &mut model,
        &Operation::create("hello", package(0), false),
    );
    let room = package(0).bytes.len() + package(1).bytes.len();
    let quotas = format!("{{\"Quotas\": {{\"TotalCodeSize\": {room}}}}}");
    fs::write(world.join("store.json"), quotas).unwrap();
    // Somebody has added bytes, and the cache is lost.
    let in_flight = File::options()
        .write(true)
        .open(world.join(".usage.lock"))
        .unwrap();
    in_flight.lock_shared().unwrap();
    fs::remove_file(world.join(".usage")).unwrap();

    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let store = world.open_with(Arc::new(|_| Ok(())));
            Operation::publish("hello").perform(&store, &world, &model)
        });
        while !is_waited_for(&in_flight) {
            assert!(!other.is_finished(), "it did not wait");
            std::thread::yield_now();
        }
        // Now they are stored.
        let version = world.join("hello/versions/7");
        fs::create_dir_all(&version).unwrap();
        fs::write(version.join("code.zip"), &package(1).bytes).unwrap();
        in_flight.unlock().unwrap();
        let ended = other.join().unwrap().map_err(|error| error.code());
        assert_eq!(ended, Err("CodeStorageExceededException"));
    });
}

/// Returns whether somebody waits for the lock of a file, as the kernel tells.
#[cfg(target_os = "linux")]
fn is_waited_for(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let inode = format!(":{} ", file.metadata().unwrap().ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks
        .lines()
        .any(|lock| lock.contains("->") && lock.contains(&inode))
}
