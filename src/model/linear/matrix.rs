//! A matrix of numbers, column by column, as Stan and the language lay out theirs.

use crate::ir::Number;

/// A dense matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// The elements, column after column.
    pub elements: Vec<Number>,
}

impl Matrix {
    /// A matrix of the given elements, column after column.
    ///
    /// # Panics
    /// When there are not `rows * columns` of them.
    pub fn new(rows: usize, columns: usize, elements: Vec<Number>) -> Self {
        assert_eq!(elements.len(), rows * columns, "one number per element");
        Self { rows, columns, elements }
    }

    /// A matrix of known numbers, column after column.
    ///
    /// # Panics
    /// When there are not `rows * columns` of them.
    pub fn from_known(rows: usize, columns: usize, values: &[f64]) -> Self {
        Self::new(rows, columns, values.iter().map(|&x| Number::Known(x)).collect())
    }

    /// A matrix whose element `(i, j)` is `element(i, j)`, asked for column after column.
    pub fn from_fn(rows: usize, columns: usize, mut element: impl FnMut(usize, usize) -> Number) -> Self {
        let mut elements = Vec::with_capacity(rows * columns);
        for j in 0..columns {
            elements.extend((0..rows).map(|i| element(i, j)));
        }
        Self { rows, columns, elements }
    }

    /// A symmetric matrix: `element(i, j)` is asked for `i >= j` alone.
    pub fn symmetric(size: usize, mut element: impl FnMut(usize, usize) -> Number) -> Self {
        let mut matrix = Self::zeros(size, size);
        for j in 0..size {
            for i in j..size {
                let value = element(i, j);
                matrix.set(i, j, value);
                matrix.set(j, i, value);
            }
        }
        matrix
    }

    /// Known zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, elements: vec![Number::Known(0.0); rows * columns] }
    }

    /// The identity.
    pub fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| Number::Known(if i == j { 1.0 } else { 0.0 }))
    }

    /// A matrix of one column.
    pub fn column_vector(elements: Vec<Number>) -> Self {
        Self { rows: elements.len(), columns: 1, elements }
    }

    /// The element in row `i` and column `j`, from 0.
    ///
    /// # Panics
    /// Outside of the matrix.
    pub fn at(&self, i: usize, j: usize) -> Number {
        self.elements[self.position(i, j)]
    }

    /// Replaces the element in row `i` and column `j`.
    ///
    /// # Panics
    /// Outside of the matrix.
    pub fn set(&mut self, i: usize, j: usize, value: Number) {
        let position = self.position(i, j);
        self.elements[position] = value;
    }

    /// The elements of column `j`.
    ///
    /// # Panics
    /// Outside of the matrix.
    pub fn column(&self, j: usize) -> &[Number] {
        &self.elements[j * self.rows..(j + 1) * self.rows]
    }

    /// The elements of row `i`.
    ///
    /// # Panics
    /// Outside of the matrix.
    pub fn row(&self, i: usize) -> Vec<Number> {
        (0..self.columns).map(|j| self.at(i, j)).collect()
    }

    /// The elements in row and column `i`, for every `i` that has both.
    pub fn diagonal(&self) -> Vec<Number> {
        (0..self.rows.min(self.columns)).map(|i| self.at(i, i)).collect()
    }

    /// Rows for columns.
    #[must_use]
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self.at(j, i))
    }

    /// All elements, column after column, if data alone give them.
    pub fn as_known(&self) -> Option<Vec<f64>> {
        self.elements.iter().map(|element| element.known()).collect()
    }

    fn position(&self, i: usize, j: usize) -> usize {
        assert!(i < self.rows && j < self.columns, "({i}, {j}) is no element of {} by {}", self.rows, self.columns);
        j * self.rows + i
    }
}
