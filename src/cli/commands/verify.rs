//! `verify`: the tool's own command that says whether a store is sound, and what is wrong with it.

use clap::Args;

use super::Run;
use crate::api::document::Value;
use crate::api::finding::Finding;
use crate::api::messages::{VerifyRequest, VerifyResponse};
use crate::cli::colour::{Painter, Tone};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::cli::visible::visible;
use crate::operations;

const OPERATION: &str = "Verify";

/// How many notes are shown to people: a function that was renamed makes one of each version.
const NOTES_SHOWN: usize = 5;

/// Read the whole store again, and say what is wrong with it
///
/// Hashes every package and checks every configuration, alias, fingerprint and line of the history
/// against the format (store-example/FORMAT.md). Changes nothing, takes no lock, and works on a store
/// that is in use or read-only.
///
/// One line per finding: where, its name, what is wrong, what to do. Exits with 0 if nothing is wrong,
/// 1 if something is. --output json, --output text and --query print it as a document for scripts.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store verify\n  lambda-store verify hello\n  \
    lambda-store verify --query 'Findings[].[Path, Name]' --output text"
)]
pub(super) struct VerifyArgs {
    /// Check these functions alone, by name or ARN
    #[arg(value_name = "NAME")]
    function_names: Vec<String>,
}

impl Run for VerifyArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        for name in &self.function_names {
            parameters.not_empty("FunctionName", Some(name));
        }
        parameters.into_result()?;
        let names = self.function_names.iter();
        let request = VerifyRequest {
            function_names: names
                .map(|name| input::text("NAME", name))
                .collect::<Result<_, _>>()?,
        };
        let rendering = globals.chosen_rendering(OPERATION)?;
        let store = globals.open_damaged_store(OPERATION)?;
        let verified = operations::verify(&store, &request).map_err(Failure::of(OPERATION))?;
        let mut outcome = match rendering {
            Some(rendering) => rendering.read(&document(&verified)),
            None => Outcome::printed(words(&verified, globals.painter())),
        };
        // A result that cannot be printed keeps its own code.
        if outcome.code == 0 && !verified.is_sound() {
            outcome.code = 1;
        }
        Ok(outcome)
    }
}

/// Returns the answer for scripts.
fn document(verified: &VerifyResponse) -> Value {
    let list = |findings: &[Finding]| Value::Array(findings.iter().map(entry).collect());
    Value::object([
        ("Sound", Value::boolean(verified.is_sound())),
        ("Functions", Value::integer(verified.functions)),
        ("Versions", Value::integer(verified.versions)),
        ("Packages", Value::integer(verified.packages)),
        ("Bytes", Value::integer(verified.bytes)),
        ("Findings", list(&verified.findings)),
        ("Notes", list(&verified.notes)),
    ])
}

fn entry(finding: &Finding) -> Value {
    let function = finding.function.as_ref();
    let members = [
        (
            "Function",
            function.map(|name| Value::string(name.as_str())),
        ),
        ("Path", Some(Value::string(&finding.path))),
        ("Line", finding.line.map(Value::integer)),
        ("Name", Some(Value::string(finding.name.as_str()))),
        ("Problem", Some(Value::string(&finding.problem))),
        ("Remedy", Some(Value::string(finding.remedy()))),
    ];
    let given = members.into_iter();
    Value::object(given.filter_map(|(name, value)| Some((name, value?))))
}

/// Returns the answer for people.
fn words(verified: &VerifyResponse, painter: Painter) -> String {
    let findings = verified.findings.iter();
    let mut lines: Vec<String> = findings
        .map(|finding| line(finding, Tone::Bad, painter))
        .collect();
    let notes = verified.notes.iter().take(NOTES_SHOWN);
    lines.extend(notes.map(|note| line(note, Tone::Notable, painter)));
    if let Some(more) = verified.notes.len().checked_sub(NOTES_SHOWN)
        && more > 0
    {
        lines.push(format!(
            "{more} more files say that they belong elsewhere; --output json names all of them\n"
        ));
    }
    let verdict = match verified.findings.len() {
        0 => painter.paint(Tone::Fine, "sound"),
        1 => painter.paint(Tone::Bad, "not sound, 1 finding"),
        count => painter.paint(Tone::Bad, &format!("not sound, {count} findings")),
    };
    lines.push(format!("{verdict}: {} read\n", counts(verified)));
    lines.concat()
}

fn line(finding: &Finding, tone: Tone, painter: Painter) -> String {
    let line = finding.line.map(|line| format!("line {line}: "));
    format!(
        "{}: {}: {}{}; {}\n",
        visible(&finding.path),
        painter.paint(tone, finding.name.as_str()),
        line.unwrap_or_default(),
        visible(&finding.problem),
        finding.remedy()
    )
}

fn counts(verified: &VerifyResponse) -> String {
    let counted = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    [
        counted(verified.functions, "function"),
        counted(verified.versions, "version"),
        counted(verified.packages, "package"),
        counted(verified.bytes, "byte"),
    ]
    .join(", ")
}
