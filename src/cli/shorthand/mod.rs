//! The AWS CLI's shorthand syntax for structures, maps and lists: `Variables={A=1,B=two}`,
//! `SubnetIds=a,b,SecurityGroupIds=c`.
//!
//! The text is parsed without knowing what is wanted; all its scalars are strings. What is taken and
//! what is refused, and where, is what the AWS CLI's own parser (2.9) takes and refuses, compared
//! with it on random texts, odd as it is: a closing bracket may begin a value, so `{A=}` has no end.
//! But that:
//! - the newline at the end of a file is not part of it (see `values`);
//! - a key stands once within braces, too, where the AWS CLI takes the last;
//! - `key@=file://PATH` takes a value from a file, as its newer releases do.

use super::exit::Failure;
use super::input;
use super::python::is_blank;
use super::values::{invalid, is_secret};
use crate::api::document::{Member, Value};

/// Parses `key=value,…`.
///
/// # Errors
/// If it is no shorthand, or names a file that cannot be read.
pub(super) fn parse(option: &str, text: &str) -> Result<Vec<Member>, Failure> {
    let parser = Parser {
        option,
        letters: text.chars().collect(),
        at: 0,
        depth: 0,
        second: None,
    };
    parser.pairs()
}

/// Why a text is not taken.
enum Stop {
    /// What was expected, and what stands at this character instead.
    Syntax {
        expected: String,
        found: String,
        at: usize,
    },
    /// It was understood, and is wrong.
    Failed(Failure),
}

type Parsed<T> = Result<T, Stop>;

struct Parser<'a> {
    option: &'a str,
    letters: Vec<char>,
    /// The next character to be read.
    at: usize,
    /// How many brackets are open.
    depth: usize,
    /// A key that stands twice within braces, and where.
    second: Option<(String, usize)>,
}

/// How deep brackets may stand in one another; nothing that an option takes comes near it.
const MAX_DEPTH: usize = 32;

/// Where a word stands, which says what ends one that is not quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value's first word: a closing bracket ends it.
    First,
    /// A later word of a list without brackets: a `=` shows that it is a key.
    Later,
}

