//! `log`: the tool's own command that tells what became of a function.

use clap::Args;

use super::Run;
use crate::api::alias::AliasState;
use crate::api::difference::ChangedParts;
use crate::api::document::Value;
use crate::api::messages::{
    AliasMove, AliasShare, Comparison, LogChange, LogEntry, LogRequest, LogResponse, LogVersion,
    LoggedLatest, Origin,
};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::log_text::{self, Layout};
use crate::cli::parameters::Parameters;
use crate::cli::terminal;
use crate::operations;

const OPERATION: &str = "Log";

/// Print the versions of a function, newest first, a line each
///
/// $LATEST is on top, with what differs from what was published last. Then, of each version: when it
/// was published, the aliases that point to it with their weights, its size, the first characters of
/// its package's hash, what changed since the version before it (code, configuration, both, description)
/// and its description. Times are UTC. A version that no line of the history tells of was placed by
/// hand; one that is broken says so in its line.
///
/// --output json, --output text and --query print it as a document for scripts.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store log hello\n  \
    lambda-store log hello --all --max-items 20\n  \
    lambda-store log hello --oneline --color on\n  \
    lambda-store log hello --query 'Entries[].[Version, Published]' --output text")]
pub(super) struct LogArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Print what else happened in between, too: updates, moves of aliases, deletions, edits by hand
    #[arg(long)]
    all: bool,
    /// Print less of each: version, aliases, description
    #[arg(long)]
    oneline: bool,
    /// Print so many lines below $LATEST at the most
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    max_items: Option<i64>,
}

impl Run for LogArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.minimum("MaxItems", self.max_items, 1);
        parameters.into_result()?;
        let request = LogRequest {
            function_name: input::text("NAME", &self.function_name)?,
            all: self.all,
            max_items: self
                .max_items
                .map(|number| usize::try_from(number).unwrap_or(usize::MAX)),
        };
        let rendering = globals.chosen_rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let log = operations::log(&store, &request).map_err(Failure::of(OPERATION))?;
        let mut outcome = match rendering {
            Some(rendering) => rendering.read(&document(&log)),
            None => Outcome::lines(log_text::lines(
                &log,
                &Layout {
                    painter: globals.painter(),
                    columns: terminal::columns_of_stdout(),
                    is_short: self.oneline,
                },
            )),
        };
        for problem in &log.problems {
            let function = &log.function_name;
            outcome.warn(&format!(
                "{problem}; `lambda-store verify {function}` says all that is wrong"
            ));
        }
        Ok(outcome)
    }
}

/// Returns the answer for scripts.
fn document(log: &LogResponse) -> Value {
    let mut latest = match &log.latest {
        Ok(latest) => latest_members(latest),
        Err(problem) => vec![("Problem", Value::string(problem))],
    };
    latest.push(("Aliases", shares(&log.latest_aliases)));
    let entries = log.entries.iter().map(|entry| match entry {
        LogEntry::Version(version) => version_entry(version),
        LogEntry::Change(change) => change_entry(change),
    });
    Value::object([
        ("FunctionName", Value::string(log.function_name.as_str())),
        ("FunctionArn", Value::string(&log.function_arn)),
        ("Latest", Value::object(latest)),
        ("Entries", Value::Array(entries.collect())),
    ])
}

fn latest_members(latest: &LoggedLatest) -> Vec<(&'static str, Value)> {
    let (reason, last, changed) = match &latest.comparison {
        None => (None, None, None),
        Some(Comparison::NeverPublished) => (Some("NeverPublished"), None, None),
        Some(Comparison::Deleted { version }) => {
            (Some("LastPublishedDeleted"), Some(version), None)
        }
        Some(Comparison::Unchanged { version }) => {
            (Some("Unchanged"), Some(version), Some(Vec::new()))
        }
        Some(Comparison::Changed {
            version,
            differences,
        }) => (
            Some("Changed"),
            Some(version),
            Some(part_names(ChangedParts::of(differences))),
        ),
    };
    present([
        ("Reason", reason.map(Value::string)),
        ("LastPublished", last.map(|version| number(*version))),
        ("Changed", changed.map(Value::Array)),
        ("FoundEdited", Some(strings(&latest.found_edited))),
        ("LastModified", Some(text(&latest.last_modified))),
        ("CodeSha256", Some(text(&latest.code.sha256))),
        ("CodeSize", Some(Value::integer(latest.code.size))),
        ("Description", Some(Value::string(&latest.description))),
        ("RevisionId", Some(text(&latest.revision_id))),
    ])
}

