//! The AWS CLI's shorthand syntax for structures, maps and lists: `Variables={A=1,B=two}`,
//! `SubnetIds=a,b,SecurityGroupIds=c`.
//!
//! The text is parsed without knowing what is wanted; all its scalars are strings. Then they become
//! what the parameter's shape says. A value that begins with `{` or `[` is JSON instead, and stays
//! as it is. The grammar is that of the AWS CLI's own parser, but that a key may not be empty, nor
//! stand twice anywhere.

use super::exit::Failure;
use super::input;
use crate::api::document::{Document, Member, Value};
use crate::api::shape::Shape;

/// Parses the value of an option that holds a structure or a map.
pub(super) fn structure(option: &str, value: &str, shape: Shape) -> Result<Document, Failure> {
    structure_of_text(option, &input::text(option, value)?, shape)
}

/// Parses the words of an option that holds a list. One word alone may be the list in JSON, or name
/// a file.
pub(super) fn list(option: &str, words: &[String], shape: Shape) -> Result<Value, Failure> {
    let mut words = words.to_vec();
    if let [word] = &mut words[..] {
        *word = input::text(option, word)?;
        if word.trim_start().starts_with('[') {
            return Value::parse(word).map_err(|error| invalid_json(option, error));
        }
    }
    let item = match shape.kind() {
        Shape::List(item) => *item,
        other => other,
    };
    let item_of = |word: &String| match item.kind() {
        Shape::Structure(_) | Shape::Map(_) => {
            structure_of_text(option, word, item).map(Document::into_value)
        }
        _ => typed(option, Value::string(word), item),
    };
    let items = words.iter().map(item_of);
    Ok(Value::Array(items.collect::<Result<_, _>>()?))
}

fn structure_of_text(option: &str, text: &str, shape: Shape) -> Result<Document, Failure> {
    if text.trim_start().starts_with(['{', '[']) {
        return Document::parse(text).map_err(|error| invalid_json(option, error));
    }
    let members = pairs(option, text)?;
    Ok(Document::of_members(
        typed(option, Value::Object(members), shape)?.members(),
    ))
}

/// Parses `key=value,…`; a newline at the end, such as a file has, does not count.
fn pairs(option: &str, text: &str) -> Result<Vec<Member>, Failure> {
    let rest = text.trim_end_matches('\n');
    let mut parser = Parser {
        option,
        rest,
        length: rest.chars().count(),
        depth: 0,
    };
    parser.pairs().map_err(|error| match error {
        Problem::Syntax(problem) => invalid(option, problem),
        Problem::File(failure) => failure,
    })
}

fn invalid_json(option: &str, error: impl std::fmt::Display) -> Failure {
    invalid(option, format!("Invalid JSON: {error}"))
}

fn invalid(option: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("Error parsing parameter '{option}': {problem}"))
}

/// Makes of strings what a shape says, and of one value where a list is wanted a list. What fits
/// nothing stays: the checks of parameters tell it.
fn typed(option: &str, value: Value, shape: Shape) -> Result<Value, Failure> {
    let each = |items: Vec<Value>, shape: Shape| {
        let items = items.into_iter().map(|item| typed(option, item, shape));
        items.collect::<Result<_, _>>().map(Value::Array)
    };
    match (value, shape.kind()) {
        (Value::Array(items), Shape::List(shape)) => each(items, *shape),
        (value, Shape::List(shape)) => each(vec![value], *shape),
        (Value::Object(members), kind @ (Shape::Map(_) | Shape::Structure(_))) => {
            let typed_member = |member: &Member| {
                let value = member.value().clone();
                let shape = member_shape(kind, member.name());
                let value = shape.map_or(Ok(value.clone()), |shape| typed(option, value, shape))?;
                Ok(Member::new(member.name(), value))
            };
            let members = members.iter().map(typed_member);
            members.collect::<Result<_, _>>().map(Value::Object)
        }
        (Value::Leaf(text), kind) => {
            let leaf = Value::Leaf(text);
            let text = leaf.as_str().unwrap_or_default();
            let text = text.trim();
            let wrong = |wanted: &str| invalid(option, format!("'{text}' is not {wanted}"));
            Ok(match kind {
                Shape::Integer => {
                    let number: i64 = text.parse().map_err(|_| wrong("a whole number"))?;
                    Value::integer(number)
                }
                Shape::Number => {
                    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                    let number = number.ok_or_else(|| wrong("a number"))?;
                    Value::parse(&format!("{number:?}")).map_err(|_| wrong("a number"))?
                }
                Shape::Boolean if text.eq_ignore_ascii_case("true") => Value::boolean(true),
                Shape::Boolean if text.eq_ignore_ascii_case("false") => Value::boolean(false),
                _ => leaf,
            })
        }
        (other, _) => Ok(other),
    }
}

