//! Changes of parameters, other than small ones, that leave every observation as it is: modes of the likelihood that are
//! copies of one another.
//!
//! Tried are exchanges of elements (of all containers of one length together, of each alone; of scalars that differ in a
//! number at the end of their names) and changes of sign (of each parameter, pair or triple). What is left of a change
//! after moving along open directions must not be nothing: then it is no other mode.

use nalgebra::{DMatrix, DVector};

use super::coordinates::coordinates;
use super::finding::Direction;
use super::scores::{Scores, Treatment};
use crate::model::Model;
use crate::model::likelihood::Likelihood;

/// A change of parameters that changes no observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// Elements of these containers, all in the same way, in any order.
    Exchange {
        /// The containers, or scalars that belong together.
        names: Vec<String>,
        /// How many elements can be exchanged.
        elements: usize,
        /// A container of them that may be declared in order instead, which leaves one of the copies, and the type that
        /// does: `ordered`, or `positive_ordered` of positive numbers.
        order: Option<(String, &'static str)>,
    },
    /// The signs of these parameters, all together.
    Sign {
        /// Names of containers or scalars.
        names: Vec<String>,
    },
}

impl Symmetry {
    /// How many copies of each mode there are.
    pub fn modes(&self) -> f64 {
        match self {
            Self::Exchange { elements, .. } => (1..=*elements).map(|n| n as f64).product(),
            Self::Sign { .. } => 2.0,
        }
    }
}

/// A named stretch of parameters.
struct Stretch<'a> {
    name: &'a str,
    from: usize,
    size: usize,
}

/// The symmetries that hold at all of the points.
pub(super) fn symmetries(
    model: &Model,
    likelihood: &Likelihood,
    scores: &Scores<'_>,
    points: &[Vec<f64>],
    open: &[Direction],
) -> Vec<Symmetry> {
    /// Parameters beyond which pairs are not tried.
    const MOST: usize = 12;
    let mut from = 0;
    let mut stretches = Vec::new();
    // What is integrated out is not there to be exchanged.
    let integrated = |name: &String| {
        scores.treatment() == Treatment::Integrated
            && likelihood.latent.as_ref().is_some_and(|latent| latent.names.contains(name))
    };
    for (name, size) in &likelihood.declared {
        if !integrated(name) {
            stretches.push(Stretch { name, from, size: *size });
        }
        from += size;
    }
    let declared = from;
    let trial = Trial { model, scores, points: &points[..points.len().min(2)], open, declared };
    let mut found = Vec::new();

    let containers: Vec<&Stretch<'_>> = stretches.iter().filter(|stretch| stretch.size > 1).collect();
    let mut sizes: Vec<usize> = containers.iter().map(|stretch| stretch.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes.into_iter().filter(|&size| size <= 30) {
        let of_size: Vec<&Stretch<'_>> = containers.iter().filter(|stretch| stretch.size == size).copied().collect();
        let mut sets: Vec<Vec<&Stretch<'_>>> = vec![of_size.clone()];
        if of_size.len() > 1 && of_size.len() <= 4 {
            sets.extend((1..(1_u32 << of_size.len()) - 1).map(|set| {
                of_size.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, stretch)| *stretch).collect()
            }));
        }
        for set in sets {
            let exchanged = |a: usize, b: usize, parameters: &mut [f64]| {
                set.iter().for_each(|stretch| parameters.swap(stretch.from + a, stretch.from + b));
            };
            // Elements that can be exchanged with the first.
            let elements =
                (1..size).filter(|&other| trial.holds(&|parameters| exchanged(0, other, parameters))).count();
            if elements > 0 {
                let names = set.iter().map(|stretch| stretch.name.to_owned()).collect();
                let order = set.iter().find_map(|stretch| trial.order(stretch));
                found.push(Symmetry::Exchange { names, elements: elements + 1, order });
                break;
            }
        }
    }
    found.extend(numbered(&stretches, &trial));

    let flips: Vec<&Stretch<'_>> = stretches.iter().collect();
    let flip = |stretch: &Stretch<'_>, parameters: &mut [f64]| {
        parameters[stretch.from..stretch.from + stretch.size].iter_mut().for_each(|x| *x = -*x);
    };
    let mut flipped: Vec<u32> = Vec::new();
    for together in 1..=3_u32 {
        if together > 1 && flips.len() > MOST {
            break;
        }
        let sets = (1..1_u32 << flips.len().min(MOST)).filter(|set| set.count_ones() == together);
        for set in sets {
            // What a smaller set does by itself is not said again.
            if flipped.iter().any(|smaller| smaller & set == *smaller) {
                continue;
            }
            let chosen = || flips.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, stretch)| *stretch);
            if trial.holds(&|parameters| chosen().for_each(|stretch| flip(stretch, parameters))) {
                flipped.push(set);
                found.push(Symmetry::Sign { names: chosen().map(|stretch| stretch.name.to_owned()).collect() });
            }
        }
    }
    found
}

