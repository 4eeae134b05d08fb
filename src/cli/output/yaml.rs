//! The YAML form: block style, members sorted, as the AWS CLI's emitter (libyaml) lays it out.
//!
//! No library here lays out the same: which strings are quoted, with which quotes, and where long
//! ones are folded is libyaml's own.

use serde_json::{Map, Value as Json};

use super::python;
use super::yaml_string::{Layout, layout_of};
use crate::api::document::Value;

/// A line is folded at the first blank behind this column.
const WIDTH: usize = 80;

/// Names with more bytes than this stand behind a question mark.
const LONGEST_KEY: usize = 128;

/// Renders a document; a value that is no list or object is printed as JSON is.
pub(super) fn yaml(answer: &Json) -> String {
    match answer {
        Json::Object(_) | Json::Array(_) => {
            let mut emitter = Emitter::default();
            emitter.value(answer, Place::Root, 0);
            emitter.out + "\n"
        }
        Json::String(text) => Value::string(text).compact() + "\n",
        Json::Number(number) => python::number(number) + "\n",
        scalar => scalar.to_string() + "\n",
    }
}

/// Renders a document as an item of a stream: a list of one.
pub(super) fn yaml_item(answer: Json) -> String {
    yaml(&Json::Array(vec![answer]))
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The whole document.
    Root,
    /// Right behind a `-`, `?` or `:` that begins a line, which a list or object may go on.
    Indicator,
    /// Behind a name and its colon.
    Member,
}

#[derive(Default)]
struct Emitter {
    out: String,
    /// How many letters the last line has.
    column: usize,
}

impl Emitter {
    /// Writes a value; `indent` is that of the list or object around it.
    fn value(&mut self, value: &Json, place: Place, indent: usize) {
        match value {
            Json::Object(members) if members.is_empty() => self.word("{}"),
            Json::Array(items) if items.is_empty() => self.word("[]"),
            Json::Object(members) => {
                let indent = if place == Place::Root { 0 } else { indent + 2 };
                self.object(members, place, indent);
            }
            Json::Array(items) => {
                // Items of a member stand as deep as its name.
                let indent = if place == Place::Indicator {
                    indent + 2
                } else {
                    indent
                };
                self.list(items, place, indent);
            }
            Json::String(text) => self.string(text, indent + 2, true),
            Json::Number(number) => self.word(&python::number(number)),
            scalar => self.word(&scalar.to_string()),
        }
    }

    fn list(&mut self, items: &[Json], place: Place, indent: usize) {
        for (index, item) in items.iter().enumerate() {
            self.begin_entry(index == 0, place, indent);
            self.push("-");
            self.value(item, Place::Indicator, indent);
        }
    }

    fn object(&mut self, members: &Map<String, Json>, place: Place, indent: usize) {
        let mut members: Vec<(&String, &Json)> = members.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        for (index, (name, value)) in members.into_iter().enumerate() {
            self.begin_entry(index == 0, place, indent);
            if is_simple_key(name) {
                self.string(name, indent + 2, false);
                self.push(":");
                self.value(value, Place::Member, indent);
            } else {
                self.push("?");
                self.string(name, indent + 2, true);
                self.new_line(indent);
                self.push(":");
                self.value(value, Place::Indicator, indent);
            }
        }
    }

    /// Begins a line for an item or a member, unless the first may go on behind an indicator.
    fn begin_entry(&mut self, is_first: bool, place: Place, indent: usize) {
        match place {
            Place::Root if is_first => {}
            Place::Indicator if is_first => self.push(" "),
            _ => self.new_line(indent),
        }
    }

    /// Writes a text on the line as it is.
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn push_char(&mut self, letter: char) {
        self.out.push(letter);
        self.column += 1;
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.indent_empty_line(indent);
    }

    fn indent_empty_line(&mut self, indent: usize) {
        self.out.push_str(&" ".repeat(indent));
        self.column = indent;
    }

    /// Writes the blank between an indicator and what follows, if there is an indicator.
    fn separate(&mut self) {
        if self.column > 0 && !self.out.ends_with(' ') {
            self.push(" ");
        }
    }

    fn word(&mut self, text: &str) {
        self.separate();
        self.push(text);
    }

