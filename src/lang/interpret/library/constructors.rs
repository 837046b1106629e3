//! Containers out of sizes: repetitions, zeros and ones, even spacings, identity matrices.
//!
//! In: sizes, which must follow from data, and what to fill with. Out: containers. A number that many elements share is
//! held once.

use crate::ir::graph::Graph;
use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Elements, Inner, ROWS, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a constructor; `None` if the function is none.
    pub(super) fn constructor(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let sizes = |interpreter: &Self, from: usize| -> Result<Vec<usize>, Stop> {
            arguments[from..].iter().map(|size| interpreter.size_argument(size, span)).collect()
        };
        Ok(Some(match (name, arguments) {
            ("rep_vector", [x, n]) => {
                let n = self.size_argument(n, span)?;
                repeated(&self.graph, x, Shape::of(Inner::Vector(n)))
            }
            ("rep_row_vector", [x, n]) => {
                let n = self.size_argument(n, span)?;
                repeated(&self.graph, x, Shape::of(Inner::RowVector(n)))
            }
            ("rep_matrix", [x, _]) => {
                let times = sizes(self, 1)?[0];
                let rows_first = matches!(x.shape.inner, Inner::Vector(_));
                let (rows, columns) = if rows_first { (x.len(), times) } else { (times, x.len()) };
                self.require_room(&[rows, columns], span)?;
                let element = |row: usize, column: usize| (if rows_first { row } else { column }) as u32;
                let positions: Vec<u32> =
                    (0..columns).flat_map(|column| (0..rows).map(move |row| element(row, column))).collect();
                x.gather(&mut self.graph, Shape::of(Inner::Matrix(rows, columns)), &positions)
            }
            ("rep_matrix", [x, ..]) => {
                let sizes = sizes(self, 1)?;
                self.require_room(&sizes, span)?;
                repeated(&self.graph, x, Shape::of(Inner::Matrix(sizes[0], sizes[1])))
            }
            ("rep_array", [x, ..]) => {
                let mut arrays = sizes(self, 1)?;
                self.require_room(&[&arrays[..], &[x.len()]].concat(), span)?;
                let times: usize = arrays.iter().product();
                arrays.extend(&x.shape.arrays);
                let shape = Shape { arrays, inner: x.shape.inner };
                if x.shape.is_scalar() {
                    repeated(&self.graph, x, shape)
                } else {
                    let positions: Vec<u32> = (0..times).flat_map(|_| Graph::identity(x.len())).collect();
                    x.gather(&mut self.graph, shape, &positions)
                }
            }
            ("zeros_vector", [n]) => self.filled(Inner::Vector, 0.0, n, span)?,
            ("ones_vector", [n]) => self.filled(Inner::Vector, 1.0, n, span)?,
            ("zeros_row_vector", [n]) => self.filled(Inner::RowVector, 0.0, n, span)?,
            ("ones_row_vector", [n]) => self.filled(Inner::RowVector, 1.0, n, span)?,
            ("zeros_array" | "zeros_int_array" | "ones_array" | "ones_int_array", [n]) => {
                let n = self.size_argument(n, span)?;
                let x = if name.starts_with("ones") { 1.0 } else { 0.0 };
                Value::known(Shape::array(vec![n]), vec![x; n])
            }
            ("identity_matrix", [n]) => {
                let n = self.size_argument(n, span)?;
                self.require_room(&[n, n], span)?;
                let elements = (0..n * n).map(|at| if at % n == at / n { 1.0 } else { 0.0 }).collect();
                Value::known(Shape::of(Inner::Matrix(n, n)), elements)
            }
            ("uniform_simplex", [n]) => {
                let n = self.positive_size(n, span)?;
                Value::known(Shape::of(Inner::Vector(n)), vec![1.0 / n as f64; n])
            }
            (_, [n, x]) if name.starts_with("one_hot_") => {
                let Some(shape) = shape_of(&name["one_hot_".len()..]) else { return Ok(None) };
                let n = self.positive_size(n, span)?;
                let hot = self.index_argument(x, n, span)?;
                let elements = (0..n).map(|at| if at == hot { 1.0 } else { 0.0 }).collect();
                Value::known(shape(n), elements)
            }
            (_, [n, lower, upper]) if name.starts_with("linspaced_") => {
                let kind = &name["linspaced_".len()..];
                let Some(shape) = shape_of(kind) else { return Ok(None) };
                let n = self.size_argument(n, span)?;
                let (lower, upper) = (self.require_known(lower, span)?[0], self.require_known(upper, span)?[0]);
                if n > 0 && (upper < lower || !lower.is_finite() || !upper.is_finite()) {
                    let message = format!("`{name}` needs finite bounds in order, and is given {lower} and {upper}");
                    return Err(BindError::Argument { message, span }.into());
                }
                let elements =
                    if kind == "int_array" { whole_spacing(n, lower, upper) } else { spacing(n, lower, upper) };
                Value::known(shape(n), elements)
            }
            _ => return Ok(None),
        }))
    }

    fn filled(&self, inner: fn(usize) -> Inner, x: f64, n: &Value, span: Span) -> Result<Value, Stop> {
        let n = self.size_argument(n, span)?;
        Ok(Value::known(Shape::of(inner(n)), vec![x; n]))
    }

    fn positive_size(&self, n: &Value, span: Span) -> Result<usize, Stop> {
        match self.size_argument(n, span)? {
            0 => Err(BindError::Argument { message: "a size must be positive here, and is 0".to_owned(), span }.into()),
            n => Ok(n),
        }
    }
}

