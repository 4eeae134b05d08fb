//! Step 3 of a change, and doing it again where a crash interrupted it.
//!
//! The next writer finds the `TOKEN.change` of what was left half done, and either throws the staged
//! files away (the line is not there) or applies them (it is): [`finish_last_change`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::fs::File;
use std::sync::Arc;

use super::durable::{Directory, Stamp};
use super::error::StoreError;
use super::history::{IMPORT, LastLine, Line, Tail};
use super::layout::{
    ALIASES, HISTORY, LATEST, ROOM_FOR_LINES, STAGING, Token, VERSIONS, alias_json, destination,
};
use super::registry::Store;
use super::view::{check_writable, unfinished_changes};
use crate::api::qualifier::parse_version;

/// Directories of a function by name, `None` for the function's own.
pub(super) type Targets = BTreeMap<Option<&'static str>, Directory>;

/// Step 3. `entries` are staged names (others are passed over), `targets` the directories to flush,
/// to which those that lose an entry are added.
pub(super) fn apply(
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

/// Opens a directory of the function, made if it is missing.
pub(super) fn open_target(
    function: &Directory,
    name: Option<&str>,
) -> Result<Directory, StoreError> {
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
    /// The staging directory; `None` if there is none yet.
    pub(super) staging: Option<Directory>,
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
        Some((_, stamp)) if stamp.names > 1 => {
            return Err(StoreError::damaged(
                &path,
                "the file has another name elsewhere, as a copy by links has, and what is added here would \
                 be added there; put a copy of its own in its place",
            ));
        }
        Some((file, stamp)) => {
            let tail = Tail::read(&file, stamp.size, &path)?;
            (Some((Arc::new(file), stamp)), tail)
        }
        None => (None, Tail::default()),
    };
    let Some((staging, names)) = function.open_listed(STAGING)? else {
        check_writable(&tail, &[], &path)?;
        return Ok(Finished {
            tail,
            history,
            staging: None,
        });
    };
    let marks = unfinished_changes(&names);
    check_writable(&tail, &marks, &path)?;
    if let Some((history, _)) = history.as_ref().filter(|_| !marks.is_empty()) {
        make_last_line_sure(function, history, &mut tail)?;
    }
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
    Ok(Finished {
        tail,
        history,
        staging: Some(staging),
    })
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
/// call a page clean that never reached the disk. Where there is no whole line, cutting off does that
/// for the length: a first line that was cut off may still stand on the disk.
fn make_last_line_sure(
    function: &Directory,
    history: &File,
    tail: &mut Tail,
) -> Result<(), StoreError> {
    if !tail.torn.is_empty() || tail.last.is_none() {
        function.truncate(history, HISTORY, tail.end)?;
        // Cutting off gives away what was kept.
        function.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)?;
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
    // These may have been committed by the rename that made the function appear.
    if line.previous.is_none() || line.operation == IMPORT {
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
