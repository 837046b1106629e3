//! `ridgewalk compile`: shows what a model becomes.

use std::io::Write;

use super::args::{Compile, Emit};
use super::error::{CliError, Verdict};
use super::{files, request};
use crate::backend::{Method, gpu};
use crate::ir::print::print;
use crate::lang;

pub(super) fn compile(compile: &Compile, out: &mut impl Write) -> Result<Verdict, CliError> {
    request::check_sampler_options(&compile.stepping, None)?;
    let method = request::method(&compile.stepping);
    let settings = lang::Settings { collapse: !compile.no_collapse, ..lang::Settings::default() };
    let model = files::compiled(&compile.input, settings)?.model;
    match compile.emit {
        Emit::Ir => {
            writeln!(out, "// log density, up to a constant, on the coordinates")?;
            for (index, name) in model.coordinates.iter().enumerate() {
                writeln!(out, "// z{index}: {name}")?;
            }
            match method {
                Method::Metropolis => write!(out, "{}", print(&model.density, &[]))?,
                Method::Nuts { .. } => {
                    let terms = (0..model.density.results.len()).map(|term| format!("term {}", term + 1));
                    let slopes = model.coordinates.iter().map(|name| format!("by {name}"));
                    write!(out, "{}", print(&model.gradient(), &terms.chain(slopes).collect::<Vec<_>>()))?;
                }
            }
            writeln!(out, "\n// parameters")?;
            write!(out, "{}", print(&model.constrain, &model.parameters))?;
        }
        Emit::Wgsl => match method {
            Method::Metropolis => write!(out, "{}", gpu::wgsl(&model))?,
            Method::Nuts { max_treedepth } => write!(out, "{}", gpu::nuts_wgsl(&model, max_treedepth))?,
        },
    }
    Ok(Verdict::Good)
}
