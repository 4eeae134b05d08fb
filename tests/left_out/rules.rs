//! The steps and rules of the protocol, and for each how it is left out and which test finds that.
//!
//! Flushes that are left out are found by a loss of power, in `tests/system/power_loss.rs`; here are
//! those that the next writer makes of what a killed one did.

/// A test: its target, `lib` for the unit tests, and its name.
pub(crate) type Test = (&'static str, &'static str);

/// A step or a rule of the protocol.
pub(crate) struct Rule {
    /// What it says.
    pub(crate) is: &'static str,
    /// Where it stands.
    pub(crate) file: &'static str,
    /// Its text, which stands there once.
    pub(crate) text: &'static str,
    /// What stands there without it.
    pub(crate) without: &'static str,
    /// The test that fails then.
    pub(crate) found_by: Test,
}

const STOPPED: Test = (
    "protocol",
    "every_step::stopped_after_any_step_a_change_is_there_as_a_whole_or_not_at_all",
);
const FAILED: Test = (
    "protocol",
    "every_step::a_step_that_fails_leaves_everything_as_it_was_or_is_said_to_be_left_to_the_next_writer",
);
const EDITED: Test = (
    "protocol",
    "every_step::an_edit_by_hand_before_the_commit_is_taken_or_stops_it_and_is_never_lost",
);
const WATCHED: Test = (
    "protocol",
    "every_step::between_any_two_steps_readers_see_before_or_after_and_writers_wait",
);
const RIVALS: Test = (
    "protocol",
    "every_step::of_two_who_create_one_function_at_once_one_wins_and_the_other_is_told",
);
const FLUSHED: Test = (
    "protocol",
    "flushed::nothing_is_touched_or_finished_before_what_it_needs_is_on_the_disk",
);
const REPLACED: Test = (
    "protocol",
    "by_hand::a_package_replaced_by_one_of_its_size_and_time_is_noticed",
);

