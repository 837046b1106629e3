//! Chains on a GPU, in `f32`, one per invocation, hundreds of steps per dispatch; through wgpu, which is imported
//! nowhere else.
//!
//! ```text
//! Model --emit, shader--> WGSL --kernels--> pipelines        chains: the whole, as a Backend
//! device --canary--> a device to trust
//! positions --shard--> chains on the device --dispatch, transpose--> draws
//! ```
//!
//! That is Metropolis; `nuts` has its own chains, for which a dispatch is a number of leapfrogs.
//! What crosses the line to the device is `layout`. Absent on purpose: the samplers themselves, which are WGSL by
//! hand (`shaders/`), twins of `src/sampler/`.

mod adapter;
mod answers;
mod budget;
mod buffers;
mod canary;
mod ceilings;
mod chains;
mod columns;
mod device;
mod dispatch;
mod emit;
mod error;
mod expression;
mod guard;
mod kernels;
mod layout;
mod memory;
mod moments;
mod moves;
mod nuts;
mod opened;
mod shader;
mod shard;
mod size;
mod statements;
mod tables;
mod transpose;
#[cfg(test)]
#[path = "../../../tests/gpu/wanted.rs"]
mod wanted;

pub use self::adapter::{AdapterChoice, AdapterInfo, Kind, adapters};
pub use self::answers::{MOST_ULPS, Verdict};
pub use self::chains::{GpuBackend, Restrictions};
pub use self::error::Error;
pub use self::nuts::NutsBackend;
pub use self::opened::{Opened, open};
pub use self::shader::{nuts_wgsl, wgsl};

/// Opens an adapter and examines it with the canary, without a model.
///
/// # Errors
/// When there is no such adapter, or it does not compute correctly.
pub fn examine(choice: &AdapterChoice) -> Result<Verdict, Error> {
    canary::examine(&device::Device::open(choice)?)
}
