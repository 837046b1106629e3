//! What was typed, made sense of: settings, and the backend that will run them with the reason for it.

use super::args::{BackendName, PrecisionName, Sample, Sampler, Stepping};
use super::error::CliError;
use super::gpus;
use super::init::init;
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{AdapterChoice, Kind, Opened};
use crate::backend::several::Several;
use crate::backend::{Backend, Method};
use crate::lang::Compiled;
use crate::model::Model;
use crate::run::Settings;

/// Up to this many chains each is a superchain of its own, as users of Stan and PyMC expect.
const FEW_CHAINS: u32 = 16;

/// The largest depth of a tree unless `--max-treedepth` says otherwise, as Stan has it.
pub(super) const MAX_TREEDEPTH: u32 = 10;

/// The acceptance probability to tune for unless `--target-accept` says otherwise, as Stan has it.
const TARGET_ACCEPT: f64 = 0.8;

/// What `--adapter` says for all of them.
const ALL_ADAPTERS: &str = "all";

/// A backend, and what to tell about the choice.
pub(super) struct Chosen {
    pub backend: Box<dyn Backend>,
    /// Why this one, in a clause.
    pub reason: Option<String>,
    /// Work-arounds in force.
    pub notes: Vec<String>,
}

/// The settings of a run.
pub(super) fn settings(sample: &Sample, compiled: &Compiled, seed: u64) -> Result<Settings, CliError> {
    for (count, option) in [(sample.chains, "--chains"), (sample.draws, "--draws"), (sample.thin, "--thin")] {
        if count == 0 {
            return Err(CliError::plain(format!("{option} must be at least 1")));
        }
    }
    let target_accept = sample.target_accept.unwrap_or(TARGET_ACCEPT);
    if !(target_accept > 0.0 && target_accept < 1.0) {
        return Err(CliError::plain("--target-accept must lie between 0 and 1"));
    }
    let superchains = superchains(sample.chains, sample.superchains)?;
    Ok(Settings {
        first_chain: first_chain(sample, sample.chains / superchains)?,
        chains: sample.chains as usize,
        superchain_size: (sample.chains / superchains) as usize,
        warmup: sample.warmup,
        draws: sample.draws as usize,
        thin: sample.thin,
        seed,
        init: init(&sample.init, compiled)?,
        target_accept,
    })
}

/// The first chain, which begins a superchain.
fn first_chain(sample: &Sample, superchain_size: u32) -> Result<u32, CliError> {
    let first = sample.first_chain;
    if !first.is_multiple_of(superchain_size) {
        return Err(CliError::plain(format!(
            "--first-chain {first} lies inside of a superchain of {superchain_size} chains: a part of a run consists of \
             whole superchains"
        )));
    }
    Ok(first)
}

/// The number of superchains: what was asked for, or every chain up to 16, or the divisor of the number of chains
/// nearest to 16 (every chain again, where there is none between 4 and 64).
fn superchains(chains: u32, asked: Option<u32>) -> Result<u32, CliError> {
    match asked {
        Some(0) => Err(CliError::plain("--superchains must be at least 1")),
        Some(k) if !chains.is_multiple_of(k) => {
            // Divisors come in pairs, of which one is at most the square root: at most 65,535 to try.
            let low: Vec<u32> = (1..=chains.isqrt()).filter(|k| chains.is_multiple_of(*k)).collect();
            let mut divisors: Vec<u32> = low.iter().copied().chain(low.iter().map(|k| chains / k)).collect();
            divisors.sort_unstable();
            divisors.dedup();
            let divisors: Vec<String> = divisors.iter().map(u32::to_string).collect();
            Err(CliError::plain(format!(
                "{chains} chains cannot form {k} superchains of equal size; possible are {}",
                divisors.join(", ")
            )))
        }
        Some(k) => Ok(k),
        None if chains <= FEW_CHAINS => Ok(chains),
        None => {
            Ok((4..=64).filter(|k| chains.is_multiple_of(*k)).min_by_key(|k| k.abs_diff(FEW_CHAINS)).unwrap_or(chains))
        }
    }
}

/// How the chains are to step.
pub(super) fn method(stepping: &Stepping) -> Method {
    match stepping.sampler {
        Sampler::Metropolis => Method::Metropolis,
        Sampler::Nuts => Method::Nuts { max_treedepth: stepping.max_treedepth.unwrap_or(MAX_TREEDEPTH) },
    }
}

/// Refuses options that the chosen sampler does not have.
pub(super) fn check_sampler_options(stepping: &Stepping, target_accept: Option<f64>) -> Result<(), CliError> {
    let of_nuts = [("--target-accept", target_accept.is_some()), ("--max-treedepth", stepping.max_treedepth.is_some())];
    match (stepping.sampler, of_nuts.into_iter().find(|(_, is_given)| *is_given)) {
        (Sampler::Metropolis, Some((option, _))) => Err(CliError::plain(format!(
            "{option} is an option of NUTS, and the sampler is Metropolis: leave it out, or use --sampler nuts"
        ))),
        (Sampler::Metropolis, None) | (Sampler::Nuts, _) => Ok(()),
    }
}

