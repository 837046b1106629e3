//! Draws as words that sort as the draws do, and that remember where a draw was.
//!
//! A word holds, from its lowest bit: the draw's position; whether the draw equals the one sorted before it; and as
//! many leading bits of its key as there is room for. Draws that agree in those bits are told apart by their full
//! values (`sort`); there are next to none unless the draws span many orders of magnitude.

const SIGN: u64 = 1 << 63;

/// Orders as the values do: `-0.0` like `0.0`, any NaN above infinity.
pub(super) fn key(value: f64) -> u64 {
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

/// Number of bits that hold numbers up to `most`.
pub(super) fn bits(most: u64) -> u32 {
    u64::BITS - most.leading_zeros()
}

/// How the words of one parameter are laid out.
#[derive(Clone, Copy)]
pub(super) struct Format {
    position_bits: u32,
    least: u64,
    most: u64,
    /// Bits of a key that a word has no room for.
    cut: u32,
}

impl Format {
    /// For `size` draws whose keys lie between `least` and `most`.
    pub(super) fn new(size: usize, least: u64, most: u64) -> Self {
        let position_bits = bits(size.saturating_sub(1) as u64);
        let range_bits = bits(most.saturating_sub(least));
        let cut = (range_bits + position_bits + 1).saturating_sub(u64::BITS);
        Self { position_bits, least, most, cut }
    }

    pub(super) fn word(self, key: u64, position: usize) -> u64 {
        // Shifted twice: by 64 at once where a single draw needs no bits of its key.
        (key - self.least) >> self.cut << self.position_bits << 1 | position as u64
    }

    /// The bit of a draw that equals the one before it.
    pub(super) fn tied(self) -> u64 {
        1 << self.position_bits
    }

    #[expect(clippy::cast_possible_truncation, reason = "a position is below 2^31")]
    pub(super) fn position(self, word: u64) -> usize {
        (word & (self.tied() - 1)) as usize
    }

    /// What a word holds of its draw's key.
    pub(super) fn prefix(self, word: u64) -> u64 {
        word >> self.position_bits >> 1
    }

    /// Whether that is all of the key.
    pub(super) fn is_whole(self) -> bool {
        self.cut == 0
    }

    /// Values between which a word's draw lies. NaN for a NaN or next to infinity.
    pub(super) fn bounds(self, word: u64) -> (f64, f64) {
        let low = self.least + (self.prefix(word) << self.cut);
        let beyond = (1_u64 << self.cut) - 1;
        (value(low), value(low.saturating_add(beyond).min(self.most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_values_do() {
        let values = [f64::NEG_INFINITY, -1e300, -1.0, -1e-310, 0.0, 1e-310, 1.0, 1e300, f64::INFINITY];
        assert!(values.map(key).is_sorted_by(|a, b| a < b));
        assert_eq!(values.map(|x| value(key(x))), values);
        assert_eq!(key(-0.0), key(0.0));
        assert!(key(-f64::NAN) > key(f64::INFINITY));
    }

    #[test]
    fn a_word_knows_its_draw_up_to_its_bounds() {
        let values: [f64; 4] = [-3.0, 1e-8, 2.0, 1e9];
        for size in [4, 1 << 30] {
            let format = Format::new(size, key(values[0]), key(values[3]));
            for (position, x) in values.into_iter().enumerate() {
                let word = format.word(key(x), position) | format.tied();
                let (low, high) = format.bounds(word);
                assert!(low <= x && x <= high && (high - low).abs() <= x.abs() * 1e-5, "{low} {x} {high}");
                assert_eq!(format.position(word), position);
            }
        }
    }
}