pub(crate) const RULES: &[Rule] = &[
    // The lock.
    Rule {
        is: "a writer has the function's lock alone",
        file: "src/store/lock.rs",
        text: "    match hold.try_lock(&file) {\n        Ok",
        without: "    match std::io::Result::Ok(()) {\n        Ok",
        found_by: WATCHED,
    },
    Rule {
        is: "a lock is good only if the locked file is still the one at its path",
        file: "src/store/lock.rs",
        text: "Ok(Some(file)) if directory.is_at(path, stamp)? =>",
        without: "Ok(Some(file)) if directory.is_at(path, stamp).is_ok() =>",
        found_by: (
            "lib",
            "store::lock::tests::the_lock_of_a_file_that_was_removed_meanwhile_is_not_had",
        ),
    },
    // Step 1 and 2.
    Rule {
        is: "the .change is made before the line",
        file: "src/store/change.rs",
        text: "        self.make_mark(&mark)?;\n",
        without: "",
        found_by: STOPPED,
    },
    Rule {
        is: "the line is appended before anything is applied",
        file: "src/store/change.rs",
        text: "        self.append(&history, &line)?;
        // From here on the change is done.
        self.keep = true;
        let directory = self.function.directory();
        let applied = apply(&self.staging, &line, &self.staged, targets, directory);
",
        without: "        let directory = self.function.directory();
        let applied = apply(&self.staging, &line, &self.staged, targets, directory);
        self.append(&history, &line)?;
        self.keep = true;
",
        found_by: STOPPED,
    },
    Rule {
        is: "an empty history is made before the function's directory is flushed",
        file: "src/store/change.rs",
        text: "        let history = self.function.history()?;
        self.staging.flush()?;
        directory.flush()?;
",
        without: "        self.staging.flush()?;
        directory.flush()?;
        let history = self.function.history()?;
",
        found_by: FLUSHED,
    },
    Rule {
        is: "before the commit: the history is the one at its path",
        file: "src/store/change.rs",
        text: "        if !directory.is_at(HISTORY, history)? {",
        without: "        if directory.is_at(HISTORY, history).is_err() {",
        found_by: (
            "protocol",
            "by_hand::a_history_that_is_moved_away_before_a_commit_stops_it",
        ),
    },
    Rule {
        is: "before the commit: a version that will be new does not stand",
        file: "src/store/change.rs",
        text: "in versions.chain(aliases) {",
        without: "in versions.take(0).chain(aliases) {",
        found_by: EDITED,
    },
    Rule {
        is: "before the commit: an alias that will be new does not stand",
        file: "src/store/change.rs",
        text: "in versions.chain(aliases) {",
        without: "in versions.chain(aliases.take(0)) {",
        found_by: (
            "protocol",
            "by_hand::an_alias_that_is_placed_before_a_commit_is_not_replaced",
        ),
    },
    Rule {
        is: "before the commit: $LATEST/config.json is as it was read",
        file: "src/store/latest.rs",
        text: "            (CONFIG_JSON, self.config_stamp),\n",
        without: "",
        found_by: EDITED,
    },
    Rule {
        is: "before the commit: $LATEST/code.zip is as it was read",
        file: "src/store/latest.rs",
        text: "            (CODE_ZIP, self.package_stamp),\n",
        without: "",
        found_by: EDITED,
    },
    Rule {
        is: "before the commit: the files' times of change are as they were",
        file: "src/store/latest.rs",
        text: "            if function.stamp(&path)? != Some(stamp) {",
        without: "            let found = function.stamp(&path)?;
            let found = found.map(|found| (found.identity, found.size, found.modified));
            if found != Some((stamp.identity, stamp.size, stamp.modified)) {",
        found_by: (
            "protocol",
            "by_hand::an_edit_that_leaves_only_another_time_of_change_stops_a_commit",
        ),
    },
    // Step 3.
    Rule {
        is: "what was staged is renamed into place",
        file: "src/store/apply.rs",
        text: "            staging.rename_if_there(entry, target(&mut targets, function, directory)?, &name)?;",
        without: "            target(&mut targets, function, directory)?.contains(&name)?;",
        found_by: STOPPED,
    },
    Rule {
        is: "what the line removes is taken away",
        file: "src/store/apply.rs",
        text: "        if target(targets, function, Some(directory))?.rename_if_there(&name, staging, &entry)? {",
        without: "        if target(targets, function, Some(directory))?.contains(&name).is_err() {",
        found_by: STOPPED,
    },
    Rule {
        is: "what was removed is deleted",
        file: "src/store/apply.rs",
        text: "    for entry in removed {
        staging.remove_all(entry.as_ref())?;
    }
",
        without: "",
        found_by: STOPPED,
    },
    Rule {
        is: "the .change is removed",
        file: "src/store/apply.rs",
        text: "    staging.remove_file(&token.change())?;\n",
        without: "",
        found_by: STOPPED,
    },
    Rule {
        is: "the .change is removed after all is in place",
        file: "src/store/apply.rs",
        text: "    let token = Token::recorded(&line.token);
    for entry in entries {",
        without: "    let token = Token::recorded(&line.token);
    staging.remove_file(&token.change())?;
    for entry in entries {",
        found_by: STOPPED,
    },
    Rule {
        is: "the .change is removed after the directories are flushed",
        file: "src/store/apply.rs",
        text: "    for target in targets.values() {
        target.flush()?;
    }
",
        without: "    staging.remove_file(&token.change())?;
    for target in targets.values() {
        target.flush()?;
    }
",
        found_by: FLUSHED,
    },
    Rule {
        is: ".staging is flushed last",
        file: "src/store/apply.rs",
        text: "    staging.remove_file(&token.change())?;
    staging.flush()
",
        without: "    staging.remove_file(&token.change())
",
        found_by: FLUSHED,
    },
    // Room.
    Rule {
        is: "room is kept behind the history",
        file: "src/store/change.rs",
        text: "                directory.keep_room(history, HISTORY, end, ROOM_FOR_LINES)?;
",
        without: "                let _ = (end, ROOM_FOR_LINES);
",
        found_by: (
            "system",
            "full_disk::aliases_and_a_version_are_deleted_on_a_full_disk_where_the_room_behind_the_creation_is_used_up",
        ),
    },
    Rule {
        is: "... from the first line on",
        file: "src/store/creation.rs",
        text: "        directory.keep_room(&history, HISTORY, bytes.len() as u64, ROOM_FOR_LINES)?;
",
        without: "        let _ = ROOM_FOR_LINES;
",
        found_by: (
            "system",
            "full_disk::aliases_and_a_version_are_deleted_on_a_full_disk_where_only_the_creation_stored_a_package",
        ),
    },
    Rule {
        is: "... behind a line before which others were cut off",
        file: "src/store/change.rs",
        text: "if tail.length > tail.end || is_room_used_up(tail.end, end) {",
        without: "if is_room_used_up(tail.end, end) {",
        found_by: (
            "system",
            "full_disk::aliases_and_a_version_are_deleted_on_a_full_disk_where_blank_lines_were_cut_off",
        ),
    },
    Rule {
        is: "... where the line of a failed change was cut off",
        file: "src/store/change.rs",
        text: "            directory.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)?;
            directory.flush_file(history, HISTORY)
        };
        Err(match",
        without: "            let _ = ROOM_FOR_LINES;
            directory.flush_file(history, HISTORY)
        };
        Err(match",
        found_by: (
            "system",
            "full_disk::aliases_and_a_version_are_deleted_on_a_full_disk_where_the_line_of_a_failed_change_was_cut_off",
        ),
    },
    Rule {
        is: "... where a torn line was cut off",
        file: "src/store/apply.rs",
        text: "        function.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)?;
",
        without: "        let _ = ROOM_FOR_LINES;
",
        found_by: (
            "system",
            "full_disk::aliases_and_a_version_are_deleted_on_a_full_disk_where_a_torn_line_was_cut_off",
        ),
    },
    Rule {
        is: "a mark for which there is no room is one more name of the lock",
        file: "src/store/change.rs",
        text: "if error.is_want_of_room() && directory",
        without: "if error.is_want_of_room() && false && directory",
        found_by: (
            "system",
            "full_disk::versions_are_deleted_and_pruned_where_there_is_no_room_for_another_file",
        ),
    },
    // The next writer.
    Rule {
        is: "a torn line is cut off only where a .change stands",
        file: "src/store/view.rs",
        text: "    marks.iter().any(|mark| Some(mark.as_str()) != last)",
        without: "    marks.iter().all(|mark| Some(mark.as_str()) != last)",
        found_by: (
            "behaviour",
            "history::a_torn_end_that_no_unfinished_change_explains_is_damage",
        ),
    },
    Rule {
        is: "... and that .change is another than that of the line before",
        file: "src/store/view.rs",
        text: "    marks.iter().any(|mark| Some(mark.as_str()) != last)",
        without: "    marks.iter().any(|mark| Some(mark.as_str()) != last || last.is_some())",
        found_by: (
            "behaviour",
            "history::a_torn_end_that_no_unfinished_change_explains_is_damage",
        ),
    },
    Rule {
        is: "a torn line is cut off",
        file: "src/store/apply.rs",
        text: "        function.truncate(history, HISTORY, tail.end)?;\n",
        without: "",
        found_by: (
            "behaviour",
            "history::a_torn_last_line_is_passed_over_by_readers_and_healed_by_the_next_writer",
        ),
    },
    Rule {
        is: "the last whole line is written again",
        file: "src/store/apply.rs",
        text: "        function.write_at(history, HISTORY, &line, last.offset)?;\n",
        without: "",
        found_by: FLUSHED,
    },
    Rule {
        is: "... and flushed before .staging is touched",
        file: "src/store/apply.rs",
        text: "    function.flush_file(history, HISTORY)\n",
        without: "    Ok(())\n",
        found_by: FLUSHED,
    },
    Rule {
        is: "a last line whose .change stands is applied again",
        file: "src/store/apply.rs",
        text: "tail.last.as_ref().filter(is_unfinished) {",
        without: "tail.last.as_ref().filter(is_unfinished).filter(|_| false) {",
        found_by: STOPPED,
    },
    Rule {
        is: "a line without its .change is never replayed",
        file: "src/store/apply.rs",
        text: "tail.last.as_ref().filter(is_unfinished) {",
        without: "tail.last.as_ref().filter(|last| is_unfinished(last) || true) {",
        found_by: (
            "behaviour",
            "history::garbage_is_not_put_in_place_of_the_last_change",
        ),
    },
    Rule {
        is: "a replay begins with deleting what stands in .staging of what the line removed",
        file: "src/store/apply.rs",
        text: "        staging.remove_all(entry.as_ref())?;
    }
    // These may",
        without: "        staging.contains(entry)?;
    }
    // These may",
        found_by: (
            "behaviour",
            "history::an_alias_that_the_last_line_removes_is_gone_and_the_next_writer_removes_it",
        ),
    },
    Rule {
        is: "a replay flushes $LATEST, too, where nothing is left to rename",
        file: "src/store/apply.rs",
        text: "    for name in [LATEST, VERSIONS, ALIASES] {",
        without: "    for name in [VERSIONS, ALIASES] {",
        found_by: FLUSHED,
    },
    Rule {
        is: "... and versions/",
        file: "src/store/apply.rs",
        text: "    for name in [LATEST, VERSIONS, ALIASES] {",
        without: "    for name in [LATEST, ALIASES] {",
        found_by: FLUSHED,
    },
    Rule {
        is: "... and aliases/",
        file: "src/store/apply.rs",
        text: "    for name in [LATEST, VERSIONS, ALIASES] {",
        without: "    for name in [LATEST, VERSIONS] {",
        found_by: FLUSHED,
    },
    Rule {
        is: "recovery of a first line flushes STORE",
        file: "src/store/apply.rs",
        text: "        store.made_root()?.flush()?;\n",
        without: "        store.made_root()?;\n",
        found_by: FLUSHED,
    },
    Rule {
        is: "all else in .staging is cleared",
        file: "src/store/apply.rs",
        text: "    clear(&staging, &names)?;\n",
        without: "",
        found_by: STOPPED,
    },
    Rule {
        is: "a writer that cannot finish the last change makes none",
        file: "src/store/apply.rs",
        text: "                cause: Box::new(cause),
            }
        })?;
