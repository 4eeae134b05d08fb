//! Files that share their blocks, on file systems that can: a publish takes no room, and the version
//! stays what it is whatever is written into `$LATEST`.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::outcome::{FUNCTION, check_history};
use crate::small_disk::{FileSystem, SmallDisk, succeeded};
use crate::support::{TestStore, code_sha256, sample};
use crate::undisturbed::{PUBLISH, Packages, create_arguments, update_arguments};

/// Makes a package that a second thread would copy, whose last block is not full.
const LARGE: usize = 9 * 1024 * 1024;
/// Makes one that would be copied by reading and writing.
const MEDIUM: usize = 64 * 1024;

/// Writes into a file that is mapped into memory, now and then, until its stdin ends. The file's times
/// tell of only some of that.
const MAPPED_WRITER: &str = "
import mmap, random, select, sys
with open(sys.argv[1], 'r+b') as file, mmap.mmap(file.fileno(), 0) as mapped:
    print('writing', flush=True)
    pause = 0
    while not select.select([sys.stdin], [], [], pause)[0]:
        pause = random.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, 0.05])
        for place in range(1000, len(mapped), 1 << 18):
            mapped[place] = random.randrange(256)
";

const LATEST_CODE: &str = "hello/$LATEST/code.zip";

fn sharing_and_others() -> Vec<(FileSystem, bool)> {
    let all = FileSystem::ALL.into_iter();
    all.map(|file_system| (file_system, FileSystem::SHARING.contains(&file_system)))
        .collect()
}

/// Makes a store on a disk with a function that has a package of this size.
fn prepare(disk: &SmallDisk, packages: &Packages, size: usize) -> TestStore {
    let store = TestStore::nothing_in(&disk.path());
    let package = packages.package(b'a', size);
    store
        .run(&create_arguments(FUNCTION, &package, &[]))
        .succeeded();
    store
}

/// Returns whether all blocks of a file are those of another one, too.
fn is_shared(path: &Path) -> bool {
    flush_disk_of(path);
    let mut filefrag = Command::new("/usr/sbin/filefrag");
    let output = succeeded(filefrag.arg("-v").arg(path), "e2fsprogs");
    let output = String::from_utf8(output.stdout).unwrap();
    let is_extent = |line: &&str| line.trim_start().split(':').next().is_some_and(is_number);
    let extents: Vec<&str> = output.lines().filter(is_extent).collect();
    assert!(!extents.is_empty(), "{output}");
    extents.iter().all(|extent| extent.contains("shared"))
}

fn flush_disk_of(path: &Path) {
    rustix::fs::syncfs(std::fs::File::open(path).unwrap()).unwrap();
}

fn is_number(text: &str) -> bool {
    text.parse::<u64>().is_ok()
}

/// Sees that a version's package is the one that its configuration names.
#[track_caller]
fn check_version(store: &TestStore, version: &Value) {
    let number = version["Version"].as_str().unwrap();
    let path = store.join(&format!("hello/versions/{number}/code.zip"));
    let package = std::fs::read(path).unwrap();
    assert_eq!(version["CodeSha256"], code_sha256(&package), "{number}");
    assert_eq!(version["CodeSize"], package.len(), "{number}");
}

#[test]
fn a_version_shares_its_blocks_with_latest_where_the_file_system_can() {
    for (file_system, can_share) in sharing_and_others() {
        if file_system == FileSystem::Tmpfs {
            // It has no blocks that could be told.
            continue;
        }
        let (disk, packages) = (SmallDisk::new(file_system), Packages::new());
        for size in [MEDIUM, 2 * 1024 * 1024 + 1] {
            let store = prepare(&disk, &packages, size);
            let version = store.run(&PUBLISH).succeeded();
            check_version(&store, &version);
            let [latest, version] =
                [LATEST_CODE, "hello/versions/1/code.zip"].map(|path| store.join(path));
            assert_eq!(is_shared(&version), can_share, "{file_system:?} {size}");
            let inode = |path: &Path| std::fs::metadata(path).unwrap().ino();
            assert_ne!(inode(&latest), inode(&version));
        }
    }
}

