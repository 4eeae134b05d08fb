//! Commands that only read.

use crate::outcome::{ALIAS, FUNCTION};

/// Returns the commands that only read, and answer 0 on the store above.
pub(crate) fn readers() -> Vec<Vec<&'static str>> {
    let named = |command| vec![command, "--function-name", FUNCTION];
    let with = |command, options: &[&'static str]| [&named(command), options].concat();
    vec![
        named("get-function"),
        named("get-function-configuration"),
        with("get-function", &["--qualifier", "1"]),
        vec!["list-functions"],
        named("list-versions-by-function"),
        named("list-aliases"),
        with("get-alias", &["--name", ALIAS]),
        vec!["log", FUNCTION, "--all"],
        vec!["status", FUNCTION],
        vec!["restore", FUNCTION, "1", "--dry-run"],
        vec!["rollback", FUNCTION, "--alias", ALIAS, "--dry-run"],
        vec!["prune", FUNCTION, "--keep-last", "1"],
        vec!["verify"],
    ]
}
