//! Damaged models with damaged data, and calls of things that do not fit: whatever they are, they are compiled and
//! evaluated, or refused with a sentence. No panic, and no text that takes longer than [`PATIENCE`].
//!
//! Models and data of the corpus come in, damaged by token, by line and by value; calls are made up in `misfits`. Each
//! case is a matter of its number, so that a failure repeats. Two thousand models and twenty thousand calls run always;
//! `RIDGEWALK_FUZZ_SECONDS=600 cargo test --release --test fuzz` goes on for ten minutes, from case
//! `RIDGEWALK_FUZZ_FROM` if that is set. Absent on purpose: what such models mean.

#[path = "fuzz/misfits.rs"]
mod misfits;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use ridgewalk::backend::Method;
use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::{Backend, Population};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::data::Data;
use ridgewalk::rng::philox::{key, philox};
use ridgewalk::rng::random::Random;
use serde_json::{Value, json};

const CASES: u32 = 2000;
/// Calls are short: many are tried while one model of the corpus is.
const CALLS: u32 = 20_000;
/// The longest model of the corpus takes less than a hundredth of it, unoptimised and beside other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// What texts are damaged with: words that mean much, and numbers at the edges.
const PIECES: [&str; 48] = [
    "0",
    "1",
    "-1",
    "2",
    "2147483647",
    "1e308",
    "1e-320",
    "0.5",
    "-2147483648",
    "real",
    "int",
    "vector[N]",
    "matrix[N, N]",
    "array[N]",
    "simplex[3]",
    "target",
    "for",
    "while",
    "if",
    "else",
    "return",
    "break",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ":",
    "~",
    "=",
    "+=",
    "+",
    "-",
    "*",
    "/",
    ".*",
    "'",
    "<",
    "?",
    "normal(0, 1)",
    "sum(",
    "log(",
    "sqrt(",
    "N",
    "T[0, ]",
];

/// Numbers that follow from the number of the case.
struct Dice {
    case: u32,
    throw: u32,
}

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.throw += 1;
        philox([self.case, self.throw, 0, 0], key(1))[0] as usize % bound.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A model and its data.
struct Pair {
    name: String,
    text: String,
    data: String,
}

fn corpus() -> Vec<Pair> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut models: Vec<PathBuf> =
        ["tests/data/models", "tests/data/semantics", "benches/models", "examples/identifiability"]
            .iter()
            .flat_map(|folder| fs::read_dir(root.join(folder)).expect("a folder"))
            .chain(fs::read_dir(root.join("tests/data/posteriordb")).expect("a folder").flat_map(|entry| {
                let path = entry.expect("an entry").path();
                fs::read_dir(path).into_iter().flatten()
            }))
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "stan"))
            .collect();
    models.sort();
    let read = |path: &Path| fs::read_to_string(path).ok();
    let pairs = models.iter().map(|path| Pair {
        name: path.display().to_string(),
        text: read(path).expect("a model"),
        data: [path.with_extension("json"), path.with_file_name("data.json"), path.with_file_name("y.json")]
            .iter()
            .find_map(|path| read(path))
            .unwrap_or_else(|| "{}".to_owned()),
    });
    pairs.collect()
}

/// Words, numbers and signs with the space before each.
fn tokens(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let mut starts: Vec<usize> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if at == 0 || !(before.is_whitespace() || word(before) && word(c)) {
            starts.push(at);
        }
        before = c;
    }
    starts.iter().zip(starts.iter().skip(1).chain([&text.len()])).map(|(&from, &to)| &text[from..to]).collect()
}

fn damaged_text(text: &str, others: &[Pair], dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(3) {
        let line = dice.below(lines.len());
        let mut words: Vec<String> = tokens(&lines[line]).into_iter().map(str::to_owned).collect();
        let (one, other) = (dice.below(words.len()), dice.below(words.len()));
        match dice.below(8) {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, lines[line].clone()),
            2 => {
                let lender: Vec<&str> = dice.of(others).text.lines().collect();
                lines.insert(line, (*dice.of(&lender)).to_owned());
            }
            3 => {
                let to = dice.below(lines.len());
                lines.swap(line, to);
            }
            kind if !words.is_empty() => {
                match kind {
                    4 => drop(words.remove(one)),
                    5 => words.swap(one, other),
                    6 => {
                        let all: Vec<&str> = tokens(text);
                        words[one] = (*dice.of(&all)).to_owned();
                    }
                    _ => words[one] = format!(" {}", dice.of(&PIECES)),
                }
                lines[line] = words.concat();
            }
            _ => lines.insert(line, (*dice.of(&PIECES)).to_owned()),
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
    }
    lines.join("\n")
}

