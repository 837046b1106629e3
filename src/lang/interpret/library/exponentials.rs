//! Sums of exponentials: `log_sum_exp`, softmax, mixtures.
//!
//! In: values. Out: a scalar, or a container of the same shape. Of few terms, and of terms that are single numbers, the
//! largest is taken out before exponentials are; of many rows, pairs are added row after row. Neither overflows.

use super::folds::{fold, running};
use crate::ir::graph::{Domain, Graph, Number};
use crate::ir::{Binary, Unary};
use crate::lang::bind::BindError;
use crate::lang::interpret::elementwise::elementwise;
use crate::lang::interpret::value::{Elements, Inner, ROWS, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

/// Up to so many rows are taken one by one.
const SINGLE: usize = 512;

/// Up to so many terms, adding pairs is cheaper than taking out the largest.
const PAIRS: usize = 3;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn exponential(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let g = &mut self.graph;
        Ok(Some(match (name, arguments) {
            ("log_sum_exp", [x]) => Value::number(log_sum_exp(g, x)),
            ("log_softmax", [x]) => self.log_softmax(x),
            ("cumulative_logsumexp", [x]) => running(g, x, |g, x, y| g.binary(Binary::LogAddExp, x, y)),
            ("softmax", [x]) => {
                let logarithms = self.log_softmax(x);
                elementwise(&mut self.graph, &[&logarithms], |g, x| g.unary(Unary::Exp, x[0]))
            }
            ("log_mix", [weights, densities]) => Value::number(self.mixture(weights, densities, span)?),
            _ => return Ok(None),
        }))
    }

    /// Of a vector, or of each one of an array.
    fn log_softmax(&mut self, x: &Value) -> Value {
        if x.shape.arrays.is_empty() {
            return log_softmax(&mut self.graph, x);
        }
        let mut numbers = Vec::with_capacity(x.len());
        for vector in self.parts(x) {
            numbers.extend(log_softmax(&mut self.graph, &vector).numbers(&mut self.graph));
        }
        Value::each(x.shape.clone(), numbers)
    }

    /// `log_sum_exp(log(weights) + densities)`, summed over an array of such densities.
    fn mixture(&mut self, weights: &Value, densities: &Value, span: Span) -> Result<Number, Stop> {
        let g = &mut self.graph;
        let components = weights.len();
        // An array of vectors; an array of numbers is a mixture by itself.
        let several = densities.shape.inner != Inner::Scalar && !densities.shape.arrays.is_empty();
        let count = if several { densities.shape.arrays.iter().product() } else { 1 };
        let found = if several { densities.shape.inner.len() } else { densities.len() };
        if found != components {
            let (expected, found) = (weights.shape.to_string(), densities.shape.to_string());
            return Err(BindError::Sizes { expected, found, span }.into());
        }
        let logarithms = elementwise(g, &[weights], |g, x| g.unary(Unary::Ln, x[0])).numbers(g);
        let free = logarithms.iter().all(|&number| g.domain(number).is_none());
        if let Elements::Rows(number) = densities.elements
            && count >= ROWS
            && free
        {
            // All mixtures at once: for each component, a row per mixture.
            let mut terms = Vec::with_capacity(components);
            for (component, &weight) in logarithms.iter().enumerate() {
                let list: Vec<u32> = (0..count).map(|row| (row * components + component) as u32).collect();
                let density = g.reindex(number, Domain::elements(count), &list);
                terms.push(g.add(weight, density));
            }
            let mixture = log_sum_of(g, &terms);
            return Ok(g.sum(mixture, count));
        }
        let densities = densities.numbers(g);
        let mut total = Number::Known(0.0);
        for row in 0..count {
            let mut terms = Vec::with_capacity(components);
            for (component, &weight) in logarithms.iter().enumerate() {
                terms.push(g.add(weight, densities[row * components + component]));
            }
            let mixture = log_sum_of(g, &terms);
            total = g.add(total, mixture);
        }
        Ok(total)
    }
}

/// `ln(sum of exp(x))`; minus infinity of no element.
fn log_sum_exp(g: &mut Graph, x: &Value) -> Number {
    match x.elements {
        Elements::Rows(number) if g.domain(number).is_none() => g.add(number, Number::Known((x.len() as f64).ln())),
        Elements::Rows(_) if x.len() > SINGLE => {
            fold(g, x, f64::NEG_INFINITY, |g, x, y| g.binary(Binary::LogAddExp, x, y))
        }
        _ => {
            let numbers = x.numbers(g);
            log_sum_of(g, &numbers)
        }
    }
}

