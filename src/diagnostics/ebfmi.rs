//! Energy Bayesian fraction of missing information: whether momentum draws explore the energies.
//!
//! Deliberately absent: the energy itself (the sampler's) and the verdict (0.3 is customary).

use crate::draws::ChainView;
use crate::math::moments::{mean, moments};

/// One value a chain, from its energies `[chain, draw]`: mean squared step over variance
/// (Betancourt 2016, arXiv 1604.00695). As ArviZ's `bfmi`; chains are not concatenated.
///
/// Fewer than two draws, constant energies, a NaN or an infinity give NaN for that chain.
#[must_use]
pub fn ebfmi(energy: ChainView<'_>) -> Vec<f64> {
    let mut chain = vec![0.0; energy.draws()];
    (0..energy.chains())
        .map(|index| {
            energy.copy(index * energy.draws(), &mut chain);
            let steps = chain.array_windows().map(|[a, b]| (b - a) * (b - a));
            mean(&steps.collect::<Vec<_>>()) / moments(&chain).variance
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chain_has_its_own_fraction() {
        // 1, -1, 1, -1: steps squared 4, variance 4/3. 0, 1, 2, 3: steps squared 1, variance 5/3.
        let energy = [1.0, -1.0, 1.0, -1.0, 0.0, 1.0, 2.0, 3.0];
        let fractions = ebfmi(ChainView::from_slice(&energy, 2, 4).unwrap());
        assert!((fractions[0] - 3.0).abs() < 1e-15 && (fractions[1] - 0.6).abs() < 1e-15);
    }

    #[test]
    fn constant_or_single_energies_give_nan() {
        assert!(ebfmi(ChainView::from_slice(&[2.0; 5], 1, 5).unwrap())[0].is_nan());
        assert!(ebfmi(ChainView::from_slice(&[2.0], 1, 1).unwrap())[0].is_nan());
    }
}
