//! How far a long piece of work is, told to the host now and then.

use super::host::{Notice, Notify, Work};

/// How many bytes of a package are worth telling; less than that takes no time.
const BYTES: u64 = 1024 * 1024;
/// How many packages counted are worth telling.
const PACKAGES: u64 = 1000;

/// A piece of work under way. Small ones are never told of.
pub(super) struct Progress<'a> {
    notify: &'a Notify,
    work: Work,
    done: u64,
    told: u64,
}

impl<'a> Progress<'a> {
    /// Begins.
    pub(super) fn new(notify: &'a Notify, work: Work) -> Self {
        Self {
            notify,
            work,
            done: 0,
            told: 0,
        }
    }

    /// Adds to what is done: bytes or packages.
    pub(super) fn advance(&mut self, by: u64) {
        self.done += by;
        let step = match self.work {
            Work::Package { .. } | Work::Archive => BYTES,
            Work::Count => PACKAGES,
        };
        if self.done - self.told >= step {
            self.told = self.done;
            let (work, done) = (self.work, self.done);
            (self.notify)(&Notice::Working { work, done });
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.told > 0 {
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
        let mut progress = Progress::new(&notify, work);
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
