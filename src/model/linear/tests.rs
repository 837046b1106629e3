//! Linear algebra against references and identities, with known elements and with computed ones.
//!
//! References: mpmath 1.4.1 at 40 digits (`cholesky`, `**-1`, `det` of `mpmath.matrix`), and `numpy.linalg.qr` of
//! numpy 2.4.6 with signs turned so that the diagonal of `r` is positive. All matrices lie column by column.

use proptest::prelude::*;

use super::*;
use crate::ir::evaluate::evaluate;
use crate::ir::{Graph, Number};

/// Symmetric positive definite, 4 by 4; its condition is 12.
const A: [f64; 16] = [4.0, 1.0, -2.0, 0.5, 1.0, 3.0, 0.25, -1.0, -2.0, 0.25, 5.0, 0.75, 0.5, -1.0, 0.75, 2.0];
/// 4 by 2.
const B: [f64; 8] = [1.0, 0.5, -1.5, 2.0, -2.0, 3.0, 0.25, 1.0];
/// 3 by 3, with a zero and a tiny number where elimination without pivoting starts; its condition is 3.2.
const G: [f64; 9] = [0.0, 1e-3, -5.0, 2.0, 4.0, 0.5, -1.0, 3.0, 2.0];

const CHOLESKY: [f64; 16] = [
    2.0,
    0.5,
    -1.0,
    0.25,
    0.0,
    1.6583123951777,
    0.45226701686664544,
    -0.6784005252999682,
    0.0,
    0.0,
    1.94819263561244,
    0.6707848895072772,
    0.0,
    0.0,
    0.0,
    1.0135681325305355,
];
const SOLVE_LOWER: [f64; 8] = [
    0.5,
    0.15075567228888181,
    -0.5482937357711658,
    2.3136677298493025,
    -1.0,
    2.1105794120443453,
    -0.8749368124007965,
    3.224955945180946,
];
const SOLVE_UPPER: [f64; 8] = [
    -0.8473322093827299,
    1.5040175421193753,
    -1.4493488990497447,
    1.9732269946241099,
    -1.7965985993521911,
    2.2703312762532604,
    -0.21137818624973845,
    0.9866134973120549,
];
const SOLVE_SPD: [f64; 8] = [
    -0.8979963570127505,
    1.3158469945355191,
    -1.0673952641165756,
    2.282695810564663,
    -2.418943533697632,
    2.9956284153005464,
    -1.5446265938069217,
    3.181785063752277,
];
const INVERSE_SPD: [f64; 16] = [
    0.5318761384335154,
    -0.33879781420765026,
    0.29143897996357016,
    -0.4116575591985428,
    -0.33879781420765026,
    0.6295081967213115,
    -0.24043715846994534,
    0.4896174863387978,
    0.29143897996357016,
    -0.24043715846994534,
    0.3788706739526412,
    -0.33515482695810567,
    -0.4116575591985428,
    0.4896174863387978,
    -0.33515482695810567,
    0.9734061930783242,
];
const LOG_DETERMINANT_A: f64 = 3.758653270583959;
const G_INVERSE: [f64; 9] = [
    -0.12998830105290524,
    0.3000129988301053,
    -0.3999740023397894,
    0.0899919007289344,
    0.09999100080992711,
    0.19998200161985422,
    -0.19998200161985422,
    1.9998200161985423e-05,
    3.9996400323970846e-05,
];
const G_SOLVE: [f64; 6] = [
    0.2149806517413433,
    0.3499785019348259,
    -0.3000429961303483,
    0.4799568038876501,
    -0.30004799568038876,
    1.3999040086392225,
];
const THIN_Q: [f64; 8] = [
    0.3651483716701107,
    0.18257418583505539,
    -0.5477225575051662,
    0.7302967433402215,
    -0.5768046062196326,
    0.7847225456708955,
    0.12743357579270953,
    0.18779684853662448,
];
const THIN_R: [f64; 4] = [2.73861278752583, 0.0, 0.4107919181288746, 3.727432091936753];

