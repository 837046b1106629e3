//! Which chains are drawn as one: each by itself while they are few, superchains or neighbours where they are many.

use std::ops::Range;

use super::ink::{Ink, SERIES};

/// Most groups that a picture shows apart.
pub const MOST_GROUPS: usize = 16;

/// Neighbouring chains drawn as one, equally many in each group but perhaps the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    chains: usize,
    /// Chains of a group.
    size: usize,
    superchain: usize,
}

impl Groups {
    /// Superchains, or as many of them together as make no more than [`MOST_GROUPS`] groups.
    #[must_use]
    pub fn new(chains: usize, superchains: usize) -> Self {
        let superchain = chains / superchains.max(1);
        let together = superchains.div_ceil(MOST_GROUPS).max(1);
        Self { chains, size: (superchain * together).max(1), superchain }
    }

    /// Number of groups.
    #[must_use]
    pub fn count(self) -> usize {
        self.chains.div_ceil(self.size)
    }

    /// The chains of a group.
    #[must_use]
    pub fn chains(self, group: usize) -> Range<usize> {
        group * self.size..((group + 1) * self.size).min(self.chains)
    }

    /// Whether each group is one chain.
    #[must_use]
    pub fn are_chains(self) -> bool {
        self.size == 1
    }

    /// What a group is.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self.size {
            1 => "chain",
            size if size == self.superchain => "superchain",
            _ => "group of chains",
        }
    }

    /// What several groups are, counted.
    #[must_use]
    pub fn counted(self) -> String {
        match (self.count(), self.kind()) {
            (1, kind) => format!("1 {kind}"),
            (count, "group of chains") => format!("{count} groups of {} chains", self.size),
            (count, kind) => format!("{count} {kind}s"),
        }
    }

    /// What a group is drawn with, and how strongly: colours take turns beyond [`SERIES`].
    #[must_use]
    pub fn ink(self, group: usize) -> (Ink, f64) {
        (Ink::series(group), if self.count() > SERIES { 0.75 } else { 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_shows_no_more_than_sixteen_groups_and_leaves_no_chain_out() {
        for (chains, superchains) in [(1, 1), (4, 4), (16, 16), (4096, 16), (1009, 1009), (100, 20), (17, 17)] {
            let groups = Groups::new(chains, superchains);
            assert!((1..=MOST_GROUPS).contains(&groups.count()), "{chains} chains");
            let all: Vec<usize> = (0..groups.count()).flat_map(|group| groups.chains(group)).collect();
            assert_eq!(all, (0..chains).collect::<Vec<_>>());
        }
        assert_eq!(Groups::new(4, 4).counted(), "4 chains");
        assert_eq!(Groups::new(4096, 16).counted(), "16 superchains");
        assert_eq!(Groups::new(1009, 1009).counted(), "16 groups of 64 chains");
    }
}
