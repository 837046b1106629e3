//! Models that are identified and hopeless, with answers known in closed form: which direction, and its standard error in
//! prior standard deviations.
//!
//! Outcomes are such that the mode is the origin and every residual there is one standard deviation, so that the
//! information of the observations is the expected one.

use ridgewalk::identify::practical::Practical;
use ridgewalk::identify::{Combination, Scale, Settings};
use serde_json::{Value, json};

use super::outcome_with;

/// Two covariates of length 1 for each observation, whose half angle has the sine `apart`; in sixteen observations
/// (Belsley, Kuh & Welsch 1980, chapter 3).
const REGRESSION: &str = "data { int N; vector[N] x1; vector[N] x2; vector[N] y; } parameters { real b1; real b2; }
    model { b1 ~ normal(0, 1); b2 ~ normal(0, 1); y ~ normal(b1 * x1 + b2 * x2, 1); }";

fn nearly_collinear(apart: f64) -> Value {
    let sign = |bit: usize| move |i: usize| if i >> bit & 1 == 0 { 1.0 } else { -1.0 };
    let (common, own, noise) = (sign(0), sign(1), sign(2));
    let along = (1.0 - apart * apart).sqrt();
    let column = |side: f64| (0..16).map(|i| along * common(i) + side * apart * own(i)).collect::<Vec<f64>>();
    json!({"N": 16, "x1": column(1.0), "x2": column(-1.0), "y": (0..16).map(noise).collect::<Vec<f64>>()})
}

/// Michaelis-Menten kinetics with both parameters 1 (Bates & Watts 1988, section 2.2): far below `K` only the quotient of
/// the two shows.
const KINETICS: &str = "data { int N; vector[N] s; vector[N] y; } parameters { real log_V; real log_K; }
    model { log_V ~ normal(0, 1); log_K ~ normal(0, 1); y ~ normal(exp(log_V) * s ./ (exp(log_K) + s), 0.05); }";

fn kinetics(substrate: [f64; 2]) -> Value {
    let s: Vec<f64> = (0..8).map(|i| substrate[i / 4]).collect();
    let noise = |i: usize| if i.is_multiple_of(2) { 0.05 } else { -0.05 };
    let y: Vec<f64> = s.iter().enumerate().map(|(i, s)| s / (1.0 + s) + noise(i)).collect();
    json!({"N": 8, "s": s, "y": y})
}

/// The standard error along the weakest direction of `log_V` and `log_K`, from the derivatives of the curve.
fn weakest(substrate: [f64; 2]) -> f64 {
    let (mut vv, mut vk, mut kk) = (0.0, 0.0, 0.0);
    for s in substrate {
        let by_v = s / (1.0 + s);
        let by_k = -by_v / (1.0 + s);
        let weight = 4.0 / (0.05 * 0.05);
        vv += weight * by_v * by_v;
        vk += weight * by_v * by_k;
        kk += weight * by_k * by_k;
    }
    let half = (vv + kk) / 2.0;
    let determinant = vv * kk - vk * vk;
    // The smaller root by the larger: no cancellation.
    let least = determinant / (half + (half * half - determinant).sqrt());
    1.0 / least.sqrt()
}

fn found(model: &str, data: &Value) -> (Vec<Practical>, f64) {
    let settings = Settings { seed: 1, prior_sd: Some(vec![1.0, 1.0]), ..Settings::default() };
    let analysis = outcome_with(model, data, &settings).analysis;
    assert!(analysis.open.is_empty(), "it is identified: {:?}", analysis.open);
    (analysis.practical, analysis.condition)
}

/// Within a hundredth, which is what the search for the mode leaves.
fn is_about(found: f64, expected: f64) -> bool {
    (found / expected - 1.0).abs() < 0.01
}

#[test]
fn nearly_collinear_covariates_leave_the_difference_of_coefficients_to_the_prior() {
    let apart = 0.04;
    let (practical, condition) = found(REGRESSION, &nearly_collinear(apart));
    let [weak] = &practical[..] else { panic!("one direction: {practical:?}") };
    let Combination { scale, weights } = &weak.combination;
    assert_eq!((*scale, weights.len()), (Scale::Local, 2));
    assert!(is_about(weights[1].1 / weights[0].1, -1.0), "{weights:?}");
    let expected = 1.0 / (apart * 32.0_f64.sqrt());
    assert!(is_about(weak.standard_error, expected), "{} is not {expected}", weak.standard_error);
    let expected = (1.0 - apart * apart).sqrt() / apart;
    assert!(is_about(condition, expected), "{condition} is not {expected}");
}

#[test]
fn kinetics_far_below_saturation_leave_the_product_to_the_prior() {
    let substrate = [0.05, 0.1];
    let (practical, _) = found(KINETICS, &kinetics(substrate));
    let [weak] = &practical[..] else { panic!("one direction: {practical:?}") };
    let weights = &weak.combination.weights;
    assert!(weights.len() == 2 && weights[0].1 * weights[1].1 > 0.0, "both grow together: {weights:?}");
    assert!(is_about(weak.standard_error, weakest(substrate)), "{} {}", weak.standard_error, weakest(substrate));
}

#[test]
fn the_same_models_on_good_data_leave_nothing_to_the_prior() {
    assert_eq!(found(REGRESSION, &nearly_collinear(0.5)).0, []);
    assert_eq!(found(KINETICS, &kinetics([0.5, 4.0])).0, []);
}
