//! A model of a disk that keeps for certain only what was flushed: the recorded calls of a command
//! played on it, and what it may show if the power goes between two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::strace::record_bytes;
use crate::support::TestStore;

/// A file or directory, by whatever names; the first is the directory that the store stands in.
type Node = usize;

const ROOT: Node = 0;

/// How many combinations of what persists are all built; of more, those that differ in one operation
/// from nothing or all of them, and pseudo-random ones.
const ALL_UP_TO: u32 = 10;

/// How many pseudo-random combinations there are.
const RANDOM: usize = 200;

/// What a call does to the disk.
#[derive(Debug, Clone)]
enum Event {
    /// A name comes to be, over another file's or not.
    Link(Node, String, Node),
    Unlink(Node, String, Node),
    /// From a directory and name to another.
    Rename(Node, (Node, String), (Node, String)),
    Write(Node, usize, Vec<u8>),
    Truncate(Node, usize),
    SetTime(Node, SystemTime),
    Sync(Node),
    /// A flush that was left out.
    Nothing,
}

/// What a tree holds, by path: a file's bytes and time, nothing for a directory.
pub(crate) type Tree = BTreeMap<PathBuf, Option<(Vec<u8>, Option<SystemTime>)>>;

#[derive(Debug, Clone, Default)]
struct Disk {
    /// The names in a directory; nothing for a file.
    entries: Vec<Option<BTreeMap<String, Node>>>,
    contents: Vec<Vec<u8>>,
    times: Vec<Option<SystemTime>>,
}

impl Disk {
    fn add(&mut self, is_directory: bool) -> Node {
        self.entries.push(is_directory.then(BTreeMap::new));
        self.contents.push(Vec::new());
        self.times.push(None);
        self.entries.len() - 1
    }

    /// Returns the store that stands in a directory.
    fn read(place: &Path) -> Self {
        let mut disk = Self::default();
        disk.add(true);
        disk.read_from(place, ROOT);
        disk.names(ROOT).retain(|name, _| name == "store");
        disk
    }

    fn read_from(&mut self, directory: &Path, node: Node) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let is_directory = entry.file_type().unwrap().is_dir();
            let child = self.add(is_directory);
            let name = entry.file_name().into_string().unwrap();
            self.names(node).insert(name, child);
            if is_directory {
                self.read_from(&entry.path(), child);
            } else {
                self.contents[child] = std::fs::read(entry.path()).unwrap();
                self.times[child] = Some(entry.metadata().unwrap().modified().unwrap());
            }
        }
    }

    fn names(&mut self, directory: Node) -> &mut BTreeMap<String, Node> {
        self.entries[directory].as_mut().unwrap()
    }

    fn find(&self, path: &Path) -> Option<Node> {
        path.iter().try_fold(ROOT, |node, name| {
            self.entries[node].as_ref()?.get(name.to_str()?).copied()
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Link(directory, name, node) => {
                self.names(*directory).insert(name.clone(), *node);
            }
            Event::Unlink(directory, name, node) => self.unlink(*directory, name, *node),
            Event::Rename(node, (from, old), (to, new)) => {
                self.names(*to).insert(new.clone(), *node);
                self.unlink(*from, old, *node);
            }
            Event::Write(node, offset, bytes) => {
                let content = &mut self.contents[*node];
                let end = offset + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*offset..end].copy_from_slice(bytes);
            }
            Event::Truncate(node, length) => self.contents[*node].resize(*length, 0),
            Event::SetTime(node, time) => self.times[*node] = Some(*time),
            Event::Sync(_) | Event::Nothing => {}
        }
    }

    /// A name that did not come to be cannot go, and one that another file has stays.
    fn unlink(&mut self, directory: Node, name: &str, node: Node) {
        if self.names(directory).get(name) == Some(&node) {
            self.names(directory).remove(name);
        }
    }

    fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        self.list(ROOT, Path::new(""), &mut tree);
        tree
    }

    fn list(&self, node: Node, path: &Path, tree: &mut Tree) {
        for (name, child) in self.entries[node].as_ref().unwrap() {
            let path = path.join(name);
            if self.entries[*child].is_some() {
                tree.insert(path.clone(), None);
                self.list(*child, &path, tree);
            } else {
                let content = self.contents[*child].clone();
                tree.insert(path, Some((content, self.times[*child])));
            }
        }
    }
}

/// A store on which commands run one after another, and what they do to the disk.
pub(crate) struct Recording {
    store: TestStore,
    before: Disk,
    player: Player,
}

