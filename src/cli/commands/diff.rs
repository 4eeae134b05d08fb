//! `diff`: the tool's own command that compares two states of a function, packages included.

use clap::Args;

use super::Run;
use crate::api::document::Value;
use crate::api::messages::{DiffRequest, DiffResponse, DiffSide, DiffState};
use crate::api::package_difference::{
    EntryContent, EntryDifference, EntryKind, EntryState, PackageDifference, TextDifference,
};
use crate::api::qualifier::Qualifier;
use crate::cli::diff_words::{self, Detail};
use crate::cli::differences::change;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::input;
use crate::cli::parameters::Parameters;
use crate::operations;
use crate::store::PackageSource;

const OPERATION: &str = "Diff";

/// Compare two versions of a function, its configuration and its package entry by entry
///
/// A and B are versions, aliases or $LATEST, or zip files: what has a slash or a dot in it is a path.
/// A zip has no configuration, so of it the package alone is compared. Nothing is unpacked to disk.
/// Values of environment variables are never shown.
///
/// Exits with 0 if both would be deployed alike, 1 if not. Packages that differ only in how they are
/// packed (timestamps, compression, order) are alike, and it is said: their hashes differ, so
/// publish-version makes a version of each. Whether it would make one, status says.
///
/// --output json, --output text and --query print it as a document for scripts.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  lambda-store diff hello || echo 'it differs'\n  \
    lambda-store diff hello 1 2 --text || true\n  \
    lambda-store diff hello 2 live --stat\n  \
    lambda-store diff hello '$LATEST' ./hello.zip\n  \
    lambda-store diff hello 1 2 --query 'Entries[].Path' --output text || true"
)]
pub(super) struct DiffArgs {
    /// Name the function, by name or ARN
    #[arg(value_name = "NAME")]
    function_name: String,
    /// Compare this version, alias or zip [default: the version published last]
    #[arg(value_name = "A")]
    old: Option<String>,
    /// Compare it with this version, alias or zip [default: $LATEST]
    #[arg(value_name = "B")]
    new: Option<String>,
    /// Show line by line how entries differ that are text, up to 1 MB or 100,000 lines each
    #[arg(long)]
    text: bool,
    /// Show how much differs, and nothing more
    #[arg(long, conflicts_with = "text")]
    stat: bool,
}

impl Run for DiffArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", Some(&self.function_name));
        parameters.into_result()?;
        let (old, old_package) = side("A", self.old.as_deref())?;
        let (new, new_package) = side("B", self.new.as_deref())?;
        let request = DiffRequest {
            function_name: input::text("NAME", &self.function_name)?,
            old,
            new,
            text: self.text,
        };
        let rendering = globals.chosen_rendering(OPERATION)?;
        let store = globals.open_store(OPERATION)?;
        let diff = operations::diff(&store, &request, old_package, new_package)
            .map_err(Failure::of(OPERATION))?;
        let given = [self.old, self.new].map(Option::unwrap_or_default);
        let detail = if self.stat {
            Detail::Counts
        } else {
            Detail::All
        };
        let (is_same, warnings) = (diff.is_same(), warnings(&diff));
        let mut outcome = match rendering {
            Some(rendering) => rendering.read(&document(diff, &given, detail)),
            None => Outcome::printed(diff_words::words(diff, &given, detail, globals.painter())),
        };
        for warning in warnings {
            outcome.warn(&warning);
        }
        // A result that cannot be printed keeps its own code.
        if outcome.code == 0 && !is_same {
            outcome.code = 1;
        }
        Ok(outcome)
    }
}

/// Returns warnings of versions whose packages were changed, of each one.
fn warnings(diff: &DiffResponse) -> Vec<String> {
    let mut warnings: Vec<String> = [&diff.old, &diff.new]
        .into_iter()
        .filter(|side| side.is_damaged)
        .map(|side| {
            format!(
                "the package of {} is not the one that its config.json tells of, its hash is {}; \
                 lambda-store verify {} says what to do",
                diff_words::label(side, ""),
                side.code.sha256,
                diff.function_name
            )
        })
        .collect();
    warnings.dedup();
    warnings
}

/// Takes a side as a qualifier or else as the path of a zip, which is opened.
fn side(
    name: &str,
    value: Option<&str>,
) -> Result<(Option<String>, Option<PackageSource>), Failure> {
    match value {
        None => Ok((None, None)),
        Some(qualifier) if Qualifier::parse(qualifier).is_ok() => {
            Ok((Some(qualifier.to_owned()), None))
        }
        Some(path) => Ok((None, Some(input::package(name, path)?))),
    }
}

