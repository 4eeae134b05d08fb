//! A disk that is full: the error says so and what to do, nothing changes, and once a version is
//! deleted the same command works. Each disk is a small one in a mount namespace of its own.

use std::io::Write as _;
use std::path::PathBuf;

use crate::outcome::{FUNCTION, check_history};
use crate::small_disk::{FileSystem, PAGE, SmallDisk};
use crate::strace::{Call, Fault, Recorded, fail, kill, record};
use crate::support::{TestStore, names_in, sample, says};
use crate::undisturbed::{
    CONFIGURE, DELETE, LARGE, PRUNE, PUBLISH, Packages, SMALL, copy_of, create_arguments,
    update_arguments,
};
use crate::writers;

/// Makes a package of 64 KiB and a little.
const MEDIUM: usize = 64 * 1024;

/// Makes a store on a disk with a function that has a large version, a smaller one, and something new
/// to publish.
fn prepare(disk: &SmallDisk, packages: &Packages) -> TestStore {
    let store = TestStore::nothing_in(&disk.path());
    let [a, b, c] = [(b'a', 4 * MEDIUM), (b'b', MEDIUM), (b'c', MEDIUM)]
        .map(|(letter, size)| packages.package(letter, size));
    store
        .run(&create_arguments(FUNCTION, &a, &["--publish"]))
        .succeeded();
    store.run(&update_arguments(&b, &["--publish"])).succeeded();
    store.run(&update_arguments(&c, &[])).succeeded();
    store
}

/// Sees that a command fails for want of room, says so, and changes nothing.
#[track_caller]
fn fails_for_want_of_room(store: &TestStore, arguments: &[&str], operation: &str) {
    assert!(!runs_or_wants_room(store, arguments, operation));
}

/// Returns whether a command succeeds; sees that otherwise it is for want of room, that it says so,
/// and that nothing has changed.
#[track_caller]
fn runs_or_wants_room(store: &TestStore, arguments: &[&str], operation: &str) -> bool {
    let before = store.files();
    let ran = store.run(arguments);
    if ran.code == Some(0) {
        ran.succeeded();
        return true;
    }
    let message = ran.failed_with("ServiceException", operation);
    let path = store.path().display().to_string();
    let way_out =
        "The disk is full; make room, for example by deleting versions that are not needed";
    says(
        message,
        &[&path, "No space left on device", way_out, "try again"],
    );
    assert!(store.files() == before, "{message}");
    false
}

