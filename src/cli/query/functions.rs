//! The functions of expressions, as the AWS CLI's library has them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use jmespath::ast::Ast;
use serde_json::{Map, Number, Value as Json};

use super::interpreter::{Found, is_equal, order, search};
use super::room::Room;
use super::to_document;

/// What a function is given.
pub(super) enum Argument<'a, 'e> {
    /// A value.
    Value(Cow<'a, Json>),
    /// An expression behind `&`, to be applied by the function.
    Expression(&'e Ast),
}

/// Calls a function.
///
/// # Errors
/// If there is no such function, it can't do with what it is given, or there is no room for what it makes.
pub(super) fn call<'a>(name: &str, arguments: Vec<Argument<'a, '_>>, room: &Room) -> Found<'a> {
    let function = Function {
        name,
        arguments,
        room,
    };
    let given = function.arguments.len();
    let (least, most) = match name {
        "merge" | "not_null" => (1, usize::MAX),
        "contains" | "ends_with" | "join" | "map" | "max_by" | "min_by" | "sort_by"
        | "starts_with" => (2, 2),
        _ => (1, 1),
    };
    let found = match name {
        _ if !NAMES.contains(&name) => return Err(format!("there is no function {name}()")),
        _ if given < least || given > most => {
            return Err(format!("{name}() takes {least} arguments, not {given}"));
        }
        "abs" => rounded(function.number(0)?, i64::abs, f64::abs),
        "avg" => average(function.numbers(0)?),
        "ceil" => whole(function.number(0)?, f64::ceil),
        "contains" => function.contains()?,
        "ends_with" => function.string(0)?.ends_with(function.string(1)?).into(),
        "floor" => whole(function.number(0)?, f64::floor),
        "join" => function.join()?,
        "keys" => function.object(0)?.keys().cloned().collect(),
        "length" => function.length()?,
        "map" => function.map()?,
        "max" => last_of(function.alike(0)?, is_greater),
        "max_by" => function.picked_by(is_greater)?,
        "merge" => function.merge()?,
        "min" => last_of(function.alike(0)?, is_less),
        "min_by" => function.picked_by(is_less)?,
        "not_null" => function.first_not_null()?,
        "reverse" => function.reverse()?,
        "sort" => sorted(function.alike(0)?),
        "sort_by" => function.sort_by()?,
        "starts_with" => function.string(0)?.starts_with(function.string(1)?).into(),
        "sum" => sum(function.numbers(0)?),
        "to_array" => match function.value(0)? {
            list @ Json::Array(_) => list.clone(),
            other => vec![other.clone()].into(),
        },
        "to_number" => to_number(function.value(0)?),
        "to_string" => to_string(function.value(0)?).into(),
        "type" => kind(function.value(0)?).into(),
        _ => function.object(0)?.values().cloned().collect(),
    };
    room.keep(Cow::Owned(found)).map(Cow::Owned)
}

const NAMES: [&str; 26] = [
    "abs",
    "avg",
    "ceil",
    "contains",
    "ends_with",
    "floor",
    "join",
    "keys",
    "length",
    "map",
    "max",
    "max_by",
    "merge",
    "min",
    "min_by",
    "not_null",
    "reverse",
    "sort",
    "sort_by",
    "starts_with",
    "sum",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
];

/// A function with what it was given, as many arguments as it takes.
struct Function<'a, 'e, 'n> {
    name: &'n str,
    arguments: Vec<Argument<'a, 'e>>,
    room: &'n Room,
}

impl Function<'_, '_, '_> {
    fn wrong(&self, wanted: &str, found: &Json) -> String {
        let article = if found.is_array() || found.is_object() {
            "an "
        } else {
            ""
        };
        format!(
            "{}() takes {wanted}, not {article}{}",
            self.name,
            kind(found)
        )
    }

    fn value(&self, index: usize) -> Result<&Json, String> {
        match &self.arguments[index] {
            Argument::Value(value) => Ok(value),
            Argument::Expression(_) => Err(format!("{}() takes no &expression here", self.name)),
        }
    }

