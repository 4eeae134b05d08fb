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

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::fs::File;
use std::sync::Arc;

use super::durable::{Directory, FileTime, Stamp, stamp};
use super::error::StoreError;
use super::history::{Draft, LastLine, LatestFact, Line, Tail};
use super::host::Notice;
use super::latest::Latest;
use super::layout::{
    ALIASES, CODE_ZIP, CONFIG_JSON, HISTORY, LATEST, PRIVATE_FILE_MODE, STAGING, Token,
    VERSION_CONFIG_MODE, VERSION_PACKAGE_MODE, VERSIONS, alias_json, destination,
};
use super::locked::LockedFunction;
use super::registry::Store;
use super::staging::Upload;
use super::view::{check_writable, unfinished_changes};
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::{ContentSha256, FunctionConfiguration};
use crate::api::qualifier::parse_version;
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
    /// Bytes of packages that this change adds.
    adds: u64,
    /// Bytes of packages that are gone once it is done.
    frees: u64,
    /// Whether what was staged must stay for the next writer to judge.
    keep: bool,
}

/// Directories of a function by name, `None` for the function's own.
type Targets = BTreeMap<Option<&'static str>, Directory>;

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
        let staging = function.staging()?;
        let token = Token::random();
        Ok(Self {
            function,
            staging,
            token,
            draft,
            staged: Vec::new(),
            adds: 0,
            frees: 0,
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
        let highest = self.draft.highest_version;
        let number = self.function.view().version_after(highest)?;
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
        self.adds += configuration.code().map_or(0, |code| code.size);
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
        area.rename(&upload.name(), &self.staging, &code)?;
        self.adds += upload.code().size;
        self.write_configuration(configuration)?;
        let fact = record_latest(&self.staging, &code, upload, configuration, self.draft.time)?;
        let revision_id = fact.revision_id.clone();
        Ok((fact, revision_id))
    }

    /// Stages a configuration for `$LATEST`, whose package stays as it is, and returns what to
    /// record of both.
    ///
    /// # Errors
    /// If it cannot be written and flushed.
    pub fn stage_configuration(
        &mut self,
        latest: &Latest,
        code: &CodeIdentity,
        configuration: &FunctionConfiguration,
    ) -> Result<(LatestFact, RevisionId), StoreError> {
        self.write_configuration(configuration)?;
        let revision_id = configuration.revision_id(self.draft.time, Place::Latest);
        Ok((latest.fact(code, revision_id.clone()), revision_id))
    }

    fn write_configuration(
        &mut self,
        configuration: &FunctionConfiguration,
    ) -> Result<(), StoreError> {
        let config = self.token.entry(CONFIG_JSON);
        self.staged.push(config.clone());
        let text = configuration.document().render();
        self.staging
            .write_file(&config, PRIVATE_FILE_MODE, text.as_bytes())
    }

    /// Returns what to record of `$LATEST` when it stays as it is, but its revision id moves.
    pub fn keep_latest(&self, latest: &Latest, code: &CodeIdentity) -> LatestFact {
        let configuration = latest.configuration(code);
        let revision_id = configuration.revision_id(self.draft.time, Place::Latest);
        latest.fact(code, revision_id)
    }

    /// Notes that a version is removed.
    pub(super) fn remove_version(&mut self, number: u64) -> Result<(), StoreError> {
        self.draft.removes(number);
        if let Some(versions) = self.function.versions()? {
            // What has no package that can be looked at frees nothing.
            let package = versions.stamp(&format!("{number}/{CODE_ZIP}"));
            self.frees += package.ok().flatten().map_or(0, |package| package.size);
        }
        Ok(())
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
        (latest, code): (&Latest, &CodeIdentity),
        fact: LatestFact,
    ) -> Result<(), StoreError> {
        let found_edited = latest.found_edited(code);
        if self.staged.contains(&self.token.entry(CODE_ZIP)) {
            self.frees += code.size;
        }
        self.commit_line(Some(latest), found_edited, fact)
    }

    /// Makes a change happen that has nothing to do with `$LATEST`.
    pub(super) fn commit_beside_latest(self, fact: LatestFact) -> Result<(), StoreError> {
        self.commit_line(None, Vec::new(), fact)
    }

    fn commit_line(
        mut self,
        latest: Option<&Latest>,
        found_edited: Vec<String>,
        fact: LatestFact,
    ) -> Result<(), StoreError> {
        let previous = self.function.tail().last.as_ref();
        let line = self.draft.line(&self.token, found_edited, fact, previous);
        let store = self.function.store();
        let (adds, frees) = (self.adds, self.frees);
        let account = (adds != frees).then(|| store.charge(adds.saturating_sub(frees)));
        let account = account.transpose()?;
        let targets = self.targets()?;
        let (history, stamp) = self.finish_staging()?;
        self.look_once_more(latest, &targets, stamp)?;
        self.append(&history, &line)?;
        // From here on the change is done.
        self.keep = true;
        let directory = self.function.directory();
        let applied = apply(&self.staging, &line, &self.staged, targets, directory);
        if let Err(cause) = applied {
            let function = self.function.name();
            (store.host().notify)(&Notice::ChangeUnfinished {
                function,
                cause: &cause,
            });
        }
        if let Some(account) = account {
            account.settle(frees.saturating_sub(adds));
        }
        Ok(())
    }

    /// Writes the mark of the change, and flushes every entry that leads to what was staged and to
    /// where it will be.
    fn finish_staging(&mut self) -> Result<(Arc<File>, Stamp), StoreError> {
        let directory = self.function.directory();
        let mark = self.token.change();
        self.staged.insert(0, mark.clone());
        self.staging.create_empty_file(&mark, PRIVATE_FILE_MODE)?;
        let history = self.function.history()?;
        self.staging.flush()?;
        directory.flush()?;
        Ok(history)
    }

    /// Sees that nothing was placed or edited by hand since it was read.
    fn look_once_more(
        &self,
        latest: Option<&Latest>,
        targets: &Targets,
        history: Stamp,
    ) -> Result<(), StoreError> {
        let directory = self.function.directory();
        if !directory.is_at(HISTORY, history)? {
            let path = directory.path_of(HISTORY);
            return Err(StoreError::EditedMeanwhile { path });
        }
        if let Some(versions) = targets.get(&Some(VERSIONS)) {
            for number in self.draft.made() {
                let name = number.to_string();
                if versions.contains(&name)? {
                    return Err(StoreError::AlreadyExists {
                        path: versions.path_of(&name),
                    });
                }
            }
        }
        latest.map_or(Ok(()), |latest| latest.check_untouched(directory))
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
        Err(match undone() {
            Ok(()) => failure,
            Err(unknown) => {
                self.keep = true;
                unknown.with_unknown_outcome()
            }
        })
    }

    /// Opens the directories that this change moves entries into, made if they are missing.
    fn targets(&self) -> Result<Targets, StoreError> {
        let directory = self.function.directory();
        let mut targets = Targets::new();
        for (name, _) in self.staged.iter().filter_map(|entry| destination(entry)) {
            let known = self.function.versions()?.filter(|_| name == Some(VERSIONS));
            let opened = known
                .cloned()
                .map_or_else(|| open_target(directory, name), Ok)?;
            targets.insert(name, opened);
        }
        Ok(targets)
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
        let copied = self.copy_with(|target, path| upload.copy_code(target, path))?;
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

/// Step 3. `entries` are staged names (others are passed over), `targets` the directories to flush,
/// to which those that lose an entry are added.
fn apply(
    staging: &Directory,
    line: &Line,
    entries: &[String],
    mut targets: Targets,
    function: &Directory,
) -> Result<(), StoreError> {
    let token = Token::recorded(&line.token);
    for entry in entries {
        if let Some((directory, name)) = destination(entry) {
            staging.rename_if_there(entry, target(&mut targets, function, directory)?, &name)?;
        }
    }
    let removed = move_removed(function, staging, line, &token, &mut targets)?;
    for target in targets.values() {
        target.flush()?;
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
    targets: &mut Targets,
) -> Result<Vec<String>, StoreError> {
    let numbers = removed_numbers(function, line)?.into_iter();
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
        if target(targets, function, Some(directory))?.rename_if_there(&name, staging, &entry)? {
            moved.push(entry);
        }
    }
    Ok(moved)
}

/// Returns the numbers of the versions that a line removes, where its ranges are long only those
/// that stand.
fn removed_numbers(function: &Directory, line: &Line) -> Result<Vec<u64>, StoreError> {
    /// So many are tried one by one, rather than by reading the directory.
    const FEW: u64 = 100;
    let is_short = |(first, last): &(u64, u64)| last.saturating_sub(*first) < FEW;
    if line.removed.iter().all(is_short) {
        return Ok(line
            .removed
            .iter()
            .flat_map(|(first, last)| *first..=*last)
            .collect());
    }
    let is_removed = |number: &u64| {
        line.removed
            .iter()
            .any(|(first, last)| (first..=last).contains(&number))
    };
    let names = function.names_of(VERSIONS)?;
    let standing = names
        .iter()
        .filter_map(|name| parse_version(name.to_str()?));
    Ok(standing.filter(is_removed).collect())
}

/// Returns a directory of the function, opened if it was not yet.
fn target<'t>(
    targets: &'t mut Targets,
    function: &Directory,
    name: Option<&'static str>,
) -> Result<&'t Directory, StoreError> {
    Ok(match targets.entry(name) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(open_target(function, name)?),
    })
}

