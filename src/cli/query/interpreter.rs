//! What an expression finds, by the rules of the AWS CLI's library.
//!
//! The library here parses expressions; its own interpreter differs from the AWS CLI's where scripts
//! would notice: it does not compare strings (`LastModified > '2026'`), makes doubles of whole
//! numbers (`sum`), and sorts the members of objects.

use std::borrow::Cow;
use std::cmp::Ordering;

use jmespath::ast::{Ast, Comparator};
use serde_json::{Map, Value as Json};

use super::functions::{self, Argument};
use super::room::Room;

/// What an expression finds: a part of the data, or something made of it.
pub(super) type Found<'a> = Result<Cow<'a, Json>, String>;

/// Finds what an expression says in data.
///
/// # Errors
/// What a function or a comparison can't do with what it was given, and if there is no room for what
/// is made.
pub(super) fn search<'a>(expression: &Ast, data: &'a Json, room: &Room) -> Found<'a> {
    match expression {
        Ast::Identity { .. } => Ok(Cow::Borrowed(data)),
        Ast::Literal { value, .. } => serde_json::to_value(&**value)
            .map(Cow::Owned)
            .map_err(|error| error.to_string()),
        Ast::Field { name, .. } => Ok(data.get(name).map_or(null(), Cow::Borrowed)),
        Ast::Index { idx, .. } => Ok(item(data, *idx).map_or(null(), Cow::Borrowed)),
        Ast::Slice {
            start, stop, step, ..
        } => slice(data, *start, *stop, *step, room),
        Ast::Subexpr { lhs, rhs, .. } => search_in(rhs, search(lhs, data, room)?, room),
        Ast::Or { lhs, rhs, .. } => match search(lhs, data, room)? {
            found if is_true(&found) => Ok(found),
            _ => search(rhs, data, room),
        },
        Ast::And { lhs, rhs, .. } => match search(lhs, data, room)? {
            found if is_true(&found) => search(rhs, data, room),
            found => Ok(found),
        },
        Ast::Not { node, .. } => Ok(owned(!is_true(&*search(node, data, room)?))),
        Ast::Condition {
            predicate, then, ..
        } => match search(predicate, data, room)? {
            found if is_true(&found) => search(then, data, room),
            _ => Ok(null()),
        },
        Ast::Comparison {
            comparator,
            lhs,
            rhs,
            ..
        } => compare(
            comparator,
            &*search(lhs, data, room)?,
            &*search(rhs, data, room)?,
        ),
        Ast::ObjectValues { node, .. } => match &*search(node, data, room)? {
            Json::Object(members) => room.copies(members.values()).map(owned),
            _ => Ok(null()),
        },
        Ast::Projection { lhs, rhs, .. } => project(&*search(lhs, data, room)?, rhs, room),
        Ast::Flatten { node, .. } => match &*search(node, data, room)? {
            Json::Array(items) => room.copies(flattened(items)).map(owned),
            _ => Ok(null()),
        },
        Ast::MultiList { .. } | Ast::MultiHash { .. } if data.is_null() => Ok(null()),
        Ast::MultiList { elements, .. } => elements
            .iter()
            .map(|element| room.keep(search(element, data, room)?))
            .collect::<Result<Vec<_>, _>>()
            .map(owned),
        Ast::MultiHash { elements, .. } => {
            let mut members = Map::new();
            for element in elements {
                let value = room.keep(search(&element.value, data, room)?)?;
                room.take(element.key.len())?;
                members.insert(element.key.clone(), value);
            }
            Ok(Cow::Owned(Json::Object(members)))
        }
        Ast::Function { name, args, .. } => {
            let arguments = args.iter().map(|argument| match argument {
                Ast::Expref { ast, .. } => Ok(Argument::Expression(ast)),
                other => search(other, data, room).map(Argument::Value),
            });
            functions::call(name, arguments.collect::<Result<_, _>>()?, room)
        }
        Ast::Expref { .. } => {
            Err("an expression behind & is no value: only a function takes it".to_owned())
        }
    }
}

/// Finds what an expression says in what another one found.
fn search_in<'a>(expression: &Ast, found: Cow<'a, Json>, room: &Room) -> Found<'a> {
    match found {
        Cow::Borrowed(data) => search(expression, data, room),
        Cow::Owned(data) => match search(expression, &data, room)? {
            part @ Cow::Borrowed(_) => room.keep(part).map(Cow::Owned),
            Cow::Owned(made) => Ok(Cow::Owned(made)),
        },
    }
}

fn owned<'a>(value: impl Into<Json>) -> Cow<'a, Json> {
    Cow::Owned(value.into())
}

fn null<'a>() -> Cow<'a, Json> {
    Cow::Owned(Json::Null)
}

/// Returns whether a value counts as true: empty ones, `null` and `false` do not, 0 does.
fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(is_true) => *is_true,
        Json::Number(_) => true,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
    }
}