impl Parser<'_> {
    /// `key=value,key=value`, up to the end.
    fn pairs(mut self) -> Result<Vec<Member>, Failure> {
        let mut pairs: Vec<Member> = Vec::new();
        let mut end_of_last = 0;
        loop {
            let pair = self.pair().map_err(|stop| self.failure(stop))?;
            if pairs.iter().any(|other| other.name() == pair.name()) {
                return Err(self.second_instance(pair.name(), end_of_last + 1));
            }
            pairs.push(pair);
            end_of_last = self.at;
            if self.is_at_end() {
                return match &self.second {
                    Some((key, at)) => Err(self.second_instance(key, *at)),
                    None => Ok(pairs),
                };
            }
            let comma = self.expect_between_blanks(',');
            comma.map_err(|stop| self.failure(stop))?;
        }
    }

    fn pair(&mut self) -> Parsed<Member> {
        let (key, from_file) = self.key()?;
        let value = match self.current() {
            None => Value::string(""),
            Some('[') => self.list(from_file)?,
            Some('{') => self.map()?,
            Some(_) => self.comma_separated(from_file)?,
        };
        Ok(Member::new(&key, value))
    }

    /// A key with its `=`; with `@=` its values may be names of files.
    fn key(&mut self) -> Parsed<(String, bool)> {
        let mut key = String::new();
        while let Some(letter) = self.current()
            && (letter.is_ascii_alphanumeric() || "-_.#/:".contains(letter))
        {
            key.push(letter);
            self.at += 1;
        }
        let from_file = self.current() == Some('@') && self.letters.get(self.at + 1) == Some(&'=');
        self.at += usize::from(from_file);
        self.expect_between_blanks('=')?;
        Ok((key, from_file))
    }

    /// A word, or several with commas between them: a list, up to where a new key stands.
    fn comma_separated(&mut self, from_file: bool) -> Parsed<Value> {
        let first = self.first_word(from_file)?;
        self.skip_blanks();
        if self.current() != Some(',') {
            return Ok(first);
        }
        self.expect_between_blanks(',')?;
        let mut words = vec![first];
        loop {
            match self.later_word(from_file) {
                Ok((word, is_last)) => {
                    words.push(word);
                    if is_last {
                        break;
                    }
                }
                Err(Stop::Syntax { .. }) if !self.is_at_end() => {
                    // What began here is a key: its comma is read once more.
                    while self.current() != Some(',') {
                        self.at -= 1;
                    }
                    break;
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(match words.len() {
            1 => words.swap_remove(0),
            _ => Value::Array(words),
        })
    }

    /// A word and the comma behind it, and whether the text ends instead.
    fn later_word(&mut self, from_file: bool) -> Parsed<(Value, bool)> {
        let word = if let Some(quote @ ('\'' | '"')) = self.current() {
            self.quoted(quote)?
        } else {
            let at = self.at;
            let word = self.unquoted(Place::Later);
            word.ok_or_else(|| unmatched("second", at))?
        };
        self.skip_blanks();
        let is_last = self.is_at_end();
        if !is_last {
            self.expect_between_blanks(',')?;
        }
        Ok((self.value_of(word, from_file)?, is_last))
    }

    fn first_word(&mut self, from_file: bool) -> Parsed<Value> {
        let word = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => self.unquoted(Place::First).unwrap_or_default(),
        };
        self.value_of(word, from_file)
    }

    fn value_of(&self, word: String, from_file: bool) -> Parsed<Value> {
        let word = if from_file {
            input::text(self.option, &word).map_err(Stop::Failed)?
        } else {
            word
        };
        Ok(Value::string(&word))
    }

    /// `[a,b]`
    fn list(&mut self, from_file: bool) -> Parsed<Value> {
        self.open('[')?;
        let mut items = Vec::new();
        while self.current() != Some(']') {
            items.push(self.inner_value(from_file)?);
            self.end_of_inner(']')?;
        }
        self.close();
        Ok(Value::Array(items))
    }

    /// `{key=value,key=value}`
    fn map(&mut self) -> Parsed<Value> {
        self.open('{')?;
        let mut pairs: Vec<Member> = Vec::new();
        while self.current() != Some('}') {
            let before = self.at;
            let (key, from_file) = self.key()?;
            if pairs.iter().any(|other| other.name() == key) {
                // Told only if all else is right, as the AWS CLI would take the last.
                self.second.get_or_insert((key.clone(), before));
            }
            let value = self.inner_value(from_file)?;
            pairs.push(Member::new(&key, value));
            self.end_of_inner('}')?;
        }
        self.close();
        Ok(Value::Object(pairs))
    }

    /// A value in brackets, where a comma always ends it.
    fn inner_value(&mut self, from_file: bool) -> Parsed<Value> {
        match self.current() {
            Some('[') => self.list(from_file),
            Some('{') => self.map(),
            _ => self.first_word(from_file),
        }
    }

    fn end_of_inner(&mut self, close: char) -> Parsed<()> {
        self.skip_blanks();
        if self.current() != Some(close) {
            self.expect(',')?;
            self.skip_blanks();
        }
        Ok(())
    }

    fn open(&mut self, bracket: char) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let problem = format!("More than {MAX_DEPTH} brackets in one another");
            return Err(Stop::Failed(invalid(self.option, problem)));
        }
        self.expect_between_blanks(bracket)
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// All up to what ends a word here; `\,` is a comma. `None` if no word begins here.
    fn unquoted(&mut self, place: Place) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.current() {
                Some('\\') if self.letters.get(self.at + 1) == Some(&',') => {
                    text.push(',');
                    self.at += 2;
                }
                Some(letter) if is_of_word(letter, place, text.is_empty()) => {
                    text.push(letter);
                    self.at += 1;
                }
                _ if text.is_empty() => return None,
                _ => return Some(text.trim_end_matches(is_blank).to_owned()),
            }
        }
    }

    /// `'…'`, in which a backslash stands before a quote and before another backslash.
    fn quoted(&mut self, quote: char) -> Parsed<String> {
        let inner = &self.letters[self.at + 1..];
        let (mut at, mut end) = (0, None);
        while let Some(letter) = inner.get(at) {
            match (letter, inner.get(at + 1)) {
                ('\\', Some(escaped)) if *escaped == '\\' || *escaped == quote => {
                    // If none follows, the quote with a backslash before it was the closing one.
                    end = if *escaped == quote { Some(at + 1) } else { end };
                    at += 2;
                }
                (letter, _) if *letter == quote => {
                    end = Some(at);
                    break;
                }
                _ => at += 1,
            }
        }
        let name = if quote == '"' {
            "double quoted"
        } else {
            "singled quoted"
        };
        let end = end.ok_or_else(|| unmatched(name, self.at))?;
        let text: String = inner[..end].iter().collect();
        self.at += end + 2;
        Ok(text
            .replace(&format!("\\{quote}"), &quote.to_string())
            .replace("\\\\", "\\"))
    }

    fn current(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.letters.len()
    }

    fn skip_blanks(&mut self) {
        while let Some(' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') = self.current() {
            self.at += 1;
        }
    }

    fn expect_between_blanks(&mut self, letter: char) -> Parsed<()> {
        self.skip_blanks();
        self.expect(letter)?;
        self.skip_blanks();
        Ok(())
    }

    fn expect(&mut self, letter: char) -> Parsed<()> {
        let found = match self.current() {
            Some(found) if found == letter => {
                self.at += 1;
                return Ok(());
            }
            found => found.map_or_else(|| "EOF".to_owned(), String::from),
        };
        Err(Stop::Syntax {
            expected: letter.to_string(),
            found,
            at: self.at,
        })
    }

    fn failure(&self, stop: Stop) -> Failure {
        match stop {
            Stop::Failed(failure) => failure,
            Stop::Syntax {
                expected,
                found,
                at,
            } => {
                let is_value = found.chars().all(|letter| !letter.is_ascii_punctuation());
                let found = if is_secret(self.option) && is_value && found != "EOF" {
                    "***"
                } else {
                    &found
                };
                let problem = format!("Expected: '{expected}', received: '{found}'");
                let place = self.place(at);
                invalid(self.option, format!("{problem} for input:\n{place}"))
            }
        }
    }

    fn second_instance(&self, key: &str, at: usize) -> Failure {
        let place = self.place(at);
        let problem = format!(
            "Second instance of key \"{key}\" encountered for input:\n{place}\nThis is often because \
             there is a preceding \",\" instead of a space."
        );
        invalid(self.option, problem)
    }

    /// The text, with a mark under a character of it.
    fn place(&self, at: usize) -> String {
        if is_secret(self.option) {
            return format!("*** (at character {} of {})", at + 1, self.letters.len());
        }
        let (before, behind) = self.letters.split_at(at);
        let line = before.iter().rposition(|letter| *letter == '\n');
        let column = at - line.map_or(0, |newline| newline + 1);
        let rest = behind.iter().position(|letter| *letter == '\n');
        let (line, rest) = behind.split_at(rest.unwrap_or(behind.len()));
        let text = |letters: &[char]| letters.iter().collect::<String>();
        format!(
            "{}{}\n{}^{}",
            text(before),
            text(line),
            " ".repeat(column),
            text(rest)
        )
    }
}

fn unmatched(name: &str, at: usize) -> Stop {
    Stop::Syntax {
        expected: format!("<{name}>"),
        found: "<none>".to_owned(),
        at,
    }
}

/// Says whether a character belongs to a word without quotes. The AWS CLI names those that do, and
/// none above U+FFFF.
fn is_of_word(letter: char, place: Place, is_first: bool) -> bool {
    match letter {
        '\'' | '"' | ',' | '\u{10000}'.. => false,
        '=' => !is_first && place == Place::First,
        '[' | '{' => !is_first,
        ']' | '}' => is_first || place == Place::Later,
        '\0'..=' ' => !is_first && is_blank(letter),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
