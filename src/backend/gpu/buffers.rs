//! Memory on the device: creating, filling, binding and reading buffers, one dispatch at a time. What they are for is
//! known elsewhere (`chains`, `dispatch`, `canary`).

use std::sync::mpsc;

use super::device::Device;
use super::error::Error;
use super::layout::Access;

/// Bytes of the smallest buffer: a binding must not be empty.
const SMALLEST: u64 = 16;

/// A storage buffer, all zeros.
///
/// # Errors
/// When there is no room.
pub fn storage(device: &Device, label: &str, bytes: u64) -> Result<wgpu::Buffer, Error> {
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    create(device, label, bytes, usage)
}

/// A uniform buffer.
///
/// # Errors
/// When there is no room.
pub fn uniform(device: &Device, label: &str, bytes: u64) -> Result<wgpu::Buffer, Error> {
    create(device, label, bytes, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST)
}

/// A buffer that the host reads from.
///
/// # Errors
/// When there is no room.
pub fn staging(device: &Device, label: &str, bytes: u64) -> Result<wgpu::Buffer, Error> {
    create(device, label, bytes, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)
}

/// A storage buffer with content.
///
/// # Errors
/// When there is no room.
pub fn upload(device: &Device, label: &str, content: &[u8]) -> Result<wgpu::Buffer, Error> {
    let buffer = storage(device, label, content.len() as u64)?;
    device.queue.write_buffer(&buffer, 0, content);
    Ok(buffer)
}

fn create(device: &Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, Error> {
    let size = bytes.max(SMALLEST);
    if size > device.limits.max_buffer_size {
        return Err(Error::OutOfMemory {
            adapter: device.info.full_name(),
            what: label.into(),
            asked_bytes: size,
            fitting_chains: None,
        });
    }
    let name = format!("ridgewalk.{label}");
    let descriptor = wgpu::BufferDescriptor { label: Some(&name), size, usage, mapped_at_creation: false };
    let buffer = device.device.create_buffer(&descriptor);
    device.check(label, size)?;
    Ok(buffer)
}

/// The layout of a bind group whose bindings are used in these ways, from binding 0 on.
pub fn layout(device: &Device, bindings: &[Access]) -> wgpu::BindGroupLayout {
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
        .zip(bindings)
        .map(|(binding, access)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match access {
                    Access::Uniform => wgpu::BufferBindingType::Uniform,
                    Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    let descriptor = wgpu::BindGroupLayoutDescriptor { label: Some("ridgewalk"), entries: &entries };
    device.device.create_bind_group_layout(&descriptor)
}

/// Binds buffers, from binding 0 on.
pub fn group(device: &Device, layout: &wgpu::BindGroupLayout, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
    let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
        .zip(buffers)
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    let descriptor = wgpu::BindGroupDescriptor { label: Some("ridgewalk"), layout, entries: &entries };
    device.device.create_bind_group(&descriptor)
}

/// Writes the commands of one dispatch.
pub fn encode(
    encoder: &mut wgpu::CommandEncoder,
    pipeline: &wgpu::ComputePipeline,
    group: &wgpu::BindGroup,
    workgroups: u32,
) {
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[]);
    pass.dispatch_workgroups(workgroups, 1, 1);
}

/// Submits one dispatch by itself.
pub fn dispatch(
    device: &Device,
    pipeline: &wgpu::ComputePipeline,
    group: &wgpu::BindGroup,
    workgroups: u32,
) -> wgpu::SubmissionIndex {
    let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encode(&mut encoder, pipeline, group, workgroups);
    device.queue.submit([encoder.finish()])
}

/// Told whether a buffer could be mapped.
pub type Mapped = mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>;

/// Submits the commands with a copy of the first `bytes` of `from` into `staging`, which is mapped when they are done.
pub fn submit_and_map(
    device: &Device,
    mut encoder: wgpu::CommandEncoder,
    from: &wgpu::Buffer,
    staging: &wgpu::Buffer,
    bytes: u64,
) -> (wgpu::SubmissionIndex, Mapped) {
    encoder.copy_buffer_to_buffer(from, 0, staging, 0, bytes);
    submit_mapped(device, encoder, staging, bytes)
}

/// Submits the commands, among which are those that fill the first `bytes` of `staging`, which is mapped when they are done.
pub fn submit_mapped(
    device: &Device,
    encoder: wgpu::CommandEncoder,
    staging: &wgpu::Buffer,
    bytes: u64,
) -> (wgpu::SubmissionIndex, Mapped) {
    let (sender, receiver) = mpsc::channel();
    encoder.map_buffer_on_submit(staging, wgpu::MapMode::Read, 0..bytes, move |result| {
        // The receiver is gone only when the run has failed already.
        let _ = sender.send(result);
    });
    (device.queue.submit([encoder.finish()]), receiver)
}

/// Hands the first `bytes` of a mapped buffer, as words, to `consume`.
///
/// # Errors
/// When the device fails, or mapping did.
pub fn consume<R>(
    device: &Device,
    staging: &wgpu::Buffer,
    bytes: u64,
    mapped: &Mapped,
    consume: impl FnOnce(&[u32]) -> R,
) -> Result<R, Error> {
    let invalid = |message: String| Error::Invalid { adapter: device.info.full_name(), message };
    let outcome = mapped.try_recv().map_err(|_| invalid("a buffer was not mapped in time".into()))?;
    outcome.map_err(|error| invalid(error.to_string()))?;
    let view = staging.get_mapped_range(0..bytes).map_err(|error| invalid(error.to_string()))?;
    let result = consume(bytemuck::cast_slice(&view));
    drop(view);
    staging.unmap();
    Ok(result)
}

/// The first `bytes` of a storage buffer, after everything submitted so far, as words.
///
/// # Errors
/// When the device fails, or there is no room.
pub fn read(device: &Device, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u32>, Error> {
    read_at(device, buffer, 0, bytes)
}

/// As [`read`], from a place on.
///
/// # Errors
/// As [`read`].
pub fn read_at(device: &Device, buffer: &wgpu::Buffer, from: u64, bytes: u64) -> Result<Vec<u32>, Error> {
    let staging = staging(device, "readback", bytes)?;
    let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_buffer_to_buffer(buffer, from, &staging, 0, bytes);
    let (submission, mapped) = submit_mapped(device, encoder, &staging, bytes);
    device.wait(&submission)?;
    consume(device, &staging, bytes, &mapped, <[u32]>::to_vec)
}
