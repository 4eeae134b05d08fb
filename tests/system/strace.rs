//! strace: the system calls of a run of the command, and a run killed at one of them, or in which
//! one of them fails.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use fancy_regex::Regex;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Ran, TestStore};

/// The signal that nothing can catch.
const SIGKILL: i32 = 9;

/// A system call that a command made.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Threads are numbered in the order in which they make their first call.
    pub(crate) thread: usize,
    pub(crate) name: String,
    /// Which of the calls of this name in this thread it is, from 1: what strace counts.
    pub(crate) ordinal: usize,
    /// As strace prints it, with the paths of file descriptors.
    pub(crate) text: String,
}

impl Call {
    /// Returns whether the call names something below the directory that the store stands in, so
    /// that making the store itself counts too.
    pub(crate) fn touches(&self, store: &TestStore) -> bool {
        self.name != "execve" && self.text.contains(&place(store))
    }

    /// Returns whether the command prints its result by this call, or exits; or answers a request.
    pub(crate) fn reports(&self) -> bool {
        self.text.starts_with("write(1<")
            || self.name == "exit_group"
            || self.text.contains("\"HTTP/1.1 ")
    }

    /// Returns whether the call leaves the disk as it is, for certain.
    pub(crate) fn only_reads(&self) -> bool {
        match self.name.as_str() {
            "openat" => !self.text.contains("O_CREAT") && !self.text.contains("O_TRUNC"),
            "read" | "pread64" | "lseek" | "close" | "fstat" | "newfstatat" | "statx"
            | "getdents64" => true,
            _ => false,
        }
    }

    /// Returns whether another call is, in its own thread, what this one is in its thread.
    pub(crate) fn counts_as(&self, other: &Self) -> bool {
        (&self.name, self.ordinal) == (&other.name, other.ordinal)
    }

    /// Returns whether a call on one store is what another is on another.
    pub(crate) fn is_same_as(
        &self,
        store: &TestStore,
        other: &Self,
        other_store: &TestStore,
    ) -> bool {
        let seen_as = |call: &Self, store| (call.thread == 0, call.subject(store));
        seen_as(self, store) == seen_as(other, other_store)
    }

    /// Returns what the call is done to, without what differs from run to run.
    fn subject(&self, store: &TestStore) -> String {
        let text = self.text.replace(&place(store), "PLACE");
        let text = text.split([',', ')']).next().unwrap();
        let token = Regex::new(r"[a-z0-9]{8}\.").unwrap();
        let unnamed = Regex::new(r"(pipe:|socket:|#)\[?\d+\]?").unwrap();
        let text = token.replace_all(text, "TOKEN.").into_owned();
        unnamed.replace_all(&text, "$1").into_owned()
    }
}

/// Tells where a command was disturbed if what is seen afterwards fails the test.
pub(crate) struct DisturbedAt<'a>(pub(crate) &'a Call);

impl Drop for DisturbedAt<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("disturbed at {:?}", self.0);
        }
    }
}

/// Returns the directory that the store stands in, which is the test's own, as strace prints it: where it
/// is on a disk of a process, without the way there.
fn place(store: &TestStore) -> String {
    let path = store.path();
    let place = path.parent().unwrap().to_str().unwrap();
    let way = Regex::new(r"^/proc/\d+/root").unwrap();
    way.replace(place, "").into_owned()
}

/// A run of the command that nobody disturbed.
pub(crate) struct Recorded {
    /// Where it ran.
    pub(crate) store: TestStore,
    pub(crate) stdout: String,
    /// Its system calls, those of its loading included.
    pub(crate) calls: Vec<Call>,
}

