//! The No-U-Turn sampler (Hoffman and Gelman 2014) as Stan has it: multinomial choice along the trajectory, biased
//! towards the new half at each doubling (Betancourt 2017, arXiv 1701.02434, appendix A.3), and the generalised
//! criterion with its two extra checks between halves.
//!
//! Twin of `shaders/sampler/nuts.wgsl`. A lane is a state machine, and a turn takes one leapfrog in every lane, so that
//! lanes in different trees work side by side; a lane whose tree has ended waits for [`Chains::begin`]. There is no
//! recursion: leaf `n` of a doubling completes as many subtrees as `n` has trailing ones, and a completed left half waits
//! on a level of its own, as the digits of a binary counter do. So memory is `3 (max_treedepth - 1) + 15` numbers for each
//! coordinate. Energies are compared as differences from the trajectory's first, since that is what single precision can
//! hold: a log density of 10^5 leaves it steps of 0.008.
//!
//! Steps and metrics come from [`super::warmup`]. Absent on purpose: which steps are kept.

use super::Gradient;
use crate::math::Real;
use crate::math::elementary::precise_exp;
use crate::math::logistic::log_add_exp;
use crate::math::simd::{Width, lane_kernel};
use crate::rng::philox::philox;
use crate::rng::slots::{Purpose, counter};
use crate::rng::variate::{log_uniform, normal_pair};

/// What is told of each step, by the names that ArviZ has for it. `lp` is up to the model's constant, `energy` likewise.
pub const STATISTICS: [&str; 7] =
    ["lp", "acceptance_rate", "step_size", "tree_depth", "n_steps", "diverging", "energy"];

/// Momentum after half a step.
#[inline(always)]
pub fn kick<R: Real>(momentum: R, step: R, gradient: R) -> R {
    momentum + (R::HALF * step) * gradient
}

/// Coordinate after a step.
#[inline(always)]
pub fn drift<R: Real>(coordinate: R, step: R, inverse_mass: R, momentum: R) -> R {
    coordinate + step * (inverse_mass * momentum)
}

/// By how much the energy has grown since the trajectory began. The largest number there is where that, or the largest
/// magnitude of a coordinate, has left the numbers.
#[inline(always)]
pub fn energy_error<R: Real>(kinetic: R, log_density: R, first_kinetic: R, first_log_density: R, magnitude: R) -> R {
    let error = (kinetic - first_kinetic) - (log_density - first_log_density);
    R::select((error.abs() <= R::LARGEST) & (magnitude <= R::LARGEST), error, -R::REJECTED)
}

/// Whether an energy error says that the integrator has left the trajectory: beyond 1,000, as in Stan.
#[inline(always)]
pub fn diverges<R: Real>(error: R) -> bool {
    error > R::from_f64(1000.0)
}

/// The Metropolis acceptance probability of a leaf: what step sizes are tuned by.
#[inline(always)]
pub fn acceptance<R: Real>(error: R) -> R {
    precise_exp(R::select(error > R::ZERO, -error, R::ZERO))
}

/// Whether a part of a trajectory, by its logarithmic weight, takes the choice from a whole.
#[inline(always)]
pub fn chooses<R: Real>(log_uniform: R, part: R, whole: R) -> bool {
    log_uniform < part - whole
}

/// A part of a trajectory, in the order in which it was made: the momenta at its two ends and the sum of all of them.
#[derive(Clone, Copy, Debug)]
struct Span<'a, R> {
    begin: &'a [R],
    end: &'a [R],
    sum: &'a [R],
}

/// Whether two neighbouring parts go on as one: neither end of the whole turns back, and neither does the end of either
/// part look back across the seam (Betancourt 2017, appendix A.4.2; the extra checks are Stan's since 2.21).
#[inline(always)]
fn goes_on<R: Real>(left: Span<'_, R>, right: Span<'_, R>, inverse_mass: impl Fn(usize) -> R) -> bool {
    let mut dots = [R::ZERO; 6];
    for i in 0..left.sum.len() {
        let mass = inverse_mass(i);
        let (first, last) = (mass * left.begin[i], mass * right.end[i]);
        let whole = left.sum[i] + right.sum[i];
        let (beyond, before) = (left.sum[i] + right.begin[i], right.sum[i] + left.end[i]);
        dots[0] += first * whole;
        dots[1] += last * whole;
        dots[2] += first * beyond;
        dots[3] += (mass * right.begin[i]) * beyond;
        dots[4] += (mass * left.end[i]) * before;
        dots[5] += last * before;
    }
    dots.iter().all(|&dot| dot > R::ZERO)
}

