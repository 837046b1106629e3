//! A product and the sum it goes into as one instruction: half the calls and half the memory of two. Rounded twice, as
//! the two are: bits do not depend on what is fused.
//!
//! In: three numbers for each lane. Absent on purpose: which products are fused, which `bodies` says; and contraction,
//! which would round once.

use super::lanes::Lanes;
use crate::math::Real;
use crate::math::simd::{Width, lane_kernel};

/// How a product goes into a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// `x * y + z`
    Plus,
    /// `x * y - z`
    Minus,
    /// `z - x * y`
    From,
}

/// A sum of `x * y` and `z` in every lane.
pub(super) fn multiply_add<R: Real>(width: Width, sum: Sum, to: &mut [R], factors: [Lanes<'_, R>; 2], z: Lanes<'_, R>) {
    // Negation is exact, and so a constant brings its sign along.
    match (sum, factors, z) {
        (Sum::Plus, [Lanes::Each(x), Lanes::Each(y)], Lanes::Each(z)) => plus(width, to, x, y, z),
        (Sum::Minus, [Lanes::Each(x), Lanes::Each(y)], Lanes::Each(z)) => minus(width, to, x, y, z),
        (Sum::From, [Lanes::Each(x), Lanes::Each(y)], Lanes::Each(z)) => from(width, to, x, y, z),
        (Sum::Plus, [Lanes::Each(x), Lanes::Each(y)], Lanes::All(z)) => plus_constant(width, to, x, y, z),
        (Sum::Minus, [Lanes::Each(x), Lanes::Each(y)], Lanes::All(z)) => plus_constant(width, to, x, y, -z),
        (Sum::From, [Lanes::Each(x), Lanes::Each(y)], Lanes::All(z)) => from_constant(width, to, x, y, z),
        (sum, [Lanes::Each(x), Lanes::All(y)] | [Lanes::All(y), Lanes::Each(x)], z) => match (sum, z) {
            (Sum::Plus, Lanes::Each(z)) => scaled_plus(width, to, x, y, z),
            (Sum::Minus, Lanes::Each(z)) => scaled_minus(width, to, x, y, z),
            (Sum::From, Lanes::Each(z)) => scaled_plus(width, to, x, -y, z),
            (Sum::Plus, Lanes::All(z)) => scaled_plus_constant(width, to, x, y, z),
            (Sum::Minus, Lanes::All(z)) => scaled_plus_constant(width, to, x, y, -z),
            (Sum::From, Lanes::All(z)) => scaled_plus_constant(width, to, x, -y, z),
        },
        (sum, [Lanes::All(x), Lanes::All(y)], z) => {
            let product = x * y;
            for (lane, to) in to.iter_mut().enumerate() {
                let z = match z {
                    Lanes::Each(z) => z[lane],
                    Lanes::All(z) => z,
                };
                *to = match sum {
                    Sum::Plus => product + z,
                    Sum::Minus => product - z,
                    Sum::From => z - product,
                };
            }
        }
    }
}

lane_kernel! {
    fn plus<R>(to: &mut [R], x: &[R], y: &[R], z: &[R]) {
        for (((to, &x), &y), &z) in to.iter_mut().zip(x).zip(y).zip(z) { *to = x * y + z; }
    }
    fn minus<R>(to: &mut [R], x: &[R], y: &[R], z: &[R]) {
        for (((to, &x), &y), &z) in to.iter_mut().zip(x).zip(y).zip(z) { *to = x * y - z; }
    }
    fn from<R>(to: &mut [R], x: &[R], y: &[R], z: &[R]) {
        for (((to, &x), &y), &z) in to.iter_mut().zip(x).zip(y).zip(z) { *to = z - x * y; }
    }
    fn plus_constant<R>(to: &mut [R], x: &[R], y: &[R], z: R) {
        for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = x * y + z; }
    }
    fn from_constant<R>(to: &mut [R], x: &[R], y: &[R], z: R) {
        for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = z - x * y; }
    }
    fn scaled_plus<R>(to: &mut [R], x: &[R], y: R, z: &[R]) {
        for ((to, &x), &z) in to.iter_mut().zip(x).zip(z) { *to = x * y + z; }
    }
    fn scaled_minus<R>(to: &mut [R], x: &[R], y: R, z: &[R]) {
        for ((to, &x), &z) in to.iter_mut().zip(x).zip(z) { *to = x * y - z; }
    }
    fn scaled_plus_constant<R>(to: &mut [R], x: &[R], y: R, z: R) {
        for (to, &x) in to.iter_mut().zip(x) { *to = x * y + z; }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fused_sum_has_the_bits_of_a_product_and_a_sum() {
        // Zeros of both signs among them, and sums that cancel.
        let numbers = |seed: f32| -> Vec<f32> {
            (0..37).map(|k| [(k as f32 * seed).sin() * 1e3, 0.0, -0.0, 2.0, -4.0][k % 7 % 5]).collect()
        };
        let columns = [numbers(0.7), numbers(1.9), numbers(2.3)];
        for width in Width::available() {
            for (shape, constant) in (0..8).flat_map(|shape| (0..7).map(move |constant| (shape, constant))) {
                let is_constant = |index: usize| shape >> index & 1 == 1;
                let operand = |index: usize| {
                    let column = &columns[index][..];
                    if is_constant(index) { Lanes::All(column[constant]) } else { Lanes::Each(column) }
                };
                let at = |index: usize, lane: usize| match operand(index) {
                    Lanes::Each(x) => x[lane],
                    Lanes::All(x) => x,
                };
                for sum in [Sum::Plus, Sum::Minus, Sum::From] {
                    let mut found = vec![0.0; 37];
                    multiply_add(width, sum, &mut found, [operand(0), operand(1)], operand(2));
                    for (lane, found) in found.into_iter().enumerate() {
                        let (product, z) = (at(0, lane) * at(1, lane), at(2, lane));
                        let expected = match sum {
                            Sum::Plus => product + z,
                            Sum::Minus => product - z,
                            Sum::From => z - product,
                        };
                        assert_eq!(found.to_bits(), expected.to_bits(), "{sum:?} {shape} {lane}: {found} {expected}");
                    }
                }
            }
        }
    }
}
