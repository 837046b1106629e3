//! Chains that step together on one thread, whatever the method, and the rows of draws that they fill.
//!
//! Metropolis lanes are always at the same step. NUTS lanes are not: each takes its steps as its trees end, and waits at
//! the end of the stretch; what they keep is gathered until it fills a batch, so that parameters are computed for many
//! draws at a time. Absent on purpose: threads, and how many steps to take at a time.

use super::density::Gradient;
use super::gathered::Gathered;
use super::lanes::{Inputs, Lanes};
use super::machine::Machine;
use super::moves::{Moves, Programs};
use super::tile::Tile;
use crate::backend::Trees;
use crate::draws::Room;
use crate::math::Real;
use crate::math::simd::Width;
use crate::sampler::metropolis;
use crate::sampler::nuts::{self, STATISTICS};
use std::sync::Arc;

/// Most chains of a block: enough to hide the cost of starting an operation, few enough that the lanes of a small
/// model stay in the first-level cache.
pub(super) const LANES: usize = 256;

/// Chains with what evaluates their density.
#[derive(Clone, Debug)]
pub(super) enum Chains<R> {
    Metropolis { chains: Box<metropolis::Chains<R>>, density: Moves<R> },
    Nuts { chains: Box<nuts::Chains<R>>, density: Gradient<R>, max_treedepth: u32, trees: Vec<Trees> },
}

impl<R: Real> Chains<R> {
    /// Chains `first..` that take component-wise steps.
    pub(super) fn metropolis(first: u32, states: Vec<Vec<R>>, programs: &Arc<Programs<R>>, width: Width) -> Self {
        let mut log_density = vec![R::ZERO; states.first().map_or(0, Vec::len)];
        let density = Moves::new(programs, width, &states, &mut log_density);
        Self::Metropolis { chains: Box::new(metropolis::Chains::new(first, states, log_density)), density }
    }

    /// Chains `first..` that follow trajectories.
    pub(super) fn nuts(first: u32, states: &[Vec<R>], mut density: Gradient<R>, max_treedepth: u32) -> Self {
        let chains = Box::new(nuts::Chains::new(first, states, max_treedepth, &mut density));
        let trees = vec![Trees::default(); chains.lanes()];
        Self::Nuts { chains, density, max_treedepth, trees }
    }

    /// The log density of each lane.
    pub(super) fn log_density(&self) -> &[R] {
        match self {
            Self::Metropolis { chains, .. } => &chains.log_density,
            Self::Nuts { chains, .. } => &chains.samples.log_density,
        }
    }

    /// Where the lanes are, `[coordinate, lane]`.
    pub(super) fn coordinates(&self) -> &[Vec<R>] {
        match self {
            Self::Metropolis { chains, .. } => &chains.coordinates,
            Self::Nuts { chains, .. } => &chains.samples.coordinates,
        }
    }

    /// Forgets what earlier stretches have counted.
    pub(super) fn clear_counts(&mut self) {
        match self {
            Self::Metropolis { chains, .. } => chains.accepted.iter_mut().for_each(|counts| counts.fill(0)),
            Self::Nuts { trees, .. } => trees.fill(Trees::default()),
        }
    }
}

/// Steps to take, those to keep among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub first: u32,
    pub count: u32,
    /// Steps per draw.
    pub thin: u32,
    /// Index of the first draw.
    pub from: usize,
}

impl Steps {
    /// The first ones, as many as `count` says, and the others. A number that `thin` divides, where states are kept.
    pub(super) fn split_at(self, count: u32) -> (Self, Self) {
        let (first, from) = (self.first.wrapping_add(count), self.from + (count / self.thin) as usize);
        (Self { count, ..self }, Self { first, from, count: self.count - count, ..self })
    }
}

/// Where the draws of a block go, and what is told of their steps.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub draws: Room<'a>,
    /// None where nothing is told.
    pub statistics: Option<Room<'a>>,
}

