//! A run whose draws leave as they come: blocks of draws go to a sink, and no more than two of them are held, one that
//! is being filled and one that is being taken.
//!
//! A block is a function of the checkpoint before it and of nothing else: chains are put where the checkpoint has them,
//! whether the run has just come from there or was killed there a week ago. So a run that is resumed takes the steps
//! it would have taken. A device that is lost is replaced, and the run goes on from the last checkpoint.
//! Absent on purpose: what the sink does with a block.

use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread::scope;
use std::time::Instant;

use super::block::{Block, Cut, Sink, statistics};
use super::quantities;
use super::settings::{Glance, Look, Phase, RunError, Settings, SinkError, Watch};
use super::warmup::Warmup;
use super::{check, warm_up};
use crate::backend::{Backend, Checkpoint, Counts, Keep, Method, Population, Stretch, Trees, gpu};
use crate::draws::{Arrays, Draws, Failures};
use crate::lang::quantities::Quantities;
use crate::model::Model;

/// How often a device may be lost.
const MOST_LOSSES: u32 = 3;

/// Makes a backend in place of one whose device was lost.
pub type Again<'a> = &'a mut dyn FnMut(&gpu::Error) -> Result<Box<dyn Backend>, RunError>;

/// How a run is cut, and where it goes.
pub struct Plan<'a> {
    /// What blocks of draws are like.
    pub draws: Cut,
    /// What blocks of the steps of warm-up are like, where its states are kept.
    pub warmup: Option<Cut>,
    /// What is computed beside the draws.
    pub quantities: &'a Quantities,
    /// Whether contributions to the density are computed, too.
    pub pointwise: bool,
    /// Takes the blocks.
    pub sink: Sink<'a>,
    /// Shown the draws of each block, all of them new.
    pub look: Option<Look<'a>>,
    /// Asked after each block whether to stop there.
    pub stop: &'a dyn Fn() -> bool,
    /// Called when a device is lost.
    pub again: Again<'a>,
}

impl std::fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("draws", &self.draws).finish_non_exhaustive()
    }
}

