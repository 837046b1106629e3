//! Chains that take Metropolis steps on a GPU, as a [`Backend`]: holds the device, the model's kernels and the shards, and hands each
//! request to those who know how.

use super::adapter::{AdapterChoice, AdapterInfo};
use super::answers::Verdict;
use super::device::Device;
use super::dispatch::Dispatcher;
use super::error::Error;
use super::kernels::Kernels;
use super::shard::{self, Shard};
use super::{budget, buffers, canary, ceilings, memory, size};
use crate::backend::{
    self, Backend, BlockStats, Ceilings, Counts, Description, Keep, Method, Population, Precision, Progress, Stretch,
    Tuning,
};
use crate::diagnostics::chain_moments::ChainMoments;
use crate::model::Model;

/// Bounds below a device's own: what a smaller or an older device would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// Iterations that all loops of an invocation share.
    pub loop_limit: Option<u64>,
    /// Largest storage binding, in bytes.
    pub largest_binding_bytes: Option<u64>,
}

/// Opens an adapter and examines it, as if it had no more than what it is restricted to.
///
/// # Errors
/// When there is no such adapter, or it does not compute correctly.
pub(super) fn open(choice: &AdapterChoice, restrictions: Restrictions) -> Result<(Device, Verdict), Error> {
    let device = Device::open(choice)?;
    let mut verdict = canary::examine(&device)?;
    verdict.loop_limit = [verdict.loop_limit, restrictions.loop_limit].into_iter().flatten().min();
    Ok((device, verdict))
}

/// Chains of one model on one GPU, which take Metropolis steps.
#[derive(Debug)]
pub struct GpuBackend {
    description: Description,
    adapter: AdapterInfo,
    verdict: Verdict,
    notes: Vec<String>,
    compile_seconds: f64,
    device: Device,
    kernels: Kernels,
    most_steps: u32,
    shards: Vec<Shard>,
    dispatcher: Option<Dispatcher>,
}

impl GpuBackend {
    /// A backend for `model` on the adapter chosen, its random numbers keyed by `seed`.
    ///
    /// # Errors
    /// When there is no such adapter, it does not compute correctly, or the model does not fit.
    pub fn new(model: &Model, choice: &AdapterChoice, seed: u64) -> Result<Self, Error> {
        Self::restricted(model, choice, seed, Restrictions::default())
    }

