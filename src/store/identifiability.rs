//! What the data determine, as JSON.

use serde_json::{Map, Value, json};

use super::json::number;
use crate::identify::posterior::{Comparison, Spread};
use crate::identify::scores::Treatment;
use crate::identify::symmetry::Symmetry;
use crate::identify::{Analysis, Combination, Reason, Scale};

/// The findings as an object. `parameters` are the model's names, `formula` is how people read a combination.
pub fn analysis(analysis: &Analysis, parameters: &[String], formula: &dyn Fn(&Combination) -> String) -> Value {
    let combination = |of: &Combination| combination(of, parameters, formula);
    let open: Vec<Value> = analysis
        .open
        .iter()
        .map(|direction| {
            let mut object = combination(&direction.combination);
            let (reason, relations) = match &direction.reason {
                Reason::Structural => ("structural", &[][..]),
                Reason::Design(relations) => ("design", &relations[..]),
                Reason::Data => ("data", &[][..]),
            };
            object.insert("reason".into(), json!(reason));
            object.insert("closed_by_prior".into(), json!(direction.closed));
            if !relations.is_empty() {
                let relations: Vec<Value> =
                    relations.iter().map(|relation| relation.columns.iter().cloned().collect()).collect();
                object.insert("collinear".into(), json!(relations));
            }
            Value::Object(object)
        })
        .collect();
    let names =
        |positions: &[usize]| positions.iter().map(|&position| parameters[position].clone()).collect::<Vec<_>>();
    let practical: Vec<Value> = analysis
        .practical
        .iter()
        .map(|weak| {
            let mut object = combination(&weak.combination);
            object.insert("standard_error_in_prior_sd".into(), number(weak.standard_error));
            Value::Object(object)
        })
        .collect();
    let symmetries: Vec<Value> = analysis
        .symmetries
        .iter()
        .map(|symmetry| match symmetry {
            Symmetry::Exchange { names, elements, .. } => {
                json!({"kind": "exchange", "parameters": names, "elements": elements, "modes": symmetry.modes()})
            }
            Symmetry::Sign { names } => json!({"kind": "sign", "parameters": names, "modes": 2}),
        })
        .collect();
    let treatment = match analysis.treatment {
        Treatment::None => "none",
        Treatment::Integrated => "integrated",
        Treatment::Observed => "observed",
    };
    json!({
        "directions": analysis.directions,
        "determined_directions": analysis.rank(),
        "open": open,
        "determined": names(&analysis.determined),
        "determined_combinations": analysis.combinations.iter().map(combination).collect::<Vec<_>>(),
        "transformed": analysis.transformed.iter().map(|&(position, determined)| {
            json!({"parameter": parameters[position], "determined": determined})
        }).collect::<Vec<_>>(),
        "practical": practical,
        "symmetries": symmetries,
        "latent": {"parameters": analysis.latent, "treatment": treatment},
        "observations": analysis.observations,
        "all_observations": analysis.all_observations,
        "condition": number(analysis.condition),
        "gap": number(analysis.gap),
    })
}

fn combination(
    of: &Combination,
    parameters: &[String],
    formula: &dyn Fn(&Combination) -> String,
) -> Map<String, Value> {
    let scale = match of.scale {
        Scale::Natural => "natural",
        Scale::Log => "log",
        Scale::Square => "square",
        Scale::Local => "local",
    };
    let weights: Map<String, Value> =
        of.weights.iter().map(|&(position, weight)| (parameters[position].clone(), number(weight))).collect();
    let mut object = Map::new();
    object.insert("formula".into(), json!(formula(of)));
    object.insert("scale".into(), json!(scale));
    object.insert("weights".into(), Value::Object(weights));
    object
}

/// Prior against posterior, an object per direction.
pub fn comparisons(list: &[Comparison], parameters: &[String], formula: &dyn Fn(&Combination) -> String) -> Value {
    list.iter()
        .map(|row| {
            let mut object = combination(&row.combination, parameters, formula);
            let mut add = |name: &str, value: Option<f64>| {
                object.insert(name.to_owned(), value.map_or(Value::Null, number));
            };
            add("prior_sd", row.prior.sd());
            add("posterior_sd", Some(row.posterior_sd));
            add("contraction", row.contraction);
            add("overlap", row.overlap);
            add("prior_sensitivity", row.prior_sensitivity);
            add("likelihood_sensitivity", row.likelihood_sensitivity);
            if let Spread::Quantiles(low, high) = row.prior {
                object.insert("prior_quantiles".into(), json!({"5%": number(low), "95%": number(high)}));
            }
            object.insert("prior_is_improper".into(), json!(row.prior == Spread::Flat));
            Value::Object(object)
        })
        .collect()
}
