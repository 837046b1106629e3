//! A bit that has changed anywhere in a run directory is noticed, or changes nothing that a command says.

use std::fs;
use std::path::{Path, PathBuf};

use ridgewalk::rng::random::Random;
use ridgewalk::store::{Layout, StoreError, export, merge, open_run};

use super::program::{assert_done, assert_refused, assert_same, folder, ridgewalk, sampling};

/// A whole number from 0 on, below `end`.
fn below(random: &mut Random, end: usize) -> usize {
    (random.uniform() * end as f64) as usize
}

const SIZE: [&str; 10] =
    ["--chains", "4", "--draws", "40", "--warmup", "60", "--save-warmup", "--log-likelihood", "--quiet", "--resume"];

fn run_of(name: &str, more: &[&'static str]) -> PathBuf {
    let run = folder(name).join("run");
    assert_done(&ridgewalk(&sampling(&run, &[&SIZE[..], more].concat())));
    run
}

/// A run with every group that there is, and few files.
fn small(name: &str, sampler: &'static str) -> PathBuf {
    let run = folder(name).join("run");
    let size = ["--chains", "3", "--draws", "5", "--warmup", "10", "--save-warmup", "--log-likelihood", "--quiet"];
    assert_done(&ridgewalk(&sampling(&run, &[&size[..], &["--sampler", sampler]].concat())));
    run
}

fn files(root: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// What readers get of a run: all that `summary`, `report` and `export` are made from, and all that `merge` copies.
fn told(run: &Path) -> Result<Vec<u8>, String> {
    let out = run.with_file_name("read");
    let _ = fs::remove_dir_all(&out);
    let read = || -> Result<Vec<u8>, StoreError> {
        let stored = open_run(run)?;
        let mut bytes = [stored.notes(), stored.damage()].concat().join("\n").into_bytes();
        bytes.extend(stored.model()?.unwrap_or_default().into_bytes());
        let data = stored.data()?.map(|data| format!("{data:?}"));
        bytes.extend(data.unwrap_or_default().into_bytes());
        for draws in [stored.draws_every(1)?, stored.last_statistics(stored.draws())?] {
            bytes.extend(draws.parameters().concat().into_bytes());
            bytes.extend(draws.values().iter().flat_map(|value| value.to_le_bytes()));
        }
        export(&stored, Layout::StanCsv { chains: 1 }, &out.join("csv"))?;
        merge(&[run.to_owned()], &out.join("whole"))?;
        Ok(bytes)
    };
    let mut bytes = read().map_err(|error| error.to_string())?;
    // Chunks of what was merged, with their names; and what was exported.
    for file in
        files(&out).iter().filter(|file| !file.ends_with("zarr.json") && !file.iter().any(|part| part == "ridgewalk"))
    {
        bytes.extend(file.display().to_string().into_bytes());
        bytes.extend(fs::read(file).unwrap());
    }
    Ok(bytes)
}

/// Flips bits one at a time, and returns how many of the flips were said by a reader; of the others every reader got the
/// same bytes as before.
fn flips(run: &Path, count: usize, seed: u64) -> usize {
    let files: Vec<PathBuf> = files(run).into_iter().filter(|file| fs::metadata(file).unwrap().len() > 0).collect();
    let before = told(run).unwrap();
    let mut random = Random::of_data(seed);
    let mut said = 0;
    for _ in 0..count {
        // Each file equally often, whatever its size.
        let file = &files[below(&mut random, files.len())];
        let sound = fs::read(file).unwrap();
        let mut altered = sound.clone();
        let (index, bit) = (below(&mut random, sound.len()), below(&mut random, 8));
        altered[index] ^= 1 << bit;
        fs::write(file, &altered).unwrap();
        let after = told(run);
        let is_said = after.as_ref().map_or(true, |bytes| bytes.windows(10).any(|part| part == b"is damaged"));
        assert!(is_said || after.as_ref() == Ok(&before), "bit {bit} of byte {index} of {}", file.display());
        said += usize::from(is_said);
        fs::write(file, sound).unwrap();
    }
    assert!(told(run).unwrap() == before);
    said
}

#[test]
fn a_bit_that_changes_anywhere_is_said_or_changes_nothing() {
    let said = flips(&small("flips", "nuts"), 300, 1);
    // Coordinates, checkpoints before the last one, and the mark of who writes are read by nobody: fewer than a file in six.
    assert!(said >= 225, "{said} of 300");
}

/// `cargo test --release --test store -- --ignored flips --nocapture`; `RIDGEWALK_FLIPS` for another number.
#[test]
#[ignore = "takes minutes"]
fn flips_of_ten_thousand_bits() {
    let count = std::env::var("RIDGEWALK_FLIPS").map_or(10_000, |count| count.parse().unwrap());
    let mut said = 0;
    for (sampler, seed) in [("nuts", 1), ("metropolis", 2)] {
        said += flips(&small(&format!("flips-{sampler}"), sampler), count / 2, seed);
    }
    println!("{count} flips: {said} said, {} without an effect on any reader, 0 unnoticed", count - said);
}

fn summary(run: &Path) -> std::process::Output {
    ridgewalk(&["summary", run.to_str().unwrap(), "--quiet"])
}

/// Expects that nothing is said of damage, whatever is said of the draws.
#[track_caller]
fn assert_sound(said: &str) {
    assert!(["damaged", "missing or cut off"].iter().all(|word| !said.contains(word)), "{said}");
}

fn resume(run: &Path) -> String {
    assert_done(&ridgewalk(&sampling(run, &SIZE)))
}

#[test]
fn chunks_that_are_altered_emptied_or_exchanged_are_said_and_drawn_again() {
    let (run, whole) = (run_of("chunks-altered", &[]), run_of("chunks-unaltered", &[]));
    let chunk = |name: &str| run.join("posterior").join(name);
    let [first, second, other] = ["mu/c/0/3", "mu/c/0/7", "sigma/c/0/3"].map(chunk);
    let sound = fs::read(&first).unwrap();
    let exchanged = |with: &Path| {
        let theirs = fs::read(with).unwrap();
        fs::write(with, &sound).unwrap();
        theirs
    };
    let mut flipped = sound.clone();
    flipped[5] ^= 64;
    for altered in [flipped, vec![0; sound.len()], exchanged(&second), exchanged(&other)] {
        fs::write(&first, altered).unwrap();
        assert_refused(&summary(&run), &["posterior/", "is damaged", "their checksum is another"]);
        assert_sound(&resume(&run));
        assert_same(&run, &whole);
        assert_done(&summary(&run));
    }
}

#[test]
fn a_run_is_what_its_files_say_or_it_is_refused() {
    let run = run_of("files-altered", &[]);
    let name = run.to_str().unwrap().to_owned();
    let own = |file: &str| run.join("ridgewalk").join(file);
    let altered = |file: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(from), "{}", file.display());
        fs::write(file, text.replacen(from, to, 1)).unwrap();
        text
    };
    // Numbers that decide how draws are stored.
    for (from, to) in
        [("\"single\": 4", "\"single\": 0"), ("\"seed\": 1", "\"seed\": 2"), ("\"format\": 2", "\"format\": 1")]
    {
        let text = altered(&own("run.json"), from, to);
        assert_refused(&summary(&run), &["run.json is damaged: it is not as it was written"]);
        assert_refused(&ridgewalk(&sampling(&run, &SIZE)), &["run.json is damaged"]);
        fs::write(own("run.json"), text).unwrap();
    }
    let model = altered(&own("model.stan"), "normal", "cauchy");
    let report = ridgewalk(&["report", &name, "--out", "-", "--quiet"]);
    assert_refused(&report, &["model.stan is damaged: it is not the model that the run was made from"]);
    fs::write(own("model.stan"), model).unwrap();
    // A chunk of warm-up that is cut short: said by who reads the run, and by who goes on with it.
    let warmup = run.join("warmup_posterior/mu/c/0/1");
    let bytes = fs::read(&warmup).unwrap();
    fs::write(&warmup, &bytes[1..]).unwrap();
    let said = assert_done(&summary(&run));
    assert!(said.contains("warning: a chunk of mu is missing or cut off among the steps of warm-up"), "{said}");
    assert!(resume(&run).contains("warning: the stored steps of warm-up are damaged from step 3 on"));
    fs::write(&warmup, bytes).unwrap();
    assert_sound(&assert_done(&summary(&run)));
    // A checkpoint whose step was changed is not gone on from: the one before it is.
    let last = fs::read(own("checkpoints/0000000040")).unwrap();
    let text = String::from_utf8_lossy(&last).into_owned();
    assert!(text.contains("\"step\":100"), "60 steps of warm-up and 40 draws");
    let place = last.windows(10).position(|part| part == b"\"step\":100").unwrap();
    let mut other = last;
    other[place + 7] = b'9';
    fs::write(own("checkpoints/0000000040"), other).unwrap();
    fs::remove_file(own("checkpoints/0000000038")).unwrap();
    assert_sound(&resume(&run));
    let mended = fs::read(own("checkpoints/0000000040")).unwrap();
    assert!(String::from_utf8_lossy(&mended).contains("\"step\":100"));
    assert_done(&summary(&run));
}
