//! The text form: values between tabs, for `cut` and `read`.

use serde_json::{Map, Value as Json};

use super::python;

/// Renders the text form: the scalars of an object on one line, sorted by their keys, without the
/// keys; then what is nested, each line led by its member's name.
///
/// # Errors
/// If a list has objects and other things in it: the AWS CLI cannot render it, either.
pub(super) fn text(answer: &Json) -> Result<String, String> {
    let mut out = String::new();
    write_value(answer, None, None, &mut out)?;
    Ok(out)
}

/// `columns` are the scalar members that all objects of a list have a place for.
fn write_value(
    value: &Json,
    name: Option<&str>,
    columns: Option<&[&str]>,
    out: &mut String,
) -> Result<(), String> {
    match value {
        Json::Object(members) => write_object(members, name, columns, out),
        Json::Array(items) => write_list(items, name, out),
        scalar => {
            out.push_str(&python::str(scalar));
            out.push('\n');
            Ok(())
        }
    }
}

fn write_object(
    members: &Map<String, Json>,
    name: Option<&str>,
    columns: Option<&[&str]>,
    out: &mut String,
) -> Result<(), String> {
    let mut keys: Vec<&str> = members.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let (own, nested): (Vec<&str>, Vec<&str>) = match columns {
        None => keys.into_iter().partition(|key| is_scalar(&members[*key])),
        Some(columns) => {
            keys.retain(|key| columns.binary_search(key).is_err());
            (Vec::new(), keys)
        }
    };
    let columns = columns.unwrap_or(&own);
    if !columns.is_empty() {
        let cells = columns
            .iter()
            .map(|key| members.get(*key).map_or("".into(), python::str));
        write_line(name, cells, out);
    }
    for key in nested {
        write_value(&members[key], Some(key), None, out)?;
    }
    Ok(())
}

fn write_list(items: &[Json], name: Option<&str>, out: &mut String) -> Result<(), String> {
    if items.iter().any(Json::is_object) {
        let columns = columns_of(items)?;
        return items
            .iter()
            .try_for_each(|item| write_value(item, name, Some(&columns), out));
    }
    let (scalars, nested): (Vec<&Json>, Vec<&Json>) =
        items.iter().partition(|item| is_scalar(item));
    let cells = scalars.into_iter().map(python::str);
    if name.is_some() {
        for cell in cells {
            write_line(name, [cell], out);
        }
    } else if cells.len() > 0 {
        write_line(None, cells, out);
    }
    nested
        .into_iter()
        .try_for_each(|item| write_value(item, name, None, out))
}

/// Returns the names that are a scalar in some object of a list, sorted.
fn columns_of(items: &[Json]) -> Result<Vec<&str>, String> {
    let mut columns = Vec::new();
    for item in items {
        let Json::Object(members) = item else {
            return Err("a list of objects and other values has no text form".to_owned());
        };
        let scalars = members.iter().filter(|(_, value)| is_scalar(value));
        columns.extend(scalars.map(|(key, _)| key.as_str()));
    }
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

fn write_line(
    name: Option<&str>,
    cells: impl IntoIterator<Item = impl AsRef<str>>,
    out: &mut String,
) {
    if let Some(name) = name {
        out.push_str(&name.to_uppercase());
        out.push('\t');
    }
    for (index, cell) in cells.into_iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "\t" });
        out.push_str(cell.as_ref());
    }
    out.push('\n');
}

fn is_scalar(value: &Json) -> bool {
    !value.is_object() && !value.is_array()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stand_on_one_line_and_what_is_nested_below() {
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
            ("0.5", "0.5\n"),
            ("[]", ""),
        ] {
            let parsed = serde_json::from_str(answer).unwrap();
            assert_eq!(text(&parsed).as_deref(), Ok(expected), "{answer}");
        }
    }

    #[test]
    fn a_member_that_is_a_scalar_in_one_object_of_a_list_is_a_column_of_all() {
        let list = serde_json::json!([{"A": "f", "L": ["x", 1]}, {"A": "g", "L": null}]);
        assert_eq!(text(&list).as_deref(), Ok("f\t['x', 1]\ng\tNone\n"));
    }

    #[test]
    fn a_list_of_objects_and_others_is_refused() {
        assert!(text(&serde_json::json!([{"A": 1}, 2])).is_err());
    }
}