/// A command fails on a full disk, and works once a version is deleted, which does.
fn works_after_a_version_is_deleted(
    operation: &str,
    arguments: impl FnOnce(&Packages) -> Vec<String>,
) {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    let arguments = arguments(&packages);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    disk.fill();
    fails_for_want_of_room(&store, &arguments, operation);
    store.delete(FUNCTION, &["--qualifier", "1"]).succeeded();
    store.run(&arguments).succeeded();
    check_history(&store);
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn every_command_that_stores_something_fails_on_a_full_disk_and_works_once_there_is_room() {
    let file_systems = sample::of("every command on a full disk", FileSystem::ALL.to_vec());
    for file_system in file_systems {
        let (disk, packages) = (SmallDisk::new(file_system), Packages::new());
        let store = TestStore::nothing_in(&disk.path());
        // Of a package that small nothing would be written on some.
        writers::prepare(&store, &packages, 2 * SMALL);
        let writers = writers::writers(&packages, MEDIUM);
        disk.fill();
        let storing = writers.iter().filter(|writer| writer.stores_package());
        for writer in storing.clone() {
            fails_for_want_of_room(&store, &writer.arguments(), writer.operation);
        }
        println!("{file_system:?}: {} commands failed", storing.count());
        disk.make_room(200);
        writers::run_all(&store, writers);
    }
}

#[test]
fn creating_on_a_full_disk_changes_nothing_and_works_after_a_version_is_deleted() {
    works_after_a_version_is_deleted("CreateFunction", |packages| {
        let package = packages.package(b'd', MEDIUM);
        owned(&create_arguments("other", &package, &["--publish"]))
    });
}

#[test]
fn updating_on_a_full_disk_changes_nothing_and_works_after_a_version_is_deleted() {
    works_after_a_version_is_deleted("UpdateFunctionCode", |packages| {
        let package = packages.package(b'd', MEDIUM);
        owned(&update_arguments(&package, &["--publish"]))
    });
}

#[test]
fn publishing_on_a_full_disk_changes_nothing_and_works_after_a_version_is_deleted() {
    works_after_a_version_is_deleted("PublishVersion", |_| owned(&PUBLISH));
}

/// Gives a command on a full disk room for one page more each time, until it is enough.
fn runs_out_of_room_at_each_page(
    operation: &str,
    least: usize,
    arguments: impl FnOnce(&Packages) -> Vec<String>,
) {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    let arguments = arguments(&packages);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    disk.fill();
    let mut failed = 0;
    while !runs_or_wants_room(&store, &arguments, operation) {
        failed += 1;
        disk.make_room(1);
    }
    assert!(failed >= least, "{failed}");
    check_history(&store);
}

#[test]
fn creating_changes_nothing_wherever_the_room_runs_out() {
    // The package, the version's, its configuration, that of $LATEST, the history.
    runs_out_of_room_at_each_page("CreateFunction", 5, |packages| {
        let package = packages.package(b'd', SMALL);
        owned(&create_arguments("other", &package, &["--publish"]))
    });
}

#[test]
fn updating_changes_nothing_wherever_the_room_runs_out() {
    // The package, the version's, its configuration, that of $LATEST.
    runs_out_of_room_at_each_page("UpdateFunctionCode", 4, |packages| {
        let package = packages.package(b'd', SMALL);
        owned(&update_arguments(&package, &["--publish"]))
    });
}

#[test]
fn publishing_changes_nothing_wherever_the_room_runs_out() {
    // The pages of the package, the configuration.
    runs_out_of_room_at_each_page("PublishVersion", 17, |_| owned(&PUBLISH));
}

#[test]
fn a_package_that_is_copied_by_the_kernel_changes_nothing_where_it_has_no_room() {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    let package = packages.package(b'd', LARGE);
    fails_for_want_of_room(
        &store,
        &update_arguments(&package, &[]),
        "UpdateFunctionCode",
    );
}

fn history_of(store: &TestStore) -> PathBuf {
    store.join(FUNCTION).join("history.jsonl")
}

fn size_of_history(store: &TestStore) -> u64 {
    std::fs::metadata(history_of(store)).unwrap().len()
}

/// Returns how much room there is behind the history, in the page that it ends in.
fn room_behind_history(store: &TestStore) -> u64 {
    PAGE - size_of_history(store) % PAGE
}

/// Makes changes without a package, more than there was room kept for at first, until the history's page
/// has room for fewer bytes than any line has.
fn end_history_with_its_page(store: &TestStore) {
    let has_come_far = || size_of_history(store) > 20 * 1024;
    while !has_come_far() || room_behind_history(store) > 300 {
        store.configure(FUNCTION, &[]).succeeded();
    }
}

const DELETE_FIRST: [&str; 5] = [
    "delete-function",
    "--function-name",
    FUNCTION,
    "--qualifier",
    "1",
];

/// How many pages a change that only removes may need: none where room is kept for it. Btrfs writes
/// nothing in place, and so needs some for the line.
fn pages_to_remove(file_system: FileSystem) -> u64 {
    match file_system {
        FileSystem::Btrfs => 8,
        _ => 0,
    }
}

#[test]
fn versions_are_deleted_and_pruned_on_a_full_disk_though_the_history_needs_another_page() {
    let file_systems = sample::of("removing on a full disk", FileSystem::ALL.to_vec());
    for file_system in file_systems {
        for (removal, operation) in [(&DELETE_FIRST[..], "DeleteFunction"), (&PRUNE, "Prune")] {
            let (disk, packages) = (SmallDisk::new(file_system), Packages::new());
            let store = prepare(&disk, &packages);
            end_history_with_its_page(&store);
            disk.fill();
            fails_for_want_of_room(&store, &PUBLISH, "PublishVersion");
            let mut pages = 0;
            while !runs_or_wants_room(&store, removal, operation) {
                disk.make_room(1);
                pages += 1;
            }
            println!("{file_system:?}: {operation} needed {pages} pages");
            assert!(pages <= pages_to_remove(file_system), "{file_system:?}");
            assert!(!store.join("hello/versions/1").exists());
            check_history(&store);
            store.run(&PUBLISH).succeeded();
            check_history(&store);
        }
    }
}

#[test]
fn versions_are_deleted_and_pruned_where_there_is_no_room_for_another_file() {
    for removal in [&DELETE_FIRST[..], &PRUNE] {
        let (disk, packages) = (SmallDisk::new(FileSystem::Ext4), Packages::new());
        let store = prepare(&disk, &packages);
        disk.fill_with_files();
        fails_for_want_of_room(&store, &PUBLISH, "PublishVersion");
        store.run(removal).succeeded();
        assert!(!store.join("hello/versions/1").exists());
        check_history(&store);
        store.run(&PUBLISH).succeeded();
        check_history(&store);
    }
}

/// Makes a function and something more, and on the full disk deletes aliases and a version of it.
fn aliases_and_a_version_are_deleted(more: impl FnOnce(&TestStore, &Packages)) {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = TestStore::nothing_in(&disk.path());
    let package = packages.package(b'a', MEDIUM);
    store
        .run(&create_arguments(FUNCTION, &package, &["--publish"]))
        .succeeded();
    more(&store, &packages);
    // The lines that delete them have more than a page together.
    let aliases: Vec<String> = (0..12).map(|number| format!("alias-{number}")).collect();
    for name in &aliases {
        let version = ["--function-version", "1"];
        store.alias("create-alias", name, &version).succeeded();
    }
    let before = size_of_history(&store);
    disk.fill();
    for name in &aliases {
        let deleted = store.alias("delete-alias", name, &[]);
        assert_eq!(deleted.code, Some(0), "{deleted:?}");
    }
    assert!(size_of_history(&store) > before + PAGE);
    store.run(&DELETE_FIRST).succeeded();
    assert!(!store.join("hello/versions/1").exists());
    check_history(&store);
}

#[test]
fn aliases_and_a_version_are_deleted_on_a_full_disk_where_only_the_creation_stored_a_package() {
    aliases_and_a_version_are_deleted(|_, _| ());
}

#[test]
fn aliases_and_a_version_are_deleted_on_a_full_disk_where_the_room_behind_the_creation_is_used_up()
{
    aliases_and_a_version_are_deleted(|store, packages| {
        while size_of_history(store) < 5 * PAGE {
            store.run(&CONFIGURE).succeeded();
        }
        let package = packages.package(b'b', MEDIUM);
        store.run(&update_arguments(&package, &[])).succeeded();
    });
}

/// Runs a change on a copy of a store. Returns what it did, and the call that flushed its line.
fn recorded_until_flush_of_line(store: &TestStore) -> (Recorded, Call) {
    let recorded = record(copy_of(store), &CONFIGURE);
    let flushes_line = |call: &&Call| call.name == "fsync" && call.text.contains("history.jsonl");
    let at = recorded.calls.iter().find(flushes_line).unwrap().clone();
    (recorded, at)
}

#[test]
fn aliases_and_a_version_are_deleted_on_a_full_disk_where_blank_lines_were_cut_off() {
    aliases_and_a_version_are_deleted(|store, _| {
        let mut options = std::fs::File::options();
        let mut history = options.append(true).open(history_of(store)).unwrap();
        history.write_all(b"\n\n").unwrap();
    });
}

#[test]
fn aliases_and_a_version_are_deleted_on_a_full_disk_where_a_torn_line_was_cut_off() {
    aliases_and_a_version_are_deleted(|store, _| {
        let (earlier, flush) = recorded_until_flush_of_line(store);
        kill(store, &CONFIGURE, &earlier, &flush);
        let mut options = std::fs::File::options();
        let history = options.write(true).open(history_of(store)).unwrap();
        history.set_len(size_of_history(store) - 5).unwrap();
    });
}

#[test]
fn aliases_and_a_version_are_deleted_on_a_full_disk_where_the_line_of_a_failed_change_was_cut_off()
{
    aliases_and_a_version_are_deleted(|store, _| {
        let (earlier, flush) = recorded_until_flush_of_line(store);
        let fault = Fault {
            error: "EIO",
            is_lasting: false,
        };
        fail(store, &CONFIGURE, &earlier, &flush, fault)
            .failed_with("ServiceException", "UpdateFunctionConfiguration");
    });
}

#[test]
fn deleting_a_version_needs_room_for_its_line_where_none_was_kept_and_changes_nothing_without() {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    end_history_with_its_page(&store);
    let history = history_of(&store);
    let lines = std::fs::read(&history).unwrap();
    // As in a store that was copied here.
    std::fs::write(&history, lines).unwrap();
    disk.fill();
    fails_for_want_of_room(&store, &DELETE_FIRST, "DeleteFunction");
    check_history(&store);
    disk.make_room(1);
    store.run(&DELETE_FIRST).succeeded();
    assert!(!store.join("hello/versions/1").exists());
    check_history(&store);
}

#[test]
fn restoring_on_a_full_disk_changes_nothing_and_works_after_a_version_is_deleted() {
    works_after_a_version_is_deleted("Restore", |_| owned(&["restore", FUNCTION, "2"]));
}

#[test]
fn versions_are_pruned_on_a_full_disk() {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    let mut letters = b'd'..;
    let mut update = |options: &[&str]| {
        let package = packages.package(letters.next().unwrap(), SMALL);
        store.run(&update_arguments(&package, options)).succeeded();
    };
    for _ in 0..7 {
        update(&["--publish"]);
    }
    // More bytes than the line of this prune has.
    while room_behind_history(&store) < 1000 {
        update(&[]);
    }
    disk.fill();
    let pruned = store.run(&PRUNE).succeeded();
    assert_eq!(pruned["Totals"]["Removed"], 8);
    assert_eq!(names_in(&store.join("hello/versions")), ["9"]);
    check_history(&store);
    store.run(&PUBLISH).succeeded();
}

#[test]
fn a_function_is_deleted_on_a_full_disk() {
    let (disk, packages) = (SmallDisk::new(FileSystem::Tmpfs), Packages::new());
    let store = prepare(&disk, &packages);
    disk.fill();
    store.run(&DELETE).succeeded();
    assert!(!store.join(FUNCTION).exists());
    let package = packages.package(b'd', MEDIUM);
    store
        .run(&create_arguments(FUNCTION, &package, &[]))
        .succeeded();
}
