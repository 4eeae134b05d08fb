//! The texts of a tree: as files and the AWS CLI have it, without blanks, and as fingerprints cover it.

use super::parser::content_of;
use super::{Member, Value};

/// What a line is indented by, for each bracket that it stands in.
const INDENT: &str = "    ";

impl Value {
    /// Renders with four spaces and without a newline at the end, as the AWS CLI prints.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.render_into(&mut out, 0);
        out
    }

    /// Renders without blanks, members and text as they stand.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.compact_into(&mut out);
        out
    }

    /// Renders the canonical form that fingerprints are made of (the format's "Canonical JSON"):
    /// no blanks, members sorted by code point, strings escaped as in RFC 8785, numbers as they
    /// stand.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.canonical_into(&mut out);
        out
    }

    fn render_into(&self, out: &mut String, depth: usize) {
        match self {
            Self::Object(members) => render_members(members, out, depth),
            Self::Array(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "[\n" } else { ",\n" });
                    indent(out, depth + 1);
                    item.render_into(out, depth + 1);
                }
                close(out, depth, ']');
            }
            Self::Array(_) => out.push_str("[]"),
            Self::Leaf(text) => out.push_str(text),
        }
    }

    fn rendered_length(&self, depth: usize) -> usize {
        match self {
            Self::Object(members) => members_length(members, depth),
            Self::Array(items) => {
                let lengths = items.iter().map(|item| item.rendered_length(depth + 1));
                lines_length(lengths, depth)
            }
            Self::Leaf(text) => text.len(),
        }
    }

    fn compact_into(&self, out: &mut String) {
        match self {
            Self::Object(members) => {
                separated(out, ['{', '}'], members, |member, out| {
                    member.write_name(out);
                    out.push(':');
                    member.value.compact_into(out);
                });
            }
            Self::Array(items) => separated(out, ['[', ']'], items, Self::compact_into),
            Self::Leaf(text) => out.push_str(text),
        }
    }

    fn canonical_into(&self, out: &mut String) {
        match self {
            Self::Object(members) => canonical_members(members.iter().collect(), out),
            Self::Array(items) => separated(out, ['[', ']'], items, Self::canonical_into),
            Self::Leaf(text) => canonical_text(text, out),
        }
    }
}

impl Member {
    /// Writes the name as it stands in the text.
    fn write_name(&self, out: &mut String) {
        if let Some(written) = &self.escaped {
            out.push_str(written);
        } else {
            out.push('"');
            out.push_str(&self.name);
            out.push('"');
        }
    }
}

pub(super) fn render_members(members: &[Member], out: &mut String, depth: usize) {
    if members.is_empty() {
        out.push_str("{}");
        return;
    }
    for (index, member) in members.iter().enumerate() {
        out.push_str(if index == 0 { "{\n" } else { ",\n" });
        indent(out, depth + 1);
        member.write_name(out);
        out.push_str(": ");
        member.value.render_into(out, depth + 1);
    }
    close(out, depth, '}');
}

pub(super) fn members_length(members: &[Member], depth: usize) -> usize {
    let lengths = members.iter().map(|member| {
        let quoted = member.name.len() + "\"\"".len();
        let name = member.escaped.as_ref().map_or(quoted, |name| name.len());
        name + ": ".len() + member.value.rendered_length(depth + 1)
    });
    lines_length(lengths, depth)
}

/// Returns how long brackets are with a line for each of these.
fn lines_length(lengths: impl Iterator<Item = usize>, depth: usize) -> usize {
    let ends = "[\n".len();
    let inner: usize = lengths
        .map(|length| ends + INDENT.len() * (depth + 1) + length)
        .sum();
    if inner == 0 {
        return "[]".len();
    }
    inner + INDENT.len() * depth + "\n]".len()
}

pub(super) fn canonical_members(mut members: Vec<&Member>, out: &mut String) {
    members.sort_unstable_by(|a, b| a.name().cmp(b.name()));
    separated(out, ['{', '}'], members, |member, out| {
        match &member.escaped {
            Some(written) => canonical_text(written, out),
            None => member.write_name(out),
        }
        out.push(':');
        member.value.canonical_into(out);
    });
}

/// A string without escapes is canonical as it stands, and so is everything that is no string.
fn canonical_text(text: &str, out: &mut String) {
    match text.contains('\\').then(|| content_of(text)) {
        Some(Ok(content)) => out.push_str(&quote(&content)),
        _ => out.push_str(text),
    }
}

/// Writes items between two brackets, with commas.
fn separated<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

/// Writes a double as the AWS CLI does, which is how Python does it: the fewest digits that tell it
/// from all others, with a fraction, or with an exponent that has a sign and two digits.
pub fn double(number: f64) -> String {
    let text = format!("{number:?}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, exponent) = exponent
        .strip_prefix('-')
        .map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// Writes a JSON string with the escapes of RFC 8785, which are the ones `serde_json` makes.
pub(super) fn quote(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
    {
        return format!("\"{text}\"");
    }
    serde_json::Value::from(text).to_string()
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str(INDENT);
    }
}

fn close(out: &mut String, depth: usize, bracket: char) {
    out.push('\n');
    indent(out, depth);
    out.push(bracket);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::document::Document;

    #[test]
    fn what_nothing_changes_survives_byte_for_byte() {
        let text = "{\n    \"B\": 1.50e+03,\n    \"a\\u0062\": \"\\u00e9\\/\",\n    \
                    \"Big\": 123456789012345678901234567890,\n    \"Empty\": {},\n    \"List\": []\n}\n";
        assert_eq!(Document::parse(text).unwrap().render(), text);
    }

    #[test]
    fn the_length_of_a_rendering_is_known_before_it() {
        for text in [
            "{}",
            r#"{"A":1}"#,
            r#"{"A":[],"\u0061":{},"B":[1,"\u00e9",{"C":[[null,true],[2.50]]}]}"#,
        ] {
            let document = Document::parse(text).unwrap();
            assert_eq!(
                document.rendered_length(),
                document.render().len(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_double_has_a_fraction_or_an_exponent_of_two_digits_and_a_sign() {
        for (number, written) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (1e16, "1e+16"),
            (-2.5e-300, "-2.5e-300"),
        ] {
            assert_eq!(Value::number(number).compact(), written);
        }
    }

    #[test]
    fn the_canonical_form_sorts_by_code_point_and_escapes_as_rfc_8785() {
        let text = r#"{ "b": [1, 2.0], "a\u0062": "\u00e9\/\u001f\u007f\b\"", "B": {"z": null, "y": true}, "€": 1E5, "😀": 0 }"#;
        assert_eq!(
            Value::parse(text).unwrap().canonical(),
            "{\"B\":{\"y\":true,\"z\":null},\"ab\":\"é/\\u001f\u{7f}\\b\\\"\",\"b\":[1,2.0],\"€\":1E5,\"😀\":0}"
        );
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_rendering_means_the_same(value in json()) {
            let parsed = Value::parse(&value.to_string()).unwrap();
            for text in [parsed.render(), parsed.compact(), parsed.canonical()] {
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&text).unwrap(), &value);
            }
            let again = Value::parse(&parsed.render()).unwrap();
            prop_assert_eq!(again.canonical(), parsed.canonical());
        }
    }
}
