//! Rank normalisation: draws become normal scores of their ranks, so that heavy tails and
//! infinities do no harm.
//!
//! Deliberately absent: what the scores are good for (`rhat`, `ess`).

use crate::diagnostics::fold::rank_distances;
use crate::diagnostics::layout::Layout;
use crate::diagnostics::order::Order;
use crate::diagnostics::ranks::Ranks;
use crate::draws::ChainView;

/// Normal scores of the draws, `[chain, draw]`: `Phi^-1((r - 3/8) / (S + 1/4))` with `r` the
/// average rank among all `S` draws (Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021, eq. 14).
///
/// Any NaN makes every score NaN; infinities rank like other values; empty gives empty.
#[must_use]
pub fn z_scale(view: ChainView<'_>) -> Vec<f64> {
    if view.iterate().any(f64::is_nan) {
        return vec![f64::NAN; view.size()];
    }
    scores(view, &ranks(view, Layout::whole(view)))
}

/// Normal scores of the distances from the median, `[chain, draw]`: they see differences of
/// scale. NaN as for [`z_scale`], and also where the median is infinite.
#[must_use]
pub fn z_fold(view: ChainView<'_>) -> Vec<f64> {
    if view.iterate().any(f64::is_nan) {
        return vec![f64::NAN; view.size()];
    }
    match folded_ranks(view, Layout::whole(view)) {
        Some(ranks) => scores(view, &ranks),
        None => vec![f64::NAN; view.size()],
    }
}

fn scores(view: ChainView<'_>, ranks: &Ranks) -> Vec<f64> {
    let mut scores = vec![0.0; view.size()];
    ranks.scores(0, Layout::whole(view), &mut scores);
    scores
}

/// Ranks of the draws that belong to a row. The view must hold no NaN.
pub(super) fn ranks(view: ChainView<'_>, layout: Layout) -> Ranks {
    let ranks = Ranks::new(view.size());
    Order::of(view).rank(layout, &ranks);
    ranks
}

/// Ranks of the distances of the draws that belong to a row from the median of these draws.
/// None if the median is not finite. The view must hold no NaN.
pub(super) fn folded_ranks(view: ChainView<'_>, layout: Layout) -> Option<Ranks> {
    let order = Order::of(view);
    let centre = median_of_rows(&order, view, layout);
    if !centre.is_finite() {
        return None;
    }
    let ranks = Ranks::new(view.size());
    rank_distances(view, &order, centre, layout, &ranks);
    Some(ranks)
}

/// Median of the draws that belong to a row; NaN if there are none.
pub(super) fn median_of_rows(order: &Order, view: ChainView<'_>, layout: Layout) -> f64 {
    if layout.size() == 0 {
        return f64::NAN;
    }
    let (lower, upper) = ((layout.size() - 1) / 2, layout.size() / 2);
    let at = |k: usize| view.at(order.position(k));
    if !layout.drops() {
        return middle(at(lower), at(upper));
    }
    let mut kept = (0..order.size()).filter(|&k| layout.keeps(order.position(k)));
    let first = kept.nth(lower).map_or(f64::NAN, at);
    if lower == upper {
        return first;
    }
    middle(first, kept.next().map_or(f64::NAN, at))
}

/// The median of two values, as numpy rounds it: ties between folded draws depend on it.
fn middle(lower: f64, upper: f64) -> f64 {
    if lower == upper { lower } else { f64::midpoint(lower, upper) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(values: &[f64]) -> ChainView<'_> {
        ChainView::from_slice(values, 1, values.len()).unwrap()
    }

    #[test]
    fn tied_draws_share_the_average_rank() {
        let z = z_scale(view(&[2.0, 1.0, 2.0, 3.0]));
        assert_eq!(z[0].to_bits(), z[2].to_bits());
        // Ranks 1, 2.5, 2.5, 4: symmetric about 2.5, so the tied score is 0.
        assert!(z[0].abs() < 1e-15 && (z[1] + z[3]).abs() < 1e-15);
    }

    #[test]
    fn negative_zero_ties_with_zero_and_infinities_rank_at_the_ends() {
        let z = z_scale(view(&[0.0, -0.0, f64::NEG_INFINITY, f64::INFINITY]));
        assert_eq!(z[0].to_bits(), z[1].to_bits());
        assert!(z[2] < z[0] && z[0] < z[3]);
    }

    #[test]
    fn ranks_are_right_when_leading_bits_cannot_tell_draws_apart() {
        // From 1e-300 to 1e300, with clusters that differ only in the last bit.
        let mut values = vec![1e-300, -1e300, 1e300, f64::NEG_INFINITY];
        for k in 0..3000_u32 {
            values.push(f64::from_bits(1.0_f64.to_bits() + u64::from(k * 7919 % 3000)));
        }
        let z = z_scale(view(&values));
        let mut by_score: Vec<usize> = (0..values.len()).collect();
        by_score.sort_by(|&a, &b| z[a].total_cmp(&z[b]));
        let sorted: Vec<f64> = by_score.iter().map(|&i| values[i]).collect();
        assert!(sorted.is_sorted());
        assert!(by_score.windows(2).all(|pair| z[pair[0]] < z[pair[1]]));
    }

    #[test]
    fn distances_from_the_median_rank_by_size() {
        let values = [-3.0, 0.0, 1.0, 2.0, 10.0];
        let z = z_fold(view(&values));
        assert_eq!(z[2], z.iter().copied().fold(f64::INFINITY, f64::min));
        assert_eq!(z[1].to_bits(), z[3].to_bits());
        assert!(z[4] > z[0] && z[0] > z[1]);
    }

    #[test]
    fn one_nan_spoils_every_score() {
        let values = [1.0, f64::NAN, 2.0];
        assert!(z_scale(view(&values)).iter().all(|z| z.is_nan()));
        assert!(z_fold(view(&values)).iter().all(|z| z.is_nan()));
        assert!(z_scale(view(&[])).is_empty());
    }
}
