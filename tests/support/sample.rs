//! Proofs that take minutes in full: what a run of them takes.
//!
//! `PROOFS=full` takes everything. `PROOFS=N`, a number, takes one sample of it, and without it the
//! sample 0 is taken: every fifth point, beginning with another one for each of five numbers, so that
//! the samples 0 to 4 are everything. Where a point takes long, a sample has fewer. What was taken of how
//! much is said on stdout.

/// One in how many points a sample has.
const ONE_IN: u64 = 5;

/// One in how many it has where every command meets each point.
const ONE_IN_MET: u64 = 30;

/// One in how many it has where each point starts a server.
const ONE_IN_SERVED: u64 = 60;

/// Returns the number of the sample that is wanted; nothing if it is everything.
pub fn number() -> Option<u64> {
    let Ok(wanted) = std::env::var("PROOFS") else {
        return Some(0);
    };
    if wanted == "full" {
        return None;
    }
    let number = wanted.parse();
    Some(number.unwrap_or_else(|_| panic!("PROOFS is full or a number, and not {wanted}")))
}

/// Returns the points of a proof that are taken, and tells how many. The first and the last one
/// always are, so that both ends of what can happen are seen.
pub fn of<T>(proof: &str, points: Vec<T>) -> Vec<T> {
    one_in(ONE_IN, proof, points)
}

/// Returns the points of a proof that are taken where every command meets each of them, see [`of`].
pub fn of_met<T>(proof: &str, points: Vec<T>) -> Vec<T> {
    one_in(ONE_IN_MET, proof, points)
}

/// Returns the points of a proof that are taken where each of them starts a server, see [`of`].
pub fn of_served<T>(proof: &str, points: Vec<T>) -> Vec<T> {
    one_in(ONE_IN_SERVED, proof, points)
}

fn one_in<T>(one_in: u64, proof: &str, points: Vec<T>) -> Vec<T> {
    let count = points.len();
    let Some(number) = number() else {
        println!("{proof}: all {count} points");
        return points;
    };
    let number = number % one_in;
    let is_taken = |index: usize| {
        (index as u64 + number).is_multiple_of(one_in) || index == 0 || index + 1 == count
    };
    let points = points.into_iter().enumerate();
    let taken: Vec<T> = points
        .filter_map(|(index, point)| is_taken(index).then_some(point))
        .collect();
    println!(
        "{proof}: {} of {count} points, sample {number} of 0 to {}; all with PROOFS=full",
        taken.len(),
        one_in - 1
    );
    taken
}
