//! How much an expression may make: a few brackets double an answer, and a few more fill any memory.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::Value as Json;

/// What may be made of the smallest answer, in bytes of memory.
const LEAST: usize = 8 * 1024 * 1024;

/// How many times an answer may be made anew in all: a stage of a query that does something to each item
/// of a list takes two.
const TIMES: usize = 16;

/// What is left of it. All counts that is put into a list or an object, again each time that it is:
/// this bounds the time, too, and how deep something large may stand.
pub(super) struct Room {
    left: Cell<usize>,
}

impl Room {
    /// Makes room for what may be made of an answer.
    pub(super) fn of(answer: &Json) -> Self {
        let left = size(answer).saturating_mul(TIMES).max(LEAST);
        Self {
            left: Cell::new(left),
        }
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// If so many are not left.
    pub(super) fn take(&self, bytes: usize) -> Result<(), String> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or(
            "the query repeats too much: it makes more than 8 MiB, and more than 16 times the answer",
        )?);
        Ok(())
    }

    /// Returns what was found as a value of its own.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(super) fn keep(&self, found: Cow<'_, Json>) -> Result<Json, String> {
        self.take(size(&found))?;
        Ok(found.into_owned())
    }

    /// Returns copies of values.
    ///
    /// # Errors
    /// If there is no room for them.
    pub(super) fn copies<'j>(
        &self,
        values: impl IntoIterator<Item = &'j Json>,
    ) -> Result<Vec<Json>, String> {
        let copies = values
            .into_iter()
            .map(|value| self.keep(Cow::Borrowed(value)));
        copies.collect()
    }
}

/// Returns about how much memory a value takes.
fn size(value: &Json) -> usize {
    let inner = match value {
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| size_of::<String>() + name.len() + size(value))
                .sum()
        }
        Json::String(text) => text.len(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    };
    size_of::<Json>() + inner
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::Query;

    fn search(expression: &str, answer: &Json) -> Result<Json, String> {
        Query::compile(expression).unwrap().search(answer)
    }

    #[test]
    fn what_doubles_and_doubles_is_stopped() {
        let text = "x".repeat(100_000);
        let answer = json!({"A": [text, text], "N": vec![1; 1000], "S": ""});
        let many = |part: &str, count: usize| vec![part; count].join(",");
        for expression in [
            vec!["[@,@]"; 100].join("|"),
            vec!["{a:@,b:@}"; 100].join("|"),
            format!("A[*].[{}]", many("@", 1000)),
            format!("N[*].[{}]", many("!@", 5000)),
            format!("N[*].['{}']", "y".repeat(50_000)),
            format!("join('{}', N[*].to_string(@))", "y".repeat(50_000)),
            format!("N[*].join('{}', ['', ''])", "y".repeat(50_000)),
            format!("map(&[{}], N)", many("@", 5000)),
            format!("[{}][]", many("A", 100)),
            format!("[{}]", many("A[:]", 100)),
            format!("[{}]", many("*", 100)),
            format!("[{}]", many("to_string(@)", 100)),
            format!("[{}]", many("values(@)", 100)),
            format!("{}A{}", "[".repeat(60), "]".repeat(60)),
            vec!["[@][0]"; 100].join("|"),
        ] {
            let refused = search(&expression, &answer).unwrap_err();
            assert!(
                refused.contains("repeats too much"),
                "{expression}: {refused}"
            );
        }
    }

    #[test]
    fn what_scripts_ask_of_long_lists_has_room() {
        let function = json!({
            "FunctionName": "hello", "Runtime": "python3.13", "CodeSize": 1, "Layers": [],
            "LastModified": "2026-11-26T10:15:00.123+0000", "Architectures": ["x86_64"],
        });
        let answer = json!({"Functions": vec![function; 10_000]});
        let one_of = format!("contains(`{}`, FunctionName)", json!(vec!["hello"; 100]));
        for expression in [
            "Functions",
            "Functions[?Runtime=='python3.13'].{n: FunctionName, s: CodeSize} | sort_by(@, &n)[].s | sum(@)",
            "reverse(sort_by(Functions, &LastModified))[:5000].[FunctionName, LastModified] | [].[@][]",
            "Functions[].Architectures[] | join(' ', @)",
            "Functions[*].merge(@, {a: 'b'}).to_string(@)",
            &format!("Functions[?{one_of}].FunctionName | length(@)"),
        ] {
            assert!(search(expression, &answer).is_ok(), "{expression}");
        }
    }
}
