//! From parameters back to coordinates, for any constraint: Newton's method on the program that constrains.

use nalgebra::{DMatrix, DVector};

use crate::ir::jacobian::jacobian;
use crate::model::Model;

/// The coordinates at which the first parameters of a model have given values, found from a point; none where their
/// constraints do not allow the values, or the search does not find them.
pub fn coordinates(model: &Model, start: &[f64], parameters: &[f64]) -> Option<Vec<f64>> {
    const TURNS: usize = 60;
    /// The longest step of a coordinate: constraints bend within a few units.
    const LONGEST: f64 = 4.0;
    let declared = parameters.len();
    let mut point = start.to_vec();
    let all: Vec<usize> = (0..point.len()).collect();
    let sizes: Vec<f64> = parameters.iter().map(|x| x.abs().max(f64::MIN_POSITIVE)).collect();
    for _ in 0..TURNS {
        let found = jacobian(&model.constrain, &point, &all);
        let rest = DVector::from_iterator(
            declared,
            parameters.iter().zip(&found.values).map(|(wanted, value)| wanted - value),
        );
        if rest.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let slopes = DMatrix::from_row_slice(found.values.len(), point.len(), &found.derivatives);
        let slopes = slopes.rows(0, declared).into_owned();
        let diagonal =
            declared == point.len() && (0..declared).all(|i| (0..declared).all(|j| i == j || slopes[(i, j)] == 0.0));
        let step = if diagonal {
            DVector::from_iterator(declared, (0..declared).map(|i| rest[i] / slopes[(i, i)]))
        } else {
            slopes.svd(true, true).solve(&rest, 1e-14).ok()?
        };
        // Between wide bounds a parameter is known to a rounding of the bounds, and the step says so.
        let within = |part: f64| rest.iter().zip(&sizes).all(|(rest, size)| rest.abs() <= part * size);
        let at_rest = step.iter().zip(&point).all(|(step, x)| step.abs() <= 1e-12 * (1.0 + x.abs()));
        if within(1e-11) || (within(1e-6) && at_rest) {
            return Some(point);
        }
        for (index, (x, step)) in point.iter_mut().zip(step.iter()).enumerate() {
            // A coordinate that is its parameter, or a multiple, is found in one step.
            let straight = diagonal && (found.derivatives[index * all.len() + index] - 1.0).abs() < 1e-9;
            *x += if straight { *step } else { step.clamp(-LONGEST, LONGEST) };
        }
    }
    None
}
