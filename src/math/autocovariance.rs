//! Autocovariances: of one series, and averaged over many series of equal length.
//!
//! The average is what effective sample sizes need, and only its first lags: it is computed
//! directly for a few lags, for a few more when they are asked for, and then by one Fourier
//! transform a series for all lags at once. Deliberately absent: any rule when to stop asking.

use std::sync::Arc;

use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::math::Real;
use crate::math::moments::mean;
use crate::math::simd::{Width, lane_kernel};

/// Lags computed while rows are first read: most well-mixed chains need no more.
const FIRST_LAGS: usize = 8;

/// Lags computed directly at a time when more are asked for, at the least.
const MORE_LAGS: usize = 16;

/// Twice as many: where so many are missing, values are read from the cache half as often.
const MANY_LAGS: usize = 2 * MORE_LAGS;

/// From this many lags on all are computed, by Fourier transforms. A transform costs about as much as a hundred to two
/// hundred direct lags, so that at worst some twice the cheaper way is spent.
const MOST_DIRECT_LAGS: usize = FIRST_LAGS + 3 * MANY_LAGS;

/// Values of a row that meet the same others: lags apart by a multiple of [`STRIDE`].
const TILE: usize = 4 * STRIDE;

/// Values of a vector, or a multiple of them.
const STRIDE: usize = 8;

/// Series are summed in at most this many groups, whatever the number of threads, so that results
/// do not depend on it; each group holds one spectrum.
const GROUPS: usize = 16;

/// Mean autocovariance over equally long rows, biased (divisor `length`), each row about its own
/// mean; with the mean and the variance of each row.
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct MeanAutocovariance<F> {
    rows: usize,
    length: usize,
    fill: F,
    means: Vec<f64>,
    variances: Vec<f64>,
    lags: Vec<f64>,
    asked: usize,
}

impl<F: Fn(usize, &mut [f64]) + Sync> MeanAutocovariance<F> {
    /// Reads every row once: `fill(row, into)` writes its `length` values. A NaN or an infinity
    /// in any row makes all lags NaN.
    ///
    /// # Panics
    /// If there are no rows, or rows of no values.
    pub fn new(rows: usize, length: usize, fill: F) -> Self {
        assert!(rows > 0 && length > 0, "{rows} rows of {length} values");
        let stretches: Vec<_> = groups(rows)
            .map(|group| {
                let mut padded = Padded::new(length);
                let mut sums = FirstLags::default();
                for row in group {
                    fill(row, padded.values());
                    sums.add(&mut padded);
                }
                sums
            })
            .collect();
        Self::from_first_lags(rows, length, fill, stretches)
    }

    /// What [`Self::new`] makes of the same rows, read elsewhere in the stretches that [`groups`] says. All stretches
    /// must know equally many lags.
    pub fn from_first_lags(rows: usize, length: usize, fill: F, stretches: Vec<FirstLags>) -> Self {
        let scale = 1.0 / (rows as f64 * length as f64);
        let known = stretches.iter().map(|sums| sums.products.len()).min().unwrap_or(0);
        let lags = (0..known.min(length))
            .map(|lag| stretches.iter().map(|sums| sums.products[lag]).sum::<f64>() * scale)
            .collect();
        let moments = stretches.into_iter().flat_map(|sums| sums.moments);
        let (means, variances) = moments.map(|(mean, squares)| (mean, squares / (length as f64 - 1.0))).unzip();
        Self { rows, length, fill, means, variances, lags, asked: 0 }
    }

    /// How many lags were asked for, at the largest.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of values of a row.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Mean of each row.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Variance of each row, divisor `length - 1`; exactly 0 for a row of equal values.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// Mean autocovariance at `lag`. Reads every row again for the first lag that is not known, which gives 32 or 64
    /// more; transforms every row for the first one from 104 on.
    ///
    /// # Panics
    /// If `lag` is not below the length of the rows.
    pub fn at(&mut self, lag: usize) -> f64 {
        self.asked = self.asked.max(lag + 1);
        while lag >= self.lags.len() {
            let known = self.lags.len();
            // To read the rows again costs as much as the lags: first 32 more, then 64, as far as lags are computed directly.
            let more = known.next_multiple_of(MANY_LAGS).min(MOST_DIRECT_LAGS.saturating_sub(known));
            if lag < known + more {
                self.add_lags(more);
            } else {
                self.lags = self.all_lags();
            }
        }
        self.lags[lag]
    }

