//! Ranks of the distances from a centre: a merge of the draws below it, backwards, with those above it.
//!
//! Sorted draws flow in; ranks flow out, or the moments of their normal scores in each row, which are all that R-hat asks
//! for. The merge is cut into pieces for threads where no two distances are equal.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use crate::diagnostics::layout::Layout;
use crate::diagnostics::order::{Order, first};
use crate::diagnostics::ranks::{Ranks, scores_of};
use crate::draws::ChainView;
use crate::math::autocovariance::groups;

/// Ranks the distances from `centre`, which must be finite, of the draws that belong to a row. The view must hold no
/// NaN.
pub(super) fn rank_distances(view: ChainView<'_>, order: &Order, centre: f64, layout: Layout, ranks: &Ranks) {
    let fold = Fold::about(centre, view, order, layout);
    let pieces = fold.pieces();
    let below = fold.kept_before(&pieces);
    pieces.par_iter().zip(below).for_each(|(piece, below)| {
        fold.merge(piece, below, &mut { ranks });
    });
}

/// Mean and variance of the normal scores of these ranks in each row: what [`Ranks::moments`] gives, without a look at
/// every draw's place in memory. None for an odd number of draws, and where a row's scores are so alike that sums of
/// their squares do not know the variance.
pub(super) fn distance_moments(
    view: ChainView<'_>,
    order: &Order,
    centre: f64,
    layout: Layout,
) -> Option<(Vec<f64>, Vec<f64>)> {
    if layout.drops() {
        return None;
    }
    let fold = Fold::about(centre, view, order, layout);
    let pieces = fold.pieces();
    let below = fold.kept_before(&pieces);
    let sums: Vec<ScoreSums> = groups(pieces.len())
        .map(|group| {
            let mut sums = ScoreSums::new(layout);
            for (piece, below) in pieces[group.clone()].iter().zip(&below[group]) {
                fold.merge(piece, *below, &mut sums);
            }
            sums.add();
            sums
        })
        .collect();
    let length = layout.length() as f64;
    let moments = |row: usize| {
        let total = |k: usize| sums.iter().map(|sums| sums.rows[row][k]).sum::<f64>();
        let mean = total(0) / length;
        let variance = (total(1) - length * mean * mean) / (length - 1.0);
        (variance > LEAST_SHARE * mean * mean).then_some((mean, variance))
    };
    (0..layout.rows()).map(moments).collect::<Option<Vec<_>>>().map(|moments| moments.into_iter().unzip())
}

/// A variance below this share of the squared mean would lose more than two digits of sixteen.
const LEAST_SHARE: f64 = 0.01;

/// Draws of the longer side that a thread merges at a time.
const MERGED: usize = 1 << 15;

/// Who is told twice the ranks of distances.
trait Told {
    /// Of the draw at a position.
    fn draw(&mut self, position: u32, twice_rank: u32);

    /// Of equal draws.
    fn equal(&mut self, positions: &[u32], twice_rank: u32);
}

impl Told for &Ranks {
    fn draw(&mut self, position: u32, twice_rank: u32) {
        self.set(position as usize, twice_rank);
    }

    fn equal(&mut self, positions: &[u32], twice_rank: u32) {
        positions.iter().for_each(|position| self.draw(*position, twice_rank));
    }
}

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

impl<'a> Fold<'a> {
    fn about(centre: f64, view: ChainView<'a>, order: &'a Order, layout: Layout) -> Self {
        let split = first(0..order.size(), |k| order.exact(view, k) >= centre);
        Self { view, order, centre, layout, split }
    }

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

    /// How many draws that belong to a row are nearer than those of each piece.
    fn kept_before(&self, pieces: &[Piece]) -> Vec<u32> {
        let kept = |piece: &Piece| {
            self.order.kept(piece.left.clone(), self.layout) + self.order.kept(piece.right.clone(), self.layout)
        };
        let kept: Vec<u32> = pieces.par_iter().map(kept).collect();
        kept.iter().scan(0, |sum, kept| Some(std::mem::replace(sum, *sum + kept))).collect()
    }