    fn expression(&self, index: usize) -> Result<&Ast, String> {
        match &self.arguments[index] {
            Argument::Expression(expression) => Ok(expression),
            Argument::Value(found) => Err(self.wrong("an &expression", found)),
        }
    }

    fn number(&self, index: usize) -> Result<&Number, String> {
        match self.value(index)? {
            Json::Number(number) => Ok(number),
            other => Err(self.wrong("a number", other)),
        }
    }

    fn string(&self, index: usize) -> Result<&str, String> {
        match self.value(index)? {
            Json::String(text) => Ok(text),
            other => Err(self.wrong("a string", other)),
        }
    }

    fn array(&self, index: usize) -> Result<&[Json], String> {
        match self.value(index)? {
            Json::Array(items) => Ok(items),
            other => Err(self.wrong("an array", other)),
        }
    }

    fn object(&self, index: usize) -> Result<&Map<String, Json>, String> {
        match self.value(index)? {
            Json::Object(members) => Ok(members),
            other => Err(self.wrong("an object", other)),
        }
    }

    fn numbers(&self, index: usize) -> Result<Vec<&Number>, String> {
        let numbers = self.array(index)?.iter().map(|item| match item {
            Json::Number(number) => Ok(number),
            other => Err(self.wrong("an array of numbers", other)),
        });
        numbers.collect()
    }

    /// Returns a list that has numbers only, or strings only.
    fn alike(&self, index: usize) -> Result<&[Json], String> {
        let items = self.array(index)?;
        self.check_alike(items.iter(), "an array of numbers or of strings")?;
        Ok(items)
    }

    fn check_alike<'j>(
        &self,
        mut values: impl Iterator<Item = &'j Json> + Clone,
        wanted: &str,
    ) -> Result<(), String> {
        let is_number = values.clone().next().is_some_and(Json::is_number);
        let odd = values.find(|value| {
            !if is_number {
                value.is_number()
            } else {
                value.is_string()
            }
        });
        odd.map_or(Ok(()), |odd| Err(self.wrong(wanted, odd)))
    }

    fn contains(&self) -> Result<Json, String> {
        match self.value(0)? {
            Json::Array(items) => {
                let wanted = self.value(1)?;
                Ok(items.iter().any(|item| is_equal(item, wanted)).into())
            }
            Json::String(text) => Ok(text.contains(self.string(1)?).into()),
            other => Err(self.wrong("a string or an array", other)),
        }
    }

    fn join(&self) -> Result<Json, String> {
        let texts = self.array(1)?.iter().map(|item| match item {
            Json::String(text) => Ok(text.as_str()),
            other => Err(self.wrong("an array of strings", other)),
        });
        let texts: Vec<&str> = texts.collect::<Result<_, _>>()?;
        let between = self.string(0)?;
        self.room.take(between.len().saturating_mul(texts.len()))?;
        Ok(texts.join(between).into())
    }

    fn length(&self) -> Result<Json, String> {
        Ok(match self.value(0)? {
            Json::String(text) => text.chars().count().into(),
            Json::Array(items) => items.len().into(),
            Json::Object(members) => members.len().into(),
            other => return Err(self.wrong("a string, an array or an object", other)),
        })
    }

    fn map(&self) -> Result<Json, String> {
        let expression = self.expression(0)?;
        let items = self.array(1)?.iter();
        items
            .map(|item| self.room.keep(search(expression, item, self.room)?))
            .collect()
    }

    fn merge(&self) -> Result<Json, String> {
        let mut merged = Map::new();
        for index in 0..self.arguments.len() {
            merged.extend(self.object(index)?.clone());
        }
        Ok(merged.into())
    }

    fn first_not_null(&self) -> Result<Json, String> {
        for index in 0..self.arguments.len() {
            let value = self.value(index)?;
            if !value.is_null() {
                return Ok(value.clone());
            }
        }
        Ok(Json::Null)
    }

    fn reverse(&self) -> Result<Json, String> {
        match self.value(0)? {
            Json::String(text) => Ok(text.chars().rev().collect::<String>().into()),
            Json::Array(items) => Ok(items.iter().rev().cloned().collect()),
            other => Err(self.wrong("a string or an array", other)),
        }
    }

    /// Returns each item with what the expression finds in it, by which it is sorted or picked.
    fn keyed(&self) -> Result<Vec<(Cow<'_, Json>, &Json)>, String> {
        let (items, expression) = (self.array(0)?, self.expression(1)?);
        let keyed = items
            .iter()
            .map(|item| Ok((search(expression, item, self.room)?, item)));
        let keyed: Vec<_> = keyed.collect::<Result<_, String>>()?;
        let keys = keyed.iter().map(|(key, _)| &**key);
        self.check_alike(keys, "an expression that finds numbers or strings")?;
        Ok(keyed)
    }

    fn picked_by(&self, is_better: fn(Ordering) -> bool) -> Result<Json, String> {
        let best = self.keyed()?.into_iter().reduce(|best, next| {
            if is_better(order(&next.0, &best.0)) {
                next
            } else {
                best
            }
        });
        Ok(best.map_or(Json::Null, |(_, item)| item.clone()))
    }

    fn sort_by(&self) -> Result<Json, String> {
        let mut keyed = self.keyed()?;
        keyed.sort_by(|(left, _), (right, _)| order(left, right));
        Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
    }
}

