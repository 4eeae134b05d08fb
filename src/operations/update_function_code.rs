//! `UpdateFunctionCode`: gives `$LATEST` another deployment package.

use super::answers;
use super::publishing::LastPublish;
use super::requests::{
    check_package, check_requested, check_revision_id, check_values_of, latest_of,
};
use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::UpdateFunctionCodeRequest;
use crate::api::qualifier::LATEST;
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::store::{Change, Latest, LockedFunction, PackageSource, Store, Upload, View};

/// Replaces the package of `$LATEST`, and publishes a version of it if that is asked for.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter or package; `ResourceNotFoundException`;
/// `PreconditionFailedException` for another revision id; `TooManyRequestsException` if the
/// function's lock is not had in time; `ServiceException`.
pub fn update_function_code(
    store: &Store,
    request: &UpdateFunctionCodeRequest,
    package: Option<&PackageSource>,
) -> Result<FunctionConfiguration, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    check_requested(store, &request.configuration, &mut violations);
    let package = check_package("ZipFile", package, &mut violations);
    let target = latest_of(store.scope(), reference, violations)?;
    // Without violations there is a package.
    let package = package.ok_or_else(|| Error::invalid("ZipFile: must be given"))?;
    let name = target.name.clone();
    let not_found = || target.not_found(store);
    if request.dry_run {
        return try_out(store, &name, request, package)?.ok_or_else(not_found);
    }
    if !store.contains(&name)? {
        return Err(not_found());
    }
    // Before the lock, so that uploads overlap.
    let upload = store.upload(package)?;
    let function = store.lock(&name)?.ok_or_else(not_found)?;
    let latest = function.latest()?;
    let old_code = latest.code()?;
    check_revision_id(&name, request.revision_id.as_deref(), || {
        latest.revision_id(&old_code)
    })?;
    update(
        store,
        &name,
        request,
        &upload,
        &function,
        (&latest, &old_code),
    )
}

/// Makes the change, and answers with `$LATEST` or with the version published.
fn update(
    store: &Store,
    name: &FunctionName,
    request: &UpdateFunctionCodeRequest,
    upload: &Upload,
    function: &LockedFunction<'_>,
    (latest, old_code): (&Latest, &CodeIdentity),
) -> Result<FunctionConfiguration, Error> {
    let scope = store.scope();
    let mut configuration = latest.configuration(upload.code());
    request.configuration.apply(&mut configuration, name);
    check_values_of(store, latest, &configuration)?;
    let mut change = function.change("UpdateFunctionCode", latest)?;
    configuration.set_last_modified(change.time().max(latest.last_modified().next()));
    configuration.complete_latest(scope, name);
    let mut published = None;
    if request.publish {
        let last = LastPublish::read(function.view(), latest)?;
        let content = configuration.content_sha256();
        published = Some(match last.filter(|last| last.is_repeated_by(&content)) {
            Some(last) => answers::published(scope, name, last.version),
            None => publish(scope, name, &mut change, upload, &configuration)?,
        });
    }
    let (fact, revision_id) = change.stage_latest(upload, &configuration)?;
    change.commit((latest, old_code), fact)?;
    Ok(published.unwrap_or_else(|| {
        configuration.set_revision_id(revision_id.as_str());
        configuration.complete_answer(name);
        configuration
    }))
}

/// Stages a version of the new code, and returns its configuration.
fn publish(
    scope: &Scope,
    name: &FunctionName,
    change: &mut Change<'_>,
    upload: &Upload,
    configuration: &FunctionConfiguration,
) -> Result<FunctionConfiguration, Error> {
    let staged = change.stage_version()?;
    staged.copy_upload(upload)?;
    let mut version = configuration.clone();
    version.complete_version(scope, name, staged.number(), change.time());
    change.finish_version(&staged, &version, configuration.content_sha256())?;
    Ok(version)
}

/// Checks and hashes the package, and answers as if it were in place; nothing is changed.
fn try_out(
    store: &Store,
    name: &FunctionName,
    request: &UpdateFunctionCodeRequest,
    package: &PackageSource,
) -> Result<Option<FunctionConfiguration>, Error> {
    let Some(latest) = store.read(name, View::latest)? else {
        return Ok(None);
    };
    let new_code = store.inspect(package)?;
    let revision_id = latest.revision_id(&latest.code()?);
    check_revision_id(name, request.revision_id.as_deref(), || revision_id.clone())?;
    let mut answer = latest.configuration(&new_code);
    request.configuration.apply(&mut answer, name);
    check_values_of(store, &latest, &answer)?;
    answer.set_default_last_modified(latest.last_modified());
    answer.set_revision_id(revision_id.as_str());
    answer.set_place(store.scope(), name, None, LATEST);
    answer.complete_answer(name);
    Ok(Some(answer))
}