fn open_target(function: &Directory, name: Option<&str>) -> Result<Directory, StoreError> {
    match name {
        Some(name) => function.ensure(name),
        None => Ok(function.clone()),
    }
}

/// A function whose last change is finished: what was opened for that.
pub(super) struct Finished {
    /// The end of the history.
    pub(super) tail: Tail,
    /// The history, open for writing; `None` if there is none yet.
    pub(super) history: Option<(Arc<File>, Stamp)>,
}

/// Finishes or throws away what the last writer left. Called under the function's lock, before
/// anything else.
///
/// # Errors
/// If it cannot be finished: then no other change may begin.
pub(super) fn finish_last_change(
    store: &Store,
    function: &Directory,
) -> Result<Finished, StoreError> {
    let path = function.path_of(HISTORY);
    let (history, mut tail) = match function.open_file_to_change(HISTORY)? {
        Some((file, stamp)) => {
            let tail = Tail::read(&file, stamp.size, &path)?;
            (Some((Arc::new(file), stamp)), tail)
        }
        None => (None, Tail::default()),
    };
    let names = function.names_of(STAGING)?;
    let marks = unfinished_changes(&names);
    check_writable(&tail, &marks, &path)?;
    if let Some((history, _)) = history.as_ref().filter(|_| !marks.is_empty()) {
        make_last_line_sure(function, history, &mut tail)?;
    }
    if names.is_empty() {
        return Ok(Finished { tail, history });
    }
    let staging = function.ensure(STAGING)?;
    let is_unfinished =
        |last: &&LastLine| marks.iter().any(|mark| mark.as_str() == last.line.token);
    if let Some(last) = tail.last.as_ref().filter(is_unfinished) {
        apply_again(store, function, &staging, &last.line, &names).map_err(|cause| {
            StoreError::Unfinished {
                path,
                operation: last.line.operation.clone(),
                cause: Box::new(cause),
            }
        })?;
    }
    clear(&staging, &names)?;
    Ok(Finished { tail, history })
}

