//! Marginal densities, a line a chain or superchain.
//!
//! Gaussian kernel estimates on a grid: draws are counted in bins and the counts smoothed, which costs the same for any
//! number of draws beyond the counting. The bandwidth is Silverman's (1986, equation 3.31). Ends of the grid at which
//! draws end reflect, so that a density does not sink towards a bound.

use std::ops::Range;

use plotters::prelude::*;

use super::axes::{Axis, Words, area, line, picture};
use super::column::Column;
use super::ink::Ink;
use super::svg::{Picture, file_stem};
use crate::diagnostics::Row;

const BINS: usize = 256;

/// Points of a drawn line.
const POINTS: usize = 96;

/// The densities of a parameter's groups of chains, and the interval of its summary.
#[must_use]
pub fn density(column: &Column<'_>, row: &Row, probability: f64) -> Picture {
    let range = column.range();
    let lines: Vec<Vec<(f64, f64)>> =
        (0..column.groups.count()).map(|group| estimate(column, column.groups.chains(group), &range)).collect();
    let most = lines.iter().flatten().map(|point| point.1).fold(0.0, f64::max);
    let counted = column.groups.counted();
    let words = Words {
        name: file_stem("density", column.name),
        title: format!("Density of {}", column.name),
        alt: format!(
            "Marginal density of {} by {}: mean {:.4}, standard deviation {:.4}, {} from {:.4} to {:.4}.",
            column.name,
            column.groups.kind(),
            row.mean,
            row.sd,
            percent(probability),
            row.interval.0,
            row.interval.1
        ),
        caption: format!("{counted}; bar: {} interval", percent(probability)),
    };
    let x = Axis::numbers(range.clone(), column.name);
    let y = Axis { ticks: Vec::new(), ..Axis::numbers(0.0..1.08 * most, "density") };
    picture(words, &x, &y, |chart| {
        let (low, high) = (row.interval.0.max(range.start), row.interval.1.min(range.end));
        if low < high {
            let bar = [(low, 0.0), (high, 0.022 * most)];
            let _ = chart.draw_series([Rectangle::new(bar, area(Ink::Text, 0.55))]);
        }
        for (group, points) in lines.iter().enumerate() {
            let (ink, strength) = column.groups.ink(group);
            let _ = chart.draw_series([PathElement::new(points.clone(), line(ink, 1.4, strength))]);
        }
    })
}

pub(super) fn percent(probability: f64) -> String {
    format!("{}\u{a0}%", (probability * 1000.0).round() / 10.0)
}

/// Points of the density of some chains.
fn estimate(column: &Column<'_>, chains: Range<usize>, range: &Range<f64>) -> Vec<(f64, f64)> {
    let draws = column.view.draws();
    let values = column.view.iterate_from(chains.start * draws).take(chains.len() * draws);
    kernel_density(values, range, (column.quantile(0.0) >= range.start, column.quantile(1.0) <= range.end))
}