/// Exchanges of scalars such as `mu1` and `mu2`, with all others that are numbered likewise.
fn numbered(stretches: &[Stretch<'_>], trial: &Trial<'_>) -> Option<Symmetry> {
    let scalar = |name: &str| stretches.iter().find(|stretch| stretch.name == name && stretch.size == 1);
    let pairs: Vec<(usize, usize, String)> = stretches
        .iter()
        .filter_map(|stretch| {
            let stem = stretch.name.strip_suffix('1').filter(|_| stretch.size == 1)?;
            let second = scalar(&format!("{stem}2"))?;
            Some((stretch.from, second.from, stem.trim_end_matches('_').to_owned()))
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let weights: Vec<Option<usize>> = std::iter::once(None)
        .chain(stretches.iter().filter(|stretch| stretch.size == 1).map(|s| Some(s.from)))
        .collect();
    weights.into_iter().find_map(|weight| {
        let exchange = |parameters: &mut [f64]| {
            pairs.iter().for_each(|&(a, b, _)| parameters.swap(a, b));
            if let Some(weight) = weight {
                parameters[weight] = 1.0 - parameters[weight];
            }
        };
        trial.holds(&exchange).then(|| {
            let mut names: Vec<String> =
                pairs.iter().flat_map(|(_, _, stem)| [format!("{stem}1"), format!("{stem}2")]).collect();
            let own = |from: usize| stretches.iter().find(|stretch| stretch.from == from).map(|s| s.name.to_owned());
            names.extend(weight.and_then(own));
            Symmetry::Exchange { names, elements: 2, order: None }
        })
    })
}

struct Trial<'a> {
    model: &'a Model,
    scores: &'a Scores<'a>,
    points: &'a [Vec<f64>],
    open: &'a [Direction],
    declared: usize,
}

impl Trial<'_> {
    /// The type that would put the elements of a container in order; none of one whose elements are tied to one another.
    fn order(&self, stretch: &Stretch<'_>) -> Option<(String, &'static str)> {
        let point = self.points.first()?;
        let parameters = self.model.parameters_at(point);
        let first = format!("{}[1]", stretch.name);
        let from = self.model.coordinates.iter().position(|name| *name == first)?;
        let (own, coordinates) =
            (&parameters[stretch.from..stretch.from + stretch.size], point.get(from..from + stretch.size)?);
        let is = |of: fn(f64) -> f64| {
            own.iter().zip(coordinates).all(|(x, coordinate)| (x - of(*coordinate)).abs() <= 1e-12 * (1.0 + x.abs()))
        };
        let order = if is(|x| x) {
            "ordered"
        } else if is(f64::exp) {
            "positive_ordered"
        } else {
            return None;
        };
        Some((stretch.name.to_owned(), order))
    }

    /// Whether a change leaves every observation as it is, at all points, and is no move along open directions.
    fn holds(&self, change: &dyn Fn(&mut [f64])) -> bool {
        /// Between densities that differ by rounding.
        const EQUAL: f64 = 1e-8;
        !self.points.is_empty()
            && self.points.iter().all(|point| {
                let before = self.model.parameters_at(point)[..self.declared].to_vec();
                let mut after = before.clone();
                change(&mut after);
                if self.is_along_open(&before, &after) {
                    return false;
                }
                let Some(image) = coordinates(self.model, point, &after) else { return false };
                let (old, new) = (self.scores.values(point), self.scores.values(&image));
                old.iter().zip(&new).all(|(old, new)| (old - new).abs() <= EQUAL * (1.0 + old.abs()))
            })
    }

    /// Whether the step from one point of parameters to another is one along constant open directions of one scale.
    fn is_along_open(&self, before: &[f64], after: &[f64]) -> bool {
        super::direction::Scale::CONSTANT.into_iter().any(|scale| {
            let on_scale: Vec<_> =
                self.open.iter().map(|direction| &direction.combination).filter(|c| c.scale == scale).collect();
            if on_scale.is_empty() {
                return before == after;
            }
            let signs_differ = before.iter().zip(after).any(|(a, b)| a.signum() != b.signum());
            if signs_differ && scale != super::direction::Scale::Natural {
                return false;
            }
            let step = DVector::from_iterator(
                before.len(),
                before.iter().zip(after).map(|(before, after)| scale.of(*after) - scale.of(*before)),
            );
            let mut basis = DMatrix::zeros(before.len(), on_scale.len());
            for (column, combination) in on_scale.iter().enumerate() {
                combination.weights.iter().for_each(|&(parameter, weight)| basis[(parameter, column)] = weight);
            }
            let q = basis.qr().q();
            let rest = &step - &q * (q.transpose() * &step);
            rest.norm() <= 1e-9 * step.norm()
        })
    }
}
