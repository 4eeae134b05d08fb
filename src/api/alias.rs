//! Aliases: a name that points to a version, and perhaps sends a share of the invocations to another.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::{Document, DocumentError, Member, Value};
use super::function_name::FunctionName;
use super::qualifier::{AliasName, LATEST, parse_version};
use super::revision_id::{Place, RevisionId};
use super::scope::Scope;
use super::shape::{self, ALIAS_CONFIGURATION};
use super::timestamp::Timestamp;

/// An alias: what `get-alias` prints.
///
/// It is a [`Document`], because people write it by hand, with members that this tool does not
/// know; those keep their place and their bytes.
#[derive(Debug, Clone)]
pub struct AliasConfiguration {
    document: Document,
    target: AliasTarget,
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Makes an alias that says nothing yet but what it points to.
    pub fn pointing_to(target: AliasTarget) -> Self {
        let mut alias = Self {
            document: Document::default(),
            target,
        };
        alias.set_target(target);
        alias
    }

    /// Takes a document as an alias.
    ///
    /// # Errors
    /// If a known member is of a wrong kind, a weight is larger than any number that is computed
    /// with, or `FunctionVersion` is absent, or neither `$LATEST` nor a version's number.
    pub fn from_document(document: Document) -> Result<Self, DocumentError> {
        shape::check(&document, ALIAS_CONFIGURATION)?;
        let target = target(&document)?;
        let alias = Self { document, target };
        alias.weight_members().iter().try_for_each(check_finite)?;
        Ok(alias)
    }

    /// Returns the document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the document as a value, for printing.
    pub fn into_value(self) -> Value {
        self.document.into_value()
    }

    /// Returns what the alias points to.
    pub fn target(&self) -> AliasTarget {
        self.target
    }

    /// Points the alias elsewhere.
    pub fn set_target(&mut self, target: AliasTarget) {
        self.target = target;
        let version = Value::string(&target.to_string());
        self.document.set("FunctionVersion", version);
    }

    /// Returns the description, empty where there is none.
    pub fn description(&self) -> String {
        self.document.string("Description").unwrap_or_default()
    }

    /// Sets the description.
    pub fn set_description(&mut self, description: &str) {
        self.document.set("Description", Value::string(description));
    }

    /// Returns the weighted versions and their shares.
    pub fn routing_config(&self) -> RoutingConfig {
        let routing = self.document.get("RoutingConfig");
        routing.map(RoutingConfig::of_value).unwrap_or_default()
    }

    /// Replaces the weighted versions; none clear the routing.
    pub fn set_routing_config(&mut self, routing: &RoutingConfig) {
        let weights = routing.additional_version_weights.iter();
        let weights = weights.map(|(version, weight)| (version.as_str(), Value::number(*weight)));
        let weights = Value::object(weights);
        let present = self.document.get("RoutingConfig").map(Value::members);
        let mut present = Document::of_members(present.unwrap_or_default());
        present.set("AdditionalVersionWeights", weights);
        self.document.set("RoutingConfig", present.into_value());
    }

    /// Returns what share of the invocations each target gets, from 0 to 1; what its weights leave
    /// goes to the one that it points to.
    pub fn shares(&self) -> Vec<(AliasTarget, f64)> {
        let weights = self.routing_config().additional_version_weights;
        let weighted: f64 = weights.values().sum();
        // What is left of 1 after 0.9 is 0.1, and not 0.09999999999999998.
        let rest = ((1.0 - weighted).max(0.0) * 1e9).round() / 1e9;
        let weighted = weights.iter().filter_map(|(version, weight)| {
            Some((AliasTarget::Version(parse_version(version)?), *weight))
        });
        [(self.target, rest)].into_iter().chain(weighted).collect()
    }

    /// Returns the numbers of all versions that the alias refers to.
    pub fn versions(&self) -> Vec<u64> {
        self.state().versions().collect()
    }

    /// Returns what the history tells of the alias.
    pub fn state(&self) -> AliasState {
        let routing = self.routing_config();
        AliasState {
            function_version: self.target.to_string(),
            description: self.description(),
            routing_config: Some(routing).filter(|routing| !routing.is_empty()),
        }
    }

    /// Computes the revision id of what really stands in the document, with the time in its own:
    /// an edit by hand makes another id.
    pub fn revision_id(&self, name: &AliasName) -> RevisionId {
        let recorded = self.document.string("RevisionId").unwrap_or_default();
        self.revision_id_at(RevisionId::time_of(&recorded), name)
    }

    fn revision_id_at(&self, time: Timestamp, name: &AliasName) -> RevisionId {
        RevisionId::of(time, Place::Alias(name.as_str()), &self.document)
    }

    /// Makes this the answer to a reader: whose it is, where the file stands, its revision id, and
    /// defaults filled in, members in the model's order, `null` ones left out.
    pub fn complete_answer(&mut self, scope: &Scope, function: &FunctionName, name: &AliasName) {
        let id = self.revision_id(name);
        self.fill_in(scope, function, name);
        self.set_revision_id(&id);
    }

