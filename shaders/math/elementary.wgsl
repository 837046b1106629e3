// Elementary functions from + - * / and bits alone. Twin of src/math/elementary.rs, where methods and errors are
// documented. WGSL's own log, exp, cos and tanh are too coarse for an accept test and differ between drivers.

const LOG2_E: f32 = 1.44269504;
const LN_2: f32 = 0.693147182;
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = -2.12194442e-4;
const EXP_LOWEST: f32 = -104.0;
const EXP_HIGHEST: f32 = 89.0;
const SMALLEST_NORMAL: f32 = 1.17549435e-38;
const INTEGRAL: f32 = 8388608.0;

// Infinity and NaN have no WGSL literal, and naga folds no bitcast: these are made at run time.
fn infinity() -> f32 {
    return bitcast<f32>(0x7f800000u ^ opaque_zero());
}

fn not_a_number() -> f32 {
    return bitcast<f32>(0x7fc00000u ^ opaque_zero());
}

// By its bits: drivers compare a NaN as they please.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// x with the lower half of its significand zero.
fn leading_half(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

// x * 2^k for integral k, in two factors so that neither overflows.
fn times_power_of_two(x: f32, k: f32) -> f32 {
    let biased = u32(i32(k) + 254);
    let half = biased >> 1u;
    let rest = biased - half;
    return x * bitcast<f32>(half << 23u) * bitcast<f32>(rest << 23u);
}

struct Split {
    m: f32,
    k: f32,
}

// x = m * 2^k with m in [sqrt(1/2), sqrt(2)), for positive normal x.
fn split(x: f32) -> Split {
    let shifted = bitcast<u32>(x) + (0x3f800000u - 0x3f3504f3u);
    let significand = (shifted & 0x7fffffu) + 0x3f3504f3u;
    return Split(bitcast<f32>(significand), f32(i32(shifted >> 23u) - 127));
}

struct ReducedExp {
    r: f32,
    k: f32,
}

fn reduce_exp(x: f32) -> ReducedExp {
    let above = select(x, EXP_LOWEST, x < EXP_LOWEST);
    let clamped = select(above, EXP_HIGHEST, above > EXP_HIGHEST);
    let k = round(clamped * LOG2_E);
    return ReducedExp((clamped - k * LN_2_HIGH) - k * LN_2_LOW, k);
}

fn horner_exp(r: f32) -> f32 {
    var sum = 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    return sum;
}

fn precise_exp(x: f32) -> f32 {
    let reduced = reduce_exp(x);
    return times_power_of_two(horner_exp(reduced.r) * reduced.r + 1.0, reduced.k);
}

fn precise_exp_sum(x: f32, rest: f32) -> f32 {
    let reduced = reduce_exp(x);
    let r = reduced.r + rest;
    return times_power_of_two(horner_exp(r) * r + 1.0, reduced.k);
}

fn precise_exp_m1(x: f32) -> f32 {
    let reduced = reduce_exp(x);
    let power = times_power_of_two(1.0, reduced.k);
    let product = horner_exp(reduced.r) * reduced.r;
    return select(
        times_power_of_two(product + 1.0, reduced.k),
        product * power + (power - 1.0),
        reduced.k < 60.0,
    );
}

fn ln_parts(f: f32, k: f32) -> f32 {
    let s = f / (f + 2.0);
    let z = s * s;
    let half_square = 0.5 * (f * f);
    var sum = 2.0 / 11.0;
    sum = sum * z + 2.0 / 9.0;
    sum = sum * z + 2.0 / 7.0;
    sum = sum * z + 2.0 / 5.0;
    sum = sum * z + 2.0 / 3.0;
    let series = sum * z;
    let low = s * (half_square + series) + k * LN_2_LOW;
    return k * LN_2_HIGH - ((half_square - low) - f);
}

fn precise_ln(x: f32) -> f32 {
    let parts = split(x);
    let y = ln_parts(parts.m - 1.0, parts.k);
    return ln_edges(x, y);
}

fn precise_ln_1p(x: f32) -> f32 {
    return ln_shifted(x + 1.0, x);
}

fn ln_shifted(shifted: f32, x: f32) -> f32 {
    let parts = split(shifted);
    let f = select(parts.m - 1.0, x, parts.k == 0.0);
    return ln_edges(shifted, ln_parts(f, parts.k));
}

fn ln_edges(x: f32, y: f32) -> f32 {
    let finite = select(x, y, x < infinity());
    let positive = select(finite, -infinity(), x < SMALLEST_NORMAL);
    return select(positive, not_a_number(), x < 0.0);
}

fn precise_tanh(x: f32) -> f32 {
    let twice = 2.0 * abs(x);
    let clamped = select(twice, 40.0, twice > 40.0);
    let t = precise_exp_m1(clamped);
    let y = t / (t + 2.0);
    return select(y, -y, x < 0.0);
}

fn precise_ln_cosh(x: f32) -> f32 {
    let magnitude = abs(x);
    return (magnitude - LN_2) + precise_ln_1p(precise_exp(-2.0 * magnitude));
}

struct CosSin {
    c: f32,
    s: f32,
}

fn precise_cos_sin_turns(t: f32) -> CosSin {
    let quarter = round(4.0 * t);
    let r = t - 0.25 * quarter;
    let z = r * r;
    var sum = 42.058693;
    sum = sum * z + -76.70586;
    sum = sum * z + 81.60525;
    sum = sum * z + -41.3417;
    sum = sum * z + 6.2831855;
    let sine = sum * r;
    var cosine = -26.426256;
    cosine = cosine * z + 60.24464;
    cosine = cosine * z + -85.45682;
    cosine = cosine * z + 64.93939;
    cosine = cosine * z + -19.739208;
    cosine = cosine * z + 1.0;
    let odd = abs(quarter) == 1.0;
    let c = select(cosine, sine, odd);
    let s = select(sine, cosine, odd);
    let half_turn = abs(quarter) == 2.0;
    return CosSin(
        select(c, -c, half_turn | (quarter == 1.0)),
        select(s, -s, half_turn | (quarter == -1.0)),
    );
}