/// A number in every element. Many elements share one number as rows do.
fn repeated(graph: &Graph, x: &Value, shape: Shape) -> Value {
    let number = x.scalar();
    let len = shape.len();
    if let Some(x) = number.known() {
        return Value::known(shape, vec![x; len]);
    }
    // A number of the loop that runs has rows, but not those of the elements.
    if len >= ROWS && graph.domain(number).is_none() {
        return Value { shape, elements: Elements::Rows(number) };
    }
    Value::each(shape, vec![number; len])
}

fn shape_of(kind: &str) -> Option<fn(usize) -> Shape> {
    Some(match kind {
        "vector" => |n| Shape::of(Inner::Vector(n)),
        "row_vector" => |n| Shape::of(Inner::RowVector(n)),
        "array" | "int_array" => |n| Shape::array(vec![n]),
        _ => return None,
    })
}

/// From `lower` to `upper` in even steps; `upper` alone if there is one element. Steps are counted from the end of
/// greater magnitude, as Eigen's `LinSpaced` counts them, so that results are Stan's to the last bit.
fn spacing(n: usize, lower: f64, upper: f64) -> Vec<f64> {
    if n <= 1 {
        return vec![upper; n];
    }
    let last = n - 1;
    let step = (upper - lower) / last as f64;
    let flip = upper.abs() < lower.abs();
    (0..n)
        .map(|at| match (flip, at) {
            (true, 0) => lower,
            (true, _) => upper - (last - at) as f64 * step,
            (false, _) if at == last => upper,
            (false, _) => lower + at as f64 * step,
        })
        .collect()
}

