//! Traces: where the chains were, draw by draw.
//!
//! Up to eight chains are drawn each, as the least and the greatest value of every few draws. Of more, the band of the
//! central 50 % and 90 % of all of them is drawn, and three chains on top.

use std::ops::Range;

use plotters::prelude::*;

use super::axes::{Axis, Chart, Words, area, line, picture};
use super::column::{Column, spread};
use super::ink::Ink;
use super::svg::{Picture, file_stem};
use crate::draws::ChainView;

/// Up to so many chains are drawn each.
const FEW: usize = 8;

/// Chains drawn on top of bands.
const SINGLE: usize = 3;

/// Stretches of draws that a chain is drawn in, if there are few chains, all of these together.
const STRETCHES: usize = 480;

/// Stretches of draws that bands are drawn in.
const BAND_STRETCHES: usize = 80;

/// Draws looked at to find the quantiles of a stretch.
const LOOKED_AT: usize = 600;

/// The trace of a parameter.
#[must_use]
pub fn trace(column: &Column<'_>) -> Picture {
    let (chains, draws) = (column.view.chains(), column.view.draws());
    let few = chains <= FEW;
    let range = column.range();
    let shown = if few {
        if chains == 1 { "1 chain".to_owned() } else { format!("{chains} chains") }
    } else {
        format!("central 50 and 90 % of {chains} chains, median, and {SINGLE} single chains")
    };
    let words = Words {
        name: file_stem("trace", column.name),
        title: format!("Trace of {}", column.name),
        alt: format!("Trace of {} over {draws} draws: {shown}.", column.name),
        caption: shown,
    };
    let x = Axis::numbers(1.0..draws as f64, "draw");
    let y = Axis::numbers(range.clone(), column.name);
    picture(words, &x, &y, |chart| {
        if few {
            let stretches = (STRETCHES / chains.max(1)).max(100);
            for chain in 0..chains {
                let strength = if chains > 1 { 0.8 } else { 1.0 };
                let points = extremes(column.view, chain, stretches, &range);
                let _ = chart.draw_series([PathElement::new(points, line(Ink::series(chain), 1.0, strength))]);
            }
        } else {
            bands(chart, column, &range);
            for single in 0..SINGLE {
                let chain = single * chains / SINGLE;
                let points: Vec<(f64, f64)> = spread(draws, 2 * BAND_STRETCHES)
                    .map(|draw| ((draw + 1) as f64, within(column.view.get(chain, draw), &range)))
                    .filter(|(_, value)| !value.is_nan())
                    .collect();
                let _ = chart.draw_series([PathElement::new(points, line(Ink::series(single + 1), 0.8, 0.9))]);
            }
        }
    })
}

/// A value, or the end of the axis it lies beyond.
fn within(value: f64, range: &Range<f64>) -> f64 {
    value.max(range.start).min(range.end)
}

/// The least and the greatest value of each of some stretches of a chain, in the order in which they came.
fn extremes(view: ChainView<'_>, chain: usize, stretches: usize, range: &Range<f64>) -> Vec<(f64, f64)> {
    let draws = view.draws();
    let mut points = Vec::new();
    for (start, end) in cut(draws, stretches) {
        let values = (start..end).map(|draw| (draw, view.get(chain, draw))).filter(|(_, value)| !value.is_nan());
        let least = values.clone().min_by(|a, b| a.1.total_cmp(&b.1));
        let greatest = values.max_by(|a, b| a.1.total_cmp(&b.1));
        let (Some(least), Some(greatest)) = (least, greatest) else { continue };
        let mut pair = [least, greatest];
        pair.sort_unstable_by_key(|(draw, _)| *draw);
        points.extend(pair.map(|(draw, value)| ((draw + 1) as f64, within(value, range))));
        if least.0 == greatest.0 {
            points.pop();
        }
    }
    points
}

/// Stretches of equal length, but for one draw, that make up `0..draws`.
fn cut(draws: usize, stretches: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = stretches.min(draws);
    (0..count).map(move |k| (k * draws / count, (k + 1) * draws / count))
}

fn bands(chart: &mut Chart<'_, '_>, column: &Column<'_>, range: &Range<f64>) {
    let mut levels: [Vec<(f64, f64)>; 5] = Default::default();
    for (start, end) in cut(column.view.draws(), BAND_STRETCHES) {
        let size = (end - start) * column.view.chains();
        let mut values: Vec<f64> = spread(size, LOOKED_AT)
            .map(|k| column.view.get(k / (end - start), start + k % (end - start)))
            .filter(|value| !value.is_nan())
            .collect();
        values.sort_unstable_by(f64::total_cmp);
        let Some(last) = values.len().checked_sub(1) else { continue };
        let draw = (start + end) as f64 / 2.0 + 0.5;
        for (level, part) in levels.iter_mut().zip([0.05, 0.25, 0.5, 0.75, 0.95]) {
            level.push((draw, within(values[(part * last as f64).round() as usize], range)));
        }
    }
    for (low, high, strength) in [(0, 4, 0.18), (1, 3, 0.28)] {
        let outline: Vec<(f64, f64)> = levels[low].iter().chain(levels[high].iter().rev()).copied().collect();
        let _ = chart.draw_series([Polygon::new(outline, area(Ink::series(0), strength))]);
    }
    let _ = chart.draw_series([PathElement::new(levels[2].clone(), line(Ink::series(0), 1.4, 1.0))]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_extreme_of_a_long_chain_is_lost() {
        let mut values: Vec<f64> = (0..1000).map(|k| f64::from(k % 7)).collect();
        (values[123], values[877]) = (50.0, -50.0);
        let view = ChainView::from_slice(&values, 1, 1000).unwrap();
        let points = extremes(view, 0, 100, &(-100.0..100.0));
        assert!(points.len() <= 200);
        assert!(points.contains(&(124.0, 50.0)) && points.contains(&(878.0, -50.0)));
        assert!(points.is_sorted_by_key(|point| point.0));
        let short = ChainView::from_slice(&values[..5], 1, 5).unwrap();
        assert_eq!(extremes(short, 0, 100, &(-1.0..9.0)).len(), 5);
    }
}
