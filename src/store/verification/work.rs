//! One list of work for all processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does all pieces of some work, those that come first at first, in as many threads as there are
/// processors. The results come in no order.
pub(super) fn in_parallel<J: Sync, R: Send>(jobs: &[J], run: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.push(run(job));
        }
        results
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let helpers = processors.min(jobs.len()).saturating_sub(1);
    thread::scope(|scope| {
        // Where the system has no thread left, the others do all of it.
        let helpers: Vec<_> = (0..helpers)
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut results = work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
