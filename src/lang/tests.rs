//! The room as a whole: pictures of every mistake, and texts that nobody would write.

mod contributions;
mod overloads;
mod prior;
mod sizes;
mod truncations;

use super::error::{Error, Errors};
use super::lexer::lex;
use super::source::Source;
use super::{Settings, parse_and_check};
use crate::model::data::Data;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The ridge of the seed notebook: only the sum of the two intercepts is identified.
pub(super) const BOUNDED: &str = "\
data {
  int<lower=0> N;
  vector[N] y;
}
parameters {
  real<lower=0> sigma;
  real<lower=-1e6, upper=1e6> alpha1;
  real<lower=-1e6, upper=1e6> alpha2;
}
transformed parameters {
  real mu = alpha1 + alpha2;
}
model {
  sigma ~ cauchy(0, 1);          // half-Cauchy through the bound
  alpha1 ~ uniform(-1e6, 1e6);
  y ~ normal(mu, sigma);
}
";

/// As deep as statements and calls may be nested and more: each costs a level or two of the parser's limit.
const DEEP: usize = 190;

/// One wrong model a line or so: together they make every mistake there is.
const WRONG: &[&str] = &[
    "model { target += 1 \u{2212} 2; }",
    "# my model\nmodel { }",
    "model { }\n/* open",
    "model { print(\"open); }",
    "data { vector[2x] y; }",
    "data { vector[3000000000] y; }",
    "model { target += 1e999; }",
    "model { target += ; }",
    "parameters {\n  real alpha1\n  real alpha2;\n}",
    "model {\n  target += (1 + 2;\n}",
    "model {\n  target += 1;\n",
    "modle { }",
    "data { }\ndata { }",
    "model { }\nparameters { real mu; }",
    "parameters { reel mu; }",
    "parameters { mu ~ normal(0, 1); }",
    "parameters { real<lower=0, lower=1> mu; }",
    "parameters { simplex<lower=0>[3] theta; }",
    "parameters { matrix[3] L; }",
    "functions { real f(array[3] real x) { return x[1]; } }",
    "functions { real f(simplex x) { return x[1]; } }",
    "model { real mu; mu <- 1; }",
    "model { increment_log_prob(1); }",
    "data { real y; }\nmodel { y == 1; }",
    "data { real y; }\nmodel { y ~ normal_lpdf(y | 0, 1); }",
    "#include functions.stan\nmodel { }",
    "data { complex z; }",
    "parameters { real target; }",
    "parameters { real mu__; }",
    "data { real mu; }\nparameters { real mu; }",
    "parameters {\n\treal<lower=0> sigma;\n}\nmodel {\n\tsgima ~ cauchy(0, 1);\n}\n",
    "model {\n  for (n in 1:3) { real x = n; }\n  target += x;\n}",
    "model { target += squrt(2); }",
    "model { 1 ~ nomral(0, 1); }",
    "data { real y; }\nparameters { real mu; }\nmodel { real z = normal(mu, 1); }",
    "model { 1 ~ exp(1); }",
    "model { target += exp; }",
    "parameters { real mu; }\nmodel { target += mu(2); }",
    "data { vector[3] y; }\nparameters { real mu; }\nmodel { y ~ normal(mu); }",
    "data { matrix[2, 2] x; }\nmodel { 1 ~ normal(x, 1); }",
    "data { vector[3] x; }\nmodel { target += sum(rep_vector(x, 3)); }",
    "functions { real f(int a, real b) { return b; } real f(real a, int b) { return a; } }\nmodel { target += f(1, 2); }",
    "functions { int f(array[] int x, int a, int b) { return a; } }\nmodel { target += reduce_sum(f, {1, 2}, 1); }",
    "model { target += reduce_sum(exp, {1, 2}, 1); }",
    "parameters { real p; }\nmodel { target += quantile([1, 2], p); }",
    "data { real y; }\nmodel { target += normal_lpdf(y, 0, 1); }",
    "model { target += fmax(1 | 2); }",
    "functions { void f() { } }\nmodel { target += f(); }",
    "model { exp(1); }",
    "parameters { real mu; }\nmodel { real z = normal_rng(mu, 1); }",
    "generated quantities { real z = normal_lupdf(1 | 0, 1); }",
    "data { real y; }\nmodel { y ~ skew_normal(0, 1, 1) T[0, ]; }",
    "data { real N; vector[N] y; }",
    "data { vector[3] x, y; }\nmodel { target += x * y; }",
    "data { real x; }\nmodel { target += x'; }",
    "data { vector[3] x; }\nmodel { target += x[1, 2]; }",
    "data { vector[3] x; }\nmodel { print({1, x}); }",
    "data { vector[3] x; }\nmodel { target += 1 ? 2 : x; }",
    "parameters { real a; vector[int_step(a)] x; }",
    "parameters { int k; }",
    "data { int<offset=1> k; }",
    "model { real<lower=0> x; }",
    "parameters { real mu = 1; }",
    "model { 1 = 2; }",
    "model { array[2] vector[2] x; x[1:2][1] = x[1]; }",
    "data { real x; }\nmodel { x = 1; }",
    "transformed parameters { real mu = 1; mu ~ normal(0, 1); }",
    "model { jacobian += 1; }",
    "model { break; }",
    "model { return; }",
    "functions { void f() { return 1; } }",
    "functions { real f() { return; } }",
    "functions {\n  real f(real x) {\n    if (x > 0) return x;\n  }\n}",
    "functions { int f_lpdf(real x) { return 1; } }",
    "functions { real f() { return 1; } real f() { return 2; } }",
    "functions { real exp(real x) { return x; } }",
    "functions { real f(real x); }",
    "functions { real f(real x) { return f(x); } }",
    "functions { real f_lp(array[] real x, int start, int end) { return 0; } }\ndata { array[9] real x; }\nmodel { target += reduce_sum(f_lp, x, 1); }",
    "generated quantities { array[2] int x = {1, 2}; x[x[1]] = 2; }",
    "functions { vector ode_rk45(vector y) { return y; } }",
    "functions { real f(data real x); real f(real x) { return 2 * x; } }",
    // Slips that everybody makes, with other pictures of mistakes above.
    "data { int N; vector[N] x; }\nmodel {\n  vector[N] mu;\n  for (n in 1:N) mu[n] = 2 * x;\n}",
    "data { array[3] real x; }\nparameters { vector[3] b; }\nmodel { target += dot_product(b, x); }",
    "data { array[3] real y; }\nparameters { real mu; }\nmodel { target += sum(y - mu); }",
    "data { int a; }\nparameters { vector[3] b; }\nmodel { real z = b; }",
    "data { int k; }\nparameters { real<lower=0> a; }\nmodel { k ~ poisson(1) T[a, ]; }",
];

