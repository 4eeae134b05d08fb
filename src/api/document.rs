//! JSON as people wrote it: the members' order, numbers to the digit, strings to the escape.
//!
//! A configuration file is edited by hand, carries members that this tool does not know, and is
//! covered by fingerprints. So it is kept as an ordered tree whose leaves are the very text of
//! the file; only what is changed is written anew.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::{Deref, Range};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How deep objects and arrays may stand in one another; `serde_json`'s own limit.
pub const MAX_DEPTH: usize = 128;

/// What a line is indented by, for each bracket that it stands in.
const INDENT: &str = "    ";

/// What is wrong with a JSON text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DocumentError {
    /// The line of the text, counted from 1.
    pub line: usize,
    /// What is wrong there; names the member, if one is meant.
    pub problem: String,
}

/// A part of a text. What was read from one file shares its text: a list of thousands of documents
/// would otherwise be copied leaf by leaf.
#[derive(Debug, Clone)]
pub struct Text {
    whole: Arc<str>,
    range: Range<usize>,
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.whole[self.range.clone()]
    }
}

impl Text {
    /// Returns what stands between the quotes of a string.
    fn between_quotes(mut self) -> Self {
        self.range = self.range.start + 1..self.range.end - 1;
        self
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            range: 0..text.len(),
            whole: text.into(),
        }
    }
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    name: Text,
    /// The name as it stands in the text, where that is not the name between quotes.
    escaped: Option<Text>,
    value: Value,
    line: usize,
}

impl Member {
    /// Makes a member that stands in no text yet.
    pub fn new(name: &str, value: Value) -> Self {
        let written = quote(name);
        Self {
            escaped: is_escaped(&written, name).then(|| written.into()),
            name: name.to_owned().into(),
            value,
            line: 0,
        }
    }

    /// Returns the name, escapes resolved.
    pub fn name(&self) -> &str {
        &self.name
    }

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

    /// Returns the value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Returns the value, to be changed.
    pub(super) fn value_mut(&mut self) -> &mut Value {
        &mut self.value
    }

    /// Returns the line of the text that the value begins on, 0 for one that was not read.
    pub fn line(&self) -> usize {
        self.line
    }
}

/// A JSON value; a leaf (string, number, `true`, `false`, `null`) is the text it was read from.
#[derive(Debug, Clone)]
pub enum Value {
    /// An object, its members in the order found.
    Object(Vec<Member>),
    /// An array.
    Array(Vec<Self>),
    /// Anything else, as it stands in the text.
    Leaf(Text),
}

impl Value {
    /// Makes a string.
    pub fn string(text: &str) -> Self {
        Self::Leaf(quote(text).into())
    }

    /// Makes a whole number.
    pub fn integer(number: impl Into<i128>) -> Self {
        Self::Leaf(number.into().to_string().into())
    }

    /// Makes a number, written as the AWS CLI writes a double.
    pub fn number(number: f64) -> Self {
        Self::Leaf(double(number).into())
    }

    /// Makes `true` or `false`.
    pub fn boolean(value: bool) -> Self {
        Self::Leaf(value.to_string().into())
    }

    /// Makes an object of members in the given order.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| Member::new(name, value))
                .collect(),
        )
    }

    /// Parses any JSON value.
    ///
    /// # Errors
    /// If the text is no JSON, has a member twice, or is nested too deep.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let text: Arc<str> = text.into();
        let invalid = |error: serde_json::Error| syntax_error(&error);
        let mut parser = Parser {
            text: &text,
            offset: 0,
            line: 1,
        };
        if text.trim_start().starts_with('{') {
            let RawObject(members) = serde_json::from_str(&text).map_err(invalid)?;
            return parser.object(members, 0);
        }
        let root = serde_json::from_str(&text).map_err(invalid)?;
        parser.value(root, 0)
    }

    /// Returns a string's content, escapes resolved; `None` for anything else.
    pub fn as_str(&self) -> Option<String> {
        match self {
            Self::Leaf(text) if text.starts_with('"') => content_of(text).ok().map(Cow::into_owned),
            _ => None,
        }
    }

    /// Returns a whole number, if it is written as one and fits.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Leaf(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns it with no escapes in names and strings but those that must be. Clients escape what they
    /// send as it suits them, Python's all that is not ASCII; nobody chose to have it so.
    #[must_use]
    pub(super) fn plainly_spelt(&self) -> Self {
        let member = |member: &Member| Member {
            line: member.line,
            ..Member::new(member.name(), member.value.plainly_spelt())
        };
        match self {
            Self::Object(members) => Self::Object(members.iter().map(member).collect()),
            Self::Array(items) => Self::Array(items.iter().map(Self::plainly_spelt).collect()),
            Self::Leaf(_) => match self.as_str() {
                Some(text) => Self::string(&text),
                None => self.clone(),
            },
        }
    }

    /// Returns a number as it is computed with, infinite for one that is too large.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Leaf(text) if self.kind() == "a number" => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns an object's members, none for anything else.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns an array's items, none for anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns the value of an object's member.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()
            .iter()
            .find(|member| member.name() == name)
            .map(Member::value)
    }

    /// Returns whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(text) if &**text == "null")
    }

    /// Names the kind of value in an error message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Object(_) => "an object",
            Self::Array(_) => "a list",
            Self::Leaf(text) => match text.as_bytes().first() {
                Some(b'"') => "a string",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                _ => "a number",
            },
        }
    }

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

