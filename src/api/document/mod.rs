//! JSON as people wrote it: the members' order, numbers to the digit, strings to the escape.
//!
//! A configuration file is edited by hand, carries members that this tool does not know, and is
//! covered by fingerprints. So it is kept as an ordered tree whose leaves are the very text of
//! the file; only what is changed is written anew.

mod parser;
mod rendering;

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use parser::content_of;
pub use parser::{DocumentError, MAX_DEPTH};
pub use rendering::double;
use rendering::{canonical_members, members_length, quote, render_members};

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
        Self::parse_at_most(text, usize::MAX)
    }

    /// Parses a text in whose object so many values stand at most.
    ///
    /// # Errors
    /// As those of [`Self::parse`], and if there are more.
    pub fn parse_at_most(text: &str, most: usize) -> Result<Self, DocumentError> {
        match Value::parse_at_most(text, most)? {
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

/// Returns whether a name stands in the text otherwise than between quotes.
fn is_escaped(written: &str, name: &str) -> bool {
    written.len() != name.len() + 2
}
