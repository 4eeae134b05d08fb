//! The expressions of `--query`.

mod checks;
mod functions;
mod interpreter;
mod room;

use jmespath::ast::Ast;
use jmespath::parse;
use room::Room;
use serde_json::Value as Json;

use crate::api::document::Value;

/// A `JMESPath` expression.
pub(super) struct Query(Ast);

impl Query {
    /// Compiles an expression as the AWS CLI reads it.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(super) fn compile(expression: &str) -> Result<Self, String> {
        checks::check(expression)?;
        compile(expression).map(Self)
    }

    /// Returns what the expression finds in an answer.
    ///
    /// # Errors
    /// What can't be done with the answer; if more would be made of it than there is room for.
    pub(super) fn search(&self, answer: &Json) -> Result<Json, String> {
        interpreter::search(&self.0, answer, &Room::of(answer)).map(std::borrow::Cow::into_owned)
    }
}

/// Makes a document of what was found, its numbers written as the AWS CLI writes them.
pub(super) fn to_document(found: &Json) -> Value {
    match found {
        Json::Object(members) => {
            let members = members.iter();
            Value::object(members.map(|(name, value)| (name.as_str(), to_document(value))))
        }
        Json::Array(items) => Value::Array(items.iter().map(to_document).collect()),
        Json::String(text) => Value::string(text),
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => Value::number(float),
            _ => Value::Leaf(number.to_string().into()),
        },
        scalar => Value::Leaf(scalar.to_string().into()),
    }
}

/// Compiles a `JMESPath` expression as the AWS CLI reads it: a literal that is no JSON is a string,
/// as in ``Functions[?Runtime==`python3.13`]``. Its library understands this old form, which many
/// scripts have; ours does not.
///
/// # Errors
/// What is wrong with the expression as it was written.
fn compile(expression: &str) -> Result<Ast, String> {
    parse(expression)
        .or_else(|error| parse(&with_quoted_literals(expression)).map_err(|_| error.to_string()))
}

/// Puts the quotes of a JSON string into literals that are no JSON.
fn with_quoted_literals(expression: &str) -> String {
    let (mut quoted, mut rest) = (String::new(), expression);
    while let Some((before, token, after)) = next_quoted(rest) {
        quoted.push_str(before);
        match token.strip_prefix('`') {
            Some(literal) => quoted.push_str(&as_json(&literal[..literal.len() - 1])),
            None => quoted.push_str(token),
        }
        rest = after;
    }
    quoted + rest
}

/// Returns the next part in quotes or backticks with them, what stands before and what follows.
fn next_quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (start, quote) = text
        .char_indices()
        .find(|(_, letter)| ['\'', '"', '`'].contains(letter))?;
    let mut letters = text[start + 1..].char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            let (until, after) = text.split_at(start + 1 + at + 1);
            return Some((&text[..start], &until[start..], after));
        }
    }
    None
}

/// Returns a literal with its backticks, as a JSON string if it is no JSON but makes one.
fn as_json(literal: &str) -> String {
    let string = format!("\"{}\"", literal.trim_start());
    let is_json = |text: &str| {
        let text = text.replace("\\`", "`");
        serde_json::from_str::<serde_json::Value>(&text).is_ok()
    };
    if is_json(literal) || !is_json(&string) {
        return format!("`{literal}`");
    }
    format!("`{string}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_that_are_no_json_are_strings() {
        for (expression, found) in [
            ("R == `python3.13`", "true"),
            ("R == `\"python3.13\"`", "true"),
            ("N == `3`", "true"),
            ("R == '`x`'", "false"),
            ("`python3.13`", "\"python3.13\""),
            ("` x`", "\"x\""),
            ("[V == `a\\`b`, `c`]", "[true,\"c\"]"),
            ("Q == `say \\\"x\\\"`", "true"),
            (
                "[`a`, `b c`, `null`, `[1]`, `{`]",
                r#"["a","b c",null,[1],"{"]"#,
            ),
            ("[`c`, 'it\\'s `x`']", r#"["c","it's `x`"]"#),
            ("\"a`b\" || `y`", "\"y\""),
            ("``", "\"\""),
        ] {
            let data = r#"{"R": "python3.13", "N": 3, "V": "a`b", "Q": "say \"x\""}"#;
            let data: Json = serde_json::from_str(data).unwrap();
            let compiled = Query::compile(expression);
            let compiled = compiled.unwrap_or_else(|error| panic!("{expression}: {error}"));
            let searched = compiled.search(&data).unwrap();
            assert_eq!(searched.to_string(), found, "{expression}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_of_the_expression_as_it_was_written() {
        for wrong in ["R == `x", "[`say \"x\"`", "a[", "`", "[`x`", "`x` é\\"] {
            let error = compile(wrong).unwrap_err();
            assert!(!error.contains("`\""), "{error}");
        }
    }
}