    /// Computes so many more lags directly, a multiple of [`MORE_LAGS`].
    fn add_lags(&mut self, more: usize) {
        let (known, length) = (self.lags.len(), self.length);
        let sums: Vec<_> = groups(self.rows)
            .map(|group| {
                let mut padded = Padded::new(length);
                let mut totals = vec![0.0; more];
                for row in group {
                    (self.fill)(row, padded.values());
                    let mean = self.means[row];
                    padded.values().iter_mut().for_each(|value| *value -= mean);
                    padded.add_products(known, &mut totals);
                }
                totals
            })
            .collect();
        let scale = 1.0 / (self.rows as f64 * length as f64);
        let lags = (0..more.min(length - known)).map(|lag| sums.iter().map(|sums| sums[lag]).sum::<f64>() * scale);
        self.lags.extend(lags);
    }

    fn all_lags(&self) -> Vec<f64> {
        let transform = Transform::new(self.length);
        let spectra: Vec<_> = groups(self.rows)
            .map(|group| {
                let mut scratch = transform.scratch();
                let mut power = transform.power();
                for row in group {
                    (self.fill)(row, &mut scratch.signal[..self.length]);
                    transform.add_power(&mut scratch, &mut power);
                }
                power
            })
            .collect();
        let mut total = transform.power();
        for spectrum in spectra {
            for (total, power) in total.iter_mut().zip(spectrum) {
                *total += power;
            }
        }
        let mut lags = transform.lags(&total);
        let rows = self.rows as f64;
        lags.iter_mut().for_each(|lag| *lag /= rows);
        lags
    }
}

/// A row followed by as many zeros as sums of products look beyond its end.
#[derive(Debug)]
pub struct Padded(Vec<f64>);

/// Zeros after a row: a tile may begin at its last value, and the largest lag lies beyond.
const PADDING: usize = TILE + MANY_LAGS;

impl Padded {
    /// Zeros.
    #[must_use]
    pub fn new(length: usize) -> Self {
        Self(vec![0.0; length + PADDING])
    }

    /// The row, to be written.
    pub fn values(&mut self) -> &mut [f64] {
        let length = self.length();
        &mut self.0[..length]
    }

    fn length(&self) -> usize {
        self.0.len() - PADDING
    }

    /// `sum_i x[i] x[i + lag]` for the first lags.
    fn first_products(&self) -> [f64; FIRST_LAGS] {
        let mut sums = [0.0; FIRST_LAGS];
        first_products(Width::widest(), &self.0[..self.length()], &self.0, &mut sums);
        sums
    }

    /// Adds the same for the lags from `first` on, a multiple of [`MORE_LAGS`] of them; 0 for those beyond the end.
    fn add_products(&self, first: usize, sums: &mut [f64]) {
        let (width, mut lag) = (Width::widest(), first);
        let tiles = |lag: usize| self.length().saturating_sub(lag).div_ceil(TILE);
        let (many, rest) = sums.as_chunks_mut::<MANY_LAGS>();
        for sums in many {
            many_products(width, tiles(lag), &self.0, &self.0[lag.min(self.0.len())..], sums);
            lag += MANY_LAGS;
        }
        let (more, rest) = rest.as_chunks_mut::<MORE_LAGS>();
        debug_assert!(rest.is_empty());
        for sums in more {
            more_products(width, tiles(lag), &self.0, &self.0[lag.min(self.0.len())..], sums);
            lag += MORE_LAGS;
        }
    }
}

lane_kernel! {
    /// The sums of products of a row with what begins at the same place and at each of the next seven.
    fn first_products<R>(row: &[R], shifted: &[R], sums: &mut [R; FIRST_LAGS]) {
        // Four sums of each lag, or every addition would wait for the one before.
        let mut partial = [[R::ZERO; FIRST_LAGS]; 4];
        let (fours, rest) = row.as_chunks::<4>();
        let mut windows = shifted.array_windows::<FIRST_LAGS>();
        for four in fours {
            for (partial, x) in partial.iter_mut().zip(four) {
                let Some(window) = windows.next() else { break };
                for (sum, y) in partial.iter_mut().zip(window) {
                    *sum += *x * *y;
                }
            }
        }
        for (x, window) in rest.iter().zip(windows) {
            for (sum, y) in partial[0].iter_mut().zip(window) {
                *sum += *x * *y;
            }
        }
        for lag in 0..FIRST_LAGS {
            sums[lag] = (partial[0][lag] + partial[1][lag]) + (partial[2][lag] + partial[3][lag]);
        }
    }

    /// The same for as many lags as there are sums, added to them: of some tiles of a row, with what begins where
    /// `shifted` does.
    fn more_products<R>(tiles: usize, row: &[R], shifted: &[R], sums: &mut [R; MORE_LAGS]) {
        add_tiles(tiles, row, shifted, sums);
    }

    fn many_products<R>(tiles: usize, row: &[R], shifted: &[R], sums: &mut [R; MANY_LAGS]) {
        add_tiles(tiles, row, shifted, sums);
    }
}