/// Two models without data have one log density, up to a constant.
#[track_caller]
fn assert_alike(one: &str, other: &str) {
    let rise = |text: &str| {
        let source = Source::new("test.stan", text);
        let model = match super::compile(&source, &Data::default(), "test", Settings::default()) {
            Ok(compiled) => compiled.model,
            Err(error) => panic!("{}", error.render(&source, false)),
        };
        let at = |from: f64| {
            let point: Vec<f64> = (0..model.coordinates.len()).map(|at| from + at as f64 / 10.0).collect();
            model.log_density(&point)
        };
        at(0.3) - at(-0.4)
    };
    let (found, expected) = (rise(one), rise(other));
    assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{found} for {expected}:\n{one}\n{other}");
}

fn errors(text: &str) -> Errors {
    parse_and_check(&Source::new("wrong.stan", text)).expect_err("the text is wrong")
}

#[test]
fn every_mistake_has_its_picture() {
    let mut pictures = String::new();
    for text in WRONG {
        let found = errors(text);
        let picture = found.render(&Source::new("wrong.stan", *text), false);
        let _ = writeln!(pictures, "{picture}");
    }
    insta::assert_snapshot!(pictures);
}

#[test]
fn no_constructor_is_without_a_wrong_model() {
    // The one mistake that no short text can make.
    let deep = format!("model {{ target += {}", "(".repeat(1000));
    let made: BTreeSet<String> = WRONG
        .iter()
        .copied()
        .chain([deep.as_str()])
        .flat_map(|text| errors(text).as_slice().to_vec())
        .filter_map(|error| format!("{error:?}").split(' ').next().map(str::to_owned))
        .collect();
    let constructors = include_str!("error.rs").matches("    #[error(").count();
    assert_eq!(made.len(), constructors, "made: {made:?}");
}

