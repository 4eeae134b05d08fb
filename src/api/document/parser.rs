//! The tree of a JSON text, in the order and to the letter of the text.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Member, Text, Value, is_escaped};

/// How deep objects and arrays may stand in one another; `serde_json`'s own limit.
pub const MAX_DEPTH: usize = 128;

/// What is wrong with a JSON text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DocumentError {
    /// The line of the text, counted from 1.
    pub line: usize,
    /// What is wrong there; names the member, if one is meant.
    pub problem: String,
}

impl Value {
    /// Parses any JSON value.
    ///
    /// # Errors
    /// If the text is no JSON, has a member twice, or is nested too deep.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        Self::parse_at_most(text, usize::MAX)
    }

    /// Parses a JSON value in which so many others stand at most.
    ///
    /// # Errors
    /// As those of [`Self::parse`], and if there are more.
    pub(super) fn parse_at_most(text: &str, most: usize) -> Result<Self, DocumentError> {
        let text: Arc<str> = text.into();
        let invalid = |error: serde_json::Error| syntax_error(&error);
        let mut parser = Parser {
            text: &text,
            offset: 0,
            line: 1,
            most,
            room: most,
        };
        if text.trim_start().starts_with('{') {
            let members = shallow(&text, Members { room: most }).map_err(invalid)?;
            return parser.object(members, 0);
        }
        let root = serde_json::from_str(&text).map_err(invalid)?;
        parser.value(root, 0)
    }
}

/// Reads an object or an array one level deep, names and values as they stand.
fn shallow<'a, V: Visitor<'a>>(text: &'a str, visitor: V) -> Result<V::Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = reader.deserialize_any(visitor)?;
    reader.end()?;
    Ok(found)
}

/// Takes the members of an object, but no more than one beyond what there is room for.
struct Members {
    room: usize,
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(32);
        while members.len() <= self.room
            && let Some(member) = map.next_entry()?
        {
            members.push(member);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(members)
    }
}

/// Takes the items of an array, but no more than one beyond what there is room for.
struct Items {
    room: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() <= self.room
            && let Some(item) = array.next_element()?
        {
            items.push(item);
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}

/// Builds the tree, counting lines as it goes through the text from front to back.
struct Parser<'a> {
    text: &'a Arc<str>,
    offset: usize,
    line: usize,
    /// How many values there may be, and how many of them are still to come.
    most: usize,
    room: usize,
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
                let members = shallow(raw.get(), Members { room: self.room }).map_err(invalid)?;
                self.object(members, depth)
            }
            Some(b'[') => {
                let items = shallow(raw.get(), Items { room: self.room }).map_err(invalid)?;
                self.make_room(items.len())?;
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
        self.make_room(raw.len())?;
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

    /// Sees that there may be so many values more.
    fn make_room(&mut self, values: usize) -> Result<(), DocumentError> {
        let room = self.room.checked_sub(values);
        self.room = room.ok_or_else(|| DocumentError {
            line: self.line,
            problem: format!("more than {} values", self.most),
        })?;
        Ok(())
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

/// Returns the content of a JSON string, borrowed if it stands there as it is.
pub(super) fn content_of(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
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
    use crate::api::document::Document;

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
}
