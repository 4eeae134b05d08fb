//! Lines of a table for people: cells at their columns, in colour, no wider than the terminal.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::colour::{Painter, Tone};

/// The blanks between two columns.
pub(super) const GAP: usize = 2;

/// A text, and what it is about.
#[derive(Default)]
pub(super) struct Cell(pub(super) Option<Tone>, pub(super) String);

/// A line that is being put together.
#[derive(Default)]
pub(super) struct Line {
    cells: Vec<Cell>,
    width: usize,
}

impl Line {
    /// Puts a text at a column, or behind what reaches over it.
    pub(super) fn put(&mut self, column: usize, cell: Cell) {
        if cell.1.is_empty() {
            return;
        }
        let least = if self.width == 0 { 0 } else { GAP };
        let blanks = column.saturating_sub(self.width).max(least);
        self.width += blanks + cell.1.width();
        self.cells.push(Cell(None, " ".repeat(blanks)));
        self.cells.push(cell);
    }

    /// Returns the line in colour, no wider than it may be.
    pub(super) fn painted(self, painter: Painter, columns: Option<usize>) -> String {
        let is_cut = columns.is_some_and(|columns| columns < self.width);
        let most = if is_cut { columns } else { None };
        let mut left = most.map_or(self.width, |columns| columns.saturating_sub(1));
        let mut line = String::new();
        for Cell(tone, text) in self.cells {
            let text = cut(&text, left);
            left -= text.width();
            line += &match tone {
                Some(tone) if !text.is_empty() => painter.paint(tone, text),
                _ => text.to_owned(),
            };
        }
        line + if is_cut { "…\n" } else { "\n" }
    }
}

/// Shortens a text that is too wide, and says that it did.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    cut(text, most.saturating_sub(1)).to_owned() + "…"
}

/// Returns as much of a text as has place.
fn cut(text: &str, most: usize) -> &str {
    let mut width = 0;
    let end = text.char_indices().find(|(_, letter)| {
        width += letter.width().unwrap_or_default();
        width > most
    });
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::colour::Color;

    #[test]
    fn a_text_is_cut_to_its_columns_whatever_the_width_of_its_letters() {
        for (text, most, expected) in [
            ("hello", 5, "hello"),
            ("hello", 4, "hel…"),
            ("hello", 1, "…"),
            ("版本版本", 8, "版本版本"),
            ("版本版本", 7, "版本版…"),
            ("版本版本", 6, "版本…"),
            ("", 1, ""),
        ] {
            assert_eq!(shortened(text, most), expected, "{text} {most}");
            assert!(expected.width() <= most);
        }
    }

    #[test]
    fn a_line_has_its_cells_at_their_columns_and_is_no_wider_than_it_may_be() {
        let line = |columns| {
            let mut line = Line::default();
            for (column, text) in [(0, "1"), (4, "live, beta"), (8, "code"), (20, "")] {
                line.put(column, Cell(None, text.to_owned()));
            }
            line.painted(Painter::new(Color::Off), columns)
        };
        for (columns, expected) in [
            (None, "1   live, beta  code\n"),
            (Some(20), "1   live, beta  code\n"),
            (Some(19), "1   live, beta  co…\n"),
            (Some(15), "1   live, beta…\n"),
            (Some(5), "1   …\n"),
            (Some(1), "…\n"),
        ] {
            assert_eq!(line(columns), expected);
        }
    }
}
