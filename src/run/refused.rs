//! Which states the next steps of a finished run would be refused: samplers only count that a density was zero, and the
//! host asks for the reason at a sample of such states.
//!
//! In: where chains ended and how they are tuned. Out: how many proposals were made, and the parameters of those at which
//! the density is not a number that a chain may have, all in `f64`. Proposals of NUTS are trajectories until they turn
//! back, of at most 32 leapfrogs, those of Metropolis moves of one coordinate. The draws of the run do not depend on it.
//! Absent: reasons, which `lang::rejection` finds.

use super::admissible;
use crate::backend::cpu::Gradient;
use crate::backend::{Precision, Tuning};
use crate::model::Model;
use crate::rng::random::Random;
use crate::sampler::Gradient as _;
use crate::sampler::nuts::{drift, kick};

/// Proposals that were made from where chains ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposals {
    /// How many.
    pub made: usize,
    /// The parameters of those that were refused, as [`Model::parameters`] orders them.
    pub refused: Vec<Vec<f64>>,
}

/// Makes some hundred proposals, fewer where a density takes long, from `positions`, `[chain, coordinate]`.
pub fn proposals(model: &Model, tuning: &Tuning, positions: &[f64], seed: u64) -> Proposals {
    const MOST: u64 = 200;
    /// Rows of loops that are worth the answer, over all proposals.
    const ROWS: u64 = 2_000_000;
    let coordinates = model.coordinates.len();
    let chains = positions.len() / coordinates;
    let made = (ROWS / model.density.iterations().max(1)).clamp(10, MOST) as usize;
    let mut gradient =
        matches!(tuning, Tuning::Nuts { .. }).then(|| Gradient::new(&model.gradient(), model.density.results.len()));
    let mut refused = Vec::new();
    for number in 0..made {
        let chain = number % chains;
        let own = |values: &[f64]| values[chain * coordinates..(chain + 1) * coordinates].to_vec();
        let mut random = Random::of_draw(seed, chain as u32, u32::MAX - number as u32);
        let start = own(positions);
        let found = match (tuning, &mut gradient) {
            (Tuning::Nuts { step_sizes, inverse_metric }, Some(gradient)) => {
                trajectory(gradient, &start, step_sizes[chain], &own(inverse_metric), &mut random)
            }
            (Tuning::Metropolis { scales }, _) => {
                let at = number / chains % coordinates;
                let mut point = start;
                point[at] += own(scales)[at] * random.normal();
                (!admissible(model.log_density(&point), Precision::F64)).then_some(point)
            }
            (Tuning::Nuts { .. }, None) => None,
        };
        refused.extend(found.map(|point| model.parameters_at(&point)));
    }
    Proposals { made, refused }
}

/// The first state of a trajectory whose density no chain may have.
fn trajectory(
    gradient: &mut Gradient<f64>,
    start: &[f64],
    step: f64,
    metric: &[f64],
    random: &mut Random,
) -> Option<Vec<f64>> {
    const LEAPFROGS: usize = 32;
    let mut q: Vec<Vec<f64>> = start.iter().map(|&x| vec![x]).collect();
    let mut p: Vec<f64> = metric.iter().map(|variance| random.normal() / variance.sqrt()).collect();
    let (mut density, mut slope) = ([0.0], vec![vec![0.0]; q.len()]);
    gradient.gradient(&q, &mut density, &mut slope);
    for _ in 0..LEAPFROGS {
        for i in 0..q.len() {
            p[i] = kick(p[i], step, slope[i][0]);
            q[i][0] = drift(q[i][0], step, metric[i], p[i]);
        }
        gradient.gradient(&q, &mut density, &mut slope);
        if !admissible(density[0], Precision::F64) {
            return Some(q.iter().map(|x| x[0]).collect());
        }
        for i in 0..q.len() {
            p[i] = kick(p[i], step, slope[i][0]);
        }
        // A tree ends where its trajectory turns back.
        let away: f64 = q.iter().zip(start).zip(&p).map(|((q, start), p)| (q[0] - start) * p).sum();
        if away < 0.0 {
            return None;
        }
    }
    None
}