fn damage_value(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Object(map) if !map.is_empty() && dice.below(8) > 0 => {
            let names: Vec<String> = map.keys().cloned().collect();
            let name = dice.of(&names);
            if dice.below(10) == 0 {
                map.remove(name);
            } else {
                damage_value(map.get_mut(name).expect("a key of the map"), dice);
            }
        }
        Value::Array(list) if !list.is_empty() && dice.below(3) > 0 => {
            let at = dice.below(list.len());
            match dice.below(8) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                2 => list.truncate(at),
                _ => damage_value(&mut list[at], dice),
            }
        }
        _ => {
            let values = [
                json!(0),
                json!(1),
                json!(-1),
                json!(3),
                json!(0.5),
                json!(1e308),
                json!(-1e9),
                json!(2_147_483_647),
                json!(5_000_000_000_i64),
                json!("nan"),
                json!("inf"),
                json!("x"),
                json!(null),
                json!([]),
                json!([1, 2]),
                json!([[1.0, 2.0], [3.0]]),
                json!({"a": 1}),
                json!(true),
            ];
            *value = dice.of(&values).clone();
        }
    }
}

fn damaged_data(text: &str, dice: &mut Dice) -> String {
    let mut value: Value = serde_json::from_str(text).expect("data of the corpus are JSON");
    for _ in 0..=dice.below(2) {
        damage_value(&mut value, dice);
    }
    let mut text = value.to_string();
    if dice.below(20) == 0 {
        text.truncate(dice.below(text.len()));
    }
    text
}

/// The model and the data of a case: the text damaged, or the data, or both.
fn case(number: u32, corpus: &[Pair]) -> (String, String, String) {
    let mut dice = Dice { case: number, throw: 0 };
    let Pair { name, text, data } = dice.of(corpus);
    let what = dice.below(3);
    let text = if what == 0 { text.clone() } else { damaged_text(text, corpus, &mut dice) };
    let data = if what == 1 { data.clone() } else { damaged_data(data, &mut dice) };
    (name.clone(), text, data)
}

/// Compiles a model; where that works, evaluates what backends evaluate, and generates a draw's quantities.
fn try_out(text: &str, json: &str) {
    let mut data = Data::default();
    if let Err(error) = data.add_json(json, "data.json") {
        assert!(!error.to_string().is_empty());
        return;
    }
    let source = Source::new("model.stan", text);
    let compiled = match lang::compile(&source, &data, "model", lang::Settings::default()) {
        Ok(compiled) => compiled,
        Err(error) => {
            assert!(!error.render(&source, false).is_empty());
            return;
        }
    };
    let model = &compiled.model;
    let point = vec![0.1; model.coordinates.len()];
    if !point.is_empty() {
        for method in [Method::Metropolis, Method::Nuts { max_treedepth: 3 }] {
            let mut backend = CpuBackend::<f64>::with_method(model, method, 1);
            backend.start(Population { first: 0, chains: 1 }, &point).expect("a chain is put there, wherever that is");
        }
    }
    let draw = model.parameters_at(&point);
    if let Err(error) = compiled.quantities.generate(&draw, Random::of_data(1)) {
        assert!(!error.render(&source, false).is_empty());
    }
}

/// Tries case after case: each a name, a model and its data.
fn none_fails(cases: u32, case: impl Fn(u32) -> (String, String, String)) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u32>().expect("a number"));
    let (seconds, first) = (number("RIDGEWALK_FUZZ_SECONDS"), number("RIDGEWALK_FUZZ_FROM").unwrap_or(0));
    let began = Instant::now();
    let mut failures = Vec::new();
    let mut number = first;
    while seconds.map_or(number < cases, |seconds| began.elapsed().as_secs() < u64::from(seconds)) {
        let (name, text, data) = case(number);
        let (tell, told) = channel();
        let (text_there, data_there) = (text.clone(), data.clone());
        thread::spawn(move || {
            // The receiver is gone where patience has ended.
            let _ = tell.send(catch_unwind(AssertUnwindSafe(|| try_out(&text_there, &data_there))).is_ok());
        });
        let outcome = match told.recv_timeout(PATIENCE) {
            Ok(true) => None,
            Ok(false) | Err(RecvTimeoutError::Disconnected) => Some("panics"),
            Err(RecvTimeoutError::Timeout) => Some("takes too long"),
        };
        if let Some(outcome) = outcome {
            eprintln!("case {number}, of {name}, {outcome}:\n{text}\n{data:.2000}");
            failures.push(number);
        }
        number += 1;
    }
    assert!(failures.is_empty(), "{} of {} cases fail: {failures:?}", failures.len(), number - first);
    eprintln!("{} cases", number - first);
}

#[test]
fn damaged_models_and_data_are_run_or_refused() {
    let corpus = corpus();
    assert!(corpus.len() > 60, "models with their data");
    none_fails(CASES, |number| case(number, &corpus));
}

#[test]
fn calls_of_any_sizes_are_run_or_refused() {
    let calls = misfits::Calls::new();
    none_fails(CALLS, |number| calls.case(&mut Dice { case: number, throw: 0 }));
}
