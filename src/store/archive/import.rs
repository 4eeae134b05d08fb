//! Making what was unpacked part of the store: as a new function, or as versions of one.

use std::collections::BTreeMap;

use super::checks::VersionFacts;
use super::lineage::Lineage;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::revision_id::Place;
use crate::api::timestamp::Timestamp;
use crate::store::documents::{self, PublishedVersion, missing};
use crate::store::draft::Draft;
use crate::store::durable::Directory;
use crate::store::error::StoreError;
use crate::store::history::{IMPORT, LatestFact, Made};
use crate::store::latest::record_written;
use crate::store::layout::{
    CODE_ZIP, CONFIG_JSON, HISTORY, LATEST, PACKAGE_MODE, PRIVATE_FILE_MODE, VERSIONS,
};
use crate::store::locked::LockedFunction;
use crate::store::new_function::NewFunction;
use crate::store::package;
use crate::store::registry::Store;
use crate::store::staging::StagingArea;

/// How many versions one line of a history may name, which is read as a whole.
const MAX_MADE: usize = 50_000;

/// An archive that was unpacked into the store's staging directory and checked. Dropped, it leaves
/// nothing behind.
pub struct Import<'s> {
    pub(super) store: &'s Store,
    pub(super) archive: String,
    pub(super) function: NewFunction<'s>,
    pub(super) contents: Contents,
    /// Dropped last: it removes what stands there.
    pub(super) area: StagingArea,
}

/// What an archive holds.
pub(super) struct Contents {
    pub(super) name: FunctionName,
    pub(super) versions: BTreeMap<u64, StagedVersion>,
    /// The package of `$LATEST`; `None` for an archive of versions alone.
    pub(super) latest: Option<CodeIdentity>,
    pub(super) lineage: Lineage,
}

/// A version that stands in the staging directory.
pub(super) struct StagedVersion {
    pub(super) facts: VersionFacts,
    pub(super) code: CodeIdentity,
    /// The later of its files' times, in milliseconds.
    pub(super) modified: u64,
}

impl StagedVersion {
    fn made(&self, version: u64) -> Made {
        let modified = Timestamp::from_milliseconds(self.modified);
        Made {
            version,
            config_sha256: self.facts.config_sha256.clone(),
            published: self.facts.published.unwrap_or(modified),
        }
    }
}

/// What an import brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The numbers of the versions.
    pub versions: Vec<u64>,
    /// Whether a history came with them.
    pub has_history: bool,
}

