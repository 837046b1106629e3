//! Chains on all cores of the CPU, in `f64` (the truth and the default) or `f32` (the GPU's twin).
//!
//! ```text
//! Program --assemble--> LaneProgram --Machine--> lanes of results
//!                                     Chains + Machine = Block, whose slices of steps are the tasks of the thread pool
//! ```
//!
//! A block is up to [`LANES`] chains that step together, one operation at a time over all of its lanes. Blocks share
//! nothing, and neither the number of lanes nor the vector width enters any result, so the bits do not depend on
//! threads, block sizes or machines. Absent on purpose: code generation at run time.

mod arrays;
mod assemble;
mod block;
mod bodies;
mod ceilings;
mod density;
mod gathered;
mod kernels;
mod lanes;
mod machine;
#[cfg(test)]
mod machine_tests;
mod moves;
mod multiply_add;
mod narrow;
mod program;
mod special;
mod tile;
mod turns;

use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use self::assemble::assemble;
use self::block::{Block, Chains, LANES, Rows, Sink, Steps};
pub use self::density::Gradient;
use self::gathered::Gathered;
use self::machine::Machine;
use self::moves::Programs;
use self::turns::in_turns;
use super::pace::Pace;
use super::{
    Backend, BlockStats, Ceilings, Counts, Description, Error, Keep, Method, Population, Precision, Progress, Stretch,
    Tuning,
};
use crate::diagnostics::chain_moments::ChainMoments;
use crate::math::Real;
use crate::math::simd::Width;
use crate::model::Model;
use crate::rng::philox;

/// Chains of one model on this machine's cores.
#[derive(Debug)]
pub struct CpuBackend<R> {
    description: Description,
    width: Width,
    key: [u32; 2],
    density: Evaluator<R>,
    constrain: Machine<R>,
    parameters: usize,
    coordinates: usize,
    blocks: Vec<Block<R>>,
    pace: Pace,
}

/// What a method asks of the model.
#[derive(Debug)]
enum Evaluator<R> {
    Metropolis(Arc<Programs<R>>),
    Nuts { density: Gradient<R>, max_treedepth: u32 },
}

impl<R: Real> CpuBackend<R> {
    /// A backend for `model` that takes Metropolis steps, its random numbers keyed by `seed`.
    pub fn new(model: &Model, seed: u64) -> Self {
        Self::with_method(model, Method::Metropolis, seed)
    }

    /// A backend for `model`, its random numbers keyed by `seed`.
    ///
    /// # Panics
    /// When a method's settings are out of range.
    pub fn with_method(model: &Model, method: Method, seed: u64) -> Self {
        Self::with_width(model, method, seed, Width::widest())
    }

    /// As [`CpuBackend::with_method`], with vectors of a given width: all give the same bits.
    ///
    /// # Panics
    /// As [`CpuBackend::with_method`].
    pub fn with_width(model: &Model, method: Method, seed: u64, width: Width) -> Self {
        let threads = rayon::current_num_threads();
        let plural = if threads == 1 { "" } else { "s" };
        Self {
            description: Description {
                backend: "cpu",
                adapter: format!("{threads} thread{plural}, {}", width.name()),
                precision: if size_of::<R>() == 4 { Precision::F32 } else { Precision::F64 },
            },
            width,
            key: philox::key(seed),
            density: match method {
                Method::Metropolis => Evaluator::Metropolis(Arc::new(Programs::new(model))),
                Method::Nuts { max_treedepth } => {
                    assert!((1..=30).contains(&max_treedepth), "max_treedepth is 1 to 30, not {max_treedepth}");
                    let density = Gradient::with_width(&model.gradient(), model.density.results.len(), width);
                    Evaluator::Nuts { density, max_treedepth }
                }
            },
            constrain: Machine::new(Arc::new(assemble(&model.constrain))),
            parameters: model.parameters.len(),
            coordinates: model.coordinates.len(),
            blocks: Vec::new(),
            pace: Pace::new(1, 1),
        }
    }

    fn chains(&self) -> usize {
        self.blocks.iter().map(|block| block.chains.log_density().len()).sum()
    }
}