/// What [`goes_on`] says of two single points: the momentum of one is its begin, its end and its sum, so that two of the
/// six products are left. Half of all parts that are joined are points.
#[inline(always)]
fn points_go_on<R: Real>(left: &[R], right: &[R], inverse_mass: impl Fn(usize) -> R) -> bool {
    let mut dots = [R::ZERO; 2];
    for (i, (&left, &right)) in left.iter().zip(right).enumerate() {
        let mass = inverse_mass(i);
        let whole = left + right;
        dots[0] += (mass * left) * whole;
        dots[1] += (mass * right) * whole;
    }
    dots.iter().all(|&dot| dot > R::ZERO)
}

/// Makes one part of the part before and the part that ends here, `[begin, end, sum]`, if they go on as one.
#[inline(always)]
fn merge<R: Real>(before: Span<'_, R>, part: &mut [Vec<R>; 3], inverse_mass: impl Fn(usize) -> R) -> bool {
    let [begin, end, sum] = part;
    if !goes_on(before, Span { begin, end, sum }, inverse_mass) {
        return false;
    }
    begin.copy_from_slice(before.begin);
    sum.iter_mut().zip(before.sum).for_each(|(sum, before)| *sum = *before + *sum);
    true
}

/// Points and slopes of many lanes.
#[derive(Clone, Debug)]
pub struct Points<R> {
    /// `[coordinate, lane]`
    pub coordinates: Vec<Vec<R>>,
    /// `[coordinate, lane]`
    pub gradient: Vec<Vec<R>>,
    /// `[lane]`, up to a constant.
    pub log_density: Vec<R>,
    /// `[lane]`, by which the energy there differs from the trajectory's first.
    error: Vec<R>,
}

/// One end of each lane's trajectory.
#[derive(Clone, Debug)]
struct End<R> {
    coordinates: Vec<Vec<R>>,
    momentum: Vec<Vec<R>>,
    gradient: Vec<Vec<R>>,
}

/// What a lane knows of its tree beside points.
#[derive(Clone, Copy, Debug, Default)]
struct Tree<R> {
    running: bool,
    diverging: bool,
    forward: bool,
    depth: u32,
    /// Leaf of the current doubling, from 0.
    leaf: u32,
    /// Logarithm of the summed weights of the trajectory, the first point's being 0.
    weight: R,
}

/// Chains that step together, one a lane.
#[derive(Clone, Debug)]
pub struct Chains<R> {
    /// Number of the first lane's chain in the whole run.
    pub first: u32,
    /// Where the chains are.
    pub samples: Points<R>,
    /// Step sizes, `[lane]`.
    pub step_sizes: Vec<R>,
    /// The diagonal of the inverse metric, `[coordinate, lane]`: variances of the coordinates, about.
    pub inverse_metric: Vec<Vec<R>>,
    /// Lanes whose tree ended in the last turn.
    pub finished: Vec<usize>,
    max_treedepth: u32,
    proposals: Points<R>,
    /// The end that moves, and the other.
    here: End<R>,
    there: End<R>,
    /// The momentum where the current doubling set out, and the sum of all before it, `[coordinate, lane]`.
    seam: Vec<Vec<R>>,
    sum: Vec<Vec<R>>,
    /// Left halves that wait for their right ones, `[lane, level, (begin, end, sum), coordinate]`; on the lowest level a
    /// point, which is one vector.
    waiting: Vec<R>,
    /// Of one lane: the part that ends here, and the one before it, `[coordinate]`.
    part: [Vec<R>; 3],
    before: [Vec<R>; 3],
    trees: Vec<Tree<R>>,
    // [lane], in the order of `weigh_lanes`.
    signed_steps: Vec<R>,
    steps: Vec<u32>,
    leapfrogs: Vec<u32>,
    kinetic: Vec<R>,
    magnitudes: Vec<R>,
    log_density: Vec<R>,
    first_kinetic: Vec<R>,
    first_log_density: Vec<R>,
    errors: Vec<R>,
    part_weights: Vec<R>,
    acceptance: Vec<R>,
    chosen: Vec<bool>,
}

