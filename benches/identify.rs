//! How long the analysis of identifiability takes, from text and data to findings: seconds of the clock, best of a few.
//!
//! `cargo bench --bench identify`. Targets: 1 s for 50 parameters and 10,000 observations, 10 s for 500 parameters.

use std::time::Instant;

use ridgewalk::identify::{Analysis, Settings, analyse};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::data::{Data, Datum};
use ridgewalk::rng::random::Random;
use ridgewalk::run::change::changed;

const REGRESSION: &str = "data { int N; int K; matrix[N, K] X; vector[N] y; }
parameters { real alpha; vector[K] beta; real<lower=0> sigma; }
model { y ~ normal(alpha + X * beta, sigma); }";

const GROUPS: &str = "data { int N; int J; array[N] int g; vector[N] y; }
parameters { real mu; vector[J] a; real<lower=0> tau; real<lower=0> sigma; }
model { a ~ normal(0, tau); y ~ normal(mu + a[g], sigma); }";

fn regression(rows: usize, columns: usize, collinear: bool) -> Data {
    let mut random = Random::of_data(1);
    let mut matrix = Vec::new();
    for _ in 0..rows {
        let mut row: Vec<f64> = (0..columns).map(|_| random.normal()).collect();
        if collinear {
            row[columns - 1] = row[0] + row[1];
        }
        matrix.push(row);
    }
    let y = matrix.iter().map(|row| Datum::Real(row.iter().sum::<f64>() + random.normal())).collect();
    let list = |row: Vec<f64>| Datum::List(row.into_iter().map(Datum::Real).collect());
    let mut data = Data::default();
    data.replace("N", Datum::Int(rows as i64));
    data.replace("K", Datum::Int(columns as i64));
    data.replace("X", Datum::List(matrix.into_iter().map(list).collect()));
    data.replace("y", Datum::List(y));
    data
}

fn groups(rows: usize, groups: usize) -> Data {
    let mut random = Random::of_data(2);
    let effects: Vec<f64> = (0..groups).map(|_| random.normal()).collect();
    let mut data = Data::default();
    data.replace("N", Datum::Int(rows as i64));
    data.replace("J", Datum::Int(groups as i64));
    data.replace("g", Datum::List((0..rows).map(|row| Datum::Int((row % groups + 1) as i64)).collect()));
    data.replace("y", Datum::List((0..rows).map(|row| Datum::Real(effects[row % groups] + random.normal())).collect()));
    data
}

fn analysed(model: &str, data: &Data) -> Analysis {
    let source = Source::new("bench.stan".to_owned(), model.to_owned());
    let settings = lang::Settings { collapse: false, ..lang::Settings::default() };
    let compiled = lang::compile(&source, data, "bench", settings).expect("the model is a model");
    let likelihood = lang::likelihood(&source, data, settings).expect("and can be taken apart");
    let mut vary = |change, number| changed(&source, data, &likelihood, settings, change, number);
    analyse(&compiled.model, &likelihood, &Settings::default(), &mut vary).expect("there is something to analyse")
}

fn main() {
    println!("{:52}  {:>10}  {:>10}  {:>8}", "model", "directions", "determined", "seconds");
    for (name, model, data) in [
        ("regression, 50 parameters, 10,000 observations", REGRESSION, regression(10_000, 48, false)),
        ("the same, one column the sum of two", REGRESSION, regression(10_000, 48, true)),
        ("500 groups of 20, integrated out", GROUPS, groups(10_000, 500)),
        ("regression, 500 parameters, 10,000 observations", REGRESSION, regression(10_000, 498, false)),
        ("the same, one column the sum of two", REGRESSION, regression(10_000, 498, true)),
    ] {
        let mut best = f64::INFINITY;
        let mut found = None;
        for _ in 0..2 {
            let clock = Instant::now();
            found = Some(analysed(model, &data));
            best = best.min(clock.elapsed().as_secs_f64());
        }
        if let Some(found) = found {
            println!("{name:52}  {:10}  {:10}  {best:8.2}", found.directions, found.rank());
        }
    }
}