",
        without: "                cause: Box::new(cause),
            }
        })
        .ok();
",
        found_by: (
            "behaviour",
            "deleting::where_the_change_before_cannot_be_finished_that_is_what_is_said",
        ),
    },
    Rule {
        is: "a writer refuses a history whose chain is broken",
        file: "src/store/view.rs",
        text: "    tail.check_chain(path)\n",
        without: "    Ok(())\n",
        found_by: (
            "behaviour",
            "history::damage_in_the_line_before_the_last_is_refused_by_writers",
        ),
    },
    Rule {
        is: "a writer adds nothing to a line of a newer format",
        file: "src/store/view.rs",
        text: "    if let Some(last) = tail.last.as_ref().filter(|last| last.line.format > FORMAT) {",
        without: "    if let Some(last) = tail.last.as_ref().filter(|last| last.line.format > FORMAT + 9) {",
        found_by: (
            "behaviour",
            "history::a_line_of_a_newer_format_is_read_with_a_warning_and_never_added_to",
        ),
    },
    // Trouble.
    Rule {
        is: "if the flush of the line fails, the line is cut off",
        file: "src/store/change.rs",
        text: "        let undone = || -> Result<(), StoreError> {
            directory.truncate(history, HISTORY, tail.end)?;
",
        without: "        let undone = || -> Result<(), StoreError> {
",
        found_by: FAILED,
    },
    Rule {
        is: "... and that is flushed before anything staged is cleared",
        file: "src/store/change.rs",
        text: "            directory.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)?;
            directory.flush_file(history, HISTORY)
        };
        Err(match",
        without: "            directory.keep_room(history, HISTORY, tail.end, ROOM_FOR_LINES)
        };
        Err(match",
        found_by: FLUSHED,
    },
    Rule {
        is: "if that fails, too, nothing is cleared",
        file: "src/store/change.rs",
        text: "            Err(unknown) => {
                self.keep = true;
",
        without: "            Err(unknown) => {
",
        found_by: FLUSHED,
    },
    Rule {
        is: "... and the error says that the outcome is unknown",
        file: "src/store/change.rs",
        text: "                unknown.with_unknown_outcome()\n",
        without: "                unknown\n",
        found_by: FAILED,
    },
    // Readers.
    Rule {
        is: "a reader takes a staged entry first while the .change stands",
        file: "src/store/view.rs",
        text: "if staging.contains(&token.change())? => {",
        without: "if staging.contains(&token.change())? && false => {",
        found_by: WATCHED,
    },
    Rule {
        is: "... and only while it stands",
        file: "src/store/view.rs",
        text: "if staging.contains(&token.change())? => {",
        without: "if staging.contains(&token.change())? || true => {",
        found_by: (
            "behaviour",
            "history::garbage_is_not_put_in_place_of_the_last_change",
        ),
    },
    Rule {
        is: "a version that the line removes is gone for a reader",
        file: "src/store/view.rs",
        text: "        removed.any(|(first, last)| (*first..=*last).contains(&number))",
        without: "        removed.any(|(first, last)| (*first..*first.min(last)).contains(&number))",
        found_by: WATCHED,
    },
    Rule {
        is: "an alias that the line removes is gone for a reader",
        file: "src/store/aliases.rs",
        text: "            if is_removed {",
        without: "            if is_removed && places.len() > 1 {",
        found_by: (
            "behaviour",
            "history::an_alias_that_the_last_line_removes_is_gone_and_the_next_writer_removes_it",
        ),
    },
    Rule {
        is: "a reader reads the last line again",
        file: "src/store/view.rs",
        text: "            (Ok(before), Ok(after)) if end(before.as_ref()) == end(after.as_ref()) => {",
        without: "            (Ok(_), Ok(_)) => {",
        found_by: (
            "protocol",
            "readers::a_reader_of_a_function_that_is_deleted_meanwhile_finds_none",
        ),
    },
    Rule {
        is: "... opening the file anew by its path",
        file: "src/store/view.rs",
        text: "        match (before, self.read_tail(function)) {",
        without: "        let again = match &before {
            Ok(Some((directory, _))) => read_history(directory)
                .map(|tail| Some((directory.clone(), tail.unwrap_or_default()))),
            _ => self.read_tail(function),
        };
        match (before, again) {",
        found_by: (
            "protocol",
            "readers::a_reader_of_a_function_that_is_deleted_meanwhile_finds_none",
        ),
    },
    // The store-wide places.
    Rule {
        is: "only what can be flocked is swept",
        file: "src/store/staging.rs",
        text: "    let left: Vec<(Token, Lock)> = tokens
        .into_iter()
        .filter_map(|token| Some((lock_token(&staging, &token).ok()??, token)))
        .map(|(lock, token)| (token, lock))
        .collect();
",
        without: "    let left: Vec<_> = tokens.into_iter().map(|token| (token, ())).collect();\n",
        found_by: (
            "behaviour",
            "deleting::what_another_command_is_staging_is_left_to_it",
        ),
    },
    Rule {
        is: "everyone who stages there also sweeps",
        file: "src/store/staging.rs",
        text: "                sweep(root);\n",
        without: "",
        found_by: (
            "behaviour",
            "deleting::what_a_killed_command_left_is_gone_after_the_next_delete_create_or_upload",
        ),
    },
    Rule {
        is: "a deletion sweeps, too",
        file: "src/store/deletion.rs",
        text: "        sweep(root);\n",
        without: "",
        found_by: (
            "behaviour",
            "deleting::what_a_killed_command_left_is_gone_after_the_next_delete_create_or_upload",
        ),
    },
    Rule {
        is: "all in .trash is garbage",
        file: "src/store/staging.rs",
        text: "    drop(sweep_trash(root));\n",
        without: "",
        found_by: (
            "behaviour",
            "deleting::what_a_killed_command_left_is_gone_after_the_next_delete_create_or_upload",
        ),
    },
    Rule {
        is: "a creation is refused where something stands",
        file: "src/store/new_function.rs",
        text: "        if root.contains(name)? {",
        without: "        if root.contains(name).is_err() {",
        found_by: (
            "protocol",
            "by_hand::an_empty_directory_that_is_placed_before_a_creation_appears_is_not_replaced",
        ),
    },
    Rule {
        is: "... and told so where it appears right before the rename",
        file: "src/store/new_function.rs",
        text: "            let is_taken = root.contains(name)?;",
        without: "            let is_taken = root.contains(name).is_err();",
        found_by: RIVALS,
    },
    Rule {
        is: "a creation has its .change when it appears",
        file: "src/store/new_function.rs",
        text: "        staging.create_empty_file(&mark, PRIVATE_FILE_MODE)?;\n",
        without: "",
        found_by: FLUSHED,
    },
    Rule {
        is: "... and removes it afterwards",
        file: "src/store/new_function.rs",
        text: "        let finished = staging.remove_file(&mark).and_then(|()| staging.flush());",
        without: "        let finished = staging.flush();",
        found_by: STOPPED,
    },
    Rule {
        is: "a deletion is committed by one rename",
        file: "src/store/deletion.rs",
        text: "        root.rename(name, &trash, &entry)?;",
        without: "        root.remove_all(name.as_ref())?;",
        found_by: ("system", "killed::deleting_a_function_is_killed_anywhere"),
    },
    // The bytes stored.
    Rule {
        is: "bytes are checked and added in one hold of the cache's lock",
        file: "src/store/usage.rs",
        text: "                Ok(lock) => return Ok(lock),",
        without: "                Ok(lock) => {
                    fs2::FileExt::unlock(lock.file()).ok();
                    return Ok(lock);
                }",
        found_by: (
            "protocol",
            "quota::the_bytes_are_added_under_the_lock_and_not_counted_by_others_until_they_are_stored",
        ),
    },
    Rule {
        is: "a change holds .usage.lock until its bytes are stored",
        file: "src/store/usage.rs",
        text: "        Ok(account(bytes, Some(in_flight)))",
        without: "        drop(in_flight);
        Ok(account(bytes, None))",
        found_by: (
            "protocol",
            "quota::the_bytes_are_added_under_the_lock_and_not_counted_by_others_until_they_are_stored",
        ),
    },
    Rule {
        is: "who counts has .usage.lock alone",
        file: "src/store/usage.rs",
        text: "            in_flight = in_flight.alone(patience)?;\n",
        without: "",
        found_by: (
            "protocol",
            "quota::who_counts_waits_for_those_that_have_added_bytes_and_not_yet_stored_them",
        ),
    },
    Rule {
        is: "the bytes are counted anew before a refusal",
        file: "src/store/usage.rs",
        text: "        if !stored.is_some_and(|stored| self.fits(stored, bytes)) {",
        without: "        if stored.is_none() {",
        found_by: (
            "behaviour",
            "quotas::packages_that_were_placed_and_removed_by_hand_are_counted_before_anything_is_refused",
        ),
    },
    Rule {
        is: "... and where the cache is missing",
        file: "src/store/usage.rs",
        text: "        if !stored.is_some_and(|stored| self.fits(stored, bytes)) {",
        without: "        if stored.is_some_and(|stored| !self.fits(stored, bytes)) {",
        found_by: (
            "protocol",
            "quota::who_counts_waits_for_those_that_have_added_bytes_and_not_yet_stored_them",
        ),
    },
    Rule {
        is: "the bytes that a change frees are taken off",
        file: "src/store/usage.rs",
        text: "            Some(stored) => write(usage.file(), root, stored.saturating_sub(self.owed)),",
        without: "            Some(stored) => write(usage.file(), root, stored),",
        found_by: ("behaviour", "quotas::what_a_change_frees_is_taken_off"),
    },
    Rule {
        is: "a cache with another name is neither believed nor written",
        file: "src/store/usage.rs",
        text: "    stamp.names <= 1\n",
        without: "    stamp.names <= 2\n",
        found_by: (
            "behaviour",
            "quotas::a_cache_with_another_name_elsewhere_is_given_up",
        ),
    },
    // When the package is hashed.
    Rule {
        is: "a recorded hash is believed only while the size is as recorded",
        file: "src/store/history.rs",
        text: "        self.code_size == stamp.size
            && is",
        without: "        is",
        found_by: (
            "protocol",
            "by_hand::a_package_replaced_by_one_of_another_size_and_its_time_is_noticed",
        ),
    },
    Rule {
        is: "... and the modification time",
        file: "src/store/history.rs",
        text: "            && is(&self.code_modified, stamp.modified)\n",
        without: "            && self.code_modified.is_some()\n",
        found_by: (
            "protocol",
            "by_hand::a_package_overwritten_by_one_of_its_size_is_noticed",
        ),
    },
    Rule {
        is: "... and for one placed by hand the time of change",
        file: "src/store/history.rs",
        text: "            && (self.code_changed.is_none() || is(&self.code_changed, stamp.changed))\n",
        without: "",
        found_by: REPLACED,
    },
    Rule {
        is: "a package placed by hand is recorded with its time of change",
        file: "src/store/latest.rs",
        text: "            code_changed: is_settled.then(|| changed.to_string()),",
        without: "            code_changed: None,",
        found_by: REPLACED,
    },
    Rule {
        is: "... and only once it is two seconds old",
        file: "src/store/latest.rs",
        text: "        let is_settled = modified.max(changed).milliseconds() <= settled;",
        without: "        let is_settled = modified.max(changed).milliseconds() >= settled.min(0);",
        found_by: (
            "protocol",
            "by_hand::a_package_placed_right_now_is_not_recorded",
        ),
    },
    Rule {
        is: "a publish always hashes",
        file: "src/operations/publish_version.rs",
        text: "        && latest.hash_code()? == believed.code\n",
        without: "",
        found_by: (
            "protocol",
            "by_hand::a_publish_hashes_a_package_whose_size_and_time_are_as_recorded",
        ),
    },
    Rule {
        is: "what is hashed is the copy",
        file: "src/store/package.rs",
        text: "    hash(target, size, notify)\n",
        without: "    hash(source, size, notify)\n",
        found_by: (
            "lib",
            "store::package::tests::the_bytes_that_are_hashed_are_those_of_the_copy",
        ),
    },
    Rule {
        is: "... also while another thread copies",
        file: "src/store/package.rs",
        text: "        let mut hasher = Hasher::new(target.0, target.1, size, &progress);",
        without: "        let mut hasher = Hasher::new(source.0, source.1, size, &progress);",
        found_by: (
            "lib",
            "store::package::tests::the_bytes_that_are_hashed_are_those_of_the_copy",
        ),
    },
    // What a change records and makes.
    Rule {
        is: "the highest number comes from the last line",
        file: "src/store/view.rs",
        text: "            return Ok(line.highest_version);",
        without: "            let _ = line;",
        found_by: (
            "behaviour",
            "deleting::the_number_of_a_deleted_version_is_never_given_out_again",
        ),
    },
    Rule {
        is: "a change raises it to a number that it makes",
        file: "src/store/draft.rs",
        text: "        self.highest_version = self.highest_version.max(made.version);\n",
        without: "",
        found_by: STOPPED,
    },
    Rule {
        is: "... that it removes",
        file: "src/store/draft.rs",
        text: "            _ => self.removed.push((version, version)),
        }
        self.highest_version = self.highest_version.max(version);
