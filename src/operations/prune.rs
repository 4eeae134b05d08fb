//! `Prune`, the tool's own: removes versions that no rule keeps.

use std::collections::BTreeMap;

use super::requests::latest_of;
use crate::api::Error;
use crate::api::function_name::FunctionReference;
use crate::api::messages::{PlannedVersion, PruneRequest, PruneResponse};
use crate::api::pruning::{Candidate, KeepRules};
use crate::api::validation::Violations;
use crate::store::{LockedFunction, Store, StoreError, View};

/// Says which versions the rules keep and which go, and removes these if that is asked for: all in
/// one change, decided on the function as it is then. Without that it takes no lock.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException`;
/// `TooManyRequestsException` if the function's lock is not had in time, or the function changed all
/// the time; `ServiceException`, also for an alias that cannot be read.
pub fn prune(store: &Store, request: &PruneRequest) -> Result<PruneResponse, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let target = latest_of(store.scope(), reference, violations)?;
    let not_found = || target.not_found(store);
    let versions = if request.apply {
        let function = store.lock(&target.name)?.ok_or_else(not_found)?;
        let aliases = pointed_at(function.view())?;
        let planned = plan(function.view(), &aliases, &request.rules)?;
        remove(&function, &planned)?;
        planned
    } else {
        let read = store.read(&target.name, |view| Ok((view.clone(), pointed_at(view)?)))?;
        let (view, aliases) = read.ok_or_else(not_found)?;
        plan(&view, &aliases, &request.rules)?
    };
    Ok(PruneResponse {
        function_arn: store.scope().function_arn(&target.name, None),
        function_name: target.name,
        applied: request.apply,
        versions,
    })
}

/// The names of the aliases that point to a version, their weights included, by its number.
type PointedAt = BTreeMap<u64, Vec<String>>;

fn pointed_at(view: &View) -> Result<PointedAt, StoreError> {
    let mut pointed_at = PointedAt::new();
    for (name, alias) in view.aliases()? {
        for number in alias.versions() {
            let names = pointed_at.entry(number).or_default();
            if names.last().is_none_or(|last| *last != name.as_str()) {
                names.push(name.to_string());
            }
        }
    }
    Ok(pointed_at)
}

/// Evaluates the rules.
fn plan(
    view: &View,
    aliases: &PointedAt,
    rules: &KeepRules,
) -> Result<Vec<PlannedVersion>, StoreError> {
    let outlines = view.outlines()?.into_iter();
    let candidates: Vec<Candidate> = outlines
        .map(|outline| Candidate {
            number: outline.number,
            published: outline.published,
            description: outline.description.map_err(|error| error.to_string()),
            code_size: outline.code_size,
            aliases: aliases.get(&outline.number).cloned().unwrap_or_default(),
        })
        .collect();
    let reasons = rules.reasons(&candidates, view.seen());
    let planned = candidates.into_iter().zip(reasons);
    Ok(planned
        .map(|(version, reasons)| PlannedVersion { version, reasons })
        .collect())
}

/// Removes the versions that go; where none does, nothing is changed.
fn remove(function: &LockedFunction<'_>, planned: &[PlannedVersion]) -> Result<(), StoreError> {
    let going: Vec<u64> = planned
        .iter()
        .filter(|planned| planned.goes())
        .map(|planned| planned.version.number)
        .collect();
    if going.is_empty() {
        return Ok(());
    }
    let (mut change, fact) = function.change_beside_latest("Prune")?;
    for number in going {
        change.remove_version(number)?;
    }
    change.commit_beside_latest(fact)
}
