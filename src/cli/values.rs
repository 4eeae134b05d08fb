//! What options give, by the shape of the parameter: plain text, shorthand or JSON, or a file that
//! holds it; all as the AWS CLI takes it.

use super::exit::Failure;
use super::python::{self, Dictionary};
use super::{coercion, input, json_problem, shorthand};
use crate::api::document::Value;
use crate::api::shape::Shape;

/// A value, and which of Python's dictionaries the AWS CLI makes of it.
pub(super) type Parsed = (Value, Dictionary);

/// Parses what an option is given: one word, or those of a list.
///
/// A single word may name a file. What begins with `{` or `[` is JSON and stays as it is; other
/// text becomes what the shape says.
///
/// # Errors
/// If it is neither, or a file cannot be read.
pub(super) fn parse(option: &str, words: &[String], shape: Shape) -> Result<Parsed, Failure> {
    let text;
    let words = match words {
        [word] => match input::named(option, word)? {
            Some(file) => {
                text = [text_of(file.into_text(option)?, shape)];
                &text[..]
            }
            None => words,
        },
        words => words,
    };
    match (words, shape.kind()) {
        (words, Shape::List(item)) => parse_list(option, words, *item),
        ([word], _) => parse_text(option, word, shape),
        _ => Err(invalid(option, "exactly one value must be given")),
    }
}

/// Returns a file's text as one value. Shorthand ends before the newline that an editor puts at the
/// end of a file.
fn text_of(text: String, shape: Shape) -> String {
    let is_shorthand = match shape.kind() {
        Shape::List(item) => is_structured(*item),
        _ => is_structured(shape),
    };
    if is_shorthand && !looks_like_json(&text) {
        text.trim_end_matches('\n').to_owned()
    } else {
        text
    }
}

fn parse_text(option: &str, text: &str, shape: Shape) -> Result<Parsed, Failure> {
    match shape.kind() {
        Shape::Structure(_) | Shape::Map(_) if looks_like_json(text) => {
            Ok((structured_json(option, text)?, Dictionary::Ordered))
        }
        Shape::Structure(_) | Shape::Map(_) => {
            Ok((from_shorthand(option, text, shape)?, Dictionary::Plain))
        }
        _ => {
            let value = coercion::typed(Value::string(text), shape)?;
            Ok((value, Dictionary::Plain))
        }
    }
}

/// Parses the words of a list. The first says for all of them whether they are shorthand.
fn parse_list(option: &str, words: &[String], item: Shape) -> Result<Parsed, Failure> {
    if let [word] = words
        && begins_with(word, '[')
    {
        return Ok((json(option, word)?, Dictionary::Ordered));
    }
    let is_json = words.first().is_some_and(|word| looks_like_json(word));
    let parse_word = |word: &String| match is_structured(item) {
        false => coercion::typed(Value::string(word), item),
        true if is_json => structured_json(option, word),
        true => from_shorthand(option, word, item),
    };
    let items: Result<_, _> = words.iter().map(parse_word).collect();
    let dictionary = if is_json {
        Dictionary::Ordered
    } else {
        Dictionary::Plain
    };
    Ok((Value::Array(items?), dictionary))
}

fn from_shorthand(option: &str, text: &str, shape: Shape) -> Result<Value, Failure> {
    let pairs = Value::Object(shorthand::parse(option, text)?);
    coercion::typed(pairs, shape)
}

fn is_structured(shape: Shape) -> bool {
    matches!(shape.kind(), Shape::Structure(_) | Shape::Map(_))
}

fn looks_like_json(text: &str) -> bool {
    begins_with(text, '[') || begins_with(text, '{')
}

fn begins_with(text: &str, bracket: char) -> bool {
    text.trim_start_matches(python::is_blank)
        .starts_with(bracket)
}

/// Parses JSON of an object.
fn structured_json(option: &str, text: &str) -> Result<Value, Failure> {
    if begins_with(text, '{') {
        json(option, text)
    } else {
        let problem = format!("Invalid JSON:\n{}", shown(option, text));
        Err(invalid(option, problem))
    }
}

/// Parses JSON. Besides what the AWS CLI refuses, a name that stands twice is refused, and numbers
/// that JSON does not have.
fn json(option: &str, text: &str) -> Result<Value, Failure> {
    Value::parse(text).map_err(|error| {
        let problem = json_problem::problem(text).unwrap_or_else(|| error.to_string());
        let received = shown(option, text);
        let problem = format!("Invalid JSON: {problem}\nJSON received: {received}");
        invalid(option, problem)
    })
}

/// Returns what an error shows of a value.
fn shown<'a>(option: &str, text: &'a str) -> &'a str {
    if is_secret(option) { "***" } else { text }
}

/// Says whether the values of an option may be secrets, which no error shows.
pub(super) fn is_secret(option: &str) -> bool {
    option == "--environment"
}

/// A value that cannot be understood.
pub(super) fn invalid(option: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("Error parsing parameter '{option}': {problem}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::document::Member;
    use crate::api::request_shape::CONFIGURATION;

    fn parsed(words: &[String], shape: Shape) -> Result<String, String> {
        let parsed = parse("--x", words, shape).map(|(value, _)| value.compact());
        parsed.map_err(|failure| match failure {
            Failure::Usage(message) | Failure::Other(message) => message,
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
            ("Counts=1", r#"{"Counts":["1"]}"#),
            ("Inners=[{Count=1}]", r#"{"Inners":[{"Count":1}]}"#),
            ("Inners={Count=1}", r#"{"Inners":[{"Count":"1"}]}"#),
            ("Unknown=1", r#"{"Unknown":"1"}"#),
            (
                r#" {"Count": "1", "Texts": "a"}"#,
                r#"{"Count":"1","Texts":"a"}"#,
            ),
        ] {
            assert_eq!(structure(text).as_deref(), Ok(json), "{text}");
        }
        for (text, problem) in [
            ("Count=x", "invalid literal for int() with base 10: 'x'"),
            ("Count=1.0", "invalid literal for int() with base 10: '1.0'"),
            (
                "Count=[1]",
                "int() argument must be a string, a bytes-like object or a real number, not 'list'",
            ),
            ("Weight=x", "could not convert string to float: 'x'"),
            ("Weight=inf", "not a finite number: 'inf'"),
            ("Flag={a=b}", "'dict' object has no attribute 'lower'"),
            (
                "{\"a\": }",
                "Invalid JSON: Expecting value: line 1 column 7 (char 6)\nJSON received: {\"a\": }",
            ),
            ("[1]", "Invalid JSON:\n[1]"),
        ] {
            let message = structure(text).unwrap_err();
            assert!(message.ends_with(problem), "{text}: {message}");
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
                &[r#"{"Count": 1}"#, r#"{"Count": 2}"#][..],
                r#"[{"Count":1},{"Count":2}]"#,
            ),
            (&["Count=1", "Count=2"], r#"[{"Count":1},{"Count":2}]"#),
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
