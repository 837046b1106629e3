//! All passes one after the other, as a model takes them: what they promise together.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::arbitrary_arrays::{point, program as arbitrary_program, recipe};
use super::collapse::collapse;
use super::differentiate::differentiate;
use super::evaluate::evaluate;
use super::examples::{self, X, Y};
use super::fuse::fuse;
use super::op::{Program, Statement};
use super::simplify::{simplify, simplify_terms};

fn density(terms: &Program) -> Program {
    simplify(&collapse(&simplify_terms(terms)))
}

fn gradient(terms: &Program) -> Program {
    simplify(&fuse(&differentiate(&density(terms))))
}

/// Operations of one evaluation, each as often as it runs; adding to a sum or an element is one.
fn operations(body: &[Statement]) -> usize {
    body.iter()
        .map(|statement| match statement {
            Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => 1,
            Statement::Loop(inner) => inner.rows * (operations(&inner.body) + inner.sums.len()),
        })
        .sum()
}

/// Rows enough that what stands outside of loops does not count.
fn long(values: &[f64]) -> Vec<f64> {
    (0..600).map(|n| values[n % values.len()] + n as f64 / 100.0).collect()
}

#[test]
fn a_gradient_costs_at_most_four_densities() {
    let groups: Vec<u32> = (0..600).map(|n| 2 + n % 3).collect();
    let models = [
        ("regression", examples::regression(&long(&Y), &long(&X))),
        ("hierarchy", examples::hierarchy(&long(&Y), &groups)),
        ("autoregression", examples::autoregression(&long(&Y))),
        ("poisson", examples::poisson(&long(&[0.0, 3.0, 1.0]), &long(&Y))),
        ("garch", examples::garch(600)),
    ];
    for (name, terms) in models {
        for (what, density) in [("full", simplify_terms(&terms)), ("collapsed", density(&terms))] {
            let gradient = simplify(&fuse(&differentiate(&density)));
            let (one, both) = (operations(&density.body), operations(&gradient.body));
            assert!(both <= 4 * one, "{name}, {what}: {both} operations against {one}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Tolerance: passes move roundings about; a few dozen operations on numbers of moderate size over a dozen rows
    /// lose some hundred units. What is ill conditioned shows as a change of the gradient with the coordinates'
    /// 13th digit, and widens the tolerance.
    #[test]
    fn passes_leave_a_gradient_what_it_is(recipe in recipe(), at in point()) {
        let terms = arbitrary_program(&recipe);
        let direct = differentiate(&terms);
        let gradient_of = |program: &Program, at: &[f64]| -> Vec<f64> {
            let results = evaluate(program, at);
            results[results.len() - at.len()..].to_vec()
        };
        let (before, after) = (gradient_of(&direct, &at), gradient_of(&gradient(&terms), &at));
        let nearby: Vec<f64> = at.iter().map(|x| x * (1.0 + 1e-13)).collect();
        let near = gradient_of(&direct, &nearby);
        let scale = before.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
        for ((x, y), near) in before.into_iter().zip(after).zip(near) {
            prop_assert!((x - y).abs() <= 1e-10 * scale + 1e3 * (x - near).abs(), "{x} became {y}");
        }
    }
}
