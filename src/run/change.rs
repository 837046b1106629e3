//! Data of the same shape as given data, of which some are others: what tells a structure apart from the accidents of one
//! data set.
//!
//! Real numbers are moved at random by about their spread, and stay positive, or between 0 and 1, where all were; shares of
//! a whole stay such. Whole numbers are drawn from those that were there; those of
//! cells of a table are moved by about a half, and zeros left. Absent on purpose: plausibility, which the question does not need.

use crate::identify::Change;
use crate::lang::{self, source::Source};
use crate::model::data::{Data, Datum};
use crate::model::likelihood::Likelihood;
use crate::rng::random::Random;
use crate::rng::slots::Purpose;

/// The likelihood of a model with changed data; none where the model refuses them.
pub fn changed(
    source: &Source,
    data: &Data,
    likelihood: &Likelihood,
    settings: lang::Settings,
    change: Change,
    number: u64,
) -> Option<Likelihood> {
    let step = u32::try_from(number).ok()?;
    let mut random = Random::new(settings.seed, step, change as u32, Purpose::Start);
    let mut other = data.clone();
    for outcome in &likelihood.outcomes {
        vary(&mut other, &outcome.name, outcome.whole, change == Change::Cells, &mut random);
    }
    if change == Change::Covariates {
        let mut variables: Vec<&str> = likelihood.covariates.iter().map(|column| column.variable.as_str()).collect();
        variables.dedup();
        variables.into_iter().for_each(|name| vary(&mut other, name, false, false, &mut random));
    }
    lang::likelihood(source, &other, settings).ok()
}

fn vary(data: &mut Data, name: &str, whole: bool, cells: bool, random: &mut Random) {
    let Some(datum) = data.get(name) else { return };
    let mut values = Vec::new();
    flatten(datum, &mut values);
    let finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    if finite.is_empty() {
        return;
    }
    let count = finite.len() as f64;
    let mean = finite.iter().sum::<f64>() / count;
    let spread = (finite.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
    let spread = if spread > 0.0 { spread } else { mean.abs().max(1.0) };
    let positive = finite.iter().all(|&x| x > 0.0);
    let fractions = positive && finite.iter().all(|&x| x < 1.0);
    let changed = map(datum, &mut |x| {
        if whole && cells {
            let moved = if x == 0.0 { 0.0 } else { (x * (0.5 * random.normal()).exp()).round().max(1.0) };
            return Datum::Int(moved as i64);
        }
        if whole {
            let place = (random.uniform() * count) as usize;
            return Datum::Int(finite[place.min(finite.len() - 1)] as i64);
        }
        let noise = random.normal();
        Datum::Real(if fractions {
            let odds = (x / (1.0 - x)).ln() + noise;
            1.0 / (1.0 + (-odds).exp())
        } else if positive {
            x * (0.5 * noise).exp()
        } else {
            x + spread * noise
        })
    });
    let changed = if fractions { shares(datum, changed) } else { changed };
    data.replace(name, changed);
}

/// What was a list of shares of a whole is one again: a simplex stays a simplex.
fn shares(old: &Datum, new: Datum) -> Datum {
    /// What Stan lets the sum of a simplex be off by.
    const OFF: f64 = 1e-8;
    let (Datum::List(before), Datum::List(after)) = (old, new.clone()) else { return new };
    let sum = |items: &[Datum]| -> Option<f64> {
        items.iter().map(|item| if let Datum::Real(x) = item { Some(*x) } else { None }).sum()
    };
    match (sum(before), sum(&after)) {
        (Some(whole), Some(total)) if (whole - 1.0).abs() <= OFF => map(&new, &mut |x| Datum::Real(x / total)),
        (None, _) => Datum::List(before.iter().zip(after).map(|(old, new)| shares(old, new)).collect()),
        _ => new,
    }
}

fn flatten(datum: &Datum, values: &mut Vec<f64>) {
    match datum {
        Datum::Int(x) => values.push(*x as f64),
        Datum::Real(x) => values.push(*x),
        Datum::List(items) => items.iter().for_each(|item| flatten(item, values)),
    }
}

fn map(datum: &Datum, change: &mut impl FnMut(f64) -> Datum) -> Datum {
    match datum {
        Datum::Int(x) => change(*x as f64),
        Datum::Real(x) => change(*x),
        Datum::List(items) => Datum::List(items.iter().map(|item| map(item, change)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_positive_stays_positive_and_whole_numbers_are_those_that_were_there() {
        let mut data = Data::default();
        data.add_json(r#"{"y": [0.5, 2, 3.5], "k": [0, 3], "p": [0.1, 0.9], "z": [-1, 1.5]}"#, "d").expect("data");
        let mut random = Random::of_data(1);
        for (name, whole) in [("y", false), ("k", true), ("p", false), ("z", false)] {
            vary(&mut data, name, whole, false, &mut random);
        }
        let values = |name: &str| {
            let mut values = Vec::new();
            flatten(data.get(name).expect("still there"), &mut values);
            values
        };
        assert!(values("y").iter().all(|&x| x > 0.0) && values("y")[0] != 0.5);
        assert!(values("k").iter().all(|&x| x == 0.0 || x == 3.0));
        assert!(values("p").iter().all(|&x| x > 0.0 && x < 1.0));
        assert_ne!(values("z"), [-1.0, 1.5]);
    }
}
