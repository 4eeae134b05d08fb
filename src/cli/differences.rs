//! Differences between two configurations, for people and for scripts.

use super::colour::{Painter, Tone};
use super::visible::visible;
use crate::api::difference::{Difference, DifferenceKind};
use crate::api::document::Value;

/// Returns a difference for scripts.
pub(super) fn change(difference: &Difference) -> Value {
    let kind = match difference.kind {
        DifferenceKind::Added => "Added",
        DifferenceKind::Modified => "Modified",
        DifferenceKind::Removed => "Removed",
    };
    let members = [
        ("Path", Some(Value::string(&difference.path))),
        ("Change", Some(Value::string(kind))),
        ("Old", difference.old.clone()),
        ("New", difference.new.clone()),
    ];
    Value::object(
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    )
}

/// Returns a line for each difference, the values in a column.
pub(super) fn table(differences: &[Difference], painter: Painter) -> String {
    let paths: Vec<String> = differences
        .iter()
        .map(|difference| visible(&difference.path))
        .collect();
    let width = paths.iter().map(|path| path.chars().count()).max();
    let width = width.unwrap_or_default();
    let line = |(path, difference): (&String, &Difference)| {
        let values = values(difference, painter);
        format!("    {path:<width$}  {values}\n")
    };
    paths.iter().zip(differences).map(line).collect()
}

fn values(difference: &Difference, painter: Painter) -> String {
    let shown = |value: &Value| visible(&value.compact());
    let (old, new) = (&difference.old, &difference.new);
    match (
        difference.kind,
        old.as_ref().map(shown),
        new.as_ref().map(shown),
    ) {
        (DifferenceKind::Modified, Some(old), Some(new)) => format!(
            "{} -> {}",
            painter.paint(Tone::Bad, &old),
            painter.paint(Tone::Fine, &new)
        ),
        // Without values, they may be secrets.
        (DifferenceKind::Modified, ..) => painter.paint(Tone::Notable, "changed"),
        (DifferenceKind::Added, _, new) => {
            painter.paint(Tone::Fine, &with_value("added", new.as_deref()))
        }
        (DifferenceKind::Removed, old, _) => {
            painter.paint(Tone::Bad, &with_value("removed", old.as_deref()))
        }
    }
}

fn with_value(word: &str, value: Option<&str>) -> String {
    value.map_or_else(|| word.to_owned(), |value| format!("{word} {value}"))
}
