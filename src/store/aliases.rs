//! The aliases of a function: which there are, and what each of them is.
//!
//! While the last change is unfinished, an alias that it staged comes before the one in place, and one
//! that it removes is gone.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use super::documents::{alias_file, read_alias};
use super::durable::Directory;
use super::error::StoreError;
use super::layout::ALIASES;
use super::view::View;
use crate::api::alias::AliasConfiguration;
use crate::api::qualifier::AliasName;

impl View {
    /// Reads an alias; `None` if there is none of this name.
    ///
    /// # Errors
    /// If its file is not what it must be.
    pub fn alias(&self, name: &AliasName) -> Result<Option<AliasConfiguration>, StoreError> {
        for (directory, file) in self.alias_places(name)? {
            if let Some(alias) = read_alias(&directory, &file)? {
                return Ok(Some(alias));
            }
        }
        Ok(None)
    }

    /// Returns where the file of an alias may stand: staged first, then in place.
    pub(super) fn alias_places(
        &self,
        name: &AliasName,
    ) -> Result<Vec<(Directory, String)>, StoreError> {
        let file = alias_file(name);
        let mut places = Vec::new();
        if let Some((staging, token, line)) = self.unfinished() {
            let is_removed = line
                .aliases
                .iter()
                .any(|change| change.name == name.as_str() && change.to.is_none());
            if is_removed {
                return Ok(places);
            }
            places.push((staging.clone(), token.entry(&format!("alias-{file}"))));
        }
        let in_place = self.directory().open(ALIASES)?;
        places.extend(in_place.map(|aliases| (aliases, file)));
        Ok(places)
    }

    /// Returns where an alias stands, or would.
    pub fn alias_path(&self, name: &AliasName) -> PathBuf {
        let path = format!("{ALIASES}/{}", alias_file(name));
        self.directory().path_of(&path)
    }

    /// Returns the names of all aliases, sorted. Reads the directory of the aliases once.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn alias_names(&self) -> Result<Vec<AliasName>, StoreError> {
        let files = self.directory().names_of(ALIASES)?;
        let name = |file: &OsString| AliasName::parse(file.to_str()?.strip_suffix(".json")?);
        let mut names: BTreeSet<AliasName> = files.iter().filter_map(name).collect();
        let unfinished = self.unfinished().map(|(_, _, line)| line);
        for change in unfinished.into_iter().flat_map(|line| &line.aliases) {
            if let Some(name) = AliasName::parse(&change.name) {
                if change.to.is_some() {
                    names.insert(name);
                } else {
                    names.remove(&name);
                }
            }
        }
        Ok(names.into_iter().collect())
    }

    /// Reads all aliases, sorted by their names.
    ///
    /// # Errors
    /// If one of their files is not what it must be.
    pub fn aliases(&self) -> Result<Vec<(AliasName, AliasConfiguration)>, StoreError> {
        let mut found = Vec::new();
        for name in self.alias_names()? {
            if let Some(alias) = self.alias(&name)? {
                found.push((name, alias));
            }
        }
        Ok(found)
    }
}
