//! Which directions are the same everywhere: null spaces at several points, compared on one scale after the other.
//!
//! A direction along which nothing changes is, at each point, a vector of the null space there. If on some scale one
//! vector lies in all of these spaces, then moving along it changes nothing anywhere (the invariance test of Maclaren et
//! al. 2025). Sums show on the natural scale, products on the logarithmic one, sums of variances on that of squares. What
//! is constant on none is local.
//!
//! In: parameters and a basis of the null space for each point. Out: combinations, sparse and with small whole weights
//! where the space has such a basis (its reduced row echelon form).

use nalgebra::{DMatrix, DVector};

use super::direction::{Combination, Scale};

/// A point of parameters and the directions in which nothing changes there, `[parameter, basis]`.
#[derive(Clone, Debug)]
pub struct Place {
    /// The value of each parameter.
    pub parameters: Vec<f64>,
    /// A basis of the null space, in parameters as they are.
    pub null_space: DMatrix<f64>,
}

/// Null vectors are right to about the rounding of derivatives over the smallest singular value that counts. Constant
/// directions differ between points by that, others by about 1.
const CONSTANT: f64 = 1e-5;

/// Directions that span the null space at the first place, the simplest first. `order` is the order in which parameters
/// are preferred as the one that a direction is named after; `known` are directions found before, which are not found
/// again.
pub fn directions(places: &[Place], order: &[usize], known: &[Combination]) -> Vec<Combination> {
    let Some(first) = places.first() else { return Vec::new() };
    let count = first.null_space.ncols();
    let mut span = Span::default();
    for combination in known {
        span.add(&tangent(combination, first));
    }
    let mut found = Vec::new();
    for scale in Scale::CONSTANT {
        if span.len() >= count {
            break;
        }
        let Some(space) = common(places, scale) else { continue };
        for row in echelon(&space, order) {
            let combination = Combination::new(scale, row);
            if span.len() < count && span.add(&tangent(&combination, first)) {
                found.push(combination);
            }
        }
    }
    if span.len() < count {
        let sparse = echelon(&first.null_space, order).into_iter().map(|row| Combination::new(Scale::Local, row));
        for combination in sparse {
            if span.len() < count && span.add(&tangent(&combination, first)) {
                found.push(combination);
            }
        }
    }
    found
}

/// The vector in natural parameters along which a combination of a constant direction moves at a place.
fn tangent(combination: &Combination, at: &Place) -> DVector<f64> {
    let mut vector = DVector::zeros(at.parameters.len());
    for &(parameter, weight) in &combination.weights {
        vector[parameter] = weight / combination.scale.slope(at.parameters[parameter]);
    }
    vector
}

/// Vectors found so far, orthonormal.
#[derive(Default)]
struct Span(Vec<DVector<f64>>);

impl Span {
    fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds a vector, unless the others span it.
    fn add(&mut self, vector: &DVector<f64>) -> bool {
        let length = vector.norm();
        if length == 0.0 {
            return false;
        }
        let mut rest = vector / length;
        for _ in 0..2 {
            for other in &self.0 {
                rest -= other * other.dot(&rest);
            }
        }
        let left = rest.norm();
        let is_new = left > CONSTANT;
        if is_new {
            self.0.push(rest / left);
        }
        is_new
    }
}

