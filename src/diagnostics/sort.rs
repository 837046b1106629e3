//! Sorting one parameter's draws, by all threads, in eight bytes a draw and what fits into a cache beside them.
//!
//! Draws are dealt into buckets by the leading bits of their keys, straight from where they lie; then every bucket is
//! sorted for itself, by a second deal and small sorts. A sample says which bits lead: where it misses the ends, the
//! outermost buckets take what lies beyond. Draws that repeat the one before them in their chain are marked as they are
//! dealt, and need not be looked at again to be found equal.

use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::diagnostics::values::Values;
use crate::diagnostics::word::{Format, bits, key};
use crate::draws::ChainView;

/// Draws that are looked at to choose buckets.
const SAMPLED: usize = 1 << 12;

/// Draws for each bucket, if all buckets were equally full; they never are.
const DRAWS_PER_BUCKET: usize = 512;
/// The places where each bucket goes on must fit into a cache together.
const MOST_BUCKETS: usize = 1 << 11;

/// Chains are dealt by at most this many threads, each with its own count of every bucket.
const MOST_DEALERS: usize = 16;

/// Neighbouring buckets are sorted together up to this many draws, to share what they work in.
const SORTED_TOGETHER: usize = 1 << 14;

/// Beyond this many draws a bucket is left to a parallel sort.
const MOST_IN_CACHE: usize = 1 << 17;

/// Draws that a small sort takes.
const SMALL: usize = 24;

/// Sorts the draws where they were gathered: the words of all draws in increasing order, and what the words mean.
pub(super) fn sort(view: ChainView<'_>, values: Values) -> (Vec<AtomicU64>, Format) {
    let step = view.size().div_ceil(SAMPLED).max(1);
    let sample: Vec<f64> = (0..view.size()).step_by(step).map(|position| view.at(position)).collect();
    let format = Format::new(view.size(), values.extent(), floor(&sample));
    let buckets = Buckets::of(view.size(), &sample, format);
    let each = view.chains().div_ceil(rayon::current_num_threads().min(MOST_DEALERS)).max(1);
    let dealers: Vec<Range<usize>> =
        (0..view.chains()).step_by(each).map(|first| first..(first + each).min(view.chains())).collect();
    let mut counts: Vec<Vec<u32>> = dealers
        .par_iter()
        .map(|chains| {
            let (mut chain, mut counts) = (vec![0.0; view.draws()], vec![0; buckets.count]);
            for index in chains.clone() {
                values.copy(index * view.draws(), &mut chain);
                buckets.each(&chain, |_, bucket| counts[bucket] += 1);
            }
            counts
        })
        .collect();
    let ends = places(buckets.count, &mut counts);
    // From here on draws are read where they came from.
    let words = values.into_words();
    dealers.into_par_iter().zip(&mut counts).for_each(|(chains, places)| {
        let mut chain = vec![0.0; view.draws()];
        for first in chains.map(|index| index * view.draws()) {
            view.copy(first, &mut chain);
            let (mut position, mut before) = (first, 0);
            buckets.each(&chain, |value, bucket| {
                let (place, key) = (&mut places[bucket], key(value));
                // Many are known to be equal already: chains that reject proposals stay where they are.
                let repeats = u64::from(position > first && key == before) * format.tied();
                words[*place as usize].store(format.word(key, position) | repeats, Relaxed);
                (*place, position, before) = (*place + 1, position + 1, key);
            });
        }
    });
    tasks(&ends).into_par_iter().for_each_init(Space::default, |space, task| {
        let starts = task.clone().map(|bucket| if bucket == 0 { 0 } else { ends[bucket - 1] });
        for (start, &end) in starts.zip(&ends[task]) {
            if start < end {
                sort_bucket(&words[start..end], view, format, space);
            }
        }
    });
    (words, format)
}

/// Which draws belong in which bucket.
struct Buckets {
    count: usize,
    rule: Rule,
}

