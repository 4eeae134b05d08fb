//! `prune`: the tool's own command that removes versions by rules.

use clap::{ArgGroup, Args};
use glob::Pattern;

use super::Run;
use crate::api::document::Value;
use crate::api::messages::{PlannedVersion, PruneRequest, PruneResponse};
use crate::api::pruning::{Age, KeepRules, Reason};
use crate::cli::colour::{Painter, Tone};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::cli::visible::visible;
use crate::operations;

const OPERATION: &str = "Prune";

/// Say which versions no rule keeps, and with --apply remove them
///
/// At least one rule must be given; a version stays if any of them keeps it. Whatever the rules say,
/// a version stays that an alias points to, with a weight, too, and one that cannot be read. Numbers
/// are not given out again.
///
/// --output json, --output text and --query print it as a document for scripts.
#[derive(Args)]
#[command(
    group(ArgGroup::new("rules").required(true).multiple(true)),
    after_help = "Examples:\n  lambda-store prune hello --keep-last 10\n  \
        lambda-store prune hello --keep-within 30d --keep-matching 'release-*'\n  \
        lambda-store prune hello --keep-last 10 --keep-within 2w --apply\n  \
        lambda-store prune hello --keep-last 10 --query Totals.BytesFreed"
)]
pub(super) struct PruneArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Keep so many versions, those with the highest numbers
    #[arg(long, value_name = "N", group = "rules")]
    keep_last: Option<usize>,
    /// Keep versions that were published within this time, such as 30d, 12h or 2w, and those of
    /// unknown age, placed by hand
    #[arg(long, value_name = "TIME", group = "rules")]
    keep_within: Option<Age>,
    /// Keep versions whose description matches this pattern, with *, ? and [a-z]; may be repeated
    #[arg(long, value_name = "GLOB", group = "rules", value_parser = Pattern::new)]
    keep_matching: Vec<Pattern>,
    /// Remove the versions that go, in one change
    #[arg(long)]
    apply: bool,
}

impl Run for PruneArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.into_result()?;
        let request = PruneRequest {
            function_name: input::text("NAME", &self.function_name)?,
            rules: KeepRules {
                last: self.keep_last,
                within: self.keep_within,
                matching: self.keep_matching,
            },
            apply: self.apply,
        };
        let rendering = globals.chosen_rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let pruned = operations::prune(&store, &request).map_err(Failure::of(OPERATION))?;
        let is_changed = pruned.applied && pruned.versions.iter().any(PlannedVersion::goes);
        Ok(match rendering {
            Some(rendering) if is_changed => rendering.changed(&document(&pruned)),
            Some(rendering) => rendering.read(&document(&pruned)),
            None => Outcome {
                done: is_changed.then(|| "the change is done and kept".to_owned()),
                ..Outcome::printed(words(&pruned, &request.rules, globals.painter()))
            },
        })
    }
}

/// How many versions stay and go, and the bytes that are freed.
struct Totals {
    kept: usize,
    removed: usize,
    bytes_freed: u64,
}

impl Totals {
    fn of(pruned: &PruneResponse) -> Self {
        let going = || pruned.versions.iter().filter(|planned| planned.goes());
        let removed = going().count();
        Self {
            kept: pruned.versions.len() - removed,
            removed,
            bytes_freed: going().map(|planned| planned.version.code_size).sum(),
        }
    }
}

/// Returns the answer for scripts.
fn document(pruned: &PruneResponse) -> Value {
    let totals = Totals::of(pruned);
    let count = |number: usize| Value::integer(u64::try_from(number).unwrap_or(u64::MAX));
    Value::object([
        ("FunctionName", Value::string(pruned.function_name.as_str())),
        ("FunctionArn", Value::string(&pruned.function_arn)),
        ("Applied", Value::boolean(pruned.applied)),
        (
            "Versions",
            Value::Array(pruned.versions.iter().map(version).collect()),
        ),
        (
            "Totals",
            Value::object([
                ("Kept", count(totals.kept)),
                ("Removed", count(totals.removed)),
                ("BytesFreed", Value::integer(totals.bytes_freed)),
            ]),
        ),
    ])
}

fn version(planned: &PlannedVersion) -> Value {
    let version = &planned.version;
    let action = if planned.goes() { "Remove" } else { "Keep" };
    let published = version.published.map(|time| time.to_string());
    let description = version.description.as_ref().ok();
    let members = [
        // A version's number is a string, as AWS writes it.
        ("Version", Some(Value::string(&version.number.to_string()))),
        ("Action", Some(Value::string(action))),
        (
            "Reasons",
            Some(Value::Array(planned.reasons.iter().map(reason).collect())),
        ),
        ("Published", published.map(|time| Value::string(&time))),
        ("Description", description.map(|text| Value::string(text))),
        ("CodeSize", Some(Value::integer(version.code_size))),
    ];
    Value::object(
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    )
}

