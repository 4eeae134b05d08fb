//! The AWS CLI's shorthand syntax for structures, maps and lists: `Variables={A=1,B=two}`,
//! `SubnetIds=a,b,SecurityGroupIds=c`.
//!
//! The text is parsed without knowing what is wanted; all its scalars are strings. The grammar is
//! that of the AWS CLI's own parser (2.9), compared with it on random texts, but that:
//! - a key may not be empty, nor stand twice anywhere;
//! - a value may be empty before a closing bracket, as in `{A=}`, so none begins with one;
//! - blanks and letters are those of Unicode, all of it;
//! - a comma with nothing before the next (`a=b, ,c=d`) is an error wherever it stands.

use super::exit::Failure;
use super::input;
use super::values::invalid;
use crate::api::document::{Member, Value};

/// Parses `key=value,…`; a newline at the end, such as a file has, does not count.
///
/// # Errors
/// If it is no shorthand, or names a file that cannot be read.
pub(super) fn parse(option: &str, text: &str) -> Result<Vec<Member>, Failure> {
    let rest = text.trim_end_matches('\n');
    let mut parser = Parser {
        option,
        rest,
        length: rest.chars().count(),
        depth: 0,
    };
    parser.pairs()
}

type Parsed<T> = Result<T, Failure>;

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
            let (key, from_file) = self.key(&pairs)?;
            let value = match self.bracketed(from_file)? {
                Some(value) => value,
                None => self.comma_separated(from_file)?,
            };
            pairs.push(Member::new(key, value));
            self.skip_blanks();
            if self.rest.is_empty() {
                return Ok(pairs);
            }
            self.expect(',')?;
        }
    }

    /// A key that none of these pairs has, with its `=`; with `@=` its values may be names of files.
    fn key(&mut self, pairs: &[Member]) -> Parsed<(&'a str, bool)> {
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
        Ok((key, from_file))
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
            let (key, from_file) = self.key(&pairs)?;
            pairs.push(Member::new(key, self.inner_value(from_file)?));
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
        Ok(Value::string(&input::text(self.option, &text)?))
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
    fn syntax(&self, problem: &str) -> Failure {
        let passed = self.length - self.rest.chars().count();
        let place = if self.rest.is_empty() {
            "at the end".to_owned()
        } else {
            format!("at character {}", passed + 1)
        };
        invalid(self.option, format!("{problem}, {place}"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        let parsed = parse("--x", text).map(|members| Value::Object(members).compact());
        parsed.map_err(|failure| match failure {
            Failure::Usage(message) => message,
            other => panic!("{other:?}"),
        })
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
            ("k=[,,]", r#"{"k":["",""]}"#),
            ("k=[a=b,c=d]", r#"{"k":["a=b","c=d"]}"#),
            (r"k=a,\,b", r#"{"k":["a",",b"]}"#),
            ("a=b,\nc= d ,  e\n", r#"{"a":"b","c":["d","e"]}"#),
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
            assert_eq!(parsed(text).as_deref(), Ok(json), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        for text in ["a={".repeat(200_000), format!("a={}", "[".repeat(200_000))] {
            assert!(parsed(&text).unwrap_err().contains("More than 32 brackets"));
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
            let message = parsed(text).unwrap_err();
            assert!(
                message.starts_with("Error parsing parameter '--x': "),
                "{message}"
            );
            assert!(message.contains(problem), "{text}: {message}");
        }
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
            assert_eq!(parsed(&text).as_deref(), Ok(json), "{text}");
        }
        let message = parsed("k@=file:///nowhere").unwrap_err();
        assert!(message.contains("file:///nowhere"), "{message}");
    }

    proptest! {
        #[test]
        fn words_without_quotes_mean_themselves(
            texts in prop::collection::vec("[A-Za-z0-9_.#/:;!?*+ -]{0,6}[A-Za-z0-9]", 2..5),
        ) {
            let list = texts.iter().map(|text| Value::string(text.trim_start())).collect();
            let expected = Value::object([("k", Value::Array(list)), ("l", Value::string("x"))]);
            prop_assert_eq!(parsed(&format!("k={},l=x", texts.join(","))), Ok(expected.compact()));
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            drop(parsed(&text));
        }

        #[test]
        fn text_like_shorthand_never_panics(text in "[ab=,@'\"\\\\\\[\\]{} é\n]{0,24}") {
            drop(parsed(&text));
        }
    }
}
