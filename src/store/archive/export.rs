//! Writing an archive of one consistent state.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tar::{Builder, Header};

use super::checks::{self, VersionFacts};
use super::lineage::Lineage;
use super::member::Member;
use crate::api::code_sha256::{CodeIdentity, CodeSha256};
use crate::api::configuration::FunctionConfiguration;
use crate::api::function_name::FunctionName;
use crate::api::timestamp::Timestamp;
use crate::store::documents::{missing, missing_of_version};
use crate::store::durable::{Directory, Stamp, stamp};
use crate::store::error::StoreError;
use crate::store::history::LastLine;
use crate::store::host::Work;
use crate::store::layout::{CODE_ZIP, CONFIG_JSON, FUNCTION_JSON, HISTORY, LATEST};
use crate::store::progress::Progress;
use crate::store::registry::Store;
use crate::store::view::View;

/// One state of a function, or of one of its versions. All that can change is read or opened; the
/// versions are read while they are written.
pub struct Snapshot {
    view: View,
    documents: Vec<(Member, Vec<u8>, Stamp)>,
    package: Option<(File, Stamp, PathBuf)>,
    history: Option<(File, Stamp)>,
    versions: Vec<u64>,
}

impl View {
    /// Takes a whole function.
    ///
    /// # Errors
    /// If one of its files is missing, or cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut documents = Vec::new();
        let latest = self.directory().open(LATEST)?.ok_or_else(|| {
            let path = self.directory().path_of(LATEST);
            StoreError::damaged(&path, "the directory is missing")
        })?;
        let config = first_of(self.places(&latest, CONFIG_JSON), Directory::read)?;
        let (config, config_stamp) =
            config.ok_or_else(|| missing(&latest.path_of(CONFIG_JSON), CONFIG_JSON))?;
        documents.push((Member::LatestConfig, config, config_stamp));
        let open = |directory: &Directory, name: &str| {
            let opened = directory.open_file(name)?;
            Ok(opened.map(|(file, stamp)| (file, stamp, directory.path_of(name))))
        };
        let package = first_of(self.places(&latest, CODE_ZIP), open)?
            .ok_or_else(|| missing(&latest.path_of(CODE_ZIP), CODE_ZIP))?;
        for name in self.alias_names()? {
            let places = self.alias_places(&name)?;
            let places = places.iter().map(|(at, file)| (at, file.clone())).collect();
            if let Some((bytes, stamp)) = first_of(places, Directory::read)? {
                documents.push((Member::Alias(name), bytes, stamp));
            }
        }
        let tags = self.places(self.directory(), FUNCTION_JSON);
        if let Some((bytes, stamp)) = first_of(tags, Directory::read)? {
            documents.push((Member::FunctionJson, bytes, stamp));
        }
        let history = match self.last() {
            Some(_) => self.directory().open_file(HISTORY)?,
            None => None,
        };
        let mut versions = self.version_numbers()?;
        if self.is_unfinished() {
            // What the last line removed may stand there still.
            versions.retain(|number| !matches!(self.open_version(*number), Ok(None)));
        }
        Ok(Snapshot {
            view: self.clone(),
            documents,
            package: Some(package),
            history,
            versions,
        })
    }

    /// Takes one version; `None` if there is none of this number.
    ///
    /// # Errors
    /// If it cannot be looked for.
    pub fn snapshot_of(&self, version: u64) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.open_version(version)?.map(|_| Snapshot {
            view: self.clone(),
            documents: Vec::new(),
            package: None,
            history: None,
            versions: vec![version],
        }))
    }
}

