//! Steps: cuts a stretch into dispatches of about 100 ms and has two in flight: one runs while the draws of the one
//! before are taken (`transpose`).
//!
//! Absent on purpose: what a step is, which only the shader knows.

use std::collections::VecDeque;
use std::time::Instant;

use super::buffers::{self, Mapped};
use super::device::Device;
use super::error::Error;
use super::kernels::Kernels;
use super::layout::Params;
use super::shard::Shard;
use super::transpose::transpose;
use crate::backend::pace::Pace;
use crate::backend::{Keep, Progress, Stretch};

/// Dispatches in flight: one runs while the draws of the one before are taken.
const IN_FLIGHT: usize = 2;
/// Bytes of draws per dispatch: far more than a bus moves in a millisecond, far less than a host has.
const MOST_DRAW_BYTES: u64 = 64 << 20;

/// Where the draws of a dispatch are left.
#[derive(Debug)]
struct Slot {
    draws: wgpu::Buffer,
    staging: wgpu::Buffer,
}

/// The dispatches of a population.
#[derive(Debug)]
pub struct Dispatcher {
    slots: Vec<Slot>,
    /// Bytes of each slot.
    slot_bytes: u64,
    /// `[slot, shard]`
    groups: Vec<Vec<wgpu::BindGroup>>,
    pub(super) pace: Pace,
    pub(super) most_steps: u32,
}

struct Flight {
    submission: wgpu::SubmissionIndex,
    submitted: Instant,
    mapped: Option<(Mapped, u64)>,
    slot: usize,
    first_chain: usize,
    chains: usize,
    first_draw: usize,
    steps: u32,
    /// Whether all shards have taken these steps once this is done.
    ends_round: bool,
}

