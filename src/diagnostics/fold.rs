//! Ranks of the distances from a centre: a merge of the draws below it, backwards, with those above it.
//!
//! Sorted draws flow in, ranks flow out. The merge is cut into pieces for threads where no two distances are equal.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use crate::diagnostics::layout::Layout;
use crate::diagnostics::order::Order;
use crate::diagnostics::ranks::Ranks;
use crate::draws::ChainView;

/// Ranks the distances from `centre`, which must be finite, of the draws that belong to a row. The view must hold no
/// NaN.
pub(super) fn rank_distances(view: ChainView<'_>, order: &Order, centre: f64, layout: Layout, ranks: &Ranks) {
    let fold = Fold { view, order, centre, layout, split: first(0..order.size(), |k| order.exact(view, k) >= centre) };
    let pieces = fold.pieces();
    let kept: Vec<u32> = pieces.par_iter().map(|piece| fold.kept(piece)).collect();
    let before = kept.iter().scan(0, |sum, kept| Some(std::mem::replace(sum, *sum + kept)));
    pieces.par_iter().zip(before.collect::<Vec<u32>>()).for_each(|(piece, below)| fold.merge(piece, below, ranks));
}

/// The least of a range that satisfies what all after it satisfy; the range's end if none does.
fn first(range: Range<usize>, satisfies: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if satisfies(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Draws of the longer side that a thread merges at a time.
const MERGED: usize = 1 << 15;

struct Fold<'a> {
    view: ChainView<'a>,
    order: &'a Order,
    centre: f64,
    layout: Layout,
    /// Number of draws below the centre.
    split: usize,
}

/// Draws at some distances: those `left` of the centre, in falling, and `right` of it, in rising order.
struct Piece {
    left: Range<usize>,
    right: Range<usize>,
}

impl Fold<'_> {
    fn exact(&self, k: usize) -> f64 {
        (self.order.exact(self.view, k) - self.centre).abs()
    }

    /// Pieces of growing distance.
    fn pieces(&self) -> Vec<Piece> {
        let (split, size) = (self.split, self.order.size());
        // Where the longer side is cut; the shorter one is cut at the same distance.
        let is_left = split > size - split;
        let cuts = (1..split.max(size - split).div_ceil(MERGED)).map(|cut| {
            let distance = self.exact(if is_left { split - 1 - cut * MERGED } else { split + cut * MERGED });
            let right = first(split..size, |k| self.exact(k) >= distance);
            // The same, counted from the centre outwards.
            let left = split - first(0..split, |steps| self.exact(split - 1 - steps) >= distance);
            (left, right)
        });
        let mut pieces = Vec::new();
        let (mut inner_left, mut inner_right) = (split, split);
        for (left, right) in cuts.chain([(0, size)]) {
            pieces.push(Piece { left: left..inner_left, right: inner_right..right });
            (inner_left, inner_right) = (left, right);
        }
        pieces
    }

    fn kept(&self, piece: &Piece) -> u32 {
        self.order.kept(piece.left.clone(), self.layout) + self.order.kept(piece.right.clone(), self.layout)
    }

    fn merge(&self, piece: &Piece, mut below: u32, ranks: &Ranks) {
        let (mut left, mut right) = (piece.left.end, piece.right.start);
        let nearest_left = |left: usize| (left > piece.left.start).then(|| self.distance(left - 1));
        let nearest_right = |right: usize| (right < piece.right.end).then(|| self.distance(right));
        loop {
            if !self.layout.drops() {
                (left, right, below) = self.merge_distinct(piece, left, right, below, ranks);
            }
            let (mut next_left, mut next_right) = (nearest_left(left), nearest_right(right));
            let order = match (next_left, next_right) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => self.compare(a, b),
            };
            let (from, until) = (left, right);
            // Distinct draws may be equally distant, after rounding.
            while order != Ordering::Greater
                && let Some(taken) = next_left
            {
                left -= 1;
                next_left = nearest_left(left);
                if next_left.is_none_or(|next| self.compare(taken, next).is_ne()) {
                    break;
                }
            }
            while order != Ordering::Less
                && let Some(taken) = next_right
            {
                right += 1;
                next_right = nearest_right(right);
                if next_right.is_none_or(|next| self.compare(taken, next).is_ne()) {
                    break;
                }
            }
            let kept = self.order.kept(left..from, self.layout) + self.order.kept(until..right, self.layout);
            self.order.assign(left..from, self.layout, 2 * below + kept + 1, ranks);
            self.order.assign(until..right, self.layout, 2 * below + kept + 1, ranks);
            below += kept;
        }
    }

    /// Merges from `left` and `right` on as long as each side has two draws left and bounds tell all distances apart:
    /// nearly always, and without a look at any draw. Returns how far it came, and how many draws lie below.
    fn merge_distinct(
        &self,
        piece: &Piece,
        mut left: usize,
        mut right: usize,
        mut below: u32,
        ranks: &Ranks,
    ) -> (usize, usize, u32) {
        let (last_left, last_right) = (piece.left.start + 1, piece.right.end.saturating_sub(1));
        if left <= last_left || right >= last_right {
            return (left, right, below);
        }
        let (mut a, mut b) = (self.distance(left - 1), self.distance(right));
        while left > last_left && right < last_right {
            let is_left = a.most < b.least;
            let is_right = b.most < a.least;
            let (taken, next) = if is_left { (a, left - 2) } else { (b, right + 1) };
            let next = self.distance(next);
            let is_apart = taken.most < next.least;
            if !((is_left || is_right) && is_apart) {
                break;
            }
            ranks.set(self.order.position(taken.k), 2 * below + 2);
            below += 1;
            if is_left {
                (left, a) = (left - 1, next);
            } else {
                (right, b) = (right + 1, next);
            }
        }
        (left, right, below)
    }

    /// Bounds of the distance of the `k`-th smallest draw.
    fn distance(&self, k: usize) -> Distance {
        let (low, high) = self.order.bounds(k);
        let (near, far) = if low >= self.centre { (low, high) } else { (high, low) };
        if low < self.centre && self.centre < high {
            return Distance { k, least: 0.0, most: (high - self.centre).max(self.centre - low) };
        }
        Distance { k, least: (near - self.centre).abs(), most: (far - self.centre).abs() }
    }

    /// Compares the exact distances, which are looked up only where the bounds overlap.
    fn compare(&self, a: Distance, b: Distance) -> Ordering {
        if a.most < b.least {
            Ordering::Less
        } else if a.least > b.most {
            Ordering::Greater
        } else {
            self.exact(a.k).total_cmp(&self.exact(b.k))
        }
    }
}

