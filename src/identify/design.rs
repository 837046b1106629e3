//! Relations among covariates: which columns of the data are weighted sums of others and a constant, so that their
//! coefficients cannot be told apart.

use nalgebra::DMatrix;

use super::constant::echelon;
use super::direction::{Combination, Scale};
use super::finding::Relation;
use super::rank::{Matrix, rank};
use crate::model::likelihood::Covariate;

/// The relations among columns of equal length, in which a constant takes part.
pub fn relations(covariates: &[Covariate]) -> Vec<Relation> {
    /// More columns are not searched: the time goes with the cube of their number.
    const MOST: usize = 400;
    let mut lengths: Vec<usize> = covariates.iter().map(|covariate| covariate.values.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut found = Vec::new();
    for length in lengths {
        let columns: Vec<&Covariate> =
            covariates.iter().filter(|covariate| covariate.values.len() == length).take(MOST).collect();
        let matrix = DMatrix::from_fn(length, columns.len() + 1, |row, column| {
            columns.get(column).map_or(1.0, |covariate| covariate.values[row])
        });
        let mut state = 0_u32;
        let mut weights = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / f64::from(1_u32 << 31) - 1.0
        };
        let null_space = rank(&Matrix::exact(&matrix, &mut weights)).null_space;
        // Later columns are said to be sums of earlier ones.
        let order: Vec<usize> = (0..columns.len()).rev().collect();
        for row in echelon(&null_space, &order) {
            let relation = Combination::new(Scale::Natural, row);
            let named = relation.weights.into_iter().filter(|(column, _)| *column < columns.len());
            found.push(Relation {
                columns: named.map(|(column, weight)| (columns[column].name.clone(), weight)).collect(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_a_sum_of_others_is_named_with_them() {
        let column = |name: &str, values: [f64; 5]| Covariate {
            variable: name.into(),
            name: name.into(),
            values: values.to_vec(),
        };
        let (x, z) = ([1.0, 4.0, 2.0, 8.0, 5.0], [3.0, 1.0, 4.0, 1.0, 5.0]);
        let sum: Vec<f64> = x.iter().zip(&z).map(|(x, z)| x + 2.0 * z + 3.0).collect();
        let sum = Covariate { variable: "s".into(), name: "s".into(), values: sum };
        let found = relations(&[column("x", x), column("z", z), sum]);
        let expected = [("x".to_owned(), 1.0), ("z".to_owned(), 2.0), ("s".to_owned(), -1.0)];
        assert_eq!(found, [Relation { columns: expected.to_vec() }]);
        assert!(relations(&[column("x", x), column("z", z)]).is_empty());
    }
}
