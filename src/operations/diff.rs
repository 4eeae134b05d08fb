//! `Diff`, the tool's own: how two states of a function differ, configuration and package.

use std::sync::Arc;

use super::not_found::not_found;
use super::reading::{Found, Wanted};
use crate::api::Error;
use crate::api::configuration::FunctionConfiguration;
use crate::api::difference::differences;
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::{DiffRequest, DiffResponse, DiffSide, DiffState};
use crate::api::qualifier::LATEST;
use crate::api::validation::Violations;
use crate::store::{OpenedPackage, PackageSource, Store, StoreError, View};

/// Compares two states of a function, the packages entry by entry. A package that is given takes the
/// place of its side's qualifier, and has no configuration. Changes nothing and takes no lock.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name or qualifier, and for a package given that is no
/// zip; `ResourceNotFoundException`; `TooManyRequestsException` if the function changed all the time;
/// `ServiceException` if a side cannot be read.
pub fn diff(
    store: &Store,
    request: &DiffRequest,
    old_package: Option<PackageSource>,
    new_package: Option<PackageSource>,
) -> Result<DiffResponse, Error> {
    let name = function_of(store, &request.function_name)?;
    let side = |qualifier: &Option<String>, package: Option<PackageSource>| {
        Side::parse(store, &name, qualifier.as_deref(), package)
    };
    let old = side(&request.old, old_package)?.unwrap_or(Side::LastPublished);
    let new = match side(&request.new, new_package)? {
        Some(new) => new,
        None => Side::Wanted(wanted(store, &name, LATEST)?),
    };
    let (old, new) = store
        .read(&name, |view| Ok((old.look(view)?, new.look(view)?)))?
        .ok_or_else(|| not_found(store, &name, None))?;
    let old = old.found(store, &name)?;
    let new = new.found(store, &name)?;
    compare(name, &old, &new, request.text)
}

/// Returns the function that a request names; the versions stand beside the name.
fn function_of(store: &Store, text: &str) -> Result<FunctionName, Error> {
    let mut violations = Violations::default();
    let reference = violations.check("FunctionName", FunctionReference::parse(text));
    violations.into_result()?;
    // Without violations there is a reference.
    let reference = reference.ok_or_else(|| Error::invalid("FunctionName: must be given"))?;
    let name = reference.resolve(store.scope(), reference.qualifier())?;
    match reference.qualifier() {
        None => Ok(name),
        Some(qualifier) => Err(Error::invalid(format!(
            "FunctionName: {name}:{qualifier} names one state of a function; name the function, and \
             behind it what is compared: {name} {qualifier}"
        ))),
    }
}

fn wanted(store: &Store, name: &FunctionName, qualifier: &str) -> Result<Wanted, Error> {
    Wanted::parse(store.scope(), name.as_str(), Some(qualifier))
}

/// One side of the comparison, as it was asked for.
enum Side {
    Given(Arc<OpenedPackage>),
    Wanted(Wanted),
    LastPublished,
}

/// What a side is in one state of the function.
enum Look {
    Found(State),
    /// There is no such version or alias.
    Missing {
        qualifier: Option<String>,
    },
    NeverPublished,
    /// The version that was published last was deleted.
    Deleted(u64),
}

/// One side of the comparison, read.
struct State {
    which: DiffState,
    package: Arc<OpenedPackage>,
    configuration: Option<FunctionConfiguration>,
}

impl Side {
    /// Takes a side that was named or given; `None` if neither.
    fn parse(
        store: &Store,
        name: &FunctionName,
        qualifier: Option<&str>,
        package: Option<PackageSource>,
    ) -> Result<Option<Self>, Error> {
        if let Some(package) = package {
            let package = Arc::new(store.open_package(package));
            return Ok(Some(Self::Given(package)));
        }
        let wanted = qualifier.map(|qualifier| wanted(store, name, qualifier));
        Ok(wanted.transpose()?.map(Self::Wanted))
    }

    /// Looks for it, and opens its package along with its configuration.
    fn look(&self, view: &View) -> Result<Look, StoreError> {
        let (qualifier, alias, found) = match self {
            Self::Given(package) => {
                return Ok(Look::Found(State {
                    which: DiffState::Package,
                    package: Arc::clone(package),
                    configuration: None,
                }));
            }
            Self::Wanted(wanted) => (wanted.qualifier(), wanted.alias(), wanted.find(view)?),
            Self::LastPublished => {
                let Some(last) = view.last_published(&view.latest()?)? else {
                    return Ok(Look::NeverPublished);
                };
                let Some(version) = view.version(last.version)? else {
                    return Ok(Look::Deleted(last.version));
                };
                (None, None, Some(Found::Version(version)))
            }
        };
        let Some(found) = found else {
            return Ok(Look::Missing { qualifier });
        };
        let package = Arc::new(found.open_package(view)?);
        let (version, configuration) = match found {
            Found::Latest(latest) => (LATEST.to_owned(), latest.stored_configuration().clone()),
            Found::Version(version) => (version.number.to_string(), version.configuration),
        };
        Ok(Look::Found(State {
            which: DiffState::Version { alias, version },
            package,
            configuration: Some(configuration),
        }))
    }
}

impl Look {
    fn found(self, store: &Store, name: &FunctionName) -> Result<State, Error> {
        match self {
            Self::Found(state) => Ok(state),
            Self::Missing { qualifier } => Err(not_found(store, name, qualifier.as_deref())),
            Self::NeverPublished => Err(Error::ResourceNotFound {
                message: format!(
                    "{name} has no published version to compare with; name what is compared, or publish \
                     one with publish-version"
                ),
            }),
            Self::Deleted(version) => Err(Error::ResourceNotFound {
                message: format!(
                    "version {version} of {name}, published last, was deleted; name what is compared, or \
                     publish one with publish-version"
                ),
            }),
        }
    }
}

impl State {
    /// Hashes the package, as nothing that is recorded is believed.
    fn side(&self) -> Result<DiffSide, Error> {
        let code = self.package.identity()?;
        let recorded = self
            .configuration
            .as_ref()
            .and_then(FunctionConfiguration::code);
        let is_latest =
            matches!(&self.which, DiffState::Version { version, .. } if version == LATEST);
        Ok(DiffSide {
            state: self.which.clone(),
            is_damaged: !is_latest && recorded.is_some_and(|recorded| recorded != code),
            code,
        })
    }
}

fn compare(
    name: FunctionName,
    old: &State,
    new: &State,
    is_text_wanted: bool,
) -> Result<DiffResponse, Error> {
    let (old_side, new_side) = (old.side()?, new.side()?);
    let configuration = match (&old.configuration, &new.configuration) {
        (Some(earlier), Some(later)) => {
            let (mut earlier, mut later) = (earlier.clone(), later.clone());
            // The packages are compared by themselves.
            earlier.set_code(&new_side.code);
            later.set_code(&new_side.code);
            Some(differences(&name, &earlier, &later))
        }
        _ => None,
    };
    let package = if old_side.code == new_side.code {
        None
    } else {
        Some(old.package.compare(&new.package, is_text_wanted)?)
    };
    Ok(DiffResponse {
        function_name: name,
        old: old_side,
        new: new_side,
        configuration,
        package,
    })
}
