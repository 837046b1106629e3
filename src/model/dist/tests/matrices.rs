//! Simulators of matrices: against the means and variances of their elements, and against what every variate is.

use crate::math::moments::moments;
use crate::model::dist::{inv_wishart, lkj_corr, lkj_corr_cholesky, wishart};
use crate::rng::random::Random;
use crate::rng::slots::Purpose;

const DRAWS: usize = 20_000;

/// Standard errors that a mean may be off: one test in 150,000 fails, 30 tests in 5,000; the seed is fixed.
const ERRORS: f64 = 4.5;

/// Element `(i, j)` of many variates of `size` rows.
fn element(size: usize, at: (usize, usize), mut simulate: impl FnMut(&mut Random) -> Vec<f64>) -> Vec<f64> {
    let mut random = Random::new(20_260_101, size as u32, 0, Purpose::GeneratedQuantities);
    (0..DRAWS).map(|_| simulate(&mut random)[at.0 + at.1 * size]).collect()
}

fn assert_mean(values: &[f64], expected: f64, what: &str) {
    let found = moments(values);
    let error = (found.variance / values.len() as f64).sqrt();
    assert!((found.mean - expected).abs() <= ERRORS * error.max(1e-15), "{what}: {} for {expected}", found.mean);
}

/// Any correlation has mean 0 and variance `1 / (2 eta + K - 1)`: it is a beta variate with both shapes `eta - 1 + K / 2`,
/// stretched over (-1, 1).
#[test]
fn correlations_vary_as_the_law_says() {
    for (size, eta) in [(2, 1.0), (3, 0.5), (3, 4.0), (5, 2.0)] {
        for at in [(1, 0), (size - 1, 0), (size - 1, size - 2)] {
            let values = element(size, at, |random| lkj_corr::simulate(random, size, eta));
            assert_mean(&values, 0.0, "mean");
            let squares: Vec<f64> = values.iter().map(|x| x * x).collect();
            assert_mean(&squares, 1.0 / (2.0 * eta + size as f64 - 1.0), &format!("variance, {size} {eta} {at:?}"));
        }
    }
}

#[test]
fn a_factor_of_correlations_has_rows_of_unit_length() {
    let mut random = Random::new(1, 0, 0, Purpose::GeneratedQuantities);
    for size in 1..6 {
        let l = lkj_corr_cholesky::simulate(&mut random, size, 1.5);
        for i in 0..size {
            let square: f64 = (0..size).map(|j| l[i + j * size] * l[i + j * size]).sum();
            assert!((square - 1.0).abs() < size as f64 * 4.0 * f64::EPSILON && l[i + i * size] > 0.0);
            assert!((i + 1..size).all(|j| l[i + j * size] == 0.0));
        }
        let y = lkj_corr::simulate(&mut random, size, 1.5);
        assert!((0..size).all(|i| y[i + i * size] == 1.0));
    }
    assert!(lkj_corr::simulate(&mut random, 3, -1.0).iter().all(|x| x.is_nan()));
}

#[test]
fn wishart_variates_have_the_mean_of_their_law() {
    let (nu, scale) = (7.5, [2.0, 0.6, 0.6, 1.0]);
    for (at, scale_at) in [((0, 0), 2.0), ((1, 0), 0.6), ((0, 1), 0.6), ((1, 1), 1.0)] {
        let values = element(2, at, |random| wishart::simulate(random, nu, &scale));
        assert_mean(&values, nu * scale_at, &format!("Wishart {at:?}"));
        let values = element(2, at, |random| inv_wishart::simulate(random, nu, &scale));
        assert_mean(&values, scale_at / (nu - 3.0), &format!("inverse Wishart {at:?}"));
    }
    // The variance of a diagonal element is 2 nu s^2.
    let squares: Vec<f64> = element(2, (0, 0), |random| wishart::simulate(random, nu, &scale));
    let squares: Vec<f64> = squares.iter().map(|x| (x - nu * 2.0).powi(2)).collect();
    assert_mean(&squares, 2.0 * nu * 4.0, "variance");
}

#[test]
fn a_scale_that_is_not_positive_definite_gives_no_variate() {
    let mut random = Random::new(1, 0, 0, Purpose::GeneratedQuantities);
    for (nu, scale) in [(7.5, [1.0, 2.0, 2.0, 1.0]), (0.5, [1.0, 0.0, 0.0, 1.0])] {
        assert!(wishart::simulate(&mut random, nu, &scale).iter().all(|x| x.is_nan()));
        assert!(inv_wishart::simulate(&mut random, nu, &scale).iter().all(|x| x.is_nan()));
    }
}