impl Dispatcher {
    /// Dispatches of at most `most_steps` steps over these shards.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new(device: &Device, kernels: &Kernels, shards: &[Shard], most_steps: u32) -> Result<Self, Error> {
        let pace = Pace::new(1, most_steps);
        let mut dispatcher = Self { slots: Vec::new(), slot_bytes: 0, groups: Vec::new(), pace, most_steps };
        dispatcher.make_slots(device, kernels, shards, 4)?;
        Ok(dispatcher)
    }

    fn make_slots(&mut self, device: &Device, kernels: &Kernels, shards: &[Shard], bytes: u64) -> Result<(), Error> {
        // The old ones go first: there may be no room for both.
        self.groups.clear();
        self.slots.clear();
        for _ in 0..IN_FLIGHT {
            let draws = buffers::storage(device, "draws", bytes)?;
            let staging = buffers::staging(device, "draws.staging", bytes)?;
            self.groups.push(shards.iter().map(|shard| kernels.group(device, shard, &draws)).collect());
            self.slots.push(Slot { draws, staging });
        }
        self.slot_bytes = bytes;
        Ok(())
    }

    /// The bind group of a shard, with whatever slot.
    pub fn group(&self, shard: usize) -> &wgpu::BindGroup {
        &self.groups[0][shard]
    }

    /// Advances all shards by a stretch, and returns the steps taken: fewer than asked for if `progress` breaks off.
    ///
    /// # Errors
    /// When the device fails.
    pub fn advance(
        &mut self,
        device: &Device,
        kernels: &Kernels,
        shards: &[Shard],
        stretch: Stretch,
        mut keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<u32, Error> {
        let thin = keep.as_ref().map_or(0, |keep| keep.thin.max(1));
        let draws_in_slot = match stretch.steps.checked_div(thin) {
            Some(draws) => self.make_room(device, kernels, shards, draws)?,
            None => 0,
        };
        let mut flights = VecDeque::with_capacity(IN_FLIGHT);
        let (mut submitted, mut done, mut dispatches) = (0, 0, 0);
        let mut last_finish = Instant::now();
        let mut stopped = false;
        while submitted < stretch.steps && !stopped {
            let phase = if thin > 0 { submitted % thin } else { 0 };
            let room = if thin > 0 { draws_in_slot.saturating_mul(thin).saturating_sub(phase) } else { u32::MAX };
            let steps = self.pace.next((stretch.steps - submitted).min(room).min(self.most_steps));
            let first_chain = shards.first().map_or(0, |shard| shard.population.first);
            for (index, shard) in shards.iter().enumerate() {
                if flights.len() == IN_FLIGHT {
                    done += self.retire(device, kernels, &mut flights, &mut keep, &mut last_finish)?;
                    stopped |= progress(done).is_break();
                }
                let slot = dispatches % IN_FLIGHT;
                dispatches += 1;
                let params = Params {
                    first_step: stretch.first_step.wrapping_add(submitted),
                    steps,
                    thin,
                    until_draw: thin - phase,
                    ..kernels.params(shard)
                };
                let draws = (phase + steps).checked_div(thin).unwrap_or(0);
                let bytes = u64::from(draws) * kernels.draw_bytes(shard.population.chains);
                let (submission, mapped) = self.submit(device, kernels, (slot, index), shard, params, bytes);
                flights.push_back(Flight {
                    submission,
                    submitted: Instant::now(),
                    mapped: mapped.map(|mapped| (mapped, bytes)),
                    slot,
                    first_chain: shard.population.first.wrapping_sub(first_chain) as usize,
                    chains: shard.population.chains,
                    first_draw: submitted.checked_div(thin).unwrap_or(0) as usize,
                    steps,
                    ends_round: index + 1 == shards.len(),
                });
            }
            submitted += steps;
        }
        while !flights.is_empty() {
            done += self.retire(device, kernels, &mut flights, &mut keep, &mut last_finish)?;
            // Nothing is left to be broken off: what is in flight counts.
            let _ = progress(done);
        }
        Ok(done)
    }

    /// Sees to it that slots hold as many draws as are useful; returns how many.
    fn make_room(&mut self, device: &Device, kernels: &Kernels, shards: &[Shard], draws: u32) -> Result<u32, Error> {
        let chains = shards.iter().map(|shard| shard.population.chains).max().unwrap_or(1);
        let one = kernels.draw_bytes(chains);
        let bytes = MOST_DRAW_BYTES.min(kernels.largest_binding_bytes).min(one * u64::from(draws)).max(one);
        if self.slot_bytes < bytes {
            self.make_slots(device, kernels, shards, bytes)?;
        }
        Ok(u32::try_from(self.slot_bytes / one).unwrap_or(u32::MAX))
    }

    fn submit(
        &self,
        device: &Device,
        kernels: &Kernels,
        (slot, index): (usize, usize),
        shard: &Shard,
        params: Params,
        bytes: u64,
    ) -> (wgpu::SubmissionIndex, Option<Mapped>) {
        device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&params));
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        buffers::encode(&mut encoder, &kernels.run, &self.groups[slot][index], shard.workgroups());
        if bytes == 0 {
            return (device.queue.submit([encoder.finish()]), None);
        }
        let Slot { draws, staging } = &self.slots[slot];
        let (submission, mapped) = buffers::submit_and_map(device, encoder, draws, staging, bytes);
        (submission, Some(mapped))
    }

    /// Waits for the oldest dispatch and takes its draws; returns the steps that all shards have taken with it.
    fn retire(
        &mut self,
        device: &Device,
        kernels: &Kernels,
        flights: &mut VecDeque<Flight>,
        keep: &mut Option<Keep<'_>>,
        last_finish: &mut Instant,
    ) -> Result<u32, Error> {
        let Some(flight) = flights.pop_front() else { return Ok(0) };
        device.wait(&flight.submission)?;
        let elapsed = flight.submitted.max(*last_finish).elapsed();
        *last_finish = Instant::now();
        // A dispatch cut short by the end of a stretch says little about the pace.
        if flight.steps == self.pace.next(u32::MAX) {
            self.pace.learn(flight.steps, elapsed);
        }
        if let (Some((mapped, bytes)), Some(keep)) = (&flight.mapped, keep) {
            let staging = &self.slots[flight.slot].staging;
            buffers::consume(device, staging, *bytes, mapped, |words| {
                let (_, room) = keep.draws.lend().split_at(flight.first_chain);
                let (mut room, _) = room.split_at(flight.chains);
                transpose(words, &mut room, kernels.parameters, keep.from + flight.first_draw);
            })?;
        }
        Ok(if flight.ends_round { flight.steps } else { 0 })
    }
}
