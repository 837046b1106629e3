//! Central moments of all draws of one parameter, chains pooled.

use crate::diagnostics::chains::per_chain;
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
        let centre = mean(&per_chain(view, |_, chain| mean(chain)));
        Self::from_powers(centre, &per_chain(view, |_, chain| powers(chain, centre)), view.size())
    }

    /// From the mean of all draws and the [`powers`] of each chain.
    pub(super) fn from_powers(mean: f64, chains: &[[f64; 2]], size: usize) -> Self {
        let size = size as f64;
        let total = |k: usize| sum(&chains.iter().map(|chain| chain[k]).collect::<Vec<_>>()) / size;
        Self { mean, second: total(0), fourth: total(1), size }
    }

    /// Standard deviation, divisor `size - 1`.
    pub(super) fn sd(&self) -> f64 {
        (self.second * self.size / (self.size - 1.0)).sqrt()
    }
}

/// Sums of the second and fourth powers of the distances from `centre`.
pub(super) fn powers(values: &[f64], centre: f64) -> [f64; 2] {
    const LANES: usize = 8;
    let mut sums = [[0.0; LANES]; 2];
    let mut add = |lane: usize, x: f64| {
        let square = (x - centre) * (x - centre);
        sums[0][lane] += square;
        sums[1][lane] += square * square;
    };
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        block.iter().enumerate().for_each(|(lane, x)| add(lane, *x));
    }
    rest.iter().enumerate().for_each(|(lane, x)| add(lane, *x));
    sums.map(|lanes| sum(&lanes))
}
