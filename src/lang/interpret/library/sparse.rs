//! Sparse matrices in compressed rows: the non-zero elements `w` row by row, their columns `v`, and where each row starts
//! in both, `u`, whose last entry is one more than the number of elements. Indexes are from 1.
//!
//! In: values; indexes and sizes follow from data. Out: values. A product has one term for each non-zero element.
//! Source: Stan Functions Reference 2.36, "Sparse Matrix Operations".

use crate::ir::graph::Number;
use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Inner, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::model::linear;

/// Which elements of a matrix are not zero: for each row the columns, and the place of each in the list of elements.
type Places = Vec<Vec<(usize, usize)>>;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn sparse_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        Ok(Some(match (name, arguments) {
            ("csr_matrix_times_vector", [m, n, w, v, u, b]) => {
                let (rows, columns, places) = self.compressed_rows([m, n], [w, v, u], span)?;
                if b.len() != columns {
                    let message = format!("the vector has {} elements and the matrix {columns} columns", b.len());
                    return Err(BindError::Argument { message, span }.into());
                }
                let (w, b) = (w.numbers(&mut self.graph), b.numbers(&mut self.graph));
                let product = places.iter().map(|row| {
                    let left: Vec<Number> = row.iter().map(|&(_, place)| w[place]).collect();
                    let right: Vec<Number> = row.iter().map(|&(column, _)| b[column]).collect();
                    linear::dot(&mut self.graph, &left, &right)
                });
                let product = product.collect();
                Value::each(Shape::of(Inner::Vector(rows)), product)
            }
            ("csr_to_dense_matrix", [m, n, w, v, u]) => {
                let (rows, columns, places) = self.compressed_rows([m, n], [w, v, u], span)?;
                self.require_room_of(&[rows, columns], &[w], span)?;
                let w = w.numbers(&mut self.graph);
                let mut elements = vec![Number::Known(0.0); rows * columns];
                for (row, places) in places.iter().enumerate() {
                    for &(column, place) in places {
                        elements[row + column * rows] = w[place];
                    }
                }
                Value::each(Shape::of(Inner::Matrix(rows, columns)), elements)
            }
            ("csr_extract_w" | "csr_extract_v" | "csr_extract_u", [x]) => {
                let Some(elements) = x.as_known() else {
                    return Err(BindError::NotYet { what: format!("`{name}` of parameters"), span }.into());
                };
                extracted(name, elements, super::parts::matrix_sizes(x))
            }
            _ => return Ok(None),
        }))
    }

    /// Sizes and places of a matrix, checked as Stan checks them.
    fn compressed_rows(
        &self,
        sizes: [&Value; 2],
        [w, v, u]: [&Value; 3],
        span: Span,
    ) -> Result<(usize, usize, Places), Stop> {
        let wrong = |message: String| Stop::from(BindError::Argument { message, span });
        let rows = self.size_argument(sizes[0], span)?;
        let columns = self.size_argument(sizes[1], span)?;
        let index = |value: &Value, at: usize| -> Result<i64, Stop> {
            let number = value.as_known().map_or(Number::Known(f64::NAN), |values| Number::Known(values[at]));
            self.int(number, span)
        };
        if v.len() != w.len() || u.len() != rows + 1 {
            return Err(wrong(format!(
                "a sparse matrix of {rows} rows and {} elements takes as many columns and {} starts of rows, not {} and {}",
                w.len(),
                rows + 1,
                v.len(),
                u.len()
            )));
        }
        let mut places = Vec::with_capacity(rows);
        let mut start = index(u, 0)?;
        if start != 1 {
            return Err(wrong(format!("the first row of a sparse matrix starts at 1, not at {start}")));
        }
        for row in 0..rows {
            let end = index(u, row + 1)?;
            if end < start || end - 1 > w.len() as i64 {
                return Err(wrong(format!("row {} of a sparse matrix ends at {end}, out of order", row + 1)));
            }
            let mut found = Vec::new();
            for place in start - 1..end - 1 {
                let place = usize::try_from(place).expect("starts are from 1");
                let column = index(v, place)?;
                match usize::try_from(column) {
                    Ok(column @ 1..) if column <= columns => found.push((column - 1, place)),
                    _ => return Err(BindError::IndexOutOfRange { index: column, size: columns, span }.into()),
                }
            }
            places.push(found);
            start = end;
        }
        if start != w.len() as i64 + 1 {
            return Err(wrong(format!("the rows of a sparse matrix hold {} elements of {}", start - 1, w.len())));
        }
        Ok((rows, columns, places))
    }
}

