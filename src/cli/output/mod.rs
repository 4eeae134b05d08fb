//! Rendering answers as the AWS CLI renders them: `--output`, `--query`.

mod python;
mod section;
mod table;
mod text;
mod wide;
mod yaml;
mod yaml_string;

use clap::ValueEnum;
use serde_json::Value as Json;

use super::exit::{Failure, Outcome};
use super::query::{Query, to_document};
use super::terminal;
use crate::api::document::Value;

/// The forms that an answer is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// JSON with four spaces.
    #[default]
    Json,
    /// Values separated by tabs, for `cut` and `read`.
    Text,
    /// Boxes, for people.
    Table,
    /// YAML in block style.
    Yaml,
    /// YAML, each page of a list for itself, as it was answered.
    YamlStream,
    /// Nothing at all.
    Off,
}

/// How the answer of a command is printed.
pub(super) struct Rendering {
    format: Format,
    query: Option<Query>,
    title: &'static str,
    is_coloured: bool,
}

impl Rendering {
    /// Takes the values of `--output` and `--query`, the operation's name, which is the title of a
    /// table, and whether a table has colours.
    pub(super) fn new(
        format: Format,
        query: Option<&str>,
        title: &'static str,
        is_coloured: bool,
    ) -> Result<Self, Failure> {
        let compiled = query.map(|query| {
            Query::compile(query)
                .map_err(|error| Failure::Usage(format!("Bad value for --query {query}: {error}")))
        });
        Ok(Self {
            format,
            query: compiled.transpose()?,
            title,
            is_coloured,
        })
    }

    /// Returns whether a list is printed page by page with all that an answer has.
    pub(super) fn is_by_page(&self) -> bool {
        self.format == Format::YamlStream
    }

    /// Returns the outcome of a command that read this answer.
    pub(super) fn read(&self, answer: &Value) -> Outcome {
        Self::outcome(self.render(answer), None)
    }

    /// Returns the outcome of a command that read a list, page after page, and where it goes on.
    ///
    /// As the AWS CLI does it: there is one list, but text has each page for itself, with what the
    /// query finds in it, and the token likewise on a page of its own.
    pub(super) fn read_list(
        &self,
        member: &str,
        items: Vec<Value>,
        page_size: usize,
        next_token: Option<&str>,
    ) -> Outcome {
        let rendered = if self.format == Format::Text {
            self.render_pages(member, items, page_size, next_token)
        } else {
            let token = next_token.map(|token| ("NextToken", Value::string(token)));
            let list = [(member, Value::Array(items))];
            self.render(&Value::object(list.into_iter().chain(token)))
        };
        Self::outcome(rendered, None)
    }

    /// Returns the outcome of a command that read a list as these answers, one for each page.
    pub(super) fn read_answers(&self, answers: &[Value]) -> Outcome {
        let rendered = answers.iter().map(|answer| {
            let found = self.find(answer)?;
            Ok(yaml::yaml_item(found))
        });
        Self::outcome(rendered.collect(), None)
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
        if self.format == Format::Json && self.query.is_none() {
            // As it stands, to the digit.
            return Ok(match answer {
                Value::Object(members) if members.is_empty() => String::new(),
                answer => answer.render() + "\n",
            });
        }
        let found = self.find(answer)?;
        // The AWS CLI prints nothing of an empty object, which an operation without an answer has.
        let is_empty = found.as_object().is_some_and(serde_json::Map::is_empty);
        match self.format {
            _ if is_empty => Ok(String::new()),
            Format::Json => Ok(to_document(&found).render() + "\n"),
            Format::Text => text::text(&found),
            Format::Table => {
                let columns = terminal::columns_of_stdout().unwrap_or(80);
                table::table(&found, self.title, columns, self.is_coloured)
            }
            Format::Yaml => Ok(yaml::yaml(&found)),
            Format::YamlStream => Ok(yaml::yaml_item(found)),
            Format::Off => Ok(String::new()),
        }
    }

    /// Returns what the query finds in an answer, or all of it if there is none.
    fn find(&self, answer: &Value) -> Result<Json, String> {
        let answer = serde_json::from_str(&answer.compact()).map_err(|error| error.to_string())?;
        match &self.query {
            Some(query) => query.search(&answer),
            None => Ok(answer),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rendering(format: Format, query: Option<&str>) -> Rendering {
        let rendering = Rendering::new(format, query, "GetAlias", false);
        rendering.unwrap_or_else(|_| panic!("{query:?}"))
    }

    fn render(answer: &str, format: Format, query: Option<&str>) -> String {
        let answer = Value::parse(answer).unwrap();
        rendering(format, query).render(&answer).unwrap()
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
    fn nothing_is_printed_of_an_answer_without_members() {
        for format in Format::value_variants() {
            assert_eq!(render("{}", *format, None), "", "{format:?}");
        }
    }

    #[test]
    fn what_a_query_finds_is_printed_in_every_form() {
        let answer = r#"{"Name": "live", "Weight": 0.5, "Empty": []}"#;
        for (format, query, printed) in [
            (Format::Yaml, "Name", "\"live\"\n"),
            (Format::Yaml, "{b: Name, a: Weight}", "a: 0.5\nb: live\n"),
            (Format::YamlStream, "Name", "- live\n"),
            (
                Format::Json,
                "{b: Name, a: Weight}",
                "{\n    \"b\": \"live\",\n    \"a\": 0.5\n}\n",
            ),
            (Format::Json, "Empty", "[]\n"),
            (Format::Yaml, "Empty", "[]\n"),
            (Format::Text, "Empty", ""),
            (Format::Table, "Empty", ""),
            (Format::Off, "Name", ""),
        ] {
            assert_eq!(
                render(answer, format, Some(query)),
                printed,
                "{format:?} {query}"
            );
        }
    }

    #[test]
    fn a_query_that_fails_on_the_answer_says_that_the_change_is_done() {
        let rendering = rendering(Format::Json, Some("length(A)"));
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
            Rendering::new(Format::Json, Some("a["), "GetAlias", false),
            Err(Failure::Usage(_))
        ));
    }
}
