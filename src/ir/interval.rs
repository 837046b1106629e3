//! The range that each value is known to lie in, whatever the coordinates are: decides comparisons when a model is
//! compiled, such as whether a parameter bounded to an interval can ever leave the support of its uniform prior.
//!
//! Ranges hold in either precision: what single precision could not represent counts as infinite here, and where
//! infinities may meet, or an infinity zero, the value may be NaN. A value that may be NaN decides no comparison.

use super::op::{Array, Binary, Op, Unary, single_roundoff};

/// A closed range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub low: f64,
    pub high: f64,
    /// Whether the value may be NaN: then no comparison is decided.
    pub nan: bool,
}

impl Interval {
    const REAL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: true };

    fn point(x: f64) -> Self {
        Self::new(x, x, false)
    }

    fn new(low: f64, high: f64, nan: bool) -> Self {
        /// Beyond this, single precision has only infinity.
        const LARGEST: f64 = f32::MAX as f64;
        if low.is_nan() || high.is_nan() {
            return Self::REAL;
        }
        let low = if low < -LARGEST { f64::NEG_INFINITY } else { low };
        let high = if high > LARGEST { f64::INFINITY } else { high };
        Self { low, high, nan }
    }

    fn may_be_infinite(self) -> bool {
        self.low == f64::NEG_INFINITY || self.high == f64::INFINITY
    }

    fn may_be_zero(self) -> bool {
        // A product or quotient below the smallest number is zero: what is near zero counts.
        const SMALLEST: f64 = f32::MIN_POSITIVE as f64;
        self.low <= SMALLEST && self.high >= -SMALLEST
    }

    /// Whether `self <= other` for every pair (`Some(true)`), for none (`Some(false)`), or depends.
    pub(super) fn at_most(self, other: Self) -> Option<bool> {
        if self.nan || other.nan {
            None
        } else if self.high <= other.low {
            Some(true)
        } else if self.low > other.high {
            Some(false)
        } else {
            None
        }
    }
}

/// The range of an operation whose operands' ranges `of` knows. `column` gives the range of a table.
pub(super) fn interval(op: Op, of: impl Fn(super::Value) -> Interval, column: impl Fn(usize) -> Interval) -> Interval {
    match op {
        Op::Constant(x) => Interval::point(x),
        Op::Roundoff(terms) => Interval::new(0.0, single_roundoff(terms), false),
        // Any number, never NaN: a step to a state that is not finite is rejected (`sampler::metropolis::admissible`).
        Op::Coordinate(_) | Op::Load { array: Array::Coordinates, .. } => {
            Interval::new(f64::NEG_INFINITY, f64::INFINITY, false)
        }
        Op::Load { array: Array::Stored(_), .. } => Interval::REAL,
        Op::Datum { table, .. } => column(table),
        Op::Unary(function, x) => unary(function, of(x)),
        Op::Binary(function, x, y) => binary(function, of(x), of(y)),
        Op::Select { holds, fails, .. } => {
            let (x, y) = (of(holds), of(fails));
            Interval::new(x.low.min(y.low), x.high.max(y.high), x.nan || y.nan)
        }
        Op::Sum(..) => Interval::REAL,
    }
}

/// The range of a column of data.
pub(super) fn column(values: &[f64]) -> Interval {
    // The minimum of a NaN and a number is the number.
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Interval::new(low, high, values.iter().any(|x| x.is_nan()))
}

fn unary(function: Unary, x: Interval) -> Interval {
    match function {
        Unary::Negate => Interval::new(-x.high, -x.low, x.nan),
        Unary::Tanh => Interval::new(-1.0, 1.0, x.nan),
        Unary::Exp => Interval::new(0.0, f64::INFINITY, x.nan),
        Unary::Square => Interval::new(0.0, f64::INFINITY, x.nan),
        Unary::LnCosh => Interval::new(-1e-6, f64::INFINITY, x.nan),
        Unary::Sqrt => Interval::new(0.0, f64::INFINITY, x.nan || x.low < 0.0),
        Unary::Ln => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low < 0.0),
        Unary::Ln1p => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low < -1.0),
        Unary::Abs if x.low >= 0.0 => x,
        Unary::Abs if x.high <= 0.0 => Interval::new(-x.high, -x.low, x.nan),
        Unary::Abs => Interval::new(0.0, x.high.max(-x.low), x.nan),
        Unary::Floor => Interval::new(x.low.floor(), x.high.floor(), x.nan),
        Unary::Expm1 => Interval::new(-1.0, f64::INFINITY, x.nan),
        // Beyond 2^21, single precision has no sine; and a value may be rounded to beyond 1.
        Unary::Sin | Unary::Cos => Interval::new(-1.0 - 1e-6, 1.0 + 1e-6, x.nan || x.low < -2e6 || x.high > 2e6),
        Unary::InvLogit | Unary::Phi => Interval::new(0.0, 1.0, x.nan),
        Unary::Log1pExp | Unary::InvMills | Unary::LnBesselI0 => Interval::new(0.0, f64::INFINITY, x.nan),
        Unary::Log1mExp => Interval::new(f64::NEG_INFINITY, 0.0, x.nan || x.high > 0.0),
        // The minimum for positive arguments is lgamma(1.46) = -0.1215.
        Unary::Lgamma if x.low >= 0.0 => Interval::new(-0.13, f64::INFINITY, x.nan),
        Unary::Lgamma => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low == f64::NEG_INFINITY),
        Unary::Digamma => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low <= 0.0),
        Unary::Trigamma => Interval::new(0.0, f64::INFINITY, x.nan || x.low == f64::NEG_INFINITY),
        Unary::Erf | Unary::BesselRatio => Interval::new(-1.0, 1.0, x.nan),
        Unary::Erfc => Interval::new(0.0, 2.0, x.nan),
        Unary::LnPhi => Interval::new(f64::NEG_INFINITY, 0.0, x.nan),
        Unary::InvPhi => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low < 0.0 || x.high > 1.0),
    }
}

