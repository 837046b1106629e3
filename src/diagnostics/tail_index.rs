//! How heavy the tails of draws are: the shape k of a generalised Pareto distribution fitted to the outermost draws.
//!
//! Sorted draws flow in, the larger shape of both tails flows out. Moments of order 1/k and above do not exist: from k = 0.5
//! on there is no variance, from 1 on no mean; from 0.7 on means of any affordable number of draws are unreliable (Vehtari,
//! Simpson, Gelman, Yao and Gabry 2024, "Pareto smoothed importance sampling", sections 3.2.3 and 3.3).

use crate::math::moments::mean;

/// Fewest draws of a tail that a shape is fitted to.
const LEAST: usize = 5;
/// Most draws of a tail that a shape is fitted to: of more, so many at equal distances. Their fit has a standard error of
/// (1 + k) / 30, and its cost does not grow with the run.
const MOST: usize = 1000;

/// The larger shape of the two tails of independent draws, in any order. NaN as for the draws of a parameter.
#[must_use]
pub fn of_independent(draws: &[f64]) -> f64 {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    tail_index(sorted.len(), sorted.len() as f64, |k| sorted[k])
}

/// The larger shape of the two tails of `size` draws in increasing order, of which `at` gives the k-th; `effective` is their
/// effective number. NaN for fewer than 25 draws, and for tails without two different draws.
pub(super) fn tail_index(size: usize, effective: f64, at: impl Fn(usize) -> f64) -> f64 {
    let Some(count) = tail_length(size, effective) else { return f64::NAN };
    // Distances from the draw next to the tail, in increasing order.
    let taken = count.min(MOST);
    let beyond = || (1..=taken).map(|place| place * count / taken);
    let (low, high) = (at(count), at(size - count - 1));
    let lower: Vec<f64> = beyond().map(|place| low - at(count - place)).collect();
    let upper: Vec<f64> = beyond().map(|place| at(size - count - 1 + place) - high).collect();
    shape(&lower).max(shape(&upper))
}

/// Draws of each tail: three square roots of the number of draws, more where draws are dependent, at most a fifth of all
/// (Vehtari et al. 2024, appendix H).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 ..= size")]
fn tail_length(size: usize, effective: f64) -> Option<usize> {
    let share = (effective / size as f64).min(1.0);
    let length = (3.0 * (size as f64 / share).sqrt()).ceil().min((0.2 * size as f64).floor());
    (length >= LEAST as f64).then_some(length as usize)
}

/// The shape of a generalised Pareto distribution with origin 0, of increasing values: the posterior mean of Zhang and
/// Stephens (2009), and as much prior information as ten values of shape 0.5 hold, which keeps short tails from extremes.
fn shape(values: &[f64]) -> f64 {
    let size = values.len() as f64;
    let (quartile, largest) = (values[(values.len() + 2) / 4 - 1], values[values.len() - 1]);
    if quartile.is_nan() || quartile <= 0.0 || largest <= quartile {
        return f64::NAN;
    }
    let points = 30 + values.len().isqrt();
    let theta = |j: usize| 1.0 / largest + (1.0 - (points as f64 / (j as f64 + 0.5)).sqrt()) / (3.0 * quartile);
    let shape_at = |theta: f64| mean(&values.iter().map(|x| (-theta * x).ln_1p()).collect::<Vec<_>>());
    let thetas: Vec<f64> = (0..points).map(theta).collect();
    let profile: Vec<f64> = thetas
        .iter()
        .map(|&theta| {
            let k = shape_at(theta);
            size * ((-theta / k).ln() - k - 1.0)
        })
        .collect();
    let weight = |i: usize| 1.0 / profile.iter().map(|other| (other - profile[i]).exp()).sum::<f64>();
    let theta = thetas.iter().enumerate().map(|(i, theta)| weight(i) * theta).sum::<f64>();
    (shape_at(theta) * size + 0.5 * 10.0) / (size + 10.0)
}

#[cfg(test)]
mod tests {
    use super::of_independent as of;

    /// Quantiles of a generalised Pareto distribution at equally spaced probabilities, on both sides of zero.
    fn draws(shape: f64, size: usize) -> Vec<f64> {
        let quantile = |p: f64| if shape == 0.0 { -(-p).ln_1p() } else { ((1.0 - p).powf(-shape) - 1.0) / shape };
        let half = size / 2;
        let right: Vec<f64> = (0..half).map(|i| quantile((i as f64 + 0.5) / half as f64)).collect();
        right.iter().rev().map(|x| -x).chain(right.iter().copied()).collect()
    }

    /// The fit of 300 values has a standard error of (1 + k) / sqrt(300), below 0.12, and moves towards 0.5 by at most 0.03;
    /// equally spaced probabilities leave less than that.
    #[test]
    fn the_shape_of_a_pareto_distribution_is_found() {
        for shape in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let found = of(&draws(shape, 10_000));
            assert!((found - shape).abs() < 0.15, "{found} for {shape}");
        }
    }

    #[test]
    fn units_do_not_matter_and_the_heavier_tail_counts() {
        let heavy = draws(0.9, 10_000);
        let scaled: Vec<f64> = heavy.iter().map(|x| 1e-3 * x).collect();
        assert!((of(&heavy) - of(&scaled)).abs() < 1e-9);
        let light: Vec<f64> = heavy.iter().map(|&x| if x < 0.0 { x } else { x.min(0.5) * 1e-3 }).collect();
        assert!((of(&light) - of(&heavy)).abs() < 0.1, "{} {}", of(&light), of(&heavy));
    }

    #[test]
    fn few_draws_and_equal_draws_have_no_shape() {
        assert!(of(&draws(0.5, 20)).is_nan());
        assert!(of(&[1.0; 1000]).is_nan());
    }
}
