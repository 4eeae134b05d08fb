//! A disk that is full: the error says so and what to do, nothing changes, and once a version is
//! deleted the same command works. The disk is a small tmpfs in a mount namespace of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::outcome::{FUNCTION, check_history};
use crate::support::{TestStore, names_in, says};
use crate::undisturbed::{
    DELETE, LARGE, PRUNE, PUBLISH, Packages, SMALL, create_arguments, update_arguments,
};

/// Makes a package of 64 KiB and a little.
const MEDIUM: usize = 64 * 1024;

/// What a file takes room by on a tmpfs.
const PAGE: u64 = 4096;

/// A disk of a mebibyte; gone when this is dropped.
struct SmallDisk {
    /// Holds the namespace, and ends with its stdin.
    holder: Child,
    /// Where the disk is mounted in there.
    mounted_at: tempfile::TempDir,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        self.holder.wait().unwrap();
    }
}

impl SmallDisk {
    /// Mounts it: as root, or as somebody who is root in a user namespace of their own.
    fn new() -> Self {
        let attempts = ["-m", "-Urm"].map(Self::mount);
        let [as_root, as_user] = attempts;
        as_root.or(as_user).unwrap_or_else(|error| {
            panic!("no tmpfs can be mounted, neither as root nor in a user namespace: {error}")
        })
    }

    fn mount(namespaces: &str) -> Result<Self, String> {
        let mounted_at = tempfile::tempdir().unwrap();
        let script = r#"mount -t tmpfs -o size=1m tmpfs "$0" && echo mounted && exec cat"#;
        let mut holder = Command::new("unshare")
            .args([namespaces, "sh", "-c", script])
            .arg(mounted_at.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("unshare, of Debian's package util-linux: {error}"))?;
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        if line == "mounted\n" {
            return Ok(Self { holder, mounted_at });
        }
        let mut error = String::new();
        let mut stderr = holder.stderr.take().unwrap();
        stderr.read_to_string(&mut error).unwrap();
        holder.wait().unwrap();
        Err(error)
    }

    /// Returns a path by which everybody reaches the disk.
    fn path(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.mounted_at.path().strip_prefix("/").unwrap())
    }

    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        let page = vec![0; usize::try_from(PAGE).unwrap()];
        let full = std::iter::repeat_with(|| ballast.write_all(&page)).find_map(Result::err);
        assert_eq!(full.unwrap().kind(), std::io::ErrorKind::StorageFull);
        assert_eq!(rustix::fs::statvfs(self.path()).unwrap().f_bavail, 0);
    }

    /// Makes room for so many pages.
    fn make_room(&self, pages: u64) {
        let ballast = File::options().write(true).open(self.ballast()).unwrap();
        let size = ballast.metadata().unwrap().len();
        ballast.set_len(size - pages * PAGE).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

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
    let before = store.files();
    let ran = store.run(arguments);
    let message = ran.failed_with("ServiceException", operation);
    let path = store.path().display().to_string();
    let way_out =
        "The disk is full; make room, for example by deleting versions that are not needed";
    says(
        message,
        &[&path, "No space left on device", way_out, "try again"],
    );
    assert!(store.files() == before, "{message}");
}

/// A command fails on a full disk, and works once a version is deleted, which does.
fn works_after_a_version_is_deleted(
    operation: &str,
    arguments: impl FnOnce(&Packages) -> Vec<String>,
) {
    let (disk, packages) = (SmallDisk::new(), Packages::new());
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
    let (disk, packages) = (SmallDisk::new(), Packages::new());
    let store = prepare(&disk, &packages);
    let arguments = arguments(&packages);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    disk.fill();
    let mut failed = 0;
    while failed < least || store.run(&arguments).code != Some(0) {
        fails_for_want_of_room(&store, &arguments, operation);
        failed += 1;
        disk.make_room(1);
    }
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
    let (disk, packages) = (SmallDisk::new(), Packages::new());
    let store = prepare(&disk, &packages);
    let package = packages.package(b'd', LARGE);
    fails_for_want_of_room(
        &store,
        &update_arguments(&package, &[]),
        "UpdateFunctionCode",
    );
}

/// Returns how much room there is behind the history, in the page that it ends in.
fn room_behind_history(store: &TestStore) -> u64 {
    let path = store.join(FUNCTION).join("history.jsonl");
    PAGE - std::fs::metadata(path).unwrap().len() % PAGE
}

#[test]
fn deleting_a_version_needs_room_for_its_line_and_changes_nothing_without() {
    let (disk, packages) = (SmallDisk::new(), Packages::new());
    let store = prepare(&disk, &packages);
    // Fewer bytes than any line has.
    let mut letters = b'd'..;
    while room_behind_history(&store) > 300 {
        let package = packages.package(letters.next().unwrap(), 1);
        store.run(&update_arguments(&package, &[])).succeeded();
    }
    disk.fill();
    let delete = [&DELETE[..], &["--qualifier", "1"]].concat();
    fails_for_want_of_room(&store, &delete, "DeleteFunction");
    check_history(&store);
    disk.make_room(1);
    store.run(&delete).succeeded();
    assert!(!store.join("hello/versions/1").exists());
    check_history(&store);
}

#[test]
fn restoring_on_a_full_disk_changes_nothing_and_works_after_a_version_is_deleted() {
    works_after_a_version_is_deleted("Restore", |_| owned(&["restore", FUNCTION, "2"]));
}

#[test]
fn versions_are_pruned_on_a_full_disk() {
    let (disk, packages) = (SmallDisk::new(), Packages::new());
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
    let (disk, packages) = (SmallDisk::new(), Packages::new());
    let store = prepare(&disk, &packages);
    disk.fill();
    store.run(&DELETE).succeeded();
    assert!(!store.join(FUNCTION).exists());
    let package = packages.package(b'd', MEDIUM);
    store
        .run(&create_arguments(FUNCTION, &package, &[]))
        .succeeded();
}
