//! Several containers one after another: `append_row`, `append_col`, `append_array`.
//!
//! In: two values. Out: their elements in one. Containers held as rows stay rows: each element chooses, by its
//! position, which of them it comes from.

use crate::ir::graph::{Domain, Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Elements, Inner, ROWS, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn join(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let [x, y] = arguments else { return Ok(None) };
        let sizes =
            || -> Stop { BindError::Sizes { expected: x.shape.to_string(), found: y.shape.to_string(), span }.into() };
        Ok(Some(match name {
            "append_array" => {
                let (Some((&first, inside)), Some((&second, other))) =
                    (x.shape.arrays.split_first(), y.shape.arrays.split_first())
                else {
                    return Ok(None);
                };
                // Of nothing, nothing but the number of dimensions is known.
                let inner = match (first, second) {
                    (0, _) => Shape { arrays: other.to_vec(), inner: y.shape.inner },
                    (_, 0) => Shape { arrays: inside.to_vec(), inner: x.shape.inner },
                    _ if inside == other && x.shape.inner == y.shape.inner => {
                        Shape { arrays: inside.to_vec(), inner: x.shape.inner }
                    }
                    _ => return Err(sizes()),
                };
                let arrays = [&[first + second], &inner.arrays[..]].concat();
                joined(&mut self.graph, x, y, Shape { arrays, inner: inner.inner })
            }
            "append_row" => match (x.shape.inner, y.shape.inner) {
                (Inner::Scalar | Inner::Vector(_), Inner::Scalar | Inner::Vector(_)) => {
                    joined(&mut self.graph, x, y, Shape::of(Inner::Vector(x.len() + y.len())))
                }
                _ => {
                    let ((above, columns), (below, width)) = (as_rows(x.shape.inner), as_rows(y.shape.inner));
                    if columns != width {
                        return Err(sizes());
                    }
                    let rows = above + below;
                    let both = joined(&mut self.graph, x, y, Shape::of(Inner::Vector(rows * columns)));
                    let position = |row: usize, column: usize| {
                        (if row < above {
                            row + column * above
                        } else {
                            above * columns + row - above + column * below
                        }) as u32
                    };
                    let positions: Vec<u32> =
                        (0..columns).flat_map(|column| (0..rows).map(move |row| position(row, column))).collect();
                    both.gather(&mut self.graph, Shape::of(Inner::Matrix(rows, columns)), &positions)
                }
            },
            "append_col" => match (x.shape.inner, y.shape.inner) {
                (Inner::Scalar | Inner::RowVector(_), Inner::Scalar | Inner::RowVector(_)) => {
                    joined(&mut self.graph, x, y, Shape::of(Inner::RowVector(x.len() + y.len())))
                }
                _ => {
                    let ((rows, left), (height, right)) = (as_columns(x.shape.inner), as_columns(y.shape.inner));
                    if rows != height {
                        return Err(sizes());
                    }
                    joined(&mut self.graph, x, y, Shape::of(Inner::Matrix(rows, left + right)))
                }
            },
            _ => return Ok(None),
        }))
    }
}

/// Rows and columns of something whose vectors are rows.
fn as_rows(inner: Inner) -> (usize, usize) {
    match inner {
        Inner::Matrix(rows, columns) => (rows, columns),
        Inner::Scalar | Inner::Vector(_) | Inner::RowVector(_) => (1, inner.len()),
    }
}

/// Rows and columns of something whose vectors are columns.
fn as_columns(inner: Inner) -> (usize, usize) {
    match inner {
        Inner::Matrix(rows, columns) => (rows, columns),
        Inner::Scalar | Inner::Vector(_) | Inner::RowVector(_) => (inner.len(), 1),
    }
}

/// The elements of `x`, then those of `y`.
fn joined(g: &mut Graph, x: &Value, y: &Value, shape: Shape) -> Value {
    if let (Some(first), Some(second)) = (x.as_known(), y.as_known()) {
        return Value::known(shape, [first, second].concat());
    }
    let is_rows = |value: &Value| matches!(value.elements, Elements::Rows(_));
    if let (Some(first), Some(second)) = (pieces(g, x), pieces(g, y))
        && shape.len() >= ROWS
        && (is_rows(x) || is_rows(y))
    {
        let pieces = [first, second].concat();
        let number = one_after_another(g, &pieces, shape.len());
        return Value::rows(g, shape, number);
    }
    let numbers = [x.numbers(g), y.numbers(g)].concat();
    Value::each(shape, numbers)
}

/// Elements as numbers with their lengths: all in one piece, or a few single numbers. `None` where there are too many
/// of them, or where they have rows of their own.
fn pieces(g: &mut Graph, value: &Value) -> Option<Vec<(Number, usize)>> {
    match &value.elements {
        Elements::Known(_) | Elements::Rows(_) if value.len() >= ROWS => {
            value.as_rows(g).map(|number| vec![(number, value.len())])
        }
        _ => {
            let numbers = value.numbers(g);
            let few = numbers.len() < ROWS && numbers.iter().all(|&number| g.domain(number).is_none());
            few.then(|| numbers.into_iter().map(|number| (number, 1)).collect())
        }
    }
}