impl<R: Real> Chains<R> {
    /// Chains `first..` at the given states, `[coordinate, lane]`, with unit steps and metric. The log density of the
    /// samples is as it comes, finite or not; chains start only where it is.
    pub fn new(first: u32, coordinates: &[Vec<R>], max_treedepth: u32, density: &mut impl Gradient<R>) -> Self {
        let (size, lanes) = (coordinates.len(), coordinates.first().map_or(0, Vec::len));
        let lane = || vec![R::ZERO; lanes];
        let table = || vec![lane(); size];
        let points = || Points { coordinates: table(), gradient: table(), log_density: lane(), error: lane() };
        let end = || End { coordinates: coordinates.to_vec(), momentum: table(), gradient: table() };
        let mut samples = Points { coordinates: coordinates.to_vec(), ..points() };
        density.gradient(&samples.coordinates, &mut samples.log_density, &mut samples.gradient);
        let levels = max_treedepth.saturating_sub(1) as usize;
        let part = || [(); 3].map(|()| vec![R::ZERO; size]);
        Self {
            first,
            samples,
            step_sizes: vec![R::ONE; lanes],
            inverse_metric: vec![vec![R::ONE; lanes]; size],
            finished: Vec::with_capacity(lanes),
            max_treedepth,
            proposals: points(),
            here: end(),
            there: end(),
            seam: table(),
            sum: table(),
            waiting: vec![R::ZERO; lanes * levels * 3 * size],
            part: part(),
            before: part(),
            trees: vec![Tree::default(); lanes],
            signed_steps: lane(),
            steps: vec![0; lanes],
            leapfrogs: vec![0; lanes],
            kinetic: lane(),
            magnitudes: lane(),
            log_density: lane(),
            first_kinetic: lane(),
            first_log_density: lane(),
            errors: lane(),
            part_weights: lane(),
            acceptance: lane(),
            chosen: vec![false; lanes],
        }
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.trees.len()
    }

    /// Begins step `step` of a lane: a fresh momentum, and a trajectory of the one point where the chain is.
    pub fn begin(&mut self, lane: usize, key: [u32; 2], step: u32) {
        let mut kinetic = R::ZERO;
        let mut normals = [R::ZERO; 4];
        for i in 0..self.here.coordinates.len() {
            if i % 4 == 0 {
                let words = philox(self.counter(lane, step, (i / 4) as u32, Purpose::Momentum), key);
                (normals[0], normals[1]) = normal_pair(words[0], words[1]);
                (normals[2], normals[3]) = normal_pair(words[2], words[3]);
            }
            let inverse_mass = self.inverse_metric[i][lane];
            let momentum = normals[i % 4] / inverse_mass.sqrt();
            kinetic += momentum * (inverse_mass * momentum);
            for end in [&mut self.here, &mut self.there] {
                end.coordinates[i][lane] = self.samples.coordinates[i][lane];
                end.momentum[i][lane] = momentum;
                end.gradient[i][lane] = self.samples.gradient[i][lane];
            }
            self.sum[i][lane] = momentum;
        }
        self.steps[lane] = step;
        self.leapfrogs[lane] = 0;
        self.acceptance[lane] = R::ZERO;
        self.first_kinetic[lane] = R::HALF * kinetic;
        self.first_log_density[lane] = self.samples.log_density[lane];
        self.samples.error[lane] = R::ZERO;
        self.trees[lane] = Tree { running: true, forward: true, ..Tree::default() };
        self.double(lane, key);
    }

