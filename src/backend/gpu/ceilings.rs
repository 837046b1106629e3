//! What a device does at most: arithmetic in registers, and copies of its memory to the host.
//!
//! Absent on purpose: what a model's shader does of it.

use std::time::Instant;

use super::buffers;
use super::device::Device;
use super::error::Error;
use super::layout::Access;
use crate::backend::Ceilings;

const CEILING: &str = include_str!("../../../shaders/ceiling.wgsl");

/// `ROUNDS` and `OPERATIONS` of the shader.
const ROUNDS: u64 = 512;
const OPERATIONS: u64 = 128;
/// Invocations of a workgroup.
const WORKGROUP: u64 = 64;
/// The first dispatch; the next ones grow until they take [`LONG_ENOUGH`].
const WORKGROUPS: u32 = 256;
const LONG_ENOUGH: f64 = 0.02;
/// Bytes to read back.
const BYTES: u64 = 64 << 20;
/// Attempts, of which the fastest counts: a ceiling is what is possible.
const ATTEMPTS: usize = 3;

/// Measures.
///
/// # Errors
/// When the device fails.
pub fn ceilings(device: &Device) -> Result<Ceilings, Error> {
    let module = device.module("ceiling", CEILING.to_owned())?;
    let layout = buffers::layout(device, &[Access::Write]);
    let pipeline = device.pipeline(&module, "arithmetic", &layout)?;
    let bytes = BYTES.min(device.limits.max_storage_buffer_binding_size);
    let numbers = buffers::storage(device, "ceiling", bytes)?;
    device.queue.write_buffer(&numbers, 0, bytemuck::cast_slice(&[0.999_999_f32, 1e-6]));
    let group = buffers::group(device, &layout, &[&numbers]);
    let run = |workgroups| -> Result<f64, Error> {
        let clock = Instant::now();
        let submission = buffers::dispatch(device, &pipeline, &group, workgroups);
        device.wait(&submission)?;
        Ok(clock.elapsed().as_secs_f64())
    };
    let most = u32::try_from((bytes / 4 - 2) / WORKGROUP).unwrap_or(u32::MAX).min(super::layout::MOST_WORKGROUPS);
    let mut workgroups = WORKGROUPS.min(most);
    // The first one compiles.
    run(1)?;
    while run(workgroups)? < LONG_ENOUGH && workgroups < most {
        workgroups = workgroups.saturating_mul(4).min(most);
    }
    let (mut seconds, mut copy_seconds) = (f64::INFINITY, f64::INFINITY);
    let staging = buffers::staging(device, "ceiling.staging", bytes)?;
    for _ in 0..ATTEMPTS {
        seconds = seconds.min(run(workgroups)?);
        let clock = Instant::now();
        let encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let (submission, mapped) = buffers::submit_and_map(device, encoder, &numbers, &staging, bytes);
        device.wait(&submission)?;
        buffers::consume(device, &staging, bytes, &mapped, |words| std::hint::black_box(words.to_vec()).len())?;
        copy_seconds = copy_seconds.min(clock.elapsed().as_secs_f64());
    }
    Ok(Ceilings {
        operations_per_second: (u64::from(workgroups) * WORKGROUP * ROUNDS * OPERATIONS) as f64 / seconds,
        copied_bytes_per_second: bytes as f64 / copy_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shader_has_the_rounds_that_are_counted() {
        assert!(CEILING.contains(&format!("const ROUNDS: u32 = {ROUNDS}u;")));
        assert!(CEILING.contains(&format!("const OPERATIONS: u32 = {OPERATIONS}u;")));
        let body = CEILING.split_once("for (").unwrap().1.split_once("}\n").unwrap().0;
        assert_eq!((body.matches("*= factor").count() + body.matches("+= term").count()) as u64 * 4, OPERATIONS);
        assert!(CEILING.contains(&format!("@workgroup_size({WORKGROUP})")));
        wgpu::naga::front::wgsl::parse_str(CEILING).unwrap();
    }
}
