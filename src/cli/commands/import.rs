//! `import`: the tool's own command that takes a function from a tar file, or from what AWS printed.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};

use clap::Args;

use super::Run;
use crate::api::document::Value;
use crate::api::messages::{ImportFromAwsRequest, ImportRequest, ImportResponse};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::globals::Globals;
use crate::cli::parameters::Parameters;
use crate::cli::{input, notices};
use crate::operations;

const OPERATION: &str = "Import";

/// Take a function, or versions of one, from a tar file that export wrote
///
/// All of it is checked: hashes, revision ids, the history. It comes in as one change, or not at all.
/// Into a function that is there, only versions above its highest number come.
///
/// With --from-aws, take $LATEST or one version of a function that lives in AWS, under its own number:
/// what aws lambda get-function printed of it, and the package that Code.Location there leads to.
#[derive(Args)]
#[command(after_help = "Examples:\n  lambda-store export hello hello.tar\n  \
    lambda-store import hello.tar --as copy\n  \
    lambda-store export hello:2 - | lambda-store import - --as second --query Versions\n  \
    lambda-store get-function --function-name hello:3 > hello-3.json\n  \
    lambda-store import --from-aws hello-3.json --as third \\\n    \
    --zip-file fileb://store/hello/versions/3/code.zip")]
pub(super) struct ImportArgs {
    /// Read this file; - is stdin
    #[arg(value_name = "FILE.tar", required_unless_present = "from_aws")]
    file: Option<String>,
    /// Give the function this name
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Read what aws lambda get-function or get-function-configuration printed; - is stdin
    #[arg(
        long,
        value_name = "FILE.json",
        conflicts_with = "file",
        requires = "zip_file"
    )]
    from_aws: Option<String>,
    /// Take the package of --from-aws from this file; the path alone does, too
    #[arg(long, value_name = "fileb://PATH", requires = "from_aws")]
    zip_file: Option<String>,
}

impl Run for ImportArgs {
    fn run(self, globals: &Globals) -> Result<Outcome, Failure> {
        let mut parameters = Parameters::default();
        parameters.not_empty("FunctionName", self.name.as_deref());
        parameters.into_result()?;
        let name = input::optional_text("--as", self.name)?;
        let rendering = globals.rendering(OPERATION)?;
        let imported = if let (Some(answer), Some(zip_file)) = (self.from_aws, self.zip_file) {
            let request = ImportFromAwsRequest {
                function_name: name,
                answer: read_answer(&answer)?,
            };
            let package = input::package("--zip-file", &zip_file)?;
            let store = globals.open_store(OPERATION)?;
            operations::import_from_aws(&store, &request, &package)
        } else {
            let file = self.file.unwrap_or_default();
            let mut archive = open(&file)?;
            let store = globals.open_store(OPERATION)?;
            let request = ImportRequest {
                function_name: name,
            };
            let called = if file == "-" { "standard input" } else { &file };
            operations::import(&store, &request, (&mut archive, called))
        };
        let imported = imported.map_err(Failure::of(OPERATION))?;
        let mut outcome = rendering.changed(&document(&imported));
        if notices::is_for_a_person() {
            outcome.stderr.push_str(&words(&imported));
        }
        Ok(outcome)
    }
}

fn open(file: &str) -> Result<Box<dyn Read>, Failure> {
    if file == "-" {
        if io::stdin().is_terminal() {
            let refusal = "An archive is not read from a terminal: name a file, or pipe one in";
            return Err(Failure::Usage(refusal.to_owned()));
        }
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(file);
    let opened = opened.map_err(|error| Failure::Usage(format!("Cannot read {file}: {error}")))?;
    Ok(Box::new(opened))
}

/// Reads the answer of AWS, which is no longer than a document may be.
fn read_answer(file: &str) -> Result<Value, Failure> {
    const LONGEST: u64 = 1024 * 1024;
    let unreadable = |problem: &dyn std::fmt::Display| {
        Failure::Usage(format!("Bad value for --from-aws {file}: {problem}"))
    };
    let mut text = String::new();
    let mut input = open(file.strip_prefix("file://").unwrap_or(file))?.take(LONGEST + 1);
    input
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(unreadable(&format!("it has more than {LONGEST} bytes")));
    }
    Value::parse(&text).map_err(|error| unreadable(&error))
}

fn document(imported: &ImportResponse) -> Value {
    let number = |version: &u64| Value::string(&version.to_string());
    let versions = imported.versions.iter().map(number);
    Value::object([
        (
            "FunctionName",
            Value::string(imported.function_name.as_str()),
        ),
        ("FunctionArn", Value::string(&imported.function_arn)),
        ("Created", Value::boolean(imported.is_new)),
        ("Versions", Value::Array(versions.collect())),
        ("Latest", Value::boolean(imported.has_latest)),
        ("History", Value::boolean(imported.has_history)),
    ])
}

fn words(imported: &ImportResponse) -> String {
    let name = &imported.function_name;
    let versions = match imported.versions[..] {
        [] => String::new(),
        [version] => format!(" version {version}"),
        ref versions => format!(" {} versions", versions.len()),
    };
    let latest = match (imported.has_latest, versions.is_empty()) {
        (false, _) => "",
        (true, true) => " $LATEST",
        (true, false) => " and $LATEST",
    };
    let made = if imported.is_new {
        ", a new function"
    } else {
        ""
    };
    format!("imported{versions}{latest} of {name}{made}\n")
}
