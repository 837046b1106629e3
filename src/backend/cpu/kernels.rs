//! The arithmetic of the lane evaluator: each function is one loop over lanes, compiled once per vector width.
//!
//! Absent on purpose: any choice that depends on a lane's value, which would make the loop scalar.

use super::lanes::Lanes;
use super::special;
use crate::ir::{Binary, Loop, Unary};
use crate::math::Real;
use crate::math::accumulate::{Accumulator, accumulate};
use crate::math::elementary::{precise_exp, precise_ln, precise_ln_1p, precise_tanh};
use crate::math::simd::{Level, Width, lane_kernel};

/// Applies a function of one number to every lane.
pub(super) fn unary<R: Real>(width: Width, function: Unary, to: &mut [R], x: Lanes<'_, R>) {
    match x {
        Lanes::Each(x) => unary_lanes(width, function, to, x),
        Lanes::All(x) => {
            let mut result = [R::ZERO];
            unary_lanes(width, function, &mut result, &[x]);
            to.fill(result[0]);
        }
    }
}

fn unary_lanes<R: Real>(width: Width, function: Unary, to: &mut [R], x: &[R]) {
    match function {
        Unary::Negate => negate(width, to, x),
        Unary::Square => square(width, to, x),
        Unary::Sqrt => sqrt(width, to, x),
        Unary::Exp => exp(width, to, x),
        Unary::Ln => ln(width, to, x),
        Unary::Ln1p => ln_1p(width, to, x),
        Unary::Tanh => tanh(width, to, x),
        Unary::LnCosh => ln_cosh(width, to, x),
        Unary::Abs => special::abs(width, to, x),
        Unary::Floor => special::floor(width, to, x),
        Unary::Expm1 => special::exp_m1(width, to, x),
        Unary::Sin => special::sin(width, to, x),
        Unary::Cos => special::cos(width, to, x),
        Unary::InvLogit => special::inv_logit(width, to, x),
        Unary::Log1pExp => special::log1p_exp(width, to, x),
        Unary::Log1mExp => special::log1m_exp(width, to, x),
        Unary::Lgamma => special::lgamma(width, to, x),
        Unary::Digamma => special::digamma(width, to, x),
        Unary::Trigamma => special::trigamma(width, to, x),
        Unary::Erf => special::erf(width, to, x),
        Unary::Erfc => special::erfc(width, to, x),
        Unary::Phi => special::phi(width, to, x),
        Unary::LnPhi => special::ln_phi(width, to, x),
        Unary::InvMills => special::inv_mills(width, to, x),
        Unary::InvPhi => special::inv_phi(width, to, x),
        Unary::LnBesselI0 => special::ln_bessel_i0(width, to, x),
        Unary::BesselRatio => special::bessel_ratio(width, to, x),
    }
}

/// Applies a function of two numbers to every lane.
pub(super) fn binary<R: Real>(width: Width, function: Binary, to: &mut [R], x: Lanes<'_, R>, y: Lanes<'_, R>) {
    match (function, x, y) {
        (Binary::Add, Lanes::Each(x), Lanes::Each(y)) => add(width, to, x, y),
        (Binary::Add, Lanes::Each(x), Lanes::All(y)) | (Binary::Add, Lanes::All(y), Lanes::Each(x)) => {
            add_constant(width, to, x, y);
        }
        (Binary::Subtract, Lanes::Each(x), Lanes::Each(y)) => subtract(width, to, x, y),
        (Binary::Subtract, Lanes::Each(x), Lanes::All(y)) => add_constant(width, to, x, -y),
        (Binary::Subtract, Lanes::All(x), Lanes::Each(y)) => subtract_from_constant(width, to, x, y),
        (Binary::Multiply, Lanes::Each(x), Lanes::Each(y)) => multiply(width, to, x, y),
        (Binary::Multiply, Lanes::Each(x), Lanes::All(y)) | (Binary::Multiply, Lanes::All(y), Lanes::Each(x)) => {
            multiply_by_constant(width, to, x, y);
        }
        (Binary::Divide, Lanes::Each(x), Lanes::Each(y)) => divide(width, to, x, y),
        (Binary::Divide, Lanes::Each(x), Lanes::All(y)) => divide_by_constant(width, to, x, y),
        (Binary::Divide, Lanes::All(x), Lanes::Each(y)) => divide_constant(width, to, x, y),
        (Binary::Add, Lanes::All(x), Lanes::All(y)) => to.fill(x + y),
        (Binary::Subtract, Lanes::All(x), Lanes::All(y)) => to.fill(x - y),
        (Binary::Multiply, Lanes::All(x), Lanes::All(y)) => to.fill(x * y),
        (Binary::Divide, Lanes::All(x), Lanes::All(y)) => to.fill(x / y),
        (Binary::Power, x, y) => special::pairs(width, special::power, to, x, y),
        (Binary::Atan2, x, y) => special::pairs(width, special::atan2, to, x, y),
        (Binary::LogAddExp, x, y) => special::pairs(width, special::log_add_exp, to, x, y),
        (Binary::LnBeta, x, y) => special::pairs(width, special::ln_beta, to, x, y),
        (Binary::LnBetaSlope, x, y) => special::pairs(width, special::ln_beta_slope, to, x, y),
    }
}

