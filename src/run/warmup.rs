//! The steps of warm-up, and what is kept of them where that is asked for: blocks of states, which leave as they come.
//!
//! Stretches flow in as the methods cut them; statistics flow out. Whether steps are kept does not change a bit of them.
//! Absent on purpose: what is tuned, which `metropolis` and `nuts` know.

use super::block::{Block, Cut, Sink, statistics};
use super::settings::{Phase, RunError, Settings, Watch};
use crate::backend::{Backend, BlockStats, Keep, Stretch};
use crate::draws::{Arrays, Draws};
use crate::model::Model;

/// What takes the steps.
pub(super) struct Warmup<'a> {
    pub backend: &'a mut dyn Backend,
    watch: Watch<'a>,
    total: u32,
    kept: Option<Kept<'a>>,
}

/// The states of some steps, and where they will go.
struct Kept<'a> {
    block: Block,
    parameters: usize,
    filled: usize,
    sink: Sink<'a>,
}

impl<'a> Warmup<'a> {
    /// Steps that are not kept.
    pub(super) fn new(backend: &'a mut dyn Backend, settings: &Settings, watch: Watch<'a>) -> Self {
        Self { backend, watch, total: settings.warmup, kept: None }
    }

    /// Steps that go to a sink, `length` at a time.
    pub(super) fn kept(
        backend: &'a mut dyn Backend,
        (model, settings): (&Model, &Settings),
        watch: Watch<'a>,
        cut: &Cut,
        sink: Sink<'a>,
    ) -> Result<Self, RunError> {
        let (parameters, chains) = (model.parameters.len(), settings.chains);
        let length = cut.length.min(settings.warmup as usize);
        let draws = Arrays::new(&cut.layout, parameters, chains, cut.length)?;
        let statistics = Draws::new(statistics(backend.method()), chains, length)?;
        let block = Block { from: 0, length, draws, statistics, pointwise: None, after: None };
        Ok(Self { backend, watch, total: settings.warmup, kept: Some(Kept { block, parameters, filled: 0, sink }) })
    }

    /// Takes a stretch of steps.
    pub(super) fn advance(&mut self, stretch: Stretch) -> Result<BlockStats, RunError> {
        let mut rest = stretch;
        let mut total: Option<BlockStats> = None;
        while rest.steps > 0 || total.is_none() {
            let room = self.kept.as_ref().map_or(rest.steps, Kept::room);
            let part = Stretch { steps: rest.steps.min(room), ..rest };
            let found = self.part(part)?;
            rest = Stretch { first_step: rest.first_step + part.steps, steps: rest.steps - part.steps };
            match &mut total {
                Some(total) => {
                    total.steps += found.steps;
                    total.counts.add(&found.counts);
                }
                None => total = Some(found),
            }
        }
        Ok(total.expect("the first part is always taken"))
    }

    fn part(&mut self, stretch: Stretch) -> Result<BlockStats, RunError> {
        let Self { backend, watch, total, kept } = self;
        let keep = kept.as_mut().map(|kept| Keep {
            draws: kept.block.draws.room(kept.parameters),
            statistics: Some(kept.block.statistics.room()),
            from: kept.filled,
            thin: 1,
        });
        let mut progress = |now| watch(Phase::Warmup, stretch.first_step + now, *total);
        let stats = backend.advance(stretch, keep, &mut progress)?;
        if let Some(kept) = kept {
            kept.took(stretch.steps as usize, *total as usize)?;
        }
        Ok(stats)
    }
}

impl Kept<'_> {
    /// Steps that still fit into the block.
    fn room(&self) -> u32 {
        (self.block.length - self.filled) as u32
    }

    /// Counts steps that have been taken; a block that is full goes, and the next one is begun.
    fn took(&mut self, steps: usize, total: usize) -> Result<(), RunError> {
        let Self { block, filled, sink, .. } = self;
        *filled += steps;
        if *filled < block.length {
            return Ok(());
        }
        block.draws.blank(block.length);
        sink(block)?;
        (block.from, *filled) = (block.from + block.length, 0);
        let next = block.length.min(total - block.from);
        if next < block.length {
            block.length = next;
            block.statistics = Draws::new(block.statistics.parameters().to_vec(), block.statistics.chains(), next)?;
        }
        Ok(())
    }
}
