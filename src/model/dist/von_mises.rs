//! The von Mises distribution with location `mu` and concentration `kappa >= 0`, on angles; `y` is any real, and the
//! density has period `2 pi`.

use std::f64::consts::PI;

use super::terms::{LN_SQRT_TWO_PI, not_negative};
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::{precise_cos_sin_turns, precise_ln};
use crate::rng::random::Random;

/// `kappa cos(y - mu) - ln I0(kappa) - ln(2 pi)`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, kappa: Number) -> Number {
    let kappa = not_negative(g, kappa);
    let angle = g.subtract(y, mu);
    let cosine = g.unary(Unary::Cos, angle);
    let exponent = g.multiply(kappa, cosine);
    let normaliser = g.unary(Unary::LnBesselI0, kappa);
    let density = g.subtract(exponent, normaliser);
    g.add(density, Number::Known(-2.0 * LN_SQRT_TWO_PI))
}

/// A variate in `[mu - pi, mu + pi]`; NaN unless `kappa >= 0`.
///
/// Best and Fisher, "Efficient simulation of the von Mises distribution" (1979): a wrapped Cauchy proposal.
pub fn simulate(random: &mut Random, mu: f64, kappa: f64) -> f64 {
    /// Below, the distribution is uniform to within the precision of numbers.
    const UNIFORM: f64 = 1e-8;
    if !(0.0..f64::INFINITY).contains(&kappa) || !mu.is_finite() {
        return f64::NAN;
    }
    if kappa < UNIFORM {
        return mu + PI * (2.0 * random.uniform() - 1.0);
    }
    let tau = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
    let rho = (tau - (2.0 * tau).sqrt()) / (2.0 * kappa);
    let r = (1.0 + rho * rho) / (2.0 * rho);
    loop {
        let (cosine, _) = precise_cos_sin_turns(random.uniform() - 0.5);
        let f = (1.0 + r * cosine) / (r + cosine);
        let c = kappa * (r - f);
        if precise_ln(c) + 1.0 - c + random.exponential() >= 0.0 {
            let angle = f.clamp(-1.0, 1.0).acos();
            let side = if random.uniform() < 0.5 { -1.0 } else { 1.0 };
            return mu + side * angle;
        }
    }
}
