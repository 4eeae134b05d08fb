//! Function names and the spellings that a request may use for them.

use std::fmt;

use super::error::Error;
use super::patterns::{is_account_id, is_dotted_name, is_name, is_partition, is_region};
use super::qualifier::LATEST;
use super::scope::Scope;
use super::validation::shown;

/// Characters that a function's name has at the most (`CreateFunction`, `FunctionName`).
pub const MAX_NAME: usize = 64;
/// Characters of a name or ARN in requests that change something (`FunctionName` of the model).
const MAX_FUNCTION_NAME: usize = 140;
/// Characters of a name or ARN in requests that read (`NamespacedFunctionName` of the model).
const MAX_NAMESPACED_FUNCTION_NAME: usize = 256;

/// The two patterns that the model has for the `FunctionName` of a request.
#[derive(Clone, Copy)]
enum Form {
    /// `FunctionName`.
    Plain,
    /// `NamespacedFunctionName`: longer, dots in names, one more qualifier.
    Namespaced,
}

impl Form {
    fn max(self) -> usize {
        match self {
            Self::Plain => MAX_FUNCTION_NAME,
            Self::Namespaced => MAX_NAMESPACED_FUNCTION_NAME,
        }
    }

    fn is_name(self, text: &str) -> bool {
        match self {
            Self::Plain => is_name(text),
            Self::Namespaced => is_dotted_name(text),
        }
    }

    fn is_qualifier(self, text: &str) -> bool {
        let is_published = || matches!(self, Self::Namespaced) && text == "$LATEST.PUBLISHED";
        text == LATEST || is_name(text) || is_published()
    }
}

/// The bare name of a function: letters, digits, `-` and `_`, at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionName(String);

