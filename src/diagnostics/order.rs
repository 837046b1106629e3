//! The sorted order of one parameter's draws, eight bytes a draw, and ranks read off it.
//!
//! One sort serves everything that depends on order: quantiles, shortest intervals, ranks, and
//! the ranks of the distances from the median, which are a merge of the two sides.
//!
//! Sorting is done on 64-bit words that hold as many leading bits of a draw's key as fit beside
//! its position. Draws that agree in those bits are then told apart by their full values; there
//! are next to none unless the draws span many orders of magnitude.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::diagnostics::column::{Column, PIECE};
use crate::diagnostics::layout::Layout;
use crate::draws::ChainView;
use crate::math::normal_quantile::normal_quantiles;

/// Above these bits of an entry lies, once ranked, twice the draw's rank (an average rank may end
/// in a half), 0 for none.
const RANK_SHIFT: u32 = 32;

/// Draws in increasing order; NaN comes last.
///
/// An entry holds, from the lowest bit: the draw's position; whether it equals its predecessor;
/// and leading bits of its key, which give way to its rank.
pub(super) struct Order {
    entries: Vec<u64>,
    position_bits: u32,
    least: u64,
    most: u64,
    /// Bits of a key that an entry has no room for.
    cut: u32,
}

const SIGN: u64 = 1 << 63;

/// A word that orders as the values do: `-0.0` like `0.0`, any NaN above infinity.
fn key(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The value of a key.
fn value(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN })
}

impl Order {
    /// Sorts the draws. `entries` is memory to work in; its contents do not matter.
    pub(super) fn of(view: ChainView<'_>, mut entries: Vec<u64>) -> Self {
        entries.resize(view.size(), 0);
        let (least, most) = entries
            .par_chunks_mut(PIECE)
            .enumerate()
            .map(|(piece, entries)| {
                let (mut least, mut most) = (u64::MAX, 0);
                for (entry, value) in entries.iter_mut().zip(view.iterate_from(piece * PIECE)) {
                    *entry = key(value);
                    (least, most) = (least.min(*entry), most.max(*entry));
                }
                (least, most)
            })
            .reduce(|| (u64::MAX, 0), |(a, b), (c, d)| (a.min(c), b.max(d)));
        let bits = |most: u64| u64::BITS - most.leading_zeros();
        let position_bits = bits(view.size().saturating_sub(1) as u64);
        let range_bits = bits(most.saturating_sub(least));
        let cut = (range_bits + position_bits + 1).saturating_sub(u64::BITS);
        entries.par_iter_mut().enumerate().with_min_len(PIECE).for_each(|(i, entry)| {
            *entry = ((*entry - least) >> cut << (position_bits + 1)) | i as u64;
        });
        let part = entries.len().div_ceil(rayon::current_num_threads());
        sort(&mut entries, part);
        let mut order = Self { entries, position_bits, least, most, cut };
        order.settle(view);
        order
    }

    /// The memory worked in.
    pub(super) fn into_entries(self) -> Vec<u64> {
        self.entries
    }

    pub(super) fn size(&self) -> usize {
        self.entries.len()
    }

    fn tied(&self) -> u64 {
        1 << self.position_bits
    }

    #[expect(clippy::cast_possible_truncation, reason = "a position is below 2^31")]
    fn position_in(&self, entry: u64) -> usize {
        (entry & (self.tied() - 1)) as usize
    }

    /// Position of the `k`-th smallest draw.
    pub(super) fn position(&self, k: usize) -> usize {
        self.position_in(self.entries[k])
    }

    /// Bounds of the `k`-th smallest draw that cost no look at the draw itself, which lies
    /// anywhere in memory. Only before the draw is ranked. NaN for a NaN or next to infinity.
    pub(super) fn bounds(&self, k: usize) -> (f64, f64) {
        let low = self.least + (self.entries[k] >> (self.position_bits + 1) << self.cut);
        let beyond = (1_u64 << self.cut) - 1;
        (value(low), value(low.saturating_add(beyond).min(self.most)))
    }

    /// Sorts runs of draws whose leading bits agree by their full values, and marks equal draws.
    fn settle(&mut self, view: ChainView<'_>) {
        let (shift, tied) = (self.position_bits + 1, self.tied());
        let mask = tied - 1;
        #[expect(clippy::cast_possible_truncation, reason = "a position is below 2^31")]
        let full = |entry: &u64| key(view.at((entry & mask) as usize));
        for run in self.entries.chunk_by_mut(|a, b| a >> shift == b >> shift) {
            if run.len() == 1 {
                continue;
            }
            if self.cut == 0 {
                run[1..].iter_mut().for_each(|entry| *entry |= tied);
                continue;
            }
            if run.len() > PIECE {
                run.par_sort_unstable_by_key(full);
            } else {
                run.sort_unstable_by_key(full);
            }
            let mut before = full(&run[0]);
            for entry in &mut run[1..] {
                let this = full(entry);
                if this == before {
                    *entry |= tied;
                }
                before = this;
            }
        }
    }

    /// Ranks the draws that belong to a row, ties averaged.
    pub(super) fn rank(&mut self, layout: Layout) {
        let mut below = 0;
        let mut first = 0;
        while first < self.size() {
            let mut end = first + 1;
            while end < self.size() && self.entries[end] & self.tied() != 0 {
                end += 1;
            }
            let kept = self.kept(first..end, layout);
            self.assign(first..end, layout, 2 * below + kept + 1);
            below += kept;
            first = end;
        }
    }

