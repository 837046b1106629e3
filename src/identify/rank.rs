//! How many directions a derivative has, and which it lacks: rank and null space by a scaled singular value
//! decomposition.
//!
//! Rows (observations) and columns (coordinates) are scaled to length 1 first, so that neither an outlier nor the unit of
//! a parameter decides. Of more rows than needed, random combinations are taken: they have the same null space with
//! probability 1. What counts as zero is measured: the derivatives are taken again at a point a few roundings away.
//! Absent on purpose: what the directions mean.

use nalgebra::{DMatrix, DVector};

/// Singular values below `SAFETY * max(rows, columns) * epsilon` of the largest are zero in any case.
const SAFETY: f64 = 100.0;

/// The rank of a matrix, with the evidence.
#[derive(Clone, Debug)]
pub struct Rank {
    /// Number of singular values that are not zero.
    pub rank: usize,
    /// All singular values, relative to the largest, descending; one per column.
    pub singular_values: Vec<f64>,
    /// What counts as zero.
    pub tolerance: f64,
    /// An orthonormal basis of the null space in scaled columns, unscaled again: `[column, basis]`.
    pub null_space: DMatrix<f64>,
}

impl Rank {
    /// The smallest singular value that counts over the largest that does not: how clear the decision was. Infinite where
    /// there is nothing to decide.
    pub fn gap(&self) -> f64 {
        match (self.rank, self.singular_values.get(self.rank)) {
            (0, _) | (_, None) => f64::INFINITY,
            (rank, Some(&next)) => self.singular_values[rank - 1] / next.max(f64::MIN_POSITIVE),
        }
    }
}

/// A matrix of derivatives, taken at a point and again a few roundings beside it: the difference is what rounding does.
/// Of many rows random combinations are kept.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The matrix and its error side by side, rows of length 1 or combinations of such.
    both: DMatrix<f64>,
}

impl Matrix {
    /// From derivatives at a point, and beside it. Rows that are not finite, or nothing but error, are left out.
    ///
    /// # Panics
    /// When they differ in shape.
    pub fn new(at: &DMatrix<f64>, beside: &DMatrix<f64>, random: &mut impl FnMut() -> f64) -> Self {
        assert_eq!(at.shape(), beside.shape(), "the same derivatives twice");
        let (rows, columns) = at.shape();
        // Column by column, as they lie in memory.
        let (mut lengths, mut errors) = (vec![0.0; rows], vec![0.0; rows]);
        for (at, beside) in at.column_iter().zip(beside.column_iter()) {
            for ((length, error), (x, y)) in lengths.iter_mut().zip(&mut errors).zip(at.iter().zip(beside.iter())) {
                *length += x * x;
                *error += (x - y) * (x - y);
            }
        }
        lengths.iter_mut().chain(&mut errors).for_each(|square: &mut f64| *square = square.sqrt());
        let is_sound =
            |&row: &usize| lengths[row] > 0.0 && lengths[row].is_finite() && errors[row] <= ROUNDING * lengths[row];
        let kept: Vec<usize> = (0..rows).filter(is_sound).collect();
        let scales: Vec<f64> = kept.iter().map(|&row| 1.0 / lengths[row]).collect();
        let mix = Mix::of(kept.len(), columns, random);
        let mut both = DMatrix::zeros(mix.rows, 2 * columns);
        let mut column = vec![0.0; kept.len()];
        for index in 0..columns {
            let (at, beside) = (at.column(index), beside.column(index));
            let rows = || kept.iter().zip(&scales);
            column.iter_mut().zip(rows()).for_each(|(x, (&row, scale))| *x = at[row] * scale);
            mix.add(&column, both.column_mut(index).as_mut_slice());
            column.iter_mut().zip(rows()).for_each(|(x, (&row, scale))| *x = (at[row] - beside[row]) * scale);
            mix.add(&column, both.column_mut(columns + index).as_mut_slice());
        }
        Self { both }
    }

    /// One without error.
    pub fn exact(at: &DMatrix<f64>, random: &mut impl FnMut() -> f64) -> Self {
        Self::new(at, at, random)
    }

