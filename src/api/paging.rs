//! Pages of lists: how many items one holds, and the markers that say where the next one goes on.
//!
//! A marker names the last item that was given, so it keeps its meaning while functions and versions
//! come and go, the item itself among them. The model leaves its form open.

use std::fmt;

use super::document::Value;
use super::function_name::FunctionName;
use super::limits::{DEFAULT_PAGE, MAX_PAGE};
use super::qualifier::{AliasName, LATEST, parse_version};
use super::validation::{Violations, shown};

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where the next page goes on; `None` on the last one.
    pub next_marker: Option<String>,
    /// What it holds.
    pub items: Vec<Value>,
    /// What is wrong with what is left out.
    pub broken: Vec<String>,
}

/// Returns a page as the service answers it, its items under the member that they have in the answer.
pub fn page_answer(member: &str, items: Vec<Value>, next_marker: Option<&str>) -> Value {
    let marker = next_marker.map(|marker| ("NextMarker", Value::string(marker)));
    let items = (member, Value::Array(items));
    Value::object(marker.into_iter().chain([items]))
}

/// Returns how many items a page holds whose request has this `MaxItems`; notes one that is out of
/// the model's range.
pub fn page_size(max_items: Option<i64>, violations: &mut Violations) -> usize {
    let Some(given) = max_items else {
        return DEFAULT_PAGE;
    };
    let size = usize::try_from(given).unwrap_or_default();
    if !(1..=MAX_PAGE).contains(&size) {
        violations.add(
            "MaxItems",
            format!("{given} is not within 1 to {MAX_PAGE} items"),
        );
    }
    size
}

/// Returns the `MaxItems` of a request whose answer has no more items than the service itself answers at
/// once, whatever is asked (`ListFunctions` reference page). What is out of the model's range stays so.
pub fn as_the_service_answers(max_items: Option<i64>) -> Option<i64> {
    let is_more = |given: &i64| {
        usize::try_from(*given).is_ok_and(|size| (DEFAULT_PAGE..=MAX_PAGE).contains(&size))
    };
    max_items.filter(|given| !is_more(given))
}

/// A state of a function in the order of lists: `$LATEST`, then the versions by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateMarker(u64);

impl StateMarker {
    /// Parses a marker of `ListVersionsByFunction`: a qualifier of a state.
    ///
    /// # Errors
    /// A sentence that says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = match text {
            LATEST => Some(0),
            text => parse_version(text),
        };
        number.map(Self).ok_or_else(|| not_given(text))
    }

    /// Returns the number that the next version is above.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for StateMarker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => formatter.write_str(LATEST),
            number => write!(formatter, "{number}"),
        }
    }
}

/// Where a list of functions goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionMarker {
    /// After a function.
    After(FunctionName),
    /// After a state of a function, in a list of all versions.
    Within(FunctionName, StateMarker),
}

impl FunctionMarker {
    /// Parses a marker of `ListFunctions`: a name, and a state's qualifier where all versions are
    /// listed.
    ///
    /// # Errors
    /// A sentence that says which rule is broken.
    pub fn parse(text: &str, all_versions: bool) -> Result<Self, String> {
        let marker = match text.split_once(':').filter(|_| all_versions) {
            Some((name, state)) => FunctionName::parse(name)
                .zip(StateMarker::parse(state).ok())
                .map(|(name, state)| Self::Within(name, state)),
            None if all_versions => None,
            None => FunctionName::parse(text).map(Self::After),
        };
        marker.ok_or_else(|| not_given(text))
    }
}

/// Parses a marker of `ListAliases`: the name of an alias.
///
/// # Errors
/// A sentence that says which rule is broken.
pub fn parse_alias_marker(text: &str) -> Result<AliasName, String> {
    AliasName::parse(text).ok_or_else(|| not_given(text))
}

fn not_given(text: &str) -> String {
    format!(
        "{} is no marker of this list; give the NextMarker of its last page as it is, or none to begin \
         at the front",
        shown(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_fifty_items_or_as_many_as_the_model_allows() {
        let size = |max_items| {
            let mut violations = Violations::default();
            let size = page_size(max_items, &mut violations);
            violations.into_result().map(|()| size)
        };
        assert_eq!(size(None), Ok(50));
        assert_eq!(size(Some(1)), Ok(1));
        assert_eq!(size(Some(10_000)), Ok(10_000));
        for out_of_range in [0, -1, 10_001, i64::MIN, i64::MAX] {
            let message = size(Some(out_of_range)).unwrap_err().to_string();
            let said = format!("MaxItems: {out_of_range} is not within 1 to 10000");
            assert!(message.contains(&said), "{message}");
        }
    }

    #[test]
    fn a_marker_names_an_item_and_nothing_else_is_one() {
        for text in ["$LATEST", "1", "18446744073709551615"] {
            assert_eq!(StateMarker::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "0", "01", "live", "-1", "18446744073709551616"] {
            assert!(StateMarker::parse(wrong).is_err(), "{wrong}");
        }
        let hello = FunctionName::parse("hello").unwrap();
        assert_eq!(
            FunctionMarker::parse("hello", false),
            Ok(FunctionMarker::After(hello.clone()))
        );
        assert_eq!(
            FunctionMarker::parse("hello:7", true),
            Ok(FunctionMarker::Within(hello, StateMarker(7)))
        );
        for (wrong, all_versions) in [
            ("", false),
            ("hello:7", false),
            ("hello", true),
            ("hello:", true),
            ("hello:live", true),
            ("a.b:7", true),
        ] {
            assert!(
                FunctionMarker::parse(wrong, all_versions).is_err(),
                "{wrong}"
            );
        }
        assert_eq!(parse_alias_marker("live").unwrap().as_str(), "live");
        for wrong in ["", "7", "$LATEST", "a.b"] {
            assert!(parse_alias_marker(wrong).is_err(), "{wrong}");
        }
    }
}
