// The logarithms of gamma and beta, digamma and trigamma. Twin of src/math/gamma.rs, where methods and errors are documented.

const GAMMA_TAIL: f32 = 8.5;
const MOST_FACTORS: i32 = 6;
const HALF_LN_TAU: f32 = 0.9189385332046728;

struct AroundTwo {
    d: f32,
    n: f32,
}

fn around_two(x: f32) -> AroundTwo {
    let above = x - 2.0;
    let n = select(round(above), -1.0, x < 1.5);
    let d = select(above - n, x - 1.0, x < 1.5);
    // Else a driver adds the 2 that the factors have to the one that is subtracted here.
    return AroundTwo(opaque(select(d, x, x < 0.5)), select(n, -2.0, x < 0.5));
}

fn gathered_product(x: f32, d: f32, n: f32) -> f32 {
    var product = 1.0;
    for (var factor = 0; factor < MOST_FACTORS; factor++) {
        let takes = f32(factor) < n;
        product = select(product, opaque(product * (d + f32(factor + 2))), takes);
    }
    product = select(product, x, n == -1.0);
    return select(product, x * (x + 1.0), n == -2.0);
}

fn stirling(x: f32) -> f32 {
    let inverse = opaque(1.0 / x);
    let z = opaque(inverse * inverse);
    var sum = -0.0027668911;
    sum = sum * z + 0.08333331;
    return sum * inverse;
}

fn lgamma_positive(x: f32) -> f32 {
    let small = x < GAMMA_TAIL;
    let two = around_two(x);
    let ln = opaque(precise_ln(select(x, gathered_product(x, two.d, two.n), small)));
    var sum = -0.00025056204;
    sum = sum * two.d + 0.00057025126;
    sum = sum * two.d + -0.0011874848;
    sum = sum * two.d + 0.0028788687;
    sum = sum * two.d + -0.0073859207;
    sum = sum * two.d + 0.020581625;
    sum = sum * two.d + -0.067352295;
    sum = sum * two.d + 0.32246703;
    sum = sum * two.d + 0.42278433;
    let near = opaque(sum * two.d) + select(ln, -ln, two.n < 0.0);
    let far = opaque((x - 0.5) * (ln - 1.0)) + (0.4189385332046728 + opaque(stirling(x)));
    return select(far, near, small);
}

fn half_turns(x: f32) -> CosSin {
    return precise_cos_sin_turns(opaque(0.5 * (x - floor(x + 0.5))));
}

fn lgamma(x: f32) -> f32 {
    let negative = x < 0.0;
    let value = opaque(lgamma_positive(opaque(select(x, 1.0 - x, negative))));
    let sine = half_turns(x).s;
    let reflected = opaque(precise_ln(opaque(3.141592653589793 / abs(sine)))) - value;
    let finite_or_pole = select(reflected, infinity(), sine == 0.0);
    return select(value, finite_or_pole, negative);
}

fn digamma_tail(x: f32) -> f32 {
    let inverse = opaque(1.0 / x);
    let square = opaque(inverse * inverse);
    var tail = -0.008279094;
    tail = tail * square + 0.08333324;
    return tail * square;
}

fn digamma(x: f32) -> f32 {
    let negative = x < 0.0;
    let z = opaque(select(x, 1.0 - x, negative));
    let two = around_two(z);
    var numerator = 0.0;
    var denominator = 1.0;
    for (var factor = 0; factor < MOST_FACTORS; factor++) {
        let takes = f32(factor) < two.n;
        let by = opaque(two.d + f32(factor + 2));
        numerator = select(numerator, opaque(numerator * by + denominator), takes);
        denominator = select(denominator, opaque(denominator * by), takes);
    }
    numerator = select(numerator, -1.0, two.n == -1.0);
    numerator = select(numerator, -(2.0 * z + 1.0), two.n == -2.0);
    let quotient = opaque(numerator) / opaque(gathered_product(z, two.d, two.n));
    var sum = -0.00058864534;
    sum = sum * two.d + 0.0011839647;
    sum = sum * two.d + -0.001983932;
    sum = sum * two.d + 0.0040283133;
    sum = sum * two.d + -0.008351997;
    sum = sum * two.d + 0.017348513;
    sum = sum * two.d + -0.036927633;
    sum = sum * two.d + 0.082322985;
    sum = sum * two.d + -0.2020569;
    sum = sum * two.d + 0.64493406;
    sum = sum * two.d + 0.42278433;
    let near = sum + quotient;
    let far = (opaque(precise_ln(z)) - 0.5 * opaque(1.0 / z)) - opaque(digamma_tail(z));
    let positive = opaque(select(far, near, z < GAMMA_TAIL));
    let turns = half_turns(x);
    let reflected = positive - opaque(3.141592653589793 * opaque(turns.c / turns.s));
    let value = select(positive, reflected, negative);
    return select(value, not_a_number(), (x <= 0.0) & (turns.s == 0.0));
}