/// The same of a list.
fn log_sum_of(g: &mut Graph, terms: &[Number]) -> Number {
    let Some((&first, rest)) = terms.split_first() else { return Number::Known(f64::NEG_INFINITY) };
    if terms.len() <= PAIRS && terms.iter().any(|term| term.known().is_none()) {
        return rest.iter().fold(first, |sum, &term| g.binary(Binary::LogAddExp, sum, term));
    }
    let largest = rest.iter().fold(first, |largest, &term| g.select(term, largest, largest, term));
    // An infinity cannot be taken out: infinity minus infinity is not a number.
    let magnitude = g.unary(Unary::Abs, largest);
    let shift = g.select(Number::Known(f64::INFINITY), magnitude, Number::Known(0.0), largest);
    let mut total = Number::Known(0.0);
    for &term in terms {
        let exponent = g.subtract(term, shift);
        let exponential = g.unary(Unary::Exp, exponent);
        total = g.add(total, exponential);
    }
    let logarithm = g.unary(Unary::Ln, total);
    g.add(shift, logarithm)
}

fn log_softmax(g: &mut Graph, x: &Value) -> Value {
    let total = Value::number(log_sum_exp(g, x));
    elementwise(g, &[x, &total], |g, x| g.subtract(x[0], x[1]))
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, call, close, scalar, vector};
    use super::*;
    use crate::lang::interpret::value::Shape;

    /// Exponentials and logarithms of at most 4 units in the last place, and a sum of rounded terms.
    const TOLERANCE: f64 = 50.0 * f64::EPSILON;

    #[test]
    fn equal_terms_add_their_number() {
        // Alone, in pairs, with the largest taken out, and row after row.
        for (count, x) in [(1, 2.0), (3, -1000.0), (20, 1000.0), (600, -3.0)] {
            let value = agreed("log_sum_exp", &[Either(vector(&vec![x; count]))], 600.0 * f64::EPSILON);
            let expected = x + (count as f64).ln();
            close("log_sum_exp", value.as_known().expect("data give data"), &[expected], 4.0 * f64::EPSILON);
        }
    }

    #[test]
    fn infinite_terms_do_not_spoil_the_sum() {
        let nothing = f64::NEG_INFINITY;
        let lists: [(&[f64], f64); 4] = [
            (&[], nothing),
            (&[nothing; 5], nothing),
            (&[nothing, 0.0, nothing, 0.0, nothing], 2.0_f64.ln()),
            (&[0.0, f64::INFINITY, 1.0, 2.0], f64::INFINITY),
        ];
        for (terms, expected) in lists {
            let value = agreed("log_sum_exp", &[Either(vector(terms))], TOLERANCE);
            assert_eq!(value, scalar(expected), "{terms:?}");
        }
    }

    #[test]
    fn softmax_gives_back_proportions() {
        let proportions: Vec<f64> = (1..=9).map(|x| f64::from(x) / 45.0).collect();
        let logits: Vec<f64> = proportions.iter().map(|p| p.ln() + 700.0).collect();
        // The shift costs 700 units of rounding in the exponent.
        let value = agreed("softmax", &[Either(vector(&logits))], 700.0 * f64::EPSILON);
        close("softmax", value.as_known().expect("data give data"), &proportions, 1400.0 * f64::EPSILON);
        let value = agreed("log_softmax", &[Either(vector(&logits))], 700.0 * f64::EPSILON);
        let expected: Vec<f64> = proportions.iter().map(|p| p.ln()).collect();
        close("log_softmax", value.as_known().expect("data give data"), &expected, 1400.0 * f64::EPSILON);
    }

    #[test]
    fn sums_of_equal_terms_grow_with_their_number() {
        for count in [9, 100] {
            let value = agreed("cumulative_logsumexp", &[Either(vector(&vec![-800.0; count]))], TOLERANCE);
            let expected: Vec<f64> = (1..=count).map(|n| -800.0 + (n as f64).ln()).collect();
            close("cumulative_logsumexp", value.as_known().expect("data give data"), &expected, TOLERANCE);
        }
    }

    #[test]
    fn mixtures_of_vectors_and_of_arrays_of_vectors() {
        let weights = Either(vector(&[0.2, 0.5, 0.3]));
        let densities: [f64; 3] = [-1.0, -2.0, 0.5];
        let terms = [0.2, 0.5, 0.3].iter().zip(densities).map(|(weight, density)| weight * density.exp());
        let expected = terms.sum::<f64>().ln();
        let value = agreed("log_mix", &[weights.clone(), Either(vector(&densities))], TOLERANCE);
        close("log_mix", value.as_known().expect("data give data"), &[expected], TOLERANCE);
        for count in [2, 10] {
            let shape = Shape { arrays: vec![count], inner: Inner::Vector(3) };
            let several = Value::known(shape, densities.repeat(count));
            for several in [Data(several.clone()), Either(several)] {
                let value = agreed("log_mix", &[weights.clone(), several], TOLERANCE);
                let expected = expected * count as f64;
                close("log_mix", value.as_known().expect("data give data"), &[expected], TOLERANCE);
            }
        }
        let error = call("log_mix", &[vector(&[0.5, 0.5]), vector(&densities)]);
        assert!(matches!(error, Err(BindError::Sizes { .. })));
    }
}
