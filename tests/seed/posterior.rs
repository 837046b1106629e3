//! Posteriors and their lesson.

use ridgewalk::backend::Backend;
use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::diagnostics::correlation::correlation;
use ridgewalk::draws::Draws;
use ridgewalk::model::Model;
use serde_json::Value;

use super::models::{draw, gpu, informative, nonidentified, row, rows, settings};

fn exact(model: &str, parameter: &str, what: &str) -> f64 {
    let values: Value = serde_json::from_str(include_str!("../data/exact.json")).unwrap();
    values[model][parameter][what]["f64"].as_f64().unwrap()
}

/// Every backend in every precision it has.
fn backends(model: &Model, seed: u64) -> Vec<(&'static str, Box<dyn Backend>)> {
    let mut backends: Vec<(&'static str, Box<dyn Backend>)> = vec![
        ("cpu f64", Box::new(CpuBackend::<f64>::new(model, seed))),
        ("cpu f32", Box::new(CpuBackend::<f32>::new(model, seed))),
    ];
    if let Some(backend) = gpu(model, seed) {
        backends.push(("gpu f32", Box::new(backend)));
    }
    backends
}

/// Means and standard deviations within 4 Monte Carlo standard errors. 36 comparisons over both tests, each failing
/// a correct build with probability 6e-5: one seed in 450 would; the seed is fixed.
fn assert_moments(what: &str, draws: &Draws, model: &str, parameters: &[&str]) {
    let rows = rows(draws);
    for parameter in parameters {
        let row = row(&rows, parameter);
        let (mean, sd) = (exact(model, parameter, "mean"), exact(model, parameter, "sd"));
        let z = (row.mean - mean) / row.mcse_mean;
        assert!(z.abs() < 4.0, "{what}: mean of {parameter} is {} +- {}, not {mean}", row.mean, row.mcse_mean);
        let z = (row.sd - sd) / row.mcse_sd;
        assert!(z.abs() < 4.0, "{what}: sd of {parameter} is {} +- {}, not {sd}", row.sd, row.mcse_sd);
    }
}

#[test]
fn every_backend_finds_what_the_nonidentified_model_knows() {
    let model = nonidentified();
    for (what, mut backend) in backends(&model, 11) {
        let draws = draw(&model, backend.as_mut(), &settings(256, 1000, 11));
        assert_moments(what, &draws, "ni_flat_mu", &["mu", "sigma"]);
    }
}

#[test]
fn every_backend_finds_the_posterior_of_the_informative_model() {
    let model = informative();
    for (what, mut backend) in backends(&model, 12) {
        // Chains walk along the ridge slowly: thinned, so that 256 of them have time to.
        let settings = ridgewalk::run::Settings { thin: 20, warmup: 4000, ..settings(256, 1000, 12) };
        let draws = draw(&model, backend.as_mut(), &settings);
        assert_moments(what, &draws, "ni2", &["mu", "sigma", "alpha1", "alpha2"]);
        // The exact correlation is -0.99047.
        let r = correlation(&draws, &[1, 2])[1];
        assert!((r - -0.990).abs() < 0.003, "{what}: correlation {r}");
    }
}

/// Twenty seeds of the notebook's own run, 2 x 100,000. The ranges are those of 200 runs of PyMC 5.28.1 (R-hat of
/// alpha1 1.05 to 2.92, bulk ESS 2.3 to 18.6); seeds are fixed, so this holds or does not. The sums are better known
/// here than there (bulk ESS of mu above 50,000 instead of 22,800 to 46,400), because the coordinate of a wide
/// interval starts with a step of the right size.
#[test]
fn the_nonidentified_model_shows_the_notebooks_lesson_for_twenty_seeds() {
    let model = nonidentified();
    for seed in 1..=20 {
        let draws = draw(&model, &mut CpuBackend::<f64>::new(&model, seed), &settings(2, 100_000, seed));
        let rows = rows(&draws);
        for parameter in ["mu", "sigma"] {
            let row = row(&rows, parameter);
            assert!(row.r_hat < 1.002, "seed {seed}: R-hat of {parameter} is {}", row.r_hat);
            assert!(row.ess_bulk > 15_000.0, "seed {seed}: ESS of {parameter} is {}", row.ess_bulk);
        }
        for parameter in ["alpha1", "alpha2"] {
            let row = row(&rows, parameter);
            assert!((1.05..2.92).contains(&row.r_hat), "seed {seed}: R-hat of {parameter} is {}", row.r_hat);
            assert!((2.3..18.6).contains(&row.ess_bulk), "seed {seed}: ESS of {parameter} is {}", row.ess_bulk);
        }
        let r = correlation(&draws, &[1, 2])[1];
        assert!(r < -0.999, "seed {seed}: correlation {r}");
    }
}

/// The log density at the seven points of `exact.json`, up to one constant for all of them. Tolerance: a few roundings of
/// the log density itself, which is 10^10 far out on the ridge.
#[test]
fn log_densities_differ_from_quadratures_by_one_constant() {
    let values: Value = serde_json::from_str(include_str!("../data/exact.json")).unwrap();
    let model = informative();
    let offsets: Vec<(f64, f64)> = values["logp_points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            let value = |name: &str| point[name].as_f64().unwrap();
            let coordinates = [value("sigma").ln(), value("alpha1"), value("alpha2")];
            let exact = point["ni2_logp_unconstrained"]["f64"].as_f64().unwrap();
            (model.log_density(&coordinates) - exact, exact.abs())
        })
        .collect();
    let (constant, _) = offsets[0];
    for (offset, magnitude) in &offsets {
        let tolerance = 16.0 * f64::EPSILON * magnitude.max(1000.0);
        assert!((offset - constant).abs() < tolerance, "{offsets:?}");
    }
}
