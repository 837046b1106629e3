//! Nothing on the disk is changed that the program has not made: what is in the way is named, and stays as it is.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::program::{
    DATA, MODEL, assert_done, assert_refused, assert_same, command, folder, ridgewalk, sampling, text,
};

const SIZE: [&str; 7] = ["--chains", "8", "--draws", "64", "--warmup", "100", "--quiet"];

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A model whose generated quantities are its data, and its data.
fn inputs(folder: &Path) -> [String; 2] {
    let [model, data] = ["model.stan", "data.json"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let text = "data { int N; vector[N] y; } parameters { real mu; } model { mu ~ normal(0, 5); y ~ normal(mu, 1); }
        generated quantities { vector[N] z; for (n in 1:N) z[n] = normal_rng(mu, 1); }";
    fs::write(&model, text).unwrap();
    fs::write(&data, r#"{"N": 3, "y": [1, 2, 3]}"#).unwrap();
    [model, data]
}

#[test]
fn inputs_and_other_files_are_never_overwritten_by_results() {
    let folder = folder("outputs");
    let [model, data] = inputs(&folder);
    let run = name(&folder.join("run")).to_owned();
    let before = [&model, &data].map(|file| fs::read(file).unwrap());
    let sample = |more: &[&str]| {
        let own =
            ["sample", &model, "--data", &data, "--chains", "4", "--draws", "20", "--warmup", "20", "--seed", "1"];
        ridgewalk(&[&own[..], &["--backend", "cpu", "--sampler", "metropolis", "--quiet"], more].concat())
    };
    let there = "is already there: choose another name";
    assert_refused(&sample(&["--generate", &data]), &["data.json", there]);
    assert_refused(&sample(&["--report", &model]), &["model.stan", there]);
    assert_done(&sample(&["--out", &run]));
    assert_refused(&ridgewalk(&["report", &run, "--out", &model, "--quiet"]), &["model.stan", there]);
    assert_refused(&ridgewalk(&["report", &run, "--plots", name(&folder), "--quiet"]), &["is not empty"]);
    assert_refused(&ridgewalk(&["export", &run, "--format", "csv", "--out", &data]), &["data.json", there]);
    assert_refused(&ridgewalk(&["bench", "--plot", &data, "--quiet"]), &["data.json", there]);
    assert_eq!([&model, &data].map(|file| fs::read(file).unwrap()), before);
    // One's own page is replaced: to make it again is what people do.
    let page = folder.join("page.html");
    for _ in 0..2 {
        assert_done(&ridgewalk(&["report", &run, "--out", name(&page), "--quiet"]));
    }
    let left = fs::read_dir(&folder).unwrap().count();
    assert_eq!(left, 4, "model, data, run and page");
}

#[test]
fn an_export_is_not_mixed_with_an_older_one() {
    let folder = folder("exports");
    let run = folder.join("run");
    assert_done(&ridgewalk(&sampling(&run, &SIZE)));
    let files = folder.join("files");
    fs::create_dir_all(&files).unwrap();
    let export = || ridgewalk(&["export", name(&run), "--format", "stan-csv", "--out", name(&files)]);
    // A file of another model, or of anything else, is in nobody's way.
    fs::write(files.join("other_1.csv"), "").unwrap();
    fs::write(files.join("nonidentified_12.csv"), "older").unwrap();
    assert_refused(&export(), &["nonidentified_12.csv is already there: choose another directory"]);
    assert_eq!(fs::read_dir(&files).unwrap().count(), 2);
    fs::remove_file(files.join("nonidentified_12.csv")).unwrap();
    assert_done(&export());
    assert_eq!(fs::read_dir(&files).unwrap().count(), 1 + 8);
    assert_refused(&export(), &["is already there"]);
}

#[test]
fn an_export_or_a_merge_that_finds_no_room_leaves_nothing_and_advises_what_there_is() {
    let folder = folder("no-room");
    let [run, part] = ["run", "part"].map(|name| folder.join(name));
    assert_done(&ridgewalk(&sampling(&run, &SIZE)));
    assert_done(&ridgewalk(&sampling(&part, &[&SIZE[..], &["--first-chain", "8"]].concat())));
    let program = command(&[]).get_program().to_str().unwrap().to_owned();
    // Blocks of 1,024 bytes; the signal ignored, the system call fails instead of killing.
    let limited = |arguments: &[&str]| {
        let limit = ["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"", &program];
        std::process::Command::new("bash").args(limit).args(arguments).output().unwrap()
    };
    for format in ["csv", "json", "stan-csv"] {
        let out = folder.join("draws");
        let refused = limited(&["export", name(&run), "--format", format, "--out", name(&out)]);
        assert_refused(&refused, &["cannot write"]);
        assert!(!text(&refused.stderr).contains("--resume"), "{}", text(&refused.stderr));
        assert!(!out.is_file() && fs::read_dir(&out).map_or(0, Iterator::count) == 0, "{format}");
        let _ = fs::remove_dir(out);
    }
    let out = folder.join("whole");
    let merge = ["merge", name(&run), name(&part), "--out", name(&out)];
    let refused = limited(&merge);
    assert_refused(&refused, &["cannot write"]);
    assert!(!text(&refused.stderr).contains("--resume") && !out.exists());
    assert_done(&ridgewalk(&merge));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "run, part and whole");
}

#[test]
fn a_foreign_folder_beside_a_merge_or_inside_of_a_new_run_stays() {
    let folder = folder("foreign");
    let [run, part, whole] = ["run", "part", "whole"].map(|name| folder.join(name));
    assert_done(&ridgewalk(&sampling(&run, &SIZE)));
    assert_done(&ridgewalk(&sampling(&part, &[&SIZE[..], &["--first-chain", "8"]].concat())));
    let merge = || ridgewalk(&["merge", name(&run), name(&part), "--out", name(&whole), "--quiet"]);
    let growing = folder.join(".whole.part");
    let refused = || assert_refused(&merge(), &[".whole.part is in the way, and no merge has left it"]);
    // Somebody's own folder, a run that somebody gave this name, and a link.
    fs::create_dir(&growing).unwrap();
    fs::write(growing.join("thesis.tex"), "x").unwrap();
    refused();
    assert_eq!(fs::read(growing.join("thesis.tex")).unwrap(), b"x");
    fs::remove_dir_all(&growing).unwrap();
    fs::rename(&part, &growing).unwrap();
    let moved = ["merge", name(&run), name(&growing), "--out", name(&whole), "--quiet"];
    assert_refused(&ridgewalk(&moved), &["is in the way"]);
    fs::rename(&growing, &part).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&part, &growing).unwrap();
        refused();
        fs::remove_file(&growing).unwrap();
    }
    assert_refused(&ridgewalk(&["merge", name(&run), "--out", name(&run.join("w"))]), &["lies inside of"]);
    assert_done(&merge());
    // A folder called ridgewalk, such as a clone of the program, is not a run's.
    let home = folder.join("home");
    for file in ["model.stan", "lock", "notes", "checkpoints/0000000002"] {
        let file = home.join("ridgewalk").join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "mine").unwrap();
        assert_refused(&ridgewalk(&sampling(&home, &SIZE)), &["holds something called ridgewalk that is not of a run"]);
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        fs::remove_dir_all(&home).unwrap();
    }
    // What a process has left that was killed as it began.
    fs::create_dir_all(home.join("ridgewalk")).unwrap();
    for (file, left) in
        [("lock", String::new()), ("run-id", format!("{:032x}\n", 7)), ("model.stan", "model".to_owned())]
    {
        fs::write(home.join("ridgewalk").join(file), left).unwrap();
    }
    assert_done(&ridgewalk(&sampling(&home, &SIZE)));
}