/// A non-decreasing function of the value of a draw.
#[derive(Clone, Copy)]
enum Rule {
    /// Buckets of equal width.
    Values { least: f64, scale: f64 },
    /// Buckets of equally many narrow keys, for draws of many orders of magnitude.
    Keys { format: Format, least: u64, shift: u32 },
}

impl Buckets {
    fn of(size: usize, sample: &[f64], format: Format) -> Self {
        let count = (size / DRAWS_PER_BUCKET).clamp(1, MOST_BUCKETS).next_power_of_two();
        let keys = || sample.iter().map(|value| format.narrow(key(*value)));
        let (least, most) = (keys().min().unwrap_or(0), keys().max().unwrap_or(0));
        let shift = bits(most - least).saturating_sub(count.ilog2());
        let by_keys = Self { count, rule: Rule::Keys { format, least, shift } };
        let least = sample.iter().copied().fold(f64::INFINITY, f64::min);
        let most = sample.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scale = count as f64 / (most - least);
        if !(scale.is_normal() && least.is_finite()) {
            return by_keys;
        }
        let by_values = Self { count, rule: Rule::Values { least, scale } };
        if by_values.work(sample) <= by_keys.work(sample) { by_values } else { by_keys }
    }

    /// Sum of squares of how many draws of a sample each bucket takes.
    fn work(&self, sample: &[f64]) -> u64 {
        let mut counts = vec![0_u32; self.count];
        self.each(sample, |_, bucket| counts[bucket] += 1);
        counts.iter().map(|count| u64::from(*count).pow(2)).sum()
    }

    /// Says of each value, in order, in which bucket it belongs.
    #[expect(clippy::cast_possible_truncation, reason = "a bucket is below 2^11")]
    fn each(&self, values: &[f64], mut told: impl FnMut(f64, usize)) {
        let last = self.count - 1;
        match self.rule {
            Rule::Values { least, scale } => {
                // Beside so large a number whole ones are left, in the lowest bits.
                const LARGE: f64 = (1_u64 << (f64::MANTISSA_DIGITS - 1)) as f64;
                let mut buckets = [0; 64];
                for values in values.chunks(buckets.len()) {
                    for (bucket, value) in buckets.iter_mut().zip(values) {
                        let place = (value - least) * scale;
                        // A NaN is not below the last place.
                        let place = if place < last as f64 { place } else { last as f64 };
                        *bucket = (place.max(0.0) + LARGE).to_bits();
                    }
                    for (bucket, value) in buckets.iter().zip(values) {
                        told(*value, *bucket as usize & last);
                    }
                }
            }
            Rule::Keys { format, least, shift } => {
                for value in values {
                    // By 64 where there is one bucket and the keys span all bits.
                    let key = format.narrow(key(*value));
                    let leading = key.saturating_sub(least).checked_shr(shift).unwrap_or(0);
                    told(*value, leading.min(last as u64) as usize);
                }
            }
        }
    }
}

/// A magnitude that few draws are below, if draws have both signs; or 0.
fn floor(sample: &[f64]) -> f64 {
    let has_both = sample.iter().any(|x| *x < 0.0) && sample.iter().any(|x| *x > 0.0);
    if has_both { sample.iter().map(|x| x.abs()).fold(f64::INFINITY, f64::min) } else { 0.0 }
}

/// Turns each dealer's counts into places, bucket after bucket and, within one, dealer after dealer. Returns where each
/// bucket ends.
fn places(buckets: usize, dealers: &mut [Vec<u32>]) -> Vec<usize> {
    let mut next = 0_u32;
    (0..buckets)
        .map(|bucket| {
            for counts in &mut *dealers {
                let count = std::mem::replace(&mut counts[bucket], next);
                next += count;
            }
            next as usize
        })
        .collect()
}