    /// Sets out to double a lane's trajectory, forward or backward in time.
    fn double(&mut self, lane: usize, key: [u32; 2]) {
        let tree = self.trees[lane];
        let words = philox(self.counter(lane, self.steps[lane], tree.depth, Purpose::Doubling), key);
        let forward = words[0] >> 31 == 1;
        let turns_round = forward != tree.forward;
        for i in 0..self.here.coordinates.len() {
            if turns_round {
                let (here, there) = (&mut self.here, &mut self.there);
                std::mem::swap(&mut here.coordinates[i][lane], &mut there.coordinates[i][lane]);
                std::mem::swap(&mut here.momentum[i][lane], &mut there.momentum[i][lane]);
                std::mem::swap(&mut here.gradient[i][lane], &mut there.gradient[i][lane]);
            }
            self.seam[i][lane] = self.here.momentum[i][lane];
        }
        self.signed_steps[lane] = R::select(forward, self.step_sizes[lane], -self.step_sizes[lane]);
        self.part_weights[lane] = R::REJECTED;
        self.trees[lane] = Tree { forward, leaf: 0, ..tree };
    }

    /// Takes the leaf that a lane has arrived at into its tree. Whether the tree goes on.
    fn arrive(&mut self, lane: usize, key: [u32; 2]) -> bool {
        self.leapfrogs[lane] += 1;
        if diverges(self.errors[lane]) {
            self.trees[lane].diverging = true;
            return false;
        }
        let Tree { leaf, depth, .. } = self.trees[lane];
        let (size, levels, goes_on_after) = (self.sum.len(), leaf.trailing_ones(), leaf + 1 < 1 << depth);
        self.trees[lane].leaf = leaf + 1;
        if levels == 0 && goes_on_after {
            let at = self.place(lane, 0);
            for (i, waiting) in self.waiting[at..at + size].iter_mut().enumerate() {
                *waiting = self.here.momentum[i][lane];
            }
            return true;
        }
        for i in 0..size {
            let momentum = self.here.momentum[i][lane];
            self.part.iter_mut().for_each(|vector| vector[i] = momentum);
        }
        for level in 0..levels {
            let is_joined = if level == 0 { self.merge_points(lane) } else { self.merge_waiting(lane, level) };
            if !is_joined {
                return false;
            }
        }
        if goes_on_after {
            let at = self.place(lane, levels);
            for (vector, waiting) in self.part.iter().zip(self.waiting[at..].chunks_exact_mut(size)) {
                waiting.iter_mut().zip(vector).for_each(|(waiting, x)| *waiting = *x);
            }
            return true;
        }
        self.complete(lane, key)
    }

    /// Joins the trajectory with the half that a lane has completed. Whether the tree goes on.
    fn complete(&mut self, lane: usize, key: [u32; 2]) -> bool {
        let Tree { depth, weight, .. } = self.trees[lane];
        let part_weight = self.part_weights[lane];
        let words = philox(self.counter(lane, self.steps[lane], depth, Purpose::Doubling), key);
        if chooses(log_uniform(words[1]), part_weight, weight) {
            for i in 0..self.sum.len() {
                self.samples.coordinates[i][lane] = self.proposals.coordinates[i][lane];
                self.samples.gradient[i][lane] = self.proposals.gradient[i][lane];
            }
            self.samples.log_density[lane] = self.proposals.log_density[lane];
            self.samples.error[lane] = self.proposals.error[lane];
        }
        self.trees[lane].depth = depth + 1;
        self.trees[lane].weight = log_add_exp(weight, part_weight);
        for i in 0..self.sum.len() {
            self.before[0][i] = self.there.momentum[i][lane];
            self.before[1][i] = self.seam[i][lane];
            self.before[2][i] = self.sum[i][lane];
        }
        let [begin, end, sum] = &self.before;
        let is_joined = merge(Span { begin, end, sum }, &mut self.part, |i| self.inverse_metric[i][lane]);
        if !is_joined || depth + 1 == self.max_treedepth {
            return false;
        }
        for i in 0..self.sum.len() {
            self.sum[i][lane] = self.part[2][i];
        }
        self.double(lane, key);
        true
    }

