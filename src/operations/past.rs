//! A function's history as it is told: read from its end, as far back as is asked for.

use std::collections::HashMap;

use crate::api::messages::Origin;
use crate::api::version_ranges::VersionRanges;
use crate::store::{HistoryLine, HistoryLines, Line, StoreError};

/// What the lines read so far tell, the last one first.
pub(super) struct Past {
    /// The lines that are left; `None` where there is nothing more to read.
    lines: Option<HistoryLines>,
    /// The versions that the lines made, until they are told.
    made: HashMap<u64, Origin>,
    /// The versions that the lines removed. What stands under such a number, unless it was made
    /// later, was placed there since, and no line before made it.
    removed: VersionRanges,
    /// The highest number given out until the line that was read last: no line before it made a
    /// higher one.
    highest: u64,
    /// What is wrong with the first line that cannot be read, and how many there are.
    damage: Option<(StoreError, usize)>,
}

impl Past {
    pub(super) fn new(lines: Option<HistoryLines>) -> Self {
        let highest = if lines.is_some() { u64::MAX } else { 0 };
        Self {
            lines,
            made: HashMap::new(),
            removed: VersionRanges::default(),
            highest,
            damage: None,
        }
    }

    /// Reads the next earlier line; `None` before the first. One that is damaged is passed over.
    pub(super) fn read_previous(&mut self) -> Option<Line> {
        loop {
            match self.lines.as_mut()?.read_previous() {
                Ok(Some(HistoryLine { line: Ok(line), .. })) => {
                    self.take(&line);
                    return Some(line);
                }
                Ok(Some(HistoryLine {
                    line: Err(error), ..
                })) => self.note(error),
                Ok(None) => self.end(),
                Err(error) => {
                    self.note(error);
                    self.end();
                }
            }
        }
    }

    fn take(&mut self, line: &Line) {
        self.highest = line.highest_version;
        let made = line.made.iter();
        for made in made.filter(|made| !self.removed.contains(made.version)) {
            let by = line.by.clone();
            let time = made.published;
            self.made
                .insert(made.version, Origin::Published { time, by });
        }
        for (first, last) in &line.removed {
            self.removed.add(*first, *last);
        }
    }

    /// Returns where a version comes from, which is told now; `None` if a line that was not read yet
    /// may say it.
    pub(super) fn tell(&mut self, version: u64) -> Option<Origin> {
        if let Some(origin) = self.made.remove(&version) {
            return Some(origin);
        }
        let origin = match self.damage {
            Some(_) => Origin::Unknown,
            None => Origin::ByHand,
        };
        (self.highest < version || self.removed.contains(version)).then_some(origin)
    }

    /// Returns whether a version that the line read last made is gone. `next` is the version that is
    /// told next.
    pub(super) fn is_gone(&self, version: u64, next: Option<u64>) -> bool {
        let is_untold = self.made.contains_key(&version) && next < Some(version);
        is_untold || self.removed.contains(version)
    }

    /// Says what is wrong with the lines that could not be read.
    pub(super) fn problem(&self) -> Option<String> {
        let (first, count) = self.damage.as_ref()?;
        Some(match count - 1 {
            0 => first.to_string(),
            more => format!("{first} (and {more} more of its lines)"),
        })
    }

    fn note(&mut self, error: StoreError) {
        let (_, count) = self.damage.get_or_insert((error, 0));
        *count += 1;
    }

    fn end(&mut self) {
        self.lines = None;
        self.highest = 0;
    }
}
