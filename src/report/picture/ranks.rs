//! Rank plots: how often each chain or superchain visits each twentieth of all draws.
//!
//! Where chains agree, every group has a twentieth of its draws in every bin (Vehtari et al. 2021, section 5). Ranks are
//! counted by bins between quantiles of all draws; each share is taken relative to that of all groups together, so that
//! ties and quantiles known only about do not show as disagreement.

use plotters::prelude::*;

use super::axes::{Axis, Words, area, line, picture};
use super::column::Column;
use super::ink::Ink;
use super::svg::{Picture, file_stem};

const BINS: usize = 20;

/// The rank plot of a parameter.
#[must_use]
pub fn ranks(column: &Column<'_>) -> Picture {
    let shares = shares(column);
    let groups = column.groups.count();
    let most = shares.iter().flatten().copied().fold(1.0, f64::max);
    // Bars of the tallest fill the room of a group.
    let scale = 0.9 / most.max(1.6);
    let words = Words {
        name: file_stem("rank", column.name),
        title: format!("Ranks of {}", column.name),
        alt: format!(
            "Rank plot of {}, a row a {}: shares in twentieths of all draws lie between {:.2} and {:.2} times that of all.",
            column.name,
            column.groups.kind(),
            shares.iter().flatten().copied().fold(1.0, f64::min),
            most
        ),
        caption: format!("{}; dashes: what agreement gives", column.groups.counted()),
    };
    let step = groups.div_ceil(8);
    let percent = |x: f64| format!("{:.0}", 100.0 * x);
    let x = Axis { label: &percent, ..Axis::numbers(0.0..1.0, "rank among all draws, %") };
    let y = Axis {
        ticks: (1..=groups).step_by(step).map(|group| group as f64).collect(),
        ..Axis::numbers(0.6..groups as f64 + 0.75, column.groups.kind())
    };
    picture(words, &x, &y, |chart| {
        for (group, shares) in shares.iter().enumerate() {
            let (ink, _) = column.groups.ink(group);
            let foot = (group + 1) as f64 - 0.35;
            let mut outline = vec![(0.0, foot)];
            for (bin, share) in shares.iter().enumerate() {
                let (left, right) = (bin as f64 / BINS as f64, (bin + 1) as f64 / BINS as f64);
                outline.extend([(left, foot + scale * share), (right, foot + scale * share)]);
            }
            outline.push((1.0, foot));
            let even = (0..20).map(|k| f64::from(k) / 20.0).map(|at| {
                PathElement::new(vec![(at, foot + scale), (at + 0.025, foot + scale)], line(Ink::Guide, 1.0, 1.0))
            });
            let _ = chart.draw_series([Polygon::new(outline, area(ink, 0.65))]);
            let _ = chart.draw_series(even);
        }
    })
}

/// For each group, its share in each bin relative to that of all groups, `[group][bin]`; 1 where nobody is.
fn shares(column: &Column<'_>) -> Vec<Vec<f64>> {
    let edges: Vec<f64> = (1..BINS).map(|k| column.quantile(k as f64 / BINS as f64)).collect();
    let draws = column.view.draws();
    let counts: Vec<[f64; BINS]> = (0..column.groups.count())
        .map(|group| {
            let chains = column.groups.chains(group);
            let mut counts = [0.0; BINS];
            for value in column.view.iterate_from(chains.start * draws).take(chains.len() * draws) {
                // Without a branch that depends on the value, which nothing could foretell.
                counts[edges.iter().map(|edge| usize::from(value >= *edge)).sum::<usize>()] += 1.0;
            }
            counts
        })
        .collect();
    let total: f64 = counts.iter().flatten().sum();
    counts
        .iter()
        .map(|group| {
            let size: f64 = group.iter().sum();
            let of_all = |bin: usize| counts.iter().map(|counts| counts[bin]).sum::<f64>() / total;
            let share = |bin: usize| group[bin] / size / of_all(bin);
            (0..BINS).map(|bin| if of_all(bin) > 0.0 && size > 0.0 { share(bin) } else { 1.0 }).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::groups::Groups;
    use super::*;
    use crate::draws::ChainView;

    #[test]
    fn chains_that_agree_have_even_shares_and_chains_apart_do_not() {
        let of = |values: &[f64]| {
            let view = ChainView::from_slice(values, 2, values.len() / 2).unwrap();
            shares(&Column::new("x", view, Groups::new(2, 2)))
        };
        let alike: Vec<f64> = (0..2000).map(|k| f64::from(k % 1000)).collect();
        assert!(of(&alike).iter().flatten().all(|share| (share - 1.0).abs() < 0.02));
        let apart: Vec<f64> = (0..2000).map(f64::from).collect();
        let shares = of(&apart);
        assert!((shares[0][3] - 2.0).abs() < 0.02 && shares[0][16].abs() < 0.02 && (shares[1][16] - 2.0).abs() < 0.02);
        let binary: Vec<f64> = (0..200).map(|k| f64::from(k % 2)).collect();
        assert!(of(&binary).iter().flatten().all(|share| (share - 1.0).abs() < 1e-12));
    }
}
