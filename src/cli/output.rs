//! Rendering answers as the AWS CLI renders them: `--output`, `--query`.

use clap::ValueEnum;
use serde_json::Value as Json;

use super::exit::{Failure, Outcome};
use super::query;
use crate::api::document::Value;

/// The forms that an answer is printed in.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// JSON with four spaces.
    #[default]
    Json,
    /// Values separated by tabs, for `cut` and `read`.
    Text,
}

/// How the answer of a command is printed.
pub(super) struct Rendering {
    format: Format,
    query: Option<jmespath::Expression<'static>>,
}

impl Rendering {
    /// Takes the values of `--output` and `--query`.
    pub(super) fn new(format: Format, query: Option<&str>) -> Result<Self, Failure> {
        let compiled = query.map(|query| {
            query::compile(query)
                .map_err(|error| Failure::Usage(format!("Bad value for --query {query}: {error}")))
        });
        Ok(Self {
            format,
            query: compiled.transpose()?,
        })
    }

    /// Returns the outcome of a command that read this answer.
    pub(super) fn read(&self, answer: &Value) -> Outcome {
        Self::outcome(self.render(answer), None)
    }

    /// Returns the outcome of a command that read a list, page after page, and where it goes on.
    ///
    /// As the AWS CLI does it: JSON has one list, text each page for itself, with what the query
    /// finds in it, and the token likewise on a page of its own.
    pub(super) fn read_list(
        &self,
        member: &str,
        items: Vec<Value>,
        page_size: usize,
        next_token: Option<&str>,
    ) -> Outcome {
        let rendered = match self.format {
            Format::Json => {
                let token = next_token.map(|token| ("NextToken", Value::string(token)));
                let list = [(member, Value::Array(items))];
                self.render(&Value::object(list.into_iter().chain(token)))
            }
            Format::Text => self.render_pages(member, items, page_size, next_token),
        };
        Self::outcome(rendered, None)
    }

    fn render_pages(
        &self,
        member: &str,
        items: Vec<Value>,
        page_size: usize,
        next_token: Option<&str>,
    ) -> Result<String, String> {
        let mut items = items.into_iter().peekable();
        let mut out = String::new();
        loop {
            let page = items.by_ref().take(page_size).collect();
            out += &self.render(&Value::object([(member, Value::Array(page))]))?;
            if items.peek().is_none() {
                break;
            }
        }
        if let Some(token) = next_token {
            let token = Value::object([("NextToken", Value::string(token))]);
            out += &self.render(&Value::object([("NextToken", token)]))?;
        }
        Ok(out)
    }

    /// Returns the outcome of a command that changed the store, and has this answer.
    pub(super) fn changed(&self, answer: &Value) -> Outcome {
        let what = subject(answer).map_or_else(String::new, |subject| format!(" ({subject})"));
        let done = format!("the change is done and kept{what}");
        Self::outcome(self.render(answer), Some(done))
    }

    fn outcome(rendered: Result<String, String>, done: Option<String>) -> Outcome {
        match rendered {
            Ok(stdout) => Outcome {
                stdout,
                done,
                ..Outcome::default()
            },
            Err(problem) => {
                let so_far = done.as_ref().map(|done| format!("{done}, but "));
                let so_far = so_far.unwrap_or_default();
                Outcome {
                    stderr: format!("\n{so_far}the result cannot be printed: {problem}\n"),
                    code: 255,
                    done,
                    ..Outcome::default()
                }
            }
        }
    }

    fn render(&self, answer: &Value) -> Result<String, String> {
        let Some(query) = &self.query else {
            return match self.format {
                // The AWS CLI prints nothing for an operation without an answer.
                Format::Json if answer.members().is_empty() => Ok(String::new()),
                Format::Json => Ok(answer.render() + "\n"),
                Format::Text => serde_json::from_str(&answer.compact())
                    .map(|json| text(&json))
                    .map_err(|error| error.to_string()),
            };
        };
        let compact = answer.compact();
        let data = jmespath::Variable::from_json(&compact)?;
        let found = query.search(&data).map_err(|error| error.to_string())?;
        let found = serde_json::to_value(&*found).map_err(|error| error.to_string())?;
        let written = serde_json::from_str(&compact).map_err(|error| error.to_string())?;
        let found = in_written_order(found, &written);
        match self.format {
            // The AWS CLI prints nothing for an empty object.
            Format::Json if found.as_object().is_some_and(serde_json::Map::is_empty) => {
                Ok(String::new())
            }
            Format::Json => Value::parse(&found.to_string())
                .map(|found| found.render() + "\n")
                .map_err(|error| error.to_string()),
            Format::Text => Ok(text(&found)),
        }
    }
}

