//! Models mean here what they mean in Stan: log densities, up to one constant a model, and their gradients at
//! pseudo-random points, against values of Stan's own mathematics (`tests/data/stan_densities.json`, which names its
//! source; `scripts/reference/stan_densities.py` writes it).

use std::fs;
use std::path::Path;

use ridgewalk::ir::differentiate::differentiate;
use ridgewalk::ir::evaluate::evaluate;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use serde_json::Value;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file is there")
}

fn compile(model: &str, data: &str, collapse: bool) -> Model {
    let mut values = Data::default();
    values.add_json(&text(data), data).expect("the data are JSON");
    let source = Source::new(model, text(model));
    let settings = lang::Settings { collapse, ..lang::Settings::default() };
    match lang::compile(&source, &values, model, settings) {
        Ok(compiled) => compiled.model,
        Err(error) => panic!("{}", error.render(&source, false)),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// Rounding: a density is a sum of thousands of terms, each with a few roundings; both programs add them in their own
/// order. 1e-9 of the sum of their magnitudes is a thousand times what was seen, and a wrong term is a million times it.
const TOLERANCE: f64 = 1e-9;

fn assert_like_stan(collapse: bool) {
    let reference: Value = serde_json::from_str(&text("tests/data/stan_densities.json")).expect("JSON");
    for case in reference["models"].as_array().expect("a list of models") {
        let name = case["model"].as_str().expect("a path");
        let model = compile(name, case["data"].as_str().expect("a path"), collapse);
        let terms = model.density.results.len();
        let gradient = differentiate(&model.density);
        let mut offset = None;
        for point in case["points"].as_array().expect("a list of points") {
            let z = numbers(&point["coordinates"]);
            assert_eq!(z.len(), model.coordinates.len(), "{name}: coordinates");
            let results = evaluate(&gradient, &z);
            let (found, components) = results.split_at(terms);
            let size: f64 = found.iter().map(|term| term.abs()).sum::<f64>().max(1.0);
            let expected = point["log_density"].as_f64().expect("a number");
            let difference = found.iter().sum::<f64>() - expected;
            let constant = *offset.get_or_insert(difference);
            assert!(
                (difference - constant).abs() <= TOLERANCE * size.max(expected.abs()),
                "{name}: the log density is off by {difference} at one point and {constant} at another"
            );
            let expected = numbers(&point["gradient"]);
            let largest = expected.iter().fold(1.0_f64, |largest, x| largest.max(x.abs()));
            for (coordinate, (found, expected)) in components.iter().zip(&expected).enumerate() {
                assert!(
                    (found - expected).abs() <= TOLERANCE * largest * size.log10().max(1.0),
                    "{name}: the derivative by {} is {found}, not {expected}",
                    model.coordinates[coordinate]
                );
            }
        }
    }
}

#[test]
fn densities_and_gradients_are_stans() {
    assert_like_stan(false);
}

#[test]
fn densities_and_gradients_in_closed_form_are_stans() {
    assert_like_stan(true);
}