/// The vectors that on a scale lie in the null spaces of all places, `[parameter, basis]`; none where there is none, or a
/// parameter has no value on the scale.
fn common(places: &[Place], scale: Scale) -> Option<DMatrix<f64>> {
    // At one place everything is constant.
    if places.len() < 2 {
        return None;
    }
    let spaces: Vec<DMatrix<f64>> = places.iter().map(|place| on_scale(place, scale)).collect();
    if spaces.iter().any(|space| space.iter().any(|x| !x.is_finite())) {
        return None;
    }
    // Parameters in any unit: each row is measured by its largest entry.
    let rows = spaces[0].nrows();
    let units: Vec<f64> = (0..rows)
        .map(|row| spaces.iter().fold(0.0_f64, |largest, space| largest.max(space.row(row).amax())))
        .map(|largest| if largest > 0.0 { largest } else { 1.0 })
        .collect();
    let orthonormal: Vec<DMatrix<f64>> = spaces
        .into_iter()
        .map(|mut space| {
            for (mut row, unit) in space.row_iter_mut().zip(&units) {
                row /= *unit;
            }
            for mut column in space.column_iter_mut() {
                let length = column.norm();
                column /= length;
            }
            space.qr().q()
        })
        .collect();
    let (first, others) = orthonormal.split_first()?;
    let mut defects = DMatrix::zeros(0, first.ncols());
    for other in others {
        let rest = first - other * (other.transpose() * first);
        let from = defects.nrows();
        defects = defects.resize_vertically(from + rows, 0.0);
        defects.rows_mut(from, rows).copy_from(&rest);
    }
    let decomposition = defects.svd(false, true);
    let right = decomposition.v_t?;
    let kept: Vec<usize> = (0..right.nrows()).filter(|&i| decomposition.singular_values[i] < CONSTANT).collect();
    if kept.is_empty() {
        return None;
    }
    let mut space = first * right.select_rows(&kept).transpose();
    for (mut row, unit) in space.row_iter_mut().zip(&units) {
        row *= *unit;
    }
    Some(space)
}

fn on_scale(place: &Place, scale: Scale) -> DMatrix<f64> {
    let mut space = place.null_space.clone();
    for (mut row, &value) in space.row_iter_mut().zip(&place.parameters) {
        if row.iter().any(|&x| x != 0.0) {
            row *= scale.slope(value);
        }
    }
    // What is rounding beside the rest of its vector is nothing.
    for mut column in space.column_iter_mut() {
        let largest = column.amax();
        column.iter_mut().filter(|x| x.abs() < 1e-13 * largest).for_each(|x| *x = 0.0);
    }
    space
}

/// The reduced row echelon form of the space's basis, a vector per row: as many zeros as pivots give. Pivots are taken in
/// the preferred order.
pub(super) fn echelon(space: &DMatrix<f64>, order: &[usize]) -> Vec<Vec<(usize, f64)>> {
    /// Beside the largest entry of a row in the units of its parameter.
    const ROUNDING: f64 = 1e-6;
    let units: Vec<f64> = space.row_iter().map(|row| if row.amax() > 0.0 { row.amax() } else { 1.0 }).collect();
    let mut rows: Vec<Vec<f64>> =
        space.column_iter().map(|column| column.iter().zip(&units).map(|(x, unit)| x / unit).collect()).collect();
    let mut done = 0;
    for &parameter in order {
        let best = (done..rows.len()).max_by(|&a, &b| rows[a][parameter].abs().total_cmp(&rows[b][parameter].abs()));
        let Some(best) = best else { break };
        if rows[best][parameter].abs() < ROUNDING {
            continue;
        }
        rows.swap(done, best);
        let pivot = rows[done][parameter];
        rows[done].iter_mut().for_each(|x| *x /= pivot);
        let pivot_row = rows[done].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            let factor = row[parameter];
            if index != done && factor != 0.0 {
                row.iter_mut().zip(&pivot_row).for_each(|(x, pivot)| *x -= factor * pivot);
                row[parameter] = 0.0;
            }
        }
        done += 1;
    }
    rows.truncate(done);
    let weights = |row: Vec<f64>| {
        let largest = row.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let kept = row.into_iter().enumerate().filter(|(_, x)| x.abs() > ROUNDING * largest);
        kept.map(|(parameter, x)| (parameter, x * units[parameter])).collect()
    };
    rows.into_iter().map(weights).collect()
}

