//! Chains that hold the same draws: a file that is given twice, or one seed used for two runs.
//!
//! The draws of a parameter flow in, groups of equal chains flow out; [`identical`] keeps those that are equal in every
//! parameter. Absent on purpose: draws that are not finite.

use std::collections::{BTreeMap, HashMap};

use crate::draws::ChainView;

/// Chains that hold the same draws of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// Their numbers from 0, ascending; at least two.
    pub chains: Vec<usize>,
    /// Whether the draws of one of them differ from each other.
    pub moved: bool,
}

/// Groups of chains with equal draws. Few chains agree in three draws by chance: only those are compared as a whole.
pub(super) fn twins(view: ChainView<'_>) -> Vec<Twins> {
    let (chains, draws) = (view.chains(), view.draws());
    if draws == 0 {
        return Vec::new();
    }
    let at = |chain: usize, draw: usize| view.at(chain * draws + draw).to_bits();
    let mut alike: HashMap<[u64; 3], Vec<usize>> = HashMap::new();
    for chain in 0..chains {
        alike.entry([0, draws / 2, draws - 1].map(|draw| at(chain, draw))).or_default().push(chain);
    }
    let mut found = Vec::new();
    for mut group in alike.into_values() {
        while group.len() > 1 {
            let first = group[0];
            let (same, others): (Vec<usize>, Vec<usize>) =
                group.into_iter().partition(|&chain| (0..draws).all(|draw| at(chain, draw) == at(first, draw)));
            if same.len() > 1 {
                let moved = (1..draws).any(|draw| at(first, draw) != at(first, 0));
                found.push(Twins { chains: same, moved });
            }
            group = others;
        }
    }
    found.sort_unstable_by_key(|twins| twins.chains[0]);
    found
}

/// The groups of chains that are equal in every one of some parameters, and that move in at least one of them: chains that
/// never leave a starting point that they share are equal, too, and no copies.
pub(super) fn identical<'a>(mut parameters: impl Iterator<Item = &'a [Twins]>) -> Vec<Vec<usize>> {
    let Some(first) = parameters.next() else { return Vec::new() };
    let mut groups: Vec<Twins> = first.to_vec();
    for twins in parameters {
        let of: HashMap<usize, usize> =
            twins.iter().enumerate().flat_map(|(k, twins)| twins.chains.iter().map(move |&chain| (chain, k))).collect();
        let mut common = Vec::new();
        for group in groups {
            let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for chain in group.chains {
                if let Some(&k) = of.get(&chain) {
                    parts.entry(k).or_default().push(chain);
                }
            }
            let parts = parts.into_iter().filter(|(_, chains)| chains.len() > 1);
            common.extend(parts.map(|(k, chains)| Twins { chains, moved: group.moved || twins[k].moved }));
        }
        groups = common;
    }
    groups.into_iter().filter(|group| group.moved).map(|group| group.chains).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_chains_are_found_in_their_groups() {
        let values = [1.0, 2.0, 3.0, 3.0, 1.0, 2.0, 3.0, 3.0, 1.0, 5.0, 4.0, 4.0];
        let view = ChainView::from_slice(&values, 6, 2).unwrap();
        let found = twins(view);
        let expected = [(vec![0, 2], true), (vec![1, 3], false)].map(|(chains, moved)| Twins { chains, moved });
        assert_eq!(found, expected);
    }

    #[test]
    fn copies_agree_in_every_parameter_and_move_in_one() {
        let group = |chains: &[usize], moved| Twins { chains: chains.to_vec(), moved };
        let one = [group(&[0, 1, 2], false), group(&[3, 4], false)];
        let other = [group(&[0, 2], true), group(&[3, 4], false)];
        assert_eq!(identical([&one[..], &other].into_iter()), [[0, 2]]);
        assert!(identical([&one[..], &[]].into_iter()).is_empty());
        assert!(identical(std::iter::empty()).is_empty());
    }
}
