// The logistic function and sums of exponentials. Twin of src/math/logistic.rs, where methods and errors are documented.

fn inv_logit(x: f32) -> f32 {
    let small = precise_exp(-abs(x));
    return select(1.0, small, x < 0.0) / (1.0 + small);
}

fn log1p_exp(x: f32) -> f32 {
    return select(x, 0.0, x < 0.0) + opaque(precise_ln_1p(precise_exp(-abs(x))));
}

fn log1m_exp(x: f32) -> f32 {
    return ln_shifted(opaque(-precise_exp_m1(x)), -precise_exp(x));
}

fn log_add_exp(x: f32, y: f32) -> f32 {
    let high = select(x, y, x < y);
    let low = select(y, x, x < y);
    let sum = high + opaque(precise_ln_1p(precise_exp(opaque(low - high))));
    return select(sum, high + LN_2, x == y);
}
