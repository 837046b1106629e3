//! Several backends as one: the superchains of a population spread over them, and all step at the same time.
//!
//! Chains are numbered across the run and share nothing, so they take the same steps wherever they are; on devices that
//! round alike the draws are the same bits. Absent on purpose: balance. Each backend gets as many superchains as the next,
//! and the slowest is waited for.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Backend, BlockStats, Counts, Description, Error, Keep, Method, Population, Progress, Stretch, Tuning};

/// Backends that run parts of a population.
pub struct Several {
    parts: Vec<Box<dyn Backend + Send>>,
    description: Description,
    superchain_size: usize,
    /// Chains of each part; none of one that is not needed.
    chains: Vec<usize>,
}

impl std::fmt::Debug for Several {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Several").field("description", &self.description).finish_non_exhaustive()
    }
}

impl Several {
    /// Spreads superchains of so many chains over backends of the same method and precision.
    ///
    /// # Panics
    /// When there is no backend, or a superchain has no chains.
    pub fn new(parts: Vec<Box<dyn Backend + Send>>, superchain_size: usize) -> Self {
        assert!(superchain_size > 0, "a superchain has chains");
        let first = parts.first().expect("there is at least one backend").description();
        let names: Vec<&str> = parts.iter().map(|part| part.description().adapter.as_str()).collect();
        let description = Description { adapter: names.join(" + "), ..first.clone() };
        Self { chains: vec![0; parts.len()], parts, description, superchain_size }
    }

    /// What each part that has chains holds of a list with as many numbers a chain everywhere.
    fn split<'a, T>(&self, list: &'a [T]) -> Vec<&'a [T]> {
        let each = list.len() / self.chains.iter().sum::<usize>().max(1);
        let mut rest = list;
        let mut parts = Vec::new();
        for chains in &self.chains {
            let (own, others) = rest.split_at(chains * each);
            parts.push(own);
            rest = others;
        }
        parts
    }

    fn busy(&mut self) -> impl Iterator<Item = &mut Box<dyn Backend + Send>> {
        self.parts.iter_mut().zip(&self.chains).filter(|(_, chains)| **chains > 0).map(|(part, _)| part)
    }
}

impl Backend for Several {
    fn description(&self) -> &Description {
        &self.description
    }

    fn method(&self) -> Method {
        self.parts[0].method()
    }

    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, Error> {
        let superchains = population.chains.div_ceil(self.superchain_size);
        let parts = self.parts.len();
        let end = |part: usize| (superchains * part / parts * self.superchain_size).min(population.chains);
        self.chains = (0..parts).map(|part| end(part + 1) - end(part)).collect();
        let mut log_densities = Vec::with_capacity(population.chains);
        let own: Vec<&[f64]> = self.split(positions);
        let mut first = population.first;
        for ((part, &chains), positions) in self.parts.iter_mut().zip(&self.chains).zip(own) {
            if chains > 0 {
                log_densities.extend(part.start(Population { first, chains }, positions)?);
                first += chains as u32;
            }
        }
        Ok(log_densities)
    }

    fn tune(&mut self, tuning: &Tuning) -> Result<(), Error> {
        let parts: Vec<Tuning> = match tuning {
            Tuning::Metropolis { scales } => {
                self.split(scales).into_iter().map(|own| Tuning::Metropolis { scales: own.to_vec() }).collect()
            }
            Tuning::Nuts { step_sizes, inverse_metric } => (self.split(step_sizes).into_iter())
                .zip(self.split(inverse_metric))
                .map(|(steps, metric)| Tuning::Nuts { step_sizes: steps.to_vec(), inverse_metric: metric.to_vec() })
                .collect(),
        };
        for ((part, &chains), tuning) in self.parts.iter_mut().zip(&self.chains).zip(&parts) {
            if chains > 0 {
                part.tune(tuning)?;
            }
        }
        Ok(())
    }

