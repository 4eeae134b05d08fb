//! The error for what is not there, with the names that may have been meant.

use strsim::jaro_winkler;

use crate::api::Error;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::AliasName;
use crate::store::{Store, StoreError, View};

/// How alike two names must be, from 0 to 1, for one to be taken for the other: more than what
/// names of the same length have in common by chance.
const ALIKE: f64 = 0.8;

/// How many names are suggested at most.
const SUGGESTIONS: usize = 3;

/// Makes the error for a function, version or alias that is not there.
pub(super) fn not_found(store: &Store, function: &FunctionName, qualifier: Option<&str>) -> Error {
    // Help that cannot be given must not hide what it was for.
    let is_there = store.contains(function).unwrap_or(true);
    let nearest = match qualifier.and_then(AliasName::parse) {
        _ if !is_there => {
            let names = store.functions().unwrap_or_default();
            nearest(function.as_str(), names.iter().map(FunctionName::as_str))
        }
        Some(alias) => {
            let missing = store.read(function, |view| missing_target(view, &alias));
            if let Ok(Some(Some(version))) = missing {
                return Error::target_not_found(store.scope(), function, &alias, version);
            }
            let names = store.read(function, View::alias_names);
            nearest_alias(&alias, &names.ok().flatten().unwrap_or_default())
        }
        None => Vec::new(),
    };
    Error::function_not_found(store.scope(), function.as_str(), qualifier, &nearest)
}

/// Returns the version that an alias points to, if it is not there.
fn missing_target(view: &View, alias: &AliasName) -> Result<Option<u64>, StoreError> {
    let alias = view.alias(alias)?;
    match alias.and_then(|alias| alias.target().number()) {
        Some(number) if !view.contains_version(number)? => Ok(Some(number)),
        _ => Ok(None),
    }
}

/// Makes the error for an alias that is not there; `view` is that of its function.
pub(super) fn alias_not_found(
    store: &Store,
    function: &FunctionName,
    alias: &AliasName,
    view: &View,
) -> Error {
    let names = view.alias_names().unwrap_or_default();
    let nearest = nearest_alias(alias, &names);
    Error::alias_not_found(store.scope(), function, alias, &nearest)
}

fn nearest_alias(wanted: &AliasName, names: &[AliasName]) -> Vec<String> {
    nearest(wanted.as_str(), names.iter().map(AliasName::as_str))
}

/// Returns the names most like one, the nearest first.
fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut rated: Vec<(f64, &str)> = names
        .map(|name| (jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    rated.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
    rated.truncate(SUGGESTIONS);
    rated.into_iter().map(|(_, name)| name.to_owned()).collect()
}
