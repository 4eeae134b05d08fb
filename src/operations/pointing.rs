//! Setting an alias to a state, checked and as one change, for every operation that points one
//! somewhere.

use super::not_found::not_found;
use super::requests::AliasOf;
use crate::api::Error;
use crate::api::alias::{AliasConfiguration, AliasTarget};
use crate::api::qualifier::parse_version;
use crate::api::validation::{Violations, check_agreement, check_routing};
use crate::store::{AliasChange, LockedFunction, PublishedVersion, Store, StoreError, View};

/// Makes an alias what is wanted, once that is checked, and returns it as `get-alias` prints it.
///
/// `present` is the alias as it stands, `None` for one that is made. `wanted` is best made of it, so
/// that members that nobody changes stay.
///
/// # Errors
/// As of [`check_alias`]; `ResourceConflictException` if one that is made stands there meanwhile;
/// `ServiceException`.
pub(super) fn set_alias(
    store: &Store,
    locked: &LockedFunction<'_>,
    operation: &'static str,
    alias: &AliasOf,
    present: Option<&AliasConfiguration>,
    mut wanted: AliasConfiguration,
) -> Result<AliasConfiguration, Error> {
    check_alias(store, locked.view(), alias, &wanted)?;
    let (mut change, fact) = locked.change_beside_latest(operation)?;
    wanted.complete_file(store.scope(), alias.function(), &alias.name, change.time());
    let line = AliasChange {
        name: alias.name.to_string(),
        from: present.map(AliasConfiguration::state),
        to: Some(wanted.state()),
        revision_id: Some(wanted.revision_id(&alias.name).to_string()),
    };
    change.change_alias(line, Some(&wanted.document().render()))?;
    match change.commit_beside_latest(fact) {
        Err(StoreError::AlreadyExists { .. }) => Err(exists(alias)),
        committed => Ok(committed.map(|()| wanted)?),
    }
}

/// Checks what an alias is to be: its values, that the versions are there, and the rules between
/// them.
///
/// # Errors
/// `InvalidParameterValueException`; `ResourceNotFoundException` for a version that is not there;
/// `ServiceException` for one that is broken.
pub(super) fn check_alias(
    store: &Store,
    view: &View,
    alias: &AliasOf,
    wanted: &AliasConfiguration,
) -> Result<(), Error> {
    let mut violations = Violations::default();
    violations.check_alias(wanted);
    violations.into_result_in(&view.alias_path(&alias.name).display().to_string())?;
    let standing = |version: &str| -> Result<PublishedVersion, Error> {
        let number = parse_version(version);
        let found = number.map(|number| view.whole_version(number));
        let found = found.transpose()?.flatten();
        found.ok_or_else(|| not_found(store, alias.function(), Some(version)))
    };
    let main = match wanted.target() {
        AliasTarget::Latest => None,
        version @ AliasTarget::Version(_) => Some(standing(&version.to_string())?),
    };
    let routing = wanted.routing_config();
    let weighted = routing.additional_version_weights.keys();
    let weighted: Vec<_> = weighted
        .map(|version| standing(version))
        .collect::<Result<_, _>>()?;
    check_routing(wanted)?;
    for (main, other) in main.iter().zip(&weighted) {
        check_agreement(
            (main.number, &main.configuration),
            (other.number, &other.configuration),
        )?;
    }
    Ok(())
}

/// Returns what a request wants an alias to point to.
///
/// # Errors
/// `ResourceNotFoundException` for what has the form of a version's number, and is none.
pub(super) fn target_of(
    store: &Store,
    alias: &AliasOf,
    version: &str,
) -> Result<AliasTarget, Error> {
    let target = AliasTarget::parse(version);
    target.ok_or_else(|| not_found(store, alias.function(), Some(version)))
}

/// Makes the error for an alias that is to be made and stands already.
pub(super) fn exists(alias: &AliasOf) -> Error {
    let (name, function) = (&alias.name, alias.function());
    Error::ResourceConflict {
        message: format!(
            "Alias already exists: {name} of {function}. Change it with update-alias, or choose another name"
        ),
    }
}
