//! Values as Python reads and writes them: the lines of the AWS CLI show them so, and scripts give
//! them so.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

use crate::api::document::{Member, Value, double};

/// Which of Python's dictionaries an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dictionary {
    /// That of shorthand, and of a document that holds all parameters.
    Plain,
    /// That of an option's JSON.
    Ordered,
}

/// Names the class of a value.
pub(super) fn class(value: &Value, dictionary: Dictionary) -> &'static str {
    match value {
        Value::Object(_) if dictionary == Dictionary::Ordered => "collections.OrderedDict",
        Value::Object(_) => "dict",
        Value::Array(_) => "list",
        Value::Leaf(text) => match value.kind() {
            "a string" => "str",
            "a boolean" => "bool",
            "null" => "NoneType",
            _ if is_whole(text) => "int",
            _ => "float",
        },
    }
}

fn is_whole(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}

/// Writes a value as `str()` does: text as it is.
pub(super) fn text(value: &Value, dictionary: Dictionary) -> String {
    value
        .as_str()
        .unwrap_or_else(|| representation(value, dictionary))
}

/// Writes a value as `repr()` does: text in quotes.
fn representation(value: &Value, dictionary: Dictionary) -> String {
    let items = |items: Vec<String>| items.join(", ");
    match value {
        Value::Object(members) if dictionary == Dictionary::Ordered => {
            let pair = |member: &Member| {
                let value = representation(member.value(), dictionary);
                format!("({}, {value})", quoted(member.name()))
            };
            match members.as_slice() {
                [] => "OrderedDict()".to_owned(),
                members => format!(
                    "OrderedDict([{}])",
                    items(members.iter().map(pair).collect())
                ),
            }
        }
        Value::Object(members) => {
            let pair = |member: &Member| {
                let value = representation(member.value(), dictionary);
                format!("{}: {value}", quoted(member.name()))
            };
            format!("{{{}}}", items(members.iter().map(pair).collect()))
        }
        Value::Array(values) => {
            let values = values.iter().map(|value| representation(value, dictionary));
            format!("[{}]", items(values.collect()))
        }
        Value::Leaf(leaf) => match &**leaf {
            "true" => "True".to_owned(),
            "false" => "False".to_owned(),
            "null" => "None".to_owned(),
            number if value.kind() == "a number" => written_number(number),
            _ => quoted(&value.as_str().unwrap_or_default()),
        },
    }
}

fn written_number(number: &str) -> String {
    match number.parse() {
        Ok(value) if !is_whole(number) => float(value),
        _ if number == "-0" => "0".to_owned(),
        _ => number.to_owned(),
    }
}

/// Writes a number with a fraction.
fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    double(number)
}

/// Writes text in quotes, with escapes for what cannot be seen.
pub(super) fn quoted(text: &str) -> String {
    let quote = quote_for(text.contains('\''), text.contains('"'));
    let mut out = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter == quote || letter == '\\' => out.extend(['\\', letter]),
            letter if is_seen(letter) => out.push(letter),
            letter => escape(&mut out, u32::from(letter)),
        }
    }
    out.push(quote);
    out
}

/// Writes bytes as a literal.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let mut out = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote || *byte == b'\\' => {
                out.extend(['\\', char::from(*byte)]);
            }
            b' '..=b'~' => out.push(char::from(*byte)),
            byte => escape(&mut out, u32::from(*byte)),
        }
    }
    out.push(quote);
    out
}

fn quote_for(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

fn is_seen(letter: char) -> bool {
    let is_other = matches!(
        letter.general_category_group(),
        GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator
    );
    letter == ' ' || !is_other
}

fn escape(out: &mut String, code: u32) {
    let (kind, digits) = match code {
        0..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    let digits = format!("{code:0digits$x}");
    out.extend(['\\', kind]);
    out.push_str(&digits);
}

/// What Python calls whitespace.
pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter)
}

