//! R-hat and effective sizes of the first so many draws: whether more draws have helped.
//!
//! Chains that mix have an R-hat that falls to one and effective sizes that grow as the draws do, a straight line here. Of
//! many chains as many are looked at as make a hundred thousand draws, equally many of each superchain; their effective
//! sizes are scaled to all.

use plotters::prelude::*;

use super::axes::{Axis, Words, line, picture};
use super::column::{Column, spread};
use super::ink::Ink;
use super::svg::{Picture, file_stem};
use crate::diagnostics::Settings;
use crate::diagnostics::summary::Summariser;
use crate::diagnostics::verdict::{ESS_IN_TOTAL, ESS_PER_CHAIN, FEW_CHAINS, R_HAT_THRESHOLD};
use crate::draws::ChainView;

/// Draws looked at.
const LOOKED_AT: usize = 100_000;

/// Each point has so many times the draws of the one before it.
const STEP: f64 = std::f64::consts::SQRT_2;

const POINTS: i32 = 10;

/// Diagnostics of the first `draws` draws of every chain.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    draws: f64,
    r_hat: f64,
    nested: f64,
    bulk: f64,
    tail: f64,
}

/// R-hat and effective sizes as draws come in.
#[must_use]
pub fn running(column: &Column<'_>, superchains: usize) -> [Picture; 2] {
    let (chains, draws) = (column.view.chains(), column.view.draws());
    let each = chains / superchains.max(1);
    let looked_at = (LOOKED_AT / (superchains * draws).max(1)).clamp(1, each.max(1));
    let superchains_looked_at = if superchains * draws > 4 * LOOKED_AT && looked_at == 1 {
        (4 * LOOKED_AT / draws.max(1)).clamp(4.min(superchains), superchains)
    } else {
        superchains
    };
    let chosen: Vec<usize> = spread(superchains, superchains_looked_at)
        .flat_map(|superchain| spread(each, looked_at).map(move |chain| superchain * each + chain))
        .collect();
    let scale = chains as f64 / chosen.len().max(1) as f64;
    let mut lengths: Vec<usize> =
        (0..POINTS).map(|k| (draws as f64 / STEP.powi(k)).round() as usize).filter(|&length| length >= 4).collect();
    lengths.reverse();
    lengths.dedup();
    let is_nested = looked_at > 1 && superchains > 1;
    let points: Vec<Point> = lengths
        .iter()
        .map(|&length| {
            let point =
                point(column.view, &chosen, length, if is_nested { superchains_looked_at } else { chosen.len() });
            Point { bulk: scale * point.bulk, tail: scale * point.tail, ..point }
        })
        .collect();
    let of =
        if chosen.len() < chains { format!("of {} of the {chains} chains; ", chosen.len()) } else { String::new() };
    [r_hats(column, &points, &of), sizes(column, &points, &of)]
}

/// Diagnostics of the first draws of some chains: a row of their summary, which sorts them once for all of it.
fn point(view: ChainView<'_>, chains: &[usize], length: usize, superchains: usize) -> Point {
    let mut values = vec![0.0; chains.len() * length];
    for (&chain, into) in chains.iter().zip(values.chunks_exact_mut(length)) {
        view.copy(chain * view.draws(), into);
    }
    let view = ChainView::from_slice(&values, chains.len(), length).expect("values were made for this shape");
    let summariser = Summariser::new([chains.len(), length, 1], superchains, Settings::default());
    let row = summariser.expect("superchains are equally large").row("", view);
    Point {
        draws: length as f64,
        r_hat: row.r_hat,
        nested: row.r_hat_nested.unwrap_or(f64::NAN),
        bulk: row.ess_bulk,
        tail: row.ess_tail,
    }
}

fn finite(points: &[Point], of: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
    points.iter().map(|point| (point.draws.log10(), of(point))).filter(|(_, y)| y.is_finite()).collect()
}

