//! Aliases: a name that points to a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::{Document, DocumentError, Member, Value};
use super::qualifier::{LATEST, parse_version};
use super::shape::{self, ALIAS_CONFIGURATION};

/// An alias as it stands in a store: what `get-alias` prints.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasConfiguration {
    /// What it points to.
    pub target: AliasTarget,
    weights: Vec<(u64, f64)>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        let weights = weights.map(Value::members).unwrap_or_default();
        let weight = |member: &Member| {
            let weight = member.value().compact().parse().ok();
            let weight = weight.filter(|weight: &f64| weight.is_finite());
            Some((parse_version(member.name())?, weight.unwrap_or_default()))
        };
        Ok(Self {
            target,
            weights: weights.iter().filter_map(weight).collect(),
        })
    }

    /// Returns the versions that it sends a share of the invocations to, with that share.
    pub fn weights(&self) -> Vec<(u64, f64)> {
        self.weights.clone()
    }

    /// Returns what share of the invocations each target gets, from 0 to 1; what its weights leave
    /// goes to the one that it points to.
    pub fn shares(&self) -> Vec<(AliasTarget, f64)> {
        let weighted: f64 = self.weights.iter().map(|(_, weight)| weight).sum();
        // What is left of 1 after 0.9 is 0.1, and not 0.09999999999999998.
        let rest = ((1.0 - weighted).max(0.0) * 1e9).round() / 1e9;
        let weighted = self.weights.iter();
        let weighted = weighted.map(|(version, weight)| (AliasTarget::Version(*version), *weight));
        [(self.target, rest)].into_iter().chain(weighted).collect()
    }

    /// Returns the numbers of all versions that the alias refers to.
    pub fn versions(&self) -> Vec<u64> {
        let main = match self.target {
            AliasTarget::Latest => None,
            AliasTarget::Version(number) => Some(number),
        };
        main.into_iter()
            .chain(self.weights.iter().map(|(version, _)| *version))
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
        let found = found.unwrap();
        assert_eq!(found.versions(), [5, 6]);
        assert_eq!(found.weights(), [(6, 0.1)]);
        let latest = alias(r#"{"FunctionVersion": "$LATEST"}"#).unwrap();
        assert_eq!(
            (latest.target, latest.versions()),
            (AliasTarget::Latest, vec![])
        );
    }

    #[test]
    fn what_the_weights_leave_goes_to_the_version_that_an_alias_points_to() {
        let (five, six) = (AliasTarget::Version(5), AliasTarget::Version(6));
        for (weights, expected) in [
            ("{}", vec![(five, 1.0)]),
            (r#"{"6": 0.9}"#, vec![(five, 0.1), (six, 0.9)]),
            (r#"{"6": 0}"#, vec![(five, 1.0), (six, 0.0)]),
            (r#"{"6": 1}"#, vec![(five, 0.0), (six, 1.0)]),
            (r#"{"6": 2.5}"#, vec![(five, 0.0), (six, 2.5)]),
        ] {
            let routing = format!(r#""RoutingConfig": {{"AdditionalVersionWeights": {weights}}}"#);
            let found = alias(&format!(r#"{{"FunctionVersion": "5", {routing}}}"#));
            assert_eq!(found.unwrap().shares(), expected, "{weights}");
        }
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