impl FunctionName {
    /// Parses a bare name.
    pub fn parse(text: &str) -> Option<Self> {
        (is_name(text) && text.len() <= MAX_NAME).then(|| Self(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A function as a request names it: by name, partial ARN or full ARN, perhaps with a qualifier.
///
/// Every prefix of the ARN is optional on its own, as in the model's pattern: `function:hello` and
/// `us-east-1:hello` are spellings of `hello`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionReference {
    name: String,
    qualifier: Option<String>,
    partition: Option<String>,
    region: Option<String>,
    account_id: Option<String>,
}

impl FunctionReference {
    /// Parses the `FunctionName` of a request that changes something.
    ///
    /// # Errors
    /// A sentence that says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, String> {
        let reference = Self::parse_as(text, Form::Plain)?;
        if reference.name.len() > MAX_NAME {
            return Err(format!(
                "{} is too long: a function's name has at most {MAX_NAME} characters",
                shown(&reference.name)
            ));
        }
        Ok(reference)
    }

    /// Parses the `FunctionName` of a request that reads, which the model calls
    /// `NamespacedFunctionName`: longer, and dots pass. No function bears such a name.
    ///
    /// # Errors
    /// A sentence that says which rule is broken.
    pub fn parse_namespaced(text: &str) -> Result<Self, String> {
        Self::parse_as(text, Form::Namespaced)
    }

    fn parse_as(text: &str, form: Form) -> Result<Self, String> {
        let max = form.max();
        if text.chars().count() > max {
            return Err(format!(
                "{} is too long: a function's name or ARN has at most {max} characters",
                shown(text)
            ));
        }
        let segments: Vec<&str> = text.split(':').collect();
        // As a regular expression would: take each optional prefix if that leads to a match.
        (0..16)
            .rev()
            .find_map(|prefixes| Self::with_prefixes(&segments, prefixes, form))
            .ok_or_else(|| {
                format!(
                    "{} is none of NAME, ACCOUNT:function:NAME and \
                     arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME, with letters, digits, - and _ in \
                     NAME, and :QUALIFIER after it where one is meant",
                    shown(text)
                )
            })
    }

    /// Matches segments with those optional prefixes that are set in a mask: `arn:…:lambda:` 8,
    /// region 4, account 2, `function:` 1.
    fn with_prefixes(segments: &[&str], mask: u8, form: Form) -> Option<Self> {
        let mut rest = segments;
        let mut take = |bit: u8, matches: fn(&str) -> bool| -> Option<Option<String>> {
            if mask & bit == 0 {
                return Some(None);
            }
            let (first, others) = rest.split_first()?;
            rest = others;
            matches(first).then(|| Some((*first).to_owned()))
        };
        take(8, |text| text == "arn")?;
        let partition = take(8, |text| text.is_empty() || is_partition(text))?;
        take(8, |text| text == "lambda")?;
        let region = take(4, is_region)?;
        let account_id = take(2, is_account_id)?;
        take(1, |text| text == "function")?;
        let (name, qualifier) = match *rest {
            [name] => (name, None),
            [name, qualifier] if form.is_qualifier(qualifier) => (name, Some(qualifier.to_owned())),
            _ => return None,
        };
        form.is_name(name).then(|| Self {
            name: name.to_owned(),
            qualifier,
            partition: partition.filter(|partition| !partition.is_empty()),
            region,
            account_id,
        })
    }

    /// Returns the qualifier that stands in the name.
    pub fn qualifier(&self) -> Option<&str> {
        self.qualifier.as_deref()
    }

    /// Returns the function's name, if the reference means one that a store of this scope may hold.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for another region, account or partition, and for a name that no
    /// function bears (one with a dot, or too long). The disk is not asked.
    pub fn resolve(&self, scope: &Scope, qualifier: Option<&str>) -> Result<FunctionName, Error> {
        self.check_scope(scope)?;
        FunctionName::parse(&self.name)
            .ok_or_else(|| Error::function_not_found(scope, &self.name, qualifier, &[]))
    }

    /// Checks that the reference means a function of this scope.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for another region, account or partition.
    pub fn check_scope(&self, scope: &Scope) -> Result<(), Error> {
        let elsewhere = |what, given: &Option<String>, here: &str| match given {
            Some(given) if given != here => Err(Error::elsewhere(what, given, here)),
            _ => Ok(()),
        };
        elsewhere("region", &self.region, &scope.region)?;
        elsewhere("account", &self.account_id, &scope.account_id)?;
        elsewhere("partition", &self.partition, &scope.partition)
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;

    use super::*;

    fn parts(text: &str) -> (String, Option<String>, Option<String>, Option<String>) {
        let found = FunctionReference::parse(text).unwrap();
        (found.name, found.qualifier, found.region, found.account_id)
    }

    #[test]
    fn every_form_of_a_name_is_taken_apart() {
        let some = |text: &str| Some(text.to_owned());
        let account = || some("123456789012");
        for (text, name, qualifier, region, account_id) in [
            ("hello", "hello", None, None, None),
            ("hello:3", "hello", some("3"), None, None),
            ("hello:$LATEST", "hello", some("$LATEST"), None, None),
            ("function:hello", "hello", None, None, None),
            ("function:$LATEST", "function", some("$LATEST"), None, None),
            ("us-east-1:hello", "hello", None, some("us-east-1"), None),
            (
                "us-east-1:123456789012",
                "123456789012",
                None,
                some("us-east-1"),
                None,
            ),
            ("123456789012:hello", "hello", None, None, account()),
            (
                "123456789012:function:hello:live",
                "hello",
                some("live"),
                None,
                account(),
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:hello",
                "hello",
                None,
                some("us-east-1"),
                account(),
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function",
                "function",
                None,
                some("us-east-1"),
                account(),
            ),
            ("arn::lambda:hello", "hello", None, None, None),
        ] {
            let expected = (name.to_owned(), qualifier, region, account_id);
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_reference() {
        let arn = |name: usize| {
            format!(
                "arn:aws:lambda:us-east-1:123456789012:function:{}",
                "a".repeat(name)
            )
        };
        assert!(FunctionReference::parse(&"a".repeat(64)).is_ok());
        assert!(
            FunctionReference::parse(&"a".repeat(65))
                .unwrap_err()
                .contains("64")
        );
        assert!(FunctionReference::parse(&arn(64)).is_ok());
        assert!(FunctionReference::parse(&format!("{}:{}", arn(64), "q".repeat(28))).is_ok());
        assert!(
            FunctionReference::parse(&format!("{}:{}", arn(64), "q".repeat(29)))
                .unwrap_err()
                .contains("140")
        );
        assert!(FunctionReference::parse_namespaced(&"a".repeat(256)).is_ok());
        assert!(
            FunctionReference::parse_namespaced(&"a".repeat(257))
                .unwrap_err()
                .contains("256")
        );
    }

    #[test]
    fn a_name_that_is_refused_is_shown_a_long_one_by_its_beginning() {
        assert!(
            FunctionReference::parse("he*llo")
                .unwrap_err()
                .contains("'he*llo'")
        );
        for length in [65, 141] {
            let problem = FunctionReference::parse(&"a".repeat(length)).unwrap_err();
            assert!(problem.contains("'aaaa"), "{problem}");
        }
        let long = FunctionReference::parse_namespaced(&"é".repeat(5000)).unwrap_err();
        assert!(long.contains("é…'") && long.len() < 500, "{long}");
    }

    #[test]
    fn what_is_elsewhere_is_not_found() {
        let scope = Scope::default();
        for (text, said) in [
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:hello",
                "eu-west-1",
            ),
            ("210987654321:function:hello", "210987654321"),
            (
                "arn:aws-cn:lambda:us-east-1:123456789012:function:hello",
                "aws-cn",
            ),
        ] {
            let error = FunctionReference::parse(text)
                .unwrap()
                .resolve(&scope, None)
                .unwrap_err();
            assert_eq!(error.code(), "ResourceNotFoundException");
            assert!(error.to_string().contains(said), "{error}");
        }
        let dotted = FunctionReference::parse_namespaced("store.json").unwrap();
        assert_eq!(
            dotted.resolve(&scope, None).unwrap_err().code(),
            "ResourceNotFoundException"
        );
    }

    #[test]
    fn the_parser_agrees_with_the_models_patterns() {
        let shapes: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/lambda-shapes.json")).unwrap();
        let model = |shape: &str| {
            let pattern = shapes["shapes"][shape]["pattern"].as_str().unwrap();
            Regex::new(&format!("^(?:{pattern})$")).unwrap()
        };
        let (plain, namespaced) = (model("FunctionName"), model("NamespacedFunctionName"));
        let segment = "(arn|aws|aws-cn|lambda|us-east-1|us-gov-west-1|123456789012|12345|function|hello|a\\.b|\\$LATEST|\\$LATEST\\.PUBLISHED|3|live|x y|)";
        let texts =
            proptest::string::string_regex(&format!("{segment}(:{segment}){{0,8}}")).unwrap();
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for _ in 0..20_000 {
            let text = texts.new_tree(&mut runner).unwrap().current();
            assert_eq!(
                FunctionReference::parse(&text).is_ok(),
                plain.is_match(&text).unwrap(),
                "{text}"
            );
            assert_eq!(
                FunctionReference::parse_namespaced(&text).is_ok(),
                namespaced.is_match(&text).unwrap(),
                "{text}"
            );
        }
    }
}