fn trigamma(x: f32) -> f32 {
    let negative = x < 0.0;
    let z = opaque(select(x, 1.0 - x, negative));
    let two = around_two(z);
    var numerator = 0.0;
    var denominator = 1.0;
    for (var factor = 0; factor < MOST_FACTORS; factor++) {
        let takes = f32(factor) < two.n;
        let by = opaque(two.d + f32(factor + 2));
        let by_square = opaque(by * by);
        numerator = select(numerator, opaque(numerator * by_square - denominator), takes);
        denominator = select(denominator, opaque(denominator * by_square), takes);
    }
    let above = z + 1.0;
    let inverse = opaque(1.0 / z);
    let above_inverse = opaque(1.0 / above);
    let square = opaque(inverse * inverse);
    let one = select(opaque(numerator / denominator), square, two.n == -1.0);
    let both = opaque(select(one, opaque(above_inverse * above_inverse) + square, two.n == -2.0));
    var sum = -0.0059823766;
    sum = sum * two.d + 0.010866604;
    sum = sum * two.d + -0.015830765;
    sum = sum * two.d + 0.028106166;
    sum = sum * two.d + -0.050117128;
    sum = sum * two.d + 0.08675485;
    sum = sum * two.d + -0.14771034;
    sum = sum * two.d + 0.24696846;
    sum = sum * two.d + -0.4041138;
    sum = sum * two.d + 0.64493406;
    let near = sum + both;
    var tail = 0.023140885;
    tail = tail * square + -0.033329897;
    tail = tail * square + 0.16666666;
    let far = ((tail * inverse + 0.5) * inverse + 1.0) * inverse;
    let value = opaque(select(far, near, z < GAMMA_TAIL));
    let sine = half_turns(x).s;
    let cosecant = opaque(3.141592653589793 / sine);
    return select(value, opaque(cosecant * cosecant) - value, negative);
}

fn ln_beta(x: f32, y: f32) -> f32 {
    let p = opaque(select(y, x, x < y));
    let q = opaque(select(x, y, x < y));
    let sum = opaque(p + q);
    let both_large = p >= GAMMA_TAIL;
    let of_p = opaque(lgamma_positive(p));
    let plain = opaque(of_p + opaque(lgamma_positive(q))) - opaque(lgamma_positive(sum));
    let slope = opaque((q - 0.5) * opaque(precise_ln_1p(opaque(p / q))));
    let correction = opaque(opaque(stirling(q)) - opaque(stirling(sum)));
    let ln = opaque(precise_ln(select(sum, opaque(p / sum), both_large)));
    let whole = opaque(p * ln);
    let one = opaque(of_p + opaque(p - slope)) - whole;
    let constant = opaque(HALF_LN_TAU - opaque(0.5 * opaque(precise_ln(p))));
    let both = opaque(constant + whole) + opaque(opaque(stirling(p)) - slope);
    let large = opaque(select(one, both, both_large)) + correction;
    let finite = select(large, plain, q < GAMMA_TAIL);
    let value = select(finite, -infinity(), (q == infinity()) & (p > 0.0));
    return select(value, not_a_number(), p < 0.0);
}

fn ln_beta_slope(x: f32, y: f32) -> f32 {
    let sum = opaque(x + y);
    let near = opaque(digamma(x)) - opaque(digamma(sum));
    let tails = opaque(opaque(digamma_tail(sum)) - opaque(digamma_tail(x)));
    let corrections = opaque(tails - opaque(0.5 * opaque(opaque(y / sum) / x)));
    let far = corrections - opaque(precise_ln_1p(opaque(y / x)));
    return select(far, near, x < GAMMA_TAIL);
}
