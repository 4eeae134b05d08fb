//! Reading a history from its first line to its last, as a stream.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use super::lines::{Lines, RawLine};
use crate::store::history::LONGEST_LINE;
use crate::store::layout::Token;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// Reads all lines of a history. Blank lines at the end are none.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn read_lines(file: File, marks: &[Token]) -> io::Result<Lines> {
    let mut reader = BufReader::with_capacity(CHUNK, file);
    let mut lines = Lines::new();
    // The last line that is not blank is known as the last one only at the end.
    let mut held: Option<Vec<u8>> = None;
    let (mut blanks, mut blank_bytes) = (0, 0);
    loop {
        let line = read_line(&mut reader)?;
        if line.is_empty() {
            break;
        }
        if line.trim_ascii().is_empty() {
            blanks += 1;
            blank_bytes += line.len() as u64;
            if blank_bytes > LONGEST_LINE {
                if let Some(before) = held.take() {
                    take(&mut lines, &before, false, marks);
                }
                lines.take_too_long();
                return Ok(lines);
            }
            continue;
        }
        if let Some(before) = held.take() {
            take(&mut lines, &before, false, marks);
        }
        if lines.is_hopeless() {
            return Ok(lines);
        }
        lines.take_blank(std::mem::take(&mut blanks));
        blank_bytes = 0;
        if line.len() as u64 > LONGEST_LINE {
            lines.take_too_long();
            return Ok(lines);
        }
        held = Some(line);
    }
    if let Some(line) = held {
        take(&mut lines, &line, true, marks);
    }
    Ok(lines)
}

/// Reads a line with its line feed, and no more of it than is too long for one.
fn read_line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader
        .by_ref()
        .take(LONGEST_LINE + 1)
        .read_until(b'\n', &mut line)?;
    Ok(line)
}

fn take(lines: &mut Lines, line: &[u8], is_last: bool, marks: &[Token]) {
    let (bytes, ends) = match line.strip_suffix(b"\n") {
        Some(bytes) => (bytes, true),
        None => (line, false),
    };
    let raw = RawLine {
        bytes,
        ends,
        is_last,
    };
    lines.take(&raw, marks);
}
