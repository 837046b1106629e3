//! `ridgewalk check`: what single precision costs for a model and its data, as a table and a verdict.

use std::io::Write;

use serde_json::json;

use super::args::{Check, Checked};
use super::error::{CliError, Verdict};
use super::memory::{self, Room};
use super::request::MAX_TREEDEPTH;
use super::terminal::say;
use super::{files, gpus};
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{self, AdapterChoice};
use crate::backend::{Backend, Method};

use crate::lang;
use crate::model::Model;
use crate::report::table;
use crate::run::check::trajectory::Trajectories;
use crate::run::check::{Report, STEPS, check as compare};
use crate::store::json::number;

pub(super) fn check(arguments: &Check, out: &mut impl Write) -> Result<Verdict, CliError> {
    if arguments.chains < 4 {
        return Err(CliError::plain("--chains must be at least 4: fewer say nothing about moments"));
    }
    let model =
        files::compiled(&arguments.input, lang::Settings { seed: arguments.seed, ..lang::Settings::default() })?.model;
    // The reference posterior, and two trajectories or another posterior beside it.
    memory::check(Room {
        chains: arguments.chains,
        draws: STEPS,
        coordinates: model.coordinates.len(),
        parameters: model.parameters.len(),
        sets: 3,
    })?;
    let mut backend = backend(arguments, &model, arguments.seed)?;
    let mut again = self::backend(arguments, &model, arguments.seed.wrapping_add(1))?;
    let description = backend.description().clone();
    if !arguments.quiet {
        say(&format!(
            "{} on {} ({}) against the CPU in f64, {} chains\n\n",
            model.name, description.adapter, description.precision, arguments.chains
        ));
    }
    let mut nuts = nuts(arguments, &model)?;
    let chains = arguments.chains as usize;
    let nuts = nuts.as_deref_mut().map(|nuts| -> &mut dyn Backend { nuts });
    let report = compare(&model, backend.as_mut(), again.as_mut(), nuts, chains, arguments.seed)?;
    if arguments.json {
        writeln!(out, "{:#}", object(&report, &description.adapter))?;
    } else {
        write_report(out, &report)?;
    }
    Ok(if report.passes() { Verdict::Good } else { Verdict::Bad })
}

