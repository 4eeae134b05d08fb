//! A change to one function: staged, committed by one line of the history, applied.
//!
//! The order of the writes is the whole point:
//!
//! 1. *Stage.* New content goes into the function's `.staging`, each file flushed, with an empty
//!    `TOKEN.change`; then `.staging` and the function's directory are flushed.
//! 2. *Commit.* One line is appended to `history.jsonl` and flushed. Before that flush the change
//!    never happened, after it, it has.
//! 3. *Apply.* What was staged is renamed into place, what is removed is renamed into `.staging`,
//!    the directories are flushed, what was removed is deleted, `TOKEN.change` is removed, and
//!    `.staging` is flushed.
//!
//! Wherever a crash falls, the next writer finds `TOKEN.change` and either throws the staged files
//! away (the line is not there) or does step 3 again (it is): [`finish_last_change`].

use std::collections::BTreeSet;
use std::fs::File;

use super::durable::{Directory, FileTime, stamp};
use super::error::StoreError;
use super::history::{Draft, FORMAT, LatestFact, Line, Tail};
use super::host::Notice;
use super::latest::Latest;
use super::layout::{
    ALIASES, CODE_ZIP, CONFIG_JSON, HISTORY, LATEST, PRIVATE_FILE_MODE, STAGING, Token,
    VERSION_CONFIG_MODE, VERSION_PACKAGE_MODE, VERSIONS, alias_json, destination,
};
use super::locked::LockedFunction;
use super::package;
use super::registry::Store;
use super::staging::{Upload, random_token};
use super::view::{read_history, unfinished_changes};
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::revision_id::{Place, RevisionId};
use crate::api::timestamp::Timestamp;

/// A change that is being staged. Dropped before its commit, it leaves nothing behind.
pub struct Change<'f> {
    function: &'f LockedFunction<'f>,
    staging: Directory,
    token: Token,
    draft: Draft,
    /// Names of the entries staged so far.
    staged: Vec<String>,
    /// Whether what was staged must stay for the next writer to judge.
    keep: bool,
}

/// Directories within a function, `None` for the function's own.
type Targets = BTreeSet<Option<&'static str>>;

/// A version's directory while it is staged.
pub struct StagedVersion {
    directory: Directory,
    number: u64,
}

impl<'f> Change<'f> {
    /// Begins a change of a function.
    pub(super) fn begin(
        function: &'f LockedFunction<'f>,
        draft: Draft,
    ) -> Result<Self, StoreError> {
        let directory = function.directory();
        let staging = directory.ensure(STAGING)?;
        let token = random_token(directory)?;
        Ok(Self {
            function,
            staging,
            token,
            draft,
            staged: Vec::new(),
            keep: false,
        })
    }

    /// Returns the time of the change, which is its name in every fingerprint that it makes.
    pub fn time(&self) -> Timestamp {
        self.draft.time
    }

    /// Begins a version under the next number that was never given out.
    ///
    /// # Errors
    /// If its directory cannot be made.
    pub fn stage_version(&mut self) -> Result<StagedVersion, StoreError> {
        let mut number = self.draft.highest_version + 1;
        if let Some(versions) = self.function.directory().open(VERSIONS)? {
            // Probed, never found by reading the directory. One placed by hand is skipped.
            while versions.contains(&number.to_string())? {
                number += 1;
            }
        }
        let name = self.token.version(number);
        self.staged.push(name.clone());
        StagedVersion::make(&self.staging, &name, number)
    }

    /// Completes a version.
    ///
    /// # Errors
    /// If its configuration cannot be written and flushed.
    pub fn finish_version(
        &mut self,
        version: &StagedVersion,
        configuration: &FunctionConfiguration,
        seen: ContentSha256,
    ) -> Result<(), StoreError> {
        version.finish(&mut self.draft, configuration, seen)
    }

    /// Stages an uploaded package and a configuration for `$LATEST`, and returns what to record of
    /// them.
    ///
    /// # Errors
    /// If they cannot be written and flushed.
    pub fn stage_latest(
        &mut self,
        upload: &Upload,
        configuration: &FunctionConfiguration,
    ) -> Result<(LatestFact, RevisionId), StoreError> {
        let code = self.token.entry(CODE_ZIP);
        self.staged.push(code.clone());
        let area = upload.area().directory();
        if !area.rename(&upload.name(), &self.staging, &code)? {
            let missing = std::io::ErrorKind::NotFound.into();
            return Err(StoreError::io("find", &area.path_of(&upload.name()))(
                missing,
            ));
        }
        let config = self.token.entry(CONFIG_JSON);
        self.staged.push(config.clone());
        let text = configuration.document().render();
        self.staging
            .write_file(&config, PRIVATE_FILE_MODE, text.as_bytes())?;
        let fact = record_latest(&self.staging, &code, upload, configuration, self.draft.time)?;
        let revision_id = fact.revision_id.clone();
        Ok((fact, revision_id))
    }

