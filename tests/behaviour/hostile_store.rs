//! A store that somebody prepared: what is planted in it is never followed, waited for, or written
//! through, whichever command meets it.

use crate::support::planted::{PLACES, PLANTS, Plant, meets_every_command, prepared};
use crate::support::sample;

#[test]
fn what_is_planted_is_neither_followed_nor_waited_for() {
    let prepared = prepared();
    let mut points: Vec<(&str, Plant)> = Vec::new();
    for place in PLACES {
        points.extend(PLANTS.map(|plant| (place, plant)));
    }
    for (place, plant) in sample::of_met("what is planted in a store", points) {
        meets_every_command(&prepared, place, plant);
    }
}