    /// Makes one part of the point that waits and the point that ends here, if they go on as one.
    fn merge_points(&mut self, lane: usize) -> bool {
        let at = self.place(lane, 0);
        let before = &self.waiting[at..at + self.sum.len()];
        let [begin, end, sum] = &mut self.part;
        if !points_go_on(before, end, |i| self.inverse_metric[i][lane]) {
            return false;
        }
        for (i, &before) in before.iter().enumerate() {
            begin[i] = before;
            sum[i] = before + sum[i];
        }
        true
    }

    /// The same of parts of some level above.
    fn merge_waiting(&mut self, lane: usize, level: u32) -> bool {
        let (at, size) = (self.place(lane, level), self.sum.len());
        let (begin, rest) = self.waiting[at..at + 3 * size].split_at(size);
        let (end, sum) = rest.split_at(size);
        merge(Span { begin, end, sum }, &mut self.part, |i| self.inverse_metric[i][lane])
    }

    /// Where the left half of a level waits.
    fn place(&self, lane: usize, level: u32) -> usize {
        let levels = self.max_treedepth as usize - 1;
        (lane * levels + level as usize) * 3 * self.sum.len()
    }

    /// What there is to tell of a lane's last step, by [`STATISTICS`].
    pub fn statistics(&self, lane: usize) -> [R; STATISTICS.len()] {
        let tree = &self.trees[lane];
        let energy = (self.first_kinetic[lane] - self.first_log_density[lane]) + self.samples.error[lane];
        let count = |count: u32| R::from_f64(f64::from(count));
        let leapfrogs = count(self.leapfrogs[lane]);
        [
            self.samples.log_density[lane],
            self.acceptance[lane] / leapfrogs,
            self.step_sizes[lane],
            count(tree.depth),
            leapfrogs,
            count(u32::from(tree.diverging)),
            energy,
        ]
    }

    fn counter(&self, lane: usize, step: u32, slot: u32, purpose: Purpose) -> [u32; 4] {
        counter(self.first.wrapping_add(lane as u32), step, slot, purpose)
    }
}

/// Takes one leapfrog in every lane; those that wait stay where they are.
pub fn turn<R: Real>(width: Width, chains: &mut Chains<R>, density: &mut impl Gradient<R>, key: [u32; 2]) {
    let here = &mut chains.here;
    drift_lanes(
        width,
        &mut here.coordinates,
        &mut here.momentum,
        &here.gradient,
        &chains.inverse_metric,
        &chains.signed_steps,
    );
    density.gradient(&here.coordinates, &mut chains.log_density, &mut here.gradient);
    kick_lanes(
        width,
        &mut here.momentum,
        &here.coordinates,
        &here.gradient,
        &chains.inverse_metric,
        &chains.signed_steps,
        &mut chains.kinetic,
        &mut chains.magnitudes,
    );
    weigh_lanes(
        width,
        key,
        chains.first,
        &chains.steps,
        &chains.leapfrogs,
        &chains.kinetic,
        &chains.magnitudes,
        &chains.log_density,
        &chains.first_kinetic,
        &chains.first_log_density,
        &mut chains.errors,
        &mut chains.part_weights,
        &mut chains.acceptance,
        &mut chains.chosen,
    );
    propose_lanes(
        width,
        &chains.chosen,
        &here.coordinates,
        &here.gradient,
        &chains.log_density,
        &chains.errors,
        &mut chains.proposals.coordinates,
        &mut chains.proposals.gradient,
        &mut chains.proposals.log_density,
        &mut chains.proposals.error,
    );
    chains.finished.clear();
    for lane in 0..chains.lanes() {
        if chains.trees[lane].running && !chains.arrive(lane, key) {
            chains.trees[lane].running = false;
            chains.signed_steps[lane] = R::ZERO;
            chains.finished.push(lane);
        }
    }
}

