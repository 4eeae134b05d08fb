//! `Verify`, the tool's own: whether a store is what its format says.

use super::requests::latest_of;
use crate::api::Error;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::{VerifyRequest, VerifyResponse};
use crate::api::validation::Violations;
use crate::store::{Store, Verification};

/// Reads every file and hashes every package of the functions named, or of all. Changes nothing and
/// takes no lock.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException` for a function that
/// is not there; `ServiceException` if the directory of the store cannot be read. What is wrong with
/// the files is no error but the answer.
pub fn verify(store: &Store, request: &VerifyRequest) -> Result<VerifyResponse, Error> {
    let named = request.function_names.iter();
    let named: Vec<FunctionName> = named
        .map(|name| existing(store, name))
        .collect::<Result<_, _>>()?;
    let functions = (!named.is_empty()).then(|| sorted(named));
    let Verification {
        findings,
        notes,
        functions,
        versions,
        packages,
        bytes,
    } = store.verify(functions.as_deref())?;
    Ok(VerifyResponse {
        findings,
        notes,
        functions,
        versions,
        packages,
        bytes,
    })
}

/// Returns the function that a name or ARN means, if it is there.
fn existing(store: &Store, name: &str) -> Result<FunctionName, Error> {
    let mut violations = Violations::default();
    let reference = violations.check("FunctionName", FunctionReference::parse(name));
    let target = latest_of(store.scope(), reference, violations)?;
    if store.is_function(&target.name)? {
        Ok(target.name)
    } else {
        Err(target.not_found(store))
    }
}

/// A function that is named twice is checked once.
fn sorted(mut functions: Vec<FunctionName>) -> Vec<FunctionName> {
    functions.sort_unstable();
    functions.dedup();
    functions
}
