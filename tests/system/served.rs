//! `lambda-store serve` with strace attached while it answers a request: recorded, killed at one of
//! its system calls, or with one of them failing.
//!
//! What strace counts begins when it attaches, and only threads that Tokio keeps for waiting touch the
//! store. A package comes in as many pieces as the network makes of it, so the calls of the change
//! that follows are counted from when it is all there: the request's last byte is held back until then.
//! The thread that took the package makes the change, too, unless it was so slow to wait for work
//! that Tokio began another one. Its counts would be others, and such a run is made again.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::requests::Request;
use crate::server::Server;
use crate::strace::{Call, Fault, Recorded, read_log};
use crate::support::TestStore;

/// How often a run may come out with the change in another thread.
const TRIES: usize = 50;

/// From when on the calls of a request are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The request is sent.
    Beginning,
    /// Its package has come, and only its last byte is missing.
    Package,
}

/// What a client got, if the answer came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) is_service_exception: bool,
    body: String,
}

impl Answer {
    /// Returns what was reported as done, as the command prints it; nothing for an error.
    pub(crate) fn reported(&self) -> String {
        match self.status {
            204 => r#"{"StatusCode": 204}"#.to_owned(),
            200 | 201 => self.body.clone(),
            _ => String::new(),
        }
    }

    /// Returns the message of an error.
    pub(crate) fn message(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let message = body.get("message").or_else(|| body.get("Message"));
        message.and_then(Value::as_str).unwrap().to_owned()
    }

    /// Reads an answer, if it comes whole. The connection stays: the server would close it by calls that
    /// count, too.
    fn read(connection: &mut TcpStream) -> Option<Self> {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            if let Some(answer) = Self::whole(&String::from_utf8_lossy(&bytes)) {
                return Some(answer);
            }
            match connection.read(&mut buffer) {
                // It ends, or is reset, where the server was killed.
                Ok(0) | Err(_) => return None,
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn whole(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
        };
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        (body.len() == length).then(|| Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            is_service_exception: header("x-amzn-errortype") == Some("ServiceException"),
            body: body.to_owned(),
        })
    }
}

/// What became of a server and a request to it.
struct Ran {
    server: Server,
    answer: Option<Answer>,
    calls: Vec<Call>,
}

/// Serves a store, attaches strace with these expressions, and sends the request.
fn run(store: &TestStore, request: &Request, from: From, expressions: &[&str]) -> Ran {
    let server = Server::of(store, &[]);
    let log = tempfile::NamedTempFile::new().unwrap();
    let bytes = request.bytes();
    let (all_but_last, last) = bytes.split_at(bytes.len() - 1);
    let connect = || {
        let mut connection = server.connect();
        connection.write_all(all_but_last).unwrap();
        connection
    };
    let (mut strace, mut connection) = match from {
        From::Beginning => {
            let strace = attach(server.id(), log.path(), expressions);
            (strace, connect())
        }
        From::Package => {
            let connection = connect();
            wait_for_package(server.id(), request.package_size());
            (attach(server.id(), log.path(), expressions), connection)
        }
    };
    // A server that was killed on the package's way takes no more.
    drop(connection.write_all(last));
    let answer = Answer::read(&mut connection);
    if answer.is_some() {
        // It lets the server go; one that was killed has ended it.
        kill_process(Pid::from_child(&strace), Signal::TERM).unwrap();
    }
    strace.wait().unwrap();
    let calls = read_log(log.path());
    Ran {
        calls: by_store(calls, store),
        server,
        answer,
    }
}

/// Attaches strace to all threads of a process.
fn attach(process: u32, log: &Path, expressions: &[&str]) -> Child {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-p", &process.to_string(), "-o"]);
    command.arg(log);
    for expression in expressions {
        command.args(["-e", expression]);
    }
    let mut strace = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(strace.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains(" attached"), "{line}");
    // Threads that begin later are told of, too.
    strace.stderr = Some(said.into_inner());
    strace
}

/// Waits until a server has written all of a package to the file without a name that takes it.
fn wait_for_package(process: u32, size: u64) {
    let has_come = || {
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
        files.flatten().any(|file| {
            let metadata = std::fs::metadata(file.path());
            metadata.is_ok_and(|found| found.nlink() == 0 && found.len() == size)
        })
    };
    while !has_come() {
        std::thread::yield_now();
    }
}

/// Numbers threads in the order in which they first touch the store, those behind that do not.
fn by_store(mut calls: Vec<Call>, store: &TestStore) -> Vec<Call> {
    let touching = calls.iter().filter(|call| call.touches(store));
    let mut threads: Vec<usize> = Vec::new();
    for call in touching.chain(&calls) {
        if !threads.contains(&call.thread) {
            threads.push(call.thread);
        }
    }
    for call in &mut calls {
        let thread = threads.iter().position(|thread| *thread == call.thread);
        call.thread = thread.unwrap();
    }
    calls
}

