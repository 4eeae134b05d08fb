//! What operations answer: a configuration as it stands, and what follows from where it stands.

use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::qualifier::LATEST;
use crate::api::scope::Scope;
use crate::store::{Latest, PublishedVersion};

/// Answers with `$LATEST`, the package given and the revision id that both make.
pub(super) fn latest(
    scope: &Scope,
    function: &FunctionName,
    latest: &Latest,
    code: &CodeIdentity,
    arn_qualifier: Option<&str>,
) -> FunctionConfiguration {
    let mut answer = latest.configuration(code);
    answer.set_revision_id(latest.revision_id(code).as_str());
    answer.set_default_last_modified(latest.last_modified());
    answer.set_place(scope, function, arn_qualifier, LATEST);
    answer.complete_answer(function);
    answer
}

/// Answers with a version.
pub(super) fn version(
    scope: &Scope,
    function: &FunctionName,
    version: PublishedVersion,
    arn_qualifier: Option<&str>,
) -> FunctionConfiguration {
    let mut answer = version.configuration;
    answer.set_revision_id(&version.revision_id);
    answer.set_place(scope, function, arn_qualifier, &version.number.to_string());
    answer.complete_answer(function);
    answer
}

/// Answers a publish with the version that it returned.
pub(super) fn published(
    scope: &Scope,
    function: &FunctionName,
    published: PublishedVersion,
) -> FunctionConfiguration {
    let number = published.number.to_string();
    version(scope, function, published, Some(&number))
}