#[test]
fn each_wrong_model_makes_one_mistake() {
    for text in WRONG {
        assert_eq!(errors(text).as_slice().len(), 1, "{text}\n{}", errors(text));
    }
}

#[test]
fn a_picture_names_file_line_and_column() {
    let text = BOUNDED.replace("y ~ normal(mu, sigma)", "y ~ normal(mu, sgima)");
    let picture = errors(&text).render(&Source::new("ridge.stan", text), false);
    insta::assert_snapshot!(picture, @r"
    Error: `sgima` has not been declared; did you mean `sigma`?
        ╭─[ ridge.stan:16:18 ]
        │
     16 │   y ~ normal(mu, sgima);
        │                  ──┬──
        │                    ╰──── not declared
    ────╯
    ");
}

#[test]
fn windows_line_ends_and_wide_letters_keep_the_caret_in_place() {
    let text = "/* \u{3bc}\u{3c3} */ parameters {\r\n\treal \u{e4};\r\n}\r\n";
    let picture = errors(text).render(&Source::new("wrong.stan", text), false);
    insta::assert_snapshot!(picture, @r"
    Error: Stan has no use for the character `ä` here
       ╭─[ wrong.stan:2:7 ]
       │
     2 │   real ä;
       │        ┬
       │        ╰── this character
    ───╯
    ");
}

#[test]
fn colour_is_given_only_when_asked_for() {
    let text = "model { \u{1b}[31m }";
    let source = Source::new("wrong\u{1b}.stan", text);
    assert!(!errors(text).render(&source, false).contains('\u{1b}'));
    assert!(errors(text).render(&source, true).contains('\u{1b}'));
}

#[test]
fn a_model_cannot_steer_the_terminal() {
    // An escape, its one-character twin, a mark that reverses the line, a bell.
    let text = "model { mu = 1; // \u{1b}[2J \u{9b}2J \u{202e} \u{7} \u{e9}\n}";
    let picture = errors(text).render(&Source::new("wrong.stan", text), false);
    assert!(picture.contains("// ?[2J \u{bf}2J \u{fffd} ? \u{e9}"), "{picture}");
}

#[test]
fn a_flood_of_mistakes_is_counted_and_not_drawn() {
    let text = format!("model {{ {} }}", "target += x; ".repeat(10_000));
    let found = errors(&text);
    assert_eq!(found.as_slice().len(), 100);
    let picture = found.render(&Source::new("wrong.stan", text.replace("; ", ";\n")), false);
    assert!(picture.ends_with("and 80 more\n"));
}

#[test]
fn a_mebibyte_of_stack_reads_the_deepest_model() {
    // Windows gives a program's first thread one mebibyte.
    let read = || {
        for (before, level) in [
            ("target += ", "("),
            ("target += ", "-"),
            ("target += ", "f("),
            ("target += ", "2 ^ "),
            ("target += ", "x["),
            ("target += ", "{"),
            ("target += ", "1 ? 2 : "),
            ("", "{"),
            ("", "if (1) "),
            ("", "for (i in 1:2) {"),
            ("", "if (1) { } else "),
        ] {
            let found = errors(&format!("model {{ {before}{}", level.repeat(100_000)));
            assert!(matches!(found.as_slice(), [Error::TooDeep { .. }]), "{level}: {found}");
        }
    };
    // The deepest that is read is also checked.
    let check = || {
        for (before, level, after) in [("target += ", "(", ")"), ("target += ", "fmax(1, ", ")"), ("", "if (1) {", "}")]
        {
            let (opened, closed) = (level.repeat(DEEP), after.repeat(DEEP));
            let middle = if before.is_empty() { "" } else { "1" };
            let end = if before.is_empty() { "" } else { ";" };
            let text = format!("model {{ {before}{opened}{middle}{closed}{end} }}");
            assert!(parse_and_check(&Source::new("deep.stan", text)).is_ok(), "{level}");
        }
    };
    let checker = std::thread::Builder::new().stack_size(1024 * 1024).spawn(check).expect("a thread starts");
    checker.join().expect("every form of nesting is checked");
    let reader = std::thread::Builder::new().stack_size(1024 * 1024).spawn(read).expect("a thread starts");
    reader.join().expect("every form of nesting meets the limit");
}

#[test]
fn spans_stay_inside_the_text() {
    for text in WRONG {
        for error in errors(text).as_slice() {
            // A span outside the text, or inside a letter, would make the picture fail.
            assert!(error.render(&Source::new("", *text), false).contains(&error.to_string()));
        }
    }
}

/// The models in `tests/data/models`, by name.
fn corpus() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/models");
    let files = std::fs::read_dir(folder).expect("the folder of models").map(|entry| entry.expect("a file").path());
    let mut models: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "stan"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a readable model")))
        .collect();
    models.sort();
    models
}

#[test]
fn the_models_that_people_write_are_understood() {
    let models = corpus();
    assert!(models.len() >= 20, "{} models", models.len());
    for (name, text) in models {
        let source = Source::new(name.as_str(), text);
        let model = parse_and_check(&source).unwrap_or_else(|errors| panic!("{}", errors.render(&source, false)));
        assert!(!model.parameters.is_empty(), "{name}");
    }
}

#[test]
fn a_misspelt_name_in_any_model_is_found_where_it_stands() {
    for (name, text) in corpus() {
        let source = Source::new(name.as_str(), text.clone());
        let last =
            lex(&source).expect("the model lexes").into_iter().rfind(|token| source.slice(token.span) == "sigma");
        let Some(last) = last else { continue };
        let mut wrong = text;
        wrong.replace_range(last.span.start..last.span.end, "sgima");
        let found = errors(&wrong);
        let [Error::Undeclared { suggestion, span, .. }] = found.as_slice() else {
            panic!("{name}: {found}");
        };
        assert_eq!((suggestion.as_deref(), span.start), (Some("sigma"), last.span.start), "{name}");
    }
}

/// Words and signs of the language and a few that are not.
const PIECES: &[&str] = &[
    "data",
    "parameters",
    "transformed",
    "generated quantities",
    "functions",
    "void",
    "return",
    "while",
    "in",
    "print",
    "simplex",
    "data real x",
    "normal_lpdf",
    "break",
    "!",
    "&&",
    "<-",
    "model",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    ";",
    ",",
    "~",
    "+=",
    "-",
    "+",
    "*",
    "/",
    "^",
    "'",
    "%/%",
    "?",
    ":",
    "|",
    ".",
    "int",
    "real",
    "vector",
    "lower",
    "upper",
    "array",
    "matrix",
    "mu",
    "y",
    "N",
    "normal",
    "exp",
    "target",
    "for",
    "if",
    "else",
    "T",
    "0",
    "1.5",
    "1e6",
    "\"a\"",
    "// a\n",
    "/*",
    "*/",
    "#",
    "\u{3bc}",
    "\n",
    " ",
    "\r\n",
    "\u{2028}",
    "\u{202e}",
];

/// What every text, right or wrong, must survive.
fn survives(text: &str) {
    let source = Source::new("any.stan", text);
    if let Err(errors) = parse_and_check(&source) {
        assert!(!errors.as_slice().is_empty(), "a refusal without a reason");
        let first: Vec<&Error> = errors.as_slice().iter().take(3).collect();
        for error in first {
            assert!(!error.render(&source, false).contains('\u{1b}'));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_heap_of_words_is_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        survives(&pieces.join(" "));
    }

    #[test]
    fn a_damaged_model_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..4),
    ) {
        let models = corpus();
        let mut text = which.get(&models).1.clone();
        for (place, length, piece) in damages {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let start = place.index(starts.len());
            let end = (start + length).min(starts.len() - 1);
            text.replace_range(starts[start]..starts[end], piece);
        }
        survives(&text);
    }

    #[test]
    fn a_model_with_tokens_swapped_or_missing_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..6),
    ) {
        let models = corpus();
        let text = &which.get(&models).1;
        let source = Source::new("any.stan", text.clone());
        let mut words: Vec<&str> = lex(&source).expect("the model lexes").iter().map(|token| source.slice(token.span)).collect();
        for (one, other, removes) in changes {
            let (one, other) = (one.index(words.len()), other.index(words.len()));
            if removes { words[one] = ""; } else { words.swap(one, other); }
        }
        survives(&words.join(" "));
    }
}