/// Makes a whole number of text as `int()` does: blanks around it, a sign, and `_` between digits.
///
/// # Errors
/// Python's words for what is none.
pub(super) fn int(text: &str) -> Result<Value, String> {
    let wrong = || format!("invalid literal for int() with base 10: {}", quoted(text));
    let number = text.trim_matches(is_blank);
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number.strip_prefix('+').unwrap_or(number)),
    };
    let digits = without_underscores(digits).ok_or_else(wrong)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if digits == "0" { "" } else { sign };
    Value::parse(&format!("{sign}{digits}")).map_err(|_| wrong())
}

/// Makes a number of text as `float()` does; it may be infinite or none.
///
/// # Errors
/// Python's words for what is none.
pub(super) fn number(text: &str) -> Result<f64, String> {
    let number = without_underscores(text.trim_matches(is_blank));
    let number = number.and_then(|number| number.parse().ok());
    number.ok_or_else(|| format!("could not convert string to float: {}", quoted(text)))
}

/// Leaves out each `_` that stands between two digits; `None` if one stands elsewhere.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let is_between = |index: usize| index > 0 && is_digit(index - 1) && is_digit(index + 1);
    let mut underscores = text.match_indices('_');
    underscores
        .all(|(index, _)| is_between(index))
        .then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str, dictionary: Dictionary) -> [String; 2] {
        let value = Value::parse(json).unwrap();
        [
            text(&value, dictionary),
            class(&value, dictionary).to_owned(),
        ]
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (json, text, class) in [
            (r#""it's \n é""#, "it's \n é", "str"),
            ("1", "1", "int"),
            ("-0", "0", "int"),
            ("100000000000000000000", "100000000000000000000", "int"),
            ("1.50", "1.5", "float"),
            ("1e2", "100.0", "float"),
            ("1e16", "1e+16", "float"),
            ("1.25e-7", "1.25e-07", "float"),
            ("1e999", "inf", "float"),
            ("true", "True", "bool"),
            ("null", "None", "NoneType"),
            (
                r#"["a", "it's", "a\"b'", "\n\u0000é\u00a0\u200b😀", null, 1.0]"#,
                r#"['a', "it's", 'a"b\'', '\n\x00é\xa0\u200b😀', None, 1.0]"#,
                "list",
            ),
        ] {
            assert_eq!(written(json, Dictionary::Ordered), [text, class], "{json}");
        }
        let object = r#"{"a": {"b": [true]}, "c": {}}"#;
        assert_eq!(
            written(object, Dictionary::Plain),
            ["{'a': {'b': [True]}, 'c': {}}", "dict"]
        );
        assert_eq!(
            written(object, Dictionary::Ordered),
            [
                "OrderedDict([('a', OrderedDict([('b', [True])])), ('c', OrderedDict())])",
                "collections.OrderedDict"
            ]
        );
        assert_eq!(bytes(b"a'\n\\\xff"), r#"b"a'\n\\\xff""#);
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, number) in [
            ("3", "3"),
            (" 3\n", "3"),
            ("+3", "3"),
            ("-03", "-3"),
            ("-0", "0"),
            ("1_000", "1000"),
            ("00", "0"),
            ("99999999999999999999", "99999999999999999999"),
        ] {
            assert_eq!(int(text).unwrap().compact(), number, "{text}");
        }
        for text in [
            "", " ", "3.0", "0x3", "1__0", "_1", "1_", "- 3", "--3", "1e3",
        ] {
            let said = format!("invalid literal for int() with base 10: '{text}'");
            assert_eq!(int(text).unwrap_err(), said);
        }
        for (text, value) in [
            (" .5 ", 0.5),
            ("1_0.5", 10.5),
            ("1e3", 1000.0),
            ("+1.", 1.0),
        ] {
            assert!((number(text).unwrap() - value).abs() < 1e-9, "{text}");
        }
        assert!(number("inf").unwrap().is_infinite());
        for text in ["", "0x1", "1,5", "1_.5"] {
            let said = format!("could not convert string to float: '{text}'");
            assert_eq!(number(text).unwrap_err(), said);
        }
    }
}
