//! Replaces sums over data by closed forms, whose numbers are computed here, once, in `f64`: a hundred rows or 10^8
//! cost the same.
//!
//! ```text
//! sum of (c0 + c1 x[n] + .. )^2     |R c|^2, where R is the triangle of [1, x, ..]: a square for each column
//! sum of c0 + c1 x[n] + ..          c0, c1, .. times the sums of columns
//! the same, with theta[g[n]]        a loop over groups instead of rows, and the above for what groups share
//! ```
//!
//! In: a program, simplified, so that what does not change from row to row stands outside of the loops. Out: the same
//! results within rounding, in single precision too. That is why it is not `A'A` that is computed:
//!
//! * Columns are centred first (the column of ones comes first in the triangle), so that a covariate around 2,000 with
//!   a spread of 10 enters by its spread.
//! * What is known, such as `y`, comes last in the triangle: the last square is the residual sum of squares of the
//!   best fit, a constant, and the others are what the coefficients are away from that fit. Near it the terms are
//!   small, where differences of large moments would cancel.
//! * Each row is divided by its diagonal element: `c1 - 0.732..` loses nothing when it is small, and the rounding of
//!   the constant moves the posterior by a fixed fraction of its own rounding instead of making noise.
//!
//! A column that depends on others has a zero on the diagonal, and its row is what is left.
//!
//! Absent on purpose: coefficients of data that differ between groups (`beta[g[n]] * x[n]`), squares over two groupings
//! at once, and weights on squares other than a division by data.

mod emit;
mod form;
#[cfg(test)]
mod tests;
mod triangle;

use self::emit::{linear, quadratic};
use self::form::{Class, Form, Forms, over, plus, times};
use super::op::{Binary, Loop, Op, Order, Program, Statement, Unary, Value};
use super::transcribe::Transcription;

/// The program with closed forms where they cost less than the loop: same coordinates and results, and new tables where
/// groups have their own numbers.
pub fn collapse(program: &Program) -> Program {
    let mut pass = Pass { copy: Transcription::new(program), changing: program.accumulating() };
    pass.run(&program.body);
    pass.copy.finish()
}

struct Pass<'a> {
    copy: Transcription<'a>,
    /// For each array, whether it may change while a loop runs that reads it.
    changing: Vec<bool>,
}

/// A summand of a sum's term.
enum Piece {
    /// An affine form.
    Linear(Form),
    /// The product of two affine forms, or the square of one.
    Quadratic(Form, Option<Form>),
    /// What stays in the loop.
    Rest,
}

/// What a sum has become: what is known without the loop, and what the loop has left to do, both in new values but for
/// the terms.
struct Remainder {
    known: Option<Value>,
    terms: Vec<(Value, Value)>,
}