/// Removes what no change needs any more; the marks last, so that a crash here is seen as one.
fn clear(staging: &Directory, names: &[OsString]) -> Result<(), StoreError> {
    let is_mark = |name: &&OsString| Token::of_mark(name).is_some();
    let (marks, others): (Vec<_>, Vec<_>) = names.iter().partition(is_mark);
    others
        .iter()
        .chain(&marks)
        .try_for_each(|name| staging.remove_all(name))
}

/// Cuts off a torn line and writes the last whole one again: after a failed flush the kernel may
/// call a page clean that never reached the disk.
fn make_last_line_sure(
    function: &Directory,
    history: &File,
    tail: &mut Tail,
) -> Result<(), StoreError> {
    if !tail.torn.is_empty() {
        function.truncate(history, HISTORY, tail.end)?;
        tail.torn.clear();
        tail.length = tail.end;
    }
    if let Some(last) = &tail.last {
        let line = [last.bytes.as_slice(), b"\n"].concat();
        function.write_at(history, HISTORY, &line, last.offset)?;
    }
    function.flush_file(history, HISTORY)
}

/// Does step 3 of the last change again: everything that may have been done, flushes included.
fn apply_again(
    store: &Store,
    function: &Directory,
    staging: &Directory,
    line: &Line,
    names: &[OsString],
) -> Result<(), StoreError> {
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
        store.made_root()?.flush()?;
    }
    let mut targets = Targets::from([(None, function.clone())]);
    for name in [LATEST, VERSIONS, ALIASES] {
        if let Some(directory) = function.open(name)? {
            targets.insert(Some(name), directory);
        }
    }
    apply(staging, line, &entries, targets, function)
}
