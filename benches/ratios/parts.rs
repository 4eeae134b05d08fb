//! The parts of the benchmark, each a few rows of the table.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::function::{Function, make_store, write};
use crate::lists::lists;
use crate::measure::{at_once, floor, in_turn, one_by_one, run, timed, tool};
use crate::memory;
use crate::table::{Goal, print_memory, print_missing, print_ratio};
use crate::verify::verify;

pub(crate) const KB: u64 = 1024;
pub(crate) const MB: u64 = 1024 * KB;

/// How many publishers there are at once.
const AT_ONCE: u64 = 64;

/// What all parts have: a directory on the same disk as the build, gone afterwards, and how much to
/// do.
pub(crate) struct Bench {
    directory: TempDir,
    quick: bool,
}

/// A part, to be chosen by its name.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Bench) -> Result<()>,
}

pub(crate) const PARTS: [Part; 10] = [
    Part {
        name: "start-up",
        run: start_up,
    },
    Part {
        name: "sizes",
        run: sizes,
    },
    Part {
        name: "unchanged",
        run: unchanged,
    },
    Part {
        name: "versions",
        run: versions,
    },
    Part {
        name: "lists",
        run: lists,
    },
    Part {
        name: "verify",
        run: verify,
    },
    Part {
        name: "at-once",
        run: many_at_once,
    },
    Part {
        name: "memory",
        run: peak_memory,
    },
    Part {
        name: "http",
        #[cfg(feature = "serve")]
        run: crate::http::http,
        #[cfg(not(feature = "serve"))]
        run: no_http,
    },
    Part {
        name: "uploads",
        #[cfg(feature = "serve")]
        run: crate::uploads::uploads,
        #[cfg(not(feature = "serve"))]
        run: no_http,
    },
];