/// Reads what is found first.
fn first_of<T>(
    places: Vec<(&Directory, String)>,
    read: impl Fn(&Directory, &str) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, StoreError> {
    for (directory, name) in places {
        if let Some(found) = read(directory, &name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

impl Store {
    /// Writes a state of a function as an archive, and checks it on the way: what is damaged makes no
    /// archive. `target` is what the output is called in messages.
    ///
    /// # Errors
    /// What is damaged; [`StoreError::Io`] if the output takes nothing more. The output then lacks
    /// the mark of an archive's end, so that no import takes it.
    pub fn export(
        &self,
        name: &FunctionName,
        snapshot: &Snapshot,
        (output, target): (&mut dyn Write, &Path),
    ) -> Result<(), StoreError> {
        let progress = RefCell::new(Progress::new(&self.host().notify, Work::Archive));
        let advance = |bytes| progress.borrow_mut().advance(bytes);
        let mut writer = Writer {
            function: name,
            target,
            archive: Builder::new(Output {
                inner: output,
                is_broken: false,
            }),
            advance: &advance,
        };
        let written = writer.write(snapshot).and_then(|()| {
            let finished = writer.archive.finish();
            finished.map_err(StoreError::io("write", target))
        });
        // The library marks the end of an archive that is dropped, also of one that broke off.
        writer.archive.get_mut().is_broken = written.is_err();
        written
    }
}

/// The output, until something fails.
struct Output<'o> {
    inner: &'o mut dyn Write,
    is_broken: bool,
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// An archive that is being written.
struct Writer<'w> {
    function: &'w FunctionName,
    target: &'w Path,
    archive: Builder<Output<'w>>,
    /// Told how many bytes of packages were read.
    advance: &'w dyn Fn(u64),
}

impl Writer<'_> {
    fn write(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let (latest, others): (Vec<_>, Vec<_>) = snapshot
            .documents
            .iter()
            .partition(|(member, ..)| *member == Member::LatestConfig);
        let mut configuration = None;
        for (_, bytes, stamp) in latest {
            let path = snapshot.path_of(&Member::LatestConfig);
            let read = checks::configuration(bytes);
            configuration = Some(read.map_err(|problem| self.damaged(&path, problem))?);
            self.append_document(&Member::LatestConfig, bytes, *stamp)?;
        }
        if let Some((file, seen, path)) = &snapshot.package {
            let code = self.append_package(&Member::LatestPackage, (file, path), *seen)?;
            let now = stamp(file, path)?;
            // A change meanwhile gives it another name, or none, which counts as a change of the file.
            if (now.size, now.modified) != (seen.size, seen.modified) {
                let path = path.clone();
                return Err(StoreError::EditedMeanwhile { path });
            }
            let last = snapshot.view.last().map(|last| &last.line.latest);
            if let Some(known) = last.filter(|fact| fact.is_believed(*seen))
                && known.code_sha256 != code.sha256
            {
                let problem = format!(
                    "it has the size and times that the history knows, and not the hash: that was {}, and is \
                     {}",
                    known.code_sha256, code.sha256
                );
                return Err(self.damaged(path, problem));
            }
            if let Some(configuration) = &mut configuration {
                configuration.set_code(&code);
            }
        }
        let mut versions = BTreeMap::new();
        for number in &snapshot.versions {
            versions.insert(*number, self.append_version(snapshot, *number)?);
        }
        let mut aliases_made = None;
        for (member, bytes, stamp) in others {
            let checked = match member {
                Member::Alias(name) => {
                    checks::check_alias(name, bytes, |number| versions.contains_key(&number))
                }
                _ => checks::check_tags(bytes).map(|()| None),
            };
            let made =
                checked.map_err(|problem| self.damaged(&snapshot.path_of(member), problem))?;
            aliases_made = aliases_made.max(made);
            self.append_document(member, bytes, *stamp)?;
        }
        match &snapshot.history {
            Some(history) => {
                let others = (&versions, aliases_made, configuration.as_ref());
                self.append_history(snapshot, history, others)
            }
            None => Ok(()),
        }
    }

    fn append_version(
        &mut self,
        snapshot: &Snapshot,
        number: u64,
    ) -> Result<VersionFacts, StoreError> {
        let directory = snapshot.view.open_version(number)?.ok_or_else(|| {
            let path = snapshot.path_of(&Member::VersionConfig(number));
            let problem = "the version was deleted while it was exported; try again";
            StoreError::damaged(&path, problem)
        })?;
        let path = directory.path_of(CONFIG_JSON);
        let (bytes, stamp) = directory
            .read(CONFIG_JSON)?
            .ok_or_else(|| missing_of_version(&path, number))?;
        let facts =
            VersionFacts::of(number, &bytes).map_err(|problem| self.damaged(&path, problem))?;
        let path = directory.path_of(CODE_ZIP);
        let (package, package_stamp) = directory
            .open_file(CODE_ZIP)?
            .ok_or_else(|| missing_of_version(&path, number))?;
        self.append_document(&Member::VersionConfig(number), &bytes, stamp)?;
        let member = Member::VersionPackage(number);
        let code = self.append_package(&member, (&package, &path), package_stamp)?;
        facts
            .check_package(&code)
            .map_err(|problem| self.damaged(&path, problem))?;
        Ok(facts)
    }

    /// Appends the history up to the last line of the state.
    fn append_history(
        &mut self,
        snapshot: &Snapshot,
        (file, stamp): &(File, Stamp),
        (versions, aliases_made, latest): (
            &BTreeMap<u64, VersionFacts>,
            Option<Timestamp>,
            Option<&FunctionConfiguration>,
        ),
    ) -> Result<(), StoreError> {
        let path = snapshot.path_of(&Member::History);
        let end = snapshot.view.last().map_or(0, LastLine::end);
        let mut of_state = Source::new(file, &path, end);
        let lineage = Lineage::read(&mut of_state, &path, versions, aliases_made)
            .map_err(|error| error.told(&path, |problem| self.damaged(&path, problem)))?;
        latest
            .map_or(Ok(()), |latest| lineage.check_latest(latest))
            .map_err(|problem| self.damaged(&path, problem))?;
        let mut source = Source::new(file, &path, lineage.end());
        self.append(&Member::History, *stamp, lineage.end(), &mut source)
    }

    fn append_document(
        &mut self,
        member: &Member,
        bytes: &[u8],
        stamp: Stamp,
    ) -> Result<(), StoreError> {
        let size = bytes.len() as u64;
        self.append_from(member, stamp, size, bytes)
            .map_err(StoreError::io("write", self.target))
    }

    /// Appends a package and hashes the very bytes that are written.
    fn append_package(
        &mut self,
        member: &Member,
        (file, path): (&File, &Path),
        stamp: Stamp,
    ) -> Result<CodeIdentity, StoreError> {
        let mut source = Source::new(file, path, stamp.size);
        source.advance = Some(self.advance);
        self.append(member, stamp, stamp.size, &mut source)?;
        Ok(CodeIdentity {
            sha256: CodeSha256::from_digest(&source.hash.finalize()),
            size: stamp.size,
        })
    }

    fn append(
        &mut self,
        member: &Member,
        stamp: Stamp,
        size: u64,
        source: &mut Source<'_>,
    ) -> Result<(), StoreError> {
        let appended = self.append_from(member, stamp, size, &mut *source);
        appended.map_err(|error| {
            let failure = source.failure.take();
            failure.unwrap_or_else(|| StoreError::io("write", self.target)(error))
        })
    }

    fn append_from(
        &mut self,
        member: &Member,
        stamp: Stamp,
        size: u64,
        content: impl Read,
    ) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(size);
        header.set_mode(member.mode());
        header.set_mtime(stamp.modified.whole_seconds());
        header.set_uid(0);
        header.set_gid(0);
        let path = format!("{}/{}", self.function, member.path());
        self.archive.append_data(&mut header, path, content)
    }

    fn damaged(&self, path: &Path, problem: impl std::fmt::Display) -> StoreError {
        let function = self.function;
        let problem = format!(
            "{problem}. What is damaged is not exported; lambda-store verify {function} tells all that is"
        );
        StoreError::damaged(path, problem)
    }
}

impl Snapshot {
    /// Returns where a file stands, or would stand in a store at rest, for messages.
    fn path_of(&self, member: &Member) -> PathBuf {
        self.view.directory().path_of(&member.path())
    }
}

/// The first bytes of a file, hashed as they are read.
struct Source<'s> {
    file: &'s File,
    path: &'s Path,
    offset: u64,
    end: u64,
    hash: Sha256,
    advance: Option<&'s dyn Fn(u64)>,
    failure: Option<StoreError>,
}

impl<'s> Source<'s> {
    fn new(file: &'s File, path: &'s Path, end: u64) -> Self {
        Self {
            file,
            path,
            offset: 0,
            end,
            hash: Sha256::new(),
            advance: None,
            failure: None,
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        let read = match self.file.read_at(&mut buffer[..room], self.offset) {
            Ok(0) if room > 0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        let count = read.map_err(|cause| {
            let kind = cause.kind();
            self.failure = Some(StoreError::io("read", self.path)(cause));
            io::Error::from(kind)
        })?;
        self.hash.update(&buffer[..count]);
        self.offset += count as u64;
        if let Some(advance) = self.advance {
            advance(count as u64);
        }
        Ok(count)
    }
}
