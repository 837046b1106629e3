//! Correlations between parameters, all draws pooled.
//!
//! The matrix grows with the square of the number of parameters: choose the ones to correlate.

use rayon::prelude::*;

use crate::draws::Draws;

/// Pearson correlations of the chosen parameters, row-major, `[chosen, chosen]`.
///
/// A parameter that is constant, or has a NaN or an infinity, or fewer than two draws, has NaN in
/// its row and column, the diagonal included (as numpy's `corrcoef`).
///
/// # Panics
/// If there is no parameter of a chosen index.
#[must_use]
pub fn correlation(draws: &Draws, chosen: &[usize]) -> Vec<f64> {
    let count = chosen.len();
    let total = draws.parameters().len();
    assert!(chosen.iter().all(|&index| index < total), "a parameter beyond the last, {total}");
    if count == 0 || draws.values().is_empty() {
        return vec![f64::NAN; count * count];
    }
    let size = (draws.chains() * draws.draws()) as f64;
    // One pass about the first draw finds the means, another about the means the products. Chains
    // are summed in fixed groups, so that the sums do not depend on the number of threads.
    let chain_values = draws.draws() * total;
    let group_values = chain_values * draws.chains().div_ceil(64);
    let summed = |width: usize, add: &(dyn Fn(&[f64], &mut [f64]) + Sync)| -> Vec<f64> {
        let groups: Vec<Vec<f64>> = draws
            .values()
            .par_chunks(group_values)
            .map(|group| {
                let mut sums = vec![0.0; width];
                for draw in group.chunks_exact(total) {
                    add(draw, &mut sums);
                }
                sums
            })
            .collect();
        let mut sums = vec![0.0; width];
        for group in groups {
            for (sum, value) in sums.iter_mut().zip(group) {
                *sum += value;
            }
        }
        sums
    };
    let first: Vec<f64> = chosen.iter().map(|&index| draws.values()[index]).collect();
    let mut means = summed(count, &|draw, sums| {
        for ((sum, &index), first) in sums.iter_mut().zip(chosen).zip(&first) {
            *sum += draw[index] - first;
        }
    });
    for (mean, first) in means.iter_mut().zip(&first) {
        *mean = first + *mean / size;
    }
    let products = summed(count * count, &|draw, sums| {
        for (row, &a) in chosen.iter().enumerate() {
            let x = draw[a] - means[row];
            let sums = &mut sums[row * count..=row * count + row];
            for ((sum, &b), mean) in sums.iter_mut().zip(chosen).zip(&means) {
                *sum += x * (draw[b] - mean);
            }
        }
    });
    let spread = |row: usize| products[row * count + row].sqrt();
    let mut matrix = vec![f64::NAN; count * count];
    for row in 0..count {
        for column in 0..=row {
            let value = products[row * count + column] / spread(row) / spread(column);
            let value = if row == column { if value.is_nan() { value } else { 1.0 } } else { value.clamp(-1.0, 1.0) };
            matrix[row * count + column] = value;
            matrix[column * count + row] = value;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_those_of_the_pooled_draws() {
        // b = -2 a; c = (1, 0, 0, 1) is uncorrelated with a = (1, 2, 3, 4) + 1e6.
        let rows = [(1.0, 1.0), (2.0, 0.0), (3.0, 0.0), (4.0, 1.0)];
        let values = rows.iter().flat_map(|&(a, c)| [1e6 + a, -2.0 * a, c, 7.0]).collect();
        let names = ["a", "b", "c", "d"].map(String::from).to_vec();
        let draws = Draws::from_values(names, 2, 2, values).unwrap();
        let matrix = correlation(&draws, &[0, 1, 2, 3]);
        assert!((matrix[1] + 1.0).abs() < 1e-15 && matrix[2].abs() < 1e-15);
        assert_eq!(matrix[1].to_bits(), matrix[4].to_bits());
        assert!(matrix[3].is_nan() && matrix[15].is_nan());
        assert!((matrix[0] - 1.0).abs() < 1e-15);
        assert_eq!(correlation(&draws, &[2]), [1.0]);
    }
}
