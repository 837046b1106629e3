//! Two parameters against each other: ridges, funnels, and where trajectories diverged.

use plotters::prelude::*;

use super::axes::{Axis, Words, line, picture, widened};
use super::groups::Groups;
use super::ink::Ink;
use super::svg::{Picture, file_stem};
use crate::math::moments::moments;

/// Draws of two parameters.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub names: [&'a str; 2],
    /// Draws of each, side by side.
    pub values: [&'a [f64]; 2],
    /// The chain of each draw.
    pub chains: &'a [u32],
    pub groups: Groups,
    /// Draws of each whose trajectories diverged.
    pub divergent: [&'a [f64]; 2],
    pub correlation: f64,
}

/// Points drawn.
const MOST_POINTS: usize = 1200;

/// Correlations from here on are ridges, and get a line.
const RIDGE: f64 = 0.95;

/// Divergences drawn.
const MOST_DIVERGENCES: usize = 300;

/// The picture of a pair.
#[must_use]
pub fn pair(pair: &Pair<'_>) -> Picture {
    let [a, b] = pair.names;
    let diverged = pair.divergent[0].len();
    let divergences = match diverged {
        0 => String::new(),
        1 => "; cross: the divergence".to_owned(),
        count => format!("; crosses: {} divergences", count.min(MOST_DIVERGENCES)),
    };
    let words = Words {
        name: file_stem("pair", &format!("{a}-{b}")),
        title: format!("{a} and {b}, r = {}", coefficient(pair.correlation)),
        alt: format!(
            "Draws of {a} against {b}: their correlation is {}.{}",
            coefficient(pair.correlation),
            if diverged > 0 { format!(" {diverged} draws ended in a divergence.") } else { String::new() }
        ),
        caption: format!(
            "{} draws, coloured by {}{divergences}",
            pair.values[0].len().min(MOST_POINTS),
            pair.groups.kind()
        ),
    };
    let (x, y) = (Axis::numbers(range(pair.values[0]), a), Axis::numbers(range(pair.values[1]), b));
    let inside = [widened(x.range.clone()), widened(y.range.clone())];
    let shown = |x: f64, y: f64| inside[0].contains(&x) && inside[1].contains(&y);
    picture(words, &x, &y, |chart| {
        if let Some(ridge) = ridge(pair, &inside) {
            let _ = chart.draw_series([PathElement::new(ridge.to_vec(), line(Ink::Series(5), 7.0, 0.35))]);
        }
        let count = pair.values[0].len();
        for group in 0..pair.groups.count() {
            let members = pair.groups.chains(group);
            let points = super::column::spread(count, MOST_POINTS)
                .filter(|&k| members.contains(&(pair.chains[k] as usize)))
                .map(|k| (pair.values[0][k], pair.values[1][k]))
                .filter(|&(x, y)| shown(x, y));
            let _ =
                chart.draw_series(points.map(|at| Circle::new(at, 12, line(Ink::series(group), 1.0, 0.6).filled())));
        }
        let crosses = pair.divergent[0].iter().zip(pair.divergent[1]).take(MOST_DIVERGENCES);
        let crosses = crosses.map(|(&x, &y)| (x, y)).filter(|&(x, y)| shown(x, y));
        let _ = chart.draw_series(crosses.map(|at| Cross::new(at, 35, line(Ink::Text, 1.4, 1.0))));
    })
}

/// The ends of a strong correlation's line: through the means, along which both move by their standard deviations.
fn ridge(pair: &Pair<'_>, inside: &[std::ops::Range<f64>; 2]) -> Option<[(f64, f64); 2]> {
    if pair.correlation.abs() < RIDGE {
        return None;
    }
    let [x, y] = pair.values.map(moments);
    let slope = pair.correlation.signum() * (y.variance / x.variance).sqrt();
    // Where the line enters and leaves the picture.
    let at = |height: f64| x.mean + (height - y.mean) / slope;
    let (first, last) = (at(inside[1].start), at(inside[1].end));
    let (from, to) = (inside[0].start.max(first.min(last)), inside[0].end.min(first.max(last)));
    (from < to).then(|| [from, to].map(|x_at| (x_at, y.mean + slope * (x_at - x.mean))))
}

fn range(values: &[f64]) -> std::ops::Range<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    let at = |part: f64| sorted.get((part * last).round() as usize).copied().unwrap_or(f64::NAN);
    let margin = 0.1 * (at(0.995) - at(0.005));
    at(0.005) - margin..at(0.995) + margin
}

/// A correlation: near one in as many digits as tell it from one.
pub(super) fn coefficient(r: f64) -> String {
    let text = if r.abs() > 0.995 && r.abs() < 1.0 { format!("{r:.4}") } else { format!("{r:.2}") };
    text.replace('-', "\u{2212}")
}