impl Recording {
    /// Begins with what a store holds, all of it flushed.
    pub(crate) fn on(store: TestStore) -> Self {
        let place = store.path().parent().unwrap().to_owned();
        let before = Disk::read(&place);
        let player = Player {
            place: place.to_str().unwrap().to_owned(),
            disk: before.clone(),
            offsets: BTreeMap::new(),
            events: Vec::new(),
        };
        Self {
            store,
            before,
            player,
        }
    }

    pub(crate) fn store(&self) -> &TestStore {
        &self.store
    }

    /// Returns the point between two changes that has come.
    pub(crate) fn point(&self) -> usize {
        self.player.events.len()
    }

    /// Runs a command, and returns what it printed.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> String {
        let (stdout, calls) = record_bytes(&self.store, arguments);
        for call in &calls {
            self.player.play(&call.name, &call.text);
        }
        stdout
    }

    /// Writes a file anew where it stands, as people do: without a flush.
    pub(crate) fn edit(&mut self, path: &str, content: &[u8]) {
        let path = self.store.join(path);
        std::fs::write(&path, content).unwrap();
        let time = path.metadata().unwrap().modified().unwrap();
        let node = self.player.node(&path).unwrap();
        self.player.note(Event::Truncate(node, 0));
        self.player.note(Event::Write(node, 0, content.to_vec()));
        self.player.note(Event::SetTime(node, time));
    }

    /// Replaces a file as careful editors do: a new one is written beside it, flushed, and renamed.
    pub(crate) fn replace(&mut self, path: &str, content: &[u8]) {
        let path = self.store.join(path);
        let new = path.with_file_name("new");
        std::fs::write(&new, content).unwrap();
        std::fs::rename(&new, &path).unwrap();
        self.player.make(&new, false);
        let node = self.player.node(&new).unwrap();
        self.player.note(Event::Write(node, 0, content.to_vec()));
        self.player.note(Event::Sync(node));
        self.player.rename(&new, &path);
        let directory = self.player.node(path.parent().unwrap()).unwrap();
        self.player.note(Event::Sync(directory));
    }

    /// Has a directory be as a command left it that died before it flushed what it had made.
    pub(crate) fn forget_flush(&mut self, path: &str) {
        let path = self.store.join(path);
        let node = self.player.node(&path).unwrap();
        let (directory, name) = self.player.place_of(&path).unwrap();
        self.before.names(directory).remove(&name);
        self.player.note(Event::Link(directory, name, node));
    }

    /// Returns what was done. Sees that this leads to what stands there, so that no change went by unseen.
    pub(crate) fn played(self) -> Played {
        let Self {
            store,
            mut before,
            player,
        } = self;
        let left = Disk::read(store.path().parent().unwrap());
        let bytes = |tree: Tree| -> BTreeMap<_, _> {
            let files = tree.into_iter();
            files
                .map(|(path, file)| (path, file.map(|(bytes, _)| bytes)))
                .collect()
        };
        assert!(
            bytes(player.disk.tree()) == bytes(left.tree()),
            "the calls that were understood do not lead to what the commands left"
        );
        // A disk knows all nodes from the beginning; those that nothing names are not seen.
        while before.entries.len() < player.disk.entries.len() {
            let is_directory = player.disk.entries[before.entries.len()].is_some();
            before.add(is_directory);
        }
        Played {
            before,
            events: player.events,
        }
    }
}

/// What commands did to a disk.
#[derive(Clone)]
pub(crate) struct Played {
    before: Disk,
    events: Vec<Event>,
}

impl Played {
    /// Returns how many points there are between two changes, both ends included.
    pub(crate) fn points(&self) -> usize {
        self.events.len() + 1
    }

    /// Returns what was flushed, by the place of the flush among the events.
    pub(crate) fn flushes(&self) -> Vec<usize> {
        let events = self.events.iter().enumerate();
        let syncs = events.filter(|(_, event)| matches!(event, Event::Sync(_)));
        syncs.map(|(index, _)| index).collect()
    }

    /// Returns the path that a flush is of.
    pub(crate) fn flushed_by(&self, flush: usize) -> PathBuf {
        let Event::Sync(node) = self.events[flush] else {
            panic!("{flush} is no flush")
        };
        let mut disk = self.before.clone();
        self.events[..flush]
            .iter()
            .for_each(|event| disk.apply(event));
        let paths = disk.tree().into_keys();
        let found = paths.into_iter().find(|path| disk.find(path) == Some(node));
        found.unwrap_or_default()
    }

