//! The tool's own operations: restore and prune, of a store and in the model.

use lambda_store::api::Error;
use lambda_store::api::messages::{PruneRequest, RestoreRequest};
use lambda_store::api::pruning::KeepRules;
use lambda_store::operations;
use lambda_store::store::Store;
use serde_json::{Value, json};

use crate::model::{CodeTime, Model, Now, check_revision, complete, set_code, time_text};
use crate::operations::{Answer, Operation, answer};

pub(crate) fn perform_restore(
    store: &Store,
    function: &str,
    version: u64,
    dry_run: bool,
    revision_id: Option<String>,
) -> Result<Answer, Error> {
    let request = RestoreRequest {
        function_name: function.to_owned(),
        version: version.to_string(),
        revision_id,
        dry_run,
    };
    operations::restore(store, &request).map(|restored| answer(&restored))
}

/// Answers with the numbers of the versions that go.
pub(crate) fn perform_prune(
    store: &Store,
    function: &str,
    keep_last: usize,
    apply: bool,
) -> Result<Answer, Error> {
    let request = PruneRequest {
        function_name: function.to_owned(),
        rules: KeepRules {
            last: Some(keep_last),
            ..KeepRules::default()
        },
        apply,
    };
    let pruned = operations::prune(store, &request)?;
    let going = pruned.versions.iter().filter(|planned| planned.goes());
    Ok(Answer::new(
        going.map(|planned| planned.version.number).collect(),
    ))
}

impl Model {
    pub(crate) fn restore(
        &mut self,
        operation: &Operation,
        now: Now,
    ) -> Result<Answer, &'static str> {
        let Operation::Restore {
            function: name,
            version,
            dry_run,
            revision,
        } = operation
        else {
            unreachable!()
        };
        let function = self.function(name)?;
        let restored = function.versions.get(version).cloned();
        let restored = restored.ok_or("ResourceNotFoundException")?;
        check_revision(function, *revision)?;
        let mut config = restored.config;
        config.shift_remove("RevisionId");
        set_code(&mut config, &restored.code);
        if let Some(snap_start) = config.get_mut("SnapStart") {
            snap_start["OptimizationStatus"] = json!("Off");
        }
        complete(&mut config, name, "$LATEST", None);
        if *dry_run {
            let present = function.latest_answer(name, now.files_modified);
            for member in ["LastModified", "RevisionId"] {
                config.insert(member.to_owned(), present[member].clone());
            }
            return Ok(Answer::new(config.into()));
        }
        let time = function.next_time(now.clock);
        let found_edited = function.found_edited();
        function.settle_facts();
        let last_modified = function.next_last_modified(time, now);
        config.insert("LastModified".to_owned(), json!(time_text(last_modified)));
        function.config = config;
        function.code = restored.code;
        function.code_time = CodeTime::Written(time);
        function.raise_highest(*version);
        let told = Some(("Restored", json!(version)));
        function.end_change_telling("Restore", time, told, &found_edited);
        Ok(Answer::new(function.latest_answer(name, 0)))
    }

    /// Removes all versions but the last ones and those that aliases point to; answers with the numbers of those that go.
    pub(crate) fn prune(
        &mut self,
        operation: &Operation,
        now: Now,
    ) -> Result<Answer, &'static str> {
        let Operation::Prune {
            function: name,
            keep_last,
            apply,
        } = operation
        else {
            unreachable!()
        };
        let function = self.function(name)?;
        let numbers: Vec<u64> = function.versions.keys().copied().collect();
        let others = &numbers[..numbers.len().saturating_sub(*keep_last)];
        let pointed_at = function.pointed_at();
        let going: Vec<u64> = others
            .iter()
            .copied()
            .filter(|number| !pointed_at.contains(number))
            .collect();
        let answer = Answer::new(json!(going));
        if !apply || going.is_empty() {
            return Ok(answer);
        }
        let time = function.next_time(now.clock);
        function.settle_facts();
        function.raise_highest(going[going.len() - 1]);
        function
            .versions
            .retain(|number, _| !going.contains(number));
        let line = json!({
            "Format": 1, "Time": time_text(time), "Operation": "Prune", "Removed": ranges(&going),
        });
        function.end_change_beside_latest(line);
        Ok(answer)
    }
}

/// Numbers in a row as their first and last one.
fn ranges(numbers: &[u64]) -> Value {
    let rows = numbers.chunk_by(|first, second| first + 1 == *second);
    rows.map(|row| json!([row[0], row[row.len() - 1]]))
        .collect()
}