/// What `build` makes of the numbers: known ones, and coordinates through a program. Both must agree, since the same
/// operations run in the same order.
fn both(values: &[f64], build: impl Fn(&mut Graph, &[Number]) -> Vec<Number>) -> Vec<f64> {
    let known: Vec<Number> = values.iter().map(|&x| Number::Known(x)).collect();
    let folded = build(&mut Graph::default(), &known);
    let mut g = Graph::default();
    let coordinates: Vec<Number> = (0..values.len()).map(|i| g.coordinate(i)).collect();
    let results = build(&mut g, &coordinates);
    let computed = evaluate(&g.program(values.len(), &results), values);
    for (folded, computed) in folded.iter().zip(&computed) {
        let folded = folded.known().expect("what is made of known numbers is known");
        assert!(folded == *computed || (folded.is_nan() && computed.is_nan()), "{folded} and {computed}");
    }
    assert_eq!(folded.len(), computed.len());
    computed
}

fn square(numbers: &[Number]) -> Matrix {
    let size = numbers.len().isqrt();
    Matrix::new(size, size, numbers.to_vec())
}

fn known(rows: usize, columns: usize, values: &[f64]) -> Matrix {
    Matrix::from_known(rows, columns, values)
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} for {expected}");
    }
}

/// Four roundings, for sums of four terms, times a condition of 12.
const CLOSE: f64 = 4.0 * 12.0 * f64::EPSILON;

#[test]
fn factors_and_solutions_are_those_of_the_reference() {
    assert_close(&both(&A, |g, a| cholesky(g, &square(a)).elements), &CHOLESKY, CLOSE);
    assert_close(&both(&A, |g, a| inverse_spd(g, &square(a)).elements), &INVERSE_SPD, CLOSE);
    assert_close(&both(&A, |g, a| vec![log_determinant_spd(g, &square(a))]), &[LOG_DETERMINANT_A], CLOSE);
    assert_close(&both(&A, |g, a| vec![log_determinant(g, &square(a))]), &[LOG_DETERMINANT_A], CLOSE);
    let b = known(4, 2, &B);
    assert_close(&both(&A, |g, a| solve_spd(g, &square(a), &b).elements), &SOLVE_SPD, CLOSE);
    assert_close(&both(&A, |g, a| solve(g, &square(a), &b).elements), &SOLVE_SPD, CLOSE);
    assert_close(&both(&CHOLESKY, |g, l| solve_lower_matrix(g, &square(l), &b).elements), &SOLVE_LOWER, CLOSE);
    assert_close(&both(&CHOLESKY, |g, l| solve_upper_matrix(g, &square(l), &b).elements), &SOLVE_UPPER, CLOSE);
    let right = |g: &mut Graph, l: &[Number]| solve_right_lower(g, &b.transpose(), &square(l)).transpose().elements;
    assert_close(&both(&CHOLESKY, right), &SOLVE_UPPER, CLOSE);
    assert_close(&both(&CHOLESKY, |g, l| chol2inv(g, &square(l)).elements), &INVERSE_SPD, CLOSE);
    let half = both(&CHOLESKY, |g, l| vec![log_determinant_of_cholesky(g, &square(l))]);
    assert_close(&half, &[LOG_DETERMINANT_A / 2.0], CLOSE);
}

#[test]
fn a_zero_or_tiny_pivot_gives_way_to_a_larger_one_whether_known_or_computed() {
    assert_close(&both(&G, |g, a| inverse(g, &square(a)).elements), &G_INVERSE, CLOSE);
    let b = Matrix::from_fn(3, 2, |i, j| Number::Known(B[j * 4 + i]));
    assert_close(&both(&G, |g, a| solve(g, &square(a), &b).elements), &G_SOLVE, CLOSE);
    assert_close(&both(&G, |g, a| vec![determinant(g, &square(a))]), &[-50.0045], CLOSE);
    assert_close(&both(&G, |g, a| vec![log_determinant(g, &square(a))]), &[50.0045_f64.ln()], CLOSE);
    let exchange = [0.0, 1.0, 1.0, 0.0];
    assert_eq!(both(&exchange, |g, a| inverse(g, &square(a)).elements), exchange);
    assert_eq!(both(&exchange, |g, a| vec![determinant(g, &square(a))]), [-1.0]);
}

