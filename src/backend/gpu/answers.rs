//! The right answers to the canary's questions, from the Rust twins of the shaders and from Random123.
//!
//! A device's answers go in, a [`Verdict`] comes out, or the evidence against the device. Nothing here needs one.

use crate::math::Real;
use crate::math::accumulate::{Accumulator, accumulate};
use crate::math::elementary::{
    precise_cos_sin_turns, precise_exp, precise_exp_m1, precise_ln, precise_ln_1p, precise_ln_cosh, precise_tanh,
};

/// Iterations of the flat loop, and of the two nested ones: all beyond 16 bits.
pub const FLAT: u32 = 70_000;
pub const NESTED: u32 = 300;
/// Terms of the compensated sum: below 16 bits, to be an own question.
const TERMS: u32 = NESTED * 100;
/// Units in the last place by which a device may differ from the Rust twin, where it contracts `a * b + c` or divides
/// coarsely (WGSL allows 2.5). Software drivers were measured to differ by none.
pub const MOST_ULPS: f64 = 8.0;
/// The elementary functions, in the order of the answers.
pub const FUNCTIONS: [&str; 9] = ["exp", "expm1", "log", "log1p", "tanh", "log_cosh", "cos", "sin", "sqrt"];
/// Answers beside those of the elementary functions.
pub const REST: usize = 29;

/// What the canary found on a device that may be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Iterations that all loops of an invocation share, where the driver leaves loops early.
    pub loop_limit: Option<u64>,
    /// Largest difference from the Rust twin in units in the last place, for each elementary function.
    pub ulps: Vec<(&'static str, f64)>,
}

/// Random123, `tests/kat_vectors`, rows `philox4x32 10`.
const KNOWN_ANSWERS: [u32; 12] = [
    0x6627_e8d5,
    0xe169_c58d,
    0xbc57_ac4c,
    0x9b00_dbd8,
    0x408f_276d,
    0x41c8_3b0e,
    0xa20b_c7c6,
    0x6d54_51fd,
    0xd16c_fe09,
    0x94fd_cceb,
    0x5001_e420,
    0x2412_6ea1,
];

impl Verdict {
    /// Whether every elementary function gave the bits of the Rust twin.
    pub fn same_bits(&self) -> bool {
        self.ulps.iter().all(|&(_, ulps)| ulps == 0.0)
    }

    /// What a user should know about the device.
    pub fn note(&self) -> Option<String> {
        self.loop_limit.map(|limit| {
            format!("this driver leaves every loop after {limit} iterations; dispatches are kept shorter than that")
        })
    }
}

/// Where the elementary functions are asked: within half a turn, around 1, and across the magnitudes.
pub fn arguments() -> Vec<f32> {
    let within_half_a_turn = (0..=2000).map(|i| (i as f32 - 1000.0) / 2000.0);
    let around_one = (0..1000).map(|i| 0.5 + i as f32 / 666.0);
    let magnitudes = (0..1000).map(|i| {
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        sign * (-69.0 + 73.3 * f64::from(i) / 999.0).exp() as f32
    });
    within_half_a_turn.chain(around_one).chain(magnitudes).collect()
}

