//! `GetFunctionConfiguration`: reads a function's configuration.

use super::answers;
use crate::api::Error;
use crate::api::alias::AliasTarget;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionReference;
use crate::api::messages::GetFunctionConfigurationRequest;
use crate::api::qualifier::Qualifier;
use crate::api::validation::Violations;
use crate::store::{Latest, PublishedVersion, Store, StoreError, View};

/// What a qualifier led to.
enum Found {
    Latest(Box<Latest>),
    Version(PublishedVersion),
}

/// Returns the configuration of `$LATEST`, of a version, or of what an alias points to.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or qualifier, or two that disagree;
/// `ResourceNotFoundException`; `ServiceException`.
pub fn get_function_configuration(
    store: &Store,
    request: &GetFunctionConfigurationRequest,
) -> Result<FunctionConfiguration, Error> {
    let scope = store.scope();
    let mut violations = Violations::default();
    let reference = FunctionReference::parse_namespaced(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let given = request.qualifier.as_deref();
    given.map(|text| violations.check("Qualifier", Qualifier::parse(text)));
    violations.into_result()?;
    // Without violations there is a reference.
    let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
    reference.check_scope(scope)?;
    let qualifier = agreed_qualifier(reference.qualifier(), given)?;
    let name = reference.resolve(scope, qualifier)?;

    let wanted = qualifier
        .map_or(Ok(Qualifier::Latest), Qualifier::parse)
        .map_err(Error::invalid)?;
    let found = store.read(&name, |view| find(view, &wanted))?.flatten();
    match found {
        Some(Found::Latest(latest)) => {
            let code = latest.code()?;
            Ok(answers::latest(scope, &name, &latest, &code, qualifier))
        }
        Some(Found::Version(version)) => Ok(answers::version(scope, &name, &version, qualifier)),
        None => Err(Error::function_not_found(scope, name.as_str(), qualifier)),
    }
}

/// A qualifier in the name and one beside it must be the same; this is decided before anything is
/// looked for.
fn agreed_qualifier<'a>(
    in_name: Option<&'a str>,
    beside: Option<&'a str>,
) -> Result<Option<&'a str>, Error> {
    match (in_name, beside) {
        (Some(in_name), Some(beside)) if in_name != beside => Err(Error::invalid(format!(
            "Qualifier: {beside} is not the qualifier in the function's name, {in_name}; give one of them"
        ))),
        _ => Ok(in_name.or(beside)),
    }
}

fn find(view: &View, wanted: &Qualifier) -> Result<Option<Found>, StoreError> {
    let target = match wanted {
        Qualifier::Latest => AliasTarget::Latest,
        Qualifier::Version(number) => AliasTarget::Version(*number),
        Qualifier::Alias(name) => match view.alias(name)? {
            Some(alias) => alias,
            None => return Ok(None),
        },
        Qualifier::Nothing => return Ok(None),
    };
    match target {
        AliasTarget::Latest => Ok(Some(Found::Latest(Box::new(view.latest()?)))),
        AliasTarget::Version(number) => Ok(view.version(number)?.map(Found::Version)),
    }
}
