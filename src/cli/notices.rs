//! Words on stderr while a command runs.

use std::io::{IsTerminal as _, Write as _};

use super::progress::Progress;
use crate::api::document::{Document, Member, Value};
use crate::store::{Notice, Notify};

/// Returns what prints what a person may want to know; waiting and progress are shown on a terminal
/// only.
pub(super) fn printer() -> Notify {
    let progress = Progress::default();
    std::sync::Arc::new(move |notice| print(notice, &progress))
}

fn print(notice: &Notice<'_>, progress: &Progress) {
    match notice {
        Notice::WaitingForLock(_) => {
            if is_for_a_person() {
                say(&notice.to_string());
            }
        }
        Notice::ChangeUnfinished { .. } | Notice::NewerFormat { .. } => {
            say(&format!("warning: {notice}"));
        }
        Notice::Working { work, done } => progress.show(*work, *done),
        Notice::WorkEnded => progress.clear(),
    }
}

/// Says what a command line was understood as; values of environment variables may be secrets.
pub(super) fn understood(operation: &str, parameters: &Document) {
    let shown = parameters.members().iter().map(|member| {
        let value = match member.name() {
            "Environment" => without_values(member.value()),
            _ => member.value().clone(),
        };
        Member::new(member.name(), value)
    });
    let shown = Value::Object(shown.collect());
    debug(&format!("{operation} {}", shown.compact()));
}

/// Says what goes on, for somebody who asked.
pub(super) fn debug(text: &str) {
    say(&format!("debug: {text}"));
}

fn without_values(environment: &Value) -> Value {
    let hidden = |member: &Member| Member::new(member.name(), Value::string("***"));
    let variables = environment.get("Variables").map(Value::members);
    let variables = variables.map(|known| Value::Object(known.iter().map(hidden).collect()));
    Value::object(variables.map(|variables| ("Variables", variables)))
}

/// Returns whether somebody reads stderr on a terminal.
pub(super) fn is_for_a_person() -> bool {
    std::io::stderr().is_terminal()
}

/// Says something on stderr at once.
pub(super) fn say(text: &str) {
    // Where stderr is closed there is nobody to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}
