//! Results as JSON. A number that is not finite, for which JSON has no word, is the string `"nan"`, `"inf"` or `"-inf"`.

use serde_json::{Map, Value, json};

use crate::diagnostics::{Finding, Summary, Verdict};

/// A number, or the string for one that is not finite.
pub fn number(x: f64) -> Value {
    match x {
        x if x.is_nan() => json!("nan"),
        f64::INFINITY => json!("inf"),
        f64::NEG_INFINITY => json!("-inf"),
        x => json!(x),
    }
}

/// The rows of a summary, an object per parameter.
pub fn summary(summary: &Summary) -> Value {
    let [low, high] = &summary.interval.names();
    let rows = summary.rows.iter().map(|row| {
        let mut object = Map::new();
        object.insert("parameter".into(), json!(row.parameter));
        for (name, value) in [
            ("mean", row.mean),
            ("sd", row.sd),
            (low, row.interval.0),
            (high, row.interval.1),
            ("mcse_mean", row.mcse_mean),
            ("mcse_sd", row.mcse_sd),
            ("ess_bulk", row.ess_bulk),
            ("ess_tail", row.ess_tail),
            ("r_hat", row.r_hat),
        ] {
            object.insert(name.to_owned(), number(value));
        }
        object.insert("r_hat_nested".into(), row.r_hat_nested.map_or(Value::Null, number));
        for (name, value) in [("q5", row.q5), ("q25", row.q25), ("q50", row.q50), ("q75", row.q75), ("q95", row.q95)] {
            object.insert(name.to_owned(), number(value));
        }
        Value::Object(object)
    });
    Value::Array(rows.collect())
}

/// A correlation matrix `[parameter, parameter]` with its names.
pub fn correlation(parameters: &[String], matrix: &[f64]) -> Value {
    let rows: Vec<Vec<Value>> =
        matrix.chunks(parameters.len().max(1)).map(|row| row.iter().map(|&r| number(r)).collect()).collect();
    json!({ "parameters": parameters, "matrix": rows })
}

/// Findings, each with its code for machines and the sentence that people read.
pub fn warnings(list: &[Finding], sampled: &[String], sentence: impl Fn(&Finding) -> String) -> Value {
    list.iter()
        .map(|finding| {
            json!({
                "code": finding.code(),
                "message": sentence(finding),
                "parameters": finding.parameters(),
                "remark": finding.is_remark(sampled),
            })
        })
        .collect()
}

/// A verdict: whether something was found that makes the draws unreliable, the sentence that people read at its end, and
/// its numbers.
pub fn verdict(verdict: &Verdict, bad: bool, message: Option<&str>) -> Value {
    let extreme = |of: &Option<(String, f64)>| {
        of.as_ref().map_or(Value::Null, |(name, value)| json!({ "parameter": name, "value": number(*value) }))
    };
    json!({
        "problem": bad,
        "message": message,
        "chains": verdict.chains,
        "smallest_ess": extreme(&verdict.least_ess),
        "largest_r_hat": extreme(&verdict.largest_r_hat),
        "not_checked": verdict.unchecked.iter().map(|check| check.code()).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_finite_become_words() {
        assert_eq!(
            [number(f64::NAN), number(f64::INFINITY), number(f64::NEG_INFINITY)],
            [json!("nan"), json!("inf"), json!("-inf")]
        );
        assert_eq!(correlation(&["a".into()], &[f64::NAN]), json!({"parameters": ["a"], "matrix": [["nan"]]}));
    }

    #[test]
    fn remarks_are_marked_among_the_warnings() {
        let divergences = |divergences| Finding::Divergences { divergences, steps: 4000 };
        let constant = |name: &str| Finding::Constant { parameters: vec![name.to_owned()] };
        let list = [divergences(8), divergences(9), constant("derived"), constant("sampled")];
        let told = warnings(&list, &["sampled".to_owned()], |_| String::new());
        let remarks: Vec<&Value> = told.as_array().unwrap().iter().map(|warning| &warning["remark"]).collect();
        assert_eq!(remarks, [true, false, true, false]);
    }
}