    /// Writes a string; where it is folded, it goes on at `indent`.
    fn string(&mut self, text: &str, indent: usize, is_folded: bool) {
        self.separate();
        match layout_of(text) {
            Layout::Plain => self.plain(text, indent, is_folded),
            Layout::SingleQuoted => self.single_quoted(text, indent, is_folded),
            Layout::DoubleQuoted => self.double_quoted(text, indent, is_folded),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, is_folded: bool) {
        let mut letters = text.chars().peekable();
        let mut is_after_blank = false;
        while let Some(letter) = letters.next() {
            let is_single = !is_after_blank && letters.peek() != Some(&' ');
            if letter == ' ' && is_folded && is_single && self.column > WIDTH {
                self.new_line(indent);
            } else {
                self.push_char(letter);
            }
            is_after_blank = letter == ' ';
        }
    }

    /// A line break of the text is an empty line: a single one only begins the next line.
    fn single_quoted(&mut self, text: &str, indent: usize, is_folded: bool) {
        self.push_char('\'');
        let (mut is_after_blank, mut is_after_break) = (false, false);
        let mut letters = text.chars().enumerate().peekable();
        while let Some((index, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            if letter == ' ' {
                let is_within = index > 0 && next.is_some_and(|next| next != ' ');
                if is_folded && !is_after_blank && self.column > WIDTH && is_within {
                    self.new_line(indent);
                } else {
                    self.push_char(letter);
                }
                is_after_blank = true;
            } else if is_break(letter) {
                if !is_after_break && letter == '\n' {
                    self.out.push('\n');
                }
                self.out.push(letter);
                self.column = 0;
                is_after_break = true;
            } else {
                if is_after_break {
                    self.indent_empty_line(indent);
                }
                if letter == '\'' {
                    self.push_char('\'');
                }
                self.push_char(letter);
                (is_after_blank, is_after_break) = (false, false);
            }
        }
        if is_after_break {
            self.indent_empty_line(indent);
        }
        self.push_char('\'');
    }

    fn double_quoted(&mut self, text: &str, indent: usize, is_folded: bool) {
        self.push_char('"');
        let mut is_after_blank = false;
        let mut letters = text.chars().enumerate().peekable();
        while let Some((index, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            let is_within = index > 0 && next.is_some();
            if letter == ' ' && is_folded && !is_after_blank && self.column > WIDTH && is_within {
                self.new_line(indent);
                if next == Some(' ') {
                    self.push_char('\\');
                }
            } else if letter == ' ' {
                self.push_char(letter);
            } else {
                self.escaped(letter);
            }
            is_after_blank = letter == ' ';
        }
        self.push_char('"');
    }

    fn escaped(&mut self, letter: char) {
        let name = match letter {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            letter if is_printable(letter) => return self.push_char(letter),
            letter => {
                let code = u32::from(letter);
                return self.push(&match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                });
            }
        };
        self.push_char('\\');
        self.push_char(name);
    }
}

/// Returns whether a name may stand before its colon on one line.
fn is_simple_key(name: &str) -> bool {
    name.len() <= LONGEST_KEY && !name.contains(is_break)
}

/// Returns whether a letter ends a line of YAML.
pub(super) fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns whether a letter may stand as it is; for libyaml those beyond 16 bits may not.
pub(super) fn is_printable(letter: char) -> bool {
    matches!(letter,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' if letter != '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_stand_as_deep_as_their_names_and_members_are_sorted() {
        let answer = json!({
            "b": [1, {"y": [[1.5, []], {"z": null}], "x": "a"}],
            "a": {"d": {}, "c": true}
        });
        let written =
            "a:\n  c: true\n  d: {}\nb:\n- 1\n- x: a\n  y:\n  - - 1.5\n    - []\n  - z: null\n";
        assert_eq!(yaml(&answer), written);
    }

    #[test]
    fn a_value_of_its_own_is_json() {
        for (answer, written) in [
            (json!("3"), "\"3\"\n"),
            (json!("a\nü"), "\"a\\nü\"\n"),
            (json!(1e16), "1e+16\n"),
            (json!(null), "null\n"),
            (json!([]), "[]\n"),
        ] {
            assert_eq!(yaml(&answer), written);
        }
    }

    #[test]
    fn strings_are_quoted_where_they_would_be_read_as_something_else() {
        for (text, written) in [
            ("$LATEST", "$LATEST"),
            ("3", "'3'"),
            ("it's", "it's"),
            ("'it's'", "'''it''s'''"),
            ("a\nb\n", "'a\n\n  b\n\n  '"),
            ("\ttab", "\"\\ttab\""),
            ("\u{1f600}é", "\"\\U0001F600é\""),
            ("\u{1b}\u{7f}", "\"\\e\\x7F\""),
        ] {
            assert_eq!(yaml(&json!([text])), format!("- {written}\n"), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_folded_at_the_first_blank_behind_column_80() {
        let text = "x".repeat(76) + " a b c " + &"y".repeat(90) + " end";
        let folded = format!("- {} a b\n  c {}\n  end\n", "x".repeat(76), "y".repeat(90));
        assert_eq!(yaml(&json!([text])), folded);
    }

    #[test]
    fn a_long_name_stands_behind_a_question_mark() {
        let name = "n".repeat(129);
        let mut answer = Map::new();
        answer.insert(name.clone(), json!([1, 2]));
        assert_eq!(
            yaml(&Json::Object(answer)),
            format!("? {name}\n: - 1\n  - 2\n")
        );
    }
}
