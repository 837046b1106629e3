//! Chains that take steps of NUTS on a GPU, as a [`Backend`].
//!
//! ```text
//! Model --differentiate, emit, shader--> WGSL --kernels--> pipelines
//! positions --shard--> chains with their trees on the device --dispatch--> counts, draws --work, gather--> host
//! ```
//!
//! What crosses the line to the device is `layout`. Absent on purpose: how a tree grows, which is WGSL by hand
//! (`shaders/sampler/nuts.wgsl`), and how steps are tuned.

mod dispatch;
mod gather;
mod kernels;
pub(super) mod layout;
mod shard;
mod work;

use self::dispatch::Dispatcher;
use self::kernels::Kernels;
use self::shard::Shard;
use self::work::Work;
use super::adapter::{AdapterChoice, AdapterInfo};
use super::answers::Verdict;
use super::chains::{Restrictions, open};
use super::device::Device;
use super::error::Error;
use super::shard::cut;
use super::{budget, buffers, ceilings, memory, size};
use crate::backend::{
    self, Backend, BlockStats, Ceilings, Counts, Description, Keep, Method, Population, Precision, Progress, Stretch,
    Tuning,
};
use crate::model::Model;

/// Chains of one model on one GPU that follow trajectories.
#[derive(Debug)]
pub struct NutsBackend {
    description: Description,
    adapter: AdapterInfo,
    verdict: Verdict,
    notes: Vec<String>,
    compile_seconds: f64,
    device: Device,
    kernels: Kernels,
    largest_binding_bytes: u64,
    most_turns: u32,
    shards: Vec<(Shard, Dispatcher)>,
}

impl NutsBackend {
    /// A backend for `model` on the adapter chosen, with trajectories doubled `max_treedepth` times at most, its random
    /// numbers keyed by `seed`.
    ///
    /// # Errors
    /// When there is no such adapter, it does not compute correctly, or the model does not fit.
    ///
    /// # Panics
    /// When `max_treedepth` is not 1 to 30.
    pub fn new(model: &Model, max_treedepth: u32, choice: &AdapterChoice, seed: u64) -> Result<Self, Error> {
        Self::restricted(model, max_treedepth, choice, seed, Restrictions::default())
    }

    /// As [`NutsBackend::new`], within tighter bounds than the device's own: all give the same bits.
    ///
    /// # Errors
    /// As [`NutsBackend::new`].
    ///
    /// # Panics
    /// As [`NutsBackend::new`].
    pub fn restricted(
        model: &Model,
        max_treedepth: u32,
        choice: &AdapterChoice,
        seed: u64,
        restrictions: Restrictions,
    ) -> Result<Self, Error> {
        assert!((1..=30).contains(&max_treedepth), "max_treedepth is 1 to 30, not {max_treedepth}");
        if model.coordinates.is_empty() || model.parameters.is_empty() {
            return Err(Error::NothingToSample);
        }
        let gradient = model.gradient();
        memory::check(&[&gradient, &model.constrain])?;
        let (device, verdict) = open(choice, restrictions)?;
        size::check(&[&gradient, &model.constrain], &device.info)?;
        let turn = budget::turn(model, &gradient, max_treedepth);
        let most_turns = match verdict.loop_limit {
            None => u32::MAX,
            Some(limit) => match budget::turns(model, turn, limit) {
                0 => return Err(Error::LoopLimit { adapter: device.info.full_name(), limit, needed: turn }),
                turns => u32::try_from(turns).unwrap_or(u32::MAX),
            },
        };
        let own = device.limits.max_storage_buffer_binding_size;
        let (kernels, compile_seconds) = Kernels::new(&device, model, &gradient, max_treedepth, seed)?;
        Ok(Self {
            description: Description { backend: "gpu", adapter: device.info.name.clone(), precision: Precision::F32 },
            adapter: device.info.clone(),
            notes: verdict.note().into_iter().collect(),
            verdict,
            compile_seconds,
            device,
            kernels,
            largest_binding_bytes: restrictions.largest_binding_bytes.map_or(own, |bytes| bytes.min(own)),
            most_turns,
            shards: Vec::new(),
        })
    }

    /// The adapter in use.
    pub fn adapter(&self) -> &AdapterInfo {
        &self.adapter
    }

    /// What the canary found.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What a user should know about the device, in sentences.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Seconds from WGSL to a shader that has run once.
    pub fn compile_seconds(&self) -> f64 {
        self.compile_seconds
    }

    /// How many of them the first run took, in which drivers compile what they had put off.
    pub fn first_dispatch_seconds(&self) -> f64 {
        self.kernels.first_dispatch_seconds
    }

