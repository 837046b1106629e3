//! The analysis: from a model and its likelihood to what the data determine.
//!
//! At generic points the scores of all observations form a matrix; its null space is what the likelihood does not
//! determine (Catchpole & Morgan 1997; Cole, Morgan & Titterington 2010). The same matrix with other outcomes, and with
//! other covariates, tells why: what stays open then is structural, what other covariates would close is the design's
//! doing, what other outcomes would close is that of these data.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::constant::{Place, directions, invariants};
use super::design::relations;
use super::direction::{Combination, Scale};
use super::finding::{Direction, Reason};
use super::points::{Prior, generic, modes, noticed};
use super::practical::{Practical, practical};
use super::rank::{Matrix, Rank, rank};
use super::scores::{Scores, Treatment};
use super::symmetry::{Symmetry, symmetries};
use crate::ir::jacobian::jacobian;
use crate::model::Model;
use crate::model::likelihood::Likelihood;
use crate::rng::random::Random;
use crate::rng::slots::Purpose;

/// Data of the same shape, of which some are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Other outcomes.
    Outcomes,
    /// Other outcomes, of which those that are 0 stay 0: cells of a table that cannot be filled.
    Cells,
    /// Other outcomes and other covariates.
    Covariates,
}

/// Gives the likelihood of the same model with changed data; none where the model cannot have such data. The number
/// tells changes apart.
pub type Vary<'a> = &'a mut dyn FnMut(Change, u64) -> Option<Likelihood>;

/// What the analysis is told beside the model.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What generic points derive from.
    pub seed: u64,
    /// Number of generic points of each kind, at least 2: around the mode, and around the origin of coordinates.
    pub points: usize,
    /// The prior standard deviation of each declared parameter, where it is known and finite.
    pub prior_sd: Option<Vec<f64>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, points: 4, prior_sd: None }
    }
}

/// Why there is nothing to analyse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifyError {
    /// The model has no parameters.
    #[error("the model has no parameters: there is nothing that data could determine")]
    NoParameters,
    /// No observed data meet parameters.
    #[error("the model has no likelihood: no data are the outcome of a density, so the posterior is the prior")]
    NoLikelihood,
    /// Observations and coordinates are too many.
    #[error(
        "{observations} observations times {coordinates} coordinates are more derivatives than the analysis takes on \
         ({most}): analyse a smaller data set of the same shape"
    )]
    TooLarge {
        /// Number of observations.
        observations: usize,
        /// Number of coordinates.
        coordinates: usize,
        /// What it takes on.
        most: usize,
    },
    /// The likelihood is not finite at any point that was tried.
    #[error(
        "the likelihood could not be evaluated at any of {attempts} points: are the data possible under the model?"
    )]
    NotFinite {
        /// Points tried.
        attempts: usize,
    },
}

/// What the likelihood determines. Parameters are positions in [`Model::parameters`].
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Number of directions in all: coordinates that are not integrated out.
    pub directions: usize,
    /// Directions that are not determined.
    pub open: Vec<Direction>,
    /// Declared parameters that no open direction touches.
    pub determined: Vec<usize>,
    /// Combinations of touched parameters that stay determined. Fewer than there are where directions are local, or of
    /// different scales.
    pub combinations: Vec<Combination>,
    /// How many such combinations there are in all.
    pub determined_combinations: usize,
    /// Transformed parameters, and whether they are determined.
    pub transformed: Vec<(usize, bool)>,
    /// Directions that are determined in principle, but so weakly that the prior decides.
    pub practical: Vec<Practical>,
    /// Changes of parameters, other than small ones, that leave every observation as it is.
    pub symmetries: Vec<Symmetry>,
    /// How latent parameters were dealt with.
    pub treatment: Treatment,
    /// Their names.
    pub latent: Vec<String>,
    /// Number of observations looked at.
    pub observations: usize,
    /// Number of observations.
    pub all_observations: usize,
    /// The ratio of the largest to the smallest singular value that counts, scores scaled; at the mode.
    pub condition: f64,
    /// How clear the decision on the rank was: see [`Rank::gap`].
    pub gap: f64,
    /// A point near the mode, parameters.
    pub mode: Vec<f64>,
    /// The same, coordinates.
    pub mode_coordinates: Vec<f64>,
}

impl Analysis {
    /// Number of directions that the likelihood determines.
    pub fn rank(&self) -> usize {
        self.directions - self.open.len()
    }