fn binary(function: Binary, x: Interval, y: Interval) -> Interval {
    let nan = x.nan || y.nan;
    match function {
        Binary::Add | Binary::Subtract if x.may_be_infinite() && y.may_be_infinite() => Interval::REAL,
        Binary::Add => Interval::new(x.low + y.low, x.high + y.high, nan),
        Binary::Subtract => Interval::new(x.low - y.high, x.high - y.low, nan),
        Binary::Multiply => {
            let meets = |x: Interval, y: Interval| x.may_be_zero() && y.may_be_infinite();
            if meets(x, y) || meets(y, x) {
                return Interval::REAL;
            }
            let corners = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high];
            Interval::new(
                corners.iter().copied().fold(f64::INFINITY, f64::min),
                corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                nan,
            )
        }
        Binary::Power if x.low >= 0.0 => Interval::new(0.0, f64::INFINITY, nan),
        Binary::Atan2 => Interval::new(-std::f64::consts::PI - 1e-3, std::f64::consts::PI + 1e-3, nan),
        Binary::LogAddExp => Interval::new(x.low.max(y.low), f64::INFINITY, nan),
        Binary::Divide | Binary::Power | Binary::LnBeta | Binary::LnBetaSlope => Interval::REAL,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::arbitrary::{BINARY, UNARY};
    use super::super::evaluate;
    use super::*;

    fn range(low: f64, high: f64) -> Interval {
        Interval::new(low, high, false)
    }

    #[test]
    fn where_infinities_meet_nothing_is_decided() {
        let positive = range(0.0, f64::INFINITY);
        assert!(binary(Binary::Subtract, positive, positive).nan);
        assert!(binary(Binary::Multiply, range(-1.0, 1.0), positive).nan);
        assert!(!binary(Binary::Multiply, range(1e6, 1e6), range(-1.0, 1.0)).nan);
        // 1e39 is finite in double precision only.
        assert!(binary(Binary::Subtract, range(1e39, 1e39), range(1e39, 1e39)).nan);
        assert_eq!(range(0.0, 1.0).at_most(Interval::REAL), None);
    }

    fn holds(range: Interval, x: f64) -> bool {
        if x.is_nan() { range.nan } else { range.low <= x && x <= range.high }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn a_range_holds_every_value(
            ends in prop::array::uniform4(prop_oneof![-4.0..4.0_f64, -1e3..1e3_f64, (-6.0..6.0_f64).prop_map(f64::round)]),
            parts in prop::array::uniform2(prop_oneof![0.0..1.0_f64, Just(0.0), Just(1.0)]),
        ) {
            let [a, b, c, d] = ends;
            let (xs, ys) = (range(a.min(b), a.max(b)), range(c.min(d), c.max(d)));
            let inside = |range: Interval, part: f64| (range.low + (range.high - range.low) * part).min(range.high);
            let (x, y) = (inside(xs, parts[0]), inside(ys, parts[1]));
            for function in UNARY {
                let value = evaluate::unary(function, x);
                prop_assert!(holds(unary(function, xs), value), "{function:?} at {x} in {xs:?}: {value}");
            }
            for function in BINARY {
                let value = evaluate::binary(function, x, y);
                prop_assert!(holds(binary(function, xs, ys), value), "{function:?} at {x}, {y}: {value}");
            }
        }
    }

    #[test]
    fn a_bounded_value_decides_its_comparison() {
        let coordinate = range(f64::NEG_INFINITY, f64::INFINITY);
        let scaled = binary(Binary::Multiply, range(1e-6, 1e-6), coordinate);
        let wide = binary(Binary::Multiply, range(1e6, 1e6), unary(Unary::Tanh, scaled));
        assert_eq!(wide.at_most(range(1e6, 1e6)), Some(true));
        assert_eq!(wide.at_most(range(-2e6, -2e6)), Some(false));
        assert_eq!(wide.at_most(range(0.0, 0.0)), None);
    }
}
