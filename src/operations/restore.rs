//! `Restore`, the tool's own: makes `$LATEST` what a version is.

use super::reading::{Found, Wanted};
use super::requests::check_revision_id;
use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::messages::RestoreRequest;
use crate::api::qualifier::LATEST;
use crate::store::{Latest, LockedFunction, PublishedVersion, Store, StoreError, View};

/// Gives `$LATEST` the package and the configuration of a version, members included that this tool
/// does not know. Values are not checked: what was published once may be had again.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or version, `$LATEST` among them;
/// `ResourceNotFoundException`; `PreconditionFailedException` for another revision id of `$LATEST`;
/// `CodeStorageExceededException`; `TooManyRequestsException` if the function's lock is not had in
/// time; `ServiceException`, also for a version whose package is not the one it was published with.
pub fn restore(store: &Store, request: &RestoreRequest) -> Result<FunctionConfiguration, Error> {
    let version = Some(request.version.as_str());
    let wanted = Wanted::parse(store.scope(), &request.function_name, version)?;
    if request.dry_run {
        return try_out(store, request, &wanted);
    }
    let function = store
        .lock(&wanted.name)?
        .ok_or_else(|| wanted.not_found(store))?;
    let latest = function.latest()?;
    let old_code = latest.code()?;
    let version = the_version(wanted.find(function.view())?, store, request, &wanted)?;
    check_revision_id(&wanted.name, request.revision_id.as_deref(), || {
        latest.revision_id(&old_code)
    })?;
    set_latest(store, &wanted, &function, (&latest, &old_code), &version)
}

/// Returns the version that was found; `$LATEST` is none.
fn the_version(
    found: Option<Found>,
    store: &Store,
    request: &RestoreRequest,
    wanted: &Wanted,
) -> Result<PublishedVersion, Error> {
    match found {
        Some(Found::Version(version)) => Ok(version),
        Some(Found::Latest(_)) => Err(is_latest(&request.version)),
        None => Err(wanted.not_found(store)),
    }
}

fn is_latest(given: &str) -> Error {
    let what = if given == LATEST {
        "is what would be replaced".to_owned()
    } else {
        format!("points to {LATEST}, which is what would be replaced")
    };
    Error::invalid(format!(
        "Version: {given} {what}; give a version's number, or an alias that points to one"
    ))
}

fn set_latest(
    store: &Store,
    wanted: &Wanted,
    function: &LockedFunction<'_>,
    (latest, old_code): (&Latest, &CodeIdentity),
    version: &PublishedVersion,
) -> Result<FunctionConfiguration, Error> {
    let mut change = function.change("Restore", latest)?;
    let mut configuration = version.configuration.clone();
    configuration.set_last_modified(change.time().max(latest.last_modified().next()));
    configuration.complete_latest(store.scope(), &wanted.name);
    let (fact, revision_id) = change.stage_restored(version, &configuration)?;
    change.commit((latest, old_code), fact)?;
    configuration.set_revision_id(revision_id.as_str());
    configuration.complete_answer(&wanted.name);
    Ok(configuration)
}

/// What a restore reads.
struct State {
    latest: Latest,
    found: Option<Found>,
    view: View,
}

impl State {
    fn read(view: &View, wanted: &Wanted) -> Result<Self, StoreError> {
        view.check_history()?;
        Ok(Self {
            latest: view.latest()?,
            found: wanted.find(view)?,
            view: view.clone(),
        })
    }
}

/// Checks all that a restore would, and answers as if it were done; nothing is changed.
fn try_out(
    store: &Store,
    request: &RestoreRequest,
    wanted: &Wanted,
) -> Result<FunctionConfiguration, Error> {
    store.check_writable()?;
    let state = store
        .read(&wanted.name, |view| State::read(view, wanted))?
        .ok_or_else(|| wanted.not_found(store))?;
    let latest = state.latest;
    let version = the_version(state.found, store, request, wanted)?;
    let old_code = latest.code()?;
    let revision_id = latest.revision_id(&old_code);
    check_revision_id(&wanted.name, request.revision_id.as_deref(), || {
        revision_id.clone()
    })?;
    let code = state.view.check_code(&version)?;
    let added = code.size.saturating_sub(old_code.size);
    store.check_room(store.stored(added), added)?;
    let mut answer = version.configuration;
    answer.set_last_modified(latest.last_modified());
    answer.complete_latest(store.scope(), &wanted.name);
    answer.set_revision_id(revision_id.as_str());
    answer.complete_answer(&wanted.name);
    Ok(answer)
}