",
        without: "            _ => self.removed.push((version, version)),
        }
",
        found_by: (
            "protocol",
            "by_hand::the_number_of_a_version_placed_by_hand_that_was_removed_is_not_given_out_again",
        ),
    },
    Rule {
        is: "... that it restores",
        file: "src/store/draft.rs",
        text: "        self.restored = Some(version);
        self.highest_version = self.highest_version.max(version);
",
        without: "        self.restored = Some(version);\n",
        found_by: (
            "behaviour",
            "restoring::the_number_of_a_placed_version_that_was_restored_is_not_given_out_again",
        ),
    },
    Rule {
        is: "... that it points an alias to",
        file: "src/store/draft.rs",
        text: "        self.highest_version = self.highest_version.max(highest.unwrap_or(0));\n",
        without: "        let _ = highest;\n",
        found_by: (
            "behaviour",
            "alias_files::the_number_of_a_placed_version_that_an_alias_points_to_is_not_given_out_again",
        ),
    },
    Rule {
        is: "a number under which something stands is skipped",
        file: "src/store/view.rs",
        text: "                Some(versions) => versions.contains(&number.to_string())?,",
        without: "                Some(versions) => versions.contains(&number.to_string()).is_err(),",
        found_by: (
            "behaviour",
            "publishing::a_number_placed_by_hand_is_skipped",
        ),
    },
    Rule {
        is: "the time of a change is after that of the last one",
        file: "src/store/locked.rs",
        text: "now.max(line.time.next())",
        without: "now.max(line.time.min(now))",
        found_by: (
            "behaviour",
            "history::time_goes_on_even_if_the_last_line_is_of_the_future",
        ),
    },
    Rule {
        is: "what the last publish saw is unchanged",
        file: "src/operations/publishing.rs",
        text: "        *content == self.seen || *content == self.made",
        without: "        *content == self.made",
        found_by: (
            "behaviour",
            "publishing::a_description_given_at_publish_is_no_change",
        ),
    },
    Rule {
        is: "... and what the version holds that it made",
        file: "src/operations/publishing.rs",
        text: "        *content == self.seen || *content == self.made",
        without: "        *content == self.seen",
        found_by: (
            "behaviour",
            "publishing::a_description_given_at_publish_is_no_change",
        ),
    },
    Rule {
        is: "a version shares no inode with $LATEST",
        file: "src/store/staged_version.rs",
        text: "        self.copy_with(|target, path| latest.copy_code(target, path))",
        without:
            "        let code = self.copy_with(|target, path| latest.copy_code(target, path))?;
        let path = self.directory.path_of(CODE_ZIP);
        self.directory.remove_file(CODE_ZIP)?;
        std::fs::hard_link(latest.package_path(), &path).map_err(StoreError::io(\"link\", &path))?;
        Ok(code)",
        found_by: (
            "behaviour",
            "publishing::a_version_is_a_read_only_copy_of_its_own",
        ),
    },
];