fn version_entry(version: &LogVersion) -> Value {
    let (published, by) = match &version.origin {
        Origin::Published { time, by } => (Some(text(time)), Some(Value::string(by))),
        Origin::ByHand | Origin::Unknown => (None, None),
    };
    let is_by_hand = version.origin == Origin::ByHand;
    let mut members = present([
        ("Type", Some(Value::string("Version"))),
        ("Version", Some(number(version.number))),
        ("Published", published),
        ("By", by),
        ("PlacedByHand", is_by_hand.then_some(Value::boolean(true))),
        ("Aliases", Some(shares(&version.aliases))),
    ]);
    match &version.content {
        Ok(content) => members.extend(present([
            ("CodeSha256", Some(text(&content.code.sha256))),
            ("CodeSize", Some(Value::integer(content.code.size))),
            (
                "ComparedWith",
                content.since.map(|(version, _)| number(version)),
            ),
            (
                "Changed",
                content
                    .since
                    .map(|(_, parts)| Value::Array(part_names(parts))),
            ),
            ("Description", Some(Value::string(&content.description))),
        ])),
        Err(problem) => members.push(("Problem", Value::string(problem))),
    }
    Value::object(members)
}

fn change_entry(change: &LogChange) -> Value {
    let some = |items: Vec<Value>| (!items.is_empty()).then_some(Value::Array(items));
    let numbers = |versions: &[u64]| versions.iter().map(|version| number(*version)).collect();
    let range = |(first, last): &(u64, u64)| Value::Array(vec![number(*first), number(*last)]);
    Value::object(present([
        ("Type", Some(Value::string("Change"))),
        ("Time", Some(text(&change.time))),
        ("Operation", Some(Value::string(&change.operation))),
        ("By", Some(Value::string(&change.by))),
        ("Made", some(numbers(&change.made))),
        ("Gone", some(numbers(&change.gone))),
        ("Removed", some(change.removed.iter().map(range).collect())),
        (
            "Aliases",
            some(change.aliases.iter().map(alias_move).collect()),
        ),
        ("Restored", change.restored.map(number)),
        (
            "FoundEdited",
            Some(strings(&change.found_edited)).filter(|found| !found.items().is_empty()),
        ),
    ]))
}

fn alias_move(change: &AliasMove) -> Value {
    Value::object(present([
        ("Name", Some(Value::string(&change.name))),
        ("From", change.from.as_ref().map(alias_state)),
        ("To", change.to.as_ref().map(alias_state)),
    ]))
}

/// Returns what an alias says, in the form of the history.
fn alias_state(state: &AliasState) -> Value {
    let routing = state.routing_config.as_ref().map(|routing| {
        let weights = &routing.additional_version_weights;
        let weights = weights
            .iter()
            .map(|(version, weight)| (version.as_str(), decimal(*weight)));
        Value::object([("AdditionalVersionWeights", Value::object(weights))])
    });
    let description = Some(&state.description).filter(|description| !description.is_empty());
    Value::object(present([
        (
            "FunctionVersion",
            Some(Value::string(&state.function_version)),
        ),
        (
            "Description",
            description.map(|description| Value::string(description)),
        ),
        ("RoutingConfig", routing),
    ]))
}

fn shares(aliases: &[AliasShare]) -> Value {
    let share = |alias: &AliasShare| {
        Value::object([
            ("Name", Value::string(alias.name.as_str())),
            ("Weight", decimal(alias.weight)),
        ])
    };
    Value::Array(aliases.iter().map(share).collect())
}

fn part_names(parts: ChangedParts) -> Vec<Value> {
    [
        ("Code", parts.code),
        ("Configuration", parts.configuration),
        ("Description", parts.description),
    ]
    .into_iter()
    .filter(|(_, is_changed)| *is_changed)
    .map(|(name, _)| Value::string(name))
    .collect()
}

/// Leaves out the members without a value.
fn present<const N: usize>(
    members: [(&'static str, Option<Value>); N],
) -> Vec<(&'static str, Value)> {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// A version's number is a string, as AWS writes it.
fn number(version: u64) -> Value {
    text(&version)
}

fn text(value: &impl ToString) -> Value {
    Value::string(&value.to_string())
}

fn strings(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| Value::string(text)).collect())
}

fn decimal(number: f64) -> Value {
    Value::Leaf(number.to_string().into())
}
