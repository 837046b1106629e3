//! Effective sizes and R-hat of yes-or-no series, such as the draws at or below a quantile, kept as bits.
//!
//! Products of indicators are conjunctions: an autocovariance at some lag is a count of the ones that a row and the
//! shifted row share, sixty-four at a time and without rounding. Deliberately absent: what the bits stand for.

use crate::diagnostics::bits::Bits;
use crate::diagnostics::ess::effective_size_of;
use crate::diagnostics::rhat::from_moments;
use crate::math::autocovariance::{MeanAutocovariance, groups};
use crate::math::moments::moments;
use rayon::prelude::*;

/// From this lag on all are computed by Fourier transforms of the zeros and ones, which cost as much as one or two
/// thousand counted lags: chains that mix slowly ask for tens of thousands.
const MOST_COUNTED_LAGS: usize = 1024;

/// Fewer words are counted faster than threads can be woken.
const WORDS_TO_SHARE: usize = 1 << 16;

/// How indicators mix.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndicatorMixing {
    pub effective_size: f64,
    /// Of the zeros and ones themselves. NaN for a single row, and where all of them are equal.
    pub r_hat: f64,
}

/// Of the indicators of all stretches together, in rows of `length`.
pub(super) fn mixing(stretches: &[Bits], length: usize) -> IndicatorMixing {
    let n = length as f64;
    let count = |bits: &Bits| bits.rows().map(|row| f64::from(ones(row))).collect::<Vec<_>>();
    let counts: Vec<f64> = stretches.iter().flat_map(count).collect();
    let means: Vec<f64> = counts.iter().map(|count| count / n).collect();
    let words: usize = stretches.iter().map(Bits::words).sum();
    let mut transformed = None;
    let mut at = |lag: usize| {
        if lag >= MOST_COUNTED_LAGS {
            return transformed.get_or_insert_with(|| spread_out(stretches, length)).at(lag);
        }
        // sum of (b_i - m)(b_(i + lag) - m) over a row; sums over stretches are of equal order for any threads.
        let sum = |bits: &Bits| bits.rows().map(|row| product(row, length, lag)).sum::<f64>();
        let sums: Vec<f64> = if words < WORDS_TO_SHARE {
            stretches.iter().map(sum).collect()
        } else {
            groups(stretches.len()).flat_map_iter(|group| &stretches[group]).map(sum).collect()
        };
        sums.iter().sum::<f64>() / (n * means.len() as f64)
    };
    let between = if means.len() > 1 { moments(&means).variance } else { 0.0 };
    let variances: Vec<f64> = means.iter().map(|mean| mean * (1.0 - mean) * n / (n - 1.0)).collect();
    let r_hat = if means.len() > 1 { from_moments(&means, &variances, length) } else { f64::NAN };
    IndicatorMixing { effective_size: effective_size_of(means.len(), length, between, &mut at), r_hat }
}

/// The same series as zeros and ones.
fn spread_out(stretches: &[Bits], length: usize) -> MeanAutocovariance<impl Fn(usize, &mut [f64]) + Sync + use<'_>> {
    let rows: Vec<&[u64]> = stretches.iter().flat_map(Bits::rows).collect();
    MeanAutocovariance::new(rows.len(), length, move |row, into: &mut [f64]| {
        for (values, word) in into.chunks_mut(64).zip(rows[row]) {
            for (bit, value) in values.iter_mut().enumerate() {
                *value = f64::from((word >> bit) as u32 & 1);
            }
        }
    })
}

fn ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

fn product(row: &[u64], length: usize, lag: usize) -> f64 {
    let (skipped, shift) = (lag / 64, lag % 64);
    let shifted = |k: usize| {
        let low = row.get(k + skipped).map_or(0, |word| word >> shift);
        let high = row.get(k + skipped + 1).map_or(0, |word| word << 1 << (63 - shift));
        low | high
    };
    let (mut shared, mut late) = (0, 0);
    for (k, word) in row[..row.len() - skipped].iter().enumerate() {
        let shifted = shifted(k);
        shared += (word & shifted).count_ones();
        late += shifted.count_ones();
    }
    let all = ones(row);
    // The last `lag` bits are those that no shifted bit meets.
    let kept = length - lag;
    let mut early = ones(&row[..kept / 64]);
    if !kept.is_multiple_of(64) {
        early += (row[kept / 64] & ((1 << (kept % 64)) - 1)).count_ones();
    }
    let mean = f64::from(all) / length as f64;
    f64::from(shared) - mean * f64::from(early + late) + kept as f64 * mean * mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::ChainView;
    use crate::math::autocovariance::autocovariance;

    #[test]
    fn counted_products_are_the_autocovariances_of_zeros_and_ones() {
        for length in [5, 64, 65, 130, 200] {
            let values: Vec<f64> = (0..length).map(|i| (i as f64 * 1.7).sin() + (i as f64 * 0.13).cos()).collect();
            let mut bits = Bits::new(1, length);
            bits.push(&values, 0.4);
            let indicators: Vec<f64> = values.iter().map(|x| f64::from(*x <= 0.4)).collect();
            for (lag, expected) in autocovariance(&indicators).into_iter().enumerate() {
                let found = product(bits.rows().next().expect("a row was added"), length, lag) / length as f64;
                // A Fourier transform of 400 values loses fewer than 9 roundings.
                assert!((found - expected).abs() < 9.0 * f64::EPSILON, "{length} {lag}: {found} {expected}");
            }
        }
    }

    /// Rows of long runs of ones and zeros, whose sum over lags goes far beyond the counted ones. The reference takes
    /// every lag from Fourier transforms; what rounding they add to a sum of 2,000 lags is below 1e-10.
    #[test]
    fn slow_rows_have_the_same_size_beyond_the_counted_lags() {
        let length = 20_000;
        let row = |phase: usize| -> Vec<f64> {
            (0..length).map(|i| f64::from(((i + phase) / 4500).is_multiple_of(2))).collect()
        };
        let rows = [row(0), row(1000)];
        let mut bits = Bits::new(2, length);
        rows.iter().for_each(|row| bits.push(&row.iter().map(|x| 1.0 - x).collect::<Vec<_>>(), 0.5));
        let fill = |index: usize, into: &mut [f64]| into.copy_from_slice(&rows[index]);
        let expected = crate::diagnostics::ess::effective_size(&mut MeanAutocovariance::new(2, length, fill));
        let found = mixing(&[bits], length);
        assert!((found.effective_size - expected).abs() < 1e-9 * expected, "{found:?} for {expected}");
        let view = [rows[0].as_slice(), rows[1].as_slice()].concat();
        let r_hat = crate::diagnostics::rhat::identity(ChainView::from_slice(&view, 2, length).unwrap());
        assert!((found.r_hat - r_hat).abs() < 1e-12, "{found:?} for {r_hat}");
        assert!(expected < 40.0, "the rows were meant to be slow: {expected}");
    }
}