    /// This matrix above another of as many columns.
    pub fn above(&self, other: &Self, random: &mut impl FnMut() -> f64) -> Self {
        let (above, below) = (&self.both, &other.both);
        let rows = above.nrows();
        let mix = Mix::of(rows + below.nrows(), above.ncols() / 2, random);
        let mut both = DMatrix::zeros(mix.rows, above.ncols());
        let mut column = vec![0.0; rows + below.nrows()];
        for index in 0..above.ncols() {
            column[..rows].copy_from_slice(above.column(index).as_slice());
            column[rows..].copy_from_slice(below.column(index).as_slice());
            mix.add(&column, both.column_mut(index).as_mut_slice());
        }
        Self { both }
    }

    /// Columns that are nothing but error are zero here. Single entries stay as they are: without them, columns that are
    /// multiples of one another would no longer be.
    fn sound(&self) -> DMatrix<f64> {
        let mut both = self.both.clone();
        let columns = both.ncols() / 2;
        for column in 0..columns {
            if both.column(columns + column).norm() > ROUNDING * both.column(column).norm() {
                both.column_mut(column).fill(0.0);
                both.column_mut(columns + column).fill(0.0);
            }
        }
        both
    }
}

/// What other roundings change by this part is nothing but error.
const ROUNDING: f64 = 1e-2;

/// Fewer rows with the same null space, where there are many: each row goes, times a random number, into a few of twice
/// as many rows as there are unknowns (Cohen 2016).
struct Mix {
    /// Number of rows that are left.
    rows: usize,
    /// Where rows go and their factors, [`COPIES`] for each; empty where all rows stay.
    places: Vec<(u32, f64)>,
}

/// Into how many rows each goes.
const COPIES: usize = 4;

impl Mix {
    fn of(rows: usize, unknown: usize, random: &mut impl FnMut() -> f64) -> Self {
        /// What an exact decomposition may cost: rows times the square of columns.
        const AFFORDABLE: usize = 5_000_000;
        let few = 2 * unknown + 16;
        if rows <= few || rows * unknown * unknown <= AFFORDABLE {
            return Self { rows, places: Vec::new() };
        }
        let mut place = || (((random() + 1.0) / 2.0 * few as f64) as usize).min(few - 1) as u32;
        let places: Vec<u32> = (0..rows * COPIES).map(|_| place()).collect();
        Self { rows: few, places: places.into_iter().map(|place| (place, random())).collect() }
    }

    /// Adds a column to one that has fewer rows.
    fn add(&self, from: &[f64], to: &mut [f64]) {
        if self.places.is_empty() {
            to.copy_from_slice(from);
            return;
        }
        for (x, places) in from.iter().zip(self.places.chunks(COPIES)).filter(|(x, _)| **x != 0.0) {
            for &(place, factor) in places {
                to[place as usize] += factor * x;
            }
        }
    }
}

