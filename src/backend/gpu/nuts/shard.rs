//! Chains of NUTS on the device, with their trees as they stand between dispatches.
//!
//! Host arrays, `[chain, coordinate]`, go in and come out; on the device the chain is the fastest axis. Absent on purpose:
//! steps (`dispatch`).

use super::super::buffers;
use super::super::device::Device;
use super::super::error::Error;
use super::super::layout::{MOST_WORKGROUPS, WORKGROUP_SIZE};
use super::layout::{self, Shape};
use crate::backend::Population;

/// Some of the chains of a population.
#[derive(Debug)]
pub struct Shard {
    /// Which chains of the run.
    pub population: Population,
    pub vectors: wgpu::Buffer,
    pub scalars: wgpu::Buffer,
    pub counts: wgpu::Buffer,
    coordinates: usize,
    /// The metric that the device has, `[coordinate, chain]`.
    inverse_metric: Vec<f32>,
}

/// Most chains that one shard may hold, given what a chain needs in the largest binding.
pub fn most_chains(shape: Shape, largest_binding_bytes: u64) -> usize {
    let words = shape.vector_words().max(shape.columns() as u64).max(layout::SCALAR_WORDS);
    let fitting = largest_binding_bytes / (4 * words);
    fitting.min(u64::from(MOST_WORKGROUPS) * u64::from(WORKGROUP_SIZE)) as usize
}

impl Shard {
    /// Chains at `positions`, `[chain, coordinate]`, with unit steps and metric.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new(device: &Device, population: Population, shape: Shape, positions: &[f64]) -> Result<Self, Error> {
        let chains = population.chains as u64;
        let mut shard = Self {
            population,
            vectors: buffers::storage(device, "vectors", 4 * shape.vector_words() * chains)?,
            scalars: buffers::storage(device, "scalars", 4 * layout::SCALAR_WORDS * chains)?,
            counts: buffers::storage(device, "counts", 4 * layout::COUNT_WORDS as u64 * chains)?,
            coordinates: shape.coordinates,
            inverse_metric: Vec::new(),
        };
        device.queue.write_buffer(&shard.vectors, 0, bytemuck::cast_slice(&shard.transposed(positions)));
        shard.tune(device, &vec![1.0; population.chains], &vec![1.0; positions.len()]);
        Ok(shard)
    }

    /// Workgroups of a dispatch over these chains.
    pub fn workgroups(&self) -> u32 {
        (self.population.chains as u32).div_ceil(WORKGROUP_SIZE)
    }

    /// Sets step sizes, and the metric, `[chain, coordinate]`, where it is another than before.
    pub fn tune(&mut self, device: &Device, step_sizes: &[f64], inverse_metric: &[f64]) {
        let chains = self.population.chains as u64;
        let steps: Vec<f32> = step_sizes.iter().map(|&step| step as f32).collect();
        device.queue.write_buffer(&self.scalars, 4 * layout::STEP_SIZE * chains, bytemuck::cast_slice(&steps));
        let metric = self.transposed(inverse_metric);
        if metric != self.inverse_metric {
            let at = 4 * layout::INVERSE_METRIC * self.coordinates as u64 * chains;
            device.queue.write_buffer(&self.vectors, at, bytemuck::cast_slice(&metric));
            self.inverse_metric = metric;
        }
    }

    /// Adds commands that begin a stretch: no step of it is taken, and no chain is within a tree, wherever a stretch that was
    /// broken off has left it.
    pub fn begin(&self, encoder: &mut wgpu::CommandEncoder) {
        let bytes = 4 * self.population.chains as u64;
        encoder.clear_buffer(&self.scalars, 4 * layout::RUNNING * bytes, Some(bytes));
        encoder.clear_buffer(&self.counts, 0, None);
    }

    /// Where the chains are, `[chain, coordinate]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn positions(&self, device: &Device) -> Result<Vec<f64>, Error> {
        self.vector(device, layout::SAMPLE)
    }

    /// The gradient there, `[chain, coordinate]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn gradient(&self, device: &Device) -> Result<Vec<f64>, Error> {
        self.vector(device, layout::SAMPLE_GRADIENT)
    }

    fn vector(&self, device: &Device, vector: u64) -> Result<Vec<f64>, Error> {
        let (chains, coordinates) = (self.population.chains, self.coordinates);
        let bytes = 4 * (chains * coordinates) as u64;
        let words = buffers::read_at(device, &self.vectors, vector * bytes, bytes)?;
        let number = |i: usize| f64::from(f32::from_bits(words[i % coordinates * chains + i / coordinates]));
        Ok((0..chains * coordinates).map(number).collect())
    }

    /// The log density of each chain, as it comes.
    ///
    /// # Errors
    /// When the device fails.
    pub fn log_densities(&self, device: &Device) -> Result<Vec<f64>, Error> {
        let bytes = 4 * self.population.chains as u64;
        let words = buffers::read_at(device, &self.scalars, layout::SAMPLE_LOG_DENSITY * bytes, bytes)?;
        Ok(words.into_iter().map(|word| f64::from(f32::from_bits(word))).collect())
    }

    /// `[chain, coordinate]` as `[coordinate, chain]`.
    fn transposed(&self, values: &[f64]) -> Vec<f32> {
        let (chains, coordinates) = (self.population.chains, self.coordinates);
        let column = |z: usize| (0..chains).map(move |chain| values[chain * coordinates + z] as f32);
        (0..coordinates).flat_map(column).collect()
    }
}
