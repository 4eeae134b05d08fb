//! What options give, by the shape of the parameter: plain text, shorthand or JSON, or a file that
//! holds it.

use super::exit::Failure;
use super::{input, shorthand};
use crate::api::document::{Document, Member, Value};
use crate::api::shape::Shape;

/// Parses what an option is given: one word, or those of a list.
///
/// A single word may name a file. What begins with `{` or `[` is JSON and stays as it is; other
/// text becomes what the shape says.
///
/// # Errors
/// If it is neither, or a file cannot be read.
pub(super) fn parse(option: &str, words: &[String], shape: Shape) -> Result<Value, Failure> {
    let text;
    let words = match words {
        [word] => {
            text = [input::text(option, word)?];
            &text[..]
        }
        words => words,
    };
    match (words, shape.kind()) {
        ([text], Shape::List(_)) if text.trim_start().starts_with('[') => {
            Value::parse(text).map_err(|error| invalid_json(option, error))
        }
        (words, Shape::List(item)) => {
            let items = words.iter().map(|word| parse_text(option, word, *item));
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        ([text], _) => parse_text(option, text, shape),
        _ => Err(invalid(option, "exactly one value must be given")),
    }
}

fn parse_text(option: &str, text: &str, shape: Shape) -> Result<Value, Failure> {
    if !matches!(shape.kind(), Shape::Structure(_) | Shape::Map(_)) {
        return typed(option, Value::string(text), shape);
    }
    if text.trim_start().starts_with(['{', '[']) {
        let document = Document::parse(text).map_err(|error| invalid_json(option, error))?;
        return Ok(document.into_value());
    }
    typed(
        option,
        Value::Object(shorthand::parse(option, text)?),
        shape,
    )
}

fn invalid_json(option: &str, error: impl std::fmt::Display) -> Failure {
    invalid(option, format!("Invalid JSON: {error}"))
}

/// A value that cannot be understood.
pub(super) fn invalid(option: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("Error parsing parameter '{option}': {problem}"))
}

/// Makes of strings what a shape says, and of one value where a list is wanted a list. What fits
/// nothing stays: the checks of parameters tell it.
fn typed(option: &str, value: Value, shape: Shape) -> Result<Value, Failure> {
    let each = |items: Vec<Value>, shape: Shape| {
        let items = items.into_iter().map(|item| typed(option, item, shape));
        items.collect::<Result<_, _>>().map(Value::Array)
    };
    match (value, shape.kind()) {
        (Value::Array(items), Shape::List(shape)) => each(items, *shape),
        (value, Shape::List(shape)) => each(vec![value], *shape),
        (Value::Object(members), kind @ (Shape::Map(_) | Shape::Structure(_))) => {
            let typed_member = |member: &Member| {
                let value = member.value().clone();
                let shape = member_shape(kind, member.name());
                let value = shape.map_or(Ok(value.clone()), |shape| typed(option, value, shape))?;
                Ok(Member::new(member.name(), value))
            };
            let members = members.iter().map(typed_member);
            members.collect::<Result<_, _>>().map(Value::Object)
        }
        (Value::Leaf(text), kind) => {
            let leaf = Value::Leaf(text);
            let text = leaf.as_str().unwrap_or_default();
            let text = text.trim();
            let wrong = |wanted: &str| invalid(option, format!("'{text}' is not {wanted}"));
            Ok(match kind {
                Shape::Integer => {
                    let number: i64 = text.parse().map_err(|_| wrong("a whole number"))?;
                    Value::integer(number)
                }
                Shape::Number => {
                    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                    Value::number(number.ok_or_else(|| wrong("a number"))?)
                }
                Shape::Boolean if text.eq_ignore_ascii_case("true") => Value::boolean(true),
                Shape::Boolean if text.eq_ignore_ascii_case("false") => Value::boolean(false),
                _ => leaf,
            })
        }
        (other, _) => Ok(other),
    }
}

