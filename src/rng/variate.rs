//! Random words turned into variates.
//!
//! Twin of `shaders/rng/variate.wgsl`. Absent on purpose: rejection methods, which would leave lanes out of step.

use crate::math::Real;
use crate::math::elementary::{precise_cos_sin_turns, precise_ln};

/// Two independent standard normal variates from two random words: Box and Muller (1958). The uniform behind the
/// radius is never 0; the largest variate is 5.8 in `f32` and 6.8 in `f64`.
#[inline(always)]
pub fn normal_pair<R: Real>(radius_word: u32, angle_word: u32) -> (R, R) {
    let radius = (-R::TWO * precise_ln(R::uniform(radius_word))).sqrt();
    let (cosine, sine) = precise_cos_sin_turns(R::uniform(angle_word) - R::HALF);
    (radius * cosine, radius * sine)
}

/// The logarithm of a uniform variate on (0, 1): what an accept test compares with.
#[inline(always)]
pub fn log_uniform<R: Real>(word: u32) -> R {
    precise_ln(R::uniform(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::philox::philox;

    /// Moments of 200,000 pairs against those of the normal law, each within 5 standard errors: a correct build
    /// fails once in 10^5 seeds; the seed is fixed.
    #[test]
    fn normal_pairs_have_the_moments_of_two_independent_standard_normals() {
        let n = 200_000;
        let mut sums = [0.0; 6];
        for i in 0..n {
            let words = philox([i, 0, 0, 0], [7, 11]);
            let (x, y) = normal_pair::<f64>(words[0], words[1]);
            for (sum, term) in sums.iter_mut().zip([x, y, x * x, y * y, x * y, x.powi(4)]) {
                *sum += term;
            }
        }
        let n = f64::from(n);
        // (moment, its variance under the normal law)
        for (sum, (moment, variance)) in
            sums.iter().zip([(0.0, 1.0), (0.0, 1.0), (1.0, 2.0), (1.0, 2.0), (0.0, 1.0), (3.0, 96.0_f64)])
        {
            assert!((sum / n - moment).abs() < 5.0 * (variance / n).sqrt(), "{} instead of {moment}", sum / n);
        }
    }

    #[test]
    fn uniforms_stay_inside_the_open_interval() {
        for word in [0, 1, 511, 512, 1 << 31, u32::MAX - 512, u32::MAX] {
            assert!(f32::uniform(word) > 0.0 && f32::uniform(word) < 1.0);
            assert!(f64::uniform(word) > 0.0 && f64::uniform(word) < 1.0);
            assert!((f64::from(f32::uniform(word)) - f64::uniform(word)).abs() <= 2.0_f64.powi(-24));
        }
    }
}