/// What becomes of kept states.
#[derive(Debug)]
pub(super) enum Sink<'a, R> {
    /// They become draws.
    Rows(Rows<'a>),
    /// Moments are made of them; so many draws are the first half.
    Moments { gathered: &'a mut Gathered<R>, first_half: usize },
}

/// Chains that step together, with the machine that makes parameters of their states.
#[derive(Debug)]
pub(super) struct Block<R> {
    pub chains: Chains<R>,
    pub constrain: Machine<R>,
    batch: Batch<R>,
    tile: Option<Tile<R>>,
}

impl<R: Real> Block<R> {
    pub(super) fn new(chains: Chains<R>, constrain: Machine<R>) -> Self {
        Self { chains, constrain, batch: Batch::default(), tile: None }
    }

    /// The parameters of the lanes, `[parameter][lane]`.
    pub(super) fn parameters(&mut self, width: Width) -> Vec<Vec<R>> {
        let (inputs, lanes) = (Inputs::of(self.chains.coordinates()), self.chains.log_density().len());
        self.constrain.run(width, inputs, lanes);
        let result = |parameter: usize| match self.constrain.result(parameter, inputs, lanes) {
            Lanes::Each(numbers) => numbers.to_vec(),
            Lanes::All(number) => vec![number; lanes],
        };
        (0..self.constrain.results()).map(result).collect()
    }

    /// Takes steps in every lane; a number of steps that `thin` divides, where states are kept.
    pub(super) fn advance(&mut self, width: Width, key: [u32; 2], steps: Steps, mut sink: Option<Sink<'_, R>>) {
        let Self { chains, constrain, batch, tile } = self;
        let at = |done: u32| steps.from + (done / steps.thin) as usize - 1;
        match chains {
            Chains::Metropolis { chains, density } => {
                let lanes = chains.log_density.len();
                for done in 1..=steps.count {
                    metropolis::sweep(width, chains, density, key, steps.first.wrapping_add(done - 1));
                    let Some(sink) = sink.as_mut().filter(|_| done % steps.thin == 0) else { continue };
                    let computes = density.computes_parameters();
                    if computes {
                        constrain.run(width, Inputs::of(&chains.coordinates), lanes);
                    }
                    let state = State { chains, density, constrain };
                    match sink {
                        Sink::Rows(rows) => {
                            let tile = tile.get_or_insert_with(|| Tile::new(lanes, state.constrain.results()));
                            tile.open(at(done));
                            state.each_parameter(|parameter, numbers| tile.put(parameter, numbers));
                            if tile.is_full() || done + steps.thin > steps.count {
                                tile.write(&mut rows.draws);
                            }
                        }
                        Sink::Moments { gathered, first_half } => {
                            state.each_parameter(|parameter, numbers| gathered.put(parameter, numbers));
                            gathered.add(at(done) >= *first_half);
                        }
                    }
                }
            }
            Chains::Nuts { chains, density, max_treedepth, trees } => {
                let mut taken = vec![0; chains.lanes()];
                let mut running = taken.len();
                (0..running).for_each(|lane| chains.begin(lane, key, steps.first));
                while running > 0 {
                    nuts::turn(width, chains, density, key);
                    for index in 0..chains.finished.len() {
                        let lane = chains.finished[index];
                        let statistics = chains.statistics(lane).map(R::to_f64);
                        count(&mut trees[lane], &statistics, *max_treedepth);
                        taken[lane] += 1;
                        if let Some(sink) = sink.as_mut()
                            && taken[lane] % steps.thin == 0
                        {
                            if let Sink::Rows(rows) = sink {
                                rows.tell(lane, at(taken[lane]), &statistics);
                            }
                            batch.push(&chains.samples.coordinates, lane, at(taken[lane]));
                            if batch.places.len() == Batch::<R>::SIZE {
                                batch.flush(constrain, width, sink);
                            }
                        }
                        if taken[lane] < steps.count {
                            chains.begin(lane, key, steps.first.wrapping_add(taken[lane]));
                        } else {
                            running -= 1;
                        }
                    }
                }
                if let Some(sink) = &mut sink {
                    batch.flush(constrain, width, sink);
                }
            }
        }
    }
}

fn count(trees: &mut Trees, statistics: &[f64; STATISTICS.len()], max_treedepth: u32) {
    let &[_, acceptance, _, depth, leapfrogs, diverging, _] = statistics;
    trees.acceptance += acceptance;
    trees.leapfrogs += leapfrogs as u64;
    trees.divergences += u32::from(diverging != 0.0);
    trees.saturated += u32::from(depth >= f64::from(max_treedepth));
}

impl Rows<'_> {
    /// The same place, for a while.
    pub(super) fn lend(&mut self) -> Rows<'_> {
        Rows { draws: self.draws.lend(), statistics: self.statistics.as_mut().map(Room::lend) }
    }

    fn tell(&mut self, lane: usize, draw: usize, statistics: &[f64; STATISTICS.len()]) {
        if let Some(room) = &mut self.statistics {
            room.put(lane, draw, |column| statistics[column]);
        }
    }
}

