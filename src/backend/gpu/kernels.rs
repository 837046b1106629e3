//! A model on a device: its compiled shader and its data. What does not change from run to run.

use std::sync::OnceLock;
use std::time::Instant;

use super::device::Device;
use super::error::Error;
use super::layout::{self, Params};
use super::shard::Shard;
use super::tables::Tables;
use super::{buffers, shader};
use crate::backend::Population;
use crate::model::Model;
use crate::rng::philox;

/// The kernels of a model.
#[derive(Debug)]
pub struct Kernels {
    pub start: wgpu::ComputePipeline,
    pub run: wgpu::ComputePipeline,
    /// Made when moments are asked for: drivers take their time.
    moments: OnceLock<[wgpu::ComputePipeline; 2]>,
    module: wgpu::ShaderModule,
    pub params: wgpu::Buffer,
    pub coordinates: usize,
    pub parameters: usize,
    /// Largest storage binding to use.
    pub largest_binding_bytes: u64,
    /// Seconds of the first dispatches.
    pub first_dispatch_seconds: f64,
    layout: wgpu::BindGroupLayout,
    data: wgpu::Buffer,
    key: [u32; 2],
}

impl Kernels {
    /// Compiles the shader of a model, runs it once without steps (drivers compile lazily), and returns the seconds that
    /// took.
    ///
    /// # Errors
    /// When the shader is rejected, or the data do not fit.
    pub fn new(device: &Device, model: &Model, seed: u64, largest_binding_bytes: u64) -> Result<(Self, f64), Error> {
        let clock = Instant::now();
        let tables = Tables::new(model);
        let bytes = size_of_val(&tables.vectors[..]) as u64;
        if bytes > device.limits.max_storage_buffer_binding_size {
            return Err(Error::OutOfMemory {
                adapter: device.info.full_name(),
                what: "the data".into(),
                asked_bytes: bytes,
                fitting_chains: None,
            });
        }
        let data = buffers::upload(device, "data", bytemuck::cast_slice(&tables.vectors))?;
        let layout = buffers::layout(device, &layout::BINDINGS.map(|(_, access)| access));
        let module = device.module("ridgewalk", shader::wgsl(model))?;
        let mut kernels = Self {
            start: device.pipeline(&module, "start", &layout)?,
            run: device.pipeline(&module, "run", &layout)?,
            moments: OnceLock::new(),
            module,
            params: buffers::uniform(device, "params", size_of::<Params>() as u64)?,
            coordinates: model.coordinates.len(),
            parameters: model.parameters.len(),
            largest_binding_bytes,
            first_dispatch_seconds: 0.0,
            layout,
            data,
            key: philox::key(seed),
        };
        let one = Population { first: 0, chains: 1 };
        let shard = Shard::new(device, one, kernels.coordinates, &vec![0.0; kernels.coordinates])?;
        let draws = buffers::storage(device, "draws", 4)?;
        let group = kernels.group(device, &shard, &draws);
        device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&kernels.params(&shard)));
        let first = Instant::now();
        for pipeline in [&kernels.start, &kernels.run] {
            let submission = buffers::dispatch(device, pipeline, &group, 1);
            device.wait(&submission)?;
        }
        kernels.first_dispatch_seconds = first.elapsed().as_secs_f64();
        Ok((kernels, clock.elapsed().as_secs_f64()))
    }

    /// The kernels that begin moments and that gather them.
    ///
    /// # Errors
    /// When the shader is rejected.
    pub fn moments(&self, device: &Device) -> Result<&[wgpu::ComputePipeline; 2], Error> {
        if let Some(kernels) = self.moments.get() {
            return Ok(kernels);
        }
        let pipeline = |entry: &str| device.pipeline(&self.module, entry, &self.layout);
        let kernels = [pipeline("begin_moments")?, pipeline("gather")?];
        Ok(self.moments.get_or_init(|| kernels))
    }

    /// The uniform of a dispatch over a shard that takes no steps.
    pub fn params(&self, shard: &Shard) -> Params {
        Params {
            key_low: self.key[0],
            key_high: self.key[1],
            first_chain: shard.population.first,
            chains: shard.population.chains as u32,
            ..Params::default()
        }
    }

    /// The bind group of a shard.
    pub fn group(&self, device: &Device, shard: &Shard, draws: &wgpu::Buffer) -> wgpu::BindGroup {
        shard.group(device, &self.layout, &self.params, &self.data, draws)
    }

    /// Bytes of one draw of so many chains.
    pub fn draw_bytes(&self, chains: usize) -> u64 {
        4 * self.parameters as u64 * chains as u64
    }
}