/// Applies an expression to each item; what it does not find is left out.
fn project<'a>(list: &Json, expression: &Ast, room: &Room) -> Found<'a> {
    let Json::Array(items) = list else {
        return Ok(null());
    };
    let mut all = Vec::new();
    for item in items {
        let found = search(expression, item, room)?;
        if !found.is_null() {
            all.push(room.keep(found)?);
        }
    }
    Ok(owned(all))
}

fn flattened(items: &[Json]) -> impl Iterator<Item = &Json> {
    items.iter().flat_map(|item| match item {
        Json::Array(inner) => inner.iter(),
        other => std::slice::from_ref(other).iter(),
    })
}

/// Returns an item of a list; a negative index counts from its end.
fn item(list: &Json, index: i32) -> Option<&Json> {
    let items = list.as_array()?;
    let index = isize::try_from(index).ok()?;
    let index = if index < 0 {
        items.len().checked_add_signed(index)?
    } else {
        index.cast_unsigned()
    };
    items.get(index)
}

fn slice<'a>(
    list: &Json,
    start: Option<i32>,
    end: Option<i32>,
    step: i32,
    room: &Room,
) -> Found<'a> {
    let Json::Array(items) = list else {
        return Ok(null());
    };
    if step == 0 {
        return Err("the step of a slice is not 0".to_owned());
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    // A step back begins at the last item, and goes on until before the first.
    let (lowest, highest) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let bound = |given: Option<i32>, unless_given: i64| {
        given.map_or(unless_given, |given| {
            let given = i64::from(given);
            let given = if given < 0 { given + length } else { given };
            given.clamp(lowest, highest)
        })
    };
    let (first, behind) = if step < 0 {
        (highest, lowest)
    } else {
        (lowest, highest)
    };
    let (mut index, end) = (bound(start, first), bound(end, behind));
    let mut picked = Vec::new();
    while if step < 0 { index > end } else { index < end } {
        let item = usize::try_from(index)
            .ok()
            .and_then(|index| items.get(index));
        picked.extend(item);
        index += i64::from(step);
    }
    room.copies(picked).map(owned)
}

/// Compares: any values for being equal; numbers, and strings, for their order.
fn compare<'a>(comparator: &Comparator, left: &Json, right: &Json) -> Found<'a> {
    let is_kept: fn(Ordering) -> bool = match comparator {
        Comparator::Equal => return Ok(owned(is_equal(left, right))),
        Comparator::NotEqual => return Ok(owned(!is_equal(left, right))),
        Comparator::LessThan => Ordering::is_lt,
        Comparator::LessThanEqual => Ordering::is_le,
        Comparator::GreaterThan => Ordering::is_gt,
        Comparator::GreaterThanEqual => Ordering::is_ge,
    };
    match (left, right) {
        (Json::Number(_), Json::Number(_)) | (Json::String(_), Json::String(_)) => {
            Ok(owned(is_kept(order(left, right))))
        }
        (Json::Number(_), Json::String(_)) | (Json::String(_), Json::Number(_)) => {
            Err(format!("{left} and {right} have no order"))
        }
        _ => Ok(null()),
    }
}

/// Returns the order of two numbers or two strings; other values have none.
pub(super) fn order(left: &Json, right: &Json) -> Ordering {
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
        return left.cmp(&right);
    }
    if let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) {
        return left.total_cmp(&right);
    }
    left.as_str().cmp(&right.as_str())
}

/// Returns whether two values are equal; a number is, however it is written.
pub(super) fn is_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(_), Json::Number(_)) => {
            left == right || left.as_f64().is_some() && left.as_f64() == right.as_f64()
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| is_equal(a, b))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.get(name).is_some_and(|other| is_equal(value, other))
                })
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Query;

    #[test]
    fn expressions_find_what_the_specification_says() {
        let data = json!({"L": [0, 1, 2, 3], "O": {"b": [1.0], "a": null}, "D": [{"N": "x"}, {}]});
        for (expression, found) in [
            ("L[1:3]", json!([1, 2])),
            ("L[::-2]", json!([3, 1])),
            ("L[-3:-1]", json!([1, 2])),
            ("L[2:0:-1]", json!([2, 1])),
            ("L[9:]", json!([])),
            ("L[-1]", json!(3)),
            ("L[-5]", json!(null)),
            ("O[0]", json!(null)),
            ("O.*", json!([[1.0]])),
            ("D[].N", json!(["x"])),
            ("D[?N == 'x']", json!([{"N": "x"}])),
            ("L[?@ > `1`]", json!([2, 3])),
            ("O.b == `[1]`", json!(true)),
            ("O.a < `1`", json!(null)),
            ("!L[0]", json!(false)),
            ("O.a || L[0]", json!(0)),
            ("[D, L][] | length(@)", json!(6)),
            ("{z: O.a, a: L[0]} | keys(@)", json!(["z", "a"])),
        ] {
            let query = Query::compile(expression).unwrap();
            assert_eq!(query.search(&data), Ok(found), "{expression}");
        }
    }
}