/// What stays the same when one moves along directions of one scale: for each parameter that they touch, but one for
/// each direction, a combination of it with those. Their number is that of the touched parameters less that of the
/// directions.
pub fn invariants(directions: &[Combination], order: &[usize]) -> Vec<Combination> {
    let Some(scale) = directions.first().map(|direction| direction.scale) else { return Vec::new() };
    let parameters = order.iter().max().map_or(0, |last| last + 1);
    let mut space = DMatrix::zeros(parameters, directions.len());
    for (column, direction) in directions.iter().enumerate() {
        for &(parameter, weight) in &direction.weights {
            space[(parameter, column)] = weight;
        }
    }
    let rows = echelon(&space, order);
    // The first of a row in the preferred order: other rows have a zero there.
    let pivot = |row: &Vec<(usize, f64)>| order.iter().copied().find(|of| row.iter().any(|(other, _)| other == of));
    let pivots: Vec<usize> = rows.iter().filter_map(pivot).collect();
    let mut touched: Vec<usize> = rows.iter().flatten().map(|(parameter, _)| *parameter).collect();
    touched.sort_unstable();
    touched.dedup();
    let free = touched.into_iter().filter(|parameter| !pivots.contains(parameter));
    free.map(|parameter| {
        let of_pivots = rows.iter().zip(&pivots).filter_map(|(row, &pivot)| {
            let of = |wanted: usize| row.iter().find(|(other, _)| *other == wanted).map(|(_, weight)| *weight);
            of(parameter).map(|weight| (pivot, -weight / of(pivot).unwrap_or(1.0)))
        });
        Combination::new(scale, std::iter::once((parameter, 1.0)).chain(of_pivots))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(parameters: &[f64], basis: &[&[f64]]) -> Place {
        let null_space = DMatrix::from_fn(parameters.len(), basis.len(), |i, j| basis[j][i]);
        Place { parameters: parameters.to_vec(), null_space }
    }

    fn found(places: &[Place]) -> Vec<Combination> {
        let order: Vec<usize> = (0..places[0].parameters.len()).collect();
        directions(places, &order, &[])
    }

    #[test]
    fn a_difference_is_constant_in_parameters_as_they_are() {
        let places = [place(&[1.0, 2.0, 3.0], &[&[0.0, 3.0, -3.0]]), place(&[5.0, -1.0, 2.0], &[&[0.0, -0.1, 0.1]])];
        assert_eq!(found(&places), [Combination { scale: Scale::Natural, weights: vec![(1, 1.0), (2, -1.0)] }]);
    }

    #[test]
    fn a_product_leaves_a_quotient_open_on_the_logarithmic_scale() {
        let places = [place(&[2.0, 3.0], &[&[2.0, -3.0]]), place(&[5.0, -7.0], &[&[5.0, 7.0]])];
        let [direction] = &found(&places)[..] else { panic!("one direction") };
        assert_eq!(*direction, Combination { scale: Scale::Log, weights: vec![(0, 1.0), (1, -1.0)] });
        let kept = invariants(&found(&places), &[0, 1]);
        assert_eq!(kept, [Combination { scale: Scale::Log, weights: vec![(0, 1.0), (1, 1.0)] }]);
    }

    #[test]
    fn a_sum_of_variances_leaves_their_difference_open() {
        let places = [place(&[2.0, 3.0], &[&[3.0, -2.0]]), place(&[5.0, 0.7], &[&[0.7, -5.0]])];
        assert_eq!(found(&places)[0], Combination { scale: Scale::Square, weights: vec![(0, 1.0), (1, -1.0)] });
    }

    #[test]
    fn what_turns_from_point_to_point_is_local() {
        let places = [place(&[2.0, 3.0], &[&[1.0, 0.3]]), place(&[5.0, 7.0], &[&[1.0, -0.9]])];
        assert_eq!(found(&places)[0].scale, Scale::Local);
    }

    #[test]
    fn the_number_of_directions_is_that_of_the_null_space() {
        let a: [&[f64]; 2] = [&[1.0, -1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 2.0]];
        let mixed: [&[f64]; 2] = [&[1.0, -1.0, 1.0, 2.0], &[1.0, -1.0, -1.0, -2.0]];
        let places = [place(&[1.0, 2.0, 3.0, 4.0], &a), place(&[4.0, 3.0, 2.0, 1.0], &mixed)];
        let found = found(&places);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], Combination { scale: Scale::Natural, weights: vec![(2, 1.0), (3, 2.0)] });
        let kept = invariants(&found, &[0, 1, 2, 3]);
        assert_eq!(kept[0].weights, [(0, 1.0), (1, 1.0)]);
        assert_eq!(kept[1].weights, [(2, 2.0), (3, -1.0)]);
    }
}
