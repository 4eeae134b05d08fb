//! What two runs of a command line have in common, and what not.

use std::fmt::Debug;

use serde_json::Value;

use crate::bridge::bytes_of;
use crate::support;
use crate::vectors::{Part, Vector};
use crate::wire::Call;
use crate::workplace::Came;

/// Returns in what the runs of a command line differ, in words.
pub fn differences(vector: &Vector, aws: &Came, own: &Came) -> Vec<(Part, String)> {
    let told = |text: &str| {
        // What is read is the same to the digit; what is made has a time of its own.
        if vector.writes() {
            support::masked(text)
        } else {
            text.to_owned()
        }
    };
    let parts = [
        (Part::Code, unlike(&aws.ran.code, &own.ran.code)),
        (
            Part::Stdout,
            unlike_text(&told(&aws.ran.stdout), &told(&own.ran.stdout)),
        ),
        (
            Part::Stderr,
            unlike_text(&told(&aws.ran.stderr), &told(&own.ran.stderr)),
        ),
        (Part::Calls, unlike_calls(&aws.calls, &own.calls)),
        (
            Part::Store,
            unlike_text(&told(&aws.store), &told(&own.store)),
        ),
    ];
    parts
        .into_iter()
        .filter_map(|(part, difference)| Some((part, difference?)))
        .collect()
}

fn unlike<T: PartialEq + Debug>(aws: &T, own: &T) -> Option<String> {
    (aws != own).then(|| format!("--- aws: {aws:?}\n--- own: {own:?}"))
}

fn unlike_text(aws: &str, own: &str) -> Option<String> {
    (aws != own).then(|| format!("--- aws:\n{aws}--- own:\n{own}"))
}

fn unlike_calls(aws: &[Call], own: &[Call]) -> Option<String> {
    let (asked, told) = (aws.first(), own.first());
    let asked = asked.map(|asked| with_fractions(as_told(asked.clone(), told)));
    unlike(&asked, &told.cloned().map(with_fractions))
}

/// Leaves of what is asked what is told of it.
fn as_told(mut asked: Call, told: Option<&Call>) -> Call {
    let told = |name: &str| told.and_then(|told| told.parameters.get(name));
    // A list is asked for once, and comes in pages: how large, and from where, is the AWS CLI's to say in
    // each of its calls.
    asked.parameters.retain(|name, _| {
        let is_paging = name == "Marker" || name == "MaxItems";
        !is_paging || told(name).is_some()
    });
    // Of a package that stands in the request itself, only its size is told.
    if let Some(package) = asked.parameters.get_mut("ZipFile") {
        let size = format!("{} bytes", bytes_of(package).len());
        if told("ZipFile").is_some_and(|told| *told == size.as_str()) {
            *package = size.into();
        }
    }
    asked
}

/// Makes numbers alike, however they are spelt.
fn with_fractions(mut call: Call) -> Call {
    fn convert(value: &mut Value) {
        match value {
            Value::Number(number) => *value = number.as_f64().into(),
            Value::Array(items) => items.iter_mut().for_each(convert),
            Value::Object(members) => members.values_mut().for_each(convert),
            _ => {}
        }
    }
    call.parameters.values_mut().for_each(convert);
    call
}