impl Bench {
    pub(crate) fn new(quick: bool) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self { directory, quick })
    }

    pub(crate) fn is_quick(&self) -> bool {
        self.quick
    }

    pub(crate) fn rounds(&self, rounds: usize) -> usize {
        if self.quick { 3 } else { rounds }
    }

    pub(crate) fn store(&self, name: &str) -> Result<PathBuf> {
        make_store(&self.directory.path().join(name))
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn start_up(bench: &Bench) -> Result<()> {
    let mut version = tool(bench.directory.path(), ["--version"]);
    let mut nothing = floor("nothing")?;
    let [ours, floors] = in_turn(
        bench.rounds(201),
        [&mut || run(&mut version), &mut || run(&mut nothing)],
    )?;
    let beside = ("an empty Rust program", &*floors);
    print_ratio(("--version", &ours), beside, Goal::AtMost(1.3));
    Ok(())
}

fn sizes(bench: &Bench) -> Result<()> {
    let rows = [
        ("1 KB", KB, 51),
        ("1 MB", MB, 31),
        ("10 MB", 10 * MB, 15),
        ("50 MB", 50 * MB, 9),
        ("250 MB", 250 * MB, 9),
    ];
    let store = bench.store("sizes")?;
    for (label, size, rounds) in rows {
        if !(bench.quick && size > 50 * MB) {
            publish_of_size(bench, &store, (label, size), bench.rounds(rounds))?;
        }
    }
    Ok(())
}

fn publish_of_size(
    bench: &Bench,
    store: &Path,
    (label, size): (&str, u64),
    rounds: usize,
) -> Result<()> {
    let mut ours = Function::place(store, &format!("of-{size}"), size, 0)?;
    let name = format!("floor-{size}");
    let mut bare = Function::place(store, &name, size, 0)?;
    let (package, target) = (ours.package(), bench.beside("copy"));
    let mut hash = floor("hash")?;
    hash.arg(&package);
    let mut copy = floor("copy")?;
    copy.arg(&package).arg(&target);
    let [publishes, hashes, copies, calls] = in_turn(
        rounds,
        [
            &mut || publish_changed(&mut ours),
            &mut || timed(&mut hash),
            &mut || {
                let took = timed(&mut copy)?;
                fs::remove_file(&target)?;
                Ok(took)
            },
            &mut || {
                let mut calls = floor("calls")?;
                let next = (bare.highest() + 1).to_string();
                calls.arg(store).args([&name, &next]);
                let took = timed(&mut calls)?;
                bare.published()?;
                Ok(took)
            },
        ],
    )?;
    let larger: Vec<Duration> = hashes.iter().zip(&copies).map(|(a, b)| *a.max(b)).collect();
    let goal = |of, goal| if size == of { goal } else { Goal::None };
    let what = format!("publish {label}");
    for (floor, times, goal) in [
        ("hash alone", &hashes, Goal::None),
        ("copy and fsync alone", &copies, Goal::None),
        (
            "the larger of the two",
            &larger,
            goal(250 * MB, Goal::AtMost(1.1)),
        ),
        ("the bare system calls", &calls, goal(KB, Goal::AtMost(1.4))),
    ] {
        print_ratio((&what, &publishes), (floor, times), goal);
    }
    fs::remove_dir_all(ours.path())?;
    Ok(fs::remove_dir_all(bare.path())?)
}

fn publish_changed(function: &mut Function) -> Result<Duration> {
    function.edit()?;
    let took = timed(&mut function.publish())?;
    function.published()?;
    Ok(took)
}

fn unchanged(bench: &Bench) -> Result<()> {
    let (label, size) = if bench.quick {
        ("50 MB", 50 * MB)
    } else {
        ("250 MB", 250 * MB)
    };
    let mut function = Function::place(&bench.store("unchanged")?, "unchanged", size, 0)?;
    Function::let_packages_settle();
    publish_changed(&mut function)?;
    let mut publish = function.publish();
    let mut hash = floor("hash")?;
    hash.arg(function.package());
    let [ours, floors] = in_turn(
        bench.rounds(15),
        [&mut || timed(&mut publish), &mut || timed(&mut hash)],
    )?;
    function.check_highest()?;
    let what = format!("publish {label}, unchanged");
    print_ratio((&what, &ours), ("hash alone", &floors), Goal::AtMost(1.05));
    Ok(fs::remove_dir_all(function.path())?)
}

fn versions(bench: &Bench) -> Result<()> {
    let store = bench.store("versions")?;
    let most = if bench.quick { 10_000 } else { 100_000 };
    let mut one = Function::place(&store, "one", KB, 0)?;
    let mut thousand = Function::place(&store, "thousand", KB, 1000)?;
    let mut many = Function::place(&store, "many", KB, most)?;
    let [at_one, at_thousand, at_most] = in_turn(
        bench.rounds(51),
        [
            &mut || publish_changed(&mut one),
            &mut || publish_changed(&mut thousand),
            &mut || publish_changed(&mut many),
        ],
    )?;
    let beside = ("publish at 1", &*at_one);
    print_ratio(
        ("publish 1 KB at 1,000 versions", &at_thousand),
        beside,
        Goal::None,
    );
    let (what, goal) = if bench.quick {
        ("publish 1 KB at 10,000 versions", Goal::None)
    } else {
        ("publish 1 KB at 100,000 versions", Goal::AtMost(1.15))
    };
    print_ratio((what, &at_most), beside, goal);
    Ok(())
}

/// Each publisher uploads a package of its own: then every one of them makes a version.
fn many_at_once(bench: &Bench) -> Result<()> {
    let mut packages = Packages {
        directory: bench.beside("packages"),
        made: 0,
    };
    fs::create_dir_all(&packages.directory)?;
    for (label, size) in [("1 KB", KB), ("1 MB", MB)] {
        let store = bench.store(&format!("at-once-{size}"))?;
        let mut one = vec![Function::place(&store, "one", size, 0)?];
        let mut each = (0..AT_ONCE)
            .map(|number| Function::place(&store, &format!("each-{number}"), size, 0))
            .collect::<Result<Vec<_>>>()?;
        for (functions, where_to, goal) in [
            (&mut one, "one function", Goal::AtLeast(1.1)),
            (&mut each, "64 functions", Goal::AtLeast(2.0)),
        ] {
            let functions = std::cell::RefCell::new(functions);
            let packages = std::cell::RefCell::new(&mut packages);
            let round = |time: fn(&mut [Command]) -> Result<Duration>| {
                let mut functions = functions.borrow_mut();
                let mut commands = packages.borrow_mut().updates(&functions, size)?;
                let took = time(&mut commands)?;
                let each = AT_ONCE / functions.len() as u64;
                for function in functions.iter_mut() {
                    function.published_many(each)?;
                }
                Ok(took)
            };
            let [serial, together] = in_turn(
                bench.rounds(9),
                [&mut || round(one_by_one), &mut || round(at_once)],
            )?;
            let what = format!("throughput: 64 × {label}, {where_to}");
            print_ratio((&what, &serial), ("64 at once", &together), goal);
        }
        fs::remove_dir_all(&store)?;
    }
    Ok(())
}

/// Packages for uploads, each with content of its own.
struct Packages {
    directory: PathBuf,
    made: u64,
}

impl Packages {
    /// Makes as many updates as there are publishers at once, dealt out to some functions.
    fn updates(&mut self, functions: &[Function], size: u64) -> Result<Vec<Command>> {
        let dealt = functions.iter().cycle().zip(0..AT_ONCE);
        dealt
            .map(|(function, number)| {
                self.made += 1;
                let path = self.directory.join(format!("{number}.zip"));
                let mut content = format!("# {}\n", self.made).into_bytes();
                content.resize(usize::try_from(size)?, b'#');
                write(&path, &zip_of([("app.py".to_owned(), content)])?)?;
                Ok(function.update(&path))
            })
            .collect()
    }
}

pub(crate) fn zip_of(entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        writer.start_file(name, options)?;
        writer.write_all(&content)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(not(feature = "serve"))]
#[expect(clippy::unnecessary_wraps, reason = "the other parts may fail")]
fn no_http(_: &Bench) -> Result<()> {
    let reason = "it needs `cargo bench --features serve`";
    print_missing("HTTP", reason);
    Ok(())
}

fn peak_memory(bench: &Bench) -> Result<()> {
    if File::open("/proc/self/status").is_err() {
        print_missing("peak memory", "there is no /proc here");
        return Ok(());
    }
    let store = bench.store("memory")?;
    let (label, size) = if bench.quick {
        ("50 MB", 50 * MB)
    } else {
        ("250 MB", 250 * MB)
    };
    let mut function = Function::place(&store, "publish", size, 0)?;
    let mut peaks = Vec::new();
    for _ in 0..3 {
        function.edit()?;
        peaks.push(peak_of(&function, &mut function.publish())?);
        function.published()?;
    }
    print_memory(
        &format!("peak memory: publish {label}"),
        &peaks,
        Goal::AtMost(12.0),
    );

    let (label, count) = if bench.quick {
        ("1,000", 1000)
    } else {
        ("100,000", 100_000)
    };
    let mut function = Function::place(&store, "upload", KB, 0)?;
    let mut peaks = Vec::new();
    for round in 0..3 {
        let package = bench.beside(&format!("{round}.zip"));
        let entries = (0..count).map(|number| (format!("{round}/{number:06}.py"), Vec::new()));
        write(&package, &zip_of(entries)?)?;
        peaks.push(peak_of(&function, &mut function.update(&package))?);
        function.published()?;
    }
    let what = format!("peak memory: upload with {label} entries");
    print_memory(&what, &peaks, Goal::AtMost(48.0));
    Ok(())
}

fn peak_of(function: &Function, command: &mut Command) -> Result<u64> {
    let history = function.path().join("history.jsonl");
    let length = || fs::metadata(&history).map_or(0, |metadata| metadata.len());
    let before = length();
    memory::peak(command, function.store(), || length() > before)
}
