//! Moments of the draws of a block's chains, summed as they come: deviations from where a chain was when gathering
//! began, and products of deviations, with compensation, in the precision of the chains.
//!
//! Twin of `gather` in `shaders/run.wgsl`: the same sums in the same order. Absent on purpose: what moments tell
//! (`diagnostics::chain_moments`).

use super::kernels;
use super::lanes::Lanes;
use crate::diagnostics::chain_moments::{MOST_CROSSED, products};
use crate::math::Real;
use crate::math::accumulate::{Accumulator, accumulate};
use crate::math::simd::{Width, lane_kernel};

/// The sums of a block.
#[derive(Clone, Debug)]
pub(super) struct Gathered<R> {
    width: Width,
    /// `[parameter][lane]`
    origins: Vec<Vec<R>>,
    /// `[half, moment][lane]`, and what rounding has lost of them.
    sums: Vec<Vec<R>>,
    rests: Vec<Vec<R>>,
    /// Of the draw at hand, `[parameter][lane]`.
    deviations: Vec<Vec<R>>,
}

impl<R: Real> Gathered<R> {
    /// Nothing yet, of chains with these parameters, `[parameter][lane]`.
    pub(super) fn new(width: Width, origins: Vec<Vec<R>>) -> Self {
        let lanes = origins.first().map_or(0, Vec::len);
        let moments = 2 * (origins.len() + products(origins.len()));
        let zeros = || vec![vec![R::ZERO; lanes]; moments];
        Self { width, sums: zeros(), rests: zeros(), deviations: origins.clone(), origins }
    }

    /// A parameter of the next draw of every lane; [`Gathered::add`] follows after the last.
    pub(super) fn put(&mut self, parameter: usize, numbers: Lanes<'_, R>) {
        kernels::subtract_lanes(self.width, &mut self.deviations[parameter], numbers, &self.origins[parameter]);
    }

    /// Adds the draw whose parameters were put.
    pub(super) fn add(&mut self, second_half: bool) {
        let parameters = self.origins.len();
        let from = if second_half { self.sums.len() / 2 } else { 0 };
        let mut product = from + parameters;
        for one in 0..parameters {
            let (sum, rest) = (&mut self.sums[from + one], &mut self.rests[from + one]);
            accumulate_into(self.width, sum, rest, &self.deviations[one]);
            for other in others(parameters, one) {
                let (sum, rest) = (&mut self.sums[product], &mut self.rests[product]);
                accumulate_product(self.width, sum, rest, &self.deviations[one], &self.deviations[other]);
                product += 1;
            }
        }
    }

    /// Adds a draw of one lane, whose chains do not step together.
    pub(super) fn add_one(&mut self, lane: usize, second_half: bool, numbers: &[R]) {
        let parameters = self.origins.len();
        let from = if second_half { self.sums.len() / 2 } else { 0 };
        let deviation = |parameter: usize| numbers[parameter] - self.origins[parameter][lane];
        let deviations: Vec<R> = (0..parameters).map(deviation).collect();
        let mut product = from + parameters;
        let mut add = |moment: usize, term: R| {
            let (sum, rest) = (&mut self.sums[moment][lane], &mut self.rests[moment][lane]);
            let next = accumulate(Accumulator { sum: *sum, rest: *rest }, term);
            (*sum, *rest) = (next.sum, next.rest);
        };
        for one in 0..parameters {
            add(from + one, deviations[one]);
            for other in others(parameters, one) {
                add(product, deviations[one] * deviations[other]);
                product += 1;
            }
        }
    }

    /// Writes the origins, `[lane, parameter]`, and the sums, `[lane, half, moment]`.
    pub(super) fn write(&self, origins: &mut [f64], sums: &mut [f64]) {
        let (parameters, moments) = (self.origins.len(), self.sums.len());
        for (lane, row) in origins.chunks_exact_mut(parameters.max(1)).enumerate() {
            row.iter_mut().zip(&self.origins).for_each(|(to, from)| *to = from[lane].to_f64());
        }
        for (lane, row) in sums.chunks_exact_mut(moments.max(1)).enumerate() {
            for (to, (sum, rest)) in row.iter_mut().zip(self.sums.iter().zip(&self.rests)) {
                *to = sum[lane].to_f64() + rest[lane].to_f64();
            }
        }
    }
}

/// With which parameters a parameter is multiplied.
fn others(parameters: usize, one: usize) -> std::ops::RangeInclusive<usize> {
    if parameters <= MOST_CROSSED { 0..=one } else { one..=one }
}

lane_kernel! {
    fn accumulate_into<R>(sum: &mut [R], rest: &mut [R], term: &[R]) {
        for ((sum, rest), &term) in sum.iter_mut().zip(rest).zip(term) {
            let next = accumulate(Accumulator { sum: *sum, rest: *rest }, term);
            (*sum, *rest) = (next.sum, next.rest);
        }
    }

    fn accumulate_product<R>(sum: &mut [R], rest: &mut [R], one: &[R], other: &[R]) {
        for (((sum, rest), &one), &other) in sum.iter_mut().zip(rest).zip(one).zip(other) {
            let next = accumulate(Accumulator { sum: *sum, rest: *rest }, one * other);
            (*sum, *rest) = (next.sum, next.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_step_together_gather_what_lanes_alone_gather() {
        let (lanes, parameters) = (21, 3);
        let value = |draw: usize, parameter: usize, lane: usize| {
            ((draw * 31 + parameter * 17 + lane * 7) as f32 * 0.37).sin() * 10_f32.powi(parameter as i32)
        };
        let row =
            |draw: usize, parameter: usize| (0..lanes).map(|lane| value(draw, parameter, lane)).collect::<Vec<_>>();
        let origins = || (0..parameters).map(|parameter| row(0, parameter)).collect::<Vec<_>>();
        for width in Width::available() {
            let (mut together, mut alone) = (Gathered::new(width, origins()), Gathered::new(width, origins()));
            for draw in 1..40 {
                (0..parameters).for_each(|parameter| together.put(parameter, Lanes::Each(&row(draw, parameter))));
                together.add(draw >= 20);
                for lane in 0..lanes {
                    let numbers: Vec<f32> = (0..parameters).map(|parameter| value(draw, parameter, lane)).collect();
                    alone.add_one(lane, draw >= 20, &numbers);
                }
            }
            assert_eq!(together.sums, alone.sums, "{width:?}");
            let (mut written_origins, mut sums) = (vec![0.0; lanes * parameters], vec![0.0; lanes * 2 * 9]);
            together.write(&mut written_origins, &mut sums);
            // The product of the third and the second parameter, second half, of lane 5, in double precision.
            let truth: f64 = (20..40)
                .map(|draw| {
                    let of = |parameter| f64::from(value(draw, parameter, 5) - value(0, parameter, 5));
                    of(2) * of(1)
                })
                .sum();
            assert!((sums[5 * 18 + 9 + 3 + 4] - truth).abs() < 1e-6 * truth.abs().max(1.0));
            assert_eq!(written_origins[5 * 3 + 2], f64::from(value(0, 2, 5)));
        }
    }
}
