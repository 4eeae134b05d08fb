//! Requests and answers as they go over the wire, by the service model, `lambda-shapes.json`.

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::http::{Request, Response};
use crate::support::Ran;

static MODEL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap());

/// An operation, and what it is asked with, under the names of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub operation: String,
    pub parameters: Map<String, Value>,
}

impl Call {
    /// Returns what a request asks for; `None` if that is no operation, or its body no JSON.
    pub fn of(request: &Request) -> Option<Self> {
        let operations = MODEL["operations"].as_object().unwrap();
        let (operation, definition, path) = operations.iter().find_map(|(name, definition)| {
            let is_method = definition["method"] == request.method.as_str();
            let path = placeholders(definition["uri"].as_str().unwrap(), &request.path)?;
            is_method.then_some((name, definition, path))
        })?;
        let mut parameters = match request.body.as_slice() {
            [] => Map::new(),
            body => serde_json::from_slice(body).ok()?,
        };
        let members = MODEL["shapes"][definition["input"].as_str().unwrap()]["members"].as_array();
        for member in members.unwrap() {
            let found = match member["location"].as_str() {
                Some("uri") => value_of(&path, member),
                Some("querystring") => value_of(&pairs(&request.query), member),
                _ => None,
            };
            if let Some(found) = found {
                parameters.insert(text(member, "name").to_owned(), found);
            }
        }
        Some(Self {
            operation: operation.clone(),
            parameters,
        })
    }

    /// Returns the model's words for the command line: the command, its options.
    pub fn command_line(&self) -> &'static Value {
        &MODEL["cli"][&self.operation]
    }

    /// Returns what goes over the wire for what the command came to that is a store's own answer.
    pub fn response(&self, ran: &Ran) -> Response {
        if ran.code == Some(0) {
            let definition = &MODEL["operations"][&self.operation];
            let status = definition
                .get("observedStatus")
                .unwrap_or(&definition["status"]);
            let status = status.as_u64().unwrap();
            let body = if status == 204 { "" } else { &ran.stdout };
            return Response {
                status,
                error: None,
                body: body.to_owned(),
            };
        }
        let told = ran
            .stderr
            .strip_prefix("\nAn error occurred (")
            .and_then(|told| {
                let (code, told) = told.split_once(')')?;
                let (_, message) = told.split_once(" operation: ")?;
                Some((code, message.strip_suffix('\n')?))
            });
        let (code, message) = told.unwrap_or(("NoAnswer", &ran.stderr));
        let shape = &MODEL["shapes"][code];
        let member = if shape["members"].to_string().contains("\"Message\"") {
            "Message"
        } else {
            "message"
        };
        Response {
            status: shape["httpStatus"].as_u64().unwrap_or(400),
            error: Some(code.to_owned()),
            body: json!({"Type": "User", member: message}).to_string(),
        }
    }
}

/// Returns the commands of the AWS CLI that the model has words for.
pub fn commands() -> impl Iterator<Item = &'static str> {
    let commands = MODEL["cli"].as_object().unwrap().values();
    commands.map(|command| text(command, "command"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// Returns what stands in a path for the names in braces of a template; `None` if it is another path.
fn placeholders(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let mut found = Vec::new();
    for (name, given) in template.into_iter().zip(path) {
        match name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => found.push((name.to_owned(), decoded(given))),
            None if name == given => {}
            None => return None,
        }
    }
    Some(found)
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// Returns the value that a member has among what a path or a query gives.
fn value_of(given: &[(String, String)], member: &Value) -> Option<Value> {
    let (_, value) = given
        .iter()
        .find(|(name, _)| *name == text(member, "locationName"))?;
    Some(
        match text(&MODEL["shapes"][text(member, "shape")], "type") {
            "string" => value.as_str().into(),
            _ => serde_json::from_str(value).unwrap(),
        },
    )
}
