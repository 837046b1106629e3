//! Every transform there and back, and its Jacobian against finite differences.

use proptest::prelude::*;

use super::*;
use crate::ir::Domain;
use crate::ir::evaluate::evaluate;
use crate::model::linear::{Matrix, crossprod, log_determinant_spd};

/// Every constraint at several sizes, the smallest among them.
fn transforms() -> Vec<Transform<f64>> {
    let mut all = vec![
        Transform::unbounded(2),
        Transform::Bounds { size: 3, lower: Some(vec![-2.0]), upper: None },
        Transform::Bounds { size: 2, lower: None, upper: Some(vec![3.0, -1.0]) },
        Transform::Bounds { size: 2, lower: Some(vec![0.0]), upper: Some(vec![1.0]) },
        Transform::Bounds { size: 3, lower: Some(vec![-1.0, -10.0, 3.0]), upper: Some(vec![4.5, 20.0, 3.5]) },
        Transform::Affine { size: 2, offset: Some(vec![3.0, -1.0]), multiplier: Some(vec![2.5]) },
        Transform::Affine { size: 1, offset: None, multiplier: Some(vec![0.1]) },
        Transform::CholeskyFactorCov { rows: 3, columns: 1 },
        Transform::CholeskyFactorCov { rows: 4, columns: 2 },
    ];
    for size in 1..=4 {
        all.extend([
            Transform::Ordered { size },
            Transform::PositiveOrdered { size },
            Transform::Simplex { size },
            Transform::SumToZero { size },
            Transform::UnitVector { size },
            Transform::CholeskyFactorCorr { size },
            Transform::CorrMatrix { size },
            Transform::CholeskyFactorCov { rows: size, columns: size },
            Transform::CovMatrix { size },
        ]);
    }
    all
}

/// Values and log Jacobian at a point, through a scheduled program.
fn at(transform: &Transform<f64>, z: &[f64]) -> (Vec<f64>, f64) {
    let mut g = Graph::default();
    let coordinates: Vec<Number> = (0..z.len()).map(|i| g.coordinate(i)).collect();
    let constrained = transform.map(|&x| Number::Known(x)).constrain(&mut g, &coordinates);
    let results = [&constrained.values[..], &[constrained.log_jacobian]].concat();
    let mut results = evaluate(&g.program(z.len(), &results), z);
    let log_jacobian = results.pop().expect("the Jacobian is the last result");
    (results, log_jacobian)
}

/// The values that vary freely, as the reference manual's Jacobians count them. `None`: all, or an isometry.
fn free(transform: &Transform<f64>) -> Option<Vec<usize>> {
    let triangle = |rows: usize, columns: usize, diagonal: bool| {
        (0..columns).flat_map(|j| (j + usize::from(!diagonal)..rows).map(move |i| j * rows + i)).collect()
    };
    match *transform {
        Transform::Bounds { .. }
        | Transform::Affine { .. }
        | Transform::Ordered { .. }
        | Transform::PositiveOrdered { .. }
        | Transform::SumToZero { .. }
        | Transform::UnitVector { .. } => None,
        Transform::Simplex { size } => Some((0..size - 1).collect()),
        Transform::CholeskyFactorCorr { size } | Transform::CorrMatrix { size } => Some(triangle(size, size, false)),
        Transform::CholeskyFactorCov { rows, columns } => Some(triangle(rows, columns, true)),
        Transform::CovMatrix { size } => Some(triangle(size, size, true)),
    }
}

/// The logarithm of the volume that a unit cube of coordinates becomes, `ln det(J'J) / 2` of the Jacobian matrix `J` by
/// central differences.
fn log_volume(transform: &Transform<f64>, z: &[f64]) -> f64 {
    const H: f64 = 1e-4;
    let mut elements = Vec::new();
    for i in 0..z.len() {
        let shifted = |by: f64| {
            let mut z = z.to_vec();
            z[i] += by;
            at(transform, &z).0
        };
        // Four points: exact but for terms of h^4 / 30 times the fifth derivative, and rounding over h.
        let [a, b, c, d] = [2.0 * H, H, -H, -2.0 * H].map(shifted);
        let slope = |k: usize| (8.0 * (b[k] - c[k]) - (a[k] - d[k])) / (12.0 * H);
        let rows = free(transform).unwrap_or_else(|| (0..a.len()).collect());
        elements.extend(rows.into_iter().map(slope));
    }
    let rows = elements.len().checked_div(z.len()).unwrap_or(0);
    let mut g = Graph::default();
    let gram = crossprod(&mut g, &Matrix::from_known(rows, z.len(), &elements));
    0.5 * log_determinant_spd(&mut g, &gram).known().unwrap()
}

/// As many of the numbers as a transform has coordinates.
fn point(transform: &Transform<f64>, numbers: &[f64]) -> Vec<f64> {
    numbers[..transform.coordinates()].to_vec()
}