/// A number with `len` rows: the rows of each piece in turn.
fn one_after_another(g: &mut Graph, pieces: &[(Number, usize)], len: usize) -> Number {
    let domain = Domain::elements(len);
    let position = g.column(domain, (0..len).map(|at| at as f64).collect());
    let mut end = len;
    let mut whole: Option<Number> = None;
    for &(piece, size) in pieces.iter().rev() {
        let start = end - size;
        // Outside of its own rows, any row of the piece will do.
        let list: Vec<u32> = (0..len).map(|at| at.clamp(start, end - 1) as u32 - start as u32).collect();
        let piece = g.reindex(piece, domain, &list);
        whole = Some(match whole {
            Some(later) => g.select(position, Number::Known(end as f64 - 0.5), piece, later),
            None => piece,
        });
        end = start;
    }
    whole.expect("a container of rows has elements")
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, array, call, matrix, row_vector, scalar, vector, with_parameters};
    use super::*;

    #[test]
    fn vectors_and_numbers_one_after_another() {
        let (x, y): (Vec<f64>, Vec<f64>) = ((1..=20).map(f64::from).collect(), (21..=30).map(f64::from).collect());
        let both = [&x[..], &y[..]].concat();
        let later = [&[0.0], &x[..]].concat();
        for (x, y) in [(Either(vector(&x)), Either(vector(&y))), (Data(vector(&x)), Either(vector(&y)))] {
            assert_eq!(agreed("append_row", &[x.clone(), y.clone()], 0.0), vector(&both));
            let (value, _) = with_parameters("append_row", &[x, y], true);
            assert!(matches!(value.elements, Elements::Rows(_)), "rows stay rows");
        }
        assert_eq!(agreed("append_row", &[Data(scalar(0.0)), Either(vector(&x))], 0.0), vector(&later));
        assert_eq!(agreed("append_col", &[Either(scalar(0.0)), Either(row_vector(&x))], 0.0), row_vector(&later));
        assert_eq!(agreed("append_row", &[Either(vector(&[])), Either(vector(&x))], 0.0), vector(&x));
    }

    #[test]
    fn matrices_beside_and_above_each_other() {
        let x = || Either(matrix([[1.0, 2.0], [3.0, 4.0]]));
        let above = agreed("append_row", &[x(), Either(row_vector(&[5.0, 6.0]))], 0.0);
        assert_eq!(above, matrix([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]));
        let beside = agreed("append_col", &[Either(vector(&[5.0, 6.0])), x()], 0.0);
        assert_eq!(beside, matrix([[5.0, 1.0, 2.0], [6.0, 3.0, 4.0]]));
        let rows = agreed("append_row", &[Either(row_vector(&[1.0, 2.0])), Either(row_vector(&[3.0, 4.0]))], 0.0);
        assert_eq!(rows, matrix([[1.0, 2.0], [3.0, 4.0]]));
        let columns = agreed("append_col", &[Either(vector(&[1.0, 2.0])), Either(vector(&[3.0, 4.0]))], 0.0);
        assert_eq!(columns, matrix([[1.0, 3.0], [2.0, 4.0]]));
        let large = Value::known(Shape::of(Inner::Matrix(3, 4)), (0..12).map(f64::from).collect());
        let stacked = agreed("append_row", &[Either(large.clone()), Either(large)], 0.0);
        assert_eq!(stacked.as_known().map(|values| values[4..8].to_vec()), Some(vec![1.0, 2.0, 3.0, 4.0]));
    }

    #[test]
    fn arrays_keep_what_they_hold() {
        let joined = agreed("append_array", &[Either(array(&[1.0])), Either(array(&[2.0, 3.0]))], 0.0);
        assert_eq!(joined, array(&[1.0, 2.0, 3.0]));
        let vectors = |n: usize| Value::known(Shape { arrays: vec![n], inner: Inner::Vector(2) }, vec![1.0; 2 * n]);
        assert_eq!(agreed("append_array", &[Either(vectors(1)), Either(vectors(2))], 0.0), vectors(3));
        let empty = Value::known(Shape { arrays: vec![0], inner: Inner::Vector(0) }, Vec::new());
        assert_eq!(call("append_array", &[empty, vectors(2)]), Ok(vectors(2)));
    }

    #[test]
    fn sizes_must_agree() {
        let x = matrix([[1.0, 2.0], [3.0, 4.0]]);
        for (name, y) in [("append_row", row_vector(&[1.0; 3])), ("append_col", vector(&[1.0; 3]))] {
            assert!(matches!(call(name, &[x.clone(), y]), Err(BindError::Sizes { .. })), "{name}");
        }
    }
}
