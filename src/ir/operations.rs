//! How much arithmetic a program is: its operations, counted, loops as often as they run.
//!
//! In: a program and a precision. Out: a number of additions, multiplications, divisions, roots, comparisons and
//! selections. An elementary function counts as the operations it is made of in `math` (for one number, in the
//! precision asked for), since neither lowering calls a library. Integer operations on the bits of numbers count as well.
//! Absent on purpose: loads, stores and what the operations of a machine cost.

use super::op::{Binary, Loop, Op, Program, Statement, Unary};

/// Operations that one evaluation of a program takes for one chain; `double` in `f64`, else in `f32`.
pub fn operations(program: &Program, double: bool) -> f64 {
    of_body(program, &program.body, double)
}

/// Numbers of data that one evaluation of a program reads.
pub fn data_read(program: &Program) -> f64 {
    fn of(program: &Program, body: &[Statement]) -> f64 {
        body.iter()
            .map(|statement| match statement {
                Statement::Loop(inner) => {
                    inner.rows as f64 * (columns(program, inner) as f64 + of(program, &inner.body))
                }
                Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => 0.0,
            })
            .sum()
    }
    of(program, &program.body)
}

/// Columns of data that a loop reads at its own row.
fn columns(program: &Program, inner: &Loop) -> usize {
    let operands = |statement: &Statement| match statement {
        Statement::Let(value) => program.op(*value).operands().collect::<Vec<_>>(),
        Statement::Store(store) | Statement::Accumulate(store) => vec![store.value],
        Statement::Loop(_) => Vec::new(),
    };
    let mut read: Vec<_> = inner.body.iter().flat_map(operands).chain(inner.sums.iter().map(|sum| sum.term)).collect();
    read.sort_unstable();
    read.dedup();
    read.into_iter().filter(|&value| matches!(program.op(value), Op::Datum { row, .. } if row == inner.id)).count()
}

fn of_body(program: &Program, body: &[Statement], double: bool) -> f64 {
    body.iter()
        .map(|statement| match statement {
            Statement::Let(value) => match program.op(*value) {
                Op::Constant(_)
                | Op::Roundoff(_)
                | Op::Coordinate(_)
                | Op::Datum { .. }
                | Op::Load { .. }
                | Op::Sum(..) => 0.0,
                Op::Unary(function, _) => of_unary(function, double),
                Op::Binary(function, ..) => of_binary(function, double),
                Op::Select { .. } => 2.0,
            },
            Statement::Loop(inner) => {
                let sums = inner.sums.len() as f64;
                inner.rows as f64 * (of_body(program, &inner.body, double) + sums)
            }
            Statement::Store(_) => 0.0,
            Statement::Accumulate(_) => 1.0,
        })
        .sum()
}

/// Horner's rule takes two operations per coefficient but the first.
fn horner(single: usize, doubled: usize, double: bool) -> f64 {
    2.0 * (if double { doubled } else { single } as f64 - 1.0)
}

/// `math/elementary`: clamping 4, reduction 7, the series, its use 2, scaling by a power of two 8.
fn exp(double: bool) -> f64 {
    21.0 + horner(7, 14, double)
}

/// `math/elementary`: splitting 7, the parts 14, the series, the edges 6.
fn ln(double: bool) -> f64 {
    27.0 + horner(5, 10, double)
}

fn of_unary(function: Unary, double: bool) -> f64 {
    let (exp, ln) = (exp(double), ln(double));
    // What is not below is a ratio of polynomials or a series with a reduction and an exponential or a logarithm.
    let special = 30.0 + exp + ln;
    match function {
        Unary::Negate | Unary::Square | Unary::Sqrt | Unary::Abs | Unary::Floor => 1.0,
        Unary::Exp => exp,
        Unary::Ln => ln,
        Unary::Ln1p => ln + 3.0,
        Unary::Expm1 => exp + 5.0,
        Unary::Tanh => exp + 13.0,
        Unary::LnCosh => exp + ln + 7.0,
        Unary::InvLogit => exp + 5.0,
        Unary::Log1pExp | Unary::Log1mExp => exp + ln + 8.0,
        Unary::Sin | Unary::Cos => 20.0 + horner(5, 9, double) + horner(6, 10, double),
        Unary::Lgamma
        | Unary::Digamma
        | Unary::Trigamma
        | Unary::Erf
        | Unary::Erfc
        | Unary::Phi
        | Unary::LnPhi
        | Unary::InvMills
        | Unary::InvPhi
        | Unary::LnBesselI0
        | Unary::BesselRatio => special,
    }
}

fn of_binary(function: Binary, double: bool) -> f64 {
    match function {
        Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide => 1.0,
        Binary::Power | Binary::Atan2 | Binary::LogAddExp => exp(double) + ln(double) + 10.0,
        Binary::LnBeta | Binary::LnBetaSlope => 3.0 * (30.0 + exp(double) + ln(double)),
    }
}

/// What one coordinate of a Metropolis sweep takes beside its log density, `terms` terms of it: half a block of Philox
/// (10 rounds of 10 integer operations), half a pair of normal variates, the logarithm of a uniform one, the proposal,
/// the accumulation of the terms and the accept test.
pub fn of_proposal(terms: usize, double: bool) -> f64 {
    let pair = ln(double) + 3.0 + 20.0 + horner(5, 9, double) + horner(6, 10, double) + 3.0;
    50.0 + pair / 2.0 + (ln(double) + 3.0) + 2.0 + 6.0 * terms as f64 + 1.0 + 10.0
}

#[cfg(test)]
mod tests {
    use super::super::build::Builder;
    use super::super::op::Table;
    use super::*;

    #[test]
    fn loops_count_as_often_as_they_run() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let table = b.table(Table { name: "y".into(), values: (0..10).map(f64::from).collect() });
        let row = b.open_loop(10);
        let datum = b.push(Op::Datum { table, row });
        let difference = b.push(Op::Binary(Binary::Subtract, datum, z));
        let square = b.push(Op::Unary(Unary::Square, difference));
        let sum = b.close_loop(&[square])[0];
        let negated = b.push(Op::Unary(Unary::Negate, sum));
        let program = b.finish(vec![negated]);
        // A subtraction, a square and an addition for each row, and one negation.
        assert_eq!(operations(&program, false), 31.0);
        assert_eq!(data_read(&program), 10.0);
    }

    #[test]
    fn a_function_in_double_precision_is_more_work() {
        assert!(of_unary(Unary::Exp, true) > of_unary(Unary::Exp, false));
        assert!(of_proposal(3, true) > of_proposal(3, false));
    }
}