/// Points of a kernel density on a range. Draws beyond it count, but do not show; at an end that is `closed` there are
/// none beyond.
pub(super) fn kernel_density(
    values: impl Iterator<Item = f64>,
    range: &Range<f64>,
    closed: (bool, bool),
) -> Vec<(f64, f64)> {
    let width = (range.end - range.start) / BINS as f64;
    let (mut counts, mut total, mut inside) = (vec![0.0_f64; BINS], 0.0, 0.0);
    for value in values {
        total += 1.0;
        let bin = ((value - range.start) / width).floor();
        if value == range.end {
            counts[BINS - 1] += 1.0;
        } else if (0.0..BINS as f64).contains(&bin) {
            counts[bin as usize] += 1.0;
        } else {
            continue;
        }
        inside += 1.0;
    }
    let centre = |bin: usize| bin as f64 + 0.5;
    let mean = counts.iter().enumerate().map(|(bin, count)| centre(bin) * count).sum::<f64>() / inside;
    let square = |bin: usize| (centre(bin) - mean) * (centre(bin) - mean);
    let sd = (counts.iter().enumerate().map(|(bin, count)| square(bin) * count).sum::<f64>() / inside).sqrt();
    let quartile = |part: f64| {
        let mut below = 0.0;
        counts.iter().position(|count| {
            below += count;
            below >= part * inside
        })
    };
    let quartiles = quartile(0.75).unwrap_or(0) as f64 - quartile(0.25).unwrap_or(0) as f64;
    // The quartiles of a discrete parameter may be one bin.
    let spread = if quartiles > 0.0 { sd.min(quartiles / 1.34) } else { sd };
    let bandwidth = if spread.is_nan() { 0.5 } else { (0.9 * spread * f64::powf(inside, -0.2)).max(0.5) };
    let smooth = smoothed(&counts, bandwidth, closed);
    (0..POINTS)
        .map(|point| {
            let at = (point * (BINS - 1)) as f64 / (POINTS - 1) as f64;
            let bin = at as usize;
            let next = smooth[(bin + 1).min(BINS - 1)];
            let height = smooth[bin] + (at - bin as f64) * (next - smooth[bin]);
            let height = if total > 0.0 { height / (total * width) } else { 0.0 };
            (range.start + centre(0) * width + at * width, height)
        })
        .collect()
}

/// Counts smoothed by a Gaussian whose standard deviation is `bandwidth` bins; closed ends reflect.
fn smoothed(counts: &[f64], bandwidth: f64, closed: (bool, bool)) -> Vec<f64> {
    let reach = ((4.0 * bandwidth).ceil() as usize).min(counts.len() - 1);
    let weights: Vec<f64> = (0..=reach).map(|k| (-0.5 * (k as f64 / bandwidth).powi(2)).exp()).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let last = counts.len() as isize - 1;
    let at = |bin: isize| match bin {
        bin if bin < 0 => {
            if closed.0 {
                counts[(-bin - 1) as usize]
            } else {
                counts[0]
            }
        }
        bin if bin > last => {
            if closed.1 {
                counts[(2 * last + 1 - bin) as usize]
            } else {
                counts[last as usize]
            }
        }
        bin => counts[bin as usize],
    };
    (0..=last)
        .map(|bin| {
            let pairs = weights.iter().enumerate().skip(1);
            let around: f64 = pairs.map(|(k, w)| w * (at(bin - k as isize) + at(bin + k as isize))).sum();
            (weights[0] * at(bin) + around) / sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::normal_quantile::normal_quantile;

    /// The draws are quantiles, so that there is no noise: what is left is the bandwidth's doing, whose square over two
    /// times the second derivative is 3 % of the peak for 1,000 draws.
    #[test]
    fn a_density_is_the_normals_up_to_its_bandwidth() {
        let draws = (0..1000).map(|k| normal_quantile((f64::from(k) + 0.5) / 1000.0));
        for (x, height) in kernel_density(draws, &(-3.2..3.2), (false, false)) {
            let exact = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
            assert!((height - exact).abs() < 0.03 * 0.4, "{height} at {x}, not {exact}");
        }
    }

    #[test]
    fn a_density_does_not_sink_at_a_bound() {
        let draws = (0..1000).map(|k| (f64::from(k) + 0.5) / 1000.0);
        for (x, height) in kernel_density(draws, &(0.0..1.0), (true, true)) {
            assert!((height - 1.0).abs() < 0.03, "{height} at {x}");
        }
    }

    #[test]
    fn draws_that_are_one_number_or_none_do_no_harm() {
        for draws in [vec![0.5; 10], vec![], vec![f64::NAN; 3]] {
            let line = kernel_density(draws.into_iter(), &(0.0..1.0), (false, false));
            assert!(line.iter().all(|(x, height)| x.is_finite() && height.is_finite()));
        }
    }
}