    /// Tells the positions of all draws of a piece, equal ones at a time, and twice the rank of their distance.
    #[expect(clippy::cast_possible_truncation, reason = "a position is below 2^31")]
    fn merge(&self, piece: &Piece, mut below: u32, told: &mut impl Told) {
        let (mut left, mut right) = (piece.left.end, piece.right.start);
        let nearest_left = |left: usize| (left > piece.left.start).then(|| self.distance(left - 1));
        let nearest_right = |right: usize| (right < piece.right.end).then(|| self.distance(right));
        let mut runs = [Run::new(), Run::new()];
        loop {
            if !self.layout.drops() {
                (left, right, below) = self.merge_apart(piece, (left, right), below, &mut runs, told);
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
                let is_tied = || self.order.is_tied(left);
                if next_left.is_none_or(|next| !is_tied() && self.compare(taken, next).is_ne()) {
                    break;
                }
            }
            while order != Ordering::Less
                && let Some(taken) = next_right
            {
                right += 1;
                next_right = nearest_right(right);
                let is_tied = || self.order.is_tied(right);
                if next_right.is_none_or(|next| !is_tied() && self.compare(taken, next).is_ne()) {
                    break;
                }
            }
            let kept = self.order.kept(left..from, self.layout) + self.order.kept(until..right, self.layout);
            for k in (left..from).chain(until..right) {
                let position = self.order.position(k);
                if self.layout.keeps(position) {
                    told.draw(position as u32, 2 * below + kept + 1);
                }
            }
            below += kept;
        }
    }

