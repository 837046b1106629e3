//! Simulators against the chances of bins that scipy gives, and against parameters out of their range.

use std::collections::BTreeSet;

use super::cases;
use super::families::{Argument, SIMULATORS, simulator};
use crate::rng::random::Random;
use crate::rng::slots::Purpose;

const DRAWS: u32 = 50_000;

fn random(chain: usize) -> Random {
    Random::new(20_260_101, chain as u32, 0, Purpose::GeneratedQuantities)
}

/// Pearson's chi-square; bins of a chance of 0.04 and more hold 2,000 draws each. All tests together fail for one seed
/// in a million if the simulators are right (the critical values share that chance among them); the seed is fixed.
#[test]
fn variates_fall_into_bins_as_often_as_they_should() {
    let mut wrong = Vec::new();
    for (chain, case) in cases("simulators").iter().enumerate() {
        let list = |name: &str| Argument::read(&case.json[name]).numbers();
        let (edges, chances) = (list("edges"), list("chances"));
        let weights = if case.json["weights"].is_array() { list("weights") } else { vec![1.0] };
        let (simulate, mut random) = (simulator(&case.family), random(chain));
        let mut counts = vec![0.0; chances.len()];
        for _ in 0..DRAWS {
            let variate = simulate(&mut random, &case.arguments);
            let sum: f64 = variate.iter().zip(&weights).map(|(x, weight)| x * weight).sum();
            assert!(!sum.is_nan() && variate.len() == weights.len(), "{case:?}");
            counts[edges.iter().filter(|&&edge| edge < sum).count()] += 1.0;
        }
        let distance = |(count, chance): (f64, f64)| {
            let expected = chance * f64::from(DRAWS);
            (count - expected) * (count - expected) / expected
        };
        let statistic: f64 = counts.into_iter().zip(chances).map(distance).sum();
        if statistic > case.expected("critical") {
            wrong.push(format!("{}{:?}: {statistic} with {} bins", case.family, case.arguments, edges.len() + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_simulator_is_held_against_its_law() {
    let held: BTreeSet<String> = cases("simulators").into_iter().map(|case| case.family).collect();
    let all: BTreeSet<String> = SIMULATORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(held, all);
}

/// The parameters that a density refuses, without the outcome in front; and a NaN for each.
#[test]
fn parameters_out_of_their_range_give_no_variate() {
    let known: BTreeSet<&str> = SIMULATORS.iter().map(|(name, _)| *name).collect();
    for case in cases("invalid").into_iter().filter(|case| known.contains(case.family.as_str())) {
        let counts: &[&str] = &["multinomial"];
        let mut parameters = case.arguments[1..].to_vec();
        if counts.contains(&case.family.as_str()) {
            parameters.push(Argument::Scalar(3.0));
        }
        let variate = simulator(&case.family)(&mut random(0), &parameters);
        assert!(variate.iter().all(|x| x.is_nan()), "{case:?}: {variate:?}");
    }
    for case in cases("simulators") {
        for i in 0..case.arguments.len() {
            let mut parameters = case.arguments.clone();
            parameters[i] = parameters[i].map(|_| f64::NAN);
            let variate = simulator(&case.family)(&mut random(0), &parameters);
            assert!(variate.iter().all(|x| x.is_nan()), "{case:?}: {variate:?} with a NaN for parameter {i}");
        }
    }
}
