//! Rows of yes and no, sixty-four to a word.
//!
//! Values flow in, bits flow out. Deliberately absent: what they count (`indicator`).

/// Equally long rows of bits, a stretch of neighbouring rows.
pub(super) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    /// No rows yet, and room for so many.
    pub(super) fn new(rows: usize, length: usize) -> Self {
        Self { words: Vec::with_capacity(rows * length.div_ceil(64)), length }
    }

    /// Adds a row: whether each value is at most `limit`.
    pub(super) fn push<T: Copy + PartialOrd>(&mut self, row: &[T], limit: T) {
        self.words.extend(
            row.chunks(64).map(|values| values.iter().rev().fold(0, |word, x| word << 1 | u64::from(*x <= limit))),
        );
    }

    /// The words of each row.
    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, u64> {
        self.words.chunks_exact(self.length.div_ceil(64))
    }

    /// Number of words of all rows.
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }
}
