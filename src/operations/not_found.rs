//! The error for what is not there, with the names that may have been meant.

use strsim::jaro_winkler;

use crate::api::Error;
use crate::api::function_name::FunctionName;
use crate::store::Store;

/// How alike two names must be, from 0 to 1, for one to be taken for the other: more than what
/// names of the same length have in common by chance.
const ALIKE: f64 = 0.8;

/// How many names are suggested at most.
const SUGGESTIONS: usize = 3;

/// Makes the error for a function, version or alias that is not there.
pub(super) fn not_found(store: &Store, function: &FunctionName, qualifier: Option<&str>) -> Error {
    // Help that cannot be given must not hide what it was for.
    let is_there = store.contains(function).unwrap_or(true);
    let nearest = if is_there {
        Vec::new()
    } else {
        nearest(function, store.functions().unwrap_or_default())
    };
    Error::function_not_found(store.scope(), function.as_str(), qualifier, &nearest)
}

/// Returns the names most like one, the nearest first.
fn nearest(function: &FunctionName, names: Vec<FunctionName>) -> Vec<FunctionName> {
    let lower = |name: &FunctionName| name.as_str().to_lowercase();
    let wanted = lower(function);
    let mut rated: Vec<(f64, FunctionName)> = names
        .into_iter()
        .map(|name| (jaro_winkler(&wanted, &lower(&name)), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    rated.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
    rated.truncate(SUGGESTIONS);
    rated.into_iter().map(|(_, name)| name).collect()
}