/// A part of the compressed form of a matrix of known elements, column by column.
fn extracted(name: &str, elements: &[f64], (rows, columns): (usize, usize)) -> Value {
    let (mut w, mut v, mut u) = (Vec::new(), Vec::new(), vec![1.0]);
    for row in 0..rows {
        for column in 0..columns {
            let element = elements[row + column * rows];
            if element != 0.0 {
                w.push(element);
                v.push((column + 1) as f64);
            }
        }
        u.push((w.len() + 1) as f64);
    }
    match name {
        "csr_extract_w" => Value::known(Shape::of(Inner::Vector(w.len())), w),
        "csr_extract_v" => Value::known(Shape::array(vec![v.len()]), v),
        _ => Value::known(Shape::array(vec![u.len()]), u),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, array, call, matrix, scalar, vector};
    use crate::lang::bind::BindError;

    #[test]
    fn a_matrix_is_taken_apart_and_put_together_again() {
        let x = matrix([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.0, -4.0]]);
        let part = |name| call(name, std::slice::from_ref(&x)).unwrap();
        let [w, v, u] = ["csr_extract_w", "csr_extract_v", "csr_extract_u"].map(part);
        assert_eq!((&w, &v, &u), (&vector(&[2.0, 3.0, -4.0]), &array(&[2.0, 1.0, 3.0]), &array(&[1.0, 2.0, 2.0, 4.0])));
        let sizes = || [Data(scalar(3.0)), Data(scalar(3.0))];
        let form = || [Either(w.clone()), Data(v.clone()), Data(u.clone())];
        let whole: Vec<_> = sizes().into_iter().chain(form()).collect();
        assert_eq!(agreed("csr_to_dense_matrix", &whole, 0.0), x);
        let with_vector: Vec<_> =
            sizes().into_iter().chain(form()).chain([Either(vector(&[1.0, 10.0, 0.5]))]).collect();
        assert_eq!(agreed("csr_matrix_times_vector", &with_vector, 1e-15), vector(&[20.0, 0.0, 1.0]));
    }

    #[test]
    fn forms_that_are_no_matrix_are_refused() {
        let dense = |w: &[f64], v: &[f64], u: &[f64]| {
            call("csr_to_dense_matrix", &[scalar(2.0), scalar(2.0), vector(w), array(v), array(u)])
        };
        assert!(dense(&[1.0], &[2.0], &[1.0, 2.0, 2.0]).is_ok());
        for (w, v, u) in [
            (&[1.0][..], &[2.0, 1.0][..], &[1.0, 2.0, 2.0][..]),
            (&[1.0], &[2.0], &[1.0, 2.0]),
            (&[1.0], &[2.0], &[2.0, 2.0, 2.0]),
            (&[1.0], &[2.0], &[1.0, 3.0, 2.0]),
            (&[1.0, 2.0], &[2.0, 1.0], &[1.0, 2.0, 2.0]),
        ] {
            assert!(matches!(dense(w, v, u), Err(BindError::Argument { .. })), "{w:?} {v:?} {u:?}");
        }
        assert!(matches!(dense(&[1.0], &[3.0], &[1.0, 2.0, 2.0]), Err(BindError::IndexOutOfRange { .. })));
    }
}
