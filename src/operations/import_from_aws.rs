//! `Import` of what AWS answered about a function that lives there, and of its package.

use super::importing::{check_above, failed, imported_name, taken};
use crate::api::Error;
use crate::api::code_sha256::CodeIdentity;
use crate::api::configuration::FunctionConfiguration;
use crate::api::document::{Document, Member, Value};
use crate::api::function_name::FunctionName;
use crate::api::messages::{ImportFromAwsRequest, ImportResponse};
use crate::api::qualifier::{LATEST, parse_version};
use crate::api::timestamp::Timestamp;
use crate::store::{PackageSource, Store, Upload};

/// The operation's name in the history.
const OPERATION: &str = "Import";

/// Takes a version under its own number, or `$LATEST`, of a function that lives in AWS. A function
/// that is not there is made, `$LATEST` of the version and the tags with it.
///
/// # Errors
/// `InvalidParameterValueException` for an answer that is none, a container image, and a package that
/// is not the one that the answer describes; `ResourceConflictException` for a version that is not
/// above the highest number of the function; `CodeStorageExceededException`;
/// `TooManyRequestsException` if the function's lock is not had in time; `ServiceException`.
pub fn import_from_aws(
    store: &Store,
    request: &ImportFromAwsRequest,
    package: &PackageSource,
) -> Result<ImportResponse, Error> {
    let scope = store.scope();
    let answer = Answer::read(&request.answer)?;
    let asked = request.function_name.as_deref();
    let name = imported_name(scope, asked, || answer.function_name())?;
    let upload = store.take_in(package)?;
    answer.check_package(upload.code())?;
    let is_new = !store.contains(&name)?;
    if is_new {
        make(store, &name, &answer, upload)?;
    } else {
        add(store, &name, &answer, &upload)?;
    }
    Ok(ImportResponse {
        function_arn: scope.function_arn(&name, None),
        function_name: name,
        is_new,
        versions: answer.version.into_iter().collect(),
        has_latest: is_new || answer.version.is_none(),
        has_history: false,
    })
}

/// What AWS answered.
struct Answer {
    configuration: FunctionConfiguration,
    tags: Vec<(String, String)>,
    /// The version's number; `None` for `$LATEST`.
    version: Option<u64>,
    modified: Timestamp,
    code: CodeIdentity,
}

impl Answer {
    /// Takes what `get-function` or `get-function-configuration` printed.
    fn read(answer: &Value) -> Result<Self, Error> {
        let found = answer.get("Configuration").unwrap_or(answer);
        let Value::Object(members) = found else {
            return Err(off("it is not what aws lambda get-function prints"));
        };
        let configuration = FunctionConfiguration::from_document(Document::of_members(members));
        let configuration = configuration.map_err(off)?;
        let document = configuration.document();
        if document
            .string("PackageType")
            .is_some_and(|kind| kind != "Zip")
        {
            return Err(off(
                "PackageType: the function is a container image, and a store has no registry",
            ));
        }
        if let Some(error) = document
            .get("Environment")
            .and_then(|environment| environment.get("Error"))
        {
            return Err(off(format!(
                "Environment: AWS could not read the variables, they are missing from it ({}); ask again as \
                 somebody who may decrypt them",
                error.compact()
            )));
        }
        let version = match &*configuration.version() {
            LATEST => None,
            "" => return Err(off("Version: must be there")),
            text => Some(parse_version(text).ok_or_else(|| {
                off(format!(
                    "Version: '{text}' is neither $LATEST nor a version's number"
                ))
            })?),
        };
        let modified = configuration.last_modified();
        let modified =
            modified.ok_or_else(|| off("LastModified: must be there, as AWS writes it"))?;
        let code = configuration.code();
        let code = code.ok_or_else(|| off("CodeSha256 and CodeSize: must be there"))?;
        let tag = |tag: &Member| Some((tag.name().to_owned(), tag.value().as_str()?));
        let tags = answer.get("Tags").map(Value::members).unwrap_or_default();
        Ok(Self {
            tags: tags.iter().filter_map(tag).collect(),
            configuration,
            version,
            modified,
            code,
        })
    }

    fn function_name(&self) -> Result<FunctionName, Error> {
        let name = self.configuration.function_name();
        FunctionName::parse(&name)
            .ok_or_else(|| off(format!("FunctionName: '{name}' is no function's name")))
    }

    fn check_package(&self, code: &CodeIdentity) -> Result<(), Error> {
        if self.code == *code {
            return Ok(());
        }
        let CodeIdentity { sha256, size } = &self.code;
        Err(Error::invalid(format!(
            "ZipFile: the package has {} bytes and the SHA-256 {}, and AWS told of {size} bytes and {sha256}; \
             it is that of another version. Code.Location of the same answer leads to the right one",
            code.size, code.sha256
        )))
    }
}

fn off(problem: impl std::fmt::Display) -> Error {
    Error::invalid(format!("The answer of AWS cannot be imported: {problem}"))
}

fn make(store: &Store, name: &FunctionName, answer: &Answer, upload: Upload) -> Result<(), Error> {
    let scope = store.scope();
    let mut creation = store.creation(OPERATION, name.clone(), upload)?;
    let mut latest = answer.configuration.clone();
    latest.complete_latest(scope, name);
    if let Some(number) = answer.version {
        let mut version = answer.configuration.clone();
        version.complete_version(scope, name, number, creation.time());
        creation.import_version(number, &version, answer.modified)?;
    }
    if !answer.tags.is_empty() {
        creation.tag(&answer.tags)?;
    }
    creation
        .commit(&latest)
        .map_err(|error| failed(name, error))
}

fn add(store: &Store, name: &FunctionName, answer: &Answer, upload: &Upload) -> Result<(), Error> {
    let scope = store.scope();
    let function = store.lock(name)?.ok_or_else(|| taken(name))?;
    if let Some(number) = answer.version {
        check_above(&function, name, [number])?;
        let (mut change, fact) = function.change_beside_latest(OPERATION)?;
        let staged = change.stage_version_as(number)?;
        staged.copy_upload(upload)?;
        let mut version = answer.configuration.clone();
        version.complete_version(scope, name, number, change.time());
        change.finish_imported_version(&staged, &version, answer.modified)?;
        return Ok(change.commit_beside_latest(fact)?);
    }
    let latest = function.latest()?;
    let old_code = latest.code()?;
    let mut change = function.change(OPERATION, &latest)?;
    let mut configuration = answer.configuration.clone();
    // It only goes on, also where AWS was changed earlier than this store.
    if answer.modified <= latest.last_modified() {
        configuration.set_last_modified(change.time().max(latest.last_modified().next()));
    }
    configuration.complete_latest(scope, name);
    let (fact, _) = change.stage_latest(upload, &configuration)?;
    Ok(change.commit((&latest, &old_code), fact)?)
}
