//! The files of a function that an archive holds, and their paths.

use crate::api::qualifier::{AliasName, parse_version};
use crate::store::layout::{
    ALIASES, CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST, LOCK, PACKAGE_MODE,
    PRIVATE_FILE_MODE, STAGING, VERSION_CONFIG_MODE, VERSION_PACKAGE_MODE, VERSIONS, alias_json,
};

/// A file of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    LatestConfig,
    LatestPackage,
    VersionConfig(u64),
    VersionPackage(u64),
    Alias(AliasName),
    FunctionJson,
    History,
}

impl Member {
    /// Returns the member at a path within a function's directory; `None` for what is none.
    pub(super) fn at(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        Some(match parts[..] {
            [LATEST, CONFIG_JSON] => Self::LatestConfig,
            [LATEST, CODE_ZIP] => Self::LatestPackage,
            [VERSIONS, number, CONFIG_JSON] => Self::VersionConfig(parse_version(number)?),
            [VERSIONS, number, CODE_ZIP] => Self::VersionPackage(parse_version(number)?),
            [ALIASES, file] => Self::Alias(AliasName::parse(file.strip_suffix(".json")?)?),
            [FUNCTION_JSON] => Self::FunctionJson,
            [HISTORY] => Self::History,
            _ => return None,
        })
    }

    /// Returns the names of the directories that lead to it, and its own.
    pub(super) fn place(&self) -> (Vec<String>, String) {
        let version = |number: &u64| vec![VERSIONS.to_owned(), number.to_string()];
        let (directories, name) = match self {
            Self::LatestConfig => (vec![LATEST.to_owned()], CONFIG_JSON),
            Self::LatestPackage => (vec![LATEST.to_owned()], CODE_ZIP),
            Self::VersionConfig(number) => (version(number), CONFIG_JSON),
            Self::VersionPackage(number) => (version(number), CODE_ZIP),
            Self::Alias(name) => return (vec![ALIASES.to_owned()], alias_json(name.as_str())),
            Self::FunctionJson => (Vec::new(), FUNCTION_JSON),
            Self::History => (Vec::new(), HISTORY),
        };
        (directories, name.to_owned())
    }

    /// Returns its path within the function's directory.
    pub(super) fn path(&self) -> String {
        let (mut parts, name) = self.place();
        parts.push(name);
        parts.join("/")
    }

    /// Returns the mode that it has in a store.
    pub(super) fn mode(&self) -> u32 {
        match self {
            Self::LatestPackage => PACKAGE_MODE,
            Self::VersionConfig(_) => VERSION_CONFIG_MODE,
            Self::VersionPackage(_) => VERSION_PACKAGE_MODE,
            _ => PRIVATE_FILE_MODE,
        }
    }
}

/// Returns whether a directory of a function stands at a path.
pub(super) fn is_directory(path: &str) -> bool {
    match path.split_once('/') {
        None => [LATEST, VERSIONS, ALIASES, STAGING].contains(&path),
        Some((VERSIONS, number)) => parse_version(number).is_some(),
        Some(_) => false,
    }
}

/// Returns whether a path is that of the writer's lock, which tells nothing of the function.
pub(super) fn is_lock(path: &str) -> bool {
    path == LOCK
}

/// Returns whether a path is that of an entry of the function's staging directory.
pub(super) fn is_staged(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(first, _)| first == STAGING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_their_paths_are_each_others() {
        for path in [
            "$LATEST/config.json",
            "$LATEST/code.zip",
            "versions/7/config.json",
            "versions/7/code.zip",
            "aliases/live.json",
            "function.json",
            "history.jsonl",
        ] {
            assert_eq!(Member::at(path).unwrap().path(), path);
        }
    }

    #[test]
    fn what_no_function_has_is_no_member() {
        for path in [
            "",
            "config.json",
            "$LATEST/README",
            "$LATEST/",
            "versions/7",
            "versions/07/code.zip",
            "versions/../code.zip",
            "versions/7/../8/code.zip",
            "aliases/7.json",
            "aliases/...json",
            "/function.json",
            "./function.json",
            ".lock",
        ] {
            assert_eq!(Member::at(path), None, "{path}");
        }
    }
}
