//! YAML as the AWS CLI reads it: one document, by the rules of version 1.2, as the value that JSON
//! would give.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use crate::api::document::{DocumentError, MAX_DEPTH, Member, Value};

/// How much may be repeated by aliases, in bytes of JSON: a few lines of aliases of aliases would
/// otherwise come to more than the memory holds.
const MAX_REPEATED: usize = 1024 * 1024;

/// What `!!binary` is kept as: an object with this member alone, its text in base64. No structure of
/// a request has a member of this name.
pub(super) const BINARY: &str = "!!binary";

/// Parses a text that holds one document; nothing is `null`.
///
/// # Errors
/// If the text is no YAML, has a name twice, a name that is no text or a tag that is not known, is
/// nested too deep or repeats too much.
pub(super) fn parse(text: &str) -> Result<Value, DocumentError> {
    Reader {
        parser: Parser::new_from_str(text),
        line: 1,
        anchors: HashMap::new(),
        repeated: 0,
    }
    .document()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    line: usize,
    anchors: HashMap<usize, Value>,
    /// How much was repeated by aliases so far.
    repeated: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Value, DocumentError> {
        let value = loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Ok(null()),
                event => break self.node(event, 0)?,
            }
        };
        loop {
            match self.next()? {
                Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(value),
                _ => return Err(self.wrong("a second document begins here; give one")),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'a>, DocumentError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line().max(1);
                Ok(event)
            }
            Some(Err(error)) => Err(DocumentError {
                line: error.marker().line().max(1),
                problem: format!("not YAML: {}", error.info()),
            }),
            None => Ok(Event::StreamEnd),
        }
    }

    /// Reads what begins with an event.
    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Value, DocumentError> {
        if depth > MAX_DEPTH {
            return Err(self.wrong(format!("nested deeper than {MAX_DEPTH}")));
        }
        let (value, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, depth),
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(&text, style, tag.as_deref())?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq")?;
                (self.sequence(depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map")?;
                (self.mapping(depth)?, anchor)
            }
            _ => return Err(self.wrong("a value is missing")),
        };
        // 0 is none.
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, depth: usize) -> Result<Value, DocumentError> {
        let Some(value) = self.anchors.get(&anchor).cloned() else {
            return Err(self.wrong("an alias stands within what it names"));
        };
        if depth + height(&value) > MAX_DEPTH {
            return Err(self.wrong(format!("an alias nests deeper than {MAX_DEPTH}")));
        }
        self.repeated += value.compact().len();
        if self.repeated > MAX_REPEATED {
            let problem = format!("aliases repeat more than {MAX_REPEATED} bytes");
            return Err(self.wrong(problem));
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, DocumentError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(items)),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, DocumentError> {
        let (mut own, mut merged) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        loop {
            let event = match self.next()? {
                Event::MappingEnd => break,
                event => event,
            };
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let name = self.node(event, depth + 1)?;
            let Some(name) = name.as_str() else {
                let found = name.kind();
                return Err(self.wrong(format!("a name is {found}; put it in quotes")));
            };
            let next = self.next()?;
            let value = self.node(next, depth + 1)?;
            if is_merge {
                merged.extend(self.merged(value)?);
            } else if names.insert(name.clone()) {
                own.push(Member::new(&name, value));
            } else {
                return Err(self.wrong(format!("{name} stands here twice")));
            }
        }
        merged.retain(|member: &Member| names.insert(member.name().to_owned()));
        Ok(Value::Object(merged.into_iter().chain(own).collect()))
    }

    /// Returns the members that `<<` brings in: those of a mapping, or of each one of a list.
    fn merged(&self, value: Value) -> Result<Vec<Member>, DocumentError> {
        match value {
            Value::Object(members) => Ok(members),
            Value::Array(items) if items.iter().all(|item| matches!(item, Value::Object(_))) => {
                let members = items.iter().flat_map(Value::members);
                Ok(members.cloned().collect())
            }
            _ => Err(self.wrong("<< takes a mapping, or a list of them")),
        }
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
    ) -> Result<Value, DocumentError> {
        let Some(tag) = tag else {
            return match style {
                ScalarStyle::Plain => self.plain(text),
                _ => Ok(Value::string(text)),
            };
        };
        let wanted = match core_tag(tag) {
            Some("str") => return Ok(Value::string(text)),
            Some("binary") => return Ok(Value::object([(BINARY, Value::string(text))])),
            Some("null") => return Ok(null()),
            Some("bool") => "a boolean",
            Some("int" | "float") => "a number",
            _ => return Err(self.unknown_tag(tag)),
        };
        let value = self.plain(text)?;
        if value.kind() == wanted {
            Ok(value)
        } else {
            Err(self.wrong(format!("what is tagged {wanted} is none")))
        }
    }

    /// Resolves what stands without quotes and without a tag.
    fn plain(&self, text: &str) -> Result<Value, DocumentError> {
        Ok(match text {
            "" | "~" | "null" | "Null" | "NULL" => null(),
            "true" | "True" | "TRUE" => Value::boolean(true),
            "false" | "False" | "FALSE" => Value::boolean(false),
            text => {
                let lower = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
                if lower == ".inf" || lower == ".nan" {
                    return Err(self.wrong(format!("{text} is no number that a request can have")));
                }
                number(text).unwrap_or_else(|| Value::string(text))
            }
        })
    }

    fn check_tag(&self, tag: Option<&Tag>, expected: &str) -> Result<(), DocumentError> {
        match tag {
            Some(tag) if core_tag(tag) != Some(expected) => Err(self.unknown_tag(tag)),
            _ => Ok(()),
        }
    }

    fn unknown_tag(&self, tag: &Tag) -> DocumentError {
        self.wrong(format!(
            "the tag {}{} is not taken here",
            tag.handle, tag.suffix
        ))
    }

    fn wrong(&self, problem: impl Into<String>) -> DocumentError {
        DocumentError {
            line: self.line,
            problem: problem.into(),
        }
    }
}

fn null() -> Value {
    Value::Leaf("null".to_owned().into())
}

fn core_tag(tag: &Tag) -> Option<&str> {
    let name = format!("{}{}", tag.handle, tag.suffix);
    let is_core = name.starts_with("tag:yaml.org,2002:");
    is_core.then(|| tag.suffix.rsplit(':').next().unwrap_or_default())
}

/// Returns how deep a value is nested.
fn height(value: &Value) -> usize {
    let members = value.members().iter().map(Member::value);
    let deepest = members.chain(value.items()).map(height).max();
    deepest.map_or(0, |deepest| deepest + 1)
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let (radix, digits) = match digits.split_at_checked(2) {
        Some(("0b", digits)) => (2, digits),
        Some(("0o", digits)) => (8, digits),
        Some(("0x", digits)) => (16, digits),
        _ => (10, digits),
    };
    let digits = digits.replace('_', "");
    if digits.starts_with(['-', '+']) {
        return None;
    }
    let number = format!("{sign}{digits}");
    if let Ok(whole) = i128::from_str_radix(&number, radix) {
        return Some(Value::integer(whole));
    }
    let fraction: f64 = number.parse().ok().filter(|_| radix == 10)?;
    fraction.is_finite().then(|| Value::number(fraction))
}
