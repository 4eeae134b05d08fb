//! Filling a page of a list of configurations.

use super::answers;
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::paging::StateMarker;
use crate::api::qualifier::LATEST;
use crate::store::{Store, StoreError, View};

/// A page that is being filled.
pub(super) struct Page {
    size: usize,
    pub(super) items: Vec<FunctionConfiguration>,
    /// What is wrong with what is left out; it takes no place on the page.
    pub(super) broken: Vec<String>,
    /// Whether anything follows behind the last item.
    pub(super) has_more: bool,
}

impl Page {
    /// Makes an empty page for so many items.
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            items: Vec::new(),
            broken: Vec::new(),
            has_more: false,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.items.len() >= self.size
    }

    /// Adds `$LATEST` of a function. Returns whether there is such a function.
    pub(super) fn add_latest(
        &mut self,
        store: &Store,
        name: &FunctionName,
    ) -> Result<bool, StoreError> {
        let latest = store.read(name, View::latest)?;
        if let Some(latest) = &latest {
            let code = latest.code()?;
            self.add(answers::latest(store.scope(), name, latest, &code, None));
        }
        Ok(latest.is_some())
    }

    /// Adds the states of a function that follow one of them, or all: `$LATEST`, then the versions
    /// by number. Returns whether there is such a function.
    pub(super) fn add_states(
        &mut self,
        store: &Store,
        name: &FunctionName,
        after: Option<StateMarker>,
    ) -> Result<bool, StoreError> {
        let scope = store.scope();
        let read = store.read(name, |view| {
            let latest = after.is_none().then(|| view.latest()).transpose()?;
            Ok((latest, view.clone()))
        })?;
        let Some((latest, view)) = read else {
            return Ok(false);
        };
        if let Some(latest) = latest {
            let code = latest.code()?;
            self.add(answers::latest(scope, name, &latest, &code, Some(LATEST)));
        }
        let mut versions = view.versions_above(after.map_or(0, StateMarker::number));
        while !self.is_full() {
            let Some(found) = versions.read_next()? else {
                return Ok(true);
            };
            match found.content {
                Ok(version) => self.add(answers::published(scope, name, version)),
                Err(error) => self.broken.push(error.to_string()),
            }
        }
        self.has_more = versions.any_left()?;
        Ok(true)
    }

    /// Takes what adding a function to a list of many came to: the others are listed without one
    /// that is broken. What is no function is none that is broken.
    pub(super) fn leave_out_broken(
        &mut self,
        store: &Store,
        name: &FunctionName,
        added: Result<bool, StoreError>,
    ) -> Result<(), Error> {
        match added {
            Ok(_) => Ok(()),
            // Asked again, it is listed: leaving it out would be no answer.
            Err(error @ StoreError::Overtaken { .. }) => Err(error.into()),
            Err(error) => {
                if may_be_function(store, name) {
                    self.broken.push(error.to_string());
                }
                Ok(())
            }
        }
    }

    fn add(&mut self, mut item: FunctionConfiguration) {
        item.leave_out_states();
        self.items.push(item);
    }
}

/// Returns whether a function stands under a name, or what cannot be looked at.
pub(super) fn may_be_function(store: &Store, name: &FunctionName) -> bool {
    store.is_function(name).unwrap_or(true)
}