/// Names what an answer tells of, where it is a function, a version or an alias.
fn subject(answer: &Value) -> Option<String> {
    let member = |name| answer.get(name).and_then(Value::as_str);
    if let Some((alias, version)) = member("Name").zip(member("FunctionVersion")) {
        return Some(format!("alias {alias} to version {version}"));
    }
    let (function, version) = (member("FunctionName")?, member("Version")?);
    Some(format!("version {version} of {function}"))
}

/// Gives objects that a query picked whole the order of their keys in the answer; the library sorts
/// them. One that the query makes stays sorted.
fn in_written_order(found: Json, answer: &Json) -> Json {
    match found {
        Json::Object(mut members) => {
            let sorted: Vec<String> = members.keys().cloned().collect();
            let order = written_order(answer, &sorted).unwrap_or(sorted);
            let ordered = order.into_iter().filter_map(|key| {
                let value = members.remove(&key)?;
                Some((key, in_written_order(value, answer)))
            });
            Json::Object(ordered.collect())
        }
        Json::Array(items) => items
            .into_iter()
            .map(|item| in_written_order(item, answer))
            .collect(),
        scalar => scalar,
    }
}

/// Returns the keys in the order that some object of the answer has them.
fn written_order(answer: &Json, keys: &[String]) -> Option<Vec<String>> {
    match answer {
        Json::Object(members) => {
            if members.len() == keys.len() && keys.iter().all(|key| members.contains_key(key)) {
                return Some(members.keys().cloned().collect());
            }
            members
                .values()
                .find_map(|value| written_order(value, keys))
        }
        Json::Array(items) => items.iter().find_map(|item| written_order(item, keys)),
        _ => None,
    }
}

/// Renders the text form: the scalars of an object on one line, sorted by their keys, without the
/// keys; then what is nested, each line led by its member's name.
fn text(answer: &Json) -> String {
    let mut out = String::new();
    write_text(answer, None, None, &mut out);
    out
}

/// `columns` are the scalar members that all objects of a list have a place for.
fn write_text(value: &Json, name: Option<&str>, columns: Option<&[&str]>, out: &mut String) {
    match value {
        Json::Object(members) => write_object(members, name, columns, out),
        Json::Array(items) => write_list(items, name, out),
        scalar => write_line(None, &[scalar_text(scalar)], out),
    }
}

fn write_object(
    members: &serde_json::Map<String, Json>,
    name: Option<&str>,
    columns: Option<&[&str]>,
    out: &mut String,
) {
    let mut keys: Vec<&str> = members.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let own: Vec<&str>;
    let columns = if let Some(columns) = columns {
        columns
    } else {
        own = keys
            .iter()
            .copied()
            .filter(|key| is_scalar(&members[*key]))
            .collect();
        &own
    };
    let cell = |key: &&str| {
        members
            .get(*key)
            .filter(|value| is_scalar(value))
            .map_or_else(String::new, scalar_text)
    };
    let cells: Vec<String> = columns.iter().map(cell).collect();
    if !cells.is_empty() {
        write_line(name, &cells, out);
    }
    for key in keys.into_iter().filter(|key| !is_scalar(&members[*key])) {
        write_text(&members[key], Some(key), None, out);
    }
}