/// A file that holds one JSON object.
#[derive(Debug, Clone, Default)]
pub struct Document {
    members: Vec<Member>,
}

impl Document {
    /// Parses the text of a file.
    ///
    /// # Errors
    /// If the text is no JSON, is no object, has a member twice, or is nested too deep.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        match Value::parse(text)? {
            Value::Object(members) => Ok(Self { members }),
            other => Err(DocumentError {
                line: 1,
                problem: format!("expected an object, found {}", other.kind()),
            }),
        }
    }

    /// Makes an object of members in the given order.
    pub fn of_members(members: &[Member]) -> Self {
        Self {
            members: members.to_vec(),
        }
    }

    /// Returns the members in their order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns the members in their order, to be changed.
    pub(super) fn members_mut(&mut self) -> &mut Vec<Member> {
        &mut self.members
    }

    /// Returns a member.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name() == name)
    }

    /// Returns a member's value; a member that is `null` counts as absent, as it does on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.member(name)
            .map(Member::value)
            .filter(|value| !value.is_null())
    }

    /// Returns a member's value as a string.
    pub fn string(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str()
    }

    /// Returns a member's value as a whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_integer()
    }

    /// Returns whether a member is `true`.
    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Leaf(text)) if &**text == "true")
    }

    /// Sets a member where it stands, or puts it at the end.
    pub fn set(&mut self, name: &str, value: Value) {
        match self.members.iter_mut().find(|member| member.name() == name) {
            Some(member) => member.value = value,
            None => self.members.push(Member::new(name, value)),
        }
    }

    /// Removes a member, if it is there.
    pub fn remove(&mut self, name: &str) {
        self.retain(|member| member.name() != name);
    }

    /// Sets a member unless it is there and not `null`.
    pub fn set_default(&mut self, name: &str, value: impl FnOnce() -> Value) {
        if self.get(name).is_none() {
            self.set(name, value());
        }
    }

    /// Keeps the members that a condition holds for.
    pub fn retain(&mut self, keep: impl FnMut(&Member) -> bool) {
        self.members.retain(keep);
    }

    /// Returns the object as a value.
    pub fn into_value(self) -> Value {
        Value::Object(self.members)
    }

    /// Renders the file: four spaces, a newline at the end.
    pub fn render(&self) -> String {
        let mut out = String::new();
        render_members(&self.members, &mut out, 0);
        out.push('\n');
        out
    }

    /// Returns how long the file is that [`Self::render`] makes. That may be a hundred times what it was
    /// read from: a line for each value, indented.
    pub fn rendered_length(&self) -> usize {
        members_length(&self.members, 0) + 1
    }

    /// Renders the canonical form of the members that a condition holds for, see
    /// [`Value::canonical`].
    pub fn canonical_of(&self, covered: impl Fn(&Member) -> bool) -> String {
        let mut out = String::new();
        canonical_members(
            self.members
                .iter()
                .filter(|member| covered(member))
                .collect(),
            &mut out,
        );
        out
    }
}

