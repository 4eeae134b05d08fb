//! A store in which somebody planted something: links out of it, links in circles, FIFOs, sockets,
//! devices, directories for files and files for directories. And a watch over what stands outside.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, inotify, makedev, mknodat};

use super::{Ran, TestStore, files_under, make_fifo, run, zip_of};

/// Far more than any command here needs: what takes longer hangs.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// All that has a place of its own in a store, and what killed commands leave there.
pub const PLACES: [&str; 24] = [
    "store.json",
    ".staging",
    ".staging/abcdefgh.lock",
    ".staging/abcdefgh.code.zip",
    ".trash",
    ".trash/abcdefgh.gone",
    ".usage",
    ".usage.lock",
    "hello",
    "hello/$LATEST",
    "hello/$LATEST/code.zip",
    "hello/$LATEST/config.json",
    "hello/versions",
    "hello/versions/1",
    "hello/versions/1/code.zip",
    "hello/versions/1/config.json",
    "hello/aliases",
    "hello/aliases/live.json",
    "hello/function.json",
    "hello/history.jsonl",
    "hello/.lock",
    "hello/.staging",
    "hello/.staging/abcdefgh.change",
    "hello/.staging/abcdefgh.version-9",
];

/// What is planted.
#[derive(Debug, Clone, Copy)]
pub enum Plant {
    /// A link to what would be right here, outside the store.
    Link,
    /// A link to nothing, beside the store.
    Dangling,
    /// A link to itself.
    Loop,
    /// A link to the directory that the store stands in.
    Up,
    /// A second name of the very file that stands outside.
    HardLink,
    /// A pipe that nobody writes into or reads from.
    Fifo,
    /// A socket that nobody answers on.
    Socket,
    /// A directory where a file belongs, a file where a directory does.
    OtherKind,
    /// A device, by its numbers: one that gives zeros without end, or takes nothing.
    Device(u32, u32),
}

/// What everybody may plant; devices are root's.
pub const PLANTS: [Plant; 7] = [
    Plant::Link,
    Plant::Dangling,
    Plant::Loop,
    Plant::Up,
    Plant::Fifo,
    Plant::Socket,
    Plant::OtherKind,
];

/// The commands that only read.
pub const READERS: [&[&str]; 14] = [
    &["get-function", "--function-name", "hello"],
    &["get-function-configuration", "--function-name", "hello"],
    &["get-function", "--function-name", "hello:1"],
    &[
        "get-function-configuration",
        "--function-name",
        "hello:live",
    ],
    &["list-functions", "--function-version", "ALL"],
    &["list-versions-by-function", "--function-name", "hello"],
    &["list-aliases", "--function-name", "hello"],
    &["get-alias", "--function-name", "hello", "--name", "live"],
    &["status", "hello"],
    &["log", "hello", "--all"],
    &["diff", "hello", "1", "$LATEST"],
    &["verify", "--lock-timeout", "0"],
    &["export", "hello", "out.tar"],
    &["wait", "function-exists", "--function-name", "other"],
];

/// The commands that write, each of every kind of change.
pub const WRITERS: [&[&str]; 19] = [
    &["publish-version", "--function-name", "hello"],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
    ],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
        "--publish",
    ],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
        "--dry-run",
    ],
    &[
        "update-function-configuration",
        "--function-name",
        "hello",
        "--timeout",
        "9",
    ],
    &[
        "create-function",
        "--function-name",
        "new",
        "--runtime",
        "python3.13",
        "--handler",
        "a.b",
        "--role",
        "arn:aws:iam::123456789012:role/demo",
        "--zip-file",
        "created.zip",
    ],
    &[
        "create-alias",
        "--function-name",
        "hello",
        "--name",
        "new",
        "--function-version",
        "2",
    ],
    &[
        "update-alias",
        "--function-name",
        "hello",
        "--name",
        "live",
        "--function-version",
        "2",
    ],
    &["delete-alias", "--function-name", "hello", "--name", "live"],
    &["rollback", "hello", "--alias", "live", "--to", "2"],
    &["restore", "hello", "1"],
    &["prune", "hello", "--keep-last", "1"],
    &["prune", "hello", "--keep-last", "1", "--apply"],
    &[
        "delete-function",
        "--function-name",
        "hello",
        "--qualifier",
        "2",
    ],
    &[
        "delete-function",
        "--function-name",
        "hello",
        "--qualifier",
        "1",
    ],
    &["delete-function", "--function-name", "hello"],
    &["delete-function", "--function-name", "other"],
    &["import", "other.tar", "--as", "copy"],
    &["init"],
];

/// Makes a store that has something in every place.
pub fn prepared() -> TestStore {
    let store = TestStore::new();
    store
        .create("hello", &["--publish", "--tags", "team=blue"])
        .succeeded();
    store.update("hello", b"v2", &["--publish"]).succeeded();
    store.create_alias("live", "1", &[]).succeeded();
    store.create("other", &[]).succeeded();
    store
        .run(&[
            "export",
            "other",
            store.beside("other.tar").to_str().unwrap(),
        ])
        .succeeded_silently();
    store.create("gone", &[]).succeeded();
    store.delete("gone", &[]);
    for (directory, entry) in [
        (".staging", "abcdefgh.lock"),
        (".staging", "abcdefgh.code.zip"),
        (".trash", "abcdefgh.gone"),
        ("hello/.staging", "abcdefgh.change"),
    ] {
        std::fs::create_dir_all(store.join(directory)).unwrap();
        std::fs::write(store.join(directory).join(entry), "").unwrap();
    }
    std::fs::create_dir(store.join("hello/.staging/abcdefgh.version-9")).unwrap();
    for place in PLACES {
        assert!(store.join(place).exists(), "{place}");
    }
    store
}

