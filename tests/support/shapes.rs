//! Answers checked against the service model, `lambda-shapes.json`.

use std::sync::LazyLock;

use fancy_regex::Regex;
use serde_json::{Map, Value};

/// The service model.
pub static MODEL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../lambda-shapes.json")).unwrap());

static SHAPES: LazyLock<Value> = LazyLock::new(|| MODEL["shapes"].clone());

/// Members that every answer about a function made of a zip has; the others are optional.
const ALWAYS: [&str; 21] = [
    "FunctionName",
    "FunctionArn",
    "Runtime",
    "Role",
    "Handler",
    "CodeSize",
    "Description",
    "Timeout",
    "MemorySize",
    "LastModified",
    "CodeSha256",
    "Version",
    "TracingConfig",
    "RevisionId",
    "State",
    "LastUpdateStatus",
    "PackageType",
    "Architectures",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
];

/// Shapes that the model leaves as any string, and what they are all the same.
const STRICTER: [(&str, &str); 3] = [
    (
        "RevisionId",
        "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    (
        "LastModified",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000",
    ),
    ("CodeSha256", "[A-Za-z0-9+/]{43}="),
];

/// Sees that a command's output is a `FunctionConfiguration` as the AWS CLI would print it: every
/// value of its shape, members in the model's order, and behind them only those unknown ones
/// that the test put there, given by their paths.
#[track_caller]
pub fn is_function_configuration(stdout: &str, unknown: &[&str]) -> Value {
    let found = violations(stdout, unknown);
    assert!(found.is_empty(), "{found:#?}\n{stdout}");
    serde_json::from_str(stdout).unwrap()
}

/// Returns what is wrong with a `FunctionConfiguration`.
pub fn violations(stdout: &str, unknown: &[&str]) -> Vec<String> {
    let answer: Value = serde_json::from_str(stdout).unwrap();
    let mut checker = Checker {
        unknown: unknown.to_vec(),
        found: Vec::new(),
    };
    checker.check("", &answer, "FunctionConfiguration");
    for path in checker.unknown {
        checker.found.push(format!("{path} is missing"));
    }
    let mut found = checker.found;
    for name in ALWAYS {
        if answer.get(name).is_none() {
            found.push(format!("{name} is missing"));
        }
    }
    for (name, pattern) in STRICTER {
        let text = answer[name].as_str().unwrap_or_default();
        if !matches(pattern, text) {
            found.push(format!("{name}: {text} is not {pattern}"));
        }
    }
    // An unknown member may be spelt in ways that a rendering of values would lose.
    if unknown.is_empty() && rendered(&answer) != stdout {
        found.push("it is not JSON with four spaces and a newline at the end".to_owned());
    }
    found
}

/// Sees that a command's output is of a shape of the model, as the AWS CLI would print it: nothing
/// but the model's members, in their order.
#[track_caller]
pub fn is_of_shape(stdout: &str, shape: &str) -> Value {
    let answer: Value = serde_json::from_str(stdout).unwrap();
    has_shape(&answer, shape);
    assert_eq!(rendered(&answer), stdout);
    answer
}

/// Sees that a value is of a shape of the model, and has nothing but the model's members, in their
/// order.
#[track_caller]
pub fn has_shape(value: &Value, shape: &str) {
    let mut checker = Checker {
        unknown: Vec::new(),
        found: Vec::new(),
    };
    checker.check("", value, shape);
    assert!(checker.found.is_empty(), "{:#?}\n{value:#}", checker.found);
}

struct Checker<'a> {
    /// Paths of unknown members that have not been met yet.
    unknown: Vec<&'a str>,
    found: Vec<String>,
}

impl Checker<'_> {
    fn check(&mut self, path: &str, value: &Value, shape_name: &str) {
        let shape = &SHAPES[shape_name];
        match (shape["type"].as_str().unwrap(), value) {
            ("structure", Value::Object(members)) => self.check_structure(path, members, shape),
            ("map", Value::Object(members)) => {
                for (key, value) in members {
                    let path = format!("{path}.{key}");
                    self.check(&path, &key.clone().into(), shape["key"].as_str().unwrap());
                    self.check(&path, value, shape["value"].as_str().unwrap());
                }
            }
            ("list", Value::Array(items)) => {
                self.check_range(path, items.len(), shape_name);
                for item in items {
                    self.check(path, item, shape["member"].as_str().unwrap());
                }
            }
            ("string", Value::String(text)) => {
                self.check_range(path, text.chars().count(), shape_name);
                if let Some(pattern) = shape["pattern"].as_str()
                    && !matches(pattern, text)
                {
                    self.found.push(format!("{path}: {text} is not {pattern}"));
                }
                if let Some(choices) = shape["enum"].as_array()
                    && !choices.contains(value)
                {
                    self.found
                        .push(format!("{path}: {text} is no {shape_name}"));
                }
            }
            ("integer" | "long", Value::Number(number)) if number.is_u64() => {
                let number = usize::try_from(number.as_u64().unwrap()).unwrap();
                self.check_range(path, number, shape_name);
            }
            ("double", Value::Number(_)) | ("boolean", Value::Bool(_)) => {}
            (kind, _) => self.found.push(format!("{path}: {value} is no {kind}")),
        }
    }

    fn check_structure(&mut self, path: &str, members: &Map<String, Value>, shape: &Value) {
        let known: Vec<&str> = shape["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["name"].as_str().unwrap())
            .collect();
        let position = |name: &str| known.iter().position(|known| *known == name);
        for required in shape["required"].as_array().into_iter().flatten() {
            if !members.contains_key(required.as_str().unwrap()) {
                self.found.push(format!("{path}: {required} is missing"));
            }
        }
        let positions: Vec<usize> = members
            .keys()
            .map(|name| position(name).unwrap_or(usize::MAX))
            .collect();
        if !positions.is_sorted() {
            self.found
                .push(format!("{path}: members are not in the model's order"));
        }
        for (name, value) in members {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            match position(name) {
                Some(index) => {
                    let shape = shape["members"][index]["shape"].as_str().unwrap();
                    self.check(&path, value, shape);
                }
                None => match self.unknown.iter().position(|known| *known == path) {
                    Some(index) => drop(self.unknown.remove(index)),
                    None => self.found.push(format!("{path} is not of the model")),
                },
            }
        }
    }

    fn check_range(&mut self, path: &str, size: usize, shape_name: &str) {
        let limit = |name: &str| {
            let limit = SHAPES[shape_name][name].as_u64()?;
            usize::try_from(limit).ok()
        };
        // Where a store's own quota is lower than what the model allows to some accounts.
        let max = match shape_name {
            "MemorySize" => Some(3008),
            "Timeout" => Some(900),
            "EphemeralStorageSize" => Some(10240),
            _ => limit("max"),
        };
        if limit("min").is_some_and(|min| size < min) || max.is_some_and(|max| size > max) {
            self.found.push(format!(
                "{path}: {size} is beyond the limits of {shape_name}"
            ));
        }
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
    pattern.is_match(text).unwrap()
}

fn rendered(value: &Value) -> String {
    use serde::Serialize as _;
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer).unwrap();
    String::from_utf8(bytes).unwrap() + "\n"
}