/// The largest number of coordinates among [`transforms`].
const LARGEST: usize = 10;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A relative error of some units in the last place (64 for a chain of a hundred operations) is magnified by
    /// `exp(z)`-sized condition numbers: atanh and logarithms of differences lose up to `exp(2 |z|)`, and factors of
    /// matrices the condition of the matrix, whose logarithm is bounded by twice the sum of `2 |z|`.
    #[test]
    fn coordinates_come_back_from_values(numbers in prop::collection::vec(-2.0..2.0, LARGEST)) {
        for transform in transforms() {
            let z = point(&transform, &numbers);
            let (values, _) = at(&transform, &z);
            prop_assert_eq!(values.len(), transform.values());
            let found = transform.unconstrain(&values).map_err(|error| TestCaseError::fail(format!("{transform:?}: {error}")))?;
            let (again, _) = at(&transform, &found);
            let condition = z.iter().map(|z| 2.0 * z.abs()).sum::<f64>().exp();
            for (x, y) in again.iter().zip(&values) {
                prop_assert!((x - y).abs() <= 64.0 * f64::EPSILON * condition * (1.0 + y.abs()), "{:?}: {} for {}", transform, x, y);
            }
            if !matches!(transform, Transform::UnitVector { .. }) {
                for (x, y) in found.iter().zip(&z) {
                    prop_assert!((x - y).abs() <= 64.0 * f64::EPSILON * condition, "{:?}: {} for {}", transform, x, y);
                }
            }
        }
    }

    /// The differences are off by `h^4` times fifth derivatives, 1e-16 times some hundreds, and by rounding,
    /// 1e-16 / 1e-4 times the values; together below 1e-10 of the largest slope, magnified by the condition of the
    /// Jacobian matrix, which for these points is below 1e3, and doubled by the normal equations: 1e-6 holds.
    #[test]
    fn log_jacobians_are_the_logarithm_of_the_volume(numbers in prop::collection::vec(-1.0..1.0, LARGEST)) {
        for transform in transforms().iter().filter(|transform| !matches!(transform, Transform::UnitVector { .. })) {
            let z = point(transform, &numbers);
            let (found, expected) = (at(transform, &z).1, log_volume(transform, &z));
            prop_assert!((found - expected).abs() < 1e-6, "{:?}: {} for {}", transform, found, expected);
        }
    }

    #[test]
    fn known_coordinates_give_what_the_program_gives(numbers in prop::collection::vec(-2.0..2.0, LARGEST)) {
        for transform in transforms() {
            let z = point(&transform, &numbers);
            let known: Vec<Number> = z.iter().map(|&z| Number::Known(z)).collect();
            let folded = transform.map(|&x| Number::Known(x)).constrain(&mut Graph::default(), &known);
            let (values, log_jacobian) = at(&transform, &z);
            let folded_values: Vec<f64> = folded.values.iter().map(|x| x.known().unwrap()).collect();
            prop_assert_eq!(&folded_values, &values, "{:?}", transform);
            prop_assert_eq!(folded.log_jacobian.known().unwrap(), log_jacobian, "{:?}", transform);
        }
    }
}

/// Rows are one number; its values and Jacobian are those of the elements one by one.
#[test]
fn a_number_with_rows_is_constrained_like_its_elements() {
    const N: usize = 9;
    let z: Vec<f64> = (0..N).map(|i| 0.3 * i as f64 - 1.0).collect();
    let each = |at: f64| (0..N).map(|i| at + 0.5 * i as f64).collect::<Vec<f64>>();
    let cases: [Transform<f64>; 5] = [
        Transform::unbounded(N),
        Transform::Bounds { size: N, lower: Some(vec![2.0]), upper: None },
        Transform::Bounds { size: N, lower: Some(each(-1.0)), upper: Some(each(7.0)) },
        Transform::Affine { size: N, offset: Some(each(0.5)), multiplier: Some(vec![3.0]) },
        Transform::Affine { size: N, offset: None, multiplier: Some(each(0.5)) },
    ];
    for transform in cases {
        let mut g = Graph::default();
        let domain = Domain::elements(N);
        let row_wise = |g: &mut Graph, arguments: &Option<Vec<f64>>| {
            arguments.as_ref().map(|arguments| match arguments[..] {
                [shared] => vec![Number::Known(shared)],
                _ => vec![g.column(domain, arguments.clone())],
            })
        };
        let with_rows = match &transform {
            Transform::Bounds { size, lower, upper } => {
                Transform::Bounds { size: *size, lower: row_wise(&mut g, lower), upper: row_wise(&mut g, upper) }
            }
            Transform::Affine { size, offset, multiplier } => Transform::Affine {
                size: *size,
                offset: row_wise(&mut g, offset),
                multiplier: row_wise(&mut g, multiplier),
            },
            other => unreachable!("{other:?} has no rows"),
        };
        let coordinates = g.coordinates(domain, (0..N as u32).collect());
        let constrained = with_rows.constrain(&mut g, &[coordinates]);
        let values = g.each_row(constrained.values[0], N);
        let results = evaluate(&g.program(N, &[&values[..], &[constrained.log_jacobian]].concat()), &z);
        let (expected, log_jacobian) = at(&transform, &z);
        assert_eq!(results[..N], expected, "{transform:?}");
        // Sums of nine terms below 10 in two orders.
        assert!((results[N] - log_jacobian).abs() < 90.0 * f64::EPSILON, "{transform:?}");
    }
}

#[test]
fn jacobians_of_whole_vectors_have_no_rows() {
    let mut g = Graph::default();
    let z = g.coordinates(Domain::elements(9), (0..9).collect());
    let transform = Transform::Bounds { size: 9, lower: Some(vec![Number::Known(0.0)]), upper: None };
    let constrained = transform.constrain(&mut g, &[z]);
    assert_eq!(g.domain(constrained.values[0]), Some(Domain::elements(9)));
    assert_eq!(g.domain(constrained.log_jacobian), None);
}

#[test]
#[should_panic(expected = "as many coordinates as the constraint has")]
fn coordinates_are_counted() {
    let simplex: Transform<Number> = Transform::Simplex { size: 3 };
    simplex.constrain(&mut Graph::default(), &[Number::Known(0.0)]);
}
