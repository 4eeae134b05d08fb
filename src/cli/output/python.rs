//! Values as Python writes them: the AWS CLI's text and tables show them so.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::{Number, Value as Json};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

use crate::api::document::double;

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
        Json::String(text) => repr_string(text, out),
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
                repr_string(name, out);
                out.push_str(": ");
                repr(value, out);
            }
            out.push('}');
        }
    }
}

fn repr_string(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter == quote || letter == '\\' => {
                out.push('\\');
                out.push(letter);
            }
            letter if is_printable(letter) => out.push(letter),
            letter => push_escape(letter, out),
        }
    }
    out.push(quote);
}

fn push_escape(letter: char, out: &mut String) {
    let code = u32::from(letter);
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Returns what Python's `str.isprintable` says.
fn is_printable(letter: char) -> bool {
    letter == ' '
        || !matches!(
            letter.general_category_group(),
            GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator
        ) && letter.general_category() != GeneralCategory::Unassigned
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