/// The axis of draws, on a scale of powers of ten.
fn draws_axis(points: &[Point]) -> Axis<'static> {
    let at = |point: Option<&Point>| point.map_or(0.0, |point| point.draws.log10());
    Axis::powers(at(points.first())..at(points.last()), "draws of each chain")
}

fn r_hats(column: &Column<'_>, points: &[Point], of: &str) -> Picture {
    let (plain, nested) = (finite(points, |point| point.r_hat), finite(points, |point| point.nested));
    let last = plain.last().map_or(f64::NAN, |point| point.1);
    let both = if nested.is_empty() { "" } else { ", nested R-hat below it" };
    let words = Words {
        name: file_stem("r_hat", column.name),
        title: format!("Running R-hat of {}", column.name),
        alt: format!("R-hat of the first draws of {}, more and more of them: at last {last:.3}.", column.name),
        caption: format!("{of}solid: R-hat{both}; dashes: {R_HAT_THRESHOLD}"),
    };
    let most = plain.iter().chain(&nested).map(|point| point.1).fold(1.02, f64::max);
    let y = Axis::numbers(1.0 - 0.06 * (most - 1.0)..most + 0.05 * (most - 1.0), "R-hat");
    let x = draws_axis(points);
    let range = x.range.clone();
    picture(words, &x, &y, |chart| {
        let _ = chart.draw_series(dashes(range, R_HAT_THRESHOLD));
        for (index, points) in [plain, nested].into_iter().enumerate() {
            let style = line(Ink::series(index), 1.6, 1.0);
            let _ = chart.draw_series([PathElement::new(points.clone(), style)]);
            let dots = points.into_iter().map(|at| Circle::new(at, 22, style.filled()));
            let _ = chart.draw_series(dots);
        }
    })
}

fn sizes(column: &Column<'_>, points: &[Point], of: &str) -> Picture {
    let log = |size: f64| size.max(1.0).log10();
    let bulk = finite(points, |point| log(point.bulk));
    let tail = finite(points, |point| log(point.tail));
    let chains = column.view.chains();
    let wanted = if chains <= FEW_CHAINS { ESS_PER_CHAIN * chains as f64 } else { ESS_IN_TOTAL };
    let last = |line: &[(f64, f64)]| line.last().map_or(f64::NAN, |point| 10_f64.powf(point.1));
    let words = Words {
        name: file_stem("ess", column.name),
        title: format!("Running effective size of {}", column.name),
        alt: format!(
            "Effective sample size of the first draws of {}, more and more of them: at last {:.0} in the bulk and {:.0} in \
             the tails.",
            column.name,
            last(&bulk),
            last(&tail)
        ),
        caption: format!("{of}blue: bulk, orange: tails; dashes: {wanted:.0}"),
    };
    let all = || bulk.iter().chain(&tail).map(|point| point.1).chain([log(wanted)]);
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let y = Axis::powers(least - 0.15..most + 0.2, "effective draws");
    let x = draws_axis(points);
    let range = x.range.clone();
    picture(words, &x, &y, |chart| {
        let _ = chart.draw_series(dashes(range, log(wanted)));
        for (index, points) in [&bulk, &tail].into_iter().enumerate() {
            let style = line(Ink::series(index), 1.6, 1.0);
            let _ = chart.draw_series([PathElement::new(points.clone(), style)]);
            let dots = points.iter().map(|at| Circle::new(*at, 22, style.filled()));
            let _ = chart.draw_series(dots);
        }
    })
}

/// A dashed line across a picture.
fn dashes(range: std::ops::Range<f64>, height: f64) -> impl Iterator<Item = PathElement<(f64, f64)>> {
    let step = (range.end - range.start) / 40.0;
    (0..40).step_by(2).map(move |k| {
        let from = range.start + f64::from(k) * step;
        PathElement::new(vec![(from, height), (from + step, height)], line(Ink::Guide, 1.2, 1.0))
    })
}
