//! The table form: boxes of `-`, `|` and `+` for people, as the AWS CLI draws them.
//!
//! An answer is taken apart into sections, one under the other, each as deep in the box as its
//! member is in the answer. All are as wide as the widest of them.

use serde_json::{Map, Value as Json};

use super::python;
use super::section::{Section, Style};

/// The most bytes of a table, and how many times the text in it: all lines are as wide as the widest, so
/// that one long value in a long list would fill any memory.
const LARGEST: usize = 32 * 1024 * 1024;
const TIMES: usize = 16;

/// Renders an answer as a table under a title. If it is wider than `columns`, objects are drawn with
/// a line for each member.
///
/// # Errors
/// If lists have rows that do not fit together: the AWS CLI cannot draw them, either. If the table would
/// be far larger than what stands in it.
pub(super) fn table(
    answer: &Json,
    title: &str,
    columns: usize,
    is_coloured: bool,
) -> Result<String, String> {
    let mut table = Table::default();
    table.add(Some(title), answer, 0)?;
    let mut sections = table.sections;
    let widest = |sections: &[Section]| sections.iter().map(Section::total_width).max();
    let Some(mut width) = widest(&sections) else {
        return Ok(String::new());
    };
    if width > columns {
        sections = sections
            .into_iter()
            .map(Section::into_vertical)
            .collect::<Result<_, _>>()?;
        width = widest(&sections).unwrap_or_default();
    }
    let size = sections.iter().map(Section::lines).sum::<usize>() * width;
    let text = sections.iter().map(Section::text).sum::<usize>();
    if size > LARGEST.max(TIMES * text) {
        return Err(format!(
            "the table would have {size} bytes, for all its lines are as wide as the widest: pick less with \
             --query, or another --output"
        ));
    }
    let style = Style { is_coloured };
    let mut out = "-".repeat(width) + "\n" + style.reset();
    for section in &sections {
        section.draw(width, style, &mut out);
    }
    Ok(out)
}

#[derive(Default)]
struct Table {
    sections: Vec<Section>,
}

