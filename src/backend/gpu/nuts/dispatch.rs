//! Leapfrogs: dispatches of about 100 ms, until every chain has taken the steps of a stretch.
//!
//! A dispatch is a number of leapfrogs, and trees go on from one to the next. Chains move on at their own pace: each has
//! room for as many draws, begins its next step when it is done with the last, and waits only where its room is full. What
//! a dispatch tells is taken while the next one runs. Absent on purpose: what a step is, which only the shader knows.

use std::time::{Duration, Instant};

use super::super::buffers::{self, Mapped};
use super::super::device::Device;
use super::super::error::Error;
use super::kernels::Kernels;
use super::layout::{COUNT_WORDS, Params, Told};
use super::shard::Shard;
use super::work::Work;
use crate::backend::pace::Pace;

/// Bytes of draws per dispatch: far more than a bus moves in a millisecond, far less than a host has.
const MOST_DRAW_BYTES: u64 = 64 << 20;
/// A wait that was at least this long was for the device, and the device was busy all the time before.
const WAITED: Duration = Duration::from_millis(1);

/// Where what a dispatch tells is left: on the device the draws; for the host the counts and, behind them, the draws.
#[derive(Debug)]
struct Slot {
    draws: wgpu::Buffer,
    staging: wgpu::Buffer,
    group: wgpu::BindGroup,
}

/// The dispatches of a shard.
#[derive(Debug)]
pub struct Dispatcher {
    /// One is written while the other is read.
    slots: Vec<Slot>,
    /// Draws of each chain that a slot has room for.
    room: u32,
    /// Most that it may have room for.
    most_room: u32,
    pace: Pace,
}

/// A dispatch under way.
struct Flight {
    submission: wgpu::SubmissionIndex,
    mapped: Mapped,
    submitted: Instant,
    slot: usize,
    turns: u32,
    /// Bytes that come back.
    bytes: u64,
}

impl Dispatcher {
    /// Dispatches of at most `most_turns` leapfrogs over a shard, whose draws stay within a binding.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new(
        device: &Device,
        kernels: &Kernels,
        shard: &Shard,
        most_turns: u32,
        largest_binding_bytes: u64,
    ) -> Result<Self, Error> {
        let draw = 4 * (kernels.shape.columns() * shard.population.chains) as u64;
        let most = (MOST_DRAW_BYTES.min(largest_binding_bytes) / draw).max(1);
        let most_room = u32::try_from(most).unwrap_or(u32::MAX);
        let mut dispatcher = Self { slots: Vec::new(), room: 0, most_room, pace: Pace::new(1, most_turns) };
        dispatcher.make_room(device, kernels, shard, 1)?;
        Ok(dispatcher)
    }

    /// Sees to it that slots have room for so many draws, or for as many as they may.
    fn make_room(&mut self, device: &Device, kernels: &Kernels, shard: &Shard, draws: u32) -> Result<(), Error> {
        let room = draws.clamp(1, self.most_room);
        if room <= self.room {
            return Ok(());
        }
        // The old ones go first: there may be no room for both.
        self.slots.clear();
        let chains = shard.population.chains;
        let bytes = 4 * (room as usize * kernels.shape.columns() * chains) as u64;
        for _ in 0..2 {
            let draws = buffers::storage(device, "draws", bytes)?;
            let staging = buffers::staging(device, "draws.staging", bytes + 4 * (COUNT_WORDS * chains) as u64)?;
            let group = kernels.group(device, shard, &draws);
            self.slots.push(Slot { draws, staging, group });
        }
        self.room = room;
        Ok(())
    }

    /// The bind group of the shard, with whatever slot.
    pub fn group(&self) -> &wgpu::BindGroup {
        &self.slots[0].group
    }

    /// Advances the shard until the work is done, or `progress`, which is told how many steps every chain has taken, breaks
    /// it off. Whether it is done.
    ///
    /// # Errors
    /// When the device fails.
    pub fn advance(
        &mut self,
        device: &Device,
        kernels: &Kernels,
        shard: &Shard,
        work: &mut Work<'_, '_>,
        progress: &mut dyn FnMut(u32) -> bool,
    ) -> Result<bool, Error> {
        if work.is_done() {
            return Ok(true);
        }
        let all_draws = work.steps().checked_div(work.thin()).unwrap_or(0);
        self.make_room(device, kernels, shard, all_draws)?;
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        shard.begin(&mut encoder);
        device.queue.submit([encoder.finish()]);
        let chains = shard.population.chains;
        let room = |most_kept: usize| (most_kept + most_kept / 4 + 1) as u32;
        let params = Params { room: room(all_draws as usize), ..work.params(kernels.params(shard)) };
        let mut next = Some(self.submit(device, kernels, shard, params, 0));
        while let Some(flight) = next.take() {
            let before = Instant::now();
            device.wait(&flight.submission)?;
            let waited = before.elapsed() >= WAITED;
            let elapsed = flight.submitted.elapsed();
            let staging = self.slots[flight.slot].staging.clone();
            buffers::consume(device, &staging, flight.bytes, &flight.mapped, |words| {
                let (counts, draws) = words.split_at(COUNT_WORDS * chains);
                let told: Vec<Told> = (0..chains).map(|chain| Told::of(counts, chain, chains)).collect();
                self.learn(&flight, &told, elapsed, waited);
                let kept = work.count(&told);
                let goes_on = progress(work.done());
                if !work.is_done() && goes_on {
                    let most_kept = kept.iter().map(|kept| kept.draws).max().unwrap_or(0);
                    let params = Params { room: room(most_kept), ..params };
                    next = Some(self.submit(device, kernels, shard, params, 1 - flight.slot));
                }
                work.take(draws, kernels.shape.columns(), kept);
            })?;
        }
        Ok(work.is_done())
    }

    /// Submits a dispatch into a slot.
    fn submit(&self, device: &Device, kernels: &Kernels, shard: &Shard, params: Params, slot: usize) -> Flight {
        let turns = self.pace.next(u32::MAX);
        // A step takes a leapfrog at least, so that no chain keeps more draws than it has turns.
        let room = if params.thin == 0 { 0 } else { params.room.min(self.room).min(turns) };
        let params = Params { turns, room, ..params };
        device.queue.write_buffer(&kernels.params, 0, bytemuck::bytes_of(&params));
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let Slot { draws, staging, group } = &self.slots[slot];
        buffers::encode(&mut encoder, &kernels.run, group, shard.workgroups());
        let chains = shard.population.chains;
        let counts = 4 * (COUNT_WORDS * chains) as u64;
        let kept = 4 * (room as usize * kernels.shape.columns() * chains) as u64;
        if kept > 0 {
            encoder.copy_buffer_to_buffer(draws, 0, staging, counts, kept);
        }
        encoder.copy_buffer_to_buffer(&shard.counts, 0, staging, 0, counts);
        let bytes = counts + kept;
        let (submission, mapped) = buffers::submit_mapped(device, encoder, staging, bytes);
        Flight { submission, mapped, submitted: Instant::now(), slot, turns, bytes }
    }

    /// Learns how long leapfrogs take. A dispatch in which no chain took all of its turns may have been short for that, and
    /// of one that was done before it was waited for only so much is known, that it was shorter.
    fn learn(&mut self, flight: &Flight, told: &[Told], elapsed: Duration, waited: bool) {
        let turns = told.iter().map(|told| told.turns).max().unwrap_or(0);
        let was_long = waited && elapsed > Pace::TARGET;
        if turns == flight.turns || was_long {
            self.pace.learn(turns.max(1), elapsed);
        }
    }
}
