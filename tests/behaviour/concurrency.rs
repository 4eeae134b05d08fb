//! Many processes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::support::{
    ROLE, Ran, TestStore, code_sha256, files_under, requested_configuration, sha256_hex, zip_of,
};

/// How many processes write to one function at once.
const WRITERS: usize = 64;

/// An option by which nobody gives up, however slow the disk: what is tested is the order.
const PATIENT: [&str; 2] = ["--lock-timeout", "600"];

/// An option by which nobody waits.
const IMPATIENT: [&str; 2] = ["--lock-timeout", "0"];

/// Does something in many threads, which begin together.
pub(crate) fn at_once<T: Send>(count: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|index| {
                let (start, job) = (&start, &job);
                scope.spawn(move || {
                    start.wait();
                    job(index)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// Takes a function's lock, as another command does while it changes the function.
fn lock_held(store: &TestStore, function: &str) -> File {
    let path = store.join(function).join(".lock");
    let file = File::options().write(true).open(path).unwrap();
    fs2::FileExt::lock_exclusive(&file).unwrap();
    file
}

/// Releases a function's lock. Closing the file would not do: a process that another test is just
/// starting has a copy of it until it becomes the command.
fn release(held: &File) {
    fs2::FileExt::unlock(held).unwrap();
}

/// Returns what a writer's package has in it: no two have the same size.
fn content_of(writer: usize) -> Vec<u8> {
    format!("# {writer}\n").repeat(writer + 1).into_bytes()
}

fn package_of(writer: usize) -> Vec<u8> {
    zip_of(&[("app.py", &content_of(writer))])
}

/// Lets every writer give `hello` its own package and publish it, all at once.
fn publish_all(store: &TestStore, printed: impl Fn(&Ran) + Sync) -> Vec<Ran> {
    let zips: Vec<String> = (0..WRITERS)
        .map(|writer| store.zip(&format!("{writer}.zip"), &content_of(writer)))
        .collect();
    at_once(WRITERS, |writer| {
        let update = [
            "update-function-code",
            "--function-name",
            "hello",
            "--publish",
        ];
        let ran = store.run(&[&update[..], &["--zip-file", &zips[writer]], &PATIENT].concat());
        printed(&ran);
        ran
    })
}

fn version_in(answer: &Value) -> u64 {
    answer["Version"].as_str().unwrap().parse().unwrap()
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[track_caller]
fn nothing_is_staged(store: &TestStore, function: &str) {
    assert_eq!(names_in(&store.join(".staging")), [""; 0]);
    assert_eq!(names_in(&store.join(function).join(".staging")), [""; 0]);
}

#[test]
fn sixty_four_updates_at_once_publish_sixty_four_whole_versions() {
    let store = TestStore::with_function("hello");
    let ran = publish_all(&store, |_| ());

    let mut writers = BTreeMap::new();
    for (writer, ran) in ran.iter().enumerate() {
        let twice = writers.insert(version_in(&ran.succeeded()), writer);
        assert_eq!(twice, None);
    }
    assert!(writers.keys().copied().eq(1..=64), "{:?}", writers.keys());

    for (number, writer) in &writers {
        let version = store.join(&format!("hello/versions/{number}"));
        let package = std::fs::read(version.join("code.zip")).unwrap();
        assert_eq!(package, package_of(*writer), "version {number}");
        let answer = ran[*writer].succeeded();
        assert_eq!(answer["CodeSha256"], code_sha256(&package));
        assert_eq!(answer["CodeSize"], package.len());
        let config = std::fs::read_to_string(version.join("config.json")).unwrap();
        assert_eq!(config, ran[*writer].stdout, "version {number}");
        assert_eq!(names_in(&version).len(), 2);
    }
    assert_eq!(names_in(&store.join("hello/versions")).len(), WRITERS);
    let latest = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(latest, package_of(writers[&64]));
    nothing_is_staged(&store, "hello");
}

#[test]
fn sixty_four_updates_at_once_leave_a_sound_history() {
    let store = TestStore::with_function("hello");
    let ran = publish_all(&store, |_| ());
    let printed: BTreeMap<u64, Value> = ran
        .iter()
        .map(|ran| ran.succeeded())
        .map(|answer| (version_in(&answer), answer))
        .collect();

    let text = std::fs::read_to_string(store.join("hello/history.jsonl")).unwrap();
    assert!(text.ends_with('\n'));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + WRITERS);
    let parsed = store.history("hello");
    assert_eq!(parsed[0]["Operation"], "CreateFunction");
    assert_eq!(parsed[0].get("Previous"), None);
    let mut tokens = BTreeSet::from([parsed[0]["Token"].as_str().unwrap()]);
    for (number, line) in (1_u64..).zip(&parsed[1..]) {
        let index = usize::try_from(number).unwrap();
        assert_eq!(line["Previous"], sha256_hex(lines[index - 1].as_bytes()));
        assert!(
            line["Time"].as_str() > parsed[index - 1]["Time"].as_str(),
            "{number}"
        );
        assert!(tokens.insert(line["Token"].as_str().unwrap()), "{number}");
        assert_eq!(line["Operation"], "UpdateFunctionCode");
        let config = store.join(&format!("hello/versions/{number}/config.json"));
        let made = json!([{
            "Version": number,
            "ConfigSha256": sha256_hex(&std::fs::read(config).unwrap()),
            "Published": line["Time"],
        }]);
        assert_eq!(line["Made"], made);
        assert_eq!(line["HighestVersion"], number);
        assert_eq!(line["LastPublished"]["Version"], number);
        for member in ["CodeSha256", "CodeSize"] {
            assert_eq!(line["Latest"][member], printed[&number][member]);
        }
        assert_eq!(line.get("FoundEdited"), None, "{number}");
    }
}

/// Reads `$LATEST` until writers are done, and once more.
fn read_latest(store: &TestStore, done: &AtomicBool) -> Vec<Value> {
    let mut answers = Vec::new();
    loop {
        let last = done.load(Ordering::SeqCst);
        answers.push(store.get("hello", &PATIENT).succeeded());
        if last {
            return answers;
        }
    }
}

/// Reads the newest version that was reported until writers are done, and once more; and whether
/// the one after it is there already. Returns what was printed of each version.
fn read_newest(store: &TestStore, newest: &AtomicU64, done: &AtomicBool) -> Vec<(u64, String)> {
    let mut answers = Vec::new();
    loop {
        let (last, number) = (done.load(Ordering::SeqCst), newest.load(Ordering::SeqCst));
        let read = |number: u64| {
            store.get(
                "hello",
                &[&["--qualifier", &number.to_string()], &PATIENT[..]].concat(),
            )
        };
        let reported = read(number);
        reported.succeeded();
        answers.push((number, reported.stdout));
        let next = read(number + 1);
        if next.code == Some(0) {
            answers.push((number + 1, next.stdout));
        } else {
            next.failed_with("ResourceNotFoundException", "GetFunctionConfiguration");
        }
        if last {
            return answers;
        }
    }
}

#[test]
fn readers_never_see_a_torn_answer_while_sixty_four_write() {
    let store = TestStore::nothing();
    let created = store.create("hello", &["--publish"]).succeeded();
    let (done, newest) = (AtomicBool::new(false), AtomicU64::new(1));
    let (ran, latest, versions) = std::thread::scope(|scope| {
        let latest = [(); 2].map(|()| scope.spawn(|| read_latest(&store, &done)));
        let versions = scope.spawn(|| read_newest(&store, &newest, &done));
        let ran = publish_all(&store, |ran| {
            // A writer that failed is found below, when nobody waits for the end any more.
            if let Ok(answer) = serde_json::from_str(&ran.stdout) {
                newest.fetch_max(version_in(&answer), Ordering::SeqCst);
            }
        });
        done.store(true, Ordering::SeqCst);
        let latest = latest.map(|reader| reader.join().unwrap());
        (ran, latest, versions.join().unwrap())
    });

    let written: Vec<Value> = [created]
        .into_iter()
        .chain(ran.iter().map(Ran::succeeded))
        .collect();
    // What each package was given with: an answer that mixes two changes is none of these.
    let states: BTreeSet<String> = written.iter().map(state_of_code).collect();
    assert_eq!(states.len(), 1 + WRITERS);
    // Where in the function's life each revision id stands, and with which package.
    let history = store.history("hello");
    let moments: BTreeMap<&str, (usize, &Value)> = history
        .iter()
        .enumerate()
        .map(|(moment, line)| {
            let latest = &line["Latest"];
            (latest["RevisionId"].as_str().unwrap(), (moment, latest))
        })
        .collect();
    assert_eq!(moments.len(), history.len());

    let mut of_revision: BTreeMap<String, Value> = BTreeMap::new();
    for answers in &latest {
        let mut before = 0;
        for answer in answers {
            assert!(states.contains(&state_of_code(answer)), "{answer}");
            let id = answer["RevisionId"].as_str().unwrap();
            let (moment, recorded) = moments[id];
            assert_eq!(recorded["CodeSha256"], answer["CodeSha256"]);
            assert_eq!(recorded["CodeSize"], answer["CodeSize"]);
            assert!(moment >= before, "went back from {before} to {moment}");
            before = moment;
            let same = of_revision.entry(id.to_owned()).or_insert(answer.clone());
            assert_eq!(same, answer);
        }
        assert_eq!(before, WRITERS, "the last look is at the last state");
    }
    // One state has one id, too.
    let mut ids = BTreeMap::new();
    for (id, mut answer) in of_revision {
        answer["RevisionId"] = Value::Null;
        assert_eq!(ids.insert(answer.to_string(), id), None);
    }

    for (number, printed) in versions {
        let config =
            std::fs::read_to_string(store.join(&format!("hello/versions/{number}/config.json")));
        assert_eq!(printed, config.unwrap(), "version {number}");
    }
}

/// Returns what a change of the package alone decides, in `$LATEST` and its version alike.
fn state_of_code(answer: &Value) -> String {
    ["CodeSha256", "CodeSize", "LastModified"]
        .map(|member| answer[member].to_string())
        .join(" ")
}

#[test]
fn a_function_that_is_held_keeps_no_other_waiting() {
    let store = TestStore::with_function("a");
    store.create("b", &[]).succeeded();
    let held = lock_held(&store, "a");

    assert_eq!(store.publish("b", &IMPATIENT).succeeded()["Version"], "1");
    store.update("b", b"v1", &IMPATIENT).succeeded();
    assert_eq!(store.publish("b", &IMPATIENT).succeeded()["Version"], "2");
    store.create("c", &IMPATIENT).succeeded();
    // A reader asks for no lock.
    let before = files_under(&store.join("a"));
    store.get("a", &IMPATIENT).succeeded();

    let refused = "TooManyRequestsException";
    store
        .publish("a", &IMPATIENT)
        .failed_with(refused, "PublishVersion");
    store
        .update("a", b"v1", &IMPATIENT)
        .failed_with(refused, "UpdateFunctionCode");
    assert_eq!(files_under(&store.join("a")), before);
    nothing_is_staged(&store, "a");

    release(&held);
    assert_eq!(store.publish("a", &IMPATIENT).succeeded()["Version"], "1");
}

#[cfg(target_os = "linux")]
#[test]
fn a_publish_that_waits_for_the_lock_goes_on_when_it_is_released() {
    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

    let store = TestStore::with_function("hello");
    let held = lock_held(&store, "hello");
    let opened = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&opened, store.join("hello/.lock"), WatchFlags::OPEN).unwrap();
    let mut publish = std::process::Command::new(assert_cmd::cargo::cargo_bin!("lambda-store"))
        .env_clear()
        .env("LAMBDA_STORE", store.path())
        .args(["publish-version", "--function-name", "hello"])
        .args(PATIENT)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();

    // It waits once it has opened the lock's file, which it cannot have, and sleeps.
    let stat = format!("/proc/{}/stat", publish.id());
    let mut has_opened = false;
    loop {
        has_opened |= rustix::io::read(&opened, &mut [0_u8; 4096]).is_ok();
        let stat = std::fs::read_to_string(&stat).unwrap();
        let state = stat.rsplit(") ").next().unwrap().chars().next();
        if has_opened && state == Some('S') {
            break;
        }
        assert_eq!(publish.try_wait().unwrap(), None, "it does not wait");
        std::thread::yield_now();
    }
    assert!(!store.join("hello/versions/1").exists());

    release(&held);
    let output = publish.wait_with_output().unwrap();
    let ran = Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert_eq!(ran.succeeded()["Version"], "1");
    assert_eq!(ran.stdout, store.text("hello/versions/1/config.json"));
}

#[test]
fn of_sixteen_that_create_one_function_at_once_one_succeeds() {
    let store = TestStore::nothing();
    let zips: Vec<String> = (0..16)
        .map(|creator| store.zip(&format!("{creator}.zip"), &content_of(creator)))
        .collect();
    let ran = at_once(zips.len(), |creator| {
        let required = [
            "create-function",
            "--function-name",
            "hello",
            "--role",
            ROLE,
        ];
        let code = [
            "--runtime",
            "python3.13",
            "--handler",
            "app.handler",
            "--zip-file",
        ];
        store.run(&[&required[..], &code, &[zips[creator].as_str()]].concat())
    });

    let mut winners = Vec::new();
    for (creator, ran) in ran.iter().enumerate() {
        if ran.code == Some(0) {
            winners.push(creator);
        } else {
            ran.failed_with("ResourceConflictException", "CreateFunction");
        }
    }
    let [winner] = winners[..] else {
        panic!("created by {winners:?}");
    };
    assert_eq!(store.get("hello", &[]).succeeded(), ran[winner].succeeded());
    let package = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(package, package_of(winner));
    let history = store.history("hello");
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["Latest"]["CodeSha256"], code_sha256(&package));
    nothing_is_staged(&store, "hello");
    let others: Vec<String> = names_in(&store.path())
        .into_iter()
        .filter(|name| !name.starts_with('.') && name != "hello")
        .collect();
    assert_eq!(others, [""; 0]);
    // The winner's function is one that lives on.
    assert_eq!(store.publish("hello", &[]).succeeded()["Version"], "1");
}

#[test]
fn a_function_that_appears_right_before_the_rename_is_a_conflict() {
    use lambda_store::api::messages::CreateFunctionRequest;
    use lambda_store::operations::create_function;
    use lambda_store::store::{Host, PackageSource, Step, Store};
    use std::sync::Arc;

    let store = Arc::new(TestStore::new());
    let zip = store.zip("slower.zip", b"slower");
    let (other, is_first) = (store.clone(), AtomicBool::new(true));
    let before_step = move |step: Step<'_>| {
        if step.path == other.join("hello") && is_first.swap(false, Ordering::SeqCst) {
            other.create("hello", &[]).succeeded();
        }
        Ok(())
    };
    let host = Host {
        before_step: Some(Arc::new(before_step)),
        ..Host::new("bob@here".to_owned())
    };
    let request = CreateFunctionRequest {
        function_name: "hello".to_owned(),
        configuration: requested_configuration(&json!({
            "Runtime": "python3.13",
            "Role": ROLE,
            "Handler": "app.handler",
        })),
        ..CreateFunctionRequest::default()
    };
    let package = PackageSource::open(Path::new(zip.strip_prefix("fileb://").unwrap())).unwrap();
    let slower = Store::open(&store.path(), host).unwrap();
    let error = create_function(&slower, &request, Some(&package)).unwrap_err();

    assert_eq!(error.code(), "ResourceConflictException", "{error}");
    let found = std::fs::read(store.join("hello/$LATEST/code.zip")).unwrap();
    assert_eq!(found, zip_of(&[("app.py", b"v0")]));
    nothing_is_staged(&store, "hello");
}

#[test]
fn publishers_of_unchanged_code_at_once_all_get_the_last_version() {
    let store = TestStore::with_function("hello");
    let first = store.publish("hello", &[]);
    first.succeeded();
    let before = store.files();
    for ran in at_once(16, |_| store.publish("hello", &PATIENT)) {
        assert_eq!(ran, first);
    }
    assert_eq!(store.files(), before);
    nothing_is_staged(&store, "hello");
}

#[test]
fn a_first_publish_by_sixteen_at_once_makes_one_version() {
    let store = TestStore::made_by_hand("hello");
    let ran = at_once(16, |_| store.publish("hello", &PATIENT));
    assert_eq!(ran[0].succeeded()["Version"], "1");
    for other in &ran {
        assert_eq!(*other, ran[0]);
    }
    assert_eq!(names_in(&store.join("hello/versions")), ["1"]);
    assert_eq!(store.history("hello").len(), 1);
    assert_eq!(names_in(&store.join("hello/.staging")), [""; 0]);
}

#[test]
fn of_sixteen_that_update_an_alias_with_one_revision_id_one_succeeds() {
    let store = TestStore::with_function("hello");
    store.publish("hello", &[]).succeeded();
    let made = store.create_alias("live", "$LATEST", &[]).succeeded();
    let id = made["RevisionId"].as_str().unwrap();
    let all = at_once(16, |writer| {
        let description = writer.to_string();
        let options = ["--revision-id", id, "--description", &description];
        store.update_alias("live", &[&options[..], &PATIENT].concat())
    });
    let (won, lost): (Vec<&Ran>, Vec<&Ran>) = all.iter().partition(|ran| ran.code == Some(0));
    let [won] = won[..] else {
        panic!("{all:?}");
    };
    for ran in lost {
        ran.failed_with("PreconditionFailedException", "UpdateAlias");
    }
    let now = store.alias("get-alias", "live", &[]).succeeded();
    assert_eq!(now, won.succeeded());
    store.check_chain("hello");
}

#[test]
fn of_sixteen_that_create_one_alias_at_once_one_succeeds_and_all_can_delete_it() {
    let store = TestStore::with_function("hello");
    let all = at_once(16, |_| store.create_alias("live", "$LATEST", &PATIENT));
    let (won, lost): (Vec<&Ran>, Vec<&Ran>) = all.iter().partition(|ran| ran.code == Some(0));
    assert_eq!(won.len(), 1, "{all:?}");
    for ran in lost {
        ran.failed_with("ResourceConflictException", "CreateAlias");
    }
    for ran in at_once(16, |_| store.alias("delete-alias", "live", &PATIENT)) {
        ran.succeeded_silently();
    }
    // One line for what was made, one for what was deleted.
    assert_eq!(store.history("hello").len(), 3);
    nothing_is_staged(&store, "hello");
    store.check_chain("hello");
}
