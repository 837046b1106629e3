//! Evaluates a program in `f64`, slowly and obviously, with the platform's own functions, and where it has none with
//! those of `math`, which are tested against 50 digits: the judge of both lowerings and of every pass. Sums run in plain order, with compensation, so that the judge is never the less exact.

use super::op::{Array, Binary, Op, Order, Place, Program, Statement, Unary, Value};
use crate::math::accumulate::{Accumulator, accumulate};
use crate::math::{bessel, gamma, logistic, normal};

/// The results of `program` at the point `coordinates` (as many as the program reads).
///
/// # Panics
/// When the number of coordinates is not the program's.
pub fn evaluate(program: &Program, coordinates: &[f64]) -> Vec<f64> {
    assert_eq!(coordinates.len(), program.coordinates, "one number per coordinate");
    let mut machine = Machine {
        program,
        coordinates,
        rows: Vec::new(),
        values: vec![f64::NAN; program.values()],
        arrays: program.arrays.iter().map(|&length| vec![0.0; length]).collect(),
    };
    machine.run(&program.body);
    program.results.iter().map(|&result| machine.read(result)).collect()
}

/// The sum of a program's results: the log density, for a program whose results are its terms.
pub fn evaluate_total(program: &Program, coordinates: &[f64]) -> f64 {
    evaluate(program, coordinates).into_iter().fold(Accumulator::default(), accumulate).total()
}

struct Machine<'a> {
    program: &'a Program,
    coordinates: &'a [f64],
    /// Current row of each loop, by its number.
    rows: Vec<usize>,
    values: Vec<f64>,
    /// What has been stored so far.
    arrays: Vec<Vec<f64>>,
}

impl Machine<'_> {
    fn run(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => self.values[value.index()] = self.compute(*value),
                Statement::Loop(inner) => {
                    let mut sums = vec![Accumulator::default(); inner.sums.len()];
                    if self.rows.len() <= inner.id.index() {
                        self.rows.resize(inner.id.index() + 1, 0);
                    }
                    for row in 0..inner.rows {
                        self.rows[inner.id.index()] = match inner.order {
                            Order::Any | Order::Forward => row,
                            Order::Backward => inner.rows - 1 - row,
                        };
                        self.run(&inner.body);
                        for (sum, result) in sums.iter_mut().zip(&inner.sums) {
                            *sum = accumulate(*sum, self.read(result.term));
                        }
                    }
                    for (sum, result) in sums.iter().zip(&inner.sums) {
                        self.values[result.total.index()] = sum.total();
                    }
                }
                Statement::Store(store) => {
                    let at = self.place(store.at);
                    self.arrays[store.array.index()][at] = self.read(store.value);
                }
                Statement::Accumulate(store) => {
                    let at = self.place(store.at);
                    self.arrays[store.array.index()][at] += self.read(store.value);
                }
            }
        }
    }

    fn place(&self, at: Place) -> usize {
        match at {
            Place::Fixed(element) => element,
            Place::Strided { row, stride, offset } => {
                let element = offset + stride * self.rows[row.index()] as i64;
                usize::try_from(element).expect("an element of an array is named by a number from 0")
            }
            Place::Listed { row, positions } => self.program.positions[positions][self.rows[row.index()]] as usize,
        }
    }

    fn read(&self, value: Value) -> f64 {
        match self.program.op(value) {
            Op::Constant(x) => x,
            Op::Roundoff(_) => 0.0,
            Op::Coordinate(i) => self.coordinates[i],
            Op::Datum { table, row } => self.program.tables[table].values[self.rows[row.index()]],
            Op::Load { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                self.values[value.index()]
            }
        }
    }

    fn compute(&self, value: Value) -> f64 {
        match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at } => self.coordinates[self.place(at)],
            Op::Load { array: Array::Stored(array), at } => self.arrays[array.index()][self.place(at)],
            Op::Unary(function, x) => unary(function, self.read(x)),
            Op::Binary(function, x, y) => binary(function, self.read(x), self.read(y)),
            Op::Select { left, right, holds, fails } => {
                self.read(if self.read(left) <= self.read(right) { holds } else { fails })
            }
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        }
    }
}

/// A function of one number.
pub fn unary(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Negate => -x,
        Unary::Square => x * x,
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Ln => x.ln(),
        Unary::Ln1p => x.ln_1p(),
        Unary::Tanh => x.tanh(),
        Unary::LnCosh => x.abs() - std::f64::consts::LN_2 + (-2.0 * x.abs()).exp().ln_1p(),
        Unary::Abs => x.abs(),
        Unary::Floor => x.floor(),
        Unary::Expm1 => x.exp_m1(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::InvLogit => {
            let small = (-x.abs()).exp();
            if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
        }
        Unary::Log1pExp if x > 0.0 => x + (-x).exp().ln_1p(),
        Unary::Log1pExp => x.exp().ln_1p(),
        Unary::Log1mExp if x > -std::f64::consts::LN_2 => (-x.exp_m1()).ln(),
        Unary::Log1mExp => (-x.exp()).ln_1p(),
        Unary::Lgamma => gamma::lgamma(x),
        Unary::Digamma => gamma::digamma(x),
        Unary::Trigamma => gamma::trigamma(x),
        Unary::Erf => normal::erf(x),
        Unary::Erfc => normal::erfc(x),
        Unary::Phi => normal::phi(x),
        Unary::LnPhi => normal::ln_phi(x),
        Unary::InvMills => normal::inv_mills(x),
        Unary::InvPhi => normal::inv_phi(x),
        Unary::LnBesselI0 => bessel::ln_bessel_i0(x),
        Unary::BesselRatio => bessel::bessel_ratio(x),
    }
}

/// A function of two numbers.
pub fn binary(function: Binary, x: f64, y: f64) -> f64 {
    match function {
        Binary::Add => x + y,
        Binary::Subtract => x - y,
        Binary::Multiply => x * y,
        Binary::Divide => x / y,
        Binary::Power => x.powf(y),
        // No zero is negative here.
        Binary::Atan2 => (x + 0.0).atan2(y + 0.0),
        Binary::LogAddExp => logistic::log_add_exp(x, y),
        Binary::LnBeta => gamma::ln_beta(x, y),
        Binary::LnBetaSlope => gamma::ln_beta_slope(x, y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Table};

    #[test]
    fn a_sum_over_rows_reads_each_row_once() {
        let mut b = Builder::new(1);
        let y = b.table(Table { name: "y".into(), values: [1.0, 2.0, 4.0].into() });
        let z = b.push(Op::Coordinate(0));
        let row = b.open_loop(3);
        let datum = b.push(Op::Datum { table: y, row });
        let term = b.multiply(datum, z);
        let sum = b.close_loop(&[term])[0];
        let program = b.finish(vec![sum, z]);
        assert_eq!(evaluate(&program, &[10.0]), [70.0, 10.0]);
        assert_eq!(evaluate_total(&program, &[10.0]), 80.0);
    }

    #[test]
    fn a_comparison_with_nan_fails() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let (one, two) = (b.constant(1.0), b.constant(2.0));
        let select = b.push(Op::Select { left: z, right: one, holds: one, fails: two });
        let program = b.finish(vec![select]);
        assert_eq!(evaluate(&program, &[0.5]), [1.0]);
        assert_eq!(evaluate(&program, &[f64::NAN]), [2.0]);
    }
}
