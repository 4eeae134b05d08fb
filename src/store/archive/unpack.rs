//! Reading an archive into `STORE/.staging`, and checking all of it there.
//!
//! Nothing is believed: each path must be one that a function of a store has, all of one function; no
//! entry is followed anywhere, and what is read into the memory is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};
use tar::{Archive, Entry, EntryType};

use super::checks::{self, VersionFacts};
use super::import::{Contents, Import, StagedVersion};
use super::input::{Input, NOT_WHOLE};
use super::lineage::Lineage;
use super::member::{Member, is_directory, is_lock, is_staged};
use crate::api::code_sha256::{CodeIdentity, CodeSha256};
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::timestamp::Timestamp;
use crate::store::durable::{Directory, FileTime, MAX_DOCUMENT};
use crate::store::error::StoreError;
use crate::store::host::Work;
use crate::store::layout::{ALIASES, HISTORY, LATEST, VERSIONS, alias_json};
use crate::store::new_function::NewFunction;
use crate::store::progress::Progress;
use crate::store::registry::Store;
use crate::store::staging::StagingArea;

/// How much of a package is read at once.
const READ: usize = 128 * 1024;

impl Store {
    /// Unpacks an archive into the store's staging directory and checks it. `archive` is what it is
    /// called in messages.
    ///
    /// # Errors
    /// [`StoreError::InvalidArchive`] for whatever is off; [`StoreError::QuotaExceeded`] once it holds
    /// more than the store has room for.
    pub fn unpack(&self, input: &mut dyn Read, archive: &str) -> Result<Import<'_>, StoreError> {
        self.check_writable()?;
        let area = StagingArea::new(self)?;
        let mut reader = Unpacker {
            store: self,
            archive,
            function: NewFunction::stage(self, &area)?,
            stored: self.stored(0),
            bytes: 0,
            name: None,
            seen: BTreeSet::new(),
            configurations: BTreeMap::new(),
            packages: BTreeMap::new(),
            modified: BTreeMap::new(),
            latest: None,
            latest_configuration: None,
        };
        let input = Input::new(input);
        let unpacked = reader.unpack(&input);
        if let Some(cause) = input.failure() {
            return Err(StoreError::io("read", archive.as_ref())(cause));
        }
        unpacked?;
        reader.finish(area)
    }
}

struct Unpacker<'u, 's> {
    store: &'s Store,
    archive: &'u str,
    function: NewFunction<'s>,
    /// Bytes that the store held at the beginning, and those of the packages read.
    stored: u64,
    bytes: u64,
    name: Option<FunctionName>,
    seen: BTreeSet<Member>,
    configurations: BTreeMap<u64, VersionFacts>,
    packages: BTreeMap<u64, CodeIdentity>,
    /// The later times of the files of the versions, in milliseconds.
    modified: BTreeMap<u64, u64>,
    latest: Option<CodeIdentity>,
    latest_configuration: Option<FunctionConfiguration>,
}

