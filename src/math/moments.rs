//! Sum, mean and variance of a slice, pairwise, so that long sums keep their digits.
//!
//! Deliberately absent: weights, and moments beyond the second.

/// Mean and variance (divisor `n - 1`) of `n` values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    pub mean: f64,
    pub variance: f64,
}

/// Up to this many values are summed in eight interleaved partial sums.
const BLOCK: usize = 128;

/// Sum of `f(value)` by halving (Higham 1993): the rounding error grows with the logarithm of the
/// length.
///
/// Halves and partial sums are those of numpy's `sum`. Where a mean is a million standard
/// deviations from 0, its last bit shows in the tenth digit of an R-hat; summing in the same
/// order keeps results equal to the references there.
fn sum_of(values: &[f64], f: impl Fn(f64) -> f64 + Copy) -> f64 {
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return sum_of(left, f) + sum_of(right, f);
    }
    let (blocks, rest) = values.as_chunks::<8>();
    let mut s = [0.0; 8];
    for block in blocks {
        for (sum, &value) in s.iter_mut().zip(block) {
            *sum += f(value);
        }
    }
    let sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    rest.iter().fold(sum, |sum, &value| sum + f(value))
}

/// Sum of the values; 0 for none.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    sum_of(values, |x| x)
}

/// Arithmetic mean. The mean of equal values is that value exactly. Empty input, or any NaN, gives
/// NaN; an infinity gives an infinity or NaN.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub fn mean(values: &[f64]) -> f64 {
    match values {
        [] => f64::NAN,
        [first, rest @ ..] if rest.iter().all(|value| value == first) => *first,
        _ => sum(values) / values.len() as f64,
    }
}

/// Mean and variance by two passes. Equal values have variance exactly 0, a single value has
/// variance NaN; empty input, NaN or an infinity gives NaN variance.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub fn moments(values: &[f64]) -> Moments {
    let mean = mean(values);
    let squares = sum_of(values, |x| (x - mean) * (x - mean));
    Moments { mean, variance: squares / (values.len() as f64 - 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_their_own_mean_and_no_variance() {
        for value in [0.1, -1e-300, 1e307, 2.5, 1.0 / 3.0] {
            let m = moments(&vec![value; 1003]);
            assert_eq!(m.mean.to_bits(), f64::to_bits(value));
            assert_eq!(m.variance.to_bits(), 0);
        }
    }

    #[test]
    fn a_large_offset_does_not_cost_variance() {
        // 0, 1, .., 10 has mean 5 and variance 11; 1e9 + k is exact in f64.
        let values: Vec<f64> = (0..11).map(|k| 1e9 + f64::from(k)).collect();
        let m = moments(&values);
        assert!((m.mean - 1_000_000_005.0).abs() == 0.0 && (m.variance - 11.0).abs() == 0.0);
    }

    #[test]
    fn a_long_sum_loses_no_more_than_a_few_roundings() {
        // 0.1 is not a binary fraction: adding it one by one a million times is off by 1e-6.
        let total = sum(&vec![0.1; 1_000_000]);
        assert!((total - 1e5).abs() < 20.0 * f64::EPSILON * 1e5, "{total}");
    }

    #[test]
    fn too_few_values_give_nan() {
        assert!(mean(&[]).is_nan());
        assert!(moments(&[1.0]).variance.is_nan());
        assert!(moments(&[1.0, f64::INFINITY]).variance.is_nan());
    }
}
