//! What is wrong with a JSON text, in the words that the AWS CLI has from Python's parser.

/// How deep brackets may stand in one another.
const MAX_DEPTH: usize = 128;

/// Says what is wrong with a text and where; `None` if Python would take it.
pub(super) fn problem(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let found = Scanner { letters: &letters }.document();
    found.err().map(|Problem(words, at)| {
        let before = &letters[..at.min(letters.len())];
        let line = before.iter().filter(|letter| **letter == '\n').count() + 1;
        let newline = before.iter().rposition(|letter| *letter == '\n');
        let column = newline.map_or(at + 1, |newline| at - newline);
        format!("{words}: line {line} column {column} (char {at})")
    })
}

/// Words, and the character that they are about, counted from 0.
struct Problem(&'static str, usize);

struct Scanner<'a> {
    letters: &'a [char],
}

/// Each function takes where a part begins and returns where it ends.
impl Scanner<'_> {
    fn document(&self) -> Result<(), Problem> {
        if self.is('\u{feff}', 0) {
            return Err(Problem("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
        }
        let end = self.value(self.after_blanks(0), 0)?;
        let end = self.after_blanks(end);
        if end == self.letters.len() {
            Ok(())
        } else {
            Err(Problem("Extra data", end))
        }
    }

    fn value(&self, start: usize, depth: usize) -> Result<usize, Problem> {
        let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
        match self.letters.get(start) {
            Some('"') => self.string(start),
            Some('{' | '[') if depth == MAX_DEPTH => {
                Err(Problem("Too many brackets in one another", start))
            }
            Some('{') => self.object(start + 1, depth + 1),
            Some('[') => self.array(start + 1, depth + 1),
            _ => {
                let word = words.iter().find(|word| self.has(word, start));
                let end = word.map(|word| start + word.len());
                end.or_else(|| self.number(start))
                    .ok_or(Problem("Expecting value", start))
            }
        }
    }

    fn object(&self, start: usize, depth: usize) -> Result<usize, Problem> {
        let mut at = self.after_blanks(start);
        if self.is('}', at) {
            return Ok(at + 1);
        }
        loop {
            if !self.is('"', at) {
                let words = "Expecting property name enclosed in double quotes";
                return Err(Problem(words, at));
            }
            at = self.after_blanks(self.string(at)?);
            if !self.is(':', at) {
                return Err(Problem("Expecting ':' delimiter", at));
            }
            at = self.after_blanks(self.value(self.after_blanks(at + 1), depth)?);
            if self.is('}', at) {
                return Ok(at + 1);
            }
            at = self.after_comma(at)?;
        }
    }

    fn array(&self, start: usize, depth: usize) -> Result<usize, Problem> {
        let mut at = self.after_blanks(start);
        if self.is(']', at) {
            return Ok(at + 1);
        }
        loop {
            at = self.after_blanks(self.value(at, depth)?);
            if self.is(']', at) {
                return Ok(at + 1);
            }
            at = self.after_comma(at)?;
        }
    }

    fn after_comma(&self, at: usize) -> Result<usize, Problem> {
        if self.is(',', at) {
            Ok(self.after_blanks(at + 1))
        } else {
            Err(Problem("Expecting ',' delimiter", at))
        }
    }

    fn string(&self, quote: usize) -> Result<usize, Problem> {
        let mut at = quote + 1;
        loop {
            match self.letters.get(at) {
                None => return Err(Problem("Unterminated string starting at", quote)),
                Some('"') => return Ok(at + 1),
                Some('\\') => at = self.escape(quote, at + 1)?,
                Some('\0'..='\x1f') => return Err(Problem("Invalid control character at", at)),
                Some(_) => at += 1,
            }
        }
    }

    fn escape(&self, quote: usize, at: usize) -> Result<usize, Problem> {
        match self.letters.get(at) {
            None => Err(Problem("Unterminated string starting at", quote)),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(at + 1),
            Some('u') => {
                // A string goes on behind the digits, if only with its quote.
                let digits = self.letters.get(at + 1..at + 5);
                let has_rest = self.letters.len() > at + 5;
                let digits = digits.filter(|_| has_rest).unwrap_or_default();
                if !digits.is_empty() && digits.iter().all(char::is_ascii_hexdigit) {
                    Ok(at + 5)
                } else {
                    Err(Problem("Invalid \\uXXXX escape", at))
                }
            }
            Some(_) => Err(Problem("Invalid \\escape", at - 1)),
        }
    }

    /// Returns the end of the longest number that stands here, if one does.
    fn number(&self, start: usize) -> Option<usize> {
        let digits = |at: usize| {
            let rest = self.letters.get(at..).unwrap_or_default();
            at + rest
                .iter()
                .take_while(|letter| letter.is_ascii_digit())
                .count()
        };
        let whole = start + usize::from(self.is('-', start));
        let mut end = if self.is('0', whole) {
            whole + 1
        } else {
            digits(whole)
        };
        if end == whole {
            return None;
        }
        if self.is('.', end) && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if self.is('e', end) || self.is('E', end) {
            let signed = self.is('+', end + 1) || self.is('-', end + 1);
            let exponent = end + 1 + usize::from(signed);
            if digits(exponent) > exponent {
                end = digits(exponent);
            }
        }
        Some(end)
    }

    fn is(&self, letter: char, at: usize) -> bool {
        self.letters.get(at) == Some(&letter)
    }

    fn has(&self, word: &str, at: usize) -> bool {
        let rest = self.letters.get(at..).unwrap_or_default();
        word.chars()
            .zip(rest)
            .filter(|(one, other)| one == *other)
            .count()
            == word.len()
    }

    fn after_blanks(&self, at: usize) -> usize {
        let rest = self.letters.get(at..).unwrap_or_default();
        let is_blank = |letter: &&char| matches!(letter, ' ' | '\t' | '\n' | '\r');
        at + rest.iter().take_while(is_blank).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_pythons() {
        for (text, said) in [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            (
                "{a}",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            (
                "{",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            (
                "{\"a\":1,}",
                "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
            ),
            (
                "{\n \"a\" 1}",
                "Expecting ':' delimiter: line 2 column 6 (char 7)",
            ),
            ("{\"a\":}", "Expecting value: line 1 column 6 (char 5)"),
            (
                "{\"a\":1",
                "Expecting ',' delimiter: line 1 column 7 (char 6)",
            ),
            ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("[01]", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
            ("[-]", "Expecting value: line 1 column 2 (char 1)"),
            ("{} x", "Extra data: line 1 column 4 (char 3)"),
            (
                "[\"a",
                "Unterminated string starting at: line 1 column 2 (char 1)",
            ),
            (
                "[\"\\",
                "Unterminated string starting at: line 1 column 2 (char 1)",
            ),
            (
                "[\"é\n\"]",
                "Invalid control character at: line 1 column 4 (char 3)",
            ),
            ("[\"\\x\"]", "Invalid \\escape: line 1 column 3 (char 2)"),
            (
                "[\"\\u12\"]",
                "Invalid \\uXXXX escape: line 1 column 4 (char 3)",
            ),
            (
                "\u{feff}{}",
                "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
            ),
        ] {
            assert_eq!(problem(text).as_deref(), Some(said), "{text}");
        }
        for text in ["{}", " [1.5e-3, NaN, {\"a\": [\"\\u00e9\\n\"]}]\n", "-0.5"] {
            assert_eq!(problem(text), None, "{text}");
        }
    }
}
