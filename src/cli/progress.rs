//! A progress bar on stderr for a person who has waited for a second.
//!
//! It is drawn here and not by a library: indicatif computes with powers, and to load the library of
//! mathematics took every command ten system calls.

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::notices::is_for_a_person;
use super::terminal;
use crate::store::Work;

/// How long work may take before it is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a bar stands before it is drawn anew.
const PAUSE: Duration = Duration::from_millis(100);
/// How many columns the bar itself has.
const BAR: usize = 30;
/// Goes to the line's start and erases it.
const ERASE: &str = "\r\u{1b}[2K";

/// The work under way, if there is any.
#[derive(Default)]
pub(super) struct Progress {
    running: Mutex<Option<Running>>,
}

/// Work that goes on, and when it is drawn next.
struct Running {
    due: Instant,
    is_drawn: bool,
}

impl Progress {
    /// Shows how far work is, once it takes long.
    pub(super) fn show(&self, work: Work, done: u64) {
        let now = Instant::now();
        let mut running = self.running();
        let running = running.get_or_insert(Running {
            due: now + PATIENCE,
            is_drawn: false,
        });
        if now < running.due {
            return;
        }
        running.due = now + PAUSE;
        if let Some(columns) = columns() {
            let line = line(work, done);
            let shown: String = line.chars().take(columns - 1).collect();
            print(&format!("{ERASE}{shown}"));
            running.is_drawn = true;
        }
    }

    /// Takes the bar away: the work is over.
    pub(super) fn clear(&self) {
        if self
            .running()
            .take()
            .is_some_and(|running| running.is_drawn)
        {
            print(ERASE);
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says in one line how far work is.
fn line(work: Work, done: u64) -> String {
    match work {
        Work::Package { size } => bar("reading the package", size, done),
        Work::Comparison { size } => bar("comparing the packages", size, done),
        Work::Packages { size } => bar("reading the packages", size, done),
        Work::Count => format!("counting what is stored: {done} packages"),
        Work::Archive => format!("packages of the archive: {} MB", done / 1_000_000),
    }
}

/// Says how much of some bytes is done.
fn bar(what: &str, size: u64, done: u64) -> String {
    // A file that grows meanwhile has more than all of it.
    let done = u128::from(done.min(size));
    let part = |whole: usize| done * whole as u128 / u128::from(size.max(1));
    let bar = "=".repeat(usize::try_from(part(BAR)).unwrap_or(BAR));
    let (percent, megabytes) = (part(100), size.div_ceil(1_000_000));
    format!("{what} [{bar:BAR$}] {percent:3} % of {megabytes} MB")
}

/// Returns how wide the terminal is on which somebody reads stderr; `None` if nobody does, or if it
/// cannot erase a line.
fn columns() -> Option<usize> {
    let can_erase = std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
    (is_for_a_person() && can_erase).then(|| terminal::columns(std::io::stderr()))
}

fn print(text: &str) {
    // Where stderr is closed there is nobody to show anything.
    drop(write!(std::io::stderr(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_goes_from_nothing_to_all() {
        let size = 250_000_000;
        for (done, bar, percent) in [
            (0, String::new(), "  0 %"),
            (125_000_000, "=".repeat(15), " 50 %"),
            (249_999_999, "=".repeat(29), " 99 %"),
            (250_000_000, "=".repeat(30), "100 %"),
            (400_000_000, "=".repeat(30), "100 %"),
        ] {
            assert_eq!(
                line(Work::Package { size }, done),
                format!("reading the package [{bar:30}] {percent} of 250 MB")
            );
        }
        for size in [1, u64::MAX] {
            let all = line(Work::Package { size }, size);
            assert!(all.contains("100 %"), "{all}");
        }
    }
}
