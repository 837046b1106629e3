//! The information of observations: the sum of the outer products of their scores.
//!
//! In: scores, `[observation, coordinate]`. Out: a symmetric matrix, `[coordinate, coordinate]`. Absent on purpose: what
//! it is used for.

use nalgebra::DMatrix;
use rayon::prelude::*;

/// Columns of a block, whose products are one product of matrices. Results do not depend on the number of threads.
const BLOCK: usize = 64;

/// `scores' * scores`, the lower triangle computed, the other copied.
pub(super) fn information(scores: &DMatrix<f64>) -> DMatrix<f64> {
    let columns = scores.ncols();
    // Rows of the transpose lie side by side as the product reads them.
    let transposed = scores.transpose();
    let pairs: Vec<(usize, usize)> =
        (0..columns).step_by(BLOCK).flat_map(|i| (0..=i).step_by(BLOCK).map(move |j| (i, j))).collect();
    let width = |from: usize| BLOCK.min(columns - from);
    let blocks: Vec<DMatrix<f64>> =
        pairs.par_iter().map(|&(i, j)| transposed.rows(i, width(i)) * scores.columns(j, width(j))).collect();
    let mut all = DMatrix::zeros(columns, columns);
    for ((i, j), block) in pairs.into_iter().zip(blocks) {
        all.view_mut((i, j), block.shape()).copy_from(&block);
        all.view_mut((j, i), (block.ncols(), block.nrows())).copy_from(&block.transpose());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_make_the_whole_product() {
        for columns in [0, 1, 3, BLOCK, 2 * BLOCK + 5] {
            let scores = DMatrix::from_fn(7, columns, |i, j| ((i * 31 + j * 17) % 11) as f64 - 4.0);
            // Whole numbers, so that no sum is rounded.
            assert_eq!(information(&scores), scores.tr_mul(&scores));
        }
    }
}
