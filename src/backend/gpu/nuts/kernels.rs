//! A model with its gradient on a device: the compiled shader of NUTS and the data. What does not change from run to run.

use std::time::Instant;

use super::super::device::Device;
use super::super::error::Error;
use super::super::tables::Tables;
use super::super::{buffers, shader};
use super::layout::{self, Params, Shape};
use super::shard::Shard;
use crate::backend::Population;
use crate::ir::Program;
use crate::model::Model;
use crate::rng::philox;

/// The kernels of a model.
#[derive(Debug)]
pub struct Kernels {
    pub start: wgpu::ComputePipeline,
    pub run: wgpu::ComputePipeline,
    pub params: wgpu::Buffer,
    pub shape: Shape,
    /// How long the first run took, in which drivers compile what they had put off.
    pub first_dispatch_seconds: f64,
    layout: wgpu::BindGroupLayout,
    data: wgpu::Buffer,
    key: [u32; 2],
}

impl Kernels {
    /// Compiles the shader of a model whose gradient is given, runs it once without steps (drivers compile lazily), and
    /// returns the seconds that took.
    ///
    /// # Errors
    /// When the shader is rejected, or the data do not fit.
    pub fn new(
        device: &Device,
        model: &Model,
        gradient: &Program,
        max_treedepth: u32,
        seed: u64,
    ) -> Result<(Self, f64), Error> {
        let clock = Instant::now();
        let tables = Tables::of(gradient, &model.constrain);
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
        let module = device.module("ridgewalk.nuts", shader::nuts(model, gradient, &tables, max_treedepth))?;
        let mut kernels = Self {
            start: device.pipeline(&module, "start", &layout)?,
            run: device.pipeline(&module, "run", &layout)?,
            params: buffers::uniform(device, "params", size_of::<Params>() as u64)?,
            shape: Shape { coordinates: model.coordinates.len(), parameters: model.parameters.len(), max_treedepth },
            first_dispatch_seconds: 0.0,
            layout,
            data,
            key: philox::key(seed),
        };
        let one = Population { first: 0, chains: 1 };
        let shard = Shard::new(device, one, kernels.shape, &vec![0.0; kernels.shape.coordinates])?;
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
        let [vectors, scalars, counts] = [&shard.vectors, &shard.scalars, &shard.counts];
        buffers::group(device, &self.layout, &[&self.params, &self.data, vectors, scalars, counts, draws])
    }
}
