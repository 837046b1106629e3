//! Chains on all cores of the CPU, in `f64` (the truth and the default) or `f32` (the GPU's twin).
//!
//! ```text
//! Program --assemble--> LaneProgram --Machine--> lanes of results
//!                                     Chains + Machine = Block, one per task of the thread pool
//! ```
//!
//! A block is up to [`LANES`] chains that step together, one operation at a time over all of its lanes. Blocks share
//! nothing, and neither the number of lanes nor the vector width enters any result, so the bits do not depend on
//! threads, block sizes or machines. Absent on purpose: code generation at run time.

mod arrays;
mod assemble;
mod bodies;
mod density;
mod kernels;
mod lanes;
mod machine;
#[cfg(test)]
mod machine_tests;
mod program;
mod special;

use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use self::assemble::assemble;
pub use self::density::Gradient;
use self::density::LogDensity;
use self::lanes::Lanes;
use self::machine::Machine;
use super::pace::Pace;
use super::{Backend, BlockStats, Description, Error, Keep, Population, Precision, Progress, Stretch, Tuning};
use crate::math::Real;
use crate::math::simd::Width;
use crate::model::Model;
use crate::rng::philox;
use crate::sampler::Density;
use crate::sampler::metropolis::{Chains, sweep};

/// Most chains of a block: enough to hide the cost of starting an operation, few enough that the lanes of a small
/// model stay in the first-level cache.
const LANES: usize = 256;

/// Chains of one model on this machine's cores.
#[derive(Debug)]
pub struct CpuBackend<R> {
    description: Description,
    width: Width,
    key: [u32; 2],
    density: LogDensity<R>,
    constrain: Machine<R>,
    parameters: usize,
    coordinates: usize,
    blocks: Vec<Block<R>>,
}

/// Chains that step together, with the machines that evaluate them.
#[derive(Debug)]
struct Block<R> {
    chains: Chains<R>,
    density: LogDensity<R>,
    constrain: Machine<R>,
}

impl<R: Real> CpuBackend<R> {
    /// A backend for `model`, its random numbers keyed by `seed`.
    pub fn new(model: &Model, seed: u64) -> Self {
        Self::with_width(model, seed, Width::widest())
    }

    /// As [`CpuBackend::new`], with vectors of a given width: all give the same bits.
    pub fn with_width(model: &Model, seed: u64, width: Width) -> Self {
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
            density: LogDensity::new(Machine::new(Arc::new(assemble(&model.density))), width),
            constrain: Machine::new(Arc::new(assemble(&model.constrain))),
            parameters: model.parameters.len(),
            coordinates: model.coordinates.len(),
            blocks: Vec::new(),
        }
    }

    fn chains(&self) -> usize {
        self.blocks.iter().map(|block| block.chains.log_density.len()).sum()
    }
}

