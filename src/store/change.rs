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
//! away (the line is not there) or does step 3 again (it is):
//! [`finish_last_change`](super::apply::finish_last_change).

use std::fs::File;
use std::sync::Arc;

use super::apply::{Targets, apply, open_target};
use super::documents::PublishedVersion;
use super::draft::Draft;
use super::durable::{Directory, Stamp};
use super::error::StoreError;
use super::history::{AliasChange, LatestFact, Line, Made};
use super::host::Notice;
use super::latest::{Latest, record_written};
use super::layout::{
    ALIASES, CODE_ZIP, CONFIG_JSON, HISTORY, LOCK, PACKAGE_MODE, PRIVATE_FILE_MODE, ROOM_FOR_LINES,
    Token, VERSIONS, alias_json, destination,
};
use super::locked::LockedFunction;
use super::staged_version::StagedVersion;
use super::staging::Upload;
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
    /// Bytes of packages that this change adds.
    adds: u64,
    /// Bytes of packages that are gone once it is done.
    frees: u64,
    /// Whether what was staged must stay for the next writer to judge.
    keep: bool,
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
        self.stage_version_as(number)
    }

    /// Begins a version under a number of its own, which must never have been given out.
    ///
    /// # Errors
    /// If its directory cannot be made.
    pub fn stage_version_as(&mut self, number: u64) -> Result<StagedVersion, StoreError> {
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

    /// Completes a version that was published elsewhere, and counts as what was published last.
    ///
    /// # Errors
    /// If its configuration cannot be written and flushed.
    pub fn finish_imported_version(
        &mut self,
        version: &StagedVersion,
        configuration: &FunctionConfiguration,
        published: Timestamp,
    ) -> Result<(), StoreError> {
        self.adds += configuration.code().map_or(0, |code| code.size);
        version.finish_imported(&mut self.draft, configuration, published)
    }

    /// Takes a version that stands complete and flushed in another staging directory, under its
    /// number; its package has so many bytes.
    pub(super) fn take_version(
        &mut self,
        versions: &Directory,
        made: Made,
        size: u64,
    ) -> Result<(), StoreError> {
        let name = self.token.version(made.version);
        self.staged.push(name.clone());
        versions.rename(&made.version.to_string(), &self.staging, &name)?;
        self.adds += size;
        self.draft.imports(made);
        Ok(())
    }

    /// Notes what counts as the last publish from now on.
    pub(super) fn publishes_last(&mut self, version: u64, content: ContentSha256) {
        self.draft.publishes_last(version, content);
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
        self.finish_latest(&code, (upload.file(), upload.code()), configuration)
    }

    /// Stages a copy of a version's package and a configuration for `$LATEST`, and returns what to
    /// record of them.
    ///
    /// # Errors
    /// If they cannot be written and flushed, and [`StoreError::Damaged`] if the package is not the
    /// one that the version's configuration names.
    pub fn stage_restored(
        &mut self,
        version: &PublishedVersion,
        configuration: &FunctionConfiguration,
    ) -> Result<(LatestFact, RevisionId), StoreError> {
        let name = self.token.entry(CODE_ZIP);
        self.staged.push(name.clone());
        let target = self.staging.create_file(&name, PACKAGE_MODE)?;
        let path = self.staging.path_of(&name);
        let code = self.function.view().copy_code(version, (&target, &path))?;
        self.staging.flush_file(&target, &name)?;
        self.draft.restores(version.number);
        self.finish_latest(&name, (&target, &code), configuration)
    }

    /// Completes what is staged for `$LATEST`, whose package stands under its name already.
    fn finish_latest(
        &mut self,
        name: &str,
        package: (&File, &CodeIdentity),
        configuration: &FunctionConfiguration,
    ) -> Result<(LatestFact, RevisionId), StoreError> {
        self.adds += package.1.size;
        self.write_configuration(configuration)?;
        let fact = record_written(&self.staging, name, package, configuration, self.draft.time)?;
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
            .write_document(&config, PRIVATE_FILE_MODE, &text)
    }

    /// Returns what to record of `$LATEST` when it stays as it is, but its revision id moves.
    pub fn keep_latest(&self, latest: &Latest, code: &CodeIdentity) -> LatestFact {
        let configuration = latest.configuration(code);
        let revision_id = configuration.revision_id(self.draft.time, Place::Latest);
        latest.fact(code, revision_id)
    }

    /// Stages an alias as it will be, or with no file notes that it is removed.
    ///
    /// # Errors
    /// If it cannot be written and flushed.
    pub fn change_alias(
        &mut self,
        change: AliasChange,
        file: Option<&str>,
    ) -> Result<(), StoreError> {
        if let Some(text) = file {
            let entry = self
                .token
                .entry(&format!("alias-{}", alias_json(&change.name)));
            self.staged.push(entry.clone());
            self.staging
                .write_document(&entry, PRIVATE_FILE_MODE, text)?;
        }
        self.draft.changes_alias(change);
        Ok(())
    }

    /// Notes that a version is removed.
    ///
    /// # Errors
    /// If the directory of the versions cannot be opened.
    pub fn remove_version(&mut self, number: u64) -> Result<(), StoreError> {
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

    /// Makes a change happen that has nothing to do with `$LATEST`; `fact` is what
    /// [`LockedFunction::change_beside_latest`] gave with it.
    ///
    /// # Errors
    /// As of [`Self::commit`].
    pub fn commit_beside_latest(self, fact: LatestFact) -> Result<(), StoreError> {
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
        self.make_mark(&mark)?;
        let history = self.function.history()?;
        self.staging.flush()?;
        directory.flush()?;
        Ok(history)
    }

    /// Makes the mark of the change; where there is no room for another file, as one more name of the
    /// lock, which is empty, too. A change that only removes needs nothing else: it must not want for that.
    fn make_mark(&self, mark: &str) -> Result<(), StoreError> {
        let made = self.staging.create_empty_file(mark, PRIVATE_FILE_MODE);
        made.or_else(|error| {
            let directory = self.function.directory();
            if error.is_want_of_room() && directory.link(LOCK, &self.staging, mark).is_ok() {
                return Ok(());
            }
            Err(error)
        })
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
        let versions = self
            .draft
            .made()
            .map(|number| (VERSIONS, number.to_string()));
        let aliases = self
            .draft
            .aliases_made()
            .map(|name| (ALIASES, alias_json(name)));
        for (directory, name) in versions.chain(aliases) {
            if let Some(target) = targets.get(&Some(directory))
                && target.contains(&name)?
            {
                let path = target.path_of(&name);
                return Err(StoreError::AlreadyExists { path });
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
            let end = tail.end + bytes.len() as u64;
            // Cutting off gives away what was kept.
            if tail.length > tail.end || is_room_used_up(tail.end, end) {
                directory.keep_room(history, HISTORY, end, ROOM_FOR_LINES)?;
            }
            directory.flush_file(history, HISTORY)
        };
        let Err(failure) = written() else {
            return Ok(());
        };
        let undone = || -> Result<(), StoreError> {
            directory.truncate(history, HISTORY, tail.end)?;
            directory.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)?;
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

/// Returns whether a line comes so far that room must be kept anew.
fn is_room_used_up(from: u64, to: u64) -> bool {
    const HALF: u64 = ROOM_FOR_LINES / 2;
    from / HALF != to / HALF
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
