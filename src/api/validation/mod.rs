//! The rules that values must keep, all violations collected into one message.

mod alias;
mod configuration;

use std::fmt::Write as _;

use super::document::Value;
use super::error::Error;
use super::limits::{self, Quotas};
use super::patterns;
use super::shortened::shortened;

pub use alias::{check_agreement, check_routing};

/// Shows a value in a message, a long one by its beginning.
pub(super) fn shown(value: &str) -> String {
    format!("'{}'", shortened(value, 80))
}

/// How many violations are told, with at most how many characters each: a list of 256 KB may break a rule
/// with each item.
const MOST_TOLD: usize = 20;
const MOST_CHARACTERS: usize = 1000;

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Violations {
    told: Vec<String>,
    count: usize,
    /// The line that the member stands on that is checked.
    line: Option<usize>,
}

impl Violations {
    /// Notes that a member breaks a rule.
    pub fn add(&mut self, member: &str, problem: impl AsRef<str>) {
        self.count += 1;
        if self.count > MOST_TOLD {
            return;
        }
        let line = self.line.map(|line| format!("line {line}: "));
        let problem = problem.as_ref();
        let told = format!("{}{member}: {problem}", line.unwrap_or_default());
        self.told
            .push(shortened(&told, MOST_CHARACTERS).into_owned());
    }

    /// Returns what was parsed, or notes why it was not.
    pub fn check<T>(&mut self, member: &str, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|problem| self.add(member, problem)).ok()
    }

    /// Checks a description.
    pub fn check_description(&mut self, description: &str) {
        self.check_length("Description", description, limits::MAX_DESCRIPTION);
    }

    /// Checks the tags of a function.
    pub fn check_tags(&mut self, tags: &[(String, String)], quotas: &Quotas) {
        for (key, value) in tags {
            if key.is_empty() {
                self.add("Tags", "a key must not be empty");
            }
            self.check_length(&format!("key {key} of Tags"), key, limits::MAX_TAG_KEY);
            self.check_length(&format!("Tags.{key}"), value, limits::MAX_TAG_VALUE);
            if !patterns::is_tag_text(key) || !patterns::is_tag_text(value) {
                self.add(
                    &format!("Tags.{key}"),
                    "only letters, digits, blanks and _.:/=+-@ are allowed",
                );
            }
        }
        if tags.len() > quotas.tags {
            self.add(
                "Tags",
                format!("{} are more than the quota, {}", tags.len(), quotas.tags),
            );
        }
    }

    /// Returns an error that lists all violations, if there are any.
    ///
    /// # Errors
    /// `InvalidParameterValueException`.
    pub fn into_result(self) -> Result<(), Error> {
        self.into_result_about("")
    }

    /// Returns an error that lists all violations found in a file, if there are any.
    ///
    /// # Errors
    /// `InvalidParameterValueException`.
    pub fn into_result_in(self, file: &str) -> Result<(), Error> {
        self.into_result_about(&format!(" in {file}"))
    }

    fn into_result_about(self, place: &str) -> Result<(), Error> {
        let mut list = self.told.join("; ");
        let more = self.count - self.told.len();
        if more > 0 {
            let _ = write!(list, "; and {more} more");
        }
        match self.count {
            0 => Ok(()),
            1 => Err(Error::invalid(format!(
                "1 value{place} breaks a rule: {list}"
            ))),
            count => Err(Error::invalid(format!(
                "{count} values{place} break rules: {list}"
            ))),
        }
    }

    fn check_length(&mut self, name: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.add(
                name,
                format!("has {length} characters, at most {max} are allowed"),
            );
        }
    }

    fn check_form(&mut self, name: &str, text: &str, fits: fn(&str) -> bool, expected: &str) {
        if !fits(text) {
            self.add(name, format!("{} is not {expected}", shown(text)));
        }
    }

    fn check_choice(&mut self, name: &str, text: &str, choices: &[&str]) {
        if !choices.contains(&text) {
            self.add(
                name,
                format!("{} is none of {}", shown(text), choices.join(", ")),
            );
        }
    }

    fn check_range(&mut self, name: &str, value: &Value, min: i64, max: i64, unit: &str) {
        let number = value.as_integer().unwrap_or_default();
        if number < min || number > max {
            self.add(
                name,
                format!("{number} is not within {min} to {max} {unit}"),
            );
        }
    }

    fn check_text(
        &mut self,
        name: &str,
        parent: &Value,
        member: &str,
        fits: fn(&str) -> bool,
        expected: &str,
    ) {
        if let Some(text) = parent.get(member).and_then(Value::as_str) {
            self.check_form(&format!("{name}.{member}"), &text, fits, expected);
        }
    }

    fn check_choice_in(&mut self, name: &str, parent: &Value, member: &str, choices: &[&str]) {
        if let Some(text) = parent.get(member).and_then(Value::as_str) {
            self.check_choice(&format!("{name}.{member}"), &text, choices);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_violations_the_first_are_told_and_all_counted() {
        let mut violations = Violations::default();
        for number in 0..1000 {
            violations.add(&format!("Member{number}"), "is wrong".repeat(1000));
        }
        let message = violations.into_result().unwrap_err().to_string();
        assert!(message.starts_with("1000 values break rules: Member0: is wrong"));
        assert!(message.contains("…; Member19: is wrong"));
        assert!(message.ends_with("…; and 980 more"), "{message}");
        assert!(message.len() < 21 * 1010, "{}", message.len());
    }

    #[test]
    fn tags_have_their_own_lengths_and_letters() {
        let check = |key: &str, value: &str| {
            let mut violations = Violations::default();
            violations.check_tags(&[(key.to_owned(), value.to_owned())], &Quotas::default());
            violations.into_result()
        };
        check("team", "").unwrap();
        check(&"k".repeat(128), &"v".repeat(256)).unwrap();
        for (key, value) in [("", "x"), ("a!", "x"), ("a", "!"), (&"k".repeat(129), "x")] {
            assert!(check(key, value).is_err(), "{key} {value}");
        }
    }
}
