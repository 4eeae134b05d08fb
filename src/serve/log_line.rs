//! What is told on stderr: one line of JSON for each request and for what else happens, without
//! anything secret.
//!
//! The lines are written by a thread of their own. Where nobody reads them, and where they cannot be
//! written, requests are answered all the same; the next line that is written says how many are missing.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use serde::Serialize;

use crate::store::{Host, Notice, Notify};

/// How many lines may wait to be written: of requests some 5 MB where they say as much as they may.
const WAITING: usize = 2_000;
/// The most characters that a line repeats of what a client says: more than any path of the API has.
pub(super) const MAX_SAID: usize = 1024;
/// How many bytes of lines are written at once, where many wait: what a pipe takes whole.
const TOGETHER: usize = 4096;
/// How long the writer rests after it has written: to be woken for each line costs more than the
/// line does.
const PAUSE: Duration = Duration::from_millis(2);
/// How long the last lines may take to be written.
const LAST: Duration = Duration::from_secs(1);

/// A line about a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogLine<'a> {
    /// When it was answered.
    pub(super) time: String,
    /// The id that its answer has.
    pub(super) request_id: &'a str,
    /// Who sent it.
    pub(super) remote: String,
    /// Its method.
    pub(super) method: &'a str,
    /// Its path; the query may hold a signature.
    pub(super) path: &'a str,
    /// The access key's id that it names, if it must be signed; a refused one may have made it up.
    pub(super) access_key_id: Option<&'a str>,
    /// The operation that it called.
    pub(super) operation: Option<&'static str>,
    /// The status of the answer; `None` if the client went away before it was known.
    pub(super) status: Option<u16>,
    /// The code of the error that was answered.
    pub(super) error: Option<&'static str>,
    /// How long it took until the answer was known.
    pub(super) milliseconds: u128,
    /// How many bytes of its body were read.
    pub(super) bytes_received: u64,
    /// How many bytes the body of the answer has.
    pub(super) bytes_answered: Option<u64>,
}

/// A line about something else that happens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventLine<'a> {
    time: String,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    message: &'a str,
}

/// Where lines are written to.
#[derive(Clone)]
pub(super) struct Log {
    lines: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
    host: Host,
}

/// Tells what happens while a request is answered.
#[derive(Clone)]
pub(super) struct Teller {
    log: Log,
    request_id: Option<Arc<str>>,
}

enum Entry {
    Line(Vec<u8>),
    /// Everything before it was written.
    End(SyncSender<()>),
}

impl Log {
    /// Begins to write.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn new(to: Box<dyn Write + Send>, host: &Host) -> io::Result<Self> {
        let (lines, received) = sync_channel(WAITING);
        let log = Self {
            lines,
            lost: Arc::default(),
            host: host.clone(),
        };
        let writer = Writer {
            to,
            host: host.clone(),
            lost: Arc::clone(&log.lost),
            lines: Vec::new(),
            count: 0,
        };
        let thread = std::thread::Builder::new().name("log".to_owned());
        thread.spawn(move || writer.run(&received))?;
        Ok(log)
    }

    /// Tells of a request.
    pub(super) fn request(&self, line: &LogLine<'_>) {
        self.put(line_of(line));
    }

    /// Tells of something else, under a name of its own.
    pub(super) fn event(&self, event: &'static str, request_id: Option<&str>, message: &str) {
        self.put(event_line(&self.host, event, request_id, message));
    }

    /// Returns what tells of a request's own events.
    pub(super) fn teller(&self, request_id: Option<Arc<str>>) -> Teller {
        Teller {
            log: self.clone(),
            request_id,
        }
    }

    /// Waits until everything is written, or cannot be in time.
    pub(super) fn end(&self) {
        let (written, is_written) = sync_channel(1);
        if self.lines.try_send(Entry::End(written)).is_ok() {
            // Whoever does not read it in time does without.
            let _ = is_written.recv_timeout(LAST);
        }
    }

    fn put(&self, line: Vec<u8>) {
        if self.lines.try_send(Entry::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Teller {
    /// Tells of something.
    pub(super) fn event(&self, event: &'static str, message: &str) {
        self.log.event(event, self.request_id.as_deref(), message);
    }

    /// Returns what the store tells of what happens.
    pub(super) fn notify(&self) -> Notify {
        let teller = self.clone();
        Arc::new(move |notice| {
            let event = match notice {
                Notice::WaitingForLock(_) => "WaitingForLock",
                Notice::ChangeUnfinished { .. } => "ChangeUnfinished",
                Notice::NewerFormat { .. } => "NewerFormat",
                // Progress is for a terminal.
                Notice::Working { .. } | Notice::WorkEnded => return,
            };
            teller.event(event, &notice.to_string());
        })
    }
}

/// Writes what came, and then waits a moment for more.
struct Writer {
    to: Box<dyn Write + Send>,
    host: Host,
    lost: Arc<AtomicU64>,
    /// Lines that are not written yet, and how many.
    lines: Vec<u8>,
    count: u64,
}

impl Writer {
    fn run(mut self, entries: &Receiver<Entry>) {
        while let Ok(first) = entries.recv() {
            for entry in std::iter::once(first).chain(entries.try_iter()) {
                match entry {
                    Entry::Line(line) => self.add(&line),
                    Entry::End(written) => {
                        self.write();
                        // It may have waited long enough already.
                        let _ = written.send(());
                    }
                }
            }
            self.write();
            std::thread::sleep(PAUSE);
        }
    }

    fn add(&mut self, line: &[u8]) {
        if self.lines.len() + line.len() > TOGETHER {
            self.write();
        }
        self.lines.extend_from_slice(line);
        self.count += 1;
    }

    /// Writes the lines, after one that says how many are missing.
    fn write(&mut self) {
        if self.count == 0 {
            return;
        }
        let missing = self.lost.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let message = format!("{missing} lines of this log could not be written");
            let line = event_line(&self.host, "LinesMissing", None, &message);
            if self.to.write_all(&line).is_err() {
                self.lost.fetch_add(missing, Ordering::Relaxed);
            }
        }
        if self.to.write_all(&self.lines).is_err() {
            self.lost.fetch_add(self.count, Ordering::Relaxed);
        }
        self.lines.clear();
        self.count = 0;
    }
}

fn event_line(
    host: &Host,
    event: &'static str,
    request_id: Option<&str>,
    message: &str,
) -> Vec<u8> {
    line_of(&EventLine {
        time: host.now().to_string(),
        event,
        request_id,
        message,
    })
}

fn line_of(line: &impl Serialize) -> Vec<u8> {
    // Text and numbers can be written always.
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
