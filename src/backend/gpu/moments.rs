//! Steps of which moments are kept on the device and no draw leaves it: like `dispatch`, but that a buffer of sums takes
//! the place of the draws, and is read once, at the end.
//!
//! Absent on purpose: what moments tell (`diagnostics::chain_moments`), and which sums they are (`shaders/run.wgsl`).

use std::collections::VecDeque;
use std::time::Instant;

use super::buffers;
use super::device::Device;
use super::dispatch::Dispatcher;
use super::error::Error;
use super::kernels::Kernels;
use super::layout::Params;
use super::shard::Shard;
use crate::backend::{Progress, Stretch};
use crate::diagnostics::chain_moments::{ChainMoments, products};

/// Dispatches in flight, so that the device need not wait for the host.
const IN_FLIGHT: usize = 2;

/// Words of a chain: the origin, and for each half its sums with their compensations.
fn words(parameters: usize) -> usize {
    parameters + 4 * (parameters + products(parameters))
}

impl Dispatcher {
    /// Advances all shards by a stretch, fills `moments`, and returns the steps taken: fewer than asked for if `progress`
    /// breaks off, and no moments then.
    ///
    /// # Errors
    /// When the device fails, or has no room.
    #[expect(clippy::too_many_arguments, reason = "as `advance`, with the moments apart")]
    pub fn gather(
        &mut self,
        device: &Device,
        kernels: &Kernels,
        shards: &[Shard],
        stretch: Stretch,
        thin: u32,
        moments: &mut ChainMoments,
        progress: Progress<'_>,
    ) -> Result<u32, Error> {
        let [begin, gather] = kernels.moments(device)?;
        let words = words(kernels.parameters);
        let mut places = Vec::with_capacity(shards.len());
        for shard in shards {
            let bytes = 4 * (words * shard.population.chains) as u64;
            if bytes > kernels.largest_binding_bytes {
                let fitting = kernels.largest_binding_bytes / (4 * words as u64);
                return Err(Error::OutOfMemory {
                    adapter: device.info.full_name(),
                    what: "the moments of one shard".into(),
                    asked_bytes: bytes,
                    fitting_chains: Some(fitting),
                });
            }
            let sums = buffers::storage(device, "moments", bytes)?;
            let group = kernels.group(device, shard, &sums);
            device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&kernels.params(shard)));
            buffers::dispatch(device, begin, &group, shard.workgroups());
            places.push((sums, group));
        }
        let half = u32::try_from(moments.first_half()).unwrap_or(u32::MAX).saturating_mul(thin);
        let mut flights: VecDeque<(wgpu::SubmissionIndex, Instant, u32, bool)> = VecDeque::new();
        let (mut submitted, mut done) = (0, 0);
        let mut last_finish = Instant::now();
        let mut stopped = false;
        while (submitted < stretch.steps && !stopped) || !flights.is_empty() {
            let is_full = submitted >= stretch.steps || stopped || flights.len() >= IN_FLIGHT * shards.len();
            if is_full && let Some((submission, begun, steps, ends_round)) = flights.pop_front() {
                device.wait(&submission)?;
                let elapsed = begun.max(last_finish).elapsed();
                last_finish = Instant::now();
                if steps == self.pace.next(u32::MAX) {
                    self.pace.learn(steps, elapsed);
                }
                if ends_round {
                    done += steps;
                    stopped |= progress(done).is_break();
                }
                continue;
            }
            // A dispatch belongs to one half.
            let until_half = if submitted < half { half - submitted } else { u32::MAX };
            let steps = self.pace.next((stretch.steps - submitted).min(until_half).min(self.most_steps));
            for (index, (shard, (_, group))) in shards.iter().zip(&places).enumerate() {
                let params = Params {
                    first_step: stretch.first_step.wrapping_add(submitted),
                    steps,
                    thin,
                    until_draw: thin - submitted % thin,
                    half_number: u32::from(submitted >= half),
                    ..kernels.params(shard)
                };
                device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&params));
                let submission = buffers::dispatch(device, gather, group, shard.workgroups());
                flights.push_back((submission, Instant::now(), steps, index + 1 == shards.len()));
            }
            submitted += steps;
        }
        if done == stretch.steps {
            read(device, kernels, shards, &places, moments)?;
        }
        Ok(done)
    }
}

/// Reads the sums of all shards.
fn read(
    device: &Device,
    kernels: &Kernels,
    shards: &[Shard],
    places: &[(wgpu::Buffer, wgpu::BindGroup)],
    moments: &mut ChainMoments,
) -> Result<(), Error> {
    let (parameters, words, width) = (kernels.parameters, words(kernels.parameters), 2 * moments.width());
    let (mut origins, mut sums) = moments.fill();
    for (shard, (buffer, _)) in shards.iter().zip(places) {
        let chains = shard.population.chains;
        let found = buffers::read(device, buffer, 4 * (words * chains) as u64)?;
        let number = |slot: usize, chain: usize| f64::from(f32::from_bits(found[slot * chains + chain]));
        let (own_origins, other_origins) = origins.split_at_mut(chains * parameters);
        let (own_sums, other_sums) = sums.split_at_mut(chains * width);
        for chain in 0..chains {
            for parameter in 0..parameters {
                own_origins[chain * parameters + parameter] = number(parameter, chain);
            }
            for moment in 0..width {
                let slot = parameters + 2 * moment;
                own_sums[chain * width + moment] = number(slot, chain) + number(slot + 1, chain);
            }
        }
        (origins, sums) = (other_origins, other_sums);
    }
    Ok(())
}