/// Compares the answers of a device with the right ones.
///
/// # Errors
/// Every wrong answer that no work-around helps, in words, at most ten.
pub fn judge(arguments: &[f32], answers: &[u32]) -> Result<Verdict, Vec<String>> {
    let mut evidence = Vec::new();
    let mut differ = |what: &str, found: u32, right: u32| {
        if found != right {
            evidence.push(format!("{what}: {found:#010x} instead of {right:#010x}"));
        }
    };
    let (elementary, rest) = answers.split_at(arguments.len() * FUNCTIONS.len());

    let mut limit = None;
    for (name, found, count) in [("flat", &rest[0..2], FLAT), ("nested", &rest[2..4], NESTED * NESTED)] {
        if found[0] < count {
            limit = Some(limit.map_or(u64::from(found[0]), |limit: u64| limit.min(u64::from(found[0]))));
        } else {
            differ(&format!("{name} loop, iterations"), found[0], count);
            differ(&format!("{name} loop, result"), found[1], scrambled(count));
        }
    }

    let third = 1.0_f32 / 3.0;
    let sum = (0..TERMS).fold(Accumulator::default(), |sum, _| accumulate(sum, third)).total();
    differ("compensated sum", rest[4], sum.to_bits());

    let rejected = f32::REJECTED.to_bits();
    for (what, found, right) in [
        ("NaN as a log density", rest[5], rejected),
        ("infinity as a log density", rest[6], rejected),
        ("minus infinity as a log density", rest[7], rejected),
        ("infinity less infinity as a log density", rest[8], rejected),
        ("NaN compared", rest[9], 0),
        ("NaN proposed", rest[10], 0),
        ("an accept test from a rejected state", rest[11], 1),
        ("log(0)", rest[12], 0),
        ("exp(200)", rest[13], 0),
        ("exp(-200)", rest[14], 0),
        ("log(-1) as a log density", rest[15], rejected),
        ("exp(NaN) as a log density", rest[16], rejected),
    ] {
        differ(what, found, right);
    }
    for (&found, right) in rest[17..29].iter().zip(KNOWN_ANSWERS) {
        differ("Philox4x32-10", found, right);
    }

    let mut ulps: Vec<(&'static str, f64)> = FUNCTIONS.iter().map(|&name| (name, 0.0)).collect();
    for (&x, found) in arguments.iter().zip(elementary.chunks(FUNCTIONS.len())) {
        for (function, (&found, right)) in found.iter().zip(twins(x)).enumerate() {
            let Some((right, floor)) = right else { continue };
            let error = ulps_between(f32::from_bits(found), right, floor);
            ulps[function].1 = ulps[function].1.max(error);
            if error > MOST_ULPS {
                differ(&format!("{}({x:?})", FUNCTIONS[function]), found, right.to_bits());
            }
        }
    }
    // Ten wrong answers are evidence enough.
    if evidence.is_empty() {
        Ok(Verdict { loop_limit: limit, ulps })
    } else {
        Err(evidence.into_iter().take(10).collect())
    }
}

/// The word that a loop of so many iterations arrives at.
fn scrambled(iterations: u32) -> u32 {
    (0..iterations).fold(0, |word: u32, _| (word ^ (word >> 15)).wrapping_mul(0x2c1b_3c6d).wrapping_add(1))
}

/// What the Rust twins answer, and the magnitude below which an error counts as absolute; nothing where a function is
/// not asked.
fn twins(x: f32) -> [Option<(f32, f32)>; FUNCTIONS.len()] {
    let (cosine, sine) = precise_cos_sin_turns(x);
    let turn = x.abs() <= 0.5;
    [
        Some((precise_exp(x), 0.0)),
        (x < 40.0).then(|| (precise_exp_m1(x), 0.0)),
        Some((precise_ln(x.abs()), 0.0)),
        Some((precise_ln_1p(x.abs()), 0.0)),
        Some((precise_tanh(x), 0.0)),
        Some((precise_ln_cosh(x), 1.0)),
        turn.then_some((cosine, 1.0)),
        turn.then_some((sine, 1.0)),
        Some((x.abs().sqrt(), 0.0)),
    ]
}

/// Distance in units in the last place of the right answer, or of `floor` where that is larger. Numbers below the smallest
/// normal one count as zero: devices may flush them.
fn ulps_between(found: f32, right: f32, floor: f32) -> f64 {
    if found.to_bits() == right.to_bits() || (found.is_nan() && right.is_nan()) {
        return 0.0;
    }
    let magnitude = right.abs().max(floor).max(f32::MIN_POSITIVE);
    let ulp = f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude);
    let flushed = |x: f32| if x.abs() < f32::MIN_POSITIVE { 0.0 } else { f64::from(x) };
    let distance = (flushed(found) - flushed(right)).abs() / ulp;
    if distance.is_nan() { f64::INFINITY } else { distance }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of a device that computes as the Rust twins do.
    fn right_answers(arguments: &[f32]) -> Vec<u32> {
        let mut answers: Vec<u32> = arguments
            .iter()
            .flat_map(|&x| twins(x).map(|answer| answer.map_or(0, |(right, _)| right.to_bits())))
            .collect();
        let sum = (0..TERMS).fold(Accumulator::default(), |sum, _| accumulate(sum, 1.0_f32 / 3.0)).total();
        answers.extend([FLAT, scrambled(FLAT), NESTED * NESTED, scrambled(NESTED * NESTED), sum.to_bits()]);
        let rejected = f32::REJECTED.to_bits();
        answers.extend([rejected, rejected, rejected, rejected, 0, 0, 1, 0, 0, 0, rejected, rejected]);
        for (counter, key) in [
            ([0; 4], [0; 2]),
            ([u32::MAX; 4], [u32::MAX; 2]),
            ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
        ] {
            answers.extend(crate::rng::philox::philox(counter, key));
        }
        answers
    }

    #[test]
    fn right_answers_pass_with_the_bits_of_the_twins() {
        let arguments = arguments();
        let verdict = judge(&arguments, &right_answers(&arguments)).unwrap();
        assert!(verdict.same_bits() && verdict.loop_limit.is_none() && verdict.note().is_none());
    }

    /// What Mesa 22.3.6 answers to the loops.
    #[test]
    fn a_loop_limit_is_a_note_and_not_a_refusal() {
        let arguments = arguments();
        let mut answers = right_answers(&arguments);
        let loops = arguments.len() * FUNCTIONS.len();
        (answers[loops], answers[loops + 2]) = (65_535, 65_318);
        let verdict = judge(&arguments, &answers).unwrap();
        assert_eq!(verdict.loop_limit, Some(65_318));
        assert!(verdict.note().is_some());
    }

    #[test]
    fn every_other_wrong_answer_is_a_refusal_that_names_it() {
        let arguments = arguments();
        let right = right_answers(&arguments);
        let loops = arguments.len() * FUNCTIONS.len();
        for wrong in (0..7).chain(loops + 1..loops + 2).chain(loops + 3..right.len()) {
            let mut answers = right.clone();
            answers[wrong] ^= 1 << 25;
            let evidence = judge(&arguments, &answers).unwrap_err();
            assert_eq!(evidence.len(), 1, "{evidence:?}");
        }
    }

    #[test]
    fn distances_are_counted_in_units_in_the_last_place() {
        assert_eq!(ulps_between(1.0, 1.0, 0.0), 0.0);
        assert_eq!(ulps_between(1.0 + 3.0 * f32::EPSILON, 1.0, 0.0), 3.0);
        assert_eq!(ulps_between(1e-42, 0.0, 0.0), 0.0, "subnormals may be flushed");
        assert_eq!(ulps_between(f32::NAN, 1.0, 0.0), f64::INFINITY);
        assert_eq!(ulps_between(f32::INFINITY, f32::INFINITY, 0.0), 0.0);
    }
}