impl Import<'_> {
    /// Returns the function's name in the archive.
    pub fn name(&self) -> &FunctionName {
        &self.contents.name
    }

    /// Returns whether it is a whole function, and not versions alone.
    pub fn is_whole(&self) -> bool {
        self.contents.latest.is_some()
    }

    /// Returns the numbers of the versions, ascending.
    pub fn versions(&self) -> impl Iterator<Item = u64> {
        self.contents.versions.keys().copied()
    }

    /// Reads the version of the highest number; `None` if there is no version.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn highest_version(&self) -> Result<Option<PublishedVersion>, StoreError> {
        let Some(number) = self.contents.versions.keys().next_back() else {
            return Ok(None);
        };
        let versions = self.function.directory().open(VERSIONS)?;
        let version = versions.map_or(Ok(None), |versions| versions.open(&number.to_string()))?;
        let notify = &self.store.host().notify;
        let read = version.map(|version| PublishedVersion::read(&version, *number, notify));
        read.transpose()
    }

    /// Adds the versions to a function, all of which must be above its highest number.
    ///
    /// # Errors
    /// As of [`Change::commit`](crate::store::Change::commit).
    pub fn commit_into(self, function: &LockedFunction<'_>) -> Result<Imported, StoreError> {
        self.check_number()?;
        let highest = self.highest_version()?;
        let (mut change, fact) = function.change_beside_latest(IMPORT)?;
        if let Some(versions) = self.function.directory().open(VERSIONS)? {
            for (number, version) in &self.contents.versions {
                change.take_version(&versions, version.made(*number), version.code.size)?;
            }
        }
        if let Some(highest) = highest {
            change.publishes_last(highest.number, highest.configuration.content_sha256());
        }
        change.commit_beside_latest(fact)?;
        Ok(self.imported())
    }

    /// Makes a function of it. For versions alone, `latest` is what `$LATEST` is to be configured as,
    /// with the package of the highest version.
    ///
    /// # Errors
    /// As of [`Creation::commit`](crate::store::Creation::commit).
    pub fn commit_as(
        self,
        name: &FunctionName,
        latest: Option<&FunctionConfiguration>,
    ) -> Result<Imported, StoreError> {
        self.check_number()?;
        let versions = &self.contents.versions;
        let copied = match (latest, versions.values().next_back()) {
            (Some(_), Some(version)) => version.code.size,
            _ => 0,
        };
        let packages = versions.values().map(|version| &version.code);
        let packages = packages.chain(&self.contents.latest);
        let bytes = packages.map(|code| code.size).sum::<u64>() + copied;
        let account = self.store.charge(bytes)?;
        let mut draft = self.draft()?;
        let fact = match latest {
            Some(configuration) => self.make_latest(&draft, configuration)?,
            None => self.record_latest(&mut draft)?,
        };
        self.append_line(&draft, fact)?;
        self.function.appear(&self.area, name, account)?;
        Ok(self.imported())
    }

    fn imported(&self) -> Imported {
        Imported {
            versions: self.versions().collect(),
            has_history: self.contents.lineage.last.is_some(),
        }
    }

    /// Begins the line: it goes on with the facts of the history, and names the versions that no
    /// earlier line made.
    fn draft(&self) -> Result<Draft, StoreError> {
        let host = self.store.host();
        let (now, by) = (host.now(), host.by.clone());
        let lineage = &self.contents.lineage;
        let last = lineage.last.as_ref().map(|last| &last.line);
        let time = last.map_or(now, |line| now.max(line.time.next()));
        let mut draft = Draft::new(
            IMPORT,
            time,
            by,
            last.map_or(0, |line| line.highest_version),
            last.and_then(|line| line.last_published.clone()),
        );
        for (number, version) in &self.contents.versions {
            if !lineage.knows(*number) {
                draft.imports(version.made(*number));
            }
        }
        if last.is_none()
            && let Some(highest) = self.highest_version()?
        {
            draft.publishes_last(highest.number, highest.configuration.content_sha256());
        }
        Ok(draft)
    }

    /// Makes `$LATEST` of the highest version.
    fn make_latest(
        &self,
        draft: &Draft,
        configuration: &FunctionConfiguration,
    ) -> Result<LatestFact, StoreError> {
        let number = self.versions().last().unwrap_or_default();
        let directory = self.function.directory();
        let name = format!("{VERSIONS}/{number}/{CODE_ZIP}");
        let (source, stamp) = directory
            .open_file(&name)?
            .ok_or_else(|| missing(&directory.path_of(&name), CODE_ZIP))?;
        let latest = directory.make(LATEST)?;
        let target = latest.create_file(CODE_ZIP, PACKAGE_MODE)?;
        let code = package::copy(
            (&source, &directory.path_of(&name)),
            stamp.size,
            (&target, &latest.path_of(CODE_ZIP)),
            &self.store.host().notify,
        )?;
        let written = (&target, &code);
        let fact = record_written(&latest, CODE_ZIP, written, configuration, draft.time)?;
        latest.flush_file(&target, CODE_ZIP)?;
        let text = configuration.document().render();
        latest.write_document(CONFIG_JSON, PRIVATE_FILE_MODE, &text)?;
        latest.flush()?;
        Ok(fact)
    }

    /// Returns what the line records of a `$LATEST` that came with the archive: it stays what it was,
    /// its revision id as well. What was edited by hand and is not yet in the history is left for the
    /// next change to find.
    fn record_latest(&self, draft: &mut Draft) -> Result<LatestFact, StoreError> {
        let directory = self.function.directory();
        let latest = directory.open(LATEST)?;
        let latest = latest.ok_or_else(|| missing(&directory.path_of(LATEST), CONFIG_JSON))?;
        let path = latest.path_of(CONFIG_JSON);
        let read = latest.read(CONFIG_JSON)?;
        let (text, _) = read.ok_or_else(|| missing(&path, CONFIG_JSON))?;
        let mut configuration =
            FunctionConfiguration::from_document(documents::parse(&path, &text)?)
                .map_err(|error| StoreError::damaged(&path, error))?;
        let path = latest.path_of(CODE_ZIP);
        let code = self.contents.latest.as_ref();
        let code = code.ok_or_else(|| missing(&path, CODE_ZIP))?;
        let Some(last) = &self.contents.lineage.last else {
            if let Some(mut version) = self.highest_version()? {
                // As without a history: the description may have been given at the publish.
                version
                    .configuration
                    .set_description(&configuration.description());
                draft.publishes_last(version.number, version.configuration.content_sha256());
            }
            configuration.set_code(code);
            return Ok(LatestFact {
                revision_id: configuration.revision_id(Timestamp::default(), Place::Latest),
                code_sha256: code.sha256.clone(),
                code_size: code.size,
                code_modified: None,
                code_changed: None,
            });
        };
        let mut fact = LatestFact {
            code_modified: None,
            code_changed: None,
            ..last.line.latest.clone()
        };
        if fact.code() == *code {
            let opened = latest.open_file_to_change(CODE_ZIP)?;
            let (file, _) = opened.ok_or_else(|| missing(&path, CODE_ZIP))?;
            let written =
                record_written(&latest, CODE_ZIP, (&file, code), &configuration, draft.time)?;
            fact.code_modified = written.code_modified;
            latest.flush_file(&file, CODE_ZIP)?;
        }
        Ok(fact)
    }

    /// Appends the line to the history behind the last one, or begins one with it.
    fn append_line(&self, draft: &Draft, fact: LatestFact) -> Result<(), StoreError> {
        let directory: &Directory = self.function.directory();
        let lineage = &self.contents.lineage;
        let line = draft.line(self.area.token(), Vec::new(), fact, lineage.last.as_ref());
        let bytes = line.to_bytes(&directory.path_of(HISTORY))?;
        let (history, stamp) = directory.open_file_to_write(HISTORY, PRIVATE_FILE_MODE)?;
        if stamp.size > lineage.end() {
            // Blank lines.
            directory.truncate(&history, HISTORY, lineage.end())?;
        }
        directory.write_at(&history, HISTORY, &bytes, lineage.end())?;
        directory.flush_file(&history, HISTORY)
    }

    /// Refuses more versions than a line can name.
    fn check_number(&self) -> Result<(), StoreError> {
        let unknown = self
            .versions()
            .filter(|number| !self.contents.lineage.knows(*number));
        let count = unknown.count();
        if count <= MAX_MADE {
            return Ok(());
        }
        Err(StoreError::InvalidArchive {
            archive: self.archive.clone(),
            problem: format!(
                "no history tells of {count} versions in it, and one change makes at most {MAX_MADE}"
            ),
        })
    }
}