/// The backend to run on.
pub(super) fn backend(sample: &Sample, model: &Model, seed: u64) -> Result<Chosen, CliError> {
    let adapter = || match &sample.adapter {
        Some(name) => AdapterChoice::Named(name.clone()),
        None => AdapterChoice::Best,
    };
    let method = method(&sample.stepping);
    let cpu = |reason: Option<String>| Chosen {
        backend: match sample.precision {
            Some(PrecisionName::F32) => Box::new(CpuBackend::<f32>::with_method(model, method, seed)),
            Some(PrecisionName::F64) | None => Box::new(CpuBackend::<f64>::with_method(model, method, seed)),
        },
        reason,
        notes: Vec::new(),
    };
    let every = sample.adapter.as_deref() == Some(ALL_ADAPTERS) && sample.backend != BackendName::Cpu;
    if every && sample.precision != Some(PrecisionName::F64) {
        return every_adapter(sample, model, seed);
    }
    match (sample.backend, sample.precision) {
        (BackendName::Cpu, _) if sample.adapter.is_some() => {
            Err(CliError::plain("--adapter names a GPU, and --backend cpu uses none"))
        }
        (BackendName::Cpu, _) => Ok(cpu(None)),
        (BackendName::Gpu, Some(PrecisionName::F64)) => Err(CliError::plain(
            "GPUs run in f32 only: WGSL has no usable double precision; leave out --precision, or use --backend cpu",
        )),
        (BackendName::Gpu, _) => gpu(sample, model, &adapter(), seed, None),
        (BackendName::Auto, _) if sample.adapter.is_some() => match sample.precision {
            Some(PrecisionName::F64) => Err(CliError::plain("--adapter names a GPU, and GPUs run in f32 only")),
            Some(PrecisionName::F32) | None => gpu(sample, model, &adapter(), seed, None),
        },
        (BackendName::Auto, Some(PrecisionName::F64)) => Ok(cpu(Some("f64 was asked for".to_owned()))),
        (BackendName::Auto, _) => {
            let mut refusals = Vec::new();
            let adapters = gpus::found().unwrap_or_else(|error| {
                refusals.push(error.to_string());
                Vec::new()
            });
            for (place, _) in adapters.iter().enumerate().filter(|(_, info)| info.kind != Kind::Cpu) {
                let reason = Some("a hardware GPU that passed its test".to_owned());
                match gpu(sample, model, &AdapterChoice::At(place), seed, reason) {
                    Ok(chosen) => return Ok(chosen),
                    Err(error) => refusals.push(error.to_string()),
                }
            }
            if refusals.is_empty() {
                refusals.push("there is no hardware GPU".to_owned());
            }
            Ok(cpu(Some(refusals.join("; "))))
        }
    }
}

/// The superchains spread over every adapter that computes correctly: those of hardware, or else those of software.
fn every_adapter(sample: &Sample, model: &Model, seed: u64) -> Result<Chosen, CliError> {
    let found = gpus::found()?;
    let hardware = found.iter().any(|info| info.kind != Kind::Cpu);
    let (mut parts, mut notes) = (Vec::<Box<dyn Backend + Send>>::new(), Vec::new());
    for (place, info) in found.iter().enumerate().filter(|(_, info)| !hardware || info.kind != Kind::Cpu) {
        match gpus::open(model, method(&sample.stepping), &AdapterChoice::At(place), seed, sample.quiet) {
            Ok(Opened { backend, notes: found, .. }) => {
                notes.extend(found.iter().map(|note| format!("{}: {note}", info.full_name())));
                parts.push(backend);
            }
            Err(error) => notes.push(format!("{} is left out: {error}", info.full_name())),
        }
    }
    if parts.is_empty() {
        return Err(CliError::plain(format!("no adapter can run the chains: {}", notes.join("; "))));
    }
    let superchains = superchains(sample.chains, sample.superchains)?;
    let backend = Several::new(parts, (sample.chains / superchains) as usize);
    Ok(Chosen { backend: Box::new(backend), reason: None, notes })
}

/// Chains on a GPU that step by a method.
fn gpu(
    sample: &Sample,
    model: &Model,
    choice: &AdapterChoice,
    seed: u64,
    reason: Option<String>,
) -> Result<Chosen, CliError> {
    let Opened { backend, notes, .. } = gpus::open(model, method(&sample.stepping), choice, seed, sample.quiet)?;
    Ok(Chosen { backend, reason, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superchains_divide_the_chains() {
        let default = |chains| superchains(chains, None).unwrap();
        assert_eq!([1, 4, 16, 1024, 4096, 100, 30].map(default), [1, 4, 16, 16, 16, 20, 15]);
        assert_eq!(default(1009), 1009, "a prime number of chains has no superchains but its chains");
        assert_eq!(superchains(12, Some(6)).unwrap(), 6);
        let error = superchains(12, Some(5)).unwrap_err().to_string();
        assert_eq!(error, "12 chains cannot form 5 superchains of equal size; possible are 1, 2, 3, 4, 6, 12");
    }
}