    /// Returns what to record of `$LATEST` when it stays as it is, but its revision id moves.
    pub fn keep_latest(&self, latest: &Latest, code: &CodeIdentity) -> LatestFact {
        let configuration = latest.configuration(code);
        let revision_id = configuration.revision_id(self.draft.time, Place::Latest);
        latest.fact(self.function.store().host(), code, revision_id)
    }

    /// Makes the change happen: `before` is `$LATEST` as it was read, and `fact` what is recorded
    /// of it from now on.
    ///
    /// # Errors
    /// [`StoreError::EditedMeanwhile`] or [`StoreError::AlreadyExists`] if somebody edited the
    /// function by hand meanwhile, [`StoreError::Io`] if the disk refuses: nothing is changed then.
    /// [`StoreError::OutcomeUnknown`] if that could not be made sure.
    pub fn commit(
        mut self,
        before: (&Latest, &CodeIdentity),
        fact: LatestFact,
    ) -> Result<(), StoreError> {
        let (latest, code) = before;
        let previous = self.function.tail().last.as_ref();
        let line = self
            .draft
            .line(&self.token, latest.found_edited(code), fact, previous);
        let targets = self.targets();
        let history = self.finish_staging(&targets)?;
        self.look_once_more(latest)?;
        self.append(&history, &line)?;
        // From here on the change is done.
        self.keep = true;
        let directory = self.function.directory();
        let applied = apply(directory, &self.staging, &line, &self.staged, &targets);
        if let Err(cause) = applied {
            let function = self.function.name();
            (self.function.store().host().notify)(&Notice::ChangeUnfinished {
                function,
                cause: &cause,
            });
        }
        Ok(())
    }

    /// Writes the mark of the change, and flushes every entry that leads to what was staged and to
    /// where it will be.
    fn finish_staging(&mut self, targets: &Targets) -> Result<File, StoreError> {
        let directory = self.function.directory();
        for target in targets {
            open_target(directory, *target)?;
        }
        let mark = self.token.change();
        self.staged.insert(0, mark.clone());
        drop(self.staging.create_file(&mark, PRIVATE_FILE_MODE)?);
        let history = directory.open_file_to_write(HISTORY, PRIVATE_FILE_MODE)?;
        self.staging.flush()?;
        directory.flush()?;
        Ok(history)
    }

    /// Sees that nothing was placed or edited by hand since it was read.
    fn look_once_more(&self, latest: &Latest) -> Result<(), StoreError> {
        let directory = self.function.directory();
        if let Some(versions) = directory.open(VERSIONS)? {
            for number in self.draft.made() {
                let name = number.to_string();
                if versions.contains(&name)? {
                    return Err(StoreError::AlreadyExists {
                        path: versions.path_of(&name),
                    });
                }
            }
        }
        match directory.open(LATEST)? {
            Some(found) => latest.check_untouched(&found),
            None => Err(StoreError::EditedMeanwhile {
                path: directory.path_of(LATEST),
            }),
        }
    }

    /// Appends the line and flushes it; if that fails, takes it back.
    fn append(&mut self, history: &File, line: &Line) -> Result<(), StoreError> {
        let directory = self.function.directory();
        let tail = self.function.tail();
        let bytes = line.to_bytes(&directory.path_of(HISTORY))?;
        let written = || -> Result<(), StoreError> {
            if tail.length > tail.end {
                directory.truncate(history, HISTORY, tail.end)?;
            }
            directory.write_at(history, HISTORY, &bytes, tail.end)?;
            directory.flush_file(history, HISTORY)
        };
        let Err(failure) = written() else {
            return Ok(());
        };
        let undone = || -> Result<(), StoreError> {
            directory.truncate(history, HISTORY, tail.end)?;
            directory.flush_file(history, HISTORY)
        };
        match undone() {
            Ok(()) => Err(failure),
            Err(StoreError::Io {
                action,
                path,
                cause,
            }) => {
                self.keep = true;
                Err(StoreError::OutcomeUnknown {
                    action,
                    path,
                    cause,
                })
            }
            Err(other) => Err(other),
        }
    }

