//! Aliases: a name that points to a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::{Document, DocumentError, Value};
use super::qualifier::{LATEST, parse_version};
use super::shape::{self, ALIAS_CONFIGURATION};

/// An alias as it stands in a store: what `get-alias` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasConfiguration {
    /// What it points to.
    pub target: AliasTarget,
    /// The versions that it sends a share of the invocations to.
    pub weighted: Vec<u64>,
}

/// What an alias says, as the history tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasState {
    /// `$LATEST` or a version's number.
    pub function_version: String,
    /// The description; absent where it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The weighted versions; `None` where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_config: Option<RoutingConfig>,
}

/// `RoutingConfig` of an alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoutingConfig {
    /// The share of the invocations, from 0 to 1, that each further version gets.
    pub additional_version_weights: BTreeMap<String, f64>,
}

/// What an alias points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasTarget {
    /// `$LATEST`.
    Latest,
    /// A published version.
    Version(u64),
}

impl AliasConfiguration {
    /// Takes a document as an alias.
    ///
    /// # Errors
    /// If a known member is of a wrong kind, or `FunctionVersion` is absent, or neither `$LATEST`
    /// nor a version's number.
    pub fn from_document(document: &Document) -> Result<Self, DocumentError> {
        shape::check(document, ALIAS_CONFIGURATION)?;
        let target = target(document)?;
        let routing = document.get("RoutingConfig");
        let weights = routing.and_then(|routing| routing.get("AdditionalVersionWeights"));
        let weighted = weights.map(Value::members).unwrap_or_default();
        let weighted = weighted
            .iter()
            .filter_map(|member| parse_version(member.name()));
        Ok(Self {
            target,
            weighted: weighted.collect(),
        })
    }

    /// Returns the numbers of all versions that the alias refers to.
    pub fn versions(&self) -> Vec<u64> {
        let main = match self.target {
            AliasTarget::Latest => None,
            AliasTarget::Version(number) => Some(number),
        };
        main.into_iter()
            .chain(self.weighted.iter().copied())
            .collect()
    }
}

fn target(document: &Document) -> Result<AliasTarget, DocumentError> {
    let (line, text) = match document.member("FunctionVersion") {
        Some(member) => (member.line(), member.value().as_str().unwrap_or_default()),
        None => (1, String::new()),
    };
    if text == LATEST {
        return Ok(AliasTarget::Latest);
    }
    parse_version(&text)
        .map(AliasTarget::Version)
        .ok_or_else(|| DocumentError {
            line,
            problem: format!(
                "FunctionVersion must be $LATEST or a version's number, found '{text}'"
            ),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(text: &str) -> Result<AliasConfiguration, String> {
        let document = Document::parse(text).unwrap();
        AliasConfiguration::from_document(&document).map_err(|error| error.to_string())
    }

    #[test]
    fn an_alias_refers_to_its_version_and_to_those_it_has_weights_for() {
        let found = alias(
            r#"{"FunctionVersion": "5", "RoutingConfig": {"AdditionalVersionWeights": {"6": 0.1}}}"#,
        );
        assert_eq!(found.unwrap().versions(), [5, 6]);
        let latest = alias(r#"{"FunctionVersion": "$LATEST"}"#).unwrap();
        assert_eq!(
            (latest.target, latest.versions()),
            (AliasTarget::Latest, vec![])
        );
    }

    #[test]
    fn an_alias_that_points_nowhere_is_told_with_its_line() {
        for (text, said) in [
            ("{}", "line 1: FunctionVersion must be"),
            (
                "{\n\"FunctionVersion\": \"live\"}",
                "line 2: FunctionVersion must be",
            ),
            (
                "{\n\"FunctionVersion\": 5}",
                "line 2: FunctionVersion must be a string",
            ),
        ] {
            let message = alias(text).unwrap_err();
            assert!(message.starts_with(said), "{message}");
        }
    }
}
