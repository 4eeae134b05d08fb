//! Numbers of versions, as the ranges that a history writes.

use std::collections::BTreeMap;

/// A set of versions, kept as ranges: first and last number, none meeting another.
#[derive(Debug, Default)]
pub struct VersionRanges(BTreeMap<u64, u64>);

impl VersionRanges {
    /// Adds a range, both ends included; one that ends before it begins has no versions.
    pub fn add(&mut self, mut low: u64, mut high: u64) {
        if low > high {
            return;
        }
        while let Some((&first, &last)) = self.0.range(..=high.saturating_add(1)).next_back()
            && last.saturating_add(1) >= low
        {
            self.0.remove(&first);
            (low, high) = (low.min(first), high.max(last));
        }
        self.0.insert(low, high);
    }

    /// Returns whether a version is in one of the ranges.
    pub fn contains(&self, number: u64) -> bool {
        let range = self.0.range(..=number).next_back();
        range.is_some_and(|(_, last)| number <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_was_added_however_they_meet() {
        let mut ranges = VersionRanges::default();
        for (low, high) in [(5, 7), (1, 2), (9, 9), (8, 8), (6, 12), (20, 19), (2, 3)] {
            ranges.add(low, high);
        }
        ranges.add(u64::MAX - 1, u64::MAX);
        let held: Vec<u64> = (0..30).filter(|number| ranges.contains(*number)).collect();
        assert_eq!(held, [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert!(ranges.contains(u64::MAX) && !ranges.contains(u64::MAX - 2));
        assert_eq!(ranges.0.len(), 3);
    }
}
