//! Autocorrelation within chains: how long a chain remembers where it was.

use plotters::prelude::*;

use super::axes::{Axis, Words, area, line, picture};
use super::column::{Column, spread};
use super::ink::Ink;
use super::svg::{Picture, file_stem};
use crate::diagnostics::autocorrelation::autocorrelation as of_chain;

/// Lags shown, as ArviZ has it.
const LAGS: usize = 100;

/// Up to so many chains are drawn each.
const FEW: usize = 8;

/// Chains looked at for a band.
const LOOKED_AT: usize = 200;

/// The autocorrelation of a parameter's chains.
#[must_use]
pub fn autocorrelation(column: &Column<'_>) -> Picture {
    let (chains, draws) = (column.view.chains(), column.view.draws());
    let lags = LAGS.min(draws.saturating_sub(1));
    let mut chain = vec![0.0; draws];
    let looked_at = if chains <= FEW { chains } else { LOOKED_AT };
    let lines: Vec<Vec<f64>> = spread(chains, looked_at)
        .map(|index| {
            column.view.copy(index * draws, &mut chain);
            let mut all = of_chain(&chain);
            all.truncate(lags + 1);
            all
        })
        // A chain that does not move has none.
        .filter(|line| line.iter().all(|r| r.is_finite()))
        .collect();
    let at = |part: f64| -> Vec<(f64, f64)> {
        (0..=lags)
            .filter_map(|lag| {
                let mut values: Vec<f64> = lines.iter().map(|line| line[lag]).collect();
                values.sort_unstable_by(f64::total_cmp);
                let last = values.len().checked_sub(1)?;
                Some((lag as f64, values[(part * last as f64).round() as usize]))
            })
            .collect()
    };
    let median = at(0.5);
    let sunk = median.iter().find(|(_, r)| *r < 0.1).map_or_else(
        || format!("does not fall below 0.1 within {lags} lags"),
        |(lag, _)| format!("falls below 0.1 at lag {lag:.0}"),
    );
    let shown = match (chains <= FEW, lines.len()) {
        (true, 1) => "1 chain".to_owned(),
        (true, count) => format!("{count} chains"),
        (false, count) => format!("median and central 90 % of {count} chains"),
    };
    let words = Words {
        name: file_stem("autocorrelation", column.name),
        title: format!("Autocorrelation of {}", column.name),
        alt: format!("Autocorrelation of {} within chains, {shown}: it {sunk}.", column.name),
        caption: format!("{shown}; {sunk}"),
    };
    let least = lines.iter().flatten().copied().fold(0.0, f64::min).max(-1.0);
    let x = Axis::numbers(0.0..lags.max(1) as f64, "lag, draws");
    let y = Axis::numbers(least.min(-0.05) * 1.1..1.05, "autocorrelation");
    picture(words, &x, &y, |chart| {
        let zero = PathElement::new(vec![(0.0, 0.0), (lags as f64, 0.0)], line(Ink::Guide, 1.0, 1.0));
        let _ = chart.draw_series([zero]);
        if chains <= FEW {
            for (chain, values) in lines.iter().enumerate() {
                let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(lag, r)| (lag as f64, *r)).collect();
                let _ = chart.draw_series([PathElement::new(points, line(Ink::series(chain), 1.4, 0.9))]);
            }
        } else {
            let outline: Vec<(f64, f64)> = at(0.05).into_iter().chain(at(0.95).into_iter().rev()).collect();
            let _ = chart.draw_series([Polygon::new(outline, area(Ink::series(0), 0.25))]);
            let _ = chart.draw_series([PathElement::new(median.clone(), line(Ink::series(0), 1.6, 1.0))]);
        }
    })
}
