//! Chains on the device: their states, tuning and counts between dispatches. A population that exceeds what one binding
//! or one dispatch can hold is cut into shards, which share nothing.
//!
//! Host arrays, `[chain, coordinate]`, go in and come out; on the device the chain is the fastest axis, so that
//! neighbouring invocations touch neighbouring words. Absent on purpose: steps (`dispatch`).

use super::buffers;
use super::device::Device;
use super::error::Error;
use super::layout;
use crate::backend::Population;

/// Some of the chains of a population.
#[derive(Debug)]
pub struct Shard {
    /// Which chains of the run.
    pub population: Population,
    coordinates: usize,
    states: wgpu::Buffer,
    log_densities: wgpu::Buffer,
    proposal_scales: wgpu::Buffer,
    accepted_counts: wgpu::Buffer,
}

/// Most chains that one shard may hold, given what a chain needs in the largest binding.
pub fn most_chains(coordinates: usize, parameters: usize, largest_binding_bytes: u64) -> usize {
    let words = coordinates.max(parameters).max(1) as u64;
    let fitting = largest_binding_bytes / (4 * words);
    let dispatched = u64::from(layout::MOST_WORKGROUPS) * u64::from(layout::WORKGROUP_SIZE);
    fitting.min(dispatched) as usize
}

/// Cuts a population into shards of nearly equal size.
pub fn cut(population: Population, most: usize) -> Vec<Population> {
    let shards = population.chains.div_ceil(most.max(1)).max(1);
    (0..shards)
        .map(|shard| {
            let (from, to) = (population.chains * shard / shards, population.chains * (shard + 1) / shards);
            Population { first: population.first + from as u32, chains: to - from }
        })
        .collect()
}

impl Shard {
    /// Chains at `positions`, `[chain, coordinate]`, with unit scales.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new(device: &Device, population: Population, coordinates: usize, positions: &[f64]) -> Result<Self, Error> {
        let words = (population.chains * coordinates * 4) as u64;
        let shard = Self {
            population,
            coordinates,
            states: buffers::storage(device, "states", words)?,
            log_densities: buffers::storage(device, "log_densities", population.chains as u64 * 4)?,
            proposal_scales: buffers::storage(device, "proposal_scales", words)?,
            accepted_counts: buffers::storage(device, "accepted_counts", words)?,
        };
        shard.write(device, &shard.states, positions);
        shard.tune(device, &vec![1.0; population.chains * coordinates]);
        Ok(shard)
    }

    /// Workgroups of a dispatch over these chains.
    pub fn workgroups(&self) -> u32 {
        (self.population.chains as u32).div_ceil(layout::WORKGROUP_SIZE)
    }

    /// The bind group with these chains in it.
    pub fn group(
        &self,
        device: &Device,
        layout: &wgpu::BindGroupLayout,
        params: &wgpu::Buffer,
        data: &wgpu::Buffer,
        draws: &wgpu::Buffer,
    ) -> wgpu::BindGroup {
        let chains = [&self.states, &self.log_densities, &self.proposal_scales, &self.accepted_counts];
        buffers::group(device, layout, &[&[params, data], &chains[..], &[draws]].concat())
    }

    /// Sets the standard deviations of the proposals, `[chain, coordinate]`.
    pub fn tune(&self, device: &Device, scales: &[f64]) {
        self.write(device, &self.proposal_scales, scales);
    }

    /// Adds a command that sets the counts of accepted proposals to zero.
    pub fn clear_counts(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.clear_buffer(&self.accepted_counts, 0, None);
    }

    /// Where the chains are, `[chain, coordinate]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn positions(&self, device: &Device) -> Result<Vec<f64>, Error> {
        self.read(device, &self.states, |word| f64::from(f32::from_bits(word)))
    }

    /// Proposals taken, `[chain, coordinate]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn accepted(&self, device: &Device) -> Result<Vec<u32>, Error> {
        self.read(device, &self.accepted_counts, |word| word)
    }

    /// The log density of each chain, as it comes.
    ///
    /// # Errors
    /// When the device fails.
    pub fn log_densities(&self, device: &Device) -> Result<Vec<f64>, Error> {
        let words = buffers::read(device, &self.log_densities, self.population.chains as u64 * 4)?;
        Ok(words.into_iter().map(|word| f64::from(f32::from_bits(word))).collect())
    }

    fn write(&self, device: &Device, buffer: &wgpu::Buffer, values: &[f64]) {
        let (chains, coordinates) = (self.population.chains, self.coordinates);
        let words: Vec<f32> = (0..coordinates)
            .flat_map(|z| (0..chains).map(move |chain| values[chain * coordinates + z] as f32))
            .collect();
        device.queue.write_buffer(buffer, 0, bytemuck::cast_slice(&words));
    }

    fn read<T>(&self, device: &Device, buffer: &wgpu::Buffer, convert: impl Fn(u32) -> T) -> Result<Vec<T>, Error> {
        let (chains, coordinates) = (self.population.chains, self.coordinates);
        let words = buffers::read(device, buffer, (chains * coordinates * 4) as u64)?;
        Ok((0..chains * coordinates).map(|i| convert(words[i % coordinates * chains + i / coordinates])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_nearly_equal_and_number_their_chains_on() {
        let population = Population { first: 5, chains: 10 };
        let shards = cut(population, 4);
        let chains: Vec<usize> = shards.iter().map(|shard| shard.chains).collect();
        let first: Vec<u32> = shards.iter().map(|shard| shard.first).collect();
        assert_eq!((chains, first), (vec![3, 3, 4], vec![5, 8, 11]));
        assert_eq!(cut(population, 10), [population]);
    }

    #[test]
    fn a_shard_fits_the_binding_and_the_dispatch() {
        assert_eq!(most_chains(3, 4, 160), 10);
        assert_eq!(most_chains(1, 1, 1 << 40), 65_535 * 64);
    }
}