impl Pass<'_> {
    fn run(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => self.copy.compute(*value),
                Statement::Store(store) => self.copy.store(store),
                Statement::Accumulate(store) => self.copy.accumulate(store),
                Statement::Loop(inner) => self.sum(inner),
            }
        }
    }

    fn sum(&mut self, inner: &Loop) {
        let remainders = self.remainders(inner);
        self.copy.open(&[inner], inner.order);
        self.run(&inner.body);
        let mut terms = Vec::new();
        for remainder in &remainders {
            let products = remainder.terms.iter().map(|&(coefficient, term)| {
                let term = self.copy.value(term);
                times(&mut self.copy, coefficient, term)
            });
            let products: Vec<Value> = products.collect();
            terms.extend(products.into_iter().reduce(|sum, product| plus(&mut self.copy, sum, product)));
        }
        let mut totals = self.copy.builder.close_loop(&terms).into_iter();
        for (sum, remainder) in inner.sums.iter().zip(remainders) {
            let looped = (!remainder.terms.is_empty()).then(|| totals.next().expect("one total per term"));
            let total = match (remainder.known, looped) {
                (Some(known), Some(looped)) => plus(&mut self.copy, looped, known),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => self.copy.builder.constant(0.0),
            };
            self.copy.rename(sum.total, total);
        }
    }

    fn remainders(&mut self, inner: &Loop) -> Vec<Remainder> {
        let one = self.copy.builder.constant(1.0);
        if inner.order != Order::Any {
            return inner.sums.iter().map(|sum| Remainder { known: None, terms: vec![(one, sum.term)] }).collect();
        }
        let mut changing = self.changing.clone();
        note_stores(&inner.body, &mut changing);
        let mut forms = Forms::new(&mut self.copy, inner, &changing);
        let mut remainders = Vec::new();
        for sum in &inner.sums {
            let mut pieces = Vec::new();
            split(&mut forms, sum.term, one, &mut pieces);
            let mut remainder = Remainder { known: None, terms: Vec::new() };
            for (coefficient, origin, piece) in pieces {
                let closed = match piece {
                    Piece::Linear(form) => linear(&mut forms, &form),
                    Piece::Quadratic(x, y) => quadratic(&mut forms, &x, y.as_ref()),
                    Piece::Rest => None,
                };
                match closed {
                    Some(closed) => {
                        let product = times(forms.copy, coefficient, closed);
                        let known = remainder.known.map(|known| plus(forms.copy, known, product));
                        remainder.known = known.or(Some(product));
                    }
                    None => remainder.terms.push((coefficient, origin)),
                }
            }
            if remainder.known.is_none() {
                remainder.terms = vec![(one, sum.term)];
            }
            remainders.push(remainder);
        }
        remainders
    }
}

fn note_stores(body: &[Statement], stored: &mut [bool]) {
    for statement in body {
        match statement {
            Statement::Let(_) => {}
            Statement::Loop(inner) => note_stores(&inner.body, stored),
            Statement::Store(store) | Statement::Accumulate(store) => stored[store.array.index()] = true,
        }
    }
}

/// Splits `coefficient * term` into pieces, each with its coefficient and the value it comes from.
fn split(forms: &mut Forms<'_, '_>, term: Value, coefficient: Value, pieces: &mut Vec<(Value, Value, Piece)>) {
    if let Some(form) = forms.form(term) {
        pieces.push((coefficient, term, Piece::Linear(form)));
        return;
    }
    match forms.copy.old.op(term) {
        Op::Unary(Unary::Negate, x) => {
            let minus = forms.copy.builder.constant(-1.0);
            let negated = times(forms.copy, minus, coefficient);
            split(forms, x, negated, pieces);
        }
        Op::Binary(Binary::Add, x, y) => {
            split(forms, x, coefficient, pieces);
            split(forms, y, coefficient, pieces);
        }
        Op::Binary(Binary::Subtract, x, y) => {
            split(forms, x, coefficient, pieces);
            let minus = forms.copy.builder.constant(-1.0);
            let negated = times(forms.copy, minus, coefficient);
            split(forms, y, negated, pieces);
        }
        Op::Binary(Binary::Multiply, factor, inner) | Op::Binary(Binary::Multiply, inner, factor)
            if forms.class(factor) == Class::Invariant =>
        {
            let factor = forms.copy.value(factor);
            let product = times(forms.copy, factor, coefficient);
            split(forms, inner, product, pieces);
        }
        Op::Binary(Binary::Divide, inner, divisor) if forms.class(divisor) == Class::Invariant => {
            let divisor = forms.copy.value(divisor);
            let quotient = over(forms.copy, coefficient, divisor);
            split(forms, inner, quotient, pieces);
        }
        Op::Unary(Unary::Square, x) => {
            let piece = forms.form(x).map_or(Piece::Rest, |form| Piece::Quadratic(form, None));
            pieces.push((coefficient, term, piece));
        }
        Op::Binary(Binary::Multiply, x, y) => {
            let piece = match (forms.form(x), forms.form(y)) {
                (Some(x), Some(y)) => Piece::Quadratic(x, Some(y)),
                _ => Piece::Rest,
            };
            pieces.push((coefficient, term, piece));
        }
        _ => pieces.push((coefficient, term, Piece::Rest)),
    }
}
