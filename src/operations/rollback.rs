//! `Rollback`, the tool's own: points an alias back to what it pointed to before.

use super::pointing::{check_alias, set_alias, target_of};
use super::requests::{AliasOf, alias_of};
use crate::api::Error;
use crate::api::alias::{AliasConfiguration, AliasState, RoutingConfig};
use crate::api::messages::{RollbackRequest, RollbackResponse};
use crate::api::validation::Violations;
use crate::store::{HistoryLines, Store, StoreError, View};

/// Points an alias to what it pointed to before, weights included, or without weights to what is
/// asked for. Its description stays. Done twice, it points the alias forth again.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter, or versions that one alias cannot refer to;
/// `ResourceNotFoundException` for a function, an alias or a version that is not there, and for an
/// alias of which no earlier state is known; `PreconditionFailedException` for another revision id of
/// the alias; `TooManyRequestsException` if the function's lock is not had in time;
/// `ServiceException`.
pub fn rollback(store: &Store, request: &RollbackRequest) -> Result<RollbackResponse, Error> {
    let mut violations = Violations::default();
    if let Some(version) = &request.to {
        violations.check_function_version(version);
    }
    let (function_name, name) = (&request.function_name, &request.alias);
    let alias = alias_of(store.scope(), function_name, name, violations)?;
    if request.dry_run {
        return try_out(store, request, &alias);
    }
    let locked = store
        .lock(alias.function())?
        .ok_or_else(|| alias.function_not_found(store))?;
    let present = locked.view().alias(&alias.name)?;
    let present = present.ok_or_else(|| alias.not_found(store, locked.view()))?;
    let wanted = wanted(store, locked.view(), request, &alias, &present)?;
    let (from, to) = (present.state(), wanted.state());
    let set = set_alias(store, &locked, "Rollback", &alias, Some(&present), wanted)?;
    Ok(RollbackResponse {
        alias: set,
        from,
        to,
    })
}

/// Checks all that a rollback would, and answers as if it were done; nothing is changed.
fn try_out(
    store: &Store,
    request: &RollbackRequest,
    alias: &AliasOf,
) -> Result<RollbackResponse, Error> {
    store.check_writable()?;
    let read = store.read(alias.function(), |view| {
        view.check_history()?;
        Ok((view.alias(&alias.name)?, view.clone()))
    })?;
    let (present, view) = read.ok_or_else(|| alias.function_not_found(store))?;
    let present = present.ok_or_else(|| alias.not_found(store, &view))?;
    let mut wanted = wanted(store, &view, request, alias, &present)?;
    check_alias(store, &view, alias, &wanted)?;
    let (from, to) = (present.state(), wanted.state());
    let id = present.revision_id(&alias.name);
    wanted.complete_foretold(store.scope(), alias.function(), &alias.name, &id);
    Ok(RollbackResponse {
        alias: wanted,
        from,
        to,
    })
}

/// Returns what the alias is to be.
fn wanted(
    store: &Store,
    view: &View,
    request: &RollbackRequest,
    alias: &AliasOf,
    present: &AliasConfiguration,
) -> Result<AliasConfiguration, Error> {
    alias.check_revision_id(request.revision_id.as_deref(), present)?;
    let (version, routing) = if let Some(version) = &request.to {
        (version.clone(), RoutingConfig::default())
    } else {
        let before = before(view, alias, &present.state())?;
        (
            before.function_version,
            before.routing_config.unwrap_or_default(),
        )
    };
    let mut wanted = present.clone();
    wanted.set_target(target_of(store, alias, &version)?);
    wanted.set_routing_config(&routing);
    Ok(wanted)
}

/// Returns what the alias pointed to before, but for weights that would go to the version that is
/// left; all versions must stand still.
fn before(view: &View, alias: &AliasOf, present: &AliasState) -> Result<AliasState, Error> {
    let (name, function) = (alias.name.as_str(), alias.function());
    let lines = view.history()?;
    let found = lines.map(|lines| state_before(lines, name, present));
    let mut before = found.transpose()?.flatten().ok_or_else(|| {
        let message = format!(
            "The history of {function} knows nothing that {name} pointed to before {}; name the version \
             with --to",
            present.function_version
        );
        Error::ResourceNotFound { message }
    })?;
    if let Some(routing) = &mut before.routing_config {
        let weights = &mut routing.additional_version_weights;
        weights.remove(&present.function_version);
    }
    for version in before.versions() {
        if !view.contains_version(version)? {
            let message = format!(
                "{name} of {function} pointed to version {version} before, which was deleted; name \
                 another version with --to"
            );
            return Err(Error::ResourceNotFound { message });
        }
    }
    Ok(before)
}

/// Returns the last state of an alias that pointed elsewhere, with weights that differ counting as
/// elsewhere. An edit by hand since a line is a move since that line. One that was deleted and made
/// anew has no states from before that.
fn state_before(
    mut lines: HistoryLines,
    alias: &str,
    present: &AliasState,
) -> Result<Option<AliasState>, StoreError> {
    let differs = |state: &AliasState| {
        let points_to =
            |state: &AliasState| (state.function_version.clone(), state.routing_config.clone());
        points_to(state) != points_to(present)
    };
    while let Some(found) = lines.read_previous()? {
        for change in found.line?.aliases {
            if change.name != alias {
                continue;
            }
            for state in [change.to, change.from] {
                match state {
                    None => return Ok(None),
                    Some(state) if differs(&state) => return Ok(Some(state)),
                    Some(_) => {}
                }
            }
        }
    }
    Ok(None)
}