impl<R: Real> Backend for CpuBackend<R> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, Error> {
        let lanes = population.chains.div_ceil(rayon::current_num_threads()).clamp(1, LANES);
        let coordinates = self.coordinates;
        let blocks: Vec<Block<R>> = (0..population.chains.div_ceil(lanes))
            .into_par_iter()
            .map(|index| {
                let from = index * lanes;
                let chains = from..(from + lanes).min(population.chains);
                let states: Vec<Vec<R>> = (0..coordinates)
                    .map(|z| chains.clone().map(|chain| R::from_f64(positions[chain * coordinates + z])).collect())
                    .collect();
                let mut density = self.density.clone();
                let mut log_density = vec![R::ZERO; chains.len()];
                density.log_density(&states, &mut log_density);
                let first = population.first + from as u32;
                Block { chains: Chains::new(first, states, log_density), density, constrain: self.constrain.clone() }
            })
            .collect();
        self.blocks = blocks;
        Ok(self.blocks.iter().flat_map(|block| block.chains.log_density.iter().map(|x| x.to_f64())).collect())
    }

    fn tune(&mut self, tuning: &Tuning) -> Result<(), Error> {
        let coordinates = self.coordinates;
        assert_eq!(tuning.scales.len(), self.chains() * coordinates, "a scale for each coordinate of each chain");
        let mut chain = 0;
        for block in &mut self.blocks {
            for lane in 0..block.chains.log_density.len() {
                for (coordinate, lanes) in block.chains.scales.iter_mut().enumerate() {
                    lanes[lane] = R::from_f64(tuning.scales[chain * coordinates + coordinate]);
                }
                chain += 1;
            }
        }
        Ok(())
    }

    fn advance(
        &mut self,
        stretch: Stretch,
        keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error> {
        for counts in self.blocks.iter_mut().flat_map(|block| &mut block.chains.accepted) {
            counts.fill(0);
        }
        let (thin, from, mut draws) = match keep {
            Some(keep) => (keep.thin, keep.from, Some(keep.draws)),
            None => (1, 0, None),
        };
        let row = draws.as_ref().map_or(0, |draws| draws.draws() * self.parameters);
        let lanes = self.blocks.first().map_or(1, |block| block.chains.log_density.len());
        let (width, key) = (self.width, self.key);
        let mut pace = Pace::new(thin, stretch.steps);
        let mut done = 0;
        while done < stretch.steps {
            let steps = pace.next(stretch.steps - done);
            let clock = Instant::now();
            let first_step = stretch.first_step.wrapping_add(done);
            let advance = |block: &mut Block<R>, mut kept: Option<&mut [f64]>| {
                for step in 0..steps {
                    sweep(width, &mut block.chains, &mut block.density, key, first_step.wrapping_add(step));
                    if let Some(rows) = &mut kept
                        && (step + 1) % thin == 0
                    {
                        let draw = from + ((done + step) / thin) as usize;
                        block.keep(width, rows, row, draw);
                    }
                }
            };
            match &mut draws {
                Some(draws) if row > 0 => self
                    .blocks
                    .par_iter_mut()
                    .zip(draws.values_mut().par_chunks_mut(lanes * row))
                    .for_each(|(block, rows)| advance(block, Some(rows))),
                _ => self.blocks.par_iter_mut().for_each(|block| advance(block, None)),
            }
            done += steps;
            pace.learn(steps, clock.elapsed());
            if progress(done).is_break() && done < stretch.steps {
                return Err(Error::Interrupted { steps: done });
            }
        }
        let mut accepted = Vec::with_capacity(self.chains() * self.coordinates);
        for block in &self.blocks {
            for lane in 0..block.chains.log_density.len() {
                accepted.extend(block.chains.accepted.iter().map(|counts| counts[lane]));
            }
        }
        Ok(BlockStats { steps: stretch.steps, accepted })
    }

    fn positions(&mut self) -> Result<Vec<f64>, Error> {
        let mut positions = Vec::with_capacity(self.chains() * self.coordinates);
        for block in &self.blocks {
            for lane in 0..block.chains.log_density.len() {
                positions.extend(block.chains.coordinates.iter().map(|z| z[lane].to_f64()));
            }
        }
        Ok(positions)
    }
}

impl<R: Real> Block<R> {
    /// Writes the parameters of every lane as draw `draw` of `rows`, `[chain, draw, parameter]`, `row` numbers a chain.
    fn keep(&mut self, width: Width, rows: &mut [f64], row: usize, draw: usize) {
        let lanes = self.chains.log_density.len();
        self.constrain.run(width, &self.chains.coordinates, lanes);
        let parameters = self.constrain.results();
        for parameter in 0..parameters {
            let values = self.constrain.result(parameter, &self.chains.coordinates, lanes);
            let offset = draw * parameters + parameter;
            match values {
                Lanes::Each(values) => {
                    for (lane, value) in values.iter().enumerate() {
                        rows[lane * row + offset] = value.to_f64();
                    }
                }
                Lanes::All(value) => {
                    for lane in 0..lanes {
                        rows[lane * row + offset] = value.to_f64();
                    }
                }
            }
        }
    }
}
