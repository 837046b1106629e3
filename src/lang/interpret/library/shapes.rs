//! The same elements in other sizes, and the sizes themselves.
//!
//! In: values. Out: values of as many elements; sizes are integers that data give. Elements lie in order: arrays from
//! the first index on, matrices column by column, so that all but arrays of arrays stay where they are.

use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Inner, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn shape_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        let size = |size: usize| Value::known(Shape::SCALAR, vec![size as f64]);
        Ok(Some(match (name, arguments) {
            ("num_elements", [x]) => size(x.len()),
            ("size", [x]) => size(x.shape.arrays.first().copied().unwrap_or(x.shape.inner.len())),
            ("rows", [x]) => size(height_and_width(x.shape.inner).0),
            ("cols", [x]) => size(height_and_width(x.shape.inner).1),
            ("dims", [x]) => {
                let sizes: Vec<f64> = x.shape.sizes().iter().map(|&size| size as f64).collect();
                Value::known(Shape::array(vec![sizes.len()]), sizes)
            }
            ("to_vector", [x]) => x.reshaped(Shape::of(Inner::Vector(x.len()))),
            ("to_row_vector", [x]) => x.reshaped(Shape::of(Inner::RowVector(x.len()))),
            ("to_array_1d", [x]) => x.reshaped(Shape::array(vec![x.len()])),
            ("to_array_2d", [x]) => {
                let (rows, columns) = height_and_width(x.shape.inner);
                self.row_by_row(x, Shape::array(vec![rows, columns]), columns, rows)
            }
            ("to_matrix", [x]) => match (x.shape.inner, &x.shape.arrays[..]) {
                (Inner::Scalar, &[rows, columns]) | (Inner::RowVector(columns), &[rows]) => {
                    self.row_by_row(x, Shape::of(Inner::Matrix(rows, columns)), rows, columns)
                }
                (inner, _) => {
                    let (rows, columns) = height_and_width(inner);
                    x.reshaped(Shape::of(Inner::Matrix(rows, columns)))
                }
            },
            ("to_matrix", [x, rows, columns, ..]) => {
                let (rows, columns) = (self.size_argument(rows, span)?, self.size_argument(columns, span)?);
                let shape = Shape::of(Inner::Matrix(rows, columns));
                if shape.len() != x.len() {
                    let (expected, found) = (shape.to_string(), x.shape.to_string());
                    return Err(BindError::Sizes { expected, found, span }.into());
                }
                let by_columns = match arguments.get(3) {
                    Some(flag) => self.int(flag.scalar(), span)? != 0,
                    None => true,
                };
                if by_columns { x.reshaped(shape) } else { self.row_by_row(x, shape, rows, columns) }
            }
            _ => return Ok(None),
        }))
    }

    /// A matrix of the elements taken row by row, or the reverse: `rows` runs of `columns` elements become `columns`
    /// runs of `rows`.
    fn row_by_row(&mut self, x: &Value, shape: Shape, rows: usize, columns: usize) -> Value {
        let positions: Vec<u32> =
            (0..columns).flat_map(|column| (0..rows).map(move |row| (row * columns + column) as u32)).collect();
        x.gather(&mut self.graph, shape, &positions)
    }
}

/// Rows and columns; a vector is one column, a row vector one row.
fn height_and_width(inner: Inner) -> (usize, usize) {
    match inner {
        Inner::Scalar => (1, 1),
        Inner::Vector(n) => (n, 1),
        Inner::RowVector(n) => (1, n),
        Inner::Matrix(rows, columns) => (rows, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, array, call, matrix, row_vector, scalar, vector};
    use super::*;

    fn two_by_three() -> Value {
        matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    }

    #[test]
    fn sizes_are_counted() {
        let vectors = Value::known(Shape { arrays: vec![2], inner: Inner::Vector(3) }, vec![0.0; 6]);
        let cases = [
            ("num_elements", two_by_three(), 6.0),
            ("size", two_by_three(), 6.0),
            ("rows", two_by_three(), 2.0),
            ("cols", two_by_three(), 3.0),
            ("rows", row_vector(&[1.0, 2.0]), 1.0),
            ("cols", row_vector(&[1.0, 2.0]), 2.0),
            ("cols", vector(&[1.0, 2.0]), 1.0),
            ("size", vectors.clone(), 2.0),
            ("num_elements", vectors.clone(), 6.0),
            ("size", scalar(7.0), 1.0),
        ];
        for (name, value, expected) in cases {
            assert_eq!(call(name, &[value]), Ok(scalar(expected)), "{name}");
        }
        assert_eq!(call("dims", &[vectors]), Ok(array(&[2.0, 3.0])));
    }

    #[test]
    fn matrices_are_read_column_by_column() {
        let columns = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0];
        assert_eq!(agreed("to_vector", &[Either(two_by_three())], 0.0), vector(&columns));
        assert_eq!(agreed("to_row_vector", &[Either(two_by_three())], 0.0), row_vector(&columns));
        assert_eq!(agreed("to_array_1d", &[Either(two_by_three())], 0.0), array(&columns));
        let sizes = [Data(scalar(2.0)), Data(scalar(3.0))];
        let filled = [&[Either(vector(&columns))], &sizes[..]].concat();
        assert_eq!(agreed("to_matrix", &filled, 0.0), two_by_three());
        let by_rows = [&[Either(vector(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))], &sizes[..], &[Data(scalar(0.0))]].concat();
        assert_eq!(agreed("to_matrix", &by_rows, 0.0), two_by_three());
    }

    #[test]
    fn arrays_of_arrays_are_read_row_by_row() {
        let rows = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let nested = Value::known(Shape::array(vec![2, 3]), rows.clone());
        assert_eq!(agreed("to_matrix", &[Either(nested.clone())], 0.0), two_by_three());
        assert_eq!(agreed("to_array_2d", &[Either(two_by_three())], 0.0), nested);
        assert_eq!(agreed("to_array_1d", &[Either(nested)], 0.0), array(&rows));
        let of_row_vectors = Value::known(Shape { arrays: vec![2], inner: Inner::RowVector(3) }, rows);
        assert_eq!(agreed("to_matrix", &[Either(of_row_vectors)], 0.0), two_by_three());
    }

    #[test]
    fn vectors_become_matrices_of_one_side() {
        assert_eq!(call("to_matrix", &[vector(&[1.0, 2.0])]), Ok(matrix([[1.0], [2.0]])));
        assert_eq!(call("to_matrix", &[row_vector(&[1.0, 2.0])]), Ok(matrix([[1.0, 2.0]])));
        let error = call("to_matrix", &[vector(&[1.0, 2.0]), scalar(3.0), scalar(1.0)]);
        assert!(matches!(error, Err(BindError::Sizes { .. })));
    }
}
