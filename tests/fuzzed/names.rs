//! Names and ARNs of functions, qualifiers and aliases.

use lambda_store::api::function_name::{FunctionName, FunctionReference};
use lambda_store::api::scope::Scope;

use crate::command::{example, run};

/// Asks for what these bytes name: a function's name, a line's end, a qualifier.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace('\0', "");
    let (name, qualifier) = text.split_once('\n').unwrap_or((&text, "1"));
    for parse in [
        FunctionReference::parse,
        FunctionReference::parse_namespaced,
    ] {
        if let Ok(reference) = parse(name) {
            check_reference(name, &reference);
        }
    }
    let function = format!("--function-name={name}");
    let alias = format!("--name={qualifier}");
    let qualifier = format!("--qualifier={qualifier}");
    let store = example();
    run(
        &store,
        &["get-function-configuration", &function, &qualifier],
    );
    run(&store, &["get-alias", &function, &alias]);
    run(&store, &["list-versions-by-function", &function]);
    if let Some(name) = FunctionName::parse(name) {
        check_name(name.as_str());
    }
}

/// A reference is of nothing that is not in the text, and a directory's name is made of letters, digits,
/// `-` and `_`, whatever stands around it.
fn check_reference(text: &str, reference: &FunctionReference) {
    if let Some(qualifier) = reference.qualifier() {
        assert!(text.ends_with(qualifier), "{text}");
    }
    let scope = Scope::default();
    if let Ok(name) = reference.resolve(&scope, reference.qualifier()) {
        assert!(text.contains(name.as_str()), "{text}");
        check_name(name.as_str());
    }
}

fn check_name(name: &str) {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
    assert!(name.bytes().all(is_plain), "{name}");
    assert!((1..=64).contains(&name.len()), "{name}");
}
