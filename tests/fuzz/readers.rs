//! Everything that is read, damaged: texts of models, data as JSON and CSV, draws as CSV of either format, and the
//! files of a stored run: metadata, checkpoints, chunks.
//!
//! A reader does what it can, and says what it cannot. Absent on purpose: whether damage is noticed, which is for the
//! tests of the store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use ridgewalk::lang::parse_and_check;
use ridgewalk::lang::source::Source;
use ridgewalk::model::data::Data;
use ridgewalk::store::{self, Facts, RunWriter};

use super::Dice;
use super::damage::{Pair, corpus, damaged_bytes, damaged_data, damaged_text};

const MODEL: &str = "data { int N; vector[N] y; } parameters { real mu; vector<lower=0>[2] s; } \
                     model { y ~ normal(mu, s[1]); s ~ exponential(1); } generated quantities { real z = normal_rng(mu, 1); }";
const DATA: &str = r#"{"N": 3, "y": [1, 2.5, -1]}"#;

/// What is damaged, and where damaged files are put.
pub struct Readers {
    corpus: Vec<Pair>,
    /// Tables of data.
    data: Vec<Vec<u8>>,
    /// Tables of draws.
    draws: Vec<Vec<u8>>,
    folder: PathBuf,
    run: Run,
}

/// A stored run.
struct Run {
    /// Its files, by their paths in its directory.
    files: Vec<(PathBuf, Vec<u8>)>,
    facts: Facts,
    columns: Vec<String>,
}

impl Readers {
    /// Reads what there is in the repository, and stores a run.
    pub fn new() -> Self {
        // Memory, where the system has a file system in it: files are written by the million.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = folder.join(format!("ridgewalk-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let mut tables: Vec<PathBuf> = ["arviz", "cmdstan", "stan_csv"]
            .iter()
            .flat_map(|name| fs::read_dir(root.join(name)).expect("a folder of tables"))
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "csv"))
            .collect();
        tables.sort();
        // The first lines hold whatever there is to get wrong.
        let short = |path: &PathBuf| {
            let text = fs::read_to_string(path).expect("a table");
            text.lines().take(60).collect::<Vec<_>>().join("\n").into_bytes()
        };
        let run = Run::new(&folder);
        let data = [
            "y\n1\n2\n3.5\n",
            "x,\"y\",group\r\n1,2,1\r\n-3e-5,4,2\r\n",
            "y.1,y.2\n1,2\nNaN,inf\n",
            "\u{feff}N\n5\n",
            "\"a\nb\",c\n1,\"2\"\n",
        ];
        Self {
            corpus: corpus(),
            data: data.map(|text| text.as_bytes().to_vec()).to_vec(),
            draws: tables.iter().map(short).collect(),
            folder,
            run,
        }
    }

    /// Tries the case of a number: half of them texts of models, one in a thousand a stored run, which is many files.
    pub fn case(&self, seed: u64, number: u32) {
        let dice = &mut Dice::new(seed, number);
        match number % 1000 {
            0..500 => {
                let model = &dice.of(&self.corpus).text;
                let text = damaged_text(model, &self.corpus, dice);
                // Half of them are no longer made of words.
                let text = match dice.below(2) {
                    0 => text,
                    _ => String::from_utf8_lossy(&damaged_bytes(text.as_bytes(), dice)).into_owned(),
                };
                let source = Source::new("model.stan", text);
                if let Err(errors) = parse_and_check(&source) {
                    assert!(!errors.render(&source, false).is_empty());
                }
            }
            500..700 => {
                let data = &dice.of(&self.corpus).data;
                // What is long is long because it repeats.
                let end = (0..=data.len().min(4000)).rev().find(|&end| data.is_char_boundary(end)).unwrap_or(0);
                let text = match dice.below(2) {
                    0 if data.len() < 4000 => damaged_data(data, dice),
                    _ => String::from_utf8_lossy(&damaged_bytes(&data.as_bytes()[..end], dice)).into_owned(),
                };
                said(Data::default().add_json(&text, "data.json"));
            }
            700..840 => {
                let table: &Vec<u8> = dice.of(&self.data);
                let table = damaged_bytes(table, dice);
                said(Data::default().add_csv(&String::from_utf8_lossy(&table), "data.csv"));
            }
            840..999 => {
                let path = self.folder.join("draws.csv");
                let table: &Vec<u8> = dice.of(&self.draws);
                fs::write(&path, damaged_bytes(table, dice)).expect("room for a file");
                said(store::draws_csv::read(&[path]));
            }
            _ => self.run.case(&self.folder.join("run"), dice),
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Run {
    fn new(folder: &Path) -> Self {
        let at = |name: &str| folder.join(name);
        fs::write(at("model.stan"), MODEL).expect("room for a file");
        fs::write(at("data.json"), DATA).expect("room for a file");
        let mut command = Command::cargo_bin("ridgewalk").expect("the program");
        command.args(["sample", "--backend", "cpu", "--sampler", "nuts", "--chains", "2", "--superchains", "2"]);
        command.args(["--warmup", "8", "--draws", "8", "--seed", "1", "--save-warmup", "--log-likelihood", "--quiet"]);
        command.arg("--data").arg(at("data.json")).arg("--out").arg(at("run")).arg(at("model.stan"));
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let root = at("run");
        let mut files = Vec::new();
        read_all(&root, &root, &mut files);
        files.sort();
        let stored = store::open_run(&root).expect("a whole run");
        let facts = store::facts_of(&root).expect("a whole run");
        Self { files, facts, columns: stored.parameters() }
    }

    fn case(&self, at: &Path, dice: &mut Dice) {
        // Whatever is put there first, the directory begins whole.
        let _ = fs::remove_dir_all(at);
        for (path, bytes) in &self.files {
            let path = at.join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
            fs::write(path, bytes).expect("room for a file");
        }
        for _ in 0..=dice.below(2) {
            let (path, bytes) = dice.of(&self.files);
            match dice.below(8) {
                0 => fs::remove_file(at.join(path)).unwrap_or_default(),
                1 => {
                    let (_, other) = dice.of(&self.files);
                    fs::write(at.join(path), other).expect("room for a file");
                }
                _ => fs::write(at.join(path), damaged_bytes(bytes, dice)).expect("room for a file"),
            }
        }
        said(store::facts_of(at));
        if let Ok(run) = store::open_run(at) {
            said(run.model());
            said(run.data());
            said(run.draws_every(1));
            said(run.last_statistics(4));
        }
        said(RunWriter::resume(at, &self.facts, &self.columns));
    }
}

fn read_all(root: &Path, folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(root, &path, into);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_owned();
            into.push((name, fs::read(&path).expect("a file")));
        }
    }
}

/// An error has a sentence.
fn said<T, E: std::fmt::Display>(result: Result<T, E>) {
    if let Err(error) = result {
        assert!(!error.to_string().is_empty());
    }
}
