//! `CreateFunction`: makes a function of a configuration and a deployment package.

use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::CreateFunctionRequest;
use crate::api::revision_id::Place;
use crate::api::validation::Violations;
use crate::store::{PackageSource, Store, StoreError};

use super::requests::{check_package, check_requested, latest_of};

/// Makes a function, with version 1 if that is asked for.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter or package; `ResourceConflictException` if
/// something stands under the function's name; `ResourceNotFoundException` for an ARN of another
/// account or region; `ServiceException`.
pub fn create_function(
    store: &Store,
    request: &CreateFunctionRequest,
    package: Option<&PackageSource>,
) -> Result<FunctionConfiguration, Error> {
    let scope = store.scope();
    let (name, package) = validate(store, request, package)?;
    if store.contains(&name)? {
        return Err(exists(&name));
    }
    let upload = store.upload(package)?;
    let mut configuration = FunctionConfiguration::default();
    request.configuration.apply(&mut configuration, &name);
    configuration.set_code(upload.code());
    let mut creation = store.creation("CreateFunction", name.clone(), upload)?;
    configuration.set_last_modified(creation.time());
    configuration.complete_latest(scope, &name);

    let mut answer = configuration.clone();
    if request.publish {
        let mut version = configuration.clone();
        version.complete_version(scope, &name, 1, creation.time());
        creation.publish(&version, configuration.content_sha256())?;
        answer = version;
        // AWS answers with version 1 under the function's own ARN.
        answer.set_place(scope, &name, None, "1");
    } else {
        let id = configuration.revision_id(creation.time(), Place::Latest);
        answer.set_revision_id(id.as_str());
        answer.complete_answer(&name);
    }
    if !request.tags.is_empty() {
        creation.tag(&request.tags)?;
    }
    match creation.commit(&configuration) {
        Err(StoreError::AlreadyExists { .. }) => Err(exists(&name)),
        committed => Ok(committed.map(|()| answer)?),
    }
}

fn validate<'p>(
    store: &Store,
    request: &CreateFunctionRequest,
    package: Option<&'p PackageSource>,
) -> Result<(FunctionName, &'p PackageSource), Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    violations.check_required(request.configuration.document());
    check_requested(store, &request.configuration, &mut violations);
    violations.check_tags(&request.tags, store.quotas());
    let package = check_package("Code.ZipFile", package, &mut violations);
    let name = latest_of(store.scope(), reference, violations)?.name;
    // Without violations there is a package.
    let package = package.ok_or_else(|| Error::invalid("Code.ZipFile: must be given"))?;
    Ok((name, package))
}

fn exists(name: &FunctionName) -> Error {
    Error::ResourceConflict {
        message: format!(
            "Function already exists: {name}. Change it with update-function-code, or choose another name"
        ),
    }
}