    /// Returns the same without some flushes.
    pub(crate) fn without(&self, flushes: &[usize]) -> Self {
        let mut all = self.clone();
        for flush in flushes {
            all.events[*flush] = Event::Nothing;
        }
        all
    }

    /// Returns what the disk may show if the power goes after so many changes, and how many
    /// combinations were built to find these.
    pub(crate) fn states(&self, point: usize) -> (BTreeSet<Tree>, usize) {
        let events = &self.events[..point];
        let choices: Vec<(usize, Vec<Outcome>)> = self.choices(events);
        let combinations = combinations(&choices);
        let trees = combinations
            .iter()
            .map(|chosen| self.lost(events, &choices, chosen));
        (trees.collect(), combinations.len())
    }

    /// Returns, by the place of an event, what may come of it where there is more than one possibility.
    fn choices(&self, events: &[Event]) -> Vec<(usize, Vec<Outcome>)> {
        let synced = |node: Node, since: usize| {
            let later = &events[since..];
            later
                .iter()
                .any(|event| matches!(event, Event::Sync(other) if *other == node))
        };
        let mut choices = Vec::new();
        let mut unflushed = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            let outcomes = match event {
                Event::Link(directory, ..) | Event::Unlink(directory, ..)
                    if !synced(*directory, index) =>
                {
                    vec![Outcome::Lost, Outcome::Kept]
                }
                Event::Rename(node, (from, _), (to, _)) => {
                    let is_file = self.before.entries[*node].is_none();
                    match (synced(*from, index), synced(*to, index)) {
                        (false, false) if is_file => {
                            vec![Outcome::Lost, Outcome::Both, Outcome::Kept]
                        }
                        (false, true) if is_file => vec![Outcome::Both, Outcome::Kept],
                        (false, false) => vec![Outcome::Lost, Outcome::Kept],
                        // What was flushed as gone is, and as it is never nowhere, it has its new name.
                        (true, _) | (_, true) => vec![],
                    }
                }
                Event::Write(node, ..) | Event::Truncate(node, _) if !synced(*node, index) => {
                    // The first of them stands for all that is not flushed of the file.
                    if unflushed.insert(*node, index).is_some() {
                        continue;
                    }
                    vec![Outcome::Lost, Outcome::Both, Outcome::Kept]
                }
                _ => vec![],
            };
            if !outcomes.is_empty() {
                choices.push((index, outcomes));
            }
        }
        choices
    }

    fn lost(&self, events: &[Event], choices: &[(usize, Vec<Outcome>)], chosen: &[usize]) -> Tree {
        let outcomes: BTreeMap<usize, Outcome> = choices
            .iter()
            .zip(chosen)
            .map(|((index, outcomes), chosen)| (*index, outcomes[*chosen]))
            .collect();
        let mut disk = self.before.clone();
        let mut flushed: BTreeMap<Node, (Outcome, Vec<u8>)> = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            let outcome = outcomes.get(&index).copied().unwrap_or(Outcome::Kept);
            match (event, outcome) {
                (Event::Write(node, ..) | Event::Truncate(node, _), outcome) => {
                    if outcomes.contains_key(&index) {
                        flushed.insert(*node, (outcome, disk.contents[*node].clone()));
                    }
                    disk.apply(event);
                }
                (_, Outcome::Kept) => disk.apply(event),
                (Event::Rename(node, _, (to, new)), Outcome::Both) => {
                    disk.names(*to).insert(new.clone(), *node);
                }
                _ => {}
            }
        }
        for (node, (outcome, old)) in flushed {
            let new = &disk.contents[node];
            match outcome {
                Outcome::Lost => disk.contents[node] = old,
                Outcome::Both => disk.contents[node] = torn(&old, new),
                Outcome::Kept => {}
            }
        }
        disk.tree()
    }
}

/// What comes of an operation that was not flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Lost,
    /// A file under both names; of a content, a part.
    Both,
    Kept,
}

/// Returns half of what is new, and behind it what was there.
fn torn(old: &[u8], new: &[u8]) -> Vec<u8> {
    let common = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let cut = common + (new.len() - common) / 2;
    let rest = old.get(cut..).unwrap_or_default();
    [&new[..cut], rest].concat()
}

