//! Values as Python writes them: the AWS CLI's text and tables show them so.

use std::borrow::Cow;

use serde_json::{Number, Value as Json};

use crate::api::document::double;
use crate::cli::python::quoted;

/// Writes a value as Python's `str` does: a string as it is, all else as [`repr`].
pub(super) fn str(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => Cow::Borrowed(text),
        other => {
            let mut out = String::new();
            repr(other, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Writes a number as Python's `str` does.
pub(super) fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => double(float),
        _ => number.to_string(),
    }
}

/// Writes a value as Python's `repr` does. Lists and objects are seen so where other items of a list
/// have a plain value under the same name.
fn repr(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("None"),
        Json::Bool(true) => out.push_str("True"),
        Json::Bool(false) => out.push_str("False"),
        Json::Number(value) => out.push_str(&number(value)),
        Json::String(text) => out.push_str(&quoted(text)),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                repr(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(&quoted(name));
                out.push_str(": ");
                repr(value, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (value, written) in [
            ("\"it's\"", "it's"),
            ("null", "None"),
            ("[true, false]", "[True, False]"),
            ("18446744073709551615", "18446744073709551615"),
            ("[1.0, 0.1, 1e16, 1e-5]", "[1.0, 0.1, 1e+16, 1e-05]"),
            (r#"{"b": ["x"], "a": {}}"#, "{'b': ['x'], 'a': {}}"),
            (r#"["it's", "\"", "'\""]"#, r#"["it's", '"', '\'"']"#),
            (r#"["\n\t\\é→\u00a0\u2028😀"]"#, r"['\n\t\\é→\xa0\u2028😀']"),
        ] {
            let parsed: Json = serde_json::from_str(value).unwrap();
            assert_eq!(str(&parsed), written, "{value}");
        }
    }
}
