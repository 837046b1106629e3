//! What this machine does at most: arithmetic in registers, and copies from memory to memory, on all threads.
//!
//! Multiplications and additions count one each and are not fused, as in a chain. Absent on purpose: what a program does
//! of it.

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;

use crate::backend::Ceilings;
use crate::math::Real;
use crate::math::simd::{Width, lane_kernel};

/// Numbers that one round multiplies, and as many that it adds to: enough to hide the latency of both.
const NUMBERS: usize = 64;
/// Rounds of a measurement: some milliseconds.
const ROUNDS: usize = 1 << 20;
/// Bytes that each thread copies: more than its share of the caches.
const BYTES: usize = 64 << 20;
/// Attempts, of which the fastest counts: a ceiling is what is possible.
const ATTEMPTS: usize = 3;

/// Measures.
pub(super) fn ceilings<R: Real>(width: Width) -> Ceilings {
    let threads = rayon::current_num_threads();
    let arithmetic = fastest(|| {
        (0..threads).into_par_iter().for_each(|thread| {
            let mut numbers = vec![R::from_f64(1.0 + thread as f64); 2 * NUMBERS];
            rounds(width, &mut numbers, R::from_f64(black_box(0.999_999)), R::from_f64(black_box(1e-6)), ROUNDS);
            black_box(numbers);
        });
    });
    let mut buffers = vec![(vec![1_u8; BYTES], vec![2_u8; BYTES]); threads];
    let copy = fastest(|| {
        buffers.par_iter_mut().for_each(|(from, to)| {
            to.copy_from_slice(from);
            black_box(to);
        });
    });
    Ceilings {
        operations_per_second: (threads * ROUNDS * 2 * NUMBERS) as f64 / arithmetic,
        copied_bytes_per_second: (threads * BYTES) as f64 / copy,
    }
}

fn fastest(mut work: impl FnMut()) -> f64 {
    let seconds = (0..ATTEMPTS).map(|_| {
        let clock = Instant::now();
        work();
        clock.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

#[inline(always)]
fn multiplied<R: Real>(mut x: [R; NUMBERS], factor: R) -> [R; NUMBERS] {
    x.iter_mut().for_each(|x| *x = *x * factor);
    x
}

#[inline(always)]
fn added<R: Real>(mut x: [R; NUMBERS], term: R) -> [R; NUMBERS] {
    x.iter_mut().for_each(|x| *x += term);
    x
}

lane_kernel! {
    fn rounds<R>(numbers: &mut [R], factor: R, term: R, rounds: usize) {
        let (mut products, mut sums) = ([R::ZERO; NUMBERS], [R::ZERO; NUMBERS]);
        products.copy_from_slice(&numbers[..NUMBERS]);
        sums.copy_from_slice(&numbers[NUMBERS..2 * NUMBERS]);
        for _ in 0..rounds {
            products = multiplied(products, factor);
            sums = added(sums, term);
        }
        numbers[..NUMBERS].copy_from_slice(&products);
        numbers[NUMBERS..2 * NUMBERS].copy_from_slice(&sums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_multiply_one_half_and_add_to_the_other() {
        for width in Width::available() {
            let mut numbers = vec![1.0_f64; 2 * NUMBERS];
            rounds(width, &mut numbers, 0.5, 2.0, 3);
            assert!(numbers[..NUMBERS].iter().all(|&x| x == 0.125) && numbers[NUMBERS..].iter().all(|&x| x == 7.0));
        }
    }
}
