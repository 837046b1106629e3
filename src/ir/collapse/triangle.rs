//! The linear algebra of closed forms, on the host in `f64`: means within groups, and the triangle of a least squares
//! problem.
//!
//! In: columns of finite data. Out: numbers that stand for all rows. Absent on purpose: anything about programs.

use crate::math::accumulate::{Accumulator, accumulate};

/// A compensated sum.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(Accumulator::default(), accumulate).total()
}

/// Rows that belong together.
#[derive(Debug)]
pub(super) struct Groups {
    /// The group of each row.
    pub of_rows: Vec<usize>,
    /// Rows in each group, at least 1.
    pub counts: Vec<usize>,
}

impl Groups {
    /// All rows in one group.
    pub(super) fn one(rows: usize) -> Self {
        Self { of_rows: vec![0; rows], counts: vec![rows] }
    }

    /// The sum of a column within each group.
    pub(super) fn sums(&self, column: &[f64]) -> Vec<f64> {
        let mut sums = vec![Accumulator::default(); self.counts.len()];
        for (&group, &x) in self.of_rows.iter().zip(column) {
            sums[group] = accumulate(sums[group], x);
        }
        sums.into_iter().map(Accumulator::total).collect()
    }

    /// The mean of a column within each group, and what of the column it leaves: deviations, each rounded once.
    pub(super) fn centre(&self, column: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let deviations = |means: &[f64]| -> Vec<f64> {
            self.of_rows.iter().zip(column).map(|(&group, x)| x - means[group]).collect()
        };
        let mean = |column: &[f64]| -> Vec<f64> {
            self.sums(column).iter().zip(&self.counts).map(|(sum, &count)| sum / count as f64).collect()
        };
        // What rounding has left in the mean shows in the mean of the deviations (the corrected two-pass algorithm of
        // Chan, Golub and LeVeque, 1983).
        let mut means = mean(column);
        let corrections = mean(&deviations(&means));
        means.iter_mut().zip(corrections).for_each(|(mean, correction)| *mean += correction);
        let left = deviations(&means);
        (means, left)
    }
}

/// The upper triangle `R` with `R'R = A'A` of the matrix `A` with the given columns, row by row: Householder's method
/// (1958; Golub and Van Loan, algorithm 5.2.1). Its error is a few roundings of each column's own length, however the
/// columns are scaled, where forming `A'A` would square what is lost.
///
/// A column that depends on those before it, as far as rounding can tell, has the diagonal element 0. There are as
/// many rows as columns, or as `A` has, if that is fewer.
pub(super) fn triangle(mut columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let rows = columns.first().map_or(0, Vec::len);
    let size = rows.min(columns.len());
    for k in 0..size {
        let (done, rest) = columns.split_at_mut(k + 1);
        let pivot = &mut done[k];
        let whole = sum(pivot.iter().map(|x| x * x)).sqrt();
        let mut axis = pivot.split_off(k);
        let length = sum(axis.iter().map(|x| x * x)).sqrt();
        // Each of the k reflections has left up to some roundings of the whole column.
        if length <= 8.0 * (k + 1) as f64 * f64::EPSILON * whole {
            pivot.resize(rows, 0.0);
            continue;
        }
        let diagonal = if axis[0] > 0.0 { -length } else { length };
        axis[0] -= diagonal;
        pivot.push(diagonal);
        pivot.resize(rows, 0.0);
        let square = sum(axis.iter().map(|x| x * x));
        for column in rest {
            let along = sum(axis.iter().zip(&column[k..]).map(|(a, x)| a * x));
            let factor = 2.0 * along / square;
            column[k..].iter_mut().zip(&axis).for_each(|(x, a)| *x -= factor * a);
        }
    }
    (0..size).map(|k| columns.iter().map(|column| column[k]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// Tolerance: at most 5 reflections of 9 rows move each product of columns by some 100 roundings.
        #[test]
        fn a_triangle_has_the_products_of_its_columns(
            columns in (1..10_usize).prop_flat_map(|rows| {
                prop::collection::vec(prop::collection::vec(-1.0..1.0_f64, rows), 1..5)
            }),
            copied in any::<bool>(),
        ) {
            let mut columns = columns;
            if copied {
                let twice = columns[0].iter().map(|x| 2.0 * x).collect();
                columns.insert(1, twice);
            }
            let triangle = triangle(columns.clone());
            for (i, x) in columns.iter().enumerate() {
                for (j, y) in columns.iter().enumerate() {
                    let expected = sum(x.iter().zip(y).map(|(x, y)| x * y));
                    let product = sum(triangle.iter().map(|row| row[i] * row[j]));
                    prop_assert!((product - expected).abs() < 1e-13, "{product} against {expected}");
                }
            }
            for (k, row) in triangle.iter().enumerate() {
                prop_assert!(row[..k].iter().all(|&x| x == 0.0), "{triangle:?}");
            }
            prop_assert!(!copied || triangle.len() < 2 || triangle[1][1] == 0.0, "a copy depends on its original");
        }
    }

    #[test]
    fn deviations_from_a_large_mean_are_exact() {
        let (means, left) = Groups::one(3).centre(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 6.0]);
        assert_eq!((means, left), (vec![1e9 + 3.0], vec![-2.0, -1.0, 3.0]));
    }
}
