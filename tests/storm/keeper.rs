//! Deletes a function and makes it again, under the same name.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;

use crate::doors::{Answer, Question};
use crate::log::Life;
use crate::worker::{PHOENIX, Storm, Worker};

/// How often it does something with the function in between.
const ACTS: u64 = 20;

/// Lets the function live and die until the storm is over. Nobody else deletes it, so that no life ends
/// unseen.
pub(crate) fn keep(worker: &mut Worker<'_>) {
    while worker.is_on() {
        let Some(history) = history(worker.storm) else {
            worker.create(PHOENIX);
            continue;
        };
        for _ in 0..worker.chance.below(ACTS) {
            worker.act(PHOENIX);
        }
        delete(worker, history);
    }
}

/// Opens the history of the present life.
fn history(storm: &Storm<'_>) -> Option<File> {
    File::open(storm.store.join(PHOENIX).join("history.jsonl")).ok()
}

fn delete(worker: &mut Worker<'_>, mut history: File) {
    let storm = worker.storm;
    let kill = worker.kill(PHOENIX);
    let begun = storm.log.begin();
    let (_, answer) = worker.ask(&Question::delete(PHOENIX), kill);
    let is_over = match answer {
        Answer::Done(_) => true,
        Answer::Refused(refusal) => {
            assert_eq!(refusal.code, "TooManyRequestsException", "{refusal:?}");
            false
        }
        Answer::Unknown => !is_present(storm, &history),
    };
    let deleted = storm.log.since(begun);
    if is_over {
        // The file is read to its end even though it has no name any more.
        let mut text = String::new();
        history.read_to_string(&mut text).unwrap();
        storm.log.write(|records| {
            records.lives.push(Life {
                function: PHOENIX,
                history: text,
                deleted: Some(deleted),
            });
        });
    }
}

/// Returns whether an opened history is that of the present life. A file that is open keeps its inode's
/// number from all others.
fn is_present(storm: &Storm<'_>, opened: &File) -> bool {
    let number = |file: &File| file.metadata().unwrap().ino();
    history(storm).is_some_and(|present| number(&present) == number(opened))
}