/// Returns which outcome each choice has, in each combination.
fn combinations(choices: &[(usize, Vec<Outcome>)]) -> Vec<Vec<usize>> {
    let counts: Vec<usize> = choices.iter().map(|(_, outcomes)| outcomes.len()).collect();
    let product = counts
        .iter()
        .try_fold(1_usize, |product, count| product.checked_mul(*count));
    if let Some(product) = product.filter(|product| *product <= 1 << ALL_UP_TO) {
        return (0..product).map(|number| digits(number, &counts)).collect();
    }
    let last: Vec<usize> = counts.iter().map(|count| count - 1).collect();
    let mut all = vec![vec![0; counts.len()], last.clone()];
    for (index, count) in counts.iter().enumerate() {
        for outcome in 0..*count {
            for mut one in [vec![0; counts.len()], last.clone()] {
                one[index] = outcome;
                all.push(one);
            }
        }
    }
    let mut random = 1_u64;
    for _ in 0..RANDOM {
        let one = counts.iter().map(|count| {
            // Knuth's generator, whose upper bits are the random ones.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % count
        });
        all.push(one.collect());
    }
    all
}

fn digits(mut number: usize, counts: &[usize]) -> Vec<usize> {
    let digit = |count: &usize| {
        let digit = number % count;
        number /= count;
        digit
    };
    counts.iter().map(digit).collect()
}

/// Writes a tree down, as the disk shows it after the loss.
pub(crate) fn write(tree: &Tree) -> TestStore {
    let store = TestStore::nothing();
    let place = store.path().parent().unwrap().to_owned();
    for (path, file) in tree {
        let path = place.join(path);
        let Some((content, time)) = file else {
            std::fs::create_dir(path).unwrap();
            continue;
        };
        std::fs::write(&path, content).unwrap();
        if let Some(time) = time {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(*time).unwrap();
        }
    }
    store
}

/// Plays calls on a disk and notes what they change.
struct Player {
    place: String,
    disk: Disk,
    /// Where the next write by a descriptor goes.
    offsets: BTreeMap<String, usize>,
    events: Vec<Event>,
}

/// Calls that change neither what a file holds nor a name.
const HARMLESS: [&str; 21] = [
    "access",
    "close",
    "execve",
    "fadvise64",
    "fchmod",
    "fcntl",
    "flock",
    "fstat",
    "fstatfs",
    "fchmodat",
    "getdents64",
    "lseek",
    "mmap",
    "newfstatat",
    "pread64",
    "read",
    "readlink",
    "readlinkat",
    "statx",
    "sync_file_range",
    "getcwd",
];

impl Player {
    fn play(&mut self, name: &str, text: &str) {
        let Some((call, result)) = text.rsplit_once(" = ") else {
            return;
        };
        if !text.contains(&hex(&self.place)) || result.starts_with('-') {
            return;
        }
        let arguments = call
            .split_once('(')
            .unwrap()
            .1
            .trim_end()
            .trim_end_matches(')');
        let arguments: Vec<&str> = arguments.split(", ").collect();
        match (name, arguments.as_slice()) {
            ("openat", [directory, path, flags, ..]) => {
                self.open(&joined(directory, path), flags, result);
            }
            ("mkdirat", [directory, path, ..]) => self.make(&joined(directory, path), true),
            ("mkdir", [path, ..]) => self.make(&unescaped(path), true),
            ("mknodat", [directory, path, ..]) => self.make(&joined(directory, path), false),
            ("write", [file, bytes, _]) => {
                let offset = self.offsets.get(number_of(file)).copied().unwrap_or(0);
                let end = offset + result.parse::<usize>().unwrap();
                self.offsets.insert(number_of(file).to_owned(), end);
                self.write(file, bytes, offset, result);
            }
            ("pwrite64", [file, bytes, _, offset]) => {
                self.write(file, bytes, offset.parse().unwrap(), result);
            }
            ("copy_file_range", [from, start, to, end, ..]) => {
                let [start, end] = [start, end].map(|text| offset_of(text));
                self.copy(from, start, to, end, result.parse().unwrap());
            }
            ("renameat" | "renameat2", [from, old, to, new, ..]) => {
                self.rename(&joined(from, old), &joined(to, new));
            }
            ("rename", [old, new]) => self.rename(&unescaped(old), &unescaped(new)),
            ("unlinkat", [directory, path, ..]) => self.unlink(&joined(directory, path)),
            ("unlink" | "rmdir", [path]) => self.unlink(&unescaped(path)),
            ("ftruncate", [file, length]) => {
                if let Some(node) = self.node(&path_of(file)) {
                    self.note(Event::Truncate(node, length.parse().unwrap()));
                }
            }
            ("utimensat", [file, ..]) => {
                let numbers = call.rsplit("tv_sec=").next().unwrap();
                let numbers = numbers.split(|letter: char| !letter.is_ascii_digit());
                let numbers: Vec<u64> = numbers.filter_map(|text| text.parse().ok()).collect();
                let time = Duration::from_secs(numbers[0]) + Duration::from_nanos(numbers[1]);
                if let Some(node) = self.node(&path_of(file)) {
                    self.note(Event::SetTime(node, SystemTime::UNIX_EPOCH + time));
                }
            }
            ("fsync" | "fdatasync", [file]) => {
                if let Some(node) = self.node(&path_of(file)) {
                    self.note(Event::Sync(node));
                }
            }
            // Room behind the end is no content.
            ("fallocate", [_, mode, ..]) => assert_eq!(mode.trim(), "FALLOC_FL_KEEP_SIZE"),
            _ => assert!(
                HARMLESS.contains(&name),
                "what does {name} do to the disk? {text:.300}"
            ),
        }
    }

