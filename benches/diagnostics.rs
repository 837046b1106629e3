//! How long a full summary takes, on the two shapes that users have: thousands of short chains, and a few long ones; and
//! of Metropolis chains on a ridge, whose draws repeat and hardly move.
//!
//! `benches/peers/arviz_in_turns.sh` compares them with ArviZ's on draws of the same shapes; `benches/NOTES.md` holds what
//! was measured. Deliberately absent: reading files, and sampling.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::diagnostics::{Settings, summarise};
use ridgewalk::draws::Draws;

/// Chains and draws; four parameters each.
const SHAPES: [(usize, usize); 2] = [(4096, 1000), (4, 100_000)];
const PARAMETERS: usize = 4;

/// Autoregressions with unit variance, each parameter with its own correlation from draw to draw: 0, 0.3, 0.6, 0.9.
fn draws(chains: usize, length: usize) -> Draws {
    let mut random = Random(20_260_101);
    let names = (0..PARAMETERS).map(|k| format!("theta[{}]", k + 1)).collect();
    let mut draws = Draws::new(names, chains, length).expect("the shape is small");
    for chain in draws.values_mut().chunks_exact_mut(length * PARAMETERS) {
        let mut state: [f64; PARAMETERS] = std::array::from_fn(|_| random.normal());
        for draw in chain.chunks_exact_mut(PARAMETERS) {
            draw.copy_from_slice(&state);
            for (x, phi) in state.iter_mut().zip([0.0, 0.3, 0.6, 0.9_f64]) {
                *x = phi * *x + (1.0 - phi * phi).sqrt() * random.normal();
            }
        }
    }
    draws
}

/// Two long chains that stay where they are three times of five, and of which two parameters walk at random.
fn ridge() -> Draws {
    const LENGTH: usize = 100_000;
    let mut random = Random(20_260_102);
    let names = (0..PARAMETERS).map(|k| format!("theta[{}]", k + 1)).collect();
    let mut draws = Draws::new(names, 2, LENGTH).expect("the shape is small");
    for chain in draws.values_mut().chunks_exact_mut(LENGTH * PARAMETERS) {
        let mut state = [0.0; PARAMETERS];
        for draw in chain.chunks_exact_mut(PARAMETERS) {
            for (x, phi) in state.iter_mut().zip([1.0, 1.0, 0.5, 0.9]) {
                if random.uniform() > 0.6 {
                    *x = phi * *x + 0.1 * random.normal();
                }
            }
            draw.copy_from_slice(&state);
        }
    }
    draws
}

/// SplitMix64 (Steele, Lea, Flood 2014) and the Box-Muller transform.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

fn summaries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summarise");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(10));
    for (chains, length) in SHAPES {
        let draws = draws(chains, length);
        group.throughput(Throughput::Bytes(size_of_val(draws.values()) as u64));
        // Every chain its own superchain: ArviZ 0.23 has no nested R-hat to time against.
        group.bench_function(format!("{chains}x{length}x{PARAMETERS}"), |bencher| {
            bencher.iter(|| summarise(black_box(&draws), chains, &Settings::default()));
        });
    }
    let draws = ridge();
    group.throughput(Throughput::Bytes(size_of_val(draws.values()) as u64));
    group.bench_function("ridge", |bencher| bencher.iter(|| summarise(black_box(&draws), 2, &Settings::default())));
    group.finish();
}

criterion_group!(benches, summaries);
criterion_main!(benches);