lane_kernel! {
    fn drift_lanes<R>(
        coordinates: &mut [Vec<R>], momentum: &mut [Vec<R>], gradient: &[Vec<R>], inverse_metric: &[Vec<R>], steps: &[R],
    ) {
        let n = steps.len();
        for (((q, p), g), mass) in coordinates.iter_mut().zip(momentum).zip(gradient).zip(inverse_metric) {
            let (q, p, g, mass) = (&mut q[..n], &mut p[..n], &g[..n], &mass[..n]);
            for lane in 0..n {
                p[lane] = kick(p[lane], steps[lane], g[lane]);
                q[lane] = drift(q[lane], steps[lane], mass[lane], p[lane]);
            }
        }
    }

    fn kick_lanes<R>(
        momentum: &mut [Vec<R>], coordinates: &[Vec<R>], gradient: &[Vec<R>], inverse_metric: &[Vec<R>], steps: &[R],
        kinetic: &mut [R], magnitudes: &mut [R],
    ) {
        let n = steps.len();
        let (kinetic, magnitudes) = (&mut kinetic[..n], &mut magnitudes[..n]);
        kinetic.fill(R::ZERO);
        magnitudes.fill(R::ZERO);
        for (((q, p), g), mass) in coordinates.iter().zip(momentum).zip(gradient).zip(inverse_metric) {
            let (q, p, g, mass) = (&q[..n], &mut p[..n], &g[..n], &mass[..n]);
            for lane in 0..n {
                p[lane] = kick(p[lane], steps[lane], g[lane]);
                kinetic[lane] += p[lane] * (mass[lane] * p[lane]);
                let magnitude = q[lane].abs();
                magnitudes[lane] = R::select(magnitude > magnitudes[lane], magnitude, magnitudes[lane]);
            }
        }
    }

    fn weigh_lanes<R>(
        key: [u32; 2], first: u32, steps: &[u32], leapfrogs: &[u32], kinetic: &[R], magnitudes: &[R],
        log_density: &[R], first_kinetic: &[R], first_log_density: &[R], errors: &mut [R], part_weights: &mut [R],
        acceptances: &mut [R], chosen: &mut [bool],
    ) {
        let n = steps.len();
        let (leapfrogs, kinetic, magnitudes, log_density) =
            (&leapfrogs[..n], &kinetic[..n], &magnitudes[..n], &log_density[..n]);
        let (first_kinetic, first_log_density) = (&first_kinetic[..n], &first_log_density[..n]);
        let (errors, part_weights, acceptances, chosen) =
            (&mut errors[..n], &mut part_weights[..n], &mut acceptances[..n], &mut chosen[..n]);
        for lane in 0..n {
            let words =
                philox(counter(first.wrapping_add(lane as u32), steps[lane], leapfrogs[lane], Purpose::Leaf), key);
            let kinetic = R::HALF * kinetic[lane];
            let error = energy_error(
                kinetic, log_density[lane], first_kinetic[lane], first_log_density[lane], magnitudes[lane],
            );
            let weight = log_add_exp(part_weights[lane], -error);
            chosen[lane] = chooses(log_uniform(words[0]), -error, weight);
            errors[lane] = error;
            part_weights[lane] = weight;
            acceptances[lane] += acceptance(error);
        }
    }

    fn propose_lanes<R>(
        chosen: &[bool], coordinates: &[Vec<R>], gradient: &[Vec<R>], log_density: &[R], errors: &[R],
        to_coordinates: &mut [Vec<R>], to_gradient: &mut [Vec<R>], to_log_density: &mut [R], to_errors: &mut [R],
    ) {
        let n = chosen.len();
        let (log_density, errors) = (&log_density[..n], &errors[..n]);
        let (to_log_density, to_errors) = (&mut to_log_density[..n], &mut to_errors[..n]);
        for lane in 0..n {
            to_log_density[lane] = R::select(chosen[lane], log_density[lane], to_log_density[lane]);
            to_errors[lane] = R::select(chosen[lane], errors[lane], to_errors[lane]);
        }
        for (to, from) in
            to_coordinates.iter_mut().zip(coordinates).chain(to_gradient.iter_mut().zip(gradient))
        {
            let (to, from) = (&mut to[..n], &from[..n]);
            for lane in 0..n {
                to[lane] = R::select(chosen[lane], from[lane], to[lane]);
            }
        }
    }
}
