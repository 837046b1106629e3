//! Every family against references that know nothing of its formula, `tests/data/distributions.json` (its provenance is
//! inside): through numbers known from data, through coordinates of a program, and row by row.

mod families;
mod matrices;
mod simulators;
mod tails;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use self::families::{Argument, DENSITIES, log_density, tails};
use crate::ir::collapse::collapse;
use crate::ir::evaluate::evaluate;
use crate::ir::print::print;
use crate::ir::simplify::{simplify, simplify_terms};
use crate::ir::{Domain, Graph, Number, Program, Statement};

/// Relative error that a log density may have; below a magnitude of 1 it is absolute, and so is the relative error of
/// the density itself. The longest formulas add some twenty terms of up to 1000 times the result, each with a few
/// roundings of 1e-16, which is 1e-12 at the worst; a wrong term is generic, and off by far more.
const TOLERANCE: f64 = 1e-12;

/// One case of the reference.
#[derive(Clone, Debug)]
struct Case {
    family: String,
    arguments: Vec<Argument<f64>>,
    json: &'static Value,
}

impl Case {
    fn expected(&self, what: &str) -> f64 {
        match &self.json[what] {
            Value::String(text) => text.parse().unwrap(),
            other => other.as_f64().unwrap(),
        }
    }

    /// The lengths of all vectors and rows.
    fn shape(&self) -> Vec<usize> {
        self.arguments.iter().map(|argument| argument.numbers().len()).collect()
    }
}

/// The cases of a section of the reference.
fn cases(section: &str) -> Vec<Case> {
    static REFERENCE: LazyLock<Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../tests/data/distributions.json")).expect("the reference is JSON")
    });
    let list = REFERENCE[section].as_array().expect("a section is a list");
    let read = |json: &'static Value| Case {
        family: json["family"].as_str().expect("a case names its family").to_owned(),
        arguments: json["arguments"].as_array().expect("a case has arguments").iter().map(Argument::read).collect(),
        json,
    };
    list.iter().map(read).collect()
}

type Function = fn(&mut Graph, &[Argument<Number>]) -> Number;

/// With every argument known.
fn known(function: Function, arguments: &[Argument<f64>]) -> f64 {
    let mut graph = Graph::default();
    let numbers: Vec<_> = arguments.iter().map(|argument| argument.map(Number::Known)).collect();
    function(&mut graph, &numbers).known().expect("known arguments give a known number")
}

/// With coordinates of a program for the arguments from the `first` on, as written and simplified.
fn computed(function: Function, arguments: &[Argument<f64>], first: usize) -> [f64; 2] {
    let mut graph = Graph::default();
    let mut coordinates = Vec::new();
    let mut coordinate = |graph: &mut Graph, x: f64| {
        coordinates.push(x);
        graph.coordinate(coordinates.len() - 1)
    };
    let mut numbers = Vec::new();
    for (i, argument) in arguments.iter().enumerate() {
        numbers.push(argument.map(|x| if i < first { Number::Known(x) } else { coordinate(&mut graph, x) }));
    }
    let result = function(&mut graph, &numbers);
    let program = graph.program(coordinates.len(), &[result]);
    [evaluate(&program, &coordinates)[0], evaluate(&simplify(&program), &coordinates)[0]]
}

/// The sum over two rows: a column of the two outcomes, and parameters of each row or the first one's for both.
fn over_rows(function: Function, rows: [&[Argument<f64>]; 2], shared: bool) -> f64 {
    let mut graph = Graph::default();
    let domain = Domain::elements(2);
    let mut coordinates = Vec::new();
    let mut numbers = Vec::new();
    for (i, (one, two)) in rows[0].iter().zip(rows[1]).enumerate() {
        let mut others = two.numbers().into_iter();
        numbers.push(one.map(|x| {
            let other = others.next().expect("arguments of one shape");
            let at = coordinates.len();
            if i == 0 {
                graph.column(domain, vec![x, other])
            } else if shared {
                coordinates.push(x);
                graph.coordinate(at)
            } else {
                coordinates.extend([x, other]);
                graph.coordinates(domain, vec![at as u32, at as u32 + 1])
            }
        }));
    }
    let density = function(&mut graph, &numbers);
    let result = graph.sum(density, 2);
    evaluate(&graph.program(coordinates.len(), &[result]), &coordinates)[0]
}

