//! What `--generate-cli-skeleton` prints: a request to be filled in, or what an answer looks like.

use std::fmt::Write as _;

use super::api_command::ApiCommand;
use crate::api::document::Value;
use crate::api::response_shape::{item_name, response_of};
use crate::api::shape::Shape;

/// Returns a request with every member, as JSON is written.
pub(super) fn request_json(request: Shape) -> String {
    sample(request).render() + "\n"
}

/// Returns a request with every member in YAML, with words on each.
pub(super) fn request_yaml(command: &ApiCommand) -> String {
    let mut out = String::new();
    write_members(command, command.request, &Place::default(), &mut out);
    out
}

/// Returns what the answer of an operation looks like: a member that is text holds its name.
pub(super) fn answer(operation: &str) -> Value {
    named(Shape::Structure(response_of(operation)), "", "")
}

/// Makes a value to be replaced.
fn sample(shape: Shape) -> Value {
    match shape {
        Shape::OneOf(choices) => Value::string(choices.first().copied().unwrap_or_default()),
        Shape::String => Value::string(""),
        Shape::Blob => Value::Leaf("null".to_owned().into()),
        Shape::Integer => Value::integer(0),
        Shape::Number => Value::number(0.0),
        Shape::Boolean => Value::boolean(true),
        Shape::List(item) => Value::Array(vec![sample(*item)]),
        Shape::Map(value) | Shape::NamedMap(value) => Value::object([("KeyName", sample(*value))]),
        Shape::AtLeast(_, shape) => sample(*shape),
        Shape::Structure(members) | Shape::Requiring(_, members) => {
            let members = members.iter().map(|(name, shape)| (*name, sample(*shape)));
            Value::object(members)
        }
    }
}

/// Makes a value of which text holds a name; `member` is what it is the value of.
fn named(shape: Shape, member: &str, name: &str) -> Value {
    match shape {
        Shape::String | Shape::OneOf(_) => Value::string(name),
        Shape::List(item) => Value::Array(vec![named(*item, member, item_name(member))]),
        Shape::Map(value) => Value::object([("KeyName", named(*value, member, ""))]),
        Shape::Structure(members) => {
            let members = members.iter();
            Value::object(members.map(|(name, shape)| (*name, named(*shape, name, name))))
        }
        other => sample(other),
    }
}

/// Where members stand in a request.
#[derive(Default)]
struct Place {
    /// The names on the way, each with a dot behind it.
    path: String,
    indent: usize,
}

fn write_members(command: &ApiCommand, structure: Shape, place: &Place, out: &mut String) {
    let required: &[&str] = match structure {
        Shape::Requiring(required, _) => required,
        _ => &[],
    };
    let indent = place.indent;
    for (name, shape) in structure.members() {
        let shape = whatever_its_minimum(*shape);
        let path = format!("{}{name}", place.path);
        let value = scalar(shape).map_or_else(String::new, |scalar| format!(" {scalar}"));
        let comment = comment(command, &path, shape, required.contains(name));
        let _ = writeln!(out, "{:indent$}{name}:{value}{comment}", "");
        let inner = |indent| Place {
            path: format!("{path}."),
            indent,
        };
        match shape {
            Shape::List(item) => write_item(command, *item, &inner(indent), out),
            Shape::Map(value) | Shape::NamedMap(value) => {
                let value = scalar(*value).unwrap_or_default();
                let _ = writeln!(out, "{:indent$}  KeyName: {value}", "");
            }
            shape => write_members(command, shape, &inner(indent + 2), out),
        }
    }
}

/// Writes the item of a list, whose dash stands where the list's name does.
fn write_item(command: &ApiCommand, item: Shape, place: &Place, out: &mut String) {
    let indent = place.indent;
    let text = scalar(item).unwrap_or_else(|| {
        let inner = Place {
            path: place.path.clone(),
            indent: indent + 2,
        };
        let mut members = String::new();
        write_members(command, item, &inner, &mut members);
        members.trim().to_owned()
    });
    let _ = writeln!(out, "{:indent$}- {text}", "");
}

/// Returns a value to be replaced, none of what holds others.
fn scalar(shape: Shape) -> Option<String> {
    Some(match whatever_its_minimum(shape) {
        Shape::String => "''".to_owned(),
        Shape::Blob => "!!binary ''".to_owned(),
        Shape::OneOf(choices) => choices.first().copied().unwrap_or_default().to_owned(),
        shape @ (Shape::Integer | Shape::Number | Shape::Boolean) => sample(shape).compact(),
        _ => return None,
    })
}

fn whatever_its_minimum(shape: Shape) -> Shape {
    match shape {
        Shape::AtLeast(_, shape) => *shape,
        shape => shape,
    }
}

/// Says what a member is, and whether and how it may be given.
fn comment(command: &ApiCommand, path: &str, shape: Shape, is_required: bool) -> String {
    let mut words = Vec::new();
    if is_required {
        words.push("[REQUIRED]".to_owned());
    }
    if let Some(reason) = crate::api::refused::reason(path) {
        words.push(format!("Refused: {reason}."));
    } else if let Shape::Blob = shape {
        words.push("The package, in base64.".to_owned());
    } else if let Some(help) = command.help_of(path) {
        // What follows is how an option writes it.
        let what = help.split([',', ';']).next().unwrap_or(help);
        words.push(format!("{what}."));
    }
    if let Shape::OneOf(choices) = shape {
        words.push(format!("Valid values are: {}.", choices.join(", ")));
    }
    if words.is_empty() {
        return String::new();
    }
    format!(" # {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::{COMMANDS, Command};
    use crate::cli::yaml;

    #[test]
    fn both_forms_of_a_request_say_the_same() {
        let empty = Value::object([(yaml::BINARY, Value::string(""))]).compact();
        for command in &COMMANDS {
            if let Command::Api(command) = command {
                let from_yaml = yaml::parse(&request_yaml(command)).unwrap().compact();
                let from_yaml = from_yaml.replace(&empty, "null");
                assert_eq!(from_yaml, sample(command.request).compact());
            }
        }
    }
}