fn write_list(items: &[Json], name: Option<&str>, out: &mut String) {
    if items.iter().any(Json::is_object) {
        let mut columns: Vec<&str> = items
            .iter()
            .filter_map(Json::as_object)
            .flat_map(|members| members.iter().filter(|(_, value)| is_scalar(value)))
            .map(|(key, _)| key.as_str())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        for item in items {
            write_text(item, name, Some(&columns), out);
        }
        return;
    }
    let (scalars, nested): (Vec<&Json>, Vec<&Json>) =
        items.iter().partition(|item| is_scalar(item));
    let cells: Vec<String> = scalars.into_iter().map(scalar_text).collect();
    if name.is_some() {
        for cell in cells {
            write_line(name, &[cell], out);
        }
    } else if !cells.is_empty() {
        write_line(None, &cells, out);
    }
    for item in nested {
        write_text(item, name, None, out);
    }
}

fn write_line(name: Option<&str>, cells: &[String], out: &mut String) {
    if let Some(name) = name {
        out.push_str(&name.to_uppercase());
        out.push('\t');
    }
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

fn is_scalar(value: &Json) -> bool {
    !value.is_object() && !value.is_array()
}

/// Scalars are written as Python writes them.
fn scalar_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(answer: &str, format: Format, query: Option<&str>) -> String {
        let rendering = Rendering::new(format, query).unwrap_or_else(|_| panic!("{query:?}"));
        rendering.render(&Value::parse(answer).unwrap()).unwrap()
    }

    #[test]
    fn text_puts_scalars_on_one_line_and_what_is_nested_below() {
        for (answer, expected) in [
            (
                r#"{"B": 1, "A": "x", "C": null, "D": true}"#,
                "x\t1\tNone\tTrue\n",
            ),
            (r#"{"B": {"Z": 1, "Y": 2}, "A": "x"}"#, "x\nB\t2\t1\n"),
            (r#"{"L": ["a", "b"], "A": 1}"#, "1\nL\ta\nL\tb\n"),
            (
                r#"{"L": [{"K": 1}, {"J": 2, "N": {"M": 3}}]}"#,
                "L\t\t1\nL\t2\t\nN\t3\n",
            ),
            (r#"{"L": [], "O": {}}"#, ""),
            ("[1, 2]", "1\t2\n"),
            ("[[1, 2], [3]]", "1\t2\n3\n"),
            (r#""x""#, "x\n"),
        ] {
            assert_eq!(render(answer, Format::Text, None), expected, "{answer}");
        }
    }

    #[test]
    fn a_query_picks_from_the_answer() {
        let answer = r#"{"Version": "3", "Layers": [{"Arn": "a"}, {"Arn": "b"}], "CodeSize": 5}"#;
        for (query, json, text) in [
            ("Version", "\"3\"\n", "3\n"),
            ("Missing", "null\n", "None\n"),
            ("CodeSize", "5\n", "5\n"),
            ("Layers[].Arn", "[\n    \"a\",\n    \"b\"\n]\n", "a\tb\n"),
            ("[Version, CodeSize]", "[\n    \"3\",\n    5\n]\n", "3\t5\n"),
            ("length(Layers)", "2\n", "2\n"),
        ] {
            assert_eq!(render(answer, Format::Json, Some(query)), json, "{query}");
            assert_eq!(render(answer, Format::Text, Some(query)), text, "{query}");
        }
    }

    #[test]
    fn json_without_a_query_is_printed_as_it_stands() {
        assert_eq!(
            render("{\"A\":1.50e3}", Format::Json, None),
            "{\n    \"A\": 1.50e3\n}\n"
        );
    }

    #[test]
    fn a_query_that_fails_on_the_answer_says_that_the_change_is_done() {
        let rendering = Rendering::new(Format::Json, Some("length(A)"));
        let rendering = rendering.unwrap_or_else(|_| panic!("a good query"));
        let answer = Value::parse("{\"A\": 1}").unwrap();
        assert_eq!(rendering.read(&answer).code, 255);
        let changed = rendering.changed(&answer);
        assert!(
            changed.stderr.contains("the change is done"),
            "{}",
            changed.stderr
        );
        assert_eq!((changed.code, changed.stdout.as_str()), (255, ""));
    }

    #[test]
    fn a_bad_query_is_wrong_usage() {
        assert!(matches!(
            Rendering::new(Format::Json, Some("a[")),
            Err(Failure::Usage(_))
        ));
    }
}