#[test]
fn what_is_not_positive_definite_has_no_determinant() {
    for a in [&[1.0, 2.0, 2.0, 1.0][..], &[0.0], &[-1.0], &[1.0, 1.0, 1.0, 1.0], &[f64::NAN], &[f64::INFINITY]] {
        assert!(both(a, |g, a| vec![log_determinant_spd(g, &square(a))])[0].is_nan(), "{a:?}");
    }
}

#[test]
fn empty_and_singular_matrices_have_determinants() {
    let mut g = Graph::default();
    let empty = Matrix::identity(0);
    assert_eq!(determinant(&mut g, &empty), Number::Known(1.0));
    assert_eq!(log_determinant(&mut g, &empty), Number::Known(0.0));
    assert_eq!(log_determinant_spd(&mut g, &empty), Number::Known(0.0));
    assert_eq!(inverse(&mut g, &empty), empty);
    let singular = known(2, 2, &[1.0, 2.0, 2.0, 4.0]);
    assert_eq!(determinant(&mut g, &singular), Number::Known(0.0));
    assert_eq!(log_determinant(&mut g, &singular), Number::Known(f64::NEG_INFINITY));
}

#[test]
fn forms_are_products() {
    let b = known(4, 2, &B);
    // Exact: dyadic numbers of few digits.
    let form = [26.125, -15.71875, -15.71875, 28.0625];
    assert_eq!(both(&A, |g, a| quad_form(g, &square(a), &b).elements), form);
    assert_eq!(both(&A, |g, a| quad_form_sym(g, &square(a), &b).elements), form);
    assert_eq!(both(&A, |g, a| vec![trace_quad_form(g, &square(a), &b)]), [form[0] + form[3]]);
    assert_eq!(both(&B, |g, b| crossprod(g, &Matrix::new(4, 2, b.to_vec())).elements), [7.5, 1.125, 1.125, 14.0625]);
    assert_eq!(
        both(&[3.0, 1.0, 7.0, 2.0], |g, l| multiply_lower_tri_self_transpose(g, &square(l)).elements),
        [9.0, 3.0, 3.0, 5.0]
    );
    let twice = |g: &mut Graph, x: &[Number]| {
        let (v, m) = (&x[..2], square(&x[2..]));
        [diag_pre_multiply(g, v, &m), diag_post_multiply(g, &m, v), quad_form_diag(g, &m, v)]
            .map(|m| m.elements)
            .concat()
    };
    let expected = [2.0, 6.0, 6.0, 12.0, 2.0, 4.0, 9.0, 12.0, 4.0, 12.0, 18.0, 36.0];
    assert_eq!(both(&[2.0, 3.0, 1.0, 2.0, 3.0, 4.0], twice), expected);
    assert_eq!(
        both(&B, |g, b| matrix_vector(g, &Matrix::new(4, 2, b.to_vec()), &[2.0, 1.0].map(Number::Known))),
        [0.0, 4.0, -2.75, 5.0]
    );
}

#[test]
fn known_zeros_cost_nothing() {
    let mut g = Graph::default();
    let diagonal: Vec<Number> = (0..6).map(|i| g.coordinate(i)).collect();
    let l = Matrix::from_fn(6, 6, |i, j| if i == j { diagonal[i] } else { Number::Known(0.0) });
    let before = g.len();
    let inverse = chol2inv(&mut g, &l);
    assert!((0..6).all(|i| (0..6).all(|j| i == j || inverse.at(i, j) == Number::Known(0.0))));
    // One shared constant, and a reciprocal and its square for each element.
    assert_eq!(g.len() - before, 1 + 2 * 6);
}

/// A kernel of a magnitude and length scales.
type Isotropic = fn(Number, Vec<Number>) -> Kernel;