/// Returns what strace prints where a store is opened by its path: to take a package, and for a change.
fn opening_of(store: &TestStore) -> String {
    format!("\"{}\", O_RDONLY", store.path().display())
}

/// Returns whether the change was made by the thread that took the package.
fn is_in_one_thread(calls: &[Call], store: &TestStore) -> bool {
    let opening = opening_of(store);
    let mut openings = calls.iter().filter(|call| call.text.contains(&opening));
    openings.all(|call| call.thread == 0)
}

/// Leaves out the end of taking a package, whose calls are those of a small one.
fn drop_before_change(calls: &mut Vec<Call>, store: &TestStore) {
    let opening = opening_of(store);
    let first = calls.iter().position(|call| call.text.contains(&opening));
    calls.drain(..first.unwrap());
}

/// Has a server answer a request on a copy of a store, and records it.
pub(crate) fn record(copy: impl Fn() -> TestStore, request: &Request, from: From) -> Recorded {
    let recorded = (0..TRIES).find_map(|_| {
        let store = copy();
        let mut ran = run(&store, request, from, &[]);
        let answer = ran.answer.unwrap();
        assert!(answer.status < 300, "{answer:?}");
        if !is_in_one_thread(&ran.calls, &store) {
            return None;
        }
        if from == From::Package {
            drop_before_change(&mut ran.calls, &store);
        }
        Some(Recorded {
            stdout: answer.reported(),
            calls: ran.calls,
            store,
        })
    });
    recorded.unwrap_or_else(|| panic!("no change in one thread in {TRIES} runs"))
}

/// Leaves out the calls whose count an earlier thread reaches first, where strace would meet that one, and
/// tells how many.
pub(crate) fn to_be_met<'r>(
    title: &str,
    recorded: &'r Recorded,
    points: Vec<&'r Call>,
) -> Vec<&'r Call> {
    let all = points.len();
    let is_met = |at: &&Call| {
        let mut first = recorded.calls.iter().filter(|call| call.counts_as(at));
        first.next().is_some_and(|call| call.thread == at.thread)
    };
    let met: Vec<&Call> = points.into_iter().filter(is_met).collect();
    if met.len() < all {
        let count = all - met.len();
        println!("{title}: NOT TAKEN: {count} calls that another thread has counted before");
    }
    met
}

/// Kills a server at a call that an earlier run made, before it is made. Returns the store, and what was
/// reported by then.
pub(crate) fn kill(
    copy: impl Fn() -> TestStore,
    request: &Request,
    from: From,
    (earlier, at): (&Recorded, &Call),
) -> (TestStore, String) {
    let inject = format!("inject={}:signal=KILL:when={}", at.name, at.ordinal);
    let killed = (0..TRIES).find_map(|_| {
        let store = copy();
        let Ran {
            server,
            answer,
            calls,
        } = run(&store, request, from, &[&inject]);
        if !is_in_one_thread(&calls, &store) {
            return None;
        }
        let hit = calls.iter().find(|call| call.counts_as(at));
        let hit = hit.unwrap_or_else(|| panic!("{at:?} was not reached: {calls:?}"));
        assert!(hit.text.trim_end().ends_with("= ?"), "{hit:?} was made");
        assert!(
            at.is_same_as(&earlier.store, hit, &store),
            "another call was reached first: {hit:?}"
        );
        assert_eq!(server.ended().0, None);
        Some((
            store,
            answer.map_or_else(String::new, |answer| answer.reported()),
        ))
    });
    killed.unwrap_or_else(|| panic!("no change in one thread in {TRIES} runs"))
}

/// Lets a call fail that an earlier run made. Returns the store, the server, which goes on without
/// strace, and its answer.
pub(crate) fn fail(
    copy: impl Fn() -> TestStore,
    request: &Request,
    from: From,
    (earlier, at, fault): (&Recorded, &Call, Fault),
) -> (TestStore, Server, Answer) {
    let failed = (0..TRIES).find_map(|_| {
        let store = copy();
        let ran = run(&store, request, from, &[&fault.inject(at)]);
        is_in_one_thread(&ran.calls, &store).then(|| {
            fault.check(&ran.calls, at, &store, earlier);
            let answer = ran.answer.unwrap_or_else(|| panic!("no answer: {at:?}"));
            (store, ran.server, answer)
        })
    });
    failed.unwrap_or_else(|| panic!("no change in one thread in {TRIES} runs"))
}
