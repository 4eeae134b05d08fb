//! Aliases: what requests ask of them, what the model makes of that, and what readers see.

use std::collections::BTreeMap;
use std::path::Path;

use lambda_store::api::Error;
use lambda_store::api::alias::{AliasConfiguration, RoutingConfig};
use lambda_store::api::messages::{
    CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest, UpdateAliasRequest,
};
use lambda_store::operations;
use lambda_store::store::Store;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::{Function, Members, Model, Now, fingerprint, time_text};
use crate::operations::{Answer, Operation, Revision};

/// The aliases of the tests.
pub(crate) const ALIASES: [&str; 2] = ["live", "next"];

const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID: &str = "InvalidParameterValueException";

/// What is asked about an alias.
#[derive(Debug, Clone)]
pub(crate) struct AliasOperation {
    pub(crate) function: &'static str,
    name: &'static str,
    change: Change,
    /// 0 is `$LATEST`.
    version: Option<u64>,
    description: Option<&'static str>,
    weights: Option<BTreeMap<u64, f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Create,
    Update(Revision),
    Delete,
}

impl AliasOperation {
    fn of(change: Change, version: Option<u64>) -> Operation {
        Operation::Alias(Self {
            function: "hello",
            name: "live",
            change,
            version,
            description: None,
            weights: None,
        })
    }

    /// Makes `live`.
    pub(crate) fn create(version: u64) -> Operation {
        Self::of(Change::Create, Some(version))
    }

    /// Points `live` elsewhere.
    pub(crate) fn update(version: u64) -> Operation {
        Self::of(Change::Update(Revision::Any), Some(version))
    }

    /// Deletes `live`.
    pub(crate) fn delete() -> Operation {
        Self::of(Change::Delete, None)
    }

    /// Performs the operation on a store; the model says what the present state is.
    pub(crate) fn perform(&self, store: &Store, model: &Model) -> Result<Answer, Error> {
        let (function_name, name) = (self.function.to_owned(), self.name.to_owned());
        let version = self.version.map(version_text);
        let description = self.description.map(ToOwned::to_owned);
        let routing_config = self.weights.as_ref().map(|weights| RoutingConfig {
            additional_version_weights: weights
                .iter()
                .map(|(version, weight)| (version.to_string(), *weight))
                .collect(),
        });
        let made = match self.change {
            Change::Create => {
                let request = CreateAliasRequest {
                    function_name,
                    name,
                    function_version: version.unwrap_or_default(),
                    description,
                    routing_config,
                };
                operations::create_alias(store, &request)?
            }
            Change::Update(revision) => {
                let function = model.functions.get(self.function);
                let revision_id = function.and_then(|function| match revision {
                    Revision::Any => None,
                    Revision::Present => function.alias_revision_id(self.name),
                    Revision::Former => Some(function.former_alias_revision_id(self.name)),
                });
                let request = UpdateAliasRequest {
                    function_name,
                    name,
                    function_version: version,
                    description,
                    routing_config,
                    revision_id,
                };
                operations::update_alias(store, &request)?
            }
            Change::Delete => {
                let request = DeleteAliasRequest {
                    function_name,
                    name,
                };
                operations::delete_alias(store, &request)?;
                return Ok(Answer::new(Value::Null));
            }
        };
        Ok(Answer::new(json_of(&made)))
    }
}

fn version_text(version: u64) -> String {
    match version {
        0 => "$LATEST".to_owned(),
        number => number.to_string(),
    }
}

fn json_of(alias: &AliasConfiguration) -> Value {
    serde_json::from_str(&alias.document().render()).unwrap()
}