/// A run that is under way, and its directory.
fn under_way(run: &Path) -> std::process::Child {
    let size = ["--chains", "256", "--draws", "200000", "--warmup", "100", "--quiet"];
    let child = command(&sampling(run, &size)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !run.join("posterior/mu/zarr.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(120), "the process does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

#[test]
fn a_run_whose_directory_is_removed_moved_or_taken_over_ends_and_mixes_nothing() {
    let folder = folder("taken-over");
    let (run, moved, alone) = (folder.join("run"), folder.join("moved"), folder.join("alone"));
    let second = |out: &Path| {
        let own = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--precision", "f32", "--seed", "2"];
        assert_done(&ridgewalk(&[&own[..], &SIZE, &["--out", name(out)]].concat()));
    };
    second(&alone);
    for taken in [false, true] {
        let first = under_way(&run);
        fs::rename(&run, &moved).unwrap();
        if taken {
            second(&run);
        }
        let ended = first.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(2));
        let said = text(&ended.stderr);
        assert!(said.contains("run is no longer the directory of this run: it was removed, moved"), "{said}");
        if taken {
            assert_same(&run, &alone);
            fs::remove_dir_all(&run).unwrap();
        } else {
            assert!(!run.exists(), "it does not grow again");
        }
        // What was stored before goes on where it is now.
        assert!(moved.join("ridgewalk/run.json").exists());
        fs::remove_dir_all(&moved).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_directory_whose_name_is_no_utf_8_is_one_as_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let run = folder("names").join(std::ffi::OsStr::from_bytes(b"run-\xff"));
    let own = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--sampler", "metropolis", "--seed", "1"];
    let sampled = command(&[&own[..], &SIZE].concat()).arg("--out").arg(&run).output().unwrap();
    assert_done(&sampled);
    let read = command(&["summary", "--quiet"]).arg(&run).output().unwrap();
    assert_done(&read);
    assert_eq!(read.stdout, sampled.stdout);
}