#[test]
fn restored_packages_share_their_blocks_with_the_version() {
    for file_system in FileSystem::SHARING {
        let (disk, packages) = (SmallDisk::new(file_system), Packages::new());
        let store = prepare(&disk, &packages, MEDIUM);
        store.run(&PUBLISH).succeeded();
        let other = packages.package(b'b', MEDIUM);
        store.run(&update_arguments(&other, &[])).succeeded();
        assert!(!is_shared(&store.join(LATEST_CODE)));
        store.run(&["restore", FUNCTION, "1"]).succeeded();
        assert!(is_shared(&store.join(LATEST_CODE)), "{file_system:?}");
    }
}

#[test]
fn publishing_takes_no_room_where_blocks_are_shared() {
    let size = match sample::number() {
        None => 250 * 1024 * 1024,
        Some(_) => 16 * 1024 * 1024,
    };
    for file_system in FileSystem::SHARING {
        let disk_size = 384 * 1024 * 1024 + size as u64;
        let disk = SmallDisk::of_size(file_system, disk_size);
        let store = TestStore::nothing_in(&disk.path());
        // No upload is that large.
        store.place_function(FUNCTION);
        store.write_code(FUNCTION, &vec![b'a'; size]);
        let free = || {
            flush_disk_of(&disk.path());
            let disk = rustix::fs::statvfs(disk.path()).unwrap();
            disk.f_bfree * disk.f_frsize
        };
        let before = free();
        let start = std::time::Instant::now();
        let version = store.run(&PUBLISH).succeeded();
        let took = start.elapsed();
        let taken = before.saturating_sub(free());
        println!(
            "{file_system:?}: publishing {} MB took {taken} bytes and {} ms",
            size / 1024 / 1024,
            took.as_millis()
        );
        assert!(taken < 1024 * 1024, "{file_system:?}: {taken} bytes");
        check_version(&store, &version);
    }
}

#[test]
fn what_is_written_into_latest_in_place_is_not_in_the_version() {
    for file_system in FileSystem::SHARING {
        let (disk, packages) = (SmallDisk::new(file_system), Packages::new());
        for size in [MEDIUM, LARGE] {
            let store = prepare(&disk, &packages, size);
            let version = store.run(&PUBLISH).succeeded();
            let mut options = std::fs::File::options();
            let latest = options.write(true).open(store.join(LATEST_CODE)).unwrap();
            latest.write_all_at(b"edited", 1000).unwrap();
            latest.sync_all().unwrap();
            check_version(&store, &version);
            let next = store.run(&PUBLISH).succeeded();
            assert_eq!(next["Version"], "2");
            assert_ne!(next["CodeSha256"], version["CodeSha256"]);
            check_version(&store, &next);
            check_version(&store, &version);
        }
    }
}

/// A process that writes into a file, ended when this is dropped.
struct Writer(Child);

impl Writer {
    fn into(path: &Path) -> Self {
        let mut writer = Command::new("python3")
            .args(["-c", MAPPED_WRITER])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python3, of Debian's package python3: {error}"));
        let mut line = String::new();
        let stdout = writer.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line, "writing\n");
        Self(writer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

/// Publishes a function so often while somebody writes into its package.
fn publishes_while_somebody_writes(file_system: FileSystem, size: usize, enough: usize) {
    let disk = SmallDisk::of_size(file_system, 512 * 1024 * 1024);
    let packages = Packages::new();
    let store = prepare(&disk, &packages, size);
    let writer = Writer::into(&store.join(LATEST_CODE));
    let (mut published, mut refused) = (0, 0);
    while published < enough && refused < 40 * enough {
        let ran = store.run(&PUBLISH);
        if ran.code == Some(0) {
            check_version(&store, &ran.succeeded());
            published += 1;
        } else {
            let message = ran.failed_with("ServiceException", "PublishVersion");
            assert!(message.contains("was edited while"), "{message}");
            refused += 1;
        }
    }
    drop(writer);
    println!(
        "{file_system:?}, {size} bytes: {published} published and {refused} refused while it was written to"
    );
    assert_eq!(published, enough);
    let last = store.run(&PUBLISH).succeeded();
    check_version(&store, &last);
    check_history(&store);
}

#[test]
fn the_bytes_that_are_hashed_are_those_of_the_version_while_somebody_writes() {
    let enough = if sample::number().is_some() { 2 } else { 50 };
    for (file_system, _) in sharing_and_others() {
        if file_system == FileSystem::Ext4OfSeconds {
            continue;
        }
        // On both sides of the size from which on a second thread copies.
        for size in [1000 * 1024, 2 * 1024 * 1024] {
            publishes_while_somebody_writes(file_system, size, enough);
        }
    }
}
