//! Requests about published versions.

use crate::api::configuration::FunctionConfiguration;
use crate::api::document::Document;
use crate::api::paging::Page;

/// What `PublishVersion` is asked.
#[derive(Debug, Clone, Default)]
pub struct PublishVersionRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The hash that the package must have; empty counts as left out.
    pub code_sha256: Option<String>,
    /// The version's description; that of `$LATEST` if left out.
    pub description: Option<String>,
    /// The revision id that `$LATEST` must have.
    pub revision_id: Option<String>,
}

impl PublishVersionRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            code_sha256: parameters.string("CodeSha256"),
            description: parameters.string("Description"),
            revision_id: parameters.string("RevisionId"),
        }
    }
}

/// What `PublishVersion` answers.
#[derive(Debug, Clone)]
pub struct PublishVersionResponse {
    /// The version's configuration.
    pub configuration: FunctionConfiguration,
    /// The version that was returned as it stands, because nothing changed since it was published;
    /// `None` for a new one.
    pub unchanged_since: Option<u64>,
}

/// What `ListVersionsByFunction` is asked.
#[derive(Debug, Clone, Default)]
pub struct ListVersionsByFunctionRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The `next_marker` of the page before; none begins at the front.
    pub marker: Option<String>,
    /// How many entries the page has at the most; see [`page_size`](crate::api::paging::page_size).
    pub max_items: Option<i64>,
}

impl ListVersionsByFunctionRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            marker: parameters.string("Marker"),
            max_items: parameters.integer("MaxItems"),
        }
    }
}

/// What `ListVersionsByFunction` answers.
#[derive(Debug, Clone)]
pub struct ListVersionsByFunctionResponse {
    /// Where the next page goes on; `None` on the last one.
    pub next_marker: Option<String>,
    /// `$LATEST`, then the versions by number.
    pub versions: Vec<FunctionConfiguration>,
    /// What is wrong with the versions that are left out.
    pub broken: Vec<String>,
}

impl ListVersionsByFunctionResponse {
    /// Returns it as a page.
    pub fn into_page(self) -> Page {
        let items = self
            .versions
            .into_iter()
            .map(FunctionConfiguration::into_value);
        Page {
            next_marker: self.next_marker,
            items: items.collect(),
            broken: self.broken,
        }
    }
}
