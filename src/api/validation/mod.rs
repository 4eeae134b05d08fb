//! The rules that values must keep, all violations collected into one message.

mod alias;
mod configuration;

use super::document::Value;
use super::error::Error;
use super::limits::{self, Quotas};
use super::patterns;

pub use alias::{check_agreement, check_routing};

/// Shows a value in a message, a long one by its beginning.
pub(super) fn shown(value: &str) -> String {
    const LENGTH: usize = 80;
    match value.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("'{}…'", &value[..end]),
        None => format!("'{value}'"),
    }
}

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Violations(Vec<String>);

impl Violations {
    /// Notes that a member breaks a rule.
    pub fn add(&mut self, member: &str, problem: impl AsRef<str>) {
        self.0.push(format!("{member}: {}", problem.as_ref()));
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
        let list = self.0.join("; ");
        match self.0.len() {
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
