//! A quota of the file system that is used up: the error says so and what to do, nothing changes, and
//! once there is room again the same command works. The quota is that of a subvolume of btrfs, which
//! every kernel with btrfs has; it refuses whatever writes at all, a removal, too.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::outcome::check_history;
use crate::server::Server;
use crate::small_disk::{FileSystem, SmallDisk, succeeded};
use crate::support::{TestStore, says};
use crate::undisturbed::{PUBLISH, Packages};
use crate::writers::{prepare, run_all, writers};
use crate::writing_requests::writing_requests;

/// Makes packages larger than what is left over of the quota.
const SIZE: usize = 64 * 1024;

const USED_UP: &str = "Disk quota exceeded (os error 122)";
const WAY_OUT: &str = "The disk's quota is used up; make room, for example by deleting versions that \
                       are not needed, or have the quota raised, and try again";

/// A disk with a directory that has a quota.
struct Limited {
    disk: SmallDisk,
}

impl Limited {
    fn new() -> Self {
        let limited = Self {
            disk: SmallDisk::new(FileSystem::Btrfs),
        };
        let (disk, path) = (limited.disk.path(), limited.path());
        let [disk, path] = [&disk, &path].map(|path| path.to_str().unwrap());
        for arguments in [
            &["quota", "enable", disk][..],
            &["subvolume", "create", path],
            &["qgroup", "limit", "8M", path],
        ] {
            succeeded(Command::new("btrfs").args(arguments), "btrfs-progs");
        }
        limited
    }

    fn path(&self) -> PathBuf {
        self.disk.path().join("limited")
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    fn use_up(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        for size in [64 * 1024, 4096] {
            let piece = vec![0; size];
            let refused = std::iter::repeat_with(|| {
                ballast.write_all(&piece)?;
                ballast.sync_data()
            })
            .find_map(Result::err);
            let refused = refused.unwrap();
            assert_eq!(refused.kind(), std::io::ErrorKind::QuotaExceeded);
        }
    }

    /// Makes room, and goes on only when it counts: btrfs takes what was removed off later.
    fn make_room(&self) {
        let remove = || std::fs::remove_file(self.ballast()).unwrap();
        remove();
        let soon = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.try_room() {
            remove();
            assert!(Instant::now() < soon, "{error}");
            rustix::fs::syncfs(File::open(self.path()).unwrap()).unwrap();
        }
        remove();
        rustix::fs::syncfs(File::open(self.path()).unwrap()).unwrap();
    }

    /// Writes as much as all that follows needs.
    fn try_room(&self) -> std::io::Result<()> {
        let mut ballast = File::create(self.ballast())?;
        ballast.write_all(&vec![0; 4 * 1024 * 1024])?;
        ballast.sync_data()
    }
}

#[test]
fn a_quota_that_is_used_up_is_told_and_nothing_changes() {
    let (disk, packages) = (Limited::new(), Packages::new());
    let store = TestStore::nothing_in(&disk.path());
    prepare(&store, &packages, SIZE);
    let writers = writers(&packages, SIZE);
    disk.use_up();
    let before = store.files();
    let mut refused = 0;
    for writer in &writers {
        let ran = store.run(&writer.arguments());
        let message = ran.failed_with("ServiceException", writer.operation);
        says(message, &[USED_UP, WAY_OUT, store.path().to_str().unwrap()]);
        assert!(store.files() == before, "{message}");
        refused += 1;
    }
    println!("{refused} commands were refused for the quota, and changed nothing");
    disk.make_room();
    run_all(&store, writers);
}

#[test]
fn a_server_tells_of_the_quota_and_goes_on_once_there_is_room() {
    let (disk, packages) = (Limited::new(), Packages::new());
    let store = TestStore::nothing_in(&disk.path());
    prepare(&store, &packages, SIZE);
    let server = Server::of(&store, &[]);
    disk.use_up();
    let before = store.files();
    for request in writing_requests(SIZE) {
        let answered = server.send(request.method, &request.path(), request.body.as_bytes());
        let message = answered.failed_with(500, "ServiceException");
        says(&message, &[USED_UP]);
        assert!(store.files() == before, "{message}");
    }
    disk.make_room();
    let published = server.send("POST", "/2015-03-31/functions/hello/versions", b"{}");
    assert_eq!(published.succeeded(201)["Version"], "5");
    assert_eq!(store.run(&PUBLISH).succeeded()["Version"], "5");
    check_history(&store);
}
