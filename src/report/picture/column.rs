//! One parameter's draws, and what all its pictures need to know of them.

use std::ops::Range;

use super::groups::Groups;
use crate::draws::ChainView;

/// Draws looked at to find quantiles: enough for an axis and for shares of five hundredths.
const LOOKED_AT: usize = 1 << 15;

/// A parameter.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    pub name: &'a str,
    pub view: ChainView<'a>,
    pub groups: Groups,
    /// Finite draws, evenly taken from all and sorted.
    sorted: Vec<f64>,
}

impl<'a> Column<'a> {
    /// Looks at the draws of a parameter.
    #[must_use]
    pub fn new(name: &'a str, view: ChainView<'a>, groups: Groups) -> Self {
        let mut sorted: Vec<f64> =
            spread(view.size(), LOOKED_AT).map(|position| view.at(position)).filter(|x| x.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { name, view, groups, sorted }
    }

    /// Whether there is anything to draw: two finite draws that differ.
    #[must_use]
    pub fn varies(&self) -> bool {
        self.sorted.first() < self.sorted.last()
    }

    /// About the value below which lies such a part of the finite draws; NaN if there are none.
    #[must_use]
    pub fn quantile(&self, part: f64) -> f64 {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted.get((part * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
    }

    /// The values an axis should show: the central 99 % of the draws and a little beyond, but nothing beyond the draws.
    #[must_use]
    pub fn range(&self) -> Range<f64> {
        let (low, high) = (self.quantile(0.005), self.quantile(0.995));
        let margin = 0.12 * (high - low);
        let (least, most) = (self.quantile(0.0), self.quantile(1.0));
        // More than half of the draws may be one number.
        if low < high { (low - margin).max(least)..(high + margin).min(most) } else { least..most }
    }
}

/// At most `most` positions, evenly spread over `0..size`.
pub fn spread(size: usize, most: usize) -> impl Iterator<Item = usize> + Clone {
    let count = size.min(most);
    (0..count).map(move |k| (k as u128 * size as u128 / count as u128) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_shows_the_bulk_and_not_the_farthest_draw() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values[77] = 1e12;
        values[78] = f64::NAN;
        let view = ChainView::from_slice(&values, 4, 2500).unwrap();
        let column = Column::new("x", view, Groups::new(4, 4));
        let Range { start, end } = column.range();
        assert!((0.0..100.0).contains(&start) && (9_900.0..12_000.0).contains(&end), "{start}..{end}");
        assert!(column.varies() && (column.quantile(0.5) - 5000.0).abs() < 10.0);
        let constant = [2.0; 8];
        let column = Column::new("x", ChainView::from_slice(&constant, 2, 4).unwrap(), Groups::new(2, 2));
        assert!(!column.varies());
    }

    #[test]
    fn positions_are_spread_over_all() {
        assert_eq!(spread(10, 5).collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
        assert_eq!(spread(3, 5).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(0, 5).count(), 0);
    }
}
