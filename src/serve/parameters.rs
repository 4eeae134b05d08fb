//! The parameters of a request: what its path, its query and its body say, under the model's names.

use axum::extract::RawPathParams;

use super::refusal::Refusal;
use super::routes::Route;
use crate::api::document::{Document, Value};
use crate::api::shape::{self, Shape};

/// Puts the parameters of a request together and checks their kinds. Members that the model does not
/// know, and those that stand elsewhere in such a request, are left out as AWS leaves them out; so
/// are those that are `null`, at any depth. Of a name that is twice in the query the last one counts.
///
/// # Errors
/// `SerializationException` for a value of another kind than the model's.
pub(super) fn of(
    route: &Route,
    path: &RawPathParams,
    query: &str,
    mut body: Document,
) -> Result<Document, Refusal> {
    let members = route.request.members();
    let shape_of = |name: &str| {
        let known = members.iter().find(|(known, _)| *known == name);
        known.map(|(_, shape)| *shape)
    };
    let is_in_path = |name: &str| path.iter().any(|(known, _)| known == name);
    body.retain(|member| shape_of(member.name()).is_some() && !is_in_path(member.name()));
    shape::check(&body, members).map_err(|error| Refusal::serialization(error.problem))?;
    shape::leave_out_nulls(&mut body, members);
    // A client does not see the lines of what it sends, so they are in no message from here on.
    let mut parameters = Document::default();
    for member in body.members() {
        parameters.set(member.name(), member.value().clone());
    }
    if !route.has_body() {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(shape) = shape_of(&name) {
                parameters.set(&name, from_text(&name, &value, shape)?);
            }
        }
    }
    for (name, value) in path {
        parameters.set(name, Value::string(value));
    }
    Ok(parameters)
}

/// Makes a value of what a query says.
fn from_text(name: &str, text: &str, shape: Shape) -> Result<Value, Refusal> {
    match shape.kind() {
        Shape::Integer => {
            let number = text.parse::<i64>().map(Value::integer);
            number.map_err(|_| {
                Refusal::serialization(format!("{name}: expected a whole number, found {text:?}"))
            })
        }
        _ => Ok(Value::string(text)),
    }
}