    /// Ranks the distances from `centre`, which must be finite, of the draws that belong to a
    /// row: a merge of the draws below it, backwards, with those above it. Comes before
    /// [`Order::rank`]; the view must hold no NaN.
    pub(super) fn rank_distances(&mut self, view: ChainView<'_>, centre: f64, layout: Layout) {
        let mut left = self.first_at_or_above(view, centre);
        let mut right = left;
        let mut below = 0;
        let mut nearest_left = left.checked_sub(1).map(|k| self.distance(k, centre));
        let mut nearest_right = (right < self.size()).then(|| self.distance(right, centre));
        loop {
            let order = match (nearest_left, nearest_right) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.compare(b, |k| (self.exact(view, k) - centre).abs()),
            };
            let (from, until) = (left, right);
            // Distinct draws may be equally distant, after rounding.
            while order != Ordering::Greater
                && let Some(taken) = nearest_left
            {
                left -= 1;
                nearest_left = left.checked_sub(1).map(|k| self.distance(k, centre));
                let exact = |k: usize| (self.exact(view, k) - centre).abs();
                if nearest_left.is_none_or(|next| taken.compare(next, exact).is_ne()) {
                    break;
                }
            }
            while order != Ordering::Less
                && let Some(taken) = nearest_right
            {
                right += 1;
                nearest_right = (right < self.size()).then(|| self.distance(right, centre));
                let exact = |k: usize| (self.exact(view, k) - centre).abs();
                if nearest_right.is_none_or(|next| taken.compare(next, exact).is_ne()) {
                    break;
                }
            }
            let kept = self.kept(left..from, layout) + self.kept(until..right, layout);
            self.assign(left..from, layout, 2 * below + kept + 1);
            self.assign(until..right, layout, 2 * below + kept + 1);
            below += kept;
        }
    }

    /// The `k`-th smallest draw itself.
    pub(super) fn exact(&self, view: ChainView<'_>, k: usize) -> f64 {
        view.at(self.position(k))
    }

    /// Bounds of the distance of the `k`-th smallest draw from `centre`.
    fn distance(&self, k: usize, centre: f64) -> Distance {
        let (low, high) = self.bounds(k);
        let (least, most) = if low >= centre {
            (low - centre, high - centre)
        } else if high <= centre {
            (centre - high, centre - low)
        } else {
            (0.0, (high - centre).max(centre - low))
        };
        Distance { k, least, most }
    }

    /// Number of draws below `centre`, by bisection.
    fn first_at_or_above(&self, view: ChainView<'_>, centre: f64) -> usize {
        let (mut low, mut high) = (0, self.size());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.exact(view, middle) < centre {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn kept(&self, range: std::ops::Range<usize>, layout: Layout) -> u64 {
        if layout.drops() {
            range.filter(|&k| layout.keeps(self.position(k))).count() as u64
        } else {
            range.len() as u64
        }
    }

    fn assign(&mut self, range: std::ops::Range<usize>, layout: Layout, twice_rank: u64) {
        let lower = 2 * self.tied() - 1;
        for k in range {
            let rank = if layout.keeps(self.position(k)) { twice_rank } else { 0 };
            let entry = &mut self.entries[k];
            *entry = (*entry & lower) | (rank << RANK_SHIFT);
        }
    }

    /// Writes the normal scores `Phi^-1((rank - 3/8) / (size + 1/4))` (Blom 1958; Vehtari et al.
    /// 2021, eq. 14) to where the draws were; a draw of no row gets none.
    pub(super) fn scatter_normal_scores(&self, layout: Layout, into: &Column) {
        let size = layout.size() as f64;
        self.entries.par_chunks(SCORED_TOGETHER).with_min_len(PIECE / SCORED_TOGETHER).for_each(|entries| {
            let mut scores = [0.0; SCORED_TOGETHER];
            for (score, entry) in scores.iter_mut().zip(entries) {
                let rank = (entry >> RANK_SHIFT) as f64 * 0.5;
                *score = (rank - 0.375) / (size + 0.25);
            }
            normal_quantiles(&mut scores[..entries.len()]);
            for (score, entry) in scores.iter().zip(entries) {
                if entry >> RANK_SHIFT > 0 {
                    into.set(self.position_in(*entry), *score);
                }
            }
        });
    }
}

/// Draws whose scores are computed before any is written.
const SCORED_TOGETHER: usize = 64;

/// Sorts in parallel: selection halves the words until there is a part for every thread, and the
/// standard library sorts the parts. Takes 75 ms of processor time for 4 million random words,
/// where a parallel quicksort takes 105.
fn sort(entries: &mut [u64], part: usize) {
    if entries.len() <= part.max(1 << 15) {
        entries.sort_unstable();
        return;
    }
    let (left, _, right) = entries.select_nth_unstable(entries.len() / 2);
    rayon::join(|| sort(left, part), || sort(right, part));
}

/// Bounds of the distance of the `k`-th smallest draw from a centre.
#[derive(Clone, Copy)]
struct Distance {
    k: usize,
    least: f64,
    most: f64,
}

impl Distance {
    /// Compares the exact distances, which are looked up only where the bounds overlap.
    fn compare(self, other: Self, exact: impl Fn(usize) -> f64) -> Ordering {
        if self.most < other.least {
            Ordering::Less
        } else if self.least > other.most {
            Ordering::Greater
        } else {
            exact(self.k).total_cmp(&exact(other.k))
        }
    }
}
