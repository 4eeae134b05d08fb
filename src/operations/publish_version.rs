//! `PublishVersion`: makes an immutable version of `$LATEST`.

use super::answers;
use super::publishing::{LastPublish, Snapshot, repeated};
use super::requests::{LatestOf, check_revision_id, latest_of};
use crate::api::Error;
use crate::api::code_sha256::{CodeIdentity, CodeSha256};
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::{PublishVersionRequest, PublishVersionResponse};
use crate::api::validation::Violations;
use crate::store::{Latest, PublishedVersion, Store};

/// Publishes a version of `$LATEST`, or returns the last published one as it stands if nothing
/// changed since.
///
/// # Errors
/// `InvalidParameterValueException` for a bad parameter, a bad value in `$LATEST/config.json` or a
/// package with another hash; `ResourceNotFoundException`; `PreconditionFailedException` for
/// another revision id; `TooManyRequestsException` if the function's lock is not had in time;
/// `ServiceException`.
pub fn publish_version(
    store: &Store,
    request: &PublishVersionRequest,
) -> Result<PublishVersionResponse, Error> {
    let target = validate(store, request)?;
    let name = target.name.clone();
    let function = store.lock(&name)?.ok_or_else(|| target.not_found(store))?;
    let latest = function.latest()?;
    let last = LastPublish::read(function.view(), &latest)?;
    let believed = latest
        .believed_code()
        .map(|code| Snapshot::new(&latest, code));
    if let (Some(last), Some(believed)) = (&last, &believed)
        && last.is_repeated_by(&believed.content)
        && latest.hash_code()? == believed.code
    {
        // Nothing was copied: the recorded facts, and the hash, say that nothing changed.
        check_preconditions(&name, &latest, &believed.code, request)?;
        return Ok(unchanged(store, &name, last.version.clone()));
    }

    let mut change = function.change("PublishVersion", &latest)?;
    let staged = change.stage_version()?;
    let code = staged.copy_latest(&latest)?;
    check_preconditions(&name, &latest, &code, request)?;
    let snapshot = match believed {
        Some(believed) if believed.code == code => believed,
        _ => Snapshot::new(&latest, code),
    };
    if let Some(last) = repeated(store, &latest, last.as_ref(), &snapshot.content)? {
        return Ok(unchanged(store, &name, last.version.clone()));
    }

    let Snapshot {
        code,
        configuration: mut version,
        content,
    } = snapshot;
    version.set_default_last_modified(latest.last_modified());
    if let Some(description) = &request.description {
        version.set_description(description);
    }
    version.complete_version(store.scope(), &name, staged.number(), change.time());
    change.finish_version(&staged, &version, content)?;
    let fact = change.keep_latest(&latest, &code);
    change.commit((&latest, &code), fact)?;
    Ok(PublishVersionResponse {
        configuration: version,
        unchanged_since: None,
    })
}

fn validate(store: &Store, request: &PublishVersionRequest) -> Result<LatestOf, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    if let Some(description) = &request.description {
        violations.check_description(description);
    }
    latest_of(store.scope(), reference, violations)
}

/// The revision id comes first, then the hash.
fn check_preconditions(
    name: &FunctionName,
    latest: &Latest,
    code: &CodeIdentity,
    request: &PublishVersionRequest,
) -> Result<(), Error> {
    check_revision_id(name, request.revision_id.as_deref(), || {
        latest.revision_id(code)
    })?;
    // Samples of vendors send an empty hash for "no check".
    match request.code_sha256.as_deref() {
        None | Some("") => Ok(()),
        Some(given) if given == code.sha256.as_str() => Ok(()),
        Some(given) => Err(other_code(name, given, code)),
    }
}

fn other_code(name: &FunctionName, given: &str, code: &CodeIdentity) -> Error {
    let actual = &code.sha256;
    Error::invalid(match CodeSha256::from_hex(given) {
        Some(hash) if hash == *actual => format!(
            "CodeSha256: {given} is the package's SHA-256 in hexadecimal; pass it in base64, {actual}"
        ),
        Some(hash) => format!(
            "CodeSha256: {given} is a SHA-256 in hexadecimal, in base64 {hash}, and the package of {name} \
             has {actual}"
        ),
        None => format!(
            "CodeSha256: the package of {name} has {actual}, not {given}; it is not the one you meant to \
             publish"
        ),
    })
}

fn unchanged(
    store: &Store,
    name: &FunctionName,
    version: PublishedVersion,
) -> PublishVersionResponse {
    let number = version.number;
    let configuration = answers::published(store.scope(), name, version);
    PublishVersionResponse {
        configuration,
        unchanged_since: Some(number),
    }
}
