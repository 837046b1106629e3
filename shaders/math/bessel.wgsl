// Modified Bessel functions. Twin of src/math/bessel.rs, where methods and errors are documented.

const BESSEL_SERIES: f32 = 60.0;
const BESSEL_CENTRE: f32 = 0.0625;
const BESSEL_LEADING: f32 = 1e30;

fn ln_bessel_i0(x: f32) -> f32 {
    let t = abs(x);
    let z = opaque(t * t);
    let small = z < BESSEL_SERIES;
    var sum = 1.3375611e-19;
    sum = sum * z + 2.0389734e-17;
    sum = sum * z + 1.0019317e-14;
    sum = sum * z + 2.3750782e-12;
    sum = sum * z + 4.716946e-10;
    sum = sum * z + 6.780475e-08;
    sum = sum * z + 6.7817964e-06;
    sum = sum * z + 0.00043402726;
    sum = sum * z + 0.015625002;
    sum = sum * z + 0.25;
    let series = opaque(sum * z);
    let inverse = opaque(1.0 / t);
    let v = inverse - BESSEL_CENTRE;
    var tail = 0.70522225;
    tail = tail * v + 0.20425706;
    tail = tail * v + 0.09071762;
    tail = tail * v + 0.072069116;
    tail = tail * v + 0.12918924;
    let ln = opaque(precise_ln_1p(opaque(select(6.283185307179586 * t - 1.0, series, small))));
    let large = opaque(t - opaque(0.5 * ln)) + opaque(tail * inverse);
    let far = select(large, t, t > BESSEL_LEADING);
    return select(far, ln, small);
}

fn bessel_ratio(x: f32) -> f32 {
    let t = abs(x);
    let z = opaque(t * t);
    let small = z < BESSEL_SERIES;
    var i0 = 1.3375611e-19;
    i0 = i0 * z + 2.0389734e-17;
    i0 = i0 * z + 1.0019317e-14;
    i0 = i0 * z + 2.3750782e-12;
    i0 = i0 * z + 4.716946e-10;
    i0 = i0 * z + 6.780475e-08;
    i0 = i0 * z + 6.7817964e-06;
    i0 = i0 * z + 0.00043402726;
    i0 = i0 * z + 0.015625002;
    i0 = i0 * z + 0.25;
    var sum = 2.8375817e-18;
    sum = sum * z + 3.2564883e-16;
    sum = sum * z + 1.6468183e-13;
    sum = sum * z + 3.300286e-11;
    sum = sum * z + 5.668509e-09;
    sum = sum * z + 6.778902e-07;
    sum = sum * z + 5.425606e-05;
    sum = sum * z + 0.0026041544;
    sum = sum * z + 0.06250002;
    sum = sum * z + 0.5;
    let near = opaque(sum * t) / opaque(i0 * z + 1.0);
    let inverse = opaque(1.0 / t);
    let v = inverse - BESSEL_CENTRE;
    var tail = 6.750821;
    tail = tail * v + 1.3500853;
    tail = tail * v + 0.36061096;
    tail = tail * v + 0.17444366;
    tail = tail * v + 0.14341763;
    tail = tail * v + 0.508356;
    let far = 1.0 - opaque(tail * inverse);
    let ratio = select(far, near, small);
    return select(ratio, -ratio, x < 0.0);
}
