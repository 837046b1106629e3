//! How often the verdict on convergence is wrong: `cargo bench --bench verdicts`.
//!
//! Models whose posterior is known (`verdicts/models.rs`) are run too short and long enough, by NUTS with 4 and 64 chains and
//! by Metropolis with 4, 64 and 1,024, five seeds each. A run is *wrong* where a mean, a standard deviation, or a 5, 50 or
//! 95 % quantile is off by more than a tenth of the posterior's standard deviation and by more than 5 Monte Carlo errors, the
//! run's and the reference's together. It is *long enough* where its warm-up is at least 10 autocorrelation times and its
//! effective sample size at least 400, by the autocorrelation times of `verdicts/lengths.json`. What is counted is how many
//! wrong runs the verdict lets pass, and how many right ones that are long enough it warns of.
//!
//! `-- --quick` runs one seed of every second model, `-- --lengths` measures autocorrelation times and references anew (`--times`:
//! the times alone, where references are stored), `-- --lines FILE` writes a line of JSON for each run with everything that rules are made of. Results are
//! printed as a table for each group of the models, and listed run by run in `results/verdicts.csv`.

#[path = "verdicts/fresh.rs"]
mod fresh;
#[path = "verdicts/lengths.rs"]
mod lengths;
#[path = "verdicts/models.rs"]
mod models;
#[path = "verdicts/random.rs"]
mod random;
#[path = "verdicts/runs.rs"]
mod runs;
#[path = "verdicts/table.rs"]
mod table;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use models::cases;
use runs::{Plan, judged, plans};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1)).cloned()
    };
    let only = value("--only");
    let chosen: Vec<models::Case> =
        cases().into_iter().filter(|case| only.as_ref().is_none_or(|only| case.name.contains(only.as_str()))).collect();
    if has("--lengths") {
        lengths::measure(&chosen, has("--times"));
        return;
    }
    let known = lengths::stored();
    let seeds = if has("--quick") { 1..=1 } else { 1..=5 };
    let mut lines = value("--lines").map(|path| fs::File::create(path).expect("the file can be written"));
    let mut results = Vec::new();
    for (place, case) in chosen.iter().enumerate() {
        if has("--quick") && place % 2 == 1 {
            continue;
        }
        let Some(known) = known.get(case.name) else {
            eprintln!("{}: no lengths are stored", case.name);
            continue;
        };
        let model = runs::compiled(case.name, &case.text, &case.data);
        let plans: Vec<Plan> = plans(&model, known);
        for plan in &plans {
            for seed in seeds.clone() {
                let (result, line) = judged(case, &model, known, plan, seed, lines.is_some());
                if let (Some(file), Some(line)) = (&mut lines, line) {
                    writeln!(file, "{line}").expect("the file can be written");
                }
                results.push(result);
            }
        }
        eprintln!("{}: {} runs", case.name, plans.len() * seeds.clone().count());
    }
    print!("{}", table::table(&results));
    if !has("--quick") && only.is_none() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/results/verdicts.csv");
        fs::write(path, table::list(&results)).expect("the results can be written");
    }
}
