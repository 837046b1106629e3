//! Autocovariance and autocorrelation of single chains, at every lag.
//!
//! Deliberately absent: averages over chains, which `ess` forms for itself.

pub use crate::math::autocovariance::autocovariance;

/// Autocorrelation of one chain at every lag, biased (divisor `n` at all lags), as ArviZ's
/// `autocorr`. Empty gives empty; a constant chain, a NaN or an infinity gives NaN everywhere.
#[must_use]
pub fn autocorrelation(chain: &[f64]) -> Vec<f64> {
    let mut lags = autocovariance(chain);
    if let Some(&variance) = lags.first() {
        lags.iter_mut().for_each(|lag| *lag /= variance);
    }
    lags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_chain_has_no_autocorrelation() {
        assert!(autocorrelation(&[0.1; 20]).iter().all(|r| r.is_nan()));
        assert!(autocovariance(&[0.1; 20]).iter().all(|&c| c.abs() < 1e-300));
        assert!(autocorrelation(&[]).is_empty());
    }

    #[test]
    fn a_nan_spoils_every_lag() {
        assert!(autocorrelation(&[1.0, f64::NAN, 0.0]).iter().all(|r| r.is_nan()));
    }
}
