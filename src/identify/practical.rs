//! Directions that data determine in principle and prior knowledge decides in practice.
//!
//! The information of the observations near the mode (the sum of outer products of their scores) is measured in units of
//! the prior: along a direction in which a standard error is several prior standard deviations, the posterior is the
//! prior.

use nalgebra::DMatrix;

use super::direction::{Combination, Scale};
use super::information::information;
use crate::ir::jacobian::jacobian;
use crate::model::Model;

/// A standard error of more prior standard deviations than this leaves the prior nine tenths of its variance.
const HOPELESS: f64 = 3.0;

/// Standard errors that a flat prior is wide.
const FLAT: f64 = 1e4;

/// A direction that the data hardly determine.
#[derive(Clone, Debug, PartialEq)]
pub struct Practical {
    /// The direction, local to the mode.
    pub combination: Combination,
    /// The standard error along it, in prior standard deviations.
    pub standard_error: f64,
}

/// The directions that are practically open, and the condition of the scaled information's root: the ratio of largest to
/// smallest singular value. `open` directions that are open altogether are left out.
pub(super) fn practical(
    model: &Model,
    scores: &DMatrix<f64>,
    free: &[usize],
    mode: &[f64],
    open: usize,
    prior_sd: Option<&[f64]>,
) -> (Vec<Practical>, f64) {
    let information = information(scores);
    if information.iter().any(|x| !x.is_finite()) {
        return (Vec::new(), f64::NAN);
    }
    let spread = |scale: &dyn Fn(usize) -> f64| {
        let scaled = DMatrix::from_fn(free.len(), free.len(), |i, j| information[(i, j)] * scale(i) * scale(j));
        let eigen = scaled.symmetric_eigen();
        let mut order: Vec<usize> = (0..free.len()).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
        (eigen, order)
    };
    let length = |i: usize| 1.0 / information[(i, i)].sqrt().max(f64::MIN_POSITIVE);
    let (eigen, order) = spread(&length);
    let value = |index: usize| eigen.eigenvalues[index].max(0.0);
    let condition = match (order.get(open), order.last()) {
        (Some(&smallest), Some(&largest)) => (value(largest) / value(smallest)).sqrt(),
        _ => f64::NAN,
    };
    let Some(prior_sd) = prior_sd else { return (Vec::new(), condition) };
    let found = jacobian(&model.constrain, mode, free);
    let slopes = DMatrix::from_row_slice(found.values.len(), free.len(), &found.derivatives);
    // The prior's spread of each coordinate, by the parameter that it moves alone. Where the prior is flat, or a coordinate
    // moves several parameters, the data decide in any case.
    let units: Vec<f64> = (0..free.len())
        .map(|column| {
            let moved: Vec<usize> = (0..prior_sd.len()).filter(|&row| slopes[(row, column)] != 0.0).collect();
            match moved[..] {
                [parameter] if prior_sd[parameter].is_finite() => {
                    prior_sd[parameter] / slopes[(parameter, column)].abs()
                }
                _ if information[(column, column)] > 0.0 => FLAT / information[(column, column)].sqrt(),
                _ => 1.0,
            }
        })
        .collect();
    if units.iter().any(|unit| !unit.is_finite() || *unit == 0.0) {
        return (Vec::new(), condition);
    }
    let (eigen, order) = spread(&|i| units[i]);
    let mut directions = Vec::new();
    for &index in order.iter().skip(open) {
        let standard_error = 1.0 / eigen.eigenvalues[index].max(f64::MIN_POSITIVE).sqrt();
        if standard_error <= HOPELESS {
            break;
        }
        let vector = eigen.eigenvectors.column(index);
        let moved = (0..prior_sd.len()).map(|parameter| {
            let slope = (0..free.len()).map(|i| slopes[(parameter, i)] * units[i] * vector[i]).sum::<f64>();
            // In prior standard deviations, and what matters of it.
            let part = slope / prior_sd[parameter];
            (parameter, if part.abs() > 0.1 { slope } else { 0.0 })
        });
        directions.push(Practical { combination: Combination::new(Scale::Local, moved), standard_error });
    }
    (directions, condition)
}