/// Makes operations about aliases, on versions of which some are there.
pub(crate) fn alias_operation(
    function: impl Strategy<Value = &'static str>,
    revision: impl Strategy<Value = Revision>,
    description: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = Operation> {
    let change = prop_oneof![
        3 => Just(Change::Create),
        5 => revision.prop_map(Change::Update),
        2 => Just(Change::Delete),
    ];
    let weight = prop_oneof![
        6 => prop::sample::select(vec![0.0, 0.1, 1.0]),
        1 => Just(1.5),
    ];
    let weights = prop_oneof![
        4 => prop::collection::btree_map(1..5_u64, weight.clone(), 0..2),
        1 => prop::collection::btree_map(1..5_u64, weight, 2..3),
    ];
    let parts = (
        function,
        prop::sample::select(&ALIASES[..]),
        change,
        prop::option::weighted(0.7, 0..5_u64),
        prop::option::of(description),
        prop::option::weighted(0.4, weights),
    );
    parts.prop_map(|(function, name, change, version, description, weights)| {
        Operation::Alias(AliasOperation {
            function,
            name,
            change,
            version: version.or((change == Change::Create).then_some(1)),
            description,
            weights,
        })
    })
}

/// What people do to the file of an alias.
#[derive(Debug, Clone)]
pub(crate) enum AliasEdit {
    /// Write one, of a version.
    Place(&'static str, u64),
    /// Change the description of one that is there.
    Describe(&'static str, &'static str),
}

/// Makes edits of aliases by hand.
pub(crate) fn alias_edit(
    description: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = AliasEdit> {
    let name = || prop::sample::select(&ALIASES[..]);
    prop_oneof![
        1 => (name(), 0..5_u64).prop_map(|(name, version)| AliasEdit::Place(name, version)),
        2 => (name(), description).prop_map(|(name, text)| AliasEdit::Describe(name, text)),
    ]
}

impl AliasEdit {
    /// Makes the edit, in place.
    pub(crate) fn make(&self, directory: &Path, function: &mut Function) {
        let (name, alias) = match *self {
            Self::Place(name, version) => {
                let alias = json!({"FunctionVersion": version_text(version), "Own": 1});
                (name, alias.as_object().unwrap().clone())
            }
            Self::Describe(name, text) => {
                let Some(mut alias) = function.aliases.get(name).cloned() else {
                    return;
                };
                alias.insert("Description".to_owned(), text.into());
                (name, alias)
            }
        };
        let aliases = directory.join("aliases");
        std::fs::create_dir_all(&aliases).unwrap();
        let text = serde_json::to_string_pretty(&alias).unwrap();
        std::fs::write(aliases.join(format!("{name}.json")), text).unwrap();
        function.aliases.insert(name, alias);
    }
}

impl Function {
    /// The revision id of what stands in the file, with the time of the id there.
    pub(crate) fn alias_revision_id(&self, name: &str) -> Option<String> {
        let alias = self.aliases.get(name)?;
        let recorded = alias.get("RevisionId").and_then(Value::as_str);
        let time = recorded.map_or(0, |id| {
            u64::from_str_radix(&id.replace('-', "")[..12], 16).unwrap()
        });
        Some(fingerprint(time, &format!("alias:{name}"), alias))
    }

    /// A revision id that the alias had once, and has no more after any change or edit.
    fn former_alias_revision_id(&self, name: &str) -> String {
        let changes = self.history.iter().rev().map(|line| &line["Aliases"][0]);
        let mut ids = changes
            .filter(|change| change["Name"] == name)
            .filter_map(|change| change["RevisionId"].as_str());
        ids.nth(1).unwrap_or("x").to_owned()
    }

    /// The answer to a question about an alias.
    pub(crate) fn alias_answer(&self, function: &str, name: &str) -> Option<Value> {
        let mut answer = self.aliases.get(name)?.clone();
        answer.insert("RevisionId".to_owned(), json!(self.alias_revision_id(name)));
        complete(&mut answer, function, name);
        Some(Value::Object(answer))
    }

    /// The answer to a question about what an alias points to; `None` if that is nothing.
    pub(crate) fn aliased_answer(
        &self,
        function: &str,
        name: &str,
        files_modified: u64,
    ) -> Option<Value> {
        let target = self.aliases.get(name)?["FunctionVersion"].as_str().unwrap();
        let mut answer = match target.parse() {
            Ok(number) => self.version_answer(function, number)?,
            Err(_) => self.latest_answer(function, files_modified),
        };
        answer["FunctionArn"] = arn(function, name).into();
        Some(answer)
    }

    /// The numbers of the versions that aliases point to, weights included.
    pub(crate) fn pointed_at(&self) -> Vec<u64> {
        let aliases = self.aliases.values();
        let texts = aliases.flat_map(|alias| {
            let target = alias["FunctionVersion"].as_str().unwrap().to_owned();
            weights_of(alias)
                .keys()
                .cloned()
                .chain([target])
                .collect::<Vec<_>>()
        });
        texts.filter_map(|text| text.parse().ok()).collect()
    }

    /// Sees that a version is there, and that an alias may refer to what it refers to.
    fn check_alias(&self, alias: &Members) -> Result<(), &'static str> {
        let target = alias["FunctionVersion"].as_str().unwrap();
        let weights = weights_of(alias);
        let version = |text: &str| {
            let number = text.parse().ok();
            number.and_then(|number| self.versions.get(&number))
        };
        let is_missing = |text: &str| text != "$LATEST" && version(text).is_none();
        if is_missing(target) || weights.keys().any(|version| is_missing(version)) {
            return Err(NOT_FOUND);
        }
        let role = |text: &str| {
            version(text).map(|version| {
                let queue = version.config.get("DeadLetterConfig");
                let queue = queue.and_then(|queue| queue.get("TargetArn")).cloned();
                (version.config["Role"].clone(), queue)
            })
        };
        let is_refused =
            |other: &String| target == "$LATEST" || target == other || role(target) != role(other);
        if weights.len() > 1 || weights.keys().any(is_refused) {
            return Err(INVALID);
        }
        Ok(())
    }

    /// What the history tells of an alias.
    fn alias_state(&self, name: &str) -> Option<Value> {
        let alias = self.aliases.get(name)?;
        let mut state = json!({"FunctionVersion": alias["FunctionVersion"]});
        if let Some(description) = alias.get("Description").filter(|text| *text != "") {
            state["Description"] = description.clone();
        }
        if let Some(routing) = alias.get("RoutingConfig") {
            state["RoutingConfig"] = routing.clone();
        }
        Some(state)
    }

    /// Ends a change of an alias that was as this state: `$LATEST` stays as it is known.
    fn end_alias_change(&mut self, operation: &str, time: u64, name: &str, from: Option<Value>) {
        let mut change = json!({ "Name": name });
        if let Some(from) = from {
            change["From"] = from;
        }
        if let Some(to) = self.alias_state(name) {
            change["To"] = to;
            change["RevisionId"] = json!(self.alias_revision_id(name));
            let alias = &self.aliases[name];
            let weights = weights_of(alias);
            let target = alias["FunctionVersion"].as_str().unwrap();
            let touched = weights.keys().map(String::as_str).chain([target]);
            let touched = touched.filter_map(|version| version.parse().ok()).max();
            self.raise_highest(touched.unwrap_or(0));
        }
        let mut line = json!({"Format": 1, "Time": time_text(time), "Operation": operation});
        line["Aliases"] = json!([change]);
        self.end_change_beside_latest(line);
    }
}

fn weights_of(alias: &Members) -> Members {
    let routing = alias.get("RoutingConfig");
    let weights = routing.and_then(|routing| routing["AdditionalVersionWeights"].as_object());
    weights.cloned().unwrap_or_default()
}

fn arn(function: &str, name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{function}:{name}")
}

/// Fills in what a complete document has, and whose it is.
fn complete(alias: &mut Members, function: &str, name: &str) {
    alias.insert("AliasArn".to_owned(), json!(arn(function, name)));
    alias.insert("Name".to_owned(), json!(name));
    alias.entry("Description").or_insert(json!(""));
}

impl Model {
    pub(crate) fn change_alias(
        &mut self,
        operation: &AliasOperation,
        now: Now,
    ) -> Result<Answer, &'static str> {
        let AliasOperation {
            function: function_name,
            name,
            change,
            ..
        } = operation;
        let mut weights = operation.weights.iter().flat_map(BTreeMap::values);
        let is_refused = weights.any(|weight| !(0.0..=1.0).contains(weight));
        if *change != Change::Delete && is_refused {
            return Err(INVALID);
        }
        let function = self.functions.get_mut(function_name).ok_or(NOT_FOUND)?;
        let present = function.aliases.get(name).cloned();
        let mut wanted = match (change, present) {
            (Change::Create, Some(_)) => return Err("ResourceConflictException"),
            (Change::Create, None) => Members::new(),
            (Change::Update(_), None) => return Err(NOT_FOUND),
            (Change::Update(_), Some(present)) => present,
            (Change::Delete, None) => return Ok(Answer::new(Value::Null)),
            (Change::Delete, Some(_)) => {
                let from = function.alias_state(name);
                let time = function.next_time(now.clock);
                function.settle_facts();
                function.aliases.remove(name);
                function.end_alias_change("DeleteAlias", time, name, from);
                return Ok(Answer::new(Value::Null));
            }
        };
        let present_id = function.alias_revision_id(name);
        if *change == Change::Update(Revision::Former)
            && Some(function.former_alias_revision_id(name)) != present_id
        {
            return Err("PreconditionFailedException");
        }
        if let Some(version) = operation.version {
            wanted.insert("FunctionVersion".to_owned(), json!(version_text(version)));
        }
        if let Some(description) = operation.description {
            wanted.insert("Description".to_owned(), json!(description));
        }
        if let Some(weights) = &operation.weights {
            let weights: Members = weights
                .iter()
                .map(|(version, weight)| (version.to_string(), json!(weight)))
                .collect();
            if weights.is_empty() {
                wanted.shift_remove("RoutingConfig");
            } else {
                let routing = json!({ "AdditionalVersionWeights": weights });
                wanted.insert("RoutingConfig".to_owned(), routing);
            }
        }
        function.check_alias(&wanted)?;
        let from = function.alias_state(name);
        let time = function.next_time(now.clock);
        function.settle_facts();
        complete(&mut wanted, function_name, name);
        let id = fingerprint(time, &format!("alias:{name}"), &wanted);
        wanted.insert("RevisionId".to_owned(), json!(id));
        function.aliases.insert(name, wanted);
        let operation = if *change == Change::Create {
            "CreateAlias"
        } else {
            "UpdateAlias"
        };
        function.end_alias_change(operation, time, name, from);
        Ok(Answer::new(
            function.alias_answer(function_name, name).unwrap(),
        ))
    }
}

/// Asks a store for an alias; an error is told by its code.
pub(crate) fn get_alias(store: &Store, function: &str, name: &str) -> Option<Value> {
    let request = GetAliasRequest {
        function_name: function.to_owned(),
        name: name.to_owned(),
    };
    match operations::get_alias(store, &request) {
        Ok(alias) => Some(json_of(&alias)),
        Err(Error::ResourceNotFound { .. }) => None,
        Err(other) => panic!("reading {name} of {function}: {other}"),
    }
}

/// Sees that the list of the aliases holds what the model says, whatever the size of a page.
pub(crate) fn check_alias_lists(store: &Store, name: &str, function: &Function, page_size: i64) {
    let all: Vec<Value> = function
        .aliases
        .keys()
        .map(|alias| function.alias_answer(name, alias).unwrap())
        .collect();
    for version in [None, Some(0), Some(1)] {
        let version = version.map(version_text);
        let points_there = |alias: &&Value| {
            let version = version.as_deref();
            version.is_none_or(|version| alias["FunctionVersion"] == version)
        };
        let expected: Vec<Value> = all.iter().filter(points_there).cloned().collect();
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let request = ListAliasesRequest {
                function_name: name.to_owned(),
                function_version: version.clone(),
                marker,
                max_items: Some(page_size),
            };
            let page = operations::list_aliases(store, &request).unwrap();
            assert_eq!(page.broken, [""; 0]);
            let length = i64::try_from(page.aliases.len()).unwrap();
            assert!(length == page_size || (length < page_size && page.next_marker.is_none()));
            found.extend(page.aliases.iter().map(json_of));
            marker = page.next_marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(found, expected);
    }
}
