//! Draws as words that sort as the draws do, and that remember where a draw was.
//!
//! A word holds, from its lowest bit: the draw's position; whether the draw equals the one sorted before it; and as
//! many leading bits of its key as there is room for. Draws that agree in those bits are told apart by their full
//! values (`sort`); there are next to none unless the draws span many orders of magnitude. Draws in single precision and
//! whole numbers end in zeros: what the words have no room for then says nothing, and they are as good as the draws.

const SIGN: u64 = 1 << 63;

/// Orders as the values do: `-0.0` like `0.0`, any NaN above infinity.
pub(super) fn key(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// Number of bits that hold numbers up to `most`.
pub(super) fn bits(most: u64) -> u32 {
    u64::BITS - most.leading_zeros()
}

/// How the words of one parameter are laid out.
#[derive(Clone, Copy)]
pub(super) struct Format {
    position_bits: u32,
    /// Bits of the magnitude up to which all draws look alike.
    floor: u64,
    /// Narrow keys.
    least: u64,
    most: u64,
    /// Bits of a narrow key that a word has no room for.
    cut: u32,
    /// By how much narrow keys of one word may differ.
    width: u64,
}

/// What all draws of a parameter have in common.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// The least and the greatest key; of no draws, the greatest and the least there are.
    pub(super) keys: (u64, u64),
    /// The bits that any draw has.
    pub(super) bits: u64,
}

impl Extent {
    /// Of no draws.
    pub(super) const NONE: Self = Self { keys: (u64::MAX, 0), bits: 0 };

    pub(super) fn of(value: f64) -> Self {
        let key = key(value);
        // The key of a NaN is not made of its bits.
        Self { keys: (key, key), bits: if value.is_nan() { u64::MAX } else { value.to_bits() } }
    }

    pub(super) fn join(self, other: Self) -> Self {
        let keys = (self.keys.0.min(other.keys.0), self.keys.1.max(other.keys.1));
        Self { keys, bits: self.bits | other.bits }
    }
}

impl Format {
    /// For `size` draws. Those no greater than `floor` in magnitude look alike, which is one of theirs or 0: where draws
    /// have both signs, half of all keys stand for magnitudes so small that next to no draw has them.
    pub(super) fn new(size: usize, extent: Extent, floor: f64) -> Self {
        let position_bits = bits(size.saturating_sub(1) as u64);
        let floor = floor.to_bits();
        let (least, most) = (narrow(floor, extent.keys.0), narrow(floor, extent.keys.1));
        let range_bits = bits(most.saturating_sub(least));
        let cut = (range_bits + position_bits + 1).saturating_sub(u64::BITS);
        // Magnitudes, and so narrow keys and their differences, are multiples of this power of two.
        let grain = (extent.bits | floor | SIGN).trailing_zeros();
        Self { position_bits, floor, least, most, cut, width: (1 << cut) - (1 << cut.min(grain)) }
    }

    pub(super) fn word(self, key: u64, position: usize) -> u64 {
        // Shifted twice: by 64 at once where a single draw needs no bits of its key.
        (self.narrow(key) - self.least) >> self.cut << self.position_bits << 1 | position as u64
    }

    /// Orders as keys do, but that small magnitudes are equal.
    pub(super) fn narrow(self, key: u64) -> u64 {
        narrow(self.floor, key)
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

    /// Whether that is all there is to know of the draw.
    pub(super) fn is_whole(self, word: u64) -> bool {
        let small = SIGN.wrapping_sub(self.least) >> self.cut;
        self.width == 0 && (self.floor == 0 || self.prefix(word) != small)
    }

    /// Values between which a word's draw lies. NaN for a NaN or next to infinity.
    pub(super) fn bounds(self, word: u64) -> (f64, f64) {
        let low = self.least + (self.prefix(word) << self.cut);
        let high = low.saturating_add(self.width).min(self.most);
        let value = |narrow: u64, is_negative: bool| {
            let magnitude = narrow.abs_diff(SIGN) + self.floor;
            f64::from_bits(magnitude | u64::from(is_negative) << 63)
        };
        (value(low, low <= SIGN), value(high, high < SIGN))
    }
}

/// Lowers the magnitude of a key by `floor`, down to zero.
fn narrow(floor: u64, key: u64) -> u64 {
    // The magnitude of a negative value is that of the complement of its key.
    let negative = SIGN - (!key & !SIGN).saturating_sub(floor);
    let positive = SIGN + (key & !SIGN).saturating_sub(floor);
    if key & SIGN == 0 { negative } else { positive }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_values_do() {
        let values = [f64::NEG_INFINITY, -1e300, -1.0, -1e-310, 0.0, 1e-310, 1.0, 1e300, f64::INFINITY];
        assert!(values.map(key).is_sorted_by(|a, b| a < b));
        assert_eq!(key(-0.0), key(0.0));
        assert!(key(-f64::NAN) > key(f64::INFINITY));
    }

    #[test]
    fn a_word_knows_its_draw_up_to_its_bounds() {
        let values: [f64; 8] = [-3.0, -1e-7, -1e-9, 0.0, 1e-12, 1e-7, 2.0, 1e9];
        for (size, floor) in [(8, 0.0), (1 << 30, 0.0), (8, 1e-8), (1 << 30, 1e-8)] {
            let extent = values.into_iter().map(Extent::of).fold(Extent::NONE, Extent::join);
            let format = Format::new(size, extent, floor);
            let words = values.map(|x| format.word(key(x), 0));
            assert!(words.is_sorted());
            for (position, x) in values.into_iter().enumerate() {
                let word = format.word(key(x), position) | format.tied();
                let (low, high) = format.bounds(word);
                let width = (x.abs() * 1e-5).max(2.1 * floor).max(f64::MIN_POSITIVE);
                assert!(low <= x && x <= high && high - low <= width, "{low} {x} {high}");
                assert_eq!(format.position(word), position);
            }
        }
    }
}