/// The backend that takes steps of NUTS; none where a shader has no room for the gradient, which `sample` would say.
fn nuts(arguments: &Check, model: &Model) -> Result<Option<Box<dyn Backend>>, CliError> {
    match arguments.backend {
        Checked::Cpu => {
            let method = Method::Nuts { max_treedepth: MAX_TREEDEPTH };
            Ok(Some(Box::new(CpuBackend::<f32>::with_method(model, method, arguments.seed))))
        }
        Checked::Gpu => {
            let method = Method::Nuts { max_treedepth: MAX_TREEDEPTH };
            match gpus::open(model, method, &choice(arguments), arguments.seed, arguments.quiet) {
                Ok(opened) => Ok(Some(opened.backend)),
                Err(CliError::Gpu(
                    gpu::Error::ShaderMemory { .. } | gpu::Error::LoopLimit { .. } | gpu::Error::ShaderLength { .. },
                )) => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}

fn choice(arguments: &Check) -> AdapterChoice {
    arguments.adapter.clone().map_or(AdapterChoice::Best, AdapterChoice::Named)
}

fn backend(arguments: &Check, model: &Model, seed: u64) -> Result<Box<dyn Backend>, CliError> {
    match arguments.backend {
        Checked::Cpu if arguments.adapter.is_some() => {
            Err(CliError::plain("--adapter names a GPU, and --backend cpu uses none"))
        }
        Checked::Cpu => Ok(Box::new(CpuBackend::<f32>::new(model, seed))),
        Checked::Gpu => match gpus::open(model, Method::Metropolis, &choice(arguments), seed, arguments.quiet) {
            Ok(opened) => Ok(opened.backend),
            Err(CliError::Gpu(error @ gpu::Error::NoAdapter)) => {
                Err(CliError::plain(format!("{error}; --backend cpu checks single precision on the CPU")))
            }
            Err(error) => Err(error),
        },
    }
}

fn write_report(out: &mut impl Write, report: &Report) -> Result<(), CliError> {
    let verdict = |passes: bool| if passes { "passed" } else { "FAILED" }.to_owned();
    let parting = report.median_parting.map_or_else(
        || format!("more than half stay together for {} steps", report.steps),
        |step| format!("half have parted after {step} steps"),
    );
    let mut rows = vec![
        [
            "log density".to_owned(),
            format!(
                "largest error {:.1e}, {:.1e} of the sum of its terms' magnitudes, at {} points{}",
                report.largest_error,
                report.largest_relative_error,
                report.points,
                match report.finiteness_differs {
                    0 => String::new(),
                    count => format!("; {count} finite on one side only"),
                }
            ),
            verdict(report.density_passes()),
        ],
        [
            "decisions".to_owned(),
            format!(
                "{} of {} differ in one sweep from the same states; rounding explains {}",
                report.decisions_differ, report.decisions, report.decisions_allowed
            ),
            verdict(report.decisions_pass()),
        ],
        [
            "sweeps".to_owned(),
            format!(
                "{} of {} chains stay together for {} steps; {parting}",
                report.together, report.chains, report.steps
            ),
            String::new(),
        ],
        [
            "moments".to_owned(),
            format!(
                "largest difference {:.1} standard errors; {:.1} are allowed",
                report.largest_moment(),
                report.moments_allowed
            ),
            verdict(report.moments_pass()),
        ],
    ];
    match &report.nuts {
        Some(nuts) => rows.splice(1..1, nuts_rows(nuts, verdict)).for_each(drop),
        None => {
            rows.insert(
                1,
                ["gradient".to_owned(), "no room in a shader: NUTS needs the CPU".to_owned(), String::new()],
            );
        }
    }
    writeln!(out, "{}", table::plain(["", "measured", ""], &rows, 3))?;
    let moments: Vec<[String; 7]> = report
        .moments
        .iter()
        .map(|row| {
            let fixed = |x: f64| format!("{x:.5}");
            let short = |x: f64| format!("{x:.2}");
            [
                row.parameter.clone(),
                fixed(row.mean.0),
                fixed(row.mean.1),
                short(row.z.0),
                fixed(row.sd.0),
                fixed(row.sd.1),
                short(row.z.1),
            ]
        })
        .collect();
    let header = ["", "mean f64", "mean here", "z", "sd f64", "sd here", "z"];
    writeln!(out, "{}", table::plain(header, &moments, 1))?;
    let sentence = if report.passes() {
        "Single precision is good enough for this model and its data."
    } else {
        "Single precision is NOT good enough for this model and its data: run it with --precision f64."
    };
    writeln!(out, "{sentence}")?;
    Ok(())
}

fn nuts_rows(nuts: &Trajectories, verdict: impl Fn(bool) -> String) -> [[String; 3]; 2] {
    [
        [
            "gradient".to_owned(),
            format!(
                "largest error {:.1e} a posterior standard deviation, at {} states{}",
                nuts.largest_gradient_error,
                nuts.states,
                match nuts.finiteness_differs {
                    0 => String::new(),
                    count => format!("; {count} finite on one side only"),
                }
            ),
            verdict(nuts.gradient_passes()),
        ],
        [
            "NUTS steps".to_owned(),
            format!(
                "{} of {} steps ({} leapfrogs) from the same states end elsewhere; rounding explains {}",
                nuts.steps_differ, nuts.states, nuts.leapfrogs, nuts.steps_allowed
            ),
            verdict(nuts.steps_pass()),
        ],
    ]
}

fn object(report: &Report, adapter: &str) -> serde_json::Value {
    let moments: Vec<_> = report
        .moments
        .iter()
        .map(|row| {
            json!({
                "parameter": row.parameter,
                "mean_f64": number(row.mean.0), "mean": number(row.mean.1), "mean_z": number(row.z.0),
                "sd_f64": number(row.sd.0), "sd": number(row.sd.1), "sd_z": number(row.z.1),
            })
        })
        .collect();
    json!({
        "adapter": adapter,
        "passes": report.passes(),
        "log_density": {
            "points": report.points,
            "largest_error": number(report.largest_error),
            "largest_relative_error": number(report.largest_relative_error),
            "finiteness_differs": report.finiteness_differs,
            "passes": report.density_passes(),
        },
        "nuts": report.nuts.map(|nuts| json!({
            "states": nuts.states,
            "largest_gradient_error": number(nuts.largest_gradient_error),
            "finiteness_differs": nuts.finiteness_differs,
            "gradient_passes": nuts.gradient_passes(),
            "leapfrogs": nuts.leapfrogs,
            "steps_differ": nuts.steps_differ,
            "steps_allowed": nuts.steps_allowed,
            "steps_pass": nuts.steps_pass(),
        })),
        "decisions": {
            "compared": report.decisions,
            "differ": report.decisions_differ,
            "allowed": report.decisions_allowed,
            "passes": report.decisions_pass(),
        },
        "trajectories": {
            "chains": report.chains,
            "steps": report.steps,
            "together": report.together,
            "median_parting": report.median_parting,
        },
        "moments": { "allowed": number(report.moments_allowed), "passes": report.moments_pass(), "parameters": moments },
    })
}