#[test]
fn covariances_are_those_of_the_reference() {
    // Points 0, 0.5, 2, and in the plane; the kernels' formulas in mpmath 1.4.1.
    let kernels: [(Isotropic, [f64; 3], [f64; 3]); 4] = [
        (
            |sigma, length_scale| Kernel::ExponentiatedQuadratic { sigma, length_scale },
            [1.8016591565628182, 0.06427237676523834, 0.30450438728237855],
            [1.0927615168073528, 0.05990844257274924, 0.2504784766304379],
        ),
        (
            |sigma, length_scale| Kernel::Exponential { sigma, length_scale },
            [1.155188517823332, 0.15633776525130344, 0.30450438728237855],
            [0.676434127283212, 0.15228910534843998, 0.27680233749588895],
        ),
        (
            |sigma, length_scale| Kernel::Matern32 { sigma, length_scale },
            [1.5278804229155352, 0.12471134699914448, 0.314395537932708],
            [0.8647927262599658, 0.12013447382691218, 0.27638230227622085],
        ),
        (
            |sigma, length_scale| Kernel::Matern52 { sigma, length_scale },
            [1.6374661681308722, 0.10890500879539408, 0.31198549306163464],
            [0.9332812179927922, 0.10429893147167875, 0.2700099929582578],
        ),
    ];
    let line = [0.0, 0.5, 2.0].map(|x| vec![Number::Known(x)]);
    let plane = [[0.0, 1.0], [0.5, -1.0], [2.0, 0.25]].map(|x| x.map(Number::Known).to_vec());
    // A handful of roundings, magnified by an exponent below 4.
    let tolerance = 16.0 * f64::EPSILON;
    for (kernel, on_line, in_plane) in kernels {
        let isotropic = both(&[1.5, 0.75], |g, x| covariance(g, &kernel(x[0], vec![x[1]]), &line).elements);
        let relevance = both(&[1.5, 0.75, 2.0], |g, x| covariance(g, &kernel(x[0], x[1..].to_vec()), &plane).elements);
        for (found, [a, b, c]) in [(isotropic, on_line), (relevance, in_plane)] {
            assert_close(&found, &[2.25, a, b, a, 2.25, c, b, c, 2.25], tolerance);
        }
        let cross =
            both(&[1.5, 0.75], |g, x| cross_covariance(g, &kernel(x[0], vec![x[1]]), &line[..1], &line[1..]).elements);
        assert_close(&cross, &on_line[..2], tolerance);
    }
    let products = both(&[1.5], |g, x| covariance(g, &Kernel::DotProduct { sigma: x[0] }, &plane).elements);
    assert_eq!(products, [3.25, 1.25, 2.5, 1.25, 3.5, 3.0, 2.5, 3.0, 6.3125]);
}

#[test]
fn points_that_coincide_have_no_root_of_zero_to_differentiate() {
    let mut g = Graph::default();
    let (x, length) = (g.coordinate(0), g.coordinate(1));
    let kernel = Kernel::Matern32 { sigma: Number::Known(2.0), length_scale: vec![length] };
    assert_eq!(covariance(&mut g, &kernel, &[vec![x], vec![x]]).elements, [Number::Known(4.0); 4]);
}

#[test]
fn orthogonal_factors_are_those_of_the_reference() {
    let factors = qr(&known(4, 2, &B)).unwrap();
    assert_close(&factors.thin_q().as_known().unwrap(), &THIN_Q, CLOSE);
    assert_close(&factors.thin_r().as_known().unwrap(), &THIN_R, CLOSE);
    let mut g = Graph::default();
    assert!(qr(&Matrix::column_vector(vec![g.coordinate(0)])).is_none());
}

/// Entries of an `n` by `n` matrix, and of one column.
fn system() -> impl Strategy<Value = (usize, Vec<f64>, Vec<f64>)> {
    (1_usize..6)
        .prop_flat_map(|n| (Just(n), prop::collection::vec(-2.0..2.0, n * n), prop::collection::vec(-2.0..2.0, n)))
}