/// Runs the chains, from the start or from a checkpoint, and returns the last checkpoint: that of the whole run, unless
/// the plan stopped it.
///
/// # Errors
/// As [`run`](super::run), and when the sink fails. What the sink has taken stays taken.
///
/// # Panics
/// When the sink does, or the checkpoint is another run's.
pub fn stream(
    model: &Model,
    backend: &mut Box<dyn Backend>,
    settings: &Settings,
    from: Option<Checkpoint>,
    plan: &mut Plan<'_>,
    watch: Watch<'_>,
) -> Result<Checkpoint, RunError> {
    check(model, settings)?;
    let mut last = from;
    let mut losses = 0;
    loop {
        match advance(model, backend.as_mut(), settings, &mut last, plan, watch) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(RunError::Backend(crate::backend::Error::Gpu(error))) if losses < MOST_LOSSES && is_loss(&error) => {
                losses += 1;
                *backend = (plan.again)(&error)?;
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_loss(error: &gpu::Error) -> bool {
    matches!(error, gpu::Error::Lost { .. } | gpu::Error::Unresponsive { .. })
}

/// Goes on from the last checkpoint, which follows what the sink has taken.
fn advance(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    last: &mut Option<Checkpoint>,
    plan: &mut Plan<'_>,
    watch: Watch<'_>,
) -> Result<Checkpoint, RunError> {
    let (cut, wants_pointwise) = (&plan.draws, plan.pointwise);
    let (sink, look, stop, quantities) = (&mut *plan.sink, &mut plan.look, plan.stop, plan.quantities);
    let tuned = match last {
        Some(_) => None,
        None => {
            let warmup = match &plan.warmup {
                Some(cut) => Warmup::kept(backend, (model, settings), watch, cut, sink)?,
                None => Warmup::new(backend, settings, watch),
            };
            Some(tuned(model, settings, warmup)?)
        }
    };
    let parameters = model.parameters.len();
    let columns = parameters + quantities.names().len();
    // A rendezvous: the next block is filled while the one before is taken.
    let (full, blocks) = sync_channel::<Block>(0);
    let (empty, spares) = channel::<Block>();
    scope(|scope| {
        let taker = scope.spawn(move || {
            for block in blocks {
                sink(&block)?;
                // The one that ends warm-up has no room; and nobody fills any again after the last.
                if block.length > 0 {
                    let _ = empty.send(block);
                }
            }
            Ok::<(), SinkError>(())
        });
        let fill = || -> Result<(), RunError> {
            if let Some(checkpoint) = tuned {
                let draws = Arrays::new(&[], 0, settings.chains, 0)?;
                let statistics = Draws::new(statistics(backend.method()), settings.chains, 0)?;
                let after = Some(checkpoint.clone());
                let sent = full.send(Block { from: 0, length: 0, draws, statistics, pointwise: None, after });
                *last = Some(checkpoint);
                if sent.is_err() {
                    return Ok(());
                }
            }
            while let Some(checkpoint) = last.as_ref().filter(|last| last.draws < settings.draws) {
                if stop() {
                    break;
                }
                let (from, length) = (checkpoint.draws, block_length(checkpoint.draws, settings.draws, cut.length));
                let clock = Instant::now();
                let (mut draws, mut statistics) = match spares.try_recv() {
                    // Memory that was written before costs nothing, and new memory as much as to fill it.
                    Ok(spare) => (spare.draws, spare.statistics.with_length(length)?),
                    Err(_) => (
                        Arrays::new(&cut.layout, parameters, settings.chains, cut.length)?,
                        Draws::new(statistics(backend.method()), settings.chains, length)?,
                    ),
                };
                let mut after = checkpoint.clone();
                let keep = Keep {
                    draws: draws.room(parameters),
                    statistics: Some(statistics.room()),
                    from: 0,
                    thin: settings.thin,
                };
                fill_block(backend, settings, length, keep, &mut after, watch)?;
                if let Some(look) = look {
                    look(Glance { draws: &draws, filled: 0..length, counts: &after.counts });
                }
                let shape = [settings.chains, length, parameters];
                let pointwise =
                    wants_pointwise.then(|| quantities::pointwise(quantities, &draws, shape)).transpose()?;
                let (first, seed) = (settings.first_chain, settings.seed);
                let failed = quantities::fill(quantities, draws.room(columns), parameters, length, first, from, seed)?;
                after.failures.add(failed);
                draws.blank(length);
                after.sampling_seconds += clock.elapsed().as_secs_f64();
                // The taker has failed if nobody receives: its error is looked at below.
                let sent = full.send(Block { from, length, draws, statistics, pointwise, after: Some(after.clone()) });
                if sent.is_err() {
                    break;
                }
                *last = Some(after);
            }
            Ok(())
        };
        let filled = fill();
        drop(full);
        taker.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        filled
    })?;
    Ok(last.clone().expect("warm-up ends with a checkpoint"))
}

/// Draws of the next block: blocks begin at multiples of their length.
fn block_length(done: usize, draws: usize, block: usize) -> usize {
    (block - done % block).min(draws - done)
}

/// Warm-up from the start.
fn tuned(model: &Model, settings: &Settings, mut warmup: Warmup<'_>) -> Result<Checkpoint, RunError> {
    let clock = Instant::now();
    let tuning = warm_up(model, settings, &mut warmup)?;
    let counts = match warmup.backend.method() {
        Method::Metropolis => Counts::Accepted(vec![0; settings.chains * model.coordinates.len()]),
        Method::Nuts { .. } => Counts::Trees(vec![Trees::default(); settings.chains]),
    };
    Ok(Checkpoint {
        step: settings.warmup,
        draws: 0,
        positions: warmup.backend.positions()?,
        tuning,
        counts,
        failures: Failures::default(),
        warmup_seconds: clock.elapsed().as_secs_f64(),
        sampling_seconds: 0.0,
    })
}

/// Takes the steps of a block, from a checkpoint to the one after.
fn fill_block(
    backend: &mut dyn Backend,
    settings: &Settings,
    length: usize,
    keep: Keep<'_>,
    checkpoint: &mut Checkpoint,
    watch: Watch<'_>,
) -> Result<(), RunError> {
    let total = settings.draws as u32 * settings.thin;
    let done = checkpoint.draws as u32 * settings.thin;
    let population = Population { first: settings.first_chain, chains: settings.chains };
    backend.start(population, &checkpoint.positions)?;
    backend.tune(&checkpoint.tuning)?;
    let stretch = Stretch { first_step: checkpoint.step, steps: length as u32 * settings.thin };
    let stats = backend.advance(stretch, Some(keep), &mut |now| watch(Phase::Sampling, done + now, total))?;
    checkpoint.step += stretch.steps;
    checkpoint.draws += length;
    checkpoint.positions = backend.positions()?;
    checkpoint.counts.add(&stats.counts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::backend::cpu::CpuBackend;
    use crate::backend::{self, BlockStats, Description, Progress, Tuning};
    use crate::draws::{Layout, Values};
    use crate::lang::{self, source::Source};
    use crate::model::data::Data;
    use crate::run::{Init, run};

    /// A device that is lost at its `lasts`-th stretch.
    #[derive(Debug)]
    struct Mortal {
        inner: CpuBackend<f32>,
        lasts: usize,
    }

    impl Backend for Mortal {
        fn description(&self) -> &Description {
            self.inner.description()
        }

        fn method(&self) -> Method {
            self.inner.method()
        }

        fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, backend::Error> {
            self.inner.start(population, positions)
        }

        fn tune(&mut self, tuning: &Tuning) -> Result<(), backend::Error> {
            self.inner.tune(tuning)
        }

        fn advance(
            &mut self,
            stretch: Stretch,
            keep: Option<Keep<'_>>,
            progress: Progress<'_>,
        ) -> Result<BlockStats, backend::Error> {
            self.lasts = self.lasts.checked_sub(1).ok_or_else(|| gpu::Error::Lost {
                adapter: "a mortal one".into(),
                reason: "its time had come".into(),
            })?;
            self.inner.advance(stretch, keep, progress)
        }

        fn positions(&mut self) -> Result<Vec<f64>, backend::Error> {
            self.inner.positions()
        }
    }

    fn settings() -> Settings {
        Settings {
            first_chain: 0,
            chains: 6,
            superchain_size: 2,
            warmup: 150,
            draws: 25,
            thin: 2,
            seed: 5,
            init: Init::Random { radius: 2.0 },
            target_accept: 0.8,
        }
    }

    /// Runs with a block of 4 draws on devices that last so many stretches each; draws chain after chain, and losses.
    fn streamed(lasts: &[usize], method: Method) -> (Result<Vec<f64>, RunError>, usize) {
        let text = "parameters { real mu; vector[2] x; } model { mu ~ normal(0, 1); x ~ normal(mu, 1); }
                    generated quantities { real z = normal_rng(mu, 1); }";
        let source = Source::new("m.stan", text);
        let compiled = lang::compile(&source, &Data::default(), "m", lang::Settings::default()).unwrap();
        let (model, settings) = (&compiled.model, settings());
        let mut lives = lasts.iter();
        let mut device = || -> Box<dyn Backend> {
            let lasts = *lives.next().unwrap();
            Box::new(Mortal { inner: CpuBackend::with_method(model, method, settings.seed), lasts })
        };
        let (mut backend, mut losses) = (device(), 0);
        let array = |columns| Layout { columns, single: false };
        let mut rows = vec![Vec::new(); settings.chains];
        let ended = stream(
            model,
            &mut backend,
            &settings,
            None,
            &mut Plan {
                // Of four columns, the last of them generated, three are asked for.
                draws: Cut { length: 4, layout: [vec![3], vec![2, 1]].map(array).to_vec() },
                warmup: None,
                quantities: &compiled.quantities,
                pointwise: false,
                sink: &mut |block| {
                    for (chain, row) in rows.iter_mut().enumerate() {
                        for draw in 0..block.length {
                            row.extend((0..4).map(|column| block.draws.value(chain, draw, column)));
                        }
                    }
                    Ok(())
                },
                look: None,
                stop: &|| false,
                again: &mut |_| {
                    losses += 1;
                    Ok(device())
                },
            },
            &mut |_, _, _| ControlFlow::Continue(()),
        );
        (ended.map(|_| rows.concat()), losses)
    }

    #[test]
    fn blocks_are_the_draws_of_the_run_in_memory_also_on_devices_that_are_lost() {
        for method in [Method::Metropolis, Method::Nuts { max_treedepth: 4 }] {
            let (whole, losses) = streamed(&[usize::MAX], method);
            let whole = whole.unwrap();
            assert_eq!(losses, 0);
            // In warm-up, between blocks, and at once.
            let warmup = if method == Method::Metropolis { 2 } else { 150 };
            for lasts in [&[1, usize::MAX][..], &[warmup + 2, 0, 3, usize::MAX], &[warmup, usize::MAX]] {
                let (found, losses) = streamed(lasts, method);
                assert_eq!((found.unwrap(), losses), (whole.clone(), lasts.len() - 1), "{lasts:?}");
            }
            let (refused, losses) = streamed(&[0, 0, 0, 0], method);
            assert!(matches!(refused, Err(RunError::Backend(backend::Error::Gpu(gpu::Error::Lost { .. })))));
            assert_eq!(losses, 3);
        }
    }

    #[test]
    fn a_stream_holds_the_draws_of_a_run_in_memory() {
        let text = "parameters { real mu; vector[2] x; } model { mu ~ normal(0, 1); x ~ normal(mu, 1); }";
        let source = Source::new("m.stan", text);
        let model = lang::compile(&source, &Data::default(), "m", lang::Settings::default()).unwrap().model;
        let mut backend = CpuBackend::<f32>::new(&model, 5);
        let whole = run(&model, &mut backend, &settings(), &mut |_, _, _| ControlFlow::Continue(())).unwrap();
        let (found, _) = streamed(&[usize::MAX], Method::Metropolis);
        // The generated quantity is the last of four columns.
        let found: Vec<f64> = found.unwrap().chunks_exact(4).flat_map(|row| row[..3].to_vec()).collect();
        assert_eq!(found, whole.draws.values());
    }

    #[test]
    fn a_sink_that_fails_ends_the_run_with_its_error() {
        let source = Source::new("m.stan", "parameters { real mu; } model { mu ~ normal(0, 1); }");
        let compiled = lang::compile(&source, &Data::default(), "m", lang::Settings::default()).unwrap();
        let mut backend: Box<dyn Backend> = Box::new(CpuBackend::<f32>::new(&compiled.model, 5));
        let mut taken = 0;
        let ended = stream(
            &compiled.model,
            &mut backend,
            &settings(),
            None,
            &mut Plan {
                draws: Cut { length: 4, layout: Vec::new() },
                warmup: None,
                quantities: &compiled.quantities,
                pointwise: false,
                sink: &mut |block| {
                    taken += block.length;
                    if taken >= 8 { Err("the disk is full".into()) } else { Ok(()) }
                },
                look: None,
                stop: &|| false,
                again: &mut |_| unreachable!("nothing is lost"),
            },
            &mut |_, _, _| ControlFlow::Continue(()),
        );
        assert_eq!(ended.unwrap_err().to_string(), "the disk is full");
        assert_eq!(taken, 8);
    }
}