/// Ranges of buckets that hold about [`SORTED_TOGETHER`] draws or a single bucket.
fn tasks(ends: &[usize]) -> Vec<Range<usize>> {
    let mut tasks = Vec::new();
    let (mut first, mut start) = (0, 0);
    for (bucket, &end) in ends.iter().enumerate() {
        if end - start >= SORTED_TOGETHER || bucket + 1 == ends.len() {
            tasks.push(first..bucket + 1);
            (first, start) = (bucket + 1, end);
        }
    }
    tasks
}

/// What a thread sorts a bucket in, used again for the next one.
#[derive(Default)]
struct Space {
    dealt: Vec<u64>,
    sorted: Vec<u64>,
    counts: Vec<u32>,
    keys: Vec<u64>,
}

fn sort_bucket(words: &[AtomicU64], view: ChainView<'_>, format: Format, space: &mut Space) {
    let Space { dealt, sorted, counts, keys } = space;
    dealt.clear();
    dealt.extend(words.iter().map(|word| word.load(Relaxed)));
    let sorted = if dealt.len() <= SMALL {
        dealt.sort_unstable();
        dealt
    } else if dealt.len() <= MOST_IN_CACHE {
        sorted.resize(dealt.len(), 0);
        deal(dealt, sorted, counts);
        sorted
    } else {
        dealt.par_sort_unstable();
        dealt
    };
    settle(sorted, view, format, keys);
    for (word, sorted) in words.iter().zip(&*sorted) {
        word.store(*sorted, Relaxed);
    }
    if sorted.len() > MOST_IN_CACHE {
        (*sorted, *keys) = (Vec::new(), Vec::new());
    }
}

/// Deals words by their leading bits, a few to each place, and sorts the few.
#[expect(clippy::cast_possible_truncation, reason = "bits that count the words")]
fn deal(words: &[u64], into: &mut [u64], counts: &mut Vec<u32>) {
    let (least, most) = words.iter().fold((u64::MAX, 0), |(least, most), word| (least.min(*word), most.max(*word)));
    let places = words.len().next_power_of_two();
    let shift = bits(most - least).saturating_sub(places.ilog2());
    let place = |word: u64| ((word - least) >> shift) as usize;
    counts.clear();
    counts.resize(places, 0);
    words.iter().for_each(|word| counts[place(*word)] += 1);
    let (mut next, mut fullest) = (0, 0);
    for count in &mut *counts {
        fullest = fullest.max(*count);
        next += std::mem::replace(count, next);
    }
    for word in words {
        let next = &mut counts[place(*word)];
        into[*next as usize] = *word;
        *next += 1;
    }
    if fullest as usize <= SMALL {
        insert(into);
        return;
    }
    let mut start = 0;
    for end in counts.iter().map(|end| *end as usize) {
        into[start..end].sort_unstable();
        start = end;
    }
}

/// Sorts words that are few places from where they belong.
fn insert(words: &mut [u64]) {
    for k in 1..words.len() {
        let word = words[k];
        let mut place = k;
        while place > 0 && words[place - 1] > word {
            words[place] = words[place - 1];
            place -= 1;
        }
        words[place] = word;
    }
}

