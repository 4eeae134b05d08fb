//! The table: one line as soon as it is known.

use std::time::Duration;

/// What a ratio, or a number of megabytes, should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// None was set.
    None,
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn of(self, value: f64) -> String {
        let (goal, is_reached) = match self {
            Self::None => return "–".to_owned(),
            Self::AtMost(most) => (format!("≤ {most:.2}"), value <= most),
            Self::AtLeast(least) => (format!("≥ {least:.2}"), value >= least),
        };
        format!(
            "{goal:<8} {}",
            if is_reached { "reached" } else { "MISSED" }
        )
    }
}

/// Prints what stands above the table.
pub(crate) fn print_head(quick: bool) {
    println!("\nWhole processes, in turn; times are medians, ratios medians of the rounds");
    println!("(least, greatest). 1 KB is 1,024 bytes, 1 MB 1,048,576.");
    if quick {
        println!("Quick: few rounds, no large rows. The figures are no more than a hint.");
    }
    println!();
    print_row(["what", "ms", "beside", "ms", "ratio", "", "goal"]);
    println!("{}", "-".repeat(118));
}

/// Prints how one contender did beside another.
pub(crate) fn print_ratio(what: (&str, &[Duration]), beside: (&str, &[Duration]), goal: Goal) {
    let pairs = what.1.iter().zip(beside.1);
    let ratios = pairs
        .map(|(one, other)| one.as_secs_f64() / other.as_secs_f64())
        .collect();
    let Some((median, least, greatest)) = spread(ratios) else {
        return;
    };
    print_row([
        what.0,
        &milliseconds(what.1),
        beside.0,
        &milliseconds(beside.1),
        &format!("{median:.2}"),
        &format!("({least:.2}, {greatest:.2})"),
        &goal.of(median),
    ]);
}

/// Prints how much memory a process took at most.
pub(crate) fn print_memory(what: &str, bytes: &[u64], goal: Goal) {
    #[expect(clippy::cast_precision_loss, reason = "no process takes petabytes")]
    let megabytes = bytes.iter().map(|&bytes| bytes as f64 / 1e6).collect();
    let Some((median, least, greatest)) = spread(megabytes) else {
        return;
    };
    print_row([
        what,
        "",
        "1,000,000 bytes",
        "",
        &format!("{median:.2}"),
        &format!("({least:.2}, {greatest:.2})"),
        &goal.of(greatest),
    ]);
}

/// Prints why a row is missing.
pub(crate) fn print_missing(what: &str, reason: &str) {
    println!("{what:<42} not measured: {reason}");
}

fn print_row([what, ms, beside, beside_ms, ratio, spread, goal]: [&str; 7]) {
    println!("{what:<42} {ms:>8}  {beside:<24} {beside_ms:>8}  {ratio:>6} {spread:<16} {goal}");
}

fn milliseconds(times: &[Duration]) -> String {
    let times = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    spread(times).map_or_else(String::new, |(median, ..)| format!("{median:.2}"))
}

/// Returns the median, the least and the greatest; nothing of nothing.
fn spread(mut values: Vec<f64>) -> Option<(f64, f64, f64)> {
    values.sort_by(f64::total_cmp);
    let median = *values.get(values.len() / 2)?;
    Some((median, *values.first()?, *values.last()?))
}
