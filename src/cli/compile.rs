//! `ridgewalk compile`: shows what a model becomes.

use std::io::Write;

use super::args::{Compile, Emit, Sampler};
use super::error::{CliError, Verdict};
use super::files;
use crate::backend::gpu;
use crate::ir::print::print;
use crate::lang;

pub(super) fn compile(compile: &Compile, out: &mut impl Write) -> Result<Verdict, CliError> {
    let settings = lang::Settings { collapse: !compile.no_collapse, ..lang::Settings::default() };
    let model = files::compiled(&compile.input, settings)?.model;
    match compile.emit {
        Emit::Ir => {
            writeln!(out, "// log density, up to a constant, on the coordinates")?;
            for (index, name) in model.coordinates.iter().enumerate() {
                writeln!(out, "// z{index}: {name}")?;
            }
            match compile.sampler {
                Sampler::Metropolis => write!(out, "{}", print(&model.density, &[]))?,
                Sampler::Nuts => {
                    let terms = (0..model.density.results.len()).map(|term| format!("term {}", term + 1));
                    let slopes = model.coordinates.iter().map(|name| format!("by {name}"));
                    write!(out, "{}", print(&model.gradient(), &terms.chain(slopes).collect::<Vec<_>>()))?;
                }
            }
            writeln!(out, "\n// parameters")?;
            write!(out, "{}", print(&model.constrain, &model.parameters))?;
        }
        Emit::Wgsl => match compile.sampler {
            Sampler::Metropolis => write!(out, "{}", gpu::wgsl(&model))?,
            Sampler::Nuts => write!(out, "{}", gpu::nuts_wgsl(&model, compile.max_treedepth))?,
        },
    }
    Ok(Verdict::Good)
}
