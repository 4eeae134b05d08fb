//! The parameters of a request: what its path, its query and its body say, under the model's names.

use axum::extract::RawPathParams;

use super::refusal::Refusal;
use super::routes::Route;
use crate::api::document::{Document, Value};
use crate::api::shape::{self, Shape};

/// Puts the parameters of a request together and checks their kinds; members that the model does not
/// know are left out, as AWS leaves them out.
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
    body.retain(|member| shape_of(member.name()).is_some());
    if !route.has_body() {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(shape) = shape_of(&name) {
                body.set(&name, from_text(&name, &value, shape)?);
            }
        }
    }
    for (name, value) in path {
        body.set(name, Value::string(value));
    }
    shape::check(&body, members).map_err(|error| Refusal::serialization(error.to_string()))?;
    shape::leave_out_nulls(&mut body, members);
    Ok(body)
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
