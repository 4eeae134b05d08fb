//! `ListAliases`: reads the aliases of a function, a page at a time.

use super::requests::latest_of;
use crate::api::Error;
use crate::api::alias::AliasConfiguration;
use crate::api::function_name::FunctionReference;
use crate::api::messages::{ListAliasesRequest, ListAliasesResponse};
use crate::api::paging::{page_size, parse_alias_marker};
use crate::api::qualifier::AliasName;
use crate::api::validation::Violations;
use crate::store::{Store, StoreError, View};

/// Returns the aliases by name, where a version is given those that point to it. An alias that is
/// broken is left out, and named beside the list.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name, version, marker or number of items;
/// `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException`.
pub fn list_aliases(
    store: &Store,
    request: &ListAliasesRequest,
) -> Result<ListAliasesResponse, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let version = request.function_version.as_deref();
    if let Some(version) = version {
        violations.check_function_version(version);
    }
    let size = page_size(request.max_items, &mut violations);
    let marker = request.marker.as_deref().map(parse_alias_marker);
    let after = marker.and_then(|marker| violations.check("Marker", marker));
    let target = latest_of(store.scope(), reference, violations)?;
    let page = store
        .read(&target.name, |view| {
            Page::read(view, after.as_ref(), version, size)
        })?
        .ok_or_else(|| target.not_found(store))?;
    let last = page.items.last().filter(|_| page.has_more);
    Ok(ListAliasesResponse {
        next_marker: last.map(|(name, _)| name.to_string()),
        aliases: page
            .items
            .into_iter()
            .map(|(name, mut alias)| {
                alias.complete_answer(store.scope(), &target.name, &name);
                alias
            })
            .collect(),
        broken: page.broken,
    })
}

/// A page of the list, and whether anything follows behind its last item.
#[derive(Default)]
struct Page {
    items: Vec<(AliasName, AliasConfiguration)>,
    broken: Vec<String>,
    has_more: bool,
}

impl Page {
    /// Reads the aliases that follow one, or all. Unlike versions they change, so a page is read from
    /// one state of the function.
    fn read(
        view: &View,
        after: Option<&AliasName>,
        version: Option<&str>,
        size: usize,
    ) -> Result<Self, StoreError> {
        let mut page = Self::default();
        let points_elsewhere = |alias: &AliasConfiguration| {
            version.is_some_and(|version| version != alias.target().to_string())
        };
        let names = view.alias_names()?.into_iter();
        for name in names.filter(|name| after.is_none_or(|after| name > after)) {
            match view.alias(&name).transpose() {
                None => {}
                Some(Ok(alias)) if points_elsewhere(&alias) => {}
                Some(_) if page.items.len() >= size => {
                    page.has_more = true;
                    break;
                }
                Some(Ok(alias)) => page.items.push((name, alias)),
                Some(Err(error)) => page.broken.push(error.to_string()),
            }
        }
        Ok(page)
    }
}
