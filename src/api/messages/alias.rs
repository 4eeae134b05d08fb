//! Requests about aliases.

use crate::api::alias::{AliasConfiguration, RoutingConfig};
use crate::api::document::Document;
use crate::api::paging::Page;

/// What `CreateAlias` is asked.
#[derive(Debug, Clone, Default)]
pub struct CreateAliasRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The alias's name.
    pub name: String,
    /// What it points to: `$LATEST` or a version's number.
    pub function_version: String,
    /// Its description; empty if left out.
    pub description: Option<String>,
    /// Another version that gets a share of the invocations.
    pub routing_config: Option<RoutingConfig>,
}

impl CreateAliasRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            name: parameters.string("Name").unwrap_or_default(),
            function_version: parameters.string("FunctionVersion").unwrap_or_default(),
            description: parameters.string("Description"),
            routing_config: parameters.get("RoutingConfig").map(RoutingConfig::of_value),
        }
    }
}

/// What `UpdateAlias` is asked. Members left out stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UpdateAliasRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The alias's name.
    pub name: String,
    /// What it points to from now on.
    pub function_version: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The weights that replace the present ones; none clear them.
    pub routing_config: Option<RoutingConfig>,
    /// The revision id that the alias must have.
    pub revision_id: Option<String>,
}

impl UpdateAliasRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            name: parameters.string("Name").unwrap_or_default(),
            function_version: parameters.string("FunctionVersion"),
            description: parameters.string("Description"),
            routing_config: parameters.get("RoutingConfig").map(RoutingConfig::of_value),
            revision_id: parameters.string("RevisionId"),
        }
    }
}

/// What `GetAlias` is asked.
#[derive(Debug, Clone, Default)]
pub struct GetAliasRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The alias's name.
    pub name: String,
}

impl GetAliasRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            name: parameters.string("Name").unwrap_or_default(),
        }
    }
}

/// What `ListAliases` is asked.
#[derive(Debug, Clone, Default)]
pub struct ListAliasesRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// Only aliases that point to this version; weights do not count.
    pub function_version: Option<String>,
    /// The `next_marker` of the page before; none begins at the front.
    pub marker: Option<String>,
    /// How many entries the page has at the most; see [`page_size`](crate::api::paging::page_size).
    pub max_items: Option<i64>,
}

impl ListAliasesRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            function_version: parameters.string("FunctionVersion"),
            marker: parameters.string("Marker"),
            max_items: parameters.integer("MaxItems"),
        }
    }
}

/// What `ListAliases` answers.
#[derive(Debug, Clone)]
pub struct ListAliasesResponse {
    /// Where the next page goes on; `None` on the last one.
    pub next_marker: Option<String>,
    /// The aliases, by name.
    pub aliases: Vec<AliasConfiguration>,
    /// What is wrong with the aliases that are left out.
    pub broken: Vec<String>,
}

impl ListAliasesResponse {
    /// Returns it as a page.
    pub fn into_page(self) -> Page {
        let items = self.aliases.into_iter().map(AliasConfiguration::into_value);
        Page {
            next_marker: self.next_marker,
            items: items.collect(),
            broken: self.broken,
        }
    }
}

/// What `DeleteAlias` is asked.
#[derive(Debug, Clone, Default)]
pub struct DeleteAliasRequest {
    /// The function's name or ARN.
    pub function_name: String,
    /// The alias's name.
    pub name: String,
}

impl DeleteAliasRequest {
    /// Makes the request of parameters whose kinds were checked.
    pub fn of_parameters(parameters: &Document) -> Self {
        Self {
            function_name: parameters.string("FunctionName").unwrap_or_default(),
            name: parameters.string("Name").unwrap_or_default(),
        }
    }
}