/// A copy of a store with something planted in it; what stood there stands outside, and is watched.
pub struct Planted {
    pub store: TestStore,
    watch: Watch,
    before: std::collections::BTreeMap<PathBuf, Vec<u8>>,
}

impl Planted {
    /// Copies the store and plants.
    pub fn new(prepared: &TestStore, place: &str, plant: Plant) -> Self {
        let store = TestStore::nothing();
        copy(&prepared.path(), &store.path());
        for file in ["other.tar", "created.zip"] {
            copy(&prepared.beside(file), &store.beside(file));
        }
        std::fs::write(
            store.beside("updated.zip"),
            zip_of(&[("app.py", b"the third")]),
        )
        .unwrap();
        let outside = store.beside("outside");
        std::fs::create_dir(&outside).unwrap();
        let (path, aside) = (store.join(place), outside.join("aside"));
        std::fs::rename(&path, &aside).unwrap();
        sow(plant, &path, &aside);
        let before = files_under(&outside);
        let watch = Watch::over(&outside);
        Self {
            store,
            watch,
            before,
        }
    }

    /// Runs a command, and sees that it ends soon and by itself, and touches nothing outside.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.store.command(arguments);
        let ran = run(command.current_dir(self.store.beside("")).timeout(DEADLINE));
        let usual = [0, 1, 252, 253, 254, 255];
        assert!(
            ran.code.is_some_and(|code| usual.contains(&code)),
            "{arguments:?}: {ran:?}"
        );
        self.is_untouched(&format!("{arguments:?}: {ran:?}"));
        ran
    }

    /// Sees that nothing outside was opened or changed.
    #[track_caller]
    pub fn is_untouched(&self, what: &str) {
        let events = self.watch.events();
        assert!(
            events.is_empty(),
            "{what}: something outside was touched: {events:?}"
        );
    }

    /// Sees that what stands outside is as it was.
    #[track_caller]
    pub fn is_unchanged(&self) {
        assert!(files_under(&self.store.beside("outside")) == self.before);
    }
}

/// Plants something, and has every command meet it, those that write each in a copy of its own.
#[track_caller]
pub fn meets_every_command(prepared: &TestStore, place: &str, plant: Plant) {
    println!("{plant:?} at {place}");
    let planted = Planted::new(prepared, place, plant);
    for command in READERS {
        planted.run(command);
    }
    planted.is_unchanged();
    for command in WRITERS {
        let planted = Planted::new(prepared, place, plant);
        planted.run(command);
        planted.is_unchanged();
    }
}

fn sow(plant: Plant, path: &Path, aside: &Path) {
    match plant {
        Plant::Link => symlink(aside, path).unwrap(),
        Plant::Dangling => symlink(aside.with_file_name("missing"), path).unwrap(),
        Plant::Loop => symlink(path, path).unwrap(),
        Plant::Up => {
            let store = path.ancestors().find(|above| above.ends_with("store"));
            symlink(store.unwrap().parent().unwrap(), path).unwrap();
        }
        Plant::HardLink => std::fs::hard_link(aside, path).unwrap(),
        Plant::Fifo => make_fifo(path),
        Plant::Socket => drop(UnixListener::bind(path).unwrap()),
        Plant::OtherKind if aside.is_dir() => std::fs::write(path, "a file").unwrap(),
        Plant::OtherKind => std::fs::create_dir(path).unwrap(),
        Plant::Device(major, minor) => {
            let (kind, mode) = (FileType::CharacterDevice, Mode::from(0o666));
            mknodat(CWD, path, kind, mode, makedev(major, minor)).unwrap();
        }
    }
}

/// Copies a file, or a directory with everything in it.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// The kernel's word on who opens, reads or changes what stands in a directory.
struct Watch(OwnedFd);

impl Watch {
    fn over(directory: &Path) -> Self {
        let flags = inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC;
        let watch = Self(inotify::init(flags).unwrap());
        for entry in walkdir::WalkDir::new(directory) {
            let entry = entry.unwrap();
            // Whoever touches a file opens it first. That one is closed says less: what another test
            // is just starting has a copy of what was open here before, and closes it at any time.
            let closed = inotify::WatchFlags::CLOSE;
            let events = inotify::WatchFlags::ALL_EVENTS.difference(closed);
            inotify::add_watch(&watch.0, entry.path(), events).unwrap();
        }
        // What it sees when it is looked into by walking through it does not count; that it sees at all
        // does.
        watch.events();
        drop(std::fs::read_dir(directory).unwrap());
        assert!(
            !watch.events().is_empty(),
            "nothing is seen of {}",
            directory.display()
        );
        watch
    }

    /// Returns what happened since it was asked last: to what, if it is not the directory itself, and
    /// what.
    fn events(&self) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        let mut events = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => events.push(format!("{:?} {:?}", event.file_name(), event.events())),
                Err(rustix::io::Errno::WOULDBLOCK) => return events,
                Err(error) => panic!("{error}"),
            }
        }
    }
}
