//! Central moments of all draws of one parameter, chains pooled.

use rayon::prelude::*;

use crate::diagnostics::column::PIECE;
use crate::draws::ChainView;
use crate::math::moments::{mean, sum};

/// Mean, and mean second and fourth powers of the distances from it (divisor: all draws).
#[derive(Debug, Clone, Copy)]
pub(super) struct Pooled {
    pub(super) mean: f64,
    pub(super) second: f64,
    pub(super) fourth: f64,
    size: f64,
}

impl Pooled {
    /// NaN for no draws and for any NaN; an infinity gives an infinite or NaN mean and NaN for
    /// the rest. Equal draws have second and fourth moments exactly 0.
    pub(super) fn of(view: ChainView<'_>) -> Self {
        let means = per_chain(view, mean);
        let centre = mean(&means);
        let powers = per_chain(view, |chain| {
            let mut powers = [0.0; 2];
            for x in chain {
                let square = (x - centre) * (x - centre);
                powers[0] += square;
                powers[1] += square * square;
            }
            powers
        });
        let size = view.size() as f64;
        let total = |k: usize| {
            let powers: Vec<f64> = powers.iter().map(|chain| chain[k]).collect();
            sum(&powers) / size
        };
        Self { mean: centre, second: total(0), fourth: total(1), size }
    }

    /// Standard deviation, divisor `size - 1`.
    pub(super) fn sd(&self) -> f64 {
        (self.second * self.size / (self.size - 1.0)).sqrt()
    }
}

fn per_chain<T: Send>(view: ChainView<'_>, of: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
    let length = view.draws();
    (0..view.chains())
        .into_par_iter()
        .with_min_len(PIECE.div_ceil(length.max(1)))
        .map_init(
            || vec![0.0; length],
            |chain, index| {
                view.copy(index * length, chain);
                of(chain)
            },
        )
        .collect()
}
