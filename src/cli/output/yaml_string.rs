//! How a string stands in YAML, so that it is read as the same string.

use super::yaml::{is_break, is_printable};

/// The ways to write a string.
#[derive(Debug, PartialEq)]
pub(super) enum Layout {
    /// As it is.
    Plain,
    /// In single quotes, lines folded.
    SingleQuoted,
    /// In double quotes, with escapes.
    DoubleQuoted,
}

/// Returns how libyaml writes a string in block style.
pub(super) fn layout_of(text: &str) -> Layout {
    if needs_escapes(text) {
        Layout::DoubleQuoted
    } else if has_indicators(text) || is_lost_at_its_ends(text) || is_other_type(text) {
        Layout::SingleQuoted
    } else {
        Layout::Plain
    }
}

/// Letters that can't be shown, or blanks around a line break, which folding would lose.
fn needs_escapes(text: &str) -> bool {
    let mut before = None;
    for letter in text.chars() {
        let is_blank_at_break = match before {
            Some(before) => is_break(before) && letter == ' ' || before == ' ' && is_break(letter),
            None => false,
        };
        if is_blank_at_break || !is_printable(letter) {
            return true;
        }
        before = Some(letter);
    }
    false
}

/// Letters that mean something to a reader of YAML where they stand.
fn has_indicators(text: &str) -> bool {
    if text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    let is_blank = |letter: char| letter == ' ' || letter == '\t' || is_break(letter);
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    let mut is_first = true;
    while let Some(letter) = letters.next() {
        let is_before_blank = letters.peek().is_none_or(|next| is_blank(*next));
        let is_indicator = match letter {
            '#' => is_blank(before),
            ':' => is_before_blank,
            '-' | '?' => is_first && is_before_blank,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => is_first,
            _ => is_break(letter),
        };
        if is_indicator {
            return true;
        }
        before = letter;
        is_first = false;
    }
    false
}

fn is_lost_at_its_ends(text: &str) -> bool {
    text.is_empty() || text.starts_with(' ') || text.ends_with(' ')
}

/// Whether a plain text would be read as something else than a string, by the rules of YAML 1.2 as
/// the AWS CLI's library has them: a null, boolean, number, timestamp, `=` or `<<`.
fn is_other_type(text: &str) -> bool {
    let known = [
        "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "=", "<<",
        ".nan", ".NaN", ".NAN",
    ];
    known.contains(&text) || is_number(text) || is_timestamp(text)
}

