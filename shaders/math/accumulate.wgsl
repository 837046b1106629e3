// Compensated accumulation. Twin of src/math/accumulate.rs.

struct Accumulator {
    sum: f32,
    rest: f32,
}

// Returns its argument, through a runtime zero that no driver can see through: without it, compilers that
// reassociate (Mesa's among them) simplify the compensation away.
fn opaque(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ opaque_zero());
}

fn total(accumulator: Accumulator) -> f32 {
    return accumulator.sum + accumulator.rest;
}

fn accumulate(accumulator: Accumulator, term: f32) -> Accumulator {
    let corrected = term + accumulator.rest;
    let sum = opaque(accumulator.sum + corrected);
    let virtual_term = opaque(sum - accumulator.sum);
    let virtual_sum = opaque(sum - virtual_term);
    let rest = (accumulator.sum - virtual_sum) + (corrected - virtual_term);
    // An infinite sum has no rounding to make up for, and the difference of infinities is NaN.
    return Accumulator(sum, select(0.0, rest, abs(sum) <= 3.4028235e38));
}
