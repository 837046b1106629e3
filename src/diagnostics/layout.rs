//! Which stretches of a `[chain, draw]` view count as chains: whole chains, or their halves.
//!
//! Splitting turns a trend within a chain into a difference between chains. The middle draw of an
//! odd number of draws belongs to neither half and is dropped.

use crate::draws::ChainView;

/// Equal stretches ("rows") of the chains of a view.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    chains: usize,
    draws: usize,
    parts: usize,
    /// Draws in a row: kept, because a division for every draw would cost more than all else done with it.
    length: usize,
}

impl Layout {
    /// Every chain is one row.
    pub(super) fn whole(view: ChainView<'_>) -> Self {
        Self { chains: view.chains(), draws: view.draws(), parts: 1, length: view.draws() }
    }

    /// Every chain is two rows: its first and its last `draws / 2` draws.
    pub(super) fn split(view: ChainView<'_>) -> Self {
        Self { parts: 2, length: view.draws() / 2, ..Self::whole(view) }
    }

    pub(super) fn rows(self) -> usize {
        self.chains * self.parts
    }

    /// Draws in a row.
    pub(super) fn length(self) -> usize {
        self.length
    }

    /// Draws in all rows.
    pub(super) fn size(self) -> usize {
        self.rows() * self.length
    }

    /// Position (`chain * draws + draw`) of a row's first draw.
    pub(super) fn start(self, row: usize) -> usize {
        let offset = (row % self.parts) * (self.draws - self.length);
        row / self.parts * self.draws + offset
    }

    /// Whether any draw belongs to no row.
    pub(super) fn drops(self) -> bool {
        self.length * self.parts != self.draws
    }

    /// Whether the draw at a position belongs to a row.
    pub(super) fn keeps(self, position: usize) -> bool {
        !self.drops() || position % self.draws != self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_an_odd_chain_leave_the_middle_draw_out() {
        let values = [0.0; 10];
        let layout = Layout::split(ChainView::from_slice(&values, 2, 5).unwrap());
        let starts: Vec<_> = (0..4).map(|row| layout.start(row)).collect();
        assert_eq!(starts, [0, 3, 5, 8]);
        let dropped: Vec<_> = (0..10).filter(|&i| !layout.keeps(i)).collect();
        assert_eq!(dropped, [2, 7]);
        assert_eq!((layout.length(), layout.size()), (2, 8));
    }
}