/// Values of a tile a stride apart come one after the other: nearly all that the second one meets is at hand from the
/// first one. Loads, of which few begin where a cache line does, are what limits the speed.
#[inline(always)]
fn add_tiles<R: Real, const LAGS: usize>(tiles: usize, row: &[R], shifted: &[R], sums: &mut [R; LAGS]) {
    let mut partial = [R::ZERO; LAGS];
    for (tile, xs) in row.as_chunks::<TILE>().0.iter().take(tiles).enumerate() {
        let ys = &shifted[tile * TILE..][..TILE - 1 + LAGS];
        for first in 0..STRIDE {
            for start in (first..TILE).step_by(STRIDE) {
                for (sum, y) in partial.iter_mut().zip(&ys[start..start + LAGS]) {
                    *sum += xs[start] * *y;
                }
            }
        }
    }
    for (sum, partial) in sums.iter_mut().zip(partial) {
        *sum += partial;
    }
}

/// Sums that the first lags are made of, over a stretch of rows.
#[derive(Debug)]
pub struct FirstLags {
    products: Vec<f64>,
    /// Mean of each row, and sum of the squared distances from it.
    moments: Vec<(f64, f64)>,
}

impl Default for FirstLags {
    /// Of a few lags.
    fn default() -> Self {
        Self { products: vec![0.0; FIRST_LAGS], moments: Vec::new() }
    }
}

impl FirstLags {
    /// Of as many lags as are likely to be asked for because of a similar series so many were `asked` for: to add them now
    /// costs less than to read the rows again. Of a few where all would have to come from Fourier transforms anyway.
    pub fn like(asked: usize) -> Self {
        let blocks = asked.saturating_sub(FIRST_LAGS).div_ceil(MORE_LAGS);
        let blocks = if FIRST_LAGS + blocks * MORE_LAGS > MOST_DIRECT_LAGS { 0 } else { blocks };
        Self { products: vec![0.0; FIRST_LAGS + blocks * MORE_LAGS], moments: Vec::new() }
    }

    /// Adds a row, and centres it on its mean.
    pub fn add(&mut self, row: &mut Padded) {
        let mean = centre(row.values());
        let (first, more) = self.products.split_at_mut(FIRST_LAGS);
        let products = row.first_products();
        self.moments.push((mean, products[0]));
        first.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
        row.add_products(FIRST_LAGS, more);
    }
}

/// Contiguous groups of rows, the same for any number of threads.
pub fn groups(rows: usize) -> impl IndexedParallelIterator<Item = std::ops::Range<usize>> {
    let each = rows.div_ceil(GROUPS);
    (0..rows.div_ceil(each)).into_par_iter().map(move |group| group * each..((group + 1) * each).min(rows))
}

/// Subtracts the mean, and returns it.
fn centre(values: &mut [f64]) -> f64 {
    let mean = mean(values);
    values.iter_mut().for_each(|value| *value -= mean);
    mean
}

/// Autocovariance of one series at every lag, biased (divisor `n`), about its own mean. Empty
/// input gives an empty result; a NaN or an infinity makes every lag NaN.
#[must_use]
pub fn autocovariance(series: &[f64]) -> Vec<f64> {
    if series.is_empty() {
        return Vec::new();
    }
    let transform = Transform::new(series.len());
    let mut scratch = transform.scratch();
    let mut power = transform.power();
    scratch.signal[..series.len()].copy_from_slice(series);
    transform.add_power(&mut scratch, &mut power);
    transform.lags(&power)
}

/// The transform for series of one length, padded with zeros so that lags do not wrap around.
struct Transform {
    length: usize,
    padded: usize,
    forward: Arc<dyn RealToComplex<f64>>,
}

struct Scratch {
    signal: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    work: Vec<Complex<f64>>,
}

impl Transform {
    fn new(length: usize) -> Self {
        let padded = fast_length(2 * length);
        Self { length, padded, forward: RealFftPlanner::new().plan_fft_forward(padded) }
    }

    fn scratch(&self) -> Scratch {
        Scratch {
            signal: self.forward.make_input_vec(),
            spectrum: self.forward.make_output_vec(),
            work: self.forward.make_scratch_vec(),
        }
    }

    /// A power spectrum of zeros.
    fn power(&self) -> Vec<f64> {
        vec![0.0; self.padded / 2 + 1]
    }

