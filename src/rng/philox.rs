//! Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw ("Parallel random numbers: as easy
//! as 1, 2, 3", SC 2011): 128 bits of counter and 64 bits of key give 128 random bits.
//!
//! Twin of `shaders/rng/philox.wgsl`.

const MULTIPLIER_0: u32 = 0xD251_1F53;
const MULTIPLIER_1: u32 = 0xCD9E_8D57;
const WEYL_0: u32 = 0x9E37_79B9;
const WEYL_1: u32 = 0xBB67_AE85;

/// The product of a multiplier with the low half of a number.
#[inline(always)]
fn multiply(multiplier: u32, x: u64) -> u64 {
    (x & u64::from(u32::MAX)) * u64::from(multiplier)
}

/// Four random words for a counter and a key.
///
/// A word travels as the low half of 64 bits, above which the products leave what they will: a multiplication does not
/// read it. Vector instructions multiply just so, and no halves need to be taken apart or put together between rounds.
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter.map(u64::from);
    let [mut key_0, mut key_1] = key;
    for _ in 0..10 {
        let (product_0, product_1) = (multiply(MULTIPLIER_0, a), multiply(MULTIPLIER_1, c));
        a = (product_1 >> 32) ^ b ^ u64::from(key_0);
        c = (product_0 >> 32) ^ d ^ u64::from(key_1);
        (b, d) = (product_1, product_0);
        key_0 = key_0.wrapping_add(WEYL_0);
        key_1 = key_1.wrapping_add(WEYL_1);
    }
    [a as u32, b as u32, c as u32, d as u32]
}

/// The key of a seed: its low and its high word.
pub fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known-answer vectors of Random123 (`tests/kat_vectors`, rows `philox4x32 10`).
    #[test]
    fn the_three_known_answer_vectors_of_random123_hold() {
        let pi = ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]);
        for ((counter, key), words) in [
            (([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ] {
            assert_eq!(philox(counter, key), words);
        }
    }
}