/// The rank of a matrix.
pub fn rank(matrix: &Matrix) -> Rank {
    /// Singular values within so many errors of zero are zero.
    const ERRORS: f64 = 10.0;
    let mut both = matrix.sound();
    let columns = both.ncols() / 2;
    let mut scales = DVector::from_element(columns, 1.0);
    for column in 0..columns {
        let length = both.column(column).norm();
        if length > 0.0 {
            scales[column] = 1.0 / length;
            both.column_mut(column).scale_mut(1.0 / length);
            both.column_mut(columns + column).scale_mut(1.0 / length);
        }
    }
    let error = both.columns(columns, columns).norm();
    let mut scaled = both.columns(0, columns).into_owned();
    if scaled.nrows() < columns {
        scaled = scaled.resize_vertically(columns, 0.0);
    }
    let rows = scaled.nrows();
    let triangle = if rows > columns { scaled.qr().r() } else { scaled };
    let decomposition = triangle.svd(false, true);
    let vectors = decomposition.v_t.unwrap_or_else(|| unreachable!("the right vectors were asked for"));
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by(|&a, &b| decomposition.singular_values[b].total_cmp(&decomposition.singular_values[a]));
    let largest = order.first().map_or(0.0, |&first| decomposition.singular_values[first]);
    let relative = |x: f64| if largest > 0.0 { x / largest } else { 0.0 };
    let tolerance = (SAFETY * rows.max(columns) as f64 * f64::EPSILON).max(ERRORS * relative(error));
    let singular_values: Vec<f64> = order.iter().map(|&index| relative(decomposition.singular_values[index])).collect();
    let rank = singular_values.iter().filter(|&&value| value > tolerance).count();
    let mut null_space = DMatrix::zeros(columns, columns - rank);
    for (basis, &index) in order[rank..].iter().enumerate() {
        for column in 0..columns {
            null_space[(column, basis)] = vectors[(index, column)] * scales[column];
        }
    }
    Rank { rank, singular_values, tolerance, null_space }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> impl FnMut() -> f64 {
        let mut state = 1_u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 2.0_f64.powi(52) - 1.0
        }
    }

    fn exact(matrix: &DMatrix<f64>) -> Matrix {
        Matrix::exact(matrix, &mut random())
    }

    #[test]
    fn a_sum_of_two_columns_leaves_their_difference_open() {
        let rows = [[1.0, 1.0, 0.0], [1.0, 1.0, 2.0], [3.0, 3.0, 1.0]];
        let found = rank(&exact(&DMatrix::from_fn(3, 3, |i, j| rows[i][j])));
        assert_eq!(found.rank, 2);
        assert!(found.gap() > 1e10, "{}", found.gap());
        let direction = found.null_space.column(0);
        assert!((direction[0] + direction[1]).abs() < 1e-14 && direction[2].abs() < 1e-14);
    }

    /// The third column is a tenth of the second, known to a thousandth of its size: entries that are small there are mostly
    /// error, and no evidence of another direction.
    #[test]
    fn entries_lost_in_error_do_not_tell_columns_apart() {
        let mut next = random();
        let truth = DMatrix::from_fn(60, 2, |_, _| next());
        let entry = |i: usize, j: usize, noise: f64| match j {
            0 => 2.0 + truth[(i, 0)],
            1 => truth[(i, 1)],
            _ => 0.1 * truth[(i, 1)] + 1e-4 * noise,
        };
        let mut noisy = || DMatrix::from_fn(60, 3, |i, j| entry(i, j, next()));
        let (at, beside) = (noisy(), noisy());
        let found = rank(&Matrix::new(&at, &beside, &mut random()));
        assert_eq!(found.rank, 2, "{:?} {}", found.singular_values, found.tolerance);
    }

    #[test]
    fn units_do_not_decide() {
        let mut next = random();
        let matrix = DMatrix::from_fn(20, 3, |_, _| next());
        for unit in [1e-6, 1.0, 1e6] {
            let scaled = DMatrix::from_fn(20, 3, |i, j| matrix[(i, j)] * if j == 1 { unit } else { 1.0 });
            assert_eq!(rank(&exact(&scaled)).rank, 3);
        }
    }

    #[test]
    fn many_rows_are_condensed_and_keep_their_null_space() {
        let (rows, columns) = (9000, 160);
        let mut next = random();
        let mut matrix = DMatrix::from_fn(rows, columns, |_, _| next());
        let sum = matrix.column(0) + matrix.column(1);
        matrix.set_column(2, &sum);
        let found = rank(&exact(&matrix));
        assert_eq!(found.rank, columns - 1);
        assert!((&matrix * found.null_space.column(0)).amax() < 1e-9);
    }

    #[test]
    fn fewer_rows_than_columns_and_no_rows_at_all_have_a_null_space() {
        let found = rank(&exact(&DMatrix::from_row_slice(1, 2, &[1.0, 0.0])));
        assert_eq!((found.rank, found.null_space.ncols()), (1, 1));
        assert_eq!(rank(&exact(&DMatrix::zeros(0, 2))).rank, 0);
    }
}