    fn note(&mut self, event: Event) {
        self.disk.apply(&event);
        self.events.push(event);
    }

    /// Returns what stands there; nothing where that is not the test's, or was removed.
    fn node(&self, path: &Path) -> Option<Node> {
        self.disk.find(path.strip_prefix(&self.place).ok()?)
    }

    /// Returns the directory and the name in it.
    fn place_of(&self, path: &Path) -> Option<(Node, String)> {
        let name = path.file_name()?.to_str()?.to_owned();
        Some((self.node(path.parent()?)?, name))
    }

    fn open(&mut self, path: &Path, flags: &str, result: &str) {
        self.offsets.insert(number_of(result).to_owned(), 0);
        match self.node(path) {
            None if flags.contains("O_CREAT") => self.make(path, false),
            Some(node) if flags.contains("O_TRUNC") => self.note(Event::Truncate(node, 0)),
            _ => {}
        }
    }

    fn make(&mut self, path: &Path, is_directory: bool) {
        if let Some((directory, name)) = self.place_of(path) {
            let node = self.disk.add(is_directory);
            self.note(Event::Link(directory, name, node));
        }
    }

    fn write(&mut self, file: &str, bytes: &str, offset: usize, result: &str) {
        if let Some(node) = self.node(&path_of(file)) {
            let mut bytes = unhexed(bytes);
            bytes.truncate(result.parse().unwrap());
            self.note(Event::Write(node, offset, bytes));
        }
    }

    fn copy(&mut self, from: &str, start: usize, to: &str, end: usize, length: usize) {
        let source = path_of(from);
        let bytes = match self.node(&source) {
            Some(node) => self.disk.contents[node].clone(),
            // A package that is given stands elsewhere, and stays.
            None => std::fs::read(source).unwrap(),
        };
        let bytes = bytes[start..start + length].to_vec();
        if let Some(node) = self.node(&path_of(to)) {
            self.note(Event::Write(node, end, bytes));
        }
    }

    fn rename(&mut self, old: &Path, new: &Path) {
        let node = self.node(old).unwrap();
        let places = [old, new].map(|path| self.place_of(path).unwrap());
        let [from, to] = places;
        self.note(Event::Rename(node, from, to));
    }

    fn unlink(&mut self, path: &Path) {
        if let (Some(node), Some((directory, name))) = (self.node(path), self.place_of(path)) {
            self.note(Event::Unlink(directory, name, node));
        }
    }
}

/// Returns text as strace prints it with `-xx`.
fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::new();
    for byte in text.bytes() {
        write!(escaped, "\\x{byte:02x}").unwrap();
    }
    escaped
}

/// Returns the bytes that strace printed as `\xHH`, leaving out what stands around them.
fn unhexed(text: &str) -> Vec<u8> {
    let pairs = text.split("\\x").skip(1);
    pairs
        .map(|pair| u8::from_str_radix(&pair[..2], 16).unwrap())
        .collect()
}

fn unescaped(text: &str) -> PathBuf {
    PathBuf::from(String::from_utf8(unhexed(text)).unwrap())
}

/// Returns the path of a descriptor.
fn path_of(file: &str) -> PathBuf {
    unescaped(file)
}

fn number_of(file: &str) -> &str {
    file.split('<').next().unwrap()
}

/// Returns the offset that a copy began at, of `[offset]` or `[before => after]`.
fn offset_of(text: &str) -> usize {
    let begun = text.trim_matches(['[', ']']).split(' ').next();
    begun.unwrap().parse().unwrap()
}

fn joined(directory: &str, path: &str) -> PathBuf {
    path_of(directory).join(unescaped(path))
}