/// Whether a number is the expected one, within a fraction of the larger of it and `least`.
fn is_close(got: f64, expected: f64, least: f64) -> bool {
    got == expected || (got - expected).abs() <= TOLERANCE * expected.abs().max(least)
}

#[test]
fn every_family_is_held_against_a_reference() {
    let held: BTreeSet<String> = cases("densities").into_iter().map(|case| case.family).collect();
    let all: BTreeSet<String> = DENSITIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(held, all);
}

#[test]
fn log_densities_agree_with_the_reference() {
    let mut wrong = Vec::new();
    for case in cases("densities") {
        let (density, expected) = (log_density(&case.family), case.expected("log_density"));
        let mut got = vec![known(density, &case.arguments)];
        got.extend(computed(density, &case.arguments, 0));
        got.extend(computed(density, &case.arguments, 1));
        if !got.iter().all(|&got| is_close(got, expected, 1.0)) {
            wrong.push(format!("{}{:?}: {got:?} instead of {expected}", case.family, case.arguments));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rows_of_data_add_up() {
    let mut wrong = Vec::new();
    let cases = cases("densities");
    let neighbours =
        cases.windows(2).filter(|pair| pair[0].family == pair[1].family && pair[0].shape() == pair[1].shape());
    for pair in neighbours {
        let [one, two] = [&pair[0], &pair[1]];
        let density = log_density(&one.family);
        // The outcome of the second row under the parameters of the first.
        let mut mixed = one.arguments.clone();
        mixed[0] = two.arguments[0].clone();
        let (first, mixed) = (one.expected("log_density"), known(density, &mixed));
        for (shared, second) in [(false, two.expected("log_density")), (true, mixed)] {
            let got = over_rows(density, [&one.arguments, &two.arguments], shared);
            // A row that cannot be rejects, whether as minus infinity or, of a sum with it, as NaN.
            let impossible = first + second == f64::NEG_INFINITY && (got.is_nan() || got == f64::NEG_INFINITY);
            if !impossible && !is_close(got, first + second, first.abs() + second.abs() + 1.0) {
                wrong.push(format!("{}{:?}, {:?}, shared {shared}: {got}", one.family, one.arguments, two.arguments));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn distribution_functions_agree_with_the_reference_in_both_tails() {
    let mut wrong = Vec::new();
    for case in cases("densities").into_iter().filter(|case| case.json["cdf"].is_number()) {
        for (function, what) in tails(&case.family).into_iter().zip(["cdf", "log_cdf", "log_ccdf"]) {
            let expected = case.expected(what);
            let mut got = vec![known(function, &case.arguments)];
            got.extend(computed(function, &case.arguments, known_counts(&case.family)));
            // Of sums over counts only the chance keeps its digits, not a logarithm of it that is nearly 0.
            let least = if known_counts(&case.family) > 0 { 1.0 } else { f64::MIN_POSITIVE };
            // Two terms that cancel to a hundredth of their size.
            let digits = if case.family == "exp_mod_normal" { 100.0 } else { 1.0 };
            if !got.iter().all(|&got| is_close(got, expected, least.max(digits * expected.abs()))) {
                wrong.push(format!("{what} of {}{:?}: {got:?} instead of {expected}", case.family, case.arguments));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn distribution_functions_end_where_the_support_does() {
    for case in cases("beyond") {
        let cdf = case.expected("cdf");
        let expected = [cdf, cdf.ln(), (1.0 - cdf).ln()];
        assert_eq!(tails(&case.family).map(|function| known(function, &case.arguments)), expected, "{case:?}");
        for (function, expected) in tails(&case.family).into_iter().zip(expected) {
            assert_eq!(computed(function, &case.arguments, known_counts(&case.family)), [expected; 2], "{case:?}");
        }
    }
}

/// How many arguments in front must be data for a distribution function: sums run over them.
fn known_counts(family: &str) -> usize {
    match family {
        "beta_binomial" | "binomial" => 2,
        "neg_binomial" | "neg_binomial_2" | "poisson" => 1,
        _ => 0,
    }
}

#[test]
fn outside_of_the_support_a_density_is_zero() {
    for case in cases("outside") {
        let density = log_density(&case.family);
        assert_eq!(known(density, &case.arguments), f64::NEG_INFINITY, "{case:?}");
        assert_eq!(computed(density, &case.arguments, 0), [f64::NEG_INFINITY; 2], "{case:?}");
        assert_eq!(computed(density, &case.arguments, 1), [f64::NEG_INFINITY; 2], "{case:?}");
    }
}

#[test]
fn parameters_out_of_their_range_give_nan() {
    for case in cases("invalid") {
        let density = log_density(&case.family);
        let [a, b] = computed(density, &case.arguments, 0);
        assert!(known(density, &case.arguments).is_nan() && a.is_nan() && b.is_nan(), "{case:?}: {a}, {b}");
    }
}

#[test]
fn a_nan_is_never_hidden() {
    for case in cases("densities") {
        let density = log_density(&case.family);
        // The correlation of one variable is 1, whatever the parameter.
        let is_certain = case.family.starts_with("lkj") && case.shape()[0] == 1;
        for i in 0..if is_certain { 0 } else { case.arguments.len() } {
            let mut arguments = case.arguments.clone();
            arguments[i] = arguments[i].map(|_| f64::NAN);
            let got = known(density, &arguments);
            assert!(!got.is_finite(), "{case:?}: {got} with a NaN for argument {i}");
        }
    }
}

#[test]
fn known_outcomes_on_the_edge_of_the_support_have_their_density() {
    for case in cases("edges") {
        let (got, expected) = (known(log_density(&case.family), &case.arguments), case.expected("log_density"));
        assert!(is_close(got, expected, 1.0), "{case:?}: {got}");
    }
}

/// The program of a density over rows of data, as the backends get it; parameters are coordinates that rows share.
fn likelihood(family: &str, outcomes: &[f64], parameters: usize) -> Program {
    let mut graph = Graph::default();
    let column = graph.column(Domain::elements(outcomes.len()), outcomes.to_vec());
    let mut arguments = vec![Argument::Scalar(column)];
    arguments.extend((0..parameters).map(|i| Argument::Scalar(graph.coordinate(i))));
    let density = log_density(family)(&mut graph, &arguments);
    let total = graph.sum(density, outcomes.len());
    simplify_terms(&collapse(&simplify_terms(&graph.program(parameters, &[total]))))
}

/// The statements that each row takes.
fn cost_of_a_row(program: &Program) -> usize {
    let rows = |statement: &Statement| match statement {
        Statement::Loop(inner) => inner.body.len(),
        Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => 0,
    };
    program.body.iter().map(rows).sum()
}

#[test]
fn a_normal_likelihood_is_one_sum_of_squares() {
    assert_eq!(cost_of_a_row(&likelihood("normal", &[1.0, -2.0, 0.5], 2)), 2, "a difference and its square");
}

/// What data decide is no comparison any more, and what rows share is outside of the loop.
#[test]
fn rows_of_a_known_outcome_cost_little() {
    let counts = [3.0, 0.0, 7.0];
    for (family, outcomes, parameters, most) in [
        ("exponential", [0.5, 2.0, 9.0], 1, 0),
        ("gamma", [0.5, 2.0, 9.0], 2, 3),
        ("lognormal", [0.5, 2.0, 9.0], 2, 3),
        ("beta", [0.5, 0.25, 0.125], 2, 3),
        ("poisson", counts, 1, 3),
        ("poisson_log", counts, 1, 3),
        ("bernoulli_logit", [1.0, 0.0, 1.0], 1, 0),
        ("bernoulli", [1.0, 0.0, 1.0], 1, 1),
        ("neg_binomial_2", counts, 2, 9),
    ] {
        let program = likelihood(family, &outcomes, parameters);
        let cost = cost_of_a_row(&program);
        assert!(cost <= most, "{family} takes {cost} statements a row:\n{}", print(&program, &[]));
    }
}
