//! Posteriors: the informative model against quadratures, posteriordb against its reference draws.

use std::fs;
use std::path::Path;

use ridgewalk::backend::Counts;
use ridgewalk::diagnostics::Row;
use ridgewalk::diagnostics::correlation::correlation;
use ridgewalk::run::Outcome;
use serde_json::Value;

use super::models::{Make, cpu, from_files, gpu, rows, sample, settings};
use super::wanted::gpu_is_wanted;

fn json(file: &str) -> Value {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

fn divergences(outcome: &Outcome) -> u32 {
    let Counts::Trees(trees) = &outcome.counts else { panic!("NUTS grows trees") };
    trees.iter().map(|tree| tree.divergences).sum()
}

/// Mean and standard deviation within 4 Monte Carlo standard errors, with those of the reference.
#[track_caller]
fn assert_moments(what: &str, row: &Row, mean: (f64, f64), sd: (f64, f64)) {
    for (kind, found, error, (right, reference_error)) in
        [("mean", row.mean, row.mcse_mean, mean), ("sd", row.sd, row.mcse_sd, sd)]
    {
        let z = (found - right) / error.hypot(reference_error);
        assert!(z.abs() < 4.0, "{what}: {kind} of {} is {found}, not {right} ({z:.1} errors)", row.parameter);
    }
}

/// 8 comparisons, each failing a correct build with probability 6e-5; the seed is fixed.
#[test]
fn the_informative_model_has_its_exact_posterior() {
    let folder = "examples/identifiability";
    let model = from_files("informative", &format!("{folder}/informative.stan"), &format!("{folder}/y.json"));
    let outcome = sample(&model, cpu::<f64>(&model, 1).as_mut(), &settings(4, 1000, 10_000, 1));
    assert_eq!(divergences(&outcome), 0);
    let Counts::Trees(trees) = &outcome.counts else { panic!("NUTS grows trees") };
    let leapfrogs = trees.iter().map(|tree| tree.leapfrogs).sum::<u64>() as f64 / 40_000.0;
    // Chains settle at 21.1 on average, seeds at 20.6 to 21.8.
    assert!(leapfrogs < 21.5, "{leapfrogs} leapfrogs a draw, where PyMC takes about 21");
    let exact = json("tests/data/exact.json");
    let rows = rows(&outcome, 4);
    for row in &rows {
        let exact = |what: &str| exact["ni2"][&row.parameter][what]["f64"].as_f64().expect("a number");
        assert_moments("informative", row, (exact("mean"), 0.0), (exact("sd"), 0.0));
    }
    let r = correlation(&outcome.draws, &[1, 2])[1];
    assert!((r - -0.9905).abs() < 0.001, "correlation {r}");
    // Four fifths of the effective size that PyMC 5.28.1 has after as many draws.
    assert!(rows[1].ess_bulk > 10_400.0, "{} effective draws of alpha1", rows[1].ess_bulk);
}

/// As `tests/posteriordb.rs` compares, with as small a chance of a false alarm.
fn check(name: &str, backends: &[(&str, Make)], runs: &[(usize, u32, usize)]) {
    let folder = format!("tests/data/posteriordb/{name}");
    let model = from_files(name, &format!("{folder}/model.stan"), &format!("{folder}/data.json"));
    let reference = json(&format!("{folder}/reference.json"));
    for (what, backend) in backends {
        for &(chains, warmup, draws) in runs {
            let outcome = sample(&model, backend(&model, 3).as_mut(), &settings(chains, warmup, draws, 3));
            let rows = rows(&outcome, chains.min(16));
            for (parameter, expected) in reference["parameters"].as_object().expect("parameters by name") {
                let number = |key: &str| expected[key].as_f64().expect("a number");
                let row = rows.iter().find(|row| row.parameter == *parameter);
                let row = row.unwrap_or_else(|| panic!("{name} has no {parameter}"));
                let what = format!("{name}, {what}, {chains} chains");
                assert!(row.ess_bulk > 400.0, "{what}: {parameter} has {} effective draws", row.ess_bulk);
                let (mean, sd) = ((number("mean"), number("mcse_mean")), (number("sd"), number("mcse_sd")));
                assert_moments(&what, row, mean, sd);
            }
        }
    }
}

macro_rules! posteriors {
    ($($test:ident: $name:literal;)*) => {
        $(
            #[test]
            fn $test() {
                check($name, &[("cpu f64", cpu::<f64>)], &[(4, 1000, 1000), (1024, 300, 200)]);
                check($name, &[("cpu f32", cpu::<f32>)], &[(256, 300, 100)]);
                if gpu_is_wanted() {
                    check($name, &[("gpu f32", gpu)], &[(4, 1000, 1000), (1024, 300, 200)]);
                }
            }
        )*
    };
}

posteriors! {
    eight_schools_not_centred: "eight_schools-eight_schools_noncentered";
    earnings_by_height: "earnings-logearn_height";
    scores_by_schooling_and_iq: "kidiq_with_mom_work-kidscore_interaction_c";
    weights_of_mesquite_bushes: "mesquite-logmesquite";
    party_identification: "nes1972-nes";
    a_hidden_markov_model: "hmm_example-hmm_example";
}

/// In double precision alone: single precision cannot factorise its covariance (`Hazard::Factor`).
#[test]
fn counts_with_a_gaussian_process() {
    check("gp_pois_regr-gp_pois_regr", &[("cpu f64", cpu::<f64>)], &[(4, 1000, 1000)]);
}
