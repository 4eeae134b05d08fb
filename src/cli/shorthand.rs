//! The AWS CLI's shorthand syntax for structured options: `Variables={A=1,B=two}`, `a=b,c=d`.
//!
//! A value that begins with `{` or `[` is JSON instead. Scalars of the shorthand are strings; who
//! needs another kind converts them.

use super::exit::Failure;
use super::input;
use crate::api::document::{Document, Value};

/// Parses the value of an option that holds a structure or a map.
pub(super) fn structure(option: &str, value: &str) -> Result<Document, Failure> {
    let text = input::text(option, value)?;
    let invalid =
        |problem: String| Failure::Usage(format!("Error parsing parameter '{option}': {problem}"));
    if text.trim_start().starts_with(['{', '[']) {
        return Document::parse(&text).map_err(|error| invalid(format!("Invalid JSON: {error}")));
    }
    let rest = text.trim_end_matches('\n');
    let length = rest.chars().count();
    let mut parser = Parser {
        option,
        rest,
        length,
        depth: 0,
    };
    let members = parser.pairs(None).map_err(|error| match error {
        Problem::Syntax(problem) => invalid(problem),
        Problem::File(failure) => failure,
    })?;
    let mut document = Document::default();
    for (name, value) in &members {
        document.set(name, value.clone());
    }
    Ok(document)
}

enum Problem {
    Syntax(String),
    File(Failure),
}

type Parsed<T> = Result<T, Problem>;

struct Parser<'a> {
    option: &'a str,
    rest: &'a str,
    /// Characters of the whole text.
    length: usize,
    /// How many brackets are open.
    depth: usize,
}

/// How deep brackets may stand in one another; nothing that an option takes comes near it.
const MAX_DEPTH: usize = 32;

impl<'a> Parser<'a> {
    /// `key=value,key=value`, up to a bracket or the end.
    fn pairs(&mut self, end: Option<char>) -> Parsed<Vec<(String, Value)>> {
        let mut pairs: Vec<(String, Value)> = Vec::new();
        self.skip_blanks();
        if end.is_some_and(|end| self.take(end)) {
            return Ok(pairs);
        }
        loop {
            let (key, from_file) = self.key()?;
            if pairs.iter().any(|(other, _)| *other == key) {
                return Err(self.syntax(&format!("Second instance of key \"{key}\"")));
            }
            let value = self.value(end, from_file)?;
            pairs.push((key, value));
            self.skip_blanks();
            match end {
                Some(end) if self.take(end) => return Ok(pairs),
                None if self.rest.is_empty() => return Ok(pairs),
                _ => {}
            }
            self.expect(',')?;
            self.skip_blanks();
        }
    }

    /// A key with its `=`; with `@=` the value is the name of a file.
    fn key(&mut self) -> Parsed<(String, bool)> {
        let key =
            self.take_while(|letter| letter.is_ascii_alphanumeric() || "-_.#/:".contains(letter));
        if key.is_empty() {
            return Err(self.syntax("Expected a key"));
        }
        self.skip_blanks();
        let from_file = self.take('@');
        self.expect('=')?;
        self.skip_blanks();
        Ok((key.to_owned(), from_file))
    }

    fn value(&mut self, end: Option<char>, from_file: bool) -> Parsed<Value> {
        if from_file {
            let path = self.scalar(end)?;
            return input::text(self.option, &path)
                .map(|text| Value::string(&text))
                .map_err(Problem::File);
        }
        if self.take('{') {
            self.descend()?;
            let pairs = self.pairs(Some('}'))?;
            self.depth -= 1;
            return Ok(Value::object(
                pairs
                    .iter()
                    .map(|(key, value)| (key.as_str(), value.clone())),
            ));
        }
        if self.take('[') {
            self.descend()?;
            let list = self.list()?;
            self.depth -= 1;
            return Ok(list);
        }
        let first = self.scalar(end)?;
        // Outside brackets a comma goes on with a list, unless a new key follows it.
        let mut items = vec![first];
        while end.is_none() && self.rest.starts_with(',') && !self.is_key_next() {
            self.expect(',')?;
            self.skip_blanks();
            items.push(self.scalar(None)?);
        }
        let mut values: Vec<Value> = items.iter().map(|item| Value::string(item)).collect();
        Ok(if values.len() == 1 {
            values.remove(0)
        } else {
            Value::Array(values)
        })
    }

