//! Models as they occur, as programs, for tests of passes. Scales are exponentials of coordinates, priors are left out.

use super::build::Builder;
use super::op::{Array, Op, Order, Place, Program, Store, Table, Unary, Value};

/// Observations.
pub(crate) const Y: [f64; 6] = [0.3, -1.1, 2.4, 0.9, -0.2, 1.7];
/// A covariate far from zero.
pub(crate) const X: [f64; 6] = [2001.0, 2004.0, 2005.0, 2009.0, 2012.0, 2017.0];

fn column(b: &mut Builder, name: &str, values: &[f64]) -> usize {
    b.table(Table { name: name.into(), values: values.into() })
}

/// The term of a normal density, without the constant.
pub(crate) fn normal(b: &mut Builder, y: Value, mu: Value, sigma: Value) -> Value {
    let residual = b.subtract(y, mu);
    let standard = b.divide(residual, sigma);
    let square = b.unary(Unary::Square, standard);
    let exponent = b.scale(-0.5, square);
    let ln_sigma = b.unary(Unary::Ln, sigma);
    b.subtract(exponent, ln_sigma)
}

/// `y ~ normal(z0 + z1 x, exp(z2))`
pub(crate) fn regression(y: &[f64], x: &[f64]) -> Program {
    let mut b = Builder::new(3);
    let (y, x, rows) = (column(&mut b, "y", y), column(&mut b, "x", x), y.len());
    let [alpha, beta, ln_sigma] = [0, 1, 2].map(|i| b.push(Op::Coordinate(i)));
    let sigma = b.unary(Unary::Exp, ln_sigma);
    let row = b.open_loop(rows);
    let [y, x] = [y, x].map(|table| b.push(Op::Datum { table, row }));
    let product = b.multiply(beta, x);
    let mean = b.add(alpha, product);
    let term = normal(&mut b, y, mean, sigma);
    let sum = b.close_loop(&[term])[0];
    b.finish(vec![sum])
}

/// `z[2..5] ~ normal(z0, exp(z1))`, `y ~ normal(z[group], 1.3)`
pub(crate) fn hierarchy(y: &[f64], groups: &[u32]) -> Program {
    let mut b = Builder::new(5);
    let (y, rows) = (column(&mut b, "y", y), y.len());
    let groups = b.positions(groups.into());
    let (mu, ln_tau) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let tau = b.unary(Unary::Exp, ln_tau);
    let row = b.open_loop(3);
    let at = Place::Strided { row, stride: 1, offset: 2 };
    let theta = b.push(Op::Load { array: Array::Coordinates, at });
    let term = normal(&mut b, theta, mu, tau);
    let prior = b.close_loop(&[term])[0];
    let row = b.open_loop(rows);
    let datum = b.push(Op::Datum { table: y, row });
    let theta = b.push(Op::Load { array: Array::Coordinates, at: Place::Listed { row, positions: groups } });
    let scale = b.constant(1.3);
    let term = normal(&mut b, datum, theta, scale);
    let likelihood = b.close_loop(&[term])[0];
    b.finish(vec![prior, likelihood])
}

/// `y[n] ~ normal(z0 + z1 y[n-1], exp(z2))`
pub(crate) fn autoregression(y: &[f64]) -> Program {
    regression(&y[1..], &y[..y.len() - 1])
}

/// Poisson counts with logarithmic link: `y ~ poisson(exp(z0 + z1 x))`.
pub(crate) fn poisson(y: &[f64], x: &[f64]) -> Program {
    let mut b = Builder::new(2);
    let (y, x, rows) = (column(&mut b, "y", y), column(&mut b, "x", x), y.len());
    let [alpha, beta] = [0, 1].map(|i| b.push(Op::Coordinate(i)));
    let row = b.open_loop(rows);
    let [y, x] = [y, x].map(|table| b.push(Op::Datum { table, row }));
    let product = b.multiply(beta, x);
    let eta = b.add(alpha, product);
    let (weighted, rate) = (b.multiply(y, eta), b.unary(Unary::Exp, eta));
    let term = b.subtract(weighted, rate);
    let sum = b.close_loop(&[term])[0];
    b.finish(vec![sum])
}

/// Garch(1, 1): `s[n+1]^2 = a0 + a1 (y[n] - mu)^2 + b1 s[n]^2`, `y[n] ~ normal(mu, s[n])`, where `mu` is `z0`, and
/// `a0`, `a1`, `b1` are the exponentials of the other coordinates.
pub(crate) fn garch(rows: usize) -> Program {
    let data: Vec<f64> = (0..rows).map(|n| Y[n % Y.len()]).collect();
    let mut b = Builder::new(4);
    let y = column(&mut b, "y", &data);
    let mu = b.push(Op::Coordinate(0));
    let [a0, a1, b1] = [1, 2, 3].map(|i| {
        let z = b.push(Op::Coordinate(i));
        b.unary(Unary::Exp, z)
    });
    let variance = b.array(rows + 1);
    b.store(Store { array: variance, at: Place::Fixed(0), value: a0 });
    let row = b.open_ordered_loop(rows, Order::Forward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    let now = b.push(Op::Load { array: Array::Stored(variance), at: at(0) });
    let datum = b.push(Op::Datum { table: y, row });
    let residual = b.subtract(datum, mu);
    let square = b.unary(Unary::Square, residual);
    let (shock, memory) = (b.multiply(a1, square), b.multiply(b1, now));
    let sum = b.add(a0, shock);
    let next = b.add(sum, memory);
    b.store(Store { array: variance, at: at(1), value: next });
    b.close_loop(&[]);
    let row = b.open_loop(rows);
    let at = Place::Strided { row, stride: 1, offset: 0 };
    let now = b.push(Op::Load { array: Array::Stored(variance), at });
    let scale = b.unary(Unary::Sqrt, now);
    let datum = b.push(Op::Datum { table: y, row });
    let term = normal(&mut b, datum, mu, scale);
    let likelihood = b.close_loop(&[term])[0];
    b.finish(vec![likelihood])
}
