//! Numbers at edges: values and gradients at zeros, ties, underflow and overflow; infinities and NaN in data; the range of
//! integers.
//!
//! `tests/data/edges.json` says what is right (`scripts/reference/edges.py` writes it; the file names its sources).

use std::fs;
use std::path::Path;

use ridgewalk::backend::cpu::{self, CpuBackend};
use ridgewalk::backend::{Backend, Population};
use ridgewalk::ir::evaluate::evaluate;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::math::Real;
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::sampler::Gradient as _;
use serde_json::Value;

fn try_compile(text: &str, data: &str) -> Result<Model, String> {
    let mut values = Data::default();
    values.add_json(data, "data.json").map_err(|error| error.to_string())?;
    let source = Source::new("model.stan", text.to_owned());
    lang::compile(&source, &values, "model", lang::Settings::default())
        .map(|compiled| compiled.model)
        .map_err(|error| error.to_string())
}

fn compile(text: &str, data: &str) -> Model {
    try_compile(text, data).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A number, an infinity by its name, or nothing.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(name) => Some(name.parse().expect("the name of an infinity")),
        Value::Null => None,
        number => Some(number.as_f64().expect("a number")),
    }
}

fn numbers(value: &Value) -> Vec<Option<f64>> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn reference() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/edges.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the file is there")).expect("JSON")
}

/// An expression of as many real parameters as a point has coordinates: `a`, `b`, ...
fn of_parameters(expression: &str, parameters: usize) -> Model {
    let names = ["a", "b", "c", "d"];
    let declared: String = names[..parameters].iter().map(|name| format!("real {name}; ")).collect();
    let text = format!(
        "parameters {{ {declared} }} transformed parameters {{ real f = {expression}; }} model {{ target += f; }}"
    );
    compile(&text, "{}")
}

/// The relative precision that is asked of values, and of derivatives.
const PRECISION: [f64; 2] = [1e-10, 1e-8];
/// What a rounding of an argument may change, and of the terms of a sum, in roundings: 4,500 of them.
const ROUNDINGS: f64 = 1e-12;

/// Derivatives below this may vanish: their squares do.
const VANISHING: f64 = 1e-150;

/// A point of an expression, and what is right there.
struct Row {
    point: Vec<f64>,
    value: f64,
    gradient: Vec<Option<f64>>,
    /// Whether the value is a logarithm: then its absolute error counts, also next to 0.
    is_logarithm: bool,
}

/// All expressions with their points.
fn expressions() -> Vec<(String, Vec<Row>)> {
    let mut expressions: Vec<(String, Vec<Row>)> = Vec::new();
    for row in reference()["expressions"].as_array().expect("a list") {
        let expression = row["expression"].as_str().expect("a text");
        if expressions.last().is_none_or(|(last, _)| last != expression) {
            expressions.push((expression.to_owned(), Vec::new()));
        }
        let row = Row {
            point: numbers(&row["point"]).into_iter().flatten().collect(),
            value: number(&row["value"]).expect("a value"),
            gradient: numbers(&row["gradient"]),
            is_logarithm: expression.starts_with("log_") || expression.contains("_l") || expression == "lchoose(a, b)",
        };
        expressions.last_mut().expect("an expression").1.push(row);
    }
    expressions
}

impl Row {
    /// What is wrong with a value, if it is asked for, and a gradient; nothing, if nothing is.
    fn faults(&self, value: Option<f64>, gradient: &[f64]) -> Vec<String> {
        // What a change of the arguments by their own size would change.
        let slopes = self.gradient.iter().map(|slope| slope.unwrap_or(0.0));
        let condition: f64 = self.point.iter().zip(slopes).map(|(x, slope)| (x * slope).abs()).sum();
        let condition = if condition.is_finite() { condition } else { 0.0 };
        let terms = if self.is_logarithm { 1.0 } else { 0.0 };
        let value_size = if self.value.is_finite() { self.value.abs() } else { 0.0 };
        let size = ROUNDINGS * (condition + value_size + terms);
        let mut faults = Vec::new();
        let mut judge = |what: String, found: f64, expected: f64, tolerance: f64| {
            let close = found == expected || (found - expected).abs() <= tolerance;
            if !close || found.is_nan() {
                faults.push(format!("at {:?}: {what} is {found}, not {expected}", self.point));
            }
        };
        if let Some(value) = value {
            judge(
                "the value".into(),
                value,
                self.value,
                PRECISION[0] * self.value.abs() + ROUNDINGS * (condition + terms),
            );
        }
        for (index, (found, expected)) in gradient.iter().zip(&self.gradient).enumerate() {
            if let Some(expected) = *expected {
                let x = self.point[index].abs();
                let floor = if x == 0.0 { size } else { size / x };
                judge(
                    format!("derivative {}", index + 1),
                    *found,
                    expected,
                    PRECISION[1] * expected.abs() + floor + VANISHING,
                );
            }
        }
        faults
    }