fn render_members(members: &[Member], out: &mut String, depth: usize) {
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

fn members_length(members: &[Member], depth: usize) -> usize {
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

fn canonical_members(mut members: Vec<&Member>, out: &mut String) {
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
fn quote(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
    {
        return format!("\"{text}\"");
    }
    serde_json::Value::from(text).to_string()
}

/// Returns the content of a JSON string, borrowed if it stands there as it is.
fn content_of(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    let content = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match content {
        Some(content) if content.bytes().all(|byte| byte >= b' ' && byte != b'\\') => {
            Ok(Cow::Borrowed(content))
        }
        _ => serde_json::from_str(text).map(Cow::Owned),
    }
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

fn syntax_error(error: &serde_json::Error) -> DocumentError {
    let mut problem = error.to_string();
    if let Some(place) = problem.find(" at line ") {
        problem.truncate(place);
        let _ = write!(problem, " (column {})", error.column());
    }
    DocumentError {
        line: error.line().max(1),
        problem: format!("not JSON: {problem}"),
    }
}

/// An object one level deep, names and values as they stand.
struct RawObject<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = RawObject<'de>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(32);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawObject(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Builds the tree, counting lines as it goes through the text from front to back.
struct Parser<'a> {
    text: &'a Arc<str>,
    offset: usize,
    line: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, raw: &'a RawValue, depth: usize) -> Result<Value, DocumentError> {
        let line = self.line_of(raw);
        if depth > MAX_DEPTH {
            return Err(DocumentError {
                line,
                problem: format!("nested deeper than {MAX_DEPTH}"),
            });
        }
        let invalid = |error: serde_json::Error| DocumentError {
            line,
            ..syntax_error(&error)
        };
        match raw.get().as_bytes().first() {
            Some(b'{') => {
                let RawObject(members) = serde_json::from_str(raw.get()).map_err(invalid)?;
                self.object(members, depth)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(invalid)?;
                let items = items.into_iter().map(|item| self.value(item, depth + 1));
                Ok(Value::Array(items.collect::<Result<_, _>>()?))
            }
            Some(b'"') => {
                content_of(raw.get()).map_err(invalid)?;
                Ok(Value::Leaf(self.part(raw)))
            }
            _ => Ok(Value::Leaf(self.part(raw))),
        }
    }

    fn object(
        &mut self,
        raw: Vec<(&'a RawValue, &'a RawValue)>,
        depth: usize,
    ) -> Result<Value, DocumentError> {
        let mut members: Vec<Member> = Vec::with_capacity(raw.len());
        for (written, value) in raw {
            let line = self.line_of(written);
            let name = content_of(written.get()).map_err(|error| DocumentError {
                line,
                ..syntax_error(&error)
            })?;
            let value = self.value(value, depth + 1)?;
            let text = self.part(written);
            let (name, escaped) = if is_escaped(&text, &name) {
                (name.into_owned().into(), Some(text))
            } else {
                (text.between_quotes(), None)
            };
            members.push(Member {
                name,
                escaped,
                value,
                line,
            });
        }
        refuse_duplicates(&members)?;
        Ok(Value::Object(members))
    }

    /// Returns the line that a part of the text begins on. Parts come in the order they stand.
    fn line_of(&mut self, raw: &RawValue) -> usize {
        let offset = self.offset_of(raw);
        let between = self.text[self.offset..offset].bytes();
        self.line += between.filter(|byte| *byte == b'\n').count();
        self.offset = offset;
        self.line
    }

    fn part(&self, raw: &RawValue) -> Text {
        let offset = self.offset_of(raw);
        Text {
            whole: Arc::clone(self.text),
            range: offset..offset + raw.get().len(),
        }
    }

    fn offset_of(&self, raw: &RawValue) -> usize {
        raw.get().as_ptr().addr() - self.text.as_ptr().addr()
    }
}

/// Returns whether a name stands in the text otherwise than between quotes.
fn is_escaped(written: &str, name: &str) -> bool {
    written.len() != name.len() + 2
}

fn refuse_duplicates(members: &[Member]) -> Result<(), DocumentError> {
    let mut seen = HashSet::with_capacity(members.len());
    match members.iter().find(|member| !seen.insert(member.name())) {
        Some(twice) => Err(DocumentError {
            line: twice.line,
            problem: format!("{} stands here twice", twice.name()),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    #[test]
    fn a_duplicate_member_is_an_error_at_any_depth_and_in_any_spelling() {
        let error = Document::parse("{\n \"a\": {\n  \"k\": 1,\n  \"\\u006b\": 2}}").unwrap_err();
        assert_eq!(error.to_string(), "line 4: k stands here twice");
    }

    #[test]
    fn errors_name_the_line() {
        for (text, message) in [
            ("", "line 1: not JSON: EOF while parsing a value (column 0)"),
            (
                "{\n  \"a\": 1,\n}",
                "line 3: not JSON: trailing comma (column 1)",
            ),
            ("[]", "line 1: expected an object, found a list"),
            (
                "{\"a\":\n\"\\ud800\"}",
                "line 2: not JSON: unexpected end of hex escape (column 8)",
            ),
        ] {
            assert_eq!(
                Document::parse(text).unwrap_err().to_string(),
                message,
                "{text}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(
            Document::parse(&deep)
                .unwrap_err()
                .problem
                .contains("nested deeper than 128")
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
