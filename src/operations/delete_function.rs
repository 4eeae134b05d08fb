//! `DeleteFunction`: removes a function, or one of its versions.

use super::not_found::not_found;
use super::reading::agreed_qualifier;
use crate::api::Error;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::DeleteFunctionRequest;
use crate::api::patterns::is_digits;
use crate::api::qualifier::Qualifier;
use crate::api::validation::Violations;
use crate::store::{LockedFunction, Store};

/// Removes a version, or without a qualifier the whole function. A version that is not there is
/// removed already.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or qualifier, for `$LATEST` and for an alias;
/// `ResourceNotFoundException` for a function that is not there; `ResourceConflictException` for a
/// version that an alias refers to; `TooManyRequestsException` if the function's lock is not had in
/// time; `ServiceException`.
pub fn delete_function(store: &Store, request: &DeleteFunctionRequest) -> Result<(), Error> {
    let scope = store.scope();
    let mut violations = Violations::default();
    let reference = FunctionReference::parse_namespaced(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let given = request.qualifier.as_deref();
    given.map(|text| violations.check("Qualifier", Qualifier::parse(text)));
    violations.into_result()?;
    // Without violations there is a reference.
    let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
    reference.check_scope(scope)?;
    let qualifier = agreed_qualifier(reference.qualifier(), given)?;
    let deleted = qualifier.map_or(Ok(Deleted::Function), Deleted::parse)?;
    let name = reference.resolve(scope, None)?;

    let function = store
        .lock(&name)?
        .ok_or_else(|| not_found(store, &name, None))?;
    match deleted {
        Deleted::Function => Ok(function.delete()?),
        Deleted::Version(number) => delete_version(&function, &name, number),
        Deleted::NoVersion => Ok(()),
        Deleted::Nothing => Err(not_found(store, &name, qualifier)),
    }
}

/// What a qualifier says is to be deleted; decided before anything is looked for.
enum Deleted {
    Function,
    Version(u64),
    /// Digits that are no version's number, such as `007`: gone like any version that is not there.
    NoVersion,
    /// What nothing can be named, such as `$latest`.
    Nothing,
}

impl Deleted {
    fn parse(qualifier: &str) -> Result<Self, Error> {
        match Qualifier::parse(qualifier).map_err(Error::invalid)? {
            Qualifier::Version(number) => Ok(Self::Version(number)),
            Qualifier::Nothing if is_digits(qualifier) => Ok(Self::NoVersion),
            Qualifier::Nothing => Ok(Self::Nothing),
            Qualifier::Latest => Err(Error::invalid(
                "Qualifier: $LATEST cannot be deleted by itself; leave the qualifier out to delete the \
                 function",
            )),
            Qualifier::Alias(name) => Err(Error::invalid(format!(
                "Qualifier: {name} names an alias, and this operation deletes versions"
            ))),
        }
    }
}

fn delete_version(
    function: &LockedFunction<'_>,
    name: &FunctionName,
    number: u64,
) -> Result<(), Error> {
    if !function.contains_version(number)? {
        return Ok(());
    }
    let mut referring = Vec::new();
    for (alias, configuration) in function.aliases()? {
        if configuration.versions().contains(&number) {
            referring.push(alias.to_string());
        }
    }
    if !referring.is_empty() {
        let aliases = referring.join(", ");
        return Err(Error::ResourceConflict {
            message: format!(
                "Version {number} of {name} cannot be deleted, because these aliases refer to it: {aliases}. \
                 Point them elsewhere first"
            ),
        });
    }
    let (mut change, fact) = function.change_beside_latest("DeleteFunction")?;
    change.remove_version(number)?;
    Ok(change.commit_beside_latest(fact)?)
}