fn is_number(text: &str) -> bool {
    if text.starts_with('_') {
        return false;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |digits: &str, is_digit: fn(char) -> bool| {
        !digits.is_empty() && digits.chars().all(|digit| is_digit(digit) || digit == '_')
    };
    let is_of_base = |prefix, is_digit: fn(char) -> bool| {
        let digits = unsigned.strip_prefix(prefix);
        digits.is_some_and(|digits| all(digits, is_digit))
    };
    is_of_base("", |digit| digit.is_ascii_digit())
        || is_of_base("0b", |digit| matches!(digit, '0' | '1'))
        || is_of_base("0o", |digit| matches!(digit, '0'..='7'))
        || is_of_base("0x", |digit| digit.is_ascii_hexdigit())
        || [".inf", ".Inf", ".INF"].contains(&unsigned)
        || is_float(unsigned)
}

/// A float without its sign: digits with a fraction, an exponent or both.
fn is_float(text: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == '_';
    let after_whole = text.trim_start_matches(is_digit);
    let whole = &text[..text.len() - after_whole.len()];
    let (rest, has_point) = match after_whole.strip_prefix('.') {
        Some(rest) => (rest, true),
        None => (after_whole, false),
    };
    let after_fraction = rest.trim_start_matches(is_digit);
    let has_fraction = has_point && after_fraction.len() < rest.len();
    let exponent = if has_point { after_fraction } else { rest };
    if whole.starts_with('_') || whole.is_empty() && !has_fraction {
        return false;
    }
    let Some(exponent) = exponent.strip_prefix(['e', 'E']) else {
        return has_point && exponent.is_empty();
    };
    let unsigned = exponent.strip_prefix(['-', '+']);
    let digits = unsigned.unwrap_or(exponent);
    // Without a digit before the point an exponent has a sign.
    let may_be = !whole.is_empty() || unsigned.is_some();
    may_be && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// A date, or a date and a time, as `2026-11-24 10:15:00 +02:00`.
fn is_timestamp(text: &str) -> bool {
    is_date(text, true) || is_date_and_time(text).is_some()
}

fn is_date(text: &str, is_alone: bool) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let is_short = |part: &str| is_digits(part, 2) || !is_alone && is_digits(part, 1);
    is_digits(year, 4) && is_short(month) && is_short(day)
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_date_and_time(text: &str) -> Option<()> {
    let (date, rest) = text.split_once(['T', 't', ' ', '\t'])?;
    let separator = text[date.len()..].chars().next()?;
    let rest = match separator {
        'T' | 't' => rest,
        _ => rest.trim_start_matches([' ', '\t']),
    };
    let (hour, rest) = rest.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let (second, rest) = rest.split_at_checked(2)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let zone = rest.trim_start_matches([' ', '\t']);
    let is_hour = |hour: &str| is_digits(hour, 1) || is_digits(hour, 2);
    let is_offset = |offset: &str| match offset.split_once(':') {
        Some((hours, minutes)) => is_hour(hours) && is_digits(minutes, 2),
        None => is_hour(offset),
    };
    let is_zone = match zone.strip_prefix(['-', '+']) {
        Some(offset) => is_offset(offset),
        None => zone == "Z" || rest.is_empty(),
    };
    (is_date(date, false)
        && is_hour(hour)
        && is_digits(minute, 2)
        && is_digits(second, 2)
        && is_zone)
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_read_as_another_type_is_quoted() {
        for text in [
            "",
            "3",
            "-1",
            "+1_000",
            "0b11",
            "0o17",
            "-0xfF",
            "1.5",
            "1.",
            ".5",
            "-.5e-3",
            "1e10",
            "1_0.5E+2",
            ".inf",
            "-.INF",
            ".nan",
            "null",
            "~",
            "True",
            "=",
            "<<",
            "2026-11-24",
            "2026-1-4T1:02:03",
            "2026-11-24 10:15:00.5 +02:00",
            "2026-11-24t10:15:00Z",
        ] {
            assert_eq!(layout_of(text), Layout::SingleQuoted, "{text}");
        }
        for text in [
            "yes",
            "on",
            "y",
            "nuLL",
            "_1",
            "0b12",
            "1e",
            ".5e3",
            "-.nan",
            ".",
            "1.2.3",
            "12:30",
            "2026-1-4",
            "2026-11-24T10:15",
            "2026-11-24T10:15:00.123+0000",
            "2026-11-24T10:15:0",
            "python3.13",
            "$LATEST",
            "arn:aws:lambda",
            "a#b",
            "a,b",
            "-x",
            "?x",
            ":x",
            "--",
        ] {
            assert_eq!(layout_of(text), Layout::Plain, "{text}");
        }
    }

    #[test]
    fn what_means_something_to_a_reader_is_quoted() {
        for text in [
            "- x", "-", "? x", "a: b", "a:", "a #b", "#", "[x", "{x", "&x", "*x", "!x", "|", ">x",
            "'x", "\"x", "%x", "@x", "`x", ",x", "]", "}", "---x", "...", " x", "x ", "x\ny",
        ] {
            assert_eq!(layout_of(text), Layout::SingleQuoted, "{text}");
        }
        for text in [
            "x\ty",
            "x \ny",
            "x\n y",
            "\r",
            "\u{feff}",
            "\u{85}",
            "\u{1f600}",
        ] {
            assert_eq!(layout_of(text), Layout::DoubleQuoted, "{text:?}");
        }
    }
}
