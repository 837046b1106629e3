//! Numbers that decide cases, and models and data that are damaged by them: by token, by line and by value.

use std::fs;
use std::path::{Path, PathBuf};

use ridgewalk::rng::philox::{key, philox};
use serde_json::{Value, json};

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

/// Numbers that follow from a seed and the number of the case.
pub struct Dice {
    seed: u64,
    case: u32,
    throw: u32,
}

impl Dice {
    pub fn new(seed: u64, case: u32) -> Self {
        Self { seed, case, throw: 0 }
    }

    /// A whole number below a bound, 0 where the bound is.
    pub fn below(&mut self, bound: usize) -> usize {
        self.throw += 1;
        philox([self.case, self.throw, 0, 0], key(self.seed))[0] as usize % bound.max(1)
    }

    /// One of a list that is not empty.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A model and its data.
pub struct Pair {
    pub name: String,
    pub text: String,
    pub data: String,
}

/// The models of the repository, with their data.
pub fn corpus() -> Vec<Pair> {
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

/// A model in which one to three words or lines are changed, lost, doubled or lent by another.
pub fn damaged_text(text: &str, others: &[Pair], dice: &mut Dice) -> String {
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

/// Data in which one or two values are changed, and some of which are cut off.
pub fn damaged_data(text: &str, dice: &mut Dice) -> String {
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
pub fn case(seed: u64, number: u32, corpus: &[Pair]) -> (String, String, String) {
    let mut dice = Dice::new(seed, number);
    let Pair { name, text, data } = dice.of(corpus);
    let what = dice.below(3);
    let text = if what == 0 { text.clone() } else { damaged_text(text, corpus, &mut dice) };
    let data = if what == 1 { data.clone() } else { damaged_data(data, &mut dice) };
    (name.clone(), text, data)
}

/// Bytes in which some are flipped, lost, doubled or cut off; what is left need not be text.
pub fn damaged_bytes(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        let (at, other) = (dice.below(bytes.len()), dice.below(bytes.len()));
        if bytes.is_empty() {
            bytes.push(b'0');
        }
        match dice.below(6) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = *dice.of(b"0129.,-+eE\"'[]{}:#\n\r\t \0x/\\"),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, bytes[other]),
            4 => {
                let piece = *dice.of(&PIECES);
                bytes.splice(at..at, piece.bytes());
            }
            _ => {
                let (from, to) = (at.min(other), at.max(other));
                bytes.drain(from..to);
            }
        }
    }
    bytes
}