/// `x - y` in every lane.
pub(super) fn subtract_lanes<R: Real>(width: Width, to: &mut [R], x: Lanes<'_, R>, y: &[R]) {
    binary(width, Binary::Subtract, to, x, Lanes::Each(y));
}

/// `holds` where `left <= right`, else `fails`, for `[left, right, holds, fails]`.
pub(super) fn select<R: Real>(to: &mut [R], operands: [Lanes<'_, R>; 4]) {
    let at = |operand: Lanes<'_, R>, lane: usize| match operand {
        Lanes::Each(x) => x[lane],
        Lanes::All(x) => x,
    };
    for (lane, result) in to.iter_mut().enumerate() {
        let [left, right, holds, fails] = operands.map(|operand| at(operand, lane));
        *result = R::select(left <= right, holds, fails);
    }
}

/// `partial + (datum - x)^2` in every lane.
#[inline(always)]
fn add_squares<R: Real, const LANES: usize>(mut partial: [R; LANES], x: &[R; LANES], datum: R) -> [R; LANES] {
    for lane in 0..LANES {
        let difference = datum - x[lane];
        partial[lane] += difference * difference;
    }
    partial
}

/// `sum over rows of (column[row] - centre)^2` for every lane, in the order of summation of [`Loop`].
pub(super) fn squared_distance<R: Real>(width: Width, to: &mut [R], column: &[R], centre: &[R]) {
    match width.level() {
        Level::Avx512 => squared_distance_32(width, to, column, centre),
        Level::Avx2 | Level::Baseline => squared_distance_16(width, to, column, centre),
    }
}

/// The same. Many lanes go `SIDE_BY_SIDE` in vector registers; few go one by one, the four partial sums side by side.
#[inline(always)]
fn squares<R: Real, const SIDE_BY_SIDE: usize>(to: &mut [R], column: &[R], centre: &[R]) {
    let many = centre.len() - centre.len() % SIDE_BY_SIDE;
    for (to, centre) in to[..many].chunks_exact_mut(SIDE_BY_SIDE).zip(centre[..many].chunks_exact(SIDE_BY_SIDE)) {
        let mut x = [R::ZERO; SIDE_BY_SIDE];
        x.copy_from_slice(centre);
        let mut totals = [Accumulator::default(); SIDE_BY_SIDE];
        for rows in column.chunks(Loop::BLOCK) {
            // Four arrays by value, not an array of arrays: those the compiler would keep in memory.
            let zero = [R::ZERO; SIDE_BY_SIDE];
            let (mut p0, mut p1, mut p2, mut p3) = (zero, zero, zero, zero);
            let whole = rows.chunks_exact(Loop::PARTIALS);
            let tail = whole.remainder();
            for four in whole {
                p0 = add_squares(p0, &x, four[0]);
                p1 = add_squares(p1, &x, four[1]);
                p2 = add_squares(p2, &x, four[2]);
                p3 = add_squares(p3, &x, four[3]);
            }
            for (partial, &datum) in [&mut p0, &mut p1, &mut p2].into_iter().zip(tail) {
                *partial = add_squares(*partial, &x, datum);
            }
            for lane in 0..SIDE_BY_SIDE {
                let block = (p0[lane] + p1[lane]) + (p2[lane] + p3[lane]);
                totals[lane] = next_block(totals[lane], block, column.len());
            }
        }
        for lane in 0..SIDE_BY_SIDE {
            to[lane] = totals[lane].total();
        }
    }
    for (to, &x) in to[many..].iter_mut().zip(&centre[many..]) {
        let mut total = Accumulator::default();
        for rows in column.chunks(Loop::BLOCK) {
            let mut partials = [R::ZERO; Loop::PARTIALS];
            let whole = rows.chunks_exact(Loop::PARTIALS);
            let tail = whole.remainder();
            for four in whole {
                for row in 0..Loop::PARTIALS {
                    let difference = four[row] - x;
                    partials[row] += difference * difference;
                }
            }
            for (partial, &datum) in partials.iter_mut().zip(tail) {
                let difference = datum - x;
                *partial += difference * difference;
            }
            total = next_block(total, (partials[0] + partials[1]) + (partials[2] + partials[3]), column.len());
        }
        *to = total.total();
    }
}

/// The sum of a loop over `rows` rows with one more block in it: compensated where there are several blocks.
#[inline(always)]
pub(super) fn next_block<R: Real>(sum: Accumulator<R>, block: R, rows: usize) -> Accumulator<R> {
    if rows > Loop::BLOCK { accumulate(sum, block) } else { Accumulator { sum: block, rest: R::ZERO } }
}

