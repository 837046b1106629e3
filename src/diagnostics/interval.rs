//! Credible intervals: the shortest one (highest density) and the one with equal tails.
//!
//! Deliberately absent: disjoint highest-density regions and circular parameters.

use rayon::prelude::*;

use crate::diagnostics::chains::pieces;
use crate::diagnostics::quantile::{interpolate, sorted_values};
use crate::draws::ChainView;

/// Which interval, and the probability it holds, between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Interval {
    /// The shortest interval between two draws.
    HighestDensity(f64),
    /// The interval that leaves equal probability on both sides.
    EqualTailed(f64),
}

impl Interval {
    /// What tables call its ends: `hdi_3%` and `hdi_97%` for the 94 % highest-density interval.
    #[must_use]
    pub fn names(self) -> [String; 2] {
        let kind = match self {
            Self::HighestDensity(_) => "hdi",
            Self::EqualTailed(_) => "eti",
        };
        let p = self.probability();
        // Four decimals of a percentage: more would show how 0.94 is rounded.
        [(1.0 - p) / 2.0, (1.0 + p) / 2.0].map(|end| format!("{kind}_{}%", (end * 1e6).round() / 1e4))
    }

    /// The probability the interval holds.
    #[must_use]
    pub fn probability(self) -> f64 {
        match self {
            Self::HighestDensity(probability) | Self::EqualTailed(probability) => probability,
        }
    }

    /// Lower and upper end for `size` increasing values: `at` gives the `k`-th, `bounds` two
    /// values between which it lies, at less cost.
    pub(super) fn between(
        self,
        size: usize,
        at: impl Fn(usize) -> f64 + Sync,
        bounds: impl Fn(usize) -> (f64, f64) + Sync,
    ) -> (f64, f64) {
        match self {
            Self::HighestDensity(probability) => shortest(size, probability, at, bounds),
            Self::EqualTailed(probability) => equal_tailed(size, probability, at),
        }
    }
}

/// Highest-density interval of one parameter that holds `probability`, assuming one mode (Chen and
/// Shao 1999): the shortest of the intervals from one draw to the `floor(probability * S)`-th
/// later one, the leftmost of equals.
///
/// No draws, or a probability outside `[0, 1]`, give NaN; with a NaN draw the upper end is NaN, as
/// in ArviZ, and the lower end means nothing.
#[must_use]
pub fn hdi(view: ChainView<'_>, probability: f64) -> (f64, f64) {
    let sorted = sorted_values(view);
    let at = |k: usize| sorted[k];
    shortest(sorted.len(), probability, at, |k| (at(k), at(k)))
}

/// Equal-tailed interval of one parameter: the quantiles at `(1 -+ probability) / 2`. NaN as for
/// [`hdi`], and both ends for any NaN draw.
#[must_use]
pub fn eti(view: ChainView<'_>, probability: f64) -> (f64, f64) {
    let sorted = sorted_values(view);
    equal_tailed(sorted.len(), probability, |k| sorted[k])
}

fn equal_tailed(size: usize, probability: f64, at: impl Fn(usize) -> f64) -> (f64, f64) {
    let tail = (1.0 - probability) / 2.0;
    (interpolate(size, tail, &at), interpolate(size, 1.0 - tail, &at))
}

fn shortest(
    size: usize,
    probability: f64,
    at: impl Fn(usize) -> f64 + Sync,
    bounds: impl Fn(usize) -> (f64, f64) + Sync,
) -> (f64, f64) {
    if size == 0 || !(0.0..=1.0).contains(&probability) {
        return (f64::NAN, f64::NAN);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and size")]
    let span = ((probability * size as f64).floor() as usize).min(size - 1);
    let starts = size - span;
    // Some interval is no wider than this, so only those that might be are looked at exactly.
    let enough = pieces(starts)
        .map(|piece| {
            let widest = piece.map(|k| bounds(k + span).1 - bounds(k).0);
            widest.fold(f64::INFINITY, f64::min)
        })
        .reduce(|| f64::INFINITY, f64::min);
    // The first interval that is shorter than all before it; a NaN width (an end is NaN, or both
    // are the same infinity) ends the search, as numpy's argmin does.
    let better = |best: (usize, f64), next: (usize, f64)| {
        if !best.1.is_nan() && (next.1.is_nan() || next.1 < best.1) { next } else { best }
    };
    let (first, _) = pieces(starts)
        .filter_map(|piece| {
            piece
                .filter(|&k| {
                    let narrowest = bounds(k + span).0 - bounds(k).1;
                    narrowest.is_nan() || narrowest <= enough
                })
                .map(|k| (k, at(k + span) - at(k)))
                .reduce(better)
        })
        .reduce_with(better)
        .unwrap_or((0, f64::NAN));
    (at(first), at(first + span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_an_interval_are_named_by_their_percentages() {
        assert_eq!(Interval::HighestDensity(0.94).names(), ["hdi_3%", "hdi_97%"]);
        assert_eq!(Interval::EqualTailed(0.89).names(), ["eti_5.5%", "eti_94.5%"]);
        assert_eq!(Interval::EqualTailed(0.995).names(), ["eti_0.25%", "eti_99.75%"]);
    }

    fn view(values: &[f64]) -> ChainView<'_> {
        ChainView::from_slice(values, 1, values.len()).unwrap()
    }

    #[test]
    fn the_shortest_interval_is_found_and_the_leftmost_of_equals_taken() {
        assert_eq!(hdi(view(&[9.0, 0.0, 5.0, 4.0, 6.0]), 0.5), (4.0, 6.0));
        assert_eq!(hdi(view(&[3.0, 2.0, 1.0, 0.0]), 0.5), (0.0, 2.0));
        assert_eq!(hdi(view(&[3.0, 2.0, 1.0, 0.0]), 1.0), (0.0, 3.0));
    }

    #[test]
    fn nothing_and_impossible_probabilities_give_nan() {
        assert!(hdi(view(&[]), 0.5).0.is_nan());
        assert!(hdi(view(&[1.0]), 1.5).0.is_nan());
        assert!(eti(view(&[1.0, f64::NAN]), 0.9).0.is_nan());
        assert_eq!(hdi(view(&[2.0]), 0.9), (2.0, 2.0));
    }
}
