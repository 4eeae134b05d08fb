//! `Log`, the tool's own: what became of a function, newest first.

use std::collections::HashMap;

use super::logged_versions::LoggedVersions;
use super::past::Past;
use super::publishing::{Last, Snapshot};
use super::requests::latest_of;
use crate::api::Error;
use crate::api::alias::{AliasConfiguration, AliasTarget};
use crate::api::function_name::{FunctionName, FunctionReference};
use crate::api::messages::{
    AliasMove, AliasShare, LogChange, LogEntry, LogRequest, LogResponse, LogVersion, LoggedLatest,
};
use crate::api::qualifier::AliasName;
use crate::api::validation::Violations;
use crate::store::{AliasChange, HistoryLines, Latest, Line, Store, StoreError, Versions, View};

/// The operations of which nothing is left to tell once the versions that they made are.
const PUBLISHING: [&str; 2] = ["PublishVersion", "UpdateFunctionCode"];

/// Tells the versions of a function, newest first, and on request all else that happened to it.
/// Changes nothing and takes no lock.
///
/// What is broken is told in its place, and keeps nothing else from being told. Where so many
/// entries are asked for, no more is read than they need; so a version placed by hand with a wide gap
/// above the others is not found then.
///
/// # Errors
/// `InvalidParameterValueException` for a bad name; `ResourceNotFoundException`;
/// `TooManyRequestsException` if the function changed all the time; `ServiceException` if the history
/// or the directory of the versions cannot be read.
pub fn log(store: &Store, request: &LogRequest) -> Result<LogResponse, Error> {
    let mut violations = Violations::default();
    let reference = FunctionReference::parse(&request.function_name);
    let reference = violations.check("FunctionName", reference);
    let target = latest_of(store.scope(), reference, violations)?;
    let state = store
        .read(&target.name, |view| State::read(view, request))?
        .ok_or_else(|| target.not_found(store))?;

    let (mut shares, mut problems) = (state.shares, state.problems);
    let latest_aliases = shares.remove(&AliasTarget::Latest).unwrap_or_default();
    let latest = state.latest.and_then(|(latest, last)| {
        let last = last.map_err(|error| problems.push(error.to_string()));
        tell_latest(&target.name, &latest, last.ok().as_ref())
    });
    let mut past = Past::new(state.history);
    let versions = LoggedVersions::new(state.versions);
    let entries = entries(versions, request, &mut past, &mut shares)?;
    problems.extend(past.problem());
    Ok(LogResponse {
        function_arn: store.scope().function_arn(&target.name, None),
        function_name: target.name,
        latest: latest.map_err(|error| error.to_string()),
        latest_aliases,
        entries,
        problems,
    })
}

/// What belongs together. Where some of it cannot be read, that is kept: the rest is told even so.
struct State {
    latest: Result<(Latest, Result<Last, StoreError>), StoreError>,
    shares: Shares,
    /// Which aliases are broken, and which point to versions that are not there.
    problems: Vec<String>,
    /// Lines and versions never change, so they may be read later; which ones there are is known now.
    history: Option<HistoryLines>,
    versions: Versions,
}

impl State {
    fn read(view: &View, request: &LogRequest) -> Result<Self, StoreError> {
        let latest = view.latest().map(|latest| {
            let last = Last::read(view, &latest);
            (latest, last)
        });
        let (aliases, mut problems) = sound_aliases(view);
        let shares = shares(&aliases);
        problems.extend(lost(view, &shares)?);
        Ok(Self {
            latest,
            shares,
            problems,
            history: view.history()?,
            versions: match request.max_items {
                Some(_) => view.newest_versions()?,
                None => view.versions_descending()?,
            },
        })
    }
}

/// Reads the aliases that can be read, and says what is wrong with the others.
fn sound_aliases(view: &View) -> (Vec<(AliasName, AliasConfiguration)>, Vec<String>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let names = view.alias_names().unwrap_or_else(|error| {
        problems.push(format!("no alias is shown: {error}"));
        Vec::new()
    });
    for name in names {
        match view.alias(&name) {
            Ok(alias) => found.extend(alias.map(|alias| (name, alias))),
            Err(error) => problems.push(format!("the alias {name} is not shown: {error}")),
        }
    }
    (found, problems)
}