lane_kernel! {
    fn negate<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = -x; } }
    fn square<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = x * x; } }
    fn sqrt<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = x.sqrt(); } }
    fn exp<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = precise_exp(x); } }
    fn ln<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = precise_ln(x); } }
    fn ln_1p<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = precise_ln_1p(x); } }
    fn tanh<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = precise_tanh(x); } }
    /// `precise_ln_cosh` in two turns: the coefficients of both series at once are more than vector registers hold.
    fn ln_cosh<R>(to: &mut [R], x: &[R]) {
        for (to, &x) in to.iter_mut().zip(x) { *to = precise_exp(-R::TWO * x.abs()); }
        for (to, &x) in to.iter_mut().zip(x) { *to = (x.abs() - R::LN_2) + precise_ln_1p(*to); }
    }

    fn add<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = x + y; } }
    fn subtract<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = x - y; } }
    fn multiply<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = x * y; } }
    fn divide<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = x / y; } }

    fn add_constant<R>(to: &mut [R], x: &[R], y: R) { for (to, &x) in to.iter_mut().zip(x) { *to = x + y; } }
    fn subtract_from_constant<R>(to: &mut [R], x: R, y: &[R]) { for (to, &y) in to.iter_mut().zip(y) { *to = x - y; } }
    fn multiply_by_constant<R>(to: &mut [R], x: &[R], y: R) { for (to, &x) in to.iter_mut().zip(x) { *to = x * y; } }
    fn divide_by_constant<R>(to: &mut [R], x: &[R], y: R) { for (to, &x) in to.iter_mut().zip(x) { *to = x / y; } }
    fn divide_constant<R>(to: &mut [R], x: R, y: &[R]) { for (to, &y) in to.iter_mut().zip(y) { *to = x / y; } }

    /// Adds to each number.
    pub(super) fn add_assign<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to += x; } }

    /// The compensated sum of terms, in order, in every lane.
    pub(super) fn accumulate_terms<R>(to: &mut [R], terms: &[Lanes<'_, R>]) {
        const SIDE_BY_SIDE: usize = 16;
        let many = to.len() - to.len() % SIDE_BY_SIDE;
        for (block, to) in to[..many].chunks_exact_mut(SIDE_BY_SIDE).enumerate() {
            let mut sums = [Accumulator::default(); SIDE_BY_SIDE];
            for term in terms {
                let mut x = [R::ZERO; SIDE_BY_SIDE];
                match *term {
                    Lanes::Each(term) => x.copy_from_slice(&term[block * SIDE_BY_SIDE..][..SIDE_BY_SIDE]),
                    Lanes::All(term) => x.fill(term),
                }
                for lane in 0..SIDE_BY_SIDE {
                    sums[lane] = accumulate(sums[lane], x[lane]);
                }
            }
            for lane in 0..SIDE_BY_SIDE {
                to[lane] = sums[lane].total();
            }
        }
        for lane in many..to.len() {
            let mut sum = Accumulator::default();
            for term in terms {
                sum = accumulate(sum, match *term { Lanes::Each(term) => term[lane], Lanes::All(term) => term });
            }
            to[lane] = sum.total();
        }
    }

    /// Takes the numbers of the lanes that are marked.
    pub(super) fn merge<R>(to: &mut [R], x: &[R], taken: &[u32]) {
        let n = to.len();
        let (x, taken) = (&x[..n], &taken[..n]);
        for lane in 0..n {
            let (new, old) = (x[lane], to[lane]);
            to[lane] = R::select(taken[lane] != 0, new, old);
        }
    }

    /// Sixteen lanes side by side: what the registers of AVX2 hold.
    fn squared_distance_16<R>(to: &mut [R], column: &[R], centre: &[R]) { squares::<R, 16>(to, column, centre); }
    /// Thirty-two: AVX-512 has more registers, and waits for its additions otherwise.
    fn squared_distance_32<R>(to: &mut [R], column: &[R], centre: &[R]) { squares::<R, 32>(to, column, centre); }

    /// Adds row `r` of a tile `[row, lane]` to partial sum `r mod 4` of `[partial, lane]`, rows in order.
    pub(super) fn add_rows<R>(partials: &mut [R], tile: &[R], lanes: usize) {
        if lanes == 1 {
            let mut four = [R::ZERO; Loop::PARTIALS];
            four.copy_from_slice(partials);
            let whole = tile.chunks_exact(Loop::PARTIALS);
            let tail = whole.remainder();
            for rows in whole {
                for row in 0..Loop::PARTIALS {
                    four[row] += rows[row];
                }
            }
            for (partial, &term) in four.iter_mut().zip(tail) {
                *partial += term;
            }
            partials.copy_from_slice(&four);
        } else {
            // Four rows of a tile lie in memory as the four partial sums do.
            for rows in tile.chunks(lanes * Loop::PARTIALS) {
                for (partial, &term) in partials.iter_mut().zip(rows) {
                    *partial += term;
                }
            }
        }
    }
}