/// The largest magnitude.
fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Elimination with partial pivoting solves a system next to the given one (Higham 2002, "Accuracy and Stability of
    /// Numerical Algorithms", theorem 9.5): off by `3 n^3` roundings times the growth, at most `2^(n-1)`.
    #[test]
    fn solutions_solve_their_systems((n, a, b) in system()) {
        let x = both(&[&a[..], &b[..]].concat(), |g, numbers| {
            let right = Matrix::column_vector(numbers[n * n..].to_vec());
            solve(g, &square(&numbers[..n * n]), &right).elements
        });
        let again = both(&[&a[..], &x[..]].concat(), |g, numbers| matrix_vector(g, &square(&numbers[..n * n]), &numbers[n * n..]));
        let bound = 3.0 * (n * n * n) as f64 * 2_f64.powi(n as i32) * f64::EPSILON * (largest(&a) * largest(&x) + largest(&b));
        for (found, expected) in again.iter().zip(&b) {
            prop_assert!((found - expected).abs() <= bound, "{} for {}", found, expected);
        }
    }

    /// A Cholesky factor gives back its matrix to within `n + 1` roundings of the diagonal (Higham 2002, theorem 10.3),
    /// three more for the reciprocal of the pivot.
    #[test]
    fn factors_give_back_their_matrices((n, m, _) in system()) {
        let definite = |g: &mut Graph, m: &[Number]| {
            let squares = tcrossprod(g, &square(m));
            Matrix::from_fn(n, n, |i, j| if i == j { g.add(squares.at(i, j), Number::Known(1.0)) } else { squares.at(i, j) })
        };
        let a = both(&m, |g, m| definite(g, m).elements);
        let again = both(&a, |g, a| {
            let l = cholesky(g, &square(a));
            tcrossprod(g, &l).elements
        });
        for (found, expected) in again.iter().zip(&a) {
            prop_assert!((found - expected).abs() <= (n + 4) as f64 * f64::EPSILON * largest(&a), "{} for {}", found, expected);
        }
    }

    /// Determinants are off by `3 n^3` roundings times growth and condition; relative to the product of row lengths
    /// (Hadamard's bound) the condition cancels.
    #[test]
    fn the_determinant_of_a_product_is_the_product((n, a, _) in system(), flips in prop::collection::vec(any::<bool>(), 25)) {
        let b: Vec<f64> = a.iter().zip(&flips).map(|(x, &flip)| if flip { 2.0 - x } else { *x }).collect();
        let determinants = both(&[&a[..], &b[..]].concat(), |g, numbers| {
            let (a, b) = (square(&numbers[..n * n]), square(&numbers[n * n..]));
            let product = multiply(g, &a, &b);
            [a, b, product].iter().map(|m| determinant(g, m)).collect()
        });
        let hadamard = |m: &[f64]| (0..n).map(|i| (0..n).map(|j| m[j * n + i].powi(2)).sum::<f64>().sqrt()).product::<f64>();
        let bound = 9.0 * (n * n * n) as f64 * 2_f64.powi(n as i32) * f64::EPSILON * (4.0 * n as f64).powi(n as i32)
            * (1.0 + hadamard(&a) * hadamard(&b));
        prop_assert!((determinants[2] - determinants[0] * determinants[1]).abs() <= bound, "{:?}", determinants);
        let logarithm = both(&a, |g, a| vec![log_determinant(g, &square(a))])[0];
        // Sums and products of n pivots.
        prop_assert!((logarithm.exp() - determinants[0].abs()).abs() <= 16.0 * n as f64 * f64::EPSILON * (1.0 + determinants[0].abs()) * (1.0 + logarithm.abs()));
    }

    #[test]
    fn orthogonal_factors_are_orthogonal_and_triangular(
        (rows, columns, a) in (1_usize..7, 1_usize..5).prop_flat_map(|(rows, columns)| {
            (Just(rows), Just(columns), prop::collection::vec(prop_oneof![Just(0.0), -2.0..2.0], rows * columns))
        })
    ) {
        let mut g = Graph::default();
        let factors = qr(&known(rows, columns, &a)).unwrap();
        // Each reflection rounds some `rows` times (Higham 2002, theorem 19.4).
        let bound = 16.0 * (rows * columns) as f64 * f64::EPSILON * (1.0 + largest(&a) * rows as f64);
        for (q, r) in [(factors.thin_q(), factors.thin_r()), (factors.q(), factors.r())] {
            let product = multiply(&mut g, &q, &r).as_known().unwrap();
            let unit = crossprod(&mut g, &q).as_known().unwrap();
            let identity = Matrix::identity(q.columns).as_known().unwrap();
            for (found, expected) in product.iter().zip(&a).chain(unit.iter().zip(&identity)) {
                prop_assert!((found - expected).abs() <= bound, "{} for {}", found, expected);
            }
            for j in 0..r.columns {
                prop_assert!((j + 1..r.rows).all(|i| r.at(i, j) == Number::Known(0.0)));
            }
            prop_assert!(r.diagonal().iter().all(|x| x.known().unwrap() >= 0.0));
        }
    }
}