fn reason(reason: &Reason) -> Value {
    let (name, detail) = match reason {
        Reason::Aliases(names) => {
            let names = names.iter().map(|name| Value::string(name)).collect();
            ("Aliases", Some(("Names", Value::Array(names))))
        }
        Reason::Last => ("KeepLast", None),
        Reason::Within => ("KeepWithin", None),
        Reason::Matching(glob) => ("KeepMatching", Some(("Pattern", Value::string(glob)))),
        Reason::UnknownAge => ("UnknownAge", None),
        Reason::Broken(problem) => ("Broken", Some(("Problem", Value::string(problem)))),
    };
    Value::object([("Reason", Value::string(name))].into_iter().chain(detail))
}

/// Returns the answer for people: a line for each version, those that go and those that stay alike,
/// and the totals.
fn words(pruned: &PruneResponse, rules: &KeepRules, painter: Painter) -> String {
    let columns = Columns::of(pruned);
    let removed_because = not_kept(rules);
    let mut text = String::new();
    for planned in &pruned.versions {
        text += &columns.line(planned, rules, &removed_because, painter);
    }
    let Totals {
        kept,
        removed,
        bytes_freed,
    } = Totals::of(pruned);
    let name = painter.paint(Tone::Heading, pruned.function_name.as_str());
    let verdict = match (removed, pruned.applied) {
        (0, _) => painter.paint(Tone::Fine, "nothing to remove"),
        (_, true) => painter.paint(
            Tone::Bad,
            &format!("{} removed, {bytes_freed} bytes freed", versions(removed)),
        ),
        (_, false) => painter.paint(
            Tone::Notable,
            &format!(
                "--apply would remove {} and free {bytes_freed} bytes",
                versions(removed)
            ),
        ),
    };
    text + &format!("{name}: {verdict}; {} kept\n", versions(kept))
}

fn versions(count: usize) -> String {
    match count {
        1 => "1 version".to_owned(),
        _ => format!("{count} versions"),
    }
}

/// Says of a version that goes why no rule keeps it.
fn not_kept(rules: &KeepRules) -> String {
    let last = rules.last.map(|last| format!("not among the last {last}"));
    let within = rules.within.as_ref().map(|age| format!("older than {age}"));
    let matching =
        (!rules.matching.is_empty()).then(|| "its description matches no pattern".to_owned());
    let parts: Vec<String> = [last, within, matching].into_iter().flatten().collect();
    visible(&parts.join(", "))
}

/// The widths of what stands in columns.
struct Columns {
    action: usize,
    number: usize,
    code_size: usize,
    words: [&'static str; 2],
}

impl Columns {
    fn of(pruned: &PruneResponse) -> Self {
        let widest = |numbers: &dyn Fn(&PlannedVersion) -> u64| {
            let widths = pruned
                .versions
                .iter()
                .map(|planned| numbers(planned).to_string().len());
            widths.max().unwrap_or_default()
        };
        let words = if pruned.applied {
            ["kept", "removed"]
        } else {
            ["keep", "remove"]
        };
        Self {
            action: words[1].len(),
            number: widest(&|planned| planned.version.number),
            code_size: widest(&|planned| planned.version.code_size),
            words,
        }
    }

    fn line(
        &self,
        planned: &PlannedVersion,
        rules: &KeepRules,
        removed_because: &str,
        painter: Painter,
    ) -> String {
        let version = &planned.version;
        let (tone, word) = if planned.goes() {
            (Tone::Bad, self.words[1])
        } else {
            (Tone::Fine, self.words[0])
        };
        let action = painter.paint(tone, &format!("{word:width$}", width = self.action));
        let published = version
            .published
            .map_or_else(|| "unknown".to_owned(), |time| time.to_string());
        let why = if planned.goes() {
            removed_because.to_owned()
        } else {
            let kept: Vec<String> = planned
                .reasons
                .iter()
                .map(|reason| kept_because(reason, rules, painter))
                .collect();
            kept.join(", ")
        };
        format!(
            "{action}  {:>number$}  {published:28}  {:>size$} bytes  {why}\n",
            version.number,
            version.code_size,
            number = self.number,
            size = self.code_size,
        )
    }
}

fn kept_because(reason: &Reason, rules: &KeepRules, painter: Painter) -> String {
    let shown = |text: String| visible(&text);
    match reason {
        Reason::Aliases(names) => {
            let word = if names.len() == 1 { "alias" } else { "aliases" };
            shown(format!("{word} {}", names.join(" ")))
        }
        Reason::Last => shown(format!("among the last {}", rules.last.unwrap_or_default())),
        Reason::Within => rules
            .within
            .as_ref()
            .map_or_else(String::new, |age| shown(format!("published within {age}"))),
        Reason::Matching(glob) => shown(format!("its description matches {glob}")),
        Reason::UnknownAge => painter.paint(Tone::Notable, "of unknown age"),
        Reason::Broken(problem) => painter.paint(Tone::Bad, &shown(format!("broken: {problem}"))),
    }
}
