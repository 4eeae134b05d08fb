//! The storm itself, and what must hold when it is over.

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::checker::{EDITED, Verdict, check};
use crate::doors::{Doors, said_by_server, wait_for_change};
use crate::keeper::keep;
use crate::log::{Life, Log, Outcome, Records};
use crate::passerby::pass_by;
use crate::support::{TestStore, names_in, sample};
use crate::worker::{PHOENIX, PLAIN, Storm, Worker};

/// How many write and read at once, besides the keeper and the passer-by.
const WORKERS: u64 = 4;

/// What they write and read, each as often as it stands here.
const FUNCTIONS: [&str; 8] = [
    PLAIN, PLAIN, PLAIN, PLAIN, PHOENIX, PHOENIX, EDITED[0], EDITED[1],
];

/// Every function once.
const ALL: [&str; 4] = [PLAIN, PHOENIX, EDITED[0], EDITED[1]];

/// Milliseconds for which a server lives, at the most.
const LIFE_OF_SERVER: u64 = 3000;

#[test]
fn nothing_is_lost_repeated_or_torn_in_a_storm() {
    let seconds = match std::env::var("STORM_SECONDS") {
        Ok(seconds) => seconds.parse().unwrap(),
        Err(_) if sample::number().is_none() => 600,
        Err(_) => 60,
    };
    let seed = match std::env::var("STORM_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => u64::from(std::process::id()),
    };
    println!("{seconds} s, STORM_SEED={seed}");
    let store = TestStore::new();
    let shared = Storm {
        store: &store,
        doors: Doors::new(&store),
        log: Log::default(),
        end: Instant::now() + Duration::from_secs(seconds),
        highest: ALL.map(|name| (name, AtomicU64::new(0))).into(),
        killed: AtomicU64::new(0),
        answered: Mutex::default(),
    };
    let mut first = Worker::unharmed(&shared, "first", seed);
    for function in ALL {
        first.create(function);
    }
    let servers = rage(&shared, seed);
    let mut last = Worker::unharmed(&shared, "last", seed);
    settle(&shared, &mut last);
    let Storm {
        log,
        killed,
        answered,
        ..
    } = shared;
    let mut records = log.into_records();
    for function in ALL {
        records.lives.push(Life {
            function,
            history: store.text(&format!("{function}/history.jsonl")),
            deleted: None,
        });
    }
    let verdict = check(&records);
    for (what, count) in answered.into_inner().unwrap() {
        println!("  {count:6} {what}");
    }
    tell(&records, &verdict, killed.into_inner(), servers);
    check_store(&store, servers);
    let wrongs = &verdict.wrongs;
    let shown = wrongs.iter().take(20);
    let shown: Vec<&str> = shown.map(String::as_str).collect();
    assert!(
        shown.is_empty(),
        "{} wrongs:\n{}",
        wrongs.len(),
        shown.join("\n")
    );
}

/// Lets all loose until the end, and returns how many servers were killed.
fn rage(storm: &Storm<'_>, seed: u64) -> usize {
    std::thread::scope(|scope| {
        for number in 0..WORKERS {
            let name = format!("worker{number}");
            let mut worker = Worker::new(storm, &name, seed + 1 + number);
            scope.spawn(move || worker.work(&FUNCTIONS));
        }
        scope.spawn(|| keep(&mut Worker::new(storm, "keeper", seed + 101)));
        scope.spawn(|| pass_by(&mut Worker::new(storm, "passerby", seed + 102)));
        let mut chance = Chance::new(seed + 103);
        let mut servers = 0;
        while Instant::now() < storm.end {
            std::thread::sleep(Duration::from_millis(chance.below(LIFE_OF_SERVER)));
            if chance.once_in(2) {
                wait_for_change(storm.store, PLAIN, || Instant::now() >= storm.end);
            }
            servers += 1;
            storm.doors.restart(servers);
        }
        servers
    })
}

/// Makes one more change to every function, and reads all.
fn settle(storm: &Storm<'_>, worker: &mut Worker<'_>) {
    for function in ALL {
        if !storm.store.join(function).exists() {
            worker.create(function);
        }
        worker.configure(function);
        worker.list_versions(function);
        worker.list_aliases(function);
    }
}

fn tell(records: &Records, verdict: &Verdict, killed: u64, servers: usize) {
    let count = |is_so: fn(&Outcome) -> bool| {
        let attempts = records.attempts.iter();
        attempts.filter(|attempt| is_so(&attempt.outcome)).count()
    };
    println!(
        "{} changes attempted: {} done, {} refused, {} with unknown outcome, of which {} were made",
        records.attempts.len(),
        count(|outcome| matches!(outcome, Outcome::Done(_))),
        count(|outcome| *outcome == Outcome::Refused),
        count(|outcome| *outcome == Outcome::Unknown),
        verdict.lines_of_unknown,
    );
    println!(
        "{killed} commands and {servers} servers killed; {} lives of functions with {} changes and {} \
         versions; {} edits by hand, {} of them to be found by a certain change; {} states seen; {} wrong",
        records.lives.len(),
        verdict.lines,
        verdict.versions,
        records.edits.len(),
        verdict.edits_found,
        verdict.sights,
        verdict.wrongs.len(),
    );
}

/// Sees that the store is sound, and nothing is left over.
fn check_store(store: &TestStore, servers: usize) {
    let verified = store.run(&["verify", "--output", "json"]).succeeded();
    assert_eq!(verified["Findings"], serde_json::json!([]));
    let staging = ALL.map(|function| format!("{function}/.staging"));
    let swept = [".staging".to_owned(), ".trash".to_owned()];
    for directory in staging.into_iter().chain(swept) {
        let left = names_in(&store.join(&directory));
        assert!(left.is_empty(), "{directory}: {left:?}");
    }
    // A command that is killed may leave its bytes counted, and never uncounted.
    let counted: u64 = store.text(".usage").trim().parse().unwrap();
    let stored = verified["Bytes"].as_u64().unwrap();
    assert!(counted >= stored, "{counted} counted, {stored} stored");
    for number in 0..=servers {
        let said = std::fs::read_to_string(said_by_server(store, number)).unwrap();
        assert!(!said.contains("panicked"), "{said}");
    }
}
