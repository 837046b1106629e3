//! Drift: what all chains do together, which no comparison between them can show.
//!
//! Means and variances of the halves of chains flow in, how far the second halves lie from the first flows out, with what
//! sampling noise explains. Each chain is compared with itself: a slow chain stays near where it was, and so shows a
//! drift of all chains that the spread between chains would hide. Absent on purpose: of what the means are.

use crate::math::beta_quantile::f_quantile;
use crate::math::moments::{mean, moments};

/// The shift from one half of a run to the other that is let pass, in standard deviations.
pub const TOLERATED_SHIFT: f64 = 0.05;

/// A shift, in standard deviations of the draws, and the largest one that tolerance and sampling noise explain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drift {
    pub shift: f64,
    pub limit: f64,
}

impl Drift {
    /// Of rows that are first and second halves of chains in turn, with these means and variances. Under stationary chains
    /// the mean difference over its standard error follows a t distribution, of which `false_alarm` lies beyond the limit.
    ///
    /// None for fewer than two chains, and for rows that do not vary.
    pub(super) fn of(means: &[f64], variances: &[f64], false_alarm: f64) -> Option<Self> {
        let chains = means.len() / 2;
        let spread = (mean(variances) + moments(means).variance).sqrt();
        if chains < 2 || spread.is_nan() || spread <= 0.0 {
            return None;
        }
        let differences: Vec<f64> = means.chunks_exact(2).map(|halves| halves[1] - halves[0]).collect();
        let all = moments(&differences);
        let error = (all.variance / chains as f64).sqrt();
        let quantile = f_quantile(1.0 - false_alarm, 1.0, chains as f64 - 1.0).sqrt();
        Some(Self { shift: all.mean.abs() / spread, limit: (quantile * error / spread).max(TOLERATED_SHIFT) })
    }

    /// The one that exceeds its limit more.
    pub(super) fn worse(self, other: Self) -> Self {
        if other.shift / other.limit > self.shift / self.limit { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_told_in_standard_deviations() {
        // Halves of four chains, each half with variance 1, the second ones half a standard deviation and a bit further.
        let means = [0.0, 0.5, 0.1, 0.62, -0.1, 0.41, 0.02, 0.51];
        let drift = Drift::of(&means, &[1.0; 8], 0.01).unwrap();
        assert!((drift.shift - 0.48).abs() < 0.03, "{drift:?}");
        assert!(drift.shift > drift.limit && drift.limit >= TOLERATED_SHIFT, "{drift:?}");
    }

    #[test]
    fn what_does_not_vary_has_none() {
        assert_eq!(Drift::of(&[1.0; 8], &[0.0; 8], 0.01), None);
        assert_eq!(Drift::of(&[1.0, 2.0], &[1.0; 2], 0.01), None);
    }
}