/// Sorts runs of words whose prefixes agree by their draws, and marks equal draws. Marked already are those that equal the
/// draw before them in their chain; one that does not is sorted before them, and so no mark is wrong. Works in `keys`.
fn settle(words: &mut [u64], view: ChainView<'_>, format: Format, keys: &mut Vec<u64>) {
    let full = |word: &u64| key(view.at(format.position(*word)));
    let agree = |a: &u64, b: &u64| format.prefix(*a) == format.prefix(*b);
    if !words.array_windows().any(|[a, b]| agree(a, b)) {
        return;
    }
    for k in 1..words.len() {
        let is_equal = format.is_whole(words[k]) & agree(&words[k - 1], &words[k]);
        words[k] |= u64::from(is_equal) * format.tied();
    }
    // Of a run whose other draws all repeat their first one nothing is left to find out.
    let is_open = |run: &[u64]| run.len() > 1 && run[1] & format.tied() == 0;
    // Draws lie anywhere in memory. They are fetched before anything depends on them, so that many are on their way.
    keys.clear();
    for run in words.chunk_by(agree).filter(|run| is_open(run)) {
        keys.extend(run.iter().map(full));
    }
    let mut rest = &keys[..];
    for run in words.chunk_by_mut(agree).filter(|run| is_open(run)) {
        let (keys, others) = rest.split_at(run.len());
        rest = others;
        if keys.iter().all(|key| *key == keys[0]) {
            run[1..].iter_mut().for_each(|word| *word |= format.tied());
            continue;
        }
        if run.len() > SORTED_TOGETHER {
            run.par_sort_by_key(full);
        } else {
            run.sort_by_key(full);
        }
        let mut before = full(&run[0]);
        for word in &mut run[1..] {
            let this = full(word);
            if this == before {
                *word |= format.tied();
            }
            before = this;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys in the order found, and where a draw is said to equal the one before it.
    fn sorted(values: &[f64], chains: usize) -> (Vec<u64>, Vec<bool>) {
        let view = ChainView::from_slice(values, chains, values.len() / chains).unwrap();
        let (words, format) = sort(view, Values::gather(view, Vec::new()));
        let words: Vec<u64> = words.into_iter().map(AtomicU64::into_inner).collect();
        let mut positions: Vec<usize> = words.iter().map(|word| format.position(*word)).collect();
        let keys = positions.iter().map(|position| key(values[*position])).collect();
        positions.sort_unstable();
        assert!(positions.into_iter().eq(0..values.len()), "every draw once");
        (keys, words.iter().map(|word| word & format.tied() != 0).collect())
    }

    fn judge(values: &[f64], chains: usize) {
        let (keys, tied) = sorted(values, chains);
        assert!(keys.is_sorted());
        let equal: Vec<bool> = (0..keys.len()).map(|k| k > 0 && keys[k] == keys[k - 1]).collect();
        assert_eq!(tied, equal);
    }

    proptest! {
        #[test]
        fn any_draws_are_sorted_and_equal_ones_marked(
            values in proptest::collection::vec(
                prop_oneof![any::<f64>(), -3.0..3.0, (0..4_i32).prop_map(f64::from), Just(f64::NAN), Just(-0.0)],
                0..400,
            )
        ) {
            judge(&values, 1);
            judge(&values[..values.len() / 3 * 3], 3);
        }
    }

    /// Shapes of draws that a sample of them does not show, or that fall into few buckets: a far outlier beside a narrow
    /// cluster, two clusters, two values, one value, and values that differ in their last bits alone;
    /// then values in single precision, whose words say all, but for some in the middle, and whole ones among others.
    #[test]
    fn draws_that_share_their_leading_bits_are_sorted_too() {
        let size = 2 * MOST_IN_CACHE + 6;
        let scrambled = |k: usize| (k * 7919 % size) as f64 / size as f64;
        let shapes: [fn(usize, f64) -> f64; 8] = [
            |k, x| if k == 12_345 { 1e300 } else { 1e6 + x * 1e-6 },
            |k, x| if k % 2 == 0 { 1e6 + x } else { -1e-9 * x },
            |k, _| f64::from(u8::from(k % 3 == 0)),
            |_, _| -0.0,
            |_, x| f64::from_bits(1.0_f64.to_bits() + (x * 1e3) as u64),
            |_, x| f64::from((x - 0.5) as f32),
            |k, x| if k % 64 == 0 { 1e-3 } else { f64::from(((x - 0.5) * 0.1) as f32) },
            |k, x| ((x - 0.5) * 1000.0).round() * if k % 5 == 0 { 1e-3 } else { 1.0 },
        ];
        for shape in shapes {
            let values: Vec<f64> = (0..size).map(|k| shape(k, scrambled(k))).collect();
            judge(&values, 2);
        }
    }
}
