//! The threads that read for requests.
//!
//! A read takes far less time than to begin and to end a thread's turn, so few threads take one read
//! after the other, and are not woken for each. A read may also take long: it waits for a quiet
//! moment, or hashes a package. So one that nobody has answered soon gets another thread to take what
//! waits.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long reads wait behind others before one more thread takes them.
const PATIENCE: Duration = Duration::from_millis(20);

/// Threads that take one read after the other.
pub(super) struct Readers {
    /// How many threads read, but for those that take long.
    most: usize,
    reads: Mutex<Reads>,
}

#[derive(Default)]
struct Reads {
    waiting: VecDeque<Box<dyn FnOnce() + Send>>,
    /// How many threads take them.
    threads: usize,
}

impl Readers {
    /// Makes threads for the processors that there are.
    pub(super) fn new() -> Arc<Self> {
        let processors = std::thread::available_parallelism();
        Arc::new(Self {
            most: processors.map_or(1, Into::into),
            reads: Mutex::default(),
        })
    }

    /// Has a thread read; `None` if that broke down.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, mut answered) = oneshot::channel();
        // Who asked may have gone when it is answered.
        let read = move || drop(answer.send(read()));
        self.reads().waiting.push_back(Box::new(read));
        self.begin(self.most);
        if let Ok(answer) = timeout(PATIENCE, &mut answered).await {
            return answer.ok();
        }
        self.begin(usize::MAX);
        answered.await.ok()
    }

    /// Begins a thread, unless there are so many; it ends when nothing waits.
    fn begin(self: &Arc<Self>, most: usize) {
        let mut reads = self.reads();
        if reads.threads >= most {
            return;
        }
        reads.threads += 1;
        drop(reads);
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            while let Some(read) = readers.next() {
                // Whoever waits for it sees that it ended.
                drop(catch_unwind(AssertUnwindSafe(read)));
            }
        });
    }

    /// Takes the next read, or ends the thread.
    fn next(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let mut reads = self.reads();
        let next = reads.waiting.pop_front();
        if next.is_none() {
            reads.threads -= 1;
        }
        next
    }

    fn reads(&self) -> MutexGuard<'_, Reads> {
        // No code that can panic runs while it is held.
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.unwrap()
    }

    #[test]
    fn reads_that_take_long_hold_up_no_others() {
        runtime().block_on(async {
            let readers = Readers::new();
            let long_reads: Vec<_> = (0..=readers.most)
                .map(|_| {
                    let (release, held) = channel::<()>();
                    let readers = Arc::clone(&readers);
                    let read = async move { readers.read(move || held.recv()).await };
                    (release, tokio::spawn(read))
                })
                .collect();
            for number in 0..20 {
                assert_eq!(readers.read(move || number).await, Some(number));
            }
            for (release, read) in long_reads {
                release.send(()).unwrap();
                assert_eq!(read.await.unwrap(), Some(Ok(())));
            }
        });
    }

    #[test]
    fn a_read_that_breaks_down_takes_no_thread_with_it() {
        runtime().block_on(async {
            let readers = Readers::new();
            for _ in 0..readers.most * 2 {
                assert_eq!(readers.read(|| panic!("it breaks down")).await, None::<()>);
            }
            assert_eq!(readers.read(|| 7).await, Some(7));
        });
    }
}
