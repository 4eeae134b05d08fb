//! The request about how two states of a function differ: the tool's own.

use crate::api::code_sha256::CodeIdentity;
use crate::api::difference::Difference;
use crate::api::function_name::FunctionName;
use crate::api::package_difference::PackageDifference;

/// What `Diff` is asked. A package given beside it takes the place of a qualifier.
#[derive(Debug, Clone, Default)]
pub struct DiffRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The version or alias that is looked at as the earlier one; the version published last if left
    /// out.
    pub old: Option<String>,
    /// The version or alias that is looked at as the later one; `$LATEST` if left out.
    pub new: Option<String>,
    /// Whether to compare the contents of texts line by line.
    pub text: bool,
}

/// What `Diff` answers.
#[derive(Debug, Clone)]
pub struct DiffResponse {
    /// The function's name.
    pub function_name: FunctionName,
    /// What was looked at as the earlier state.
    pub old: DiffSide,
    /// What was looked at as the later one.
    pub new: DiffSide,
    /// What differs in the configuration, as far as a publish compares it; `None` where a side has
    /// none. The package is not among it.
    pub configuration: Option<Vec<Difference>>,
    /// How the packages differ; `None` if they are the same bytes.
    pub package: Option<PackageDifference>,
}

/// One of two states that are compared.
#[derive(Debug, Clone)]
pub struct DiffSide {
    /// Which it is.
    pub state: DiffState,
    /// Its package, as its bytes really are.
    pub code: CodeIdentity,
    /// Whether the package of a version is another one than its configuration says.
    pub is_damaged: bool,
}

/// Which state is compared.
#[derive(Debug, Clone)]
pub enum DiffState {
    /// `$LATEST` or a published version.
    Version {
        /// The alias that was named.
        alias: Option<String>,
        /// `$LATEST` or the version's number.
        version: String,
    },
    /// A package alone, without a configuration.
    Package,
}

impl DiffResponse {
    /// Returns whether both would be deployed alike: nothing differs in the configuration, and no
    /// entry of the packages. Their bytes may differ even so.
    pub fn is_same(&self) -> bool {
        let entries = self.package.iter().flat_map(|package| &package.entries);
        entries.count() == 0 && self.configuration.as_ref().is_none_or(Vec::is_empty)
    }
}
