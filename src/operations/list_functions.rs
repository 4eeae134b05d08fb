//! `ListFunctions`: reads `$LATEST` of each function, or every version, a page at a time.

use super::listing::{Page, may_be_function};
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::messages::{ListFunctionsRequest, ListFunctionsResponse};
use crate::api::paging::{FunctionMarker, page_size};
use crate::api::validation::Violations;
use crate::store::Store;

/// The `FunctionVersion` that lists all versions; the model knows no other.
const ALL: &str = "ALL";

/// Returns the functions by name, where all versions are listed each with `$LATEST` and its versions
/// by number. A function or version that is broken is left out, and named beside the list.
///
/// # Errors
/// `InvalidParameterValueException` for a bad marker, function version or number of items;
/// `TooManyRequestsException` if a function changed all the time; `ServiceException`.
pub fn list_functions(
    store: &Store,
    request: &ListFunctionsRequest,
) -> Result<ListFunctionsResponse, Error> {
    let mut violations = Violations::default();
    let function_version = request.function_version.as_deref();
    if let Some(other) = function_version.filter(|version| *version != ALL) {
        violations.add("FunctionVersion", format!("'{other}' is none of {ALL}"));
    }
    let all_versions = function_version.is_some();
    let size = page_size(request.max_items, &mut violations);
    let marker = request.marker.as_deref();
    let marker = marker.map(|text| FunctionMarker::parse(text, all_versions));
    let marker = marker.and_then(|marker| violations.check("Marker", marker));
    violations.into_result()?;

    let mut page = Page::new(size);
    let (first, mut after) = match &marker {
        Some(FunctionMarker::Within(name, state)) => (Some(name), Some(*state)),
        Some(FunctionMarker::After(name)) => (Some(name), None),
        None => (None, None),
    };
    let is_left = |name: &FunctionName| match first {
        Some(first) if all_versions => name >= first,
        Some(first) => name > first,
        None => true,
    };
    for name in store.possible_functions()?.into_iter().filter(is_left) {
        if page.is_full() {
            page.has_more = page.has_more || may_be_function(store, &name);
            if page.has_more {
                break;
            }
            continue;
        }
        let added = if all_versions {
            let after = after.take().filter(|_| Some(&name) == first);
            page.add_states(store, &name, after)
        } else {
            page.add_latest(store, &name)
        };
        page.leave_out_broken(store, &name, added)?;
    }
    let last = page.items.last().filter(|_| page.has_more);
    Ok(ListFunctionsResponse {
        next_marker: last.map(|last| marker_of(last, all_versions)),
        functions: page.items,
        broken: page.broken,
    })
}

/// Returns the marker of the page behind an item.
fn marker_of(item: &FunctionConfiguration, all_versions: bool) -> String {
    let name = item.function_name();
    if all_versions {
        format!("{name}:{}", item.version())
    } else {
        name
    }
}