    fn place(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, Error> {
        let (kernels, device) = (&self.kernels, &self.device);
        self.shards.clear();
        let mut log_densities = Vec::with_capacity(population.chains);
        let mut rest = positions;
        for part in cut(population, shard::most_chains(kernels.shape, self.largest_binding_bytes)) {
            let (own, others) = rest.split_at(part.chains * kernels.shape.coordinates);
            rest = others;
            let shard = Shard::new(device, part, kernels.shape, own)?;
            let dispatcher = Dispatcher::new(device, kernels, &shard, self.most_turns, self.largest_binding_bytes)?;
            device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&kernels.params(&shard)));
            buffers::dispatch(device, &kernels.start, dispatcher.group(), shard.workgroups());
            log_densities.extend(shard.log_densities(device)?);
            self.shards.push((shard, dispatcher));
        }
        Ok(log_densities)
    }

    /// How many chains find room where those asked for did not: found by trying half as many, again and again.
    fn fitting(&mut self, population: Population, positions: &[f64]) -> Option<u64> {
        let halves = std::iter::successors(Some(population.chains / 2), |chains| Some(chains / 2));
        let fits = |chains: &usize| {
            let fewer = Population { chains: *chains, ..population };
            let placed = self.place(fewer, &positions[..chains * self.kernels.shape.coordinates]).is_ok();
            self.shards.clear();
            placed
        };
        halves.take_while(|&chains| chains > 0).find(fits).map(|chains| chains as u64)
    }
}

impl Backend for NutsBackend {
    fn description(&self) -> &Description {
        &self.description
    }

    fn method(&self) -> Method {
        Method::Nuts { max_treedepth: self.kernels.shape.max_treedepth }
    }

    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, backend::Error> {
        let placed = self.place(population, positions).map_err(|error| match error {
            Error::OutOfMemory { adapter, what, .. } => {
                let words = self.kernels.shape.vector_words();
                Error::OutOfMemory {
                    adapter,
                    what,
                    asked_bytes: 4 * (words + layout::SCALAR_WORDS) * population.chains as u64,
                    fitting_chains: self.fitting(population, positions),
                }
            }
            other => other,
        });
        Ok(placed?)
    }

    fn tune(&mut self, tuning: &Tuning) -> Result<(), backend::Error> {
        let Tuning::Nuts { step_sizes, inverse_metric } = tuning else { panic!("the tuning is another method's") };
        let chains: usize = self.shards.iter().map(|(shard, _)| shard.population.chains).sum();
        let coordinates = self.kernels.shape.coordinates;
        assert_eq!(step_sizes.len(), chains, "a step size for each chain");
        assert_eq!(inverse_metric.len(), chains * coordinates, "a number for each coordinate of each chain");
        let mut first = 0;
        for (shard, _) in &mut self.shards {
            let chains = shard.population.chains;
            let metric = &inverse_metric[first * coordinates..][..chains * coordinates];
            shard.tune(&self.device, &step_sizes[first..first + chains], metric);
            first += chains;
        }
        Ok(self.device.check("the tuning", 0)?)
    }

    fn advance(
        &mut self,
        stretch: Stretch,
        mut keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, backend::Error> {
        let shards = self.shards.len() as u64;
        let mut trees = Vec::new();
        for (index, (shard, dispatcher)) in (0..).zip(&mut self.shards) {
            let chains = shard.population.chains;
            let mut work = Work::new(stretch, keep.as_mut(), self.kernels.shape.parameters, trees.len(), chains);
            // One shard after the other: what all have done, as if they had done it side by side.
            let share = |done: u32| ((index * u64::from(stretch.steps) + u64::from(done)) / shards) as u32;
            let mut tell = |done: u32| progress(share(done)).is_continue();
            if !dispatcher.advance(&self.device, &self.kernels, shard, &mut work, &mut tell)? {
                let steps = if shards == 1 { work.done() } else { 0 };
                return Err(backend::Error::Interrupted { steps });
            }
            trees.append(&mut work.trees);
        }
        Ok(BlockStats { steps: stretch.steps, counts: Counts::Trees(trees) })
    }

    fn positions(&mut self) -> Result<Vec<f64>, backend::Error> {
        let mut positions = Vec::new();
        for (shard, _) in &self.shards {
            positions.extend(shard.positions(&self.device)?);
        }
        Ok(positions)
    }

    fn ceilings(&mut self) -> Result<Option<Ceilings>, backend::Error> {
        Ok(Some(ceilings::ceilings(&self.device)?))
    }

    fn gradient(&mut self) -> Result<Vec<f64>, backend::Error> {
        let mut slopes = Vec::new();
        for (shard, _) in &self.shards {
            slopes.extend(shard.gradient(&self.device)?);
        }
        Ok(slopes)
    }
}
