//! How far a long piece of work is, told to the host now and then.

use std::sync::atomic::{AtomicU64, Ordering};

use super::host::{Notice, Notify, Work};

/// How many bytes of a package are worth telling; less than that takes no time.
const BYTES: u64 = 1024 * 1024;
/// How many packages counted are worth telling.
const PACKAGES: u64 = 1000;

/// A piece of work under way, of one thread or of several. Small ones are never told of.
pub(super) struct Progress<'a> {
    notify: &'a Notify,
    work: Work,
    done: AtomicU64,
    told: AtomicU64,
}

impl<'a> Progress<'a> {
    /// Begins.
    pub(super) fn new(notify: &'a Notify, work: Work) -> Self {
        Self {
            notify,
            work,
            done: AtomicU64::new(0),
            told: AtomicU64::new(0),
        }
    }

    /// Adds to what is done: bytes or packages.
    pub(super) fn advance(&self, by: u64) {
        // What the directory of a package says of sizes may be anything.
        let done = self
            .done
            .fetch_add(by, Ordering::Relaxed)
            .saturating_add(by);
        let step = match self.work {
            Work::Package { .. }
            | Work::Packages { .. }
            | Work::Comparison { .. }
            | Work::Archive => BYTES,
            Work::Count => PACKAGES,
        };
        if done.saturating_sub(self.told.load(Ordering::Relaxed)) >= step {
            self.told.store(done, Ordering::Relaxed);
            let work = self.work;
            (self.notify)(&Notice::Working { work, done });
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if *self.told.get_mut() > 0 {
            (self.notify)(&Notice::WorkEnded);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Returns what is told of work that advances in these steps.
    fn told(work: Work, steps: &[u64]) -> Vec<String> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&told);
        let notify: Notify = Arc::new(move |notice| {
            listener.lock().unwrap().push(format!("{notice:?}"));
        });
        let progress = Progress::new(&notify, work);
        for step in steps {
            progress.advance(*step);
        }
        drop(progress);
        told.lock().unwrap().clone()
    }

    #[test]
    fn large_work_is_told_of_step_by_step_and_at_its_end() {
        assert_eq!(
            told(Work::Count, &[999, 1, 500, 600]),
            [
                "Working { work: Count, done: 1000 }",
                "Working { work: Count, done: 2100 }",
                "WorkEnded"
            ]
        );
    }

    #[test]
    fn small_work_is_not_told_of() {
        let size = BYTES - 1;
        assert!(told(Work::Package { size }, &[1000, size - 1000]).is_empty());
    }
}