/// The same in whole numbers: steps of a whole number, or each value several times; `upper` is lowered to what permits
/// one of them (Eigen, `LinSpaced` of an integer type).
fn whole_spacing(n: usize, lower: f64, upper: f64) -> Vec<f64> {
    if n <= 1 {
        return vec![upper; n];
    }
    let range = upper - lower;
    let (step, repeats) = ((range / (n as f64 - 1.0)).trunc(), ((n as f64 + range) / (range + 1.0)).trunc());
    let repeat = range + 1.0 < n as f64;
    (0..n).map(|at| at as f64).map(|at| lower + if repeat { (at / repeats).trunc() } else { at * step }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, array, call, matrix, row_vector, scalar, vector, with_parameters};
    use super::*;

    #[test]
    fn repetitions_of_a_number() {
        let x = || Either(scalar(2.5));
        let n = |n: f64| Data(scalar(n));
        assert_eq!(agreed("rep_vector", &[x(), n(9.0)], 0.0), vector(&[2.5; 9]));
        assert_eq!(agreed("rep_row_vector", &[x(), n(2.0)], 0.0), row_vector(&[2.5; 2]));
        assert_eq!(agreed("rep_matrix", &[x(), n(1.0), n(2.0)], 0.0), matrix([[2.5, 2.5]]));
        assert_eq!(agreed("rep_array", &[x(), n(3.0)], 0.0), array(&[2.5; 3]));
        assert_eq!(agreed("rep_array", &[x(), n(3.0), n(4.0)], 0.0).shape, Shape::array(vec![3, 4]));
        let (value, _) = with_parameters("rep_vector", &[x(), n(1000.0)], false);
        assert!(matches!(value.elements, Elements::Rows(_)), "a thousand elements are one number");
    }

    #[test]
    fn repetitions_of_containers() {
        let expected = matrix([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]);
        assert_eq!(agreed("rep_matrix", &[Either(vector(&[1.0, 2.0, 3.0])), Data(scalar(2.0))], 0.0), expected);
        let expected = matrix([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]);
        assert_eq!(agreed("rep_matrix", &[Either(row_vector(&[1.0, 2.0, 3.0])), Data(scalar(2.0))], 0.0), expected);
        let value = agreed("rep_array", &[Either(vector(&[1.0, 2.0])), Data(scalar(2.0))], 0.0);
        let shape = Shape { arrays: vec![2], inner: Inner::Vector(2) };
        assert_eq!(value, Value::known(shape, vec![1.0, 2.0, 1.0, 2.0]));
    }

    #[test]
    fn even_spacings_end_where_they_should() {
        let spaced = |name: &str, n: f64, lower: f64, upper: f64| {
            call(name, &[n, lower, upper].map(scalar)).expect("the call is one")
        };
        assert_eq!(spaced("linspaced_vector", 5.0, -1.0, 1.0), vector(&[-1.0, -0.5, 0.0, 0.5, 1.0]));
        assert_eq!(spaced("linspaced_row_vector", 1.0, 2.0, 3.0), row_vector(&[3.0]));
        assert_eq!(spaced("linspaced_array", 0.0, 2.0, 3.0), array(&[]));
        assert_eq!(spaced("linspaced_array", 3.0, -2.0, 0.5), array(&[-2.0, -0.75, 0.5]));
        // Whole steps; values repeated; an upper end that must give way.
        assert_eq!(spaced("linspaced_int_array", 3.0, 1.0, 9.0), array(&[1.0, 5.0, 9.0]));
        assert_eq!(spaced("linspaced_int_array", 4.0, 1.0, 2.0), array(&[1.0, 1.0, 2.0, 2.0]));
        assert_eq!(spaced("linspaced_int_array", 3.0, 1.0, 8.0), array(&[1.0, 4.0, 7.0]));
    }

    #[test]
    fn constants_of_a_size() {
        let n = || vec![scalar(2.0)];
        assert_eq!(call("zeros_vector", &n()), Ok(vector(&[0.0; 2])));
        assert_eq!(call("ones_vector", &n()), Ok(vector(&[1.0; 2])));
        assert_eq!(call("zeros_row_vector", &n()), Ok(row_vector(&[0.0; 2])));
        assert_eq!(call("ones_row_vector", &n()), Ok(row_vector(&[1.0; 2])));
        for (name, x) in [("zeros_array", 0.0), ("zeros_int_array", 0.0), ("ones_array", 1.0), ("ones_int_array", 1.0)]
        {
            assert_eq!(call(name, &n()), Ok(array(&[x; 2])), "{name}");
        }
        assert_eq!(call("identity_matrix", &n()), Ok(matrix([[1.0, 0.0], [0.0, 1.0]])));
        assert_eq!(call("uniform_simplex", &n()), Ok(vector(&[0.5; 2])));
        assert_eq!(call("one_hot_vector", &[scalar(3.0), scalar(2.0)]), Ok(vector(&[0.0, 1.0, 0.0])));
        assert_eq!(call("one_hot_int_array", &[scalar(2.0), scalar(1.0)]), Ok(array(&[1.0, 0.0])));
    }

    #[test]
    fn sizes_and_bounds_that_make_no_sense_are_refused() {
        assert!(matches!(call("zeros_vector", &[scalar(-1.0)]), Err(BindError::Argument { .. })));
        assert!(matches!(call("uniform_simplex", &[scalar(0.0)]), Err(BindError::Argument { .. })));
        let hot = call("one_hot_array", &[scalar(3.0), scalar(4.0)]);
        assert!(matches!(hot, Err(BindError::IndexOutOfRange { index: 4, size: 3, .. })));
        let spaced = call("linspaced_vector", &[scalar(3.0), scalar(1.0), scalar(0.0)]);
        assert!(matches!(spaced, Err(BindError::Argument { .. })));
    }
}