/// Bounds of the distance of the `k`-th smallest draw from a centre.
#[derive(Clone, Copy)]
struct Distance {
    k: usize,
    least: f64,
    most: f64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The merge against ranks counted one by one: twice a rank is 1 and the draws at or below it, and those below it.
    fn judge(values: &[f64], centre: f64, layout: fn(ChainView<'_>) -> Layout) {
        let view = ChainView::from_slice(values, 1, values.len()).unwrap();
        let (layout, ranks) = (layout(view), Ranks::new(values.len()));
        rank_distances(view, &Order::of(view, Vec::new()), centre, layout, &ranks);
        let kept: Vec<usize> = (0..values.len()).filter(|&position| layout.keeps(position)).collect();
        let mut distances: Vec<f64> = kept.iter().map(|&position| (values[position] - centre).abs()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        for position in kept {
            let distance = (values[position] - centre).abs();
            let below = distances.partition_point(|other| *other < distance);
            let at_or_below = distances.partition_point(|other| *other <= distance);
            assert_eq!(ranks.twice(position) as usize, below + at_or_below + 1, "{position} of {}", values.len());
        }
    }

    proptest! {
        #[test]
        fn merged_ranks_are_counted_ranks(
            values in proptest::collection::vec(
                prop_oneof![-3.0..3.0, (-4..4_i32).prop_map(f64::from), -1e-18..1e-18, Just(f64::INFINITY)],
                1..300,
            ),
            centre in prop_oneof![-3.0..3.0, Just(0.0), Just(1.0)],
        ) {
            judge(&values, centre, Layout::whole);
            judge(&values, centre, Layout::split);
        }
    }

    #[test]
    fn pieces_of_long_merges_fit_together() {
        let size = 3 * MERGED + 1;
        let values: Vec<f64> = (0..size).map(|k| ((k * 7919 % size) as f64 * 0.37).sin() + (k % 5) as f64).collect();
        for centre in [-1.0, 0.5, 2.0, 6.0] {
            judge(&values, centre, Layout::whole);
            judge(&values, centre, Layout::split);
        }
    }
}