    fn descend(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.syntax(&format!("More than {MAX_DEPTH} brackets in one another")));
        }
        Ok(())
    }

    /// `a,b]`
    fn list(&mut self) -> Parsed<Value> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(Some(']'), false)?);
            self.skip_blanks();
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            self.expect(',')?;
            self.skip_blanks();
        }
    }

    /// A quoted text, or all up to the next comma or closing bracket; `\,` is a comma.
    fn scalar(&mut self, end: Option<char>) -> Parsed<String> {
        for quote in ['\'', '"'] {
            if self.take(quote) {
                return self.quoted(quote);
            }
        }
        let mut text = String::new();
        loop {
            let part = self.take_while(|letter| letter != ',' && Some(letter) != end);
            text.push_str(part);
            if !part.ends_with('\\') || !self.rest.starts_with(',') {
                return Ok(text.trim_end().to_owned());
            }
            text.pop();
            text.push(',');
            self.expect(',')?;
        }
    }

    fn quoted(&mut self, quote: char) -> Parsed<String> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, escaped)) if escaped == quote || escaped == '\\' => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                },
                letter if letter == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                letter => text.push(letter),
            }
        }
        Err(self.syntax(&format!("Expected a closing {quote}")))
    }

    fn is_key_next(&self) -> bool {
        let rest = self.rest.trim_start_matches(',').trim_start();
        let key = rest.trim_start_matches(|letter: char| {
            letter.is_ascii_alphanumeric() || "-_.#/:".contains(letter)
        });
        key.len() < rest.len() && (key.trim_start().starts_with('=') || key.starts_with("@="))
    }

    fn take(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self
            .rest
            .find(|letter| !fits(letter))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn expect(&mut self, letter: char) -> Parsed<()> {
        if self.take(letter) {
            Ok(())
        } else {
            Err(self.syntax(&format!("Expected: '{letter}'")))
        }
    }

    /// Says where, and not what stands there: values may be secrets.
    fn syntax(&self, problem: &str) -> Problem {
        let passed = self.length - self.rest.chars().count();
        let place = if self.rest.is_empty() {
            "at the end".to_owned()
        } else {
            format!("at character {}", passed + 1)
        };
        Problem::Syntax(format!("{problem}, {place}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        match structure("--x", text) {
            Ok(document) => Ok(document.into_value().compact()),
            Err(Failure::Usage(message)) => Err(message),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_documented_forms_are_understood() {
        for (text, json) in [
            ("a=b", r#"{"a":"b"}"#),
            ("a=b,c=d", r#"{"a":"b","c":"d"}"#),
            (
                "Variables={A=1,B=two}",
                r#"{"Variables":{"A":"1","B":"two"}}"#,
            ),
            ("Variables={}", r#"{"Variables":{}}"#),
            ("k=a,b,k2=c", r#"{"k":["a","b"],"k2":"c"}"#),
            ("k=[a,b]", r#"{"k":["a","b"]}"#),
            ("k=[]", r#"{"k":[]}"#),
            ("k=[{a=b},{c=d}]", r#"{"k":[{"a":"b"},{"c":"d"}]}"#),
            ("k={a={b=c}},d=e", r#"{"k":{"a":{"b":"c"}},"d":"e"}"#),
            (r"k=a\,b", r#"{"k":"a,b"}"#),
            ("k='a,b',l=\"c d\"", r#"{"k":"a,b","l":"c d"}"#),
            (r"k='it\'s'", r#"{"k":"it's"}"#),
            ("k=", r#"{"k":""}"#),
            ("k=a=b", r#"{"k":"a=b"}"#),
            ("a = b , c = d", r#"{"a":"b","c":"d"}"#),
            ("url=http://x/y?z", r#"{"url":"http://x/y?z"}"#),
            ("k=é€", r#"{"k":"é€"}"#),
            (r#"{"Variables": {"A": "1"}}"#, r#"{"Variables":{"A":"1"}}"#),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(json), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        for text in ["a={".repeat(200_000), format!("a={}", "[".repeat(200_000))] {
            assert!(parse(&text).unwrap_err().contains("More than 32 brackets"));
        }
    }

    #[test]
    fn what_is_no_shorthand_is_told_with_the_place() {
        for (text, said) in [
            ("a", "Expected: '=', at the end"),
            ("=b", "Expected a key, at character 1"),
            ("a=b,,c=d", "Expected a key, at character 5"),
            ("a={b=c", "Expected: ',', at the end"),
            ("a='b", "Expected a closing ', at character 4"),
            ("a=b,a=c", "Second instance of key \"a\""),
            ("{\"a\": }", "Invalid JSON"),
            (
                "[1]",
                "Invalid JSON: line 1: expected an object, found a list",
            ),
        ] {
            let message = parse(text).unwrap_err();
            assert!(
                message.starts_with("Error parsing parameter '--x': "),
                "{message}"
            );
            assert!(message.contains(said), "{text}: {message}");
        }
    }
}