    fn advance(
        &mut self,
        stretch: Stretch,
        keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error> {
        let stopped = AtomicBool::new(false);
        let rooms: Vec<Option<Keep<'_>>> = match keep {
            None => self.chains.iter().filter(|&&chains| chains > 0).map(|_| None).collect(),
            Some(Keep { mut draws, mut statistics, from, thin }) => {
                let mut rooms = Vec::new();
                for &chains in self.chains.iter().filter(|&&chains| chains > 0) {
                    let (own, others) = draws.split_at(chains);
                    let (told, untold) = statistics.map(|room| room.split_at(chains)).unzip();
                    rooms.push(Some(Keep { draws: own, statistics: told, from, thin }));
                    (draws, statistics) = (others, untold);
                }
                rooms
            }
        };
        let step = |part: &mut Box<dyn Backend + Send>, keep: &mut Option<Keep<'_>>, progress: Progress<'_>| {
            let stats = part.advance(stretch, keep.take(), progress);
            if stats.is_err() {
                stopped.store(true, Ordering::Relaxed);
            }
            stats
        };
        let mut pairs = self.busy().zip(rooms).collect::<Vec<_>>();
        let results: Vec<Result<BlockStats, Error>> = thread::scope(|scope| {
            let Some(((first, room), others)) = pairs.split_first_mut() else { return Vec::new() };
            let (step, stopped) = (&step, &stopped);
            let threads: Vec<_> = (others.iter_mut())
                .map(|(part, room)| {
                    scope.spawn(move || {
                        let go_on = &mut |_| match stopped.load(Ordering::Relaxed) {
                            true => ControlFlow::Break(()),
                            false => ControlFlow::Continue(()),
                        };
                        step(part, room, go_on)
                    })
                })
                .collect();
            let watched = step(first, room, &mut |done| {
                if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { progress(done) }
            });
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            std::iter::once(watched).chain(joined).collect()
        });
        let mut counts: Option<Counts> = None;
        let mut interrupted = None;
        for result in results {
            match result {
                Ok(stats) => match &mut counts {
                    None => counts = Some(stats.counts),
                    Some(counts) => counts.append(stats.counts),
                },
                // What broke off because another part failed is not the reason.
                Err(error @ Error::Interrupted { .. }) => interrupted = Some(error),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = interrupted {
            return Err(error);
        }
        Ok(BlockStats { steps: stretch.steps, counts: counts.unwrap_or(Counts::Accepted(Vec::new())) })
    }

    fn positions(&mut self) -> Result<Vec<f64>, Error> {
        let mut positions = Vec::new();
        for part in self.busy() {
            positions.extend(part.positions()?);
        }
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::cpu::CpuBackend;
    use crate::draws::Draws;
    use crate::lang::{self, source::Source};
    use crate::model::data::Data;

    #[test]
    fn chains_spread_over_backends_take_the_steps_they_take_on_one() {
        let text = "parameters { real mu; real<lower=0> tau; } model { mu ~ normal(0, tau); tau ~ exponential(1); }";
        let source = Source::new("m.stan", text);
        let model = lang::compile(&source, &Data::default(), "m", lang::Settings::default()).unwrap().model;
        for method in [Method::Metropolis, Method::Nuts { max_treedepth: 5 }] {
            let backend = || CpuBackend::<f32>::with_method(&model, method, 3);
            // More backends than superchains: some stay idle.
            let parts = |count: usize| -> Vec<Box<dyn Backend + Send>> {
                (0..count).map(|_| -> Box<dyn Backend + Send> { Box::new(backend()) }).collect()
            };
            let mut one = backend();
            let run = |backend: &mut dyn Backend| {
                let positions: Vec<f64> = (0..24).map(|z| f64::from(z) / 16.0 - 0.5).collect();
                let log_density = backend.start(Population { first: 4, chains: 12 }, &positions).unwrap();
                let told = if method == Method::Metropolis { 0 } else { crate::sampler::nuts::STATISTICS.len() };
                let names = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
                let mut draws = Draws::new(names(2), 12, 9).unwrap();
                let mut statistics = Draws::new(names(told), 12, 9).unwrap();
                let stretch = Stretch { first_step: 5, steps: 12 };
                let keep = Keep { draws: draws.room(), statistics: Some(statistics.room()), from: 2, thin: 2 };
                let stats = backend.advance(stretch, Some(keep), &mut |_| ControlFlow::Continue(())).unwrap();
                (log_density, draws, statistics, stats, backend.positions().unwrap())
            };
            let expected = run(&mut one);
            for count in [1, 2, 3, 5] {
                assert_eq!(run(&mut Several::new(parts(count), 4)), expected, "{count} backends");
            }
        }
    }
}
