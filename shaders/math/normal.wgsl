// The standard normal distribution function and its kin. Twin of src/math/normal.rs, where methods and errors are documented.

const MILLS_FARTHEST: f32 = 1e30;
const SQRT_TAU: f32 = 2.5066282746310007;

fn mills(x: f32) -> f32 {
    let t = opaque(select(x, MILLS_FARTHEST, x > MILLS_FARTHEST));
    let u = opaque((t - 4.0) / (t + 4.0));
    var sum = 1.3089655e-05;
    sum = sum * u + -5.801647e-05;
    sum = sum * u + -8.5991756e-05;
    sum = sum * u + 0.00066480093;
    sum = sum * u + -0.00028982386;
    sum = sum * u + -0.004987549;
    sum = sum * u + 0.01793706;
    sum = sum * u + -0.032201223;
    sum = sum * u + 0.028600283;
    sum = sum * u + 0.013999921;
    sum = sum * u + -0.09670348;
    sum = sum * u + 0.4720532;
    return sum / (1.0 + t);
}

fn gaussian(x: f32, scale: f32) -> f32 {
    let t = opaque(select(abs(x), 40.0, abs(x) > 40.0));
    let high = leading_half(t);
    return precise_exp_sum(-opaque(scale * opaque(high * high)), -opaque(scale * opaque((t - high) * (t + high))));
}

fn upper_tail(t: f32) -> f32 {
    return opaque(gaussian(t, 0.5)) * opaque(mills(t));
}

fn erf(x: f32) -> f32 {
    let z = x * x;
    var sum = 0.0047190827;
    sum = sum * z + -0.026757732;
    sum = sum * z + 0.112828314;
    sum = sum * z + -0.37612608;
    sum = sum * z + 1.1283792;
    let near = sum * x;
    let magnitude = 1.0 - opaque(erfc(abs(x)));
    let far = select(magnitude, -magnitude, x < 0.0);
    return select(far, near, abs(x) < 0.5);
}

fn erfc(x: f32) -> f32 {
    let tail = 2.0 * opaque(opaque(gaussian(x, 1.0)) * opaque(mills(opaque(1.4142135623730951 * abs(x)))));
    return select(tail, 2.0 - tail, x < 0.0);
}

fn phi(x: f32) -> f32 {
    let tail = opaque(upper_tail(abs(x)));
    return select(1.0 - tail, tail, x < 0.0);
}

fn ln_phi(x: f32) -> f32 {
    let t = abs(x);
    let below = opaque(precise_ln(opaque(mills(t)))) - opaque(0.5 * opaque(t * t));
    return select(precise_ln_1p(-opaque(upper_tail(t))), below, x < 0.0);
}

fn inv_mills(x: f32) -> f32 {
    let t = abs(x);
    let below = 1.0 / opaque(SQRT_TAU * opaque(mills(t)));
    let above = opaque(gaussian(t, 0.5)) / opaque(SQRT_TAU * opaque(1.0 - opaque(upper_tail(t))));
    return select(above, below, x < 0.0);
}

fn inv_phi(p: f32) -> f32 {
    let q = opaque(p - 0.5);
    let centre = opaque(0.180625 - opaque(q * q));
    var central_top = 59.109374;
    central_top = central_top * centre + 159.29112;
    central_top = central_top * centre + 50.43427;
    central_top = central_top * centre + 3.3871327;
    var central_bottom = 67.18756;
    central_bottom = central_bottom * centre + 78.75776;
    central_bottom = central_bottom * centre + 17.89517;
    central_bottom = central_bottom * centre + 1.0;
    let tail = opaque(select(1.0 - p, p, q < 0.0));
    let root = opaque(sqrt(-opaque(precise_ln(tail))));
    let from_near = root - 1.6;
    var near_top = 0.17023821;
    near_top = near_top * from_near + 1.3067285;
    near_top = near_top * from_near + 2.7568154;
    near_top = near_top * from_near + 1.4234372;
    var near_bottom = 0.12021132;
    near_bottom = near_bottom * from_near + 0.73700164;
    near_bottom = near_bottom * from_near + 1.0;
    let from_far = root - 5.0;
    var far_top = 0.017337203;
    far_top = far_top * from_far + 0.42868295;
    far_top = far_top * from_far + 3.0812263;
    far_top = far_top * from_far + 6.657905;
    var far_bottom = 0.012258202;
    far_bottom = far_bottom * from_far + 0.24197894;
    far_bottom = far_bottom * from_far + 1.0;
    let tails = select(near_top / near_bottom, far_top / far_bottom, root > 5.0);
    let outer = select(tails, infinity(), tail == 0.0);
    let signed = select(outer, -outer, q < 0.0);
    return select(signed, q * opaque(central_top / central_bottom), abs(q) <= 0.425);
}