    /// As [`GpuBackend::new`], within tighter bounds than the device's own: all give the same bits.
    ///
    /// # Errors
    /// As [`GpuBackend::new`].
    pub fn restricted(
        model: &Model,
        choice: &AdapterChoice,
        seed: u64,
        restrictions: Restrictions,
    ) -> Result<Self, Error> {
        if model.coordinates.is_empty() || model.parameters.is_empty() {
            return Err(Error::NothingToSample);
        }
        memory::check(&[&model.density, &model.constrain])?;
        let (device, verdict) = open(choice, restrictions)?;
        size::check(&[&model.density, &model.constrain], &device.info)?;
        let most_steps = match verdict.loop_limit {
            None => u32::MAX,
            Some(limit) => match budget::steps(model, limit) {
                0 => {
                    let (adapter, needed) = (device.info.full_name(), budget::step(model));
                    return Err(Error::LoopLimit { adapter, limit, needed });
                }
                steps => u32::try_from(steps).unwrap_or(u32::MAX),
            },
        };
        let own = device.limits.max_storage_buffer_binding_size;
        let largest = restrictions.largest_binding_bytes.map_or(own, |bytes| bytes.min(own));
        let (kernels, compile_seconds) = Kernels::new(&device, model, seed, largest)?;
        Ok(Self {
            description: Description { backend: "gpu", adapter: device.info.name.clone(), precision: Precision::F32 },
            adapter: device.info.clone(),
            notes: verdict.note().into_iter().collect(),
            verdict,
            compile_seconds,
            device,
            kernels,
            most_steps,
            shards: Vec::new(),
            dispatcher: None,
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
        let (coordinates, device) = (self.kernels.coordinates, &self.device);
        self.dispatcher = None;
        self.shards.clear();
        let most = shard::most_chains(coordinates, self.kernels.parameters, self.kernels.largest_binding_bytes);
        let mut rest = positions;
        for part in shard::cut(population, most) {
            let (own, others) = rest.split_at(part.chains * coordinates);
            self.shards.push(Shard::new(device, part, coordinates, own)?);
            rest = others;
        }
        let dispatcher = Dispatcher::new(device, &self.kernels, &self.shards, self.most_steps)?;
        let mut log_densities = Vec::with_capacity(population.chains);
        for (index, shard) in self.shards.iter().enumerate() {
            device.queue.write_buffer(&self.kernels.params, 0, bytemuck::bytes_of(&self.kernels.params(shard)));
            buffers::dispatch(device, &self.kernels.start, dispatcher.group(index), shard.workgroups());
            log_densities.extend(shard.log_densities(device)?);
        }
        self.dispatcher = Some(dispatcher);
        Ok(log_densities)
    }

    /// How many chains find room where those asked for did not: found by trying half as many, again and again.
    fn fitting(&mut self, population: Population, positions: &[f64]) -> Option<u64> {
        let mut chains = population.chains / 2;
        while chains > 0 {
            let fewer = Population { chains, ..population };
            let placed = self.place(fewer, &positions[..chains * self.kernels.coordinates]).is_ok();
            self.dispatcher = None;
            self.shards.clear();
            if placed {
                return Some(chains as u64);
            }
            chains /= 2;
        }
        None
    }

    fn stats(&self, stretch: Stretch) -> Result<BlockStats, backend::Error> {
        let mut accepted = Vec::new();
        for shard in &self.shards {
            accepted.extend(shard.accepted(&self.device)?);
        }
        Ok(BlockStats { steps: stretch.steps, counts: Counts::Accepted(accepted) })
    }

    fn clear_counts(&self) {
        let mut encoder = self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for shard in &self.shards {
            shard.clear_counts(&mut encoder);
        }
        self.device.queue.submit([encoder.finish()]);
    }
}

impl Backend for GpuBackend {
    fn description(&self) -> &Description {
        &self.description
    }

    fn method(&self) -> Method {
        Method::Metropolis
    }

    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, backend::Error> {
        let placed = self.place(population, positions).map_err(|error| match error {
            Error::OutOfMemory { adapter, what, .. } => Error::OutOfMemory {
                adapter,
                what,
                // Coordinates, scales and counts, and the log density.
                asked_bytes: ((12 * self.kernels.coordinates + 4) * population.chains) as u64,
                fitting_chains: self.fitting(population, positions),
            },
            other => other,
        });
        Ok(placed?)
    }

    fn tune(&mut self, tuning: &Tuning) -> Result<(), backend::Error> {
        let chains: usize = self.shards.iter().map(|shard| shard.population.chains).sum();
        let expected = chains * self.kernels.coordinates;
        let Tuning::Metropolis { scales } = tuning else { panic!("the tuning is another method's") };
        assert_eq!(scales.len(), expected, "a number for each coordinate of each chain");
        let mut rest = &scales[..];
        for shard in &self.shards {
            let (own, others) = rest.split_at(shard.population.chains * self.kernels.coordinates);
            shard.tune(&self.device, own);
            rest = others;
        }
        Ok(self.device.check("the tuning", 0)?)
    }

    fn advance(
        &mut self,
        stretch: Stretch,
        keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, backend::Error> {
        self.clear_counts();
        if let Some(dispatcher) = &mut self.dispatcher {
            let steps = dispatcher.advance(&self.device, &self.kernels, &self.shards, stretch, keep, progress)?;
            if steps < stretch.steps {
                return Err(backend::Error::Interrupted { steps });
            }
        }
        self.stats(stretch)
    }

    fn gather(
        &mut self,
        stretch: Stretch,
        thin: u32,
        moments: &mut ChainMoments,
        progress: Progress<'_>,
    ) -> Result<BlockStats, backend::Error> {
        self.clear_counts();
        if let Some(dispatcher) = &mut self.dispatcher {
            let steps =
                dispatcher.gather(&self.device, &self.kernels, &self.shards, stretch, thin, moments, progress)?;
            if steps < stretch.steps {
                return Err(backend::Error::Interrupted { steps });
            }
        }
        self.stats(stretch)
    }

    fn positions(&mut self) -> Result<Vec<f64>, backend::Error> {
        let mut positions = Vec::new();
        for shard in &self.shards {
            positions.extend(shard.positions(&self.device)?);
        }
        Ok(positions)
    }

    fn ceilings(&mut self) -> Result<Option<Ceilings>, backend::Error> {
        Ok(Some(ceilings::ceilings(&self.device)?))
    }
}
