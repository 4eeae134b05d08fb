//! YAML as the AWS CLI reads it: one document, by the rules of version 1.2, as the value that JSON
//! would give.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use crate::api::document::{DocumentError, MAX_DEPTH, Member, Value};

/// How much may be repeated by aliases, and kept to be repeated, in bytes of JSON: a few lines of
/// aliases of aliases, or of anchors in anchors, would otherwise come to more than the memory holds.
const MAX_REPEATED: usize = 1024 * 1024;

/// What `!!binary` is kept as: an object with this member alone, its text in base64. No other object
/// has a member of this name.
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
        kept: 0,
        repeated: 0,
    }
    .document()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    line: usize,
    /// What has an anchor; `None` if it is too large to be repeated.
    anchors: HashMap<usize, Option<Value>>,
    /// How much is kept of it.
    kept: usize,
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
            let kept = self.kept(&value);
            self.anchors.insert(anchor, kept);
        }
        Ok(value)
    }

    /// Returns a copy of what has an anchor, if there is room for it.
    fn kept(&mut self, value: &Value) -> Option<Value> {
        if self.kept <= MAX_REPEATED {
            self.kept += value.compact().len();
        }
        (self.kept <= MAX_REPEATED).then(|| value.clone())
    }

    fn alias(&mut self, anchor: usize, depth: usize) -> Result<Value, DocumentError> {
        let Some(named) = self.anchors.get(&anchor) else {
            return Err(self.wrong("an alias stands within what it names"));
        };
        let Some(value) = named.clone() else {
            return Err(self.repeats_too_much());
        };
        if depth + height(&value) > MAX_DEPTH {
            return Err(self.wrong(format!("an alias nests deeper than {MAX_DEPTH}")));
        }
        self.repeated += value.compact().len();
        if self.repeated > MAX_REPEATED {
            return Err(self.repeats_too_much());
        }
        Ok(value)
    }

    fn repeats_too_much(&self) -> DocumentError {
        self.wrong(format!("aliases repeat more than {MAX_REPEATED} bytes"))
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
            if name == BINARY {
                return Err(self.wrong("!!binary is a tag, and no name; put it before a value"));
            }
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
        // What is tagged as binary is kept as an object, and is none.
        let is_mapping =
            |value: &Value| matches!(value, Value::Object(_)) && value.get(BINARY).is_none();
        let items = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        if !items.iter().all(is_mapping) {
            return Err(self.wrong("<< takes a mapping, or a list of them"));
        }
        Ok(items.iter().flat_map(Value::members).cloned().collect())
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
            _ => return Err(self.unknown_tag()),
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
            Some(tag) if core_tag(tag) != Some(expected) => Err(self.unknown_tag()),
            _ => Ok(()),
        }
    }

    fn unknown_tag(&self) -> DocumentError {
        // A value that begins with `!` looks like one, and may be a secret, so it is not named.
        self.wrong("a tag is not taken here; put a value that begins with ! in quotes")
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> String {
        parse(text).map_or_else(|error| error.to_string(), |value| value.compact())
    }

    #[test]
    fn what_stands_without_quotes_is_what_version_1_2_says() {
        for (text, value) in [
            ("0777", "777"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("0b11", "3"),
            ("1_000", "1000"),
            ("+1", "1"),
            ("-7", "-7"),
            ("1.0", "1.0"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("1e3", "1000.0"),
            ("yes", "\"yes\""),
            ("on", "\"on\""),
            ("True", "true"),
            ("FALSE", "false"),
            ("tRUE", "\"tRUE\""),
            ("~", "null"),
            ("Null", "null"),
            ("", "null"),
            ("12:30:45", "\"12:30:45\""),
            ("2020-01-01", "\"2020-01-01\""),
            ("1e", "\"1e\""),
            ("0b", "\"0b\""),
            ("_1", "\"_1\""),
            (".", "\".\""),
            ("-", "[null]"),
            ("'1'", "\"1\""),
            ("x#y # z", "\"x#y\""),
            ("!!str 1", "\"1\""),
            ("!!int '1'", "1"),
            ("!!null x", "null"),
            ("!<tag:yaml.org,2002:str> 1", "\"1\""),
            ("!!binary YWJj", r#"{"!!binary":"YWJj"}"#),
            ("|\n  x\n  y\n", r#""x\ny\n""#),
            (">\n  x\n  y\n", r#""x y\n""#),
        ] {
            let (start, end) = (r#"{"a":"#, "}");
            let expected = format!("{start}{value}{end}");
            let line = if text == "-" { "\n" } else { " " };
            assert_eq!(json(&format!("a:{line}{text}")), expected, "{text}");
        }
    }

    #[test]
    fn aliases_and_merges_bring_in_what_they_name() {
        for (text, value) in [
            ("a: &x 1\nb: *x", r#"{"a":1,"b":1}"#),
            (
                "a: &x {k: 1, l: 2}\nb:\n  k: 3\n  <<: *x",
                r#"{"a":{"k":1,"l":2},"b":{"l":2,"k":3}}"#,
            ),
            (
                "a: &x {k: 1}\nb: {<<: [*x, {k: 2, m: 3}]}",
                r#"{"a":{"k":1},"b":{"k":1,"m":3}}"#,
            ),
            ("'<<': 1", r#"{"<<":1}"#),
            ("--- {a: 1}\n...", r#"{"a":1}"#),
            ("\u{feff}a: 1", r#"{"a":1}"#),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
    }

    #[test]
    fn what_is_no_request_is_told_with_its_line() {
        for (text, problem) in [
            ("a: 1\na: 2", "line 2: a stands here twice"),
            ("a: 1\n2: x", "line 2: a name is a number; put it in quotes"),
            ("a: 1\n---\nb: 2", "line 2: a second document"),
            ("a: [1,\n", "not YAML"),
            ("b: *x", "not YAML"),
            ("a: &x [*x]", "line 1: an alias stands within what it names"),
            (
                "a: !foo x",
                "line 1: a tag is not taken here; put a value that begins with ! in quotes",
            ),
            ("a: !!set {x}", "a tag is not taken here"),
            ("a: !!str {}", "a tag is not taken here"),
            ("a: !!int x", "line 1: what is tagged a number is none"),
            ("a: -.inf", "line 1: -.inf is no number"),
            ("a: {<<: 1}", "line 1: << takes a mapping"),
            ("a: {<<: !!binary aaaa, b: 1}", "line 1: << takes a mapping"),
            (
                "a: {<<: [!!binary aaaa], b: 1}",
                "line 1: << takes a mapping",
            ),
            (
                "a: {'!!binary': x}",
                "line 1: !!binary is a tag, and no name",
            ),
        ] {
            let message = json(text);
            assert!(message.contains(problem), "{text}: {message}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_and_deep_nesting_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        let mut chain = "a0: &a0 [x]\n".to_owned();
        for level in 1..40 {
            let last = level - 1;
            let aliases = vec![format!("*a{last}"); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
            let (open, close) = ("[".repeat(50), "]".repeat(50));
            writeln!(chain, "a{level}: &a{level} {open}*a{last}{close}").unwrap();
        }
        assert!(json(&bomb).contains("aliases repeat more"));
        assert!(json(&chain).contains("nests deeper than 128"));
        for part in ["[", "{", "- ", "? ", "{a: "] {
            assert!(
                json(&part.repeat(100_000)).starts_with("line 1: "),
                "{part}"
            );
        }
    }

    #[test]
    fn anchors_in_anchors_keep_no_more_than_may_be_repeated() {
        let many = vec!["x"; 100_000].join(", ");
        let mut nested = "a: ".to_owned();
        for level in 0..100 {
            write!(nested, "&a{level} [").unwrap();
        }
        write!(nested, "{many}{}\nb: ", "]".repeat(100)).unwrap();
        assert!(json(&format!("{nested}*a0")).contains("line 2: aliases repeat more than 1048576"));
        assert!(json(&format!("{nested}*a99")).ends_with("\"x\"]}"));
        assert!(json(&format!("{nested}1")).ends_with("\"b\":1}"));
    }

    proptest! {
        #[test]
        fn json_is_yaml(text in "[ -~é\n]{0,12}", number in any::<i64>(), flag in any::<bool>()) {
            let inner = Value::Array(vec![Value::integer(number), Value::boolean(flag)]);
            let value = Value::object([("a", Value::string(&text)), ("b", inner)]);
            prop_assert_eq!(json(&value.compact()), value.compact());
            prop_assert_eq!(json(&value.render()), value.compact());
        }

        #[test]
        fn arbitrary_text_never_panics(text in "[ab:,&*!<%#|>'\"\\[\\]{}?~ .0-9\n-]{0,40}") {
            drop(parse(&text));
        }
    }
}
