//! Checks that several operations make of their requests.

use super::not_found::not_found;
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::qualifier::LATEST;
use crate::api::requested_configuration::RequestedConfiguration;
use crate::api::revision_id::RevisionId;
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::store::{Latest, Store};

/// A function whose `$LATEST` a request means.
pub(super) struct LatestOf {
    pub(super) name: FunctionName,
    /// The qualifier as it was given: `$LATEST`, or none.
    qualifier: Option<&'static str>,
}

impl LatestOf {
    /// Makes the error for a function that is not there.
    pub(super) fn not_found(&self, store: &Store) -> Error {
        not_found(store, &self.name, self.qualifier)
    }
}

/// Returns the function whose `$LATEST` a request means, once all violations are told.
pub(super) fn latest_of(
    scope: &Scope,
    reference: Option<FunctionReference>,
    violations: Violations,
) -> Result<LatestOf, Error> {
    violations.into_result()?;
    // Without violations there is a reference.
    let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
    let name = reference.resolve(scope, reference.qualifier())?;
    match reference.qualifier() {
        None => Ok(LatestOf {
            name,
            qualifier: None,
        }),
        Some(LATEST) => Ok(LatestOf {
            name,
            qualifier: Some(LATEST),
        }),
        Some(qualifier) => Err(Error::invalid(format!(
            "FunctionName: {name}:{qualifier} names a version or an alias, and those never change; name \
             the function, or {name}:$LATEST"
        ))),
    }
}

/// Checks the revision id that a request expects of `$LATEST`.
pub(super) fn check_revision_id(
    function: &FunctionName,
    expected: Option<&str>,
    actual: impl FnOnce() -> RevisionId,
) -> Result<(), Error> {
    let Some(given) = expected else { return Ok(()) };
    let actual = actual();
    if given == actual.as_str() {
        return Ok(());
    }
    Err(Error::PreconditionFailed {
        what: format!("$LATEST of {function}"),
        given: given.to_owned(),
        actual,
        look: "get-function-configuration",
    })
}

/// Checks the values that a request gives for a configuration.
pub(super) fn check_requested(
    store: &Store,
    requested: &RequestedConfiguration,
    violations: &mut Violations,
) {
    violations.check_requested(requested, store.quotas(), &store.scope().region);
}

/// Checks the values that stand in `$LATEST/config.json`, as a request's would be.
pub(super) fn check_values(store: &Store, latest: &Latest) -> Result<(), Error> {
    check_values_of(store, latest, latest.stored_configuration())
}

/// Checks the values of a configuration that is that of `$LATEST/config.json`, but for what a
/// request replaces: the values of the request are checked already.
pub(super) fn check_values_of(
    store: &Store,
    latest: &Latest,
    configuration: &FunctionConfiguration,
) -> Result<(), Error> {
    let mut violations = Violations::default();
    violations.check_configuration(configuration, store.quotas());
    violations.into_result_in(&latest.config_path().display().to_string())
}