/// The aliases by what they send invocations to.
type Shares = HashMap<AliasTarget, Vec<AliasShare>>;

fn shares(aliases: &[(AliasName, AliasConfiguration)]) -> Shares {
    let mut found = Shares::new();
    for (name, alias) in aliases {
        let shares = alias.shares();
        let is_shared = shares.len() > 1;
        for (target, weight) in shares {
            let name = name.clone();
            found.entry(target).or_default().push(AliasShare {
                name,
                weight,
                is_shared,
            });
        }
    }
    found
}

fn tell_latest(
    function: &FunctionName,
    latest: &Latest,
    last: Option<&Last>,
) -> Result<LoggedLatest, StoreError> {
    let snapshot = Snapshot::new(latest, latest.code()?);
    Ok(LoggedLatest {
        comparison: last.map(|last| last.compare(function, latest, &snapshot)),
        found_edited: latest.found_edited(&snapshot.code),
        last_modified: latest.last_modified(),
        revision_id: latest.revision_id(&snapshot.code),
        description: snapshot.configuration.description(),
        code: snapshot.code,
    })
}

/// Goes back in time as far as entries are wanted.
///
/// The history is read no further than to the line that made the next version, or that shows that
/// none did: its running fact is lower.
fn entries(
    mut versions: LoggedVersions,
    request: &LogRequest,
    past: &mut Past,
    shares: &mut Shares,
) -> Result<Vec<LogEntry>, StoreError> {
    let limit = request.max_items.unwrap_or(usize::MAX);
    let mut entries = Vec::new();
    let mut version = versions.read_next()?;
    let mut line: Option<Line> = None;
    while entries.len() < limit {
        let number = version.as_ref().map(|(number, _)| *number);
        if let Some(origin) = number.and_then(|number| past.tell(number))
            && let Some((number, content)) = version.take()
        {
            let aliases = shares.remove(&AliasTarget::Version(number));
            entries.push(LogEntry::Version(LogVersion {
                number,
                origin,
                aliases: aliases.unwrap_or_default(),
                content,
            }));
            if entries.len() < limit {
                version = versions.read_next()?;
            }
            continue;
        }
        if let Some(line) = line.take().filter(|_| request.all)
            && let Some(change) = change_of(line, past, number)
        {
            entries.push(LogEntry::Change(change));
            continue;
        }
        if version.is_none() && !request.all {
            break;
        }
        line = past.read_previous();
        if line.is_none() && version.is_none() {
            break;
        }
    }
    Ok(entries)
}

/// Returns what is to be told of a change, once the versions that it made are told as far as they are
/// there; `None` if nothing is left. `next` is the version that is told next.
fn change_of(line: Line, past: &Past, next: Option<u64>) -> Option<LogChange> {
    let made: Vec<u64> = line.made.iter().map(|made| made.version).collect();
    let is_gone = |version: &u64| past.is_gone(*version, next);
    let change = LogChange {
        time: line.time,
        gone: made.iter().copied().filter(is_gone).collect(),
        made,
        removed: line.removed,
        aliases: line.aliases.into_iter().map(alias_move).collect(),
        restored: line.restored,
        found_edited: line.found_edited,
        operation: line.operation,
        by: line.by,
    };
    let is_told = PUBLISHING.contains(&&*change.operation)
        && !change.made.is_empty()
        && change.gone.is_empty()
        && change.removed.is_empty()
        && change.aliases.is_empty()
        && change.found_edited.is_empty();
    (!is_told).then_some(change)
}

fn alias_move(change: AliasChange) -> AliasMove {
    AliasMove {
        name: change.name,
        from: change.from,
        to: change.to,
    }
}

/// Says which aliases point to versions that are not there.
fn lost(view: &View, shares: &Shares) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for (target, aliases) in shares {
        if let AliasTarget::Version(number) = target
            && !view.contains_version(*number)?
        {
            problems.extend(aliases.iter().map(|alias| {
                let name = &alias.name;
                format!("the alias {name} points to version {number}, which is not there")
            }));
        }
    }
    problems.sort_unstable();
    Ok(problems)
}
