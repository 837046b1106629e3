//! Questions with known answers, put to a device before it is trusted: some real drivers compute wrong things and say
//! nothing. Debian 12's own software Vulkan (Mesa 22.3.6) leaves every loop after 65,535 iterations per invocation, which freezes
//! all chains at a plausible value; shader compilers have been seen to delete compensated sums and to fold NaN away.
//!
//! A device goes in, a [`Verdict`] comes out. The questions are `shaders/canary.wgsl`, the right
//! answers are `answers`. Absent on purpose: speed.

use super::answers::{FLAT, FUNCTIONS, NESTED, REST, Verdict, arguments, judge};
use super::buffers;
use super::device::Device;
use super::error::Error;
use super::{layout, shader};

/// Puts the questions to a device.
///
/// # Errors
/// [`Error::Canary`] with every wrong answer that no work-around helps; else when the device fails.
pub fn examine(device: &Device) -> Result<Verdict, Error> {
    let arguments = arguments();
    let answers = ask(device, &arguments)?;
    judge(&arguments, &answers).map_err(|evidence| Error::Canary { adapter: device.info.full_name(), evidence })
}

fn ask(device: &Device, arguments: &[f32]) -> Result<Vec<u32>, Error> {
    let mut questions = vec![0, FLAT, NESTED, NESTED];
    questions.extend(arguments.iter().map(|x| x.to_bits()));
    let answers = arguments.len() * FUNCTIONS.len() + REST;
    let module = device.module("ridgewalk.canary", shader::canary())?;
    let layout = buffers::layout(device, &[layout::Access::Read, layout::Access::Write]);
    let pipeline = device.pipeline(&module, "canary", &layout)?;
    let asked = buffers::upload(device, "canary.questions", bytemuck::cast_slice(&questions))?;
    let answered = buffers::storage(device, "canary.answers", answers as u64 * 4)?;
    let group = buffers::group(device, &layout, &[&asked, &answered]);
    let workgroups = 6 + (arguments.len() as u32).div_ceil(layout::WORKGROUP_SIZE);
    buffers::dispatch(device, &pipeline, &group, workgroups);
    buffers::read(device, &answered, answers as u64 * 4)
}