    /// The determined transformed parameter that is a combination, by its value near the mode.
    pub fn transformed_as(&self, combination: &Combination) -> Option<usize> {
        let value = combination.value(&self.mode);
        let is_value = |parameter: usize| {
            let own = match combination.scale {
                Scale::Natural | Scale::Local | Scale::Square => self.mode[parameter],
                Scale::Log => self.mode[parameter].abs().ln(),
            };
            (own - value).abs() <= 1e-9 * (own.abs() + value.abs())
        };
        let determined = self.transformed.iter().filter(|(_, determined)| *determined);
        determined.map(|(parameter, _)| *parameter).find(|&parameter| is_value(parameter))
    }
}

/// Beyond so many derivatives a point, half of the points that settings say are asked: three instead of five, if nobody says.
const DEAR: usize = 1_000_000;

/// Derivatives held at once: half a gigabyte for each point and its neighbour.
const MOST: usize = 30_000_000;

/// Analyses a model.
///
/// # Errors
/// When there is nothing to analyse.
pub fn analyse(
    model: &Model,
    likelihood: &Likelihood,
    settings: &Settings,
    vary: Vary<'_>,
) -> Result<Analysis, IdentifyError> {
    let coordinates = model.coordinates.len();
    if coordinates == 0 {
        return Err(IdentifyError::NoParameters);
    }
    if likelihood.observations.results.is_empty() {
        return Err(IdentifyError::NoLikelihood);
    }
    let observations = likelihood.observations.results.len();
    if observations.saturating_mul(coordinates) > MOST {
        return Err(IdentifyError::TooLarge { observations, coordinates, most: MOST });
    }
    let mut random = Random::new(settings.seed, 0, 0, Purpose::Start);
    let start: Vec<f64> = (0..coordinates).map(|_| 2.0 * random.uniform() - 1.0).collect();
    let scores = Scores::new(likelihood, &start);
    let prior =
        Prior { terms: &likelihood.prior, without: likelihood.latent.as_ref().map(|latent| &latent.population) };
    let mut found = Found::new(model, likelihood, &scores, &prior, settings, &start, &mut random)?;
    found.ask_vectors(&mut *vary, &mut random);
    let declared: usize = likelihood.declared.iter().map(|(_, size)| size).sum();
    let order = order(likelihood);

    let mut open = found.open(likelihood, &order, &mut *vary, &mut random);
    for direction in &mut open {
        direction.closed = found.is_closed(&direction.combination, &prior);
    }
    let closed = found.closed(&open, declared, &order);
    let at_mode = expected(&scores, &found.mode, &mut *vary);
    let symmetries = symmetries(model, likelihood, &scores, &found.points, &open);
    let (practical, condition) =
        practical(model, &at_mode, scores.free(), &found.mode, open.len(), settings.prior_sd.as_deref());
    Ok(Analysis {
        directions: scores.free().len(),
        determined_combinations: closed.touched - open.len().min(closed.touched),
        open,
        determined: closed.untouched,
        combinations: closed.combinations,
        transformed: found.transformed(model, declared),
        practical,
        symmetries,
        treatment: scores.treatment(),
        latent: likelihood.latent.as_ref().map_or_else(Vec::new, |latent| latent.names.clone()),
        observations: likelihood.observations.results.len(),
        all_observations: likelihood.all,
        condition,
        gap: found.ranks.iter().map(Rank::gap).fold(0.0, f64::max),
        mode: model.parameters_at(&found.mode),
        mode_coordinates: found.mode.clone(),
    })
}

/// The order in which parameters name a direction: scalars first.
fn order(likelihood: &Likelihood) -> Vec<usize> {
    let mut from = 0;
    let mut ranked: Vec<(bool, usize)> = Vec::new();
    for (_, size) in &likelihood.declared {
        ranked.extend((from..from + size).map(|parameter| (*size > 1, parameter)));
        from += size;
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, parameter)| parameter).collect()
}

/// What was found at the points.
struct Found<'a> {
    model: &'a Model,
    scores: &'a Scores<'a>,
    mode: Vec<f64>,
    /// Points of the largest rank.
    points: Vec<Vec<f64>>,
    /// The scores at each.
    matrices: Vec<Matrix>,
    /// Their ranks, all the same.
    ranks: Vec<Rank>,
    declared: usize,
}

/// What is not open.
struct Closed {
    untouched: Vec<usize>,
    touched: usize,
    combinations: Vec<Combination>,
}

