//! `Import`, the tool's own: takes a function, or versions of one, from an archive.

use std::io::Read;

use super::importing::{check_above, failed, imported_name, taken};
use crate::api::Error;
use crate::api::function_name::FunctionName;
use crate::api::messages::{ImportRequest, ImportResponse};
use crate::store::{Import, Imported, Store};

/// Makes a function of an archive under a name that is free, or adds versions to a function that is
/// there, as one change. `archive` is what the input is called in messages.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name, and if anything in the archive is off;
/// `ResourceConflictException` for a whole function whose name is taken, and for a version that is not
/// above the highest number of its function; `CodeStorageExceededException`;
/// `TooManyRequestsException` if the function's lock is not had in time; `ServiceException`.
pub fn import(
    store: &Store,
    request: &ImportRequest,
    (input, archive): (&mut dyn Read, &str),
) -> Result<ImportResponse, Error> {
    let scope = store.scope();
    let asked = request.function_name.as_deref();
    if let Some(asked) = asked {
        // Before all is read.
        imported_name(scope, Some(asked), || {
            Err(Error::invalid("FunctionName: must be given"))
        })?;
    }
    let import = store.unpack(input, archive)?;
    let name = imported_name(scope, asked, || Ok(import.name().clone()))?;
    let is_whole = import.is_whole();
    let is_new = !store.contains(&name)?;
    let Imported {
        versions,
        has_history,
    } = if is_new {
        make(store, &name, import)?
    } else {
        add(store, &name, import)?
    };
    Ok(ImportResponse {
        function_arn: scope.function_arn(&name, None),
        function_name: name,
        is_new,
        versions,
        has_latest: is_whole || is_new,
        has_history,
    })
}

/// Makes the function. Where only versions came, `$LATEST` is made of the highest one.
fn make(store: &Store, name: &FunctionName, import: Import<'_>) -> Result<Imported, Error> {
    let highest = if import.is_whole() {
        None
    } else {
        import.highest_version()?
    };
    let latest = highest.map(|version| {
        let mut configuration = version.configuration;
        configuration.complete_latest(store.scope(), name);
        configuration
    });
    import
        .commit_as(name, latest.as_ref())
        .map_err(|error| failed(name, error))
}

fn add(store: &Store, name: &FunctionName, import: Import<'_>) -> Result<Imported, Error> {
    if import.is_whole() {
        return Err(Error::ResourceConflict {
            message: format!(
                "Function already exists: {name}, and the archive holds a whole function. Import it under \
                 another name with --as NAME, or export and import single versions, as NAME:VERSION"
            ),
        });
    }
    let function = store.lock(name)?.ok_or_else(|| taken(name))?;
    check_above(&function, name, import.versions())?;
    Ok(import.commit_into(&function)?)
}