    /// Returns the directories whose entries this change moves.
    fn targets(&self) -> Targets {
        let staged = self.staged.iter().filter_map(|entry| destination(entry));
        staged.map(|(directory, _)| directory).collect()
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        // What cannot be removed now is removed by the next writer.
        for entry in self.staged.iter().rev() {
            drop(self.staging.remove_all(entry.as_ref()));
        }
    }
}

impl StagedVersion {
    /// Makes the directory.
    pub(super) fn make(parent: &Directory, name: &str, number: u64) -> Result<Self, StoreError> {
        Ok(Self {
            directory: parent.make(name)?,
            number,
        })
    }

    /// Returns the version's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Copies the package of `$LATEST` into the version, flushed, and hashes the copy.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy_latest(&self, latest: &Latest) -> Result<CodeIdentity, StoreError> {
        self.copy_with(|target, path| latest.copy_code(target, path))
    }

    /// Copies an uploaded package into the version, flushed, and sees that it has the same bytes.
    ///
    /// # Errors
    /// If it cannot be copied, or comes out different.
    pub fn copy_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let source = upload.area().directory().path_of(&upload.name());
        let copied =
            self.copy_with(|target, path| package::copy(upload.file(), &source, target, path))?;
        if copied == *upload.code() {
            return Ok(());
        }
        let path = self.directory.path_of(CODE_ZIP);
        Err(StoreError::damaged(
            &path,
            "the copy differs from the package that was uploaded; check the disk",
        ))
    }

    fn copy_with(
        &self,
        copy: impl FnOnce(&File, &std::path::Path) -> Result<CodeIdentity, StoreError>,
    ) -> Result<CodeIdentity, StoreError> {
        let target = self.directory.create_file(CODE_ZIP, VERSION_PACKAGE_MODE)?;
        let code = copy(&target, &self.directory.path_of(CODE_ZIP))?;
        self.directory.flush_file(&target, CODE_ZIP)?;
        Ok(code)
    }

    /// Writes the configuration, and notes the version in the draft of the line that makes it.
    pub(super) fn finish(
        &self,
        draft: &mut Draft,
        configuration: &FunctionConfiguration,
        seen: ContentSha256,
    ) -> Result<(), StoreError> {
        let text = configuration.document().render();
        self.directory
            .write_file(CONFIG_JSON, VERSION_CONFIG_MODE, text.as_bytes())?;
        self.directory.flush()?;
        draft.publishes(self.number, text.as_bytes(), seen);
        Ok(())
    }
}

/// Gives a package that this tool wrote the time of its change, and returns what to record. Its
/// time is recorded only where the file system kept it: then no later edit can look the same.
pub(super) fn record_latest(
    directory: &Directory,
    name: &str,
    upload: &Upload,
    configuration: &FunctionConfiguration,
    time: Timestamp,
) -> Result<LatestFact, StoreError> {
    let modified = FileTime::from_milliseconds(time.milliseconds());
    directory.set_modified(upload.file(), name, modified)?;
    let kept = stamp(upload.file(), &directory.path_of(name))?.modified == modified;
    Ok(LatestFact {
        revision_id: configuration.revision_id(time, Place::Latest),
        code_sha256: upload.code().sha256.clone(),
        code_size: upload.code().size,
        code_modified: kept.then(|| modified.to_string()),
        code_changed: None,
    })
}

/// Step 3. `entries` are staged names (others are passed over), `targets` the directories to flush.
fn apply(
    function: &Directory,
    staging: &Directory,
    line: &Line,
    entries: &[String],
    targets: &Targets,
) -> Result<(), StoreError> {
    let token = Token::recorded(&line.token);
    for entry in entries {
        if let Some((directory, name)) = destination(entry) {
            let target = open_target(function, directory)?;
            staging.rename(entry, &target, &name)?;
        }
    }
    let removed = move_removed(function, staging, line, &token)?;
    for target in targets {
        open_target(function, *target)?.flush()?;
    }
    for entry in removed {
        staging.remove_all(entry.as_ref())?;
    }
    staging.remove_file(&token.change())?;
    staging.flush()
}

