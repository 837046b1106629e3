//! Cases by the thousands, counted for the log: `scripts/fuzz` asks for so many of a kind from a seed.
//!
//! The cases are cut into batches, each a process of its own, since a stack overflow or an allocation that fails takes
//! its process along. A batch that dies is halved until the case is found, and goes on behind it. Out: a line for the
//! log, on standard output, and every case that failed, on standard error.

use std::env;
use std::ops::Range;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::damage::corpus;
use super::{failing, misfits, models, readers};

/// Names the batch of a process: kind, seed, first case, end.
pub const BATCH: &str = "RIDGEWALK_FUZZ_BATCH";
/// What a campaign is: kind, cases, seed.
const CAMPAIGN: &str = "RIDGEWALK_FUZZ_CAMPAIGN";
/// A process that ends with this status has told which of its cases failed.
const TOLD: i32 = 4;

/// Runs a campaign and prints its line: kind, seed, cases, failures, seconds, result.
pub fn lead() {
    let asked = env::var(CAMPAIGN).unwrap_or_else(|_| "readers 1000 1".to_owned());
    let [kind, cases, seed] = asked.split(' ').collect::<Vec<_>>()[..] else { panic!("{CAMPAIGN}: KIND CASES SEED") };
    let cases: u32 = cases.parse().expect("a number of cases");
    let batch = if kind == "readers" { 100_000 } else { 2000 };
    let clock = Instant::now();
    let mut failures = Vec::new();
    let mut from = 0;
    while from < cases {
        let to = cases.min(from + batch);
        find(kind, seed, from..to, &mut failures);
        eprintln!("{to} of {cases} {kind} cases, {} failed, {:.0} s", failures.len(), clock.elapsed().as_secs_f64());
        from = to;
    }
    let result = if failures.is_empty() { "passed".to_owned() } else { format!("failed: {failures:?}") };
    println!("campaign,{kind},{seed},{cases},{},{:.0},\"{result}\"", failures.len(), clock.elapsed().as_secs_f64());
}

/// Runs a batch in a process, and the halves of one that dies.
fn find(kind: &str, seed: &str, cases: Range<u32>, failures: &mut Vec<u32>) {
    let batch = format!("{kind} {seed} {} {}", cases.start, cases.end);
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "campaign_batch", "--nocapture"])
        .env(BATCH, batch)
        .stdin(Stdio::null())
        .output()
        .expect("this program runs");
    let told = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => {}
        Some(TOLD) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            let line = told.lines().find_map(|line| line.split_once("failing: ")).expect("the cases that failed");
            failures.extend(line.1.split_whitespace().map(|number| number.parse::<u32>().expect("a number")));
        }
        _ if cases.len() == 1 => {
            eprintln!("case {} of seed {seed}: {}", cases.start, output.status);
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            failures.push(cases.start);
        }
        _ => {
            let middle = cases.start + (cases.end - cases.start) / 2;
            find(kind, seed, cases.start..middle, failures);
            find(kind, seed, middle..cases.end, failures);
        }
    }
}

/// Runs the cases of a batch.
pub fn follow(batch: &str) {
    let [kind, seed, from, to] = batch.split(' ').collect::<Vec<_>>()[..] else { panic!("{BATCH}: KIND SEED FROM TO") };
    let seed: u64 = seed.parse().expect("a seed");
    let cases = from.parse::<u32>().expect("a case")..to.parse().expect("a case");
    let failures = match kind {
        "readers" => {
            let readers = readers::Readers::new();
            failing(cases, &|number| readers.case(seed, number))
        }
        // Calls and damaged models in turns: either finds what the other does not.
        "models" => {
            let (corpus, calls) = (corpus(), misfits::Calls::new());
            failing(cases, &|number| match number % 2 {
                0 => models::damaged(seed, number / 2, &corpus),
                _ => models::call(seed, number / 2, &calls),
            })
        }
        _ => panic!("a campaign is of readers or of models, not of {kind}"),
    };
    if !failures.is_empty() {
        let list: Vec<String> = failures.iter().map(u32::to_string).collect();
        println!("\nfailing: {}", list.join(" "));
        std::process::exit(TOLD);
    }
}
