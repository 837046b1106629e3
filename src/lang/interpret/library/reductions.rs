//! Numbers of a container, or of each of its rows or columns: sums, moments, norms, extremes; and running sums.
//!
//! In: values. Out: scalars, and vectors of them. Sums over rows stay sums over rows; means and deviations of data are
//! those of compensated sums.

use super::folds::{fold, running};
use crate::ir::Unary;
use crate::ir::graph::{Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::interpret::elementwise::{dot, elementwise, sum};
use crate::lang::interpret::value::{Inner, ROWS, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a reduction; `None` if the function is none.
    pub(super) fn reduction(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let g = &mut self.graph;
        let number = match (name, arguments) {
            ("sum", [x]) => sum(g, x),
            ("prod", [x]) => fold(g, x, 1.0, Graph::multiply),
            ("min", [x]) => fold(g, x, f64::INFINITY, |g, x, y| g.select(x, y, x, y)),
            ("max", [x]) => fold(g, x, f64::NEG_INFINITY, |g, x, y| g.select(y, x, x, y)),
            ("cumulative_sum", [x]) => return Ok(Some(running(g, x, Graph::add))),
            ("mean", [x]) => {
                require_elements(x, span)?;
                mean(g, x)
            }
            ("variance", [x]) => {
                require_elements(x, span)?;
                variance(g, x)
            }
            ("sd", [x]) => {
                require_elements(x, span)?;
                let variance = variance(g, x);
                g.unary(Unary::Sqrt, variance)
            }
            ("norm1", [x]) => {
                let magnitudes = elementwise(g, &[x], |g, x| g.unary(Unary::Abs, x[0]));
                sum(g, &magnitudes)
            }
            ("norm2", [x]) => {
                let square = dot_self(g, x);
                g.unary(Unary::Sqrt, square)
            }
            ("dot_self", [x]) => dot_self(g, x),
            ("dot_product", [x, y]) => {
                require_lengths(x, y, span)?;
                dot(g, x, y)
            }
            ("distance" | "squared_distance", [x, y]) => {
                require_lengths(x, y, span)?;
                let difference = elementwise(g, &[x, y], |g, x| g.subtract(x[0], x[1]));
                let square = dot_self(g, &difference);
                if name == "distance" { g.unary(Unary::Sqrt, square) } else { square }
            }
            ("columns_dot_self" | "rows_dot_self", [x]) => return Ok(Some(self.sums_of_products(name, x, x))),
            ("columns_dot_product" | "rows_dot_product", [x, y]) => {
                self.require_shape(&x.shape, &y.shape, span)?;
                return Ok(Some(self.sums_of_products(name, x, y)));
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::number(number)))
    }

    /// The dot products of the rows, or of the columns, of two matrices.
    fn sums_of_products(&mut self, name: &str, x: &Value, y: &Value) -> Value {
        let g = &mut self.graph;
        let products = elementwise(g, &[x, y], |g, x| g.multiply(x[0], x[1]));
        let (rows, columns) = match x.shape.inner {
            Inner::Matrix(rows, columns) => (rows, columns),
            Inner::RowVector(n) => (1, n),
            Inner::Scalar | Inner::Vector(_) => (x.len(), 1),
        };
        let of_rows = name.starts_with("rows");
        let (inner, terms) = if of_rows { (Inner::Vector(rows), columns) } else { (Inner::RowVector(columns), rows) };
        let position =
            |result: usize, term: usize| (if of_rows { result + term * rows } else { term + result * rows }) as u32;
        let results = inner.len();
        if results >= ROWS && results >= terms {
            // All results together, term by term.
            let mut total = Value::known(Shape::of(inner), vec![0.0; results]);
            for term in 0..terms {
                let positions: Vec<u32> = (0..results).map(|result| position(result, term)).collect();
                let part = products.gather(g, Shape::of(inner), &positions);
                total = elementwise(g, &[&total, &part], |g, x| g.add(x[0], x[1]));
            }
            return total;
        }
        let mut totals = Vec::with_capacity(results);
        for result in 0..results {
            let positions: Vec<u32> = (0..terms).map(|term| position(result, term)).collect();
            let part = products.gather(g, Shape::of(Inner::Vector(terms)), &positions);
            totals.push(sum(g, &part));
        }
        Value::each(Shape::of(inner), totals)
    }
}

/// Something must be there.
pub(in crate::lang::interpret) fn require_elements(value: &Value, span: Span) -> Result<(), BindError> {
    if value.len() > 0 {
        return Ok(());
    }
    Err(BindError::Argument { message: "this needs at least one element, and is given none".to_owned(), span })
}

/// As many of one as of the other, whatever they are.
fn require_lengths(x: &Value, y: &Value, span: Span) -> Result<(), BindError> {
    if x.len() == y.len() {
        return Ok(());
    }
    Err(BindError::Sizes { expected: x.shape.to_string(), found: y.shape.to_string(), span })
}

/// The sum of squares.
fn dot_self(g: &mut Graph, x: &Value) -> Number {
    let squares = elementwise(g, &[x], |g, x| g.unary(Unary::Square, x[0]));
    sum(g, &squares)
}

fn mean(g: &mut Graph, x: &Value) -> Number {
    let total = sum(g, x);
    g.divide(total, Number::Known(x.len() as f64))
}

/// Squared deviations over `n - 1`; 0 of a single element.
fn variance(g: &mut Graph, x: &Value) -> Number {
    if x.len() == 1 {
        return Number::Known(0.0);
    }
    let mean = Value::number(mean(g, x));
    let deviations = elementwise(g, &[x, &mean], |g, x| g.subtract(x[0], x[1]));
    let total = dot_self(g, &deviations);
    g.divide(total, Number::Known(x.len() as f64 - 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::Either;
    use super::super::trial::{SPAN, agreed, call, interpreter, matrix, scalar, vector, with_parameters};
    use super::*;
    use crate::ir::graph::Domain;
    use crate::lang::interpret::value::Elements;

    /// Sums of eight terms: a rounding for each, and that of the formula.
    const TOLERANCE: f64 = 10.0 * f64::EPSILON;
    const X: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    const Y: [f64; 8] = [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0];

    #[test]
    fn of_the_numbers_to_eight() {
        // Closed forms: n (n + 1) / 2, n (n + 1) (2 n + 1) / 6, n!, (n^2 - 1) / 12 times n / (n - 1).
        let expected = [
            ("sum", 36.0),
            ("prod", 40320.0),
            ("mean", 4.5),
            ("variance", 6.0),
            ("sd", 6.0_f64.sqrt()),
            ("norm1", 36.0),
            ("norm2", 204.0_f64.sqrt()),
            ("dot_self", 204.0),
            ("min", 1.0),
            ("max", 8.0),
        ];
        for (name, expected) in expected {
            let value = agreed(name, &[Either(vector(&X))], TOLERANCE);
            assert_eq!(value.as_known(), Some(&[expected][..]), "{name}");
        }
    }

    #[test]
    fn of_two_vectors() {
        for (name, expected) in [("dot_product", 120.0), ("squared_distance", 168.0), ("distance", 168.0_f64.sqrt())] {
            let value = agreed(name, &[Either(vector(&X)), Either(vector(&Y))], TOLERANCE);
            assert_eq!(value.as_known(), Some(&[expected][..]), "{name}");
            let error = call(name, &[vector(&X), vector(&Y[1..])]).expect_err("the lengths differ");
            assert!(matches!(error, BindError::Sizes { span: SPAN, .. }), "{name}");
        }
    }

    #[test]
    fn of_rows_and_of_columns() {
        let m = matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]);
        let columns = agreed("columns_dot_self", &[Either(m.clone())], TOLERANCE);
        assert_eq!((columns.shape, columns.elements), {
            let expected = Value::known(Shape::of(Inner::RowVector(3)), vec![66.0, 93.0, 126.0]);
            (expected.shape, expected.elements)
        });
        let rows = agreed("rows_dot_product", &[Either(m.clone()), Either(m)], TOLERANCE);
        assert_eq!(rows, vector(&[14.0, 77.0, 194.0]));
    }

    #[test]
    fn a_long_side_is_taken_as_rows() {
        let tall = Value::known(Shape::of(Inner::Matrix(8, 2)), [X, Y].concat());
        let value = agreed("rows_dot_self", &[Either(tall.clone())], TOLERANCE);
        let expected: Vec<f64> = X.iter().zip(Y).map(|(x, y)| x * x + y * y).collect();
        assert_eq!(value, vector(&expected));
        let (value, _) = with_parameters("rows_dot_self", &[Either(tall)], true);
        assert!(matches!(value.elements, Elements::Rows(_)));
    }

    #[test]
    fn sums_accumulate_one_by_one_and_as_a_recurrence() {
        for count in [0_i32, 1, 9, 200] {
            let terms: Vec<f64> = (1..=count).map(f64::from).collect();
            let sums: Vec<f64> = (1..=count).map(|n| f64::from(n * (n + 1) / 2)).collect();
            assert_eq!(agreed("cumulative_sum", &[Either(vector(&terms))], 0.0), vector(&sums));
        }
    }

    #[test]
    fn a_thousand_rows_are_no_thousand_nodes() {
        let mut run = interpreter();
        let number = run.graph.coordinates(Domain::elements(1000), (0..1000).collect());
        let x = Value { shape: Shape::of(Inner::Vector(1000)), elements: Elements::Rows(number) };
        for name in ["sum", "mean", "sd", "norm1", "min", "max", "prod"] {
            let value = run.reduction(name, std::slice::from_ref(&x), SPAN);
            assert!(value.is_ok_and(|value| value.is_some()), "{name}");
        }
        assert!(run.graph.len() < 60, "{} nodes", run.graph.len());
    }

    #[test]
    fn nothing_has_a_sum_but_no_mean() {
        assert_eq!(call("sum", &[vector(&[])]), Ok(scalar(0.0)));
        assert_eq!(call("prod", &[vector(&[])]), Ok(scalar(1.0)));
        assert_eq!(call("max", &[vector(&[])]), Ok(scalar(f64::NEG_INFINITY)));
        assert!(matches!(call("mean", &[vector(&[])]), Err(BindError::Argument { .. })));
        assert_eq!(call("variance", &[vector(&[3.0])]), Ok(scalar(0.0)));
    }
}