impl<R: Real> Backend for CpuBackend<R> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn method(&self) -> Method {
        match self.density {
            Evaluator::Metropolis(_) => Method::Metropolis,
            Evaluator::Nuts { max_treedepth, .. } => Method::Nuts { max_treedepth },
        }
    }

    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, Error> {
        let lanes = population.chains.div_ceil(rayon::current_num_threads()).clamp(1, LANES);
        if population.chains != self.chains() {
            self.pace = Pace::new(1, 1);
        }
        let coordinates = self.coordinates;
        let blocks: Vec<Block<R>> = (0..population.chains.div_ceil(lanes))
            .into_par_iter()
            .map(|index| {
                let from = index * lanes;
                let chains = from..(from + lanes).min(population.chains);
                let states: Vec<Vec<R>> = (0..coordinates)
                    .map(|z| chains.clone().map(|chain| R::from_f64(positions[chain * coordinates + z])).collect())
                    .collect();
                let first = population.first + from as u32;
                let chains = match &self.density {
                    Evaluator::Metropolis(programs) => Chains::metropolis(first, states, programs, self.width),
                    Evaluator::Nuts { density, max_treedepth } => {
                        Chains::nuts(first, &states, density.clone(), *max_treedepth)
                    }
                };
                Block::new(chains, self.constrain.clone())
            })
            .collect();
        self.blocks = blocks;
        Ok(self.blocks.iter().flat_map(|block| block.chains.log_density().iter().map(|x| x.to_f64())).collect())
    }

    fn tune(&mut self, tuning: &Tuning) -> Result<(), Error> {
        let (chains, coordinates) = (self.chains(), self.coordinates);
        let mut chain = 0;
        for block in &mut self.blocks {
            let (table, values) = match (&mut block.chains, tuning) {
                (Chains::Metropolis { chains, .. }, Tuning::Metropolis { scales }) => (&mut chains.scales, scales),
                (Chains::Nuts { chains, .. }, Tuning::Nuts { step_sizes, inverse_metric }) => {
                    for (step, &value) in chains.step_sizes.iter_mut().zip(&step_sizes[chain..]) {
                        *step = R::from_f64(value);
                    }
                    (&mut chains.inverse_metric, inverse_metric)
                }
                (Chains::Metropolis { .. }, Tuning::Nuts { .. }) | (Chains::Nuts { .. }, Tuning::Metropolis { .. }) => {
                    panic!("the tuning is another method's")
                }
            };
            assert_eq!(values.len(), chains * coordinates, "a number for each coordinate of each chain");
            for (coordinate, lanes) in table.iter_mut().enumerate() {
                for (lane, to) in lanes.iter_mut().enumerate() {
                    *to = R::from_f64(values[(chain + lane) * coordinates + coordinate]);
                }
            }
            chain += block.chains.log_density().len();
        }
        Ok(())
    }

    fn advance(
        &mut self,
        stretch: Stretch,
        keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error> {
        self.blocks.iter_mut().for_each(|block| block.chains.clear_counts());
        let (thin, from, mut kept) = match keep {
            Some(keep) => (keep.thin, keep.from, Some((keep.draws, keep.statistics))),
            None => (1, 0, None),
        };
        let lanes = self.blocks.first().map_or(1, |block| block.chains.log_density().len());
        let (width, key) = (self.width, self.key);
        let mut pace = self.pace.with(thin, stretch.steps);
        let mut done = 0;
        while done < stretch.steps {
            let count = pace.next(stretch.steps - done);
            let clock = Instant::now();
            let first = stretch.first_step.wrapping_add(done);
            let steps = Steps { first, count, thin, from: from + (done / thin) as usize };
            let slice = self.slice(steps);
            match &mut kept {
                Some((draws, statistics)) if draws.draws() > 0 => {
                    let mut told = statistics.as_mut().map(|told| told.lend().parts(lanes).into_iter());
                    let parts = draws.lend().parts(lanes).into_iter();
                    let rows: Vec<Rows<'_>> =
                        parts.map(|draws| Rows { draws, statistics: told.as_mut().and_then(Iterator::next) }).collect();
                    let tasks = self.blocks.iter_mut().zip(rows).collect();
                    in_turns(tasks, steps, slice, |(block, rows), steps| {
                        block.advance(width, key, steps, Some(Sink::Rows(rows.lend())));
                    });
                }
                _ => {
                    let tasks = self.blocks.iter_mut().collect();
                    in_turns(tasks, steps, slice, |block, steps| block.advance(width, key, steps, None));
                }
            }
            done += count;
            pace.learn(count, clock.elapsed());
            self.pace = pace.clone();
            if progress(done).is_break() && done < stretch.steps {
                return Err(Error::Interrupted { steps: done });
            }
        }
        Ok(BlockStats { steps: stretch.steps, counts: self.counts() })
    }

    fn gather(
        &mut self,
        stretch: Stretch,
        thin: u32,
        moments: &mut ChainMoments,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error> {
        let (width, key, first_half) = (self.width, self.key, moments.first_half());
        self.blocks.iter_mut().for_each(|block| block.chains.clear_counts());
        let mut gathered: Vec<Gathered<R>> =
            self.blocks.iter_mut().map(|block| Gathered::new(width, block.parameters(width))).collect();
        let mut pace = self.pace.with(thin, stretch.steps);
        let mut done = 0;
        while done < stretch.steps {
            let count = pace.next(stretch.steps - done);
            let clock = Instant::now();
            let first = stretch.first_step.wrapping_add(done);
            let steps = Steps { first, count, thin, from: (done / thin) as usize };
            let slice = self.slice(steps);
            let tasks = self.blocks.iter_mut().zip(&mut gathered).collect();
            in_turns(tasks, steps, slice, |(block, gathered), steps| {
                block.advance(width, key, steps, Some(Sink::Moments { gathered, first_half }));
            });
            done += count;
            pace.learn(count, clock.elapsed());
            self.pace = pace.clone();
            if progress(done).is_break() && done < stretch.steps {
                return Err(Error::Interrupted { steps: done });
            }
        }
        let lanes = self.blocks.first().map_or(1, |block| block.chains.log_density().len());
        let row = 2 * moments.width();
        let (origins, sums) = moments.fill();
        let rows = origins.chunks_mut((lanes * self.parameters).max(1)).zip(sums.chunks_mut((lanes * row).max(1)));
        gathered.iter().zip(rows).for_each(|(gathered, (origins, sums))| gathered.write(origins, sums));
        Ok(BlockStats { steps: stretch.steps, counts: self.counts() })
    }

    fn positions(&mut self) -> Result<Vec<f64>, Error> {
        let mut positions = Vec::with_capacity(self.chains() * self.coordinates);
        for block in &self.blocks {
            for lane in 0..block.chains.log_density().len() {
                positions.extend(block.chains.coordinates().iter().map(|z| z[lane].to_f64()));
            }
        }
        Ok(positions)
    }

    fn ceilings(&mut self) -> Result<Option<Ceilings>, Error> {
        Ok(Some(ceilings::ceilings::<R>(self.width)))
    }

    fn gradient(&mut self) -> Result<Vec<f64>, Error> {
        let mut slopes = Vec::new();
        for block in &self.blocks {
            if let Chains::Nuts { chains, .. } = &block.chains {
                for lane in 0..chains.lanes() {
                    slopes.extend(chains.samples.gradient.iter().map(|component| component[lane].to_f64()));
                }
            }
        }
        Ok(slopes)
    }
}

impl<R: Real> CpuBackend<R> {
    /// Steps of a block's turn: lanes that follow trajectories wait for one another at its end.
    fn slice(&self, steps: Steps) -> u32 {
        match self.density {
            Evaluator::Metropolis(_) => turns::slice(steps),
            Evaluator::Nuts { .. } => steps.count,
        }
    }

    /// What the steps since counts were cleared were like.
    fn counts(&self) -> Counts {
        let (mut accepted, mut all_trees) = (Vec::new(), Vec::new());
        for block in &self.blocks {
            match &block.chains {
                Chains::Metropolis { chains, .. } => {
                    for lane in 0..chains.log_density.len() {
                        accepted.extend(chains.accepted.iter().map(|counts| counts[lane]));
                    }
                }
                Chains::Nuts { trees, .. } => all_trees.extend_from_slice(trees),
            }
        }
        match self.density {
            Evaluator::Metropolis(_) => Counts::Accepted(accepted),
            Evaluator::Nuts { .. } => Counts::Trees(all_trees),
        }
    }
}