/// Runs the command on a store to its end.
pub(crate) fn record(store: TestStore, arguments: &[&str]) -> Recorded {
    let log = tempfile::NamedTempFile::new().unwrap();
    let output = strace(&store, arguments, log.path(), &[]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Recorded {
        store,
        stdout: String::from_utf8(output.stdout).unwrap(),
        calls: read_log(log.path()),
    }
}

/// Runs the command on a store to its end. Returns what it printed, and its calls with all bytes that
/// they name, each as `\xHH`.
pub(crate) fn record_bytes(store: &TestStore, arguments: &[&str]) -> (String, Vec<Call>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = strace_with(store, arguments, log.path(), &["-xx", "-s", "33554432"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    (stdout, read_log(log.path()))
}

/// Runs the command on a store and kills it at a call that an earlier run made, before anything
/// comes after it. Returns what was printed by then.
pub(crate) fn kill(store: &TestStore, arguments: &[&str], earlier: &Recorded, at: &Call) -> String {
    // strace counts in each thread by itself, and each thread that comes so far is hit.
    let others = earlier.calls.iter().filter(|call| call.counts_as(at));
    let passed_over = others.filter(|call| call.thread < at.thread).count();
    let (printed, calls) = if passed_over == 0 {
        kill_before(store, arguments, at)
    } else {
        stop_and_kill(store, arguments, at, passed_over)
    };
    let mut reached = calls.iter().filter(|call| call.counts_as(at));
    let hit = reached.nth(passed_over);
    let hit = hit.unwrap_or_else(|| panic!("{at:?} was not reached: {calls:?}"));
    assert!(
        at.is_same_as(&earlier.store, hit, store),
        "another call was reached first: {hit:?}"
    );
    printed
}

/// How a system call is made to fail: it is not made, and the command is told an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// As strace names it.
    pub(crate) error: &'static str,
    /// Whether every later call of the name fails too.
    pub(crate) is_lasting: bool,
}

impl Fault {
    /// Returns what makes strace let a call fail so.
    pub(crate) fn inject(&self, at: &Call) -> String {
        let lasting = if self.is_lasting { "+" } else { "" };
        let (name, error, ordinal) = (&at.name, self.error, at.ordinal);
        format!("inject={name}:error={error}:when={ordinal}{lasting}")
    }

    /// Sees that among the calls of a run this one failed first, and no other that should not.
    pub(crate) fn check(&self, calls: &[Call], at: &Call, store: &TestStore, earlier: &Recorded) {
        let mut failed = calls
            .iter()
            .filter(|call| call.text.trim_end().ends_with("(INJECTED)"));
        let first = failed.next();
        let first = first.unwrap_or_else(|| panic!("{at:?} was not reached: {calls:?}"));
        assert!(
            at.is_same_as(&earlier.store, first, store),
            "another call failed: {first:?}"
        );
        // strace counts in each thread by itself, and each thread that comes so far is hit.
        let other = failed.find(|call| !self.is_lasting && !call.counts_as(at));
        assert!(other.is_none(), "another call failed, too: {other:?}");
    }
}

/// Runs the command on a store and lets a call fail that an earlier run made.
pub(crate) fn fail(
    store: &TestStore,
    arguments: &[&str],
    earlier: &Recorded,
    at: &Call,
    fault: Fault,
) -> Ran {
    let log = tempfile::NamedTempFile::new().unwrap();
    let expressions = [&*trace(at), &fault.inject(at)];
    let output = strace(store, arguments, log.path(), &expressions)
        .output()
        .unwrap();
    fault.check(&read_log(log.path()), at, store, earlier);
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Kills the first thread that makes as many calls of the name, before the last of them is made.
fn kill_before(store: &TestStore, arguments: &[&str], at: &Call) -> (String, Vec<Call>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let inject = format!("inject={}:signal=KILL:when={}", at.name, at.ordinal);
    let output = strace(store, arguments, log.path(), &[&trace(at), &inject])
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(SIGKILL), "{at:?}: {output:?}");
    let calls = read_log(log.path());
    let killed = calls.iter().find(|call| call.counts_as(at)).unwrap();
    assert!(
        killed.text.trim_end().ends_with("= ?"),
        "{killed:?} was made"
    );
    (String::from_utf8(output.stdout).unwrap(), calls)
}

/// Stops the command in each thread that makes as many calls of the name, lets it go on where that
/// is a thread to be passed over, and kills it in the next. A stop comes while the call is made or
/// right after it, and nothing else happens in between.
fn stop_and_kill(
    store: &TestStore,
    arguments: &[&str],
    at: &Call,
    passed_over: usize,
) -> (String, Vec<Call>) {
    let inject = format!("inject={}:signal=STOP:when={}", at.name, at.ordinal);
    // Read as it is written, so that each stop is answered when it comes.
    let log = Path::new("/proc/self/fd/2");
    let mut child = strace(store, arguments, log, &[&trace(at), &inject])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut log, mut answered) = (String::new(), 0);
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        log.push_str(&line.unwrap());
        log.push('\n');
        let stops = log.matches("--- SIGSTOP {").count();
        // The signal is told first; once the first thread has stopped, the process has.
        if stops > answered && log.ends_with("--- stopped by SIGSTOP ---\n") {
            answered = stops;
            let signal = if stops > passed_over {
                Signal::KILL
            } else {
                Signal::CONT
            };
            kill_process(Pid::from_raw(main_thread(&log)).unwrap(), signal).unwrap();
        }
    }
    assert!(answered > passed_over, "{at:?} was not reached: {log}");
    let output = child.wait_with_output().unwrap();
    // strace itself may have ended first, surprised that a process which it held was gone.
    while is_alive(main_thread(&log)) {
        std::thread::yield_now();
    }
    (String::from_utf8(output.stdout).unwrap(), parse(&log))
}

