//! Damaged models with damaged data, calls of things that do not fit, and damaged files: whatever they are, they are
//! run, or refused with a sentence. No panic, no abort, and no case that takes longer than [`PATIENCE`].
//!
//! Models and data of the corpus come in, damaged by token, by line and by value (`damage`); calls are made up in
//! `misfits`; files are what `readers` reads. Each case is a matter of a seed and its number, so that a failure
//! repeats. Some thousands run always; `scripts/fuzz CASES SEED` runs as many as are wanted, in processes of their own,
//! because no test outlives a stack overflow (`campaign`). Absent on purpose: what such models mean.

#[path = "fuzz/campaign.rs"]
mod campaign;
#[path = "fuzz/damage.rs"]
mod damage;
#[path = "fuzz/misfits.rs"]
mod misfits;
#[path = "fuzz/models.rs"]
mod models;
#[path = "fuzz/readers.rs"]
mod readers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

use damage::{Dice, corpus};

/// The seed of the cases that always run.
const SEED: u64 = 1;
/// The longest model of the corpus takes less than a hundredth of it, unoptimised and beside other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the main thread of a program has on Windows, and less than anywhere else.
const STACK: usize = 1 << 20;

/// Something that tries the case of a number.
type Try<'a> = &'a (dyn Fn(u32) + Sync);

/// Tries cases one after another on a thread with a small stack; the numbers of those that panic. A case that takes too
/// long ends the process, which is told on standard error first: nothing can stop its thread.
fn failing(numbers: std::ops::Range<u32>, case: Try<'_>) -> Vec<u32> {
    let at = AtomicU32::new(numbers.start);
    thread::scope(|scope| {
        let (at, last) = (&at, numbers.end);
        let run = move || {
            let fails = |&number: &u32| {
                at.store(number, Ordering::Relaxed);
                catch_unwind(AssertUnwindSafe(|| case(number))).is_err()
            };
            numbers.filter(fails).collect()
        };
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).expect("a thread");
        let (mut number, mut since) = (at.load(Ordering::Relaxed), Instant::now());
        while !worker.is_finished() {
            thread::sleep(Duration::from_millis(5));
            let now = at.load(Ordering::Relaxed);
            if now != number {
                (number, since) = (now, Instant::now());
            } else if since.elapsed() > PATIENCE {
                eprintln!("case {number} of those below {last} takes longer than {} s", PATIENCE.as_secs());
                std::process::exit(3);
            }
        }
        worker.join().expect("panics are caught")
    })
}

fn none_fails(cases: u32, case: Try<'_>) {
    let failures = failing(0..cases, case);
    assert!(failures.is_empty(), "{} of {cases} cases fail: {failures:?}", failures.len());
}

#[test]
fn damaged_models_and_data_are_run_or_refused() {
    let corpus = corpus();
    assert!(corpus.len() > 60, "models with their data");
    none_fails(2000, &|number| models::damaged(SEED, number, &corpus));
}

/// Calls are short: many are tried while one model of the corpus is.
#[test]
fn calls_of_any_sizes_are_run_or_refused() {
    let calls = misfits::Calls::new();
    none_fails(20_000, &|number| models::call(SEED, number, &calls));
}

#[test]
fn damaged_texts_and_files_are_read_or_refused() {
    let readers = readers::Readers::new();
    none_fails(10_000, &|number| readers.case(SEED, number));
}

/// Cases by the thousands, as `scripts/fuzz` asks for them; see [`campaign`].
#[test]
#[ignore = "scripts/fuzz runs it, for as long as is wanted"]
fn campaign_of_many_cases() {
    campaign::lead();
}

/// A part of a campaign, in a process of its own.
#[test]
#[ignore = "a process of the campaign"]
fn campaign_batch() {
    if let Ok(batch) = env::var(campaign::BATCH) {
        campaign::follow(&batch);
    }
}