    /// Makes this the answer to who asks what a change would make of an alias, which has this id.
    pub fn complete_foretold(
        &mut self,
        scope: &Scope,
        function: &FunctionName,
        name: &AliasName,
        id: &RevisionId,
    ) {
        self.fill_in(scope, function, name);
        self.set_revision_id(id);
    }

    /// Makes this the complete document of a file that is written at a time.
    pub fn complete_file(
        &mut self,
        scope: &Scope,
        function: &FunctionName,
        name: &AliasName,
        time: Timestamp,
    ) {
        self.fill_in(scope, function, name);
        let id = self.revision_id_at(time, name);
        self.set_revision_id(&id);
    }

    fn fill_in(&mut self, scope: &Scope, function: &FunctionName, name: &AliasName) {
        let arn = scope.function_arn(function, Some(name.as_str()));
        self.document.set("AliasArn", Value::string(&arn));
        self.document.set("Name", Value::string(name.as_str()));
        self.document
            .set_default("Description", || Value::string(""));
        shape::leave_out_nulls(&mut self.document, ALIAS_CONFIGURATION);
        self.leave_out_empty_routing();
    }

    /// A routing without weights is none, as AWS answers it.
    fn leave_out_empty_routing(&mut self) {
        let Some(routing) = self.document.get("RoutingConfig") else {
            return;
        };
        if !self.weight_members().is_empty() {
            return;
        }
        let mut routing = Document::of_members(routing.members());
        routing.remove("AdditionalVersionWeights");
        if routing.members().is_empty() {
            self.document.remove("RoutingConfig");
        } else {
            self.document.set("RoutingConfig", routing.into_value());
        }
    }

    fn set_revision_id(&mut self, id: &RevisionId) {
        self.document.set("RevisionId", Value::string(id.as_str()));
        shape::order(&mut self.document, ALIAS_CONFIGURATION);
    }

    fn weight_members(&self) -> &[Member] {
        let routing = self.document.get("RoutingConfig");
        routing.map(weight_members).unwrap_or_default()
    }
}

impl AliasState {
    /// Returns the numbers of all versions that the alias refers to.
    pub fn versions(&self) -> impl Iterator<Item = u64> {
        let routing = self.routing_config.iter();
        let weighted = routing.flat_map(|routing| routing.additional_version_weights.keys());
        let all = std::iter::once(&self.function_version).chain(weighted);
        all.filter_map(|version| parse_version(version))
    }
}

impl RoutingConfig {
    /// Takes a value whose kinds were checked.
    pub fn of_value(value: &Value) -> Self {
        let weight = |member: &Member| {
            let weight = member.value().as_number().unwrap_or_default();
            (member.name().to_owned(), weight)
        };
        Self {
            additional_version_weights: weight_members(value).iter().map(weight).collect(),
        }
    }

    /// Returns whether no further version gets a share.
    pub fn is_empty(&self) -> bool {
        self.additional_version_weights.is_empty()
    }
}

impl AliasTarget {
    /// Parses what an alias may point to; `None` for what nothing can be named, such as `007`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == LATEST {
            return Some(Self::Latest);
        }
        parse_version(text).map(Self::Version)
    }

    /// Returns the version's number; `None` for `$LATEST`.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Latest => None,
            Self::Version(number) => Some(number),
        }
    }
}

impl fmt::Display for AliasTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => formatter.write_str(LATEST),
            Self::Version(number) => write!(formatter, "{number}"),
        }
    }
}

fn weight_members(routing: &Value) -> &[Member] {
    let weights = routing.get("AdditionalVersionWeights");
    weights.map(Value::members).unwrap_or_default()
}

fn target(document: &Document) -> Result<AliasTarget, DocumentError> {
    let (line, text) = match document.member("FunctionVersion") {
        Some(member) => (member.line(), member.value().as_str().unwrap_or_default()),
        None => (1, String::new()),
    };
    AliasTarget::parse(&text).ok_or_else(|| DocumentError {
        line,
        problem: format!("FunctionVersion must be $LATEST or a version's number, found '{text}'"),
    })
}

/// The history could not tell of a weight that is no number there.
fn check_finite(weight: &Member) -> Result<(), DocumentError> {
    match weight.value().as_number() {
        Some(number) if number.is_finite() => Ok(()),
        _ => Err(DocumentError {
            line: weight.line(),
            problem: format!(
                "the weight of version {} in RoutingConfig is too large: {}",
                weight.name(),
                weight.value().compact()
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(text: &str) -> Result<AliasConfiguration, String> {
        let document = Document::parse(text).unwrap();
        AliasConfiguration::from_document(document).map_err(|error| error.to_string())
    }

    #[test]
    fn an_alias_refers_to_its_version_and_to_those_it_has_weights_for() {
        let found = alias(
            r#"{"FunctionVersion": "5", "RoutingConfig": {"AdditionalVersionWeights": {"6": 0.1}}}"#,
        );
        assert_eq!(found.unwrap().versions(), [5, 6]);
        let latest = alias(r#"{"FunctionVersion": "$LATEST"}"#).unwrap();
        assert_eq!(
            (latest.target(), latest.versions()),
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