    /// Adds the power spectrum of the first `length` values of `scratch.signal`, centred.
    fn add_power(&self, scratch: &mut Scratch, power: &mut [f64]) {
        let (series, padding) = scratch.signal.split_at_mut(self.length);
        centre(series);
        padding.fill(0.0);
        self.forward
            .process_with_scratch(&mut scratch.signal, &mut scratch.spectrum, &mut scratch.work)
            .expect("the buffers were made by this very transform");
        for (power, value) in power.iter_mut().zip(&scratch.spectrum) {
            *power += value.norm_sqr();
        }
    }

    /// Autocovariances from a power spectrum. The spectrum is real and even, so a forward
    /// transform of it serves as the inverse one, and half of its values suffice.
    fn lags(&self, power: &[f64]) -> Vec<f64> {
        let mut signal = self.forward.make_input_vec();
        for (index, value) in signal.iter_mut().enumerate() {
            *value = power[index.min(self.padded - index)];
        }
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut signal, &mut spectrum).expect("the buffers were made by this very transform");
        let scale = 1.0 / (self.padded as f64 * self.length as f64);
        let lags = spectrum.iter().take(self.length);
        lags.map(|value| value.re * scale).collect()
    }
}

/// The least even number at or above `at_least` without prime factors beyond 5.
fn fast_length(at_least: usize) -> usize {
    let mut best = at_least.next_power_of_two().max(2);
    let mut fives = 1;
    while fives < best {
        let mut odd = fives;
        while odd < best {
            let mut length = 2 * odd;
            while length < at_least {
                length *= 2;
            }
            best = best.min(length);
            odd *= 3;
        }
        fives *= 5;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(series: &[f64]) -> Vec<f64> {
        let mean = mean(series);
        let at = |lag: usize| {
            let pairs = series.iter().zip(&series[lag..]);
            pairs.map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>() / series.len() as f64
        };
        (0..series.len()).map(at).collect()
    }

    fn series(length: usize, seed: f64) -> Vec<f64> {
        (0..length).map(|i| (i as f64 * 0.7 + seed).sin() + (i as f64 * 1.9).cos()).collect()
    }

    /// Transforms of up to 600 values lose fewer than `log2(600) < 10` roundings of the variance.
    const TOLERANCE: f64 = 10.0 * f64::EPSILON * 2.0;

    #[test]
    fn every_lag_equals_its_definition() {
        for length in [1, 2, 3, 15, 16, 17, 33, 100] {
            let series = series(length, 0.3);
            for (fast, slow) in autocovariance(&series).iter().zip(by_definition(&series)) {
                assert!((fast - slow).abs() < TOLERANCE, "{length}: {fast} {slow}");
            }
        }
    }

    #[test]
    fn the_mean_over_rows_is_the_mean_of_the_rows() {
        for (rows, length) in [(1, 40), (5, 7), (37, 50), (2, 300)] {
            let data: Vec<_> = (0..rows).map(|row| series(length, row as f64)).collect();
            let mut mean = MeanAutocovariance::new(rows, length, |row, into: &mut [f64]| {
                into.copy_from_slice(&data[row]);
            });
            for lag in 0..length {
                let slow: f64 = data.iter().map(|row| by_definition(row)[lag]).sum();
                assert!((mean.at(lag) - slow / rows as f64).abs() < TOLERANCE);
            }
        }
    }

    #[test]
    fn lags_that_are_foreseen_are_those_that_would_be_asked_for() {
        for (length, asked) in [(300, 24), (300, 40), (300, 104), (300, 300), (30, 30), (7, 7)] {
            let data = [series(length, 0.0), series(length, 1.0)];
            let fill = |row: usize, into: &mut [f64]| into.copy_from_slice(&data[row]);
            let mut padded = Padded::new(length);
            let mut lags = FirstLags::like(asked);
            for row in &data {
                padded.values().copy_from_slice(row);
                lags.add(&mut padded);
            }
            let mut foreseen = MeanAutocovariance::from_first_lags(2, length, fill, vec![lags]);
            let mut asked = MeanAutocovariance::new(2, length, fill);
            for lag in 0..length {
                assert!((foreseen.at(lag) - asked.at(lag)).abs() < TOLERANCE, "{lag} of {length}");
            }
        }
    }

    #[test]
    fn fast_lengths_are_even_smooth_and_tight() {
        let expected = [(1, 2), (2, 2), (7, 8), (11, 12), (1000, 1000), (1001, 1024)];
        for (at_least, length) in expected {
            assert_eq!(fast_length(at_least), length);
        }
    }
}