/// States of lanes that step together, whose parameters are known.
struct State<'a, R> {
    chains: &'a metropolis::Chains<R>,
    density: &'a Moves<R>,
    constrain: &'a Machine<R>,
}

impl<R: Real> State<'_, R> {
    /// Tells each parameter of all lanes: what the density has computed of them is taken from there.
    fn each_parameter(&self, mut tell: impl FnMut(usize, Lanes<'_, R>)) {
        let (inputs, lanes) = (Inputs::of(&self.chains.coordinates), self.chains.log_density.len());
        for parameter in 0..self.constrain.results() {
            match self.density.parameter(parameter, inputs.first) {
                Some(numbers) => tell(parameter, Lanes::Each(numbers)),
                None => tell(parameter, self.constrain.result(parameter, inputs, lanes)),
            }
        }
    }
}

/// States that are to become draws.
#[derive(Debug)]
struct Batch<R> {
    /// `[coordinate, state]`
    coordinates: Vec<Vec<R>>,
    /// Lane and draw of each state.
    places: Vec<(usize, usize)>,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self { coordinates: Vec::new(), places: Vec::new() }
    }
}

impl<R: Real> Batch<R> {
    /// As many as a block has lanes at most: what the machine's registers hold.
    const SIZE: usize = LANES;

    fn push(&mut self, coordinates: &[Vec<R>], lane: usize, draw: usize) {
        self.coordinates.resize(coordinates.len(), Vec::new());
        for (states, coordinate) in self.coordinates.iter_mut().zip(coordinates) {
            states.push(coordinate[lane]);
        }
        self.places.push((lane, draw));
    }

    fn flush(&mut self, constrain: &mut Machine<R>, width: Width, sink: &mut Sink<'_, R>) {
        if !self.places.is_empty() {
            let (inputs, states) = (Inputs::of(&self.coordinates), self.places.len());
            constrain.run(width, inputs, states);
            let results: Vec<Lanes<'_, R>> =
                (0..constrain.results()).map(|parameter| constrain.result(parameter, inputs, states)).collect();
            let value = |parameter: usize, state: usize| match results[parameter] {
                Lanes::Each(numbers) => numbers[state],
                Lanes::All(number) => number,
            };
            for (state, &(lane, draw)) in self.places.iter().enumerate() {
                match sink {
                    Sink::Rows(rows) => {
                        rows.draws.put(lane, draw, |parameter| value(parameter, state).to_f64());
                    }
                    Sink::Moments { gathered, first_half } => {
                        let numbers: Vec<R> = (0..results.len()).map(|parameter| value(parameter, state)).collect();
                        gathered.add_one(lane, draw >= *first_half, &numbers);
                    }
                }
            }
            self.places.clear();
            self.coordinates.iter_mut().for_each(Vec::clear);
        }
    }
}
