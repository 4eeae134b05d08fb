//! Checks that several operations make of their requests.

use super::not_found::{alias_not_found, not_found};
use crate::api::Error;
use crate::api::alias::AliasConfiguration;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::qualifier::{AliasName, LATEST};
use crate::api::requested_configuration::RequestedConfiguration;
use crate::api::revision_id::RevisionId;
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::store::{Latest, PackageSource, Store, View};

/// A function that a request means as a whole, or by its `$LATEST`.
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
            "FunctionName: {name}:{qualifier} names a version or an alias, and this operation is about the \
             function; name {name}, or {name}:$LATEST"
        ))),
    }
}

/// An alias that a request means.
pub(super) struct AliasOf {
    of: LatestOf,
    pub(super) name: AliasName,
}

impl AliasOf {
    /// Returns the function's name.
    pub(super) fn function(&self) -> &FunctionName {
        &self.of.name
    }

    /// Makes the error for a function that is not there.
    pub(super) fn function_not_found(&self, store: &Store) -> Error {
        self.of.not_found(store)
    }

    /// Makes the error for an alias that is not there; `view` is that of its function.
    pub(super) fn not_found(&self, store: &Store, view: &View) -> Error {
        alias_not_found(store, self.function(), &self.name, view)
    }

    /// Checks the revision id that a request expects of the alias.
    pub(super) fn check_revision_id(
        &self,
        expected: Option<&str>,
        actual: &AliasConfiguration,
    ) -> Result<(), Error> {
        let what = format!("the alias {} of {}", self.name, self.function());
        check_revision_id_of(what, "get-alias", expected, || {
            actual.revision_id(&self.name)
        })
    }
}

/// Returns the alias that a request means, once all violations are told.
pub(super) fn alias_of(
    scope: &Scope,
    function_name: &str,
    name: &str,
    mut violations: Violations,
) -> Result<AliasOf, Error> {
    let reference = FunctionReference::parse(function_name);
    let reference = violations.check("FunctionName", reference);
    let name = violations.check_alias_name(name);
    let of = latest_of(scope, reference, violations)?;
    // Without violations there is a name.
    let name = name.ok_or_else(|| Error::invalid("Name: must be given"))?;
    Ok(AliasOf { of, name })
}

/// Checks the revision id that a request expects of `$LATEST`.
pub(super) fn check_revision_id(
    function: &FunctionName,
    expected: Option<&str>,
    actual: impl FnOnce() -> RevisionId,
) -> Result<(), Error> {
    let what = format!("$LATEST of {function}");
    check_revision_id_of(what, "get-function-configuration", expected, actual)
}

fn check_revision_id_of(
    what: String,
    look: &'static str,
    expected: Option<&str>,
    actual: impl FnOnce() -> RevisionId,
) -> Result<(), Error> {
    let Some(given) = expected else { return Ok(()) };
    let actual = actual();
    if given == actual.as_str() {
        return Ok(());
    }
    Err(Error::PreconditionFailed {
        what,
        given: given.to_owned(),
        actual,
        look,
    })
}

/// Returns the package that a request must have in this member, or notes that it has none.
pub(super) fn check_package<'p>(
    member: &str,
    package: Option<&'p PackageSource>,
    violations: &mut Violations,
) -> Option<&'p PackageSource> {
    let problem = "must be given; a store takes code from nowhere else";
    violations.check(member, package.ok_or_else(|| problem.to_owned()))
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