fn member_shape(shape: Shape, name: &str) -> Option<Shape> {
    match shape {
        Shape::Map(shape) => Some(*shape),
        Shape::Structure(members) => {
            let known = members.iter().find(|(known, _)| *known == name);
            known.map(|(_, shape)| *shape)
        }
        _ => None,
    }
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

/// What ends a word that is not quoted, besides a quote or a comma: where a list may go on, a closing
/// bracket is a letter like any other, and a `=` shows that the word is a key.
const ENDS_FIRST: [char; 2] = [']', '}'];
const ENDS_NEXT: [char; 1] = ['='];

impl<'a> Parser<'a> {
    /// `key=value,key=value`, up to the end.
    fn pairs(&mut self) -> Parsed<Vec<Member>> {
        let mut pairs = Vec::new();
        loop {
            self.skip_blanks();
            let from_file = self.key(&mut pairs)?;
            let value = match self.bracketed(from_file)? {
                Some(value) => value,
                None => self.comma_separated(from_file)?,
            };
            set_last(&mut pairs, value);
            self.skip_blanks();
            if self.rest.is_empty() {
                return Ok(pairs);
            }
            self.expect(',')?;
        }
    }

    /// A key with its `=`, noted as the last of the pairs; with `@=` its values may be names of files.
    fn key(&mut self, pairs: &mut Vec<Member>) -> Parsed<bool> {
        let key =
            self.take_while(|letter| letter.is_ascii_alphanumeric() || "-_.#/:".contains(letter));
        if key.is_empty() {
            return Err(self.syntax("Expected a key"));
        }
        self.skip_blanks();
        let from_file = self.take('@');
        self.skip_blanks();
        self.expect('=')?;
        self.skip_blanks();
        if pairs.iter().any(|other| other.name() == key) {
            return Err(self.syntax(&format!("Second instance of key \"{key}\"")));
        }
        pairs.push(Member::new(key, Value::string("")));
        Ok(from_file)
    }

    /// A list or a map in brackets, if one stands here.
    fn bracketed(&mut self, from_file: bool) -> Parsed<Option<Value>> {
        let is_list = self.rest.starts_with('[');
        if !self.take('[') && !self.take('{') {
            return Ok(None);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.syntax(&format!("More than {MAX_DEPTH} brackets in one another")));
        }
        self.skip_blanks();
        let value = if is_list {
            Value::Array(self.items(from_file)?)
        } else {
            Value::Object(self.inner_pairs()?)
        };
        self.depth -= 1;
        Ok(Some(value))
    }

    /// `a,b]`
    fn items(&mut self, from_file: bool) -> Parsed<Vec<Value>> {
        let mut items = Vec::new();
        while !self.take(']') {
            items.push(self.inner_value(from_file)?);
            self.end_of_inner(']')?;
        }
        Ok(items)
    }

    /// `key=value,key=value}`
    fn inner_pairs(&mut self) -> Parsed<Vec<Member>> {
        let mut pairs = Vec::new();
        while !self.take('}') {
            let from_file = self.key(&mut pairs)?;
            let value = self.inner_value(from_file)?;
            set_last(&mut pairs, value);
            self.end_of_inner('}')?;
        }
        Ok(pairs)
    }

    /// A value in brackets, where a comma always ends it.
    fn inner_value(&mut self, from_file: bool) -> Parsed<Value> {
        match self.bracketed(from_file)? {
            Some(value) => Ok(value),
            None => self.word(&ENDS_FIRST, from_file),
        }
    }

    fn end_of_inner(&mut self, close: char) -> Parsed<()> {
        self.skip_blanks();
        if !self.rest.starts_with(close) {
            self.expect(',')?;
            self.skip_blanks();
        }
        Ok(())
    }

    /// A word, or several with commas between them: a list, up to where a new key stands.
    fn comma_separated(&mut self, from_file: bool) -> Parsed<Value> {
        let first = self.word(&ENDS_FIRST, from_file)?;
        let mut others = Vec::new();
        loop {
            self.skip_blanks();
            let before = self.rest;
            if !self.take(',') {
                break;
            }
            self.skip_blanks();
            let begins_word = !self.rest.is_empty() && !self.rest.starts_with([',', '=', '[', '{']);
            if begins_word {
                let word = self.word(&ENDS_NEXT, from_file)?;
                self.skip_blanks();
                if self.rest.is_empty() || self.rest.starts_with(',') {
                    others.push(word);
                    continue;
                }
            }
            self.rest = before;
            break;
        }
        if others.is_empty() {
            return Ok(first);
        }
        others.insert(0, first);
        Ok(Value::Array(others))
    }

    /// A quoted text, or all up to a comma, a quote or one of these; `\,` is a comma.
    fn word(&mut self, ends: &[char], from_file: bool) -> Parsed<Value> {
        let quote = self.rest.chars().next();
        let text = match quote.filter(|quote| ['\'', '"'].contains(quote)) {
            Some(quote) => self.quoted(quote)?,
            None => self.unquoted(ends),
        };
        if !from_file {
            return Ok(Value::string(&text));
        }
        let text = input::text(self.option, &text).map_err(Problem::File)?;
        Ok(Value::string(&text))
    }

    fn unquoted(&mut self, ends: &[char]) -> String {
        let mut text = String::new();
        if self.rest.starts_with('=') {
            return text;
        }
        loop {
            let is_inside = |letter| !",'\"".contains(letter) && !ends.contains(&letter);
            let part = self.take_while(is_inside);
            text.push_str(part);
            if !part.ends_with('\\') || !self.take(',') {
                return text.trim_end().to_owned();
            }
            text.pop();
            text.push(',');
        }
    }

    /// `'…'`, in which a backslash stands before a quote and before another backslash.
    fn quoted(&mut self, quote: char) -> Parsed<String> {
        let (whole, mut text) = (self.rest, String::new());
        self.take(quote);
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
        self.rest = &whole[1..];
        Err(self.syntax(&format!("Expected a closing {quote}")))
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

/// Gives the last key its value.
fn set_last(pairs: &mut Vec<Member>, value: Value) {
    if let Some(last) = pairs.pop() {
        pairs.push(Member::new(last.name(), value));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::api::request_shape::CONFIGURATION;

    fn said<T>(parsed: Result<T, Failure>) -> Result<T, String> {
        parsed.map_err(|failure| match failure {
            Failure::Usage(message) => message,
            other => panic!("{other:?}"),
        })
    }

    fn parse(text: &str) -> Result<String, String> {
        said(pairs("--x", text)).map(|members| Value::Object(members).compact())
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

    fn typed_structure(text: &str) -> Result<String, String> {
        said(structure("--x", text, STRUCTURE)).map(|document| document.into_value().compact())
    }

    fn words(words: &[&str], shape: Shape) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        said(list("--x", &words, shape)).map(|list| list.compact())
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
            ("k=[a,b,]", r#"{"k":["a","b"]}"#),
            ("k=[]", r#"{"k":[]}"#),
            ("k=[{a=b},{c=d}]", r#"{"k":[{"a":"b"},{"c":"d"}]}"#),
            ("k=[[a],[]]", r#"{"k":[["a"],[]]}"#),
            ("k={a={b=c}},d=e", r#"{"k":{"a":{"b":"c"}},"d":"e"}"#),
            ("k={a=[b,c],d=e,}", r#"{"k":{"a":["b","c"],"d":"e"}}"#),
            (r"k=a\,b", r#"{"k":"a,b"}"#),
            (r"k=a\b", r#"{"k":"a\\b"}"#),
            ("k='a,b',l=\"c d\"", r#"{"k":"a,b","l":"c d"}"#),
            ("k='a',\"b\",c,l=d", r#"{"k":["a","b","c"],"l":"d"}"#),
            (r"k='it\'s'", r#"{"k":"it's"}"#),
            (r"k='a\\',l='\n'", r#"{"k":"a\\","l":"\\n"}"#),
            ("k=", r#"{"k":""}"#),
            ("k={a=,b=}", r#"{"k":{"a":"","b":""}}"#),
            ("k=,l=a", r#"{"k":"","l":"a"}"#),
            ("k=a=b", r#"{"k":"a=b"}"#),
            ("k={a=b=c}", r#"{"k":{"a":"b=c"}}"#),
            ("k=a,b]", r#"{"k":["a","b]"]}"#),
            ("a = b , c = d", r#"{"a":"b","c":"d"}"#),
            (
                "k = { a = b , c = [ d , e ] } ",
                r#"{"k":{"a":"b","c":["d","e"]}}"#,
            ),
            ("a=b\n", r#"{"a":"b"}"#),
            ("url=http://x/y?z", r#"{"url":"http://x/y?z"}"#),
            ("k=é€", r#"{"k":"é€"}"#),
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
        for (text, problem) in [
            ("", "Expected a key, at the end"),
            ("a", "Expected: '=', at the end"),
            ("=b", "Expected a key, at character 1"),
            ("a=b,", "Expected a key, at the end"),
            ("a=b,,c=d", "Expected a key, at character 5"),
            ("a={b=c", "Expected: ',', at the end"),
            ("a=[b", "Expected: ',', at the end"),
            ("a=b}", "Expected: ',', at character 4"),
            ("a=it's", "Expected: ',', at character 5"),
            ("a==b", "Expected: ',', at character 3"),
            ("a='b", "Expected a closing ', at character 4"),
            ("a=b,a=c", "Second instance of key \"a\""),
            ("m={a=b,a=c}", "Second instance of key \"a\""),
        ] {
            let message = parse(text).unwrap_err();
            assert!(
                message.starts_with("Error parsing parameter '--x': "),
                "{message}"
            );
            assert!(message.contains(problem), "{text}: {message}");
        }
        for (text, problem) in [
            ("{\"a\": }", "Invalid JSON"),
            (
                "[1]",
                "Invalid JSON: line 1: expected an object, found a list",
            ),
        ] {
            let message = typed_structure(text).unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
        }
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
            ("Inners={Count=1}", r#"{"Inners":[{"Count":1}]}"#),
            ("Unknown=1", r#"{"Unknown":"1"}"#),
            (
                r#" {"Count": "1", "Texts": "a"}"#,
                r#"{"Count":"1","Texts":"a"}"#,
            ),
        ] {
            assert_eq!(typed_structure(text).as_deref(), Ok(json), "{text}");
        }
        for (text, problem) in [
            ("Count=x", "'x' is not a whole number"),
            ("Count=1.0", "'1.0' is not a whole number"),
            ("Weight=inf", "'inf' is not a number"),
        ] {
            let message = typed_structure(text).unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
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
                &["Count=1", r#"{"Count": 2}"#][..],
                r#"[{"Count":1},{"Count":2}]"#,
            ),
            (&[r#"[{"Count": 2}]"#], r#"[{"Count":2}]"#),
            (&[], "[]"),
        ] {
            assert_eq!(words(given, inners).as_deref(), Ok(json), "{given:?}");
        }
        assert!(words(&["[a"], texts).unwrap_err().contains("Invalid JSON"));
        assert!(words(&["x"], inners).unwrap_err().contains("Expected: '='"));
    }

    #[test]
    fn values_are_read_from_files_where_the_key_says_so() {
        let mut named = tempfile::Builder::new().prefix("a,b").tempfile().unwrap();
        named.write_all("é,}\n".as_bytes()).unwrap();
        let file = format!("'file://{}'", named.path().display());
        for (text, json) in [
            (format!("k@={file}"), r#"{"k":"é,}\n"}"#),
            (
                format!("k={{a@={file},b=c}}"),
                r#"{"k":{"a":"é,}\n","b":"c"}}"#,
            ),
            (format!("k@={file},x"), r#"{"k":["é,}\n","x"]}"#),
            (format!("k@=[{file}]"), r#"{"k":["é,}\n"]}"#),
            ("k@=plain".to_owned(), r#"{"k":"plain"}"#),
            ("k=file://x".to_owned(), r#"{"k":"file://x"}"#),
        ] {
            assert_eq!(parse(&text).as_deref(), Ok(json), "{text}");
        }
        let message = parse("k@=file:///nowhere").unwrap_err();
        assert!(message.contains("file:///nowhere"), "{message}");
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

    /// Parses what an option is given as.
    fn parsed(words: &[String], shape: Shape) -> Result<Value, String> {
        match shape.kind() {
            Shape::List(_) => said(list("--x", words, shape)),
            _ => said(structure("--x", &words[0], shape)).map(Document::into_value),
        }
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

    /// Whether words mean what they say: a structure of no members has no shorthand, and a text alone
    /// may be JSON or name a file.
    fn is_literal(words: &[String]) -> bool {
        let is_other =
            |word: &String| word.trim_start().starts_with('[') || word.starts_with("file://");
        !(words.len() == 1 && is_other(&words[0]))
    }

    proptest! {
        #[test]
        fn what_is_rendered_as_shorthand_parses_back_as_its_json_does((shape, value) in shape_and_value()) {
            let words = words_of(&value);
            let has_empty = |value: &Value| matches!(value, Value::Object(members) if members.is_empty());
            prop_assume!(!has_empty(&value) && !value.items().iter().any(has_empty));
            prop_assume!(is_literal(&words));
            let from_shorthand = parsed(&words, shape).map(|value| value.compact());
            prop_assert_eq!(from_shorthand, Ok(value.compact()));
            let from_json = parsed(&[value.compact()], shape).map(|value| value.compact());
            prop_assert_eq!(from_json, Ok(value.compact()));
        }

        #[test]
        fn words_without_quotes_mean_themselves(
            texts in prop::collection::vec("[A-Za-z0-9_.#/:;!?*+ -]{0,6}[A-Za-z0-9]", 1..4),
        ) {
            let text = format!("Texts={},Text=x", texts.join(","));
            let list: Vec<Value> = texts.iter().map(|text| Value::string(text.trim_start())).collect();
            let expected = Value::object([("Texts", Value::Array(list)), ("Text", Value::string("x"))]);
            prop_assert_eq!(typed_structure(&text), Ok(expected.compact()));
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
