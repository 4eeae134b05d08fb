//! The lines of a history from the last to the first, so that the newest ones cost the same whatever
//! the length of the file.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use super::error::StoreError;
use super::history::{self, LONGEST_LINE, Line};
use super::layout::HISTORY;
use super::view::View;

/// How much is read at once, more where a line is longer.
const CHUNK: u64 = 64 * 1024;

/// The lines of a function's history, the last one first.
pub struct HistoryLines {
    file: File,
    path: PathBuf,
    /// What was read and not yet given out; it begins at `start` in the file.
    buffer: Vec<u8>,
    start: u64,
}

/// One line of a history.
pub struct HistoryLine {
    /// Its content, or why it cannot be read.
    pub line: Result<Line, StoreError>,
    /// The line as it stands, without its line feed.
    pub bytes: Vec<u8>,
}

impl View {
    /// Opens the history of the state that is seen here; `None` without a history. What is appended
    /// later does not belong to it.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn history(&self) -> Result<Option<HistoryLines>, StoreError> {
        let Some(last) = self.last() else {
            return Ok(None);
        };
        let directory = self.directory();
        let Some((file, _)) = directory.open_file(HISTORY)? else {
            return Ok(None);
        };
        Ok(Some(HistoryLines {
            file,
            path: directory.path_of(HISTORY),
            buffer: Vec::new(),
            start: last.offset + u64::try_from(last.bytes.len()).unwrap_or_default(),
        }))
    }
}

impl HistoryLines {
    /// Reads the next earlier line; `None` before the first. Blank lines are passed over.
    ///
    /// # Errors
    /// If the file cannot be read, or has no line where one must be.
    pub fn read_previous(&mut self) -> Result<Option<HistoryLine>, StoreError> {
        loop {
            let Some(bytes) = self.previous_bytes()? else {
                return Ok(None);
            };
            if !bytes.trim_ascii().is_empty() {
                let line = history::parse_line(&bytes, &self.path);
                return Ok(Some(HistoryLine { line, bytes }));
            }
        }
    }

    /// Takes what stands behind the last line feed from the buffer, and that line feed.
    fn previous_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        loop {
            if let Some(feed) = self.buffer.iter().rposition(|&byte| byte == b'\n') {
                let bytes = self.buffer.split_off(feed + 1);
                self.buffer.truncate(feed);
                return Ok(Some(bytes));
            }
            if self.start == 0 {
                let bytes = std::mem::take(&mut self.buffer);
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            self.read_more()?;
        }
    }

    fn read_more(&mut self) -> Result<(), StoreError> {
        let held = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX);
        if held > LONGEST_LINE {
            return Err(history::Tail::damaged_line(&self.path));
        }
        let length = held.max(CHUNK).min(self.start);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.file
            .read_exact_at(&mut bytes, self.start - length)
            .map_err(StoreError::io("read", &self.path))?;
        bytes.append(&mut self.buffer);
        self.buffer = bytes;
        self.start -= length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Vec<Vec<u8>> {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(content, 0).unwrap();
        let mut lines = HistoryLines {
            file,
            path: PathBuf::from(HISTORY),
            buffer: Vec::new(),
            start: content.len() as u64,
        };
        let mut found = Vec::new();
        while let Some(line) = lines.read_previous().unwrap() {
            found.push(line.bytes);
        }
        found
    }

    #[test]
    fn lines_come_from_the_last_to_the_first_whatever_their_length() {
        for length in [1, 100, 70_000, 200_000] {
            let lines: Vec<String> = (0..9).map(|n| n.to_string().repeat(length)).collect();
            for end in ["", "\n"] {
                let content = lines.join("\n") + end;
                let found = read(content.as_bytes());
                let expected: Vec<_> = lines.iter().rev().map(|l| l.as_bytes().to_vec()).collect();
                assert!(found == expected, "{length}");
            }
        }
    }

    #[test]
    fn blank_lines_and_nothing_are_no_lines() {
        assert_eq!(read(b"a\n \n\nb\r\n\n"), [b"b\r".to_vec(), b"a".to_vec()]);
        assert_eq!(read(b""), Vec::<Vec<u8>>::new());
        assert_eq!(read(b"\n\n"), Vec::<Vec<u8>>::new());
    }
}
