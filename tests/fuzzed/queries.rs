//! `JMESPath` expressions of `--query`, and every form that their results are printed in.

use crate::command::{example, run};

const FORMS: [&str; 5] = ["json", "text", "table", "yaml", "yaml-stream"];

/// Asks the example what its first byte takes for a form, and the rest for an expression.
pub fn check(bytes: &[u8]) {
    let Some((form, expression)) = bytes.split_first() else {
        return;
    };
    let form = FORMS[usize::from(*form) % FORMS.len()];
    let expression = String::from_utf8_lossy(expression).replace('\0', "");
    let query = format!("--query={expression}");
    let command = "list-versions-by-function";
    let options = [command, "--function-name=slugify", "--output", form, &query];
    let outcome = run(&example(), &options);
    if outcome.code == 0 && form == "json" && !outcome.stdout.is_empty() {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&outcome.stdout);
        assert!(parsed.is_ok(), "{outcome:?}");
    }
}
