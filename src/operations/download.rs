//! The download behind `Code.Location`, which in AWS is an object store's and no operation.

use super::reading::{Found, Wanted};
use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::store::{OpenedPackage, Store};

/// A package to be sent.
pub struct Download {
    /// The package, open.
    pub package: OpenedPackage,
    /// What it is: for `$LATEST` what stands there, for a version what its configuration names.
    pub code: Option<CodeIdentity>,
}

/// Opens the package of `$LATEST` or of a version. That of a version is not hashed, which `verify`
/// does: a download would otherwise read each package twice.
///
/// # Errors
/// As [`super::get_function()`].
pub fn download(store: &Store, function_name: &str, qualifier: &str) -> Result<Download, Error> {
    let wanted = Wanted::parse(store.scope(), function_name, Some(qualifier))?;
    let read = store.read(&wanted.name, |view| {
        let Some(found) = wanted.find(view)? else {
            return Ok(None);
        };
        let package = found.open_package(view)?;
        let code = match &found {
            Found::Latest(latest) => Some(latest.code()?),
            Found::Version(version) => version.configuration.code(),
        };
        Ok(Some(Download { package, code }))
    })?;
    read.flatten().ok_or_else(|| wanted.not_found(store))
}
