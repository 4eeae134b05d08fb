//! Requests about functions.

use std::path::PathBuf;

use crate::api::configuration::FunctionConfiguration;
use crate::api::document::{Document, Member, Value};
use crate::api::paging::Page;
use crate::api::requested_configuration::RequestedConfiguration;

/// What `CreateFunction` is asked. Members left out get AWS's defaults.
#[derive(Debug, Clone, Default)]
pub struct CreateFunctionRequest {
    /// The function's name, or an ARN that holds it.
    pub function_name: String,
    /// The members of its configuration.
    pub configuration: RequestedConfiguration,
    /// Keys and values for the function as a whole.
    pub tags: Vec<(String, String)>,
    /// Whether to publish version 1 at once.
    pub publish: bool,
}

impl CreateFunctionRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            configuration: RequestedConfiguration::of_parameters(parameters),
            tags: tags_of(parameters),
            publish: parameters.is_true("Publish"),
        }
    }
}

fn tags_of(parameters: &Document) -> Vec<(String, String)> {
    let tag_of = |member: &Member| {
        let value = member.value().as_str().unwrap_or_default();
        (member.name().to_owned(), value)
    };
    let tags = parameters.get("Tags").map(Value::members);
    tags.unwrap_or_default().iter().map(tag_of).collect()
}

/// What `UpdateFunctionConfiguration` is asked. Members left out stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UpdateFunctionConfigurationRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The members of its configuration that are set.
    pub configuration: RequestedConfiguration,
    /// The revision id that `$LATEST` must have.
    pub revision_id: Option<String>,
}

impl UpdateFunctionConfigurationRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            configuration: RequestedConfiguration::of_parameters(parameters),
            revision_id: parameters.string("RevisionId"),
        }
    }
}

/// What `UpdateFunctionCode` is asked.
#[derive(Debug, Clone, Default)]
pub struct UpdateFunctionCodeRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The member of its configuration that may be set along with the code: `Architectures`.
    pub configuration: RequestedConfiguration,
    /// Whether to publish a version of the new code at once.
    pub publish: bool,
    /// Whether to check and hash the package only, and change nothing.
    pub dry_run: bool,
    /// The revision id that `$LATEST` must have.
    pub revision_id: Option<String>,
}

impl UpdateFunctionCodeRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            configuration: RequestedConfiguration::of_parameters(parameters),
            publish: parameters.is_true("Publish"),
            dry_run: parameters.is_true("DryRun"),
            revision_id: parameters.string("RevisionId"),
        }
    }
}

/// What `GetFunctionConfiguration` is asked.
#[derive(Debug, Clone, Default)]
pub struct GetFunctionConfigurationRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// A version or alias; `$LATEST` if left out.
    pub qualifier: Option<String>,
}

impl GetFunctionConfigurationRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            qualifier: parameters.string("Qualifier"),
        }
    }
}

/// What `GetFunction` is asked.
#[derive(Debug, Clone, Default)]
pub struct GetFunctionRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// A version or alias; `$LATEST` if left out.
    pub qualifier: Option<String>,
}

impl GetFunctionRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            qualifier: parameters.string("Qualifier"),
        }
    }
}

/// What `GetFunction` answers.
#[derive(Debug, Clone)]
pub struct GetFunctionResponse {
    /// The configuration.
    pub configuration: FunctionConfiguration,
    /// Where the package stands; each door makes its own kind of link of it.
    pub package_path: PathBuf,
    /// The tags of the function.
    pub tags: Vec<(String, String)>,
}

impl GetFunctionResponse {
    /// Returns the answer, with the link to the package that a door made.
    pub fn into_value(self, location: &str) -> Value {
        let code = Value::object([
            ("RepositoryType", Value::string("S3")),
            ("Location", Value::string(location)),
        ]);
        let tags = self
            .tags
            .iter()
            .map(|(key, value)| (key.as_str(), Value::string(value)));
        let tags = Some(("Tags", Value::object(tags))).filter(|_| !self.tags.is_empty());
        let members = [
            ("Configuration", self.configuration.into_value()),
            ("Code", code),
        ];
        Value::object(members.into_iter().chain(tags))
    }
}

/// What `ListFunctions` is asked.
#[derive(Debug, Clone, Default)]
pub struct ListFunctionsRequest {
    /// `ALL` lists every version of each function.
    pub function_version: Option<String>,
    /// The `next_marker` of the page before; none begins at the front.
    pub marker: Option<String>,
    /// How many entries the page has at the most; see [`page_size`](crate::api::paging::page_size).
    pub max_items: Option<i64>,
}

impl ListFunctionsRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_version: parameters.string("FunctionVersion"),
            marker: parameters.string("Marker"),
            max_items: parameters.integer("MaxItems"),
        }
    }
}

/// What `ListFunctions` answers.
#[derive(Debug, Clone)]
pub struct ListFunctionsResponse {
    /// Where the next page goes on; `None` on the last one.
    pub next_marker: Option<String>,
    /// The functions by name; each with its versions by number, where all are listed.
    pub functions: Vec<FunctionConfiguration>,
    /// What is wrong with the functions and versions that are left out.
    pub broken: Vec<String>,
}

impl ListFunctionsResponse {
    /// Returns it as a page.
    pub fn into_page(self) -> Page {
        let items = self
            .functions
            .into_iter()
            .map(FunctionConfiguration::into_value);
        Page {
            next_marker: self.next_marker,
            items: items.collect(),
            broken: self.broken,
        }
    }
}

/// What `DeleteFunction` is asked.
#[derive(Debug, Clone, Default)]
pub struct DeleteFunctionRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// A version; the whole function if left out.
    pub qualifier: Option<String>,
}

impl DeleteFunctionRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            qualifier: parameters.string("Qualifier"),
        }
    }
}
