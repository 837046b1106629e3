//! How fast draws are read from CSV files as CmdStan writes them, on the two shapes that users have: thousands of short
//! chains, and a few long ones.
//!
//! Throughput is in bytes of text. The files are written anew, into the folder for temporary files of the build, and
//! lie in memory when they are read. Deliberately absent: disks.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::store::draws_csv;

/// Chains and draws.
const SHAPES: [(usize, usize); 2] = [(4096, 100), (4, 100_000)];

/// The columns of every CmdStan file, and three parameters: ten.
const HEADER: &str = "lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,alpha,beta,sigma";

/// Files of numbers of six digits, as CmdStan writes them unless told otherwise, and how many bytes they have.
fn files(chains: usize, draws: usize) -> (Vec<PathBuf>, u64) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reader_{chains}x{draws}"));
    std::fs::create_dir_all(&folder).expect("the build's folder can be written to");
    let mut bytes = 0;
    let paths = (0..chains).map(|chain| {
        let mut text = format!("# method = sample (Default)\n#     num_samples = {draws}\n{HEADER}\n");
        for draw in 0..draws {
            // The fractional parts of multiples of the golden ratio: numbers of many sizes, without a generator.
            let x = ((chain * draws + draw) as f64 * 0.618_033_988_749_894_9).fract();
            let row = [-8.0 - x, 1.0 - x * x, 0.766_137, 2.0, 3.0, 0.0, 9.0 + x, 10.0 * x - 5.0, x * x * 1e-3, 0.1 + x];
            for (column, number) in row.iter().enumerate() {
                let digits = 5 - number.abs().max(1e-9).log10().floor() as i32;
                let rounded = (number * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
                write!(text, "{}{rounded}", if column == 0 { "" } else { "," }).expect("a string can grow");
            }
            text.push('\n');
        }
        let path = folder.join(format!("chain_{chain}.csv"));
        std::fs::write(&path, &text).expect("the build's folder can be written to");
        bytes += text.len() as u64;
        path
    });
    (paths.collect(), bytes)
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    for (chains, draws) in SHAPES {
        let (paths, bytes) = files(chains, draws);
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(format!("{chains}x{draws}x10"), |bencher| {
            bencher.iter(|| draws_csv::read(black_box(&paths)));
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
