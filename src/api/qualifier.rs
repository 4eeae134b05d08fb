//! Qualifiers: which state of a function is meant.

use std::fmt;

use super::patterns::{is_digits, is_name};
use super::validation::shown;

/// The qualifier of the state that can still change.
pub const LATEST: &str = "$LATEST";

/// Characters of a qualifier at the most (`NumericLatestPublishedOrAliasQualifier` of the model).
const MAX_QUALIFIER: usize = 128;

/// The name of an alias: letters, digits, `-` and `_`, not digits alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasName(String);

impl AliasName {
    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = is_name(text) && !is_digits(text) && text.len() <= MAX_QUALIFIER;
        fits.then(|| Self(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Parses a version's number as Lambda writes it: decimal, from 1, without leading zeros.
pub fn parse_version(text: &str) -> Option<u64> {
    (is_digits(text) && !text.starts_with('0'))
        .then(|| text.parse().ok())
        .flatten()
}

/// What a qualifier stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qualifier {
    /// `$LATEST`.
    Latest,
    /// A published version.
    Version(u64),
    /// An alias.
    Alias(AliasName),
    /// A text that passes the model's pattern, but that nothing can be named: `$latest`, `007`,
    /// `$LATEST.PUBLISHED` (which belongs to capacity providers).
    Nothing,
}

impl Qualifier {
    /// Parses the `Qualifier` of a request.
    ///
    /// # Errors
    /// A sentence that says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == LATEST {
            return Ok(Self::Latest);
        }
        if text.is_empty() || text.len() > MAX_QUALIFIER {
            return Err(format!(
                "{} is no qualifier: one has 1 to {MAX_QUALIFIER} characters",
                shown(text)
            ));
        }
        if let Some(number) = parse_version(text) {
            return Ok(Self::Version(number));
        }
        if let Some(name) = AliasName::parse(text) {
            return Ok(Self::Alias(name));
        }
        if text == "$LATEST.PUBLISHED" || is_name(&text.replace('$', "_")) {
            return Ok(Self::Nothing);
        }
        Err(format!(
            "{} is none of $LATEST, a version's number and an alias's name (letters, digits, - and _)",
            shown(text)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_qualifier_is_one_kind_of_thing() {
        let alias = |name: &str| Ok(Qualifier::Alias(AliasName::parse(name).unwrap()));
        assert_eq!(Qualifier::parse("$LATEST"), Ok(Qualifier::Latest));
        assert_eq!(Qualifier::parse("17"), Ok(Qualifier::Version(17)));
        assert_eq!(Qualifier::parse("live"), alias("live"));
        assert_eq!(Qualifier::parse("2024-01-02"), alias("2024-01-02"));
        for nothing in [
            "$latest",
            "$LATEST.PUBLISHED",
            "0",
            "007",
            "99999999999999999999999",
        ] {
            assert_eq!(
                Qualifier::parse(nothing),
                Ok(Qualifier::Nothing),
                "{nothing}"
            );
        }
        for wrong in ["", "a b", "a/b", "..", "é", &"a".repeat(129)] {
            let problem = Qualifier::parse(wrong).unwrap_err();
            let beginning: String = wrong.chars().take(80).collect();
            assert!(problem.contains(&format!("'{beginning}")), "{problem}");
        }
    }
}