impl<'a> Found<'a> {
    fn new(
        model: &'a Model,
        likelihood: &Likelihood,
        scores: &'a Scores<'a>,
        prior: &Prior<'_>,
        settings: &Settings,
        start: &[f64],
        random: &mut Random,
    ) -> Result<Self, IdentifyError> {
        let count = if scores.cost() > DEAR { settings.points.div_ceil(2) } else { settings.points };
        // A mode may lie where the model is degenerate, and plausible values far from 0: both are asked.
        let mut modes = modes(scores, prior, start, random);
        let mut points = Vec::new();
        for (index, mode) in modes.iter().enumerate() {
            let noticed = noticed(scores, mode);
            let around = if index == 0 { count.div_ceil(2) } else { count.div_ceil(4) };
            points.extend(generic(scores, mode, &noticed, around, random));
            if index == 0 {
                let near: Vec<f64> = noticed.iter().map(|radius| 0.2 * radius).collect();
                points.extend(generic(scores, mode, &near, count.div_ceil(4), random));
            }
        }
        let mode = modes.swap_remove(0);
        points.extend(generic(scores, &vec![0.0; mode.len()], &vec![1.0; mode.len()], count.div_ceil(2), random));
        if points.is_empty() {
            return Err(IdentifyError::NotFinite { attempts: 40 * count });
        }
        let mut found =
            Self { model, scores, mode, points: Vec::new(), matrices: Vec::new(), ranks: Vec::new(), declared: 0 };
        found.declared = likelihood.declared.iter().map(|(_, size)| size).sum();
        for point in points {
            let matrix = evaluated(scores, &point, random);
            let rank = rank(&matrix);
            let best = found.ranks.first().map_or(0, |best| best.rank);
            if rank.rank > best {
                found.points.clear();
                found.matrices.clear();
                found.ranks.clear();
            }
            if rank.rank >= best {
                // No point can have more: one is enough.
                let full = rank.rank == scores.free().len();
                found.points.push(point);
                found.matrices.push(matrix);
                found.ranks.push(rank);
                if full {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Asks outcomes that are vectors for more than the one direction that these data point to: a vector with other elements
    /// would point to others, as many as it has elements.
    fn ask_vectors(&mut self, vary: Vary<'_>, random: &mut Random) {
        /// Other outcomes, where a vector has more elements.
        const MOST: usize = 40;
        let columns = self.scores.free().len();
        let largest = self.scores.sizes().iter().copied().max().unwrap_or(0);
        for (set, change) in (0..largest.saturating_sub(1).min(columns).min(MOST))
            .flat_map(|set| [(set, Change::Cells), (set, Change::Outcomes)])
        {
            if self.ranks[0].rank == columns {
                return;
            }
            let Some(other) = vary(change, FIRST_OF_VECTORS + set as u64) else { continue };
            let more = Scores::new(&other, &self.points[0]);
            if more.free() != self.scores.free() || more.sizes() != self.scores.sizes() {
                continue;
            }
            let rows: Vec<usize> = (0..more.sizes().len()).filter(|&row| more.sizes()[row] > set + 1).collect();
            for (matrix, point) in self.matrices.iter_mut().zip(&self.points) {
                *matrix = matrix.above(&evaluated_rows(&more, point, Some(&rows), random), &mut signed(random));
            }
            self.ranks = self.matrices.par_iter().map(rank).collect();
        }
        let best = self.ranks.iter().map(|rank| rank.rank).max().unwrap_or(0);
        let all = std::mem::take(&mut self.points).into_iter().zip(std::mem::take(&mut self.matrices));
        for ((point, matrix), rank) in all.zip(std::mem::take(&mut self.ranks)) {
            if rank.rank == best {
                self.points.push(point);
                self.matrices.push(matrix);
                self.ranks.push(rank);
            }
        }
    }

    /// The directions that stay open, and why.
    fn open(&self, likelihood: &Likelihood, order: &[usize], vary: Vary<'_>, random: &mut Random) -> Vec<Direction> {
        let columns = self.scores.free().len();
        let missing = columns - self.ranks[0].rank;
        if missing == 0 {
            return Vec::new();
        }
        let mut stacked = self.matrices.clone();
        let mut stages: Vec<(Reason, Vec<Rank>)> = vec![(Reason::Data, self.ranks.clone())];
        for (change, reason) in
            [(Change::Outcomes, Reason::Design(Vec::new())), (Change::Covariates, Reason::Structural)]
        {
            let sets = (columns + 2).div_ceil(likelihood.observations.results.len()).max(2);
            let largest = 2 * columns + 10;
            for set in 0..sets.min(largest) as u64 {
                let Some(other) = vary(change, set) else { continue };
                let more = Scores::new(&other, &self.points[0]);
                if more.free() != self.scores.free() {
                    continue;
                }
                let streams: Vec<Random> = self.points.iter().map(|_| apart(random)).collect();
                let with_more = |((matrix, point), mut stream): ((&Matrix, &Vec<f64>), Random)| {
                    let other = evaluated(&more, point, &mut stream);
                    matrix.above(&other, &mut signed(&mut stream))
                };
                stacked = if more.treatment() == Treatment::Integrated {
                    stacked.iter().zip(&self.points).zip(streams).map(with_more).collect()
                } else {
                    stacked.par_iter().zip(&self.points).zip(streams).map(with_more).collect()
                };
            }
            stages.push((reason, stacked.par_iter().map(rank).collect()));
        }
        // From what nothing closes to what only these data leave open. Observations that could not be told apart do not
        // speak for these data alone.
        if !likelihood.separate {
            stages.remove(0);
        }
        let mut found: Vec<Direction> = Vec::new();
        for (reason, ranks) in stages.into_iter().rev() {
            let places = self.places(ranks);
            let known: Vec<Combination> = found.iter().map(|direction| direction.combination.clone()).collect();
            let reason = match reason {
                Reason::Design(_) => Reason::Design(relations(&likelihood.covariates)),
                other => other,
            };
            let new = directions(&places, order, &known);
            found.extend(new.into_iter().map(|combination| Direction {
                combination,
                reason: reason.clone(),
                closed: false,
            }));
        }
        found
    }

    /// Whether the prior changes along an open direction, anywhere.
    fn is_closed(&self, combination: &Combination, prior: &Prior<'_>) -> bool {
        /// What rounding leaves of a derivative that is none, beside its terms.
        const ROUNDING: f64 = 1e-7;
        self.points.iter().zip(&self.ranks).any(|(point, rank)| {
            let (parameters, slopes) = self.parameters(point);
            let mut along = DVector::zeros(self.declared);
            for &(parameter, weight) in &combination.weights {
                along[parameter] = weight / combination.scale.slope(parameters[parameter]);
            }
            // The step of coordinates within the null space that moves the parameters so.
            let moves = slopes.rows(0, self.declared) * &rank.null_space;
            let step = moves.svd(true, true).solve(&along, f64::EPSILON.sqrt());
            let Ok(step) = step.map(|step| &rank.null_space * step) else { return false };
            let (_, slope) = prior.at(point, self.scores.free());
            let terms = slope.component_mul(&step);
            terms.sum().abs() > ROUNDING * terms.abs().sum()
        })
    }

    /// The null spaces at the points, in declared parameters.
    fn places(&self, ranks: Vec<Rank>) -> Vec<Place> {
        let largest = ranks.iter().map(|rank| rank.rank).max().unwrap_or(0);
        let kept = ranks.into_iter().zip(&self.points).filter(|(rank, _)| rank.rank == largest);
        kept.filter(|(rank, _)| rank.null_space.ncols() > 0)
            .map(|(rank, point)| {
                let (parameters, slopes) = self.parameters(point);
                Place {
                    parameters: parameters[..self.declared].to_vec(),
                    null_space: slopes.rows(0, self.declared) * rank.null_space,
                }
            })
            .collect()
    }

    /// The parameters at a point, and their derivatives by the free coordinates.
    fn parameters(&self, point: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
        let free = self.scores.free();
        let found = jacobian(&self.model.constrain, point, free);
        let slopes = DMatrix::from_row_slice(found.values.len(), free.len(), &found.derivatives);
        (found.values, slopes)
    }

    /// What open directions leave alone.
    fn closed(&self, open: &[Direction], declared: usize, order: &[usize]) -> Closed {
        let touches = |parameter: usize| {
            open.iter().any(|direction| direction.combination.weights.iter().any(|(other, _)| *other == parameter))
        };
        let (_, slopes) = self.parameters(&self.points[0]);
        let is_free = |parameter: usize| slopes.row(parameter).iter().any(|x| *x != 0.0);
        let all: Vec<usize> = (0..declared).filter(|&parameter| is_free(parameter)).collect();
        let (touched, untouched): (Vec<usize>, Vec<usize>) = all.into_iter().partition(|&parameter| touches(parameter));
        let combinations = blocks(open)
            .into_iter()
            .filter(|block| {
                let scale = block[0].scale;
                scale != Scale::Local && block.iter().all(|combination| combination.scale == scale)
            })
            .flat_map(|block| invariants(&block, order))
            .collect();
        Closed { untouched, touched: touched.len(), combinations }
    }

    /// Whether each transformed parameter is determined: whether it stays where it is along all open directions.
    fn transformed(&self, model: &Model, declared: usize) -> Vec<(usize, bool)> {
        /// What rounding leaves of a derivative along an open direction.
        const ROUNDING: f64 = 1e-6;
        let moves: Vec<DMatrix<f64>> = self
            .points
            .iter()
            .zip(&self.ranks)
            .map(|(point, rank)| {
                let null_space = &rank.null_space;
                let (_, slopes) = self.parameters(point);
                let mut moves = &slopes * null_space;
                // Beside what would be without cancellation.
                let sizes = slopes.abs() * null_space.abs();
                moves.zip_apply(&sizes, |x, size| *x = if size > 0.0 { x.abs() / size } else { 0.0 });
                moves
            })
            .collect();
        (declared..model.parameters.len())
            .filter(|&parameter| {
                let (_, slopes) = self.parameters(&self.points[0]);
                slopes.row(parameter).iter().any(|x| *x != 0.0)
            })
            .map(|parameter| (parameter, moves.iter().all(|moves| moves.row(parameter).iter().all(|x| *x < ROUNDING))))
            .collect()
    }
}

/// Where the numbers of changes begin that ask vectors: apart from those that tell reasons.
const FIRST_OF_VECTORS: u64 = 1 << 20;

/// Scores at a point whose squares have the sizes that they are expected to have there. One vector has one score, and the
/// squares of scores with other outcomes are told beside it where there are few.
fn expected(scores: &Scores<'_>, point: &[f64], vary: Vary<'_>) -> DMatrix<f64> {
    /// Beyond so many rows for each column, those of these data do.
    const ENOUGH: usize = 20;
    /// Other outcomes of each vector.
    const OTHERS: u64 = 20;
    let own = scores.at(point).scores;
    let vectors: Vec<usize> =
        (0..own.nrows()).filter(|&row| scores.sizes().get(row).is_some_and(|&size| size > 1)).collect();
    if vectors.is_empty() || own.nrows() > ENOUGH * own.ncols() {
        return own;
    }
    let mut all = vec![own.select_rows(&vectors)];
    for set in 0..OTHERS {
        let Some(other) = vary(Change::Cells, FIRST_OF_VECTORS + set) else { continue };
        let more = Scores::new(&other, point);
        if more.free() == scores.free() && more.sizes() == scores.sizes() {
            all.push(more.at(point).scores.select_rows(&vectors));
        }
    }
    let weight = 1.0 / (all.len() as f64).sqrt();
    let single: Vec<usize> = (0..own.nrows()).filter(|row| !vectors.contains(row)).collect();
    let mut rows: Vec<_> = own.select_rows(&single).row_iter().map(nalgebra::Matrix::into_owned).collect();
    rows.extend(all.iter().flat_map(|more| more.row_iter().map(|row| row * weight)));
    DMatrix::from_rows(&rows)
}

/// Scores at a point, and again with other roundings.
fn evaluated(scores: &Scores<'_>, point: &[f64], random: &mut Random) -> Matrix {
    evaluated_rows(scores, point, None, random)
}

/// Those of some rows.
fn evaluated_rows(scores: &Scores<'_>, point: &[f64], rows: Option<&[usize]>, random: &mut Random) -> Matrix {
    let (at, beside) = if scores.treatment() == Treatment::Integrated {
        // One after the other: where densities lie is known better from one to the next.
        (scores.at(point), scores.beside(point))
    } else {
        rayon::join(|| scores.at(point), || scores.beside(point))
    };
    match rows {
        Some(rows) => Matrix::new(&at.scores.select_rows(rows), &beside.scores.select_rows(rows), &mut signed(random)),
        None => Matrix::new(&at.scores, &beside.scores, &mut signed(random)),
    }
}

/// A stream of its own.
fn apart(random: &mut Random) -> Random {
    Random::new((random.uniform() * 2.0_f64.powi(53)) as u64, 0, 0, Purpose::Start)
}

/// Uniform on (-1, 1).
fn signed(random: &mut Random) -> impl FnMut() -> f64 + '_ {
    move || 2.0 * random.uniform() - 1.0
}

/// Directions that share parameters, together.
fn blocks(open: &[Direction]) -> Vec<Vec<Combination>> {
    let mut blocks: Vec<Vec<Combination>> = Vec::new();
    for direction in open {
        let combination = &direction.combination;
        let shares = |block: &Vec<Combination>| {
            let touched = |parameter: usize| {
                block.iter().any(|other| other.weights.iter().any(|(touched, _)| *touched == parameter))
            };
            combination.weights.iter().any(|&(parameter, _)| touched(parameter))
        };
        let (with, without): (Vec<_>, Vec<_>) = blocks.into_iter().partition(shares);
        blocks = without;
        let mut joined: Vec<Combination> = with.into_iter().flatten().collect();
        joined.push(combination.clone());
        blocks.push(joined);
    }
    blocks
}
