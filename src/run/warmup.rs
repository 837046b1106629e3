//! The steps of warm-up, and what is kept of them where that is asked for: blocks of states, which leave as they come.
//!
//! Stretches flow in as the methods cut them; statistics flow out. Whether steps are kept does not change a bit of them.
//! Absent on purpose: what is tuned, which `metropolis` and `nuts` know.

use super::block::{Block, Sink, statistics};
use super::settings::{Phase, RunError, Settings, Watch};
use crate::backend::{Backend, BlockStats, Keep, Stretch};
use crate::draws::Draws;
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
    filled: usize,
    /// Steps of a block.
    length: usize,
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
        length: usize,
        sink: Sink<'a>,
    ) -> Result<Self, RunError> {
        let first = length.min(settings.warmup as usize);
        let draws = Draws::new(model.parameters.clone(), settings.chains, first)?;
        let statistics = Draws::new(statistics(backend.method()), settings.chains, first)?;
        let block = Block { from: 0, draws, statistics, pointwise: None, after: None };
        Ok(Self { backend, watch, total: settings.warmup, kept: Some(Kept { block, filled: 0, length, sink }) })
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
            draws: &mut kept.block.draws,
            statistics: Some(&mut kept.block.statistics),
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
        (self.block.draws.draws() - self.filled) as u32
    }

    /// Counts steps that have been taken; a block that is full goes, and the next one is begun.
    fn took(&mut self, steps: usize, total: usize) -> Result<(), RunError> {
        self.filled += steps;
        let length = self.block.draws.draws();
        if self.filled < length {
            return Ok(());
        }
        (self.sink)(&self.block)?;
        (self.block.from, self.filled) = (self.block.from + length, 0);
        let next = self.length.min(total - self.block.from);
        if next < length {
            let again = |draws: &Draws| Draws::new(draws.parameters().to_vec(), draws.chains(), next);
            (self.block.draws, self.block.statistics) = (again(&self.block.draws)?, again(&self.block.statistics)?);
        }
        Ok(())
    }
}