    /// Merges from `left` and `right` on as long as bounds tell the distances of different values apart: nearly always, and
    /// without a look at any draw. Returns how far it came, and how many draws lie below.
    fn merge_apart(
        &self,
        piece: &Piece,
        (mut left, mut right): (usize, usize),
        mut below: u32,
        [below_centre, above]: &mut [Run; 2],
        told: &mut impl Told,
    ) -> (usize, usize, u32) {
        let (order, centre) = (self.order, self.centre);
        let (mut i, mut j) = (0, 0);
        below_centre.begin();
        above.begin();
        loop {
            // Both from the centre outwards. A draw is marked that equals the one sorted before it.
            if i == below_centre.known {
                let words = |step: usize| order.word(left - 1 - step);
                let is_same = |step: usize| order.is_tied(left - step);
                let distance = |low, high| (centre - high, centre - low);
                below_centre.fill(order, left - piece.left.start, words, is_same, distance);
                i = 0;
            }
            if j == above.known {
                let words = |step: usize| order.word(right + step);
                let is_same = |step: usize| order.is_tied(right + step);
                let distance = |low, high| (low - centre, high - centre);
                above.fill(order, piece.right.end - right, words, is_same, distance);
                j = 0;
            }
            if below_centre.known == 0 || above.known == 0 {
                return (left, right, below);
            }
            let (from_i, from_j) = (i, j);
            let mut is_told = true;
            // Values of one draw each, as of samplers that always move: so many draws as values.
            let are_single = below_centre.is_single && above.is_single;
            while is_told && i < below_centre.known && j < above.known {
                // No branch depends on which of them is nearer: nobody could foresee it.
                let is_left = below_centre.most[i] < above.least[j];
                let is_right = above.most[j] < below_centre.least[i];
                is_told = is_left | is_right;
                if is_told && are_single {
                    let position = [above.positions[j], below_centre.positions[i]][usize::from(is_left)];
                    below += 1;
                    told.draw(position, 2 * below);
                } else if is_told {
                    let (run, value) = [(&*above, j), (&*below_centre, i)][usize::from(is_left)];
                    let (start, end) = (run.starts[value], run.starts[value + 1]);
                    told.equal(&run.positions[start as usize..end as usize], 2 * below + (end - start) + 1);
                    below += end - start;
                }
                i += usize::from(is_left);
                j += usize::from(is_right);
            }
            left -= (below_centre.starts[i] - below_centre.starts[from_i]) as usize;
            right += (above.starts[j] - above.starts[from_j]) as usize;
            if !is_told {
                return (left, right, below);
            }
        }
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

/// Draws that a run takes at most.
const RUN: usize = 256;

/// Draws that a run takes where bounds have just failed to tell distances apart.
const SHORT_RUN: usize = 16;

/// Draws of one side of the centre, by growing distance, as long as bounds tell the distances of different values apart.
/// Chains that reject proposals repeat their draws: equal ones are one value here, and share a rank.
struct Run {
    /// Bounds of the distance of each value.
    least: [f64; RUN + 1],
    most: [f64; RUN + 1],
    /// Draws before each value.
    starts: [u32; RUN + 2],
    /// Of each draw, and of the one value of no draws, where it stands for nothing.
    positions: [u32; RUN + 1],
    /// Values that can be compared: all of whose draws are here, and which are nearer than the next one. Beyond the last
    /// draw of its side there is one of no draws, infinitely distant.
    known: usize,
    /// Whether every value is one draw: that no word is marked says so.
    is_single: bool,
    /// Draws to take next.
    next: usize,
}

impl Run {
    fn new() -> Self {
        let (least, most) = ([0.0; RUN + 1], [0.0; RUN + 1]);
        let (starts, positions) = ([0; RUN + 2], [0; RUN + 1]);
        Self { least, most, starts, positions, known: 0, is_single: false, next: SHORT_RUN }
    }

    /// Forgets its draws.
    fn begin(&mut self) {
        (self.known, self.next) = (0, SHORT_RUN);
    }

    /// Takes the first of the `count` draws that are left, told their words, and whether a draw equals the one before it.
    #[expect(clippy::cast_possible_truncation, reason = "a position is below 2^31")]
    fn fill(
        &mut self,
        order: &Order,
        count: usize,
        word: impl Fn(usize) -> u64,
        is_same: impl Fn(usize) -> bool,
        distance: impl Fn(f64, f64) -> (f64, f64),
    ) {
        let taken = count.min(self.next);
        self.next = (2 * self.next).min(RUN);
        let mut marks = 0;
        for step in 0..taken {
            let word = word(step);
            marks |= word;
            let (low, high) = order.bounds_of(word);
            (self.least[step], self.most[step]) = distance(low, high);
            self.starts[step + 1] = step as u32 + 1;
            self.positions[step] = order.position_of(word) as u32;
        }
        self.is_single = !order.is_tied_word(marks);
        let mut value = taken.saturating_sub(1);
        if !self.is_single {
            value = 0;
            for step in 1..taken {
                value += usize::from(!is_same(step));
                (self.least[value], self.most[value]) = (self.least[step], self.most[step]);
                self.starts[value + 1] = step as u32 + 1;
            }
        }
        let is_end = taken == count;
        let mut values = value + usize::from(taken > 0);
        if is_end {
            (self.least[values], self.most[values]) = (f64::INFINITY, f64::INFINITY);
            values += 1;
        }
        let pairs = self.most[..values].iter().zip(&self.least[1..values]);
        let apart = pairs.take_while(|(most, next)| most < next).count();
        self.known = apart + usize::from(is_end && apart + 1 == values);
    }
}

/// Scores summed together.
const TOGETHER: usize = 512;

/// Sums of the normal scores, and of their squares, in each row.
struct ScoreSums {
    layout: Layout,
    /// Of a row, one draw.
    share: f64,
    rows: Vec<[f64; 2]>,
    scores: [f64; TOGETHER],
    /// Positions of draws with these scores.
    places: [f64; TOGETHER],
    /// And how many there are of each, in one row.
    counts: [f64; TOGETHER],
    taken: usize,
}

impl Told for ScoreSums {
    fn draw(&mut self, position: u32, twice_rank: u32) {
        self.take(position, 1, twice_rank);
    }

    fn equal(&mut self, positions: &[u32], twice_rank: u32) {
        let (Some(&first), Some(&last)) = (positions.first(), positions.last()) else { return };
        // Nearly always draws are equal because a chain stayed where it was; below the centre the last one comes first.
        let steps = |step: u32| positions.array_windows().all(|[a, b]| a.wrapping_add(step) == *b);
        let are_neighbours = if first <= last { steps(1) } else { steps(u32::MAX) };
        if are_neighbours && self.row(f64::from(first)) == self.row(f64::from(last)) {
            self.take(first, positions.len(), twice_rank);
        } else {
            positions.iter().for_each(|position| self.draw(*position, twice_rank));
        }
    }
}

impl ScoreSums {
    fn new(layout: Layout) -> Self {
        let rows = vec![[0.0; 2]; layout.rows()];
        let [scores, places, counts] = [[0.0; TOGETHER]; 3];
        Self { layout, share: 1.0 / layout.length() as f64, rows, scores, places, counts, taken: 0 }
    }

    fn take(&mut self, position: u32, count: usize, twice_rank: u32) {
        self.scores[self.taken] = f64::from(twice_rank);
        self.places[self.taken] = f64::from(position);
        self.counts[self.taken] = count as f64;
        self.taken += 1;
        if self.taken == TOGETHER {
            self.add();
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows are counted from 0")]
    fn row(&self, position: f64) -> usize {
        // A half away from what would be whole numbers, so that rounding cannot reach the next row.
        ((position + 0.5) * self.share) as usize
    }

    fn add(&mut self) {
        scores_of(self.layout, &mut self.scores[..self.taken]);
        for k in 0..self.taken {
            let (score, count, row) = (self.scores[k], self.counts[k], self.row(self.places[k]));
            let [sum, squares] = &mut self.rows[row];
            *sum += count * score;
            *squares += count * score * score;
        }
        self.taken = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The merge against ranks counted one by one: twice a rank is 1 and the draws at or below it, and those below it.
    fn judge(values: &[f64], centre: f64, layout: fn(ChainView<'_>) -> Layout) {
        let view = ChainView::from_slice(values, 1, values.len()).unwrap();
        let (layout, ranks) = (layout(view), Ranks::new(values.len()));
        rank_distances(view, &Order::of(view), centre, layout, &ranks);
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

    /// Moments without ranks against moments of ranks: n values of order 1 sum to n roundings, and a variance of at
    /// least a hundredth loses two digits more.
    fn judge_moments(values: &[f64], rows: usize) {
        let values = &values[..values.len() / rows * rows];
        let view = ChainView::from_slice(values, rows, values.len() / rows).unwrap();
        let (order, layout, ranks) = (Order::of(view), Layout::split(view), Ranks::new(values.len()));
        if values.is_empty() || layout.length() < 2 {
            return;
        }
        if let Some((means, variances)) = distance_moments(view, &order, 0.1, layout) {
            rank_distances(view, &order, 0.1, layout, &ranks);
            let expected = ranks.moments(layout);
            let tolerance = 100.0 * layout.length() as f64 * f64::EPSILON;
            for (found, expected) in means.iter().chain(&variances).zip(expected.0.iter().chain(&expected.1)) {
                assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} {expected}");
            }
        }
    }

    #[test]
    fn moments_of_long_rows_are_those_of_their_ranks() {
        let values: Vec<f64> = (0..8 * 9000).map(|k| (f64::from(k) * 0.37).sin() + f64::from(k % 5)).collect();
        judge_moments(&values, 4);
        let view = ChainView::from_slice(&values, 4, values.len() / 4).unwrap();
        assert!(distance_moments(view, &Order::of(view), 0.1, Layout::split(view)).is_some());
    }

    #[test]
    fn moments_of_rows_of_equal_scores_are_left_to_ranks() {
        let values = [1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let view = ChainView::from_slice(&values, 1, 8).unwrap();
        assert!(distance_moments(view, &Order::of(view), 0.0, Layout::split(view)).is_none());
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
            (1..4).for_each(|rows| judge_moments(&values, rows));
        }
    }

    /// All but the last draw of runs of 16, 32, 64 and 128, and a run of 256, are 492: there a side ends with a full run, and
    /// the other goes on.
    #[test]
    fn a_side_may_end_where_a_run_is_full() {
        for size in 236 + RUN - 2..=236 + RUN + 2 {
            let values: Vec<f64> =
                (1..=size).map(|k| -(k as f64)).chain((0..size + 300).map(|k| k as f64 + 0.5)).collect();
            judge(&values, 0.0, Layout::whole);
            let mirrored: Vec<f64> = values.iter().map(|x| -x).collect();
            judge(&mirrored, 0.0, Layout::whole);
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