    /// Whether single precision holds the numbers, and what belongs to them.
    fn is_single(&self) -> bool {
        let holds = |x: f64| x == 0.0 || (1e-15..1e15).contains(&x.abs());
        // Nor does it tell the largest number below 1 from 1.
        let distinct = |x: f64| x == 1.0 || (x - 1.0).abs() > 1e-6;
        self.point.iter().all(|&x| holds(x) && distinct(x))
            && holds(self.value)
            && self.gradient.iter().flatten().all(|&x| holds(x))
    }
}

#[test]
fn functions_and_densities_have_their_values_and_gradients_at_edges() {
    let mut faults = Vec::new();
    for (expression, rows) in expressions() {
        let model = of_parameters(&expression, rows[0].point.len());
        for row in &rows {
            let value = *model.parameters_at(&row.point).last().expect("the expression");
            let results = evaluate(&model.gradient(), &row.point);
            let found = row.faults(Some(value), &results[results.len() - row.point.len()..]);
            faults.extend(found.into_iter().map(|fault| format!("{expression} {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The gradients that samplers use, `[coordinate][row]`.
fn on_lanes<R: Real>(model: &Model, rows: &[Row]) -> Vec<Vec<R>> {
    let coordinates = rows[0].point.len();
    let points: Vec<Vec<R>> =
        (0..coordinates).map(|i| rows.iter().map(|row| R::from_f64(row.point[i])).collect()).collect();
    let mut gradient = vec![vec![R::ZERO; rows.len()]; coordinates];
    let mut log_density = vec![R::ZERO; rows.len()];
    cpu::Gradient::<R>::new(&model.gradient(), model.density.results.len()).gradient(
        &points,
        &mut log_density,
        &mut gradient,
    );
    gradient
}

#[test]
fn gradients_on_lanes_are_those_in_double_precision_and_numbers_in_single() {
    let mut faults = Vec::new();
    for (expression, rows) in expressions() {
        let model = of_parameters(&expression, rows[0].point.len());
        let (double, single) = (on_lanes::<f64>(&model, &rows), on_lanes::<f32>(&model, &rows));
        for (lane, row) in rows.iter().enumerate() {
            let own: Vec<f64> = double.iter().map(|component| component[lane]).collect();
            let mut found = row.faults(None, &own);
            for (component, expected) in single.iter().zip(&row.gradient) {
                if row.is_single() && expected.is_some() && !component[lane].is_finite() {
                    found.push(format!("at {:?}: {} in single precision", row.point, component[lane]));
                }
            }
            faults.extend(found.into_iter().map(|fault| format!("{expression} {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The value of an expression of known numbers.
fn known(expression: &str) -> f64 {
    let text = format!(
        "parameters {{ real z; }} transformed parameters {{ real f = {expression}; }} model {{ z ~ normal(0, 1); }}"
    );
    compile(&text, "{}").parameters_at(&[0.0])[1]
}

#[test]
fn distribution_functions_of_data_keep_their_digits_in_far_tails() {
    let mut faults = Vec::new();
    for row in reference()["known"].as_array().expect("a list") {
        let (expression, expected) = (row["expression"].as_str().expect("a text"), number(&row["value"]));
        let (found, expected) = (known(expression), expected.expect("a value"));
        if !(found == expected || (found - expected).abs() <= 1e-10 * expected.abs().max(1e-300)) {
            faults.push(format!("{expression} is {found}, not {expected}"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn known_values_that_are_not_finite_are_arithmetic() {
    let (infinite, least) = (f64::INFINITY, f64::NEG_INFINITY);
    for (expression, expected) in [
        ("uniform_lpdf(2 | 0, 1)", least),
        ("bernoulli_lpmf(1 | 0)", least),
        ("poisson_lcdf(-1 | 2)", least),
        ("sum([negative_infinity(), 1]')", least),
        ("sum({1, positive_infinity(), 2})", infinite),
        ("mean([negative_infinity(), 1]')", least),
        ("dot_product([negative_infinity(), 1]', [2, 3]')", least),
        ("normal_lccdf(positive_infinity() | 0, 1)", least),
        ("gamma_lcdf(0 | 2, 1)", least),
        ("negative_infinity() + 1", least),
        ("poisson_log_lpmf(5 | 750)", least),
        ("normal_lpdf(1e200 | 0, 1)", least),
        ("cauchy_lpdf(1e200 | 0, 1)", least),
        ("lognormal_lpdf([0, 1]' | 0, 1)", least),
        ("pareto_lpdf(1 | 2, 3)", least),
        ("categorical_lpmf(2 | [1, 0]')", least),
        ("binomial_lccdf(3 | 5, 0.0)", least),
        ("log_sum_exp([negative_infinity(), negative_infinity()]')", least),
        ("log_sum_exp(uniform_lpdf(2 | 0, 1), -1)", -1.0),
        ("log_mix(0.25, uniform_lpdf(2 | 0, 1), 0)", 0.75_f64.ln()),
    ] {
        let found = known(expression);
        assert!((found - expected).abs() < 1e-15 || found == expected, "{expression} is {found}, not {expected}");
    }
}

/// The log density, less that at another point: constants are dropped.
fn difference(model: &Model, at: &[f64], from: &[f64]) -> f64 {
    model.log_density(at) - model.log_density(from)
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Asserts that densities agree at all points, in double precision, in single, and that gradients are numbers.
fn assert_density(model: &Model, points: &[Vec<f64>], expected: impl Fn(&[f64]) -> f64) {
    for point in points {
        let truth = expected(point) - expected(&points[0]);
        let found = difference(model, point, &points[0]);
        assert!((found - truth).abs() < 1e-12 * truth.abs().max(1.0), "{found}, not {truth}, at {point:?}");
        assert!(evaluate(&model.gradient(), point).iter().all(|x| x.is_finite()), "a gradient at {point:?}");
    }
    let population = Population { first: 0, chains: points.len() };
    let twins = [
        (CpuBackend::<f64>::new(model, 1).start(population, &points.concat()).unwrap(), 1e-12),
        (CpuBackend::<f32>::new(model, 1).start(population, &points.concat()).unwrap(), 1e-5),
    ];
    for (values, tolerance) in twins {
        for (value, point) in values.iter().zip(points) {
            let (found, truth) = (value - values[0], expected(point) - expected(&points[0]));
            assert!((found - truth).abs() < tolerance * truth.abs().max(1.0), "{found}, not {truth}, at {point:?}");
        }
    }
}

fn square_of_points() -> Vec<Vec<f64>> {
    let line = [-2.0, -0.5, 0.0, 0.75, 1.5];
    line.iter().flat_map(|&x| line.iter().map(move |&y| vec![x, y])).collect()
}

#[test]
fn mixtures_whose_components_exclude_an_outcome_are_proper() {
    // A site that is empty gives no detections, with certainty.
    let occupancy = "data { int N; array[N] int y; }
        parameters { real<lower=0, upper=1> psi; real<lower=0, upper=1> p; }
        model { for (n in 1:N) target += log_sum_exp(log(psi) + bernoulli_lpmf(y[n] | p), log1m(psi) + bernoulli_lpmf(y[n] | 0)); }";
    // Few rows, and so many that sums are taken in blocks.
    for repeats in [1, 100] {
        let y: Vec<u8> = [1, 0, 0, 1].repeat(repeats);
        let model = compile(occupancy, &format!(r#"{{"N": {}, "y": {y:?}}}"#, y.len()));
        assert_density(&model, &square_of_points(), |z| {
            let [psi, p] = [logistic(z[0]), logistic(z[1])];
            let rows = 2.0 * (psi * p).ln() + 2.0 * (psi * (1.0 - p) + 1.0 - psi).ln();
            repeats as f64 * rows + (psi * (1.0 - psi) * p * (1.0 - p)).ln()
        });
    }
    let mixture = "data { int N; vector[N] y; } parameters { real mu; real<lower=0, upper=1> th; }
        model { mu ~ normal(0, 5); for (n in 1:N) target += log_mix(th, uniform_lpdf(y[n] | 0, 10), normal_lpdf(y[n] | mu, 1)); }";
    let y = [11.0, 10.5, 12.0, 2.0, 11.2];
    let model = compile(mixture, &format!(r#"{{"N": 5, "y": {y:?}}}"#));
    let points: Vec<Vec<f64>> = square_of_points().iter().map(|z| vec![10.0 + z[0], z[1]]).collect();
    assert_density(&model, &points, |z| {
        let th = logistic(z[1]);
        let row = |y: f64| {
            let inside = if y <= 10.0 { 0.1 } else { 0.0 };
            (th * inside + (1.0 - th) * (-0.5 * (y - z[0]).powi(2)).exp() / std::f64::consts::TAU.sqrt()).ln()
        };
        y.iter().copied().map(row).sum::<f64>() - z[0] * z[0] / 50.0 + (th * (1.0 - th)).ln()
    });
}

#[test]
fn a_hidden_markov_model_may_have_emissions_of_probability_zero() {
    let text = |emission: &str| {
        format!(
            "data {{ int T; array[T] int y; matrix[2, 3] E; }}
             parameters {{ real<lower=0, upper=1> r; real<lower=0, upper=1> q; }}
             model {{
               vector[2] a = [log(r) + {0}, log1m(r) + {1}]';
               for (t in 2:T) {{
                 vector[2] b;
                 b[1] = log_sum_exp(a[1] + log(q), a[2] + log1m(q)) + {2};
                 b[2] = log_sum_exp(a[1] + log1m(q), a[2] + log(q)) + {3};
                 a = b;
               }}
               target += log_sum_exp(a);
             }}",
            emission.replace("K", "1").replace("T", "1"),
            emission.replace("K", "2").replace("T", "1"),
            emission.replace("K", "1").replace("T", "t"),
            emission.replace("K", "2").replace("T", "t"),
        )
    };
    let data = r#"{"T": 4, "y": [1, 2, 3, 2], "E": [[0.5, 0.5, 0.0], [0.0, 0.3, 0.7]]}"#;
    let emissions: [[f64; 3]; 2] = [[0.5, 0.5, 0.0], [0.0, 0.3, 0.7]];
    for emission in ["categorical_lpmf(y[T] | to_vector(E[K]))", "log(E[K, y[T]])"] {
        assert_density(&compile(&text(emission), data), &square_of_points(), |z| {
            let [r, q] = [logistic(z[0]), logistic(z[1])];
            let mut state = [r * emissions[0][0], (1.0 - r) * emissions[1][0]];
            for y in [1, 2, 1] {
                state = [
                    (state[0] * q + state[1] * (1.0 - q)) * emissions[0][y],
                    (state[0] * (1.0 - q) + state[1] * q) * emissions[1][y],
                ];
            }
            (state[0] + state[1]).ln() + (r * (1.0 - r) * q * (1.0 - q)).ln()
        });
    }
}

/// A density proportional to `y^a exp(-y)` is 0 at 0, whatever the `a` above 0: it has a gradient.
#[test]
fn a_known_factor_that_is_infinite_leaves_a_gradient() {
    let text = "data { int N; vector[N] y; } parameters { real<lower=0> a; real<lower=0, upper=1> th; }
        model {
          a ~ exponential(1);
          for (n in 1:N) target += log_sum_exp(log(th) + a * log(y[n]) - y[n] - lgamma(a + 1), log1m(th) + normal_lpdf(y[n] | 0, 0.1));
        }";
    let y = [0.0, 0.0, 1.5, 2.5, 0.7];
    let model = compile(text, &format!(r#"{{"N": 5, "y": {y:?}}}"#));
    let gradient = model.gradient();
    for z in square_of_points() {
        let slopes = &evaluate(&gradient, &z)[model.density.results.len()..].to_vec();
        for (coordinate, slope) in slopes.iter().enumerate() {
            let moved = |step: f64| {
                let mut at = z.clone();
                at[coordinate] += step;
                model.log_density(&at)
            };
            let expected = (8.0 * (moved(1e-3) - moved(-1e-3)) - (moved(2e-3) - moved(-2e-3))) / 12e-3;
            assert!((slope - expected).abs() < 1e-7 * expected.abs().max(1.0), "{slope}, not {expected}, at {z:?}");
        }
    }
}

#[test]
fn an_infinite_bound_of_the_data_is_none() {
    let text = |bounds: &str, truncation: &str| {
        format!(
            "data {{ int N; vector[N] y; real L; real U; }}
             parameters {{ real mu; real<lower=0> sigma; real<{bounds}> z; }}
             model {{
               mu ~ normal(0, 2); sigma ~ exponential(1); z ~ normal(0, 1);
               for (n in 1:N) y[n] ~ normal(mu, sigma) T[{truncation}];
             }}"
        )
    };
    let points: Vec<Vec<f64>> = square_of_points().into_iter().map(|z| [&z[..], &[0.3]].concat()).collect();
    for (lower, upper, bounds, truncation) in
        [("0", r#""+inf""#, "lower=L", "L,"), ("-Infinity", "1", "upper=U", ",U"), (r#""-inf""#, "Infinity", "", ",")]
    {
        let data = format!(r#"{{"N": 3, "y": [0.1, 0.2, 0.3], "L": {lower}, "U": {upper}}}"#);
        let one_sided = if bounds.is_empty() {
            text("", "").replace("real<>", "real").replace(" T[]", "")
        } else {
            text(bounds, truncation)
        };
        let (both, one) = (compile(&text("lower=L, upper=U", "L, U"), &data), compile(&one_sided, &data));
        for point in &points {
            assert_eq!(difference(&both, point, &points[0]), difference(&one, point, &points[0]), "{data}");
            assert_eq!(evaluate(&both.gradient(), point), evaluate(&one.gradient(), point), "{data}");
        }
    }
    // Some rows bounded, and others not.
    let rows = |data: &str| {
        let text = "data { int N; vector[N] y; vector[N] U; } parameters { real mu; vector<upper=U>[N] x; }
            model { for (n in 1:N) y[n] ~ normal(mu, 1) T[, U[n]]; x ~ normal(0, 1); }";
        compile(text, data)
    };
    let values = "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]";
    let mixed = rows(&format!(r#"{{"N": 9, "y": {values}, "U": [1, Infinity, 1, 1, Infinity, 1, 1, 1, 1]}}"#));
    let z: Vec<f64> = (0..10).map(|i| 0.1 * f64::from(i) - 0.3).collect();
    let origin = vec![0.0; 10];
    let ln_phi = |x: f64| known(&format!("normal_lcdf({x} | 0, 1)"));
    let expected = |z: &[f64]| {
        let outcome = |n: usize| {
            let (y, free) = (0.1 * (n + 1) as f64, n == 1 || n == 4);
            let x = if free { z[n + 1] } else { 1.0 - z[n + 1].exp() };
            -0.5 * (y - z[0]).powi(2) - if free { 0.0 } else { ln_phi(1.0 - z[0]) } - 0.5 * x * x
                + if free { 0.0 } else { z[n + 1] }
        };
        (0..9).map(outcome).sum::<f64>()
    };
    let truth = expected(&z) - expected(&origin);
    assert!((difference(&mixed, &z, &origin) - truth).abs() < 1e-12, "{truth}");
    assert!(evaluate(&mixed.gradient(), &z).iter().all(|x| x.is_finite()));
}

#[test]
fn cells_that_no_density_uses_may_be_nan_and_one_that_does_is_named() {
    let text = |statement: &str| {
        format!(
            "data {{ int N; vector[N] y; int M; array[M] int seen; matrix[2, 2] X; }} parameters {{ real mu; }}
             model {{ mu ~ normal(0, 10); {statement} }}"
        )
    };
    for values in ["[1, NaN, 2, NaN]", r#"[1, "NaN", 2, "nan"]"#] {
        let data = format!(r#"{{"N": 4, "y": {values}, "M": 2, "seen": [1, 3], "X": [[1, 2], [NaN, 4]]}}"#);
        for statement in [
            "y[seen] ~ normal(mu, 1);",
            "for (n in 1:N) if (!is_nan(y[n])) y[n] ~ normal(mu, 1);",
            "for (m in 1:M) y[seen[m]] ~ normal(mu, 1);",
        ] {
            let model = compile(&text(statement), &data);
            let expected = |mu: f64| -0.5 * ((1.0 - mu).powi(2) + (2.0 - mu).powi(2) + mu * mu / 100.0);
            let found = difference(&model, &[0.7], &[0.0]);
            assert!((found - (expected(0.7) - expected(0.0))).abs() < 1e-14, "{statement}: {found}");
        }
        for (statement, name) in [
            ("y ~ normal(mu, 1);", "normal_lpdf: `y[2]` is nan"),
            ("for (n in 1:N) y[n] ~ normal(mu, 1);", "normal_lpdf: `y[2]` is nan"),
            ("target += normal_lpdf(y[{3, 4}] | mu, 1);", "normal_lpdf: `y[4]` is nan"),
            ("mu ~ normal(X[2, 1], 1);", "normal_lpdf: `X[2,1]` is nan"),
        ] {
            let error = try_compile(&text(statement), &data).expect_err("NaN has no density");
            assert!(error.contains(name), "{statement}: {error}");
        }
    }
    let error = try_compile(
        "data { vector<lower=0>[2] y; } parameters { real z; } model { z ~ normal(0, 1); }",
        r#"{"y": [1, NaN]}"#,
    );
    assert!(error.expect_err("NaN is not positive").contains("y[2]"));
}

#[test]
fn truncation_that_excludes_a_known_outcome_is_minus_infinity() {
    for truncation in ["T[2, ]", "T[, 0]", "T[2, 3]", "T[-1, 0]"] {
        let text = format!("parameters {{ real mu; }} model {{ 1 ~ normal(mu, 1) {truncation}; }}");
        assert_eq!(compile(&text, "{}").log_density(&[0.3]), f64::NEG_INFINITY, "{truncation}");
        let column = format!(
            "data {{ vector[600] y; }} parameters {{ real mu; }} model {{ for (n in 1:600) y[n] ~ normal(mu, 1) {truncation}; }}"
        );
        let y: Vec<f64> = (0..600).map(|n| f64::from(n) / 200.0 - 1.0).collect();
        let model = compile(&column, &format!(r#"{{"y": {y:?}}}"#));
        assert_eq!(model.log_density(&[0.3]), f64::NEG_INFINITY, "{truncation}");
    }
}

#[test]
fn integers_stay_within_32_bits_in_every_function() {
    let most = "2147483647";
    for statement in [
        format!("int k = sum({{{most}, {most}}});"),
        format!("int k = prod({{{most}, 2}});"),
        format!("array[2] int k = cumulative_sum({{{most}, 1}});"),
        format!("int k = {most}; k += 1;"),
        format!("int k = 0; for (n in 1:100) k += {most};"),
        format!("array[3] int k; for (n in 1:3) k[n] = n * {most};"),
        "int k = poisson_rng(1e300);".to_owned(),
        "int k = neg_binomial_2_rng(1e12, 1e6);".to_owned(),
        "int k = choose(60, 30);".to_owned(),
    ] {
        let text = format!("transformed data {{ {statement} }} parameters {{ real z; }} model {{ z ~ normal(0, 1); }}");
        let error = try_compile(&text, "{}").expect_err("the integer is too large");
        // Stan bounds the rate of a Poisson generator itself.
        let says_so = ["outside of the range of Stan's integers", "must be less than 1.07374e+09"];
        assert!(says_so.iter().any(|sentence| error.contains(sentence)), "{statement}: {error}");
    }
    for statement in [format!("int k = sum({{{most}, -1}});"), "int k = min({-2147483647, 3}) - 1;".to_owned()] {
        let text = format!("transformed data {{ {statement} }} parameters {{ real z; }} model {{ z ~ normal(0, 1); }}");
        assert!(try_compile(&text, "{}").is_ok(), "{statement}");
    }
}
