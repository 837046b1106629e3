// Random words turned into variates. Twin of src/rng/variate.rs.

// The midpoint of the 2^-23 wide interval that the word's upper bits name: never 0, never 1.
fn uniform_real(word: u32) -> f32 {
    return (f32(word >> 9u) + 0.5) * (1.0 / 8388608.0);
}

struct NormalPair {
    first: f32,
    second: f32,
}

fn normal_pair(radius_word: u32, angle_word: u32) -> NormalPair {
    let radius = sqrt(-2.0 * precise_ln(uniform_real(radius_word)));
    let turn = precise_cos_sin_turns(uniform_real(angle_word) - 0.5);
    return NormalPair(radius * turn.c, radius * turn.s);
}

fn log_uniform(word: u32) -> f32 {
    return precise_ln(uniform_real(word));
}
