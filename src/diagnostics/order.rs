//! The sorted order of one parameter's draws, eight bytes a draw, and ranks read off it.
//!
//! One sort serves everything that depends on order: quantiles, shortest intervals, ranks, and, in `fold`, the ranks of
//! the distances from the median. Ranks are scattered back to where the draws were (`ranks`). Deliberately absent: how
//! draws are sorted (`sort`).

use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::diagnostics::chains::pieces;
use crate::diagnostics::layout::Layout;
use crate::diagnostics::ranks::Ranks;
use crate::diagnostics::sort::sort;
use crate::diagnostics::values::Values;
use crate::diagnostics::word::Format;
use crate::draws::ChainView;

/// Draws in increasing order; NaN comes last.
pub(super) struct Order {
    words: Vec<AtomicU64>,
    format: Format,
}

impl Order {
    /// Sorts the draws.
    pub(super) fn of(view: ChainView<'_>) -> Self {
        Self::of_values(view, Values::gather(view, Vec::new()))
    }

    /// Sorts the draws where they were gathered.
    pub(super) fn of_values(view: ChainView<'_>, values: Values) -> Self {
        let (words, format) = sort(view, values);
        Self { words, format }
    }

    /// The memory worked in.
    pub(super) fn into_words(self) -> Vec<AtomicU64> {
        self.words
    }

    pub(super) fn size(&self) -> usize {
        self.words.len()
    }

    pub(super) fn word(&self, k: usize) -> u64 {
        self.words[k].load(Relaxed)
    }

    /// Position of the `k`-th smallest draw.
    pub(super) fn position(&self, k: usize) -> usize {
        self.format.position(self.word(k))
    }

    /// Bounds of the `k`-th smallest draw that cost no look at the draw itself, which lies
    /// anywhere in memory. NaN for a NaN or next to infinity.
    pub(super) fn bounds(&self, k: usize) -> (f64, f64) {
        self.bounds_of(self.word(k))
    }

    /// The same of the draw of a word.
    pub(super) fn bounds_of(&self, word: u64) -> (f64, f64) {
        self.format.bounds(word)
    }

    /// Position of the draw of a word.
    pub(super) fn position_of(&self, word: u64) -> usize {
        self.format.position(word)
    }

    /// The `k`-th smallest draw itself.
    pub(super) fn exact(&self, view: ChainView<'_>, k: usize) -> f64 {
        view.at(self.position(k))
    }

    /// How many draws are at or below a value; the view must hold no NaN.
    pub(super) fn at_or_below(&self, view: ChainView<'_>, value: f64) -> usize {
        first(0..self.size(), |k| self.exact(view, k) > value)
    }

    /// Whether the `k`-th smallest draw equals the one before it.
    pub(super) fn is_tied(&self, k: usize) -> bool {
        self.is_tied_word(self.word(k))
    }

    /// The same of the draw of a word; of several words joined by or, whether any of them is so.
    pub(super) fn is_tied_word(&self, word: u64) -> bool {
        word & self.format.tied() != 0
    }

    /// Ranks the draws that belong to a row, ties averaged.
    pub(super) fn rank(&self, layout: Layout, ranks: &Ranks) {
        let starts = self.kept_before(layout, pieces(self.size()));
        pieces(self.size()).zip(starts).for_each(|(piece, mut below)| {
            let mut first = piece.start;
            // A run of ties that began before belongs to the piece it began in.
            while first < piece.end && self.is_tied(first) {
                below += self.kept(first..first + 1, layout);
                first += 1;
            }
            while first < piece.end {
                if !layout.drops() {
                    (first, below) = self.rank_distinct(first..piece.end, below, ranks);
                    if first == piece.end {
                        break;
                    }
                }
                let mut end = first + 1;
                while end < self.size() && self.is_tied(end) {
                    end += 1;
                }
                let kept = self.kept(first..end, layout);
                self.assign(first..end, layout, 2 * below + kept + 1, ranks);
                below += kept;
                first = end;
            }
        });
    }

    /// Ranks draws from the start of a range on as long as they are distinct. Returns how far it came, and how many
    /// draws lie below.
    fn rank_distinct(&self, range: Range<usize>, mut below: u32, ranks: &Ranks) -> (usize, u32) {
        let mut draw = self.word(range.start);
        for k in range.clone() {
            let next = self.words.get(k + 1).map_or(0, |next| next.load(Relaxed));
            if next & self.format.tied() != 0 {
                return (k, below);
            }
            ranks.set(self.format.position(draw), 2 * below + 2);
            below += 1;
            draw = next;
        }
        (range.end, below)
    }

    /// How many draws that belong to a row come before each of some ranges that follow one another from 0 on.
    pub(super) fn kept_before(
        &self,
        layout: Layout,
        ranges: impl IndexedParallelIterator<Item = Range<usize>>,
    ) -> Vec<u32> {
        let mut before: Vec<u32> = ranges.map(|range| self.kept(range, layout)).collect();
        let mut sum = 0;
        for kept in &mut before {
            sum += std::mem::replace(kept, sum);
        }
        before
    }

    /// How many draws of a range belong to a row.
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^31 draws")]
    pub(super) fn kept(&self, range: Range<usize>, layout: Layout) -> u32 {
        let kept = if layout.drops() { range.filter(|&k| layout.keeps(self.position(k))).count() } else { range.len() };
        kept as u32
    }

    /// Gives the draws of a range that belong to a row a rank.
    pub(super) fn assign(&self, range: Range<usize>, layout: Layout, twice_rank: u32, ranks: &Ranks) {
        for k in range {
            let position = self.position(k);
            if layout.keeps(position) {
                ranks.set(position, twice_rank);
            }
        }
    }
}

/// The least of a range that satisfies what all after it satisfy; the range's end if none does.
pub(super) fn first(range: Range<usize>, satisfies: impl Fn(usize) -> bool) -> usize {
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
