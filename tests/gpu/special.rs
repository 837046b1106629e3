//! Special functions: what the device computes, against the Rust twins.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::Restrictions;
use ridgewalk::backend::{Backend, Keep, Population, Stretch, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::ir::{Binary, Builder, Op, Table, Unary};
use ridgewalk::model::Model;

use crate::models::{bits, gpu, on, plain, same_bits};

const UNARY: [Unary; 19] = [
    Unary::Abs,
    Unary::Floor,
    Unary::Expm1,
    Unary::Sin,
    Unary::Cos,
    Unary::InvLogit,
    Unary::Log1pExp,
    Unary::Log1mExp,
    Unary::Lgamma,
    Unary::Digamma,
    Unary::Trigamma,
    Unary::Erf,
    Unary::Erfc,
    Unary::Phi,
    Unary::LnPhi,
    Unary::InvMills,
    Unary::InvPhi,
    Unary::LnBesselI0,
    Unary::BesselRatio,
];
const BINARY: [Binary; 5] = [Binary::Power, Binary::Atan2, Binary::LogAddExp, Binary::LnBeta, Binary::LnBetaSlope];

/// A model of two coordinates whose parameters are they and every special function of them.
fn every_function() -> Model {
    let mut b = Builder::new(2);
    let (x, y) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let mut parameters = vec![x, y];
    parameters.extend(UNARY.map(|function| b.unary(function, x)));
    parameters.extend(BINARY.map(|function| b.binary(function, x, y)));
    let constrain = b.finish(parameters);
    let mut b = Builder::new(2);
    let z = b.push(Op::Coordinate(0));
    let square = b.unary(Unary::Square, z);
    let density = b.scale(-1e-6, square);
    let names = UNARY.iter().map(|function| format!("{function:?}"));
    let names = names.chain(BINARY.iter().map(|function| format!("{function:?}")));
    Model {
        parameters: ["x", "y"].into_iter().map(String::from).chain(names).collect(),
        constrain,
        ..plain("special", 2, b.finish(vec![density]))
    }
}

/// Points of every kind, `[chain, coordinate]`: within the usual range, near 0, large, integral, with `y` of each sign.
fn points(chains: usize) -> Vec<f64> {
    let point = |i: usize| {
        let part = 2.0 * ((i as f64 * 0.618_033_988_749).fract()) - 1.0;
        let other = 2.0 * ((i as f64 * 0.414_213_562_373).fract()) - 1.0;
        let x = match i % 6 {
            0 => 3.0 * part,
            1 => 40.0 * part,
            2 => part.signum() * (40.0 * part.abs() - 30.0).exp(),
            3 => 0.5 * (part + 1.0),
            4 => 12.0 * part.abs(),
            _ => (20.0 * part).round(),
        };
        let y = match i % 5 {
            0 => 4.0 * other,
            1 => (6.0 * other).round(),
            2 => (12.0 * other).exp(),
            3 => 12.0 * other.abs(),
            _ => x,
        };
        [x, y]
    };
    let edges = [0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 8.5, -8.0, 1e-37, -1e-37, 1e30, -1e30, 3e6, -3e6];
    let pairs = edges.iter().flat_map(|&x| edges.map(|y| [x, y]));
    (0..chains).map(point).chain(pairs).flatten().collect()
}

/// What the parameters of a model are at the points, `[chain, parameter]`: a step of no length, and its draw.
fn parameters(backend: &mut impl Backend, model: &Model, points: &[f64]) -> Vec<f64> {
    let chains = points.len() / 2;
    let mut kept = Draws::new(model.parameters.clone(), chains, 1).unwrap();
    backend.start(Population { first: 0, chains }, points).unwrap();
    backend.tune(&Tuning::Metropolis { scales: vec![0.0; points.len()] }).unwrap();
    let keep = Keep { draws: kept.room(), statistics: None, from: 0, thin: 1 };
    backend.advance(Stretch { first_step: 0, steps: 1 }, Some(keep), &mut |_| ControlFlow::Continue(())).unwrap();
    kept.values().to_vec()
}

#[test]
fn special_functions_have_the_bits_of_their_twins_on_software_drivers() {
    let model = every_function();
    let Some(mut backend) = gpu(&model, 1, Restrictions::default()) else { return };
    if !same_bits(&backend) {
        return;
    }
    let points = points(12_000);
    let device = parameters(&mut backend, &model, &points);
    let twin = parameters(&mut CpuBackend::<f32>::new(&model, 1), &model, &points);
    let columns = model.parameters.len();
    let mut wrong = Vec::new();
    for (column, name) in model.parameters.iter().enumerate() {
        let pairs = || device.iter().zip(&twin).skip(column).step_by(columns);
        // Bits, but for the sign of a zero: rounding to integers keeps it in WGSL and not in the twin.
        let differ = |(found, right): &(&f64, &f64)| found != right && !right.is_nan();
        let lost = pairs().filter(|(found, right)| right.is_nan() && !found.is_nan()).count();
        let differing = pairs().filter(differ).count();
        if differing + lost > 0 {
            let first = pairs().position(|pair| differ(&pair)).map(|chain| &points[2 * chain..][..2]);
            wrong.push(format!("{name}: {differing} differ, first at {first:?}, and {lost} are numbers for NaN"));
        }
        let numbers = pairs().filter(|(_, right)| right.is_finite()).count();
        assert!(numbers > 3000, "{name} is asked where it is finite: {numbers}");
    }
    assert!(wrong.is_empty(), "on {}:\n{}", on(&backend), wrong.join("\n"));
}

/// A count with a gamma-distributed rate, a mixture of two normal distributions, a probit and a von Mises term: what
/// special functions are surrounded by in models, and what a driver might rewrite together with them.
fn likelihoods() -> Model {
    let mut b = Builder::new(3);
    let [z0, z1, z2] = [0, 1, 2].map(|i| b.push(Op::Coordinate(i)));
    let counts = b.table(Table { name: "n".into(), values: [0.0, 3.0, 1.0, 7.0, 2.0, 19.0, 4.0].into() });
    let (log_mu, shape) = (z0, b.unary(Unary::Exp, z1));
    let mu = b.unary(Unary::Exp, log_mu);
    let row = b.open_loop(7);
    let n = b.push(Op::Datum { table: counts, row });
    let one = b.constant(1.0);
    let above = b.add(n, one);
    let beta = b.binary(Binary::LnBeta, above, shape);
    let sum = b.add(shape, n);
    let ln_sum = b.unary(Unary::Ln, sum);
    let scale = b.add(shape, mu);
    let ln_scale = b.unary(Unary::Ln, scale);
    let odds = b.subtract(log_mu, ln_scale);
    let successes = b.multiply(n, odds);
    let rest = b.divide(mu, shape);
    let ln_rest = b.unary(Unary::Ln1p, rest);
    let failures = b.multiply(shape, ln_rest);
    let counted = [beta, ln_sum, failures].into_iter().fold(successes, |sum, term| b.subtract(sum, term));
    let [low, high] = [z1, z2].map(|centre| {
        let residual = b.subtract(n, centre);
        let square = b.unary(Unary::Square, residual);
        let exponent = b.scale(-0.5, square);
        b.unary(Unary::Negate, exponent)
    });
    let mixture = b.binary(Binary::LogAddExp, low, high);
    let scaled = b.multiply(z2, n);
    let probit = b.unary(Unary::LnPhi, scaled);
    let logit = b.unary(Unary::InvLogit, scaled);
    let weighted = b.multiply(logit, n);
    let terms = [counted, mixture, probit, weighted];
    let mut results = b.close_loop(&terms);
    let angle = b.subtract(z0, z2);
    let cosine = b.unary(Unary::Cos, angle);
    let pull = b.multiply(shape, cosine);
    let norm = b.unary(Unary::LnBesselI0, shape);
    results.push(b.subtract(pull, norm));
    let softplus = b.unary(Unary::Log1pExp, z2);
    let power = b.binary(Binary::Power, softplus, z1);
    let product = b.multiply(power, softplus);
    results.push(b.unary(Unary::Negate, product));
    results.push(b.unary(Unary::Lgamma, softplus));
    plain("likelihoods", 3, b.finish(results))
}

#[test]
fn special_functions_keep_their_bits_among_other_operations_on_software_drivers() {
    let model = likelihoods();
    let Some(mut backend) = gpu(&model, 1, Restrictions::default()) else { return };
    if !same_bits(&backend) {
        return;
    }
    let chains = 3000;
    let positions: Vec<f64> = (0..3 * chains).map(|i| 2.5 * (0.37 * i as f64).sin()).collect();
    let population = Population { first: 0, chains };
    let device = backend.start(population, &positions).unwrap();
    let twin = CpuBackend::<f32>::new(&model, 1).start(population, &positions).unwrap();
    assert!(twin.iter().filter(|x| x.is_finite()).count() > chains / 2, "most are log densities");
    let differing = bits(&device).iter().zip(bits(&twin)).filter(|(a, b)| **a != *b).count();
    assert_eq!(differing, 0, "{differing} of {chains} log densities on {}", on(&backend));
}
