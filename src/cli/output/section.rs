//! A section of a table: a title, headings, rows, and how they are drawn.

use super::wide::columns_of;

/// Blanks around the text of a column.
const PADDING: usize = 4;

/// Colours that the AWS CLI gives to tables, or none.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) is_coloured: bool,
}

impl Style {
    /// Returns what ends all colours; the AWS CLI writes it after every piece.
    pub(super) fn reset(self) -> &'static str {
        if self.is_coloured { "\x1b[0m" } else { "" }
    }

    fn cell(self, text: &str) -> String {
        if self.is_coloured {
            format!("\x1b[1m\x1b[34m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn bars(self, count: usize) -> String {
        let bar = if self.is_coloured {
            "\x1b[2m\x1b[33m|\x1b[0m"
        } else {
            "|"
        };
        bar.repeat(count)
    }
}

/// A section of a table.
pub(super) struct Section {
    title: Option<String>,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    depth: usize,
    /// How many cells a row has, once there is one.
    cells: Option<usize>,
    /// The width of the widest text of each column.
    widths: Vec<usize>,
}

impl Section {
    /// Makes a section that stands so deep in the boxes of others.
    pub(super) fn new(title: Option<&str>, depth: usize) -> Self {
        Self {
            title: title.map(str::to_owned),
            headers: Vec::new(),
            rows: Vec::new(),
            depth,
            cells: None,
            widths: Vec::new(),
        }
    }

    /// Sets the headings.
    pub(super) fn add_headers(&mut self, headers: Vec<String>) -> Result<(), String> {
        self.widen(&headers)?;
        self.cells.get_or_insert(headers.len());
        self.headers = headers;
        Ok(())
    }

    /// Adds a row, which must have as many cells as the others.
    pub(super) fn add_row(&mut self, row: Vec<String>) -> Result<(), String> {
        let cells = *self.cells.get_or_insert(row.len());
        if row.len() != cells {
            return Err(format!(
                "a row of a table has {} cells where the others have {cells}",
                row.len()
            ));
        }
        self.widen(&row)?;
        self.rows.push(row);
        Ok(())
    }

    fn widen(&mut self, texts: &[String]) -> Result<(), String> {
        if self.widths.is_empty() {
            self.widths = texts.iter().map(|text| columns_of(text)).collect();
            return Ok(());
        }
        if texts.len() > self.widths.len() {
            return Err("a table has more headings than columns".to_owned());
        }
        for (width, text) in self.widths.iter_mut().zip(texts) {
            *width = columns_of(text).max(*width);
        }
        Ok(())
    }

    /// Turns a single row under its headings into a row for each heading.
    pub(super) fn into_vertical(mut self) -> Result<Self, String> {
        if self.rows.len() != 1 || self.headers.is_empty() {
            return Ok(self);
        }
        let mut section = Self::new(self.title.as_deref(), self.depth);
        for (header, cell) in self.headers.into_iter().zip(self.rows.remove(0)) {
            section.add_row(vec![header, cell])?;
        }
        Ok(section)
    }

    /// Returns how wide it is with its own borders and those around it.
    pub(super) fn total_width(&self) -> usize {
        // As wide as `None`, which Python writes for a title that is not there.
        let title = self.title.as_deref().map_or(4, columns_of);
        let columns: usize = self.widths.iter().map(|width| width + PADDING).sum();
        title.max(columns) + 2 + 2 * self.depth
    }

    /// Returns how many lines it is drawn as at the most.
    pub(super) fn lines(&self) -> usize {
        const TITLE_HEADERS_AND_BORDERS: usize = 5;
        self.rows.len() + TITLE_HEADERS_AND_BORDERS
    }

    /// Returns how many bytes of text stand in it.
    pub(super) fn text(&self) -> usize {
        let texts = self.rows.iter().flatten().chain(&self.headers);
        texts.map(String::len).sum()
    }

    /// Draws it in a table that is so wide.
    pub(super) fn draw(&self, width: usize, style: Style, out: &mut String) {
        let width = width - 2 * self.depth;
        let bars = style.bars(self.depth);
        let mut line = |text: &str| {
            for part in [&bars, text, &bars, "\n"] {
                out.push_str(part);
                out.push_str(style.reset());
            }
        };
        if let Some(title) = self.title.as_deref().filter(|title| !title.is_empty()) {
            line(&centred(title, width, "|"));
            if self.headers.is_empty() && self.rows.is_empty() {
                line(&border(&[width]));
            }
        }
        let widths = self.scaled_to(width);
        if !self.headers.is_empty() {
            line(&border(&widths));
            let cells = widths.iter().zip(&self.headers).enumerate();
            let headings = cells.map(|(column, (width, text))| {
                let left_edge = if column == 0 { "|" } else { "" };
                centred(text, *width, left_edge)
            });
            line(&headings.collect::<String>());
        }
        if self.rows.is_empty() || widths.is_empty() {
            return;
        }
        line(&border(&widths));
        for row in &self.rows {
            let cells = widths.iter().zip(row).enumerate();
            let texts = cells.map(|(column, (width, text))| {
                let left_edge = if column == 0 { "|" } else { "" };
                aligned_left(text, *width, left_edge, style)
            });
            line(&texts.collect::<String>());
        }
        line(&border(&widths));
    }

    /// Returns the columns' widths, borders and all, in proportion to their texts; together they are
    /// as wide as the section.
    fn scaled_to(&self, width: usize) -> Vec<usize> {
        let own: Vec<usize> = self.widths.iter().map(|width| width + PADDING).collect();
        let sum: usize = own.iter().sum();
        if sum == 0 {
            return own;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as the AWS CLI computes it, in doubles; no width comes near their limits"
        )]
        let mut scaled: Vec<usize> = {
            let factor = width as f64 / sum as f64;
            own.iter()
                .map(|own| (factor * *own as f64).round_ties_even() as usize)
                .collect()
        };
        // What rounding made too much is taken from the first ones, what it made too little is given
        // to the last ones.
        let given: usize = scaled.iter().sum();
        for column in scaled.iter_mut().take(given.saturating_sub(width)) {
            *column -= 1;
        }
        for column in scaled.iter_mut().rev().take(width.saturating_sub(given)) {
            *column += 1;
        }
        scaled
    }
}

fn border(widths: &[usize]) -> String {
    let mut out = String::new();
    for (column, width) in widths.iter().enumerate() {
        out.push_str(if column == 0 { "+" } else { "" });
        let corners = if column == 0 { 2 } else { 1 };
        out.push_str(&"-".repeat(width.saturating_sub(corners)));
        out.push('+');
    }
    out
}

fn centred(text: &str, width: usize, left_edge: &str) -> String {
    let length = columns_of(text);
    // It may be less than nothing, and is counted so on the right.
    let before = (width / 2).cast_signed() - (length / 2).cast_signed() - 1;
    let so_far = (left_edge.len() + length).cast_signed() + before;
    let after = width.cast_signed() - 1 - so_far;
    format!("{left_edge}{}{text}{}|", blanks(before), blanks(after))
}

fn aligned_left(text: &str, width: usize, left_edge: &str, style: Style) -> String {
    let length = columns_of(text);
    let padding = if length + 2 + left_edge.len() < width {
        2
    } else {
        0
    };
    let so_far = left_edge.len() + padding + length;
    let after = width.cast_signed() - 1 - so_far.cast_signed();
    format!(
        "{left_edge}{}{}{}|",
        " ".repeat(padding),
        style.cell(text),
        blanks(after)
    )
}

fn blanks(count: isize) -> String {
    " ".repeat(usize::try_from(count).unwrap_or_default())
}
