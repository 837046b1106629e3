//! Some of the elements of a container: ends, blocks, rows, columns, diagonals; and matrices by their diagonals.
//!
//! In: values, and indexes from 1, which must follow from data. Out: gathers, which keep rows as rows.

use crate::ir::graph::Number;
use crate::lang::bind::BindError;
use crate::lang::interpret::elementwise::elementwise;
use crate::lang::interpret::value::{Inner, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn part(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        Ok(Some(match (name, arguments) {
            ("head", [x, n]) => {
                let n = self.count_argument(n, outer(x), span)?;
                self.slices(x, 0..n)
            }
            ("tail", [x, n]) => {
                let n = self.count_argument(n, outer(x), span)?;
                self.slices(x, outer(x) - n..outer(x))
            }
            ("segment", [x, from, n]) => {
                let range = self.range_arguments(from, n, outer(x), span)?;
                self.slices(x, range)
            }
            ("reverse", [x]) => self.slices(x, (0..outer(x)).rev()),
            ("row", [x, i]) => {
                let (rows, columns) = matrix_sizes(x);
                let i = self.index_argument(i, rows, span)?;
                self.block(x, i..i + 1, 0..columns, Inner::RowVector(columns))
            }
            ("col", [x, j]) => {
                let (rows, columns) = matrix_sizes(x);
                let j = self.index_argument(j, columns, span)?;
                self.block(x, 0..rows, j..j + 1, Inner::Vector(rows))
            }
            ("sub_row", [x, i, j, n]) => {
                let (rows, columns) = matrix_sizes(x);
                let i = self.index_argument(i, rows, span)?;
                let across = self.range_arguments(j, n, columns, span)?;
                let inner = Inner::RowVector(across.len());
                self.block(x, i..i + 1, across, inner)
            }
            ("sub_col", [x, i, j, n]) => {
                let (rows, columns) = matrix_sizes(x);
                let j = self.index_argument(j, columns, span)?;
                let down = self.range_arguments(i, n, rows, span)?;
                let inner = Inner::Vector(down.len());
                self.block(x, down, j..j + 1, inner)
            }
            ("block", [x, i, j, height, width]) => {
                let (rows, columns) = matrix_sizes(x);
                let down = self.range_arguments(i, height, rows, span)?;
                let across = self.range_arguments(j, width, columns, span)?;
                let inner = Inner::Matrix(down.len(), across.len());
                self.block(x, down, across, inner)
            }
            ("diagonal", [x]) => {
                let (rows, columns) = matrix_sizes(x);
                let n = rows.min(columns);
                let positions: Vec<u32> = (0..n).map(|i| (i + i * rows) as u32).collect();
                x.gather(&mut self.graph, Shape::of(Inner::Vector(n)), &positions)
            }
            ("diag_matrix", [x]) => {
                let n = x.len();
                self.require_room_of(&[n, n], &[x], span)?;
                let mut elements = vec![Number::Known(0.0); n * n];
                for (i, number) in x.numbers(&mut self.graph).into_iter().enumerate() {
                    elements[i + i * n] = number;
                }
                Value::each(Shape::of(Inner::Matrix(n, n)), elements)
            }
            ("symmetrize_from_lower_tri", [x]) => {
                self.require_square(x, span)?;
                let n = matrix_sizes(x).0;
                let positions = (0..n * n).map(|at| (at % n, at / n)).map(|(i, j)| i.max(j) + i.min(j) * n);
                let positions: Vec<u32> = positions.map(|at| at as u32).collect();
                x.gather(&mut self.graph, x.shape.clone(), &positions)
            }
            ("add_diag", [x, diagonal]) => self.add_diagonal(x, diagonal, span)?,
            _ => return Ok(None),
        }))
    }

    /// Elements of the outermost dimension.
    fn slices(&mut self, x: &Value, which: impl Iterator<Item = usize>) -> Value {
        let size = x.len().checked_div(outer(x)).unwrap_or(0);
        let which: Vec<usize> = which.collect();
        let positions: Vec<u32> =
            which.iter().flat_map(|&slice| (slice * size..(slice + 1) * size).map(|at| at as u32)).collect();
        let mut shape = x.shape.clone();
        match (shape.arrays.first_mut(), shape.inner) {
            (Some(first), _) => *first = which.len(),
            (None, Inner::RowVector(_)) => shape.inner = Inner::RowVector(which.len()),
            (None, Inner::Scalar | Inner::Vector(_) | Inner::Matrix(..)) => shape.inner = Inner::Vector(which.len()),
        }
        x.gather(&mut self.graph, shape, &positions)
    }

    /// The elements where some rows and some columns meet.
    pub(super) fn block(
        &mut self,
        x: &Value,
        down: std::ops::Range<usize>,
        across: std::ops::Range<usize>,
        inner: Inner,
    ) -> Value {
        let (rows, _) = matrix_sizes(x);
        let positions: Vec<u32> =
            across.flat_map(|column| down.clone().map(move |row| (row + column * rows) as u32)).collect();
        x.gather(&mut self.graph, Shape::of(inner), &positions)
    }

    /// A matrix plus a number, or numbers, on its diagonal.
    fn add_diagonal(&mut self, x: &Value, diagonal: &Value, span: Span) -> Result<Value, Stop> {
        let (rows, columns) = matrix_sizes(x);
        let n = rows.min(columns);
        let added = if diagonal.shape.is_scalar() {
            diagonal.clone()
        } else {
            if diagonal.len() != n {
                let (expected, found) = (Shape::of(Inner::Vector(n)).to_string(), diagonal.shape.to_string());
                return Err(BindError::Sizes { expected, found, span }.into());
            }
            // What stands off the diagonal is never read.
            let element = |at: usize| (at % rows).min(n - 1) as u32;
            let positions: Vec<u32> = (0..rows * columns).map(element).collect();
            diagonal.gather(&mut self.graph, x.shape.clone(), &positions)
        };
        let on_diagonal = (0..rows * columns).map(|at| if at % rows == at / rows { 1.0 } else { 0.0 }).collect();
        let on_diagonal = Value::known(x.shape.clone(), on_diagonal);
        Ok(elementwise(&mut self.graph, &[x, &on_diagonal, &added], |g, x| {
            if x[1] == Number::Known(0.0) {
                return x[0];
            }
            let sum = g.add(x[0], x[2]);
            g.select(Number::Known(0.5), x[1], sum, x[0])
        }))
    }

    /// How many of `size` elements: none up to all.
    fn count_argument(&self, n: &Value, size: usize, span: Span) -> Result<usize, Stop> {
        let n = self.size_argument(n, span)?;
        if n <= size { Ok(n) } else { Err(BindError::IndexOutOfRange { index: n as i64, size, span }.into()) }
    }

    /// `n` elements from the one numbered `from`; of none, it does not matter from where.
    fn range_arguments(
        &self,
        from: &Value,
        n: &Value,
        size: usize,
        span: Span,
    ) -> Result<std::ops::Range<usize>, Stop> {
        let n = self.size_argument(n, span)?;
        if n == 0 {
            return Ok(0..0);
        }
        let from = self.index_argument(from, size, span)?;
        if from + n <= size {
            return Ok(from..from + n);
        }
        Err(BindError::IndexOutOfRange { index: (from + n) as i64, size, span }.into())
    }
}