fn member_shape(shape: Shape, name: &str) -> Option<Shape> {
    match shape {
        Shape::Map(shape) => Some(*shape),
        Shape::Structure(members) => {
            let known = members.iter().find(|(known, _)| *known == name);
            known.map(|(_, shape)| *shape)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::request_shape::CONFIGURATION;

    fn parsed(words: &[String], shape: Shape) -> Result<String, String> {
        let parsed = parse("--x", words, shape).map(|value| value.compact());
        parsed.map_err(|failure| match failure {
            Failure::Usage(message) => message,
            other => panic!("{other:?}"),
        })
    }

    const STRUCTURE: Shape = Shape::Structure(&[
        ("Text", Shape::String),
        ("Count", Shape::AtLeast(1, &Shape::Integer)),
        ("Weight", Shape::Number),
        ("Flag", Shape::Boolean),
        ("Texts", Shape::List(&Shape::String)),
        ("Counts", Shape::List(&Shape::Integer)),
        ("Map", Shape::Map(&Shape::String)),
        ("Weights", Shape::Map(&Shape::Number)),
        (
            "Inner",
            Shape::Requiring(&[], &[("Flag", Shape::Boolean), ("Text", Shape::String)]),
        ),
        (
            "Inners",
            Shape::List(&Shape::Structure(&[("Count", Shape::Integer)])),
        ),
    ]);

    fn structure(text: &str) -> Result<String, String> {
        parsed(&[text.to_owned()], STRUCTURE)
    }

    fn words(words: &[&str], shape: Shape) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        parsed(&words, shape)
    }

    #[test]
    fn scalars_become_what_the_shape_says() {
        for (text, json) in [
            ("Text=1", r#"{"Text":"1"}"#),
            ("Count=010", r#"{"Count":10}"#),
            ("Count=-1", r#"{"Count":-1}"#),
            ("Weight=.5", r#"{"Weight":0.5}"#),
            ("Weight=1", r#"{"Weight":1.0}"#),
            ("Flag=True", r#"{"Flag":true}"#),
            ("Flag=yes", r#"{"Flag":"yes"}"#),
            ("Texts=a", r#"{"Texts":["a"]}"#),
            ("Counts=1,2,Texts=3", r#"{"Counts":[1,2],"Texts":["3"]}"#),
            ("Map={a=1}", r#"{"Map":{"a":"1"}}"#),
            ("Weights={2=0.02}", r#"{"Weights":{"2":0.02}}"#),
            (
                "Inner={Flag=false,Text=true}",
                r#"{"Inner":{"Flag":false,"Text":"true"}}"#,
            ),
            ("Inners={Count=1}", r#"{"Inners":[{"Count":1}]}"#),
            ("Unknown=1", r#"{"Unknown":"1"}"#),
            (
                r#" {"Count": "1", "Texts": "a"}"#,
                r#"{"Count":"1","Texts":"a"}"#,
            ),
        ] {
            assert_eq!(structure(text).as_deref(), Ok(json), "{text}");
        }
        for (text, problem) in [
            ("Count=x", "'x' is not a whole number"),
            ("Count=1.0", "'1.0' is not a whole number"),
            ("Weight=inf", "'inf' is not a number"),
            ("{\"a\": }", "Invalid JSON"),
            (
                "[1]",
                "Invalid JSON: line 1: expected an object, found a list",
            ),
        ] {
            let message = structure(text).unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
        }
    }

    #[test]
    fn a_list_is_words_or_json() {
        let texts = Shape::List(&Shape::String);
        for (given, json) in [
            (&[][..], "[]"),
            (&["[]"], "[]"),
            (&["a"], r#"["a"]"#),
            (&["a", "b"], r#"["a","b"]"#),
            (&[""], r#"[""]"#),
            (&[r#" ["a", 1]"#], r#"["a",1]"#),
            (&["[a", "b]"], r#"["[a","b]"]"#),
        ] {
            assert_eq!(words(given, texts).as_deref(), Ok(json), "{given:?}");
        }
        let inners = Shape::List(&STRUCTURE);
        for (given, json) in [
            (
                &["Count=1", r#"{"Count": 2}"#][..],
                r#"[{"Count":1},{"Count":2}]"#,
            ),
            (&[r#"[{"Count": 2}]"#], r#"[{"Count":2}]"#),
            (&[], "[]"),
        ] {
            assert_eq!(words(given, inners).as_deref(), Ok(json), "{given:?}");
        }
        assert!(words(&["[a"], texts).unwrap_err().contains("Invalid JSON"));
        assert!(words(&["x"], inners).unwrap_err().contains("Expected: '='"));
    }

    /// Writes a value as shorthand: everything in brackets and quotes, which can hold all of it.
    fn rendered(value: &Value) -> String {
        let list = |items: Vec<String>| items.join(",");
        match value {
            Value::Object(_) => format!("{{{}}}", rendered_pairs(value)),
            Value::Array(items) => format!("[{}]", list(items.iter().map(rendered).collect())),
            Value::Leaf(text) => {
                let text = value.as_str().unwrap_or_else(|| text.to_string());
                format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
            }
        }
    }

    fn rendered_pairs(value: &Value) -> String {
        let pair = |member: &Member| format!("{}={}", member.name(), rendered(member.value()));
        let pairs: Vec<String> = value.members().iter().map(pair).collect();
        pairs.join(",")
    }

    /// Makes values of a shape. Structures have no member twice; each is there or not.
    fn value_of(shape: Shape) -> BoxedStrategy<Value> {
        match shape.kind() {
            Shape::String => any::<String>()
                .prop_map(|text| Value::string(&text))
                .boxed(),
            Shape::Integer => any::<i64>().prop_map(Value::integer).boxed(),
            Shape::Boolean => any::<bool>().prop_map(Value::boolean).boxed(),
            Shape::Number => (-1e9..1e9_f64)
                .prop_map(|number| Value::parse(&format!("{number:?}")).unwrap())
                .boxed(),
            Shape::List(item) => prop::collection::vec(value_of(*item), 0..4)
                .prop_map(Value::Array)
                .boxed(),
            Shape::Map(value) => {
                let members =
                    prop::collection::btree_map("[A-Za-z0-9_.#/:-]{1,4}", value_of(*value), 0..4);
                let object = |map: std::collections::BTreeMap<String, Value>| {
                    Value::object(
                        map.iter()
                            .map(|(name, value)| (name.as_str(), value.clone())),
                    )
                };
                members.prop_map(object).boxed()
            }
            Shape::Structure(members) => members
                .iter()
                .map(|(name, shape)| {
                    let value = prop::option::of(value_of(*shape));
                    value.prop_map(|value| value.map(|value| Member::new(name, value)))
                })
                .collect::<Vec<_>>()
                .prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
                .boxed(),
            other => unreachable!("{other:?}"),
        }
    }

    /// Every structure, map and list that an option takes.
    fn shapes() -> impl Strategy<Value = Shape> {
        let options = CONFIGURATION.iter().map(|(_, shape)| *shape);
        let others = [STRUCTURE, Shape::Map(&Shape::String)];
        let is_complex = |shape: &Shape| {
            matches!(
                shape.kind(),
                Shape::Structure(_) | Shape::Map(_) | Shape::List(_)
            )
        };
        let shapes: Vec<Shape> = options.chain(others).filter(is_complex).collect();
        prop::sample::select(shapes)
    }

    fn shape_and_value() -> impl Strategy<Value = (Shape, Value)> {
        shapes().prop_flat_map(|shape| value_of(shape).prop_map(move |value| (shape, value)))
    }

    /// Writes an option's value as its words: those of a list are one for each item.
    fn words_of(value: &Value) -> Vec<String> {
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::Object(_) => rendered_pairs(item),
                    _ => item.as_str().unwrap_or_default(),
                })
                .collect(),
            _ => vec![rendered_pairs(value)],
        }
    }

    /// Whether a value can be written as these words: a structure of no members has no shorthand,
    /// and a text alone may be JSON or name a file.
    fn has_shorthand(value: &Value, words: &[String]) -> bool {
        let is_empty =
            |value: &Value| matches!(value, Value::Object(members) if members.is_empty());
        let is_other =
            |word: &String| word.trim_start().starts_with('[') || word.starts_with("file://");
        let has_empty = is_empty(value) || value.items().iter().any(is_empty);
        let is_misread = words.len() == 1 && is_other(&words[0]);
        !has_empty && !is_misread
    }

    proptest! {
        #[test]
        fn what_is_rendered_as_shorthand_parses_back_as_its_json_does((shape, value) in shape_and_value()) {
            let from_json = parsed(&[value.compact()], shape);
            prop_assert_eq!(from_json, Ok(value.compact()));
            let words = words_of(&value);
            if has_shorthand(&value, &words) {
                prop_assert_eq!(parsed(&words, shape), Ok(value.compact()));
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>(), shape in shapes()) {
            drop(parsed(&[text], shape));
        }

        #[test]
        fn text_like_shorthand_never_panics(text in "[ab=,@'\"\\\\\\[\\]{} é\n]{0,24}", shape in shapes()) {
            drop(parsed(&[text], shape));
        }
    }
}
