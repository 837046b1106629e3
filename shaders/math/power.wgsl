// Real powers. Twin of src/math/power.rs, where method and error are documented.

fn power(x: f32, y: f32) -> f32 {
    let magnitude = precise_exp(opaque(y * precise_ln(abs(x))));
    let half = 0.5 * y;
    let odd = floor(half) != half;
    let even_or_odd = select(magnitude, -magnitude, odd);
    let negative = select(not_a_number(), even_or_odd, floor(y) == y);
    let result = select(magnitude, negative, x < 0.0);
    return select(result, 1.0, (y == 0.0) | (x == 1.0));
}
