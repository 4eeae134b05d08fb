//! `Export`, the tool's own: writes a function, or one of its versions, as an archive.

use std::io::Write;
use std::path::Path;

use super::not_found::not_found;
use crate::api::Error;
use crate::api::alias::AliasTarget;
use crate::api::function_name::FunctionReference;
use crate::api::messages::ExportRequest;
use crate::api::qualifier::Qualifier;
use crate::api::validation::Violations;
use crate::store::{Snapshot, Store, StoreError, View};

/// Writes one consistent state of a function as a tar file, with its versions, aliases, tags and
/// history; or with a qualifier one version. `output` is where to, and what that is called in
/// messages. Changes nothing and takes no lock.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name and for `$LATEST`, which goes with its function;
/// `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException` if anything of it is damaged.
pub fn export(
    store: &Store,
    request: &ExportRequest,
    output: (&mut dyn Write, &Path),
) -> Result<(), Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse_namespaced(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    violations.into_result()?;
    // Without violations there is a reference.
    let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
    let qualifier = reference.qualifier();
    let name = reference.resolve(store.scope(), qualifier)?;
    let wanted = qualifier
        .map(Qualifier::parse)
        .transpose()
        .map_err(Error::invalid)?;
    if wanted == Some(Qualifier::Latest) {
        return Err(of_latest());
    }
    let snapshot = store
        .read(&name, |view| find(view, wanted.as_ref()))?
        .flatten()
        .ok_or_else(|| not_found(store, &name, qualifier))?;
    match snapshot {
        Found::Latest => Err(of_latest()),
        Found::Snapshot(snapshot) => Ok(store.export(&name, &snapshot, output)?),
    }
}

/// What a qualifier led to.
enum Found {
    Latest,
    Snapshot(Box<Snapshot>),
}

fn find(view: &View, wanted: Option<&Qualifier>) -> Result<Option<Found>, StoreError> {
    let taken = |snapshot| Found::Snapshot(Box::new(snapshot));
    let target = match wanted {
        None => return Ok(Some(taken(view.snapshot()?))),
        Some(Qualifier::Version(number)) => AliasTarget::Version(*number),
        Some(Qualifier::Alias(name)) => match view.alias(name)? {
            Some(alias) => alias.target(),
            None => return Ok(None),
        },
        Some(Qualifier::Latest) => AliasTarget::Latest,
        Some(Qualifier::Nothing) => return Ok(None),
    };
    match target {
        AliasTarget::Latest => Ok(Some(Found::Latest)),
        AliasTarget::Version(number) => Ok(view.snapshot_of(number)?.map(taken)),
    }
}

fn of_latest() -> Error {
    Error::invalid(
        "Qualifier: $LATEST is exported with the whole function; leave the qualifier out, or publish a \
         version and export that",
    )
}
