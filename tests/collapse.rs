//! A regression whose sums over data are collapsed: the same posterior as with the sums in full, at a cost that no longer
//! depends on how many rows there are. `cargo bench --bench gradient` measures a million rows.

use ridgewalk::ir::evaluate::evaluate;
use ridgewalk::ir::operations::operations;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;

/// Regresses rows made by a rule on five covariates.
fn regression(rows: usize, collapse: bool) -> Model {
    let text = "
data { int N; matrix[N, 5] X; vector[N] y; }
parameters { real alpha; vector[5] beta; real<lower=0> sigma; }
model { y ~ normal(alpha + X * beta, sigma); }";
    // Fractional parts of multiples of irrational numbers: spread evenly, and no column depends on others.
    let part = |n: usize, factor: f64| (n as f64 * factor).fract() - 0.5;
    let factors = [2.0_f64, 3.0, 5.0, 7.0, 11.0].map(f64::sqrt);
    let x: Vec<Vec<f64>> = (0..rows).map(|n| factors.iter().map(|&factor| part(n, factor)).collect()).collect();
    let y: Vec<f64> = x.iter().enumerate().map(|(n, x)| 3.0 + x[0] - 2.0 * x[4] + part(n, 13_f64.sqrt())).collect();
    let mut data = Data::default();
    let json = serde_json::json!({ "N": rows, "X": x, "y": y });
    data.add_json(&json.to_string(), "data.json").expect("the data are JSON");
    let settings = lang::Settings { collapse, ..lang::Settings::default() };
    lang::compile(&Source::new("regression.stan", text), &data, "regression", settings).expect("it compiles").model
}

/// Tolerance: a sum of 20,000 squares rounds by some 20,000 units of 1e-16 at most, so 1e-11 of its magnitude, and by a
/// hundredth of that when roundings do not conspire.
#[test]
fn the_posterior_is_that_of_the_full_sum_within_rounding() {
    let (full, collapsed) = (regression(20_000, false), regression(20_000, true));
    let origin = [2.9, 0.9, 0.1, 0.0, -0.1, -1.9, -1.2];
    let at = |model: &Model, z: &[f64]| -> (f64, Vec<f64>) {
        let results = evaluate(&model.gradient(), z);
        let (terms, slopes) = results.split_at(model.density.results.len());
        (terms.iter().sum(), slopes.to_vec())
    };
    let (first, other_first) = (at(&full, &origin).0, at(&collapsed, &origin).0);
    for turn in 0..20 {
        let z: Vec<f64> = (0..7).map(|i| origin[i] + 0.3 * f64::from(7 * turn + i as u32).sin()).collect();
        let ((density, slopes), (other, other_slopes)) = (at(&full, &z), at(&collapsed, &z));
        let scale = density.abs().max(first.abs());
        assert!((density - first - (other - other_first)).abs() < 1e-11 * scale, "{density} {other}");
        let largest = slopes.iter().fold(0.0_f64, |largest, slope| largest.max(slope.abs()));
        for (slope, other) in slopes.iter().zip(&other_slopes) {
            assert!((slope - other).abs() < 1e-11 * largest, "{slope} became {other}");
        }
    }
}

#[test]
fn a_step_costs_the_same_for_any_number_of_rows() {
    let cost = |rows: usize| operations(&regression(rows, true).gradient(), true);
    assert_eq!(cost(20_000), cost(100));
    let full = |rows: usize| operations(&regression(rows, false).gradient(), true);
    assert!(full(20_000) > 100.0 * full(100), "without it, rows are what counts");
}