impl<'s> Unpacker<'_, 's> {
    fn unpack(&mut self, input: &Input<'_>) -> Result<(), StoreError> {
        let notify = self.store.host().notify.clone();
        let mut progress = Progress::new(&notify, Work::Archive);
        let unreadable = |reader: &Self, error: &io::Error| {
            if input.is_at_end() {
                reader.refused(NOT_WHOLE)
            } else {
                // What the library says further on is what stands there.
                let words = error.to_string();
                let problem = words.split(':').next().unwrap_or_default();
                reader.refused(format!("it is no tar archive, or is damaged ({problem})"))
            }
        };
        let mut archive = Archive::new(input);
        let entries = archive.entries();
        for entry in entries.map_err(|error| unreadable(self, &error))? {
            let mut entry = entry.map_err(|error| unreadable(self, &error))?;
            if let Some(member) = self.member_of(&entry)? {
                input.expect_content();
                self.take(&member, &mut entry, &mut progress)?;
            }
            input.expect_header();
        }
        input.check_end().map_err(|problem| self.refused(problem))
    }

    /// Returns which file of the function an entry is; `None` for what needs not be taken.
    fn member_of<R: Read>(&mut self, entry: &Entry<'_, R>) -> Result<Option<Member>, StoreError> {
        let bytes = entry.path_bytes().into_owned();
        let shown = format!("{:?}", String::from_utf8_lossy(&bytes));
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader {
            return Ok(None);
        }
        if !kind.is_file() && !kind.is_dir() {
            return Err(self.refused(format!(
                "{shown} is a link, a device or the like; an archive of a function has files alone"
            )));
        }
        let path = std::str::from_utf8(&bytes).unwrap_or_default();
        let path = path.strip_prefix("./").unwrap_or(path);
        let path = if kind.is_dir() {
            path.strip_suffix('/').unwrap_or(path)
        } else {
            path
        };
        if path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(self.refused(format!("{shown} leads out of the function")));
        }
        let stray = || {
            self.refused(format!(
                "{shown} is not the path of a file that a function has in a store"
            ))
        };
        if kind.is_dir() && (path.is_empty() || path == ".") {
            return Ok(None);
        }
        let (name, within) = path.split_once('/').unwrap_or((path, ""));
        let name = FunctionName::parse(name).ok_or_else(stray)?;
        if is_staged(within) {
            return Err(self.refused(format!(
                "{shown} is part of a change that was under way; take the copy under the function's lock, or \
                 with export"
            )));
        }
        let is_known_directory = within.is_empty() || is_directory(within);
        let member = match Member::at(within) {
            Some(member) if kind.is_file() => Some(member),
            None if kind.is_dir() && is_known_directory => None,
            None if kind.is_file() && is_lock(within) => None,
            _ => return Err(stray()),
        };
        if let Some(first) = self.name.as_ref().filter(|first| **first != name) {
            return Err(self.refused(format!(
                "it holds two functions, {first} and {name}; one is imported at a time"
            )));
        }
        self.name = Some(name);
        if let Some(member) = &member
            && !self.seen.insert(member.clone())
        {
            return Err(self.refused(format!("{shown} stands there twice")));
        }
        Ok(member)
    }

    /// Takes a file of the function.
    fn take<R: Read>(
        &mut self,
        member: &Member,
        entry: &mut Entry<'_, R>,
        progress: &mut Progress<'_>,
    ) -> Result<(), StoreError> {
        let seconds = entry.header().mtime().unwrap_or_default();
        let milliseconds = seconds.min(u64::from(u32::MAX)) * 1000;
        if let Member::VersionConfig(number) | Member::VersionPackage(number) = member {
            let modified = self.modified.entry(*number).or_default();
            *modified = milliseconds.max(*modified);
        }
        let time = FileTime::from_milliseconds(milliseconds);
        match member {
            Member::LatestPackage => {
                self.latest = Some(self.take_package(member, entry, time, progress)?);
            }
            Member::VersionPackage(number) => {
                let code = self.take_package(member, entry, time, progress)?;
                self.packages.insert(*number, code);
            }
            Member::History => {
                // It has no quota of its own: none is larger than all packages may be.
                let bytes = self.bytes.saturating_add(entry.size());
                self.store.check_room(self.stored, bytes)?;
                self.copy(member, entry, time, |_| ())?;
            }
            _ => {
                let bytes = self.take_document(member, entry, time)?;
                let checked = match member {
                    Member::LatestConfig => checks::configuration(&bytes).map(|configuration| {
                        self.latest_configuration = Some(configuration);
                    }),
                    Member::FunctionJson => checks::check_tags(&bytes),
                    Member::VersionConfig(number) => VersionFacts::of(*number, &bytes)
                        .map(|facts| drop(self.configurations.insert(*number, facts))),
                    // What an alias refers to may come later.
                    _ => Ok(()),
                };
                checked.map_err(|problem| self.wrong(member, problem))?;
            }
        }
        Ok(())
    }

    fn take_document<R: Read>(
        &self,
        member: &Member,
        entry: &mut Entry<'_, R>,
        time: FileTime,
    ) -> Result<Vec<u8>, StoreError> {
        if entry.size() > MAX_DOCUMENT {
            let problem = format!("{} bytes are more than a document can have", entry.size());
            return Err(self.wrong(member, problem));
        }
        let mut bytes = Vec::new();
        self.copy(member, entry, time, |read| bytes.extend_from_slice(read))?;
        Ok(bytes)
    }

    fn take_package<R: Read>(
        &mut self,
        member: &Member,
        entry: &mut Entry<'_, R>,
        time: FileTime,
        progress: &mut Progress<'_>,
    ) -> Result<CodeIdentity, StoreError> {
        let size = entry.size();
        self.bytes = self.bytes.saturating_add(size);
        self.store.check_room(self.stored, self.bytes)?;
        let mut hash = Sha256::new();
        self.copy(member, entry, time, |read| {
            hash.update(read);
            progress.advance(read.len() as u64);
        })?;
        let sha256 = CodeSha256::from_digest(&hash.finalize());
        Ok(CodeIdentity { sha256, size })
    }

    /// Copies an entry to where it is staged, flushed, and shows what is copied.
    fn copy<R: Read>(
        &self,
        member: &Member,
        entry: &mut Entry<'_, R>,
        time: FileTime,
        mut seen: impl FnMut(&[u8]),
    ) -> Result<(), StoreError> {
        let (directories, name) = member.place();
        let mut directory = self.function.directory().clone();
        for name in directories {
            directory = directory.ensure(&name)?;
        }
        let file = directory.create_file(&name, member.mode())?;
        let (mut offset, size) = (0, entry.size());
        let room = usize::try_from(size).map_or(READ, |size| READ.min(size));
        let mut buffer = vec![0; room];
        while offset < size {
            let read = entry.read(&mut buffer);
            let count = read.map_err(|error| self.wrong(member, error))?;
            if count == 0 {
                return Err(self.refused(NOT_WHOLE));
            }
            seen(&buffer[..count]);
            directory.write_at(&file, &name, &buffer[..count], offset)?;
            offset += count as u64;
        }
        directory.set_modified(&file, &name, time)?;
        directory.flush_file(&file, &name)
    }

    /// Sees that all that was read belongs together, and flushes the directories.
    fn finish(self, area: StagingArea) -> Result<Import<'s>, StoreError> {
        let name = self
            .name
            .clone()
            .ok_or_else(|| self.refused("there is no function in it"))?;
        let is_of_function = |member: &&Member| {
            !matches!(member, Member::VersionConfig(_) | Member::VersionPackage(_))
        };
        if self.seen.iter().any(|member| is_of_function(&member)) {
            for needed in [Member::LatestConfig, Member::LatestPackage] {
                self.check_seen(&needed)?;
            }
        } else if self.seen.is_empty() {
            return Err(self.refused("there is no function in it"));
        }
        let versions = self.check_versions()?;
        let aliases_made = self.check_aliases()?;
        let lineage = self.check_history(aliases_made)?;
        self.check_latest(&lineage)?;
        self.flush()?;
        let contents = Contents {
            name,
            versions,
            latest: self.latest,
            lineage,
        };
        Ok(Import {
            store: self.store,
            archive: self.archive.to_owned(),
            function: self.function,
            area,
            contents,
        })
    }

    fn check_versions(&self) -> Result<BTreeMap<u64, StagedVersion>, StoreError> {
        let mut versions = BTreeMap::new();
        for number in self.modified.keys().copied() {
            let package = Member::VersionPackage(number);
            let facts = self.configurations.get(&number);
            let facts = facts.ok_or_else(|| self.missing(&Member::VersionConfig(number)))?;
            let code = self.packages.get(&number);
            let code = code.ok_or_else(|| self.missing(&package))?;
            facts
                .check_package(code)
                .map_err(|problem| self.wrong(&package, problem))?;
            let version = StagedVersion {
                facts: facts.clone(),
                code: code.clone(),
                modified: self.modified[&number],
            };
            versions.insert(number, version);
        }
        Ok(versions)
    }

    /// Returns the time at which the last one was made.
    fn check_aliases(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut made = None;
        for member in &self.seen {
            let Member::Alias(name) = member else {
                continue;
            };
            let aliases = self.function.directory().open(ALIASES)?;
            let file = alias_json(name.as_str());
            let read = aliases.map_or(Ok(None), |aliases| aliases.read(&file))?;
            let (bytes, _) = read.ok_or_else(|| self.missing(member))?;
            let has_version = |number| self.packages.contains_key(&number);
            let time = checks::check_alias(name, &bytes, has_version)
                .map_err(|problem| self.wrong(member, problem))?;
            made = made.max(time);
        }
        Ok(made)
    }

    fn check_history(&self, aliases_made: Option<Timestamp>) -> Result<Lineage, StoreError> {
        let directory = self.function.directory();
        match directory.open_file(HISTORY)? {
            Some((file, _)) => {
                let path = directory.path_of(HISTORY);
                let wrong = |problem| self.wrong(&Member::History, problem);
                Lineage::read(file, &path, &self.configurations, aliases_made)
                    .map_err(|error| error.told(&path, wrong))
            }
            None => Ok(Lineage::default()),
        }
    }

    fn check_latest(&self, lineage: &Lineage) -> Result<(), StoreError> {
        let (Some(configuration), Some(code)) = (&self.latest_configuration, &self.latest) else {
            return Ok(());
        };
        let mut configuration = configuration.clone();
        configuration.set_code(code);
        lineage
            .check_latest(&configuration)
            .map_err(|problem| self.wrong(&Member::History, problem))
    }

    fn flush(&self) -> Result<(), StoreError> {
        let directory = self.function.directory();
        for name in [LATEST, ALIASES] {
            directory
                .open(name)?
                .as_ref()
                .map_or(Ok(()), Directory::flush)?;
        }
        if let Some(versions) = directory.open(VERSIONS)? {
            for number in self.configurations.keys() {
                let version = versions.open(&number.to_string())?;
                version.as_ref().map_or(Ok(()), Directory::flush)?;
            }
            versions.flush()?;
        }
        Ok(())
    }

    fn check_seen(&self, member: &Member) -> Result<(), StoreError> {
        if self.seen.contains(member) {
            Ok(())
        } else {
            Err(self.missing(member))
        }
    }

    fn missing(&self, member: &Member) -> StoreError {
        self.wrong(member, "the file is missing")
    }

    fn wrong(&self, member: &Member, problem: impl std::fmt::Display) -> StoreError {
        let name = self.name.as_ref().map_or("", FunctionName::as_str);
        self.refused(format!("{name}/{}: {problem}", member.path()))
    }

    fn refused(&self, problem: impl std::fmt::Display) -> StoreError {
        StoreError::InvalidArchive {
            archive: self.archive.to_owned(),
            problem: problem.to_string(),
        }
    }
}
