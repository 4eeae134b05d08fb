//! `Status`, the tool's own: what the next publish would do, and why.

use super::publishing::{Last, Snapshot, repeated};
use super::requests::latest_of;
use crate::api::Error;
use crate::api::function_name::FunctionReference;
use crate::api::messages::{Comparison, NextPublish, StatusRequest, StatusResponse};
use crate::api::validation::Violations;
use crate::store::{Latest, Store, StoreError, View};

/// Foretells what `PublishVersion` without options would do now, and compares `$LATEST` with what
/// was published last. Changes nothing and takes no lock.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException`;
/// `TooManyRequestsException` if the function changed all the time; `ServiceException` if `$LATEST`
/// cannot be read. Any other error that a publish would end with is part of the answer.
pub fn status(store: &Store, request: &StatusRequest) -> Result<StatusResponse, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let target = latest_of(store.scope(), reference, violations)?;
    let state = store
        .read(&target.name, State::read)?
        .ok_or_else(|| target.not_found(store))?;
    // A publish believes no recorded hash.
    let snapshot = Snapshot::new(&state.latest, state.latest.hash_code()?);

    let last = state.last.as_ref().ok();
    let comparison = last.map(|last| last.compare(&target.name, &state.latest, &snapshot));
    let is_unchanged = matches!(comparison, Some(Comparison::Unchanged { .. }));
    let added = if is_unchanged { 0 } else { snapshot.code.size };
    let stored = store.stored(added);
    let (revision_id, found_edited) = (
        state.latest.revision_id(&snapshot.code),
        state.latest.found_edited(&snapshot.code),
    );
    Ok(StatusResponse {
        function_arn: store.scope().function_arn(&target.name, None),
        function_name: target.name,
        publish: state.foretell(store, &snapshot, stored),
        comparison,
        found_edited,
        code: snapshot.code,
        revision_id,
        stored,
        added,
        quota: store.quotas().total_code_size,
    })
}

/// What a publish would find. Where it would meet an error, that is kept: the rest is told even so.
struct State {
    latest: Latest,
    history: Result<(), StoreError>,
    last: Result<Last, StoreError>,
    next_version: Result<u64, StoreError>,
}

impl State {
    fn read(view: &View) -> Result<Self, StoreError> {
        let latest = view.latest()?;
        Ok(Self {
            history: view.check_history(),
            last: Last::read(view, &latest),
            next_version: view.next_version(),
            latest,
        })
    }

    /// Goes the way of a publish, in its order, as far as that changes nothing.
    fn foretell(
        self,
        store: &Store,
        snapshot: &Snapshot,
        stored: u64,
    ) -> Result<NextPublish, Error> {
        store.check_writable()?;
        self.history?;
        let last = self.last?;
        let last = match &last {
            Last::Standing(last) => Some(&**last),
            Last::Never | Last::Deleted(_) => None,
        };
        if let Some(last) = repeated(store, &self.latest, last, &snapshot.content)? {
            return Ok(NextPublish::Return(last.version.number));
        }
        let version = self.next_version?;
        store.check_room(stored, snapshot.code.size)?;
        Ok(NextPublish::Make(version))
    }
}
