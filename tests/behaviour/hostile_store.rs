//! A store that somebody prepared: what is planted in it is never followed, waited for, or written
//! through, whichever command meets it.

use crate::support::planted::{PLACES, PLANTS, Plant, Planted, prepared};
use crate::support::sample;

/// The commands that only read.
const READERS: [&[&str]; 14] = [
    &["get-function", "--function-name", "hello"],
    &["get-function-configuration", "--function-name", "hello"],
    &["get-function", "--function-name", "hello:1"],
    &[
        "get-function-configuration",
        "--function-name",
        "hello:live",
    ],
    &["list-functions", "--function-version", "ALL"],
    &["list-versions-by-function", "--function-name", "hello"],
    &["list-aliases", "--function-name", "hello"],
    &["get-alias", "--function-name", "hello", "--name", "live"],
    &["status", "hello"],
    &["log", "hello", "--all"],
    &["diff", "hello", "1", "$LATEST"],
    &["verify", "--lock-timeout", "1"],
    &["export", "hello", "out.tar"],
    &["wait", "function-exists", "--function-name", "other"],
];

/// The commands that write, each of every kind of change.
const WRITERS: [&[&str]; 19] = [
    &["publish-version", "--function-name", "hello"],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
    ],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
        "--publish",
    ],
    &[
        "update-function-code",
        "--function-name",
        "hello",
        "--zip-file",
        "updated.zip",
        "--dry-run",
    ],
    &[
        "update-function-configuration",
        "--function-name",
        "hello",
        "--timeout",
        "9",
    ],
    &[
        "create-function",
        "--function-name",
        "new",
        "--runtime",
        "python3.13",
        "--handler",
        "a.b",
        "--role",
        "arn:aws:iam::123456789012:role/demo",
        "--zip-file",
        "created.zip",
    ],
    &[
        "create-alias",
        "--function-name",
        "hello",
        "--name",
        "new",
        "--function-version",
        "2",
    ],
    &[
        "update-alias",
        "--function-name",
        "hello",
        "--name",
        "live",
        "--function-version",
        "2",
    ],
    &["delete-alias", "--function-name", "hello", "--name", "live"],
    &["rollback", "hello", "--alias", "live", "--to", "2"],
    &["restore", "hello", "1"],
    &["prune", "hello", "--keep-last", "1"],
    &["prune", "hello", "--keep-last", "1", "--apply"],
    &[
        "delete-function",
        "--function-name",
        "hello",
        "--qualifier",
        "2",
    ],
    &[
        "delete-function",
        "--function-name",
        "hello",
        "--qualifier",
        "1",
    ],
    &["delete-function", "--function-name", "hello"],
    &["delete-function", "--function-name", "other"],
    &["import", "other.tar", "--as", "copy"],
    &["init"],
];

#[test]
fn what_is_planted_is_neither_followed_nor_waited_for() {
    let prepared = prepared();
    let mut points: Vec<(&str, Plant)> = Vec::new();
    for place in PLACES {
        points.extend(PLANTS.map(|plant| (place, plant)));
    }
    for (place, plant) in sample::of("what is planted in a store", points) {
        println!("{plant:?} at {place}");
        let planted = Planted::new(&prepared, place, plant);
        for command in READERS {
            planted.run(command);
        }
        planted.is_unchanged();
        for command in WRITERS {
            let planted = Planted::new(&prepared, place, plant);
            planted.run(command);
            planted.is_unchanged();
        }
    }
}
