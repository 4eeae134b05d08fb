//! Reading the state of a function that a request names, for every operation that reads.

use std::path::Path;

use super::answers;
use super::not_found::not_found;
use crate::api::Error;
use crate::api::alias::AliasTarget;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::qualifier::Qualifier;
use crate::api::scope::Scope;
use crate::api::validation::Violations;
use crate::store::{Latest, PublishedVersion, Store, StoreError, View};

/// What a request names: a function, and which state of it.
pub(super) struct Wanted {
    pub(super) name: FunctionName,
    qualifier: Option<String>,
    state: Qualifier,
}

/// What a qualifier led to.
pub(super) enum Found {
    Latest(Box<Latest>),
    Version(PublishedVersion),
}

impl Wanted {
    /// Takes the `FunctionName` and the `Qualifier` of a request apart.
    pub(super) fn parse(
        scope: &Scope,
        function_name: &str,
        qualifier: Option<&str>,
    ) -> Result<Self, Error> {
        Self::parse_with(scope, function_name, qualifier, Violations::default())
    }

    /// Takes them apart, and tells what was found wrong with other members along with them.
    pub(super) fn parse_with(
        scope: &Scope,
        function_name: &str,
        qualifier: Option<&str>,
        mut violations: Violations,
    ) -> Result<Self, Error> {
        let reference = FunctionReference::parse_namespaced(function_name);
        let reference = violations.check("FunctionName", reference);
        qualifier.map(|text| violations.check("Qualifier", Qualifier::parse(text)));
        violations.into_result()?;
        // Without violations there is a reference.
        let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
        reference.check_scope(scope)?;
        let qualifier = agreed_qualifier(reference.qualifier(), qualifier)?;
        let name = reference.resolve(scope, qualifier)?;
        let state = qualifier.map_or(Ok(Qualifier::Latest), Qualifier::parse);
        Ok(Self {
            name,
            qualifier: qualifier.map(ToOwned::to_owned),
            state: state.map_err(Error::invalid)?,
        })
    }

    /// Reads the state; `None` if there is no such version or alias.
    pub(super) fn find(&self, view: &View) -> Result<Option<Found>, StoreError> {
        let target = match &self.state {
            Qualifier::Latest => AliasTarget::Latest,
            Qualifier::Version(number) => AliasTarget::Version(*number),
            Qualifier::Alias(name) => match view.alias(name)? {
                Some(alias) => alias.target(),
                None => return Ok(None),
            },
            Qualifier::Nothing => return Ok(None),
        };
        match target {
            AliasTarget::Latest => Ok(Some(Found::Latest(Box::new(view.latest()?)))),
            AliasTarget::Version(number) => Ok(view.version(number)?.map(Found::Version)),
        }
    }

    /// Answers with what was found.
    pub(super) fn answer(
        &self,
        scope: &Scope,
        found: &Found,
    ) -> Result<FunctionConfiguration, Error> {
        let (name, qualifier) = (&self.name, self.qualifier.as_deref());
        Ok(match found {
            Found::Latest(latest) => {
                answers::latest(scope, name, latest, &latest.code()?, qualifier)
            }
            Found::Version(version) => answers::version(scope, name, version.clone(), qualifier),
        })
    }

    /// Makes the error for a function, version or alias that is not there.
    pub(super) fn not_found(&self, store: &Store) -> Error {
        not_found(store, &self.name, self.qualifier.as_deref())
    }
}

impl Found {
    /// Returns where the package stands.
    pub(super) fn package_path(&self) -> &Path {
        match self {
            Self::Latest(latest) => latest.package_path(),
            Self::Version(version) => &version.package_path,
        }
    }
}

/// A qualifier in the name and one beside it must be the same; this is decided before anything is
/// looked for.
pub(super) fn agreed_qualifier<'a>(
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
