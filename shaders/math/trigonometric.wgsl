// Sine, cosine and the angle of a point. Twin of src/math/trigonometric.rs, where methods and errors are documented.

struct Turns {
    cosine: f32,
    sine: f32,
    quarter: f32,
}

fn reduce_turns(x: f32) -> Turns {
    let n = round(x * 0.6366197723675814);
    let r = opaque((((x - n * 1.5703125) - n * 0.0004825592) - n * 1.2665987e-06) - n * 9.920936e-10);
    let quarter = n - 4.0 * round(0.25 * n);
    let z = r * r;
    var cosine = 2.4375646e-05;
    cosine = cosine * z + -0.0013886573;
    cosine = cosine * z + 0.041666616;
    cosine = cosine * z + -0.5;
    cosine = cosine * z + 1.0;
    var sum = -0.00019500557;
    sum = sum * z + 0.008332009;
    sum = sum * z + -0.16666651;
    sum = sum * z + 1.0;
    return Turns(cosine, sum * r, quarter);
}

fn within_reach(x: f32, y: f32) -> f32 {
    return select(not_a_number(), y, abs(x) < 0.25 * INTEGRAL);
}

fn precise_sin(x: f32) -> f32 {
    let turns = reduce_turns(x);
    let y = select(turns.sine, turns.cosine, abs(turns.quarter) == 1.0);
    return within_reach(x, select(y, -y, (abs(turns.quarter) == 2.0) | (turns.quarter == -1.0)));
}

fn precise_cos(x: f32) -> f32 {
    let turns = reduce_turns(x);
    let y = select(turns.cosine, turns.sine, abs(turns.quarter) == 1.0);
    return within_reach(x, select(y, -y, (abs(turns.quarter) == 2.0) | (turns.quarter == 1.0)));
}

fn precise_atan2(y: f32, x: f32) -> f32 {
    let rise = abs(y);
    let run = abs(x);
    let steep = rise > run;
    let longer = select(run, rise, steep);
    let shorter = select(rise, run, steep);
    let diagonal = shorter == infinity();
    let infinite = longer == infinity();
    let short = select(select(shorter, 0.0, infinite), 1.0, diagonal);
    let long = select(longer, 1.0, infinite | (longer == 0.0));
    let wide = short > 0.41421356237309503 * long;
    let q = opaque(select(short, short - long, wide) / select(long, short + long, wide));
    let z = q * q;
    var sum = -0.060253274;
    sum = sum * z + 0.105694495;
    sum = sum * z + -0.14239483;
    sum = sum * z + 0.19998181;
    sum = sum * z + -0.33333308;
    sum = sum * z + 1.0;
    let near = sum * q;
    let low = select(near, 0.7853981633974483 + near, wide);
    let angle = select(low, 1.5707963267948966 - low, steep);
    let turned = select(angle, 3.141592653589793 - angle, x < 0.0);
    let signed = select(turned, -turned, y < 0.0);
    return select(signed, not_a_number(), is_nan(x) | is_nan(y));
}