/// Renames what a line removes into the staging directory, and returns the names there.
fn move_removed(
    function: &Directory,
    staging: &Directory,
    line: &Line,
    token: &Token,
) -> Result<Vec<String>, StoreError> {
    let numbers = line.removed.iter().flat_map(|(first, last)| *first..=*last);
    let versions = numbers.map(|number| {
        (
            VERSIONS,
            number.to_string(),
            format!("removed-version-{number}"),
        )
    });
    let gone = line.aliases.iter().filter(|change| change.to.is_none());
    let aliases = gone.map(|change| {
        let file = alias_json(&change.name);
        (ALIASES, file.clone(), format!("removed-alias-{file}"))
    });
    let mut moved = Vec::new();
    for (directory, name, what) in versions.chain(aliases) {
        let entry = token.entry(&what);
        if open_target(function, Some(directory))?.rename(&name, staging, &entry)? {
            moved.push(entry);
        }
    }
    Ok(moved)
}

fn open_target(function: &Directory, name: Option<&str>) -> Result<Directory, StoreError> {
    match name {
        Some(name) => function.ensure(name),
        None => Ok(function.clone()),
    }
}

/// Finishes or throws away what the last writer left, and returns the end of the history. Called
/// under the function's lock, before anything else.
///
/// # Errors
/// If it cannot be finished: then no other change may begin.
pub(super) fn finish_last_change(store: &Store, function: &Directory) -> Result<Tail, StoreError> {
    let path = function.path_of(HISTORY);
    let tail = read_history(function)?.unwrap_or_default();
    if let Some(last) = tail.last.as_ref().filter(|last| last.line.format > FORMAT) {
        return Err(StoreError::NewerFormat {
            path,
            format: last.line.format,
        });
    }
    let staging = function.open(STAGING)?;
    let marks = match &staging {
        Some(staging) => unfinished_changes(staging)?,
        None => Vec::new(),
    };
    let last_token = tail
        .last
        .as_ref()
        .map(|last| Token::recorded(&last.line.token));
    let explains_torn_line = |mark: &Token| Some(mark) != last_token.as_ref();
    if !tail.torn.is_empty() && !marks.iter().any(explains_torn_line) {
        return Err(Tail::damaged_end(&path));
    }
    tail.check_chain(&path)?;
    let Some(staging) = staging else {
        return Ok(tail);
    };
    let tail = if marks.is_empty() {
        tail
    } else {
        make_last_line_sure(function, tail)?
    };
    if let Some(last) = &tail.last
        && marks.iter().any(|mark| mark.as_str() == last.line.token)
    {
        apply_again(store, function, &staging, &last.line)?;
    }
    for name in staging.names()? {
        staging.remove_all(&name)?;
    }
    Ok(tail)
}

/// Cuts off a torn line and writes the last whole one again: after a failed flush the kernel may
/// call a page clean that never reached the disk.
fn make_last_line_sure(function: &Directory, mut tail: Tail) -> Result<Tail, StoreError> {
    if tail.length == 0 {
        return Ok(tail);
    }
    let file = function.open_file_to_write(HISTORY, PRIVATE_FILE_MODE)?;
    if !tail.torn.is_empty() {
        function.truncate(&file, HISTORY, tail.end)?;
        tail.torn.clear();
        tail.length = tail.end;
    }
    if let Some(last) = &tail.last {
        let line = [last.bytes.as_slice(), b"\n"].concat();
        function.write_at(&file, HISTORY, &line, last.offset)?;
    }
    function.flush_file(&file, HISTORY)?;
    Ok(tail)
}

/// Does step 3 of the last change again: everything that may have been done, flushes included.
fn apply_again(
    store: &Store,
    function: &Directory,
    staging: &Directory,
    line: &Line,
) -> Result<(), StoreError> {
    let names = staging.names()?;
    let token = Token::recorded(&line.token);
    let entries: Vec<String> = names
        .iter()
        .filter(|name| Token::of_entry(name).as_ref() == Some(&token))
        .filter_map(|name| name.to_str().map(ToOwned::to_owned))
        .collect();
    // A removed entry that stands here already would make its renaming do nothing.
    for entry in entries
        .iter()
        .filter(|entry| entry.starts_with(&token.entry("removed-")))
    {
        staging.remove_all(entry.as_ref())?;
    }
    if line.previous.is_none() {
        store.root().flush()?;
    }
    let mut targets = BTreeSet::from([None]);
    for name in [LATEST, VERSIONS, ALIASES] {
        if function.contains(name)? {
            targets.insert(Some(name));
        }
    }
    apply(function, staging, line, &entries, &targets)
}
