//! Loops over data, many rows at a time: the body of a loop runs over tiles of rows times lanes, so that a few chains
//! vectorise over rows as well as thousands of chains vectorise over lanes, with the same kernels and the same bits.

use std::sync::Arc;

use super::assemble::RowLoop;
use super::kernels;
use super::machine::{Lanes, Machine};
use crate::ir::Loop;
use crate::math::Real;
use crate::math::accumulate::Accumulator;
use crate::math::simd::Width;

/// Numbers in a tile, about: a few of them fill the first-level cache.
const TILE: usize = 1024;

/// The buffers of one loop.
#[derive(Clone, Debug)]
pub(super) struct RowState<R> {
    body: Machine<R>,
    /// The inputs of the body, `[input][row, lane]`: captured numbers, then data.
    inputs: Vec<Vec<R>>,
    /// The partial sums, `[result][partial, lane]`.
    partials: Vec<Vec<R>>,
    /// The sums, `[result][lane]`, with their compensations.
    sums: Vec<Vec<Accumulator<R>>>,
    totals: Vec<Vec<R>>,
}

impl<R: Real> RowState<R> {
    pub(super) fn new(inner: &RowLoop<R>) -> Self {
        let results = inner.to.len();
        Self {
            body: Machine::new(Arc::new(inner.body.clone())),
            inputs: vec![Vec::new(); inner.captured.len() + inner.columns.len()],
            partials: vec![Vec::new(); results],
            sums: vec![Vec::new(); results],
            totals: vec![Vec::new(); results],
        }
    }

    /// The sums of a result of the last run.
    pub(super) fn sum(&self, result: usize, lanes: usize) -> &[R] {
        &self.totals[result][..lanes]
    }

    /// Runs the loop. `captured` are the numbers of the surrounding program that its body reads.
    pub(super) fn run<'a>(
        &mut self,
        width: Width,
        inner: &RowLoop<R>,
        captured: impl Iterator<Item = Lanes<'a, R>>,
        lanes: usize,
    ) {
        // A multiple of four, so that a tile starts with partial sum 0.
        let height = (TILE / lanes).clamp(Loop::PARTIALS, Loop::BLOCK) / Loop::PARTIALS * Loop::PARTIALS;
        let height = height.min(inner.rows.next_multiple_of(Loop::PARTIALS));
        for input in &mut self.inputs {
            input.resize(height * lanes, R::ZERO);
        }
        let (outer, data) = self.inputs.split_at_mut(inner.captured.len());
        for (tile, captured) in outer.iter_mut().zip(captured) {
            match captured {
                Lanes::Each(x) => tile.chunks_exact_mut(lanes).for_each(|row| row.copy_from_slice(x)),
                Lanes::All(x) => tile.fill(x),
            }
        }
        for (sums, partials) in self.sums.iter_mut().zip(&mut self.partials) {
            sums.clear();
            sums.resize(lanes, Accumulator::default());
            partials.resize(Loop::PARTIALS * lanes, R::ZERO);
        }
        let columns = data.len();
        for block in (0..inner.rows).step_by(Loop::BLOCK) {
            let end = (block + Loop::BLOCK).min(inner.rows);
            for partials in &mut self.partials {
                partials[..Loop::PARTIALS * lanes].fill(R::ZERO);
            }
            for from in (block..end).step_by(height) {
                let rows = height.min(end - from);
                for column in 0..columns {
                    let tile = &mut self.inputs[inner.captured.len() + column];
                    for (row, &datum) in tile.chunks_exact_mut(lanes).zip(&inner.columns[column][from..from + rows]) {
                        row.fill(datum);
                    }
                }
                self.body.run(width, &self.inputs, rows * lanes);
                for (result, partials) in self.partials.iter_mut().enumerate() {
                    let partials = &mut partials[..Loop::PARTIALS * lanes];
                    match self.body.result(result, &self.inputs, rows * lanes) {
                        Lanes::Each(tile) => kernels::add_rows(width, partials, tile, lanes),
                        Lanes::All(term) => {
                            for row in 0..rows {
                                let partial = row % Loop::PARTIALS;
                                let lanes = &mut partials[partial * lanes..(partial + 1) * lanes];
                                lanes.iter_mut().for_each(|sum| *sum = *sum + term);
                            }
                        }
                    }
                }
            }
            for (sums, partials) in self.sums.iter_mut().zip(&self.partials) {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let partial = |index: usize| partials[index * lanes + lane];
                    let block = (partial(0) + partial(1)) + (partial(2) + partial(3));
                    *sum = kernels::next_block(*sum, block, inner.rows);
                }
            }
        }
        for (totals, sums) in self.totals.iter_mut().zip(&self.sums) {
            totals.clear();
            totals.extend(sums.iter().map(|sum| sum.total()));
        }
    }
}