impl Table {
    /// Adds what a member holds. Without a title it goes on in the section that is there.
    fn add(&mut self, title: Option<&str>, value: &Json, depth: usize) -> Result<(), String> {
        if is_empty(value) {
            return Ok(());
        }
        if title.is_some() {
            self.begin(title, depth);
        }
        match value {
            Json::Array(items) if items[0].is_object() => self.add_objects(items, title, depth),
            Json::Array(items) => items.iter().try_for_each(|item| self.add_item(item)),
            Json::Object(members) => self.add_object(members, depth),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, title: Option<&str>, depth: usize) {
        self.sections.push(Section::new(title, depth));
    }

    /// Returns the section that is being filled.
    fn section(&mut self) -> Result<&mut Section, String> {
        self.sections
            .last_mut()
            .ok_or_else(|| "a table begins with a title".to_owned())
    }

    /// Adds an item of a list that does not begin with an object.
    fn add_item(&mut self, item: &Json) -> Result<(), String> {
        let row = match item {
            Json::Array(cells) if !cells.iter().all(is_scalar) => return self.add(None, item, 0),
            Json::Array(cells) => cells.iter().map(text).collect(),
            // Its names make a row, as one goes through an object in Python.
            Json::Object(members) => members.keys().cloned().collect(),
            scalar => vec![text(scalar)],
        };
        self.section()?.add_row(row)
    }

    /// Adds an object: a heading and a row; where there is one plain member, its name and its value.
    fn add_object(&mut self, members: &Map<String, Json>, depth: usize) -> Result<(), String> {
        let mut keys: Vec<&String> = members.keys().collect();
        keys.sort_unstable();
        let (plain, nested): (Vec<&String>, Vec<&String>) =
            keys.into_iter().partition(|key| is_scalar(&members[*key]));
        if let [key] = plain[..] {
            self.section()?
                .add_row(vec![key.clone(), text(&members[key])])?;
        } else if !plain.is_empty() {
            let section = self.section()?;
            section.add_headers(plain.iter().map(ToString::to_string).collect())?;
            section.add_row(plain.iter().map(|key| text(&members[*key])).collect())?;
        }
        for key in nested {
            self.add(Some(key), &members[key], depth + 1)?;
        }
        Ok(())
    }

    /// Adds a list of objects: a row each. Where they have members with members, each object has a
    /// section, and those of its members follow it.
    fn add_objects(
        &mut self,
        items: &[Json],
        title: Option<&str>,
        depth: usize,
    ) -> Result<(), String> {
        let objects: Option<Vec<_>> = items.iter().map(Json::as_object).collect();
        let objects = objects.ok_or("a list of objects and other values makes no table")?;
        let names_of = |is_wanted: fn(&Json) -> bool| {
            let members = objects.iter().flat_map(|members| members.iter());
            let wanted = members.filter(|(_, value)| is_wanted(value));
            let mut names: Vec<String> = wanted.map(|(name, _)| name.clone()).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let (headers, nested) = (names_of(is_scalar), names_of(|value| !is_scalar(value)));
        self.section()?.add_headers(headers.clone())?;
        for (index, members) in objects.into_iter().enumerate() {
            if index > 0 && !nested.is_empty() {
                self.begin(title, depth);
                self.section()?.add_headers(headers.clone())?;
            }
            let cell = |header| members.get(header).map(text).unwrap_or_default();
            self.section()?
                .add_row(headers.iter().map(cell).collect())?;
            for name in &nested {
                if let Some(value) = members.get(name) {
                    self.add(Some(name), value, depth + 1)?;
                }
            }
        }
        Ok(())
    }
}

fn text(value: &Json) -> String {
    python::str(value).into_owned()
}

fn is_scalar(value: &Json) -> bool {
    !value.is_object() && !value.is_array()
}

/// Returns whether there is nothing to draw: what Python takes for false.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(is_true) => !is_true,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(answer: &Json, columns: usize) -> Vec<String> {
        let drawn = table(answer, "GetAlias", columns, false).unwrap();
        drawn.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_object_is_a_heading_and_a_row_and_its_members_stand_within() {
        let answer = json!({
            "Name": "live",
            "FunctionVersion": "7",
            "RoutingConfig": {"W": {"8": 0.1}}
        });
        let drawn = [
            "-----------------------------",
            "|         GetAlias          |",
            "+------------------+--------+",
            "|  FunctionVersion | Name   |",
            "+------------------+--------+",
            "|  7               |  live  |",
            "+------------------+--------+",
            "||      RoutingConfig      ||",
            "|+-------------------------+|",
            "|||           W           |||",
            "||+--------+--------------+||",
            "|||  8     |  0.1         |||",
            "||+--------+--------------+||",
        ];
        assert_eq!(lines(&answer, 80), drawn);
    }

    #[test]
    fn what_is_wider_than_the_terminal_has_a_line_for_each_member() {
        let answer = json!({"Name": "live", "FunctionVersion": "7"});
        let drawn = [
            "-----------------------------",
            "|         GetAlias          |",
            "+------------------+--------+",
            "|  FunctionVersion |  7     |",
            "|  Name            |  live  |",
            "+------------------+--------+",
        ];
        assert_eq!(lines(&answer, 28), drawn);
        assert_ne!(lines(&answer, 29), drawn);
    }

    #[test]
    fn objects_that_have_lists_have_a_section_each_with_all_headings() {
        let answer = json!({"Functions": [
            {"N": "a", "L": [{"A": 1}]},
            {"N": "b", "Z\u{fc}": null, "L": []}
        ]});
        let drawn = [
            "-----------------",
            "|   GetAlias    |",
            "+---------------+",
            "||  Functions  ||",
            "|+----+--------+|",
            "||  N |  Z\u{fc}   ||",
            "|+----+--------+|",
            "||  a |        ||",
            "|+----+--------+|",
            "|||     L     |||",
            "||+-----------+||",
            "|||     A     |||",
            "||+-----------+||",
            "|||  1        |||",
            "||+-----------+||",
            "||  Functions  ||",
            "|+----+--------+|",
            "||  N |  Z\u{fc}   ||",
            "|+----+--------+|",
            "||  b |  None  ||",
            "|+----+--------+|",
        ];
        assert_eq!(lines(&answer, 80), drawn);
    }

    #[test]
    fn cells_and_outer_bars_have_colours_if_wanted() {
        let answer = json!({"A": {"Name": "live"}});
        let drawn = table(&answer, "Get", 80, true).unwrap();
        let cell = |text: &str| format!("\x1b[1m\x1b[34m{text}\x1b[0m");
        let bar = "\x1b[2m\x1b[33m|\x1b[0m\x1b[0m";
        let row = format!(
            "{bar}|  {} |  {}  |\x1b[0m{bar}\n",
            cell("Name"),
            cell("live")
        );
        assert!(drawn.contains(&row), "{drawn:?}\n{row:?}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_a_plain_value_is_not_shown() {
        for empty in [json!({}), json!([]), json!(null), json!(0), json!("")] {
            assert!(lines(&empty, 80).is_empty(), "{empty}");
        }
        let drawn = ["----------", "|GetAlias|", "+--------+"];
        assert_eq!(lines(&json!("live"), 80), drawn);
    }

    #[test]
    fn rows_that_do_not_fit_together_are_refused() {
        for wrong in [
            json!([[1], [1, 2]]),
            json!([{"A": 1}, 2]),
            json!([1, [1, 2]]),
        ] {
            assert!(table(&wrong, "GetAlias", 80, false).is_err(), "{wrong}");
        }
    }
}
