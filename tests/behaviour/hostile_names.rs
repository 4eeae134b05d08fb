//! Names that would lead out of the store, were they followed.

use crate::support::planted::{Plant, Planted, prepared};
use crate::support::sample;

/// Each leads from a store to the function that stands outside, by one trick or another.
const NAMES: [&str; 18] = [
    "../outside/aside",
    "..",
    ".",
    "/",
    "hello/../../outside/aside",
    "hello/$LATEST",
    "..\\outside\\aside",
    "..%2foutside%2faside",
    "%2e%2e%2foutside%2faside",
    "．．／outside／aside",
    "hello\n../outside/aside",
    "\u{202e}hello",
    "arn:aws:lambda:us-east-1:123456789012:function:../outside/aside",
    "123456789012:function:../outside/aside",
    "hello:../../../outside/aside",
    "hello:1/../../../../outside/aside",
    "function:..",
    ".staging",
];

/// Commands that take the name of a function, of a version or of an alias: where `NAME` stands.
const COMMANDS: [&[&str]; 22] = [
    &["get-function", "--function-name", "NAME"],
    &[
        "get-function-configuration",
        "--function-name",
        "hello",
        "--qualifier",
        "NAME",
    ],
    &["list-versions-by-function", "--function-name", "NAME"],
    &["list-aliases", "--function-name", "NAME"],
    &["get-alias", "--function-name", "hello", "--name", "NAME"],
    &["status", "NAME"],
    &["log", "NAME"],
    &["diff", "NAME", "1", "2"],
    &["diff", "hello", "NAME", "$LATEST"],
    &["verify", "NAME"],
    &["export", "NAME", "out.tar"],
    &["publish-version", "--function-name", "NAME"],
    &[
        "update-function-code",
        "--function-name",
        "NAME",
        "--zip-file",
        "updated.zip",
    ],
    &[
        "update-function-configuration",
        "--function-name",
        "NAME",
        "--timeout",
        "9",
    ],
    &[
        "create-function",
        "--function-name",
        "NAME",
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
        "NAME",
        "--function-version",
        "1",
    ],
    &["delete-alias", "--function-name", "hello", "--name", "NAME"],
    &["restore", "hello", "NAME"],
    &["rollback", "hello", "--alias", "NAME"],
    &["prune", "NAME", "--keep-last", "1", "--apply"],
    &["delete-function", "--function-name", "NAME"],
    &["import", "other.tar", "--as", "NAME"],
];

#[test]
fn no_name_leads_out_of_the_store() {
    let prepared = prepared();
    // The function `other` stands outside.
    let planted = Planted::new(&prepared, "other", Plant::Dangling);
    let files = planted.store.files();
    for name in sample::of("names that lead out", NAMES.to_vec()) {
        for command in COMMANDS {
            let arguments: Vec<&str> = command
                .iter()
                .map(|word| if *word == "NAME" { name } else { word })
                .collect();
            let ran = planted.run(&arguments);
            let gone = *command == ["delete-alias", "--function-name", "hello", "--name", "NAME"];
            assert!(gone || ran.code != Some(0), "{arguments:?}: {ran:?}");
        }
    }
    planted.is_unchanged();
    assert!(planted.store.files() == files);
    assert!(!planted.store.beside("out.tar").exists());
}