/// Returns the answer for scripts.
fn document(diff: DiffResponse, given: &[String; 2], detail: Detail) -> Value {
    let mut members = vec![
        ("FunctionName", Value::string(diff.function_name.as_str())),
        ("Same", Value::boolean(diff.is_same())),
        ("SameBytes", Value::boolean(diff.package.is_none())),
        ("Old", side_value(&diff.old, &given[0])),
        ("New", side_value(&diff.new, &given[1])),
        ("Summary", summary(&diff)),
    ];
    if detail == Detail::All {
        if let Some(differences) = &diff.configuration {
            let changes = differences.iter().map(change).collect();
            members.push(("Changes", Value::Array(changes)));
        }
        // The texts may be much, and each is let go once it is in the document.
        let entries = diff.package.into_iter().flat_map(|package| package.entries);
        members.push((
            "Entries",
            Value::Array(entries.map(|found| entry(&found)).collect()),
        ));
    }
    Value::object(members)
}

fn side_value(side: &DiffSide, given: &str) -> Value {
    let mut members = Vec::new();
    match &side.state {
        DiffState::Package => members.push(("Path", Value::string(given))),
        DiffState::Version { alias, version } => {
            members.extend(alias.iter().map(|alias| ("Alias", Value::string(alias))));
            members.push(("Version", Value::string(version)));
        }
    }
    members.extend([
        ("CodeSha256", Value::string(side.code.sha256.as_str())),
        ("CodeSize", Value::integer(side.code.size)),
    ]);
    Value::object(members)
}

fn summary(diff: &DiffResponse) -> Value {
    let count = |count: usize| Value::integer(count as u64);
    let (added, removed, modified) = diff
        .package
        .as_ref()
        .map_or((0, 0, 0), PackageDifference::counts);
    let mut members = Vec::new();
    if let Some(differences) = &diff.configuration {
        members.push(("Changes", count(differences.len())));
    }
    members.extend([
        ("Added", count(added)),
        ("Removed", count(removed)),
        ("Modified", count(modified)),
    ]);
    // Of packages that are the same bytes the entries are not counted.
    if let Some(package) = &diff.package {
        let packing = diff_words::packing(package).into_iter().map(Value::string);
        members.extend([
            ("Unchanged", count(package.unchanged)),
            ("OldSize", Value::integer(package.old_size)),
            ("NewSize", Value::integer(package.new_size)),
        ]);
        if package.entries.is_empty() {
            members.push(("Packing", Value::Array(packing.collect())));
        }
    }
    Value::object(members)
}

fn entry(entry: &EntryDifference) -> Value {
    let change = match (&entry.old, &entry.new) {
        (None, _) => "Added",
        (_, None) => "Removed",
        _ => "Modified",
    };
    let mut members = vec![
        ("Path", Value::string(&entry.path)),
        ("Occurrence", Value::integer(entry.occurrence as u64)),
        ("Change", Value::string(change)),
        ("ContentDiffers", Value::boolean(entry.content_differs)),
    ];
    members.extend(entry.old.as_ref().map(|old| ("Old", entry_state(old))));
    members.extend(entry.new.as_ref().map(|new| ("New", entry_state(new))));
    match &entry.text {
        Some(TextDifference::Hunks(hunks)) => {
            let text = diff_words::headers(entry).join("\n") + "\n" + hunks;
            members.push(("Text", Value::string(&text)));
        }
        Some(other) => {
            let why = match other {
                TextDifference::TooLarge => "TooLarge",
                TextDifference::Unreadable => "Unreadable",
                TextDifference::Binary | TextDifference::Hunks(_) => "Binary",
            };
            members.push(("NoText", Value::string(why)));
        }
        None => {}
    }
    Value::object(members)
}

fn entry_state(state: &EntryState) -> Value {
    let kind = match state.kind {
        EntryKind::File => "File",
        EntryKind::Directory => "Directory",
        EntryKind::Symlink => "Symlink",
        EntryKind::Special => "Special",
    };
    let mut members = vec![("Type", Value::string(kind))];
    if let Some(permissions) = state.permissions {
        members.push(("Mode", Value::string(&diff_words::octal(permissions))));
    }
    members.push(("Size", Value::integer(state.size)));
    members.push(match &state.content {
        EntryContent::Sha256(sha256) => ("Sha256", Value::string(sha256)),
        EntryContent::Packed(why) => ("Packed", Value::string(why)),
        EntryContent::Broken(how) => ("Broken", Value::string(how)),
    });
    Value::object(members)
}
