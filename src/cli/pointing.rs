//! Words for where an alias points.

use super::visible::visible;
use crate::api::alias::AliasState;

/// Says where an alias points, with its weights: `5 with 10% to 6`.
pub(super) fn points_to(state: &AliasState) -> String {
    let routing = state.routing_config.iter();
    let weights = routing.flat_map(|routing| &routing.additional_version_weights);
    let weighted = weights
        .map(|(version, weight)| format!(" with {} to {}", percent(*weight), visible(version)));
    visible(&state.function_version) + &weighted.collect::<String>()
}

/// Writes a share of 1, exactly as far as anybody gives it.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", (share * 1e6).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percents() {
        for (share, text) in [
            (0.1, "10%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (0.001, "0.1%"),
            (0.07, "7%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
