//! What every import answers, and keeps to.

use super::requests::latest_of;
use crate::api::Error;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::store::{LockedFunction, StoreError};

/// Returns the name that an imported function gets: the one that is asked for, else its own.
pub(super) fn imported_name(
    scope: &Scope,
    asked: Option<&str>,
    own: impl FnOnce() -> Result<FunctionName, Error>,
) -> Result<FunctionName, Error> {
    let Some(asked) = asked else { return own() };
    let mut violations = Violations::default();
    let reference = violations.check("FunctionName", FunctionReference::parse(asked));
    Ok(latest_of(scope, reference, violations)?.name)
}

/// Checks that versions may be added to a function under their numbers: each number is given out
/// once.
pub(super) fn check_above(
    function: &LockedFunction<'_>,
    name: &FunctionName,
    versions: impl IntoIterator<Item = u64>,
) -> Result<(), Error> {
    let highest = function.view().highest_version()?;
    for version in versions {
        if version <= highest {
            return Err(Error::ResourceConflict {
                message: format!(
                    "{name} has given out the numbers up to {highest}, and version {version} is not above \
                     them: a number is given out once. Import it as another function with --as NAME"
                ),
            });
        }
        if function.contains_version(version)? {
            return Err(Error::ResourceConflict {
                message: format!("Version {version} of {name} is there already"),
            });
        }
    }
    Ok(())
}

/// Makes the error of a new function that could not be made.
pub(super) fn failed(name: &FunctionName, error: StoreError) -> Error {
    match error {
        StoreError::AlreadyExists { .. } => taken(name),
        other => other.into(),
    }
}

/// Makes the error for a name under which something stands that is no function, or was none when it
/// was looked at.
pub(super) fn taken(name: &FunctionName) -> Error {
    Error::ResourceConflict {
        message: format!(
            "Something stands under the name {name} already. Import the function under another name with \
             --as NAME"
        ),
    }
}