fn is_greater(order: Ordering) -> bool {
    order.is_gt()
}

fn is_less(order: Ordering) -> bool {
    order.is_lt()
}

fn last_of(items: &[Json], is_better: fn(Ordering) -> bool) -> Json {
    let best = items.iter().reduce(|best, next| {
        if is_better(order(next, best)) {
            next
        } else {
            best
        }
    });
    best.cloned().unwrap_or_default()
}

fn sorted(items: &[Json]) -> Json {
    let mut items = items.to_vec();
    items.sort_by(order);
    items.into()
}

/// Returns a number of the same kind, whole or not.
fn rounded(number: &Number, of_whole: fn(i64) -> i64, of_double: fn(f64) -> f64) -> Json {
    match number.as_i64() {
        Some(whole) => of_whole(whole).into(),
        None if number.is_u64() => number.clone().into(),
        None => of_double(double(number)).into(),
    }
}

/// Returns a whole number near another one.
fn whole(number: &Number, of_double: fn(f64) -> f64) -> Json {
    let rounded = if number.is_f64() {
        of_double(double(number))
    } else {
        return number.clone().into();
    };
    // Written without a fraction, every double of this size is a whole number.
    format!("{rounded:.0}")
        .parse::<i64>()
        .map_or_else(|_| rounded.into(), Into::into)
}

fn double(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

/// Adds numbers up; whole ones make a whole one.
fn sum(numbers: Vec<&Number>) -> Json {
    let whole = numbers
        .iter()
        .try_fold(0_i64, |sum, number| sum.checked_add(number.as_i64()?));
    match whole {
        Some(sum) => sum.into(),
        None => numbers.into_iter().map(double).sum::<f64>().into(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no list is so long that its length is no double"
)]
fn average(numbers: Vec<&Number>) -> Json {
    let count = numbers.len();
    match sum(numbers).as_f64() {
        Some(sum) if count > 0 => (sum / count as f64).into(),
        _ => Json::Null,
    }
}

fn to_number(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.clone().into(),
        Json::String(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().map(Json::from);
            whole.unwrap_or_else(|_| text.parse::<f64>().map_or(Json::Null, Json::from))
        }
        _ => Json::Null,
    }
}

/// Writes a value as JSON without blanks; what is not ASCII is escaped.
fn to_string(value: &Json) -> String {
    if let Json::String(text) = value {
        return text.clone();
    }
    let mut out = String::new();
    for letter in to_document(value).compact().chars() {
        if matches!(letter, ' '..='~') {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// Names the type of a value, as expressions do.
fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
