//! Compensated accumulation: a running sum and the part of it that rounding has pushed out.
//!
//! Twin of `shaders/math/accumulate.wgsl`. The log density of 10^5 observations is of the order of 10^5, where an
//! `f32` resolves 0.008: without compensation the accept test of a Metropolis step would be made of rounding.

use super::Real;

/// A sum with its compensation; its value is `sum + rest`. Kahan (1965), with Knuth's exact two-sum (TAOCP vol. 2,
/// 4.2.2, theorem B) in place of his, so that a term may be larger than the sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accumulator<R> {
    /// The rounded sum.
    pub sum: R,
    /// What rounding has lost so far.
    pub rest: R,
}

impl<R: Real> Accumulator<R> {
    /// The sum of all that was accumulated, rounded once.
    #[inline(always)]
    pub fn total(self) -> R {
        self.sum + self.rest
    }
}

/// Adds `term` to `accumulator` without losing the digits that fall off the end of the sum. Infinities and NaN add as in
/// plain addition.
#[inline(always)]
pub fn accumulate<R: Real>(accumulator: Accumulator<R>, term: R) -> Accumulator<R> {
    let corrected = term + accumulator.rest;
    let sum = accumulator.sum + corrected;
    let virtual_term = sum - accumulator.sum;
    let virtual_sum = sum - virtual_term;
    let rest = (accumulator.sum - virtual_sum) + (corrected - virtual_term);
    // An infinite sum has no rounding to make up for, and the difference of infinities is NaN.
    Accumulator { sum, rest: R::select(sum.abs() < R::INFINITY, rest, R::ZERO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compensated_sum_of_a_million_thirds_is_exact_to_one_rounding() {
        let third = 1.0_f32 / 3.0;
        let mut plain = 0.0_f32;
        let mut compensated = Accumulator::default();
        for _ in 0..1_000_000 {
            plain += third;
            compensated = accumulate(compensated, third);
        }
        let exact = f64::from(third) * 1e6;
        assert!((f64::from(plain) - exact).abs() > 1.0, "the plain sum was expected to drift");
        assert!((f64::from(compensated.total()) - exact).abs() <= exact * f64::from(f32::EPSILON));
    }

    #[test]
    fn infinite_terms_add_as_in_plain_addition() {
        let (infinite, largest) = (f64::INFINITY, f64::MAX);
        let lists: [&[f64]; 7] = [
            &[1.0, -infinite, 2.0, -infinite, 3.0],
            &[infinite, 1.0],
            &[0.1, infinite, 0.2, infinite],
            &[largest, largest, -1.0],
            &[-infinite, infinite, 1.0],
            &[1.0, f64::NAN, 1.0],
            &[-infinite, f64::NAN],
        ];
        for terms in lists {
            let sum: f64 = terms.iter().sum();
            let total = terms.iter().fold(Accumulator::default(), |sum, &term| accumulate(sum, term)).total();
            assert!(total == sum || (total.is_nan() && sum.is_nan()), "{terms:?}: {total}");
            let single = terms.iter().fold(Accumulator::default(), |sum, &term| accumulate(sum, term as f32)).total();
            assert!(f64::from(single) == sum || (single.is_nan() && sum.is_nan()), "{terms:?}: {single}");
        }
    }
}
