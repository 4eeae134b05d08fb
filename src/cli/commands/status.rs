//! `status`: the tool's own command that says what the next publish would do, and why.

use clap::Args;

use super::Run;
use crate::api::difference::Difference;
use crate::api::document::Value;
use crate::api::messages::{Comparison, NextPublish, StatusRequest, StatusResponse};
use crate::cli::colour::{Painter, Tone};
use crate::cli::differences::{change, table};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::cli::visible::visible;
use crate::operations;

const OPERATION: &str = "Status";

/// The operation whose outcome is foretold.
const FORETOLD: &str = "PublishVersion";

/// Say what the next publish-version would do, and why
///
/// Compares $LATEST with what was published last, and names what was edited by hand since the last
/// command. Changes nothing. Values of environment variables are never shown.
///
/// --output json, --output text and --query print it as a document for scripts.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store status hello\n  \
    lambda-store status hello --query 'Changes[].Path' --output text\n  \
    lambda-store status hello --exit-code >/dev/null || \\\n    \
    lambda-store publish-version --function-name hello")]
pub(super) struct StatusArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Exit with 0 if there is nothing to publish, 1 if there is something, 254 if publish-version
    /// would fail; without it with 0 in any case
    #[arg(long)]
    exit_code: bool,
}

impl Run for StatusArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.into_result()?;
        let request = StatusRequest {
            function_name: input::text("NAME", &self.function_name)?,
        };
        let rendering = globals.chosen_rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let status = operations::status(&store, &request).map_err(Failure::of(OPERATION))?;
        let mut outcome = match rendering {
            Some(rendering) => rendering.read(&document(&status)),
            None => Outcome::printed(words(&status, globals.painter())),
        };
        // A result that cannot be printed keeps its own code.
        if self.exit_code && outcome.code == 0 {
            match status.publish {
                Ok(NextPublish::Return(_)) => {}
                Ok(NextPublish::Make(_)) => outcome.code = 1,
                Err(error) => {
                    let foretold = Failure::of(FORETOLD)(error).into_outcome();
                    (outcome.code, outcome.stderr) = (foretold.code, foretold.stderr);
                }
            }
        }
        Ok(outcome)
    }
}

/// Returns the answer for scripts.
fn document(status: &StatusResponse) -> Value {
    let publish = match &status.publish {
        Ok(NextPublish::Make(version)) => action("Make", "Version", number(*version)),
        Ok(NextPublish::Return(version)) => action("Return", "Version", number(*version)),
        Err(error) => {
            let error = Value::object([
                ("Code", Value::string(error.code())),
                ("Message", Value::string(&error.to_string())),
            ]);
            action("Fail", "Error", error)
        }
    };
    let mut members = vec![
        ("FunctionName", Value::string(status.function_name.as_str())),
        ("FunctionArn", Value::string(&status.function_arn)),
        ("Publish", publish),
    ];
    if let Some(comparison) = &status.comparison {
        members.extend(compared(comparison));
    }
    let edited = status.found_edited.iter().map(|file| Value::string(file));
    members.extend([
        ("FoundEdited", Value::Array(edited.collect())),
        ("CodeSha256", Value::string(status.code.sha256.as_str())),
        ("CodeSize", Value::integer(status.code.size)),
        ("RevisionId", Value::string(status.revision_id.as_str())),
        (
            "TotalCodeSize",
            Value::object([
                ("Stored", Value::integer(status.stored)),
                ("Added", Value::integer(status.added)),
                ("Quota", Value::integer(status.quota)),
            ]),
        ),
    ]);
    Value::object(members)
}

/// A version's number is a string, as AWS writes it.
fn number(version: u64) -> Value {
    Value::string(&version.to_string())
}

fn action(action: &str, name: &str, detail: Value) -> Value {
    Value::object([("Action", Value::string(action)), (name, detail)])
}

/// Returns the members that tell how `$LATEST` compares with the last publish.
fn compared(comparison: &Comparison) -> Vec<(&'static str, Value)> {
    let (reason, version, differences) = match comparison {
        Comparison::NeverPublished => {
            return vec![("Reason", Value::string("NeverPublished"))];
        }
        Comparison::Deleted { version } => ("LastPublishedDeleted", version, None),
        Comparison::Unchanged { version } => ("Unchanged", version, Some(&[][..])),
        Comparison::Changed {
            version,
            differences,
        } => ("Changed", version, Some(&differences[..])),
    };
    let mut members = vec![
        ("Reason", Value::string(reason)),
        ("LastPublished", number(*version)),
    ];
    if let Some(differences) = differences {
        let is_code = |difference: &Difference| difference.path == "CodeSha256";
        let code_changed = differences.iter().any(is_code).to_string();
        members.extend([
            ("CodeChanged", Value::Leaf(code_changed.into())),
            (
                "Changes",
                Value::Array(differences.iter().map(change).collect()),
            ),
        ]);
    }
    members
}

/// Returns the answer for people.
fn words(status: &StatusResponse, painter: Painter) -> String {
    let mut blocks = vec![verdict(status, painter)];
    if let Some(Comparison::Changed {
        version,
        differences,
    }) = &status.comparison
    {
        let heading = format!("Changed since version {version}:");
        blocks.push(painter.paint(Tone::Heading, &heading) + "\n" + &table(differences, painter));
    }
    if !status.found_edited.is_empty() {
        let files = status.found_edited.join(", ");
        let heading = painter.paint(Tone::Heading, "Edited by hand since the last change:");
        blocks.push(format!(
            "{heading} {}\n",
            painter.paint(Tone::Notable, &files)
        ));
    }
    blocks.push(format!(
        "{}\n    --code-sha256 {}\n    --revision-id {}\n",
        painter.paint(Tone::Heading, "To publish this state and no other:"),
        status.code.sha256,
        status.revision_id.as_str(),
    ));
    blocks.push(format!(
        "{} {} bytes stored of {}, {} left; the next publish adds {}\n",
        painter.paint(Tone::Heading, "Packages:"),
        status.stored,
        status.quota,
        status.quota.saturating_sub(status.stored),
        status.added,
    ));
    blocks.join("\n")
}

fn verdict(status: &StatusResponse, painter: Painter) -> String {
    let why = match &status.comparison {
        Some(Comparison::NeverPublished) => "; nothing was published yet".to_owned(),
        Some(Comparison::Deleted { version }) => {
            format!("; version {version}, published last, was deleted")
        }
        _ => String::new(),
    };
    let (tone, text) = match &status.publish {
        Ok(NextPublish::Return(version)) => (
            Tone::Fine,
            format!("nothing to publish, unchanged since version {version}"),
        ),
        Ok(NextPublish::Make(version)) => (
            Tone::Notable,
            format!("publish-version would make version {version}{why}"),
        ),
        Err(error) => (
            Tone::Bad,
            visible(&format!(
                "publish-version would fail: {}: {error}",
                error.code()
            )),
        ),
    };
    let name = painter.paint(Tone::Heading, status.function_name.as_str());
    format!("{name}: {}\n", painter.paint(tone, &text))
}