/// The size of the outermost dimension.
fn outer(x: &Value) -> usize {
    x.shape.arrays.first().copied().unwrap_or(x.shape.inner.len())
}

pub(super) fn matrix_sizes(x: &Value) -> (usize, usize) {
    match x.shape.inner {
        Inner::Matrix(rows, columns) => (rows, columns),
        Inner::Scalar | Inner::Vector(_) | Inner::RowVector(_) => unreachable!("the checker admits matrices only"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{self, Data, Either};
    use super::super::trial::{agreed, array, call, matrix, row_vector, scalar, vector};
    use super::*;

    fn with_indexes(value: Value, indexes: &[f64]) -> Vec<Given> {
        std::iter::once(Either(value)).chain(indexes.iter().map(|&index| Data(scalar(index)))).collect()
    }

    fn three_by_three() -> Value {
        matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    }

    #[test]
    fn ends_and_segments() {
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        for (name, indexes, expected) in [
            ("head", &[2.0][..], &x[..2]),
            ("head", &[12.0], &x[..12]),
            ("tail", &[3.0], &x[17..]),
            ("segment", &[4.0, 9.0], &x[3..12]),
            ("segment", &[21.0, 0.0], &[]),
        ] {
            assert_eq!(agreed(name, &with_indexes(vector(&x), indexes), 0.0), vector(expected), "{name}");
            assert_eq!(agreed(name, &with_indexes(row_vector(&x), indexes), 0.0), row_vector(expected), "{name}");
            assert_eq!(agreed(name, &with_indexes(array(&x), indexes), 0.0), array(expected), "{name}");
        }
        let reversed: Vec<f64> = x.iter().rev().copied().collect();
        assert_eq!(agreed("reverse", &[Either(vector(&x))], 0.0), vector(&reversed));
    }

    #[test]
    fn the_lower_triangle_decides() {
        let symmetric = matrix([[1.0, 4.0, 7.0], [4.0, 5.0, 8.0], [7.0, 8.0, 9.0]]);
        assert_eq!(agreed("symmetrize_from_lower_tri", &[Either(three_by_three())], 0.0), symmetric);
        let wide = matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert!(matches!(call("symmetrize_from_lower_tri", &[wide]), Err(BindError::NotSquare { .. })));
    }

    #[test]
    fn arrays_are_cut_between_their_items() {
        let shape = |n| Shape { arrays: vec![n], inner: Inner::Vector(2) };
        let items = Value::known(shape(3), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let tail = agreed("tail", &with_indexes(items.clone(), &[2.0]), 0.0);
        assert_eq!(tail, Value::known(shape(2), vec![3.0, 4.0, 5.0, 6.0]));
        let reversed = agreed("reverse", &[Either(items)], 0.0);
        assert_eq!(reversed, Value::known(shape(3), vec![5.0, 6.0, 3.0, 4.0, 1.0, 2.0]));
    }

    #[test]
    fn rows_columns_and_blocks() {
        let m = three_by_three;
        assert_eq!(agreed("row", &with_indexes(m(), &[2.0]), 0.0), row_vector(&[4.0, 5.0, 6.0]));
        assert_eq!(agreed("col", &with_indexes(m(), &[2.0]), 0.0), vector(&[2.0, 5.0, 8.0]));
        assert_eq!(agreed("sub_row", &with_indexes(m(), &[3.0, 2.0, 2.0]), 0.0), row_vector(&[8.0, 9.0]));
        assert_eq!(agreed("sub_col", &with_indexes(m(), &[2.0, 3.0, 2.0]), 0.0), vector(&[6.0, 9.0]));
        let block = agreed("block", &with_indexes(m(), &[1.0, 2.0, 2.0, 2.0]), 0.0);
        assert_eq!(block, matrix([[2.0, 3.0], [5.0, 6.0]]));
        assert_eq!(agreed("diagonal", &[Either(m())], 0.0), vector(&[1.0, 5.0, 9.0]));
    }

    #[test]
    fn diagonals_are_made_and_added_to() {
        let diagonal = agreed("diag_matrix", &[Either(vector(&[1.0, 2.0]))], 0.0);
        assert_eq!(diagonal, matrix([[1.0, 0.0], [0.0, 2.0]]));
        let expected = matrix([[11.0, 2.0, 3.0], [4.0, 15.0, 6.0], [7.0, 8.0, 19.0]]);
        assert_eq!(agreed("add_diag", &[Either(three_by_three()), Either(scalar(10.0))], 0.0), expected);
        assert_eq!(agreed("add_diag", &[Either(three_by_three()), Either(vector(&[10.0; 3]))], 0.0), expected);
        let error = call("add_diag", &[three_by_three(), vector(&[1.0; 2])]);
        assert!(matches!(error, Err(BindError::Sizes { .. })));
    }

    #[test]
    fn what_is_not_there_has_no_index() {
        let x = || vector(&[1.0, 2.0, 3.0]);
        for (name, arguments) in [
            ("head", vec![x(), scalar(4.0)]),
            ("tail", vec![x(), scalar(4.0)]),
            ("segment", vec![x(), scalar(2.0), scalar(3.0)]),
            ("segment", vec![x(), scalar(0.0), scalar(1.0)]),
            ("row", vec![three_by_three(), scalar(0.0)]),
            ("col", vec![three_by_three(), scalar(4.0)]),
            ("block", vec![three_by_three(), scalar(1.0), scalar(1.0), scalar(4.0), scalar(1.0)]),
        ] {
            assert!(matches!(call(name, &arguments), Err(BindError::IndexOutOfRange { size: 3, .. })), "{name}");
        }
    }
}
