//! `ListVersionsByFunction`: reads `$LATEST` and the published versions, a page at a time.

use super::listing::Page;
use super::reading::Wanted;
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::messages::{ListVersionsByFunctionRequest, ListVersionsByFunctionResponse};
use crate::api::paging::{StateMarker, page_size};
use crate::api::validation::Violations;
use crate::store::Store;

/// Returns `$LATEST` and the versions, by number. A version that is broken is left out, and named
/// beside the list.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name, marker or number of items;
/// `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException`.
pub fn list_versions_by_function(
    store: &Store,
    request: &ListVersionsByFunctionRequest,
) -> Result<ListVersionsByFunctionResponse, Error> {
    let mut violations = Violations::default();
    let size = page_size(request.max_items, &mut violations);
    let marker = request.marker.as_deref().map(StateMarker::parse);
    let after = marker.and_then(|marker| violations.check("Marker", marker));
    let wanted = Wanted::parse_with(store.scope(), &request.function_name, None, violations)?;
    let mut page = Page::new(size);
    if !page.add_states(store, &wanted.name, after)? {
        return Err(wanted.not_found(store));
    }
    let last = page.items.last().filter(|_| page.has_more);
    Ok(ListVersionsByFunctionResponse {
        next_marker: last.map(FunctionConfiguration::version),
        versions: page.items,
        broken: page.broken,
    })
}