fn main_thread(log: &str) -> i32 {
    log.split(' ').next().unwrap().parse().unwrap()
}

/// Returns whether a thread of a process has not ended; one that nobody has waited for has.
fn is_alive(process: i32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    tasks.into_iter().flatten().flatten().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()[0]);
        !matches!(state, None | Some(b'Z' | b'X'))
    })
}

/// The first call of all is traced too, so that the main thread is known.
fn trace(at: &Call) -> String {
    format!("trace=execve,{}", at.name)
}

pub(crate) fn read_log(path: &Path) -> Vec<Call> {
    parse(&String::from_utf8_lossy(&std::fs::read(path).unwrap()))
}

fn strace(store: &TestStore, arguments: &[&str], log: &Path, expressions: &[&str]) -> Command {
    let options: Vec<&str> = expressions.iter().flat_map(|text| ["-e", text]).collect();
    strace_with(store, arguments, log, &options)
}

fn strace_with(store: &TestStore, arguments: &[&str], log: &Path, options: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("USER", "alice")
        .env("LAMBDA_STORE", store.path())
        .args(["-f", "-y", "-o", log.to_str().unwrap()]);
    command
        .args(options)
        .args(["--", env!("CARGO_BIN_EXE_lambda-store")])
        .args(arguments);
    command
}

/// Takes strace's log apart. A call that another thread interrupts stands there in two parts.
fn parse(log: &str) -> Vec<Call> {
    let mut threads: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut calls: Vec<Call> = Vec::new();
    for line in log.lines() {
        let (id, text) = line.split_once(' ').unwrap();
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            continue;
        }
        let thread = threads.iter().position(|known| *known == id);
        let thread = thread.unwrap_or_else(|| {
            threads.push(id);
            threads.len() - 1
        });
        if let Some(rest) = text.strip_prefix("<... ") {
            let (_, rest) = rest.split_once(" resumed>").unwrap();
            let begun = calls.iter_mut().rfind(|call| call.thread == thread);
            begun.unwrap().text.push_str(rest);
            continue;
        }
        let name = text.split('(').next().unwrap().to_owned();
        let ordinal = counts.entry((thread, name.clone())).or_default();
        *ordinal += 1;
        calls.push(Call {
            thread,
            name,
            ordinal: *ordinal,
            text: text.replace(" <unfinished ...>", ""),
        });
    }
    calls
}
