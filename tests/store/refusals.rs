//! Stores that cannot be used: one sentence, status 2, nothing changed.

use std::fs;
use std::path::Path;

use super::program::{DATA, MODEL, assert_done, assert_refused, assert_same, folder, ridgewalk, sampling, store};

const SIZE: [&str; 7] = ["--chains", "8", "--draws", "64", "--warmup", "100", "--quiet"];

fn begun(name: &str) -> std::path::PathBuf {
    let run = folder(name).join("run");
    assert_done(&ridgewalk(&sampling(&run, &SIZE)));
    run
}

#[test]
fn a_run_goes_on_only_as_what_it_was() {
    let run = begun("changed");
    let before = store(&run);
    let resumed = |more: &[&str]| ridgewalk(&sampling(&run, &[&SIZE[..], &["--resume"], more].concat()));
    assert_done(&resumed(&[]));
    assert_refused(&ridgewalk(&sampling(&run, &SIZE)), &["already holds a run"]);
    assert_refused(&resumed(&["--init", "zero"]), &["holds another run: init is random there and zero here"]);
    assert_refused(&resumed(&["--sampler", "nuts"]), &["sampler is metropolis there and nuts here"]);
    assert_refused(&resumed(&["--parameters", "mu"]), &["stored parameters is"]);
    let other = |model: &str, data: &str, seed: &str| {
        let out = run.to_str().unwrap();
        let own = ["sample", model, "--data", data, "--backend", "cpu", "--precision", "f32", "--seed", seed];
        ridgewalk(&[&own[..], &["--sampler", "metropolis", "--out", out, "--resume"], &SIZE[..]].concat())
    };
    assert_refused(&other(MODEL, DATA, "2"), &["seed is 1 there and 2 here"]);
    let (model, data) = (run.with_file_name("m.stan"), run.with_file_name("d.json"));
    fs::write(&model, fs::read_to_string(MODEL).unwrap() + "\n// again\n").unwrap();
    fs::write(&data, fs::read_to_string(DATA).unwrap().replacen('1', "2", 1)).unwrap();
    assert_refused(&other(model.to_str().unwrap(), DATA, "1"), &["its model has another text"]);
    let changed = ridgewalk(&["compile", MODEL, "--data", data.to_str().unwrap()]);
    if changed.status.success() {
        assert_refused(&other(MODEL, data.to_str().unwrap(), "1"), &["its data have other values of"]);
    }
    assert!(store(&run) == before, "a refusal changes nothing");
}

fn summary(run: &Path) -> std::process::Output {
    ridgewalk(&["summary", run.to_str().unwrap()])
}

#[test]
fn chunks_that_are_missing_or_cut_off_are_told_and_drawn_again() {
    let run = begun("chunks");
    let whole = folder("chunks-whole").join("run");
    assert_done(&ridgewalk(&sampling(&whole, &SIZE)));
    // Chunks of two draws.
    let chunk = run.join("posterior/mu/c/0/20");
    let bytes = fs::read(&chunk).unwrap();
    fs::write(&chunk, &bytes[..bytes.len() - 1]).unwrap();
    let said = assert_done(&summary(&run));
    assert!(said.contains("a chunk of mu is missing or cut off: draws from 41 on count as not yet drawn"), "{said}");
    assert!(said.contains("8 chains of 40 draws"), "{said}");
    fs::remove_file(run.join("posterior/sigma/c/0/3")).unwrap();
    assert!(assert_done(&summary(&run)).contains("8 chains of 6 draws"));
    let error =
        assert_done(&ridgewalk(&sampling(&run, &["--chains", "8", "--draws", "64", "--warmup", "100", "--resume"])));
    assert!(error.contains("going on after 6 of 64 draws"), "{error}");
    assert_same(&run, &whole);
}

#[test]
fn directories_that_are_no_runs_and_runs_that_were_tampered_with_are_refused() {
    let run = begun("tampered");
    let empty = folder("tampered-empty");
    assert_refused(&summary(&empty), &["is not a run directory: it has neither zarr.json nor .zgroup"]);
    assert_refused(&summary(&empty.join("nothing")), &["nothing"]);
    let facts = run.join("ridgewalk/run.json");
    let text = fs::read_to_string(&facts).unwrap();
    let refuse = |changed: String, fragments: &[&str]| {
        fs::write(&facts, changed).unwrap();
        let before = store(&run);
        assert_refused(&summary(&run), fragments);
        assert_refused(&ridgewalk(&sampling(&run, &[&SIZE[..], &["--resume"]].concat())), fragments);
        assert!(store(&run) == before);
    };
    refuse(text.replacen("\"format\": 2", "\"format\": 3", 1), &["was written by a newer ridgewalk"]);
    refuse(text[..text.len() / 2].to_owned(), &["run.json is damaged"]);
    refuse(
        text.replacen("\"chains\": 8", "\"chains\": \"8\"", 1),
        &["run.json is damaged: it is not as it was written"],
    );
    fs::write(&facts, &text).unwrap();
    let metadata = run.join("posterior/mu/zarr.json");
    let own = fs::read_to_string(&metadata).unwrap();
    fs::write(&metadata, own.replacen("float32", "float16", 1)).unwrap();
    assert_refused(&summary(&run), &["posterior/mu/zarr.json is damaged: it is not as it was written"]);
    fs::remove_file(&metadata).unwrap();
    assert_refused(&summary(&run), &["posterior is damaged: mu is missing, or its elements are no numbers"]);
}

#[test]
fn a_place_that_cannot_be_written_or_is_taken_is_refused_before_anything_runs() {
    assert_refused(&ridgewalk(&sampling(Path::new("/proc/none"), &SIZE)), &["cannot create /proc/none/ridgewalk"]);
    let taken = folder("taken");
    fs::write(taken.join("thesis.tex"), "").unwrap();
    assert_refused(&ridgewalk(&sampling(&taken, &SIZE)), &["is not empty: choose another directory"]);
    assert_eq!(fs::read_dir(&taken).unwrap().count(), 1);
}
