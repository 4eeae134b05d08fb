//! Text made what a shape says: shorthand knows strings alone.

use super::exit::Failure;
use super::python::{self, Dictionary};
use crate::api::document::{Member, Value};
use crate::api::shape::Shape;

/// Makes of strings what a shape says, and of one value where a list is wanted a list of it, as it
/// is. What fits nothing stays: the checks of parameters tell it.
///
/// # Errors
/// If something is no number where one is wanted; structures are looked through in the model's order.
pub(super) fn typed(value: Value, shape: Shape) -> Result<Value, Failure> {
    match (value, shape.kind()) {
        (Value::Array(items), Shape::List(shape)) => {
            let items = items.into_iter().map(|item| typed(item, *shape));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        (value, Shape::List(_)) => Ok(Value::Array(vec![value])),
        (Value::Object(mut members), Shape::Map(shape)) => {
            for member in &mut members {
                retype(member, *shape)?;
            }
            Ok(Value::Object(members))
        }
        (Value::Object(mut members), Shape::Structure(known)) => {
            for (name, shape) in known {
                if let Some(member) = members.iter_mut().find(|member| member.name() == *name) {
                    retype(member, *shape)?;
                }
            }
            Ok(Value::Object(members))
        }
        (value, kind @ (Shape::Integer | Shape::Number | Shape::Boolean)) => {
            let Some(text) = value.as_str() else {
                let class = python::class(&value, Dictionary::Plain);
                return Err(Failure::Other(no_text(kind, class)));
            };
            let converted = match kind {
                Shape::Integer => python::int(&text),
                Shape::Number => number(&text),
                _ => Ok(boolean(&text).unwrap_or(value)),
            };
            converted.map_err(Failure::Other)
        }
        (value, _) => Ok(value),
    }
}

fn retype(member: &mut Member, shape: Shape) -> Result<(), Failure> {
    let value = typed(member.value().clone(), shape)?;
    *member = Member::new(member.name(), value);
    Ok(())
}

/// JSON has no number that is infinite or none.
fn number(text: &str) -> Result<Value, String> {
    let number = python::number(text)?;
    if number.is_finite() {
        Ok(Value::number(number))
    } else {
        Err(format!("not a finite number: {}", python::quoted(text)))
    }
}

fn boolean(text: &str) -> Option<Value> {
    match &*text.to_lowercase() {
        "true" => Some(Value::boolean(true)),
        "false" => Some(Value::boolean(false)),
        _ => None,
    }
}

/// What Python says of a list or a dictionary where text is converted.
fn no_text(kind: Shape, class: &str) -> String {
    match kind {
        Shape::Integer => format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{class}'"
        ),
        Shape::Number => {
            format!("float() argument must be a string or a real number, not '{class}'")
        }
        _ => format!("'{class}' object has no attribute 'lower'"),
    }
}
